/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * educma: large coherent buffers and device DMA on QEMU's edu device.
 *
 * Ioctls: each takes a structure whose first field, @size, the caller sets to
 * sizeof(structure). A newer caller on an older driver gets -E2BIG if it sets a
 * field that the driver does not know; an older caller on a newer driver gets
 * the old behaviour. Reserved fields and unknown flags must be zero (-EINVAL).
 * An unknown command returns -ENOTTY. Once the driver has been unbound, every
 * call on a file that is still open returns -ENODEV. A failed device refuses new
 * transfers until it is bound again or reset: with -ENODEV if it does not
 * answer, with -EIO if it has failed in another way.
 *
 * Completions: read(2) returns as many struct educma_completion as fit into the
 * caller's buffer, which must have room for one. It sleeps until there is one
 * (-EAGAIN with O_NONBLOCK), and returns 0 when nothing is in flight. To limit
 * the wait, or to be woken for several completions only, use EDUCMA_IOC_COLLECT.
 *
 * poll(2) reports EPOLLIN when there is a completion, EPOLLOUT when another
 * transfer may be submitted, and EPOLLHUP | EPOLLERR when the driver has been
 * unbound, or when the device has failed because it does not answer. With nothing
 * in flight, a poll for EPOLLIN alone returns in these two cases only.
 *
 * Order: the transfers of a file run one after another in the order of
 * submission, also those of EDUCMA_IOC_SUBMIT_MANY; several files take turns. A
 * file that is opened with O_EXCL has the device to itself: any other open()
 * returns -EBUSY. Unless the opener has CAP_SYS_ADMIN, the driver first overwrites
 * the device's memory with zeros; if the device has failed, open() returns -EIO or
 * -ENODEV instead.
 *
 * Mappings: the handle of a buffer is the first of its mmap(2) offsets. Its
 * range of offsets is as long as the buffer: a mapping at @handle + N, with N a
 * multiple of the page size, begins N bytes into the buffer and must end within
 * it. Each file has its own space of 2^44 bytes of offsets, so that a 32-bit
 * mmap2(2) can name each page. Handles ascend, with an unused page after each
 * range, and a range is not used again before the end of the space is reached.
 *
 * Limits: @max_buffers and @max_bytes limit the buffers of a user on all devices
 * and in all open files together. The user is the one who opened the file; in a
 * user namespace, the one who created the namespace. A file that was opened with
 * CAP_SYS_RESOURCE has no such limits.
 *
 * /proc/PID/fdinfo/FD has these lines, each a name, a colon, a tab and a value:
 *	educma-buffers:		number of buffers that have a handle
 *	educma-bytes:		sum of their sizes, in bytes
 *	educma-in-flight:	transfers submitted and not collected
 * and, if the file was opened with CAP_SYS_ADMIN, a line for each such buffer:
 *	educma-buffer:		handle, bytes, bus address, as "0x1000 8192 0x8000000"
 * After the driver has been unbound the buffers have no memory: address 0.
 */
#ifndef _UAPI_LINUX_EDUCMA_H
#define _UAPI_LINUX_EDUCMA_H

#include <linux/ioctl.h>
#include <linux/types.h>

#define EDUCMA_IOC_MAGIC	0xed

#define EDUCMA_IOC_INFO		_IO(EDUCMA_IOC_MAGIC, 0)
#define EDUCMA_IOC_ALLOC	_IO(EDUCMA_IOC_MAGIC, 1)
#define EDUCMA_IOC_FREE		_IO(EDUCMA_IOC_MAGIC, 2)
#define EDUCMA_IOC_SUBMIT	_IO(EDUCMA_IOC_MAGIC, 3)
#define EDUCMA_IOC_CANCEL	_IO(EDUCMA_IOC_MAGIC, 4)
#define EDUCMA_IOC_COLLECT	_IO(EDUCMA_IOC_MAGIC, 5)
#define EDUCMA_IOC_SUBMIT_MANY	_IO(EDUCMA_IOC_MAGIC, 6)

