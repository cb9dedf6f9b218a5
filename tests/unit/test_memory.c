// SPDX-License-Identifier: GPL-2.0
/* firmware-sim/memory.c: maps of guest memory, and access to them. */
#include "test.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "memory.h"

#define PAGE	4096
#define TOP	UINT64_MAX
#define PAGES	24	/* of the random test's address space */
#define ROUNDS	20000

static struct memory memory;

static int new_file(uint64_t bytes)
{
	int fd = memfd_create("test", MFD_CLOEXEC);

	assert_true(fd >= 0);
	assert_int_equal(ftruncate(fd, bytes), 0);
	return fd;
}

static int map_with(uint64_t addr, uint64_t size, uint64_t offset, int fd, bool writable)
{
	struct memory_map map = { .addr = addr, .size = size, .offset = offset,
				  .readable = true, .writable = writable };

	return memory_map(&memory, &map, fd);
}

static int map(uint64_t addr, uint64_t size, uint64_t offset, int fd)
{
	return map_with(addr, size, offset, fd, true);
}

static int setup(void **state)
{
	(void)state;
	memory_init(&memory);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	memory_clear(&memory);
	return 0;
}

static void reaches_across_maps(void **state)
{
	uint8_t out[3 * PAGE], in[3 * PAGE];

	(void)state;
	/* Two pages with adjacent bus addresses but in different files, a hole, a third. */
	assert_int_equal(map(0x10000, PAGE, 0x5000, new_file(0x6000)), 0);
	assert_int_equal(map(0x11000, PAGE, 0, new_file(PAGE)), 0);
	assert_int_equal(map(0x13000, PAGE, 0, new_file(PAGE)), 0);
	memset(out, 0xa5, sizeof(out));
	assert_int_equal(memory_write(&memory, 0x10800, out, 0x1800), 0x1800);
	memset(in, 0xff, sizeof(in));
	assert_int_equal(memory_read(&memory, 0x10800, in, 0x1800), 0x1800);
	assert_memory_equal(in, out, 0x1800);
	assert_int_equal(memory_write(&memory, 0x11800, out, 0x2000), 0x1000);
	assert_int_equal(memory_read(&memory, 0x11800, in, 0x2000), 0x1000);
	assert_memory_equal(in, out, 0x800);
	assert_int_equal(in[0x800], 0);
	assert_int_equal(in[0x17ff], 0);
	assert_memory_equal(in + 0x1800, out, 0x800);
}

static void unreachable_reads_zeros(void **state)
{
	static const uint64_t nowhere[] = { 0, 0x0fff, 0x12000, TOP - 100, TOP };
	uint8_t data[PAGE];
	size_t i, j;

	(void)state;
	assert_int_equal(map(0x11000, PAGE, 0, -1), 0);
	for (i = 0; i < ARRAY_SIZE(nowhere); i++) {
		memset(data, 0xff, sizeof(data));
		assert_int_equal(memory_read(&memory, nowhere[i], data, sizeof(data)), 0);
		for (j = 0; j < sizeof(data); j++)
			assert_int_equal(data[j], 0);
		assert_int_equal(memory_write(&memory, nowhere[i], data, sizeof(data)), 0);
	}
	assert_int_equal(memory_read(&memory, 0x11000, data, 0), 0);
	assert_int_equal(memory_write(&memory, 0x11000, data, PAGE), 0);
}

static void ends_with_the_bus(void **state)
{
	uint8_t data[PAGE] = { 0 };

	(void)state;
	assert_int_equal(map(TOP - PAGE + 1, PAGE, 0, new_file(PAGE)), 0);
	assert_int_equal(map(0, PAGE, 0, new_file(PAGE)), 0);
	assert_int_equal(memory_write(&memory, TOP - 99, data, PAGE), 100);
	assert_int_equal(memory_read(&memory, TOP - 99, data, PAGE), 100);
	assert_int_equal(memory_unmap(&memory, TOP - PAGE + 1, PAGE), 0);
	assert_int_equal(memory.count, 1);
}

