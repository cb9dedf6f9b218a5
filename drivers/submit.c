// SPDX-License-Identifier: GPL-2.0
/*
 * The calls that submit transfers. A request is checked here: its operation, its
 * buffers and the ranges in them.
 */
#include <linux/err.h>
#include <linux/slab.h>
#include <linux/educma.h>

#include "buffer.h"
#include "file.h"
#include "submit.h"

/* One side of a transfer: takes a reference to its buffer, checks the range. */
static int request_side(struct educma_file *file, bool used, u64 handle,
			u64 offset, u64 bytes, struct educma_buffer **buf,
			dma_addr_t *dma)
{
	const struct educma_memory *memory;

	if (!used)
		return handle || offset ? -EINVAL : 0;
	*buf = educma_handles_get(&file->handles, handle);
	if (!*buf)
		return -ENOENT;
	memory = &(*buf)->memory;
	if (bytes > memory->bytes || offset > memory->bytes - bytes)
		return -EINVAL;
	*dma = memory->dma + offset;
	return 0;
}

/*
 * Chunks are copied in ascending order, so an overlapping copy is safe only
 * towards lower addresses.
 */
static bool overlaps_upwards(const struct educma_submit *submit)
{
	return submit->op == EDUCMA_OP_COPY &&
	       submit->src_handle == submit->dst_handle &&
	       submit->dst_offset > submit->src_offset &&
	       submit->dst_offset - submit->src_offset < submit->bytes;
}

/* Set the buffers of @req, and the transfer's addresses. */
static int request_buffers(struct educma_file *file, struct educma_request *req,
			   const struct educma_submit *submit)
{
	int ret;

	ret = request_side(file, submit->op != EDUCMA_OP_FROM_DEVICE,
			   submit->src_handle, submit->src_offset,
			   submit->bytes, &req->src, &req->xfer.src);
	if (ret)
		return ret;
	ret = request_side(file, submit->op != EDUCMA_OP_TO_DEVICE,
			   submit->dst_handle, submit->dst_offset,
			   submit->bytes, &req->dst, &req->xfer.dst);
	if (ret)
		return ret;
	return overlaps_upwards(submit) ? -EINVAL : 0;
}

/**
 * educma_submit() - EDUCMA_IOC_SUBMIT
 * @file: the open file
 * @arg: struct educma_submit
 *
 * Context: may sleep; the device is entered.
 *
 * Return: 0 or a negative errno.
 */
long educma_submit(struct educma_file *file, void *arg)
{
	const struct educma_submit *submit = arg;
	struct educma_request *req;
	int ret;

	if (submit->flags || submit->op > EDUCMA_OP_COPY || !submit->bytes)
		return -EINVAL;
	ret = educma_engine_check(&file->edev->engine, submit->op,
				  submit->device_offset);
	if (ret)
		return ret;
	/* The card's memory holds what other users' transfers left there. */
	if (submit->op == EDUCMA_OP_FROM_DEVICE && !file->private)
		return -EPERM;
	req = kmalloc(sizeof(*req), GFP_KERNEL_ACCOUNT);
	if (!req)
		return -ENOMEM;
	*req = (struct educma_request) {
		.xfer = {
			.cookie = submit->cookie,
			.op = submit->op,
			.offset = submit->device_offset,
			.bytes = submit->bytes,
		},
	};
	ret = request_buffers(file, req, submit);
	if (!ret)
		ret = educma_file_submit(file, req);
	if (ret)
		educma_request_free(req);
	return ret;
}
