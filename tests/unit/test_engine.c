// SPDX-License-Identifier: GPL-2.0
/* drivers/engine.c: order, turns, cancelling, pausing, counters, on a card that works. */
#include "engine_rig.h"

#define TO	EDUCMA_OP_TO_DEVICE
#define FROM	EDUCMA_OP_FROM_DEVICE
#define COPY	EDUCMA_OP_COPY

/* One user's transfers run one after another, chunk by chunk. */
static void one_queue(void **state)
{
	struct rig *rig = *state;
	struct rig_job *jobs[] = {
		rig_submit(rig, 0, TO, 130),
		rig_submit(rig, 0, FROM, 1),
		rig_submit(rig, 0, COPY, 61),
		rig_submit(rig, 0, FROM, 60),
	};
	unsigned int i;

	rig_check(rig);
	rig_finish(rig);
	assert_string_equal(rig->log, "a>a>a>a<a>a<a>a<a<");
	for (i = 0; i < 4; i++) {
		assert_int_equal(jobs[i]->result.status, 0);
		assert_int_equal(jobs[i]->result.id, i + 1);
		if (i)
			assert_int_equal(jobs[i]->result.start_ns,
					 jobs[i - 1]->result.end_ns);
	}
	assert_int_equal(world.logged, 0);
}

/* Users take turns, a chunk each; the two chunks of a copy are one turn. */
static void turns(void **state)
{
	struct rig *rig = *state;

	rig_submit(rig, 0, TO, 180);
	rig_submit(rig, 1, COPY, 120);
	rig_submit(rig, 2, FROM, 100);
	rig_submit(rig, 2, TO, 1);
	rig_finish(rig);
	assert_string_equal(rig->log, "a>b>b<c<a>b>b<c<a>c>");
}

/* A user who comes later waits for one turn of each of the others. */
static void latecomer(void **state)
{
	struct rig *rig = *state;

	rig_submit(rig, 0, TO, 400);
	rig_submit(rig, 1, FROM, 400);
	world_run(FAKE_DMA_NS * 5 / 2);
	rig_submit(rig, 2, TO, 10);
	world_run(FAKE_DMA_NS * 3);
	assert_string_equal(rig->log, "a>b<a>b<c>a>");
	rig_finish(rig);
}

/* The driver's own transfer is next in turn, but not within a copy's chunk. */
static void internal_is_next(void **state)
{
	struct rig *rig = *state;
	struct rig_job *own;

	rig_submit(rig, 0, COPY, 120);
	rig_submit(rig, 1, TO, 120);
	rig_submit(rig, 2, TO, 120);
	world_run(FAKE_DMA_NS / 2);
	own = rig_submit_at(rig, 3, TO, 60, 0, true);
	rig_finish(rig);
	assert_string_equal(rig->log, "a>a<d>b>c>a>a<b>c>");
	assert_int_equal(own->result.status, 0);
	/* It is in no counter of bytes. */
	assert_int_equal(rig->engine.stats.counters.dir[EDUCMA_TO_DEVICE].bytes, 360);
}

/* Nothing runs because of a pause: the driver's own is next all the same. */
static void internal_while_paused(void **state)
{
	struct rig *rig = *state;

	rig_pause(rig, true);
	rig_submit(rig, 0, TO, 60);
	rig_submit_at(rig, 3, FROM, 60, 0, true);
	rig_resume(rig);
	rig_finish(rig);
	assert_string_equal(rig->log, "d<a>");
}

/* educma_engine_run() returns when its transfer is complete. */
static void run(void **state)
{
	struct rig *rig = *state;
	struct educma_client *client = &rig->users[3].client;
	const u64 began = world.now_ns;

	rig_submit(rig, 0, TO, 120);
	memset(fake_bus(&rig->fake, RIG_SPARE, 60), 0x5e, 60);
	assert_int_equal(educma_engine_run(&rig->engine, client, COPY,
					   RIG_SPARE,
					   RIG_SPARE + 0x800, 60), 0);
	assert_int_equal(world.now_ns - began, 3 * FAKE_DMA_NS);
	assert_memory_equal(fake_bus(&rig->fake, RIG_SPARE + 0x800, 60),
			    fake_bus(&rig->fake, RIG_SPARE, 60),
			    60);
	rig_finish(rig);
	assert_string_equal(rig->log, "a>i>i<a>");

	/* A transfer to the device begins where it is told to. */
	assert_int_equal(educma_engine_run(&rig->engine, client, TO,
					   RIG_SPARE, 8, 50), 0);
	assert_memory_equal(rig->fake.memory + 8,
			    fake_bus(&rig->fake, RIG_SPARE, 50), 50);

	fake_misbehave(&rig->fake, FAKE_NEVER_ENDS, 0, 1);
	assert_int_equal(educma_engine_run(&rig->engine, client, TO,
					   FAKE_BUS_BASE, 0, 60), -ETIMEDOUT);
	assert_int_equal(educma_engine_run(&rig->engine, client, TO,
					   FAKE_BUS_BASE, 0, 60), -EIO);
}

