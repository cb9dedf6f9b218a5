// SPDX-License-Identifier: GPL-2.0
/*
 * educma stat -i: what the devices do, interval by interval.
 *
 * Each counter is a file of its own, so one line is not of one instant: a
 * chunk that ends while a device is read may be in some of its figures and not
 * yet in others, and devices are read one after the other. Each figure is
 * exact by itself: the clock is read for every device, just before its
 * counters and always in the same order, so what lies between the clock and a
 * counter cancels out in the difference, and nothing is lost or counted twice
 * from one line to the next.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cmd.h"
#include "size.h"
#include "util.h"

#define NSEC_PER_SEC	1000000000ULL

/* Home, and nothing from there on: what is new overwrites what is there. */
#define REPAINT		"\033[H\033[J"

enum figure {
	TO_BYTES, FROM_BYTES, TO_TRANSFERS, FROM_TRANSFERS, TO_ERRORS,
	FROM_ERRORS, TO_BUSY, FROM_BUSY, FAILURES, QUEUE, FIGURES
};

/* All but the last, which is a level, only ever rise. */
static const char *const figure_names[FIGURES] = {
	[TO_BYTES] = "to_device_bytes",
	[FROM_BYTES] = "from_device_bytes",
	[TO_TRANSFERS] = "to_device_transfers",
	[FROM_TRANSFERS] = "from_device_transfers",
	[TO_ERRORS] = "to_device_errors",
	[FROM_ERRORS] = "from_device_errors",
	[TO_BUSY] = "to_device_busy_ns",
	[FROM_BUSY] = "from_device_busy_ns",
	[FAILURES] = "failures",
	[QUEUE] = "queue_depth",
};

/**
 * struct sample - a device's counters
 * @name: "educmaN"
 * @pci: what tells one device from another, whatever its N
 * @ns: when they were read
 * @figure: their values
 */
struct sample {
	char name[24];
	char pci[16];
	uint64_t ns;
	uint64_t figure[FIGURES];
};

struct samples {
	struct sample *sample;
	size_t count;
};

struct live {
	const struct context *ctx;
	const char *only;	/* the PCI address of -d's device, or NULL */
	bool terminal;
	struct samples before;
	struct samples now;
};

static bool has_gone(const struct live *l, const struct educma_entry *entry)
{
	struct educma_entry found;

	return educma_find(l->ctx->sysroot, entry->pci, &found);
}

/* One that goes meanwhile was not there. Returns an enum status. */
static int take_sample(const struct live *l, const struct educma_entry *entry,
		       struct samples *s)
{
	struct sample *sample = &s->sample[s->count];
	size_t i;
	int err;

	sample->ns = monotonic_ns();
	memcpy(sample->name, entry->name, sizeof(sample->name));
	memcpy(sample->pci, entry->pci, sizeof(sample->pci));
	for (i = 0; i < FIGURES; i++) {
		err = educma_read_counter(entry, figure_names[i],
					  &sample->figure[i]);
		if (err && has_gone(l, entry))
			return 0;
		if (err)
			return fail_system(l->ctx, err, "%s/dma_counters/%s",
					   entry->pci_dir, figure_names[i]);
	}
	s->count++;
	return 0;
}

/* Of every device that there is now. Returns an enum status. */
static int take_samples(const struct live *l, struct samples *s)
{
	struct educma_entry *list;
	int err, status = 0;
	size_t count, i;

	*s = (struct samples){ };
	err = educma_list(l->ctx->sysroot, &list, &count);
	if (err)
		return fail_system(l->ctx, err, "devices");
	s->sample = calloc(count + 1, sizeof(*s->sample));
	if (!s->sample)
		status = fail_system(l->ctx, -ENOMEM, "devices");
	for (i = 0; !status && i < count; i++) {
		if (!l->only || !strcmp(l->only, list[i].pci))
			status = take_sample(l, &list[i], s);
	}
	free(list);
	return status;
}

/* A counter that fell has begun anew: the driver was bound again. */
static bool same_binding(const struct sample *before, const struct sample *now)
{
	size_t i;

	for (i = 0; i < QUEUE; i++) {
		if (now->figure[i] < before->figure[i])
			return false;
	}
	return !strcmp(before->pci, now->pci);
}

static const struct sample *find_before(const struct live *l,
					const struct sample *now)
{
	size_t i;

	for (i = 0; i < l->before.count; i++) {
		if (same_binding(&l->before.sample[i], now))
			return &l->before.sample[i];
	}
	return NULL;
}

/**
 * struct line - a device in an interval
 * @now: at its end
 * @ns: its length
 * @rise: by how much each figure rose; the queue's is not one
 */
struct line {
	const struct sample *now;
	uint64_t ns;
	uint64_t rise[QUEUE];
};

/* False if there is none yet: the device is new. */
static bool make_line(const struct live *l, const struct sample *now,
		      struct line *line)
{
	const struct sample *before = find_before(l, now);
	size_t i;

