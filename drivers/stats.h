/* SPDX-License-Identifier: GPL-2.0 */
/* Pure arithmetic: the chunks of a transfer, and rates. Also built on hosts. */
#ifndef EDUCMA_STATS_H
#define EDUCMA_STATS_H

#include <linux/types.h>

/**
 * enum educma_dir - the direction of a chunk
 * @EDUCMA_TO_DEVICE: from memory to the card's own memory
 * @EDUCMA_FROM_DEVICE: from the card's own memory to memory
 * @EDUCMA_DIRS: the number of directions that are counted
 * @EDUCMA_BOTH: from memory to memory; counts in both directions
 */
enum educma_dir {
	EDUCMA_TO_DEVICE,
	EDUCMA_FROM_DEVICE,
	EDUCMA_DIRS,
	EDUCMA_BOTH = EDUCMA_DIRS,
};

/* Whether a chunk in direction @dir counts in direction @counted. */
static inline bool educma_dir_has(enum educma_dir dir, enum educma_dir counted)
{
	return dir == counted || dir == EDUCMA_BOTH;
}

#define EDUCMA_RATE_SLOTS	64

/**
 * struct educma_rate - bytes moved over the recent past
 * @slot: ring of time spans; the newest is @newest, unused ones are all zero
 * @newest: index of the span that grows now
 * @span_ns: a chunk that begins this long after a span's begin opens another
 *
 * Not locked: the caller serialises.
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

u32 educma_chunk_bytes(u64 left, u32 room);
u64 educma_mul_div(u64 a, u64 b, u64 c);
u64 educma_bytes_per_s(u64 bytes, u64 ns);
void educma_rate_init(struct educma_rate *rate, u64 window_ns);
void educma_rate_add(struct educma_rate *rate, enum educma_dir dir,
		     u32 bytes, u64 start_ns, u64 end_ns);
u64 educma_rate_get(const struct educma_rate *rate, enum educma_dir dir,
		    u64 from_ns, u64 to_ns);

#endif
