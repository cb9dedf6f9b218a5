// SPDX-License-Identifier: GPL-2.0
/*
 * The device as a dmaengine channel that copies memory, for other drivers and
 * for the kernel's dmatest. For the engine the channel is a client like an open
 * file, and a memcpy is a transfer of EDUCMA_OP_COPY. A driver that uses the
 * channel is called its consumer here.
 */
#include <linux/dma-mapping.h>
#include <linux/dmaengine.h>
#include <linux/interrupt.h>
#include <linux/slab.h>
#include <linux/workqueue.h>

#include "dmaengine.h"
#include "reach.h"

static struct workqueue_struct *educma_dma_wq;

/**
 * struct educma_dma - the channel of one device
 * @ddev: dmaengine's device; dropping its last reference frees this structure
 * @chan: its only channel
 * @edev: the device; holds a reference
 * @client: the channel's place in the engine
 * @failed: the last cookie that ended with an error
 * @finisher: calls the consumer back
 * @free: frees this structure, on educma_dma_wq
 * @submit_lock: guards @pending, and keeps the engine's queue in the order of
 *	the cookies; taken before educma_engine.lock
 * @pending: descriptors that are submitted and not issued; by educma_xfer.node
 * @done_lock: guards @done; taken after educma_engine.lock
 * @done: descriptors that have ended, for @finisher
 */
struct educma_dma {
	struct dma_device ddev;
	struct dma_chan chan;
	struct educma_dev *edev;
	struct educma_client client;
	dma_cookie_t failed;
	struct tasklet_struct finisher;
	struct work_struct free;

	spinlock_t submit_lock;		/* pending, order */
	struct list_head pending;
	spinlock_t done_lock;		/* done */
	struct list_head done;
};

/**
 * struct educma_desc - one memcpy
 * @txd: the descriptor of dmaengine
 * @xfer: the transfer of the engine
 */
struct educma_desc {
	struct dma_async_tx_descriptor txd;
	struct educma_xfer xfer;
};

static struct educma_dma *to_dma(struct dma_chan *chan)
{
	return container_of(chan, struct educma_dma, chan);
}

static struct educma_desc *xfer_to_desc(struct educma_xfer *xfer)
{
	return container_of(xfer, struct educma_desc, xfer);
}

static void desc_free(struct educma_desc *desc)
{
	dma_descriptor_unmap(&desc->txd);
	kfree(desc);
}

static void chan_count(struct dma_chan *chan, size_t bytes)
{
	struct dma_chan_percpu *count = this_cpu_ptr(chan->local);

	count->bytes_transferred += bytes;
	count->memcpy_count++;
}

/*
 * Publish a descriptor's end in the cookies. Its memory is unmapped first,
 * because a consumer that sees the cookie may use the memory.
 */
static void desc_publish(struct educma_dma *dma, struct educma_desc *desc)
{
	dma_descriptor_unmap(&desc->txd);
	if (desc->xfer.status) {
		/* A reader of this cookie sees all descriptors that ended before. */
		smp_store_release(&dma->failed, desc->txd.cookie);
		return;
	}
	chan_count(&dma->chan, desc->xfer.bytes);
	/* A reader of this cookie sees all that the device wrote. */
	smp_store_release(&dma->chan.completed_cookie, desc->txd.cookie);
}

static void desc_call_back(struct educma_desc *desc)
{
	const struct educma_xfer *xfer = &desc->xfer;
	const struct dma_async_tx_descriptor *txd = &desc->txd;
	const struct dmaengine_result result = {
		.result = xfer->status ? DMA_TRANS_ABORTED : DMA_TRANS_NOERROR,
		.residue = xfer->bytes - xfer->done,
	};

	/* The consumer has terminated it, and expects no callback. */
	if (xfer->status == -ECANCELED)
		return;
	if (txd->callback_result)
		txd->callback_result(txd->callback_param, &result);
	else if (txd->callback)
		txd->callback(txd->callback_param);
	dma_run_dependencies(&desc->txd);
}

