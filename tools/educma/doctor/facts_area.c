// SPDX-License-Identifier: GPL-2.0
/*
 * The facts of the CMA areas: from debugfs and sysfs, or without these from the
 * kernel's log, the zones and the command line.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gather.h"
#include "sysfs.h"

#define SYSFS_CMA	"/sys/kernel/mm/cma"

/* Only a map with pages that are given out is read: 3 GiB cost the kernel 10M instructions. */
static void take_map(const char *sysroot, const struct educma_cma_area *from,
		     struct educma_cma_bitmap *map)
{
	if (!*sysroot && !from->used) {
		map->bits = from->bytes / from->page_bytes >> from->order_per_bit;
		map->words = calloc(map->bits / 32 + 1, sizeof(*map->words));
	} else if (educma_cma_bitmap(sysroot, from, map)) {
		map->words = NULL;
	}
}

static void take_area(const char *sysroot, const struct educma_cma_area *from,
		      struct doctor_area *area)
{
	strcpy(area->name, from->name);
	area->bytes = from->bytes;
	area->first = from->base;
	area->last = from->base + from->bytes - 1;
	area->exact = true;
	area->used = from->used;
	area->used_known = true;
	area->largest_free = from->largest_free;
	area->free_known = true;
	area->page_order = from->order_per_bit;
	take_map(sysroot, from, &area->map);
}

/* Takes the line "cma: Reserved 128 MiB at 0x0000000008000000". */
static void area_from_log_line(const char *line, struct doctor_area *area)
{
	const char *said = strstr(line, "cma: Reserved ");
	uint64_t mib, base, bytes;

	if (!said || sscanf(said, "cma: Reserved %" SCNu64 " MiB at %" SCNx64,
			    &mib, &base) != 2)
		return;
	if (!mib || __builtin_mul_overflow(mib, 1 << 20, &bytes) ||
	    __builtin_add_overflow(base, bytes - 1, &area->last))
		return;
	area->bytes = bytes;
	area->first = base;
	area->exact = true;
}

static void take_log_line(const char *line, void *area)
{
	struct doctor_area *a = area;

	if (!a->exact)
		area_from_log_line(line, a);
}

static void area_from_log(const char *sysroot, struct doctor_facts *f)
{
	/* The log's lines of the other areas look like that of the default one. */
	if (!f->other_areas)
		read_log(sysroot, take_log_line, &f->area);
}

/* Newer kernels have the area's length and its free pages in sysfs as well. */
static void pages_from_sysfs(const char *sysroot, uint64_t page,
			     struct doctor_area *area)
{
	uint64_t total, available;
	char path[PATH_MAX];

	if (path_format(path, sizeof(path), SYSFS_CMA "/%s", area->name))
		return;
	area->counted = !sysfs_read_u64(sysroot, path, "alloc_pages_success",
					&area->succeeded) &&
			!sysfs_read_u64(sysroot, path, "alloc_pages_fail",
					&area->failed);
	if (area->used_known ||
	    sysfs_read_u64(sysroot, path, "total_pages", &total) ||
	    sysfs_read_u64(sysroot, path, "available_pages", &available))
		return;
	if (!total || available > total ||
	    __builtin_mul_overflow(total, page, &area->bytes))
		return;
	area->used = (total - available) * page;
	area->used_known = true;
	area->largest_free = available * page;
}

/**
 * struct listing - the kernel's CMA areas
 * @list: the areas
 * @count: the number of areas
 * @debugfs: 0, or the error because of which @list has only names
 * @known: @list is complete
 */
struct listing {
	struct educma_cma_area *list;
	size_t count;
	int debugfs;
	bool known;
};

static void names_from_sysfs(const char *sysroot, struct listing *areas)
{
	char **names;
	int count, i;

	count = sysfs_list(sysroot, SYSFS_CMA, &names);
	if (count < 0)
		return;
	areas->list = calloc(count + 1, sizeof(*areas->list));
	areas->known = areas->list;
	for (i = 0; areas->list && i < count; i++)
		snprintf(areas->list[areas->count++].name,
			 sizeof(areas->list->name), "%.63s", names[i]);
	sysfs_free_list(names, count);
}

static void list_areas(const char *sysroot, struct listing *areas)
{
	memset(areas, 0, sizeof(*areas));
	areas->debugfs = educma_cma_areas(sysroot, &areas->list, &areas->count);
	areas->known = !areas->debugfs;
	if (areas->debugfs) {
		areas->list = NULL;
		areas->count = 0;
		names_from_sysfs(sysroot, areas);
	}
}

/* Returns 0, or the errno because of which only an area's name is known. */
static int area_err(const struct listing *areas, int i)
{
	return areas->debugfs || i < 0 ? areas->debugfs : areas->list[i].err;
}

static void read_area(const char *sysroot, struct doctor_facts *f,
		      const struct listing *areas, size_t i,
		      struct doctor_area *area)
{
	area->present = YES;
	if (area_err(areas, i))
		strcpy(area->name, areas->list[i].name);
	else
		take_area(sysroot, &areas->list[i], area);
	pages_from_sysfs(sysroot, f->page, area);
}

static void bounds_from_cma_words(const struct doctor_cma_words *cma,
				  struct doctor_area *area)
{
	if (cma->first > area->first)
		area->first = cma->first;
	if (cma->limit && cma->limit - 1 < area->last)
		area->last = cma->limit - 1;
}