#define EDUCMA_INFO_MSI		(1 << 0)	/* MSI or MSI-X, else INTx */
#define EDUCMA_INFO_FAILED	(1 << 1)	/* refuses transfers: reset or rebind it */
#define EDUCMA_INFO_GONE	(1 << 2)	/* failed, for it does not answer */
#define EDUCMA_INFO_UNLIMITED	(1 << 3)	/* this file has no max_buffers, max_bytes */

/**
 * struct educma_info - settings and state of device and driver
 * @size: sizeof(struct educma_info)
 * @flags: out: EDUCMA_INFO_*; ignored on the way in
 * @hw_id: out: identification register
 * @chunk_bytes: out: most bytes of one device DMA
 * @device_bytes: out: size of the device's own memory, in bytes; 0 if it has none
 * @dma_bits: out: address bits that the device decodes, as the driver was told
 * @max_in_flight: out: most transfers of a file, submitted and not collected
 * @max_buffers: out: most buffers of a user; ignored on the way in
 * @proven_address: out: highest bus address that the device is proven to reach; 0
 *	without CAP_SYS_ADMIN. The device has read an address with the same highest
 *	bit, and before a buffer there is given to a user, also written one. A
 *	device that decodes a bit decodes the lower ones
 * @max_bytes: out: most bytes of a user's buffers; ignored on the way in
 */
struct educma_info {
	__u32 size;
	__u32 flags;
	__u32 hw_id;
	__u32 chunk_bytes;
	__u32 device_bytes;
	__u32 dma_bits;
	__u32 max_in_flight;
	__u32 max_buffers;
	__u64 proven_address;
	__u64 max_bytes;
};

/*
 * Why an allocation failed (struct educma_alloc, @reason). The numbers are
 * fixed; new ones are added at the end.
 */
enum educma_reason {
	EDUCMA_REASON_NONE = 0,
	EDUCMA_REASON_NO_CMA = 1,	/* kernel without CONFIG_DMA_CMA */
	EDUCMA_REASON_NO_AREA = 2,	/* CMA in the kernel, but no area */
	EDUCMA_REASON_TOO_SMALL = 3,	/* the buffer is larger than all CMA areas */
	EDUCMA_REASON_IN_USE = 4,	/* not enough free CMA */
	EDUCMA_REASON_FRAGMENTED = 5,	/* enough free CMA, but not in one piece */
	EDUCMA_REASON_ABOVE_MASK = 6,	/* found, but above the device's mask */
	EDUCMA_REASON_TOO_BIG = 7,	/* larger than the machine's memory */
	EDUCMA_REASON_UNREACHED = 8,	/* the device's DMA does not reach it */
	EDUCMA_REASON_NO_MEMORY = 9,	/* the kernel is out of ordinary memory */
	EDUCMA_REASON_LIMIT = 10,	/* over the user's max_buffers or max_bytes */
	EDUCMA_REASON_NO_ADDRESSES = 11, /* the IOMMU has none left below the mask */
};

/* Take the memory from CMA or the reserve only; else ordinary memory will do. */
#define EDUCMA_ALLOC_CMA	(1 << 0)

/* The origin of a buffer's memory (struct educma_alloc, @origin). */
enum educma_origin {
	EDUCMA_ORIGIN_ORDINARY = 1,	/* the page allocator, outside of CMA */
	EDUCMA_ORIGIN_CMA = 2,
	EDUCMA_ORIGIN_RESERVE = 3,	/* the driver's reserve, allocated at probe */
};

