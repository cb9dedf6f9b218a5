/* SPDX-License-Identifier: GPL-2.0 */
/*
 * libeducma: educma devices from user space. example.c shows how it is used.
 *
 * Errors. Unless its comment says otherwise a function returns 0 or a negative
 * errno. The listed errors have a meaning of their own; any function may also
 * return the errors of the system calls that it makes. After an error the
 * contents of output arguments are undefined, unless the comment says otherwise.
 * Nothing is printed, and the process is never ended.
 *
 * Units. Lengths, offsets and addresses are in bytes, time limits in
 * milliseconds (_ms), measured times in nanoseconds (_ns).
 *
 * Ownership. Strings and structures that are passed in stay the caller's, and
 * are not needed after the call. An array that a function sets is freed by the
 * caller with free(). The comments of educma_open() and educma_alloc() say who
 * releases a device and a buffer.
 *
 * Threads. The library has no state of its own, so calls with different devices
 * may run at the same time. Calls with one struct educma may run at the same time
 * too, but for educma_close() and educma_transfer(); a completion then goes to one
 * of the threads that wait. A struct educma_buffer must not be changed by two
 * threads at once. Descriptors are closed by execve(2); after fork(2) parent and
 * child share the device's transfers and completions.
 *
 * @sysroot is "" for the running machine. Any other is a directory with a copy of
 * another machine's /sys, /proc and /dev: every path is then looked up below that
 * directory, which neither links nor ".." lead out of, and only regular files are
 * read. Nothing in such a tree is written, and no device in it is opened.
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
 * @driver: the PCI driver's name; empty if the device has no driver
 * @node: path of the character device, "/dev/educma0"
 * @pci_dir: path of the PCI device's directory in sysfs
 * @sysroot: the tree in which both paths are looked up; the caller's string, not a
 *	copy
 *
 * It is a copy of what sysfs said. The device may be gone when it is used.
 */
struct educma_entry {
	unsigned int index;
	char name[24];
	char pci[16];
	char driver[32];
	char node[32];
	char pci_dir[48];
	const char *sysroot;
};

/**
 * struct educma_buffer - a coherent buffer
 * @handle: names the buffer in struct educma_submit; valid in one open device
 * @bytes: its length, a multiple of the page size; 0 if it is not allocated
 * @dma_addr: bus address; 0 if the driver hides it from this user
 * @map: where the buffer is mapped; NULL if it is not
 * @reason: after an error of educma_alloc() enum educma_reason, else 0
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

/**
 * struct educma_counter - one counter of a device
 * @name: the name of its file; a unit is part of it (_bytes, _ns, _per_s)
 * @value: the number in the file
 */
struct educma_counter {
	char name[48];
	uint64_t value;
};

/* The most counters that educma_read_counters() takes. */
#define EDUCMA_COUNTERS_MAX	64

/**
 * struct educma_counters - the counters of a device
 * @count: how many elements of @counter are set
 * @counter: the counters, sorted by name
 * @failed: after an error of educma_read_counters() the name of the counter that
 *	could not be read; empty if no counter could be
 */
struct educma_counters {
	size_t count;
	struct educma_counter counter[EDUCMA_COUNTERS_MAX];
	char failed[48];
};

/**
 * struct educma_cma_area - one CMA area of the running kernel
 * @name: the name of its directory in debugfs
 * @base: physical address of its first byte
 * @bytes: its length
 * @used: how much of it is given out, in bytes
 * @largest_free: its longest free run, in bytes
 * @order_per_bit: each bit of its bitmap stands for 1 << @order_per_bit pages
 * @page_bytes: bytes of a page
 * @err: 0, or a negative errno because of which only @name is known: -EINVAL and
 *	-EOVERFLOW (the area's files contradict each other, or are no numbers)
 */
struct educma_cma_area {
	char name[64];
	uint64_t base;
	uint64_t bytes;
	uint64_t used;
	uint64_t largest_free;
	uint32_t order_per_bit;
	uint64_t page_bytes;
	int err;
};

/* An open device. */
struct educma;

/* Devices ------------------------------------------------------------------ */

/**
 * educma_list() - find all devices, lowest index first
 * @sysroot: see above
 * @list: set to an array, which the caller frees; NULL if there is no device
 * @count: set to its length; no device at all is not an error
 *
 * Errors: -ENOMEM.
 */