static void finish_done(struct tasklet_struct *tasklet)
{
	struct educma_dma *dma = from_tasklet(dma, tasklet, finisher);
	struct educma_xfer *xfer, *next;
	LIST_HEAD(done);

	spin_lock_irq(&dma->done_lock);
	list_splice_init(&dma->done, &done);
	spin_unlock_irq(&dma->done_lock);
	list_for_each_entry_safe(xfer, next, &done, node) {
		struct educma_desc *desc = xfer_to_desc(xfer);

		desc_publish(dma, desc);
		desc_call_back(desc);
		desc_free(desc);
	}
}

/* Runs in hard interrupts, under the engine's lock; the tasklet does the rest. */
static void desc_complete(struct educma_xfer *xfer)
{
	struct educma_dma *dma = to_dma(xfer_to_desc(xfer)->txd.chan);
	unsigned long flags;

	spin_lock_irqsave(&dma->done_lock, flags);
	list_add_tail(&xfer->node, &dma->done);
	spin_unlock_irqrestore(&dma->done_lock, flags);
	tasklet_schedule(&dma->finisher);
}

static dma_cookie_t desc_submit(struct dma_async_tx_descriptor *txd)
{
	struct educma_desc *desc = container_of(txd, struct educma_desc, txd);
	struct dma_chan *chan = txd->chan;
	struct educma_dma *dma = to_dma(chan);
	dma_cookie_t cookie;
	unsigned long flags;

	spin_lock_irqsave(&dma->submit_lock, flags);
	if (chan->cookie < DMA_MIN_COOKIE || chan->cookie == INT_MAX)
		chan->cookie = DMA_MIN_COOKIE;
	cookie = ++chan->cookie;
	txd->cookie = cookie;
	desc->xfer.cookie = cookie;
	list_add_tail(&desc->xfer.node, &dma->pending);
	spin_unlock_irqrestore(&dma->submit_lock, flags);
	/* Another thread may already have issued desc, and it may be freed. */
	return cookie;
}

/* The engine has refused the transfer: end it with the engine's error. */
static void desc_refuse(struct educma_xfer *xfer, int status)
{
	xfer->status = status;
	desc_complete(xfer);
}

static void chan_issue_pending(struct dma_chan *chan)
{
	struct educma_dma *dma = to_dma(chan);
	struct educma_xfer *xfer, *next;
	unsigned long flags;

	spin_lock_irqsave(&dma->submit_lock, flags);
	list_for_each_entry_safe(xfer, next, &dma->pending, node) {
		int ret;

		list_del(&xfer->node);
		ret = educma_engine_submit(&dma->edev->engine, &dma->client,
					   xfer);
		if (ret)
			desc_refuse(xfer, ret);
	}
	spin_unlock_irqrestore(&dma->submit_lock, flags);
}

/* A device that drops address bits reports success, so ask before. */
static bool is_reached(struct educma_dma *dma, dma_addr_t addr, size_t bytes)
{
	const u64 reach = educma_reach_proven(dma->edev);

	if (addr + bytes - 1 <= reach)
		return true;
	dev_err_ratelimited(dma->ddev.dev,
			    "no DMA at %pad: the device is proven to reach %#llx only\n",
			    &addr, reach);
	return false;
}

static struct dma_async_tx_descriptor *
chan_prep_memcpy(struct dma_chan *chan, dma_addr_t dst, dma_addr_t src,
		 size_t bytes, unsigned long flags)
{
	struct educma_dma *dma = to_dma(chan);
	struct educma_desc *desc;

	if (!bytes || !is_reached(dma, src, bytes) || !is_reached(dma, dst, bytes))
		return NULL;
	desc = kzalloc(sizeof(*desc), GFP_NOWAIT);
	if (!desc)
		return NULL;
	dma_async_tx_descriptor_init(&desc->txd, chan);
	desc->txd.tx_submit = desc_submit;
	desc->txd.flags = flags;
	desc->xfer.complete = desc_complete;
	desc->xfer.op = EDUCMA_OP_COPY;
	desc->xfer.src = src;
	desc->xfer.dst = dst;
	desc->xfer.bytes = bytes;
	return &desc->txd;
}

