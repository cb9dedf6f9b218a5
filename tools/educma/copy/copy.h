/* SPDX-License-Identifier: GPL-2.0 */
/* educma copy: what the copy and its report share. */
#ifndef EDUCMA_COPY_H
#define EDUCMA_COPY_H

#include <stdbool.h>
#include <stdint.h>

#include "cmd.h"
#include "pattern.h"

/* When CmaFree is read: before the buffers exist, while they do, and after. */
enum moment { BEFORE, HELD, AFTER, MOMENTS };

/**
 * struct direction - what the device's counters rose by during the copy
 * @bytes: bytes in this direction
 * @busy_ns: time that the device spent on them
 */
struct direction {
	uint64_t bytes;
	uint64_t busy_ns;
};

/**
 * struct copy - one copy, and what it has found
 * @ctx: this run of the program
 * @s: the device
 * @buffer: the buffer of @bytes
 * @spare: a buffer of @gap bytes
 * @bytes: how much is copied
 * @gap: how far above its place the data lies before the copy
 * @seed: names the data set
 * @verify: compare every byte afterwards
 * @submitted: bytes of the blocks submitted so far
 * @done: bytes of the blocks completed so far
 * @in_flight: blocks submitted and not complete
 * @elapsed_ns: from the first submission to the last completion
 * @to_device: the counters' rise
 * @from_device: the counters' rise
 * @bad: the bytes that are wrong
 * @has_cma: /proc/meminfo has CmaFree
 * @cma_free: CmaFree, in bytes
 * @area: the CMA area that holds @buffer, if @area_err is 0
 * @area_err: educma_find_area()'s result
 */
struct copy {
	const struct context *ctx;
	struct session s;
	struct educma_buffer buffer;
	struct educma_buffer spare;
	uint64_t bytes;
	uint64_t gap;
	uint64_t seed;
	bool verify;

	uint64_t submitted;
	uint64_t done;
	unsigned int in_flight;
	uint64_t elapsed_ns;
	struct direction to_device;
	struct direction from_device;
	struct pattern_mismatch bad;

	bool has_cma;
	uint64_t cma_free[MOMENTS];
	struct educma_cma_area area;
	int area_err;
};

/* report.c */

/* Prints the device and the buffers as text, before the copy begins. */
void print_prepared(const struct copy *c);

/*
 * Prints the result, as text or JSON. Returns STATUS_OK, or STATUS_MISMATCH
 * if bytes are wrong: that is reported too.
 */
int report_copy(const struct copy *c);

#endif
