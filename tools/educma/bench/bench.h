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
#include "field.h"

/* /proc/stat counts in steps of 1/USER_HZ s, on every Linux of today. */
#define BENCH_STEP_NS	10000000ULL

/*
 * Latencies by nearest rank: so many per cent of a row's transfers take at most
 * this time. A line has the index in latency_ns, the per cent, and the name in
 * JSON and in headings.
 */
#define BENCH_LATENCY_LIST(latency)	\
	latency(P50, 50, p50)		\
	latency(P90, 90, p90)		\
	latency(P99, 99, p99)		\
	latency(LONGEST, 100, max)

#define BENCH_LATENCY_INDEX(index, percent, name) index,

enum bench_latency {
	BENCH_LATENCY_LIST(BENCH_LATENCY_INDEX)
	BENCH_LATENCIES
};

/**
 * struct bench_row - one size, one direction, some devices at once
 * @devices: the number of devices
 * @op: enum educma_op
 * @bytes: the size of a transfer; a copy moves as many twice
 * @iterations: the transfers of each device
 * @elapsed_ns: from before the first submission to after the last completion
 * @peak: bytes per second of the fastest transfer, from its first chunk's
 *	start to its end; of several devices, the sum of each one's fastest
 * @process_ns: the processor time of this process
 * @machine_ns: the time that processors were not idle, whatever they did. It
 *	has the interrupts, which no process is charged for, but also what
 *	other processes do, and is known in steps of BENCH_STEP_NS only.
 * @latency_ns: from a transfer's submission to its end, including the time
 *	that it waits behind others
 *
 * A result that is read from a file may lack some figures: see bench_columns.
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
 * struct bench_result - all rows of a run
 * @date: when it began, in UTC
 * @kernel: the release of the kernel
 * @chunk_bytes: the most that the driver has the device move in one DMA
 * @limit: the most that QEMU's edu can move, in bytes per second
 * @depth: transfers in flight for each device
 * @row: the rows, in the order in which they were measured
 * @count: the number of rows
 * @source: the file it was read from, which has the strings; or NULL
 *
 * Only the rows are always there: the others may be NULL or FIELD_UNKNOWN.
 */
struct bench_result {
	const char *date;
	const char *kernel;
	uint64_t chunk_bytes;
	uint64_t limit;
	uint64_t depth;
	struct bench_row *row;
	size_t count;
	struct json_object *source;
};

/* run.c */

/* The most transfers in flight for a device that a run may ask for. */
#define BENCH_DEPTH_MAX	1024

struct bench_run;

/**
 * bench_open() - open devices for a run, each for this process alone
 * @ctx: -d's device, or else the lowest ones
 * @devices: the most devices to open
 * @bytes: the largest transfer
 * @depth: transfers in flight for each device
 * @run: set to what the other functions take
 *
 * Returns 0, or an enum status: it is reported.
 */
int bench_open(const struct context *ctx, size_t devices, uint64_t bytes,
	       unsigned int depth, struct bench_run **run);
void bench_close(struct bench_run *run);

/* The number of devices that are open. */
size_t bench_devices(const struct bench_run *run);

/* Sets the members of a result that are true of all its rows. */
void bench_describe(const struct bench_run *run, struct bench_result *result);

/**
 * bench_measure() - fill in the rest of a row
 * @run: the devices; the first @row->devices of them work
 * @row: its first four members say what to do
 *
 * The data is whatever is in the buffers, and is not checked: copy and
 * selftest verify data. Returns 0, or an enum status: it is reported.
 */
int bench_measure(struct bench_run *run, struct bench_row *row);

/* result.c */

/*
 * The table of the columns. The header, a row, its JSON object, and reading
 * that back are made from it. A new column that is computed from the row is one
 * line there. One that is measured also needs a member of struct bench_row,
 * which run.c sets. A new latency is one line of BENCH_LATENCY_LIST. The help in
 * bench.c explains the columns.
 */
extern const struct field bench_columns[];

/* "to", "from", "copy"; op_parse() is -1 for anything else. */
const char *op_name(unsigned int op);
int op_parse(const char *name);

/* Bytes per second of all devices together. */
uint64_t bench_average(const struct bench_row *row);

/* Adds a row; false without memory. */
bool bench_add(struct bench_result *result, const struct bench_row *row);
void bench_free(struct bench_result *result);

void bench_print_header(void);
void bench_print_row(const struct bench_row *row);
void bench_print_json(const struct bench_result *result);

/* Reads what bench_print_json() wrote. Returns an enum status, reported. */
int bench_load(const struct context *ctx, const char *name,
	       struct bench_result *result);

/* picture.c */

/* Writes the script that makes gnuplot draw a result. */
void picture_script(FILE *script, const struct bench_result *result);

/* plot.c */

/**
 * struct plot - a gnuplot that waits for its script
 * @name: the file for the picture
 * @picture: where gnuplot writes the picture, in memory
 * @pid: gnuplot's process
 * @script: gnuplot's standard input
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