int educma_list(const char *sysroot, struct educma_entry **list, size_t *count);

/**
 * educma_find() - find one device
 * @sysroot: see above
 * @which: N, educmaN or the path of its node, or a PCI address with or without
 *	the domain 0000; NULL for the device with the lowest index
 * @entry: filled in
 *
 * Errors: -ENODEV (there is no device), -ENOENT (there are devices, but not this
 * one), -ENOMEM.
 */
int educma_find(const char *sysroot, const char *which,
		struct educma_entry *entry);

/**
 * educma_list_unbound() - find the edu PCI functions that have another driver, or
 *	none
 * @sysroot: see above
 * @list: set to an array, which the caller frees, sorted by PCI address; only
 *	@pci, @driver and @pci_dir of each element are set. NULL if there is none
 * @count: set to its length
 *
 * Errors: -ENOMEM.
 */
int educma_list_unbound(const char *sysroot, struct educma_entry **list,
			size_t *count);

/**
 * educma_find_unbound() - find one of the functions of educma_list_unbound()
 * @sysroot: see above
 * @which: a PCI address with or without the domain 0000; NULL for any
 * @entry: only @pci, @driver and @pci_dir are set
 *
 * Errors: -ENODEV (there is none, or not this one), -ENOMEM.
 */
int educma_find_unbound(const char *sysroot, const char *which,
			struct educma_entry *entry);

/**
 * educma_dma_bits() - read how many address bits the kernel lets a device use
 * @entry: from educma_list(), educma_find() or their functions for unbound devices
 * @bits: set to the width of the coherent DMA mask, 0 to 64
 *
 * Errors: -EINVAL (the file does not hold such a number).
 */
int educma_dma_bits(const struct educma_entry *entry, uint64_t *bits);

/**
 * educma_open() - open a device
 * @entry: from educma_list() or educma_find()
 * @flags: 0, or O_EXCL to be the only one who has the device open
 * @dev: set to the open device, which the caller gives to educma_close()
 *
 * Errors: -EBUSY (another program has it with O_EXCL, or with @flags O_EXCL any
 * other has it open), -ENODEV (it is gone), -EACCES, -ENOMEM; -EIO or -ENODEV if
 * the driver cannot clear the device's memory for this user; -ENOTTY (it was found
 * in a tree).
 */
int educma_open(const struct educma_entry *entry, int flags,
		struct educma **dev);

/**
 * educma_close() - close a device
 * @dev: from educma_open(), or NULL; no other call with it may be running
 *
 * Transfers in flight are cancelled, and buffers are freed. A buffer that is
 * still mapped keeps its memory until it is unmapped.
 */
void educma_close(struct educma *dev);

/**
 * educma_fd() - get the file descriptor, for poll(2)
 * @dev: the device; it keeps the descriptor, which must not be closed
 *
 * Returns the descriptor; poll() events are described in linux/educma.h.
 */
int educma_fd(const struct educma *dev);

/**
 * educma_info() - ask for the settings and the state of the device
 * @dev: the device
 * @info: filled in; see struct educma_info in linux/educma.h
 *
 * Errors: -ENODEV (it is gone), -ENOTTY (the node is not educma's).
 */
int educma_info(struct educma *dev, struct educma_info *info);

/* Buffers ------------------------------------------------------------------ */

/**
 * educma_alloc() - allocate a coherent buffer, and map it
 * @dev: the device
 * @bytes: the length, at least 1; it is rounded up to pages
 * @buf: filled in. The caller gives it to educma_free(); educma_close() frees it
 *	as well, but leaves it mapped. After an error @buf->reason and
 *	@buf->map_err are set, and there is nothing to free
 *
 * The buffer is zeroed, contiguous in bus addresses, and mapped for reading and
 * writing.
 *
 * Errors: -EINVAL (@bytes is 0), -ENOMEM and -EDQUOT (see @buf->reason), -EIO
 * (the device has failed, or with @buf->reason EDUCMA_REASON_UNREACHED does not
 * reach the buffer), -ENODEV (the device is gone), or @buf->map_err if that is
 * not 0: see educma_map().
 */
