// SPDX-License-Identifier: GPL-2.0
/* educma bench: its figures as text, as JSON, and back from there. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench.h"
#include "size.h"
#include "util.h"

static const char *const op_names[] = {
	[EDUCMA_OP_TO_DEVICE] = "to",
	[EDUCMA_OP_FROM_DEVICE] = "from",
	[EDUCMA_OP_COPY] = "copy",
};

static const char *const latency_names[BENCH_LATENCIES] = {
	[P50] = "p50", [P90] = "p90", [P99] = "p99", [LONGEST] = "max",
};

const char *op_name(unsigned int op)
{
	return op_names[op];
}

int op_parse(const char *name)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(op_names); i++) {
		if (!strcmp(op_names[i], name))
			return i;
	}
	return -1;
}

static uint64_t transfers(const struct bench_row *row)
{
	return row->devices * row->iterations;
}

uint64_t bench_average(const struct bench_row *row)
{
	return rate_per_s(row->bytes * transfers(row), row->elapsed_ns);
}

static double transfers_per_s(const struct bench_row *row)
{
	return transfers(row) * 1e9 / row->elapsed_ns;
}

double per_transfer_us(const struct bench_row *row, uint64_t ns)
{
	return ns / 1e3 / transfers(row);
}

bool bench_add(struct bench_result *result, const struct bench_row *row)
{
	struct bench_row *grown;

	grown = realloc(result->row, (result->count + 1) * sizeof(*grown));
	if (!grown)
		return false;
	grown[result->count++] = *row;
	result->row = grown;
	return true;
}

void bench_print_header(void)
{
	printf("%8s %-9s %8s %11s %13s %16s %12s %12s %12s %8s %8s %8s %8s\n",
	       "#devices", "direction", "#bytes", "#iterations",
	       "BW peak[B/s]", "BW average[B/s]", "transfers/s",
	       "process[us]", "machine[us]", "p50[us]", "p90[us]", "p99[us]",
	       "max[us]");
}

/* Less than a step of the kernel's clock is not told from nothing. */
static char *machine_text(char *text, size_t len, const struct bench_row *row)
{
	if (row->machine_ns < BENCH_STEP_NS)
		snprintf(text, len, "<%.1f", per_transfer_us(row, BENCH_STEP_NS));
	else
		snprintf(text, len, "%.1f", per_transfer_us(row, row->machine_ns));
	return text;
}

void bench_print_row(const struct bench_row *row)
{
	char machine[32];
	size_t i;

	printf("%8" PRIu64 " %-9s %8" PRIu64 " %11" PRIu64 " %13" PRIu64
	       " %16" PRIu64 " %12.2f %12.1f %12s", row->devices,
	       op_name(row->op), row->bytes, row->iterations, row->peak,
	       bench_average(row), transfers_per_s(row),
	       per_transfer_us(row, row->process_ns),
	       machine_text(machine, sizeof(machine), row));
	for (i = 0; i < BENCH_LATENCIES; i++)
		printf(" %8.0f", row->latency_ns[i] / 1e3);
	putchar('\n');
}

static struct json_object *row_json(const struct bench_row *row)
{
	struct json_object *object = json_object_new_object();
	struct json_object *latency = json_object_new_object();
	size_t i;

	json_add_u64(object, "devices", row->devices);
	json_add_string(object, "direction", op_name(row->op));
	json_add_u64(object, "bytes", row->bytes);
	json_add_u64(object, "iterations", row->iterations);
	json_add_u64(object, "elapsed_ns", row->elapsed_ns);
	json_add_u64(object, "peak_bytes_per_s", row->peak);
	json_add_u64(object, "average_bytes_per_s", bench_average(row));
	json_add_u64(object, "process_ns", row->process_ns);
	json_add_u64(object, "machine_ns", row->machine_ns);
	for (i = 0; i < BENCH_LATENCIES; i++)
		json_add_u64(latency, latency_names[i], row->latency_ns[i]);
	json_object_object_add(object, "latency_ns", latency);
	return object;
}

void bench_print_json(const struct bench_result *result)
{
	struct json_object *object = json_object_new_object();
	struct json_object *rows = json_object_new_array();
	size_t i;

	json_add_u64(object, "edu_limit_bytes_per_s", result->limit);
	json_add_u64(object, "in_flight", result->depth);
	for (i = 0; i < result->count; i++)
		json_object_array_add(rows, row_json(&result->row[i]));
	json_object_object_add(object, "rows", rows);
	print_json(object);
}

static bool get_u64(struct json_object *object, const char *key,
		    uint64_t *value)
{
	struct json_object *member;

	if (!json_object_object_get_ex(object, key, &member) ||
	    !json_object_is_type(member, json_type_int))
		return false;
	*value = json_object_get_uint64(member);
	return true;
}

static bool get_op(struct json_object *object, uint64_t *op)
{
	struct json_object *member;
	int parsed = -1;

	if (json_object_object_get_ex(object, "direction", &member) &&
	    json_object_is_type(member, json_type_string))
		parsed = op_parse(json_object_get_string(member));
	*op = parsed;
	return parsed >= 0;
}

static bool get_latency(struct json_object *object, struct bench_row *row)
{
	struct json_object *latency;
	size_t i;

	if (!json_object_object_get_ex(object, "latency_ns", &latency))
		return false;
	for (i = 0; i < BENCH_LATENCIES; i++) {
		if (!get_u64(latency, latency_names[i], &row->latency_ns[i]))
			return false;
	}
	return true;
}

static bool get_row(struct json_object *object, struct bench_row *row)
{
	return get_u64(object, "devices", &row->devices) &&
	       get_op(object, &row->op) &&
	       get_u64(object, "bytes", &row->bytes) &&
	       get_u64(object, "iterations", &row->iterations) &&
	       get_u64(object, "elapsed_ns", &row->elapsed_ns) &&
	       get_u64(object, "peak_bytes_per_s", &row->peak) &&
	       get_u64(object, "process_ns", &row->process_ns) &&
	       get_u64(object, "machine_ns", &row->machine_ns) &&
	       get_latency(object, row) &&
	       row->devices && row->bytes && row->iterations &&
	       row->elapsed_ns;
}

static bool get_result(struct json_object *object, struct bench_result *result)
{
	struct json_object *rows;
	struct bench_row row;
	size_t i;

	if (!get_u64(object, "edu_limit_bytes_per_s", &result->limit) ||
	    !get_u64(object, "in_flight", &result->depth) ||
	    !json_object_object_get_ex(object, "rows", &rows) ||
	    !json_object_is_type(rows, json_type_array))
		return false;
	for (i = 0; i < json_object_array_length(rows); i++) {
		if (!get_row(json_object_array_get_idx(rows, i), &row) ||
		    !bench_add(result, &row))
			return false;
	}
	return result->count;
}

int bench_load(const struct context *ctx, const char *name,
	       struct bench_result *result)
{
	static const struct failure not_ours = {
		.status = STATUS_FAILURE,
		.advice = "educma bench --json >FILE writes one",
	};
	struct json_object *object;
	bool ok;

	if (access(name, R_OK))
		return fail_system(ctx, -errno, "%s", name);
	object = json_object_from_file(name);
	ok = object && get_result(object, result);
	json_object_put(object);
	return ok ? 0 : fail(ctx, &not_ours, "%s: not a result of bench", name);
}
