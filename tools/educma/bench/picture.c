// SPDX-License-Identifier: GPL-2.0
/*
 * educma bench --plot: the script that makes gnuplot draw one picture of some
 * panels.
 *
 * Bandwidth, latency and processor time against size are of the fewest devices
 * that were measured. Bandwidth against the number of devices is of the largest
 * size, and is drawn if more than one number was measured.
 *
 * A line connects measured values only: it breaks where a value is not known,
 * or is below the resolution of its clock. For the latter an open triangle is
 * drawn at the resolution.
 */
#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "bench.h"
#include "size.h"
#include "util.h"

/* How a direction is drawn. Two lines that coincide can both be seen. */
struct direction {
	uint64_t op;
	const char *title;
	const char *colour;
	int line_width;
	double point_size;
};

/* Colour-blind people can tell these colours apart. */
static const struct direction directions[] = {
	{ EDUCMA_OP_TO_DEVICE, "to device", "#0072B2", 5, 1.3 },
	{ EDUCMA_OP_FROM_DEVICE, "from device", "#D55E00", 2, 0.7 },
	{ EDUCMA_OP_COPY, "copy", "#009E73", 2, 0.7 },
};

/**
 * struct series - a column of bench that is drawn, one line for each direction
 * @column: its key, or its title if it has no key
 * @title: what follows the direction's title, or ""
 * @dashed: its lines are thin and dashed, and its points are open
 */
struct series {
	const char *column;
	const char *title;
	bool dashed;
};

static const struct series bandwidth[] = {
	{ "average_bytes_per_s", "", false },
	{ }
};

static const struct series latency[] = {
	{ "latency_ns.p50", ": p50", false },
	{ "latency_ns.p99", ": p99", true },
	{ }
};

static const struct series processor[] = {
	{ "machine[us]", ": machine", false },
	{ "process[us]", ": process", true },
	{ }
};

/**
 * struct panel - one diagram of the picture
 * @title: what it shows
 * @unit: of its values, without a prefix
 * @log: whether its values are on a logarithmic scale
 * @by_devices: the values are against the number of devices, not against size
 * @limit: whether it shows what QEMU's edu can do at most
 * @series: its lines; the last one is { }
 */
struct panel {
	const char *title;
	const char *unit;
	bool log;
	bool by_devices;
	bool limit;
	const struct series *series;
};

static const struct panel panels[] = {
	{ "Bandwidth", "B/s", false, false, true, bandwidth },
	{ "Latency (logarithmic)", "s", true, false, false, latency },
	{ "Processor time of a transfer", "s", false, false, false, processor },
	{ "Bandwidth", "B/s", false, true, true, bandwidth },
};

/* What the panels extend over. */
struct extent {
	uint64_t fewest;	/* devices */
	uint64_t most;
	uint64_t smallest;	/* bytes of a transfer */
	uint64_t largest;
};

struct picture {
	FILE *script;
	const struct bench_result *result;
	struct extent extent;
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

/* The values ----------------------------------------------------------------*/

static bool is_wanted(const struct picture *p, const struct panel *panel,
		      const struct bench_row *row)
{
	return panel->by_devices ? row->bytes == p->extent.largest :
				   row->devices == p->extent.fewest;
}

static void get_series(const struct series *series, const struct bench_row *row,
		       struct value *value)
{
	const struct field *field = bench_columns;

	while (strcmp(field->key ?: field->title, series->column))
		field++;
	field_value(field, row, value);
}

static void print_number(FILE *script, const struct value *value)
{
	fprintf(script, " %.9g", value->kind == VALUE_TIME ?
		value->number / 1e9 : (double)value->number);
}

/* Where and how high a point is, as a value or else as an upper bound. */
static void write_point(const struct picture *p, const struct panel *panel,
			const struct bench_row *row, const struct value *value)
{
	fprintf(p->script, "%" PRIu64,
		panel->by_devices ? row->devices : row->bytes);
	if (value->kind == VALUE_ABSENT) {
		fputs(" NaN NaN", p->script);
	} else if (value->below) {
		fputs(" NaN", p->script);
		print_number(p->script, value);
	} else {
		print_number(p->script, value);
		fputs(" NaN", p->script);
	}
	fputc('\n', p->script);
}

/* Calls @found for each value of a line until that returns true. */
static bool any_value(const struct picture *p, const struct panel *panel,
		      const struct series *series, uint64_t op,
		      bool (*found)(const struct value *value))
{
	const struct bench_row *row;
	struct value value;
	size_t i;

	for (i = 0; i < p->result->count; i++) {
		row = &p->result->row[i];
		if (row->op != op || !is_wanted(p, panel, row))
			continue;
		get_series(series, row, &value);
		if (found(&value))
			return true;
	}
	return false;
}

static bool is_known(const struct value *value)
{
	return value->kind != VALUE_ABSENT;
}

static bool is_bound(const struct value *value)
{
	return is_known(value) && value->below;
}

static bool series_has(const struct picture *p, const struct panel *panel,
		       const struct series *series,
		       bool (*found)(const struct value *value))
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(directions); i++) {
		if (any_value(p, panel, series, directions[i].op, found))
			return true;
	}
	return false;
}

