/* SPDX-License-Identifier: GPL-2.0 */
/* What educma bench measures, and what is made of it. */
#ifndef EDUCMA_BENCH_H
#define EDUCMA_BENCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

#include "cmd.h"

/* What /proc/stat counts in, on every Linux of today: 1/USER_HZ s. */
#define BENCH_STEP_NS	10000000ULL

/* Of latencies: nearest rank, that is the smallest that as many reach. */
enum bench_latency { P50, P90, P99, LONGEST, BENCH_LATENCIES };

/**
 * struct bench_row - one size, one direction, some devices at once
 * @devices: how many
 * @op: enum educma_op
 * @bytes: of a transfer; a copy moves as many twice
 * @iterations: transfers of each device
 * @elapsed_ns: from before the first submission to after the last completion
 * @peak: bytes per second of the fastest transfer, first chunk's start to its
 *	end; of several devices, the sum of each one's fastest
 * @process_ns: processor time of this process
 * @machine_ns: time that processors were not idle, whatever they did. It has
 *	the interrupts, which no process is charged for, but also what others
 *	do, and is known in steps of BENCH_STEP_NS only.
 * @latency_ns: submission to end, waiting behind others included
 */
struct bench_row {
	uint64_t devices;
	uint64_t op;
	uint64_t bytes;
	uint64_t iterations;
	uint64_t elapsed_ns;
	uint64_t peak;
	uint64_t process_ns;
	uint64_t machine_ns;
	uint64_t latency_ns[BENCH_LATENCIES];
};

/**
 * struct bench_result - all of a run
 * @limit: what QEMU's edu moves at most, bytes per second
 * @depth: transfers in flight for each device
 * @row: in the order of measuring
 * @count: rows
 */
struct bench_result {
	uint64_t limit;
	uint64_t depth;
	struct bench_row *row;
	size_t count;
};

/* bench_run.c */

/* The most transfers in flight for a device that a run may ask for. */
#define BENCH_DEPTH_MAX	1024

struct bench_run;

/**
 * bench_open() - open devices for a run, each for itself alone
 * @ctx: which (-d, else the lowest)
 * @devices: how many at most
 * @bytes: the largest transfer
 * @depth: transfers in flight for each
 * @run: set to what the other functions take
 *
 * Returns 0, or an enum status: it is reported.
 */
int bench_open(const struct context *ctx, size_t devices, uint64_t bytes,
	       unsigned int depth, struct bench_run **run);
void bench_close(struct bench_run *run);

/* How many devices are open. */
size_t bench_devices(const struct bench_run *run);

/* What QEMU's edu moves at most with the driver's chunks. */
uint64_t bench_limit(const struct bench_run *run);

/**
 * bench_measure() - fill in the rest of a row
 * @run: the devices; the first @row->devices of them work
 * @row: its first four fields say what to do
 *
 * The data is whatever is in the buffers, and nobody looks at it: copy and
 * selftest verify. Returns 0, or an enum status: it is reported.
 */
int bench_measure(struct bench_run *run, struct bench_row *row);

/* bench_result.c */

/* "to", "from", "copy"; op_parse() is -1 for anything else. */
const char *op_name(unsigned int op);
int op_parse(const char *name);

uint64_t bench_average(const struct bench_row *row);
double per_transfer_us(const struct bench_row *row, uint64_t ns);

/* Adds a row; false without memory. */
bool bench_add(struct bench_result *result, const struct bench_row *row);

void bench_print_header(void);
void bench_print_row(const struct bench_row *row);
void bench_print_json(const struct bench_result *result);

/* Reads what bench_print_json() wrote. Returns an enum status, reported. */
int bench_load(const struct context *ctx, const char *name,
	       struct bench_result *result);

/* plot.c */

/**
 * struct plot - a gnuplot that waits for its orders
 * @name: the file for the picture
 * @picture: where it is drawn, in memory
 * @pid: its process
 * @script: its standard input
 */
struct plot {
	const char *name;
	int picture;
	pid_t pid;
	FILE *script;
};

/**
 * plot_open() - start gnuplot, before there is anything to draw
 * @ctx: for messages
 * @name: the file for the picture, SVG
 * @plot: filled in
 *
 * Returns an enum status: reported if there is no gnuplot, or @name cannot be
 * written. The file is left as it is.
 */
int plot_open(const struct context *ctx, const char *name, struct plot *plot);

/* Draws and saves @result, if there is one, and ends gnuplot. Returns an enum status. */
int plot_close(const struct context *ctx, struct plot *plot,
	       const struct bench_result *result);

#endif
