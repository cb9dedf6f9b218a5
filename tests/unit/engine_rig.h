/* SPDX-License-Identifier: GPL-2.0 */
/*
 * drivers/engine.c with a fake card and a few users, and a model of what must
 * be true of them. The model knows only what goes in and what the card sees; a
 * test fails at once where the engine and the model disagree.
 */
#ifndef ENGINE_RIG_H
#define ENGINE_RIG_H

#include "test.h"

#include "fake_card.h"

#define RIG_USERS	4
#define RIG_JOBS	128
#define RIG_BYTES_MAX	400
#define RIG_SLOT_BYTES	512
/* Bus addresses that no job uses. */
#define RIG_SPARE	(FAKE_BUS_BASE + 2 * RIG_JOBS * RIG_SLOT_BYTES)
#define RIG_LARGE	(RIG_SPARE + 4096)	/* 6 MiB */
#define RIG_REPEATS	7	/* of a chunk, then the device has failed */

struct rig;

/**
 * struct rig_job - a transfer, and what has become of it
 * @user: whose
 * @cookie: its cookie, a number of its own
 * @order: in the user's @jobs while it is queued
 * @is_queued: it was submitted and has not completed
 * @completed: how often it has completed
 * @is_cancelled: it was cancelled
 * @stops: it is to end with its chunk
 * @is_over: its last chunk is done, so that it completes next
 * @op: what was asked for
 * @is_internal: as struct educma_xfer
 * @offset: as struct educma_xfer
 * @bytes: as struct educma_xfer
 * @src: bus address
 * @dst: bus address
 * @submit_ns: when it was submitted
 * @start_ns: when its first chunk started
 * @evident: bytes that the card has reported to be done, by direction
 * @moved: bytes that have moved, by direction
 * @result: the transfer when it completed; the engine's one is freed then
 */
struct rig_job {
	struct rig_user *user;
	u64 cookie;
	struct list_head order;
	bool is_queued;
	unsigned int completed;
	bool is_cancelled;
	bool stops;
	bool is_over;
	u32 op;
	bool is_internal;
	u32 offset;
	u64 bytes;
	u64 src;
	u64 dst;
	u64 submit_ns;
	u64 start_ns;
	u64 evident[EDUCMA_DIRS];
	u64 moved[EDUCMA_DIRS];
	struct educma_xfer result;
};

/**
 * struct rig_user - a client of the engine
 * @client: the engine's part
 * @jobs: queued jobs, in order of submission
 * @since: the number of turns when @jobs was empty last
 * @turn: the number of the user's last turn, from 1
 */
struct rig_user {
	struct educma_client client;
	struct list_head jobs;
	u64 since;
	u64 turn;
};

/**
 * struct rig - everything together
 * @engine: under test
 * @fake: its card
 * @card: which of the two cards that is
 * @chunk_bytes: most bytes of a chunk
 * @users: its clients
 * @jobs: transfers; those that are not queued are used again
 * @next_job: where to look for one
 * @outstanding: jobs that are queued
 * @cookies: jobs so far
 * @turns: turns so far
 * @paused: between pause and resume
 * @removed: after educma_engine_remove()
 * @has_failed: the model says that the device has failed
 * @abort_ns: when the card was aborted, or synced, last
 * @is_aborting: the copier was aborted, and is not synced
 * @error_ns: when the card reported an error last
 * @running: the transfer that the card works for, by its number; 0: none
 * @chunk: the last chunk that was started
 * @chunk_id: the number of its transfer
 * @chunk_done: how much of its transfer was done before
 * @is_done: it was done
 * @mid_copy: the number of the copy whose second chunk must be next; or 0
 * @repeats: how often the chunk was repeated
 * @want: what the counters must be
 * @want_latency: what the histograms must be
 * @chunk_events: chunks started less those done, repeated or abandoned, as
 *	traced
 * @log: the chunks in order: the user's letter, and > or < for the direction,
 *	or = from memory to memory
 */
struct rig {
	struct educma_engine engine;
	struct fake_card fake;
	const struct educma_card *card;
	u32 chunk_bytes;
	struct rig_user users[RIG_USERS];
	struct rig_job jobs[RIG_JOBS];
	unsigned int next_job;
	unsigned int outstanding;
	u64 cookies;
	u64 turns;
	bool paused;
	bool removed;
	bool has_failed;
	u64 abort_ns;
	bool is_aborting;
	u64 error_ns;
	u64 running;
	struct educma_chunk chunk;
	u64 chunk_id;
	u64 chunk_done;
	bool is_done;
	u64 mid_copy;
	unsigned int repeats;
	struct educma_counters want;
	struct educma_histogram want_latency[EDUCMA_LATENCIES];
	int chunk_events;
	char log[256];
};

int rig_begin(void **state);
int rig_begin_copier(void **state);
void rig_probe(struct rig *rig);
int rig_error(struct rig *rig);
struct rig_job *rig_submit(struct rig *rig, unsigned int user, u32 op,
			   u64 bytes);
struct rig_job *rig_submit_at(struct rig *rig, unsigned int user, u32 op,
			      u64 bytes, u32 offset, bool is_internal);
bool rig_cancel(struct rig *rig, struct rig_job *job);
void rig_cancel_all(struct rig *rig, unsigned int user);
void rig_pause(struct rig *rig, bool drain);
void rig_resume(struct rig *rig);
void rig_fail(struct rig *rig, enum educma_state state);
void rig_remove(struct rig *rig);
void rig_stop(struct rig *rig);
void rig_repair(struct rig *rig);
void rig_check(struct rig *rig);
void rig_check_latency(struct rig *rig);
void rig_finish(struct rig *rig);

#endif
