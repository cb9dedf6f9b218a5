// SPDX-License-Identifier: GPL-2.0
/*
 * The calls of /dev/educmaN, which include/uapi/linux/educma.h documents. A new
 * call is a function and a line in the table at the end.
 */
#include <linux/capability.h>
#include <linux/uaccess.h>
#include <linux/educma.h>

#include "account.h"
#include "buffer.h"
#include "completions.h"
#include "file.h"
#include "ioctl.h"
#include "reach.h"
#include "submit.h"

static long educma_info(struct educma_file *file, void *arg)
{
	struct educma_dev *edev = file->edev;
	const enum educma_state state = educma_engine_state(&edev->engine);
	struct educma_info *info = arg;

	*info = (struct educma_info) {
		.size = info->size,
		.hw_id = edev->hw->id,
		.chunk_bytes = edev->engine.chunk_bytes,
		.device_bytes = edev->hw->memory_bytes,
		.dma_bits = edev->dma_bits,
		.max_in_flight = educma_max_in_flight(),
		.max_buffers = educma_max_buffers(),
		.max_bytes = educma_max_bytes(),
	};
	if (edev->hw->own_irq)
		info->flags |= EDUCMA_INFO_MSI;
	if (state != EDUCMA_WORKING)
		info->flags |= EDUCMA_INFO_FAILED;
	if (state >= EDUCMA_NO_RESPONSE)
		info->flags |= EDUCMA_INFO_GONE;
	if (!file->account)
		info->flags |= EDUCMA_INFO_UNLIMITED;
	if (capable(CAP_SYS_ADMIN))
		info->proven_address = educma_reach_proven(edev);
	return 0;
}

static long educma_alloc(struct educma_file *file, void *arg)
{
	struct educma_alloc *alloc = arg;
	struct educma_buffer *buf;
	int ret;

	if (alloc->flags & ~EDUCMA_ALLOC_CMA)
		return -EINVAL;
	buf = educma_buffer_alloc(file->edev, file->account, alloc->bytes,
				  alloc->flags, &alloc->reason);
	if (IS_ERR(buf))
		return PTR_ERR(buf);
	alloc->bytes = buf->memory.bytes;
	alloc->dma_addr = capable(CAP_SYS_ADMIN) ? buf->memory.dma : 0;
	alloc->origin = buf->origin;
	/* Another thread may guess the handle and free it before this returns. */
	kref_get(&buf->ref);
	ret = educma_handles_add(&file->handles, buf);
	if (ret) {
		alloc->reason = EDUCMA_REASON_NO_MEMORY;
		educma_buffer_put(buf);
	} else {
		alloc->handle = educma_handle(buf);
	}
	educma_buffer_put(buf);
	return ret;
}

static void undo_alloc(struct educma_file *file, const void *arg)
{
	const struct educma_alloc *alloc = arg;

	if (educma_dev_enter(file->edev))
		return;
	educma_handles_free(&file->handles, alloc->handle);
	educma_dev_leave(file->edev);
}

static long educma_free(struct educma_file *file, void *arg)
{
	struct educma_free *free = arg;

	if (free->reserved)
		return -EINVAL;
	return educma_handles_free(&file->handles, free->handle);
}

static long educma_cancel(struct educma_file *file, void *arg)
{
	const struct educma_cancel *cancel = arg;

	if (cancel->reserved)
		return -EINVAL;
	if (!educma_engine_cancel(&file->edev->engine, &file->client,
				  cancel->cookie))
		return -ENOENT;
	return 0;
}

/**
 * struct educma_call - one call
 * @cmd: EDUCMA_IOC_*
 * @bytes: size of the call's structure
 * @answers: the structure is copied back to the user, also after a failure
 * @fn: does the call; the device is entered
 * @undo: NULL, or undoes @fn, after the copy back to the user failed
 * @user_fn: in place of @fn, for a call that sleeps long or accesses other memory
 *	of the user: the device is not entered, and it writes to @uarg by itself
 */
struct educma_call {
	unsigned int cmd;
	size_t bytes;
	bool answers;
	long (*fn)(struct educma_file *file, void *arg);
	void (*undo)(struct educma_file *file, const void *arg);
	long (*user_fn)(struct educma_file *file, const void *arg,
			void __user *uarg);
};

/* Room for the largest structure of a call: struct educma_submit. */
#define EDUCMA_ARG_WORDS	8

/* The size of a call's structure; does not compile if there is no room for it. */
#define EDUCMA_ARG_BYTES(name)						\
	(sizeof(struct educma_##name) +					\
	 BUILD_BUG_ON_ZERO(sizeof(struct educma_##name) >		\
			   EDUCMA_ARG_WORDS * sizeof(u64)))

#define EDUCMA_CALL(CMD, name, _answers, _undo)				\
	{								\
		.cmd = EDUCMA_IOC_##CMD,				\
		.bytes = EDUCMA_ARG_BYTES(name),			\
		.answers = _answers,					\
		.fn = educma_##name,					\
		.undo = _undo,						\
	}

#define EDUCMA_USER_CALL(CMD, name)					\
	{								\
		.cmd = EDUCMA_IOC_##CMD,				\
		.bytes = EDUCMA_ARG_BYTES(name),			\
		.user_fn = educma_##name,				\
	}

static const struct educma_call educma_calls[] = {
	EDUCMA_CALL(INFO, info, true, NULL),
	EDUCMA_CALL(ALLOC, alloc, true, undo_alloc),
	EDUCMA_CALL(FREE, free, false, NULL),
	EDUCMA_CALL(SUBMIT, submit, false, NULL),
	EDUCMA_CALL(CANCEL, cancel, false, NULL),
	EDUCMA_USER_CALL(COLLECT, collect),
	EDUCMA_USER_CALL(SUBMIT_MANY, submit_many),
};

static const struct educma_call *find_call(unsigned int cmd)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(educma_calls); i++)
		if (educma_calls[i].cmd == cmd)
			return &educma_calls[i];
	return NULL;
}

/**
 * educma_ioctl() - do a call
 * @file: the open file
 * @cmd: EDUCMA_IOC_*
 * @uarg: the call's structure in user space, which begins with its size. A
 *	longer structure is accepted if the rest is zero; a shorter one is
 *	refused, because no structure has grown yet: the first one that does
 *	must change this
 *
 * Context: may sleep.
 *
 * Return: 0 or a negative errno.
 */
long educma_ioctl(struct educma_file *file, unsigned int cmd,
		  void __user *uarg)
{
	const struct educma_call *call = find_call(cmd);
	u64 arg[EDUCMA_ARG_WORDS];
	u32 size;
	long ret;

	if (!call)
		return -ENOTTY;
	if (get_user(size, (u32 __user *)uarg))
		return -EFAULT;
	if (size < call->bytes || size > PAGE_SIZE)
		return -EINVAL;
	ret = copy_struct_from_user(arg, call->bytes, uarg, size);
	if (ret)
		return ret;
	if (call->user_fn)
		return call->user_fn(file, arg, uarg);
	ret = educma_dev_enter(file->edev);
	if (ret)
		return ret;
	ret = call->fn(file, arg);
	educma_dev_leave(file->edev);

	if (!call->answers || !copy_to_user(uarg, arg, call->bytes))
		return ret;
	if (!ret && call->undo)
		call->undo(file, arg);
	return -EFAULT;
}
