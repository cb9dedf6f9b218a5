// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cmd.h"
#include "field.h"
#include "size.h"

#define NSEC_PER_SEC	1000000000ULL
#define BAR_CELLS	30

void print_json(struct json_object *value)
{
	puts(json_object_to_json_string_ext(value, JSON_C_TO_STRING_PRETTY |
					    JSON_C_TO_STRING_NOSLASHESCAPE));
	json_object_put(value);
}

/* The errno of the first flush that failed. */
static int output_errno;

bool flush_output(void)
{
	if (fflush(stdout) && !output_errno)
		output_errno = errno;
	return !ferror(stdout);
}

/* Some file systems tell of a full disk only when the file is closed. */
static bool end_output(void)
{
	if (!flush_output())
		return false;
	if (!close(STDOUT_FILENO))
		return true;
	output_errno = errno;
	return false;
}

int close_output(const struct context *ctx, int status)
{
	struct context text = *ctx;

	if (end_output())
		return status;
	/* The JSON object would go where nothing can be written. */
	text.json = false;
	return fail_system(&text, -(output_errno ?: EIO), "standard output");
}

void json_add_u64(struct json_object *object, const char *key, uint64_t value)
{
	json_object_object_add(object, key, json_object_new_uint64(value));
}

void json_add_string(struct json_object *object, const char *key,
		     const char *value)
{
	json_object_object_add(object, key, json_object_new_string(value));
}

static const struct field device_fields[] = {
	FIELD("device", NULL, 0, VALUE_CHARS, educma_entry, name),
	FIELD("pci", NULL, 0, VALUE_CHARS, educma_entry, pci),
	{ }
};

struct json_object *device_json(const struct educma_entry *entry)
{
	return fields_json(device_fields, entry);
}

uint64_t monotonic_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * NSEC_PER_SEC + t.tv_nsec;
}

void progress_start(struct progress *p, uint64_t total)
{
	p->total = total;
	p->start_ns = monotonic_ns();
	p->shown = UINT32_MAX;
	p->enabled = isatty(STDERR_FILENO);
	progress_update(p, 0);
}

void progress_update(struct progress *p, uint64_t done)
{
	static const char full[] = "##############################";
	double share = (double)done / p->total;
	unsigned int permille = share * 1000;
	uint64_t ns = monotonic_ns() - p->start_ns;
	char rate[SIZE_TEXT];

	/* A serial console is slow: draw only what can be seen to change. */
	if (!p->enabled || permille == p->shown)
		return;
	p->shown = permille;
	fprintf(stderr, "\r[%-*.*s] %5.1f %%  %10s", BAR_CELLS,
		(int)(share * BAR_CELLS), full, share * 100,
		rate_human(rate, rate_per_s(done, ns)));
	if (done)
		fprintf(stderr, ", %.0f s left ",
			(1 / share - 1) * ns / NSEC_PER_SEC);
}

void progress_end(struct progress *p)
{
	if (p->enabled)
		fputc('\n', stderr);
}
