// SPDX-License-Identifier: GPL-2.0
/* educma cma: the kernel's CMA areas, a map of each, and pages from them. */
#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <langinfo.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "cmd.h"
#include "size.h"
#include "sysfs.h"

#define PIPE_COLUMNS	80
#define ROWS_MAX	16

/**
 * struct held - a buffer that an educma device's debugfs holds
 * @pci: the device
 * @number: its number there
 * @buf: its length and bus address
 * @area: the name of the area that it lies in
 * @err: 0, or why that is not known: educma_find_area()'s
 */
struct held {
	char pci[16];
	unsigned int number;
	struct educma_buffer buf;
	char area[64];
	int err;
};

struct held_list {
	struct held *held;
	size_t count;
};

static void hold(struct held_list *list, const char *sysroot,
		 const struct educma_entry *entry, unsigned int number,
		 const struct educma_buffer *buf)
{
	struct educma_cma_area area;
	struct held *held;

	held = reallocarray(list->held, list->count + 1, sizeof(*held));
	if (!held)
		return;
	list->held = held;
	held += list->count++;
	memcpy(held->pci, entry->pci, sizeof(held->pci));
	held->number = number;
	held->buf = *buf;
	held->err = educma_find_area(sysroot, entry, buf, &area);
	if (!held->err)
		memcpy(held->area, area.name, sizeof(held->area));
}

static void read_held_of(struct held_list *list, const char *sysroot,
			 const struct educma_entry *entry)
{
	struct educma_buffer buf = { };
	char path[PATH_MAX];
	unsigned int number;
	FILE *f;

	if (path_format(path, sizeof(path),
			"%s/sys/kernel/debug/educma/%s/alloc", sysroot,
			entry->pci))
		return;
	f = fopen(path, "re");
	if (!f)
		return;
	while (fscanf(f, "%u %" SCNu64 " %" SCNx64, &number, &buf.bytes,
		      &buf.dma_addr) == 3)
		hold(list, sysroot, entry, number, &buf);
	fclose(f);
}

/* As far as they can be read: they are shown beside the areas. */
static void read_held(struct held_list *list, const char *sysroot)
{
	struct educma_entry *entries;
	size_t count, i;

	if (educma_list(sysroot, &entries, &count))
		return;
	for (i = 0; i < count; i++)
		read_held_of(list, sysroot, &entries[i]);
	free(entries);
}

/* Failures -------------------------------------------------------------- */

static bool is_empty_dir(const char *path)
{
	bool empty = true;
	struct dirent *d;
	DIR *dir;

	dir = opendir(path);
	while (empty && dir && (d = readdir(dir)))
		empty = d->d_name[0] == '.';
	if (dir)
		closedir(dir);
	return empty;
}

/* There is no debugfs of CMA: what is missing? */
static int fail_no_debugfs(const struct context *ctx)
{
	static const struct failure no_cma = {
		.status = STATUS_FAILURE,
		.reason = "no_cma",
		.advice = "use a kernel with CONFIG_DMA_CMA=y and CONFIG_CMA_DEBUGFS=y",
	}, not_mounted = {
		.status = STATUS_FAILURE,
		.reason = "no_debugfs",
		.advice = "mount -t debugfs none /sys/kernel/debug",
	}, no_cma_debugfs = {
		.status = STATUS_FAILURE,
		.reason = "no_cma_debugfs",
		.advice = "use a kernel with CONFIG_CMA_DEBUGFS=y",
	};
	char path[PATH_MAX];
	uint64_t total;

	if (educma_meminfo(ctx->sysroot, "CmaTotal", &total))
		return fail(ctx, &no_cma, "this kernel has no CMA");
	if (path_format(path, sizeof(path), "%s/sys/kernel/debug",
			ctx->sysroot) || is_empty_dir(path))
		return fail(ctx, &not_mounted, "debugfs is not mounted");
	return fail(ctx, &no_cma_debugfs,
		    "this kernel has CMA, but shows nothing of it");
}

