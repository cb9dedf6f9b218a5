// SPDX-License-Identifier: GPL-2.0
/* educma cma: the areas, the educma buffers in them, and the reserves. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "area.h"
#include "cma.h"
#include "field.h"
#include "size.h"
#include "sysfs.h"

/**
 * struct held - a buffer that an educma device's debugfs holds
 * @pci: the device
 * @number: the buffer's number in debugfs
 * @bytes: its length
 * @dma_addr: its bus address
 * @area: the name of the area that it lies in
 * @err: 0, or why that is not known: educma_find_area()'s
 */
struct held {
	char pci[16];
	uint64_t number;
	uint64_t bytes;
	uint64_t dma_addr;
	char area[64];
	int err;
};

/**
 * struct reserve - the memory that a device's driver holds for its buffers
 * @pci: the device
 * @bytes: the reserve, which lies in an area and is used there
 * @free_bytes: how much of it is in no buffer
 */
struct reserve {
	char pci[16];
	uint64_t bytes;
	uint64_t free_bytes;
};

/**
 * struct holders - the buffers and reserves of all educma devices
 * @held: the buffers that debugfs holds
 * @helds: how many
 * @reserve: the reserves
 * @reserves: how many
 */
struct holders {
	struct held *held;
	size_t helds;
	struct reserve *reserve;
	size_t reserves;
};

/* For each the areas are read again, and a tree may have any number of them. */
#define HELD_MAX	1024

/* Reading ------------------------------------------------------------------ */

static void add_held(struct holders *h, const char *sysroot,
		     const struct educma_entry *entry, uint64_t number,
		     const struct educma_buffer *buf)
{
	struct educma_cma_area area;
	struct held *held;

	held = reallocarray(h->held, h->helds + 1, sizeof(*held));
	if (!held)
		return;
	h->held = held;
	held += h->helds++;
	memcpy(held->pci, entry->pci, sizeof(held->pci));
	held->number = number;
	held->bytes = buf->bytes;
	held->dma_addr = buf->dma_addr;
	held->err = educma_find_area(sysroot, entry, buf, &area);
	if (!held->err)
		memcpy(held->area, area.name, sizeof(held->area));
}

static void read_held(struct holders *h, const char *sysroot,
		      const struct educma_entry *entry)
{
	struct educma_buffer buf = { };
	char path[PATH_MAX];
	uint64_t number;
	FILE *f;

	if (path_format(path, sizeof(path), "/sys/kernel/debug/educma/%s/alloc",
			entry->pci))
		return;
	f = sysfs_fopen(sysroot, path, 0);
	if (!f)
		return;
	while (h->helds < HELD_MAX &&
	       fscanf(f, "%" SCNu64 " %" SCNu64 " %" SCNx64, &number,
		      &buf.bytes, &buf.dma_addr) == 3)
		add_held(h, sysroot, entry, number, &buf);
	fclose(f);
}

static void read_reserve(struct holders *h, const struct educma_entry *entry)
{
	struct reserve r, *grown;

	if (educma_read_counter(entry, "reserve_bytes", &r.bytes) || !r.bytes ||
	    educma_read_counter(entry, "reserve_free_bytes", &r.free_bytes))
		return;
	memcpy(r.pci, entry->pci, sizeof(r.pci));
	grown = reallocarray(h->reserve, h->reserves + 1, sizeof(r));
	if (!grown)
		return;
	h->reserve = grown;
	grown[h->reserves++] = r;
}

/* What cannot be read is left out; the areas are printed all the same. */
static void read_holders(struct holders *h, const char *sysroot)
{
	struct educma_entry *entries;
	size_t count, i;

	if (educma_list(sysroot, &entries, &count))
		return;
	for (i = 0; i < count; i++) {
		read_held(h, sysroot, &entries[i]);
		read_reserve(h, &entries[i]);
	}
	free(entries);
}

/* Buffers ------------------------------------------------------------------- */

/* Why a buffer is in no area; NULL if it is in one. */
static const char *elsewhere(const struct held *held)
{
	if (!held->err)
		return NULL;
	return held->err == -EXDEV ? "an IOMMU translates its address" :
				     "in no area";
}

/* One line of text for all fields of JSON. */
static void get_held(const void *record, struct value *value)
{
	const struct held *held = record;
	const char *why = elsewhere(held);
	char size[SIZE_TEXT];

	value_string(value, held->pci);
	value_text(value, "%s at 0x%08" PRIx64 "-0x%08" PRIx64
		   ", number %" PRIu64 " of %s%s%s",
		   size_format(size, held->bytes), held->dma_addr,
		   held->dma_addr + held->bytes - 1, held->number,
		   held->pci, why ? ": " : "", why ?: "");
}

static void get_why(const void *record, struct value *value)
{
	value_string(value, elsewhere(record));
}

