// SPDX-License-Identifier: GPL-2.0
/*
 * One open file: it counts the requests in flight, and keeps those that have
 * completed until they are collected.
 */
#include <linux/capability.h>
#include <linux/fs.h>
#include <linux/moduleparam.h>
#include <linux/slab.h>
#include <linux/wait.h>

#include "account.h"
#include "buffer.h"
#include "file.h"

static unsigned int max_in_flight = 64;
module_param(max_in_flight, uint, 0644);
MODULE_PARM_DESC(max_in_flight, "transfers that an open file may have submitted and not collected (default 64; 0 means 1)");

/**
 * educma_max_in_flight() - how many requests a file may have in flight
 *
 * At least 1: with 0 a user would wait for ever until he may submit one.
 * Context: any.
 *
 * Return: the module parameter's value now.
 */
unsigned int educma_max_in_flight(void)
{
	return READ_ONCE(max_in_flight) ?: 1;
}

/**
 * educma_file_create() - a file with no buffers and no requests
 * @edev: the device; the caller's reference is the file's from here on
 * @filp: the file being opened
 *
 * Undone by educma_file_destroy(). Context: may sleep.
 *
 * Return: the file; NULL: out of memory.
 */
struct educma_file *educma_file_create(struct educma_dev *edev,
				       struct file *filp)
{
	struct educma_file *file = kzalloc(sizeof(*file), GFP_KERNEL_ACCOUNT);

	if (!file)
		return NULL;
	file->edev = edev;
	file->mapping = filp->f_mapping;
	educma_client_init(&file->client);
	educma_handles_init(&file->handles);
	init_waitqueue_head(&file->wait);
	spin_lock_init(&file->lock);
	INIT_LIST_HEAD(&file->done);
	if (capable(CAP_SYS_RESOURCE))
		return file;
	file->account = educma_account_get(filp->f_cred);
	if (file->account)
		return file;
	educma_file_destroy(file);
	return NULL;
}

/**
 * educma_file_destroy() - free a file
 * @file: the file, with no buffers; no request is in flight
 *
 * The reference to the device stays, for the caller to drop. Context: may sleep.
 */
void educma_file_destroy(struct educma_file *file)
{
	educma_account_put(file->account);
	kfree(file);
}

/**
 * educma_request_free() - free a request and drop its references to buffers
 * @req: the request: not submitted, or completed
 *
 * Context: may sleep; remove_lock held.
 */
void educma_request_free(struct educma_request *req)
{
	if (req->src)
		educma_buffer_put(req->src);
	if (req->dst)
		educma_buffer_put(req->dst);
	kfree(req);
}

static struct educma_request *to_request(struct educma_xfer *xfer)
{
	return container_of(xfer, struct educma_request, xfer);
}

/*
 * Called after a change under the lock. A waiter puts itself into the wait queue
 * before it looks at the fields, so it is in the queue or sees the change.
 */
static void file_wake(struct educma_file *file)
{
	if (wq_has_sleeper(&file->wait))
		wake_up(&file->wait);
}

/* May run in a hard interrupt, where no memory can be freed. */
static void request_complete(struct educma_xfer *xfer)
{
	struct educma_file *file = to_request(xfer)->file;

	spin_lock(&file->lock);
	list_add_tail(&xfer->node, &file->done);
	WRITE_ONCE(file->done_count, file->done_count + 1);
	spin_unlock(&file->lock);
	file_wake(file);
}

static void set_in_flight(struct educma_file *file, unsigned int in_flight)
{
	lockdep_assert_held(&file->lock);
	WRITE_ONCE(file->in_flight, in_flight);
}

static int count_in_flight(struct educma_file *file)
{
	int ret = -EAGAIN;

	spin_lock_irq(&file->lock);
	if (file->in_flight < educma_max_in_flight()) {
		set_in_flight(file, file->in_flight + 1);
		ret = 0;
	}
	spin_unlock_irq(&file->lock);
	return ret;
}

/* There is room for other requests, or none is in flight any more. */
static void uncount_in_flight(struct educma_file *file, unsigned int count)
{
	spin_lock_irq(&file->lock);
	set_in_flight(file, file->in_flight - count);
	spin_unlock_irq(&file->lock);
	file_wake(file);
}

/**
 * educma_file_submit() - submit a request
 * @file: the file
 * @req: the request, its buffers and the submitter's part of its transfer set;
 *	on success the file's, until educma_file_collected() frees it
 *
 * Context: remove_lock held for reading.
 *
 * Return: 0, -EAGAIN (too many in flight), or the engine's error.
 */
