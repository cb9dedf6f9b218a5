// SPDX-License-Identifier: GPL-2.0
/*
 * educma selftest: the points that are about bytes, like the kernel's dmatest.
 * They verify every byte that a transfer must write, and the bytes around that
 * it must not write.
 *
 * Before a transfer the source holds one data set, the destination holds bytes
 * that are all wrong there, and the memory around the destination holds another
 * data set. Afterwards all three are verified. A data set's bytes depend on their
 * position, so a byte in the wrong place is wrong.
 */
#include <errno.h>
#include <inttypes.h>

#include "pattern.h"
#include "selftest.h"
#include "size.h"
#include "util.h"

#define MARGIN	64ULL	/* bytes beside a place that are verified, too */
#define PLACES	5

/* Data sets. Each case adds a multiple of SEEDS, so it has its own. */
enum { SEED_SOURCE, SEED_AROUND, SEEDS };

/**
 * struct area - bytes that a transfer must write, and the bytes around them
 * @mem: the first byte that is verified
 * @len: how many bytes are verified
 * @begin: offset in @mem of the first byte that is written
 * @end: offset in @mem behind the last byte that is written
 * @seed: data set of the bytes that are written
 * @pos: position in that data set of the byte at @begin
 * @around: data set of the other bytes; @mem has position 0 in it
 */
struct area {
	uint8_t *mem;
	uint64_t len;
	uint64_t begin;
	uint64_t end;
	uint64_t seed;
	uint64_t pos;
	uint64_t around;
};

static void prepare(const struct area *a)
{
	pattern_fill(a->mem, a->around, 0, a->len);
	pattern_fill_wrong(a->mem + a->begin, a->seed, a->pos,
			   a->end - a->begin);
}

static enum result failed_bytes(struct selftest *t, const char *what,
				const struct pattern_mismatch *bad,
				 uint64_t of)
{
	return failed(t, "%s: %" PRIu64 " of %" PRIu64
		      " wrong; the first should be 0x%02x and is 0x%02x", what,
		      bad->count, of, bad->expected, bad->got);
}

static enum result check(struct selftest *t, const char *what,
			 const struct area *a)
{
	struct pattern_mismatch in = { }, out = { };
	const uint64_t bytes = a->end - a->begin;

	pattern_verify(a->mem + a->begin, a->seed, a->pos, bytes, &in);
	pattern_verify(a->mem, a->around, 0, a->begin, &out);
	pattern_verify(a->mem + a->end, a->around, a->end, a->len - a->end,
		       &out);
	if (out.count)
		return failed(t, "%s: %" PRIu64 " bytes changed beside the %" PRIu64
			      " that had to", what, out.count, bytes);
	return in.count ? failed_bytes(t, what, &in, bytes) : PASSED;
}

/* The device's own memory ------------------------------------------------ */

/**
 * struct piece - bytes of the device's memory, and their place in a buffer
 * @offset: offset in the device's memory
 * @len: how many bytes
 * @memory: offset in the buffer
 */
struct piece {
	uint64_t offset;
	uint64_t len;
	uint64_t memory;
};

static int send_piece(struct selftest *t, const struct piece *p)
{
	const struct educma_submit req = {
		.op = EDUCMA_OP_TO_DEVICE,
		.device_offset = p->offset,
		.src_handle = t->src.handle,
		.src_offset = p->memory,
		.bytes = p->len,
	};

	return transfer(t, &req);
}

static int fetch_piece(struct selftest *t, const struct piece *p)
{
	const struct educma_submit req = {
		.op = EDUCMA_OP_FROM_DEVICE,
		.device_offset = p->offset,
		.dst_handle = t->dst.handle,
		.dst_offset = p->memory,
		.bytes = p->len,
	};

	return transfer(t, &req);
}

/*
 * Fills all of the device's memory, then overwrites @p of it, reads all of it back
 * and verifies it.
 */
static enum result test_to_device(struct selftest *t, const struct piece *p,
				  uint64_t seed)
{
	const struct piece all = { .len = t->s.info.chunk_bytes };
	const struct area area = {
		.mem = t->dst.map,
		.len = all.len,
		.begin = p->offset,
		.end = p->offset + p->len,
		.seed = seed + SEED_SOURCE,
		.pos = p->memory,
		.around = seed + SEED_AROUND,
	};
	int err;

	pattern_fill(t->src.map, area.around, 0, all.len);
	err = send_piece(t, &all);
	pattern_fill(t->src.map, area.seed, 0, t->src.bytes);
	if (!err)
		err = send_piece(t, p);
	/* A byte that does not arrive must be wrong. */
	pattern_fill_wrong(t->dst.map, area.around, 0, all.len);
	if (!err)
		err = fetch_piece(t, &all);
	return err ? failed_transfer(t, err) :
		     check(t, "to the device", &area);
}

