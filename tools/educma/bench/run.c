// SPDX-License-Identifier: GPL-2.0
/*
 * educma bench: one process keeps a few transfers in flight for each device, and
 * sleeps until some have ended: in the call that collects them, or with several
 * devices in poll(). So a device never waits for the process unless it is faster
 * than a wake-up, and the processor time of the process is what the transfers cost.
 */
#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "bench.h"
#include "size.h"
#include "sysfs.h"

#define NSEC_PER_SEC	1000000000ULL

/* A signal that comes just before a wait is seen at most this much later. */
#define WAIT_MS		1000

/**
 * struct lane - a device and its part of the row that is being measured
 * @s: the device
 * @buffer: the source and destination of all transfers
 * @submitted: the number of transfers that were submitted
 * @done: the number of those that have ended
 * @fastest_ns: the shortest run time of a transfer
 */
struct lane {
	struct session s;
	struct educma_buffer buffer;
	uint64_t submitted;
	uint64_t done;
	uint64_t fastest_ns;
};

struct bench_run {
	const struct context *ctx;
	unsigned int depth;
	size_t count;
	struct lane *lane;
	struct pollfd *pfd;
};

static int check_depth(const struct bench_run *run, const struct lane *lane)
{
	static const struct failure failure = { .status = STATUS_USAGE };

	if (run->depth <= lane->s.info.max_in_flight)
		return 0;
	return fail(run->ctx, &failure,
		    "%u transfers in flight: the driver allows %u (its parameter max_in_flight)",
		    run->depth, lane->s.info.max_in_flight);
}

static int open_lanes(struct bench_run *run, const struct educma_entry *list,
		      uint64_t bytes)
{
	struct lane *lane;
	int status = 0;
	size_t i;

	for (i = 0; !status && i < run->count; i++) {
		lane = &run->lane[i];
		/* Another user of the device would be measured, too. */
		status = open_entry_alone(run->ctx, &list[i], &lane->s);
		if (!status)
			status = check_depth(run, lane);
		if (!status)
			status = alloc_buffer(run->ctx, &lane->s, bytes,
					      &lane->buffer);
	}
	return status;
}

/* Finds the devices to use: -d's, or the ones with the lowest numbers. */
static int choose(const struct context *ctx, size_t devices,
		  struct educma_entry **list, size_t *count)
{
	struct educma_entry entry;
	int status, err;

	status = find_device(ctx, &entry);
	if (status)
		return status;
	err = educma_list(ctx->sysroot, list, count);
	if (err)
		return fail_system(ctx, err, "devices");
	if (!*count)	/* the last device has gone since */
		return fail_no_device(ctx);
	if (ctx->device) {
		(*list)[0] = entry;
		*count = 1;
	}
	if (devices < *count)
		*count = devices;
	return 0;
}

int bench_open(const struct context *ctx, size_t devices, uint64_t bytes,
	       unsigned int depth, struct bench_run **run)
{
	struct educma_entry *list;
	struct bench_run *r;
	size_t count;
	int status;

	status = choose(ctx, devices, &list, &count);
	if (status)
		return status;
	r = calloc(1, sizeof(*r));
	if (r) {
		*r = (struct bench_run){ .ctx = ctx, .depth = depth,
					 .count = count };
		r->lane = calloc(count, sizeof(*r->lane));
		r->pfd = calloc(count, sizeof(*r->pfd));
	}
	if (!r || !r->lane || !r->pfd)
		status = fail_system(ctx, -ENOMEM, "devices");
	else
		status = open_lanes(r, list, bytes);
	free(list);
	if (status)
		bench_close(r);
	else
		*run = r;
	return status;
}

void bench_close(struct bench_run *run)
{
	size_t i;

	if (!run)
		return;
	for (i = 0; run->lane && i < run->count; i++) {
		if (run->lane[i].s.dev)
			educma_free(run->lane[i].s.dev, &run->lane[i].buffer);
		educma_close(run->lane[i].s.dev);
	}
	free(run->lane);
	free(run->pfd);
	free(run);
}

size_t bench_devices(const struct bench_run *run)
{
	return run->count;
}

