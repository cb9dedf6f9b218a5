// SPDX-License-Identifier: GPL-2.0
/*
 * Pure arithmetic: the chunks of a transfer, and rates. No state but the
 * caller's, no locks, no devices; tests/unit builds this file on the host.
 */
#include <linux/math64.h>
#include <linux/minmax.h>
#include <linux/overflow.h>
#include <linux/string.h>
#include <linux/time64.h>

#include "stats.h"

/**
 * educma_chunk_bytes() - the next chunk's length
 * @left: bytes of the transfer still to move, at least 1
 * @room: bytes of device memory a chunk may use, at least 1
 *
 * Return: 1 to @room.
 */
u32 educma_chunk_bytes(u64 left, u32 room)
{
	return min_t(u64, left, room);
}

/**
 * educma_mul_div() - a * b / c without overflow in between
 * @a: a factor
 * @b: a factor
 * @c: the divisor
 *
 * Where a * b does not fit 64 bits, low bits of @b and @c are given up, never
 * more than the product has too many; the error stays below 1 in 2^31 for
 * operands that are both bytes or nanoseconds of less than a century.
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
 * @ns: in this many nanoseconds
 *
 * Return: bytes per second, rounded down; 0 if @ns is 0.
 */
u64 educma_bytes_per_s(u64 bytes, u64 ns)
{
	return educma_mul_div(NSEC_PER_SEC, bytes, ns);
}

/**
 * educma_rate_init() - forget the past and set the window
 * @rate: the rate
 * @window_ns: the longest window that educma_rate_get() will be asked for
 *
 * A new span begins no sooner than span_ns after the last one's begin, so
 * that all but the newest and the oldest always cover the window.
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
 * @start_ns: when it began, not before the last one's end
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

/* The slot's bytes that fall between from_ns and to_ns, evenly spread. */
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
 * @dir: which direction
 * @from_ns: the window's begin
 * @to_ns: its end
 *
 * A chunk counts for the part of its time that lies in the window, so that a
 * steady stream reads the same wherever the window falls.
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
