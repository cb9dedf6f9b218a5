// SPDX-License-Identifier: GPL-2.0
/* drivers/engine.c: a million random steps beside the model of engine_rig.c. */
#include <stdlib.h>

#include "engine_rig.h"

#define STEPS		1000000
#define SUBMITTERS	(RIG_USERS - 1)	/* The last user is the driver itself. */

static u64 seed = 20261121;

/* A number below @limit, the same ones in each run. */
static unsigned int number(unsigned int limit)
{
	seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
	return (seed >> 33) % limit;
}

static u32 any_op(void)
{
	static const u32 ops[] = { EDUCMA_OP_TO_DEVICE, EDUCMA_OP_FROM_DEVICE,
				   EDUCMA_OP_COPY };

	return ops[number(3)];
}

static void submit(struct rig *rig)
{
	const u64 bytes = 1 + number(number(4) ? 120 : 300);
	const u32 offset = number(8) ? 0 : 30 + number(20);

	rig_submit_at(rig, number(SUBMITTERS), any_op(), bytes, offset, false);
}

static void submit_internal(struct rig *rig)
{
	if (list_empty(&rig->users[SUBMITTERS].jobs))
		rig_submit_at(rig, SUBMITTERS, any_op(), 1 + number(60), 0,
			      true);
}

static void cancel(struct rig *rig)
{
	struct rig_job *job = &rig->jobs[number(RIG_JOBS)];

	if (job->is_queued && !job->is_internal)
		rig_cancel(rig, job);
}

static void cancel_all(struct rig *rig)
{
	const unsigned int user = number(SUBMITTERS);

	rig_cancel_all(rig, user);
	/* As close() does, which waits for its own transfers. */
	if (number(2) && !rig->paused)
		educma_engine_wait(&rig->engine, &rig->users[user].client);
}

static void misbehave(struct rig *rig)
{
	const enum fake_fault fault = number(4) ? 1 + number(FAKE_HARMLESS) :
						  number(FAKE_FAULTS);

	fake_misbehave(&rig->fake, fault, number(4),
		       1 + (number(8) ? 0 : number(9)));
}

static void run(struct rig *rig)
{
	int ret;

	if (rig->paused)
		return;
	rig->want.queue_depth++;
	rig->outstanding++;
	ret = rig_error(rig);
	if (!ret)
		ret = educma_engine_run(&rig->engine, &rig->users[3].client,
					EDUCMA_OP_COPY, RIG_SPARE,
					RIG_SPARE + 0x800, 120);
	rig->want.queue_depth--;
	rig->outstanding--;
	assert_true(!ret || rig_error(rig) || rig->error_ns == world.now_ns);
}

static void pause_or_resume(struct rig *rig)
{
	if (!rig->paused) {
		rig_pause(rig, number(2));
		return;
	}
	if (!number(8))
		rig_fail(rig, number(2) ? EDUCMA_FAILED : EDUCMA_NO_RESPONSE);
	fake_connect(&rig->fake);
	rig_resume(rig);
}

static void unbind(struct rig *rig)
{
	rig_remove(rig);
	world_run(number(3) * FAKE_DMA_NS / 2);
	rig_stop(rig);
	rig_check(rig);
	rig_check_latency(rig);
	rig_probe(rig);
}

static void look(struct rig *rig)
{
	const u64 rate = educma_stats_bandwidth(&rig->engine.stats, number(2));

	/* A chunk of 60 bytes takes 100 ms or longer. */
	assert_in_range(rate, 0, 600);
	rig_check_latency(rig);
	educma_engine_dump(&rig->engine, NULL);
	if (!number(8))
		educma_stats_set_window(&rig->engine.stats, 10 + number(59991));
}

static void step(struct rig *rig)
{
	const unsigned int what = number(1000);

	if (rig->paused && !number(30))
		pause_or_resume(rig);
	else if (what < 300)
		submit(rig);
	else if (what < 750)
		world_step(world.now_ns + FAKE_TIMEOUT_NS);
	else if (what < 870)
		world_run(number(2 * FAKE_DMA_NS));
	else if (what < 900)
		submit_internal(rig);
	else if (what < 940)
		cancel(rig);
	else if (what < 950)
		cancel_all(rig);
	else if (what < 970)
		misbehave(rig);
	else if (what < 975)
		fake_interrupt(&rig->fake, number(2) ? EDUCMA_HW_RUNNING :
						       EDUCMA_HW_NOT_OURS);
	else if (what < 982)
		look(rig);
	else if (what < 998)
		pause_or_resume(rig);
	else if (what < 999)
		run(rig);
	else
		unbind(rig);
}

static void random_steps(void **state)
{
	struct rig *rig = *state;
	unsigned long done = 0, failed = 0, repeated = 0;
	unsigned int i;

	for (i = 0; i < STEPS; i++) {
		const unsigned int outstanding = rig->outstanding;

		step(rig);
		rig_check(rig);
		done += rig->outstanding < outstanding;
		repeated += rig->repeats > 0;
		failed += rig->has_failed;
		if (rig->has_failed && !number(4))
			rig_repair(rig);
	}
	rig_repair(rig);
	rig_finish(rig);
	/* The steps must have met what they are for. */
	assert_true(done > STEPS / 10);
	assert_true(failed > STEPS / 500);
	assert_true(repeated > STEPS / 100);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(random_steps, rig_begin),
		cmocka_unit_test_setup(random_steps, rig_begin_copier),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
