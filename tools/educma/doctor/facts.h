/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the doctor finds out about a machine and one of its PCI devices. It
 * only reads, and what it could not see it says.
 */
#ifndef EDUCMA_DOCTOR_FACTS_H
#define EDUCMA_DOCTOR_FACTS_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "libeducma.h"

enum answer { UNKNOWN, NO, YES };

/* Kernel options that matter; their names are in facts_kernel.c. */
enum doctor_option {
	OPTION_CMA,
	OPTION_DMA_CMA,
	OPTION_CMA_SIZE,
	OPTION_ZONE_DMA,
	OPTION_ZONE_DMA32,
	OPTION_SWIOTLB,
	DOCTOR_OPTIONS,
};

/* What a PCI device gets before a driver says otherwise. */
#define DEFAULT_BITS	32

/* Where the number of address bits comes from. */
enum doctor_bits { BITS_DRIVER, BITS_DEFAULT, BITS_EDU, BITS_ASKED };

#define DOCTOR_RANGES_MAX	32

/**
 * struct doctor_range - bus addresses
 * @first: the first of them
 * @last: the last
 */
struct doctor_range {
	uint64_t first;
	uint64_t last;
};

/**
 * struct doctor_device - the PCI device
 * @pci: its address, or what was asked for; empty: no device was asked for
 * @present: there is such a device
 * @pci_dir: its directory in sysfs
 * @vendor: PCI vendor
 * @device: PCI device
 * @driver: its driver; empty if it has none
 * @mask_bits: of its streaming mask, as the kernel has it; 0: not known
 * @coherent_mask_bits: of its coherent mask, as the kernel has it
 * @bits: address bits to judge by
 * @bits_from: where @bits comes from
 * @bus_master: the command register's bit
 * @suspended: it sleeps, so @bus_master says nothing
 * @node: of NUMA; -1 if there is none
 * @own_memory: the device tree has memory for it alone; whether its driver uses
 *	it cannot be seen
 * @iommu: the type of its IOMMU group, or without a device of the machine's
 *	first; empty if there is none
 * @reserved: addresses that the IOMMU cannot give to memory: its own, and the
 *	windows of the PCI host bridge
 * @reserved_count: how many ranges
 * @reserved_known: these are all
 * @link: of PCI Express, as "2.5 GT/s x1"; empty if there is none
 * @link_max: what the link could be
 */
struct doctor_device {
	char pci[32];
	bool present;
	char pci_dir[PATH_MAX];
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
	char link[40];
	char link_max[40];
};

/**
 * struct doctor_zone - a zone of memory
 * @node: of NUMA
 * @name: "DMA32"
 * @start: physical address of its first byte
 * @end: of the first byte after it
 * @present: bytes of it that are memory; 0 if not known
 * @ordinary_free: free bytes that are not CMA's
 * @largest_free: the longest free piece that the ordinary allocator has
 * @cma: bytes of CMA areas
 */
struct doctor_zone {
	unsigned int node;
	char name[16];
	uint64_t start;
	uint64_t end;
	uint64_t present;
	uint64_t ordinary_free;
	uint64_t largest_free;
	uint64_t cma;
};

#define DOCTOR_ZONES_MAX	64

/**
 * struct doctor_area - a CMA area from which dma_alloc_coherent() takes
 * @present: whether there is one; UNKNOWN also if it is not clear which
 * @name: its name; empty if not known
 * @bytes: its length; 0 if not known
 * @first: no byte of it lies below
 * @last: no byte of it lies above
 * @exact: @first and @last are where it begins and ends
 * @used: bytes given out
 * @used_known: @used is so
 * @largest_free: its longest free run; an upper bound without @free_known
 * @free_known: @largest_free is exact
 * @map: which pages are given out; no @words if that is not known
 * @page_order: a bit of @map stands for 1 << @page_order pages
 * @succeeded: pages allocated since boot
 * @failed: pages that could not be allocated since boot
 * @counted: @succeeded and @failed are so
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
	uint32_t page_order;
	uint64_t succeeded;
	uint64_t failed;
	bool counted;
};

/**
 * struct doctor_cma_words - all cma= of the command line, as the kernel adds
 *	them up: a later one without @ keeps the place of an earlier one
 * @text: the words, with blanks between; empty if there is none
 * @bytes: size of the area
 * @first: no byte of it lies below
 * @limit: the first byte after where it can lie; 0: anywhere
 */
struct doctor_cma_words {
	char text[160];
	uint64_t bytes;
	uint64_t first;
	uint64_t limit;
};

/**
 * struct doctor_facts - all of it
 * @device: the PCI device
 * @release: the kernel's
 * @option: kernel options: "y", "n", a value; empty if not known
 * @words: of the command line, those that matter, with blanks between
 * @cma_words: those of CMA's default area
 * @swiotlb_forced: swiotlb=force
 * @page: bytes of a page
 * @mem_total: memory in bytes; 0 if not known
 * @mem_available: what of it could be had; 0 if not known
 * @cma_total: bytes of all CMA areas
 * @cma_free: what of them is free, or 0
 * @cma_counted: the kernel counts them: it has CMA
 * @area: the default area
 * @node_area: that of the device's NUMA node; past 32 bits it comes first
 * @cma_debugfs: whether the kernel has it; UNKNOWN if debugfs is not to be read
 * @zones: populated zones, in the kernel's order
 * @zone_count: how many
 * @swiotlb_bytes: its pool; 0 if not known
 * @unseen: what could not be seen, and why
 * @unseen_count: how many of these
 */
struct doctor_facts {
	struct doctor_device device;
	char release[80];
	char option[DOCTOR_OPTIONS][16];
	char words[512];
	struct doctor_cma_words cma_words;
	bool swiotlb_forced;
	uint64_t page;
	uint64_t mem_total;
	uint64_t mem_available;
	uint64_t cma_total;
	uint64_t cma_free;
	bool cma_counted;
	struct doctor_area area;
	struct doctor_area node_area;
	enum answer cma_debugfs;
	struct doctor_zone zones[DOCTOR_ZONES_MAX];
	size_t zone_count;
	uint64_t swiotlb_bytes;
	char unseen[12][256];
	size_t unseen_count;
};

/* The option's name, without CONFIG_. */
const char *doctor_option_name(enum doctor_option option);

/**
 * doctor_gather() - find out all of it
 * @sysroot: prefix of every path
 * @which: the device: N, educmaN or a PCI address; NULL: the edu device with
 *	the lowest number, or if there is none no device
 * @bits: address bits to assume; 0: those of the device
 * @f: filled in; give it to doctor_forget()
 */
void doctor_gather(const char *sysroot, const char *which, uint32_t bits,
		   struct doctor_facts *f);
void doctor_forget(struct doctor_facts *f);

#endif
