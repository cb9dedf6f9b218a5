// SPDX-License-Identifier: GPL-2.0
/* educma bench: measures each size in each direction with each number of devices. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"
#include "size.h"
#include "util.h"

#define LIST_MAX	64
#define ALL_DEVICES	UINT64_MAX

struct list {
	uint64_t value[LIST_MAX];
	size_t count;
};

/**
 * struct bench - a run of the command
 * @ctx: the command's context
 * @sizes: the sizes of transfers
 * @devices: numbers of devices that work at once; "all" is ALL_DEVICES until
 *	the devices are counted
 * @iterations: the transfers of each device in a row
 * @depth: transfers in flight for each device
 * @op: enum educma_op, or -1 for all
 * @from: the file to read the result from, or NULL to measure
 * @picture: the file for a picture, or NULL
 * @result: the rows that were measured, or read from @from
 */
struct bench {
	const struct context *ctx;
	struct list sizes;
	struct list devices;
	uint64_t iterations;
	uint64_t depth;
	int op;
	const char *from;
	const char *picture;
	struct bench_result result;
};

static void print_row(const struct bench *b, const struct bench_row *row)
{
	if (!b->ctx->json)
		bench_print_row(row);
}

/*
 * A run may be long, so it ends when its output cannot be written; main()
 * reports why.
 */
static int check_output(void)
{
	return flush_output() ? 0 : STATUS_FAILURE;
}

static int measure(struct bench *b, struct bench_run *run,
		   struct bench_row *row)
{
	int status;

	row->iterations = b->iterations;
	status = bench_measure(run, row);
	if (status)
		return status;
	print_row(b, row);
	if (!bench_add(&b->result, row))
		return fail_errno(b->ctx, -ENOMEM, "results");
	return check_output();
}

static int measure_sizes(struct bench *b, struct bench_run *run,
			 uint64_t devices, uint64_t op)
{
	struct bench_row row = { .devices = devices, .op = op };
	int status = 0;
	size_t i;

	for (i = 0; !status && i < b->sizes.count; i++) {
		row.bytes = b->sizes.value[i];
		status = measure(b, run, &row);
	}
	return status;
}

static int measure_directions(struct bench *b, struct bench_run *run,
			      uint64_t devices)
{
	int op, status = 0;

	for (op = EDUCMA_OP_TO_DEVICE; !status && op <= EDUCMA_OP_COPY; op++) {
		if (b->op == -1 || b->op == op)
			status = measure_sizes(b, run, devices, op);
	}
	return status;
}

static int measure_all(struct bench *b, struct bench_run *run)
{
	int status;
	size_t i;

	bench_describe(run, &b->result);
	if (!b->ctx->json)
		bench_print_header();
	status = check_output();
	for (i = 0; !status && i < b->devices.count; i++)
		status = measure_directions(b, run, b->devices.value[i]);
	return status;
}

static int count_devices(struct bench *b, const struct bench_run *run)
{
	static const struct failure failure = { .status = STATUS_NO_DEVICE };
	const size_t there = bench_devices(run);
	size_t i;

	for (i = 0; i < b->devices.count; i++) {
		if (b->devices.value[i] == ALL_DEVICES)
			b->devices.value[i] = there;
		if (b->devices.value[i] > there)
			return fail(b->ctx, &failure,
				    "%" PRIu64 " devices asked for, but there are %zu",
				    b->devices.value[i], there);
	}
	return 0;
}

static uint64_t largest(const struct list *list)
{
	uint64_t value = 0;
	size_t i;

	for (i = 0; i < list->count; i++) {
		if (list->value[i] > value)
			value = list->value[i];
	}
	return value;
}

static int run_bench(struct bench *b)
{
	struct bench_run *run;
	int status;

	status = bench_open(b->ctx, largest(&b->devices), largest(&b->sizes),
			    b->depth, &run);
	if (status)
		return status;
	status = count_devices(b, run);
	if (!status)
		status = measure_all(b, run);
	bench_close(run);
	return status;
}