static void forget(struct educma_xfer *xfer)
{
	(void)xfer;
}

/* The length of a transfer of 2^32 bytes is not truncated to 32 bits. */
static void huge(void **state)
{
	struct rig *rig = *state;
	struct educma_xfer xfer = {
		.complete = forget,
		.op = TO,
		.internal = true,
		.src = RIG_SPARE,
		.bytes = 1ULL << 32,
	};

	assert_int_equal(educma_engine_submit(&rig->engine,
					      &rig->users[0].client, &xfer), 0);
	assert_int_equal(rig->chunk.bytes, 60);
	educma_engine_cancel_all(&rig->engine, &rig->users[0].client);
	rig_finish(rig);
	assert_int_equal(xfer.status, -ECANCELED);
	assert_int_equal(xfer.done, 60);
}

/* Each chunk begins at the offset and ends where the used memory ends. */
static void offset(void **state)
{
	struct rig *rig = *state;
	struct rig_job *job = rig_submit_at(rig, 0, COPY, 25, 50, false);

	world_run(FAKE_DMA_NS / 2);
	assert_int_equal(educma_engine_left(&rig->engine, &rig->users[0].client,
					    job->cookie), 25);
	world_run(FAKE_DMA_NS);
	assert_int_equal(educma_engine_left(&rig->engine, &rig->users[0].client,
					    job->cookie), 25);
	world_run(FAKE_DMA_NS);
	assert_int_equal(educma_engine_left(&rig->engine, &rig->users[0].client,
					    job->cookie), 15);
	rig_finish(rig);
	assert_string_equal(rig->log, "a>a<a>a<a>a<");
	assert_int_equal(educma_engine_left(&rig->engine, &rig->users[0].client,
					    job->cookie), 0);
}

/* A transfer that waits ends at once; one that runs ends with its chunk. */
static void cancel(void **state)
{
	struct rig *rig = *state;
	struct rig_job *running = rig_submit(rig, 0, TO, 120);
	struct rig_job *waiting = rig_submit(rig, 0, TO, 120);
	struct rig_job *other = rig_submit(rig, 1, TO, 60);
	struct rig_job *last = rig_submit(rig, 0, FROM, 60);

	assert_true(rig_cancel(rig, waiting));
	assert_int_equal(waiting->result.status, -ECANCELED);
	assert_int_equal(waiting->result.start_ns, 0);
	assert_true(rig_cancel(rig, running));
	assert_true(rig_cancel(rig, running));
	rig_finish(rig);
	assert_int_equal(running->result.status, -ECANCELED);
	assert_int_equal(running->result.done, 60);
	assert_int_equal(other->result.status, 0);
	assert_int_equal(last->result.status, 0);
	assert_string_equal(rig->log, "a>b>a<");
	assert_false(rig_cancel(rig, last));
}

/* A transfer whose last chunk runs has moved everything: that is a success. */
static void cancel_too_late(void **state)
{
	struct rig *rig = *state;
	struct rig_job *job = rig_submit(rig, 0, TO, 120);

	world_run(FAKE_DMA_NS * 3 / 2);
	assert_true(rig_cancel(rig, job));
	rig_finish(rig);
	assert_int_equal(job->result.status, 0);
}