static int fail_no_area(const struct context *ctx)
{
	static const struct failure failure = {
		.status = STATUS_FAILURE,
		.reason = "no_area",
		.advice = "boot with cma=128M@0-256M",
	};

	return fail(ctx, &failure,
		    "the kernel has CMA, but no area was reserved");
}

/* Why there is no area to show, or to take from. */
static int fail_area(const struct context *ctx, const char *name, int err)
{
	static const struct failure forbidden = {
		.status = STATUS_FAILURE,
		.reason = "permission",
		.advice = "run it as root",
	}, no_such_area = {
		.status = STATUS_FAILURE,
		.reason = "no_such_area",
		.advice = "educma cma",
	};

	switch (err) {
	case -EACCES:
	case -EPERM:
		return fail(ctx, &forbidden, "CMA's debugfs: %s",
			    strerror(-err));
	case -ENOENT:
		return fail_no_debugfs(ctx);
	case -ENODEV:
		return fail_no_area(ctx);
	case -ESRCH:
		return fail(ctx, &no_such_area, "no CMA area '%s'", name);
	case -E2BIG:
		usage_error(ctx, "there are several CMA areas: say --area NAME");
	}
	return fail_errno(ctx, err, "CMA's debugfs");
}

/* The map --------------------------------------------------------------- */

enum state { FREE, PARTLY, USED };

struct glyphs {
	const char *of[USED + 1];
};

/**
 * struct grid - how a bitmap is cut into cells
 * @columns: cells in a row, a power of two
 * @bits: in a cell, a power of two; the last cell may have fewer
 */
struct grid {
	unsigned int columns;
	uint64_t bits;
};

static const struct glyphs *glyphs(void)
{
	static const struct glyphs ascii = { { ".", "+", "#" } };
	static const struct glyphs utf8 = { { "·", "▒", "█" } };

	setlocale(LC_CTYPE, "");
	return strcmp(nl_langinfo(CODESET), "UTF-8") ? &ascii : &utf8;
}

static unsigned int output_columns(void)
{
	struct winsize size;

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) || !size.ws_col)
		return PIPE_COLUMNS;
	return size.ws_col;
}

/* Powers of two, so that the rows' addresses are round. */
static struct grid make_grid(uint64_t bits, unsigned int columns)
{
	struct grid grid = { .columns = 1, .bits = 1 };

	while (2 * grid.columns <= columns)
		grid.columns *= 2;
	while (grid.bits * grid.columns * ROWS_MAX < bits)
		grid.bits *= 2;
	return grid;
}

static enum state cell_state(const struct educma_cma_bitmap *map,
			     uint64_t first, uint64_t bits)
{
	uint64_t used = 0, i;

	if (bits > map->bits - first)
		bits = map->bits - first;
	for (i = 0; i < bits; i++)
		used += educma_cma_is_used(map, first + i);
	if (!used)
		return FREE;
	return used < bits ? PARTLY : USED;
}

static uint64_t bit_bytes(const struct educma_cma_area *area)
{
	return (uint64_t)sysconf(_SC_PAGESIZE) << area->order_per_bit;
}

static void print_rows(const struct educma_cma_area *area,
		       const struct educma_cma_bitmap *map)
{
	const struct glyphs *glyph = glyphs();
	int label = snprintf(NULL, 0, "0x%08" PRIx64 " ",
			     area->base + area->bytes - 1);
	unsigned int columns = output_columns();
	char size[SIZE_TEXT];
	struct grid grid;
	uint64_t bit;

	grid = make_grid(map->bits,
			 columns > (unsigned int)label ? columns - label : 1);
	for (bit = 0; bit < map->bits; bit += grid.bits) {
		if (!(bit / grid.bits % grid.columns))
			printf("%s0x%0*" PRIx64 " ", bit ? "\n" : "", label - 3,
			       area->base + bit * bit_bytes(area));
		fputs(glyph->of[cell_state(map, bit, grid.bits)], stdout);
	}
	printf("\n%s used, %s partly, %s free; %s each\n", glyph->of[USED],
	       glyph->of[PARTLY], glyph->of[FREE],
	       size_format(size, grid.bits * bit_bytes(area)));
}

