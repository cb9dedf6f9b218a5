// SPDX-License-Identifier: GPL-2.0
/*
 * educma copy: proof that the device reaches a whole buffer, both ways.
 *
 * The data set of SIZE bytes is stored gap bytes above its place, its end in
 * a spare buffer:
 *
 *	buffer	| wrong, gap bytes | data[0 .. SIZE - gap)   |
 *	spare	| data[SIZE - gap .. SIZE) |
 *
 * The device then copies all of it to its place, through its own memory. So
 * it reads SIZE bytes and writes every byte of the buffer, with one buffer of
 * SIZE only, and no byte is right before the device has written it, but by
 * accident (1 in 256, independently for each byte). The gap is one chunk, so
 * that the device needs no more chunks than SIZE bytes take.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cmd.h"
#include "pattern.h"
#include "size.h"

/* A block every 1.6 s of edu's time: the bar moves, the device never idles. */
#define BLOCK_CHUNKS	8ULL
#define MAX_IN_FLIGHT	2

/* How much is filled or verified between two looks for a signal. */
#define PIECE_BYTES	(4ULL << 20)

#define WAIT_MS		1000

/* One for all blocks, for they are only ever cancelled together. */
#define COOKIE		1

enum moment { BEFORE, HELD, AFTER, MOMENTS };

struct direction {
	uint64_t bytes;
	uint64_t busy_ns;
};

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

/* Waits up to WAIT_MS; a signal that comes before it sleeps is seen then. */
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

/* After this the device is done with the buffers. */
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

static void read_direction(const struct educma_counters *counters,
			   const char *bytes, const char *busy_ns,
			   struct direction *d)
{
	if (educma_counter(counters, bytes, &d->bytes) ||
	    educma_counter(counters, busy_ns, &d->busy_ns))
		*d = (struct direction){ };
}

static void read_directions(const struct copy *c, struct direction *to,
			    struct direction *from)
{
	struct educma_counters counters;

	if (educma_read_counters(&c->s.entry, &counters))
		counters.count = 0;
	read_direction(&counters, "to_device_bytes", "to_device_busy_ns", to);
	read_direction(&counters, "from_device_bytes", "from_device_busy_ns",
		       from);
}

static void subtract(struct direction *now, const struct direction *before)
{
	now->bytes -= before->bytes;
	now->busy_ns -= before->busy_ns;
}

static int move_counted(struct copy *c)
{
	struct direction to, from;
	int err;

	read_directions(c, &to, &from);
	err = move_blocks(c);
	read_directions(c, &c->to_device, &c->from_device);
	subtract(&c->to_device, &to);
	subtract(&c->from_device, &from);
	return err;
}

/* The counters are the device's: they tell of this copy if it was alone. */
static bool was_alone(const struct copy *c)
{
	return c->to_device.bytes == c->bytes &&
	       c->from_device.bytes == c->bytes;
}

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

static const char *area_unknown(int err)
{
	switch (err) {
	case -EPERM:
		return "unknown: bus addresses are hidden, it needs root";
	case -EXDEV:
		return "unknown: an IOMMU translates bus addresses";
	case -EACCES:
		return "unknown: /sys/kernel/debug needs root";
	case -ENOENT:
		return "unknown: no /sys/kernel/debug/cma (mount debugfs; CONFIG_CMA_DEBUGFS)";
	case -ERANGE:
		return "none: ordinary memory";
	}
	return strerror(-err);
}

static void print_area(const struct copy *c)
{
	const struct educma_cma_area *area = &c->area;
	char size[SIZE_TEXT];

	if (c->area_err) {
		printf("%-12s %s\n", "area", area_unknown(c->area_err));
		return;
	}
	printf("%-12s '%s', %s at 0x%08" PRIx64 "-0x%08" PRIx64 "\n", "area",
	       area->name, size_format(size, area->bytes), area->base,
	       area->base + area->bytes - 1);
}

static void print_cma_free(const struct copy *c, enum moment when,
			   const char *label)
{
	/* Of no interest to a buffer that is known to be elsewhere. */
	if (c->has_cma && c->area_err != -ERANGE)
		printf("%-12s %" PRIu64 " kB %s\n", "CmaFree",
		       c->cma_free[when] / 1024, label);
}

static void print_buffer(const struct copy *c)
{
	char size[SIZE_TEXT], address[40] = "hidden, it needs root";

	if (c->buffer.dma_addr)
		snprintf(address, sizeof(address), "0x%08" PRIx64,
			 c->buffer.dma_addr);
	printf("%-12s %s (%s), %u-bit addresses, %u bytes a DMA\n", "device",
	       c->s.entry.name, c->s.entry.pci, c->s.info.dma_bits,
	       c->s.info.chunk_bytes);
	printf("%-12s %s (%" PRIu64 " bytes), bus address %s\n", "buffer",
	       size_format(size, c->bytes), c->bytes, address);
	print_area(c);
	print_cma_free(c, BEFORE, "before");
	print_cma_free(c, HELD, "while held");
	printf("%-12s %" PRIu64 "\n", "seed", c->seed);
}

static uint64_t rate(const struct direction *d)
{
	return rate_per_s(d->bytes, d->busy_ns);
}

static void print_direction(const struct copy *c, const char *label,
			    const struct direction *d)
{
	const uint64_t limit = edu_limit(&c->s.info);

	printf("%-12s %" PRIu64 " bytes, %" PRIu64 " bytes/s while busy",
	       label, d->bytes, rate(d));
	if (may_be_edu(rate(d), limit))
		printf(" (limit of QEMU's edu: %" PRIu64 ")", limit);
	puts(was_alone(c) ? "" : ", not this copy alone");
}

