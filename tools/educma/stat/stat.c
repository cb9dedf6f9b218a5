// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "printable.h"
#include "stat.h"

static struct json_object *stat_json(const struct educma_entry *entry,
				     const struct educma_counters *counters)
{
	struct json_object *object = device_json(entry);
	struct json_object *values = json_object_new_object();
	size_t i;

	for (i = 0; i < counters->count; i++)
		json_add_u64(values, counters->counter[i].name,
			     counters->counter[i].value);
	json_object_object_add(object, "counters", values);
	return object;
}

static void stat_text(const struct educma_counters *counters)
{
	int width = 0;
	size_t i;

	for (i = 0; i < counters->count; i++) {
		int len = strlen(counters->counter[i].name);

		if (len > width)
			width = len;
	}
	for (i = 0; i < counters->count; i++)
		printf("%-*s %" PRIu64 "\n", width, counters->counter[i].name,
		       counters->counter[i].value);
}

static int stat_one(const struct context *ctx)
{
	struct educma_counters counters;
	struct educma_entry entry;
	int status;

	status = find_device(ctx, &entry) ?:
		 read_counters(ctx, &entry, &counters);
	if (status)
		return status;
	if (ctx->json)
		print_json(stat_json(&entry, &counters));
	else
		stat_text(&counters);
	return STATUS_OK;
}

/* Adds each device to @array, or prints it if @array is NULL. */
static int stat_list(const struct context *ctx, struct json_object *array,
		     const struct educma_entry *list, size_t count)
{
	struct educma_counters counters;
	char pci[64];
	int status;
	size_t i;

	for (i = 0; i < count; i++) {
		status = read_counters(ctx, &list[i], &counters);
		if (status)
			return status;
		if (array) {
			json_object_array_add(array,
					      stat_json(&list[i], &counters));
			continue;
		}
		printf("%s%s (%s)\n", i ? "\n" : "", list[i].name,
		       printable_text(pci, sizeof(pci), list[i].pci));
		stat_text(&counters);
	}
	return STATUS_OK;
}

static int stat_all(const struct context *ctx)
{
	struct json_object *array = NULL;
	struct educma_entry *list;
	int status, err;
	size_t count;

	err = educma_list(ctx->sysroot, &list, &count);
	if (err)
		return fail_system(ctx, err, "devices");
	if (!count)
		return fail_no_device(ctx);
	if (ctx->json)
		array = json_object_new_array();
	status = stat_list(ctx, array, list, count);
	if (status)
		json_object_put(array);
	else if (array)
		print_json_list("devices", array);
	free(list);
	return status;
}

#define INTERVAL_MIN	0.001
#define INTERVAL_MAX	86400.0

/* Returns nanoseconds; the text is in seconds, and may have a fraction. */
static uint64_t interval_argument(const struct context *ctx, const char *text)
{
	double seconds;
	char *end;

	seconds = strtod(text, &end);
	if (end == text || *end ||
	    !(seconds >= INTERVAL_MIN && seconds <= INTERVAL_MAX))
		usage_error(ctx, "interval '%s': give seconds, %g to %g", text,
			    INTERVAL_MIN, INTERVAL_MAX);
	return seconds * 1e9 + 0.5;
}

static uint64_t count_argument(const struct context *ctx, const char *text)
{
	uint64_t count = number_argument(ctx, "count", text);

	if (!count)
		usage_error(ctx, "count '%s': give at least 1", text);
	return count;
}

struct stat_options {
	bool all;
	uint64_t interval_ns;	/* 0: none */
	uint64_t count;		/* 0: for ever */
};

static void parse(struct stat_options *o, struct context *ctx, int argc,
		  char **argv)
{
	static const struct option longs[] = {
		{ "all", no_argument, NULL, 'a' },
		{ "interval", required_argument, NULL, 'i' },
		{ "count", required_argument, NULL, 'c' },
		{ }
	};
	int opt;

	while ((opt = next_option(ctx, argc, argv, "ai:c:", longs)) != -1) {
		if (opt == 'a')
			o->all = true;
		else if (opt == 'i')
			o->interval_ns = interval_argument(ctx, optarg);
		else
			o->count = count_argument(ctx, optarg);
	}
	device_operand(ctx, argc, argv);
	if (o->all && ctx->device)
		usage_error(ctx, "-a and a device exclude each other");
	if (o->count && !o->interval_ns)
		usage_error(ctx, "-c counts intervals: give -i, too");
}

static int cmd_stat(struct context *ctx, int argc, char **argv)
{
	struct stat_options o = { };

	parse(&o, ctx, argc, argv);
	if (o.interval_ns)
		return stat_live(ctx, o.interval_ns, o.count ?: UINT64_MAX);
	return o.all ? stat_all(ctx) : stat_one(ctx);
}

const struct command stat_command = {
	.name = "stat",
	.args = "[-a] [-i SECONDS [-c COUNT]] [DEVICE]",
	.summary = "a device's counters, or what the devices do, interval by interval",
	.help =
		"  -a, --all             the counters of all devices\n"
		"  -i, --interval SECS   a line for each device, or for the one given, every SECS,\n"
		"                        0.001 to 86400, of what happened in that time\n"
		"  -c, --count COUNT     end after so many intervals (default: when the last\n"
		"                        device has gone)\n"
		"\n"
		"The columns of -i:\n"
		"  time                  the local time at the end of the interval\n"
		"  to device, from device\n"
		"                        bytes per second by DMA, of the chunks that ended\n"
		"  transfers/s           transfers that succeeded; a copy counts in both directions\n"
		"  queue                 transfers submitted and not complete, at the end\n"
		"  errors                transfers that ended with an error; a copy counts twice\n"
		"  busy %                time of the chunks that ended, against elapsed time: more\n"
		"                        than 100 if one of them began before the interval\n"
		"  failures              times that the device failed since its driver was bound\n"
		"\n"
		"With several devices the line sum has their figures added up: busy % is 300 if\n"
		"three of them are busy.\n"
		"\n"
		"On a terminal each interval replaces the one before, and rates are rounded; all\n"
		"else gets exact figures. --json prints one object a line. The first line of a\n"
		"device that is new, or bound anew, comes an interval later.\n",
	.run = cmd_stat,
};
