/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The transfer queue of one device. The engine uses cards (card.h) and counts
 * (stats.h); it does not depend on files, buffers or dmaengine. tests/unit builds
 * it on the host.
 */
#ifndef EDUCMA_ENGINE_H
#define EDUCMA_ENGINE_H

#include <linux/interrupt.h>
#include <linux/list.h>
#include <linux/spinlock.h>
#include <linux/wait.h>
#include <linux/workqueue.h>
#include <linux/educma.h>

#include "card.h"
#include "stats.h"

/**
 * struct educma_client - the queue of one submitter; clients take turns
 * @node: in educma_engine.ready while @queue is not empty
 * @queue: struct educma_xfer, in order of submission; a chunk of the first one
 *	may be in the device
 *
 * The engine's lock guards both.
 */
struct educma_client {
	struct list_head node;
	struct list_head queue;
};

/**
 * struct educma_xfer - one transfer
 * @complete: called once, in any context, with the engine's lock held and
 *	interrupts disabled: it may wake, but not submit. The transfer belongs
 *	to its owner again, and may be freed
 * @cookie: the submitter's number, for educma_engine_cancel()
 * @op: enum educma_op; see educma_engine_check()
 * @offset: where in the card's memory each chunk begins; 0 if it has none
 * @internal: the driver's own transfer: it is not counted by direction, and is
 *	put before all others, because its caller holds alloc_lock meanwhile
 * @src: bus address; unused for EDUCMA_OP_FROM_DEVICE
 * @dst: bus address; unused for EDUCMA_OP_TO_DEVICE
 * @bytes: length, at least 1
 * @node: in @client's queue while the engine has the transfer; before and after
 *	that it is the owner's, for any list
 * @id: number of the submission, from 1, for tracepoints
 * @client: the client that submitted it
 * @done: bytes that have arrived
 * @staged: bytes of a copy that are in the card's memory; the next chunk brings
 *	them to @dst
 * @stop: complete with this error when the chunk in the device ends; 0: go on
 * @status: the result: 0 or a negative errno
 * @submit_ns: when it was submitted (CLOCK_MONOTONIC)
 * @start_ns: when its first chunk started; 0 before
 * @end_ns: when it completed
 *
 * The submitter sets the fields before @node, and the engine the others.
 */
struct educma_xfer {
	void (*complete)(struct educma_xfer *xfer);
	u64 cookie;
	u32 op;
	u32 offset;
	bool internal;
	dma_addr_t src;
	dma_addr_t dst;
	u64 bytes;

	struct list_head node;
	u64 id;
	struct educma_client *client;
	u64 done;
	u32 staged;
	int stop;
	int status;
	u64 submit_ns;
	u64 start_ns;
	u64 end_ns;
};

/* Time from submission to the first chunk, or to the end if there was none. */
static inline u64 educma_xfer_queued_ns(const struct educma_xfer *xfer)
{
	return (xfer->start_ns ?: xfer->end_ns) - xfer->submit_ns;
}

/* Time from the first chunk to the end; 0 if there was no chunk. */
static inline u64 educma_xfer_run_ns(const struct educma_xfer *xfer)
{
	return xfer->start_ns ? xfer->end_ns - xfer->start_ns : 0;
}

/**
 * enum educma_state - whether a device takes transfers
 * @EDUCMA_WORKING: the device takes transfers
 * @EDUCMA_FAILED: it takes none until it is reset or bound again, or comes back
 *	from suspend or from a bus error
 * @EDUCMA_NO_RESPONSE: as EDUCMA_FAILED; in addition it does not respond
 * @EDUCMA_REMOVED: it takes none: remove() or shutdown() has begun
 *
 * A state is only replaced by a later one of this list. Only
 * educma_engine_resume() leads back, to EDUCMA_WORKING, unless the device is
 * removed.
 */
enum educma_state {
	EDUCMA_WORKING,
	EDUCMA_FAILED,
	EDUCMA_NO_RESPONSE,
	EDUCMA_REMOVED,
};

/**
 * struct educma_engine - the queue of one device
 * @hw: the device
 * @chunk_bytes: most bytes of one DMA, and so of the device's memory in use
 * @timeout: the card's time limit of a chunk, in jiffies
 * @watchdog: acts on a chunk that takes too long; pending while one runs, and put
 *	off while chunks end in time
 * @idle: woken when a transfer completes, and when the last chunk before a
 *	pause ends
 * @failed: woken when @state is no longer EDUCMA_WORKING
 * @lock: guards everything below, and @hw while a chunk may run
 * @state: whether new transfers are taken; read without the lock, too
 * @paused: no chunk is started, except the second one of a copy
 * @submitted: number of transfers submitted so far
 * @ready: clients that have transfers; the first one is served next
 * @running: the chunk in the device; running.xfer is NULL if there is none
 * @repeats: how often @running has been started again
 * @aborted: @running was aborted, and may access memory until the card's sync()
 *	has returned; then its transfer completes with @abort_status
 * @abort_status: negative errno
 * @stats: counters, histograms and rates
 */
struct educma_engine {
	struct educma_hw *hw;
	u32 chunk_bytes;
	unsigned long timeout;
	struct delayed_work watchdog;
	wait_queue_head_t idle;
	wait_queue_head_t failed;

	spinlock_t lock;		/* the fields below */
	enum educma_state state;
	bool paused;
	u64 submitted;
	struct list_head ready;
	struct educma_chunk running;
	unsigned int repeats;
	bool aborted;
	int abort_status;
	struct educma_stats stats;
};

void educma_engine_init(struct educma_engine *engine, struct educma_hw *hw,
			u32 chunk_bytes);
void educma_engine_remove(struct educma_engine *engine);
void educma_engine_stop(struct educma_engine *engine);
void educma_engine_pause(struct educma_engine *engine, bool drain);
void educma_engine_resume(struct educma_engine *engine);
void educma_engine_fail(struct educma_engine *engine,
			enum educma_state state);
irqreturn_t educma_engine_irq(int irq, void *data);
void educma_client_init(struct educma_client *client);
int educma_engine_check(const struct educma_engine *engine, u32 op, u32 offset);
int educma_engine_submit(struct educma_engine *engine,
			 struct educma_client *client,
			 struct educma_xfer *xfer);
int educma_engine_run(struct educma_engine *engine,
		      struct educma_client *client, enum educma_op op,
		      dma_addr_t src, dma_addr_t dst, u64 bytes);
bool educma_engine_cancel(struct educma_engine *engine,
			  struct educma_client *client, u64 cookie);
void educma_engine_cancel_all(struct educma_engine *engine,
			      struct educma_client *client);
void educma_engine_wait(struct educma_engine *engine,
			struct educma_client *client);
u64 educma_engine_left(struct educma_engine *engine,
		       struct educma_client *client, u64 cookie);
int educma_engine_dump(struct educma_engine *engine, struct seq_file *seq);
enum educma_state educma_engine_state(const struct educma_engine *engine);
int educma_state_error(enum educma_state state);

#endif