static u64 pending_bytes(struct educma_dma *dma, dma_cookie_t cookie)
{
	struct educma_xfer *xfer;
	unsigned long flags;
	u64 bytes = 0;

	spin_lock_irqsave(&dma->submit_lock, flags);
	list_for_each_entry(xfer, &dma->pending, node) {
		if (xfer->cookie == cookie)
			bytes = xfer->bytes;
	}
	spin_unlock_irqrestore(&dma->submit_lock, flags);
	return bytes;
}

/*
 * Only the last failed cookie is known, so a failure is reported until a later
 * transfer succeeds. A transfer that is still in the queue is in progress even
 * if a later one has failed, because its memory is in use. @failed is read
 * before the completed cookie: a cookie that is not complete by then, and not in
 * the queue, and not later than @failed, has failed.
 */
static enum dma_status chan_status(struct dma_chan *chan, dma_cookie_t cookie,
				   struct dma_tx_state *state)
{
	struct educma_dma *dma = to_dma(chan);
	enum dma_status status;
	dma_cookie_t complete, failed;
	u64 residue;

	/* Pairs with desc_publish(); must be read before completed_cookie. */
	failed = smp_load_acquire(&dma->failed);
	/* Pairs with desc_publish(). */
	complete = smp_load_acquire(&chan->completed_cookie);
	status = dma_async_is_complete(cookie, complete, chan->cookie);
	dma_set_tx_state(state, complete, chan->cookie, 0);
	if (status != DMA_IN_PROGRESS)
		return status;
	residue = pending_bytes(dma, cookie) ?:
		  educma_engine_left(&dma->edev->engine, &dma->client, cookie);
	if (state)
		state->residue = min_t(u64, residue, U32_MAX);
	if (!residue && failed >= cookie)
		status = DMA_ERROR;
	return status;
}

static int chan_terminate(struct dma_chan *chan)
{
	struct educma_dma *dma = to_dma(chan);
	struct educma_xfer *xfer, *next;
	unsigned long flags;
	LIST_HEAD(pending);

	spin_lock_irqsave(&dma->submit_lock, flags);
	list_splice_init(&dma->pending, &pending);
	spin_unlock_irqrestore(&dma->submit_lock, flags);
	list_for_each_entry_safe(xfer, next, &pending, node)
		desc_free(xfer_to_desc(xfer));
	educma_engine_cancel_all(&dma->edev->engine, &dma->client);
	return 0;
}

static void chan_synchronize(struct dma_chan *chan)
{
	struct educma_dma *dma = to_dma(chan);

	educma_engine_wait(&dma->edev->engine, &dma->client);
	tasklet_kill(&dma->finisher);
}

static int chan_alloc(struct dma_chan *chan)
{
	struct educma_dev *edev = to_dma(chan)->edev;
	int ret;

	/*
	 * -ENODEV would make dmaengine remove the device from its list a second
	 * time.
	 */
	if (educma_dev_enter(edev))
		return -EBUSY;
	ret = educma_dev_add_user(edev, false);
	if (!ret)
		educma_reach_extend(edev);
	educma_dev_leave(edev);
	return ret;
}

static void chan_free(struct dma_chan *chan)
{
	struct educma_dma *dma = to_dma(chan);

	chan_terminate(chan);
	chan_synchronize(chan);
	educma_dev_remove_user(dma->edev);
}

static bool no_channel(struct dma_chan *chan, void *unused)
{
	return false;
}

static void channel_free(struct work_struct *work)
{
	struct educma_dma *dma = container_of(work, struct educma_dma, free);
	dma_cap_mask_t mask;

	/* A request that finds no channel only waits for dma_list_mutex. */
	dma_cap_zero(mask);
	dma_request_channel(mask, no_channel, NULL);
	put_device(dma->ddev.dev);
	educma_dev_put(dma->edev);
	kfree(dma);
}

/*
 * dma_release_channel() may call this, and accesses the channel afterwards until
 * it releases dma_list_mutex. So the channel is freed by a work that waits for
 * that mutex.
 */
static void ddev_release(struct dma_device *ddev)
{
	struct educma_dma *dma = container_of(ddev, struct educma_dma, ddev);

	queue_work(educma_dma_wq, &dma->free);
}

