/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the doctor finds out about a machine and one of its PCI devices. The
 * doctor only reads, and lists what it could not see.
 */
#ifndef EDUCMA_DOCTOR_FACTS_H
#define EDUCMA_DOCTOR_FACTS_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "libeducma.h"

enum answer { UNKNOWN, NO, YES };

/* The kernel options that the doctor asks about; facts_kernel.c names them. */
enum doctor_option {
	OPTION_CMA,
	OPTION_DMA_CMA,
	OPTION_CMA_SIZE,
	OPTION_ZONE_DMA,
	OPTION_ZONE_DMA32,
	OPTION_SWIOTLB,
	OPTION_RANDOMIZE_BASE,
	OPTION_CMA_ALIGNMENT,
	OPTION_DMA_COHERENT_POOL,
	DOCTOR_OPTIONS,
};

/* The address bits that the kernel assumes until a driver sets a mask. */
#define DEFAULT_BITS	32

/* Where the number of a device's address bits comes from. */
enum doctor_bits { BITS_DRIVER, BITS_DEFAULT, BITS_EDU, BITS_ASKED, BITS_KINDS };

#define DOCTOR_RANGES_MAX	32

/**
 * struct doctor_range - a range of bus addresses
 * @first: the first address
 * @last: the last address
 */
struct doctor_range {
	uint64_t first;
	uint64_t last;
};

/* What is known of the IOMMU's addresses that the device's driver has taken. */
enum addresses_used { USED_UNKNOWN, USED_NONE, USED_FEW };

/**
 * struct doctor_device - the PCI device
 * @pci: PCI address, or the user's name of a device that does not exist; empty
 *	if no device is named or found
 * @present: the device exists
 * @pci_dir: the device's directory in sysfs
 * @vendor: PCI vendor
 * @device: PCI device
 * @driver: the device's driver; empty if it has none
 * @mask_bits: width of the streaming mask in the kernel; 0 if not known
 * @coherent_mask_bits: width of the coherent mask in the kernel; 0 if not known
 * @bits: the address bits that the diagnosis assumes
 * @bits_from: where @bits comes from
 * @bus_master: the bus master bit of the command register
 * @suspended: the device is runtime suspended, so @bus_master may read as off
 * @node: NUMA node; -1 if there is none
 * @own_memory: the device tree reserves memory for this device; sysfs does not
 *	show whether the driver uses it
 * @iommu: type of the device's IOMMU group, or of the machine's first group if
 *	there is no device; empty if there is no group
 * @reserved: addresses that the IOMMU cannot map: its reserved regions, and the
 *	windows of the PCI host bridge
 * @reserved_count: the number of these ranges
 * @reserved_known: @reserved is complete
 * @addresses_used: which of the IOMMU's addresses are taken
 * @link: the PCI Express link, as "2.5 GT/s x1"; empty if there is none
 * @link_max: the fastest link that the device can have
 */
struct doctor_device {
	char pci[32];
	bool present;
	char pci_dir[64];
	uint16_t vendor;
	uint16_t device;
	char driver[32];
	uint64_t mask_bits;
	uint64_t coherent_mask_bits;
	uint32_t bits;
	enum doctor_bits bits_from;
	enum answer bus_master;
	bool suspended;
	int node;
	bool own_memory;
	char iommu[16];
	struct doctor_range reserved[DOCTOR_RANGES_MAX];
	size_t reserved_count;
	bool reserved_known;
	enum addresses_used addresses_used;
	char link[40];
	char link_max[40];
};

/**
 * struct doctor_zone - a memory zone of the kernel
 * @node: NUMA node
 * @name: "DMA32"
 * @start: physical address of the zone's first byte
 * @end: physical address of the first byte behind the zone
 * @present: bytes of memory in the zone; 0 if not known
 * @ordinary_free: free bytes outside of CMA
 * @largest_free: the largest free block of the page allocator that is certainly
 *	outside of CMA
 * @largest_known: @largest_free is valid
 * @high: the kernel takes no more from the zone without reclaim if only so many
 *	bytes are left free (the watermark "high")
 * @protection: bytes that the zone keeps from requests that could also have
 *	pages of other zones
 * @cma: bytes in CMA areas
 * @cma_free: free bytes in CMA areas
 */