/**
 * struct educma_alloc - allocate one contiguous coherent buffer
 * @size: sizeof(struct educma_alloc)
 * @flags: EDUCMA_ALLOC_CMA, or 0 for memory of any origin
 * @bytes: in: size wanted, at least 1; out: size allocated, a multiple of the
 *	page size. CMA gives no single page: if only CMA is left, one page becomes
 *	two
 * @handle: out: names the buffer in this file; also its first mmap(2) offset
 * @dma_addr: out: bus address; 0 without CAP_SYS_ADMIN
 * @reason: out: enum educma_reason; written on -ENOMEM, -EDQUOT and -EIO too
 * @origin: out: enum educma_origin; ignored on the way in
 *
 * The buffer is filled with zeros. It comes from the reserve (module parameter
 * reserve) if there is room. If its last address has a higher bit set than that
 * of any buffer before, the driver first tests whether the device reaches it
 * (reach test), which overwrites the beginning of the device's memory: allocate
 * all buffers before data in the device must stay. Errors: -EINVAL (0 bytes),
 * -ENOMEM (see @reason), -EDQUOT (EDUCMA_REASON_LIMIT), -EIO
 * (EDUCMA_REASON_UNREACHED).
 */
struct educma_alloc {
	__u32 size;
	__u32 flags;
	__u64 bytes;
	__u64 handle;
	__u64 dma_addr;
	__u32 reason;
	__u32 origin;
};

/**
 * struct educma_free - give a buffer's handle back
 * @size: sizeof(struct educma_free)
 * @reserved: must be 0
 * @handle: from struct educma_alloc
 *
 * The memory is freed when it is no longer mapped, and every transfer that uses
 * it has been collected. Errors: -ENOENT (no such handle in this file).
 */
struct educma_free {
	__u32 size;
	__u32 reserved;
	__u64 handle;
};

enum educma_op {
	EDUCMA_OP_TO_DEVICE = 0,	/* source buffer to device memory */
	EDUCMA_OP_FROM_DEVICE = 1,	/* device memory to destination buffer */
	EDUCMA_OP_COPY = 2,		/* source buffer to device memory, and from there */
					/* to the destination buffer */
};

/**
 * struct educma_submit - queue a transfer, without waiting for its end
 * @size: sizeof(struct educma_submit)
 * @op: enum educma_op
 * @flags: must be 0
 * @device_offset: offset in the device's memory, in bytes. Each chunk begins
 *	there, and has at most chunk_bytes - @device_offset bytes
 * @src_handle: source buffer; 0 for EDUCMA_OP_FROM_DEVICE
 * @src_offset: offset in the source buffer, in bytes; 0 for
 *	EDUCMA_OP_FROM_DEVICE
 * @dst_handle: destination buffer; 0 for EDUCMA_OP_TO_DEVICE
 * @dst_offset: offset in the destination buffer, in bytes; 0 for
 *	EDUCMA_OP_TO_DEVICE
 * @bytes: length of the transfer, at least 1
 * @cookie: any number, returned in struct educma_completion
 *
 * Chunks are copied in ascending order, so a copy within one buffer may overlap
 * if the destination is below the source; with the destination above the source
 * an overlap is refused. A device without memory of its own does only
 * EDUCMA_OP_COPY, with device_offset 0. Errors: -EINVAL (range outside the
 * buffer, such an overlap, a wrong device_offset, unknown op), -EOPNOTSUPP (not
 * an op of this device), -ENOENT (no such handle), -EAGAIN (max_in_flight
 * reached: collect completions), -EPERM
 * (EDUCMA_OP_FROM_DEVICE needs O_EXCL or CAP_SYS_ADMIN), -ENOMEM.
 */
struct educma_submit {
	__u32 size;
	__u32 op;
	__u32 flags;
	__u32 device_offset;
	__u64 src_handle;
	__u64 src_offset;
	__u64 dst_handle;
	__u64 dst_offset;
	__u64 bytes;
	__u64 cookie;
};

/**
 * struct educma_submit_many - queue several transfers, in the order of an array
 * @size: sizeof(struct educma_submit_many)
 * @flags: must be 0
 * @count: in: how many elements @requests has, at least 1; out: how many of them,
 *	from the first one on, were queued
 * @stride: bytes from one element to the next: sizeof(struct educma_submit), which
 *	the member @size of each element must be, too. A longer element is accepted
 *	if the rest is zero (-E2BIG)
 * @requests: address of an array of struct educma_submit
 *
 * Each element is queued as by EDUCMA_IOC_SUBMIT, until one is refused: then the
 * call returns the error of that element, @requests[@count], the elements before it
 * are queued, and the driver has ignored those behind it. Return value 0 means that
 * all are queued. @count may exceed max_in_flight: the call returns -EAGAIN where it
 * is reached, and goes on beyond it only if another thread collects meanwhile.
 * Errors of the call itself: -EINVAL (@flags, @count, @stride: @count is not written,
 * and nothing is queued), -EFAULT (an element cannot be read; or with nothing queued:
 * @count cannot be written), -EINTR (the process is being killed).
 */
