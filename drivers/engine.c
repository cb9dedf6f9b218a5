// SPDX-License-Identifier: GPL-2.0
/*
 * The transfer queue of one device. The hard interrupt handler starts the
 * next chunk itself, first thing; clients are served round robin, a chunk at
 * a time, except that a copy's two legs stay together, for the device memory
 * between them is shared. The engine knows nothing of files or sysfs.
 */
#include <linux/completion.h>
#include <linux/ktime.h>
#include <linux/minmax.h>

#include "engine.h"
#include "trace.h"

/* A chunk without evidence is repeated this often; each costs a timeout. */
#define EDUCMA_CHUNK_REPEATS		7

/* After this long the watchdog looks after a chunk. */
static unsigned long engine_timeout(const struct educma_engine *engine)
{
	return msecs_to_jiffies(engine->hw->card->timeout_ms);
}

static struct educma_client *engine_next_client(struct educma_engine *engine)
{
	return list_first_entry_or_null(&engine->ready, struct educma_client,
					node);
}

static_assert(EDUCMA_OP_TO_DEVICE == (int)EDUCMA_TO_DEVICE);
static_assert(EDUCMA_OP_FROM_DEVICE == (int)EDUCMA_FROM_DEVICE);
static_assert(EDUCMA_OP_COPY == (int)EDUCMA_BOTH);

/* In which directions a transfer counts. */
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

	if (dir != EDUCMA_BOTH || !engine->hw->card->memory_bytes)
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

/* Ring the doorbell for the first client's next chunk, if there is one. */
static void engine_start_next(struct educma_engine *engine)
{
	struct educma_client *client = engine_next_client(engine);
	struct educma_chunk *chunk = &engine->running;
	struct educma_xfer *xfer;

	chunk->xfer = NULL;
	if (!client)
		return;
	xfer = list_first_entry(&client->queue, struct educma_xfer, node);
	/* No other chunk may overwrite what is staged in the card's memory. */
	if (engine->paused && !xfer->staged)
		return;
	engine_next_chunk(engine, xfer, chunk);
	engine->hw->card->start(engine->hw, chunk);
}

/* Note when the chunk just started did so; kept off the way to the doorbell. */
static void engine_note_start(struct educma_engine *engine, u64 now)
{
	struct educma_chunk *chunk = &engine->running;

	if (!chunk->xfer)
		return;
	chunk->start_ns = now;
	if (!chunk->xfer->start_ns)
		chunk->xfer->start_ns = now;
	trace_educma_chunk_start(engine, chunk);
}

/* Something to do may have come: start it unless the device works already. */
static void engine_kick(struct educma_engine *engine)
{
	lockdep_assert_held(&engine->lock);
	if (engine->running.xfer || engine->paused || list_empty(&engine->ready))
		return;
	engine->hw->card->wake(engine->hw);
	engine_start_next(engine);
	engine_note_start(engine, ktime_get_ns());
	if (engine->running.xfer)
		schedule_delayed_work(&engine->watchdog,
				      engine_timeout(engine));
}

static void engine_dequeue(struct educma_xfer *xfer)
{
	list_del(&xfer->node);
	if (list_empty(&xfer->client->queue))
		list_del_init(&xfer->client->node);
}

/* Hand a dequeued transfer back to its owner. */
static void engine_finish(struct educma_engine *engine,
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
	wake_up(&engine->idle);
}

/*
 * Move the transfer behind the chunk that is done and decide who is next.
 * Returns true when the transfer has ended; it is then off the queue.
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
	if (!list_empty(&client->queue))
		list_move_tail(&client->node, &engine->ready);
	return ended;
}

/* The running chunk is done: start another before anything else. */
static void engine_chunk_done(struct educma_engine *engine)
{
	struct educma_chunk done = engine->running;
	struct educma_xfer *xfer = done.xfer;
	bool ended = engine_advance(engine, &done);
	u64 now;

	engine->repeats = 0;
	engine_start_next(engine);
	now = ktime_get_ns();
	trace_educma_chunk_done(engine, &done, now);
	engine_note_start(engine, now);
	if (!xfer->internal)
		educma_stats_chunk(&engine->stats, &done, now);
	if (ended)
		engine_finish(engine, xfer,
			      xfer->done == xfer->bytes ? 0 : xfer->stop, now);
	else if (engine->paused)
		wake_up(&engine->idle);
}

