// SPDX-License-Identifier: GPL-2.0
/*
 * Buffers: coherent memory that a user is charged with and that the device is
 * proven to reach.
 */
#include <linux/mm.h>
#include <linux/slab.h>

#include "account.h"
#include "buffer.h"
#include "coherent.h"
#include "reach.h"
#include "reason.h"
#include "reserve.h"
#include "trace.h"

/* Charge the buffer's user with more bytes, if the limits allow it. */
static bool buffer_charge(struct educma_buffer *buf, u64 bytes, u32 *reason)
{
	if (!educma_account_charge(buf->account, 0, bytes)) {
		*reason = EDUCMA_REASON_LIMIT;
		return false;
	}
	buf->charged += bytes;
	return true;
}

/*
 * Allocate the memory, and return whether there was any of the wanted kind. The
 * page allocator gives a power of two of pages, and the user is charged with all
 * of them. They count in the user's cgroup too; CMA's pages cannot.
 */
static bool buffer_try_alloc(struct educma_buffer *buf, u32 *reason)
{
	const size_t bytes = buf->memory.bytes;
	const u64 rest = (PAGE_SIZE << get_order(bytes)) - bytes;
	const gfp_t account = buf->account ? __GFP_ACCOUNT : 0;
	struct educma_dev *edev = buf->edev;

	if (!educma_coherent_alloc(edev, &buf->memory,
				   EDUCMA_GFP_BUFFER | account))
		return false;
	buf->origin = EDUCMA_ORIGIN_CMA;
	if (educma_coherent_is_cma(&buf->memory))
		return true;
	buf->origin = EDUCMA_ORIGIN_ORDINARY;
	if (!buf->cma_only && buffer_charge(buf, rest, reason))
		return true;
	educma_coherent_free(edev, &buf->memory);
	return false;
}

static int buffer_alloc_memory(struct educma_buffer *buf, u32 *reason)
{
	const bool one_page = buf->memory.bytes == PAGE_SIZE;

	if (!(one_page && buf->cma_only) && buffer_try_alloc(buf, reason))
		return 0;
	/* CMA never gives one page, but two: the user is charged with both. */
	if (one_page && !*reason && buffer_charge(buf, PAGE_SIZE, reason)) {
		buf->memory.bytes = 2 * PAGE_SIZE;
		if (buffer_try_alloc(buf, reason))
			return 0;
	}
	if (*reason)
		return -EDQUOT;
	*reason = educma_reason_find(buf->edev, buf->memory.bytes,
				     buf->cma_only);
	return -ENOMEM;
}

/* Get memory that the device is proven to reach, or the reason for none. */
static int buffer_get_memory(struct educma_buffer *buf, u32 *reason)
{
	struct educma_dev *edev = buf->edev;
	int ret;

	lockdep_assert_held(&edev->alloc_lock);
	if (educma_reserve_take(edev, &buf->memory)) {
		buf->origin = EDUCMA_ORIGIN_RESERVE;
		return 0;
	}
	ret = buffer_alloc_memory(buf, reason);
	if (ret)
		return ret;
	ret = educma_reach_test(edev, &buf->memory);
	if (!ret)
		return 0;
	educma_coherent_free(edev, &buf->memory);
	if (ret != -EREMOTEIO)
		return ret;
	*reason = EDUCMA_REASON_UNREACHED;
	return -EIO;
}

static void buffer_publish(struct educma_buffer *buf)
{
	struct educma_dev *edev = buf->edev;

	spin_lock(&edev->lists_lock);
	list_add_tail(&buf->node, &edev->buffers);
	WRITE_ONCE(edev->buffer_count, edev->buffer_count + 1);
	WRITE_ONCE(edev->buffer_bytes, edev->buffer_bytes + buf->memory.bytes);
	spin_unlock(&edev->lists_lock);
	trace_educma_buffer_alloc(dev_name(edev->hw->dev), buf->memory.dma,
				  buf->memory.bytes);
}

static void buffer_free_memory(struct educma_buffer *buf)
{
	struct educma_dev *edev = buf->edev;

	if (!buf->memory.cpu)
		return;
	spin_lock(&edev->lists_lock);
	list_del(&buf->node);
	WRITE_ONCE(edev->buffer_count, edev->buffer_count - 1);
	WRITE_ONCE(edev->buffer_bytes, edev->buffer_bytes - buf->memory.bytes);
	spin_unlock(&edev->lists_lock);
	trace_educma_buffer_free(dev_name(edev->hw->dev), buf->memory.dma,
				 buf->memory.bytes);
	if (buf->origin == EDUCMA_ORIGIN_RESERVE)
		educma_reserve_give(edev, &buf->memory);
	else
		educma_coherent_free(edev, &buf->memory);
	educma_account_refund(buf->account, buf->charged);
}

static struct educma_buffer *buffer_create(struct educma_dev *edev,
					   struct educma_account *account,
					   u64 bytes, u32 flags)
{
	struct educma_buffer *buf = kzalloc(sizeof(*buf), GFP_KERNEL_ACCOUNT);

	if (!buf)
		return NULL;
	kref_init(&buf->ref);
	buf->edev = edev;
	buf->account = account;
	buf->memory.bytes = PAGE_ALIGN(bytes);
	buf->cma_only = flags & EDUCMA_ALLOC_CMA;
	return buf;
}

