// SPDX-License-Identifier: GPL-2.0
/* The CMA areas, and which one holds a buffer, on a tree in a temporary directory. */
#include "test.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "libeducma.h"
#include "sysfs.h"

#define PAGE	((uint64_t)sysconf(_SC_PAGESIZE))
#define BASE	(0x8000 * PAGE)
#define PAGES	0x100

static char root[32];
static char page_root[64];
static struct educma_entry entry;

/* Writes a file of the tree, and the directories above it. */
static void put(const char *path, const char *text)
{
	char full[512];
	char *slash;
	FILE *f;

	snprintf(full, sizeof(full), "%s/%s", root, path);
	for (slash = strchr(full + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		mkdir(full, 0755);
		*slash = '/';
	}
	f = fopen(full, "w");
	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

static void put_area_file(const char *area, const char *file, const char *text)
{
	char path[128];

	snprintf(path, sizeof(path), "sys/kernel/debug/cma/%s/%s", area, file);
	put(path, text);
}

static int read_area_file(const char *area, const char *file, uint64_t *value)
{
	char dir[128];

	snprintf(dir, sizeof(dir), "/sys/kernel/debug/cma/%s", area);
	return sysfs_read_u64(root, dir, file, value);
}

/* Each argument is a number of pages in the format of the kernel, with a newline. */
static void put_area(const char *name, const char *base_pfn, const char *count,
		     const char *used, const char *maxchunk)
{
	put_area_file(name, "base_pfn", base_pfn);
	put_area_file(name, "count", count);
	put_area_file(name, "used", used);
	put_area_file(name, "maxchunk", maxchunk);
	put_area_file(name, "order_per_bit", "0\n");
}

static int make_tree(void **state)
{
	(void)state;
	strcpy(root, "/tmp/educma-test-XXXXXX");
	assert_non_null(mkdtemp(root));
	strcpy(entry.pci_dir, "/pci");
	entry.sysroot = root;
	put("proc/meminfo", "MemTotal:        1000 kB\nHugePages_Total:  7\n"
	    "CmaTotal:        131072 kB\nCmaFree:          4 kB\n");
	put_area("reserved", "32768\n", "256\n", "16\n", "200\n");
	put_area("small", "16\n", "1\n", "0\n", "1\n");
	/* Some kernels print this int as a long: 0x100000002 is order 2 then. */
	put("sys/kernel/debug/cma/small/order_per_bit", "4294967298\n");
	return 0;
}

static int remove_tree(void **state)
{
	char command[64];

	(void)state;
	snprintf(command, sizeof(command), "rm -rf '%s'", root);
	return system(command);
}

static void lists_the_areas(void **state)
{
	struct educma_cma_area *list;
	size_t count;

	(void)state;
	assert_int_equal(educma_cma_areas(root, &list, &count), 0);
	assert_int_equal(count, 2);
	assert_string_equal(list[0].name, "small");
	assert_int_equal(list[0].base, 16 * PAGE);
	assert_int_equal(list[0].used, 0);
	assert_int_equal(list[0].order_per_bit, 2);
	assert_string_equal(list[1].name, "reserved");
	assert_int_equal(list[1].base, BASE);
	assert_int_equal(list[1].bytes, PAGES * PAGE);
	assert_int_equal(list[1].used, 16 * PAGE);
	assert_int_equal(list[1].largest_free, 200 * PAGE);
	assert_int_equal(list[1].order_per_bit, 0);
	free(list);
}

static void says_why_there_is_no_list(void **state)
{
	struct educma_cma_area *list;
	size_t count;

	(void)state;
	assert_int_equal(educma_cma_areas("/nonexistent", &list, &count),
			 -ENOENT);
}

/* Each is a file of the area small, and what makes it invalid. */
static void an_invalid_area_hides_no_other(void **state)
{
	static const struct {
		const char *file, *text, *valid;
		int err;
	} cases[] = {
		{ "used", "many\n", "0\n", -EINVAL },
		{ "used", "2\n", "0\n", -EINVAL },
		{ "maxchunk", "2\n", "1\n", -EINVAL },
		{ "count", "0\n", "1\n", -EINVAL },
		{ "count", "4611686018427387904\n", "1\n", -EOVERFLOW },
		{ "base_pfn", "18446744073709551615\n", "16\n", -EOVERFLOW },
		{ "base_pfn", "4503599627370495\n", "16\n", -EOVERFLOW },
		{ "order_per_bit", "31\n", "0\n", -EINVAL },
		{ "order_per_bit", "4294967295\n", "0\n", -EINVAL },
	};
	struct educma_cma_area *list, area;
	size_t count, i;

	(void)state;
	put_area_file("small", "order_per_bit", "0\n");
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		put_area_file("small", cases[i].file, cases[i].text);
		assert_int_equal(educma_cma_areas(root, &list, &count), 0);
		assert_int_equal(count, 2);
		assert_string_equal(list[0].name, "reserved");
		assert_int_equal(list[0].err, 0);
		assert_string_equal(list[1].name, "small");
		assert_int_equal(list[1].err, cases[i].err);
		free(list);
		assert_int_equal(educma_cma_find(root, "small", &area), cases[i].err);
		put_area_file("small", cases[i].file, cases[i].valid);
	}
	assert_int_equal(educma_cma_find(root, "small", &area), 0);
	put_area_file("small", "order_per_bit", "4294967298\n");
}

static uint64_t page_of(const char *zoneinfo, const char *smaps, bool *known)
{
	put("page/proc/meminfo", "MemTotal: 1016000 kB\nCmaTotal: 131072 kB\n");
	put("page/proc/zoneinfo", zoneinfo);
	put("page/proc/self/smaps", smaps);
	return educma_page_size(page_root, known);
}

/* From a mapping, the areas' pages, all managed pages, or all that zones span. */
static void knows_the_page(void **state)
{
	bool known;

	(void)state;
	snprintf(page_root, sizeof(page_root), "%s/page", root);
	assert_int_equal(page_of("", "a-b\nKernelPageSize:       64 kB\n", &known), 65536);
	assert_true(known);
	assert_int_equal(page_of(" cma 32768\n cma 0\n", "", &known), 4096);
	assert_true(known);
	assert_int_equal(page_of(" cma 2048\n", "KernelPageSize: 0 kB\n", &known), 65536);
	assert_int_equal(page_of(" managed 62000\n spanned 250000\n", "", &known), 16384);
	assert_int_equal(page_of(" spanned 3840\n spanned 12600\n", "", &known), 65536);
	assert_true(known);
	assert_int_equal(page_of(" spanned 100000\n", "KernelPageSize: 2048 kB\n", &known), PAGE);
	assert_false(known);
	assert_int_equal(page_of("", "", &known), PAGE);
	assert_false(known);
	assert_int_equal(educma_page_size("", &known), PAGE);
	assert_true(known);
}

static void no_area_is_no_error(void **state)
{
	struct educma_cma_area *list;
	size_t count;
	char sysroot[64];

	(void)state;
	put("empty/sys/kernel/debug/cma/.keep", "");
	snprintf(sysroot, sizeof(sysroot), "%s/empty", root);
	assert_int_equal(educma_cma_areas(sysroot, &list, &count), 0);
	assert_int_equal(count, 0);
	assert_null(list);
}

static void finds_an_area_by_name(void **state)
{
	struct educma_cma_area area;

	(void)state;
	assert_int_equal(educma_cma_find(root, "small", &area), 0);
	assert_int_equal(area.base, 16 * PAGE);
	assert_int_equal(educma_cma_find(root, NULL, &area), 0);
	assert_string_equal(area.name, "reserved");
	assert_int_equal(educma_cma_find(root, "smal", &area), -ESRCH);
	assert_int_equal(educma_cma_find("/nonexistent", NULL, &area), -ENOENT);
}

static int default_of(const char *a, const char *b, const char *c)
{
	struct educma_cma_area list[3] = { };

	strcpy(list[0].name, a);
	strcpy(list[1].name, b);
	strcpy(list[2].name, c);
	return educma_cma_default(list, !!*a + !!*b + !!*c);
}

static void knows_which_is_the_default(void **state)
{
	(void)state;
	assert_int_equal(default_of("a", "reserved", "b"), 1);
	assert_int_equal(default_of("hugetlb0", "linux,cma", "numa1"), 1);
	assert_int_equal(default_of("pool", "", ""), 0);
	assert_int_equal(default_of("a", "b", "c"), -E2BIG);
	assert_int_equal(default_of("a", "hugetlb0", "b"), -E2BIG);
	assert_int_equal(default_of("hugetlb0", "pernuma0", "kvm_cma"), -ENODEV);
	assert_int_equal(default_of("", "", ""), -ENODEV);
}

/* 255 pages, two a bit: 127 bits; the last page has no bit. */
static void reads_a_bitmap(void **state)
{
	const struct educma_cma_area area = {
		.name = "reserved", .bytes = 255 * PAGE, .order_per_bit = 1,
		.page_bytes = PAGE,
	};
	static const char *const invalid[] = {
		"4294967295 0 1\n", "4294967296 0 1 2\n", "1 -2 3 4\n",
		"18446744073709551617 0 1 2\n", "1 2 3 4x\n", "",
	};
	struct educma_cma_bitmap map;
	size_t i;

	(void)state;
	put_area_file("reserved", "bitmap", "4294967295 0 1 2147483648\n");
	assert_int_equal(educma_cma_bitmap(root, &area, &map), 0);
	assert_int_equal(map.bits, 127);
	assert_int_equal(map.words[0], UINT32_MAX);
	assert_int_equal(map.words[1], 0);
	assert_int_equal(map.words[2], 1);
	assert_int_equal(map.words[3], 1U << 31);
	free(map.words);
	for (i = 0; i < ARRAY_SIZE(invalid); i++) {
		put_area_file("reserved", "bitmap", invalid[i]);
		assert_int_equal(educma_cma_bitmap(root, &area, &map), -EINVAL);
	}
}

/* Sets runs of random lengths, up to some bits behind the last word's end. */
static void draw_map(struct educma_cma_bitmap *map, unsigned int longest)
{
	uint64_t bit, end;

	for (bit = rand() % longest; bit < map->bits + 8; bit = end + 1 + rand() % longest) {
		end = bit + 1 + rand() % longest;
		for (; bit < end && bit < map->bits + 8; bit++)
			map->words[bit / 32] |= 1U << bit % 32;
	}
}

static uint64_t next_by_bit(const struct educma_cma_bitmap *map, uint64_t bit, bool used)
{
	while (bit < map->bits && educma_cma_is_used(map, bit) != used)
		bit++;
	return bit < map->bits ? bit : map->bits;
}

static void finds_the_next_bit(void **state)
{
	unsigned int i;
	uint64_t bit;

	(void)state;
	srand(1);
	for (i = 0; i < 500; i++) {
		uint32_t words[16] = { };
		struct educma_cma_bitmap map = { .bits = rand() % 440, .words = words };

		draw_map(&map, 1 + rand() % 200);
		for (bit = 0; bit < map.bits + 3; bit++) {
			assert_int_equal(educma_cma_next_used(&map, bit),
					 next_by_bit(&map, bit, true));
			assert_int_equal(educma_cma_next_free(&map, bit),
					 next_by_bit(&map, bit, false));
		}
	}
}

static void counts_the_used_bits(void **state)
{
	uint64_t bit, used, only;
	unsigned int i;

	(void)state;
	srand(1);
	for (i = 0; i < 500; i++) {
		uint32_t words[16] = { }, others[16] = { };
		struct educma_cma_bitmap map = { .bits = rand() % 440, .words = words };
		struct educma_cma_bitmap other = { .bits = map.bits, .words = others };

		draw_map(&map, 1 + rand() % 200);
		draw_map(&other, 1 + rand() % 200);
		used = 0;
		only = 0;
		for (bit = 0; bit < map.bits; bit++) {
			used += educma_cma_is_used(&map, bit);
			only += educma_cma_is_used(&map, bit) &&
				!educma_cma_is_used(&other, bit);
		}
		assert_int_equal(educma_cma_count_used(&map, NULL), used);
		assert_int_equal(educma_cma_count_used(&map, &other), only);
	}
}

static void reads_the_counters(void **state)
{
	const struct educma_cma_area area = { .name = "reserved" };
	uint64_t success, failed;

	(void)state;
	assert_int_equal(educma_cma_counters(root, &area, &success, &failed),
			 -ENOENT);
	put("sys/kernel/mm/cma/reserved/alloc_pages_success", "17\n");
	put("sys/kernel/mm/cma/reserved/alloc_pages_fail", "4\n");
	assert_int_equal(educma_cma_counters(root, &area, &success, &failed), 0);
	assert_int_equal(success, 17);
	assert_int_equal(failed, 4);
}

/* The kernel would read a count of 4294967295 pages as -1. */
static void asks_for_no_more_than_there_is(void **state)
{
	const struct educma_cma_area area = {
		.name = "reserved", .bytes = PAGES * PAGE,
	};
	uint64_t written;

	(void)state;
	put_area_file("reserved", "alloc", "");
	put_area_file("reserved", "free", "none");
	assert_int_equal(educma_cma_alloc(root, &area, 0), -ERANGE);
	assert_int_equal(educma_cma_alloc(root, &area, PAGES + 1), -ERANGE);
	assert_int_equal(educma_cma_free(root, &area, UINT32_MAX), -ERANGE);
	/* Nothing is written to a tree. */
	assert_int_equal(educma_cma_alloc(root, &area, PAGES), -EROFS);
	assert_int_equal(read_area_file("reserved", "alloc", &written), -EINVAL);
	assert_int_equal(read_area_file("reserved", "free", &written), -EINVAL);
}

static int find(uint64_t addr, uint64_t bytes, struct educma_cma_area *area)
{
	const struct educma_buffer buf = { .dma_addr = addr, .bytes = bytes };

	return educma_find_area(root, &entry, &buf, area);
}

static void finds_the_area(void **state)
{
	struct educma_cma_area area;

	(void)state;
	assert_int_equal(find(BASE, PAGES * PAGE, &area), 0);
	assert_string_equal(area.name, "reserved");
	assert_int_equal(area.base, BASE);
	assert_int_equal(area.bytes, PAGES * PAGE);
	assert_int_equal(find(BASE + (PAGES - 1) * PAGE, PAGE, &area), 0);
	assert_int_equal(find(16 * PAGE, PAGE, &area), 0);
	assert_string_equal(area.name, "small");
}

static void all_of_it_must_be_inside(void **state)
{
	struct educma_cma_area area;

	(void)state;
	assert_int_equal(find(BASE - PAGE, PAGE, &area), -ERANGE);
	assert_int_equal(find(BASE - PAGE, 2 * PAGE, &area), -ERANGE);
	assert_int_equal(find(BASE, (PAGES + 1) * PAGE, &area), -ERANGE);
	assert_int_equal(find(BASE + PAGE, PAGES * PAGE, &area), -ERANGE);
	assert_int_equal(find(BASE + PAGES * PAGE, PAGE, &area), -ERANGE);
}

static void knows_what_it_cannot_know(void **state)
{
	const struct educma_buffer buf = { .dma_addr = BASE, .bytes = PAGE };
	struct educma_cma_area area;

	(void)state;
	assert_int_equal(find(0, PAGE, &area), -EPERM);
	assert_int_equal(educma_find_area("/nonexistent", &entry, &buf, &area),
			 -ENOENT);
	put("pci/iommu_group/type", "DMA-FQ\n");
	assert_int_equal(find(BASE, PAGE, &area), -EXDEV);
	put("pci/iommu_group/type", "identity\n");
	assert_int_equal(find(BASE, PAGE, &area), 0);
}

static void reads_meminfo(void **state)
{
	uint64_t bytes;

	(void)state;
	assert_int_equal(educma_meminfo(root, "CmaFree", &bytes), 0);
	assert_int_equal(bytes, 4096);
	assert_int_equal(educma_meminfo(root, "CmaTotal", &bytes), 0);
	assert_int_equal(bytes, 128 << 20);
	assert_int_equal(educma_meminfo(root, "Cma", &bytes), -ENOENT);
	/* HugePages_Total is a count of pages, not an amount in kB. */
	assert_int_equal(educma_meminfo(root, "HugePages_Total", &bytes),
			 -ENOENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lists_the_areas),
		cmocka_unit_test(says_why_there_is_no_list),
		cmocka_unit_test(an_invalid_area_hides_no_other),
		cmocka_unit_test(knows_the_page),
		cmocka_unit_test(no_area_is_no_error),
		cmocka_unit_test(finds_an_area_by_name),
		cmocka_unit_test(knows_which_is_the_default),
		cmocka_unit_test(reads_a_bitmap),
		cmocka_unit_test(finds_the_next_bit),
		cmocka_unit_test(counts_the_used_bits),
		cmocka_unit_test(reads_the_counters),
		cmocka_unit_test(asks_for_no_more_than_there_is),
		cmocka_unit_test(finds_the_area),
		cmocka_unit_test(all_of_it_must_be_inside),
		cmocka_unit_test(knows_what_it_cannot_know),
		cmocka_unit_test(reads_meminfo),
	};

	return cmocka_run_group_tests_name("cma", tests, make_tree,
					   remove_tree);
}
