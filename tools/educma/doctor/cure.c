// SPDX-License-Identifier: GPL-2.0
/*
 * Finds a CMA area that the next boot can reserve: it must fit between the kernel's
 * image, the initial RAM disk and the holes in memory, and the rest of the memory
 * must be enough for the kernel and its programs.
 */
#include <stdio.h>
#include <string.h>

#include "addresses.h"
#include "cure.h"
#include "minmax.h"
#include "room.h"
#include "size.h"
#include "util.h"

#define MIB		(1ULL << 20)

/* The unit of an area that is larger than its buffer by an eighth. */
#define COMFORTABLE	(64 * MIB)

/* The kernel's early allocations, at the end of memory. */
#define EARLY_BYTES	(8 * MIB)

/* What the kernel and its programs need beside what they use now. */
#define SPARE_BYTES	(24 * MIB)

/* Memory below 4 GiB for swiotlb's pool and for drivers of 32-bit devices. */
#define LOW_BYTES	(192 * MIB)

/* Where x86 has the kernel's image without KASLR: CONFIG_PHYSICAL_START. */
#define IMAGE_START	(16 * MIB)

/* Behind the image lies the kernel's brk, which /proc/iomem does not show. */
#define BRK_BYTES	MIB

/* Blocks that CONFIG_DMA_COHERENT_POOL takes from the area at boot. */
#define POOL_BLOCKS	3

/* An initial RAM disk of which the log says nothing any more. */
#define INITRD_BYTES	(64 * MIB)

/**
 * struct area - an area to reserve
 * @bytes: its size
 * @bits: the address bits within which it lies
 */
struct area {
	uint64_t bytes;
	uint32_t bits;
};

/* The area begins and ends at multiples of the page allocator's largest block. */
static uint64_t aligned_length(const struct doctor_facts *f, uint64_t start,
			       uint64_t end)
{
	start = round_up(start, f->block);
	end -= end % f->block;
	return end > start ? end - start : 0;
}

/* The longest run from @start to @end without the holes. */
static uint64_t longest_run(const struct doctor_facts *f,
			    const struct doctor_range *holes, size_t count,
			    uint64_t start, uint64_t end)
{
	uint64_t below, above;

	if (!count)
		return aligned_length(f, start, end);
	if (holes->last < start || holes->first >= end)
		return longest_run(f, holes + 1, count - 1, start, end);
	below = longest_run(f, holes + 1, count - 1, start, holes->first);
	above = longest_run(f, holes + 1, count - 1, holes->last + 1, end);
	return max(below, above);
}

/* Whether the kernel chooses another place for its image at each boot. */
static bool image_moves(const struct doctor_facts *f)
{
	return strcmp(f->option[OPTION_RANDOMIZE_BASE], "n") && !f->kaslr_off;
}

/* The part of a range of memory in which an area can lie. */
struct part {
	uint64_t start;
	uint64_t end;
};

/*
 * Returns the longest run of a part without holes. If the image moves it may come
 * to lie in the middle of the run.
 */
static uint64_t room_in_part(const struct doctor_facts *f,
			     const struct part *part, bool moves)
{
	const struct doctor_boot *boot = &f->boot;
	const uint64_t image = boot->kernel.last - boot->kernel.first + 1 +
			       BRK_BYTES;
	struct doctor_range holes[2] = {
		{ boot->kernel.first, boot->kernel.last + BRK_BYTES },
	};
	size_t count = 0;
	uint64_t length;

	/* Without KASLR the image is at its place, and not where it is now. */
	if (!moves && image_moves(f))
		holes[0] = (struct doctor_range){
			.first = IMAGE_START, .last = IMAGE_START + image - 1,
		};
	if (!moves)
		count++;
	if (boot->initrd.last) {
		holes[count] = boot->initrd;
		holes[count++].first -= min(boot->initrd.first, EARLY_BYTES);
	}
	length = longest_run(f, holes, count, part->start, part->end);
	if (moves)
		length = length > image ? (length - image) / 2 : 0;
	return length - length % f->block;
}

/*
 * An area must lie within one zone. Words that move zones are removed with the
 * cure, so the zones are not known then.
 */
static uint64_t room_in_range(const struct doctor_facts *f,
			      const struct part *range, bool moves)
{
	uint64_t largest = 0;
	size_t i;

	if (*f->movable_words)
		return room_in_part(f, range, moves);
	for (i = 0; i < f->zone_count; i++) {
		const struct doctor_zone *zone = &f->zones[i];
		const struct part part = {
			.start = max(range->start, zone->start),
			.end = min(range->end, zone->end),
		};

		if (part.start < part.end && strcmp(zone->name, "Movable"))
			largest = max(largest, room_in_part(f, &part, moves));
	}
	return largest;
}

/* The longest run of memory up to @last in which the next boot finds no user. */
static uint64_t room_for_area(const struct doctor_facts *f, uint64_t last,
			      bool moves)
{
	uint64_t largest = 0;
	size_t i;

	for (i = 0; i < f->boot.ram_count; i++) {
		const struct doctor_range *ram = &f->boot.ram[i];
		const struct part range = {
			.start = ram->first,
			.end = ram->last > last ? last + 1 :
				ram->last + 1 - min(ram->last, EARLY_BYTES),
		};

		if (range.start < range.end)
			largest = max(largest, room_in_range(f, &range, moves));
	}
	return largest;
}

