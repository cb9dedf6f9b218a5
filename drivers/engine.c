// SPDX-License-Identifier: GPL-2.0
/*
 * The transfer queue of one device. The interrupt handler starts the next chunk
 * before it does anything else. Clients take turns, one chunk each; the two
 * chunks of a copy through the card's memory are one turn, because that memory
 * is shared by all clients.
 */
#include <linux/completion.h>
#include <linux/jiffies.h>
#include <linux/ktime.h>
#include <linux/minmax.h>

#include "engine.h"
#include "trace.h"

/* How often a chunk without evidence is repeated; each time costs a timeout. */
#define EDUCMA_CHUNK_REPEATS		7

static_assert(EDUCMA_OP_TO_DEVICE == (int)EDUCMA_TO_DEVICE);
static_assert(EDUCMA_OP_FROM_DEVICE == (int)EDUCMA_FROM_DEVICE);
static_assert(EDUCMA_OP_COPY == (int)EDUCMA_BOTH);

/* The directions in which a transfer counts. */
static enum educma_dir op_dir(u32 op)
{
	return (enum educma_dir)op;
}

/*
 * A card that has memory of its own copies in pairs of chunks: one to the
 * device, and one from the device. A card that has none copies from memory to
 * memory.
 */
static enum educma_dir next_dir(const struct educma_engine *engine,
				const struct educma_xfer *xfer)
{
	const enum educma_dir dir = op_dir(xfer->op);

	if (dir != EDUCMA_BOTH || !engine->hw->memory_bytes)
		return dir;
	return xfer->staged ? EDUCMA_FROM_DEVICE : EDUCMA_TO_DEVICE;
}

/* Set @chunk to the next chunk of @xfer. */
static void engine_next_chunk(const struct educma_engine *engine,
			      struct educma_xfer *xfer,
			      struct educma_chunk *chunk)
{
	const enum educma_dir dir = next_dir(engine, xfer);

	chunk->xfer = xfer;
	chunk->dir = dir;
	chunk->src = dir == EDUCMA_FROM_DEVICE ? xfer->offset :
						 xfer->src + xfer->done;
	chunk->dst = dir == EDUCMA_TO_DEVICE ? xfer->offset :
					       xfer->dst + xfer->done;
	chunk->bytes = min_t(u64, xfer->bytes - xfer->done,
			     engine->chunk_bytes - xfer->offset);
}

/* Start the next chunk of the first client, if there is a client. */
static void engine_start_next(struct educma_engine *engine)
{
	struct educma_chunk *chunk = &engine->running;
	struct educma_client *client;
	struct educma_xfer *xfer;

	chunk->xfer = NULL;
	if (list_empty(&engine->ready))
		return;
	client = list_first_entry(&engine->ready, struct educma_client, node);
	xfer = list_first_entry(&client->queue, struct educma_xfer, node);
	/* No other chunk may overwrite what is staged in the card's memory. */
	if (engine->paused && !xfer->staged)
		return;
	engine_next_chunk(engine, xfer, chunk);
	engine->hw->card->start(engine->hw, chunk);
}

/*
 * The watchdog runs after @delay jiffies, and not before. Not inline, to keep its
 * registers out of the path of each chunk.
 */
static noinline void engine_delay_watchdog(struct educma_engine *engine,
					   unsigned long delay)
{
	cancel_delayed_work(&engine->watchdog);
	schedule_delayed_work(&engine->watchdog, delay);
}

/*
 * A chunk was started: the watchdog must run one to two timeouts from now. While
 * chunks end in time, the watchdog is delayed once in a timeout and never runs,
 * because waking its worker costs more instructions than an interrupt.
 */
static void engine_watch(struct educma_engine *engine)
{
	const unsigned long timeout = engine->timeout;

	if (!delayed_work_pending(&engine->watchdog))
		engine_delay_watchdog(engine, timeout);
	else if (time_before(engine->watchdog.timer.expires, jiffies + timeout))
		engine_delay_watchdog(engine, 2 * timeout);
}

