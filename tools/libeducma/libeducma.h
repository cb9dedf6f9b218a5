/* SPDX-License-Identifier: GPL-2.0 */
/*
 * libeducma: educma devices from user space.
 *
 * Unless a function says otherwise it returns 0 or a negative errno, and
 * what it was to fill in is undefined after an error. Nothing here prints.
 *
 * @sysroot is prefixed to every path, so that a captured tree can be read
 * offline; "" is the running machine.
 */
#ifndef LIBEDUCMA_H
#define LIBEDUCMA_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <linux/educma.h>

/**
 * struct educma_entry - a device found in sysfs
 * @index: the N of educmaN
 * @name: "educmaN"
 * @pci: PCI address, "0000:00:04.0"
 * @driver: the PCI driver's name; empty if there is none
 * @node: path of the character device
 * @pci_dir: path of the PCI device's directory in sysfs
 */
struct educma_entry {
	unsigned int index;
	char name[24];
	char pci[16];
	char driver[32];
	char node[PATH_MAX];
	char pci_dir[PATH_MAX];
};

/**
 * struct educma_buffer - a coherent buffer
 * @handle: names it in struct educma_submit
 * @bytes: its length, a multiple of the page size
 * @dma_addr: bus address; 0 if the kernel hides it from this user
 * @map: where it is mapped; NULL if it is not
 * @reason: enum educma_reason, if it could not be allocated
 * @map_err: 0, or mmap(2)'s negative errno: the driver allocated the buffer, but
 *	this process could not map it, so it was freed again
 */
struct educma_buffer {
	uint64_t handle;
	uint64_t bytes;
	uint64_t dma_addr;
	void *map;
	uint32_t reason;
	int map_err;
};

struct educma_counter {
	char name[48];
	uint64_t value;
};

#define EDUCMA_COUNTERS_MAX	64

struct educma_counters {
	size_t count;
	struct educma_counter counter[EDUCMA_COUNTERS_MAX];
};

/**
 * struct educma_cma_area - one CMA area of the running kernel
 * @name: its directory in debugfs
 * @base: physical address of its first byte
 * @bytes: its length
 * @used: how much of it is given out, in bytes
 * @largest_free: its longest free run, in bytes
 * @order_per_bit: a bit of its bitmap stands for 1 << @order_per_bit pages
 */
struct educma_cma_area {
	char name[64];
	uint64_t base;
	uint64_t bytes;
	uint64_t used;
	uint64_t largest_free;
	uint32_t order_per_bit;
};

struct educma;

/**
 * educma_list() - find all devices, lowest index first
 * @sysroot: prefix of every path
 * @list: set to an array for the caller to free(); NULL if there is none
 * @count: set to its length; no device at all is not an error
 *
 * Errors: -ENOMEM, or what reading sysfs gave.
 */
int educma_list(const char *sysroot, struct educma_entry **list, size_t *count);

/**
 * educma_find() - find one device
 * @sysroot: prefix of every path
 * @which: N, educmaN or its node, or a PCI address with or without its domain;
 *	NULL for the device with the lowest index
 * @entry: filled in
 *
 * Errors: -ENODEV (there is no device), -ENOENT (there are, but not this one).
 */
int educma_find(const char *sysroot, const char *which,
		struct educma_entry *entry);

/**
 * educma_list_unbound() - the edu PCI functions that the driver does not have
 * @sysroot: prefix of every path
 * @list: only @pci, @driver and @pci_dir of each are filled in; free() it
 * @count: its length
 *
 * Errors: -ENOMEM.
 */
int educma_list_unbound(const char *sysroot, struct educma_entry **list,
			size_t *count);

/**
 * educma_find_unbound() - find one of them
 * @sysroot: prefix of every path
 * @which: a PCI address with or without its domain; NULL for any
 * @entry: only @pci, @driver and @pci_dir are filled in
 *
 * Errors: -ENODEV (there is none, or not this one).
 */
int educma_find_unbound(const char *sysroot, const char *which,
			struct educma_entry *entry);

/**
 * educma_open() - open a device
 * @entry: from educma_list() or educma_find()
 * @flags: 0, or O_EXCL to have the device alone
 * @dev: set to what the other functions take; give it to educma_close()
 *
 * Errors: -EBUSY (somebody has it alone), -ENODEV, -ENOMEM, open(2)'s.
 */
int educma_open(const struct educma_entry *entry, int flags,
		struct educma **dev);

/**
 * educma_close() - close a device; its transfers end and its buffers go
 * @dev: may be NULL
 */
void educma_close(struct educma *dev);