static void print_map(const char *sysroot, const struct educma_cma_area *area)
{
	struct educma_cma_bitmap map;
	int err;

	err = educma_cma_bitmap(sysroot, area, &map);
	if (err) {
		printf("%-12s unknown: %s\n", "map", strerror(-err));
		return;
	}
	print_rows(area, &map);
	free(map.words);
}

/* Areas ----------------------------------------------------------------- */

static void print_counters(const char *sysroot,
			   const struct educma_cma_area *area)
{
	uint64_t success, failed;

	if (!educma_cma_counters(sysroot, area, &success, &failed))
		printf("%-12s %" PRIu64 " pages found, %" PRIu64
		       " asked for in vain\n", "since boot", success, failed);
}

static void print_held(const struct held *held)
{
	char size[SIZE_TEXT];

	printf("%-12s %s at 0x%08" PRIx64 "-0x%08" PRIx64 ", number %u of %s",
	       "buffer", size_format(size, held->buf.bytes),
	       held->buf.dma_addr, held->buf.dma_addr + held->buf.bytes - 1,
	       held->number, held->pci);
}

static bool lies_in(const struct held *held, const struct educma_cma_area *area)
{
	return !held->err && !strcmp(held->area, area->name);
}

static void print_area(const char *sysroot, const struct educma_cma_area *area,
		       const struct held_list *list)
{
	char size[SIZE_TEXT];
	size_t i;

	printf("%-12s '%s', %s at 0x%08" PRIx64 "-0x%08" PRIx64 "\n", "area",
	       area->name, size_format(size, area->bytes), area->base,
	       area->base + area->bytes - 1);
	printf("%-12s %s", "used", size_format(size, area->used));
	printf(", largest free run %s\n",
	       size_format(size, area->largest_free));
	print_counters(sysroot, area);
	print_map(sysroot, area);
	for (i = 0; i < list->count; i++) {
		if (lies_in(&list->held[i], area)) {
			print_held(&list->held[i]);
			puts("");
		}
	}
}

static const char *elsewhere(int err)
{
	return err == -EXDEV ? "an IOMMU translates its address" :
			       "in no area";
}

static void print_elsewhere(const struct held_list *list)
{
	bool any = false;
	size_t i;

	for (i = 0; i < list->count; i++) {
		if (!list->held[i].err)
			continue;
		if (!any)
			puts("");
		any = true;
		print_held(&list->held[i]);
		printf(": %s\n", elsewhere(list->held[i].err));
	}
}

/* What a driver holds for its buffers lies in an area, and is used there. */
static void print_reserve(const struct educma_entry *entry)
{
	char size[SIZE_TEXT], free_size[SIZE_TEXT];
	uint64_t bytes, free_bytes;

	if (educma_read_counter(entry, "reserve_bytes", &bytes) || !bytes ||
	    educma_read_counter(entry, "reserve_free_bytes", &free_bytes))
		return;
	printf("%-12s %s of %s, %s free\n", "reserve",
	       size_format(size, bytes), entry->pci,
	       size_format(free_size, free_bytes));
}

static void print_reserves(const char *sysroot)
{
	struct educma_entry *entries;
	size_t count, i;

	if (educma_list(sysroot, &entries, &count))
		return;
	for (i = 0; i < count; i++)
		print_reserve(&entries[i]);
	free(entries);
}

static void areas_text(const char *sysroot, const struct educma_cma_area *areas,
		       size_t count, const struct held_list *list)
{
	size_t i;

	for (i = 0; i < count; i++) {
		if (i)
			puts("");
		print_area(sysroot, &areas[i], list);
	}
	print_elsewhere(list);
	print_reserves(sysroot);
}

static struct json_object *reserve_json(const struct educma_entry *entry,
					uint64_t bytes, uint64_t free_bytes)
{
	struct json_object *object = json_object_new_object();

	json_add_string(object, "pci", entry->pci);
	json_add_u64(object, "bytes", bytes);
	json_add_u64(object, "free_bytes", free_bytes);
	return object;
}

