// SPDX-License-Identifier: GPL-2.0
/*
 * Finds a CMA area that the next boot can reserve: it must fit between the kernel's
 * image, the initial RAM disk and the holes in memory, and the rest of the memory
 * must be enough for the kernel and its programs.
 */
#include <stdio.h>

#include "addresses.h"
#include "cure.h"
#include "minmax.h"
#include "room.h"
#include "size.h"
#include "util.h"

#define MIB		(1ULL << 20)

/* An area that is larger than its buffer by an eighth has a size of this unit. */
#define COMFORTABLE	(64 * MIB)

/* The kernel's early allocations, at the end of memory. */
#define EARLY_BYTES	(8 * MIB)

/* What the kernel and its programs need beside what they use now. */
#define SPARE_BYTES	(24 * MIB)

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
	return f->option[OPTION_RANDOMIZE_BASE][0] == 'y' && !f->kaslr_off;
}

/* The longest run of memory up to @last in which the next boot finds no user. */
static uint64_t room_for_area(const struct doctor_facts *f, uint64_t last,
			      bool moves)
{
	const struct doctor_boot *boot = &f->boot;
	const uint64_t image = boot->kernel.last - boot->kernel.first + 1;
	struct doctor_range holes[2] = { boot->kernel };
	uint64_t end, length, largest = 0;
	size_t count = 1, i;

	if (moves)
		count = 0;
	if (boot->initrd.last) {
		holes[count] = boot->initrd;
		holes[count++].first -= min(boot->initrd.first, EARLY_BYTES);
	}
	for (i = 0; i < boot->ram_count; i++) {
		const struct doctor_range *ram = &boot->ram[i];

		if (ram->first > last)
			continue;
		end = ram->last > last ? last + 1 :
					 ram->last + 1 - min(ram->last, EARLY_BYTES);
		if (end <= ram->first)
			continue;
		length = longest_run(f, holes, count, ram->first, end);
		/* The image may come to lie in the middle of the run. */
		if (moves)
			length = length > image ? (length - image) / 2 : 0;
		largest = max(largest, length - length % f->block);
	}
	return largest;
}

/* What is in use and cannot lie in a CMA area, also while the machine boots. */
static uint64_t needed_memory(const struct doctor_facts *f)
{
	const struct doctor_range *initrd = &f->boot.initrd;
	const uint64_t used = f->mem_total - min(f->mem_total, f->mem_available);
	const uint64_t in_cma = f->cma_total - min(f->cma_total, f->cma_free);
	const uint64_t movable = in_cma + f->mem_movable;
	uint64_t needed = SPARE_BYTES + used - min(used, movable);

	if (initrd->last)
		needed += initrd->last - initrd->first + 1;
	else if (!f->boot.log_begins)
		needed += INITRD_BYTES;
	return needed;
}

static bool leaves_enough(const struct doctor_facts *f, uint64_t bytes)
{
	if (!f->mem_total || !f->available_known)
		return false;
	return bytes < f->mem_total && f->mem_total - bytes >= needed_memory(f);
}

static bool has_room(const struct doctor_facts *f, const struct area *area,
		     bool moves)
{
	const uint64_t last = last_address(area->bits);

	if (!leaves_enough(f, area->bytes))
		return false;
	if (f->boot.ram_count)
		return area->bytes <= room_for_area(f, last, moves);
	/* Where the holes are could not be seen. */
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
	const struct area tight = {
		.bytes = round_up(bytes, f->block), .bits = bits,
	};

	return try_area(f, &comfortable, moves, cure) ||
	       try_area(f, &tight, moves, cure);
}

/* If the image moves, there may only be room if it does not. */
static bool try_bits(const struct doctor_facts *f, uint64_t bytes, uint32_t bits,
		     struct cure *cure)
{
	return try_sizes(f, bytes, bits, image_moves(f), cure) ||
	       (image_moves(f) && try_sizes(f, bytes, bits, false, cure));
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