static void print_verdict(const struct copy *c)
{
	if (!c->verify)
		printf("%-12s not asked for\n", "verified");
	else if (!c->bad.count)
		printf("%-12s every byte\n", "verified");
}

static const char *after_label(const struct copy *c)
{
	if (c->cma_free[AFTER] >= c->cma_free[BEFORE])
		return "after";
	return "after, without the freed pages on per-CPU lists";
}

static void print_result(const struct copy *c)
{
	printf("%-12s %" PRIu64 " bytes each way in %.3f s\n", "copied",
	       c->done, c->elapsed_ns / 1e9);
	print_direction(c, "to device", &c->to_device);
	print_direction(c, "from device", &c->from_device);
	print_verdict(c);
	print_cma_free(c, AFTER, after_label(c));
}

static struct json_object *direction_json(const struct direction *d)
{
	struct json_object *object = json_object_new_object();

	json_add_u64(object, "bytes", d->bytes);
	json_add_u64(object, "busy_ns", d->busy_ns);
	json_add_u64(object, "bytes_per_s", rate(d));
	return object;
}

static struct json_object *area_json(const struct copy *c)
{
	struct json_object *object;

	if (c->area_err)
		return NULL;
	object = json_object_new_object();
	json_add_string(object, "name", c->area.name);
	json_add_address(object, "base", c->area.base);
	json_add_u64(object, "bytes", c->area.bytes);
	return object;
}

static struct json_object *cma_free_json(const struct copy *c)
{
	struct json_object *object;

	if (!c->has_cma)
		return NULL;
	object = json_object_new_object();
	json_add_u64(object, "before", c->cma_free[BEFORE]);
	json_add_u64(object, "held", c->cma_free[HELD]);
	json_add_u64(object, "after", c->cma_free[AFTER]);
	return object;
}

static struct json_object *bad_json(const struct pattern_mismatch *bad)
{
	struct json_object *object;

	if (!bad->count)
		return NULL;
	object = json_object_new_object();
	json_add_u64(object, "bytes", bad->count);
	json_add_u64(object, "first_offset", bad->first);
	json_add_u64(object, "expected", bad->expected);
	json_add_u64(object, "got", bad->got);
	return object;
}

static void copy_json(const struct copy *c)
{
	struct json_object *object = device_json(&c->s.entry);

	json_add_u64(object, "bytes", c->bytes);
	json_add_u64(object, "seed", c->seed);
	json_add_u64(object, "chunk_bytes", c->s.info.chunk_bytes);
	json_add_address(object, "bus_address", c->buffer.dma_addr);
	json_object_object_add(object, "area", area_json(c));
	if (c->area_err)
		json_add_string(object, "area_why", area_unknown(c->area_err));
	json_object_object_add(object, "cma_free_bytes", cma_free_json(c));
	json_add_u64(object, "elapsed_ns", c->elapsed_ns);
	json_object_object_add(object, "to_device",
			       direction_json(&c->to_device));
	json_object_object_add(object, "from_device",
			       direction_json(&c->from_device));
	json_object_object_add(object, "alone",
			       json_object_new_boolean(was_alone(c)));
	json_add_u64(object, "edu_limit_bytes_per_s", edu_limit(&c->s.info));
	json_object_object_add(object, "verified",
			       json_object_new_boolean(c->verify &&
						       !c->bad.count));
	json_object_object_add(object, "mismatch", bad_json(&c->bad));
	print_json(object);
}

/* The JSON object has the mismatch already, so this is for people only. */
static int fail_mismatch(const struct copy *c)
{
	struct context text = *c->ctx;
	const struct failure failure = {
		.status = STATUS_MISMATCH,
		.reason = "mismatch",
	};

	text.json = false;
	return fail(&text, &failure,
		    "%" PRIu64 " of %" PRIu64 " bytes are wrong, the first at offset %" PRIu64
		    " (0x%" PRIx64 "): expected 0x%02x, got 0x%02x",
		    c->bad.count, c->bytes, c->bad.first, c->bad.first,
		    c->bad.expected, c->bad.got);
}

static int fail_copy(const struct copy *c, int err)
{
	static const struct failure stopped = { .status = STATUS_FAILURE };

	if (!signals_pending())
		return fail_errno(c->ctx, err,
				  "after %" PRIu64 " of %" PRIu64 " bytes",
				  c->done, c->bytes);
	return fail(c->ctx, &stopped,
		    "%s: stopped after %" PRIu64 " of %" PRIu64 " bytes",
		    strsignal(signals_pending()), c->done, c->bytes);
}

static int report(const struct copy *c, int err)
{
	if (err)
		return fail_copy(c, err);
	if (c->ctx->json)
		copy_json(c);
	else
		print_result(c);
	return c->bad.count ? fail_mismatch(c) : STATUS_OK;
}

/* Where the report gets lost nothing is copied; main() says why. */
static int copy_allocated(struct copy *c)
{
	bool heard;
	int err = 0;

	if (!c->ctx->json)
		print_buffer(c);
	heard = flush_output();
	if (heard)
		err = proof(c);
	release(c);
	return heard ? report(c, err) : STATUS_FAILURE;
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

int cmd_copy(struct context *ctx, int argc, char **argv)
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