static struct json_object *reserves_json(const char *sysroot)
{
	struct json_object *array = json_object_new_array();
	uint64_t bytes, free_bytes;
	struct educma_entry *entries;
	size_t count, i;

	if (educma_list(sysroot, &entries, &count))
		return array;
	for (i = 0; i < count; i++)
		if (!educma_read_counter(&entries[i], "reserve_bytes", &bytes) &&
		    bytes && !educma_read_counter(&entries[i],
						  "reserve_free_bytes",
						  &free_bytes))
			json_object_array_add(array,
					      reserve_json(&entries[i], bytes,
							   free_bytes));
	free(entries);
	return array;
}

static struct json_object *run_json(const struct educma_cma_area *area,
				    uint64_t first, uint64_t end)
{
	struct json_object *object = json_object_new_object();

	json_add_address(object, "address",
			 area->base + first * bit_bytes(area));
	json_add_u64(object, "bytes", (end - first) * bit_bytes(area));
	return object;
}

/* The bitmap as its runs of used pages; null if it cannot be read. */
static struct json_object *runs_json(const char *sysroot,
				     const struct educma_cma_area *area)
{
	struct educma_cma_bitmap map;
	struct json_object *runs;
	uint64_t bit, first;

	if (educma_cma_bitmap(sysroot, area, &map))
		return NULL;
	runs = json_object_new_array();
	for (bit = 0; bit < map.bits; bit++) {
		if (!educma_cma_is_used(&map, bit))
			continue;
		first = bit;
		while (bit < map.bits && educma_cma_is_used(&map, bit))
			bit++;
		json_object_array_add(runs, run_json(area, first, bit));
	}
	free(map.words);
	return runs;
}

static struct json_object *held_json(const struct held *held)
{
	struct json_object *object = json_object_new_object();

	json_add_string(object, "pci", held->pci);
	json_add_u64(object, "number", held->number);
	json_add_u64(object, "bytes", held->buf.bytes);
	json_add_address(object, "bus_address", held->buf.dma_addr);
	if (held->err)
		json_add_string(object, "why", elsewhere(held->err));
	return object;
}

/* Those in @area, or those in none if it is NULL. */
static struct json_object *buffers_json(const struct held_list *list,
					const struct educma_cma_area *area)
{
	struct json_object *array = json_object_new_array();
	size_t i;

	for (i = 0; i < list->count; i++) {
		const struct held *held = &list->held[i];

		if (area ? lies_in(held, area) : held->err != 0)
			json_object_array_add(array, held_json(held));
	}
	return array;
}

static struct json_object *area_json(const char *sysroot,
				     const struct educma_cma_area *area,
				     const struct held_list *list)
{
	struct json_object *object = json_object_new_object();
	uint64_t success, failed;

	json_add_string(object, "name", area->name);
	json_add_address(object, "base", area->base);
	json_add_u64(object, "bytes", area->bytes);
	json_add_u64(object, "used_bytes", area->used);
	json_add_u64(object, "largest_free_bytes", area->largest_free);
	json_add_u64(object, "bitmap_unit_bytes", bit_bytes(area));
	if (!educma_cma_counters(sysroot, area, &success, &failed)) {
		json_add_u64(object, "alloc_pages_success", success);
		json_add_u64(object, "alloc_pages_fail", failed);
	}
	json_object_object_add(object, "used_runs", runs_json(sysroot, area));
	json_object_object_add(object, "buffers", buffers_json(list, area));
	return object;
}

static void areas_json(const char *sysroot, const struct educma_cma_area *areas,
		       size_t count, const struct held_list *list)
{
	struct json_object *object = json_object_new_object();
	struct json_object *array = json_object_new_array();
	size_t i;

	for (i = 0; i < count; i++)
		json_object_array_add(array,
				      area_json(sysroot, &areas[i], list));
	json_object_object_add(object, "areas", array);
	json_object_object_add(object, "buffers_elsewhere",
			       buffers_json(list, NULL));
	json_object_object_add(object, "reserves", reserves_json(sysroot));
	print_json(object);
}