/*
 * Record the start time of the chunk that was started. This is done after the
 * doorbell, so as not to delay it.
 */
static void engine_record_start(struct educma_engine *engine, u64 now)
{
	struct educma_chunk *chunk = &engine->running;

	if (!chunk->xfer)
		return;
	chunk->start_ns = now;
	if (!chunk->xfer->start_ns)
		chunk->xfer->start_ns = now;
	trace_educma_chunk_start(engine, chunk);
	engine_watch(engine);
}

/* Start a chunk if the device is idle and a transfer is queued. */
static void engine_kick(struct educma_engine *engine)
{
	lockdep_assert_held(&engine->lock);
	if (engine->running.xfer || engine->paused || list_empty(&engine->ready))
		return;
	engine->hw->card->wake(engine->hw);
	engine_start_next(engine);
	engine_record_start(engine, ktime_get_ns());
}

static void engine_dequeue(struct educma_xfer *xfer)
{
	list_del(&xfer->node);
	if (list_empty(&xfer->client->queue))
		list_del_init(&xfer->client->node);
}

/* The client has had its turn: the next one of the others is served first. */
static void engine_pass_turn(struct educma_engine *engine,
			     struct educma_client *client)
{
	if (!list_empty(&client->queue) &&
	    !list_is_last(&client->node, &engine->ready))
		list_move_tail(&client->node, &engine->ready);
}

/* Complete a transfer that is not in the queue any more. */
static void engine_complete(struct educma_engine *engine,
			    struct educma_xfer *xfer, int status, u64 now)
{
	xfer->status = status;
	xfer->end_ns = now;
	engine->stats.counters.queue_depth--;
	if (!xfer->internal)
		educma_stats_transfer(&engine->stats, op_dir(xfer->op), status,
				      educma_xfer_queued_ns(xfer),
				      educma_xfer_run_ns(xfer));
	trace_educma_xfer_done(engine, xfer);
	xfer->complete(xfer);
	/* Hardly anybody waits here, and a wake-up of nobody costs time, too. */
	if (wq_has_sleeper(&engine->idle))
		wake_up(&engine->idle);
}

/*
 * Account for a chunk that is done, and pass the turn to the next client.
 *
 * Return: whether the transfer has ended; if so, it is not in the queue any more.
 */
static bool engine_advance(struct educma_engine *engine,
			   const struct educma_chunk *chunk)
{
	struct educma_xfer *xfer = chunk->xfer;
	struct educma_client *client = xfer->client;
	bool ended;

	if (xfer->op == EDUCMA_OP_COPY && chunk->dir == EDUCMA_TO_DEVICE) {
		xfer->staged = chunk->bytes;
		if (!xfer->stop)
			return false;
	} else {
		xfer->staged = 0;
		xfer->done += chunk->bytes;
	}
	ended = xfer->done == xfer->bytes || xfer->stop;
	if (ended)
		engine_dequeue(xfer);
	engine_pass_turn(engine, client);
	return ended;
}

/* The running chunk is done: start the next one, and only then count. */
static void engine_chunk_done(struct educma_engine *engine)
{
	struct educma_chunk done = engine->running;
	struct educma_xfer *xfer = done.xfer;
	bool ended = engine_advance(engine, &done);
	u64 now;

	engine_start_next(engine);
	now = ktime_get_ns();
	engine->repeats = 0;
	trace_educma_chunk_done(engine, &done, now);
	engine_record_start(engine, now);
	if (!xfer->internal)
		educma_stats_chunk(&engine->stats, &done, now);
	if (ended)
		engine_complete(engine, xfer, xfer->done == xfer->bytes ?
					      0 : xfer->stop, now);
	else if (engine->paused)
		wake_up(&engine->idle);
}

/*
 * Cancel with @error the queued transfers of @client: all of them, or those that
 * have *@cookie. Each completes at once, but the one whose chunk is in the device
 * completes when that chunk ends.
 *
 * Return: the number of transfers.
 */