/*
 * End what @client has queued (only what has *@cookie, unless NULL): at once
 * what waits, at its chunk's end what runs. Returns how many.
 */
static unsigned int engine_end(struct educma_engine *engine,
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
		engine_finish(engine, xfer, error, ktime_get_ns());
	}
	return found;
}

/*
 * The only place that changes the state. Whoever finds EDUCMA_REMOVED may rely
 * on it: it is the last one.
 */
static void engine_set_state(struct educma_engine *engine,
			     enum educma_state state)
{
	lockdep_assert_held(&engine->lock);
	if (state > engine->state ||
	    (state == EDUCMA_WORKING && engine->state != EDUCMA_REMOVED))
		WRITE_ONCE(engine->state, state);
}

/* Refuse new transfers because of @state, and end all those that wait. */
static void engine_fail_all(struct educma_engine *engine,
			    enum educma_state state)
{
	struct educma_client *client, *next;

	engine_set_state(engine, state);
	list_for_each_entry_safe(client, next, &engine->ready, node)
		engine_end(engine, client, NULL, educma_state_error(state));
	wake_up_all(&engine->failed);
}

/* Take the running chunk's transfer out of the queue and end it. */
static void engine_end_running(struct educma_engine *engine, int status)
{
	struct educma_xfer *xfer = engine->running.xfer;

	engine_dequeue(xfer);
	engine->running.xfer = NULL;
	engine->repeats = 0;
	engine_finish(engine, xfer, status, ktime_get_ns());
}

/*
 * The running chunk will not end: cut the device off from memory, so that
 * its owner may have the memory back.
 */
static void engine_abandon(struct educma_engine *engine, int status)
{
	lockdep_assert_held(&engine->lock);
	engine->hw->card->abort(engine->hw);
	trace_educma_chunk_abandoned(engine, &engine->running, ktime_get_ns());
	engine_end_running(engine, status);
}

/*
 * Abort the running chunk, end its transfer with @status, and fail every queued
 * transfer.
 */
static void engine_give_up(struct educma_engine *engine, int status,
			   enum educma_state state)
{
	engine->stats.counters.failures++;
	engine_abandon(engine, status);
	engine_fail_all(engine, state);
}

/*
 * The device is idle, and nothing shows that the running chunk has been done:
 * start it again. A leg may be repeated by itself: its source still holds what
 * it held, because a copy's second leg starts only after evidence for the
 * first, and the first is not repeated after that.
 *
 * Return: what to log.
 */
static const char *engine_repeat(struct educma_engine *engine,
				 enum educma_hw_state state)
{
	struct educma_xfer *xfer = engine->running.xfer;

	if (xfer->stop) {
		trace_educma_chunk_abandoned(engine, &engine->running,
					     ktime_get_ns());
		engine_end_running(engine, xfer->stop);
		engine_kick(engine);
		return NULL;
	}
	if (engine->repeats == EDUCMA_CHUNK_REPEATS) {
		engine_give_up(engine, -EIO, EDUCMA_FAILED);
		return state == EDUCMA_HW_ENDED ?
			"DMAs end, but no interrupt arrives; device disabled. Reset or rebind it" :
			"the device does not take commands; device disabled. Reset or rebind it";
	}
	trace_educma_chunk_repeated(engine, &engine->running, ktime_get_ns());
	engine->repeats++;
	engine->stats.counters.chunks_repeated++;
	engine_start_next(engine);
	engine_note_start(engine, ktime_get_ns());
	/*
	 * While the engine is paused, the chunk does not start again before
	 * educma_engine_resume(), and another chunk may start then.
	 */
	if (!engine->running.xfer) {
		engine->repeats = 0;
		wake_up(&engine->idle);
	}
	return NULL;
}

