// SPDX-License-Identifier: GPL-2.0
/* drivers/engine.c on a card that misbehaves. */
#include "engine_rig.h"

#define TO	EDUCMA_OP_TO_DEVICE
#define FROM	EDUCMA_OP_FROM_DEVICE
#define COPY	EDUCMA_OP_COPY

/* What the engine makes of each fault that cannot be mended. */
static const struct {
	int status;
	int error;
	const char *log;
} fatal[FAKE_FAULTS] = {
	[FAKE_NEVER_ENDS] = { -ETIMEDOUT, -EIO, "DMA timeout" },
	[FAKE_NO_BUS_MASTER] = { -EIO, -EIO, "bus mastering was disabled" },
	[FAKE_NO_BUS_MASTER_SILENT] = { -EIO, -EIO, "bus mastering was disabled" },
	[FAKE_NO_RESPONSE] = { -ENODEV, -ENODEV, "the device does not respond" },
	[FAKE_LOST_STATE] = { -EIO, -EIO, "lost its state" },
};

/* Whether the fault makes the device fail. */
static bool is_fatal(enum fake_fault fault)
{
	return fault > FAKE_HARMLESS && fault < FAKE_ERROR;
}

#define SCRIPT_JOBS	9

/* Transfers of all kinds, of several users, one of them the driver's own. */
static void script(struct rig *rig, struct rig_job *jobs[SCRIPT_JOBS])
{
	jobs[0] = rig_submit(rig, 0, COPY, 130);
	jobs[1] = rig_submit(rig, 0, TO, 61);
	jobs[2] = rig_submit(rig, 1, FROM, 100);
	jobs[3] = rig_submit(rig, 1, COPY, 1);
	jobs[4] = rig_submit(rig, 1, COPY, 60);
	jobs[5] = rig_submit(rig, 2, TO, 240);
	jobs[6] = rig_submit_at(rig, 3, COPY, 60, 0, true);
	jobs[7] = rig_submit_at(rig, 0, FROM, 25, 50, false);
	jobs[8] = rig_submit(rig, 2, FROM, 60);
}

#define SCRIPT_CHUNKS	(6 + 2 + 2 + 2 + 2 + 4 + 2 + 3 + 1)
#define COPIER_CHUNKS	(3 + 2 + 2 + 1 + 1 + 4 + 1 + 1 + 1)

static void check_script(struct rig *rig, struct rig_job *jobs[SCRIPT_JOBS],
			 enum fake_fault fault)
{
	unsigned int i, of_chunk = 0;

	for (i = 0; i < SCRIPT_JOBS; i++) {
		const int status = jobs[i]->result.status;

		assert_int_equal(jobs[i]->completed, 1);
		if (fault <= FAKE_HARMLESS)
			assert_int_equal(status, 0);
		else if (fault >= FAKE_ERROR)
			of_chunk += status == -EIO ? 1 : !status ? 0 : 100;
		else if (status && status != fatal[fault].error)
			of_chunk += status == fatal[fault].status ? 1 : 100;
	}
	assert_in_range(of_chunk, fault >= FAKE_ERROR, 1);
	assert_int_equal(rig_error(rig), fatal[fault].error);
	if (is_fatal(fault))
		assert_non_null(strstr(world.log, fatal[fault].log));
}

/* One fault in one step of the script; then a reset, and all goes well. */
static void fault_at(struct rig *rig, enum fake_fault fault, unsigned int step)
{
	struct rig_job *jobs[SCRIPT_JOBS];

	fake_misbehave(&rig->fake, fault, step, 1);
	script(rig, jobs);
	rig_check(rig);
	rig_finish(rig);
	check_script(rig, jobs, fault);
	if (is_fatal(fault)) {
		assert_int_equal(rig->fake.starts, step + 1);
		assert_int_equal(rig->engine.stats.counters.failures, 1);
		assert_null(rig_submit(rig, 0, TO, 60));
	}
	rig_repair(rig);
	script(rig, jobs);
	rig_finish(rig);
	check_script(rig, jobs, FAKE_WORKS);
}

/* @steps are all of the script's chunks: the last one is reached, and no more. */
static void every_fault(void **state, int (*begin)(void **state),
			unsigned int steps)
{
	enum fake_fault fault;
	unsigned int step;

	for (fault = FAKE_WORKS; fault < FAKE_FAULTS; fault++) {
		for (step = 0; step < steps; step++) {
			begin(state);
			fault_at(*state, fault, step);
		}
	}
}

static void every_fault_at_every_step(void **state)
{
	every_fault(state, rig_begin, SCRIPT_CHUNKS);
}

static void every_fault_at_every_step_of_a_copier(void **state)
{
	every_fault(state, rig_begin_copier, COPIER_CHUNKS);
}

