// SPDX-License-Identifier: GPL-2.0
/* The facts of memory: its size, its zones, and swiotlb's bounce pool. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gather.h"
#include "sysfs.h"
#include "util.h"

/* Bytes of a slot of the pool: 1 << IO_TLB_SHIFT in the kernel. */
#define SWIOTLB_SLAB	2048

static struct doctor_zone *find_zone(struct doctor_facts *f, unsigned int node,
				     const char *name)
{
	size_t i;

	for (i = 0; i < f->zone_count; i++) {
		if (f->zones[i].node == node && !strcmp(f->zones[i].name, name))
			return &f->zones[i];
	}
	return NULL;
}

/* Removes zones without memory: /proc/zoneinfo has every zone of each node. */
static void drop_empty_zones(struct doctor_facts *f)
{
	size_t i, kept = 0;

	for (i = 0; i < f->zone_count; i++) {
		if (f->zones[i].end > f->zones[i].start)
			f->zones[kept++] = f->zones[i];
	}
	f->zone_count = kept;
}

static struct doctor_zone *add_zone(struct doctor_facts *f, unsigned int node,
				    const char *name)
{
	struct doctor_zone *zone;

	drop_empty_zones(f);
	if (f->zone_count == DOCTOR_ZONES_MAX)
		return NULL;
	zone = &f->zones[f->zone_count++];
	*zone = (struct doctor_zone){ .node = node };
	snprintf(zone->name, sizeof(zone->name), "%s", name);
	return zone;
}

/* Returns the largest number of a list like "(0, 967, 967, 967)". */
static uint64_t largest_number(const char *text)
{
	uint64_t number, largest = 0;
	char *end;

	while (*(text += strcspn(text, "0123456789"))) {
		number = strtoull(text, &end, 10);
		if (number > largest)
			largest = number;
		text = end;
	}
	return largest;
}

/*
 * Takes a line of /proc/zoneinfo. The free pages come first, and include CMA's
 * free pages, which come later. The zone's start comes last: until then
 * @zone->end is the zone's length.
 */
static void zoneinfo_line(struct doctor_zone *zone, uint64_t page,
			  const char *line)
{
	uint64_t pages;
	int end = 0;

	/* Memory that 64 bits cannot address is that of no machine. */
	if (sscanf(line, "%*[^0-9]%" SCNu64, &pages) == 1 &&
	    pages > UINT64_MAX / page / 2)
		return;

	if (sscanf(line, " pages free %" SCNu64, &pages) == 1) {
		zone->ordinary_free = pages * page;
	} else if (sscanf(line, " high %" SCNu64, &pages) == 1) {
		zone->high = pages * page;
	} else if (sscanf(line, " protection: %n", &end) == 0 && end) {
		zone->protection = largest_number(line + end) * page;
	} else if (sscanf(line, " spanned %" SCNu64, &pages) == 1) {
		zone->end = pages * page;
	} else if (sscanf(line, " present %" SCNu64, &pages) == 1) {
		zone->present = pages * page;
	} else if (sscanf(line, " cma %" SCNu64, &pages) == 1) {
		zone->cma = pages * page;
	} else if (sscanf(line, " nr_free_cma %" SCNu64, &pages) == 1) {
		zone->cma_free = pages * page;
		if (zone->cma_free <= zone->ordinary_free)
			zone->ordinary_free -= zone->cma_free;
	} else if (sscanf(line, " start_pfn: %" SCNu64, &pages) == 1) {
		zone->start = pages * page;
		zone->end += zone->start;
	}
}

static void gather_zones(const char *sysroot, struct doctor_facts *f)
{
	FILE *file = open_under(sysroot, "proc/zoneinfo");
	struct doctor_zone *zone = NULL;
	char line[LINE], name[16];
	bool dropped = false;
	unsigned int node;
	uint64_t pages;

	if (!file) {
		unseen(f, "the zones of memory: /proc/zoneinfo cannot be read");
		return;
	}
	while (fgets(line, sizeof(line), file)) {
		if (sscanf(line, "Node %u, zone %15s", &node, name) == 2) {
			zone = add_zone(f, node, name);
			dropped |= !zone;
		} else if (sscanf(line, " count: %" SCNu64, &pages) == 1) {
			f->processor_pages += pages;
		} else if (zone) {
			zoneinfo_line(zone, f->page, line);
		}
	}
	fclose(file);
	drop_empty_zones(f);
	if (dropped)
		unseen(f, "the zones of memory: there are more than %d",
		       DOCTOR_ZONES_MAX);
}

