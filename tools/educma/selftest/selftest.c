// SPDX-License-Identifier: GPL-2.0
/* educma selftest: the command, its list of points, and the report in TAP. */
#include <stdio.h>

#include "field.h"
#include "selftest.h"
#include "size.h"
#include "util.h"

#define LARGE_BYTES	(64ULL << 20)
#define LARGE_LEAST	(1ULL << 20)

/* Points --------------------------------------------------------------------- */

/**
 * struct point - one test
 * @name: its name in the report
 * @run: does it; returns its result, with a detail
 */
struct point {
	const char *name;
	enum result (*run)(struct selftest *t);
};

static const struct point points[] = {
	{ "identification", test_identification },
	{ "mask", test_mask },
	{ "buffers", test_buffers },
	{ "liveness", test_liveness },
	{ "interrupt", test_interrupt },
	{ "device memory", test_device_memory },
	{ "copies", test_copies },
	{ "large buffer", test_large },
	{ "reach", test_reach },
	{ "counters", test_counters },
};

/* Report ---------------------------------------------------------------- */

static const char *result_name(enum result result)
{
	static const char * const names[] = {
		[PASSED] = "ok", [FAILED] = "not_ok", [SKIPPED] = "skipped",
	};

	return names[result];
}

static void print_point(const struct selftest *t, size_t i,
			enum result result)
{
	printf("%sok %zu - %s%s%s\n", result == FAILED ? "not " : "", i + 1,
	       points[i].name, result == SKIPPED ? " # SKIP " : "",
	       result == SKIPPED ? t->detail : "");
	if (result != SKIPPED)
		printf("# %s\n", t->detail);
	if (*t->advice)
		printf("# try: %s\n", t->advice);
}

/**
 * struct point_record - a point's result, as --json prints it
 * @name: the point
 * @result: "ok", "not_ok" or "skipped"
 * @text: what was found out
 * @advice: what to do about it, or NULL
 */
struct point_record {
	const char *name;
	const char *result;
	const char *text;
	const char *advice;
};

static const struct field point_fields[] = {
	FIELD("name", NULL, 0, VALUE_STRING, point_record, name),
	FIELD("result", NULL, 0, VALUE_STRING, point_record, result),
	FIELD("text", NULL, 0, VALUE_STRING, point_record, text),
	FIELD("advice", NULL, 0, VALUE_STRING, point_record, advice),
	{ }
};

static struct json_object *point_json(const struct selftest *t, size_t i,
				      enum result result)
{
	const struct point_record record = {
		.name = points[i].name,
		.result = result_name(result),
		.text = t->detail,
		.advice = *t->advice ? t->advice : NULL,
	};

	return fields_json(point_fields, &record);
}

static enum result run_point(struct selftest *t, size_t i)
{
	if (t->broken)
		return skipped(t, "a transfer failed before, so there is nothing to test");
	return points[i].run(t);
}

/* Adds each point's result to @array, or prints it as TAP if @array is NULL. */
static bool run_points(struct selftest *t, struct json_object *array)
{
	enum result result;
	bool good = true;
	size_t i;

	/* If standard output cannot be written nobody would see the results. */
	for (i = 0; flush_output() && i < ARRAY_SIZE(points); i++) {
		result = run_point(t, i);
		if (result == FAILED)
			good = false;
		if (array)
			json_object_array_add(array, point_json(t, i, result));
		else
			print_point(t, i, result);
	}
	return good;
}

static bool run_tap(struct selftest *t)
{
	printf("TAP version 13\n1..%zu\n# %s (%s)\n", ARRAY_SIZE(points),
	       t->s.entry.name, t->s.entry.pci);
	return run_points(t, NULL);
}

static bool run_json(struct selftest *t)
{
	struct json_object *object = device_json(&t->s.entry);
	struct json_object *array = json_object_new_array();
	bool good;

	good = run_points(t, array);
	json_object_object_add(object, "tests", array);
	json_object_object_add(object, "passed", json_object_new_boolean(good));
	print_json(object);
	return good;
}

static int test_all(struct selftest *t)
{
	const bool good = t->ctx->json ? run_json(t) : run_tap(t);

	educma_free(t->s.dev, &t->dst);
	educma_free(t->s.dev, &t->src);
	return good ? STATUS_OK : STATUS_FAILURE;
}

/*
 * The device is opened for the self-test alone, because it counts DMA exactly and
 * uses the device's memory.
 */
static int selftest(struct selftest *t)
{
	int status;

	status = open_session_alone(t->ctx, &t->s);
	if (status)
		return status;
	status = read_counters(t->ctx, &t->s.entry, &t->start);
	if (!status)
		status = test_all(t);
	close_session(&t->s);
	return status;
}

static uint64_t large_argument(const struct context *ctx, const char *text)
{
	uint64_t bytes = size_argument(ctx, "size", text);

	if (bytes < LARGE_LEAST)
		usage_error(ctx, "size '%s': at least 1M", text);
	return bytes;
}

enum { OPTION_SIZE = OPTION_FIRST };

static int cmd_selftest(struct context *ctx, int argc, char **argv)
{
	static const struct option longs[] = {
		{ "size", required_argument, NULL, OPTION_SIZE },
		{ }
	};
	struct selftest t = { .ctx = ctx, .large_bytes = LARGE_BYTES };

	while (next_option(ctx, argc, argv, "", longs) != -1)
		t.large_bytes = large_argument(ctx, optarg);
	device_operand(ctx, argc, argv);
	return selftest(&t);
}

const struct command selftest_command = {
	.name = "selftest",
	.args = "[--size SIZE] [DEVICE]",
	.summary = "test whether a device works",
	.help =
		"      --size SIZE       size of the large buffer (default 64M, at least 1M)\n"
		"\n"
		"SIZE is " SIZE_FORMS ".\n"
		"Prints TAP. It tests identification, address mask, buffers, liveness, interrupt,\n"
		"the device's memory, copies at odd offsets, a large buffer, the highest buffer\n"
		"that CMA has (needs root), and whether the counters add up, in about 10 s with\n"
		"QEMU's edu. No other program may have the device open, and the content of the\n"
		"device's memory is lost. For a moment it takes all of CMA's largest free run,\n"
		"which other drivers cannot allocate from then.\n",
	.run = cmd_selftest,
};
