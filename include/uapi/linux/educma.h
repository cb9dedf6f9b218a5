/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * educma: large coherent buffers and device DMA on QEMU's edu device.
 *
 * Every ioctl takes a structure whose first field, @size, the caller sets to
 * sizeof(structure). A newer caller on an older driver gets -E2BIG if it sets
 * a field the driver does not know; an older caller on a newer driver gets
 * the old behaviour. Reserved fields and unknown flags must be zero
 * (-EINVAL). An unknown command is -ENOTTY. Once the driver has been unbound
 * every call on an old file returns -ENODEV. A device that has failed refuses
 * new transfers until it is bound again or has been reset: with -EIO if a DMA
 * did not end, or went nowhere, with -ENODEV if it does not answer.
 *
 * Completions are collected with read(2): as many struct educma_completion
 * as fit, at least one. read() sleeps until one is there (-EAGAIN with
 * O_NONBLOCK) and returns 0 when nothing is in flight; poll(2) bounds the
 * wait. poll() reports EPOLLIN when a completion waits, EPOLLOUT when
 * another transfer may be submitted, EPOLLHUP | EPOLLERR when the device is
 * gone; with nothing in flight it waits for the latter two only. A file's
 * transfers run one after another in the order of submission; those of
 * several files take turns. A file opened with O_EXCL has the device to
 * itself; others get -EBUSY. Unless CAP_SYS_ADMIN opens it, the device's
 * memory is overwritten with zeros first, which a failed device refuses
 * with -EIO or -ENODEV.
 *
 * A handle is the first byte of the buffer's range of mmap(2) offsets, which
 * is as long as the buffer: a mapping at @handle + N begins N bytes into the
 * buffer (N is a multiple of the page size) and ends within it. Each file has
 * its own space of 2^44 bytes, so that a 32-bit mmap2(2) can name each page.
 * Ranges are given out upwards, with a page that belongs to nobody after each,
 * and none is given out again before the space has been used up.
 *
 * What a user may have on all devices and in all open files together is
 * limited (@max_buffers, @max_bytes); the user is whoever opened the file, or,
 * in a user namespace, whoever made the namespace.
 * A file that was opened with CAP_SYS_RESOURCE has no such limits.
 *
 * A file's /proc/PID/fdinfo/FD has these lines, each a name, a colon, a tab and
 * a value:
 *	educma-buffers:		buffers that have a handle
 *	educma-bytes:		their sum
 *	educma-in-flight:	transfers submitted and not collected
 * and for who opened it with CAP_SYS_ADMIN a line for each such buffer:
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

#define EDUCMA_INFO_MSI		(1 << 0)	/* else INTx */
#define EDUCMA_INFO_FAILED	(1 << 1)	/* takes no transfers: rebind, reset */
#define EDUCMA_INFO_GONE	(1 << 2)	/* failed: it does not answer */
#define EDUCMA_INFO_UNLIMITED	(1 << 3)	/* max_buffers, max_bytes are not for this file */

/**
 * struct educma_info - what the device and the driver are set to
 * @size: sizeof(struct educma_info)
 * @flags: out: EDUCMA_INFO_*; ignored on the way in
 * @hw_id: out: identification register
 * @chunk_bytes: out: most bytes one device DMA carries
 * @device_bytes: out: the device's own memory, in bytes
 * @dma_bits: out: address bits the driver was told the device decodes
 * @max_in_flight: out: transfers a file may have submitted and not collected
 * @max_buffers: out: buffers a user may have; ignored on the way in
 * @proven_address: out: highest bus address that the device is proven to reach
 *	both ways: it has read and written one with the same highest bit, and a
 *	device decodes the lower bits of an address; 0 without CAP_SYS_ADMIN
 * @max_bytes: out: bytes a user may have; ignored on the way in
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
	EDUCMA_REASON_TOO_SMALL = 3,	/* larger than all CMA areas */
	EDUCMA_REASON_IN_USE = 4,	/* CMA has not this much free */
	EDUCMA_REASON_FRAGMENTED = 5,	/* free in sum, not in one piece */
	EDUCMA_REASON_ABOVE_MASK = 6,	/* found, but above the device's mask */
	EDUCMA_REASON_TOO_BIG = 7,	/* more than this machine's memory */
	EDUCMA_REASON_UNREACHED = 8,	/* the device's DMA does not get there */
	EDUCMA_REASON_NO_MEMORY = 9,	/* the kernel is out of ordinary memory */
	EDUCMA_REASON_LIMIT = 10,	/* more than a user may have: max_buffers, max_bytes */
	EDUCMA_REASON_NO_ADDRESSES = 11, /* the IOMMU has none left below the mask */
};