static const char *engine_ended_silently(struct educma_engine *engine)
{
	const char *trouble = engine_repeat(engine, EDUCMA_HW_ENDED);

	/* Log the first lost interrupt only; irqs_missed counts the rest. */
	if (engine->stats.counters.irqs_missed++ || trouble)
		return trouble;
	return "interrupt lost (see irqs_missed), DMA repeated";
}

/*
 * The running chunk is not done: act on what the device says of it.
 *
 * Return: what to log, or NULL.
 */
static const char *engine_judge(struct educma_engine *engine,
				enum educma_hw_state state)
{
	switch (state) {
	case EDUCMA_HW_ENDED:
		return engine_ended_silently(engine);
	case EDUCMA_HW_NOT_STARTED:
		return engine_repeat(engine, state);
	case EDUCMA_HW_NO_RESPONSE:
		engine_give_up(engine, -ENODEV, EDUCMA_NO_RESPONSE);
		return "the device is gone";
	case EDUCMA_HW_NO_BUS_MASTER:
		engine_give_up(engine, -EIO, EDUCMA_FAILED);
		return "bus mastering was disabled; DMA failed. Reset or rebind the device";
	case EDUCMA_HW_LOST_STATE:
		engine_give_up(engine, -EIO, EDUCMA_FAILED);
		return "the device has lost its state; device disabled. Reset or rebind it";
	case EDUCMA_HW_NOT_OURS:
	case EDUCMA_HW_RUNNING:
		break;
	}
	engine->stats.counters.timeouts++;
	trace_educma_timeout(engine, &engine->running, ktime_get_ns());
	engine_give_up(engine, -ETIMEDOUT, EDUCMA_FAILED);
	return "DMA timeout; device disabled. Reset or rebind it";
}

