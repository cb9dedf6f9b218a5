// SPDX-License-Identifier: GPL-2.0
/* The kernel's CMA areas, what is free in them, and which of them holds a buffer. */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "libeducma.h"
#include "sysfs.h"

int educma_meminfo(const char *sysroot, const char *name, uint64_t *bytes)
{
	char line[256], key[64];
	int err = -ENOENT;
	uint64_t kib;
	FILE *f;

	f = sysfs_fopen(sysroot, "/proc/meminfo", 0);
	if (!f)
		return -errno;
	while (err && fgets(line, sizeof(line), f)) {
		/* sscanf() sets @end only if the line ends in kB. */
		int end = 0;

		if (sscanf(line, "%63[^:]: %" SCNu64 " kB%n", key, &kib,
			   &end) == 2 && end && !strcmp(key, name)) {
			*bytes = kib * 1024;
			err = 0;
		}
	}
	fclose(f);
	return err;
}

/*
 * Whether an IOMMU translates the device's bus addresses. Without an IOMMU, or if
 * the IOMMU passes them through, they are physical addresses.
 */
static bool is_translated(const struct educma_entry *entry)
{
	char type[32];

	return !sysfs_read_word(entry->sysroot, entry->pci_dir,
				"iommu_group/type", type, sizeof(type)) &&
	       strcmp(type, "identity");
}

#define DEBUG_DIR	"/sys/kernel/debug/cma"

static int debug_dir(char *dir, const char *area)
{
	return path_format(dir, PATH_MAX, DEBUG_DIR "/%s", area);
}

/* No area has more pages than 1 << 30; a tree can have any number in its files. */
#define PAGES_ORDER_MAX	30

/* Turns the numbers of pages in @area into bytes. */
static int pages_to_bytes(struct educma_cma_area *area, uint64_t page)
{
	uint64_t end;

	if (area->used > area->bytes ||
	    area->largest_free > area->bytes ||
	    area->order_per_bit > PAGES_ORDER_MAX)
		return -EINVAL;
	if (area->bytes > 1ULL << PAGES_ORDER_MAX ||
	    __builtin_mul_overflow(area->base, page, &area->base) ||
	    __builtin_add_overflow(area->base, area->bytes * page, &end))
		return -EOVERFLOW;
	area->bytes *= page;
	area->used *= page;
	area->largest_free *= page;
	return 0;
}

static int read_area(const char *sysroot, struct educma_cma_area *area)
{
	char dir[PATH_MAX];
	uint64_t order;
	int err;

	err = debug_dir(dir, area->name);
	if (!err)
		err = sysfs_read_u64(sysroot, dir, "base_pfn", &area->base);
	if (!err)
		err = sysfs_read_u64(sysroot, dir, "count", &area->bytes);
	if (!err)
		err = sysfs_read_u64(sysroot, dir, "used", &area->used);
	if (!err)
		err = sysfs_read_u64(sysroot, dir, "maxchunk", &area->largest_free);
	if (!err)
		err = sysfs_read_u64(sysroot, dir, "order_per_bit", &order);
	if (err)
		return err;
	/* The kernel prints this int as a long, so only its lower half is valid. */
	area->order_per_bit = order;
	return pages_to_bytes(area, area->page_bytes);
}

static int compare_areas(const void *a, const void *b)
{
	const struct educma_cma_area *x = a, *y = b;

	if (!x->err != !y->err)
		return x->err ? 1 : -1;
	return (x->base > y->base) - (x->base < y->base);
}

static int add_area(const char *sysroot, const char *name, uint64_t page,
		    struct educma_cma_area **list, size_t *count)
{
	struct educma_cma_area *grown, *area;

	grown = reallocarray(*list, *count + 1, sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	*list = grown;
	area = &grown[(*count)++];
	*area = (struct educma_cma_area){ .page_bytes = page };
	/* The kernel's names are shorter; this one is known by its beginning. */
	if (path_format(area->name, sizeof(area->name), "%s", name))
		area->err = -ENAMETOOLONG;
	else
		area->err = read_area(sysroot, area);
	if (area->err)
		area->bytes = 0;
	return 0;
}

int educma_cma_areas(const char *sysroot, struct educma_cma_area **list,
		     size_t *count)
{
	struct dirent *d;
	uint64_t page;
	bool known;
	int err = 0;
	DIR *dir;

	*list = NULL;
	*count = 0;
	dir = sysfs_opendir(sysroot, DEBUG_DIR);
	if (!dir)
		return -errno;
	page = educma_page_size(sysroot, &known);
	while (!err && (d = readdir(dir))) {
		if (d->d_name[0] != '.')
			err = add_area(sysroot, d->d_name, page, list, count);
	}
	closedir(dir);
	if (err) {
		free(*list);
		return err;
	}
	if (*count)
		qsort(*list, *count, sizeof(**list), compare_areas);
	return 0;
}

/* Whether an area is not for the DMA API, by its name. */
static bool is_for_others(const char *name)
{
	static const char *const others[] = {
		"hugetlb", "pernuma", "numa", "kvm_cma", "crashkernel",
	};
	size_t i;

	for (i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		if (!strncmp(name, others[i], strlen(others[i])))
			return true;
	}
	return false;
}

int educma_cma_default(const struct educma_cma_area *list, size_t count)
{
	int found = -ENODEV;
	size_t i;

	for (i = 0; i < count; i++) {
		if (!strcmp(list[i].name, "reserved"))
			return i;
		/* An area of the device tree can have any name. */
		if (!is_for_others(list[i].name))
			found = found == -ENODEV ? (int)i : -E2BIG;
	}
	return found;
}

/* Returns the index of the area @name, or of the default area, or an errno. */
static int choose_area(const struct educma_cma_area *list, size_t count,
		       const char *name)
{
	size_t i;

	if (!name)
		return educma_cma_default(list, count);
	for (i = 0; i < count; i++) {
		if (!strcmp(list[i].name, name))
			return i;
	}
	return -ESRCH;
}

int educma_cma_find(const char *sysroot, const char *name,
		    struct educma_cma_area *area)
{
	struct educma_cma_area *list;
	size_t count;
	int err, i;