void bench_describe(const struct bench_run *run, struct bench_result *result)
{
	const struct educma_info *info = &run->lane[0].s.info;
	static struct utsname name;
	const time_t now = time(NULL);
	static char date[32];
	struct tm tm;

	if (!uname(&name))
		result->kernel = name.release;
	if (strftime(date, sizeof(date), "%FT%TZ", gmtime_r(&now, &tm)))
		result->date = date;
	result->chunk_bytes = info->chunk_bytes;
	result->limit = edu_limit(info);
	result->depth = run->depth;
}

/* Fills the lane's queue. */
static int submit(struct bench_run *run, struct lane *lane,
		  const struct bench_row *row)
{
	const uint64_t room = run->depth - (lane->submitted - lane->done);
	const uint64_t left = row->iterations - lane->submitted;
	const size_t count = room < left ? room : left;
	const uint64_t handle = lane->buffer.handle;
	struct educma_submit reqs[BENCH_DEPTH_MAX];
	size_t queued, i;
	int err;

	if (!count)
		return 0;
	for (i = 0; i < count; i++)
		reqs[i] = (struct educma_submit){
			.op = row->op,
			.src_handle = row->op == EDUCMA_OP_FROM_DEVICE ? 0 : handle,
			.dst_handle = row->op == EDUCMA_OP_TO_DEVICE ? 0 : handle,
			.bytes = row->bytes,
		};
	err = educma_submit_many(lane->s.dev, reqs, count, &queued);
	lane->submitted += queued;
	return err;
}

/* Collects the transfers that have ended, after waiting for @min of them. */
static int collect(struct lane *lane, size_t min, uint64_t **latency)
{
	struct educma_completion done[BENCH_DEPTH_MAX];
	size_t got, i;
	int err;

	err = educma_collect(lane->s.dev, done, min, BENCH_DEPTH_MAX, &got,
			     educma_deadline(WAIT_MS));
	if (err)
		return err == -ETIMEDOUT || err == -EINTR ? 0 : err;
	for (i = 0; i < got; i++) {
		if (done[i].status)
			return done[i].status;
		*(*latency)++ = done[i].queued_ns + done[i].run_ns;
		if (done[i].run_ns < lane->fastest_ns)
			lane->fastest_ns = done[i].run_ns;
	}
	lane->done += got;
	return 0;
}

static int start_lanes(struct bench_run *run, const struct bench_row *row)
{
	struct lane *lane;
	int err = 0;
	size_t i;

	for (i = 0; !err && i < row->devices; i++) {
		lane = &run->lane[i];
		lane->submitted = 0;
		lane->done = 0;
		lane->fastest_ns = UINT64_MAX;
		run->pfd[i] = (struct pollfd){
			.fd = educma_fd(lane->s.dev), .events = POLLIN,
		};
		err = submit(run, lane, row);
	}
	return err;
}

/* Collects from a lane, and fills its queue again. */
static int turn_lane(struct bench_run *run, struct lane *lane, size_t min,
		     const struct bench_row *row, uint64_t **latency)
{
	return collect(lane, min, latency) ?: submit(run, lane, row);
}

/* Waits for any of several devices. */
static int turn_lanes(struct bench_run *run, const struct bench_row *row,
		      uint64_t **latency)
{
	int err = 0;
	size_t i;

	if (poll(run->pfd, row->devices, WAIT_MS) < 0 && errno != EINTR)
		return -errno;
	for (i = 0; !err && i < row->devices; i++) {
		if (!run->pfd[i].revents)
			continue;
		err = turn_lane(run, &run->lane[i], 0, row, latency);
		/* poll() no longer waits for a device that is done. */
		if (run->lane[i].done == row->iterations)
			run->pfd[i].fd = -1;
	}
	return err;
}

/*
 * Collects the transfers that have ended, and submits as many new ones. From one
 * device half of the queue is collected at once, while it works on the other half.
 */
