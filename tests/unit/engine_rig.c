// SPDX-License-Identifier: GPL-2.0
/* drivers/engine.c beside a model of it: see engine_rig.h. */
#include <stdlib.h>

#include "engine_rig.h"

#define RIG_DST_FILL	0xdd

/* What the engine gets; its memory goes when it completes. */
struct rig_request {
	struct educma_xfer xfer;
	struct rig_job *job;
};

static struct rig rig_of_test;

static void rig_complete(struct educma_xfer *xfer);

/* With which error the engine would refuse a transfer; 0: it would not. */
int rig_error(struct rig *rig)
{
	return educma_state_error(educma_engine_state(&rig->engine));
}

/* The job of a transfer; NULL if it is one of educma_engine_run(). */
static struct rig_job *rig_job_of(const struct educma_xfer *xfer)
{
	if (xfer->complete != rig_complete)
		return NULL;
	return container_of(xfer, struct rig_request, xfer)->job;
}

static struct rig *to_rig(struct fake_card *fake)
{
	return container_of(fake, struct rig, fake);
}

static u8 rig_byte(const struct rig_job *job, u64 at)
{
	return job->cookie * 41 + at * 7 + at / 251;
}

static void rig_log(struct rig *rig, const struct educma_chunk *chunk)
{
	const size_t length = strlen(rig->log);
	const struct rig_job *job = rig_job_of(chunk->xfer);

	if (length + 2 >= sizeof(rig->log))
		return;
	rig->log[length] = job ? 'a' + (job->user - rig->users) : 'i';
	rig->log[length + 1] = "><="[chunk->dir];
}

static u64 rig_min(u64 a, u64 b)
{
	return a < b ? a : b;
}

static u64 rig_max(u64 a, u64 b)
{
	return a > b ? a : b;
}

/* The user's first job; one that is over completes after the next has begun. */
static const struct rig_job *rig_next_job(const struct rig_user *user)
{
	const struct rig_job *job;

	list_for_each_entry(job, &user->jobs, order)
		if (!job->is_over)
			return job;
	return NULL;
}

/* The chunk that must come next of the job. */
static void rig_check_chunk(struct rig *rig, const struct rig_job *job,
			    const struct educma_chunk *chunk)
{
	const u64 to = job->evident[EDUCMA_TO_DEVICE];
	const u64 from = job->evident[EDUCMA_FROM_DEVICE];
	const u64 done = chunk->dir == EDUCMA_TO_DEVICE ? to : from;

	assert_true(job->is_queued);
	assert_false(job->stops);
	assert_ptr_equal(job, rig_next_job(job->user));
	assert_true(done < job->bytes);
	assert_int_equal(chunk->bytes,
			 rig_min(job->bytes - done,
				 rig->engine.chunk_bytes - job->offset));
	assert_int_equal(chunk->src, chunk->dir == EDUCMA_FROM_DEVICE ?
				     job->offset : job->src + done);
	assert_int_equal(chunk->dst, chunk->dir == EDUCMA_TO_DEVICE ?
				     job->offset : job->dst + done);
	if (job->op == EDUCMA_OP_TO_DEVICE)
		assert_int_equal(chunk->dir, EDUCMA_TO_DEVICE);
	else if (job->op == EDUCMA_OP_FROM_DEVICE)
		assert_int_equal(chunk->dir, EDUCMA_FROM_DEVICE);
	else if (chunk->dir == EDUCMA_FROM_DEVICE)
		assert_int_equal(from + chunk->bytes, to);
	else
		assert_int_equal(from, to);
}