static unsigned int engine_cancel(struct educma_engine *engine,
				  struct educma_client *client,
				  const u64 *cookie, int error)
{
	struct educma_xfer *xfer, *next;
	unsigned int found = 0;

	lockdep_assert_held(&engine->lock);
	list_for_each_entry_safe(xfer, next, &client->queue, node) {
		if (cookie && xfer->cookie != *cookie)
			continue;
		found++;
		if (xfer == engine->running.xfer) {
			xfer->stop = error;
			continue;
		}
		engine_dequeue(xfer);
		engine_complete(engine, xfer, error, ktime_get_ns());
	}
	return found;
}

/* All changes of the state are made here. EDUCMA_REMOVED is never left. */
static void engine_set_state(struct educma_engine *engine,
			     enum educma_state state)
{
	lockdep_assert_held(&engine->lock);
	if (state > engine->state ||
	    (state == EDUCMA_WORKING && engine->state != EDUCMA_REMOVED))
		WRITE_ONCE(engine->state, state);
}

/* Refuse new transfers, and cancel the queued ones with the state's error. */
static void engine_fail_queued(struct educma_engine *engine,
			       enum educma_state state)
{
	struct educma_client *client, *next;

	engine_set_state(engine, state);
	list_for_each_entry_safe(client, next, &engine->ready, node)
		engine_cancel(engine, client, NULL, educma_state_error(state));
	wake_up_all(&engine->failed);
}

/* Complete the transfer whose chunk was in the device. */
static void engine_complete_running(struct educma_engine *engine, int status)
{
	struct educma_xfer *xfer = engine->running.xfer;

	engine_dequeue(xfer);
	engine->running.xfer = NULL;
	engine->repeats = 0;
	engine_complete(engine, xfer, status, ktime_get_ns());
}

/* Whether there is a chunk in the device that was not aborted. */
static bool engine_runs(const struct educma_engine *engine)
{
	lockdep_assert_held(&engine->lock);
	return engine->running.xfer && !engine->aborted;
}

/*
 * The device does not access memory any more: complete the transfer of the
 * aborted chunk. Its owner may free the memory then.
 */
static void engine_complete_aborted(struct educma_engine *engine)
{
	trace_educma_chunk_abandoned(engine, &engine->running, ktime_get_ns());
	engine->aborted = false;
	engine_complete_running(engine, engine->abort_status);
}

/*
 * Abort the running chunk. If the card has sync(), engine_sync() must follow; after
 * an interrupt the watchdog calls it.
 */
static void engine_abort(struct educma_engine *engine, int status)
{
	const struct educma_card *card = engine->hw->card;

	lockdep_assert_held(&engine->lock);
	card->abort(engine->hw);
	engine->aborted = true;
	engine->abort_status = status;
	if (!card->sync)
		engine_complete_aborted(engine);
}

/*
 * Complete an abort, if there was one. Sleeps. The watchdog calls this, and those
 * who have stopped it, so that there is one caller at a time.
 */
static void engine_sync(struct educma_engine *engine)
{
	bool aborted;

	spin_lock_irq(&engine->lock);
	aborted = engine->aborted;
	spin_unlock_irq(&engine->lock);
	if (!aborted)
		return;
	engine->hw->card->sync(engine->hw);
	spin_lock_irq(&engine->lock);
	engine_complete_aborted(engine);
	spin_unlock_irq(&engine->lock);
}

/* Abort the running chunk with @status, and fail all other transfers. */
static void engine_fail_device(struct educma_engine *engine, int status,
			       enum educma_state state)
{
	engine->stats.counters.failures++;
	engine_abort(engine, status);
	engine_fail_queued(engine, state);
}

/* The device is idle: end the transfer without the running chunk, and go on. */
static void engine_skip(struct educma_engine *engine, int status)
{
	trace_educma_chunk_abandoned(engine, &engine->running, ktime_get_ns());
	engine_pass_turn(engine, engine->running.xfer->client);
	engine_complete_running(engine, status);
	engine_kick(engine);
}

/*
 * The device is idle, and there is no evidence that the running chunk was done:
 * start the chunk again. Each of the two chunks of a copy may be repeated alone.
 * The second one starts only after evidence that the first one was done, so the
 * card's memory still holds the data.
 *
 * Return: a message to log, or NULL.
 */