static void respects_rights(void **state)
{
	const struct memory_map blind = { .addr = 0x2000, .size = PAGE, .writable = true };
	int fd = new_file(PAGE), again;
	uint8_t data[16];
	char path[32];

	(void)state;
	assert_int_equal(map_with(0x1000, PAGE, 0, new_file(PAGE), false), 0);
	assert_int_equal(memory_write(&memory, 0x1000, data, 16), 0);
	assert_int_equal(memory_read(&memory, 0x1000, data, 16), 16);
	assert_int_equal(memory_map(&memory, &blind, new_file(PAGE)), 0);
	assert_int_equal(memory_write(&memory, 0x2000, data, 16), 16);
	assert_int_equal(memory_read(&memory, 0x2000, data, 16), 0);
	/* A read-only descriptor of a file that is also mapped with a writable one. */
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	again = open(path, O_RDONLY);
	assert_true(again >= 0);
	assert_int_equal(map(0x3000, PAGE, 0, fd), 0);
	assert_int_equal(map(0x4000, PAGE, 0, again), 0);
	assert_int_equal(memory_write(&memory, 0x3000, data, 16), 16);
	assert_int_equal(memory_write(&memory, 0x4000, data, 16), 0);
}

static void refuses_bad_maps(void **state)
{
	int fd = new_file(2 * PAGE), pipes[2], dir = open("/", O_RDONLY);

	(void)state;
	assert_int_equal(pipe(pipes), 0);
	assert_int_equal(map(0x1000, 0, 0, fd), -EINVAL);
	assert_int_equal(map(TOP, 2, 0, fd), -EINVAL);
	assert_int_equal(map(PAGE, TOP, 0, fd), -EINVAL);
	assert_int_equal(map(0x1000, PAGE, TOP, fd), -EINVAL);
	assert_int_equal(map(0x1000, PAGE, 2 * PAGE, fd), -EINVAL);
	assert_int_equal(map(0x1000, 2 * PAGE, 1, fd), -EINVAL);
	assert_int_equal(map(0x1000, PAGE, TOP - PAGE, fd), -EINVAL);
	assert_int_equal(map(0x1000, PAGE, 0, pipes[0]), -EINVAL);
	assert_int_equal(map(0x1000, PAGE, 0, dir), -EINVAL);
	assert_int_equal(map(0x1000, PAGE, 0, 12345), -EINVAL);
	assert_int_equal(fcntl(fd, F_SETFL, O_APPEND), 0);
	assert_int_equal(map(0x1000, PAGE, 0, fd), -EINVAL);
	assert_int_equal(memory.count, 0);
	/* The descriptors of refused maps stay open, and are ours to close. */
	assert_int_equal(close(fd) | close(dir) | close(pipes[0]) | close(pipes[1]), 0);
}

static void refuses_overlaps(void **state)
{
	static const struct { uint64_t addr, size; } bad[] = {
		{ 0x2000, PAGE }, { 0x1000, 2 * PAGE }, { 0x1000, 0x1001 },
		{ 0x2fff, 1 }, { 0x2000, 1 }, { 0x2fff, PAGE }, { 0, TOP }, { 0x1000, 0x10000 },
	};
	size_t i;

	(void)state;
	assert_int_equal(map(0x2000, PAGE, 0, -1), 0);
	for (i = 0; i < ARRAY_SIZE(bad); i++)
		assert_int_equal(map(bad[i].addr, bad[i].size, 0, -1), -EEXIST);
	assert_int_equal(map(0x3000, PAGE, 0, -1), 0);
	assert_int_equal(map(0x1000, PAGE, 0, -1), 0);
	assert_int_equal(memory.count, 3);
}

static void unmaps_whole_maps(void **state)
{
	(void)state;
	assert_int_equal(map(0x1000, PAGE, 0, -1), 0);
	assert_int_equal(map(0x2000, PAGE, 0, -1), 0);
	assert_int_equal(map(0x4000, PAGE, 0, -1), 0);
	assert_int_equal(memory_unmap(&memory, 0x1000, 0), -EINVAL);
	assert_int_equal(memory_unmap(&memory, TOP, 2), -EINVAL);
	assert_int_equal(memory_unmap(&memory, 0x1000, 0x1800), -EINVAL);
	assert_int_equal(memory_unmap(&memory, 0x1800, 0x1000), -EINVAL);
	assert_int_equal(memory_unmap(&memory, 0x1000, 0x800), -EINVAL);
	assert_int_equal(memory.count, 3);
	assert_int_equal(memory_unmap(&memory, 0x5000, PAGE), 0);
	assert_int_equal(memory_unmap(&memory, 0x3000, PAGE), 0);
	assert_int_equal(memory.count, 3);
	assert_int_equal(memory_unmap(&memory, 0, 0x4000), 0);
	assert_int_equal(memory.count, 1);
	assert_int_equal(memory_unmap(&memory, 0, TOP), 0);
	assert_int_equal(memory.count, 0);
}