static void rig_started(struct fake_card *fake, const struct educma_chunk *chunk)
{
	struct rig *rig = to_rig(fake);
	const struct educma_xfer *xfer = chunk->xfer;
	struct rig_job *job = rig_job_of(xfer);
	const bool again = !rig->is_done && rig->chunk_id == xfer->id &&
			   rig->chunk_done == xfer->done &&
			   rig->chunk.dir == chunk->dir;

	assert_false(rig->removed);
	assert_false(rig->has_failed);
	if (rig->mid_copy)
		assert_int_equal(xfer->id, rig->mid_copy);
	if (rig->paused)
		assert_true(xfer->op == EDUCMA_OP_COPY &&
			    chunk->dir == EDUCMA_FROM_DEVICE);
	if (job) {
		rig_check_chunk(rig, job, chunk);
		job->start_ns = job->start_ns ?: world.now_ns;
	}
	if (!again)
		rig->repeats = 0;
	rig->running = xfer->id;
	rig->chunk = *chunk;
	rig->chunk.start_ns = world.now_ns;
	rig->chunk_id = xfer->id;
	rig->chunk_done = xfer->done;
	rig->is_done = false;
	rig_log(rig, chunk);
}

static void rig_moved(struct fake_card *fake, const struct educma_chunk *chunk,
		      u32 bytes)
{
	struct rig *rig = to_rig(fake);
	struct rig_job *job = rig_job_of(chunk->xfer);

	enum educma_dir dir;

	assert_int_equal(rig->running, rig->chunk_id);
	if (!job)
		return;
	for (dir = 0; dir < EDUCMA_DIRS; dir++)
		if (educma_dir_has(chunk->dir, dir))
			job->moved[dir] = rig_max(job->moved[dir],
						  job->evident[dir] + bytes);
}

static void rig_count_latency(struct rig *rig, enum educma_latency which,
			      u64 ns)
{
	unsigned int row = 0;

	while ((ns >>= 1) && row < EDUCMA_LATENCY_ROWS - 1)
		row++;
	rig->want_latency[which].count[row]++;
}

/* A user's turn is over: everybody who waits since the last one had one. */
static void rig_turn(struct rig *rig, struct rig_user *user)
{
	const u64 last = user->turn;
	struct rig_user *other;

	user->turn = ++rig->turns;
	for (other = rig->users; other < rig->users + RIG_USERS; other++) {
		if (other == user || list_empty(&other->jobs) || !last)
			continue;
		if (other->since < last)
			assert_true(other->turn > last);
	}
}

static void rig_count_chunk(struct rig *rig, const struct educma_chunk *chunk)
{
	const u64 busy_ns = world.now_ns - chunk->start_ns;
	enum educma_dir dir;

	for (dir = 0; dir < EDUCMA_DIRS; dir++) {
		struct educma_dir_counters *stats = &rig->want.dir[dir];

		if (!educma_dir_has(chunk->dir, dir))
			continue;
		stats->bytes += chunk->bytes;
		stats->chunks++;
		stats->busy_ns += busy_ns;
		rig_count_latency(rig, (enum educma_latency)dir, busy_ns);
	}
}

/* The card has reported that the chunk is done. */
static void rig_chunk_done(struct rig *rig)
{
	const struct educma_chunk *chunk = &rig->chunk;
	const struct educma_xfer *xfer = chunk->xfer;
	struct rig_job *job = rig_job_of(xfer);
	enum educma_dir dir;
	const bool first_leg = xfer->op == EDUCMA_OP_COPY &&
			       chunk->dir == EDUCMA_TO_DEVICE;

	assert_int_equal(rig->running, rig->chunk_id);
	rig->is_done = true;
	rig->running = 0;
	rig->mid_copy = first_leg && !(job && job->stops) ? xfer->id : 0;
	if (!xfer->internal)
		rig_count_chunk(rig, chunk);
	if (!job)
		return;
	for (dir = 0; dir < EDUCMA_DIRS; dir++)
		if (educma_dir_has(chunk->dir, dir))
			job->evident[dir] += chunk->bytes;
	dir = chunk->dir == EDUCMA_TO_DEVICE ? EDUCMA_TO_DEVICE :
					       EDUCMA_FROM_DEVICE;
	job->is_over = job->stops || (!rig->mid_copy &&
				      job->evident[dir] == job->bytes);
	if (!rig->mid_copy && !job->is_internal)
		rig_turn(rig, job->user);
}

static void rig_device_fails(struct rig *rig)
{
	rig->want.failures++;
	rig->has_failed = true;
}