static const char *engine_repeat(struct educma_engine *engine,
				 enum educma_hw_state state)
{
	struct educma_xfer *xfer = engine->running.xfer;

	if (xfer->stop) {
		engine_skip(engine, xfer->stop);
		return NULL;
	}
	if (engine->repeats == EDUCMA_CHUNK_REPEATS) {
		engine_fail_device(engine, -EIO, EDUCMA_FAILED);
		return state == EDUCMA_HW_ENDED ?
			"DMAs end, but no interrupt arrives; device disabled. Reset or rebind it" :
			"the device does not take commands; device disabled. Reset or rebind it";
	}
	trace_educma_chunk_repeated(engine, &engine->running, ktime_get_ns());
	engine->repeats++;
	engine->stats.counters.chunks_repeated++;
	engine_start_next(engine);
	engine_record_start(engine, ktime_get_ns());
	/*
	 * A paused engine starts no chunk before educma_engine_resume(), and the
	 * chunk that starts then may be another one.
	 */
	if (!engine->running.xfer) {
		engine->repeats = 0;
		wake_up(&engine->idle);
	}
	return NULL;
}

/* The DMA ended without an interrupt. Returns a message to log, or NULL. */
static const char *engine_irq_lost(struct educma_engine *engine)
{
	const char *trouble = engine_repeat(engine, EDUCMA_HW_ENDED);

	/* Log the first lost interrupt only; irqs_missed counts the rest. */
	if (engine->stats.counters.irqs_missed++ || trouble)
		return trouble;
	return "interrupt lost (see irqs_missed)";
}

/*
 * The card has said what became of the running chunk, and it is not evidence
 * that the chunk was done.
 *
 * Return: a message to log, or NULL.
 */
static const char *engine_not_done(struct educma_engine *engine,
				   enum educma_hw_state state)
{
	switch (state) {
	case EDUCMA_HW_ENDED:
		return engine_irq_lost(engine);
	case EDUCMA_HW_NOT_STARTED:
		return engine_repeat(engine, state);
	case EDUCMA_HW_ERROR:
		engine_skip(engine, -EIO);
		return NULL;
	case EDUCMA_HW_NO_RESPONSE:
		engine_fail_device(engine, -ENODEV, EDUCMA_NO_RESPONSE);
		return "the device does not respond; device disabled. Reset or rebind it";
	case EDUCMA_HW_NO_BUS_MASTER:
		engine_fail_device(engine, -EIO, EDUCMA_FAILED);
		return "bus mastering was disabled; DMA failed. Reset or rebind the device";
	case EDUCMA_HW_LOST_STATE:
		engine_fail_device(engine, -EIO, EDUCMA_FAILED);
		return "the device has lost its state; device disabled. Reset or rebind it";
	case EDUCMA_HW_NOT_OURS:
	case EDUCMA_HW_RUNNING:
		break;
	}
	engine->stats.counters.timeouts++;
	trace_educma_timeout(engine, &engine->running, ktime_get_ns());
	engine_fail_device(engine, -ETIMEDOUT, EDUCMA_FAILED);
	return "DMA timeout; device disabled. Reset or rebind it";
}

/*
 * The interrupt says that the running chunk cannot be done. An interrupt handler
 * cannot sleep, so the watchdog runs at once to sync an abort.
 *
 * Return: a message to log, or NULL.
 */
static const char *engine_irq_failed(struct educma_engine *engine,
				     enum educma_hw_state state)
{
	const char *trouble = engine_not_done(engine, state);

	if (engine->aborted)
		engine_delay_watchdog(engine, 0);
	return trouble;
}

/* Handle an interrupt while a chunk runs. Returns a message to log, or NULL. */
static const char *engine_running_irq(struct educma_engine *engine, bool *ours)
{
	const enum educma_hw_state state =
		engine->hw->card->irq(engine->hw);

	*ours = state != EDUCMA_HW_NOT_OURS;
	if (likely(state == EDUCMA_HW_ENDED))
		engine_chunk_done(engine);
	else if (state == EDUCMA_HW_RUNNING)
		engine->stats.counters.irqs_spurious++;
	else if (state == EDUCMA_HW_NO_BUS_MASTER || state == EDUCMA_HW_ERROR)
		return engine_irq_failed(engine, state);
	/* In all other cases the watchdog asks the card again. */
	return NULL;
}