struct doctor_zone {
	unsigned int node;
	char name[16];
	uint64_t start;
	uint64_t end;
	uint64_t present;
	uint64_t ordinary_free;
	uint64_t largest_free;
	bool largest_known;
	uint64_t high;
	uint64_t protection;
	uint64_t cma;
	uint64_t cma_free;
};

#define DOCTOR_ZONES_MAX	64

/**
 * struct doctor_area - a CMA area from which dma_alloc_coherent() takes
 * @present: whether the area exists; UNKNOWN also if there are several areas
 *	and it is not clear which one the kernel takes
 * @name: the area's name; empty if not known
 * @bytes: the area's length; 0 if not known
 * @first: the area does not begin below this address
 * @last: the area does not end above this address
 * @exact: the area begins at @first and ends at @last
 * @used: allocated bytes
 * @used_known: @used is valid
 * @largest_free: the longest free run; an upper bound without @free_known
 * @free_known: @largest_free is exact
 * @map: the allocated pages; @map.words is NULL if they are not known
 * @busy: the pages that CMA has given out, and those that hold other data, which
 *	the kernel has to move first; @busy.words is NULL if these are not known
 * @page_order: a bit of @map stands for 1 << @page_order pages
 * @succeeded: pages allocated since boot
 * @failed: pages that could not be allocated since boot
 * @counted: @succeeded and @failed are valid
 */
struct doctor_area {
	enum answer present;
	char name[64];
	uint64_t bytes;
	uint64_t first;
	uint64_t last;
	bool exact;
	uint64_t used;
	bool used_known;
	uint64_t largest_free;
	bool free_known;
	struct educma_cma_bitmap map;
	struct educma_cma_bitmap busy;
	uint32_t page_order;
	uint64_t succeeded;
	uint64_t failed;
	bool counted;
};

/**
 * struct doctor_cma_words - all cma= of the command line, combined as in the
 *	kernel: a later cma= without an address keeps the address of an earlier one
 * @text: the words, with blanks between; empty if there is none
 * @bytes: size of the area
 * @first: the area does not begin below this address
 * @limit: the area ends below this address; 0 if it may lie anywhere
 */
struct doctor_cma_words {
	char text[160];
	uint64_t bytes;
	uint64_t first;
	uint64_t limit;
};

#define RELEASE_UNKNOWN		"unknown"

/**
 * struct doctor_boot - where a CMA area can be reserved at the next boot
 * @ram: ranges of memory without the kernel's image, by address
 * @ram_count: the number of these ranges
 * @kernel: the kernel's image
 * @kernel_known: @kernel is valid; else @ram_count is 0
 * @initrd: the initial RAM disk; @initrd.last is 0 if its place is not known
 * @initrd_bytes: its size; 0 if the log does not name one
 * @log_begins: the log was readable from its beginning, so @initrd_bytes is right
 * @efi: firmware that keeps memory, which is free again later, during the boot
 */
struct doctor_boot {
	struct doctor_range ram[DOCTOR_RANGES_MAX];
	size_t ram_count;
	struct doctor_range kernel;
	bool kernel_known;
	struct doctor_range initrd;
	uint64_t initrd_bytes;
	bool log_begins;
	bool efi;
};

/**
 * struct doctor_narrow - of the other devices with a driver that has set a mask of
 *	fewer than 32 bits, the one with the fewest
 * @bits: its address bits; 0 if there is no such device
 * @pci: its PCI address
 * @driver: its driver
 */
struct doctor_narrow {
	uint32_t bits;
	char pci[32];
	char driver[32];
};

