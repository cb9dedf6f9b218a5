// SPDX-License-Identifier: GPL-2.0
/*
 * What is counted of one device. The engine counts under its lock; readers take
 * that lock, so that each sees what was true at one instant.
 */
#include <linux/ktime.h>
#include <linux/log2.h>
#include <linux/math64.h>
#include <linux/minmax.h>
#include <linux/overflow.h>
#include <linux/string.h>
#include <linux/time64.h>

#include "stats.h"

/**
 * educma_mul_div() - a * b / c, where a * b may overflow
 * @a: a factor
 * @b: a factor
 * @c: the divisor
 *
 * If a * b does not fit 64 bits, @b and @c lose low bits until it does. The
 * relative error stays below 2^-31 while all operands are bytes or nanoseconds of
 * less than a century.
 *
 * Return: the quotient, rounded down; 0 if @c is 0.
 */
u64 educma_mul_div(u64 a, u64 b, u64 c)
{
	u64 product;

	while (check_mul_overflow(a, b, &product)) {
		b >>= 1;
		c >>= 1;
	}
	return c ? div64_u64(product, c) : 0;
}

/**
 * educma_bytes_per_s() - a rate
 * @bytes: bytes moved
 * @ns: the time that it took, in nanoseconds
 *
 * Return: bytes per second, rounded down; 0 if @ns is 0.
 */
u64 educma_bytes_per_s(u64 bytes, u64 ns)
{
	return educma_mul_div(NSEC_PER_SEC, bytes, ns);
}

/**
 * educma_rate_init() - forget all chunks and set the window
 * @rate: the rate
 * @window_ns: the longest window that educma_rate_get() will be asked for
 *
 * Spans begin at least span_ns apart. So all spans but the newest and the oldest
 * one always cover the window.
 */
void educma_rate_init(struct educma_rate *rate, u64 window_ns)
{
	memset(rate, 0, sizeof(*rate));
	rate->span_ns = div64_u64(window_ns, EDUCMA_RATE_SLOTS - 2);
}

/**
 * educma_rate_add() - record a finished chunk
 * @rate: the rate
 * @dir: its direction
 * @bytes: its length
 * @start_ns: when it started: not before the end of the last chunk in the same
 *	direction
 * @end_ns: when it ended
 */
void educma_rate_add(struct educma_rate *rate, enum educma_dir dir,
		     u32 bytes, u64 start_ns, u64 end_ns)
{
	struct educma_rate_slot *slot = &rate->slot[rate->newest];

	if (start_ns - slot->start_ns >= rate->span_ns) {
		rate->newest = (rate->newest + 1) % EDUCMA_RATE_SLOTS;
		slot = &rate->slot[rate->newest];
		memset(slot, 0, sizeof(*slot));
		slot->start_ns = start_ns;
	}
	slot->end_ns = end_ns;
	slot->bytes[dir] += bytes;
}

/* The part of the slot's bytes between from_ns and to_ns, at a constant rate. */
static u64 slot_bytes(const struct educma_rate_slot *slot, enum educma_dir dir,
		      u64 from_ns, u64 to_ns)
{
	u64 start = max(slot->start_ns, from_ns);
	u64 end = min(slot->end_ns, to_ns);

	if (start >= end)
		return 0;
	if (start == slot->start_ns && end == slot->end_ns)
		return slot->bytes[dir];
	return educma_mul_div(slot->bytes[dir], end - start,
			      slot->end_ns - slot->start_ns);
}

/**
 * educma_rate_get() - the mean rate over a window
 * @rate: the rate
 * @dir: EDUCMA_TO_DEVICE or EDUCMA_FROM_DEVICE
 * @from_ns: the begin of the window
 * @to_ns: the end of the window
 *
 * A chunk that lies partly in the window counts in part, so that a steady stream
 * has the same rate wherever the window begins.
 *
 * Return: bytes per second.
 */
u64 educma_rate_get(const struct educma_rate *rate, enum educma_dir dir,
		    u64 from_ns, u64 to_ns)
{
	u64 bytes = 0;
	unsigned int i;

	for (i = 0; i < EDUCMA_RATE_SLOTS; i++)
		bytes += slot_bytes(&rate->slot[i], dir, from_ns, to_ns);
	return educma_bytes_per_s(bytes, to_ns - from_ns);
}

/**
 * educma_stats_init() - set all that is counted to zero
 * @stats: the statistics
 * @lock: the engine's lock
 * @running: the engine's chunk in the device
 *
 * Context: any.
 */
void educma_stats_init(struct educma_stats *stats, spinlock_t *lock,
		       const struct educma_chunk *running)
{
	memset(stats, 0, sizeof(*stats));
	stats->lock = lock;
	stats->running = running;
	stats->window_ms = EDUCMA_WINDOW_MS;
	educma_rate_init(&stats->rate, EDUCMA_WINDOW_MS * NSEC_PER_MSEC);
}

static void count_latency(struct educma_stats *stats, enum educma_latency which,
			  u64 ns)
{
	const unsigned int row = min(ilog2(ns | 1), EDUCMA_LATENCY_ROWS - 1);

	stats->latency[which].count[row]++;
}