static bool is_drawn(const struct picture *p, const struct panel *panel)
{
	const struct series *s;

	if (panel->by_devices && p->extent.most == p->extent.fewest)
		return false;
	for (s = panel->series; s->column; s++) {
		if (series_has(p, panel, s, is_known))
			return true;
	}
	return false;
}

/* Faster than that it is another device, and the limit is not its own. */
static bool is_edu(const struct bench_result *result)
{
	const struct bench_row *row;
	size_t i;

	if (result->limit == FIELD_UNKNOWN)
		return false;
	for (i = 0; i < result->count; i++) {
		row = &result->row[i];
		if (!may_be_edu(bench_average(row) / row->devices,
				result->limit))
			return false;
	}
	return true;
}

/* The script ----------------------------------------------------------------*/

/* The name of a line's values: "$p0s1d2". */
static void write_name(const struct picture *p, const struct panel *panel,
		       const struct series *series, size_t direction)
{
	fprintf(p->script, "$p%zus%zud%zu", (size_t)(panel - panels),
		(size_t)(series - panel->series), direction);
}

static void write_values(const struct picture *p, const struct panel *panel,
			 const struct series *series, size_t direction)
{
	const struct bench_row *row;
	struct value value;
	size_t i;

	write_name(p, panel, series, direction);
	fputs(" << EOD\n", p->script);
	for (i = 0; i < p->result->count; i++) {
		row = &p->result->row[i];
		if (row->op != directions[direction].op ||
		    !is_wanted(p, panel, row))
			continue;
		get_series(series, row, &value);
		write_point(p, panel, row, &value);
	}
	fputs("EOD\n", p->script);
}

static void write_all_values(const struct picture *p, const struct panel *panel)
{
	const struct series *s;
	size_t i;

	for (s = panel->series; s->column; s++) {
		for (i = 0; i < ARRAY_SIZE(directions); i++)
			write_values(p, panel, s, i);
	}
}

static void write_line(const struct picture *p, const struct panel *panel,
		       const struct series *series, size_t direction)
{
	const struct direction *d = &directions[direction];

	fputs(", ", p->script);
	write_name(p, panel, series, direction);
	fprintf(p->script,
		" using 1:2 with linespoints lw %d %s ps %.1f lc rgb '%s' title '%s%s'",
		series->dashed ? 2 : d->line_width,
		series->dashed ? "dt 3 pt 6" : "dt 1 pt 7",
		d->point_size, d->colour, d->title, series->title);
}

static void write_bounds(const struct picture *p, const struct panel *panel,
			 const struct series *series, size_t direction)
{
	const struct direction *d = &directions[direction];

	fputs(", ", p->script);
	write_name(p, panel, series, direction);
	fprintf(p->script,
		" using 1:3 with points pt 10 lw 2 ps %.1f lc rgb '%s' notitle",
		d->point_size + 1, d->colour);
}

static void write_series(const struct picture *p, const struct panel *panel,
			 const struct series *series)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(directions); i++) {
		const uint64_t op = directions[i].op;

		if (any_value(p, panel, series, op, is_known))
			write_line(p, panel, series, i);
		if (any_value(p, panel, series, op, is_bound))
			write_bounds(p, panel, series, i);
	}
	if (series_has(p, panel, series, is_bound))
		fputs(", NaN with points pt 10 lw 2 lc black title 'less than this'",
		      p->script);
}

/* Marks on the x axis where there are values, and nowhere else. */
static void write_tics(const struct picture *p, const struct panel *panel)
{
	const struct bench_row *row;
	char size[SIZE_TEXT];
	size_t i;

	fputs("set xtics (", p->script);
	for (i = 0; i < p->result->count; i++) {
		row = &p->result->row[i];
		fputs(i ? ", " : "", p->script);
		if (panel->by_devices)
			fprintf(p->script, "%" PRIu64, row->devices);
		else
			fprintf(p->script, "'%s' %" PRIu64,
				size_format(size, row->bytes), row->bytes);
	}
	fputs(")\n", p->script);
}