/* Maps of one file share a descriptor: there can be more maps than descriptors. */
static void shares_descriptors(void **state)
{
	size_t before = open_fds(), i;
	int fd = new_file(2 * PAGE);

	(void)state;
	for (i = 0; i < 5000; i++)
		assert_int_equal(map(i * PAGE, PAGE, PAGE, dup(fd)), 0);
	assert_int_equal(open_fds(), before + 2);
	assert_int_equal(memory_unmap(&memory, 0, 4999 * PAGE), 0);
	assert_int_equal(open_fds(), before + 2);
	assert_int_equal(memory_unmap(&memory, 4999 * PAGE, PAGE), 0);
	close(fd);
	assert_int_equal(open_fds(), before);
}

static void has_limits(void **state)
{
	size_t before = open_fds(), i;
	int fd;

	(void)state;
	for (i = 0; i < MEMORY_FILES; i++)
		assert_int_equal(map(i * PAGE, PAGE, 0, new_file(PAGE)), 0);
	fd = new_file(PAGE);
	assert_int_equal(map(i * PAGE, PAGE, 0, fd), -ENOSPC);
	close(fd);
	memory_clear(&memory);
	assert_int_equal(open_fds(), before);
	for (i = 0; i < MEMORY_MAPS; i++)
		assert_int_equal(map(i * PAGE, PAGE, 0, -1), 0);
	assert_int_equal(map(i * PAGE, PAGE, 0, -1), -ENOSPC);
}

static void survives_truncation(void **state)
{
	int fd = new_file(2 * PAGE);
	uint8_t data[2 * PAGE];

	(void)state;
	assert_int_equal(map(0, 2 * PAGE, 0, dup(fd)), 0);
	assert_int_equal(ftruncate(fd, 100), 0);
	memset(data, 0xff, sizeof(data));
	assert_int_equal(memory_read(&memory, 0, data, sizeof(data)), 100);
	assert_int_equal(data[100], 0);
	memory_write(&memory, PAGE, data, 16);
	close(fd);
}

/* Random maps and unmaps, compared with a table of pages. */
static void agrees_with_a_table(void **state)
{
	bool mapped[PAGES] = { false }, begins[PAGES + 1] = { false };
	unsigned int i, first, count, clash, cut;
	uint8_t byte;
	int fd, err;

	(void)state;
	srandom(1);
	begins[PAGES] = true;
	for (i = 0; i < ROUNDS; i++) {
		first = random() % PAGES;
		count = 1 + random() % (PAGES - first);
		if (random() % 2) {
			for (clash = 0; clash < count && !mapped[first + clash]; clash++)
				;
			fd = new_file(count * PAGE);
			err = map(first * PAGE, count * PAGE, 0, fd);
			assert_int_equal(err == 0, clash == count);
			if (err) {
				close(fd);
				continue;
			}
			memset(mapped + first, true, count);
			begins[first] = true;
		} else {
			cut = (mapped[first] && !begins[first]) ||
			      (first + count < PAGES && mapped[first + count] &&
			       !begins[first + count]);
			assert_int_equal(memory_unmap(&memory, first * PAGE, count * PAGE),
					 cut ? -EINVAL : 0);
			if (cut)
				continue;
			memset(mapped + first, false, count);
			memset(begins + first, false, count);
		}
		for (first = 0; first < PAGES; first++)
			assert_int_equal(memory_read(&memory, first * PAGE + 7, &byte, 1),
					 mapped[first]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(reaches_across_maps, setup, teardown),
		cmocka_unit_test_setup_teardown(unreachable_reads_zeros, setup, teardown),
		cmocka_unit_test_setup_teardown(ends_with_the_bus, setup, teardown),
		cmocka_unit_test_setup_teardown(respects_rights, setup, teardown),
		cmocka_unit_test_setup_teardown(refuses_bad_maps, setup, teardown),
		cmocka_unit_test_setup_teardown(refuses_overlaps, setup, teardown),
		cmocka_unit_test_setup_teardown(unmaps_whole_maps, setup, teardown),
		cmocka_unit_test_setup_teardown(shares_descriptors, setup, teardown),
		cmocka_unit_test_setup_teardown(has_limits, setup, teardown),
		cmocka_unit_test_setup_teardown(survives_truncation, setup, teardown),
		cmocka_unit_test_setup_teardown(agrees_with_a_table, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