/**
 * educma_fd() - the file descriptor, for poll(2)
 * @dev: the device; it keeps the descriptor
 */
int educma_fd(const struct educma *dev);

/**
 * educma_info() - ask what the device and the driver are set to
 * @dev: the device
 * @info: filled in
 *
 * Errors: -ENODEV, -ENOTTY (this is no educma node).
 */
int educma_info(struct educma *dev, struct educma_info *info);

/**
 * educma_alloc() - allocate a coherent buffer, and map it
 * @dev: the device
 * @bytes: wanted, at least 1; rounded up to pages
 * @buf: filled in; @buf->reason and @buf->map_err after an error, too
 *
 * Errors: the driver's -EINVAL (@bytes), -ENOMEM, -EDQUOT and -EIO (see
 * @buf->reason), or @buf->map_err if that is not 0: educma_map()'s.
 */
int educma_alloc(struct educma *dev, uint64_t bytes, struct educma_buffer *buf);

/**
 * educma_free() - unmap a buffer and give it back
 * @dev: the device
 * @buf: from educma_alloc(); freeing it again is harmless
 *
 * Errors: -ENODEV.
 */
int educma_free(struct educma *dev, struct educma_buffer *buf);

/**
 * educma_map() - map a buffer, shared, for reading and writing
 * @dev: the device
 * @buf: from educma_alloc(), after educma_unmap()
 *
 * Errors: -EOVERFLOW (more than this process can address), mmap(2)'s.
 */
int educma_map(struct educma *dev, struct educma_buffer *buf);

/**
 * educma_unmap() - unmap a buffer; it stays allocated
 * @buf: mapped or not
 */
void educma_unmap(struct educma_buffer *buf);

/**
 * educma_submit() - queue a transfer and return at once
 * @dev: the device
 * @req: the request; its size field need not be set
 *
 * Errors: see struct educma_submit.
 */
int educma_submit(struct educma *dev, const struct educma_submit *req);

/**
 * educma_wait() - collect finished transfers
 * @dev: the device
 * @done: filled in
 * @max: how many @done has room for
 * @got: set to how many there were; 0 means that nothing is in flight
 * @timeout_ms: the longest time to wait for the first; -1 for ever
 *
 * Errors: -ETIMEDOUT, -EINTR (a signal), -ENODEV.
 */
int educma_wait(struct educma *dev, struct educma_completion *done, size_t max,
		size_t *got, int timeout_ms);

/**
 * educma_cancel() - cancel the transfers with a cookie; still collect them
 * @dev: the device
 * @cookie: as submitted
 *
 * Errors: -ENOENT (none is queued or running), -ENODEV.
 */
int educma_cancel(struct educma *dev, uint64_t cookie);

/**
 * educma_transfer() - do one transfer and wait for its end
 * @dev: the device, with nothing else in flight
 * @req: the request; its size field need not be set
 *
 * Errors: educma_submit()'s, educma_wait()'s, or the transfer's own.
 */
int educma_transfer(struct educma *dev, const struct educma_submit *req);

/**
 * educma_read_counters() - read every counter of a device, sorted by name
 * @entry: from educma_list() or educma_find()
 * @counters: filled in; units are in the names
 *
 * Errors: -ENOENT (no counters: another driver, or gone), -E2BIG, open(2)'s and
 * read(2)'s. A file that does not hold a number is left out.
 */
int educma_read_counters(const struct educma_entry *entry,
			 struct educma_counters *counters);

/**
 * educma_read_counter() - read one counter of a device
 * @entry: from educma_list() or educma_find()
 * @name: the counter's
 * @value: set to it
 *
 * Errors: -ENOENT (no such counter, another driver, or gone), open(2)'s and
 * read(2)'s, -EINVAL (not a number).
 */
int educma_read_counter(const struct educma_entry *entry, const char *name,
			uint64_t *value);

/**
 * educma_counter() - look a counter up by its name
 * @counters: from educma_read_counters()
 * @name: its file name
 * @value: set to its value
 *
 * Errors: -ENOENT.
 */
int educma_counter(const struct educma_counters *counters, const char *name,
		   uint64_t *value);

/**
 * educma_dma_bits() - address bits the kernel lets a PCI device use
 * @entry: from educma_list() or educma_find()
 * @bits: set to the coherent mask's width
 */
int educma_dma_bits(const struct educma_entry *entry, uint64_t *bits);

/**
 * educma_meminfo() - one line of /proc/meminfo
 * @sysroot: prefix of every path
 * @name: "CmaFree"
 * @bytes: set to its value, in bytes
 *
 * Errors: -ENOENT (no such line).
 */
