// SPDX-License-Identifier: GPL-2.0
/*
 * educma bench --plot: the script for gnuplot, of one picture of two or three
 * panels.
 *
 * The first two, bandwidth and processor time against size, are of the fewest
 * devices that were measured; the third, bandwidth against the number of
 * devices, is of the largest size, and there if it was measured with several.
 */
#include <inttypes.h>
#include <stdio.h>

#include "bench.h"
#include "size.h"
#include "util.h"

/* What the panels extend over. */
struct extent {
	uint64_t fewest;	/* devices */
	uint64_t most;
	uint64_t smallest;	/* bytes of a transfer */
	uint64_t largest;
};

static void stretch(uint64_t value, uint64_t *least, uint64_t *most)
{
	if (value < *least)
		*least = value;
	if (value > *most)
		*most = value;
}

static struct extent extent_of(const struct bench_result *result)
{
	struct extent e = { .fewest = UINT64_MAX, .smallest = UINT64_MAX };
	size_t i;

	for (i = 0; i < result->count; i++) {
		stretch(result->row[i].devices, &e.fewest, &e.most);
		stretch(result->row[i].bytes, &e.smallest, &e.largest);
	}
	return e;
}

static bool by_size(const struct extent *e, const struct bench_row *row)
{
	return row->devices == e->fewest;
}

/* Less than a step of the kernel's clock is not known. */
static bool by_machine(const struct extent *e, const struct bench_row *row)
{
	return by_size(e, row) && row->machine_ns >= BENCH_STEP_NS;
}

static bool by_devices(const struct extent *e, const struct bench_row *row)
{
	return row->bytes == e->largest;
}

/**
 * struct table - some of the rows, for gnuplot
 * @name: what it is called there
 * @wanted: whether a row is one of them
 */
struct table {
	const char *name;
	bool (*wanted)(const struct extent *e, const struct bench_row *row);
};

static const struct table size_table = { "size", by_size };
static const struct table machine_table = { "machine", by_machine };
static const struct table devices_table = { "devices", by_devices };

static bool is_edu(const struct bench_result *result)
{
	const struct bench_row *row;
	size_t i;

	for (i = 0; i < result->count; i++) {
		row = &result->row[i];
		if (!may_be_edu(bench_average(row) / row->devices,
				result->limit))
			return false;
	}
	return true;
}

#define LOOK	"with linespoints lw 2 ps %.1f lc rgb '%s' %s title '%s%s'"
#define LIMIT	"with lines dt 2 lc black title 'limit of QEMU''s edu'"

/* How a direction is drawn; two that are alike are both seen. */
struct curve {
	uint64_t op;
	const char *title;
	const char *colour;
	double point_size;
};

/* The colours are told apart by all eyes. */
static const struct curve curves[] = {
	{ EDUCMA_OP_TO_DEVICE, "to device", "#0072B2", 1.3 },
	{ EDUCMA_OP_FROM_DEVICE, "from device", "#D55E00", 0.7 },
	{ EDUCMA_OP_COPY, "copy", "#009E73", 0.7 },
};

static bool has_rows(const struct bench_result *result,
		     const struct table *table, uint64_t op)
{
	const struct extent e = extent_of(result);
	size_t i;

	for (i = 0; i < result->count; i++) {
		if (result->row[i].op == op && table->wanted(&e, &result->row[i]))
			return true;
	}
	return false;
}

/* Columns: bytes, devices, bandwidth, and the two kinds of processor time. */
static void write_table(FILE *script, const struct bench_result *result,
			const struct table *table, uint64_t op)
{
	const struct extent e = extent_of(result);
	const struct bench_row *row;
	size_t i;

	fprintf(script, "$%s%" PRIu64 " << EOD\n", table->name, op);
	for (i = 0; i < result->count; i++) {
		row = &result->row[i];
		if (row->op == op && table->wanted(&e, row))
			fprintf(script, "%" PRIu64 " %" PRIu64 " %" PRIu64 " %f %f\n",
				row->bytes, row->devices, bench_average(row),
				per_transfer_us(row, row->machine_ns),
				per_transfer_us(row, row->process_ns));
	}
	fputs("EOD\n", script);
}