int educma_alloc(struct educma *dev, uint64_t bytes, struct educma_buffer *buf);

/**
 * educma_free() - unmap a buffer and give it back
 * @dev: the device
 * @buf: from educma_alloc(); freeing it a second time does nothing
 *
 * Transfers that use the buffer go on, and keep its memory until they are
 * collected. After an error the buffer is unmapped all the same.
 *
 * Errors: -ENODEV (the device is gone, and the buffer with it), -ENOENT (the
 * buffer is not of this device).
 */
int educma_free(struct educma *dev, struct educma_buffer *buf);

/**
 * educma_map() - map a buffer again, shared, for reading and writing
 * @dev: the device
 * @buf: from educma_alloc(), after educma_unmap(); @buf->map is set
 *
 * Errors: -EOVERFLOW (the buffer is larger than this process can address),
 * -ENOMEM (no room in the address space, or over its limit), -ENODEV.
 */
int educma_map(struct educma *dev, struct educma_buffer *buf);

/**
 * educma_unmap() - unmap a buffer; it stays allocated
 * @buf: mapped or not; @buf->map is NULL afterwards
 */
void educma_unmap(struct educma_buffer *buf);

/* Transfers ---------------------------------------------------------------- */

/**
 * educma_submit() - queue a transfer and return at once
 * @dev: the device
 * @req: the request; its member @size need not be set
 *
 * Each transfer that is queued has one completion, which educma_wait() collects.
 * Up to max_in_flight of struct educma_info may be queued and not collected.
 *
 * Errors: those of struct educma_submit in linux/educma.h.
 */
int educma_submit(struct educma *dev, const struct educma_submit *req);

/**
 * educma_submit_many() - queue several transfers with one call
 * @dev: the device
 * @reqs: the requests, in the order in which they are queued; the function sets the
 *	member @size of each
 * @count: how many requests, at least 1
 * @queued: set to how many were queued, from the first one on, also after an error
 *
 * Errors: those of struct educma_submit in linux/educma.h, for @reqs[@queued]: it
 * and those behind it are not queued. -EAGAIN: collect completions, and submit the
 * rest again.
 */
int educma_submit_many(struct educma *dev, struct educma_submit *reqs,
		       size_t count, size_t *queued);

/**
 * educma_collect() - wait for some completions, and collect them at once
 * @dev: the device
 * @done: set to the completions, in the order in which the transfers ended
 * @min: how many to wait for, at most @max; 0 does not wait
 * @max: how many @done has room for, at least 1
 * @got: set to how many there were
 * @deadline_ns: when to stop waiting, as educma_deadline() returns it
 *
 * The caller is woken once, when @min completions are there, or when no other
 * transfer is in flight. @got is then less than @min: 0 with @min above 0 means
 * that nothing is in flight. It is also less, but not 0, when the deadline has
 * passed or a signal has come. A transfer that failed is no error of this function:
 * see the member @status of each completion.
 *
 * Errors, each with nothing collected and nothing lost: -ETIMEDOUT, -EINTR (a signal
 * came), -EINVAL (@min above @max, @max 0), -ENODEV (the driver was unbound).
 */
int educma_collect(struct educma *dev, struct educma_completion *done,
		   size_t min, size_t max, size_t *got, uint64_t deadline_ns);

/**
 * educma_deadline() - the deadline of educma_collect() for a time limit from now on
 * @timeout_ms: the limit, in ms; 0: do not wait; -1: no limit
 *
 * Returns the deadline, a time of CLOCK_MONOTONIC in ns; UINT64_MAX: none.
 */
uint64_t educma_deadline(int timeout_ms);

/**
 * educma_wait() - collect completions, at least one
 * @dev: the device
 * @done: set to the completions, in the order in which the transfers ended
 * @max: how many @done has room for, at least 1
 * @got: set to how many there were; 0 means that nothing is in flight
 * @timeout_ms: the longest time to wait for the first one, in ms; 0 does not
 *	wait, -1 waits without a limit, which the driver's own DMA timeout bounds
 *
 * It is educma_collect() with @min 1.
 *
 * Errors: those of educma_collect().
 */
int educma_wait(struct educma *dev, struct educma_completion *done, size_t max,
		size_t *got, int timeout_ms);