static const struct field held_fields[] = {
	FIELD_GET("pci", "buffer", 0, get_held),
	FIELD("number", NULL, 0, VALUE_NUMBER, held, number),
	FIELD("bytes", NULL, 0, VALUE_BYTES, held, bytes),
	FIELD("dma_addr", NULL, 0, VALUE_ADDRESS, held, dma_addr),
	FIELD_GET("area_why", NULL, 0, get_why),
	{ }
};

/* Whether a buffer lies in @area, or in no area if @area is NULL. */
static bool lies_in(const struct held *held, const struct educma_cma_area *area)
{
	if (!area)
		return held->err;
	return !held->err && !strcmp(held->area, area->name);
}

static void print_buffers(const struct holders *h,
			  const struct educma_cma_area *area)
{
	size_t i;

	for (i = 0; i < h->helds; i++) {
		if (lies_in(&h->held[i], area))
			fields_print(held_fields, &h->held[i], false);
	}
}

static struct json_object *buffers_json(const struct holders *h,
					const struct educma_cma_area *area)
{
	struct json_object *array = json_object_new_array();
	size_t i;

	for (i = 0; i < h->helds; i++) {
		if (lies_in(&h->held[i], area))
			json_object_array_add(array, fields_json(held_fields,
								 &h->held[i]));
	}
	return array;
}

static bool any_elsewhere(const struct holders *h)
{
	size_t i;

	for (i = 0; i < h->helds; i++) {
		if (h->held[i].err)
			return true;
	}
	return false;
}

/* Reserves ------------------------------------------------------------------ */

static void get_reserve(const void *record, struct value *value)
{
	const struct reserve *r = record;
	char size[SIZE_TEXT], free_size[SIZE_TEXT];

	value_string(value, r->pci);
	value_text(value, "%s of %s, %s free", size_format(size, r->bytes),
		   r->pci, size_format(free_size, r->free_bytes));
}

static const struct field reserve_fields[] = {
	FIELD_GET("pci", "reserve", 0, get_reserve),
	FIELD("bytes", NULL, 0, VALUE_BYTES, reserve, bytes),
	FIELD("free_bytes", NULL, 0, VALUE_BYTES, reserve, free_bytes),
	{ }
};

static struct json_object *reserves_json(const struct holders *h)
{
	struct json_object *array = json_object_new_array();
	size_t i;

	for (i = 0; i < h->reserves; i++)
		json_object_array_add(array, fields_json(reserve_fields,
							 &h->reserve[i]));
	return array;
}

/* Areas ---------------------------------------------------------------------- */

/**
 * struct record - an area, and what else is printed of it
 * @area: the area
 * @sysroot: that of the areas
 * @holders: the buffers of all devices
 * @has_counters: the kernel has the two counters that follow
 * @success: pages that the area gave since boot
 * @failed: pages that it was asked for and did not give
 */
struct record {
	const struct educma_cma_area *area;
	const char *sysroot;
	const struct holders *holders;
	bool has_counters;
	uint64_t success;
	uint64_t failed;
};

static void fill_record(struct record *r, const char *sysroot,
			const struct educma_cma_area *area,
			const struct holders *h)
{
	*r = (struct record){
		.area = area, .sysroot = sysroot, .holders = h,
	};
	r->has_counters = !educma_cma_counters(sysroot, area, &r->success,
					       &r->failed);
}

static void get_name(const void *record, struct value *value)
{
	const struct record *r = record;

	value_string(value, r->area->name);
	if (r->area->err)
		value_text(value, "'%s', whose files cannot be read: %s",
			   r->area->name, strerror(-r->area->err));
	else
		area_text(value, r->area);
}

static void get_area_why(const void *record, struct value *value)
{
	const struct record *r = record;

	if (r->area->err)
		value_string(value, strerror(-r->area->err));
}

static void get_first(const void *record, struct value *value)
{
	const struct record *r = record;

	if (!r->area->err)
		value_number(value, VALUE_ADDRESS, r->area->base);
}

static void get_last(const void *record, struct value *value)
{
	const struct record *r = record;

	if (!r->area->err && r->area->bytes)
		value_number(value, VALUE_ADDRESS,
			     r->area->base + r->area->bytes - 1);
}

static void get_bytes(const void *record, struct value *value)
{
	const struct record *r = record;

	if (!r->area->err)
		value_number(value, VALUE_BYTES, r->area->bytes);
}

static void get_used(const void *record, struct value *value)
{
	const struct record *r = record;
	char used[SIZE_TEXT], largest[SIZE_TEXT];

	if (r->area->err)
		return;
	value_number(value, VALUE_BYTES, r->area->used);
	value_text(value, "%s, largest free run %s",
		   size_format(used, r->area->used),
		   size_format(largest, r->area->largest_free));
}

static void get_largest_free(const void *record, struct value *value)
{
	const struct record *r = record;

	if (!r->area->err)
		value_number(value, VALUE_BYTES, r->area->largest_free);
}

