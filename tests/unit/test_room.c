// SPDX-License-Identifier: GPL-2.0
/* The largest buffer in an area, compared with a search that looks at each bit. */
#include "test.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "minmax.h"
#include "room.h"

#define PAGE	4096ULL
#define BITS	1000

static struct doctor_facts f;
static uint32_t given_out[BITS / 32 + 1];
static uint32_t busy[ARRAY_SIZE(given_out)];

/* Draws the length of a run: most are short. */
static uint64_t draw_length(void)
{
	return 1 + rand() % (1 << rand() % 9);
}

/* Sets runs of bits, up to the end of the last word. */
static void set_runs(uint32_t *words)
{
	const uint64_t end = ARRAY_SIZE(given_out) * 32;
	uint64_t bit, behind;

	for (bit = draw_length(); bit < end; bit = behind + draw_length()) {
		behind = bit + draw_length();
		for (; bit < behind && bit < end; bit++)
			words[bit / 32] |= 1U << bit % 32;
	}
}

static void draw_area(struct doctor_area *area)
{
	const uint64_t bits = rand() % (BITS + 1);
	uint64_t step;

	area->page_order = rand() % 4;
	step = PAGE << area->page_order;
	area->present = YES;
	area->exact = true;
	area->first = rand() % 5000 * PAGE;
	area->bytes = bits * step + rand() % step / PAGE * PAGE;
	area->last = area->first + area->bytes - 1;
	area->map = (struct educma_cma_bitmap){ .bits = bits, .words = given_out };
	area->busy = (struct educma_cma_bitmap){ .bits = bits, .words = busy };
	memset(given_out, 0, sizeof(given_out));
	set_runs(given_out);
	memcpy(busy, given_out, sizeof(busy));
	if (rand() % 4)
		set_runs(busy);
	if (!(rand() % 4))
		area->map.words = NULL;
}

/* An address in the area, or near to the area; often the end of a page. */
static uint64_t draw_last(const struct doctor_area *area)
{
	switch (rand() % 4) {
	case 0:
		return UINT64_MAX;
	case 1:
		return area->first + rand() % (area->bytes + 2 * PAGE) - 1;
	default:
		return area->first + rand() % (area->bytes / PAGE + 2) * PAGE - 1;
	}
}

/* The largest power of two of pages, or multiple of @most, from an aligned address. */
static uint64_t largest_of_run(uint64_t start, uint64_t end, uint64_t most)
{
	uint64_t align, n, largest = 0;

	for (align = PAGE; align <= most; align *= 2) {
		n = (start + align - 1) & -align;
		n = n < end ? end - n : 0;
		largest = max(largest, align < most ? min(n, align) : n);
	}
	return largest;
}

/* Asks for each free bit up to @last which buffer ends there. */
static uint64_t largest_by_bit(const struct doctor_area *area,
			       const struct educma_cma_bitmap *map,
			       unsigned int order, uint64_t last)
{
	const uint64_t step = PAGE << area->page_order;
	uint64_t largest = 0, start = area->first, end, bit;

	for (bit = 0; bit < map->bits; bit++) {
		end = area->first + (bit + 1) * step;
		if (educma_cma_is_used(map, bit))
			start = end;
		else if (end - 1 <= last)
			largest = max(largest, largest_of_run(start, end, PAGE << order));
	}
	return largest;
}

static uint64_t occupied_by_bit(const struct doctor_area *area)
{
	uint64_t bit, count = 0;

	for (bit = 0; bit < area->busy.bits; bit++)
		count += educma_cma_is_used(&area->busy, bit) &&
			 !(area->map.words && educma_cma_is_used(&area->map, bit));
	return count * (PAGE << area->page_order);
}

/* @free is what the page allocator has besides: the occupied pages must fit in it. */
static void compare(unsigned int order, uint64_t free, uint64_t last)
{
	const bool fits = occupied_by_bit(&f.area) <= free;
	struct bounds b;

	f.zones[0].ordinary_free = free;
	b = area_bounds(&f, &f.area, last);
	if (f.area.map.words)
		assert_int_equal(b.most, largest_by_bit(&f.area, &f.area.map, order, last));
	assert_int_equal(b.certain, fits && f.area.first <= last ?
			 largest_by_bit(&f.area, &f.area.busy, order, last) : 0);
}

static void is_that_of_a_search_by_bit(void **state)
{
	unsigned int i, order;
	uint64_t occupied;

	(void)state;
	srand(1);
	f.page = PAGE;
	f.zone_count = 1;
	strcpy(f.zones[0].name, "Normal");
	for (i = 0; i < 3000; i++) {
		draw_area(&f.area);
		order = 2 + rand() % 11;
		snprintf(f.option[OPTION_CMA_ALIGNMENT], sizeof(f.option[0]), "%u", order);
		occupied = occupied_by_bit(&f.area);
		compare(order, occupied, draw_last(&f.area));
		if (occupied)
			compare(order, occupied - 1, draw_last(&f.area));
	}
}

/* The area ends with the address space, and the device reaches all of it. */
static void reaches_the_last_address(void **state)
{
	(void)state;
	memset(given_out, 0, sizeof(given_out));
	f.area = (struct doctor_area){
		.present = YES, .exact = true,
		.first = -(64 * PAGE), .last = UINT64_MAX, .bytes = 64 * PAGE,
		.map = { .words = given_out, .bits = 64 },
	};
	strcpy(f.option[OPTION_CMA_ALIGNMENT], "2");
	given_out[1] = 1U << 31;
	assert_int_equal(area_bounds(&f, &f.area, UINT64_MAX).most, 63 * PAGE);
	assert_int_equal(area_bounds(&f, &f.area, UINT64_MAX - 2 * PAGE).most, 62 * PAGE);
	assert_int_equal(area_bounds(&f, &f.area, f.area.first).most, 0);
	assert_int_equal(area_bounds(&f, &f.area, f.area.first - 1).most, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(is_that_of_a_search_by_bit),
		cmocka_unit_test(reaches_the_last_address),
	};

	return cmocka_run_group_tests_name("room", tests, NULL, NULL);
}