static void ddev_init(struct educma_dma *dma, struct device *dev)
{
	struct dma_device *ddev = &dma->ddev;
	struct dma_chan *chan = &dma->chan;

	ddev->dev = dev;
	dma_cap_set(DMA_MEMCPY, ddev->cap_mask);
	/* The channel is slow: only a consumer that asks for it gets it. */
	dma_cap_set(DMA_PRIVATE, ddev->cap_mask);
	ddev->copy_align = DMAENGINE_ALIGN_1_BYTE;
	ddev->directions = BIT(DMA_MEM_TO_MEM);
	ddev->residue_granularity = DMA_RESIDUE_GRANULARITY_BURST;
	ddev->device_alloc_chan_resources = chan_alloc;
	ddev->device_free_chan_resources = chan_free;
	ddev->device_prep_dma_memcpy = chan_prep_memcpy;
	ddev->device_issue_pending = chan_issue_pending;
	ddev->device_tx_status = chan_status;
	ddev->device_terminate_all = chan_terminate;
	ddev->device_synchronize = chan_synchronize;
	ddev->device_release = ddev_release;
	INIT_LIST_HEAD(&ddev->channels);
	chan->device = ddev;
	chan->cookie = DMA_MIN_COOKIE;
	chan->completed_cookie = DMA_MIN_COOKIE;
	list_add_tail(&chan->device_node, &ddev->channels);
}

/**
 * educma_dma_add() - register the channel with dmaengine
 * @edev: a device that works
 *
 * Undone by educma_dma_del(). Context: may sleep.
 *
 * Return: 0 or a negative errno.
 */
int educma_dma_add(struct educma_dev *edev)
{
	struct device *dev = &edev->pdev->dev;
	struct educma_dma *dma;
	int ret;

	dma = kzalloc(sizeof(*dma), GFP_KERNEL);
	if (!dma)
		return -ENOMEM;
	/* A consumer may keep the channel, and map memory for it, after remove(). */
	dma->edev = edev;
	kref_get(&edev->ref);
	get_device(dev);
	educma_client_init(&dma->client);
	tasklet_setup(&dma->finisher, finish_done);
	INIT_WORK(&dma->free, channel_free);
	spin_lock_init(&dma->submit_lock);
	INIT_LIST_HEAD(&dma->pending);
	spin_lock_init(&dma->done_lock);
	INIT_LIST_HEAD(&dma->done);
	ddev_init(dma, dev);
	ret = dma_async_device_register(&dma->ddev);
	if (ret)
		ddev_release(&dma->ddev);
	else
		edev->dma = dma;
	return ret;
}

/**
 * educma_dma_del() - unregister the channel from dmaengine
 * @edev: the device, its engine stopped; it need not have a channel
 *
 * A consumer that has the channel keeps it, but all its transfers fail. Context:
 * may sleep.
 */
void educma_dma_del(struct educma_dev *edev)
{
	struct educma_dma *dma = edev->dma;

	if (!dma)
		return;
	edev->dma = NULL;
	/* Unregistering frees the channel's counters, so count what has ended. */
	tasklet_kill(&dma->finisher);
	/* While tasklet_kill() waits, tasklet_schedule() does nothing. */
	spin_lock_irq(&dma->done_lock);
	if (!list_empty(&dma->done))
		tasklet_schedule(&dma->finisher);
	spin_unlock_irq(&dma->done_lock);
	dma_async_device_unregister(&dma->ddev);
}

/**
 * educma_dma_init() - prepare for the first channel
 *
 * Undone by educma_dma_exit(). Context: may sleep.
 *
 * Return: 0 or -ENOMEM.
 */
int __init educma_dma_init(void)
{
	educma_dma_wq = alloc_workqueue("educma", WQ_UNBOUND, 0);
	return educma_dma_wq ? 0 : -ENOMEM;
}

/**
 * educma_dma_exit() - undo educma_dma_init(), after the last channel
 *
 * Context: sleeps until all channels are freed.
 */
void educma_dma_exit(void)
{
	destroy_workqueue(educma_dma_wq);
}
