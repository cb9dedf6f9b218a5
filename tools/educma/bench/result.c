// SPDX-License-Identifier: GPL-2.0
/* The figures of educma bench: as text, as JSON, and read back from JSON. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench.h"
#include "size.h"

/* By enum educma_op: as -D and the text have it, and as JSON has it. */
static const char *const op_names[] = {
	[EDUCMA_OP_TO_DEVICE] = "to",
	[EDUCMA_OP_FROM_DEVICE] = "from",
	[EDUCMA_OP_COPY] = "copy",
	NULL
};

static const char *const op_json_names[] = {
	[EDUCMA_OP_TO_DEVICE] = "to_device",
	[EDUCMA_OP_FROM_DEVICE] = "from_device",
	[EDUCMA_OP_COPY] = "copy",
	NULL
};

const char *op_name(unsigned int op)
{
	return op_names[op];
}

int op_parse(const char *name)
{
	size_t i;

	for (i = 0; op_names[i]; i++) {
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

/* The columns ---------------------------------------------------------------*/

static void get_direction(const void *record, struct value *value)
{
	const struct bench_row *row = record;

	value_string(value, op_name(row->op));
}

static void get_average(const void *record, struct value *value)
{
	value_number(value, VALUE_RATE, bench_average(record));
}

static void get_transfers_per_s(const void *record, struct value *value)
{
	const struct bench_row *row = record;

	value_decimal(value, transfers(row) * 1e9 / row->elapsed_ns);
	value_text(value, "%.2f", value->decimal);
}

/* Sets the value to the share of one transfer in a time. */
static void per_transfer(const struct bench_row *row, uint64_t ns,
			 struct value *value)
{
	if (ns != FIELD_UNKNOWN)
		value_number(value, VALUE_TIME,
			     (double)ns / transfers(row) + 0.5);
}

static void get_process(const void *record, struct value *value)
{
	const struct bench_row *row = record;

	per_transfer(row, row->process_ns, value);
}

/* A time below a step of the kernel's clock can be anything down to 0. */
static void get_machine(const void *record, struct value *value)
{
	const struct bench_row *row = record;

	value->below = row->machine_ns < BENCH_STEP_NS;
	per_transfer(row, value->below ? BENCH_STEP_NS : row->machine_ns,
		     value);
}

#define COLUMN(key, title, width, kind, member) \
	FIELD(key, title, width, kind, bench_row, member)
#define OPTIONAL(key, title, width, kind, member) \
	FIELD_OPTIONAL(key, title, width, kind, bench_row, member)
#define LATENCY_COLUMN(index, percent, name) \
	OPTIONAL("latency_ns." #name, #name "[us]", 9, VALUE_TIME, latency_ns[index]),

/* The text has processor times for each transfer, JSON has those of a row. */
const struct field bench_columns[] = {
	COLUMN("device_count", "#devices", 8, VALUE_NUMBER, devices),
	FIELD_NAME("direction", NULL, 0, op_json_names, bench_row, op),
	FIELD_GET(NULL, "direction", -9, get_direction),
	COLUMN("bytes", "#bytes", 8, VALUE_NUMBER, bytes),
	COLUMN("iterations", "#iterations", 11, VALUE_NUMBER, iterations),
	COLUMN("elapsed_ns", NULL, 0, VALUE_TIME, elapsed_ns),
	OPTIONAL("peak_bytes_per_s", "BW peak[B/s]", 11, VALUE_RATE, peak),
	FIELD_GET("average_bytes_per_s", "BW average[B/s]", 11, get_average),
	FIELD_GET(NULL, "transfers/s", 11, get_transfers_per_s),
	OPTIONAL("process_ns", NULL, 0, VALUE_TIME, process_ns),
	FIELD_GET(NULL, "process[us]", 8, get_process),
	OPTIONAL("machine_ns", NULL, 0, VALUE_TIME, machine_ns),
	FIELD_GET(NULL, "machine[us]", 8, get_machine),
	BENCH_LATENCY_LIST(LATENCY_COLUMN)
	{ }
};

/* What is true of all rows. */
#define COMMON(key, kind, member) \
	FIELD_OPTIONAL(key, NULL, 0, kind, bench_result, member)

static const struct field common[] = {
	COMMON("date", VALUE_STRING, date),
	COMMON("kernel_release", VALUE_STRING, kernel),
	COMMON("chunk_bytes", VALUE_BYTES, chunk_bytes),
	COMMON("edu_limit_bytes_per_s", VALUE_RATE, limit),
	COMMON("in_flight", VALUE_NUMBER, depth),
	{ }
};

/* Writing -------------------------------------------------------------------*/

void bench_print_header(void)
{
	columns_print_head(bench_columns, output_is_human());
}

void bench_print_row(const struct bench_row *row)
{
	columns_print(bench_columns, row, output_is_human());
}

void bench_print_json(const struct bench_result *result)
{
	struct json_object *object = fields_json(common, result);
	struct json_object *rows = json_object_new_array();
	size_t i;

	for (i = 0; i < result->count; i++)
		json_object_array_add(rows, fields_json(bench_columns,
							&result->row[i]));
	json_object_object_add(object, "rows", rows);
	print_json(object);
}

/* Collecting and reading back -----------------------------------------------*/

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

void bench_free(struct bench_result *result)
{
	free(result->row);
	json_object_put(result->source);
}

/* Other columns are quotients of these four. */
static bool has_something(const struct bench_row *row)
{
	return row->devices && row->bytes && row->iterations &&
	       row->elapsed_ns;
}

static bool load_rows(struct json_object *rows, struct bench_result *result)
{
	struct bench_row row;
	size_t i;

	if (!json_object_is_type(rows, json_type_array))
		return false;
	for (i = 0; i < json_object_array_length(rows); i++) {
		if (!fields_load(bench_columns,
				 json_object_array_get_idx(rows, i), &row) ||
		    !has_something(&row) || !bench_add(result, &row))
			return false;
	}
	return result->count;
}

/* A file without schema_version may still hold a result. */
static bool is_other_version(struct json_object *source)
{
	struct json_object *version;

	return json_object_object_get_ex(source, "schema_version", &version) &&
	       json_object_get_int64(version) != SCHEMA_VERSION;
}

int bench_load(const struct context *ctx, const char *name,
	       struct bench_result *result)
{
	static const struct failure not_ours = {
		.status = STATUS_FAILURE,
		.advice = "educma bench --json >FILE writes one",
	};
	struct json_object *rows;

	if (access(name, R_OK))
		return fail_system(ctx, -errno, "%s", name);
	result->source = json_object_from_file(name);
	if (is_other_version(result->source))
		return fail(ctx, &not_ours,
			    "%s: this educma reads schema_version %d only", name,
			    SCHEMA_VERSION);
	if (fields_load(common, result->source, result) &&
	    json_object_object_get_ex(result->source, "rows", &rows) &&
	    load_rows(rows, result))
		return 0;
	return fail(ctx, &not_ours, "%s: not a result of bench", name);
}