/* The device holds the source's bytes in @p. Fetches them to another place. */
static enum result test_from_device(struct selftest *t, const struct piece *p,
				    uint64_t seed)
{
	const struct piece there = {
		.offset = p->offset,
		.len = p->len,
		.memory = t->dst.bytes - p->len - p->memory,
	};
	const struct area area = {
		.mem = t->dst.map,
		.len = t->dst.bytes,
		.begin = there.memory,
		.end = there.memory + there.len,
		.seed = seed + SEED_SOURCE,
		.pos = p->memory,
		.around = seed + SEED_AROUND,
	};
	int err;

	prepare(&area);
	err = fetch_piece(t, &there);
	return err ? failed_transfer(t, err) :
		     check(t, "from the device", &area);
}

enum result test_device_memory(struct selftest *t)
{
	const uint64_t chunk = t->s.info.chunk_bytes;
	const struct piece pieces[] = {
		{ .offset = 0, .len = 1, .memory = 4095 },
		{ .offset = chunk - 1, .len = 1, .memory = 0 },
		{ .offset = chunk / 41, .len = chunk - chunk / 20, .memory = 3 },
	};
	enum result result = PASSED;
	size_t i;

	for (i = 0; result == PASSED && i < ARRAY_SIZE(pieces); i++) {
		result = test_to_device(t, &pieces[i], SEEDS * i);
		if (result == PASSED)
			result = test_from_device(t, &pieces[i], SEEDS * i);
	}
	if (result != PASSED)
		return result;
	return passed(t, "%zu pieces of its memory, each way; all else unchanged",
		      ARRAY_SIZE(pieces));
}

/* Copies ----------------------------------------------------------------- */

/**
 * struct span - a copy from one small buffer to the other
 * @len: how many bytes
 * @from: offset in the source
 * @to: offset in the destination
 */
struct span {
	uint64_t len;
	uint64_t from;
	uint64_t to;
};

static enum result check_source(struct selftest *t, uint64_t seed)
{
	struct pattern_mismatch bad = { };

	pattern_verify(t->src.map, seed, 0, t->src.bytes, &bad);
	return bad.count ? failed_bytes(t, "the source", &bad, t->src.bytes) :
			   PASSED;
}

static enum result test_copy(struct selftest *t, const struct span *span,
			     uint64_t seed)
{
	const struct area area = {
		.mem = t->dst.map,
		.len = t->dst.bytes,
		.begin = span->to,
		.end = span->to + span->len,
		.seed = seed + SEED_SOURCE,
		.pos = span->from,
		.around = seed + SEED_AROUND,
	};
	const struct educma_submit req = {
		.op = EDUCMA_OP_COPY,
		.src_handle = t->src.handle,
		.src_offset = span->from,
		.dst_handle = t->dst.handle,
		.dst_offset = span->to,
		.bytes = span->len,
	};
	enum result result;
	int err;

	prepare(&area);
	pattern_fill(t->src.map, area.seed, 0, t->src.bytes);
	err = transfer(t, &req);
	if (err)
		return failed_transfer(t, err);
	result = check(t, "a copy", &area);
	return result == PASSED ? check_source(t, area.seed) : result;
}

/* Copies at both ends, from end to end, at odd offsets, and of about a chunk. */
enum result test_copies(struct selftest *t)
{
	const uint64_t chunk = t->s.info.chunk_bytes;
	const uint64_t size = t->src.bytes;
	const struct span spans[] = {
		{ .len = 1, .from = 0, .to = 0 },
		{ .len = 1, .from = size - 1, .to = size - 1 },
		{ .len = 3, .from = 1, .to = 4094 },
		{ .len = chunk - chunk / 2, .from = 3, .to = 4095 },
		{ .len = chunk, .from = 0, .to = size - chunk },
		{ .len = chunk + 1, .from = size - chunk - 1, .to = 0 },
		{ .len = 2 * chunk + 1, .from = 4093, .to = 4099 },
	};
	enum result result = PASSED;
	size_t i;

