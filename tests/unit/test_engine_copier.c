// SPDX-License-Identifier: GPL-2.0
/* drivers/engine.c with a card that copies from memory to memory by itself. */
#include "engine_rig.h"

#define TO	EDUCMA_OP_TO_DEVICE
#define FROM	EDUCMA_OP_FROM_DEVICE
#define COPY	EDUCMA_OP_COPY

/* One chunk moves bytes both ways, and nothing of it is staged anywhere. */
static void copy(void **state)
{
	struct rig *rig = *state;
	const u64 began = world.now_ns;
	struct rig_job *job = rig_submit(rig, 0, COPY, 130);

	world_run(FAKE_DMA_NS / 2);
	assert_int_equal(educma_engine_left(&rig->engine, &rig->users[0].client,
					    job->cookie), 130);
	world_run(FAKE_DMA_NS);
	assert_int_equal(educma_engine_left(&rig->engine, &rig->users[0].client,
					    job->cookie), 70);
	educma_engine_wait(&rig->engine, &rig->users[0].client);
	assert_int_equal(world.now_ns - began, 3 * FAKE_DMA_NS);
	rig_finish(rig);
	assert_int_equal(job->result.status, 0);
	assert_string_equal(rig->log, "a=a=a=");
}

/* A chunk is as long as the card allows: 1 MiB. */
static void large_chunks(void **state)
{
	const u64 bytes = 2 * FAKE_COPIER_BYTES + 5;
	struct rig *rig = *state;
	const u64 began = world.now_ns;
	u8 *src, *dst;
	u64 i;

	rig->chunk_bytes = FAKE_COPIER_BYTES;
	rig_probe(rig);
	src = fake_bus(&rig->fake, RIG_LARGE, bytes);
	dst = fake_bus(&rig->fake, RIG_LARGE + 3 * FAKE_COPIER_BYTES, bytes + 1);
	for (i = 0; i < bytes; i++)
		src[i] = i ^ i / 251;
	memset(dst, 0xee, bytes + 1);
	assert_int_equal(educma_engine_run(&rig->engine, &rig->users[0].client,
					   COPY, RIG_LARGE,
					   RIG_LARGE + 3 * FAKE_COPIER_BYTES,
					   bytes), 0);
	assert_int_equal(rig->fake.starts, 3);
	assert_int_equal(world.now_ns - began, 3 * FAKE_DMA_NS);
	assert_memory_equal(dst, src, bytes);
	assert_int_equal(dst[bytes], 0xee);
	rig_finish(rig);
}

/* Without memory of its own the card has nothing to move to or from. */
static void only_copies(void **state)
{
	static const struct {
		u32 op;
		u32 offset;
		int error;
	} refused[] = {
		{ TO, 0, -EOPNOTSUPP },
		{ FROM, 0, -EOPNOTSUPP },
		{ FROM, 1, -EOPNOTSUPP },
		{ COPY, 1, -EINVAL },
	};
	struct rig *rig = *state;
	struct educma_xfer xfer = { .bytes = 60 };
	unsigned int i;

	assert_int_equal(educma_engine_check(&rig->engine, COPY, 0), 0);
	for (i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		xfer.op = refused[i].op;
		xfer.offset = refused[i].offset;
		assert_int_equal(educma_engine_check(&rig->engine, xfer.op,
						     xfer.offset),
				 refused[i].error);
		assert_int_equal(educma_engine_submit(&rig->engine,
						      &rig->users[0].client,
						      &xfer), refused[i].error);
	}
	rig_finish(rig);
	assert_string_equal(rig->log, "");
}

/* Users take turns, a chunk each; the driver's own transfer is next. */
static void turns(void **state)
{
	struct rig *rig = *state;

	rig_submit(rig, 0, COPY, 180);
	rig_submit(rig, 1, COPY, 120);
	rig_submit(rig, 1, COPY, 1);
	world_run(FAKE_DMA_NS * 3 / 2);
	rig_submit(rig, 2, COPY, 60);
	rig_submit_at(rig, 3, COPY, 60, 0, true);
	rig_finish(rig);
	assert_string_equal(rig->log, "a=b=d=a=c=b=a=b=");
}

/* What runs ends with its chunk, what waits ends at once. */
static void cancel(void **state)
{
	struct rig *rig = *state;
	struct rig_job *running = rig_submit(rig, 0, COPY, 120);
	struct rig_job *waiting = rig_submit(rig, 0, COPY, 60);
	struct rig_job *other = rig_submit(rig, 1, COPY, 60);

	assert_true(rig_cancel(rig, waiting));
	assert_int_equal(waiting->result.status, -ECANCELED);
	assert_true(rig_cancel(rig, running));
	rig_finish(rig);
	assert_int_equal(running->result.status, -ECANCELED);
	assert_int_equal(running->result.done, 60);
	assert_int_equal(other->result.status, 0);
	assert_string_equal(rig->log, "a=b=");
}

