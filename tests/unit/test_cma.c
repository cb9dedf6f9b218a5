// SPDX-License-Identifier: GPL-2.0
/* Which CMA area holds a buffer, on a tree in a temporary directory. */
#include "test.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "libeducma.h"

#define PAGE	((uint64_t)sysconf(_SC_PAGESIZE))
#define BASE	(0x8000 * PAGE)
#define PAGES	0x100

static char root[32];
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

static int make_tree(void **state)
{
	(void)state;
	strcpy(root, "/tmp/educma-test-XXXXXX");
	assert_non_null(mkdtemp(root));
	snprintf(entry.pci_dir, sizeof(entry.pci_dir), "%s/pci", root);
	put("proc/meminfo", "MemTotal:        1000 kB\nHugePages_Total:  7\n"
	    "CmaTotal:        131072 kB\nCmaFree:          4 kB\n");
	put("sys/kernel/debug/cma/small/base_pfn", "16\n");
	put("sys/kernel/debug/cma/small/count", "1\n");
	put("sys/kernel/debug/cma/reserved/base_pfn", "32768\n");
	put("sys/kernel/debug/cma/reserved/count", "256\n");
	return 0;
}

static int remove_tree(void **state)
{
	char command[64];

	(void)state;
	snprintf(command, sizeof(command), "rm -rf '%s'", root);
	return system(command);
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
	/* A count is no amount of memory. */
	assert_int_equal(educma_meminfo(root, "HugePages_Total", &bytes),
			 -ENOENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_the_area),
		cmocka_unit_test(all_of_it_must_be_inside),
		cmocka_unit_test(knows_what_it_cannot_know),
		cmocka_unit_test(reads_meminfo),
	};

	return cmocka_run_group_tests_name("cma", tests, make_tree,
					   remove_tree);
}