/**
 * educma_engine_irq() - act on the end of a chunk
 * @irq: unused
 * @data: the engine
 *
 * A PCI card's interrupt handler, or called by a card that learns of the end
 * in another way, for example by a callback. Context: any, interrupts disabled.
 *
 * Return: IRQ_NONE if the interrupt was another device's, so that the kernel
 * asks the other handlers of a shared line.
 */
irqreturn_t educma_engine_irq(int irq, void *data)
{
	struct educma_engine *engine = data;
	const char *trouble = NULL;
	bool ours;

	spin_lock(&engine->lock);
	if (likely(engine_runs(engine))) {
		trouble = engine_running_irq(engine, &ours);
	} else {
		ours = engine->hw->card->idle_irq(engine->hw);
		engine->stats.counters.irqs_spurious += ours;
	}
	engine->stats.counters.irqs += ours;
	spin_unlock(&engine->lock);
	if (trouble)
		dev_err(engine->hw->dev, "%s\n", trouble);
	return ours ? IRQ_HANDLED : IRQ_NONE;
}

/* Has the running chunk taken too long? If it has not, the watchdog runs again. */
static void engine_watchdog(struct work_struct *work)
{
	struct educma_engine *engine = container_of(work, struct educma_engine,
						    watchdog.work);
	struct educma_hw *hw = engine->hw;
	const u64 limit = hw->card->timeout_ms * (u64)NSEC_PER_MSEC;
	const char *trouble = NULL;

	spin_lock_irq(&engine->lock);
	if (engine_runs(engine) &&
	    ktime_get_ns() - engine->running.start_ns >= limit)
		trouble = engine_not_done(engine, hw->card->state(hw));
	if (engine_runs(engine))
		schedule_delayed_work(&engine->watchdog, engine->timeout);
	spin_unlock_irq(&engine->lock);
	if (trouble)
		dev_err(engine->hw->dev, "%s\n", trouble);
	engine_sync(engine);
}

/**
 * educma_engine_init() - initialize the engine of a device
 * @engine: the engine
 * @hw: the device
 * @chunk_bytes: most bytes of one DMA, 1 to @hw->chunk_bytes_max
 *
 * Must precede request_irq(). Context: any.
 */
void educma_engine_init(struct educma_engine *engine, struct educma_hw *hw,
			u32 chunk_bytes)
{
	engine->hw = hw;
	engine->chunk_bytes = chunk_bytes;
	engine->timeout = msecs_to_jiffies(hw->card->timeout_ms);
	INIT_DELAYED_WORK(&engine->watchdog, engine_watchdog);
	init_waitqueue_head(&engine->idle);
	init_waitqueue_head(&engine->failed);
	spin_lock_init(&engine->lock);
	INIT_LIST_HEAD(&engine->ready);
	educma_stats_init(&engine->stats, &engine->lock, &engine->running);
}

static bool engine_is_idle(struct educma_engine *engine)
{
	bool idle;

	spin_lock_irq(&engine->lock);
	idle = !engine->running.xfer;
	spin_unlock_irq(&engine->lock);
	return idle;
}

/**
 * educma_engine_remove() - refuse transfers for ever, with -ENODEV
 * @engine: the engine
 *
 * Cancels all queued transfers; the one whose chunk is in the device completes
 * when that chunk ends. Context: process, does not sleep.
 */
void educma_engine_remove(struct educma_engine *engine)
{
	spin_lock_irq(&engine->lock);
	engine_fail_queued(engine, EDUCMA_REMOVED);
	spin_unlock_irq(&engine->lock);
}