/**
 * educma_cancel() - cancel all transfers with a cookie
 * @dev: the device
 * @cookie: the member @cookie of the requests
 *
 * Cancelled transfers are still to be collected; their status is -ECANCELED. One
 * that is running ends after its present chunk.
 *
 * Errors: -ENOENT (no transfer with this cookie is queued or running), -ENODEV.
 */
int educma_cancel(struct educma *dev, uint64_t cookie);

/**
 * educma_transfer() - do one transfer and wait for its end
 * @dev: the device; nothing else may be in flight, and no other thread may use it
 * @req: the request; its member @size need not be set
 *
 * Errors: those of educma_submit(), the transfer's own status, or those of
 * educma_wait(). After -EINTR the transfer is still in flight: collect it with
 * educma_wait().
 */
int educma_transfer(struct educma *dev, const struct educma_submit *req);

/* Counters ----------------------------------------------------------------- */

/**
 * educma_read_counters() - read all counters of a device
 * @entry: from educma_list() or educma_find()
 * @counters: filled in. The files are read one after another, each with its value
 *	at that time
 *
 * Errors: -ENOENT (the device has no counters, because it has another driver or
 * is gone; or a counter of include/abi/sysfs-driver-educma is missing), -EINVAL (a
 * file does not hold a number), -E2BIG (more than EDUCMA_COUNTERS_MAX), -EACCES.
 */
int educma_read_counters(const struct educma_entry *entry,
			 struct educma_counters *counters);

/**
 * educma_read_counter() - read one counter of a device
 * @entry: from educma_list() or educma_find()
 * @name: the name of its file
 * @value: set to its value
 *
 * Errors: -ENOENT (no such counter, another driver, or the device is gone),
 * -EINVAL (the file does not hold a number), -EACCES.
 */
int educma_read_counter(const struct educma_entry *entry, const char *name,
			uint64_t *value);

/**
 * educma_counter() - look up a counter that has been read
 * @counters: from educma_read_counters()
 * @name: the name of its file
 * @value: set to its value; unchanged after an error
 *
 * Errors: -ENOENT.
 */
int educma_counter(const struct educma_counters *counters, const char *name,
		   uint64_t *value);

/* The kernel's CMA --------------------------------------------------------- */

/**
 * educma_meminfo() - read one line of /proc/meminfo
 * @sysroot: see above
 * @name: its name without the colon: "CmaFree"
 * @bytes: set to its value, in bytes
 *
 * Errors: -ENOENT (no such line, or it has no kB).
 */
int educma_meminfo(const char *sysroot, const char *name, uint64_t *bytes);

/**
 * educma_page_size() - get the bytes of a page of a machine
 * @sysroot: see above
 * @known: set to false if the tree does not show it. Then the size is that of the
 *	machine on which the program runs
 *
 * Returns the size.
 */
uint64_t educma_page_size(const char *sysroot, bool *known);

/**
 * educma_cma_areas() - find all CMA areas, lowest address first
 * @sysroot: see above
 * @list: set to an array, which the caller frees; NULL if there is no area
 * @count: set to its length; no area at all is not an error
 *
 * An area that cannot be read is in the array as well, behind the others, and its
 * member @err is set.
 *
 * Errors: -EACCES (only root may read debugfs), -ENOENT (debugfs is not mounted,
 * or the kernel lacks CONFIG_CMA_DEBUGFS), -ENOMEM.
 */
int educma_cma_areas(const char *sysroot, struct educma_cma_area **list,
		     size_t *count);

/**
 * educma_cma_default() - choose the area that the DMA API takes from by default
 * @list: the areas; only their names are read
 * @count: how many
 *
 * A device may have an area of its own (device tree) or of its NUMA node, from
 * which it takes first; these are not considered.
 *
 * Returns the area's index in @list, -ENODEV (no area is for the DMA API) or
 * -E2BIG (several may be, and the kernel does not say which).
 */
int educma_cma_default(const struct educma_cma_area *list, size_t count);

/**
 * educma_cma_find() - find one CMA area
 * @sysroot: see above
 * @name: its name; NULL for the area of educma_cma_default()
 * @area: filled in
 *
 * Errors: -ENODEV (there is no area), -ESRCH (no area has this name), the area's
 * @err, those of educma_cma_default() if @name is NULL, or those of
 * educma_cma_areas().
 */