static void show(const struct context *ctx, const struct educma_cma_area *areas,
		 size_t count)
{
	struct held_list list = { };

	read_held(&list, ctx->sysroot);
	if (ctx->json)
		areas_json(ctx->sysroot, areas, count, &list);
	else
		areas_text(ctx->sysroot, areas, count, &list);
	free(list.held);
}

static int show_all(const struct context *ctx)
{
	struct educma_cma_area *areas;
	size_t count;
	int err;

	err = educma_cma_areas(ctx->sysroot, &areas, &count);
	if (!err && !count)
		err = -ENODEV;
	if (err)
		return fail_area(ctx, NULL, err);
	show(ctx, areas, count);
	free(areas);
	return STATUS_OK;
}

static int show_one(const struct context *ctx, const char *name)
{
	struct educma_cma_area area;
	int err;

	err = educma_cma_find(ctx->sysroot, name, &area);
	if (err)
		return fail_area(ctx, name, err);
	show(ctx, &area, 1);
	return STATUS_OK;
}

/* Pages ----------------------------------------------------------------- */

/**
 * struct order - pages to take, or to give back
 * @before: the area, before that
 * @after: and after it
 * @pages: how many
 */
struct order {
	struct educma_cma_area before;
	struct educma_cma_area after;
	uint64_t pages;
};

static uint64_t order_bytes(const struct order *o)
{
	return o->pages * sysconf(_SC_PAGESIZE);
}

static int fail_alloc(const struct context *ctx, const struct order *o)
{
	const uint64_t bytes = order_bytes(o);
	const struct educma_cma_area *area = &o->before;
	struct failure failure = {
		.status = STATUS_FAILURE,
		.reason = "in_use",
		.advice = "ask for less, or free what 'educma cma' shows",
	};
	const char *why = "it has not this much free";
	char size[SIZE_TEXT], largest[SIZE_TEXT];

	if (bytes <= area->largest_free) {
		failure.reason = "pinned";
		failure.advice = "try again: what others keep in the free pages did not move away";
		why = "it is free, but not to be had now";
	} else if (bytes <= area->bytes - area->used) {
		failure.reason = "fragmented";
		why = "it has this much free, but not in one piece";
	}
	return fail(ctx, &failure,
		    "no %s in area '%s': %s; its largest free run is %s",
		    size_format(size, bytes), area->name, why,
		    size_format(largest, area->largest_free));
}

static int fail_order(const struct context *ctx, const struct order *o, int err)
{
	static const struct failure too_small = {
		.status = STATUS_FAILURE,
		.reason = "too_small",
		.advice = "educma cma",
	};
	char size[SIZE_TEXT];

	switch (err) {
	case -ENOMEM:
		return fail_alloc(ctx, o);
	case -ERANGE:
		return fail(ctx, &too_small, "area '%s' has only %s in all",
			    o->before.name,
			    size_format(size, o->before.bytes));
	}
	return fail_area(ctx, o->before.name, err);
}

static void order_json(const struct order *o)
{
	struct json_object *object = json_object_new_object();

	json_add_string(object, "area", o->after.name);
	json_add_u64(object, "asked_bytes", order_bytes(o));
	json_add_u64(object, "used_bytes_before", o->before.used);
	json_add_u64(object, "used_bytes", o->after.used);
	json_add_u64(object, "largest_free_bytes", o->after.largest_free);
	print_json(object);
}

static void print_order(const struct context *ctx, const struct order *o)
{
	char size[SIZE_TEXT];

	if (ctx->json) {
		order_json(o);
		return;
	}
	printf("%-12s '%s'\n", "area", o->after.name);
	printf("%-12s %" PRIu64 " pages, %s\n", "asked for", o->pages,
	       size_format(size, order_bytes(o)));
	printf("%-12s %s", "used", size_format(size, o->before.used));
	printf(" before, %s now\n", size_format(size, o->after.used));
	printf("%-12s %s\n", "largest free",
	       size_format(size, o->after.largest_free));
}