/* The card works, but the chunk cannot be done. */
static void rig_chunk_failed(struct rig *rig)
{
	const struct rig_job *job = rig_job_of(rig->chunk.xfer);

	rig->error_ns = world.now_ns;
	rig->running = 0;
	rig->mid_copy = 0;
	if (job && !job->is_internal)
		rig_turn(rig, job->user);
}

static void rig_irq(struct fake_card *fake, enum educma_hw_state state)
{
	struct rig *rig = to_rig(fake);

	if (state != EDUCMA_HW_NOT_OURS)
		rig->want.irqs++;
	if (state == EDUCMA_HW_ENDED)
		rig_chunk_done(rig);
	else if (state == EDUCMA_HW_RUNNING)
		rig->want.irqs_spurious++;
	else if (state == EDUCMA_HW_NO_BUS_MASTER)
		rig_device_fails(rig);
	else if (state == EDUCMA_HW_ERROR)
		rig_chunk_failed(rig);
}

static void rig_idle_irq(struct fake_card *fake, bool ours)
{
	struct rig *rig = to_rig(fake);

	assert_true(!rig->running || rig->is_aborting);
	rig->want.irqs += ours;
	rig->want.irqs_spurious += ours;
}

/* Nothing shows that the chunk is done. */
static void rig_no_evidence(struct rig *rig)
{
	const struct rig_job *job = rig_job_of(rig->chunk.xfer);

	if (job && job->stops) {
		if (!job->is_internal)
			rig_turn(rig, job->user);
		return;
	}
	if (rig->repeats == RIG_REPEATS) {
		rig_device_fails(rig);
		return;
	}
	rig->repeats++;
	rig->want.chunks_repeated++;
	if (rig->paused && !rig->mid_copy) {
		rig->running = 0;
		rig->repeats = 0;
	}
}

static void rig_state(struct fake_card *fake, enum educma_hw_state state)
{
	struct rig *rig = to_rig(fake);

	assert_int_not_equal(rig->running, 0);
	if (!world.in_work)	/* stop or pause asks if a chunk may end */
		return;
	switch (state) {
	case EDUCMA_HW_ENDED:
		rig->want.irqs_missed++;
		rig_no_evidence(rig);
		break;
	case EDUCMA_HW_NOT_STARTED:
		rig_no_evidence(rig);
		break;
	case EDUCMA_HW_ERROR:
		rig_chunk_failed(rig);
		break;
	case EDUCMA_HW_RUNNING:
		rig->want.timeouts++;
		rig_device_fails(rig);
		break;
	default:
		rig_device_fails(rig);
	}
	/* The watchdog looks only after the time that the card asks for. */
	assert_true(world.now_ns - rig->chunk.start_ns >= FAKE_TIMEOUT_NS);
	assert_true(world.now_ns - rig->chunk.start_ns <= 2 * FAKE_TIMEOUT_NS);
}

/* Before that the aborted transfer must not complete. */
static void rig_synced(struct fake_card *fake)
{
	struct rig *rig = to_rig(fake);

	assert_int_not_equal(rig->running, 0);
	rig->is_aborting = false;
	rig->abort_ns = world.now_ns;
	if (rig_job_of(rig->chunk.xfer))
		return;
	/* educma_engine_run() does not tell the model of its end. */
	rig->running = 0;
	rig->mid_copy = 0;
}

static void rig_aborted(struct fake_card *fake)
{
	struct rig *rig = to_rig(fake);

	assert_int_not_equal(rig->running, 0);
	rig->is_aborting = !fake_has_memory(fake);
	if (!rig->is_aborting)
		rig_synced(fake);
}

static const struct fake_watcher rig_watcher = {
	.started = rig_started,
	.moved = rig_moved,
	.irq = rig_irq,
	.idle_irq = rig_idle_irq,
	.state = rig_state,
	.aborted = rig_aborted,
	.synced = rig_synced,
};

/* Each chunk that starts is later done, repeated or abandoned. */
void world_trace(const char *name)
{
	int *events = &rig_of_test.chunk_events;

	if (!strcmp(name, "educma_chunk_start"))
		++*events;
	else if (!strcmp(name, "educma_chunk_done") ||
		 !strcmp(name, "educma_chunk_repeated") ||
		 !strcmp(name, "educma_chunk_abandoned"))
		--*events;
}