/* What is in use and cannot lie in a CMA area, also while the machine boots. */
static uint64_t needed_memory(const struct doctor_facts *f)
{
	const uint64_t used = f->mem_total - min(f->mem_total, f->mem_available);
	/* Programs can lie in the area; of its buffers there are none at boot. */
	const uint64_t movable = f->mem_movable + f->area.used;
	const uint64_t needed = SPARE_BYTES + used - min(used, movable);

	if (f->boot.initrd_bytes || f->boot.log_begins)
		return needed + f->boot.initrd_bytes;
	return needed + INITRD_BYTES;
}

/* If there is memory above 4 GiB, other devices still need some below. */
static bool leaves_low_memory(const struct doctor_facts *f,
			      const struct area *area)
{
	const uint64_t low = memory_within(f, UINT32_MAX);

	return area->bits > 32 || memory_within(f, UINT64_MAX) == low ||
	       (low > LOW_BYTES && area->bytes <= low - LOW_BYTES);
}

static bool leaves_enough(const struct doctor_facts *f, const struct area *area)
{
	if (!f->mem_total || !f->available_known)
		return false;
	return area->bytes < f->mem_total &&
	       f->mem_total - area->bytes >= needed_memory(f) &&
	       leaves_low_memory(f, area);
}

/* Whether it is known where the next boot has memory to give. */
static bool place_is_known(const struct doctor_facts *f)
{
	return f->boot.ram_count && f->zone_count && !f->boot.efi &&
	       (!f->boot.initrd_bytes || f->boot.initrd.last);
}

static bool has_room(const struct doctor_facts *f, const struct area *area,
		     bool moves)
{
	const uint64_t last = last_address(area->bits);

	if (!leaves_enough(f, area))
		return false;
	if (place_is_known(f))
		return area->bytes <= room_for_area(f, last, moves);
	/* Half of the memory is more than the holes. */
	return area->bytes <= memory_within(f, last) / 2;
}

static bool is_asked_for(const struct doctor_facts *f, const struct area *area)
{
	const struct doctor_cma_words *words = &f->cma_words;
	const uint64_t limit = area->bits < 64 ? last_address(area->bits) + 1 : 0;

	return !f->not_activated && words->bytes == area->bytes &&
	       words->limit == limit && !words->first && has_dma_cma(f);
}

static void write_parameter(const struct area *area, bool nokaslr,
			    struct cure *cure)
{
	char bytes[SIZE_TEXT], limit[SIZE_TEXT];

	size_format(bytes, area->bytes);
	if (area->bits < 64)
		snprintf(cure->parameter, sizeof(cure->parameter),
			 "cma=%s@0-%s%s", bytes,
			 size_format(limit, last_address(area->bits) + 1),
			 nokaslr ? " nokaslr" : "");
	else
		snprintf(cure->parameter, sizeof(cure->parameter), "cma=%s%s",
			 bytes, nokaslr ? " nokaslr" : "");
}

static bool try_area(const struct doctor_facts *f, const struct area *area,
		     bool moves, struct cure *cure)
{
	if (!area->bytes || is_asked_for(f, area) || !has_room(f, area, moves))
		return false;
	write_parameter(area, image_moves(f) && !moves, cure);
	return true;
}

/* A comfortable area for the buffer and small ones beside it, or a tight one. */
static bool try_sizes(const struct doctor_facts *f, uint64_t bytes, uint32_t bits,
		      bool moves, struct cure *cure)
{
	const struct area comfortable = {
		.bytes = round_up(bytes + bytes / 8, COMFORTABLE), .bits = bits,
	};
	const bool pools = strcmp(f->option[OPTION_DMA_COHERENT_POOL], "n");
	const struct area tight = {
		.bytes = round_up(bytes, f->block) +
			 (pools ? POOL_BLOCKS * f->block : 0),
		.bits = bits,
	};

	return try_area(f, &comfortable, moves, cure) ||
	       try_area(f, &tight, moves, cure);
}

/* If the image moves, there may only be room if it does not. */
static bool try_bits(const struct doctor_facts *f, uint64_t bytes, uint32_t bits,
		     struct cure *cure)
{
	const bool moves = image_moves(f);
	const bool is_x86 = f->boot.ram_count && f->boot.ram[0].first < IMAGE_START;

	return try_sizes(f, bytes, bits, moves, cure) ||
	       (moves && is_x86 && try_sizes(f, bytes, bits, false, cure));
}

/* Whether the device with the fewest address bits can have CMA now. */
static bool narrow_is_served(const struct doctor_facts *f)
{
	return f->narrow.bits && f->area.present == YES &&
	       f->area.first <= last_address(f->narrow.bits);
}

bool cure_find(const struct doctor_facts *f, uint64_t bytes, uint32_t bits,
	       struct cure *cure)
{
	cure->leaves_out = false;
	if (bytes > UINT64_MAX / 2)
		return false;
	if (f->narrow.bits && f->narrow.bits < bits &&
	    try_bits(f, bytes, f->narrow.bits, cure))
		return true;
	cure->leaves_out = narrow_is_served(f) && f->narrow.bits < bits;
	return try_bits(f, bytes, bits, cure);
}
