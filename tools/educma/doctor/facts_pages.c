// SPDX-License-Identifier: GPL-2.0
/* Which pages of a CMA area are really free, from /proc/kpageflags. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gather.h"
#include "sysfs.h"
#include "util.h"

/* A page of the page allocator's free lists: KPF_BUDDY in the kernel. */
#define FREE_FLAG	(1ULL << 10)

/**
 * struct page_reader - reads the flags of the pages that CMA has not given out, as
 *	far as that is known
 * @area: the area
 * @visit: called for each such page with its flags
 * @count: a sum for @visit
 * @lists_are_free: @visit takes pages without flags as free
 */
struct page_reader {
	struct doctor_area *area;
	void (*visit)(struct page_reader *r, uint64_t bit, uint64_t flags);
	uint64_t count;
	bool lists_are_free;
};

static bool read_pages(int fd, uint64_t page, struct page_reader *r)
{
	const struct educma_cma_bitmap *map = &r->area->map;
	const uint64_t pages = r->area->bytes / page;
	const uint64_t first = r->area->first / page;
	uint64_t flags[1024], i, n, at, bit;
	size_t bytes;

	for (at = 0; at < pages; at += n) {
		n = pages - at < ARRAY_SIZE(flags) ? pages - at : ARRAY_SIZE(flags);
		bytes = n * sizeof(*flags);
		if (pread(fd, flags, bytes, (first + at) * sizeof(*flags)) !=
		    (ssize_t)bytes)
			return false;
		for (i = 0; i < n; i++) {
			bit = (at + i) >> r->area->page_order;
			if (!map->words || !educma_cma_is_used(map, bit))
				r->visit(r, bit, flags[i]);
		}
	}
	return true;
}

static void count_without_flags(struct page_reader *r, uint64_t bit,
				uint64_t flags)
{
	(void)bit;
	r->count += !flags;
}

static void mark_busy(struct page_reader *r, uint64_t bit, uint64_t flags)
{
	if (flags & FREE_FLAG || (!flags && r->lists_are_free))
		return;
	r->area->busy.words[bit / 32] |= 1U << bit % 32;
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
	struct page_reader r = { .area = area, .visit = count_without_flags };

	if (!read_pages(fd, f->page, &r))
		return false;
	r.lists_are_free = area->map.words && r.count <= f->processor_pages;
	r.visit = mark_busy;
	return read_pages(fd, f->page, &r);
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