static bool rig_uses(const struct rig_job *job, enum educma_dir dir)
{
	return job->op == EDUCMA_OP_COPY ||
	       job->op == (dir == EDUCMA_TO_DEVICE ? EDUCMA_OP_TO_DEVICE :
						     EDUCMA_OP_FROM_DEVICE);
}

/* A success is one only if the bytes have moved, and no others. */
static void rig_check_moved(struct rig *rig, const struct rig_job *job)
{
	const u8 *dst = fake_bus(&rig->fake, job->dst, RIG_SLOT_BYTES);
	enum educma_dir dir;
	u64 i;

	for (dir = 0; dir < EDUCMA_DIRS; dir++) {
		const u64 bytes = rig_uses(job, dir) ? job->bytes : 0;

		assert_int_equal(job->evident[dir], bytes);
		assert_int_equal(job->moved[dir], bytes);
	}
	if (job->op == EDUCMA_OP_COPY)
		for (i = 0; i < job->bytes; i++)
			assert_int_equal(dst[i], rig_byte(job, i));
}

/* No byte outside of the transfer's destination was written. */
static void rig_check_around(struct rig *rig, const struct rig_job *job)
{
	const u8 *src = fake_bus(&rig->fake, job->src, RIG_SLOT_BYTES);
	const u8 *dst = fake_bus(&rig->fake, job->dst, RIG_SLOT_BYTES);
	u64 i;

	for (i = 0; i < job->bytes; i++)
		assert_int_equal(src[i], rig_byte(job, i));
	for (i = job->moved[EDUCMA_FROM_DEVICE]; i < job->bytes + 8; i++)
		assert_int_equal(dst[i], RIG_DST_FILL);
}

static void rig_count_job(struct rig *rig, const struct rig_job *job)
{
	enum educma_dir dir;

	for (dir = 0; dir < EDUCMA_DIRS; dir++) {
		if (!rig_uses(job, dir))
			continue;
		if (job->result.status)
			rig->want.dir[dir].errors++;
		else
			rig->want.dir[dir].transfers++;
	}
	if (job->result.status)
		return;
	rig_count_latency(rig, EDUCMA_LATENCY_QUEUED,
			  job->result.start_ns - job->result.submit_ns);
	rig_count_latency(rig, EDUCMA_LATENCY_RUN,
			  world.now_ns - job->result.start_ns);
}

static void rig_check_status(struct rig *rig, const struct rig_job *job)
{
	switch (job->result.status) {
	case 0:
		assert_ptr_equal(&job->order, job->user->jobs.next);
		rig_check_moved(rig, job);
		break;
	case -ECANCELED:
		assert_true(job->is_cancelled);
		break;
	default:	/* The device has failed, or the chunk was aborted. */
		assert_true(rig_error(rig) || rig->abort_ns == world.now_ns ||
			    rig->error_ns == world.now_ns);
	}
}

static void rig_complete(struct educma_xfer *xfer)
{
	struct rig_job *job = rig_job_of(xfer);
	struct rig *rig = &rig_of_test;

	lockdep_assert_held(&rig->engine.lock);
	assert_true(job->is_queued);
	assert_int_equal(job->completed, 0);
	job->result = *xfer;
	assert_false(rig->is_aborting && rig->running == xfer->id);
	assert_int_equal(xfer->submit_ns, job->submit_ns);
	assert_int_equal(xfer->start_ns, job->start_ns);
	assert_int_equal(xfer->end_ns, world.now_ns);
	rig_check_status(rig, job);
	rig_check_around(rig, job);
	rig->want.queue_depth--;
	if (!job->is_internal)
		rig_count_job(rig, job);
	if (rig->running == xfer->id)
		rig->running = 0;
	if (rig->mid_copy == xfer->id)
		rig->mid_copy = 0;
	job->completed++;
	job->is_queued = false;
	list_del(&job->order);
	rig->outstanding--;
	free(container_of(xfer, struct rig_request, xfer));
}