/* A copy that is cancelled in its first chunk does not get the second one. */
static void cancel_copy(void **state)
{
	struct rig *rig = *state;
	struct rig_job *job = rig_submit(rig, 0, COPY, 60);

	rig_submit(rig, 0, COPY, 60);
	rig_submit(rig, 1, TO, 60);
	rig_cancel(rig, job);
	rig_finish(rig);
	assert_int_equal(job->result.status, -ECANCELED);
	assert_int_equal(job->result.done, 0);
	assert_string_equal(rig->log, "a>b>a>a<");
}

/* All of one user's transfers end, and nobody else's. */
static void cancel_all(void **state)
{
	struct rig *rig = *state;
	const u64 began = world.now_ns;
	struct rig_job *other;
	unsigned int i;

	for (i = 0; i < 5; i++)
		rig_submit(rig, 0, COPY, 300);
	other = rig_submit(rig, 1, TO, 300);
	world_run(FAKE_DMA_NS / 2);
	rig_cancel_all(rig, 0);
	assert_int_equal(rig->outstanding, 2);
	educma_engine_wait(&rig->engine, &rig->users[0].client);
	assert_int_equal(world.now_ns - began, FAKE_DMA_NS);
	assert_int_equal(rig->outstanding, 1);
	rig_cancel_all(rig, 2);
	rig_finish(rig);
	assert_int_equal(other->result.status, 0);
	assert_int_equal(rig->engine.stats.counters.dir[EDUCMA_FROM_DEVICE].errors, 5);
}

/* A user who has nothing is not waited for. */
static void wait_for_nothing(void **state)
{
	struct rig *rig = *state;
	const u64 began = world.now_ns;

	rig_submit(rig, 1, TO, 300);
	educma_engine_wait(&rig->engine, &rig->users[0].client);
	assert_int_equal(world.now_ns, began);
	educma_engine_wait(&rig->engine, &rig->users[1].client);
	assert_int_equal(world.now_ns - began, 5 * FAKE_DMA_NS);
	rig_finish(rig);
}

/* While the engine is paused nothing starts; what waits goes on waiting. */
static void pause_and_resume(void **state)
{
	struct rig *rig = *state;
	const u64 began = world.now_ns;

	rig_submit(rig, 0, TO, 120);
	rig_submit(rig, 1, TO, 60);
	rig_pause(rig, true);
	assert_int_equal(world.now_ns - began, FAKE_DMA_NS);
	assert_string_equal(rig->log, "a>");
	rig_submit(rig, 2, FROM, 60);
	rig_cancel(rig, rig_submit(rig, 2, FROM, 60));
	world_run(NSEC_PER_SEC * 60ULL);
	rig_check(rig);
	assert_string_equal(rig->log, "a>");
	assert_int_equal(educma_engine_dump(&rig->engine, NULL), -EAGAIN);
	rig_resume(rig);
	assert_int_equal(educma_engine_dump(&rig->engine, NULL), 0);
	rig_finish(rig);
	assert_string_equal(rig->log, "a>b>a>c<");
	assert_int_equal(world.logged, 0);
}

/* A pause that drains lets a copy have its second chunk, and no third one. */
static void pause_in_copy(void **state)
{
	struct rig *rig = *state;
	const u64 began = world.now_ns;
	struct rig_job *job = rig_submit(rig, 0, COPY, 120);

	world_run(FAKE_DMA_NS / 2);
	rig_pause(rig, true);
	assert_int_equal(world.now_ns - began, 2 * FAKE_DMA_NS);
	assert_string_equal(rig->log, "a>a<");
	assert_true(job->is_queued);
	rig_resume(rig);
	rig_finish(rig);
	assert_int_equal(job->result.status, 0);
}

/* A pause of an idle engine, and one that the last chunk satisfies. */
static void pause_at_the_end(void **state)
{
	struct rig *rig = *state;
	const u64 began = world.now_ns;
	struct rig_job *job;

	rig_pause(rig, true);
	assert_int_equal(world.now_ns, began);
	rig_resume(rig);
	job = rig_submit(rig, 0, TO, 60);
	rig_pause(rig, true);
	assert_int_equal(world.now_ns - began, FAKE_DMA_NS);
	assert_int_equal(job->result.status, 0);
	rig_resume(rig);
	rig_finish(rig);
}