/**
 * struct blocks - a zone's line of /proc/buddyinfo
 * @counts: the free blocks of 1, 2, 4, ... pages
 * @orders: the number of @counts
 */
struct blocks {
	uint64_t counts[32];
	unsigned int orders;
};

static void read_blocks(const char *line, struct blocks *blocks)
{
	char *end;

	for (blocks->orders = 0; blocks->orders < ARRAY_SIZE(blocks->counts);
	     blocks->orders++) {
		blocks->counts[blocks->orders] = strtoull(line, &end, 10);
		if (end == line)
			return;
		line = end;
	}
}

/*
 * The counts include the blocks of CMA areas, which are for movable pages only.
 * Returns the size of the largest block of which there are more than CMA's free
 * pages can make.
 */
static uint64_t largest_ordinary(const struct blocks *blocks, uint64_t cma_free,
				 uint64_t page)
{
	unsigned int order = blocks->orders;
	uint64_t pieces = 0;

	while (order--) {
		pieces = pieces * 2 + blocks->counts[order];
		if (pieces > cma_free / (page << order))
			return page << order;
	}
	return 0;
}

static void gather_buddies(const char *sysroot, struct doctor_facts *f)
{
	FILE *file = open_under(sysroot, "proc/buddyinfo");
	char line[LINE], name[16];
	struct doctor_zone *zone;
	struct blocks blocks;
	unsigned int node;
	int end;

	/* Kernels with pages of 4 KiB mostly have 11 orders. */
	f->block = f->page << 10;
	if (!file) {
		unseen(f, "free memory by size: /proc/buddyinfo cannot be read");
		return;
	}
	while (fgets(line, sizeof(line), file)) {
		if (sscanf(line, "Node %u, zone %15s%n", &node, name, &end) != 2)
			continue;
		read_blocks(line + end, &blocks);
		if (blocks.orders)
			f->block = f->page << (blocks.orders - 1);
		zone = find_zone(f, node, name);
		if (!zone)
			continue;
		zone->largest_known = blocks.orders;
		zone->largest_free = largest_ordinary(&blocks, zone->cma_free,
						      f->page);
	}
	fclose(file);
}

static void gather_swiotlb(const char *sysroot, struct doctor_facts *f)
{
	uint64_t slabs;

	if (!sysfs_read_u64(sysroot, "/sys/kernel/debug/swiotlb",
			    "io_tlb_nslabs", &slabs))
		f->swiotlb_bytes = slabs * SWIOTLB_SLAB;
}

/* Returns the sum of these entries of /proc/meminfo; UINT64_MAX without them. */
static uint64_t meminfo_sum(const char *sysroot, const char *const *names)
{
	uint64_t sum = 0, bytes;

	for (; *names; names++) {
		if (educma_meminfo(sysroot, *names, &bytes))
			return UINT64_MAX;
		sum += bytes;
	}
	return sum;
}

static void gather_meminfo(const char *sysroot, struct doctor_facts *f)
{
	static const char *const reclaimable[] = {
		"MemFree", "Active(file)", "Inactive(file)", "KReclaimable",
		"SwapFree", NULL
	};
	static const char *const movable[] = { "AnonPages", "Shmem", NULL };

	if (educma_meminfo(sysroot, "MemTotal", &f->mem_total))
		f->mem_total = 0;
	f->available_known = !educma_meminfo(sysroot, "MemAvailable",
					     &f->mem_available);
	f->mem_reclaimable = meminfo_sum(sysroot, reclaimable);
	f->mem_movable = meminfo_sum(sysroot, movable);
	if (f->mem_movable == UINT64_MAX)
		f->mem_movable = 0;
	f->cma_counted = !educma_meminfo(sysroot, "CmaTotal", &f->cma_total);
	f->cma_free_known = f->cma_counted &&
			    !educma_meminfo(sysroot, "CmaFree", &f->cma_free);
	if (!f->cma_free_known)
		f->cma_free = 0;
}

void gather_memory(const char *sysroot, struct doctor_facts *f)
{
	gather_meminfo(sysroot, f);
	gather_zones(sysroot, f);
	gather_buddies(sysroot, f);
	gather_swiotlb(sysroot, f);
}