static int buffer_fill(struct educma_buffer *buf, u32 *reason)
{
	struct educma_dev *edev = buf->edev;
	int ret;

	if (!educma_account_charge(buf->account, 1, buf->memory.bytes)) {
		*reason = EDUCMA_REASON_LIMIT;
		return -EDQUOT;
	}
	buf->charged = buf->memory.bytes;
	ret = mutex_lock_killable(&edev->alloc_lock);
	if (!ret) {
		ret = buffer_get_memory(buf, reason);
		mutex_unlock(&edev->alloc_lock);
	}
	if (ret)
		educma_account_refund(buf->account, buf->charged);
	return ret;
}

static int buffer_make(struct educma_dev *edev, struct educma_account *account,
		       u64 bytes, u32 flags, u32 *reason,
		       struct educma_buffer **made)
{
	struct educma_buffer *buf;
	int ret;

	/* This also keeps PAGE_ALIGN() and the sums of bytes from overflowing. */
	if (bytes > (u64)totalram_pages() << PAGE_SHIFT ||
	    bytes > SIZE_MAX - PAGE_SIZE) {
		*reason = EDUCMA_REASON_TOO_BIG;
		return -ENOMEM;
	}
	buf = buffer_create(edev, account, bytes, flags);
	if (!buf) {
		*reason = EDUCMA_REASON_NO_MEMORY;
		return -ENOMEM;
	}
	ret = buffer_fill(buf, reason);
	if (ret)
		kfree(buf);
	else
		*made = buf;
	return ret;
}

/**
 * educma_buffer_alloc() - allocate a contiguous, zeroed buffer, proven reachable
 * @edev: the device
 * @account: the account to charge; the buffer holds a reference. NULL: no limits
 * @bytes: wanted length; rounded up to pages
 * @flags: EDUCMA_ALLOC_CMA or 0
 * @reason: set to enum educma_reason on -ENOMEM, -EDQUOT and -EIO
 *
 * Logs one line on failure. Context: remove_lock held for reading; sleeps, for
 * seconds if the buffer has gigabytes.
 *
 * Return: the buffer, with one reference, or an ERR_PTR: -EINVAL (no bytes),
 * -ENOMEM, -EDQUOT (a limit), -EIO (the device does not reach the memory),
 * -EINTR (killed while another caller allocated), or the engine's error.
 */
struct educma_buffer *educma_buffer_alloc(struct educma_dev *edev,
					  struct educma_account *account,
					  u64 bytes, u32 flags, u32 *reason)
{
	struct educma_buffer *buf;
	int ret;

	*reason = EDUCMA_REASON_NONE;
	if (!bytes)
		return ERR_PTR(-EINVAL);
	ret = buffer_make(edev, account, bytes, flags, reason, &buf);
	if (ret) {
		educma_reason_log(edev, bytes, *reason);
		return ERR_PTR(ret);
	}
	buffer_publish(buf);
	return buf;
}

static void buffer_release(struct kref *ref)
{
	struct educma_buffer *buf = container_of(ref, struct educma_buffer, ref);

	buffer_free_memory(buf);
	kfree(buf);
}

/**
 * educma_buffer_put() - drop a reference; the last one frees the memory
 * @buf: the buffer
 *
 * Context: may sleep; remove_lock held.
 */
void educma_buffer_put(struct educma_buffer *buf)
{
	kref_put(&buf->ref, buffer_release);
}

/*
 * If there is no memory for the reserve, probe fails: a user who asked for a
 * reserve relies on it, and would otherwise notice only when a buffer cannot be
 * allocated.
 */
static int get_reserve(struct educma_dev *edev)
{
	const u64 bytes = educma_reserve_wanted();
	u32 reason = EDUCMA_REASON_NONE;
	struct educma_buffer *buf;
	int ret;

	if (!bytes)
		return 0;
	ret = buffer_make(edev, NULL, bytes, 0, &reason, &buf);
	if (!ret) {
		ret = educma_reserve_init(edev, &buf->memory);
		if (ret)
			educma_coherent_free(edev, &buf->memory);
		kfree(buf);
	}
	if (ret)
		dev_err(edev->hw->dev, "no reserve of %llu bytes within %u address bits: %s (error %d)\n",
			bytes, edev->dma_bits, educma_reason_text(reason), ret);
	return ret;
}

/**
 * educma_buffers_init() - prepare allocation: reach test, reserve
 * @edev: the device: mask set, interrupts and bus mastering on
 *
 * Undone by educma_buffers_exit(), also after a failure. Context: probe;
 * sleeps for up to five DMAs, and as many for a reserve.
 *
 * Return: 0, -ENOMEM (also for the reserve), -EIO (the device does not reach its
 * memory) or the engine's error.
 */
int educma_buffers_init(struct educma_dev *edev)
{
	int ret;

	ret = educma_reach_init(edev);
	return ret ?: get_reserve(edev);
}

/**
 * educma_buffers_exit() - free all coherent memory
 * @edev: the device: engine stopped, no mappings, no allocation under way
 *
 * Buffers that still have a reference stay, without memory. Context: sleeps;
 * remove_lock held for writing, or nobody else has the device yet.
 */
void educma_buffers_exit(struct educma_dev *edev)
{
	struct educma_buffer *buf, *next;

	list_for_each_entry_safe(buf, next, &edev->buffers, node)
		buffer_free_memory(buf);
	educma_reach_exit(edev);
	educma_reserve_exit(edev);
}