int educma_meminfo(const char *sysroot, const char *name, uint64_t *bytes);

/**
 * educma_cma_areas() - all CMA areas, lowest address first
 * @sysroot: prefix of every path
 * @list: set to an array for the caller to free(); NULL if there is none
 * @count: set to its length; no area at all is not an error
 *
 * Errors: -EACCES or -ENOENT (the kernel's CMA debugfs is not to be read or
 * not there), -EINVAL (what stands there is no number), -ENOMEM.
 */
int educma_cma_areas(const char *sysroot, struct educma_cma_area **list,
		     size_t *count);

/**
 * educma_cma_default() - the area that the DMA API takes from by default
 * @list: the areas; their names are enough
 * @count: how many
 *
 * Returns its index, -ENODEV (none of them is) or -E2BIG (it is not clear which
 * one: there are several, and the kernel does not say). A device may have an
 * area of its own (device tree), or of its NUMA node, from which it takes first.
 */
int educma_cma_default(const struct educma_cma_area *list, size_t count);

/**
 * educma_cma_find() - one CMA area by its name
 * @sysroot: prefix of every path
 * @name: its name; NULL for educma_cma_default()'s
 * @area: filled in
 *
 * Errors: -ENODEV (there is none at all), -ESRCH (none of this name), those of
 * educma_cma_default() if @name is NULL, or educma_cma_areas()'s.
 */
int educma_cma_find(const char *sysroot, const char *name,
		    struct educma_cma_area *area);

/**
 * struct educma_cma_bitmap - which pages of an area are given out
 * @bits: how many bits; each stands for 1 << order_per_bit pages
 * @words: the bits, lowest address in the lowest bit of the first word
 */
struct educma_cma_bitmap {
	uint64_t bits;
	uint32_t *words;
};

/**
 * educma_cma_bitmap() - read an area's bitmap
 * @sysroot: prefix of every path
 * @area: from educma_cma_areas()
 * @map: filled in; free() its @words
 *
 * An area in several pieces (Linux 6.15, for huge pages only) is read as far as
 * its first one goes. Errors: -EINVAL (fewer bits than the area has), -ENOMEM,
 * open(2)'s.
 */
int educma_cma_bitmap(const char *sysroot, const struct educma_cma_area *area,
		      struct educma_cma_bitmap *map);

/**
 * educma_cma_is_used() - look up one bit of an area's bitmap
 * @map: from educma_cma_bitmap()
 * @bit: below @map->bits
 *
 * Returns whether the pages that the bit stands for are given out.
 */
bool educma_cma_is_used(const struct educma_cma_bitmap *map, uint64_t bit);

/**
 * educma_cma_counters() - pages that an area was asked for since boot
 * @sysroot: prefix of every path
 * @area: from educma_cma_areas()
 * @success: set to those that it gave
 * @failed: set to those that it did not
 *
 * Errors: -ENOENT (a kernel without CONFIG_CMA_SYSFS).
 */
int educma_cma_counters(const char *sysroot, const struct educma_cma_area *area,
			uint64_t *success, uint64_t *failed);

/**
 * educma_cma_alloc() - have the kernel's debugfs take pages and hold them
 * @sysroot: prefix of every path
 * @area: from educma_cma_areas()
 * @pages: how many, in one run
 *
 * Errors: -ERANGE (none, or more than the area has), -ENOMEM (no such run is
 * free, or what is on it cannot be moved away), -EACCES.
 */
int educma_cma_alloc(const char *sysroot, const struct educma_cma_area *area,
		     uint64_t pages);

/**
 * educma_cma_free() - have it give pages back, the latest first
 * @sysroot: prefix of every path
 * @area: from educma_cma_areas()
 * @pages: how many, at most; those of educma_cma_alloc() alone
 *
 * That there were fewer is no error: @used of the area tells.
 *
 * Errors: -ERANGE (none, or more than the area has), -EACCES.
 */
int educma_cma_free(const char *sysroot, const struct educma_cma_area *area,
		    uint64_t pages);

/**
 * educma_find_area() - the CMA area that holds a buffer
 * @sysroot: prefix of every path
 * @entry: the buffer's device
 * @buf: the buffer
 * @area: filled in
 *
 * Errors: -EPERM (bus addresses are hidden from this user), -EXDEV (an IOMMU
 * translates, so a bus address says nothing about memory), -ERANGE (in none), or
 * educma_cma_areas()'s.
 */
int educma_find_area(const char *sysroot, const struct educma_entry *entry,
		     const struct educma_buffer *buf,
		     struct educma_cma_area *area);

#endif