/* Whether a chunk runs that may still end, because the device responds. */
static bool engine_may_end(struct educma_engine *engine)
{
	bool may;

	spin_lock_irq(&engine->lock);
	may = engine_runs(engine) &&
	      engine->hw->card->state(engine->hw) != EDUCMA_HW_NO_RESPONSE;
	spin_unlock_irq(&engine->lock);
	return may;
}

/* Wait for the end of the running chunk, if it may end. */
static void engine_wait_idle(struct educma_engine *engine)
{
	if (engine_may_end(engine))
		wait_event_timeout(engine->idle, engine_is_idle(engine),
				   2 * engine->timeout);
}

/* No chunk runs that was not aborted: stop the watchdog, and complete the abort. */
static void engine_quiesce(struct educma_engine *engine)
{
	cancel_delayed_work_sync(&engine->watchdog);
	engine_sync(engine);
}

/**
 * educma_engine_stop() - wait until the device does not access memory any more
 * @engine: the engine, after educma_engine_remove()
 *
 * Waits for the end of the running chunk, and aborts the chunk if it does not
 * end or if the device does not respond. Context: may sleep, up to twice the
 * chunk timeout.
 */
void educma_engine_stop(struct educma_engine *engine)
{
	engine_wait_idle(engine);
	spin_lock_irq(&engine->lock);
	if (engine_runs(engine))
		engine_fail_device(engine, -ENODEV, EDUCMA_REMOVED);
	spin_unlock_irq(&engine->lock);
	engine_quiesce(engine);
}

/**
 * educma_engine_pause() - leave the device alone until educma_engine_resume()
 * @engine: the engine
 * @drain: let the running chunk end; else abort it at once
 *
 * Draining includes the second chunk of a copy. A chunk that does not end is
 * aborted. The transfer of an aborted chunk completes with -EIO; all others stay
 * in the queue, and more may be submitted. On return no DMA runs, or it cannot
 * access memory. Context: may sleep, up to twice the chunk timeout.
 */
void educma_engine_pause(struct educma_engine *engine, bool drain)
{
	spin_lock_irq(&engine->lock);
	engine->paused = true;
	if (engine_runs(engine) && !drain)
		engine_abort(engine, -EIO);
	spin_unlock_irq(&engine->lock);

	engine_wait_idle(engine);
	spin_lock_irq(&engine->lock);
	if (engine_runs(engine))
		engine_abort(engine, -EIO);
	spin_unlock_irq(&engine->lock);
	engine_quiesce(engine);
}

/**
 * educma_engine_resume() - start chunks again after educma_engine_pause()
 * @engine: the engine; its device is idle and may access memory
 *
 * A device that had failed is EDUCMA_WORKING again. Context: process.
 */
void educma_engine_resume(struct educma_engine *engine)
{
	spin_lock_irq(&engine->lock);
	engine->paused = false;
	engine_set_state(engine, EDUCMA_WORKING);
	engine_kick(engine);
	spin_unlock_irq(&engine->lock);
}

/**
 * educma_engine_fail() - the device does not work after a reset or a sleep
 * @engine: the engine, paused
 * @state: EDUCMA_FAILED or EDUCMA_NO_RESPONSE
 *
 * Cancels all queued transfers with the state's error, and refuses new ones
 * until educma_engine_resume(). Context: process.
 */
void educma_engine_fail(struct educma_engine *engine, enum educma_state state)
{
	spin_lock_irq(&engine->lock);
	engine->stats.counters.failures++;
	engine_fail_queued(engine, state);
	spin_unlock_irq(&engine->lock);
}

/**
 * educma_client_init() - initialize a client
 * @client: the client
 *
 * Context: any.
 */
void educma_client_init(struct educma_client *client)
{
	INIT_LIST_HEAD(&client->node);
	INIT_LIST_HEAD(&client->queue);
}

/* The list entry after which a client takes its turn that had no transfer. */
static struct list_head *engine_turn(struct educma_engine *engine,
				     const struct educma_xfer *xfer)
{
	if (!xfer->internal)
		return engine->ready.prev;
	/* The running client stays first: its copy may have a second chunk. */
	if (engine->running.xfer)
		return &engine->running.xfer->client->node;
	return &engine->ready;
}

