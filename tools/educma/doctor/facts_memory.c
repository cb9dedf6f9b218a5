// SPDX-License-Identifier: GPL-2.0
/* The facts of memory: its size, its zones, and swiotlb's bounce pool. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gather.h"
#include "sysfs.h"

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

/*
 * Takes a line of /proc/zoneinfo. The free pages come first, and include CMA's
 * free pages, which come later. The zone's start comes last: until then
 * @zone->end is the zone's length.
 */
static void zoneinfo_line(struct doctor_zone *zone, uint64_t page,
			  const char *line)
{
	uint64_t pages;

	if (sscanf(line, " pages free %" SCNu64, &pages) == 1) {
		zone->ordinary_free = pages * page;
	} else if (sscanf(line, " spanned %" SCNu64, &pages) == 1) {
		zone->end = pages * page;
	} else if (sscanf(line, " present %" SCNu64, &pages) == 1) {
		zone->present = pages * page;
	} else if (sscanf(line, " cma %" SCNu64, &pages) == 1) {
		zone->cma = pages * page;
	} else if (sscanf(line, " nr_free_cma %" SCNu64, &pages) == 1) {
		if (pages * page <= zone->ordinary_free)
			zone->ordinary_free -= pages * page;
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

	if (!file) {
		unseen(f, "the zones of memory: /proc/zoneinfo cannot be read");
		return;
	}
	while (fgets(line, sizeof(line), file)) {
		if (sscanf(line, "Node %u, zone %15s", &node, name) == 2) {
			zone = add_zone(f, node, name);
			dropped |= !zone;
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

/* Takes the counts of /proc/buddyinfo: free blocks of 1, 2, 4, ... pages. */
static uint64_t largest_piece(const char *counts, uint64_t page)
{
	uint64_t piece, largest = 0;
	unsigned long count;
	char *end;

	for (piece = page;; piece *= 2) {
		count = strtoul(counts, &end, 10);
		if (end == counts)
			return largest;
		if (count)
			largest = piece;
		counts = end;
	}
}

static void gather_buddies(const char *sysroot, struct doctor_facts *f)
{
	FILE *file = open_under(sysroot, "proc/buddyinfo");
	char line[LINE], name[16];
	struct doctor_zone *zone;
	unsigned int node;
	int end;

	if (!file) {
		unseen(f, "free memory by size: /proc/buddyinfo cannot be read");
		return;
	}
	while (fgets(line, sizeof(line), file)) {
		if (sscanf(line, "Node %u, zone %15s%n", &node, name, &end) != 2)
			continue;
		zone = find_zone(f, node, name);
		if (!zone)
			continue;
		zone->largest_free = largest_piece(line + end, f->page);
		/* The counts include CMA's blocks, only for movable pages. */
		if (zone->largest_free > zone->ordinary_free)
			zone->largest_free = zone->ordinary_free;
	}
	fclose(file);
}

static void gather_swiotlb(const char *sysroot, struct doctor_facts *f)
{
	char dir[PATH_MAX];
	uint64_t slabs;

	if (!path_format(dir, sizeof(dir), "%s/sys/kernel/debug/swiotlb",
			 sysroot) &&
	    !sysfs_read_u64(dir, "io_tlb_nslabs", &slabs))
		f->swiotlb_bytes = slabs * SWIOTLB_SLAB;
}

void gather_memory(const char *sysroot, struct doctor_facts *f)
{
	if (educma_meminfo(sysroot, "MemTotal", &f->mem_total))
		f->mem_total = 0;
	if (educma_meminfo(sysroot, "MemAvailable", &f->mem_available))
		f->mem_available = 0;
	f->cma_counted = !educma_meminfo(sysroot, "CmaTotal", &f->cma_total);
	if (!f->cma_counted || educma_meminfo(sysroot, "CmaFree", &f->cma_free))
		f->cma_free = 0;
	gather_zones(sysroot, f);
	gather_buddies(sysroot, f);
	gather_swiotlb(sysroot, f);
}