	for (i = 0; result == PASSED && i < ARRAY_SIZE(spans); i++)
		result = test_copy(t, &spans[i], SEEDS * i);
	if (result != PASSED)
		return result;
	return passed(t, "%zu of 1 to %" PRIu64 " bytes; all else unchanged",
		      ARRAY_SIZE(spans), 2 * chunk + 1);
}

/* Places of a large buffer ------------------------------------------------ */

/* At most a chunk, and so little that margins of @count places do not overlap. */
static uint64_t place_bytes(const struct selftest *t,
			    const struct educma_buffer *buf, unsigned int count)
{
	const uint64_t part = buf->bytes / (2 * count);

	return part < t->s.info.chunk_bytes ? part : t->s.info.chunk_bytes;
}

/* A piece of @buf, the @i-th of @count, with its margins. */
static struct area place(const struct selftest *t,
			 const struct educma_buffer *buf, unsigned int i,
			 unsigned int count)
{
	const uint64_t bytes = place_bytes(t, buf, count);
	const uint64_t at = (buf->bytes - bytes) / (count - 1) * i;
	const uint64_t begin = i == count - 1 ? buf->bytes - bytes : at;
	const uint64_t before = begin < MARGIN ? begin : MARGIN;
	const uint64_t left = buf->bytes - begin - bytes;
	const uint64_t after = left < MARGIN ? left : MARGIN;

	return (struct area){
		.mem = (uint8_t *)buf->map + begin - before,
		.len = before + bytes + after,
		.begin = before,
		.end = before + bytes,
		.seed = SEED_SOURCE,
		.pos = begin,
		.around = SEEDS + i,
	};
}

static int write_place(struct selftest *t, const struct educma_buffer *buf,
		       const struct area *a)
{
	const struct educma_submit req = {
		.op = EDUCMA_OP_COPY,
		.src_handle = t->src.handle,
		.dst_handle = buf->handle,
		.dst_offset = a->pos,
		.bytes = a->end - a->begin,
	};

	pattern_fill(t->src.map, a->seed, a->pos, req.bytes);
	return transfer(t, &req);
}

static enum result read_place(struct selftest *t,
			      const struct educma_buffer *buf,
			       const struct area *a)
{
	const struct area here = {
		.mem = t->dst.map,
		.len = t->dst.bytes,
		.begin = 1,
		.end = 1 + a->end - a->begin,
		.seed = a->seed,
		.pos = a->pos,
		.around = SEED_AROUND,
	};
	const struct educma_submit req = {
		.op = EDUCMA_OP_COPY,
		.src_handle = buf->handle,
		.src_offset = a->pos,
		.dst_handle = t->dst.handle,
		.dst_offset = here.begin,
		.bytes = here.end - here.begin,
	};
	int err;

	prepare(&here);
	err = transfer(t, &req);
	return err ? failed_transfer(t, err) :
		     check(t, "from its place", &here);
}

/*
 * All places are written before the first is verified, so that two places which
 * share memory are found.
 */
enum result test_places(struct selftest *t, const struct educma_buffer *buf,
			unsigned int count)
{
	enum result result = PASSED;
	struct area area;
	unsigned int i;
	int err = 0;

	for (i = 0; i < count; i++) {
		area = place(t, buf, i, count);
		prepare(&area);
	}
	for (i = 0; !err && i < count; i++) {
		area = place(t, buf, i, count);
		err = write_place(t, buf, &area);
	}
	if (err)
		return failed_transfer(t, err);
	for (i = 0; result == PASSED && i < count; i++) {
		area = place(t, buf, i, count);
		result = check(t, "to its place", &area);
		if (result == PASSED)
			result = read_place(t, buf, &area);
	}
	return result;
}

static enum result test_large_places(struct selftest *t,
				     const struct educma_buffer *buf)
{
	enum result result = test_places(t, buf, PLACES);
	char size[SIZE_TEXT];

	if (result != PASSED)
		return result;
	return passed(t, "%s, at %u places, ends included; 'educma copy %s' verifies every byte",
		      size_format(size, buf->bytes), PLACES, size);
}

enum result test_large(struct selftest *t)
{
	struct educma_buffer buf;
	enum result result;
	int err;

	err = educma_alloc(t->s.dev, t->large_bytes, &buf);
	/* The limit is the user's; it says nothing about the device. */
	if (err == -EDQUOT)
		return skipped(t, "it is more than one user may have (see --size, max_bytes)");
	if (err)
		return failed_alloc(t, err, t->large_bytes, &buf);
	result = test_large_places(t, &buf);
	educma_free(t->s.dev, &buf);
	return result;
}
