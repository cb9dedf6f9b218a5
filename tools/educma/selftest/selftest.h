/* SPDX-License-Identifier: GPL-2.0 */
/* educma selftest: what its files share. */
#ifndef EDUCMA_SELFTEST_H
#define EDUCMA_SELFTEST_H

#include <stdbool.h>
#include <stdint.h>

#include "cmd.h"
#include "reason.h"

/* The result of a point. */
enum result { PASSED, FAILED, SKIPPED };

/**
 * struct tally - the self-test's own transfers in one direction
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
 * @ctx: this run of the program
 * @s: the device, open for the self-test alone
 * @large_bytes: the length of the large buffer
 * @src: a small buffer
 * @dst: a buffer as large as @src
 * @to_device: transfers to the device so far
 * @from_device: transfers from the device so far
 * @start: the device's counters before the first transfer
 * @broken: a transfer has failed, so further points would mean nothing
 * @detail: what the point has found out
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
	char advice[REASON_ADVICE];
};

/* point.c */

/* Ends a point: notes the detail, and returns @how. */
enum result conclude(struct selftest *t, enum result how,
		     const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

#define passed(t, ...)	conclude(t, PASSED, __VA_ARGS__)
#define failed(t, ...)	conclude(t, FAILED, __VA_ARGS__)
#define skipped(t, ...)	conclude(t, SKIPPED, __VA_ARGS__)

/* Adds what to do to a point that has failed. @advice may be NULL. */
void advise(struct selftest *t, const char *advice);

/* Ends a point because educma_alloc() failed with @err, and left @buf. */
enum result failed_alloc(struct selftest *t, int err, uint64_t bytes,
			 const struct educma_buffer *buf);

/* Does a transfer and counts it. After an error t->broken is set. */
int transfer(struct selftest *t, const struct educma_submit *req);

/* Ends a point because transfer() failed with @err. */
enum result failed_transfer(struct selftest *t, int err);

/* device.c: the points that are about the device and its driver */
enum result test_identification(struct selftest *t);
enum result test_mask(struct selftest *t);
enum result test_buffers(struct selftest *t);
enum result test_liveness(struct selftest *t);
enum result test_interrupt(struct selftest *t);
enum result test_reach(struct selftest *t);
enum result test_counters(struct selftest *t);

/* dma.c: the points that are about the bytes of transfers */
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