/* The first lost interrupt is logged; all are counted, and mended. */
static void interrupts_lost(void **state)
{
	struct rig *rig = *state;
	struct rig_job *job;

	fake_misbehave(&rig->fake, FAKE_IRQ_LOST, 0, 3);
	job = rig_submit(rig, 0, TO, 60);
	world_run(FAKE_TIMEOUT_NS - 1);
	assert_string_equal(rig->log, "a>");
	assert_int_equal(rig->engine.stats.counters.irqs_missed, 0);
	world_run(1);
	assert_string_equal(rig->log, "a>a>");
	assert_int_equal(rig->engine.stats.counters.irqs_missed, 1);
	assert_non_null(strstr(world.log, "interrupt lost"));
	rig_finish(rig);
	assert_int_equal(job->result.status, 0);
	assert_int_equal(rig->engine.stats.counters.irqs_missed, 3);
	assert_int_equal(rig->engine.stats.counters.chunks_repeated, 3);
	assert_int_equal(world.logged, 1);
	/* The time counts from the last start of the chunk. */
	assert_int_equal(rig->engine.stats.counters.dir[EDUCMA_TO_DEVICE].busy_ns,
			 FAKE_DMA_NS);
}

/* A chunk is repeated seven times, then the device has failed. */
static void all_repeats(struct rig *rig, enum fake_fault fault, const char *log)
{
	struct rig_job *job;

	fake_misbehave(&rig->fake, fault, 1, RIG_REPEATS);
	job = rig_submit(rig, 0, TO, 120);
	rig_finish(rig);
	assert_int_equal(job->result.status, 0);
	assert_int_equal(rig->engine.stats.counters.chunks_repeated, RIG_REPEATS);

	fake_misbehave(&rig->fake, fault, 1, RIG_REPEATS + 1);
	job = rig_submit(rig, 0, TO, 120);
	rig_finish(rig);
	assert_int_equal(job->result.status, -EIO);
	assert_int_equal(job->result.done, 60);
	assert_int_equal(rig->engine.stats.counters.chunks_repeated, 2 * RIG_REPEATS);
	assert_non_null(strstr(world.log, log));
	assert_true(rig->fake.is_aborted);
	assert_int_equal(rig_error(rig), -EIO);

	rig_repair(rig);
	fake_misbehave(&rig->fake, fault, 1, RIG_REPEATS);
	job = rig_submit(rig, 0, TO, 120);
	rig_finish(rig);
	assert_int_equal(job->result.status, 0);
}

static void never_an_interrupt(void **state)
{
	all_repeats(*state, FAKE_IRQ_LOST, "DMAs end, but no interrupt arrives");
}

static void never_a_byte(void **state)
{
	all_repeats(*state, FAKE_NO_BYTES, "DMAs end, but no interrupt arrives");
}

static void never_heard(void **state)
{
	all_repeats(*state, FAKE_NOT_HEARD, "does not take commands");
}

/* Each chunk has its own seven repeats, the second one of a copy as well. */
static void repeats_of_each_chunk(void **state)
{
	struct rig *rig = *state;
	struct rig_job *job = rig_submit(rig, 0, COPY, 120);
	unsigned int i;

	fake_misbehave(&rig->fake, FAKE_NOT_HEARD, 0, RIG_REPEATS);
	for (i = 0; i < 3; i++) {
		const unsigned long starts = rig->fake.starts;

		/* Until the repeats of this chunk are over, and it is done. */
		while (rig->fake.starts < starts + RIG_REPEATS + (i > 0))
			assert_true(world_step(UINT64_MAX));
		fake_misbehave(&rig->fake, FAKE_NOT_HEARD, 1, RIG_REPEATS);
	}
	rig_finish(rig);
	assert_int_equal(job->result.status, 0);
	assert_int_equal(rig->engine.stats.counters.chunks_repeated, 3 * RIG_REPEATS);
}

/* A transfer that is to end is not repeated; the next one starts. */
static void cancelled_during_repeats(void **state)
{
	struct rig *rig = *state;
	struct rig_job *job, *next;

	fake_misbehave(&rig->fake, FAKE_NO_BYTES, 0, 4);
	job = rig_submit(rig, 0, COPY, 120);
	next = rig_submit(rig, 0, TO, 60);
	world_run(3 * FAKE_TIMEOUT_NS + FAKE_DMA_NS / 2);
	assert_string_equal(rig->log, "a>a>a>a>");
	rig_cancel(rig, job);
	rig_finish(rig);
	assert_int_equal(job->result.status, -ECANCELED);
	assert_int_equal(next->result.status, 0);
	assert_string_equal(rig->log, "a>a>a>a>a>");
}