/* A device is bound: an engine with nothing to do. */
void rig_probe(struct rig *rig)
{
	unsigned int i;

	assert_int_equal(rig->outstanding, 0);
	world_forget(&rig->fake.end);
	world_forget(&rig->fake.early);
	world_forget(&rig->fake.late);
	memset(&rig->engine, 0, sizeof(rig->engine));
	fake_begin(&rig->fake, rig->card, &rig->engine, &rig_watcher);
	educma_engine_init(&rig->engine, &rig->fake.hw, rig->chunk_bytes);
	memset(&rig->want, 0, sizeof(rig->want));
	memset(rig->want_latency, 0, sizeof(rig->want_latency));
	for (i = 0; i < RIG_USERS; i++) {
		educma_client_init(&rig->users[i].client);
		INIT_LIST_HEAD(&rig->users[i].jobs);
		rig->users[i].since = 0;
		rig->users[i].turn = 0;
	}
	rig->turns = 0;
	rig->paused = false;
	rig->removed = false;
	rig->has_failed = false;
	rig->is_aborting = false;
	rig->running = 0;
	rig->chunk_id = 0;
	rig->mid_copy = 0;
}

static int rig_begin_with(void **state, const struct educma_card *card)
{
	struct rig *rig = &rig_of_test;

	/* As a machine that runs since 100 s. */
	world_begin(100 * (u64)NSEC_PER_SEC);
	memset(rig, 0, sizeof(*rig));
	rig->card = card;
	rig->chunk_bytes = FAKE_CHUNK_BYTES;
	rig_probe(rig);
	*state = rig;
	return 0;
}

/* Setup of a test with the card that has memory of its own. */
int rig_begin(void **state)
{
	return rig_begin_with(state, &fake_educma_card);
}

/* Setup of a test with the copier. */
int rig_begin_copier(void **state)
{
	return rig_begin_with(state, &fake_educma_copier);
}

/* Let everything come to its end, and check that nothing is left. */
void rig_finish(struct rig *rig)
{
	world_run(60 * (u64)NSEC_PER_SEC);
	rig_check(rig);
	rig_check_latency(rig);
	assert_int_equal(rig->outstanding, 0);
	assert_true(list_empty(&rig->engine.ready));
	assert_null(rig->engine.running.xfer);
	assert_null(world.events);
}

static struct rig_job *rig_free_job(struct rig *rig)
{
	unsigned int i;

	for (i = 0; i < RIG_JOBS; i++) {
		const unsigned int slot = rig->next_job++ % RIG_JOBS;

		if (!rig->jobs[slot].is_queued)
			return &rig->jobs[slot];
	}
	return NULL;
}

static void rig_fill(struct rig *rig, struct rig_job *job)
{
	const u64 slot = job - rig->jobs;
	u8 *bytes;
	u64 i;

	job->src = FAKE_BUS_BASE + 2 * slot * RIG_SLOT_BYTES;
	job->dst = job->src + RIG_SLOT_BYTES;
	bytes = fake_bus(&rig->fake, job->src, job->bytes);
	for (i = 0; i < job->bytes; i++)
		bytes[i] = rig_byte(job, i);
	memset(fake_bus(&rig->fake, job->dst, job->bytes + 8), RIG_DST_FILL,
	       job->bytes + 8);
}

/*
 * Submit a transfer. Returns NULL if the engine refuses it, or all are used. On
 * the copier each transfer is a copy, whatever @op and @offset ask for.
 */