/* A pause does not let a copy go on, for nothing of it is in the card. */
static void pause_in_copy(void **state)
{
	struct rig *rig = *state;
	const u64 began = world.now_ns;
	struct rig_job *job = rig_submit(rig, 0, COPY, 120);

	world_run(FAKE_DMA_NS / 2);
	rig_pause(rig, true);
	assert_int_equal(world.now_ns - began, FAKE_DMA_NS);
	assert_string_equal(rig->log, "a=");
	rig_resume(rig);
	rig_finish(rig);
	assert_int_equal(job->result.status, 0);
}

/* An aborted DMA may move bytes until the card's sync(): the copy ends after it. */
static void abort_and_sync(void **state)
{
	struct rig *rig = *state;
	struct rig_job *job = rig_submit(rig, 0, COPY, 60);
	u64 began;

	world_run(FAKE_DMA_NS - FAKE_SYNC_NS / 2);
	began = world.now_ns;
	rig_pause(rig, false);
	assert_int_equal(world.now_ns - began, FAKE_SYNC_NS);
	assert_int_equal(job->result.status, -EIO);
	assert_int_equal(job->result.end_ns, world.now_ns);
	assert_int_equal(job->moved[EDUCMA_FROM_DEVICE], 60);
	/* The callback came after the abort. */
	assert_int_equal(rig->engine.stats.counters.irqs_spurious, 1);
	fake_connect(&rig->fake);
	rig_resume(rig);
	rig_finish(rig);
}

/* A card that fails ends the copy; one that is repaired does the next one. */
static void failure(void **state)
{
	struct rig *rig = *state;
	struct rig_job *job, *next;

	fake_misbehave(&rig->fake, FAKE_NEVER_ENDS, 1, 1);
	job = rig_submit(rig, 0, COPY, 120);
	next = rig_submit(rig, 1, COPY, 120);
	rig_finish(rig);
	assert_int_equal(job->result.status, -EIO);
	assert_int_equal(job->result.done, 60);
	assert_int_equal(next->result.status, -ETIMEDOUT);
	assert_int_equal(next->result.done, 0);
	rig_repair(rig);
	job = rig_submit(rig, 0, COPY, 120);
	rig_finish(rig);
	assert_int_equal(job->result.status, 0);
}

/* Each chunk counts in both directions; what fails does so, too. */
static void counters(void **state)
{
	struct rig *rig = *state;
	const struct educma_dir_counters each = {
		.bytes = 130 + 60,
		.chunks = 3 + 1,
		.transfers = 1,
		.errors = 1,
		.busy_ns = 4 * FAKE_DMA_NS,
	};
	struct educma_histogram latency;
	struct educma_counters stats;
	enum educma_dir dir;

	rig_submit(rig, 0, COPY, 130);
	rig_finish(rig);
	rig_cancel(rig, rig_submit(rig, 0, COPY, 120));
	world_run(FAKE_DMA_NS);
	educma_stats_counters(&rig->engine.stats, &stats);
	for (dir = 0; dir < EDUCMA_DIRS; dir++) {
		assert_memory_equal(&stats.dir[dir], &each, sizeof(each));
		educma_stats_latency(&rig->engine.stats,
				     (enum educma_latency)dir, &latency);
		assert_int_equal(latency.count[26], 4);
		/* 60 bytes in the last second. */
		assert_int_equal(educma_stats_bandwidth(&rig->engine.stats, dir), 60);
	}
	assert_int_equal(stats.irqs, 4);
	educma_stats_latency(&rig->engine.stats, EDUCMA_LATENCY_RUN, &latency);
	assert_int_equal(latency.count[28], 1);
	rig_finish(rig);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(copy, rig_begin_copier),
		cmocka_unit_test_setup(large_chunks, rig_begin_copier),
		cmocka_unit_test_setup(only_copies, rig_begin_copier),
		cmocka_unit_test_setup(turns, rig_begin_copier),
		cmocka_unit_test_setup(cancel, rig_begin_copier),
		cmocka_unit_test_setup(pause_in_copy, rig_begin_copier),
		cmocka_unit_test_setup(abort_and_sync, rig_begin_copier),
		cmocka_unit_test_setup(failure, rig_begin_copier),
		cmocka_unit_test_setup(counters, rig_begin_copier),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
