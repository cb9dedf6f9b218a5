/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What is counted of one device: counters, histograms of times, and the rates
 * of the recent past. tests/unit builds it on the host.
 */
#ifndef EDUCMA_STATS_H
#define EDUCMA_STATS_H

#include <linux/spinlock.h>
#include <linux/types.h>

#include "card.h"
#include "counters.h"

/**
 * enum educma_latency - the histograms
 * @EDUCMA_LATENCY_TO_DEVICE: of a chunk to the device, from doorbell to interrupt
 * @EDUCMA_LATENCY_FROM_DEVICE: of a chunk from the device, from doorbell to
 *	interrupt
 * @EDUCMA_LATENCY_QUEUED: of a transfer without error, until its first chunk
 * @EDUCMA_LATENCY_RUN: of a transfer without error, from its first chunk on
 * @EDUCMA_LATENCIES: the number of histograms
 */
enum educma_latency {
	EDUCMA_LATENCY_TO_DEVICE,
	EDUCMA_LATENCY_FROM_DEVICE,
	EDUCMA_LATENCY_QUEUED,
	EDUCMA_LATENCY_RUN,
	EDUCMA_LATENCIES
};

static_assert(EDUCMA_LATENCY_TO_DEVICE == (int)EDUCMA_TO_DEVICE);
static_assert(EDUCMA_LATENCY_FROM_DEVICE == (int)EDUCMA_FROM_DEVICE);

#define EDUCMA_LATENCY_ROWS	40	/* the last: 2^39 ns, 9 minutes, and more */

/**
 * struct educma_histogram - a histogram of times
 * @count: [n]: how often something took 2^n to 2^(n+1) - 1 nanoseconds
 */
struct educma_histogram {
	u64 count[EDUCMA_LATENCY_ROWS];
};

#define EDUCMA_RATE_SLOTS	64

/**
 * struct educma_rate - bytes moved over the recent past
 * @slot: ring of time spans; unused ones are all zero
 * @newest: index of the newest span
 * @span_ns: a chunk that starts this long or longer after the start of the newest
 *	span opens a new span
 */
struct educma_rate {
	struct educma_rate_slot {
		u64 start_ns;
		u64 end_ns;
		u64 bytes[EDUCMA_DIRS];
	} slot[EDUCMA_RATE_SLOTS];
	unsigned int newest;
	u64 span_ns;
};

#define EDUCMA_WINDOW_MS	1000	/* the default */
#define EDUCMA_WINDOW_MIN_MS	10
#define EDUCMA_WINDOW_MAX_MS	60000

/**
 * struct educma_stats - what is counted of one device
 * @lock: the engine's lock, which guards all members
 * @running: the engine's chunk in the device; its xfer is NULL while there is
 *	none
 * @counters: the counters; the engine increments those of the device
 * @latency: histograms, by enum educma_latency
 * @rate: for the bandwidth over the last @window_ms
 * @window_ms: length of that window, milliseconds; read without the lock, too
 */
struct educma_stats {
	spinlock_t *lock;		/* all of this */
	const struct educma_chunk *running;
	struct educma_counters counters;
	struct educma_histogram latency[EDUCMA_LATENCIES];
	struct educma_rate rate;
	u32 window_ms;
};

/* Functions for the engine */

void educma_stats_init(struct educma_stats *stats, spinlock_t *lock,
		       const struct educma_chunk *running);
void educma_stats_chunk(struct educma_stats *stats,
			const struct educma_chunk *chunk, u64 now);
void educma_stats_transfer(struct educma_stats *stats, enum educma_dir transfer,
			   int status, u64 queued_ns, u64 run_ns);

/* Functions for readers; they take the lock */

void educma_stats_counters(struct educma_stats *stats,
			   struct educma_counters *counters);
void educma_stats_latency(struct educma_stats *stats, enum educma_latency which,
			  struct educma_histogram *histogram);
u64 educma_stats_bandwidth(struct educma_stats *stats, enum educma_dir dir);
u64 educma_stats_average(struct educma_stats *stats, enum educma_dir dir);
u32 educma_stats_get_window(const struct educma_stats *stats);
void educma_stats_set_window(struct educma_stats *stats, u32 window_ms);

/* Arithmetic, which takes no lock */

u64 educma_mul_div(u64 a, u64 b, u64 c);
u64 educma_bytes_per_s(u64 bytes, u64 ns);
void educma_rate_init(struct educma_rate *rate, u64 window_ns);
void educma_rate_add(struct educma_rate *rate, enum educma_dir dir,
		     u32 bytes, u64 start_ns, u64 end_ns);
u64 educma_rate_get(const struct educma_rate *rate, enum educma_dir dir,
		    u64 from_ns, u64 to_ns);

#endif
