// SPDX-License-Identifier: GPL-2.0
/*
 * The calls that submit transfers. A request is checked here: its operation, its
 * buffers and the ranges in them.
 */
#include <linux/err.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
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

static int submit_one(struct educma_file *file,
		      const struct educma_submit *submit)
{
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
	return submit_one(file, arg);
}

/* How many requests are copied from the user at once. */
#define BATCH	8U

/**
 * struct batch - some elements of the user's array
 * @submit: the elements
 * @count: how many
 */
struct batch {
	struct educma_submit submit[BATCH];
	unsigned int count;
};

static int copy_batch(struct batch *batch, const char __user *from, u32 stride)
{
	const size_t one = sizeof(batch->submit[0]);
	unsigned int i;
	int ret = 0;

	if (stride == one)
		return copy_from_user(batch->submit, from, batch->count * one) ?
			-EFAULT : 0;
	for (i = 0; !ret && i < batch->count; i++)
		ret = copy_struct_from_user(&batch->submit[i], one,
					    from + i * stride, stride);
	return ret;
}

/* Copy the elements from @index on; if not all can be copied, the first one alone. */
static int next_batch(struct batch *batch, const struct educma_submit_many *many,
		      u32 index)
{
	const char __user *from = u64_to_user_ptr(many->requests +
						  (u64)index * many->stride);
	int ret;

	batch->count = min(many->count - index, BATCH);
	ret = copy_batch(batch, from, many->stride);
	if (!ret || batch->count == 1)
		return ret;
	batch->count = 1;
	return copy_batch(batch, from, many->stride);
}

/* Submit the elements of @batch until one is refused; count the others. */
static int submit_batch(struct educma_file *file, const struct batch *batch,
			u32 stride, u32 *queued)
{
	unsigned int i;
	int ret;

	ret = educma_dev_enter(file->edev);
	if (ret)
		return ret;
	for (i = 0; !ret && i < batch->count; i++) {
		ret = -EINVAL;
		if (batch->submit[i].size == stride)
			ret = submit_one(file, &batch->submit[i]);
		*queued += !ret;
	}
	educma_dev_leave(file->edev);
	return ret;
}

/*
 * Other threads may collect all the time, so the array may be long. A process that
 * is being killed submits no more.
 */
static int submit_all(struct educma_file *file,
		      const struct educma_submit_many *many, u32 *queued)
{
	struct batch batch;
	int ret = 0;

	while (!ret && *queued < many->count) {
		if (fatal_signal_pending(current))
			return -EINTR;
		cond_resched();
		ret = next_batch(&batch, many, *queued) ?:
		      submit_batch(file, &batch, many->stride, queued);
	}
	return ret;
}

/**
 * educma_submit_many() - EDUCMA_IOC_SUBMIT_MANY
 * @file: the open file
 * @arg: struct educma_submit_many
 * @uarg: the structure in user space, for the answer
 *
 * Context: may sleep; the device is not entered.
 *
 * Return: 0 or a negative errno.
 */
long educma_submit_many(struct educma_file *file, const void *arg,
			void __user *uarg)
{
	const struct educma_submit_many *many = arg;
	struct educma_submit_many __user *answer = uarg;
	u32 queued = 0;
	int ret;

	if (many->flags || !many->count ||
	    many->stride < sizeof(struct educma_submit) ||
	    many->stride > PAGE_SIZE)
		return -EINVAL;
	/* Nothing is submitted if the user could not be told how many were. */
	if (put_user(0, &answer->count))
		return -EFAULT;
	ret = submit_all(file, many, &queued);
	if (put_user(queued, &answer->count))
		return -EFAULT;
	return ret;
}