/**
 * educma_engine_check() - whether the device is able to do a transfer
 * @engine: the engine
 * @op: enum educma_op
 * @offset: where in the card's memory each chunk would begin
 *
 * Context: any.
 *
 * Return: 0, -EINVAL (no chunk can begin at @offset), or -EOPNOTSUPP (the
 * card has no memory of its own, so it can only copy).
 */
int educma_engine_check(const struct educma_engine *engine, u32 op, u32 offset)
{
	if (engine->hw->memory_bytes)
		return offset < engine->chunk_bytes ? 0 : -EINVAL;
	if (op != EDUCMA_OP_COPY)
		return -EOPNOTSUPP;
	return offset ? -EINVAL : 0;
}

/**
 * educma_engine_submit() - queue a transfer
 * @engine: the engine
 * @client: the client whose turn is used
 * @xfer: the transfer, which belongs to the engine until complete() is called
 *
 * The transfer's memory must stay allocated until complete() is called. Takes
 * constant time. Context: any but complete().
 *
 * Return: 0, what educma_engine_check() says, or the error of the engine's
 * state.
 */
int educma_engine_submit(struct educma_engine *engine,
			 struct educma_client *client, struct educma_xfer *xfer)
{
	unsigned long flags;
	int ret;

	spin_lock_irqsave(&engine->lock, flags);
	ret = educma_engine_check(engine, xfer->op, xfer->offset) ?:
	      educma_state_error(engine->state);
	if (ret)
		goto unlock;
	xfer->id = ++engine->submitted;
	xfer->client = client;
	xfer->done = 0;
	xfer->staged = 0;
	xfer->stop = 0;
	xfer->start_ns = 0;
	xfer->submit_ns = ktime_get_ns();
	list_add_tail(&xfer->node, &client->queue);
	if (list_empty(&client->node))
		list_add(&client->node, engine_turn(engine, xfer));
	engine->stats.counters.queue_depth++;
	trace_educma_submit(engine, xfer);
	engine_kick(engine);
unlock:
	spin_unlock_irqrestore(&engine->lock, flags);
	return ret;
}

struct engine_waited {
	struct educma_xfer xfer;
	struct completion done;
};

static void engine_waited_complete(struct educma_xfer *xfer)
{
	complete(&container_of(xfer, struct engine_waited, xfer)->done);
}

/**
 * educma_engine_run() - do one transfer of the driver's own and wait for it
 * @engine: the engine
 * @client: the client whose turn is used
 * @op: enum educma_op, but EDUCMA_OP_FROM_DEVICE
 * @src: bus address
 * @dst: bus address; for EDUCMA_OP_TO_DEVICE an offset in the card's memory
 * @bytes: length
 *
 * The transfer is @internal, see struct educma_xfer. Context: may sleep. The
 * watchdog ends every chunk, so the time is limited, unless the engine is paused.
 *
 * Return: 0 or a negative errno.
 */
int educma_engine_run(struct educma_engine *engine,
		      struct educma_client *client, enum educma_op op,
		      dma_addr_t src, dma_addr_t dst, u64 bytes)
{
	struct engine_waited waited = {
		.xfer = {
			.complete = engine_waited_complete,
			.op = op,
			.offset = op == EDUCMA_OP_TO_DEVICE ? dst : 0,
			.internal = true,
			.src = src,
			.dst = dst,
			.bytes = bytes,
		},
	};
	int ret;

	init_completion(&waited.done);
	ret = educma_engine_submit(engine, client, &waited.xfer);
	if (ret)
		return ret;
	wait_for_completion(&waited.done);
	return waited.xfer.status;
}

/**
 * educma_engine_cancel() - cancel the transfers of a client that have a cookie
 * @engine: the engine
 * @client: the client
 * @cookie: the cookie
 *
 * A queued transfer completes with -ECANCELED before this returns; one whose
 * chunk is in the device completes when that chunk ends. Context: process.
 *
 * Return: whether there was a transfer.
 */