static void get_bitmap_unit(const void *record, struct value *value)
{
	const struct record *r = record;

	if (!r->area->err)
		value_number(value, VALUE_BYTES, bit_bytes(r->area));
}

static void get_success(const void *record, struct value *value)
{
	const struct record *r = record;

	if (!r->has_counters)
		return;
	value_number(value, VALUE_NUMBER, r->success);
	value_text(value, "%" PRIu64 " pages given out, %" PRIu64
		   " refused", r->success, r->failed);
}

static void get_failed(const void *record, struct value *value)
{
	const struct record *r = record;

	if (r->has_counters)
		value_number(value, VALUE_NUMBER, r->failed);
}

/**
 * struct run - adjacent pages that are given out
 * @first: the address of the first byte
 * @last: the address of the last byte
 * @bytes: the length
 */
struct run {
	uint64_t first;
	uint64_t last;
	uint64_t bytes;
};

static const struct field run_fields[] = {
	FIELD("first_address", NULL, 0, VALUE_ADDRESS, run, first),
	FIELD("last_address", NULL, 0, VALUE_ADDRESS, run, last),
	FIELD("bytes", NULL, 0, VALUE_BYTES, run, bytes),
	{ }
};

static struct json_object *runs_json(const struct educma_cma_area *area,
				     const struct educma_cma_bitmap *map)
{
	struct json_object *array = json_object_new_array();
	uint64_t first, end;
	struct run run;

	for (first = educma_cma_next_used(map, 0); first < map->bits;
	     first = educma_cma_next_used(map, end)) {
		end = educma_cma_next_free(map, first);
		run.first = area->base + first * bit_bytes(area);
		run.bytes = (end - first) * bit_bytes(area);
		run.last = run.first + run.bytes - 1;
		json_object_array_add(array, fields_json(run_fields, &run));
	}
	return array;
}

/* null if the bitmap cannot be read */
static void get_used_runs(const void *record, struct value *value)
{
	const struct record *r = record;
	struct educma_cma_bitmap map;

	value->kind = VALUE_NULL;
	if (educma_cma_bitmap(r->sysroot, r->area, &map))
		return;
	value->kind = VALUE_JSON;
	value->json = runs_json(r->area, &map);
	free(map.words);
}

static void get_buffers(const void *record, struct value *value)
{
	const struct record *r = record;

	value->kind = VALUE_JSON;
	value->json = buffers_json(r->holders, r->area);
}

static const struct field fields[] = {
	FIELD_GET("name", "area", 0, get_name),
	FIELD_GET("area_why", NULL, 0, get_area_why),
	FIELD_GET("first_address", NULL, 0, get_first),
	FIELD_GET("last_address", NULL, 0, get_last),
	FIELD_GET("bytes", NULL, 0, get_bytes),
	FIELD_GET("used_bytes", "used", 0, get_used),
	FIELD_GET("largest_free_bytes", NULL, 0, get_largest_free),
	FIELD_GET("bitmap_unit_bytes", NULL, 0, get_bitmap_unit),
	FIELD_GET("alloc_pages_success", "since boot", 0, get_success),
	FIELD_GET("alloc_pages_fail", NULL, 0, get_failed),
	FIELD_GET("used_runs", NULL, 0, get_used_runs),
	FIELD_GET("buffers", NULL, 0, get_buffers),
	{ }
};

static void print_areas(const char *sysroot,
			const struct educma_cma_area *areas, size_t count,
			const struct holders *h)
{
	struct record record;
	size_t i;

	for (i = 0; i < count; i++) {
		if (i)
			puts("");
		fill_record(&record, sysroot, &areas[i], h);
		fields_print(fields, &record, false);
		if (!areas[i].err)
			print_map(sysroot, &areas[i]);
		print_buffers(h, &areas[i]);
	}
	if (any_elsewhere(h))
		puts("");
	print_buffers(h, NULL);
	for (i = 0; i < h->reserves; i++)
		fields_print(reserve_fields, &h->reserve[i], false);
}

static void print_areas_json(const char *sysroot,
			     const struct educma_cma_area *areas, size_t count,
			     const struct holders *h)
{
	struct json_object *object = json_object_new_object();
	struct json_object *array = json_object_new_array();
	struct record record;
	size_t i;

	for (i = 0; i < count; i++) {
		fill_record(&record, sysroot, &areas[i], h);
		json_object_array_add(array, fields_json(fields, &record));
	}
	json_object_object_add(object, "areas", array);
	json_object_object_add(object, "buffers_elsewhere",
			       buffers_json(h, NULL));
	json_object_object_add(object, "reserves", reserves_json(h));
	print_json(object);
}

void show_areas(const struct context *ctx, const struct educma_cma_area *areas,
		size_t count)
{
	struct holders h = { };

	read_holders(&h, ctx->sysroot);
	if (ctx->json)
		print_areas_json(ctx->sysroot, areas, count, &h);
	else
		print_areas(ctx->sysroot, areas, count, &h);
	free(h.held);
	free(h.reserve);
}