/* A DMA was started: what does the interrupt say of it? Returns what to log. */
static const char *engine_running_irq(struct educma_engine *engine, bool *ours)
{
	const enum educma_hw_state state =
		engine->hw->card->irq(engine->hw);

	*ours = state != EDUCMA_HW_NOT_OURS;
	if (likely(state == EDUCMA_HW_ENDED))
		engine_chunk_done(engine);
	else if (state == EDUCMA_HW_RUNNING)
		engine->stats.counters.irqs_spurious++;
	else if (state == EDUCMA_HW_NO_BUS_MASTER)
		return engine_judge(engine, state);
	/* Else the watchdog looks again. */
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
	if (likely(engine->running.xfer)) {
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

/* While a chunk runs, look every timeout whether it is still the same. */
static void engine_watchdog(struct work_struct *work)
{
	struct educma_engine *engine = container_of(work, struct educma_engine,
						    watchdog.work);
	struct educma_hw *hw = engine->hw;
	const u64 limit = hw->card->timeout_ms * (u64)NSEC_PER_MSEC;
	const char *trouble = NULL;

	spin_lock_irq(&engine->lock);
	if (engine->running.xfer &&
	    ktime_get_ns() - engine->running.start_ns >= limit)
		trouble = engine_judge(engine, hw->card->state(hw));
	if (engine->running.xfer)
		schedule_delayed_work(&engine->watchdog,
				      engine_timeout(engine));
	spin_unlock_irq(&engine->lock);
	if (trouble)
		dev_err(engine->hw->dev, "%s\n", trouble);
}

/**
 * educma_engine_init() - an empty queue
 * @engine: the engine
 * @hw: its device
 * @chunk_bytes: most bytes of one DMA, 1 to the card's chunk_bytes_max
 *
 * Must precede request_irq(). Context: any.
 */
void educma_engine_init(struct educma_engine *engine, struct educma_hw *hw,
			u32 chunk_bytes)
{
	engine->hw = hw;
	engine->chunk_bytes = chunk_bytes;
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
 * Ends what waits at once, what runs at its chunk's end. Context: process,
 * does not sleep.
 */
void educma_engine_remove(struct educma_engine *engine)
{
	spin_lock_irq(&engine->lock);
	engine_fail_all(engine, EDUCMA_REMOVED);
	spin_unlock_irq(&engine->lock);
}

/* Is there something to wait for? A device that is gone ends nothing. */
static bool engine_will_end(struct educma_engine *engine)
{
	bool will;

	spin_lock_irq(&engine->lock);
	will = engine->running.xfer &&
	       engine->hw->card->state(engine->hw) != EDUCMA_HW_NO_RESPONSE;
	spin_unlock_irq(&engine->lock);
	return will;
}

/* Until the running chunk has ended, or will not. */
static void engine_wait_idle(struct educma_engine *engine)
{
	if (engine_will_end(engine))
		wait_event_timeout(engine->idle, engine_is_idle(engine),
				   2 * engine_timeout(engine));
	cancel_delayed_work_sync(&engine->watchdog);
}

/**
 * educma_engine_stop() - wait until nothing of the engine's touches memory
 * @engine: the engine, after educma_engine_remove()
 *
 * A started DMA cannot be aborted: waits for it if the device is there, else
 * clears bus mastering. Context: may sleep, up to twice the chunk timeout.
 */
void educma_engine_stop(struct educma_engine *engine)
{
	engine_wait_idle(engine);
	spin_lock_irq(&engine->lock);
	if (engine->running.xfer)
		engine_give_up(engine, -ENODEV, EDUCMA_REMOVED);
	spin_unlock_irq(&engine->lock);
}

/**
 * educma_engine_pause() - leave the device alone until educma_engine_resume()
 * @engine: the engine
 * @patient: the device works, the running chunk may end; else it is abandoned
 *
 * What waits goes on waiting, and more may be submitted. A copy's second leg
 * is still done; a chunk that does not end ends its transfer with -EIO. On
 * return no DMA runs, or bus mastering is off. Context: may sleep, up to twice
 * the chunk timeout.
 */
void educma_engine_pause(struct educma_engine *engine, bool patient)
{
	spin_lock_irq(&engine->lock);
	engine->paused = true;
	if (engine->running.xfer && !patient)
		engine_abandon(engine, -EIO);
	spin_unlock_irq(&engine->lock);

	engine_wait_idle(engine);
	spin_lock_irq(&engine->lock);
	if (engine->running.xfer)
		engine_abandon(engine, -EIO);
	spin_unlock_irq(&engine->lock);
}

/**
 * educma_engine_resume() - carry on after educma_engine_pause()
 * @engine: the engine; its device idle, with bus mastering on
 *
 * A device that had failed gets another chance. Context: process.
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
 * Ends all queued transfers with the state's error, and refuses new ones until
 * educma_engine_resume(). Context: process.
 */
void educma_engine_fail(struct educma_engine *engine, enum educma_state state)
{
	spin_lock_irq(&engine->lock);
	engine->stats.counters.failures++;
	engine_fail_all(engine, state);
	spin_unlock_irq(&engine->lock);
}

/**
 * educma_client_init() - a client with nothing to do
 * @client: the client
 *
 * Context: any.
 */
void educma_client_init(struct educma_client *client)
{
	INIT_LIST_HEAD(&client->node);
	INIT_LIST_HEAD(&client->queue);
}

/* Behind whom a client with something new to do lines up. */
static struct list_head *engine_place(struct educma_engine *engine,
				      const struct educma_xfer *xfer)
{
	if (!xfer->internal)
		return engine->ready.prev;
	/* Next, but not between a copy's legs: the running one stays first. */
	if (engine->running.xfer)
		return &engine->running.xfer->client->node;
	return &engine->ready;
}

/**
 * educma_engine_check() - whether the device is able to do a transfer
 * @engine: the engine
 * @op: enum educma_op
 * @offset: where in the device's memory each chunk would begin
 *
 * Context: any.
 *
 * Return: 0, -EINVAL (no chunk can begin at @offset), or -EOPNOTSUPP (the
 * device has no memory of its own, so that it can only copy).
 */
int educma_engine_check(const struct educma_engine *engine, u32 op, u32 offset)
{
	if (engine->hw->card->memory_bytes)
		return offset < engine->chunk_bytes ? 0 : -EINVAL;
	if (op != EDUCMA_OP_COPY)
		return -EOPNOTSUPP;
	return offset ? -EINVAL : 0;
}

/**
 * educma_engine_submit() - queue a transfer
 * @engine: the engine
 * @client: on whose behalf
 * @xfer: the transfer; the engine's until its complete() is called
 *
 * The memory must stay allocated until then, whatever happens meanwhile.
 * Context: any but complete(). O(1).
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
		list_add(&client->node, engine_place(engine, xfer));
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
 * @client: on whose behalf
 * @op: enum educma_op
 * @src: bus address, if @op uses it
 * @dst: bus address, if @op uses it
 * @bytes: length; not counted
 *
 * Context: may sleep. Bounded: it is next in turn, and the watchdog ends
 * every chunk.
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
 * educma_engine_cancel() - end a client's transfers that have a cookie
 * @engine: the engine
 * @client: whose
 * @cookie: which
 *
 * A waiting transfer completes with -ECANCELED before this returns, a
 * running one at its chunk's end. Context: process.
 *
 * Return: whether there was one.
 */
bool educma_engine_cancel(struct educma_engine *engine,
			  struct educma_client *client, u64 cookie)
{
	unsigned int found;

	spin_lock_irq(&engine->lock);
	found = engine_end(engine, client, &cookie, -ECANCELED);
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
 * educma_engine_cancel_all() - end all of a client's transfers
 * @engine: the engine
 * @client: whose
 *
 * As educma_engine_cancel() each of them. Context: any but complete().
 */
void educma_engine_cancel_all(struct educma_engine *engine,
			      struct educma_client *client)
{
	unsigned long flags;

	spin_lock_irqsave(&engine->lock, flags);
	engine_end(engine, client, NULL, -ECANCELED);
	spin_unlock_irqrestore(&engine->lock, flags);
}

/**
 * educma_engine_wait() - wait until a client has nothing in the queue
 * @engine: the engine
 * @client: whose
 *
 * On return no DMA of the client's runs and none of its transfers is queued.
 * Context: may sleep, not interrupted by signals, for a DMA cannot be aborted.
 * After educma_engine_cancel_all() bounded: the watchdog, or
 * educma_engine_stop(), ends every chunk.
 */
void educma_engine_wait(struct educma_engine *engine,
			struct educma_client *client)
{
	wait_event(engine->idle, engine_client_is_idle(engine, client));
}

/**
 * educma_engine_left() - how much a transfer has yet to do
 * @engine: the engine
 * @client: whose
 * @cookie: which, the first that has it
 *
 * Context: any but complete(); does not sleep.
 *
 * Return: bytes; 0 if it is not in the queue.
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
 * educma_engine_dump() - the device's registers, for people
 * @engine: the engine, of a device that has not gone
 * @seq: where to
 *
 * Context: any.
 *
 * Return: 0, or -EAGAIN between educma_engine_pause() and its resume, when the
 * device is to be left alone.
 */
int educma_engine_dump(struct educma_engine *engine, struct seq_file *seq)
{
	unsigned int index = 0;
	unsigned long flags;
	bool paused, more;

	/* The lock is dropped after each register: a read of one is slow. */
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
 * Context: any. Does not take the lock.
 *
 * Return: the state.
 */
enum educma_state educma_engine_state(const struct educma_engine *engine)
{
	return READ_ONCE(engine->state);
}

/**
 * educma_state_error() - with which error transfers are refused
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