/* A pause that does not drain aborts the chunk; other transfers stay queued. */
static void pause_without_draining(void **state)
{
	struct rig *rig = *state;
	const u64 began = world.now_ns;
	struct rig_job *job = rig_submit(rig, 0, COPY, 120);
	struct rig_job *other = rig_submit(rig, 0, TO, 120);

	rig_pause(rig, false);
	assert_int_equal(world.now_ns, began);
	assert_int_equal(job->result.status, -EIO);
	assert_true(rig->fake.is_aborted);
	assert_true(other->is_queued);
	rig_check(rig);
	fake_connect(&rig->fake);
	rig_resume(rig);
	rig_finish(rig);
	assert_int_equal(other->result.status, 0);
	assert_int_equal(rig->engine.stats.counters.failures, 0);
}

/* A pause that drains aborts a chunk that does not end in time. */
static void pause_of_a_slow_card(void **state)
{
	struct rig *rig = *state;
	struct rig_job *job;
	u64 began;

	rig_submit(rig, 0, TO, 60);
	job = rig_submit(rig, 0, COPY, 60);
	world_run(FAKE_DMA_NS / 2);
	/* Neither chunk has taken too long when the watchdog runs. */
	rig->fake.dma_ns = FAKE_TIMEOUT_NS + FAKE_DMA_NS;
	world_run(FAKE_DMA_NS);
	began = world.now_ns;
	rig_pause(rig, true);
	assert_int_equal(world.now_ns - began, 2 * FAKE_TIMEOUT_NS);
	assert_string_equal(rig->log, "a>a>a<");
	assert_int_equal(job->result.status, -EIO);
	assert_true(rig->fake.is_aborted);
	assert_int_equal(rig->engine.stats.counters.failures, 0);
	assert_int_equal(world.logged, 0);
}

/* After educma_engine_remove() nothing is taken; what waited has ended. */
static void remove_and_stop(void **state)
{
	struct rig *rig = *state;
	const u64 began = world.now_ns;
	struct rig_job *running = rig_submit(rig, 0, COPY, 120);
	struct rig_job *waiting = rig_submit(rig, 1, TO, 60);

	rig_remove(rig);
	assert_int_equal(waiting->result.status, -ENODEV);
	assert_true(running->is_queued);
	assert_int_equal(rig_error(rig), -ENODEV);
	assert_null(rig_submit(rig, 1, TO, 60));
	rig_stop(rig);
	assert_int_equal(running->result.status, -ENODEV);
	assert_int_equal(world.now_ns - began, FAKE_DMA_NS);
	assert_false(rig->fake.is_aborted);
	rig_finish(rig);
	assert_string_equal(rig->log, "a>");
}

/* Nothing brings a removed device back: not a failure, nor a late reset. */
static void removed_for_ever(void **state)
{
	struct rig *rig = *state;

	rig_fail(rig, EDUCMA_NO_RESPONSE);
	rig_remove(rig);
	rig_fail(rig, EDUCMA_FAILED);
	assert_int_equal(educma_engine_state(&rig->engine), EDUCMA_REMOVED);
	educma_engine_resume(&rig->engine);
	assert_int_equal(educma_engine_state(&rig->engine), EDUCMA_REMOVED);
	assert_null(rig_submit(rig, 0, TO, 60));
	rig_stop(rig);
	rig_finish(rig);
}

/* Stopping an engine whose card is gone does not wait. */
static void stop_when_gone(void **state)
{
	struct rig *rig = *state;
	const u64 began = world.now_ns;
	struct rig_job *job;

	fake_misbehave(&rig->fake, FAKE_NO_RESPONSE, 0, 1);
	job = rig_submit(rig, 0, TO, 120);
	rig_remove(rig);
	rig_stop(rig);
	assert_int_equal(world.now_ns, began);
	assert_int_equal(job->result.status, -ENODEV);
	assert_true(rig->fake.is_aborted);
	assert_int_equal(rig->engine.stats.counters.failures, 1);
	rig_finish(rig);
}

/* A DMA that does not end is aborted before stop returns. */
static void stop_when_stuck(void **state)
{
	struct rig *rig = *state;
	struct rig_job *job;

	fake_misbehave(&rig->fake, FAKE_NEVER_ENDS, 0, 1);
	job = rig_submit(rig, 0, TO, 120);
	rig_remove(rig);
	rig_stop(rig);
	assert_int_equal(job->result.status, -ETIMEDOUT);
	assert_true(rig->fake.is_aborted);
	rig_finish(rig);
}

