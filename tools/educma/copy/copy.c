// SPDX-License-Identifier: GPL-2.0
/*
 * educma copy: proves that the device reads and writes every byte of a buffer.
 *
 * A data set of SIZE bytes is to be in the buffer at the end. Before the copy it
 * lies gap bytes higher, and its end is in a spare buffer:
 *
 *	buffer	| wrong, gap bytes | data[0 .. SIZE - gap)   |
 *	spare	| data[SIZE - gap .. SIZE) |
 *
 * The device copies the data to its place, through its own memory. So the device
 * reads SIZE bytes and writes every byte of the buffer, and only one buffer of
 * SIZE bytes is needed. A byte that the device does not write is wrong, but for an
 * accident (1 in 256, independently for each byte). The gap is one chunk, so that
 * the copy takes no more chunks than SIZE bytes need.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "copy.h"
#include "size.h"

/*
 * A block takes edu 1.6 s: short enough for the progress bar, and with two in
 * flight the device is never idle.
 */
#define BLOCK_CHUNKS	8ULL
#define MAX_IN_FLIGHT	2

/* How many bytes are filled or verified before signals are looked at again. */
#define PIECE_BYTES	(4ULL << 20)

#define WAIT_MS		1000

/* All blocks have one cookie, because they are only cancelled together. */
#define COOKIE		1

static void note_cma(struct copy *c, enum moment when)
{
	c->has_cma = !educma_meminfo(c->ctx->sysroot, "CmaFree",
				     &c->cma_free[when]);
}

static int allocate(struct copy *c)
{
	int status;

	note_cma(c, BEFORE);
	status = alloc_buffer(c->ctx, &c->s, c->bytes, &c->buffer);
	if (status)
		return status;
	note_cma(c, HELD);
	c->area_err = educma_find_area(c->ctx->sysroot, &c->s.entry,
				       &c->buffer, &c->area);
	status = alloc_buffer(c->ctx, &c->s, c->gap, &c->spare);
	if (status)
		educma_free(c->s.dev, &c->buffer);
	return status;
}

static void release(struct copy *c)
{
	educma_free(c->s.dev, &c->spare);
	educma_free(c->s.dev, &c->buffer);
	note_cma(c, AFTER);
}