struct educma_submit_many {
	__u32 size;
	__u32 flags;
	__u32 count;
	__u32 stride;
	__u64 requests;
};

/**
 * struct educma_cancel - cancel all of this file's transfers with a cookie
 * @size: sizeof(struct educma_cancel)
 * @reserved: must be 0
 * @cookie: cookie of the transfers to cancel
 *
 * A queued transfer completes at once, a running one at the end of its current
 * chunk; each has status -ECANCELED and the bytes moved so far. Errors: -ENOENT
 * (no transfer of this file, queued or running, has this cookie).
 */
struct educma_cancel {
	__u32 size;
	__u32 reserved;
	__u64 cookie;
};

/**
 * struct educma_completion - one completed transfer, from read(2) or
 *	EDUCMA_IOC_COLLECT
 * @cookie: cookie of struct educma_submit
 * @bytes: bytes moved; for a copy, bytes written to the destination
 * @queued_ns: ns from submission to the start of the first chunk
 * @run_ns: ns from the start of the first chunk to the end
 * @status: 0, or a negative errno: -ECANCELED, -ETIMEDOUT, -EIO, -ENODEV. 0 means
 *	that the driver has evidence for each chunk. With INTx a short loss of
 *	bus mastering cannot be detected: see drivers/README.md
 * @reserved: zero
 */
struct educma_completion {
	__u64 cookie;
	__u64 bytes;
	__u64 queued_ns;
	__u64 run_ns;
	__s32 status;
	__u32 reserved;
};

/**
 * struct educma_collect - wait for some completions, and collect them at once
 * @size: sizeof(struct educma_collect)
 * @flags: must be 0
 * @min: how many completions to wait for, at most @count; 0: do not wait
 * @count: in: how many elements @completions has room for, at least 1; out: how
 *	many completions were collected
 * @stride: bytes from one element to the next: sizeof(struct educma_completion).
 *	The driver fills the rest of a longer element with zeros
 * @in_flight: out: this file's transfers that are submitted and still not
 *	collected; ignored on the way in
 * @deadline_ns: when to stop waiting: the time of CLOCK_MONOTONIC, in ns;
 *	UINT64_MAX: never. A time that has passed, such as 0: do not wait
 * @completions: address of an array of struct educma_completion
 *
 * The caller is woken once: when @min completions are there, or when none of the
 * file's transfers in flight can bring another one; then the device need not wait
 * for the caller between transfers. It then gets all completions that are there, at
 * most @count, in the order in which the transfers ended. It gets fewer than @min
 * when no more are in flight (@in_flight is 0 unless another thread is collecting),
 * when the deadline has passed, or when a signal has come; a deadline that has
 * passed is no error, and @count may then be 0. O_NONBLOCK has no effect.
 *
 * Several threads may collect from one file, also with read(2): each completion
 * goes to one of them, and each waits for its own @min.
 *
 * A completion that is not returned is not lost: it is there for the next call. If
 * only the first elements of @completions can be written, the call returns those.
 * Errors, each with no completion collected: -EINVAL (@count 0, @min above @count,
 * @stride below the structure's size or above the page size), -EINTR (a signal has
 * come, and no completion is there; after a handler with SA_RESTART the call begins
 * again, with the same deadline), -EFAULT, -ENODEV (the driver has been unbound,
 * also during the wait; the completions are then lost, as for read(2)).
 */
struct educma_collect {
	__u32 size;
	__u32 flags;
	__u32 min;
	__u32 count;
	__u32 stride;
	__u32 in_flight;
	__u64 deadline_ns;
	__u64 completions;
};

#endif
