// SPDX-License-Identifier: GPL-2.0
/* educma stat -i: what the devices do, interval by interval. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "field.h"
#include "size.h"
#include "stat.h"

#define NSEC_PER_SEC	1000000000ULL

/* Moves the terminal's cursor to the top, and clears all below it. */
#define REPAINT		"\033[H\033[J"

struct live {
	const struct context *ctx;
	const char *only;	/* the PCI address of -d's device, or NULL */
	bool human;		/* paint over a terminal, in human units */
	uint64_t time_ns;	/* of the last samples, since 1970 */
	struct samples before;
	struct samples now;
};

/**
 * struct line - a device in an interval, or the sum of all devices
 * @device: "educmaN"; NULL for the sum
 * @pci: its PCI address; NULL for the sum
 * @time_ns: the end of the interval, since 1970
 * @interval_ns: the length of the interval; the sum has the devices' mean
 * @rise: by how much each counter rose; the queue's is not among them
 * @queue_depth: transfers submitted and not complete, at the end
 * @failures: times that the device failed since its driver was bound
 *
 * complete_line() makes the other members from these.
 */
struct line {
	const char *device;
	const char *pci;
	uint64_t time_ns;
	uint64_t interval_ns;
	uint64_t rise[QUEUE];
	uint64_t queue_depth;
	uint64_t failures;

	uint64_t to_rate;
	uint64_t from_rate;
	uint64_t transfers;
	double transfers_per_s;
	uint64_t errors;
	uint64_t busy_ns;
	double busy_percent;
};

static void complete_line(struct line *line)
{
	const uint64_t *rise = line->rise;
	const double ns = line->interval_ns;

	line->to_rate = rate_per_s(rise[TO_BYTES], line->interval_ns);
	line->from_rate = rate_per_s(rise[FROM_BYTES], line->interval_ns);
	line->transfers = rise[TO_TRANSFERS] + rise[FROM_TRANSFERS];
	line->transfers_per_s = line->transfers * 1e9 / ns;
	line->errors = rise[TO_ERRORS] + rise[FROM_ERRORS];
	/* A chunk's time counts at its end, even if it began before. */
	line->busy_ns = rise[TO_BUSY] + rise[FROM_BUSY];
	line->busy_percent = 100.0 * line->busy_ns / ns;
}

/* False if there is none yet: the device is new. */
static bool make_line(const struct live *l, const struct sample *now,
		      struct line *line)
{
	const struct sample *before = find_before(&l->before, now);
	size_t i;

	if (!before)
		return false;
	*line = (struct line){
		.device = now->name,
		.pci = now->pci,
		.time_ns = l->time_ns,
		.interval_ns = now->ns - before->ns,
		.queue_depth = now->figure[QUEUE],
		.failures = now->figure[FAILURES],
	};
	for (i = 0; i < QUEUE; i++)
		line->rise[i] = now->figure[i] - before->figure[i];
	complete_line(line);
	return true;
}

static void make_sum(const struct line *lines, size_t count, struct line *sum)
{
	uint64_t ns = 0;
	size_t i, j;

	*sum = (struct line){ .time_ns = lines[0].time_ns };
	for (i = 0; i < count; i++) {
		ns += lines[i].interval_ns;
		for (j = 0; j < QUEUE; j++)
			sum->rise[j] += lines[i].rise[j];
		sum->queue_depth += lines[i].queue_depth;
		sum->failures += lines[i].failures;
	}
	sum->interval_ns = ns / count;
	complete_line(sum);
}

/* The columns ---------------------------------------------------------------*/

static void get_time(const void *record, struct value *value)
{
	const struct line *line = record;
	const time_t seconds = line->time_ns / NSEC_PER_SEC;
	struct tm tm;

	localtime_r(&seconds, &tm);
	strftime(value->text, sizeof(value->text), "%T", &tm);
}

static void get_device(const void *record, struct value *value)
{
	const struct line *line = record;

	if (line->device)
		value_string(value, line->device);
	else
		value_text(value, "sum");
}

#define MEMBER(key, title, width, kind, member) \
	FIELD(key, title, width, kind, line, member)

static const struct field columns[] = {
	FIELD_GET(NULL, "time", -8, get_time),
	FIELD_GET("device", "device", -8, get_device),
	FIELD_OPTIONAL("pci", NULL, 0, VALUE_STRING, line, pci),
	MEMBER("interval_ns", NULL, 0, VALUE_TIME, interval_ns),
	MEMBER("to_device_bytes", NULL, 0, VALUE_BYTES, rise[TO_BYTES]),
	MEMBER("to_device_bytes_per_s", "to device[B/s]", 10, VALUE_RATE, to_rate),
	MEMBER("from_device_bytes", NULL, 0, VALUE_BYTES, rise[FROM_BYTES]),
	MEMBER("from_device_bytes_per_s", "from device[B/s]", 10, VALUE_RATE, from_rate),
	MEMBER("transfers", NULL, 0, VALUE_NUMBER, transfers),
	MEMBER("transfers_per_s", "transfers/s", 11, VALUE_DECIMAL, transfers_per_s),
	MEMBER("queue_depth", "queue", 5, VALUE_NUMBER, queue_depth),
	MEMBER("errors", "errors", 6, VALUE_NUMBER, errors),
	MEMBER("busy_ns", NULL, 0, VALUE_TIME, busy_ns),
	MEMBER("busy_percent", "busy %", 6, VALUE_DECIMAL, busy_percent),
	MEMBER("failures", "failures", 8, VALUE_NUMBER, failures),
	{ }
};

