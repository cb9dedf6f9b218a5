// SPDX-License-Identifier: GPL-2.0
/* How large a buffer the device can have: addresses, areas, free memory. */
#include <string.h>

#include "room.h"
#include "util.h"

/* Holes in memory below this size count as memory. */
#define SMALL_HOLES	(64ULL << 20)

/* CMA aligns to at most this order: the default of CONFIG_CMA_ALIGNMENT. */
#define CMA_ALIGN_ORDER	8

/* The last address of the widest IOMMU. */
#define IOMMU_LAST	((1ULL << 57) - 1)

bool has_driver(const struct doctor_facts *f, const char *name)
{
	return !strcmp(f->device.driver, name);
}

static uint64_t min(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

uint64_t last_address(uint32_t bits)
{
	return bits < 64 ? (1ULL << bits) - 1 : UINT64_MAX;
}

bool iommu_translates(const struct doctor_facts *f)
{
	return *f->device.iommu && strcmp(f->device.iommu, "identity");
}

/*
 * Whether it is known which addresses an IOMMU has for the device. Within fewer
 * than 32 bits no large range is reserved.
 */
static bool addresses_are_known(const struct doctor_facts *f)
{
	return !iommu_translates(f) || f->device.bits < 32 ||
	       f->device.reserved_known;
}

/*
 * Whether the driver asks for contiguous pages (DMA_ATTR_FORCE_CONTIGUOUS),
 * without which it gets none from CMA behind an IOMMU.
 */
static bool wants_contiguous(const struct doctor_facts *f)
{
	return has_driver(f, "educma");
}

bool iommu_remaps(const struct doctor_facts *f)
{
	return iommu_translates(f) && !wants_contiguous(f);
}

/* An IOMMU reaches memory anywhere, whatever the device's mask. */
uint32_t memory_bits(const struct doctor_facts *f)
{
	return iommu_translates(f) ? 64 : f->device.bits;
}

/* The page allocator gives no pages of these two zones to a driver. */
uint64_t ordinary_largest(const struct doctor_facts *f, uint64_t last)
{
	uint64_t largest = 0;
	size_t i;

	for (i = 0; i < f->zone_count; i++) {
		const struct doctor_zone *zone = &f->zones[i];

		if (zone->end - 1 <= last && strcmp(zone->name, "Movable") &&
		    strcmp(zone->name, "Device") &&
		    zone->largest_free > largest)
			largest = zone->largest_free;
	}
	return largest;
}

/*
 * The largest buffer that fits into a free run. A buffer is aligned to its size
 * rounded up to a power of two, but to at most @most.
 */
static uint64_t largest_in_run(uint64_t start, uint64_t end, uint64_t page,
			       uint64_t most)
{
	uint64_t align, largest = 0, n;

	for (align = page; align <= most; align *= 2) {
		n = round_up(start, align);
		if (n >= end)
			break;
		n = end - n;
		if (align < most)
			n = min(n, align);
		if (n > largest)
			largest = n;
	}
	return largest;
}

/*
 * Returns the end of the free run that begins at @start: the first reserved
 * address from there on, or @end. Sets @next to the address behind the
 * reserved range.
 */
static uint64_t end_of_run(const struct doctor_device *dev, uint64_t start,
			   uint64_t end, uint64_t *next)
{
	size_t i;

	*next = end;
	for (i = 0; i < dev->reserved_count; i++) {
		const struct doctor_range *range = &dev->reserved[i];

		if (range->last < start || range->first >= end)
			continue;
		end = range->first > start ? range->first : start;
		*next = min(range->last, IOMMU_LAST) + 1;
	}
	return end;
}

/*
 * The largest buffer for which an IOMMU has addresses. It does not use address
 * 0, and aligns each buffer to its size.
 */
static uint64_t most_translated(const struct doctor_facts *f)
{
	const uint64_t end = min(last_address(f->device.bits), IOMMU_LAST) + 1;
	uint64_t start, run, next, n, largest = 0;

	for (start = f->page; start < end; start = next) {
		run = end_of_run(&f->device, start, end, &next);
		n = largest_in_run(start, run, f->page, end);
		if (n > largest)
			largest = n;
	}
	return largest;
}

/*
 * If the reserved addresses are not known, expect PCI's windows in the upper half
 * of the device's range. The largest aligned buffer is then a quarter of it.
 */
uint64_t most_addressable(const struct doctor_facts *f)
{
	const uint64_t last = last_address(f->device.bits);

	if (!iommu_translates(f))
		return last == UINT64_MAX ? last : last + 1;
	return addresses_are_known(f) ? most_translated(f) :
					min(last, IOMMU_LAST) / 4 + 1;
}

/* The largest buffer that fits into any of an area's free runs up to @last. */
static uint64_t largest_in_map(const struct doctor_area *area, uint64_t page,
			       uint64_t last)
{
	const struct educma_cma_bitmap *map = &area->map;
	const uint64_t step = page << area->page_order;
	uint64_t largest = 0, start = 0, bit, n;

	for (bit = 0; bit < map->bits; bit++) {
		if (educma_cma_is_used(map, bit)) {
			start = bit + 1;
			continue;
		}
		if (area->first + (bit + 1) * step - 1 > last)
			break;
		n = largest_in_run(area->first + start * step,
				   area->first + (bit + 1) * step, page,
				   page << CMA_ALIGN_ORDER);
		if (n > largest)
			largest = n;
	}
	return largest;
}

/* Whether it is known how much of an area lies up to @last. */
static bool reach_is_known(const struct doctor_area *area, uint64_t last)
{
	if (area->present != YES)
		return area->present == NO;
	return area->exact || area->last <= last || area->first > last;
}

uint64_t area_largest(const struct doctor_facts *f,
		      const struct doctor_area *area, uint64_t last)
{
	uint64_t largest = area->largest_free;

	if (area->present != YES || area->first > last ||
	    !reach_is_known(area, last))
		return 0;
	if (area->map.words)
		return largest_in_map(area, f->page, last);
	if (area->last > last)
		largest = min(largest, last - area->first + 1);
	return area->used_known ? largest : min(largest, f->cma_free);
}

/* With a mask of at most 32 bits the kernel ignores the node's area. */
bool tries_node_area(const struct doctor_facts *f)
{
	return f->node_area.present == YES && memory_bits(f) > 32;
}

/*
 * The kernel accepts a mask of fewer than 32 bits only if it covers ZONE_DMA or,
 * without ZONE_DMA, all memory (dma_direct_supported()). Returns the end of the
 * memory that it must cover; 0 if that is not known.
 */
static uint64_t must_cover(const struct doctor_facts *f)
{
	uint64_t end = 0;
	size_t i;

	for (i = 0; i < f->zone_count; i++) {
		if (!strcmp(f->zones[i].name, "DMA"))
			return f->zones[i].end;
		if (f->zones[i].end > end)
			end = f->zones[i].end;
	}
	return end;
}

bool mask_is_rejected(const struct doctor_facts *f)
{
	const struct doctor_device *dev = &f->device;
	uint64_t end = must_cover(f);

	/* A mask that the driver has set was not rejected. */
	return !iommu_translates(f) && dev->bits < 32 &&
	       dev->bits_from != BITS_DRIVER && end &&
	       last_address(dev->bits) < end - 1;
}

uint64_t memory_within(const struct doctor_facts *f, uint64_t last)
{
	uint64_t memory = 0, span;
	size_t i;

	for (i = 0; i < f->zone_count; i++) {
		const struct doctor_zone *zone = &f->zones[i];

		if (zone->start > last)
			continue;
		span = min(zone->end - 1, last) - zone->start + 1;
		memory += zone->present ? min(zone->present, span) : span;
	}
	return round_up(memory, SMALL_HOLES);
}

static void consider_area(const struct doctor_facts *f,
			  const struct doctor_area *area, struct diagnosis *d)
{
	const uint64_t last = last_address(memory_bits(f));
	const uint64_t largest = area_largest(f, area, last);

	if (largest > d->largest) {
		d->largest = largest;
		d->largest_is = area->free_known ? BOUND_EXACT : BOUND_AT_MOST;
	}
	if (!reach_is_known(area, last))
		d->largest_is = BOUND_AT_LEAST;
}

void find_largest(const struct doctor_facts *f, struct diagnosis *d)
{
	if (mask_is_rejected(f) || f->device.own_memory)
		return;
	d->largest = ordinary_largest(f, last_address(memory_bits(f)));
	if (iommu_remaps(f)) {
		d->largest = f->mem_available;
		d->largest_is = BOUND_AT_MOST;
	} else {
		consider_area(f, &f->area, d);
		if (tries_node_area(f))
			consider_area(f, &f->node_area, d);
	}
	if (d->largest >= most_addressable(f)) {
		d->largest = most_addressable(f);
		d->largest_is = addresses_are_known(f) ? BOUND_EXACT :
							 BOUND_AT_MOST;
	}
}

bool addresses_may_suffice(const struct doctor_facts *f, uint64_t bytes)
{
	return !addresses_are_known(f) && bytes > most_addressable(f) &&
	       bytes <= most_translated(f);
}

uint64_t most_possible(const struct doctor_facts *f)
{
	const uint64_t most = iommu_translates(f) ? most_translated(f) : most_addressable(f);

	return f->mem_total ? min(most, f->mem_total) : most;
}