/**
 * struct doctor_facts - all facts about the machine and the device
 * @device: the PCI device
 * @release: the kernel's release, or RELEASE_UNKNOWN
 * @option: kernel options: "y", "n" or a value; empty if not known
 * @words: the words of the command line about memory and DMA, with blanks
 *	between
 * @words_known: the command line could be read
 * @cma_words: the words of @words that begin with cma=
 * @swiotlb_word: the word of the command line that forces bouncing:
 *	"swiotlb=force", "swiotlb=8192,force"; empty if there is none
 * @movable_words: the words kernelcore= and movablecore= of the command line
 * @not_activated: the kernel reserved the CMA area, but could not use it
 * @other_areas: a word of the command line reserves CMA areas that are not for the
 *	DMA API's default
 * @kaslr_off: nokaslr is on the command line
 * @page: bytes of a page
 * @block: bytes of the page allocator's largest block
 * @mem_total: bytes of memory; 0 if not known
 * @mem_available: bytes that programs could get without swapping
 * @available_known: @mem_available is valid
 * @mem_reclaimable: bytes that are free, or that the kernel could free without
 *	ending a program; UINT64_MAX if not known
 * @mem_movable: bytes of programs and of tmpfs, which may lie in CMA areas
 * @processor_pages: free pages in lists of the processors
 * @cma_total: bytes of all CMA areas
 * @cma_free: free bytes of all CMA areas; 0 if not known
 * @cma_free_known: @cma_free is valid
 * @cma_counted: the kernel shows CMA in /proc/meminfo, so it has CMA
 * @area: the default CMA area
 * @node_area: the CMA area of the device's NUMA node, which the kernel tries
 *	before @area if the mask is wider than 32 bits
 * @cma_debugfs: whether the kernel shows CMA in debugfs; UNKNOWN if debugfs
 *	cannot be read
 * @zones: populated zones, in the kernel's order
 * @zone_count: the number of zones
 * @boot: where memory is
 * @narrow: another device, which a new area should serve as well
 * @swiotlb_bytes: bytes of swiotlb's bounce pool; 0 if not known
 * @unseen: sentences about what could not be seen, and why
 * @unseen_count: the number of these sentences
 */
struct doctor_facts {
	struct doctor_device device;
	char release[80];
	char option[DOCTOR_OPTIONS][16];
	char words[512];
	bool words_known;
	struct doctor_cma_words cma_words;
	char swiotlb_word[80];
	char movable_words[80];
	bool not_activated;
	bool other_areas;
	bool kaslr_off;
	uint64_t page;
	uint64_t block;
	uint64_t mem_total;
	uint64_t mem_available;
	bool available_known;
	uint64_t mem_reclaimable;
	uint64_t mem_movable;
	uint64_t processor_pages;
	uint64_t cma_total;
	uint64_t cma_free;
	bool cma_free_known;
	bool cma_counted;
	struct doctor_area area;
	struct doctor_area node_area;
	enum answer cma_debugfs;
	struct doctor_zone zones[DOCTOR_ZONES_MAX];
	size_t zone_count;
	struct doctor_boot boot;
	struct doctor_narrow narrow;
	uint64_t swiotlb_bytes;
	char unseen[16][256];
	size_t unseen_count;
};

/* Returns the option's name without CONFIG_. */
const char *doctor_option_name(enum doctor_option option);

/**
 * doctor_gather() - read all facts
 * @sysroot: see libeducma.h
 * @which: the device: N, educmaN or a PCI address; NULL means the edu device
 *	with the lowest number, or no device if there is none
 * @bits: address bits to assume; 0 means the device's own
 * @f: filled in; doctor_forget() releases its memory
 */
void doctor_gather(const char *sysroot, const char *which, uint32_t bits,
		   struct doctor_facts *f);
void doctor_forget(struct doctor_facts *f);

#endif