#define EDUCMA_ALLOC_CMA	(1 << 0)	/* from CMA or the reserve, or not at all */

/* Where a buffer's memory is from (struct educma_alloc, @origin). */
enum educma_origin {
	EDUCMA_ORIGIN_ORDINARY = 1,	/* the page allocator's, not CMA's */
	EDUCMA_ORIGIN_CMA = 2,
	EDUCMA_ORIGIN_RESERVE = 3,	/* held by the driver from the start */
};

/**
 * struct educma_alloc - allocate one contiguous coherent buffer
 * @size: sizeof(struct educma_alloc)
 * @flags: EDUCMA_ALLOC_CMA, or 0 for memory of any origin
 * @bytes: in: wanted, at least 1; out: allocated, a multiple of the page size;
 *	two pages instead of one where only CMA is left, which gives no single page
 * @handle: out: names the buffer in this file; the mmap(2) offset as well
 * @dma_addr: out: bus address; 0 without CAP_SYS_ADMIN
 * @reason: out: enum educma_reason; written on -ENOMEM, -EDQUOT and -EIO too
 * @origin: out: enum educma_origin; ignored on the way in
 *
 * The buffer is zeroed, and carved from the reserve if there is room (module
 * parameter reserve). One whose last address has a higher bit set than any
 * before is first proven to be reached, which overwrites the begin of the
 * device's memory: allocate before you rely on that. Errors: -EINVAL (0 bytes),
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
 * The memory itself goes when it is unmapped and every transfer that uses it
 * has been collected. Errors: -ENOENT (no such handle in this file).
 */
struct educma_free {
	__u32 size;
	__u32 reserved;
	__u64 handle;
};

enum educma_op {
	EDUCMA_OP_TO_DEVICE = 0,	/* source buffer to device memory */
	EDUCMA_OP_FROM_DEVICE = 1,	/* device memory to destination buffer */
	EDUCMA_OP_COPY = 2,		/* source to device to destination */
};

/**
 * struct educma_submit - queue a transfer; returns at once
 * @size: sizeof(struct educma_submit)
 * @op: enum educma_op
 * @flags: must be 0
 * @device_offset: where in the device's memory chunks are placed: each chunk
 *	begins there and holds at most chunk_bytes - @device_offset bytes
 * @src_handle: source buffer; 0 for EDUCMA_OP_FROM_DEVICE
 * @src_offset: bytes into it; 0 for EDUCMA_OP_FROM_DEVICE
 * @dst_handle: destination buffer; 0 for EDUCMA_OP_TO_DEVICE
 * @dst_offset: bytes into it; 0 for EDUCMA_OP_TO_DEVICE
 * @bytes: length, at least 1
 * @cookie: comes back in struct educma_completion
 *
 * Within a buffer a copy may move data down onto itself, as memmove() does;
 * up onto itself is -EINVAL. Errors: -EINVAL (range outside the buffer,
 * device_offset not below chunk_bytes, unknown op), -EOPNOTSUPP (a device
 * without memory of its own does only EDUCMA_OP_COPY), -ENOENT (no such
 * handle), -EAGAIN (max_in_flight reached: collect completions), -EPERM
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
 * struct educma_cancel - cancel all of this file's transfers with a cookie
 * @size: sizeof(struct educma_cancel)
 * @reserved: must be 0
 * @cookie: as submitted
 *
 * A queued transfer ends at once, a running one with its chunk; each
 * completes with -ECANCELED and the bytes done so far. Errors: -ENOENT
 * (nothing in the queue has this cookie).
 */
struct educma_cancel {
	__u32 size;
	__u32 reserved;
	__u64 cookie;
};

/**
 * struct educma_completion - one finished transfer, from read(2)
 * @cookie: as submitted
 * @bytes: bytes moved; for a copy, those that arrived at the destination
 * @queued_ns: from submission to the first chunk's start
 * @run_ns: from the first chunk's start to the end
 * @status: 0: the driver has seen evidence that each chunk was done; else a
 *	negative errno: -ECANCELED, -ETIMEDOUT, -EIO, -ENODEV. With INTx a short
 *	loss of bus mastering leaves no evidence: see drivers/README.md
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

#endif
