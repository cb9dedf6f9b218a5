// SPDX-License-Identifier: GPL-2.0
/* The area that the doctor advises, for given machines. */
#include "test.h"
#include <string.h>

#include "cure.h"

#define MIB	(1ULL << 20)
#define GIB	(1ULL << 30)
#define PAGE	4096ULL

static struct doctor_facts f;
static struct cure cure;

static void set_ram(size_t i, uint64_t first, uint64_t end)
{
	f.boot.ram[i] = (struct doctor_range){ first, end - 1 };
	f.boot.ram_count = i + 1;
}

static void set_zone(size_t i, const char *name, uint64_t start, uint64_t end)
{
	f.zones[i] = (struct doctor_zone){ .start = start, .end = end };
	strcpy(f.zones[i].name, name);
	f.zone_count = i + 1;
}

/*
 * A machine of 1 GiB whose kernel lies from 16 to 31 MiB, with its brk up to 32, and
 * whose initial RAM disk is at the end of memory.
 */
static int machine(void **state)
{
	(void)state;
	memset(&f, 0, sizeof(f));
	f.page = PAGE;
	f.block = 4 * MIB;
	f.mem_total = 992 * MIB;
	f.mem_available = 950 * MIB;
	f.available_known = true;
	f.mem_movable = 28 * MIB;
	f.cma_counted = true;
	set_ram(0, MIB, GIB);
	f.boot.kernel = (struct doctor_range){ 16 * MIB, 31 * MIB - 1 };
	f.boot.kernel_known = true;
	f.boot.initrd = (struct doctor_range){ 994 * MIB, GIB - 1 };
	f.boot.initrd_bytes = 30 * MIB;
	f.boot.log_begins = true;
	set_zone(0, "DMA", MIB, 16 * MIB);
	set_zone(1, "DMA32", 16 * MIB, 4 * GIB);
	set_zone(2, "Normal", 4 * GIB, 64 * GIB);
	strcpy(f.option[OPTION_RANDOMIZE_BASE], "n");
	strcpy(f.option[OPTION_DMA_COHERENT_POOL], "n");
	return 0;
}

/* Give the machine another size; the initial RAM disk stays at its end. */
static void resize(uint64_t bytes)
{
	f.mem_available = bytes - 74 * MIB;
	f.mem_total = bytes - 32 * MIB;
	set_ram(0, MIB, bytes);
	f.boot.initrd = (struct doctor_range){ bytes - 30 * MIB, bytes - 1 };
}

static void finds(uint64_t bytes, uint32_t bits, const char *parameter)
{
	if (!cure_find(&f, bytes, bits, &cure))
		fail_msg("there is no area, not %s", parameter);
	assert_string_equal(cure.parameter, parameter);
}

static void finds_none(uint64_t bytes, uint32_t bits)
{
	if (cure_find(&f, bytes, bits, &cure))
		fail_msg("there is %s", cure.parameter);
}

static void comfortable_or_tight(void **state)
{
	(void)state;
	finds(1, 28, "cma=64M@0-256M");
	finds(64 * MIB, 28, "cma=128M@0-256M");
	finds(128 * MIB, 28, "cma=192M@0-256M");
	finds(201 * MIB, 28, "cma=204M@0-256M");
	finds(224 * MIB, 28, "cma=224M@0-256M");
	finds_none(224 * MIB + 1, 28);
	finds(64 * MIB, 32, "cma=128M@0-4G");
	finds(64 * MIB, 64, "cma=128M");
	finds(MIB, 24, "cma=4M@0-16M");
	finds_none(16 * MIB, 24);
	finds_none(UINT64_MAX, 64);
}

/* Else it does not boot, or does not reach init. */
static void machine_keeps_memory(void **state)
{
	(void)state;
	finds(920 * MIB, 64, "cma=920M");
	finds_none(925 * MIB, 64);
	resize(256 * MIB);
	finds(64 * MIB, 28, "cma=128M@0-256M");
	finds(128 * MIB, 28, "cma=128M@0-256M");
	finds_none(192 * MIB, 28);
	/* Programs may lie in the area, but not kernel memory. */
	f.mem_available -= 64 * MIB;
	f.mem_movable += 64 * MIB;
	finds(128 * MIB, 28, "cma=128M@0-256M");
	f.mem_movable -= 64 * MIB;
	finds_none(128 * MIB, 28);
	f.available_known = false;
	finds_none(64 * MIB, 28);
}

/* What cma_alloc() gave out is free at the next boot; page cache is free anyway. */
static void memory_in_the_area_counts_once(void **state)
{
	(void)state;
	f.cma_total = 512 * MIB;
	f.area.used = 0;
	f.mem_available = 500 * MIB;
	finds_none(600 * MIB, 64);
	f.area.used = 400 * MIB;
	finds(600 * MIB, 64, "cma=704M");
}