struct rig_job *rig_submit_at(struct rig *rig, unsigned int user, u32 op,
			      u64 bytes, u32 offset, bool is_internal)
{
	struct rig_job *job = rig_free_job(rig);
	const int error = rig_error(rig);
	struct rig_request *request;
	int ret;

	assert_in_range(bytes, 1, RIG_BYTES_MAX);
	if (!job)
		return NULL;
	if (!fake_has_memory(&rig->fake)) {
		op = EDUCMA_OP_COPY;
		offset = 0;
	}
	memset(job, 0, sizeof(*job));
	job->user = &rig->users[user];
	job->cookie = ++rig->cookies;
	job->op = op;
	job->is_internal = is_internal;
	job->offset = offset;
	job->bytes = bytes;
	job->submit_ns = world.now_ns;
	rig_fill(rig, job);
	request = malloc(sizeof(*request));
	assert_non_null(request);
	/* The engine's fields may hold anything. */
	memset(request, 0x5a, sizeof(*request));
	request->job = job;
	request->xfer.complete = rig_complete;
	request->xfer.cookie = job->cookie;
	request->xfer.op = op;
	request->xfer.offset = offset;
	request->xfer.internal = is_internal;
	request->xfer.src = job->src;
	request->xfer.dst = job->dst;
	request->xfer.bytes = bytes;
	/* A transfer may start at once, so the model is told before. */
	if (!error) {
		if (list_empty(&job->user->jobs))
			job->user->since = rig->turns;
		list_add_tail(&job->order, &job->user->jobs);
		job->is_queued = true;
		rig->outstanding++;
		rig->want.queue_depth++;
	}
	ret = educma_engine_submit(&rig->engine, &job->user->client,
				   &request->xfer);
	assert_int_equal(ret, error);
	if (ret) {
		free(request);
		return NULL;
	}
	return job;
}

/* As above, in the usual way. */
struct rig_job *rig_submit(struct rig *rig, unsigned int user, u32 op,
			   u64 bytes)
{
	return rig_submit_at(rig, user, op, bytes, 0, false);
}

/* Whether the card works for the job; the job must be queued. */
static bool rig_runs(const struct rig *rig, const struct rig_job *job)
{
	return rig->running && rig_job_of(rig->chunk.xfer) == job;
}

static void rig_will_cancel(struct rig *rig, struct rig_job *job)
{
	job->is_cancelled = true;
	job->stops = rig_runs(rig, job);
}

/* Cancel a job, queued or not. */
bool rig_cancel(struct rig *rig, struct rig_job *job)
{
	const bool was_queued = job->is_queued;
	bool found;

	if (was_queued)
		rig_will_cancel(rig, job);
	found = educma_engine_cancel(&rig->engine, &job->user->client,
				     job->cookie);
	assert_int_equal(found, was_queued);
	/* What waited has ended; what runs ends with its chunk. */
	assert_int_equal(job->is_queued, was_queued && job->stops);
	return found;
}

void rig_cancel_all(struct rig *rig, unsigned int user)
{
	struct rig_job *job, *next;

	list_for_each_entry(job, &rig->users[user].jobs, order)
		rig_will_cancel(rig, job);
	educma_engine_cancel_all(&rig->engine, &rig->users[user].client);
	list_for_each_entry_safe(job, next, &rig->users[user].jobs, order)
		assert_true(job->stops);
}

/* The job that runs is to end with its chunk. */
static void rig_will_stop(struct rig *rig)
{
	struct rig_job *job = rig->running ? rig_job_of(rig->chunk.xfer) : NULL;

	if (job)
		job->stops = true;
}

void rig_pause(struct rig *rig, bool drain)
{
	rig->paused = true;
	educma_engine_pause(&rig->engine, drain);
	assert_int_equal(rig->running, 0);
	assert_null(rig->engine.running.xfer);
	/* No DMA runs, or the card is cut off. */
	assert_true(rig->fake.is != EDUCMA_HW_RUNNING || rig->fake.is_aborted);
	assert_false(delayed_work_pending(&rig->engine.watchdog));
}

void rig_resume(struct rig *rig)
{
	rig->paused = false;
	rig->has_failed = false;
	educma_engine_resume(&rig->engine);
	assert_int_equal(rig_error(rig), 0);
}

/* The device has not come back; the engine is paused. */
void rig_fail(struct rig *rig, enum educma_state state)
{
	rig->want.failures++;
	educma_engine_fail(&rig->engine, state);
	assert_int_equal(rig->outstanding, 0);
}

void rig_remove(struct rig *rig)
{
	rig_will_stop(rig);
	rig->removed = true;
	educma_engine_remove(&rig->engine);
	assert_in_range(rig->outstanding, 0, !!rig->running);
}

