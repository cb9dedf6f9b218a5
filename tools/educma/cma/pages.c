// SPDX-License-Identifier: GPL-2.0
/* educma cma alloc and free: pages from CMA's debugfs. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <unistd.h>

#include "cma.h"
#include "field.h"
#include "size.h"

/**
 * struct request - pages to take, or to give back
 * @before: the area before that
 * @after: the area afterwards
 * @pages: how many
 * @freed: the bytes that were given back, at least; FIELD_UNKNOWN if pages are
 *	to be taken
 */
struct request {
	struct educma_cma_area before;
	struct educma_cma_area after;
	uint64_t pages;
	uint64_t freed;
};

static uint64_t request_bytes(const struct request *r)
{
	return r->pages * sysconf(_SC_PAGESIZE);
}

static int fail_alloc(const struct context *ctx, const struct request *r)
{
	const uint64_t bytes = request_bytes(r);
	const struct educma_cma_area *area = &r->before;
	struct failure failure = {
		.status = STATUS_FAILURE,
		.reason = "in_use",
		.advice = "ask for less, or free buffers that 'educma cma' shows",
	};
	const char *why = "not enough of it is free";
	char size[SIZE_TEXT], largest[SIZE_TEXT];

	if (bytes <= area->largest_free) {
		failure.reason = "pinned";
		failure.advice = "try again: data in the free pages could not be moved away";
		why = "enough is free in one piece, but the kernel could not take it now";
	} else if (bytes <= area->bytes - area->used) {
		failure.reason = "fragmented";
		why = "enough is free, but not in one piece";
	}
	return fail(ctx, &failure,
		    "no %s in area '%s': %s; its largest free run is %s",
		    size_format(size, bytes), area->name, why,
		    size_format(largest, area->largest_free));
}

static int fail_request(const struct context *ctx, const struct request *r, int err)
{
	static const struct failure too_small = {
		.status = STATUS_FAILURE,
		.reason = "too_small",
		.advice = "educma cma",
	};
	char size[SIZE_TEXT];

	switch (err) {
	case -ENOMEM:
		return fail_alloc(ctx, r);
	case -ERANGE:
		return fail(ctx, &too_small, "area '%s' has only %s in all",
			    r->before.name,
			    size_format(size, r->before.bytes));
	}
	return fail_area(ctx, r->before.name, err);
}

static void get_area(const void *record, struct value *value)
{
	const struct request *r = record;

	value_string(value, r->after.name);
	value_text(value, "'%s'", r->after.name);
}

static void get_asked(const void *record, struct value *value)
{
	const struct request *r = record;
	char size[SIZE_TEXT];

	value_number(value, VALUE_BYTES, request_bytes(r));
	value_text(value, "%" PRIu64 " pages, %s", r->pages,
		   size_format(size, request_bytes(r)));
}

static void get_used(const void *record, struct value *value)
{
	const struct request *r = record;
	char before[SIZE_TEXT], now[SIZE_TEXT];

	value_number(value, VALUE_BYTES, r->after.used);
	value_text(value, "%s before, %s now",
		   size_format(before, r->before.used),
		   size_format(now, r->after.used));
}

static void get_freed(const void *record, struct value *value)
{
	const struct request *r = record;
	char size[SIZE_TEXT];

	if (r->freed == FIELD_UNKNOWN)
		return;
	value_number(value, VALUE_BYTES, r->freed);
	value_text(value, "at least %s", size_format(size, r->freed));
}

static const struct field fields[] = {
	FIELD_GET("area", "area", 0, get_area),
	FIELD_GET("asked_bytes", "asked for", 0, get_asked),
	FIELD_GET("freed_bytes", "freed", 0, get_freed),
	FIELD("used_before_bytes", NULL, 0, VALUE_BYTES, request, before.used),
	FIELD_GET("used_bytes", "used", 0, get_used),
	FIELD("largest_free_bytes", "largest free", 0, VALUE_BYTES, request,
	      after.largest_free),
	{ }
};

static void print_request(const struct context *ctx, const struct request *r)
{
	if (ctx->json)
		print_json(fields_json(fields, r));
	else
		fields_print(fields, r, false);
}

