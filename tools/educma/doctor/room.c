// SPDX-License-Identifier: GPL-2.0
/* How large a buffer the device can have: areas, free memory, addresses. */
#include <stdlib.h>
#include <string.h>

#include "addresses.h"
#include "minmax.h"
#include "room.h"
#include "util.h"

/* What CONFIG_CMA_ALIGNMENT can be, as an order of pages. */
#define CMA_ALIGN_LEAST	2
#define CMA_ALIGN_MOST	12

/* The kernel's zone DMA is within so many bits on x86. */
#define LOWEST_BITS	24

bool has_dma_cma(const struct doctor_facts *f)
{
	return strcmp(f->option[OPTION_DMA_CMA], "n") &&
	       (!f->mem_total || f->cma_counted);
}

/* The page allocator gives no pages of these two zones to a driver. */
static bool is_for_drivers(const struct doctor_zone *zone)
{
	return strcmp(zone->name, "Movable") && strcmp(zone->name, "Device");
}

/*
 * The largest block that a zone certainly gives without reclaim, if it keeps
 * @protection bytes for requests that need this zone.
 */
static uint64_t certain_block(const struct doctor_zone *zone, uint64_t page,
			      uint64_t protection)
{
	const uint64_t kept = zone->high + protection;
	uint64_t block;

	for (block = zone->largest_free; block >= page; block /= 2) {
		if (zone->ordinary_free >= kept &&
		    zone->ordinary_free - kept >= block)
			return block;
	}
	return 0;
}

/*
 * The kernel asks again, for a lower zone only, if the first block that it gets
 * lies above the mask. Only then does the lower zone not keep its protection.
 * Returns the largest block that the first request certainly gets.
 */
static uint64_t first_request(const struct doctor_facts *f, uint64_t last)
{
	/* A mask of at most 32 bits leads to the zones that begin below 4 GiB. */
	const uint64_t highest = last <= UINT32_MAX ? UINT32_MAX : UINT64_MAX;
	uint64_t block, largest = 0;
	size_t i;

	/* The first request is for the lowest zone already. */
	if (last <= last_address(LOWEST_BITS))
		return UINT64_MAX;
	for (i = 0; i < f->zone_count; i++) {
		const struct doctor_zone *zone = &f->zones[i];

		if (zone->end - 1 <= last || zone->start > highest ||
		    !is_for_drivers(zone))
			continue;
		block = certain_block(zone, f->page, zone->protection);
		if (block > largest)
			largest = block;
	}
	return largest;
}

struct bounds ordinary_bounds(const struct doctor_facts *f, uint64_t last)
{
	const uint64_t first = first_request(f, last);
	struct bounds b = { .most = f->zone_count ? 0 : f->block };
	uint64_t block;
	size_t i;

	for (i = 0; i < f->zone_count; i++) {
		const struct doctor_zone *zone = &f->zones[i];

		if (zone->start > last || !is_for_drivers(zone))
			continue;
		b.most = f->block;
		if (zone->end - 1 > last)
			continue;
		block = max(certain_block(zone, f->page, zone->protection),
			    min(certain_block(zone, f->page, 0), first));
		b.certain = max(b.certain, block);
	}
	return b;
}

/* How many bits of @step bytes lie up to @last, if the area begins at or below it. */
static uint64_t bits_within(const struct doctor_area *area, uint64_t step,
			    uint64_t last)
{
	return (last - area->first) / step +
	       ((last - area->first) % step == step - 1);
}

/*
 * The largest buffer that fits into a run of zeros of @map up to @last. CMA aligns
 * it to 1 << @order pages at most.
 */
static uint64_t largest_in_map(const struct doctor_area *area,
			       const struct educma_cma_bitmap *map,
			       uint64_t page, unsigned int order, uint64_t last)
{
	const uint64_t step = page << area->page_order;
	const uint64_t bits = min(map->bits, bits_within(area, step, last));
	uint64_t largest = 0, bit, end, n;

	for (bit = educma_cma_next_free(map, 0); bit < bits;
	     bit = educma_cma_next_free(map, end)) {
		end = min(educma_cma_next_used(map, bit), bits);
		if ((end - bit) * step <= largest)
			continue;
		n = largest_in_run(area->first + bit * step,
				   area->first + end * step, page, page << order);
		largest = max(largest, n);
	}
	return largest;
}

/* The order that CMA aligns to, or @unknown if the configuration is not known. */
static unsigned int align_order(const struct doctor_facts *f,
				unsigned int unknown)
{
	const unsigned int order = strtoul(f->option[OPTION_CMA_ALIGNMENT], NULL, 10);

	return order >= CMA_ALIGN_LEAST && order <= CMA_ALIGN_MOST ? order :
								     unknown;
}

/* Bytes of an area that hold other data, which the kernel has to move. */
static uint64_t occupied_bytes(const struct doctor_area *area, uint64_t page)
{
	const struct educma_cma_bitmap *given_out = area->map.words ? &area->map : NULL;

	return educma_cma_count_used(&area->busy, given_out) *
	       (page << area->page_order);
}

/* Bytes that the page allocator certainly has without CMA's pages. */
static uint64_t ordinary_free(const struct doctor_facts *f)
{
	uint64_t sum = 0;
	size_t i;

	for (i = 0; i < f->zone_count; i++) {
		const struct doctor_zone *zone = &f->zones[i];
		const uint64_t kept = zone->high + zone->protection;

		if (is_for_drivers(zone))
			sum += zone->ordinary_free - min(zone->ordinary_free,
							 kept);
	}
	return sum;
}

