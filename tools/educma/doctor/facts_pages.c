// SPDX-License-Identifier: GPL-2.0
/* Which pages of a CMA area are really free, from /proc/kpageflags. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gather.h"
#include "minmax.h"
#include "sysfs.h"
#include "util.h"

/* A page of the page allocator's free lists: KPF_BUDDY in the kernel. */
#define FREE_FLAG	(1ULL << 10)

/* So many pages are looked at together. */
#define BLOCK		32

/**
 * struct page_reader - reads the flags of the pages that CMA has not given out, as
 *	far as that is known
 * @area: the area; a page whose flags show that it is in use is marked busy
 * @plain: the pages without flags
 * @plain_pages: how many these are
 */
struct page_reader {
	struct doctor_area *area;
	struct educma_cma_bitmap plain;
	uint64_t plain_pages;
};

static void set_bit(struct educma_cma_bitmap *map, uint64_t bit)
{
	map->words[bit / 32] |= 1U << bit % 32;
}

static void take_page(struct page_reader *r, uint64_t number, uint64_t flags)
{
	const struct educma_cma_bitmap *map = &r->area->map;
	const uint64_t bit = number >> r->area->page_order;

	if (flags & FREE_FLAG || (map->words && educma_cma_is_used(map, bit)))
		return;
	if (!flags)
		r->plain_pages++;
	set_bit(flags ? &r->area->busy : &r->plain, bit);
}

static bool are_free(const uint64_t flags[BLOCK])
{
	uint64_t all = FREE_FLAG;
	size_t i;

	for (i = 0; i < BLOCK; i += 4)
		all &= flags[i] & flags[i + 1] & flags[i + 2] & flags[i + 3];
	return all;
}

/* Takes the flags of the pages from @number on. Most pages are free. */
static void take_pages(struct page_reader *r, uint64_t number,
		       const uint64_t *flags, size_t count)
{
	size_t i, end;

	for (i = 0; i < count; i = end) {
		end = min(i + BLOCK, count);
		if (end - i == BLOCK && are_free(flags + i))
			continue;
		for (; i < end; i++)
			take_page(r, number + i, flags[i]);
	}
}

/* Returns the first page from @number on that CMA has not given out. */
static uint64_t next_page(const struct doctor_area *area, uint64_t number)
{
	const unsigned int order = area->page_order;
	uint64_t bit;

	if (!area->map.words)
		return number;
	bit = educma_cma_next_free(&area->map, number >> order);
	return max(number, bit << order);
}

static bool read_pages(int fd, uint64_t page, struct page_reader *r)
{
	const uint64_t pages = r->plain.bits << r->area->page_order;
	const uint64_t first = r->area->first / page;
	uint64_t flags[1024], n, at;
	size_t bytes;

	for (at = next_page(r->area, 0); at < pages;
	     at = next_page(r->area, at + n)) {
		n = min(pages - at, ARRAY_SIZE(flags));
		bytes = n * sizeof(*flags);
		if (pread(fd, flags, bytes, (first + at) * sizeof(*flags)) !=
		    (ssize_t)bytes)
			return false;
		take_pages(r, at, flags, n);
	}
	return true;
}

static void add_bits(struct educma_cma_bitmap *map,
		     const struct educma_cma_bitmap *more)
{
	size_t i;

	for (i = 0; i < (map->bits + 31) / 32; i++)
		map->words[i] |= more->words[i];
}

/*
 * A free page in a list of a processor has no flags, and the kernel empties these
 * lists before it takes pages from an area. A page without flags may also be in
 * use, so all of them count as used if there are more than in the lists. A page
 * that CMA has given out has none either.
 */
static bool find_busy_pages(int fd, const struct doctor_facts *f,
			    struct doctor_area *area)
{
	struct page_reader r = { .area = area, .plain.bits = area->busy.bits };
	bool known;

	r.plain.words = calloc(r.plain.bits / 32 + 1, sizeof(*r.plain.words));
	known = r.plain.words && read_pages(fd, f->page, &r);
	if (known && (!area->map.words || r.plain_pages > f->processor_pages))
		add_bits(&area->busy, &r.plain);
	free(r.plain.words);
	return known;
}

/* Returns a map of the area as far as it is known; words are NULL on failure. */
static struct educma_cma_bitmap new_map(const struct doctor_area *area,
					uint64_t page)
{
	struct educma_cma_bitmap map = {
		.bits = area->bytes / page >> area->page_order,
	};
	const size_t count = (map.bits + 31) / 32;

	map.words = calloc(count + 1, sizeof(*map.words));
	if (map.words && area->map.words)
		memcpy(map.words, area->map.words, count * sizeof(*map.words));
	return map;
}

void gather_busy_pages(const char *sysroot, struct doctor_facts *f,
		       struct doctor_area *area)
{
	bool known = false;
	int fd;

	if (!area->exact || !area->bytes)
		return;
	area->busy = new_map(area, f->page);
	fd = sysfs_open(sysroot, "/proc/kpageflags");
	if (fd >= 0) {
		known = area->busy.words && find_busy_pages(fd, f, area);
		close(fd);
	}
	if (known)
		return;
	free(area->busy.words);
	area->busy.words = NULL;
	unseen(f,
	       "whether the free pages of the CMA area hold other data: /proc/kpageflags, for root only");
}