static int look_again(const struct context *ctx, struct order *o)
{
	int err;

	err = educma_cma_find(ctx->sysroot, o->before.name, &o->after);
	if (err)
		return fail_area(ctx, o->before.name, err);
	print_order(ctx, o);
	return STATUS_OK;
}

static int alloc_pages(const struct context *ctx, struct order *o)
{
	int err;

	err = educma_cma_alloc(ctx->sysroot, &o->before, o->pages);
	return err ? fail_order(ctx, o, err) : look_again(ctx, o);
}

/* Only people are told in words: the JSON object has the numbers. */
static int fail_free(const struct context *ctx, const struct order *o,
		     uint64_t freed)
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
		    size_format(size, freed),
		    size_format(asked, order_bytes(o)));
}

/* What was used and is not any more; others may have taken some of it again. */
static uint64_t freed_bytes(const struct order *o,
			    const struct educma_cma_bitmap *before,
			    const struct educma_cma_bitmap *after)
{
	uint64_t freed = 0, bit;

	for (bit = 0; bit < before->bits; bit++)
		freed += educma_cma_is_used(before, bit) &&
			 !educma_cma_is_used(after, bit);
	return freed * bit_bytes(&o->before);
}

static int check_freed(const struct context *ctx, const struct order *o,
		       const struct educma_cma_bitmap *before)
{
	struct educma_cma_bitmap after;
	uint64_t freed;
	int err;

	err = educma_cma_bitmap(ctx->sysroot, &o->before, &after);
	if (err)
		return fail_area(ctx, o->before.name, err);
	freed = freed_bytes(o, before, &after);
	free(after.words);
	return freed < order_bytes(o) ? fail_free(ctx, o, freed) : STATUS_OK;
}

/* The kernel does not tell how much it freed; the bitmap does. */
static int free_pages(const struct context *ctx, struct order *o)
{
	struct educma_cma_bitmap before;
	int status, err;

	err = educma_cma_bitmap(ctx->sysroot, &o->before, &before);
	if (err)
		return fail_area(ctx, o->before.name, err);
	err = educma_cma_free(ctx->sysroot, &o->before, o->pages);
	status = err ? fail_order(ctx, o, err) : look_again(ctx, o);
	if (!status)
		status = check_freed(ctx, o, &before);
	free(before.words);
	return status;
}

/* A plain number is pages, as in the kernel's files; with a unit, a size. */
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
	/* More than any area has, so that the product does not overflow. */
	return pages < UINT64_MAX / page ? pages : UINT64_MAX / page;
}

static int do_order(const struct context *ctx, const char *what,
		    const char *amount, const char *name)
{
	const bool is_alloc = !strcmp(what, "alloc");
	struct order o = { };
	int err;

	if (!is_alloc && strcmp(what, "free"))
		usage_error(ctx, "no action '%s': alloc or free", what);
	if (!amount)
		usage_error(ctx, "%s how much?", what);
	o.pages = pages_argument(ctx, amount);
	err = educma_cma_find(ctx->sysroot, name, &o.before);
	if (err)
		return fail_area(ctx, name, err);
	return is_alloc ? alloc_pages(ctx, &o) : free_pages(ctx, &o);
}

enum { OPTION_AREA = OPTION_FIRST };

int cmd_cma(struct context *ctx, int argc, char **argv)
{
	static const struct option longs[] = {
		{ "area", required_argument, NULL, OPTION_AREA },
		{ }
	};
	const char *name = NULL;

	while (next_option(ctx, argc, argv, "", longs) != -1)
		name = optarg;
	expect_operands(ctx, argc, 0, 2);
	if (optind < argc)	/* argv ends with a NULL */
		return do_order(ctx, argv[optind], argv[optind + 1], name);
	return name ? show_one(ctx, name) : show_all(ctx);
}