static int load_bench(struct bench *b)
{
	size_t i;
	int status;

	status = bench_load(b->ctx, b->from, &b->result);
	if (status || b->ctx->json)
		return status;
	bench_print_header();
	for (i = 0; i < b->result.count; i++)
		print_row(b, &b->result.row[i]);
	return 0;
}

static int obtain(struct bench *b)
{
	int status = b->from ? load_bench(b) : run_bench(b);

	if (!status && b->ctx->json)
		bench_print_json(&b->result);
	return status;
}

/* gnuplot is started first, because without it a long run would be in vain. */
static int obtain_and_draw(struct bench *b)
{
	struct plot plot;
	int status, drawn;

	status = plot_open(b->ctx, b->picture, &plot);
	if (status)
		return status;
	status = obtain(b);
	drawn = plot_close(b->ctx, &plot, status ? NULL : &b->result);
	return status ? status : drawn;
}

static uint64_t size_element(const struct context *ctx, const char *text)
{
	uint64_t bytes = size_argument(ctx, "size", text);

	if (!bytes)
		usage_error(ctx, "size '%s': give at least 1 byte", text);
	return bytes;
}

static uint64_t positive(const struct context *ctx, const char *what,
			 const char *text, uint64_t most)
{
	uint64_t value = number_argument(ctx, what, text);

	if (!value || value > most)
		usage_error(ctx, "%s '%s': give 1 to %" PRIu64, what, text, most);
	return value;
}

static uint64_t devices_element(const struct context *ctx, const char *text)
{
	if (!strcmp(text, "all"))
		return ALL_DEVICES;
	return positive(ctx, "devices", text, 1024);
}

static void parse_list(const struct context *ctx, char *text, struct list *list,
		       uint64_t (*element)(const struct context *, const char *))
{
	char *word;

	list->count = 0;
	while ((word = strsep(&text, ","))) {
		if (list->count == LIST_MAX)
			usage_error(ctx, "a list has %d elements at most", LIST_MAX);
		list->value[list->count++] = element(ctx, word);
	}
}

/* Any other name would be wrong, because gnuplot writes SVG. */
static const char *picture_argument(const struct context *ctx, const char *text)
{
	const size_t len = strlen(text);

	if (len < 5 || strcmp(text + len - 4, ".svg"))
		usage_error(ctx, "picture '%s': it is SVG, so its name must end in .svg", text);
	return text;
}

/* Returns -1 for all directions. */
static int op_argument(const struct context *ctx, const char *text)
{
	int op = op_parse(text);

	if (op < 0 && strcmp(text, "all"))
		usage_error(ctx, "direction '%s': give to, from, copy or all", text);
	return op;
}

enum { OPTION_DEVICES = OPTION_FIRST, OPTION_FROM, OPTION_PLOT };

#define ITERATIONS_MAX	10000000

static const struct option longs[] = {
	{ "sizes", required_argument, NULL, 's' },
	{ "iterations", required_argument, NULL, 'n' },
	{ "direction", required_argument, NULL, 'D' },
	{ "queue", required_argument, NULL, 'q' },
	{ "devices", required_argument, NULL, OPTION_DEVICES },
	{ "from", required_argument, NULL, OPTION_FROM },
	{ "plot", required_argument, NULL, OPTION_PLOT },
	{ }
};

static void set_option(struct bench *b, const struct context *ctx, int opt)
{
	switch (opt) {
	case 's':
		parse_list(ctx, optarg, &b->sizes, size_element);
		break;
	case 'n':
		b->iterations = positive(ctx, "iterations", optarg,
					 ITERATIONS_MAX);
		break;
	case 'D':
		b->op = op_argument(ctx, optarg);
		break;
	case 'q':
		b->depth = positive(ctx, "queue", optarg, BENCH_DEPTH_MAX);
		break;
	case OPTION_DEVICES:
		parse_list(ctx, optarg, &b->devices, devices_element);
		break;
	case OPTION_FROM:
		b->from = optarg;
		break;
	case OPTION_PLOT:
		b->picture = picture_argument(ctx, optarg);
		break;
	}
}