	if (!before)
		return false;
	line->now = now;
	line->ns = now->ns - before->ns;
	for (i = 0; i < QUEUE; i++)
		line->rise[i] = now->figure[i] - before->figure[i];
	return true;
}

/* Of the three that are shown without telling the directions apart. */
static uint64_t both(const struct line *line, enum figure to)
{
	return line->rise[to] + line->rise[to + 1];
}

static double transfers_per_s(const struct line *line)
{
	return (double)both(line, TO_TRANSFERS) * NSEC_PER_SEC / line->ns;
}

/* More than 100 if a chunk ended that began before: it counts at its end. */
static double busy_percent(const struct line *line)
{
	return 100.0 * both(line, TO_BUSY) / line->ns;
}

static void add_double(struct json_object *object, const char *key,
		       double value)
{
	char text[32];

	snprintf(text, sizeof(text), "%.3f", value);
	json_object_object_add(object, key,
			       json_object_new_double_s(value, text));
}

static struct json_object *line_json(const struct line *line)
{
	const struct sample *now = line->now;
	struct json_object *object = json_object_new_object();

	json_add_string(object, "device", now->name);
	json_add_string(object, "pci", now->pci);
	json_add_u64(object, "interval_ns", line->ns);
	json_add_u64(object, "to_device_bytes", line->rise[TO_BYTES]);
	json_add_u64(object, "to_device_bytes_per_s",
		     rate_per_s(line->rise[TO_BYTES], line->ns));
	json_add_u64(object, "from_device_bytes", line->rise[FROM_BYTES]);
	json_add_u64(object, "from_device_bytes_per_s",
		     rate_per_s(line->rise[FROM_BYTES], line->ns));
	json_add_u64(object, "transfers", both(line, TO_TRANSFERS));
	add_double(object, "transfers_per_s", transfers_per_s(line));
	json_add_u64(object, "queue_depth", now->figure[QUEUE]);
	json_add_u64(object, "errors", both(line, TO_ERRORS));
	json_add_u64(object, "busy_ns", both(line, TO_BUSY));
	add_double(object, "busy_percent", busy_percent(line));
	json_add_u64(object, "failures", now->figure[FAILURES]);
	return object;
}

static uint64_t realtime_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return t.tv_sec * NSEC_PER_SEC + t.tv_nsec;
}

static void print_interval_json(const struct live *l)
{
	struct json_object *object = json_object_new_object();
	struct json_object *devices = json_object_new_array();
	struct line line;
	size_t i;

	json_add_u64(object, "time_ns", realtime_ns());
	for (i = 0; i < l->now.count; i++) {
		if (make_line(l, &l->now.sample[i], &line))
			json_object_array_add(devices, line_json(&line));
	}
	json_object_object_add(object, "devices", devices);
	puts(json_object_to_json_string_ext(object, JSON_C_TO_STRING_PLAIN));
	json_object_put(object);
}

static void print_header(void)
{
	printf("%-9s %12s %12s %12s %6s %7s %7s %9s\n", "device", "to B/s",
	       "from B/s", "transfers/s", "queue", "errors", "busy %",
	       "failures");
}

static void print_line(const struct line *line)
{
	printf("%-9s %12" PRIu64 " %12" PRIu64 " %12.1f %6" PRIu64 " %7" PRIu64
	       " %7.1f %9" PRIu64 "\n", line->now->name,
	       rate_per_s(line->rise[TO_BYTES], line->ns),
	       rate_per_s(line->rise[FROM_BYTES], line->ns),
	       transfers_per_s(line), line->now->figure[QUEUE],
	       both(line, TO_ERRORS), busy_percent(line),
	       line->now->figure[FAILURES]);
}

static void print_interval_text(const struct live *l)
{
	struct line line;
	size_t i;

	if (l->terminal) {
		fputs(REPAINT, stdout);
		print_header();
	}
	for (i = 0; i < l->now.count; i++) {
		if (make_line(l, &l->now.sample[i], &line))
			print_line(&line);
	}
}

/* An interval behind? Then the next one begins now. */
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

/* Makes what was now what was before, and looks again. */
static int next_samples(struct live *l)
{
	struct educma_entry entry;
	int status;

	free(l->before.sample);
	l->before = l->now;
	status = take_samples(l, &l->now);
	if (status)
		return status;
	/* Says which one is missing, unless it is there again already. */
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
		if (status)
			break;
		if (l->ctx->json)
			print_interval_json(l);
		else
			print_interval_text(l);
		if (!flush_output())
			break;	/* main() says so */
	}
	return status;
}

int stat_live(const struct context *ctx, uint64_t interval_ns, uint64_t count)
{
	struct live l = { .ctx = ctx, .terminal = isatty(STDOUT_FILENO) };
	struct educma_entry entry;
	int status;

	status = find_device(ctx, &entry);
	if (status)
		return status;
	if (ctx->device)
		l.only = entry.pci;
	signals_catch();
	if (!ctx->json && !l.terminal) {
		print_header();
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
