/* SPDX-License-Identifier: GPL-2.0 */
/* educma selftest: what its points share. */
#ifndef EDUCMA_SELFTEST_H
#define EDUCMA_SELFTEST_H

#include <stdbool.h>
#include <stdint.h>

#include "cmd.h"
#include "reason.h"

enum result { PASSED, FAILED, SKIPPED };

/**
 * struct tally - what our transfers were, one direction
 * @bytes: moved
 * @chunks: DMAs
 * @transfers: requests
 */
struct tally {
	uint64_t bytes;
	uint64_t chunks;
	uint64_t transfers;
};

/**
 * struct selftest - a device under test, and the point that is tested now
 * @ctx: this run
 * @s: the device, ours alone
 * @large_bytes: how large the large buffer is to be
 * @src: a small buffer
 * @dst: as large as @src
 * @to_device: what we had it move
 * @from_device: the other way
 * @start: the counters before all that
 * @broken: what went wrong makes all that follows meaningless
 * @detail: what was found out
 * @advice: what to do about it; may be empty
 */
struct selftest {
	const struct context *ctx;
	struct session s;
	uint64_t large_bytes;
	struct educma_buffer src;
	struct educma_buffer dst;
	struct tally to_device;
	struct tally from_device;
	struct educma_counters start;
	bool broken;
	char detail[512];
	char advice[REASON_TEXT];
};

/* What ends a point: it notes why, and returns @how. */
enum result conclude(struct selftest *t, enum result how,
		     const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

#define passed(t, ...)	conclude(t, PASSED, __VA_ARGS__)
#define failed(t, ...)	conclude(t, FAILED, __VA_ARGS__)
#define skipped(t, ...)	conclude(t, SKIPPED, __VA_ARGS__)

/* There is no buffer of @bytes: educma_alloc() failed with @err and left @buf. */
enum result failed_alloc(struct selftest *t, int err, uint64_t bytes,
			 const struct educma_buffer *buf);

/* Does a transfer and counts it; after an error t->broken is set. */
int transfer(struct selftest *t, const struct educma_submit *req);

/* transfer() failed. */
enum result failed_transfer(struct selftest *t, int err);

/* dma.c: the points that are about bytes */
enum result test_device_memory(struct selftest *t);
enum result test_copies(struct selftest *t);
enum result test_large(struct selftest *t);

/**
 * test_places() - move a chunk to some places of a buffer, and back from there
 * @t: the self-test
 * @buf: the buffer, of at least @count chunks and a page for each
 * @count: how many, at least 2; the first and the last are the buffer's ends
 *
 * Returns PASSED, without a detail, or FAILED, with one.
 */
enum result test_places(struct selftest *t, const struct educma_buffer *buf,
			unsigned int count);

#endif