int educma_cma_find(const char *sysroot, const char *name,
		    struct educma_cma_area *area);

/**
 * struct educma_cma_bitmap - which pages of an area are given out
 * @bits: how many bits; each stands for 1 << order_per_bit pages of the area
 * @words: the bits; the lowest address is the lowest bit of the first word
 */
struct educma_cma_bitmap {
	uint64_t bits;
	uint32_t *words;
};

/**
 * educma_cma_bitmap() - read an area's bitmap
 * @sysroot: see above
 * @area: from educma_cma_areas() or educma_cma_find()
 * @map: filled in; the caller frees @map->words
 *
 * Of an area in several ranges (Linux 6.15 and later, for huge pages only) the
 * first range is read.
 *
 * Errors: -EINVAL (the file has fewer bits than the area), -ENOENT, -EACCES,
 * -ENOMEM.
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
 * educma_cma_next_used() - find the next pages that are given out
 * @map: from educma_cma_bitmap()
 * @bit: where to begin
 *
 * Returns the first bit from @bit on that is set, or @map->bits if none is set.
 */
uint64_t educma_cma_next_used(const struct educma_cma_bitmap *map, uint64_t bit);

/**
 * educma_cma_next_free() - find the next pages that are not given out
 * @map: from educma_cma_bitmap()
 * @bit: where to begin
 *
 * Returns the first bit from @bit on that is clear, or @map->bits if all are set.
 */
uint64_t educma_cma_next_free(const struct educma_cma_bitmap *map, uint64_t bit);

/**
 * educma_cma_count_used() - count what is given out in one bitmap, but not in another
 * @map: from educma_cma_bitmap()
 * @other: a bitmap of as many bits; NULL for one in which all bits are clear
 *
 * Returns the number of bits that are set in @map and clear in @other.
 */
uint64_t educma_cma_count_used(const struct educma_cma_bitmap *map,
			       const struct educma_cma_bitmap *other);

/**
 * educma_cma_counters() - read how many pages an area was asked for since boot
 * @sysroot: see above
 * @area: from educma_cma_areas() or educma_cma_find()
 * @success: set to the pages that it gave
 * @failed: set to the pages that it was asked for and did not give
 *
 * Errors: -ENOENT (a kernel without CONFIG_CMA_SYSFS).
 */
int educma_cma_counters(const char *sysroot, const struct educma_cma_area *area,
			uint64_t *success, uint64_t *failed);

/**
 * educma_cma_alloc() - make the kernel's debugfs take pages and hold them
 * @sysroot: see above
 * @area: from educma_cma_areas() or educma_cma_find()
 * @pages: how many pages, in one piece; at least 1
 *
 * The pages stay taken after the process has ended, until educma_cma_free().
 *
 * Errors: -ERANGE (@pages is 0, more than the area has, or above INT_MAX), -ENOMEM
 * (no free piece is long enough, or the data in it cannot be moved away), -EACCES.
 */
int educma_cma_alloc(const char *sysroot, const struct educma_cma_area *area,
		     uint64_t pages);

/**
 * educma_cma_free() - make the kernel's debugfs give pages back, the latest first
 * @sysroot: see above
 * @area: from educma_cma_areas() or educma_cma_find()
 * @pages: how many pages at most; only pages of educma_cma_alloc() are given back
 *
 * It is not an error if there were fewer: read the area again, and compare @used.
 *
 * Errors: -ERANGE (as for educma_cma_alloc()), -EACCES.
 */
int educma_cma_free(const char *sysroot, const struct educma_cma_area *area,
		    uint64_t pages);

/**
 * educma_find_area() - find the CMA area that holds a buffer
 * @sysroot: see above
 * @entry: the buffer's device
 * @buf: the buffer; only @dma_addr and @bytes are read
 * @area: filled in
 *
 * Errors: -EPERM (the driver hides bus addresses from this user), -EXDEV (an IOMMU
 * translates them, so they say nothing about memory), -ERANGE (the buffer is in no
 * area), or those of educma_cma_areas().
 */
int educma_find_area(const char *sysroot, const struct educma_entry *entry,
		     const struct educma_buffer *buf,
		     struct educma_cma_area *area);

#endif
