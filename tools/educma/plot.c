// SPDX-License-Identifier: GPL-2.0
/*
 * educma bench --plot: one picture of three panels, drawn by gnuplot.
 *
 * The first two, bandwidth and processor time against size, are of the fewest
 * devices that were measured; the third, bandwidth against the number of
 * devices, is of the largest size.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench.h"
#include "size.h"
#include "util.h"

/* In the order of enum educma_op; colours that all eyes tell apart. */
static const char *const titles[] = { "to device", "from device", "copy" };
static const char *const colours[] = { "#0072B2", "#D55E00", "#009E73" };

/* gnuplot reads @in and writes the picture to @out. Returns a negative errno. */
static int spawn(int in, int out, pid_t *pid)
{
	static char *const argv[] = { "gnuplot", NULL };
	posix_spawn_file_actions_t actions;
	int err;

	err = posix_spawn_file_actions_init(&actions);
	if (err)
		return -err;
	err = posix_spawn_file_actions_adddup2(&actions, in, STDIN_FILENO);
	if (!err)
		err = posix_spawn_file_actions_adddup2(&actions, out,
						       STDOUT_FILENO);
	if (!err)
		err = posix_spawnp(pid, argv[0], &actions, NULL, argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	return -err;
}

static int fail_spawn(const struct context *ctx, int err)
{
	static const struct failure missing = {
		.status = STATUS_FAILURE,
		.reason = "no_gnuplot",
		.advice = "apt-get install gnuplot-nox; or draw elsewhere: educma bench --json >FILE here, educma bench --from FILE --plot ... there",
	};

	if (err == -ENOENT)
		return fail(ctx, &missing, "there is no gnuplot here");
	return fail_errno(ctx, err, "gnuplot");
}

static int open_script(const struct context *ctx, int out, struct plot *plot)
{
	int fds[2], err;

	if (pipe2(fds, O_CLOEXEC))
		return fail_errno(ctx, -errno, "pipe");
	err = spawn(fds[0], out, &plot->pid);
	close(fds[0]);
	if (!err) {
		plot->script = fdopen(fds[1], "w");
		if (plot->script)
			return 0;
		err = -errno;
	}
	close(fds[1]);
	return fail_spawn(ctx, err);
}

int plot_open(const struct context *ctx, const char *name, struct plot *plot)
{
	int out, status;

	/* A gnuplot that ends early is seen by its status. */
	signal(SIGPIPE, SIG_IGN);
	out = open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	if (out < 0)
		return fail_errno(ctx, -errno, "%s", name);
	status = open_script(ctx, out, plot);
	close(out);
	return status;
}

static uint64_t fewest_devices(const struct bench_result *result)
{
	uint64_t fewest = UINT64_MAX;
	size_t i;

	for (i = 0; i < result->count; i++) {
		if (result->row[i].devices < fewest)
			fewest = result->row[i].devices;
	}
	return fewest;
}

static uint64_t largest_size(const struct bench_result *result)
{
	uint64_t largest = 0;
	size_t i;

	for (i = 0; i < result->count; i++) {
		if (result->row[i].bytes > largest)
			largest = result->row[i].bytes;
	}
	return largest;
}

static uint64_t most_devices(const struct bench_result *result)
{
	uint64_t most = 0;
	size_t i;

	for (i = 0; i < result->count; i++) {
		if (result->row[i].devices > most)
			most = result->row[i].devices;
	}
	return most;
}

static uint64_t smallest_size(const struct bench_result *result)
{
	uint64_t smallest = UINT64_MAX;
	size_t i;

	for (i = 0; i < result->count; i++) {
		if (result->row[i].bytes < smallest)
			smallest = result->row[i].bytes;
	}
	return smallest;
}

static bool has_op(const struct bench_result *result, uint64_t op)
{
	size_t i;

	for (i = 0; i < result->count; i++) {
		if (result->row[i].op == op)
			return true;
	}
	return false;
}

/*
 * QEMU's edu does not exceed its limit, but by the millisecond in a DMA's 100
 * that its timer is rounded by; what is faster is another device, which has
 * another limit.
 */
static bool is_edu(const struct bench_result *result)
{
	const struct bench_row *row;
	size_t i;

	for (i = 0; i < result->count; i++) {
		row = &result->row[i];
		if (bench_average(row) / row->devices >
		    result->limit + result->limit / 50)
			return false;
	}
	return true;
}

/* Two named tables for each direction: by size, and by devices. */
static void write_tables(FILE *script, const struct bench_result *result,
			 uint64_t op)
{
	const uint64_t fewest = fewest_devices(result);
	const uint64_t largest = largest_size(result);
	const struct bench_row *row;
	size_t i;

	fprintf(script, "$size%" PRIu64 " << EOD\n", op);
	for (i = 0; i < result->count; i++) {
		row = &result->row[i];
		if (row->op == op && row->devices == fewest)
			fprintf(script, "%" PRIu64 " %" PRIu64 " %f %f\n",
				row->bytes, bench_average(row),
				per_transfer_us(row, row->process_ns),
				per_transfer_us(row, row->machine_ns));
	}
	fprintf(script, "EOD\n$devices%" PRIu64 " << EOD\n", op);
	for (i = 0; i < result->count; i++) {
		row = &result->row[i];
		if (row->op == op && row->bytes == largest)
			fprintf(script, "%" PRIu64 " %" PRIu64 "\n",
				row->devices, bench_average(row));
	}
	fputs("EOD\n", script);
}

/* A curve for each direction, of column @column of its table @table. */
static void write_curves(FILE *script, const struct bench_result *result,
			 const char *table, int column, const char *what,
			 const char *style)
{
	size_t op;

	for (op = 0; op < ARRAY_SIZE(titles); op++) {
		if (has_op(result, op))
			fprintf(script,
				"$%s%zu using 1:%d with linespoints lw 2 %s lc rgb '%s' title '%s%s', ",
				table, op, column, style, colours[op],
				titles[op], what);
	}
}

static void write_size_panels(FILE *script, const struct bench_result *result)
{
	const uint64_t fewest = fewest_devices(result);

	fprintf(script,
		"set logscale x 2\n"
		"set format x '%%.0b%%B'\n"
		"set xtics rotate by -45\n"
		"set xrange [%f:%f]\n"
		"set xlabel 'bytes of a transfer'\n"
		"set format y '%%.0s %%c'\n"
		"set ylabel 'bandwidth, bytes/s'\n"
		"set title 'Bandwidth against size (%" PRIu64 " device%s)'\n"
		"plot ", smallest_size(result) / 1.3,
		largest_size(result) * 1.3, fewest, fewest > 1 ? "s" : "");
	write_curves(script, result, "size", 2, "", "pt 7");
	if (is_edu(result))
		fprintf(script, "%" PRIu64 " with lines dt 2 lc black title 'limit of QEMU''s edu'",
			result->limit * fewest);
	fprintf(script,
		"\nset format y '%%g'\n"
		"set ylabel 'processor time of a transfer, us'\n"
		"set title 'Processor time against size (%" PRIu64 " device%s)'\n"
		"plot ", fewest, fewest > 1 ? "s" : "");
	write_curves(script, result, "size", 4, ", machine", "pt 7");
	write_curves(script, result, "size", 3, ", process", "pt 6 dt 3");
	fputs("\nunset logscale x\nset xtics norotate\n", script);
}

static void write_devices_panel(FILE *script, const struct bench_result *result)
{
	char size[SIZE_TEXT];

	fprintf(script,
		"set format x '%%g'\n"
		"set xrange [0:%" PRIu64 "]\n"
		"set xlabel 'devices at once'\n"
		"set format y '%%.0s %%c'\n"
		"set ylabel 'bandwidth of all, bytes/s'\n"
		"set title 'Bandwidth against devices (%s a transfer)'\n"
		"plot ", most_devices(result) + 1,
		size_format(size, largest_size(result)));
	write_curves(script, result, "devices", 2, "", "pt 7");
	if (is_edu(result))
		fprintf(script, "x * %" PRIu64 " with lines dt 2 lc black title 'limit of QEMU''s edu'",
			result->limit);
	fputs("\n", script);
}

static void write_script(FILE *script, const struct bench_result *result)
{
	size_t op;

	for (op = 0; op < ARRAY_SIZE(titles); op++)
		write_tables(script, result, op);
	fputs("set terminal svg size 1440,480 font 'sans,13' background 'white'\n"
	      "set multiplot layout 1,3\n"
	      "set key below\n"
	      "set grid lc rgb '#dddddd'\n"
	      "set yrange [0:*]\n", script);
	write_size_panels(script, result);
	write_devices_panel(script, result);
	fputs("unset multiplot\n", script);
}

int plot_close(const struct context *ctx, struct plot *plot,
	       const struct bench_result *result)
{
	static const struct failure failed = { .status = STATUS_FAILURE };
	int state;

	if (result)
		write_script(plot->script, result);
	fclose(plot->script);
	while (waitpid(plot->pid, &state, 0) < 0 && errno == EINTR)
		;
	return state ? fail(ctx, &failed, "gnuplot did not draw it") : 0;
}