static void count_chunk(struct educma_stats *stats, enum educma_dir dir,
			const struct educma_chunk *chunk, u64 now)
{
	struct educma_dir_counters *counters = &stats->counters.dir[dir];
	const u64 busy_ns = now - chunk->start_ns;

	counters->bytes += chunk->bytes;
	counters->chunks++;
	counters->busy_ns += busy_ns;
	count_latency(stats, (enum educma_latency)dir, busy_ns);
	educma_rate_add(&stats->rate, dir, chunk->bytes, chunk->start_ns, now);
}

/**
 * educma_stats_chunk() - count a chunk that is done
 * @stats: the statistics
 * @chunk: the chunk
 * @now: the time, in nanoseconds of CLOCK_MONOTONIC
 *
 * Context: any, the engine's lock held.
 */
void educma_stats_chunk(struct educma_stats *stats,
			const struct educma_chunk *chunk, u64 now)
{
	lockdep_assert_held(stats->lock);
	if (educma_dir_has(chunk->dir, EDUCMA_TO_DEVICE))
		count_chunk(stats, EDUCMA_TO_DEVICE, chunk, now);
	if (educma_dir_has(chunk->dir, EDUCMA_FROM_DEVICE))
		count_chunk(stats, EDUCMA_FROM_DEVICE, chunk, now);
}

/**
 * educma_stats_transfer() - count a transfer that has ended
 * @stats: the statistics
 * @transfer: EDUCMA_BOTH for a copy
 * @status: 0 or a negative errno
 * @queued_ns: nanoseconds until its first chunk
 * @run_ns: nanoseconds from then on
 *
 * Context: any, the engine's lock held.
 */
void educma_stats_transfer(struct educma_stats *stats, enum educma_dir transfer,
			   int status, u64 queued_ns, u64 run_ns)
{
	enum educma_dir dir;

	lockdep_assert_held(stats->lock);
	for (dir = 0; dir < EDUCMA_DIRS; dir++) {
		if (!educma_dir_has(transfer, dir))
			continue;
		if (status)
			stats->counters.dir[dir].errors++;
		else
			stats->counters.dir[dir].transfers++;
	}
	if (status)
		return;
	count_latency(stats, EDUCMA_LATENCY_QUEUED, queued_ns);
	count_latency(stats, EDUCMA_LATENCY_RUN, run_ns);
}

/**
 * educma_stats_counters() - all counters, of one instant
 * @stats: the statistics
 * @counters: where to put them
 *
 * Context: any; does not sleep.
 */
void educma_stats_counters(struct educma_stats *stats,
			   struct educma_counters *counters)
{
	unsigned long flags;

	spin_lock_irqsave(stats->lock, flags);
	*counters = stats->counters;
	spin_unlock_irqrestore(stats->lock, flags);
}

/**
 * educma_stats_latency() - one of the histograms, of one instant
 * @stats: the statistics
 * @which: which histogram
 * @histogram: where to put it
 *
 * Context: any; does not sleep.
 */
void educma_stats_latency(struct educma_stats *stats, enum educma_latency which,
			  struct educma_histogram *histogram)
{
	unsigned long flags;

	spin_lock_irqsave(stats->lock, flags);
	*histogram = stats->latency[which];
	spin_unlock_irqrestore(stats->lock, flags);
}

/**
 * educma_stats_bandwidth() - bytes per second over the last window
 * @stats: the statistics
 * @dir: EDUCMA_TO_DEVICE or EDUCMA_FROM_DEVICE
 *
 * While a chunk runs the window ends at its start, so that a steady stream has
 * a steady rate. Context: any; does not sleep.
 *
 * Return: the rate.
 */
u64 educma_stats_bandwidth(struct educma_stats *stats, enum educma_dir dir)
{
	const struct educma_chunk *running = stats->running;
	unsigned long flags;
	u64 to, window, rate;

	spin_lock_irqsave(stats->lock, flags);
	to = running->xfer ? running->start_ns : ktime_get_ns();
	window = min(to, stats->window_ms * (u64)NSEC_PER_MSEC);
	rate = educma_rate_get(&stats->rate, dir, to - window, to);
	spin_unlock_irqrestore(stats->lock, flags);
	return rate;
}

/**
 * educma_stats_average() - bytes per second of the time that the device worked
 * @stats: the statistics
 * @dir: EDUCMA_TO_DEVICE or EDUCMA_FROM_DEVICE
 *
 * Context: any; does not sleep.
 *
 * Return: the rate since educma_stats_init().
 */
u64 educma_stats_average(struct educma_stats *stats, enum educma_dir dir)
{
	struct educma_counters counters;

	educma_stats_counters(stats, &counters);
	return educma_bytes_per_s(counters.dir[dir].bytes,
				  counters.dir[dir].busy_ns);
}

/**
 * educma_stats_get_window() - over how long educma_stats_bandwidth() looks back
 * @stats: the statistics
 *
 * Context: any.
 *
 * Return: milliseconds.
 */
u32 educma_stats_get_window(const struct educma_stats *stats)
{
	return READ_ONCE(stats->window_ms);
}

/**
 * educma_stats_set_window() - set the window, and forget the rates
 * @stats: the statistics
 * @window_ms: EDUCMA_WINDOW_MIN_MS to EDUCMA_WINDOW_MAX_MS
 *
 * Context: process.
 */
void educma_stats_set_window(struct educma_stats *stats, u32 window_ms)
{
	spin_lock_irq(stats->lock);
	WRITE_ONCE(stats->window_ms, window_ms);
	educma_rate_init(&stats->rate, window_ms * (u64)NSEC_PER_MSEC);
	spin_unlock_irq(stats->lock);
}