bool educma_engine_cancel(struct educma_engine *engine,
			  struct educma_client *client, u64 cookie)
{
	unsigned int found;

	spin_lock_irq(&engine->lock);
	found = engine_cancel(engine, client, &cookie, -ECANCELED);
	spin_unlock_irq(&engine->lock);
	return found;
}

static bool engine_client_is_idle(struct educma_engine *engine,
				  struct educma_client *client)
{
	bool idle;

	spin_lock_irq(&engine->lock);
	idle = list_empty(&client->queue);
	spin_unlock_irq(&engine->lock);
	return idle;
}

/**
 * educma_engine_cancel_all() - cancel all transfers of a client
 * @engine: the engine
 * @client: the client
 *
 * Cancels each as educma_engine_cancel() does. Context: any but complete().
 */
void educma_engine_cancel_all(struct educma_engine *engine,
			      struct educma_client *client)
{
	unsigned long flags;

	spin_lock_irqsave(&engine->lock, flags);
	engine_cancel(engine, client, NULL, -ECANCELED);
	spin_unlock_irqrestore(&engine->lock, flags);
}

/**
 * educma_engine_wait() - wait until all transfers of a client are complete
 * @engine: the engine
 * @client: the client
 *
 * Context: may sleep. Signals do not interrupt the wait, because they cannot
 * stop a DMA. After educma_engine_cancel_all() the time is limited, because the
 * watchdog or educma_engine_stop() ends every chunk.
 */
void educma_engine_wait(struct educma_engine *engine,
			struct educma_client *client)
{
	wait_event(engine->idle, engine_client_is_idle(engine, client));
}

/**
 * educma_engine_left() - the bytes that a transfer has still to move
 * @engine: the engine
 * @client: the client that submitted the transfer
 * @cookie: its cookie; of several transfers the first one counts
 *
 * Context: any but complete(); does not sleep.
 *
 * Return: bytes; 0 if there is no such transfer in the queue.
 */
u64 educma_engine_left(struct educma_engine *engine,
		       struct educma_client *client, u64 cookie)
{
	struct educma_xfer *xfer;
	unsigned long flags;
	u64 left = 0;

	spin_lock_irqsave(&engine->lock, flags);
	list_for_each_entry(xfer, &client->queue, node) {
		if (xfer->cookie == cookie) {
			left = xfer->bytes - xfer->done;
			break;
		}
	}
	spin_unlock_irqrestore(&engine->lock, flags);
	return left;
}

/**
 * educma_engine_dump() - print the registers of the device
 * @engine: the engine of a device that is not EDUCMA_REMOVED
 * @seq: the file to print to
 *
 * Context: any.
 *
 * Return: 0, or -EAGAIN between educma_engine_pause() and
 * educma_engine_resume(), while the device must not be accessed.
 */
int educma_engine_dump(struct educma_engine *engine, struct seq_file *seq)
{
	unsigned int index = 0;
	unsigned long flags;
	bool paused, more;

	/* A register is slow to read, so the lock is dropped after each. */
	do {
		spin_lock_irqsave(&engine->lock, flags);
		paused = engine->paused;
		more = !paused && engine->hw->card->dump(engine->hw, seq, index++);
		spin_unlock_irqrestore(&engine->lock, flags);
	} while (more);
	return paused ? -EAGAIN : 0;
}

/**
 * educma_engine_state() - whether the device takes transfers
 * @engine: the engine
 *
 * Does not take the lock. Context: any.
 *
 * Return: the state.
 */
enum educma_state educma_engine_state(const struct educma_engine *engine)
{
	return READ_ONCE(engine->state);
}

/**
 * educma_state_error() - the error with which transfers are refused
 * @state: the state of the device
 *
 * Context: any.
 *
 * Return: 0, -EIO or -ENODEV.
 */
int educma_state_error(enum educma_state state)
{
	switch (state) {
	case EDUCMA_WORKING:
		return 0;
	case EDUCMA_FAILED:
		return -EIO;
	case EDUCMA_NO_RESPONSE:
	case EDUCMA_REMOVED:
		break;
	}
	return -ENODEV;
}