static int look_again(const struct context *ctx, struct request *r)
{
	int err;

	err = educma_cma_find(ctx->sysroot, r->before.name, &r->after);
	if (err)
		return fail_area(ctx, r->before.name, err);
	print_request(ctx, r);
	return STATUS_OK;
}

static int alloc_from_area(const struct context *ctx, struct request *r)
{
	int err;

	err = educma_cma_alloc(ctx->sysroot, &r->before, r->pages);
	return err ? fail_request(ctx, r, err) : look_again(ctx, r);
}

/* The JSON object has the numbers already, so this is for people only. */
static int fail_free(const struct context *ctx, const struct request *r)
{
	static const struct failure failure = {
		.status = STATUS_FAILURE,
		.reason = "not_held",
	};
	struct context text = *ctx;
	char size[SIZE_TEXT], asked[SIZE_TEXT];

	text.json = false;
	return fail(&text, &failure,
		    "freed at least %s of %s: no more than 'cma alloc' took",
		    size_format(size, r->freed),
		    size_format(asked, request_bytes(r)));
}

/*
 * The bytes that were given out before and are free now. It can be less than was
 * freed: other drivers may have taken pages in between.
 */
static uint64_t freed_bytes(const struct request *r,
			    const struct educma_cma_bitmap *before,
			    const struct educma_cma_bitmap *after)
{
	return educma_cma_count_used(before, after) * bit_bytes(&r->before);
}

static int note_freed(const struct context *ctx, struct request *r,
		      const struct educma_cma_bitmap *before)
{
	struct educma_cma_bitmap after;
	int err;

	err = educma_cma_bitmap(ctx->sysroot, &r->before, &after);
	if (err)
		return fail_area(ctx, r->before.name, err);
	r->freed = freed_bytes(r, before, &after);
	free(after.words);
	return STATUS_OK;
}

/* The kernel does not return how much it freed; the bitmap shows it. */
static int free_and_look(const struct context *ctx, struct request *r,
			 const struct educma_cma_bitmap *before)
{
	int status, err;

	err = educma_cma_free(ctx->sysroot, &r->before, r->pages);
	if (err)
		return fail_request(ctx, r, err);
	status = note_freed(ctx, r, before) ?: look_again(ctx, r);
	if (!status && r->freed < request_bytes(r))
		status = fail_free(ctx, r);
	return status;
}

static int free_to_area(const struct context *ctx, struct request *r)
{
	struct educma_cma_bitmap before;
	int status, err;

	err = educma_cma_bitmap(ctx->sysroot, &r->before, &before);
	if (err)
		return fail_area(ctx, r->before.name, err);
	status = free_and_look(ctx, r, &before);
	free(before.words);
	return status;
}

/*
 * A number without a unit is a number of pages, as in the kernel's files; with a
 * unit it is a size.
 */
static uint64_t pages_argument(const struct context *ctx, const char *text)
{
	const uint64_t page = sysconf(_SC_PAGESIZE);
	uint64_t pages, bytes;

	if (number_parse(text, &pages)) {
		bytes = size_argument(ctx, "amount", text);
		pages = bytes / page + !!(bytes % page);
	}
	if (!pages)
		usage_error(ctx, "amount '%s': at least 1 page", text);
	/* The limit is more than any area has; it keeps bytes in 64 bits. */
	return pages < UINT64_MAX / page ? pages : UINT64_MAX / page;
}

/* Fills in @r. Returns 0, or a status: it is reported. */
static int find_area(const struct context *ctx, const char *amount,
		     const char *name, struct request *r)
{
	int err;

	r->pages = pages_argument(ctx, amount);
	err = educma_cma_find(ctx->sysroot, name, &r->before);
	return err ? fail_area(ctx, name, err) : 0;
}

int take_pages(const struct context *ctx, const char *amount, const char *name)
{
	struct request r = { .freed = FIELD_UNKNOWN };

	return find_area(ctx, amount, name, &r) ?: alloc_from_area(ctx, &r);
}

int give_pages(const struct context *ctx, const char *amount, const char *name)
{
	struct request r = { };

	return find_area(ctx, amount, name, &r) ?: free_to_area(ctx, &r);
}