/* 4 GiB of memory, half of it above 4 GiB. */
static void low_memory_is_not_used_up(void **state)
{
	(void)state;
	f.mem_total = 4 * GIB;
	f.mem_available = 4 * GIB - 100 * MIB;
	set_ram(0, MIB, 2 * GIB);
	set_ram(1, 4 * GIB, 6 * GIB);
	f.boot.initrd = (struct doctor_range){ 2 * GIB - 30 * MIB, 2 * GIB - 1 };
	f.zones[1].present = 2 * GIB - 16 * MIB;
	finds(1800 * MIB, 32, "cma=1800M@0-4G");
	finds_none(1900 * MIB, 32);
	finds(1900 * MIB, 64, "cma=1900M");
}

/* Only x86 says where the initial RAM disk is; EFI has memory during the boot. */
static void unknown_places(void **state)
{
	(void)state;
	f.zones[1].end = GIB;
	f.zone_count = 2;
	f.boot.initrd.last = 0;
	finds(500 * MIB, 32, "cma=500M@0-4G");
	finds_none(520 * MIB, 32);
	f.boot.initrd_bytes = 0;
	finds(520 * MIB, 32, "cma=640M@0-4G");
	f.boot.efi = true;
	finds_none(520 * MIB, 32);
}

/* DMA_COHERENT_POOL takes blocks from the area at boot. */
static void pools_have_room(void **state)
{
	(void)state;
	strcpy(f.option[OPTION_DMA_COHERENT_POOL], "y");
	finds(201 * MIB, 28, "cma=216M@0-256M");
}

static void areas_avoid_holes(void **state)
{
	(void)state;
	/* memmap=32M$100M */
	set_ram(0, MIB, 100 * MIB);
	set_ram(1, 132 * MIB, GIB);
	finds(64 * MIB, 28, "cma=64M@0-256M");
	finds(100 * MIB, 28, "cma=100M@0-256M");
}

/* With KASLR the image may come to lie in the middle. */
static void kernel_may_move(void **state)
{
	(void)state;
	strcpy(f.option[OPTION_RANDOMIZE_BASE], "y");
	finds(64 * MIB, 28, "cma=64M@0-256M");
	finds(160 * MIB, 28, "cma=192M@0-256M nokaslr");
	f.kaslr_off = true;
	finds(160 * MIB, 28, "cma=192M@0-256M");
}

static void what_cannot_be_seen_is_half(void **state)
{
	(void)state;
	f.boot.ram_count = 0;
	set_zone(0, "DMA32", 0, GIB);
	finds(128 * MIB, 28, "cma=128M@0-256M");
	finds_none(129 * MIB, 28);
}

static void never_what_is_there(void **state)
{
	(void)state;
	f.cma_words.bytes = 128 * MIB;
	f.cma_words.limit = 256 * MIB;
	finds(64 * MIB, 28, "cma=64M@0-256M");
	f.cma_words.bytes = 64 * MIB;
	finds(64 * MIB, 28, "cma=128M@0-256M");
	/* A kernel without CMA has never tried. */
	f.cma_words.bytes = 128 * MIB;
	f.cma_counted = false;
	finds(64 * MIB, 28, "cma=128M@0-256M");
}

static void narrow_devices_stay_served(void **state)
{
	(void)state;
	f.narrow.bits = 28;
	finds(64 * MIB, 64, "cma=128M@0-256M");
	assert_false(cure.leaves_out);
	finds(300 * MIB, 64, "cma=384M");
	assert_false(cure.leaves_out);
	f.area.present = YES;
	f.area.first = 128 * MIB;
	finds(300 * MIB, 64, "cma=384M");
	assert_true(cure.leaves_out);
	f.narrow.bits = 64;
	finds(300 * MIB, 32, "cma=384M@0-4G");
	assert_false(cure.leaves_out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(comfortable_or_tight, machine),
		cmocka_unit_test_setup(machine_keeps_memory, machine),
		cmocka_unit_test_setup(memory_in_the_area_counts_once, machine),
		cmocka_unit_test_setup(low_memory_is_not_used_up, machine),
		cmocka_unit_test_setup(unknown_places, machine),
		cmocka_unit_test_setup(pools_have_room, machine),
		cmocka_unit_test_setup(areas_avoid_holes, machine),
		cmocka_unit_test_setup(kernel_may_move, machine),
		cmocka_unit_test_setup(what_cannot_be_seen_is_half, machine),
		cmocka_unit_test_setup(never_what_is_there, machine),
		cmocka_unit_test_setup(narrow_devices_stay_served, machine),
	};

	return cmocka_run_group_tests_name("cure", tests, NULL, NULL);
}