/* As above when the device is unbound: stop waits for the watchdog. */
static void stopped_during_repeats(void **state)
{
	struct rig *rig = *state;
	struct rig_job *job;

	fake_misbehave(&rig->fake, FAKE_NOT_HEARD, 0, 4);
	job = rig_submit(rig, 0, COPY, 120);
	world_run(FAKE_TIMEOUT_NS * 3 / 2);
	rig_remove(rig);
	rig_stop(rig);
	assert_int_equal(job->result.status, -ENODEV);
	assert_false(rig->fake.is_aborted);
	rig_finish(rig);
	assert_string_equal(rig->log, "a>a>");
}

/* A pause ends the repeats; the chunk starts again after it. */
static void paused_during_repeats(void **state)
{
	struct rig *rig = *state;
	struct rig_job *job, *next;

	fake_misbehave(&rig->fake, FAKE_NOT_HEARD, 0, 4);
	job = rig_submit(rig, 0, TO, 120);
	next = rig_submit(rig, 1, TO, 60);
	world_run(FAKE_TIMEOUT_NS * 7 / 2);
	assert_string_equal(rig->log, "a>a>a>a>");
	rig_pause(rig, true);
	assert_int_equal(world.now_ns % FAKE_TIMEOUT_NS, 0);
	assert_string_equal(rig->log, "a>a>a>a>");
	assert_true(job->is_queued);
	assert_false(rig->fake.is_aborted);
	world_run(60ULL * NSEC_PER_SEC);
	rig_resume(rig);
	rig_finish(rig);
	assert_int_equal(job->result.status, 0);
	assert_int_equal(next->result.status, 0);
	assert_string_equal(rig->log, "a>a>a>a>a>b>a>");
}

/* What starts after the pause, the same chunk or another, has all its repeats. */
static void repeats_after_a_pause(void **state)
{
	struct rig *rig = *state;
	struct rig_job *job, *next;

	fake_misbehave(&rig->fake, FAKE_NOT_HEARD, 0, 4 + RIG_REPEATS);
	job = rig_submit(rig, 0, TO, 60);
	next = rig_submit(rig, 1, TO, 60);
	world_run(FAKE_TIMEOUT_NS * 7 / 2);
	rig_pause(rig, true);
	rig_resume(rig);
	rig_finish(rig);
	assert_int_equal(job->result.status, 0);
	assert_int_equal(next->result.status, 0);

	fake_misbehave(&rig->fake, FAKE_NOT_HEARD, 0, 4 + RIG_REPEATS);
	job = rig_submit(rig, 0, TO, 60);
	next = rig_submit(rig, 1, TO, 60);
	world_run(FAKE_TIMEOUT_NS * 7 / 2);
	rig_pause(rig, true);
	rig_cancel(rig, job);
	rig_resume(rig);
	rig_finish(rig);
	assert_int_equal(next->result.status, 0);
}

/* The second chunk of a copy is repeated even while the engine is paused. */
static void second_chunk_repeated_in_a_pause(void **state)
{
	struct rig *rig = *state;
	struct rig_job *job;

	/* The chunk starts just before the watchdog runs for the first time. */
	rig->fake.dma_ns = 300 * NSEC_PER_MSEC;
	rig_submit(rig, 0, TO, 300);
	job = rig_submit(rig, 0, COPY, 120);
	fake_misbehave(&rig->fake, FAKE_NOT_HEARD, 5, 1);
	world_run(1650ULL * NSEC_PER_MSEC);
	rig_pause(rig, true);
	assert_string_equal(rig->log, "a>a>a>a>a>a>a<a<");
	assert_true(job->is_queued);
	rig_resume(rig);
	rig_finish(rig);
	assert_int_equal(job->result.status, 0);
}

/* The interrupt of a chunk that was repeated says nothing of the repeat. */
static void late_interrupt(void **state)
{
	struct rig *rig = *state;
	struct rig_job *job;

	fake_misbehave(&rig->fake, FAKE_IRQ_LATE, 0, 1);
	job = rig_submit(rig, 0, TO, 60);
	world_run(FAKE_TIMEOUT_NS + FAKE_DMA_NS * 3 / 4);
	rig_check(rig);
	assert_int_equal(rig->engine.stats.counters.irqs_spurious, 1);
	assert_true(job->is_queued);
	rig_finish(rig);
	assert_int_equal(job->result.status, 0);
	assert_int_equal(rig->engine.stats.counters.irqs_missed, 1);
}