static uint64_t smaller(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static int interrupted(void)
{
	return signals_pending() ? -EINTR : 0;
}

static int fill(struct copy *c)
{
	const uint64_t in_buffer = c->bytes - c->gap;
	uint8_t *map = c->buffer.map;
	uint64_t pos, n;

	pattern_fill_wrong(map, c->seed, 0, c->gap);
	pattern_fill(c->spare.map, c->seed, in_buffer, c->gap);
	for (pos = 0; pos < in_buffer && !interrupted(); pos += n) {
		n = smaller(PIECE_BYTES, in_buffer - pos);
		pattern_fill(map + c->gap + pos, c->seed, pos, n);
	}
	return interrupted();
}

static int verify(struct copy *c)
{
	const uint8_t *map = c->buffer.map;
	uint64_t pos, n;

	for (pos = 0; pos < c->bytes && !interrupted(); pos += n) {
		n = smaller(PIECE_BYTES, c->bytes - pos);
		pattern_verify(map + pos, c->seed, pos, n, &c->bad);
	}
	return interrupted();
}

static struct educma_submit next_block(const struct copy *c)
{
	const uint64_t in_buffer = c->bytes - c->gap;
	const uint64_t block = BLOCK_CHUNKS * c->s.info.chunk_bytes;
	const uint64_t pos = c->submitted;
	struct educma_submit req = {
		.op = EDUCMA_OP_COPY,
		.dst_handle = c->buffer.handle,
		.dst_offset = pos,
		.cookie = COOKIE,
	};

	if (pos < in_buffer) {
		req.src_handle = c->buffer.handle;
		req.src_offset = c->gap + pos;
		req.bytes = smaller(block, in_buffer - pos);
	} else {
		req.src_handle = c->spare.handle;
		req.src_offset = pos - in_buffer;
		req.bytes = smaller(block, c->bytes - pos);
	}
	return req;
}

static int submit_blocks(struct copy *c)
{
	const unsigned int depth = smaller(MAX_IN_FLIGHT,
					   c->s.info.max_in_flight);
	struct educma_submit req;
	int err;

	while (c->in_flight < depth && c->submitted < c->bytes) {
		req = next_block(c);
		err = educma_submit(c->s.dev, &req);
		if (err)
			return err;
		c->submitted += req.bytes;
		c->in_flight++;
	}
	return 0;
}

/*
 * Waits for WAIT_MS at most. A signal that comes just before the wait does not end
 * it, but is seen after it.
 */
static int collect_blocks(struct copy *c)
{
	struct educma_completion done[MAX_IN_FLIGHT];
	size_t got, i;
	int err;

	err = educma_wait(c->s.dev, done, MAX_IN_FLIGHT, &got, WAIT_MS);
	if (err == -ETIMEDOUT || err == -EINTR)
		return interrupted();
	if (err)
		return err;
	for (i = 0; i < got; i++) {
		c->in_flight--;
		c->done += done[i].bytes;
		if (done[i].status && !err)
			err = done[i].status;
	}
	return err;
}

/* Cancels all blocks, and waits until the device uses the buffers no more. */
static void cancel_blocks(struct copy *c)
{
	struct educma_completion done;
	size_t got;
	int err;

	educma_cancel(c->s.dev, COOKIE);
	do
		err = educma_wait(c->s.dev, &done, 1, &got, WAIT_MS);
	while (err == -ETIMEDOUT || err == -EINTR || (!err && got));
}

static int move_blocks(struct copy *c)
{
	struct progress progress;
	uint64_t start;
	int err = 0;

	progress_start(&progress, c->bytes);
	start = monotonic_ns();
	while (!err && c->done < c->bytes) {
		err = submit_blocks(c);
		if (!err)
			err = collect_blocks(c);
		progress_update(&progress, c->done);
	}
	c->elapsed_ns = monotonic_ns() - start;
	progress_end(&progress);
	if (err)
		cancel_blocks(c);
	return err;
}

/* Returns 0, or the status of a reported failure. */
static int read_directions(const struct copy *c, struct direction *to,
			   struct direction *from)
{
	struct educma_counters counters;
	int status;

	status = read_counters(c->ctx, &c->s.entry, &counters);
	if (status)
		return status;
	to->bytes = counter_value(&counters, "to_device_bytes");
	to->busy_ns = counter_value(&counters, "to_device_busy_ns");
	from->bytes = counter_value(&counters, "from_device_bytes");
	from->busy_ns = counter_value(&counters, "from_device_busy_ns");
	return 0;
}

static void subtract(struct direction *now, const struct direction *before)
{
	now->bytes -= before->bytes;
	now->busy_ns -= before->busy_ns;
}

/* Returns a negative errno, or the status of a reported failure, or 0. */
static int move_counted(struct copy *c)
{
	struct direction to, from;
	int err;

	err = read_directions(c, &to, &from);
	if (!err)
		err = move_blocks(c);
	if (!err)
		err = read_directions(c, &c->to_device, &c->from_device);
	if (err)
		return err;
	subtract(&c->to_device, &to);
	subtract(&c->from_device, &from);
	return 0;
}

/* Returns what move_counted() does. */
static int proof(struct copy *c)
{
	int err;

	err = fill(c);
	if (!err)
		err = move_counted(c);
	if (!err && c->verify)
		err = verify(c);
	return err;
}

static int fail_copy(const struct copy *c, int err)
{
	static const struct failure stopped = { .status = STATUS_FAILURE };

	if (err > 0)	/* it is reported */
		return err;
	if (!signals_pending())
		return fail_errno(c->ctx, err,
				  "after %" PRIu64 " of %" PRIu64 " bytes",
				  c->done, c->bytes);
	return fail(c->ctx, &stopped,
		    "%s: stopped after %" PRIu64 " of %" PRIu64 " bytes",
		    strsignal(signals_pending()), c->done, c->bytes);
}

/*
 * If standard output cannot be written nothing is copied, because nobody would
 * see the report; main() reports the error.
 */
static int copy_allocated(struct copy *c)
{
	bool heard;
	int err = 0;

	if (!c->ctx->json)
		print_prepared(c);
	heard = flush_output();
	if (heard)
		err = proof(c);
	release(c);
	if (!heard)
		return STATUS_FAILURE;
	return err ? fail_copy(c, err) : report_copy(c);
}

static int copy(struct copy *c)
{
	int status;

	status = open_session(c->ctx, &c->s);
	if (status)
		return status;
	c->gap = smaller(c->bytes, c->s.info.chunk_bytes);
	status = allocate(c);
	if (!status)
		status = copy_allocated(c);
	close_session(&c->s);
	return status;
}

static uint64_t copy_size(const struct context *ctx, const char *text)
{
	uint64_t bytes = size_argument(ctx, "size", text);

	if (!bytes)
		usage_error(ctx, "size '%s': at least 1 byte; a size is %s",
			    text, SIZE_FORMS);
	return bytes;
}

enum { OPTION_SEED = OPTION_FIRST, OPTION_NO_VERIFY };

static void parse(struct copy *c, struct context *ctx, int argc, char **argv)
{
	static const struct option longs[] = {
		{ "seed", required_argument, NULL, OPTION_SEED },
		{ "no-verify", no_argument, NULL, OPTION_NO_VERIFY },
		{ }
	};
	int opt;

	while ((opt = next_option(ctx, argc, argv, "", longs)) != -1) {
		if (opt == OPTION_SEED)
			c->seed = number_argument(ctx, "seed", optarg);
		else
			c->verify = false;
	}
	expect_operands(ctx, argc, 1, 1);
	c->bytes = copy_size(ctx, argv[optind]);
}

static int cmd_copy(struct context *ctx, int argc, char **argv)
{
	struct copy c = { .ctx = ctx, .seed = 1, .verify = true };
	int status;

	parse(&c, ctx, argc, argv);
	signals_catch();
	status = copy(&c);
	if (signals_pending())
		signals_reraise();
	return status;
}

const struct command copy_command = {
	.name = "copy",
	.args = "SIZE [--seed N] [--no-verify]",
	.summary = "move a buffer through the device and verify every byte",
	.help =
		"      --seed N          names the pseudo-random data (default 1)\n"
		"      --no-verify       do not compare the bytes afterwards\n"
		"\n"
		"SIZE is " SIZE_FORMS ".\n"
		"The device writes every byte of a CMA buffer of SIZE bytes, and reads SIZE bytes.\n",
	.run = cmd_copy,
};