int educma_file_submit(struct educma_file *file, struct educma_request *req)
{
	int ret;

	ret = count_in_flight(file);
	if (ret)
		return ret;
	req->file = file;
	req->xfer.complete = request_complete;
	ret = educma_engine_submit(&file->edev->engine, &file->client,
				   &req->xfer);
	if (ret)
		uncount_in_flight(file, 1);
	return ret;
}

static void free_requests(struct list_head *list)
{
	struct educma_xfer *xfer, *next;

	list_for_each_entry_safe(xfer, next, list, node)
		educma_request_free(to_request(xfer));
}

/**
 * educma_file_has_enough() - whether a waiter for @min completions need not wait
 * @file: the file
 * @min: how many completions it waits for
 *
 * Without the lock the answer may be wrong, but whoever changes it calls
 * wake_up() afterwards. Context: any.
 *
 * Return: whether there are so many that nobody has claimed, or no other request
 * in flight could still complete.
 */
bool educma_file_has_enough(const struct educma_file *file, unsigned int min)
{
	const unsigned int done = READ_ONCE(file->done_count);

	return done >= min || done == READ_ONCE(file->in_flight);
}

/**
 * educma_file_claim() - reserve completions, if there are enough
 * @file: the file
 * @min: how many completions are enough; see educma_file_has_enough()
 * @max: the most to reserve
 * @count: set to how many are reserved for educma_file_take()
 *
 * Context: process.
 *
 * Return: whether there were enough; else nothing is reserved.
 */
bool educma_file_claim(struct educma_file *file, unsigned int min,
		       unsigned int max, unsigned int *count)
{
	bool enough;

	spin_lock_irq(&file->lock);
	enough = educma_file_has_enough(file, min);
	*count = enough ? min(file->done_count, max) : 0;
	WRITE_ONCE(file->done_count, file->done_count - *count);
	spin_unlock_irq(&file->lock);
	return enough;
}

/**
 * educma_file_take() - take the requests that completed first
 * @file: the file
 * @taken: the list to add them to, by educma_xfer.node
 * @count: how many; a part of what was claimed, and few, because interrupts are
 *	off meanwhile
 *
 * They are still in flight, until educma_file_collected(). Context: process.
 */
void educma_file_take(struct educma_file *file, struct list_head *taken,
		      unsigned int count)
{
	spin_lock_irq(&file->lock);
	while (count--)
		list_move_tail(file->done.next, taken);
	spin_unlock_irq(&file->lock);
}

/**
 * educma_file_untake() - undo educma_file_take(); the claim stays
 * @file: the file
 * @taken: the requests that were taken; empty afterwards
 *
 * Context: process.
 */
void educma_file_untake(struct educma_file *file, struct list_head *taken)
{
	spin_lock_irq(&file->lock);
	list_splice_init(taken, &file->done);
	spin_unlock_irq(&file->lock);
}

/**
 * educma_file_unclaim() - undo educma_file_claim()
 * @file: the file
 * @count: how many completions; none of them is taken
 *
 * Context: process.
 */
void educma_file_unclaim(struct educma_file *file, unsigned int count)
{
	spin_lock_irq(&file->lock);
	WRITE_ONCE(file->done_count, file->done_count + count);
	spin_unlock_irq(&file->lock);
	file_wake(file);
}

/**
 * educma_file_collected() - free requests whose completion the user has
 * @file: the file
 * @taken: the requests that were taken; invalid afterwards
 * @count: how many they are
 *
 * They are no longer in flight. Context: may sleep.
 */
void educma_file_collected(struct educma_file *file, struct list_head *taken,
			   unsigned int count)
{
	if (!count)
		return;
	uncount_in_flight(file, count);
	down_read(&file->edev->remove_lock);
	free_requests(taken);
	up_read(&file->edev->remove_lock);
}

/**
 * educma_file_discard() - free all requests that have completed
 * @file: the file, which nobody else uses; none of its requests is in the engine
 *
 * Context: may sleep; remove_lock held.
 */
void educma_file_discard(struct educma_file *file)
{
	free_requests(&file->done);
}

/**
 * educma_file_in_flight() - how many requests are submitted and not collected
 * @file: the file
 *
 * Context: process.
 *
 * Return: how many.
 */
unsigned int educma_file_in_flight(struct educma_file *file)
{
	unsigned int in_flight;

	spin_lock_irq(&file->lock);
	in_flight = file->in_flight;
	spin_unlock_irq(&file->lock);
	return in_flight;
}

/**
 * educma_file_has_done() - whether a completion can be claimed
 * @file: the file
 *
 * Context: process.
 *
 * Return: whether there is one.
 */
bool educma_file_has_done(struct educma_file *file)
{
	bool done;

	spin_lock_irq(&file->lock);
	done = file->done_count;
	spin_unlock_irq(&file->lock);
	return done;
}