static void write_tables(FILE *script, const struct bench_result *result)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(curves); i++) {
		write_table(script, result, &size_table, curves[i].op);
		write_table(script, result, &machine_table, curves[i].op);
		write_table(script, result, &devices_table, curves[i].op);
	}
}

static void write_curves(FILE *script, const struct bench_result *result,
			 const struct table *table, const char *columns,
			 const char *what, const char *style)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(curves); i++) {
		const struct curve *c = &curves[i];

		if (has_rows(result, table, c->op))
			fprintf(script, "$%s%" PRIu64 " using %s " LOOK ", ",
				table->name, c->op, columns, c->point_size,
				c->colour, style, c->title, what);
	}
}

/* Marks on the x axis where there are values, and nowhere else. */
static void write_size_tics(FILE *script, const struct bench_result *result)
{
	char size[SIZE_TEXT];
	size_t i;

	fputs("set xtics (", script);
	for (i = 0; i < result->count; i++)
		fprintf(script, "%s'%s' %" PRIu64, i ? ", " : "",
			size_format(size, result->row[i].bytes),
			result->row[i].bytes);
	fputs(")\n", script);
}

static void write_devices_tics(FILE *script, const struct bench_result *result)
{
	size_t i;

	fputs("set xtics (", script);
	for (i = 0; i < result->count; i++)
		fprintf(script, "%s%" PRIu64, i ? ", " : "",
			result->row[i].devices);
	fputs(")\n", script);
}

static void write_size_panels(FILE *script, const struct bench_result *result)
{
	const struct extent e = extent_of(result);
	const char *plural = e.fewest > 1 ? "s" : "";

	write_size_tics(script, result);
	fprintf(script,
		"set logscale x 2\n"
		"set xrange [%f:%f]\n"
		"set xlabel 'bytes of a transfer'\n"
		"set format y '%%.0s %%c'\n"
		"set ylabel 'bytes/s'\n"
		"set title 'Bandwidth, %" PRIu64 " device%s'\n"
		"plot ", e.smallest / 1.3, e.largest * 1.3, e.fewest, plural);
	write_curves(script, result, &size_table, "1:3", "", "pt 7");
	if (is_edu(result))
		fprintf(script, "%" PRIu64 " " LIMIT,
			result->limit * e.fewest);
	fprintf(script,
		"\nset format y '%%g'\n"
		"set ylabel 'µs for each transfer'\n"
		"set title 'Processor time, %" PRIu64 " device%s'\n"
		"plot ", e.fewest, plural);
	write_curves(script, result, &machine_table, "1:4", ": machine", "pt 7");
	write_curves(script, result, &size_table, "1:5", ": process", "pt 6 dt 3");
	fputs("\nunset logscale x\n", script);
}

static void write_devices_panel(FILE *script, const struct bench_result *result)
{
	const struct extent e = extent_of(result);
	char size[SIZE_TEXT];

	write_devices_tics(script, result);
	fprintf(script,
		"set xrange [0:%" PRIu64 "]\n"
		"set xlabel 'devices at once'\n"
		"set format y '%%.0s %%c'\n"
		"set ylabel 'bytes/s, of all together'\n"
		"set title 'Bandwidth, transfers of %s'\n"
		"plot ", e.most + 1, size_format(size, e.largest));
	write_curves(script, result, &devices_table, "2:3", "", "pt 7");
	if (is_edu(result))
		fprintf(script, "x * %" PRIu64 " " LIMIT, result->limit);
	fputs("\n", script);
}

void picture_script(FILE *script, const struct bench_result *result)
{
	const struct extent e = extent_of(result);
	const int panels = e.most > e.fewest ? 3 : 2;

	write_tables(script, result);
	fprintf(script,
		"set encoding utf8\n"
		"set terminal svg size %d,520 font 'sans,14' background 'white'\n"
		"set multiplot layout 1,%d margins %f,%f,0.33,0.92 spacing %f\n",
		480 * panels, panels, 0.165 / panels, 1 - 0.03 / panels,
		0.195 / panels);
	fputs("set key below vertical maxrows 4\n"
	      "set grid lc rgb '#dddddd'\n"
	      "set yrange [0:*]\n"
	      "set offsets 0, 0, graph 0.06, 0\n", script);
	write_size_panels(script, result);
	if (panels == 3)
		write_devices_panel(script, result);
	fputs("unset multiplot\n", script);
}