/* A terminal has the time above the table, where it does not need a column. */
static const struct field *columns_of(const struct live *l)
{
	return l->human ? columns + 1 : columns;
}

static void print_time(const struct live *l)
{
	const struct line now = { .time_ns = l->time_ns };
	struct value value;

	field_value(columns, &now, &value);
	puts(value.text);
}

static void print_interval_text(const struct live *l, const struct line *lines,
				size_t count, const struct line *sum)
{
	size_t i;

	if (l->human) {
		fputs(REPAINT, stdout);
		print_time(l);
		columns_print_head(columns_of(l), true);
	}
	for (i = 0; i < count; i++)
		columns_print(columns_of(l), &lines[i], l->human);
	if (sum)
		columns_print(columns_of(l), sum, l->human);
}

static void print_interval_json(const struct live *l, const struct line *lines,
				size_t count, const struct line *sum)
{
	struct json_object *object = json_object_new_object();
	struct json_object *devices = json_object_new_array();
	size_t i;

	json_add_u64(object, "time_ns", l->time_ns);
	for (i = 0; i < count; i++)
		json_object_array_add(devices, fields_json(columns, &lines[i]));
	json_object_object_add(object, "devices", devices);
	json_object_object_add(object, "sum",
			       sum ? fields_json(columns, sum) : NULL);
	print_json_line(object);
}

static int print_interval(const struct live *l)
{
	struct line *lines = calloc(l->now.count + 1, sizeof(*lines));
	struct line sum;
	size_t count = 0, i;

	if (!lines)
		return fail_system(l->ctx, -ENOMEM, "devices");
	for (i = 0; i < l->now.count; i++)
		count += make_line(l, &l->now.sample[i], &lines[count]);
	if (count > 1)
		make_sum(lines, count, &sum);
	if (l->ctx->json)
		print_interval_json(l, lines, count, count > 1 ? &sum : NULL);
	else
		print_interval_text(l, lines, count, count > 1 ? &sum : NULL);
	free(lines);
	return STATUS_OK;
}

/* If this program is an interval behind, the next interval begins now. */
static void sleep_until(uint64_t *next, uint64_t interval_ns)
{
	const uint64_t now = monotonic_ns();
	struct timespec left;

	*next += interval_ns;
	if (*next < now)
		*next = now;
	left = (struct timespec){
		.tv_sec = (*next - now) / NSEC_PER_SEC,
		.tv_nsec = (*next - now) % NSEC_PER_SEC,
	};
	signals_sleep(&left);
}

static uint64_t realtime_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return t.tv_sec * NSEC_PER_SEC + t.tv_nsec;
}

/* Keeps the last samples as those before, and takes new ones. */
static int next_samples(struct live *l)
{
	struct educma_entry entry;
	int status;

	free(l->before.sample);
	l->before = l->now;
	l->time_ns = realtime_ns();
	status = take_samples(l->ctx, l->only, &l->now);
	if (status)
		return status;
	/* Reports the device that is missing, unless it is back already. */
	return l->now.count ? 0 : find_device(l->ctx, &entry);
}

static int print_intervals(struct live *l, uint64_t interval_ns, uint64_t count)
{
	uint64_t next = monotonic_ns();
	int status;

	status = next_samples(l);
	while (!status && count--) {
		sleep_until(&next, interval_ns);
		if (signals_pending())
			break;
		status = next_samples(l);
		if (!status)
			status = print_interval(l);
		if (status || !flush_output())
			break;	/* main() says so */
	}
	return status;
}

int stat_live(const struct context *ctx, uint64_t interval_ns, uint64_t count)
{
	struct live l = { .ctx = ctx, .human = output_is_human() };
	struct educma_entry entry;
	int status;

	status = find_device(ctx, &entry);
	if (status)
		return status;
	if (ctx->device)
		l.only = entry.pci;
	signals_catch();
	if (!ctx->json && !l.human) {
		columns_print_head(columns, false);
		status = flush_output() ? 0 : STATUS_FAILURE;
	}
	if (!status)
		status = print_intervals(&l, interval_ns, count);
	free(l.before.sample);
	free(l.now.sample);
	if (signals_pending())
		signals_reraise();
	return status;
}