/* The interrupt of a chunk that was aborted comes when no chunk runs. */
static void late_interrupt_when_idle(void **state)
{
	struct rig *rig = *state;

	fake_misbehave(&rig->fake, FAKE_IRQ_LATE, 0, 1);
	rig_submit(rig, 0, TO, 60);
	world_run(FAKE_TIMEOUT_NS / 2);
	rig_pause(rig, false);
	rig_finish(rig);
	assert_int_equal(rig->engine.stats.counters.irqs_spurious, 1);
}

/* An interrupt of another device on the line is not this device's. */
static void shared_interrupt(void **state)
{
	struct rig *rig = *state;

	fake_misbehave(&rig->fake, FAKE_IRQ_SHARED, 0, 1);
	rig_submit(rig, 0, TO, 60);
	rig_finish(rig);
	assert_int_equal(rig->fake.handled, 1);
	assert_int_equal(rig->engine.stats.counters.irqs, 1);
	assert_int_equal(rig->engine.stats.counters.irqs_spurious, 0);
}

/* A device that fails twice is given another chance by each reset. */
static void failed_twice(void **state)
{
	struct rig *rig = *state;
	struct rig_job *job;
	unsigned int i;

	for (i = 0; i < 2; i++) {
		fake_misbehave(&rig->fake, FAKE_NEVER_ENDS, 0, 1);
		job = rig_submit(rig, i, COPY, 60);
		educma_engine_wait(&rig->engine, &rig->users[i].client);
		assert_int_equal(job->result.status, -ETIMEDOUT);
		assert_int_equal(rig->engine.failed.wakes, i + 1);
		rig_check(rig);
		rig_repair(rig);
	}
	job = rig_submit(rig, 0, COPY, 60);
	rig_finish(rig);
	assert_int_equal(job->result.status, 0);
	assert_int_equal(rig->engine.stats.counters.timeouts, 2);
	assert_int_equal(rig->engine.stats.counters.failures, 2);
}

/* A reset takes a hung chunk with it; what waits is done after it. */
static void reset_of_a_hung_card(void **state)
{
	struct rig *rig = *state;
	struct rig_job *job, *next;

	fake_misbehave(&rig->fake, FAKE_NEVER_ENDS, 0, 1);
	job = rig_submit(rig, 0, COPY, 60);
	next = rig_submit(rig, 0, COPY, 60);
	world_run(FAKE_TIMEOUT_NS / 2);
	rig_repair(rig);
	rig_finish(rig);
	assert_int_equal(job->result.status, -EIO);
	assert_int_equal(next->result.status, 0);
	assert_int_equal(rig->engine.stats.counters.failures, 0);
	assert_int_equal(world.logged, 0);
}

/* Who gets errors takes turns with the others; the device works on. */
static void errors_take_turns(void **state)
{
	struct rig *rig = *state;
	struct rig_job *jobs[3], *other;
	unsigned int i;

	fake_misbehave(&rig->fake, FAKE_ERROR, 0, 1);
	for (i = 0; i < 3; i++)
		jobs[i] = rig_submit(rig, 0, COPY, 60);
	other = rig_submit(rig, 1, TO, 60);
	rig_finish(rig);
	assert_string_equal(rig->log, "a>b>a>a<a>a<");
	assert_int_equal(jobs[0]->result.status, -EIO);
	assert_int_equal(jobs[1]->result.status, 0);
	assert_int_equal(other->result.status, 0);
	assert_int_equal(rig_error(rig), 0);
	assert_int_equal(rig->engine.stats.counters.failures, 0);
	assert_int_equal(world.logged, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_fault_at_every_step),
		cmocka_unit_test(every_fault_at_every_step_of_a_copier),
		cmocka_unit_test_setup(interrupts_lost, rig_begin),
		cmocka_unit_test_setup(never_an_interrupt, rig_begin),
		cmocka_unit_test_setup(never_a_byte, rig_begin),
		cmocka_unit_test_setup(never_heard, rig_begin),
		cmocka_unit_test_setup(repeats_of_each_chunk, rig_begin),
		cmocka_unit_test_setup(cancelled_during_repeats, rig_begin),
		cmocka_unit_test_setup(stopped_during_repeats, rig_begin),
		cmocka_unit_test_setup(paused_during_repeats, rig_begin),
		cmocka_unit_test_setup(repeats_after_a_pause, rig_begin),
		cmocka_unit_test_setup(second_chunk_repeated_in_a_pause, rig_begin),
		cmocka_unit_test_setup(late_interrupt, rig_begin),
		cmocka_unit_test_setup(late_interrupt_when_idle, rig_begin),
		cmocka_unit_test_setup(shared_interrupt, rig_begin),
		cmocka_unit_test_setup(errors_take_turns, rig_begin),
		cmocka_unit_test_setup(failed_twice, rig_begin),
		cmocka_unit_test_setup(reset_of_a_hung_card, rig_begin),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