	err = educma_cma_areas(sysroot, &list, &count);
	if (err)
		return err;
	i = count ? choose_area(list, count, name) : -ENODEV;
	if (i >= 0)
		*area = list[i];
	free(list);
	return i < 0 ? i : area->err;
}

/*
 * Reads a decimal number, and the blank behind it. An area of 3 GiB has 24,576
 * words, so this is not left to fscanf(). Returns false if there is no number.
 */
static bool read_number(FILE *f, uint32_t *number)
{
	uint64_t n = 0;
	int c = getc_unlocked(f);

	if (!isdigit(c))
		return false;
	for (; isdigit(c) && n <= UINT32_MAX; c = getc_unlocked(f))
		n = 10 * n + c - '0';
	*number = n;
	return n <= UINT32_MAX && (c == EOF || isspace(c));
}

static int read_words(const char *sysroot, const char *path, uint32_t *words,
		      size_t count)
{
	FILE *f = sysfs_fopen(sysroot, path, 0);

	if (!f)
		return -errno;
	while (count && read_number(f, words)) {
		words++;
		count--;
	}
	fclose(f);
	return count ? -EINVAL : 0;
}

int educma_cma_bitmap(const char *sysroot, const struct educma_cma_area *area,
		      struct educma_cma_bitmap *map)
{
	const uint64_t pages = area->bytes / area->page_bytes;
	char dir[PATH_MAX], path[PATH_MAX];
	size_t count;
	int err;

	err = area->err ?: debug_dir(dir, area->name);
	if (!err)
		err = path_format(path, sizeof(path), "%s/bitmap", dir);
	if (err)
		return err;
	map->bits = pages >> area->order_per_bit;
	count = (map->bits + 31) / 32;
	map->words = calloc(count + 1, sizeof(*map->words));
	if (!map->words)
		return -ENOMEM;
	err = read_words(sysroot, path, map->words, count);
	if (err)
		free(map->words);
	return err;
}

int educma_cma_counters(const char *sysroot, const struct educma_cma_area *area,
			uint64_t *success, uint64_t *failed)
{
	char dir[PATH_MAX];
	int err;

	err = path_format(dir, sizeof(dir), "/sys/kernel/mm/cma/%s",
			  area->name);
	if (!err)
		err = sysfs_read_u64(sysroot, dir, "alloc_pages_success", success);
	if (!err)
		err = sysfs_read_u64(sysroot, dir, "alloc_pages_fail", failed);
	return err;
}

static int write_pages(const char *sysroot, const struct educma_cma_area *area,
		       const char *file, uint64_t pages)
{
	char dir[PATH_MAX];
	int err;

	/* The kernel stores the number in an int, which must not be negative. */
	if (!pages || pages > area->bytes / sysconf(_SC_PAGESIZE) ||
	    pages > INT_MAX)
		return -ERANGE;
	err = debug_dir(dir, area->name);
	return err ?: sysfs_write_u64(sysroot, dir, file, pages);
}

int educma_cma_alloc(const char *sysroot, const struct educma_cma_area *area,
		     uint64_t pages)
{
	return write_pages(sysroot, area, "alloc", pages);
}

int educma_cma_free(const char *sysroot, const struct educma_cma_area *area,
		    uint64_t pages)
{
	return write_pages(sysroot, area, "free", pages);
}

static bool area_holds(const struct educma_cma_area *area,
		       const struct educma_buffer *buf)
{
	return buf->dma_addr >= area->base && buf->bytes <= area->bytes &&
	       buf->dma_addr - area->base <= area->bytes - buf->bytes;
}

int educma_find_area(const char *sysroot, const struct educma_entry *entry,
		     const struct educma_buffer *buf,
		     struct educma_cma_area *area)
{
	struct educma_cma_area *list;
	size_t count, i;
	int err;

	if (!buf->dma_addr)
		return -EPERM;
	if (is_translated(entry))
		return -EXDEV;
	err = educma_cma_areas(sysroot, &list, &count);
	if (err)
		return err;
	err = -ERANGE;
	for (i = 0; err && i < count; i++) {
		if (list[i].err) {
			err = list[i].err;
		} else if (area_holds(&list[i], buf)) {
			*area = list[i];
			err = 0;
		}
	}
	free(list);
	return err;
}