/* An engine that failed can lose its card too, but not the other way round. */
static void first_reason_stays(void **state)
{
	struct rig *rig = *state;

	rig_pause(rig, true);
	rig_submit(rig, 0, TO, 60);
	rig_fail(rig, EDUCMA_FAILED);
	assert_int_equal(rig_error(rig), -EIO);
	rig_fail(rig, EDUCMA_NO_RESPONSE);
	assert_int_equal(rig_error(rig), -ENODEV);
	rig_fail(rig, EDUCMA_FAILED);
	assert_int_equal(educma_engine_state(&rig->engine),
			 EDUCMA_NO_RESPONSE);
	assert_null(rig_submit(rig, 0, TO, 60));
	assert_true(rig->engine.failed.wakes >= 3);
	rig_resume(rig);
	assert_int_equal(rig_submit(rig, 0, TO, 60)->completed, 0);
	rig_finish(rig);
}

/* An interrupt without a DMA: one of the card, one of another device. */
static void interrupts_when_idle(void **state)
{
	struct rig *rig = *state;

	fake_interrupt(&rig->fake, EDUCMA_HW_RUNNING);
	assert_int_equal(rig->fake.handled, 1);
	fake_interrupt(&rig->fake, EDUCMA_HW_NOT_OURS);
	assert_int_equal(rig->fake.handled, 1);
	rig_check(rig);
	assert_int_equal(rig->engine.stats.counters.irqs, 1);
	assert_int_equal(rig->engine.stats.counters.irqs_spurious, 1);
}

/* Every counter, worked out by hand. */
static void counters(void **state)
{
	struct rig *rig = *state;
	const struct educma_counters want = {
		.dir = {
			[EDUCMA_TO_DEVICE] = {
				.bytes = 130 + 61 + 60,
				.chunks = 3 + 2 + 1,
				.transfers = 2,
				.errors = 1,
				.busy_ns = 6 * FAKE_DMA_NS,
			},
			[EDUCMA_FROM_DEVICE] = {
				.bytes = 61 + 7,
				.chunks = 2 + 1,
				.transfers = 2,
				.busy_ns = 3 * FAKE_DMA_NS,
			},
		},
		.irqs = 10,
		.irqs_spurious = 1,
	};
	struct educma_histogram latency;
	struct educma_counters stats;
	struct rig_job *job;

	rig_submit(rig, 0, TO, 130);
	rig_submit(rig, 0, COPY, 61);
	rig_submit(rig, 0, FROM, 7);
	educma_stats_counters(&rig->engine.stats, &stats);
	assert_int_equal(stats.queue_depth, 3);
	rig_finish(rig);
	job = rig_submit(rig, 0, TO, 120);
	rig_cancel(rig, job);
	world_run(FAKE_DMA_NS);
	fake_interrupt(&rig->fake, EDUCMA_HW_ENDED);
	educma_stats_counters(&rig->engine.stats, &stats);
	assert_memory_equal(&stats, &want, sizeof(want));
	/* 100 ms is 2^26 ns and a bit. */
	educma_stats_latency(&rig->engine.stats, EDUCMA_LATENCY_TO_DEVICE, &latency);
	assert_int_equal(latency.count[26], 6);
	/* Queued for 0, 300 and 700 ms. */
	educma_stats_latency(&rig->engine.stats, EDUCMA_LATENCY_QUEUED, &latency);
	assert_int_equal(latency.count[0], 1);
	assert_int_equal(latency.count[28], 1);
	assert_int_equal(latency.count[29], 1);
	rig_finish(rig);
}

/* A DMA that takes hours is in the last row of the histogram. */
static void last_row(void **state)
{
	struct rig *rig = *state;
	struct educma_histogram latency;

	rig_submit(rig, 0, TO, 60);
	rig_pause(rig, true);
	rig_submit(rig, 0, TO, 60);
	world.now_ns += 86400ULL * NSEC_PER_SEC;
	rig_resume(rig);
	world_run(NSEC_PER_SEC);
	educma_stats_latency(&rig->engine.stats, EDUCMA_LATENCY_QUEUED, &latency);
	assert_int_equal(latency.count[EDUCMA_LATENCY_ROWS - 1], 1);
}