/*
 * The kernel takes the first run that CMA has not given out. It goes on to a later
 * run only if there was memory to which the data in the first one could move.
 */
static uint64_t certain_in_area(const struct doctor_facts *f,
				const struct doctor_area *area, uint64_t last)
{
	if (!area->busy.words ||
	    occupied_bytes(area, f->page) > ordinary_free(f))
		return 0;
	return largest_in_map(area, &area->busy, f->page,
			      align_order(f, CMA_ALIGN_MOST), last);
}

/* Whether it is known how much of an area lies up to @last. */
bool reach_is_known(const struct doctor_area *area, uint64_t last)
{
	if (area->present != YES)
		return area->present == NO;
	return area->exact || area->last <= last || area->first > last;
}

static struct bounds larger(struct bounds a, struct bounds b)
{
	return (struct bounds){
		.certain = max(a.certain, b.certain), .most = max(a.most, b.most),
	};
}

struct bounds area_bounds(const struct doctor_facts *f,
			  const struct doctor_area *area, uint64_t last)
{
	struct bounds b = { .most = area->largest_free };

	if (area->present == NO || area->first > last)
		b.most = 0;
	else if (area->present == UNKNOWN)
		b.most = f->cma_total;
	else if (area->map.words)
		b.most = largest_in_map(area, &area->map, f->page,
					align_order(f, CMA_ALIGN_LEAST), last);
	else if (area->last > last)
		b.most = min(b.most, last - area->first + 1);
	if (area->present == YES && area->first <= last)
		b.certain = certain_in_area(f, area, last);
	return b;
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

bool needs_iommu(const struct doctor_facts *f)
{
	const uint64_t end = must_cover(f);

	return f->device.bits < 32 && end && last_address(f->device.bits) < end - 1;
}

bool mask_is_rejected(const struct doctor_facts *f)
{
	/* A mask that the driver has set was not rejected. */
	return !iommu_translates(f) && f->device.bits_from != BITS_DRIVER &&
	       needs_iommu(f);
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
	return memory;
}

/* So much of the available memory others may take before the buffer is allocated. */
#define OTHERS_BYTES	(2ULL << 20)

/* What the kernel can give without an end of programs, and certainly can. */
static void limit_to_memory(const struct doctor_facts *f, uint64_t cma_free,
			    struct bounds *b)
{
	const uint64_t available = available_memory(f);
	const uint64_t lists = f->processor_pages * f->page;
	const uint64_t all = f->mem_reclaimable > UINT64_MAX - lists ?
				     UINT64_MAX : f->mem_reclaimable + lists;

	b->most = min(b->most, all - min(all, cma_free));
	if (!f->available_known)
		b->certain = 0;
	b->certain = min(b->certain, available - min(available, OTHERS_BYTES));
	b->certain = min(b->certain, b->most);
}

static uint64_t movable_free(const struct doctor_facts *f)
{
	uint64_t sum = 0;
	size_t i;

	for (i = 0; i < f->zone_count; i++) {
		if (!is_for_drivers(&f->zones[i]))
			sum += f->zones[i].ordinary_free;
	}
	return sum;
}

uint64_t available_memory(const struct doctor_facts *f)
{
	const uint64_t available = f->available_known ? f->mem_available :
							UINT64_MAX;

	/* Pages for a driver are not taken from CMA areas or the zone Movable. */
	const uint64_t others = f->cma_free + movable_free(f);

	return iommu_remaps(f) ? available - min(available, others) : available;
}

/* Of what is free the kernel needs a little for the map of the pages. */
static struct bounds scattered_bounds(const struct doctor_facts *f)
{
	struct bounds b = address_bounds(f);

	limit_to_memory(f, f->cma_free + movable_free(f), &b);
	b.certain = min(b.certain, ordinary_free(f) / 16 * 15);
	return b;
}

static struct bounds contiguous_bounds(const struct doctor_facts *f)
{
	const uint64_t last = last_address(memory_bits(f));
	const struct bounds addresses = address_bounds(f);
	struct bounds b = area_bounds(f, &f->area, last);

	if (tries_node_area(f)) {
		/* Of pages above the mask the kernel does not turn to the other area. */
		if (f->node_area.last > last)
			b.certain = 0;
		b = larger(b, area_bounds(f, &f->node_area, last));
	}
	b = larger(b, ordinary_bounds(f, last));
	limit_to_memory(f, 0, &b);
	b.certain = min(b.certain, addresses.certain);
	b.most = min(b.most, addresses.most);
	return b;
}

struct bounds room_bounds(const struct doctor_facts *f)
{
	if (mask_is_rejected(f))
		return (struct bounds){ };
	if (f->device.own_memory)
		return (struct bounds){ .most = address_bounds(f).most };
	/* Without the zones it is not known whether the kernel takes the mask. */
	if (!f->zone_count && !iommu_translates(f) && f->device.bits < 32 &&
	    f->device.bits_from != BITS_DRIVER)
		return (struct bounds){ .most = contiguous_bounds(f).most };
	return iommu_remaps(f) ? scattered_bounds(f) : contiguous_bounds(f);
}