static int turn(struct bench_run *run, const struct bench_row *row,
		uint64_t **latency)
{
	int err;

	if (row->devices == 1)
		err = turn_lane(run, run->lane, (run->depth + 1) / 2, row,
				latency);
	else
		err = turn_lanes(run, row, latency);
	return signals_pending() ? -EINTR : err;
}

static uint64_t process_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return t.tv_sec * NSEC_PER_SEC + t.tv_nsec;
}

/*
 * Reads how long the processors have been idle, added up. Waiting for disks is
 * idle, too. Returns 0, or the status of a reported failure.
 */
static int read_idle(const struct context *ctx, uint64_t *ns)
{
	static const struct failure no_number = { .status = STATUS_FAILURE };
	static const char path[] = "/proc/stat";
	unsigned long long idle, iowait;
	int numbers;
	FILE *file;

	file = sysfs_fopen(ctx->sysroot, path, 0);
	if (!file)
		return fail_system(ctx, -errno, "%s", path);
	numbers = fscanf(file, "cpu %*u %*u %*u %llu %llu", &idle, &iowait);
	fclose(file);
	if (numbers != 2)
		return fail(ctx, &no_number, "%s: it does not hold the processors' times",
			    path);
	*ns = (idle + iowait) * BENCH_STEP_NS;
	return 0;
}

static uint64_t machine_ns(uint64_t elapsed_ns, uint64_t idle_ns)
{
	const uint64_t all = elapsed_ns * sysconf(_SC_NPROCESSORS_ONLN);

	return all > idle_ns ? all - idle_ns : 0;
}

static int move(struct bench_run *run, struct bench_row *row,
		uint64_t *latency)
{
	const uint64_t *end = latency + row->devices * row->iterations;
	const uint64_t process = process_ns();
	const uint64_t start = monotonic_ns();
	int err;

	err = start_lanes(run, row);
	while (!err && latency < end)
		err = turn(run, row, &latency);
	row->elapsed_ns = monotonic_ns() - start;
	row->process_ns = process_ns() - process;
	return err;
}

static int by_value(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

#define LATENCY_PERCENT(index, percent, name) percent,

static void summarize(const struct bench_run *run, struct bench_row *row,
		      uint64_t *latency)
{
	static const unsigned int percents[] = {
		BENCH_LATENCY_LIST(LATENCY_PERCENT)
	};
	const uint64_t n = row->devices * row->iterations;
	size_t i;

	qsort(latency, n, sizeof(*latency), by_value);
	for (i = 0; i < BENCH_LATENCIES; i++)
		row->latency_ns[i] = latency[(n * percents[i] + 99) / 100 - 1];
	row->peak = 0;
	for (i = 0; i < row->devices; i++)
		row->peak += rate_per_s(row->bytes, run->lane[i].fastest_ns);
}

static int fail_measure(const struct bench_run *run,
			const struct bench_row *row, int err)
{
	static const struct failure stopped = { .status = STATUS_FAILURE };

	if (signals_pending())
		return fail(run->ctx, &stopped, "%s: stopped",
			    strsignal(signals_pending()));
	return fail_errno(run->ctx, err,
			  "%" PRIu64 " devices, direction %s, %" PRIu64 " bytes",
			  row->devices, op_name(row->op), row->bytes);
}

/* Returns 0, or the status of a reported failure. */
static int move_measured(struct bench_run *run, struct bench_row *row,
			 uint64_t *latency)
{
	uint64_t before, after;
	int status, err;

	status = read_idle(run->ctx, &before);
	if (status)
		return status;
	err = move(run, row, latency);
	if (err)
		return fail_measure(run, row, err);
	status = read_idle(run->ctx, &after);
	if (!status)
		row->machine_ns = machine_ns(row->elapsed_ns, after - before);
	return status;
}

int bench_measure(struct bench_run *run, struct bench_row *row)
{
	uint64_t *latency = calloc(row->devices * row->iterations,
				   sizeof(*latency));
	int status;

	if (!latency)
		return fail_errno(run->ctx, -ENOMEM, "%" PRIu64 " iterations",
				  row->iterations);
	status = move_measured(run, row, latency);
	if (!status)
		summarize(run, row, latency);
	free(latency);
	return status;
}