/* The rate of a steady stream, of a pause, and after a change of the window. */
static void rate(void **state)
{
	struct rig *rig = *state;
	struct educma_stats *stats = &rig->engine.stats;
	unsigned int i;

	assert_int_equal(educma_stats_bandwidth(stats, EDUCMA_TO_DEVICE), 0);
	assert_int_equal(educma_stats_get_window(stats), 1000);
	for (i = 0; i < 4; i++)
		rig_submit(rig, 0, TO, 360);
	for (i = 0; i < 10; i++) {
		world_run(117 * NSEC_PER_MSEC);
		if (i < 9)
			continue;
		/* 60 bytes in 100 ms, wherever in a chunk it is asked for. */
		assert_in_range(educma_stats_bandwidth(stats, EDUCMA_TO_DEVICE),
				600 - 20, 600);
	}
	assert_int_equal(educma_stats_bandwidth(stats, EDUCMA_FROM_DEVICE), 0);
	rig_finish(rig);
	assert_int_equal(educma_stats_bandwidth(stats, EDUCMA_TO_DEVICE), 0);

	educma_stats_set_window(stats, 10000);
	assert_int_equal(educma_stats_get_window(stats), 10000);
	rig_submit(rig, 0, FROM, 300);
	world_run(500 * NSEC_PER_MSEC);
	assert_in_range(educma_stats_bandwidth(stats, EDUCMA_FROM_DEVICE), 29, 30);
	world_run(9500ULL * NSEC_PER_MSEC);
	assert_in_range(educma_stats_bandwidth(stats, EDUCMA_FROM_DEVICE), 29, 30);
	world_run(250 * NSEC_PER_MSEC);
	assert_in_range(educma_stats_bandwidth(stats, EDUCMA_FROM_DEVICE), 13, 15);
	world_run(250 * NSEC_PER_MSEC);
	assert_int_equal(educma_stats_bandwidth(stats, EDUCMA_FROM_DEVICE), 0);
	/* A new window begins anew. */
	rig_submit(rig, 0, TO, 300);
	world_run(NSEC_PER_SEC);
	assert_int_equal(educma_stats_bandwidth(stats, EDUCMA_TO_DEVICE), 30);
	educma_stats_set_window(stats, EDUCMA_WINDOW_MAX_MS);
	assert_int_equal(educma_stats_bandwidth(stats, EDUCMA_TO_DEVICE), 0);
	rig_finish(rig);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(one_queue, rig_begin),
		cmocka_unit_test_setup(turns, rig_begin),
		cmocka_unit_test_setup(latecomer, rig_begin),
		cmocka_unit_test_setup(internal_is_next, rig_begin),
		cmocka_unit_test_setup(internal_while_paused, rig_begin),
		cmocka_unit_test_setup(run, rig_begin),
		cmocka_unit_test_setup(huge, rig_begin),
		cmocka_unit_test_setup(offset, rig_begin),
		cmocka_unit_test_setup(cancel, rig_begin),
		cmocka_unit_test_setup(cancel_too_late, rig_begin),
		cmocka_unit_test_setup(cancel_copy, rig_begin),
		cmocka_unit_test_setup(cancel_all, rig_begin),
		cmocka_unit_test_setup(wait_for_nothing, rig_begin),
		cmocka_unit_test_setup(pause_and_resume, rig_begin),
		cmocka_unit_test_setup(pause_in_copy, rig_begin),
		cmocka_unit_test_setup(pause_at_the_end, rig_begin),
		cmocka_unit_test_setup(pause_without_draining, rig_begin),
		cmocka_unit_test_setup(pause_of_a_slow_card, rig_begin),
		cmocka_unit_test_setup(remove_and_stop, rig_begin),
		cmocka_unit_test_setup(removed_for_ever, rig_begin),
		cmocka_unit_test_setup(stop_when_gone, rig_begin),
		cmocka_unit_test_setup(stop_when_stuck, rig_begin),
		cmocka_unit_test_setup(first_reason_stays, rig_begin),
		cmocka_unit_test_setup(interrupts_when_idle, rig_begin),
		cmocka_unit_test_setup(counters, rig_begin),
		cmocka_unit_test_setup(last_row, rig_begin),
		cmocka_unit_test_setup(rate, rig_begin),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