/* After rig_remove(). */
void rig_stop(struct rig *rig)
{
	const u64 began = world.now_ns;
	const bool runs = rig->running;
	const unsigned long failures = rig->want.failures;

	educma_engine_stop(&rig->engine);
	/* The chunk was aborted, and not by the watchdog. */
	if (runs && rig->abort_ns == world.now_ns &&
	    failures == rig->want.failures && rig->fake.is_aborted)
		rig->want.failures++;
	assert_true(world.now_ns - began <= 2 * FAKE_TIMEOUT_NS + FAKE_SYNC_NS);
	assert_int_equal(rig->outstanding, 0);
	assert_false(delayed_work_pending(&rig->engine.watchdog));
}

/* The device is reset, as by the PCI core, and works again. */
void rig_repair(struct rig *rig)
{
	rig_pause(rig, false);
	fake_connect(&rig->fake);
	rig_resume(rig);
}

/**
 * struct rig_counter - a counter
 * @name: name of its file in sysfs
 * @offset: of its field in struct educma_counters
 */
struct rig_counter {
	const char *name;
	size_t offset;
};

#define RIG_TO_DEVICE(_name) \
	{ "to_device_" #_name, \
	  offsetof(struct educma_counters, dir[EDUCMA_TO_DEVICE]._name) },
#define RIG_FROM_DEVICE(_name) \
	{ "from_device_" #_name, \
	  offsetof(struct educma_counters, dir[EDUCMA_FROM_DEVICE]._name) },
#define RIG_OF_DEVICE(_name) \
	{ #_name, offsetof(struct educma_counters, _name) },

static const struct rig_counter rig_counters[] = {
	EDUCMA_DIR_COUNTERS(RIG_TO_DEVICE)
	EDUCMA_DIR_COUNTERS(RIG_FROM_DEVICE)
	EDUCMA_DEVICE_COUNTERS(RIG_OF_DEVICE)
};

static u64 rig_counter_value(const struct educma_counters *counters,
			     const struct rig_counter *counter)
{
	return *(const u64 *)((const char *)counters + counter->offset);
}

static void rig_check_counters(struct rig *rig)
{
	struct educma_counters stats;
	unsigned int i;
	u64 is, want;

	educma_stats_counters(&rig->engine.stats, &stats);
	for (i = 0; i < ARRAY_SIZE(rig_counters); i++) {
		is = rig_counter_value(&stats, &rig_counters[i]);
		want = rig_counter_value(&rig->want, &rig_counters[i]);
		if (is != want)
			fail_msg("the engine counts %llu %s, the model %llu",
				 (unsigned long long)is, rig_counters[i].name,
				 (unsigned long long)want);
	}
}

/* What must be true at any time outside of the engine. */
void rig_check(struct rig *rig)
{
	assert_int_equal(world.locks, 0);
	assert_false(world.irqs_off);
	/* The watchdog syncs what an interrupt has aborted. */
	while (rig->is_aborting)
		assert_true(world_step(world.now_ns + FAKE_TIMEOUT_NS));
	rig_check_counters(rig);
	assert_int_equal(rig->outstanding, rig->want.queue_depth);
	assert_int_equal(rig->chunk_events, !!rig->running);
	assert_int_equal(!!rig->engine.running.xfer, !!rig->running);
	if (!rig->running && !rig->paused)
		assert_int_equal(rig->outstanding, 0);
	if (!rig->has_failed)
		return;
	assert_true(rig->fake.is_aborted);
	assert_int_equal(rig->outstanding, 0);
	assert_int_not_equal(rig_error(rig), 0);
	assert_int_not_equal(world.logged, 0);
}

void rig_check_latency(struct rig *rig)
{
	struct educma_histogram is;
	enum educma_latency which;

	for (which = 0; which < EDUCMA_LATENCIES; which++) {
		educma_stats_latency(&rig->engine.stats, which, &is);
		assert_memory_equal(&is, &rig->want_latency[which], sizeof(is));
	}
}