static void bounds_from_zones(const struct doctor_facts *f,
			      struct doctor_area *area)
{
	uint64_t first = UINT64_MAX, last = 0;
	size_t i;

	for (i = 0; i < f->zone_count; i++) {
		const struct doctor_zone *zone = &f->zones[i];

		if (!zone->cma)
			continue;
		if (zone->start < first)
			first = zone->start;
		if (zone->end - 1 > last)
			last = zone->end - 1;
	}
	area->first = last ? first : 0;
	area->last = last ? last : UINT64_MAX;
}

static void bound_area(const struct doctor_facts *f, struct doctor_area *area)
{
	if (!area->exact) {
		bounds_from_zones(f, area);
		if (area == &f->area)
			bounds_from_cma_words(&f->cma_words, area);
	}
	if (!area->bytes)
		area->bytes = f->cma_total;
	if (!area->largest_free && !area->used_known)
		area->largest_free = area->bytes;
}

static void unseen_of_area(struct doctor_facts *f, int debugfs,
			   const struct doctor_area *area)
{
	const char *which = area == &f->area ? "" : " of the device's node";

	if (!area->exact)
		unseen(f,
		       "where the CMA area%s lies: neither /sys/kernel/debug/cma nor the kernel log says it",
		       which);
	if (!area->free_known)
		unseen(f, "whether the CMA area%s is free in one piece: /sys/kernel/debug/cma (%s)",
		       which, strerror(-debugfs));
}

static void unseen_default(struct doctor_facts *f, const struct listing *areas)
{
	char names[160] = "";
	size_t i, len;

	for (i = 0; i < areas->count; i++) {
		len = strlen(names);
		snprintf(names + len, sizeof(names) - len, "%s%s",
			 len ? ", " : "", areas->list[i].name);
	}
	unseen(f, "which CMA area devices get memory from: %s", names);
}

/* An area of another name is the default only if the device tree marks it. */
static bool is_default(const char *sysroot, const char *name)
{
	char path[PATH_MAX];

	if (!strcmp(name, "reserved"))
		return true;
	return !path_format(path, sizeof(path),
			    "/proc/device-tree/reserved-memory/%s/linux,cma-default",
			    name) &&
	       sysfs_exists(sysroot, path);
}

static bool is_without_pages(const struct listing *areas, int i)
{
	return !area_err(areas, i) && !areas->list[i].bytes;
}

static void gather_default_area(const char *sysroot, struct doctor_facts *f,
				const struct listing *areas)
{
	struct doctor_area *area = &f->area;
	int i = educma_cma_default(areas->list, areas->count);

	if (i == -E2BIG ||
	    (i >= 0 && !is_default(sysroot, areas->list[i].name))) {
		unseen_default(f, areas);
		return;
	}
	if (i < 0 && (areas->known || !f->cma_total)) {
		area->present = NO;
		return;
	}
	/* An area that the kernel could not use stays in the list, without pages. */
	if (i >= 0 && (!f->cma_total || is_without_pages(areas, i))) {
		area->present = NO;
		f->not_activated = true;
		return;
	}
	area->present = YES;
	if (area_err(areas, i))
		area_from_log(sysroot, f);
	if (i >= 0)
		read_area(sysroot, f, areas, i, area);
	bound_area(f, area);
	gather_busy_pages(sysroot, f, area);
	unseen_of_area(f, area_err(areas, i), area);
}

/* Areas of CONFIG_DMA_PERNUMA_CMA, which newer kernels call DMA_NUMA_CMA. */
static void gather_node_area(const char *sysroot, struct doctor_facts *f,
			     const struct listing *areas)
{
	char pernuma[24], numa[24];
	const char *name;
	size_t i;

	f->node_area.present = NO;
	snprintf(pernuma, sizeof(pernuma), "pernuma%d", f->device.node);
	snprintf(numa, sizeof(numa), "numa%d", f->device.node);
	for (i = 0; i < areas->count; i++) {
		name = areas->list[i].name;
		if (strcmp(name, pernuma) && strcmp(name, numa))
			continue;
		read_area(sysroot, f, areas, i, &f->node_area);
		bound_area(f, &f->node_area);
		gather_busy_pages(sysroot, f, &f->node_area);
		unseen_of_area(f, area_err(areas, i), &f->node_area);
		return;
	}
}

/* If /sys/kernel/debug is empty, debugfs is not mounted: then UNKNOWN. */
static enum answer has_cma_debugfs(const char *sysroot, int err)
{
	char **names;
	int count;

	if (!err)
		return YES;
	if (err != -ENOENT)
		return UNKNOWN;
	count = sysfs_list(sysroot, "/sys/kernel/debug", &names);
	if (count < 0)
		return UNKNOWN;
	sysfs_free_list(names, count);
	return count ? NO : UNKNOWN;
}

void gather_areas(const char *sysroot, struct doctor_facts *f)
{
	struct listing areas;

	if (!f->cma_counted) {
		f->area.present = f->mem_total ? NO : UNKNOWN;
		return;
	}
	list_areas(sysroot, &areas);
	f->cma_debugfs = has_cma_debugfs(sysroot, areas.debugfs);
	gather_default_area(sysroot, f, &areas);
	gather_node_area(sysroot, f, &areas);
	free(areas.list);
}
