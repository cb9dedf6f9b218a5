// SPDX-License-Identifier: GPL-2.0
/* The size of a page, of this machine or of the machine that a tree is from. */
#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "libeducma.h"
#include "sysfs.h"

/* The pages that Linux can have. */
#define PAGE_MIN	(4ULL << 10)
#define PAGE_MAX	(256ULL << 10)

/**
 * struct zone_pages - pages of all zones
 * @managed: those of MemTotal
 * @spanned: those and others
 * @cma: those of CmaTotal
 */
struct zone_pages {
	uint64_t managed;
	uint64_t spanned;
	uint64_t cma;
};

static void count_pages(const char *sysroot, struct zone_pages *all)
{
	FILE *file = sysfs_fopen(sysroot, "/proc/zoneinfo", 0);
	char line[256];
	uint64_t n;

	while (file && fgets(line, sizeof(line), file)) {
		if (sscanf(line, " managed %" SCNu64, &n) == 1)
			all->managed += n;
		else if (sscanf(line, " spanned %" SCNu64, &n) == 1)
			all->spanned += n;
		else if (sscanf(line, " cma %" SCNu64, &n) == 1)
			all->cma += n;
	}
	if (file)
		fclose(file);
}

/* Returns the size of a page if @pages are about @bytes, else 0. */
static uint64_t divide(uint64_t bytes, uint64_t pages)
{
	const uint64_t size = pages ? bytes / pages : 0;
	uint64_t page;

	for (page = PAGE_MIN; page <= PAGE_MAX; page *= 2) {
		if (size > page - page / 4 && size < page + page / 4)
			return page;
	}
	return 0;
}

static uint64_t page_from_memory(const char *sysroot)
{
	uint64_t total = 0, cma = 0, page;
	struct zone_pages all = { };

	if (educma_meminfo(sysroot, "MemTotal", &total))
		total = 0;
	if (educma_meminfo(sysroot, "CmaTotal", &cma))
		cma = 0;
	count_pages(sysroot, &all);
	page = divide(cma, all.cma);
	if (!page)
		page = divide(total, all.managed);
	return page ? page : divide(total, all.spanned);
}

/* Takes the line "KernelPageSize:        4 kB" of the first mapping. */
static uint64_t page_from_smaps(const char *sysroot)
{
	FILE *file = sysfs_fopen(sysroot, "/proc/self/smaps", 0);
	uint64_t kib = 0;
	char line[256];

	while (file && !kib && fgets(line, sizeof(line), file)) {
		if (sscanf(line, "KernelPageSize: %" SCNu64, &kib) != 1)
			kib = 0;
	}
	if (file)
		fclose(file);
	return kib <= PAGE_MAX / 1024 ? divide(kib * 1024, 1) : 0;
}

uint64_t educma_page_size(const char *sysroot, bool *known)
{
	uint64_t page = 0;

	*known = true;
	if (!*sysroot)
		return sysconf(_SC_PAGESIZE);
	page = page_from_smaps(sysroot);
	if (!page)
		page = page_from_memory(sysroot);
	*known = page;
	return page ? page : (uint64_t)sysconf(_SC_PAGESIZE);
}