static void write_x_axis(const struct picture *p, const struct panel *panel)
{
	const struct extent *e = &p->extent;
	char size[SIZE_TEXT];

	write_tics(p, panel);
	if (panel->by_devices)
		fprintf(p->script,
			"unset logscale x\n"
			"set xrange [0:%" PRIu64 "]\n"
			"set xlabel 'devices at once'\n"
			"set title '%s, transfers of %s'\n",
			e->most + 1, panel->title, size_format(size, e->largest));
	else
		fprintf(p->script,
			"set logscale x 2\n"
			"set xrange [%f:%f]\n"
			"set xlabel 'bytes of a transfer'\n"
			"set title '%s, %" PRIu64 " device%s'\n",
			e->smallest / 1.3, e->largest * 1.3, panel->title,
			e->fewest, e->fewest > 1 ? "s" : "");
}

static void write_y_axis(const struct picture *p, const struct panel *panel)
{
	fprintf(p->script, "set format y '%%.1s %%c%s'\n", panel->unit);
	if (panel->log)
		fputs("set logscale y\n"
		      "set yrange [*:*]\n"
		      "set offsets 0, 0, 0, 0\n", p->script);
	else
		fputs("unset logscale y\n"
		      "set yrange [0:*]\n"
		      "set offsets 0, 0, graph 0.06, 0\n", p->script);
}

static void write_limit(const struct picture *p, const struct panel *panel)
{
	if (panel->by_devices)
		fprintf(p->script, ", x * %" PRIu64, p->result->limit);
	else
		fprintf(p->script, ", %" PRIu64,
			p->result->limit * p->extent.fewest);
	fputs(" with lines dt 2 lc black title 'limit of QEMU''s edu'",
	      p->script);
}

static void write_panel(const struct picture *p, const struct panel *panel)
{
	const struct series *s;

	write_x_axis(p, panel);
	write_y_axis(p, panel);
	/* Something that is always there, for what begins with a comma. */
	fputs("plot NaN notitle", p->script);
	for (s = panel->series; s->column; s++)
		write_series(p, panel, s);
	if (panel->limit && is_edu(p->result))
		write_limit(p, panel);
	fputc('\n', p->script);
}

/* A result may be anybody's file: its text must not be a command. */
static void write_text(FILE *script, const char *text)
{
	for (; *text; text++)
		fputc(isalnum((unsigned char)*text) || strchr(" .:+-_~", *text) ?
		      *text : '?', script);
}

/* When and on what it was measured, as far as the result says. */
static void write_title(const struct picture *p)
{
	const struct bench_result *r = p->result;

	fputs("educma bench", p->script);
	if (r->date) {
		fputs(", ", p->script);
		write_text(p->script, r->date);
	}
	if (r->kernel) {
		fputs(", Linux ", p->script);
		write_text(p->script, r->kernel);
	}
	if (r->chunk_bytes != FIELD_UNKNOWN)
		fprintf(p->script, ", chunks of %" PRIu64 " bytes",
			r->chunk_bytes);
	if (r->depth != FIELD_UNKNOWN)
		fprintf(p->script, ", %" PRIu64 " in flight", r->depth);
}

/* In pixels, of a panel and of what is around its diagram. */
#define PANEL_WIDTH	500
#define PANEL_HEIGHT	500
#define TITLE_HEIGHT	40
#define LEFT		100
#define RIGHT		15
#define TOP		30
#define BOTTOM		160

/* Up to three panels are beside each other; four are two above two. */
static void write_layout(const struct picture *p, int count)
{
	const int columns = count > 3 ? 2 : count;
	const int rows = (count + columns - 1) / columns;
	const double width = columns * PANEL_WIDTH;
	const double height = rows * PANEL_HEIGHT + TITLE_HEIGHT;

	fprintf(p->script,
		"set encoding utf8\n"
		"set terminal svg size %.0f,%.0f noenhanced font 'sans,14' background 'white'\n"
		"set multiplot layout %d,%d margins %f,%f,%f,%f spacing %f,%f title '",
		width, height, rows, columns, LEFT / width, 1 - RIGHT / width,
		BOTTOM / height, 1 - (TITLE_HEIGHT + TOP) / height,
		(LEFT + RIGHT) / width, (TOP + BOTTOM) / height);
	write_title(p);
	fputs("'\n"
	      "set key at graph 0.45, graph -0.2 center top vertical maxrows 4 samplen 2 font ',12'\n"
	      "set grid lt 1 lc rgb '#dddddd'\n", p->script);
}

void picture_script(FILE *script, const struct bench_result *result)
{
	const struct picture p = { script, result, extent_of(result) };
	int count = 0;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(panels); i++) {
		if (is_drawn(&p, &panels[i])) {
			write_all_values(&p, &panels[i]);
			count++;
		}
	}
	write_layout(&p, count);
	for (i = 0; i < ARRAY_SIZE(panels); i++) {
		if (is_drawn(&p, &panels[i]))
			write_panel(&p, &panels[i]);
	}
	fputs("unset multiplot\n", script);
}