static void parse(struct bench *b, struct context *ctx, int argc, char **argv)
{
	bool says_how = false, says_devices = false;
	int opt;

	while ((opt = next_option(ctx, argc, argv, "s:n:D:q:", longs)) != -1) {
		set_option(b, ctx, opt);
		says_devices |= opt == OPTION_DEVICES;
		says_how |= opt != OPTION_FROM && opt != OPTION_PLOT;
	}
	device_operand(ctx, argc, argv);
	if (b->from && (says_how || ctx->device))
		usage_error(ctx, "--from excludes -s, -n, -D, -q, --devices and -d");
	if (says_devices && ctx->device)
		usage_error(ctx, "--devices and a device exclude each other");
}

static void set_defaults(struct bench *b)
{
	uint64_t bytes;

	for (bytes = 64; bytes <= 65536; bytes *= 2)
		b->sizes.value[b->sizes.count++] = bytes;
	b->devices.value[b->devices.count++] = 1;
}

static int cmd_bench(struct context *ctx, int argc, char **argv)
{
	struct bench b = {
		.ctx = ctx, .iterations = 10, .depth = 2, .op = -1,
	};
	int status;

	set_defaults(&b);
	parse(&b, ctx, argc, argv);
	signals_catch();
	status = b.picture ? obtain_and_draw(&b) : obtain(&b);
	bench_free(&b.result);
	if (signals_pending())
		signals_reraise();
	return status;
}

const struct command bench_command = {
	.name = "bench",
	.args =
		"[-s SIZE,...] [-n N] [-D WAY] [-q DEPTH] [--devices N,...] [--from FILE] [--plot FILE] [DEVICE]",
	.summary = "bandwidth, latency and processor time by size, direction and devices",
	.help =
		"  -s, --sizes SIZE,...  bytes of a transfer (default: 64 to 64K, doubling)\n"
		"  -n, --iterations N    transfers of each size for each device (default 10)\n"
		"  -D, --direction WAY   to (the device), from, copy (both), or all (the default)\n"
		"  -q, --queue DEPTH     transfers in flight for each device (default 2; 1 gives\n"
		"                        the latency of a transfer alone, but the device then waits\n"
		"                        for this program after each of them)\n"
		"      --devices N,...   so many devices at once, from the lowest number on, or all\n"
		"                        (default: one)\n"
		"      --from FILE       measure nothing: read a result that --json wrote\n"
		"      --plot FILE.svg   draw the result with gnuplot; where there is no gnuplot,\n"
		"                        write it with --json, and draw it elsewhere with --from\n"
		"\n"
		"The columns:\n"
		"  BW peak               bytes per second of the fastest transfer, by the driver's\n"
		"                        clock; of several devices, the sum of each one's fastest\n"
		"  BW average            bytes per second from the first submission to the last\n"
		"                        completion; a copy's bytes count once\n"
		"  process               processor time of this program for a transfer\n"
		"  machine               time for a transfer that processors were not idle: it has\n"
		"                        the interrupts, for which no process is charged, and what\n"
		"                        other programs do. The kernel counts it in steps of 10 ms:\n"
		"                        raise -n until they do not matter. In a guest under TCG\n"
		"                        process and machine are the emulator's time: compare rows,\n"
		"                        not machines\n"
		"  p50, p90, p99, max    latency from submission to end, by nearest rank: so many\n"
		"                        per cent of the transfers took at most this time\n"
		"\n"
		"A terminal gets rounded figures; all else gets exact ones, in the heading's unit.\n"
		"A figure with < is below a step of its clock. In the picture a line breaks there,\n"
		"and an open triangle is the most that the figure can be.\n"
		"\n"
		"The devices are opened for this program alone (EBUSY if another program has one).\n"
		"The data is not verified: copy and selftest do that.\n",
	.run = cmd_bench,
};
