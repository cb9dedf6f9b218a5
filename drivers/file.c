// SPDX-License-Identifier: GPL-2.0
/*
 * One open file: it counts the requests in flight, and collects those that have
 * completed until they are read.
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

/* May run in a hard interrupt, where no memory can be freed. */
static void request_complete(struct educma_xfer *xfer)
{
	struct educma_file *file = to_request(xfer)->file;

	spin_lock(&file->lock);
	list_add_tail(&xfer->node, &file->done);
	spin_unlock(&file->lock);
	wake_up(&file->wait);
}

static int count_in_flight(struct educma_file *file)
{
	int ret = -EAGAIN;

	spin_lock_irq(&file->lock);
	if (file->in_flight < educma_max_in_flight()) {
		file->in_flight++;
		ret = 0;
	}
	spin_unlock_irq(&file->lock);
	return ret;
}

static void uncount_in_flight(struct educma_file *file)
{
	spin_lock_irq(&file->lock);
	file->in_flight--;
	spin_unlock_irq(&file->lock);
	wake_up(&file->wait);
}

/**
 * educma_file_submit() - submit a request
 * @file: the file
 * @req: the request, its buffers and the submitter's part of its transfer set;
 *	on success the file's, until educma_file_pop() returns it
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
		uncount_in_flight(file);
	return ret;
}

/**
 * educma_file_pop() - take the request that completed first
 * @file: the file
 *
 * It is no longer in flight. Context: process.
 *
 * Return: the request, the caller's from here on; NULL: none has completed.
 */
struct educma_request *educma_file_pop(struct educma_file *file)
{
	struct educma_xfer *xfer;

	spin_lock_irq(&file->lock);
	xfer = list_first_entry_or_null(&file->done, struct educma_xfer, node);
	if (xfer) {
		list_del(&xfer->node);
		file->in_flight--;
	}
	spin_unlock_irq(&file->lock);
	if (!xfer)
		return NULL;
	/* There is room for another request, or none is in flight any more. */
	wake_up(&file->wait);
	return to_request(xfer);
}

/**
 * educma_file_unpop() - undo educma_file_pop()
 * @file: the file
 * @req: the request
 *
 * Context: process.
 */
void educma_file_unpop(struct educma_file *file, struct educma_request *req)
{
	spin_lock_irq(&file->lock);
	list_add(&req->xfer.node, &file->done);
	file->in_flight++;
	spin_unlock_irq(&file->lock);
	wake_up(&file->wait);
}

/**
 * educma_file_in_flight() - how many requests are submitted and not yet read
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
 * educma_file_has_done() - whether educma_file_pop() would return a request
 * @file: the file
 *
 * Context: process.
 *
 * Return: whether it would.
 */
bool educma_file_has_done(struct educma_file *file)
{
	bool done;

	spin_lock_irq(&file->lock);
	done = !list_empty(&file->done);
	spin_unlock_irq(&file->lock);
	return done;
}
