// SPDX-License-Identifier: GPL-2.0
/* The doctor's verdict and advice for given facts, without a machine. */
#include "test.h"
#include <stdio.h>
#include <string.h>

#include "judge.h"

#define KIB	(1ULL << 10)
#define MIB	(1ULL << 20)
#define GIB	(1ULL << 30)
#define SIZE	(64 * MIB)

static struct doctor_facts f;
static struct diagnosis d;

/* The pages of the area that CMA has given out, and those that are not free. */
static uint32_t given_out[256 * MIB / (4 * KIB) / 32];
static uint32_t busy[ARRAY_SIZE(given_out)];

static void set_zone(size_t i, const char *name, uint64_t start, uint64_t end)
{
	f.zones[i] = (struct doctor_zone){
		.start = start, .end = end,
		.ordinary_free = end - start, .largest_free = 4 * MIB,
	};
	strcpy(f.zones[i].name, name);
}

static void set_area(uint64_t first, uint64_t bytes)
{
	f.area = (struct doctor_area){
		.present = YES, .name = "reserved", .bytes = bytes,
		.first = first, .last = first + bytes - 1, .exact = true,
		.used_known = true, .largest_free = bytes, .free_known = true,
		.map = { .words = given_out, .bits = bytes / f.page },
		.busy = { .words = busy, .bits = bytes / f.page },
	};
	memset(given_out, 0, sizeof(given_out));
	memset(busy, 0, sizeof(busy));
	f.cma_total = bytes;
	f.cma_free = bytes;
}

static void set_cma_words(const char *text, uint64_t bytes)
{
	strcpy(f.cma_words.text, text);
	f.cma_words.bytes = bytes;
}

/* 1 GiB of memory, a CMA area that is within reach, and a device of 28 bits. */
static int healthy(void **state)
{
	(void)state;
	memset(&f, 0, sizeof(f));
	strcpy(f.device.pci, "0000:00:04.0");
	strcpy(f.device.driver, "some");
	f.device.present = true;
	f.device.bits = 28;
	f.device.bits_from = BITS_DRIVER;
	f.device.bus_master = YES;
	strcpy(f.option[OPTION_DMA_CMA], "y");
	strcpy(f.option[OPTION_CMA_ALIGNMENT], "8");
	strcpy(f.option[OPTION_RANDOMIZE_BASE], "n");
	strcpy(f.option[OPTION_DMA_COHERENT_POOL], "n");
	f.page = 4 * KIB;
	f.block = 4 * MIB;
	f.mem_total = GIB;
	f.mem_available = GIB - 50 * MIB;
	f.available_known = true;
	f.mem_reclaimable = UINT64_MAX;
	f.boot.ram[0] = (struct doctor_range){ MIB, GIB - 1 };
	f.boot.ram_count = 1;
	f.boot.kernel = (struct doctor_range){ 16 * MIB, 32 * MIB - 1 };
	f.boot.kernel_known = true;
	f.boot.log_begins = true;
	f.cma_counted = true;
	set_cma_words("cma=128M@0-256M", 128 * MIB);
	set_area(128 * MIB, 128 * MIB);
	set_zone(0, "DMA", 4 * KIB, 16 * MIB);
	set_zone(1, "DMA32", 16 * MIB, GIB);
	f.zone_count = 2;
	return 0;
}

/*
 * An unprivileged user: only the bounds of the area are known, not its exact
 * place and not what is in use.
 */
static void see_as_unprivileged(uint64_t first, uint64_t last)
{
	f.area.first = first;
	f.area.last = last;
	f.area.exact = false;
	f.area.used_known = false;
	f.area.free_known = false;
	f.area.map.words = NULL;
	f.area.busy.words = NULL;
	f.boot.ram_count = 0;
	f.unseen_count = 1;
}

#define expect_verdict(bytes, wanted) do {				\
	doctor_judge(&f, bytes, &d);					\
	assert_string_equal(verdict_name(d.finding[0].verdict),		\
			    verdict_name(wanted));			\
} while (0)

/* Expect the limits of the largest buffer, and whether the verdict is sure. */
#define expect_room(least, at_most, is_sure) do {			\
	assert_int_equal(d.largest_is == BOUND_AT_MOST ? 0 : d.largest,	\
			 least);					\
	assert_int_equal(d.most, at_most);				\
	assert_int_equal(d.sure, is_sure);				\
} while (0)

#define expect_parameter(text) \
	assert_string_equal(d.finding[0].parameter, text)

static void fine_is_fine(void **state)
{
	(void)state;
	expect_verdict(SIZE, VERDICT_FINE);
	assert_int_equal(d.count, 1);
	assert_int_equal(d.largest, 128 * MIB);
	expect_verdict(128 * MIB, VERDICT_FINE);
	assert_non_null(strstr(d.finding[0].text, "from CMA"));
	expect_verdict(4 * KIB, VERDICT_FINE);
	assert_non_null(strstr(d.finding[0].text, "without CMA"));
}

static void no_device(void **state)
{
	(void)state;
	f.device.present = false;
	expect_verdict(SIZE, VERDICT_NO_SUCH_DEVICE);
	assert_int_equal(d.count, 1);
	/* No device was named. */
	f.device.pci[0] = '\0';
	expect_verdict(SIZE, VERDICT_FINE);
}

static void no_cma(void **state)
{
	(void)state;
	strcpy(f.option[OPTION_DMA_CMA], "n");
	expect_verdict(SIZE, VERDICT_NO_CMA);
	expect_parameter("cma=128M@0-256M");
	assert_string_equal(d.finding[0].config, "CONFIG_DMA_CMA=y");
	/* The configuration is not known, but /proc/meminfo has no CmaTotal. */
	f.option[OPTION_DMA_CMA][0] = '\0';
	f.cma_counted = false;
	expect_verdict(SIZE, VERDICT_NO_CMA);
	/* Neither the configuration nor /proc/meminfo is known. */
	f.mem_total = 0;
	f.area.present = UNKNOWN;
	expect_verdict(SIZE, VERDICT_CANNOT_TELL);
}

static void small_ones_need_no_cma(void **state)
{
	(void)state;
	f.cma_counted = false;
	f.area.present = NO;
	expect_verdict(4 * MIB, VERDICT_FINE);
	assert_int_equal(d.largest, 4 * MIB);
	expect_verdict(4 * MIB + 1, VERDICT_NO_CMA);
	/* The zone DMA32 reaches beyond 28 bits: its free pages may not be within reach. */
	f.zones[0].largest_free = 64 * KIB;
	expect_verdict(4 * MIB, VERDICT_CANNOT_TELL);
	expect_room(64 * KIB, 4 * MIB, false);
	expect_verdict(4 * MIB + 1, VERDICT_NO_CMA);
	expect_room(64 * KIB, 4 * MIB, true);
	f.device.bits = 30;
	expect_verdict(4 * MIB, VERDICT_FINE);
}

static void no_area(void **state)
{
	(void)state;
	f.area.present = NO;
	expect_verdict(SIZE, VERDICT_NOT_RESERVED);
	set_cma_words("cma=0", 0);
	expect_verdict(SIZE, VERDICT_CMA_OFF);
	assert_non_null(strstr(d.finding[0].advice, "instead of cma=0"));
	/* The advice names each cma= on the command line. */
	set_cma_words("cma=64M@1G cma=0M", 0);
	expect_verdict(SIZE, VERDICT_CMA_OFF);
	assert_non_null(strstr(d.finding[0].advice,
			       "instead of cma=64M@1G cma=0M"));
	set_cma_words("", 0);
	expect_verdict(SIZE, VERDICT_NO_AREA);
	expect_parameter("cma=128M@0-256M");
}

static void above_the_mask(void **state)
{
	(void)state;
	set_cma_words("cma=128M", 128 * MIB);
	set_area(256 * MIB, 128 * MIB);
	expect_verdict(SIZE, VERDICT_ABOVE_MASK);
	expect_parameter("cma=128M@0-256M");
	assert_int_equal(d.largest, 4 * MIB);
	/* The lower half of the area is within reach. */
	set_area(192 * MIB, 128 * MIB);
	expect_verdict(SIZE, VERDICT_FINE);
	assert_int_equal(d.largest, 64 * MIB);
	expect_verdict(SIZE + 1, VERDICT_ABOVE_MASK);
	set_area(4 * GIB, 128 * MIB);
	f.device.bits = 32;
	expect_verdict(SIZE, VERDICT_ABOVE_MASK);
	expect_parameter("cma=128M@0-4G");
	f.device.bits = 33;
	expect_verdict(SIZE, VERDICT_FINE);
	f.device.bits = 64;
	expect_verdict(SIZE, VERDICT_FINE);
}

/* Marks @count pages of the area as given out, from page @first on. */
static void give_out(unsigned int first, unsigned int count)
{
	f.area.used += count * f.page;
	for (; count--; first++) {
		given_out[first / 32] |= 1U << first % 32;
		busy[first / 32] |= 1U << first % 32;
	}
}

/* Marks @count pages as used by programs. */
static void occupy(unsigned int first, unsigned int count)
{
	for (; count--; first++)
		busy[first / 32] |= 1U << first % 32;
}

static void not_enough_in_it(void **state)
{
	(void)state;
	expect_verdict(128 * MIB + 1, VERDICT_TOO_SMALL);
	f.area.used = 65 * MIB;
	expect_verdict(SIZE, VERDICT_IN_USE);
	expect_parameter("cma=192M@0-256M");
	/* Two pieces of 32 MiB are free. */
	f.area.used = 0;
	give_out(32 * 256, 32 * 256);
	give_out(96 * 256, 32 * 256);
	expect_verdict(SIZE, VERDICT_FRAGMENTED);
	assert_int_equal(d.largest, 32 * MIB);
	expect_verdict(32 * MIB, VERDICT_FINE);
}

/* CMA begins a buffer at an aligned page only: a run elsewhere does not help. */
static void runs_must_be_aligned(void **state)
{
	(void)state;
	/* The page allocator has single pages only. */
	f.block = f.page;
	give_out(0, 1);
	give_out(128 * 256 - 8, 8);
	expect_verdict(127 * MIB, VERDICT_FRAGMENTED);
	assert_int_equal(d.largest, 127 * MIB - 32 * KIB);
	expect_verdict(127 * MIB - 32 * KIB, VERDICT_FINE);
	/* A free run of 4 pages that begins at a multiple of 2 holds a buffer of 2. */
	memset(given_out, 0xff, sizeof(given_out));
	memset(busy, 0xff, sizeof(busy));
	given_out[9] = ~(0xfU << 2);
	busy[9] = given_out[9];
	f.area.used = f.area.bytes - 4 * f.page;
	f.zones[0].largest_free = 0;
	expect_verdict(8 * KIB + 1, VERDICT_FRAGMENTED);
	assert_int_equal(d.largest, 8 * KIB);
	given_out[9] = ~(0xfU << 4);
	busy[9] = given_out[9];
	expect_verdict(8 * KIB + 1, VERDICT_FINE);
	assert_int_equal(d.largest, 16 * KIB);
}

/* Only the free pages below the mask count. */
static void runs_must_be_within_reach(void **state)
{
	(void)state;
	set_area(192 * MIB, 128 * MIB);
	give_out(16 * 256, 256);
	/* The mask cuts a run of 111 MiB. */
	expect_verdict(48 * MIB, VERDICT_ABOVE_MASK);
	assert_non_null(strstr(d.finding[0].text, "a part of the CMA area, 0x0c000000-0x13ffffff"));
	assert_int_equal(d.largest, 47 * MIB);
	f.device.bits = 29;
	expect_verdict(111 * MIB, VERDICT_FINE);
	assert_int_equal(d.largest, 111 * MIB);
}

/* What others hold, they hold again after a boot. */
static void others_take_their_part(void **state)
{
	(void)state;
	f.device.bits = 29;
	expect_verdict(192 * MIB, VERDICT_TOO_SMALL);
	expect_parameter("cma=256M@0-512M");
	give_out(100 * 256, 1);
	f.area.used = 4 * KIB;
	expect_verdict(192 * MIB, VERDICT_TOO_SMALL);
	expect_parameter("cma=384M@0-512M");
	/* Without the map their holes are estimated. */
	f.area.map.words = NULL;
	f.area.used = 0;
	expect_verdict(192 * MIB, VERDICT_TOO_SMALL);
	expect_parameter("cma=256M@0-512M");
	f.area.used = 25 * MIB;
	expect_verdict(192 * MIB, VERDICT_TOO_SMALL);
	expect_parameter("cma=320M@0-512M");
	f.area.used_known = false;
	f.cma_free = f.cma_total - 60 * MIB;
	expect_verdict(192 * MIB, VERDICT_TOO_SMALL);
	expect_parameter("cma=384M@0-512M");
}

static void no_memory_for_data_in_the_area(void **state)
{
	(void)state;
	set_area(512 * MIB, 128 * MIB);
	f.mem_available = SIZE + 24 * MIB;
	f.mem_movable = f.mem_total - f.mem_available;
	expect_verdict(SIZE, VERDICT_ABOVE_MASK);
	assert_string_not_equal(d.finding[0].parameter, "");
	f.mem_available--;
	expect_verdict(SIZE, VERDICT_ABOVE_MASK);
	expect_parameter("");
}

static void no_room_for_what_would_help(void **state)
{
	(void)state;
	expect_verdict(255 * MIB, VERDICT_TOO_SMALL);
	expect_parameter("");
	assert_non_null(strstr(d.finding[0].advice, "ask for less"));
	f.area.used = 64 * MIB;
	expect_verdict(128 * MIB, VERDICT_IN_USE);
	expect_parameter("cma=192M@0-256M");
	f.area.used = 100 * MIB;
	expect_verdict(128 * MIB, VERDICT_IN_USE);
	expect_parameter("");
	assert_memory_equal(d.finding[0].advice, "end the programs", 16);
}

/* 7 GiB of memory, 2 of them below 4 GiB, which is where the zone DMA32 ends. */
static void no_memory_where_it_would_help(void **state)
{
	(void)state;
	f.mem_total = 7 * GIB;
	f.mem_available = 6 * GIB;
	f.boot.ram[0].last = 2 * GIB - 1;
	f.boot.ram[1] = (struct doctor_range){ 4 * GIB, 9 * GIB - 1 };
	f.boot.ram_count = 2;
	f.device.bits = 32;
	set_zone(1, "DMA32", 16 * MIB, 4 * GIB);
	f.zones[1].present = 2 * GIB - 16 * MIB;
	set_zone(2, "Normal", 4 * GIB, 9 * GIB);
	f.zone_count = 3;
	expect_verdict(GIB, VERDICT_TOO_SMALL);
	expect_parameter("cma=1152M@0-4G");
	expect_verdict(3 * GIB, VERDICT_TOO_SMALL);
	expect_parameter("");
	assert_non_null(strstr(d.finding[0].advice, "ask for less"));
	/* The kernel has tried to reserve the area and has not found the room. */
	f.area.present = NO;
	set_cma_words("cma=1152M@0-4G", 1152 * MIB);
	f.cma_words.limit = 4 * GIB;
	expect_verdict(GIB, VERDICT_NOT_RESERVED);
	expect_parameter("cma=1G@0-4G");
	/* A kernel without CMA has never tried, so the parameter is still advised. */
	strcpy(f.option[OPTION_DMA_CMA], "n");
	expect_verdict(GIB, VERDICT_NO_CMA);
	expect_parameter("cma=1152M@0-4G");
}

static void too_big(void **state)
{
	(void)state;
	expect_verdict(256 * MIB + 1, VERDICT_TOO_BIG);
	assert_int_equal(d.count, 1);
	assert_int_equal(d.largest, 128 * MIB);
	f.device.bits = 64;
	expect_verdict(GIB + 1, VERDICT_TOO_BIG);
	expect_verdict(UINT64_MAX, VERDICT_TOO_BIG);
}

static void mask_rejected(void **state)
{
	(void)state;
	f.zones[0] = f.zones[1];
	f.zones[0].start = 4 * KIB;
	f.zone_count = 1;
	/* The bound driver has set this mask, so the kernel accepts it. */
	expect_verdict(SIZE, VERDICT_FINE);
	f.device.bits_from = BITS_EDU;
	expect_verdict(SIZE, VERDICT_MASK_REJECTED);
	assert_string_equal(d.finding[0].config, "CONFIG_ZONE_DMA=y");
	assert_int_equal(d.largest, 0);
	expect_parameter("");
	/* Also with the zone the area would be above the mask. */
	set_area(512 * MIB, 128 * MIB);
	expect_verdict(SIZE, VERDICT_MASK_REJECTED);
	assert_string_equal(d.finding[0].config, "CONFIG_ZONE_DMA=y");
	expect_parameter("cma=128M@0-256M");
	/* Small buffers do not need CMA. */
	expect_verdict(4 * MIB, VERDICT_MASK_REJECTED);
	expect_parameter("");
	/* The kernel's image does not leave room for such an area. */
	expect_verdict(250 * MIB, VERDICT_MASK_REJECTED);
	assert_null(d.finding[0].config);
	/* The zone DMA is too large for such a mask. */
	f.device.bits = 20;
	expect_verdict(4 * KIB, VERDICT_MASK_REJECTED);
	assert_null(d.finding[0].config);
	f.device.bits = 28;
	set_area(128 * MIB, 128 * MIB);
	/* All memory is below the mask. */
	f.zones[0].end = 256 * MIB;
	expect_verdict(SIZE, VERDICT_FINE);
	f.zones[0].end = 256 * MIB + 4 * KIB;
	expect_verdict(SIZE, VERDICT_MASK_REJECTED);
	f.device.bits = 32;
	expect_verdict(SIZE, VERDICT_FINE);
	/* The zone DMA is there, but the mask is narrower. */
	set_zone(0, "DMA", 4 * KIB, 16 * MIB);
	f.device.bits = 23;
	expect_verdict(4 * KIB, VERDICT_MASK_REJECTED);
	f.device.bits = 24;
	expect_verdict(4 * KIB, VERDICT_FINE);
	/* An IOMMU provides addresses below any mask. */
	strcpy(f.device.iommu, "DMA");
	f.device.bits = 23;
	expect_verdict(4 * KIB, VERDICT_IOMMU_REMAPS);
}

static void behind_an_iommu(void **state)
{
	(void)state;
	strcpy(f.device.iommu, "DMA-FQ");
	f.device.addresses_used = USED_NONE;
	expect_verdict(SIZE, VERDICT_IOMMU_REMAPS);
	assert_non_null(strstr(d.finding[0].advice, "boot with iommu.passthrough=1, "));
	assert_int_equal(verdict_status(d.finding[0].verdict), STATUS_OK);
	/* IOMMU addresses are aligned to the size, and address 0 is not used. */
	expect_room(128 * MIB, 128 * MIB, true);
	expect_verdict(128 * MIB + 1, VERDICT_TOO_BIG);
	/* Others may have taken addresses, and nobody can see it. */
	f.device.addresses_used = USED_UNKNOWN;
	expect_verdict(SIZE, VERDICT_IOMMU_REMAPS);
	expect_room(0, 128 * MIB, false);
	/* Small ranges in use may split the largest free one. */
	f.device.addresses_used = USED_FEW;
	expect_verdict(SIZE, VERDICT_IOMMU_REMAPS);
	expect_room(64 * MIB, 128 * MIB, true);
	/* Without the IOMMU the area would be above the mask. */
	set_area(256 * MIB, 128 * MIB);
	expect_verdict(SIZE, VERDICT_IOMMU_REMAPS);
	assert_non_null(strstr(d.finding[0].advice, "iommu.passthrough=1 cma=128M@0-256M"));
	/* educma wants contiguous pages: they come from CMA, at any address. */
	strcpy(f.device.driver, "educma");
	expect_verdict(SIZE, VERDICT_FINE);
	f.area.used = 128 * MIB;
	expect_verdict(SIZE, VERDICT_IN_USE);
	assert_int_equal(d.count, 2);
	assert_int_equal(d.finding[1].verdict, VERDICT_IOMMU_REMAPS);
	/* Within 28 bits the IOMMU has no addresses for both. */
	expect_parameter("");
	f.device.bits = 32;
	expect_verdict(SIZE, VERDICT_IN_USE);
	expect_parameter("cma=256M");
	f.device.bits = 28;
	strcpy(f.device.iommu, "identity");
	f.area.used = 0;
	expect_verdict(SIZE, VERDICT_ABOVE_MASK);
}

static void reserve(uint64_t first, uint64_t last)
{
	f.device.reserved[f.device.reserved_count++] =
		(struct doctor_range){ first, last };
}

/*
 * q35 with 2 GiB of memory below 4 GiB: PCI's windows take the addresses above
 * them, and address 0 is not used.
 */
static void addresses_of_an_iommu(void **state)
{
	(void)state;
	strcpy(f.device.iommu, "DMA-FQ");
	f.mem_total = 7 * GIB;
	f.mem_available = 7 * GIB;
	f.zones[1].ordinary_free = 7 * GIB;
	f.device.bits = 32;
	f.device.addresses_used = USED_NONE;
	expect_verdict(GIB, VERDICT_IOMMU_REMAPS);
	expect_room(GIB, 2 * GIB, true);
	expect_verdict(GIB + 1, VERDICT_CANNOT_TELL);
	expect_verdict(2 * GIB + 1, VERDICT_TOO_BIG);
	reserve(0xfee00000, 0xfeefffff);
	reserve(0xa0000, 0xbffff);
	reserve(0xc0000000, 0xfebfffff);
	reserve(0x80000000, 0xafffffff);
	f.device.reserved_known = true;
	expect_verdict(GIB, VERDICT_IOMMU_REMAPS);
	assert_int_equal(d.largest, GIB);
	assert_int_equal(d.largest_is, BOUND_EXACT);
	expect_verdict(GIB + 1, VERDICT_TOO_BIG);
	/* Above 4 GiB, a PCI window begins at 16 GiB. */
	reserve(16 * GIB, 32 * GIB - 1);
	f.device.bits = 34;
	expect_verdict(6 * GIB, VERDICT_IOMMU_REMAPS);
	/* The free range from 1 to 1.5 GiB is aligned to its size. */
	reserve(0x60000000, 0x7fffffff);
	f.device.bits = 32;
	expect_verdict(512 * MIB, VERDICT_IOMMU_REMAPS);
	assert_int_equal(d.largest, 512 * MIB);
}

static void bouncing(void **state)
{
	(void)state;
	strcpy(f.swiotlb_word, "swiotlb=force");
	expect_verdict(SIZE, VERDICT_SWIOTLB_FORCED);
	assert_string_equal(d.finding[0].remove, "swiotlb=force");
	/* A finding that prevents the buffer comes before this one. */
	f.area.present = NO;
	expect_verdict(SIZE, VERDICT_NOT_RESERVED);
	assert_int_equal(d.count, 2);
	assert_int_equal(d.finding[1].verdict, VERDICT_SWIOTLB_FORCED);
	strcpy(f.device.iommu, "DMA");
	expect_verdict(SIZE, VERDICT_IOMMU_REMAPS);
	assert_int_equal(d.count, 1);
}

static void bus_master(void **state)
{
	(void)state;
	strcpy(f.device.driver, "educma");
	f.device.bus_master = NO;
	expect_verdict(SIZE, VERDICT_BUS_MASTER_OFF);
	assert_string_equal(d.finding[0].command,
			    "setpci -s 0000:00:04.0 COMMAND=4:4");
	f.device.suspended = true;
	expect_verdict(SIZE, VERDICT_FINE);
	f.device.suspended = false;
	f.device.driver[0] = '\0';
	expect_verdict(SIZE, VERDICT_FINE);
	strcpy(f.device.driver, "educma");
	set_area(256 * MIB, 128 * MIB);
	expect_verdict(SIZE, VERDICT_ABOVE_MASK);
	assert_int_equal(d.finding[1].verdict, VERDICT_BUS_MASTER_OFF);
}

/* Drivers such as i801_smbus and EDAC's leave bus mastering off on purpose. */
static void others_may_do_without_bus_master(void **state)
{
	static const char *const holders[] = {
		"vfio-pci", "pci-stub", "pciback", "xen-pciback",
	};
	size_t i;

	(void)state;
	f.device.bus_master = NO;
	expect_verdict(SIZE, VERDICT_FINE);
	assert_int_equal(d.count, 2);
	assert_int_equal(d.finding[1].verdict, VERDICT_BUS_MASTER_OFF);
	assert_string_equal(d.finding[1].command, "");
	assert_string_equal(d.finding[1].advice, "");
	for (i = 0; i < ARRAY_SIZE(holders); i++) {
		strcpy(f.device.driver, holders[i]);
		expect_verdict(SIZE, VERDICT_FINE);
		assert_int_equal(d.count, 1);
	}
}

static void seen_from_afar(void **state)
{
	(void)state;
	see_as_unprivileged(16 * MIB, 256 * MIB - 1);
	expect_verdict(SIZE, VERDICT_FINE);
	assert_non_null(strstr(d.finding[0].text, "as far as could be seen"));
	expect_room(4 * MIB, 128 * MIB, false);
	/* Movable pages in the area may or may not be migrated. */
	f.cma_free = 32 * MIB;
	expect_verdict(SIZE, VERDICT_CANNOT_TELL);
	expect_verdict(32 * MIB, VERDICT_FINE);
	/* Below the mask, or above. */
	f.cma_free = 128 * MIB;
	see_as_unprivileged(16 * MIB, GIB - 1);
	expect_verdict(SIZE, VERDICT_CANNOT_TELL);
	assert_int_equal(d.largest, 4 * MIB);
	assert_int_equal(d.largest_is, BOUND_AT_LEAST);
	see_as_unprivileged(256 * MIB, GIB - 1);
	expect_verdict(SIZE, VERDICT_ABOVE_MASK);
}

/* The advice for cannot_tell is not always to run as root. */
static void what_would_help_to_tell(void **state)
{
	(void)state;
	see_as_unprivileged(16 * MIB, GIB - 1);
	expect_verdict(SIZE, VERDICT_CANNOT_TELL);
	assert_non_null(strstr(d.finding[0].advice, "as root"));
	f.cma_debugfs = NO;
	expect_verdict(SIZE, VERDICT_CANNOT_TELL);
	assert_string_equal(d.finding[0].config, "CONFIG_CMA_DEBUGFS=y");
	/* The kernel does not say which of several areas is the default one. */
	f.area = (struct doctor_area){ .present = UNKNOWN };
	expect_verdict(SIZE, VERDICT_CANNOT_TELL);
	assert_non_null(strstr(d.finding[0].advice, "linux,cma-default"));
	assert_int_equal(d.largest_is, BOUND_AT_LEAST);
}

/* A device with memory of its own: even a single page may come from there. */
static void memory_of_its_own(void **state)
{
	(void)state;
	f.device.own_memory = true;
	expect_verdict(4 * KIB, VERDICT_CANNOT_TELL);
	expect_room(0, 256 * MIB, false);
	assert_non_null(strstr(d.finding[0].advice,
			       "of_reserved_mem_device_init"));
}

/* CMA asks the node's area first, and the default area only if that fails. */
static void area_of_the_node(void **state)
{
	(void)state;
	f.mem_total = 8 * GIB;
	set_area(4 * GIB, 256 * MIB);
	f.node_area = f.area;
	f.node_area.map.words = NULL;
	f.node_area.busy.words = NULL;
	set_area(128 * MIB, 128 * MIB);
	f.mem_available = 7 * GIB;
	f.device.bits = 64;
	expect_verdict(256 * MIB, VERDICT_FINE);
	expect_room(128 * MIB, 256 * MIB, false);
	f.node_area.used = 256 * MIB;
	f.node_area.largest_free = 0;
	expect_verdict(128 * MIB, VERDICT_FINE);
	expect_room(128 * MIB, 128 * MIB, true);
	expect_verdict(129 * MIB, VERDICT_TOO_SMALL);
	/* Memory above the mask is freed again, and the default area is not asked. */
	f.node_area.used = 0;
	f.node_area.largest_free = 256 * MIB;
	f.node_area.first = 1ULL << 40;
	f.node_area.last = f.node_area.first + 256 * MIB - 1;
	f.device.bits = 40;
	expect_verdict(128 * MIB, VERDICT_ABOVE_MASK);
	expect_parameter("");
	assert_non_null(strstr(d.finding[0].advice, "without numa_cma="));
	/* For a mask of 32 bits or fewer only the default area is asked. */
	f.device.bits = 32;
	expect_verdict(128 * MIB, VERDICT_FINE);
	expect_verdict(129 * MIB, VERDICT_TOO_SMALL);
	/* Behind an IOMMU the memory may have any physical address. */
	strcpy(f.device.iommu, "DMA");
	strcpy(f.device.driver, "educma");
	expect_verdict(256 * MIB, VERDICT_FINE);
}

/* Pages of programs can be moved, but not if they are pinned: nobody can see that. */
static void area_is_occupied(void **state)
{
	(void)state;
	occupy(80 * 256, 1);
	expect_verdict(80 * MIB, VERDICT_FINE);
	expect_room(80 * MIB, 128 * MIB, true);
	expect_verdict(81 * MIB, VERDICT_OCCUPIED);
	expect_room(80 * MIB, 128 * MIB, false);
	expect_parameter("");
	assert_int_equal(verdict_status(VERDICT_OCCUPIED), STATUS_OK);
	/* The exit status is that of the first finding. */
	strcpy(f.device.driver, "educma");
	f.device.bus_master = NO;
	expect_verdict(81 * MIB, VERDICT_BUS_MASTER_OFF);
	f.device.bus_master = YES;
	strcpy(f.device.driver, "some");
	expect_verdict(129 * MIB, VERDICT_TOO_SMALL);
	expect_room(80 * MIB, 128 * MIB, true);
	/* Without /proc/kpageflags nothing is certain of the area. */
	f.area.busy.words = NULL;
	f.unseen_count = 1;
	expect_verdict(SIZE, VERDICT_FINE);
	expect_room(4 * MIB, 128 * MIB, false);
	assert_non_null(strstr(d.finding[0].text, "as far as could be seen"));
}

static void memory_is_exhausted(void **state)
{
	(void)state;
	f.mem_available = 4 * MIB;
	f.mem_reclaimable = 30 * MIB;
	expect_verdict(SIZE, VERDICT_LOW_MEMORY);
	expect_room(2 * MIB, 30 * MIB, true);
	/* The kernel may find as much. */
	expect_verdict(8 * MIB, VERDICT_LOW_MEMORY);
	assert_false(d.sure);
	expect_verdict(MIB, VERDICT_FINE);
	/* Behind an IOMMU CMA's free pages do not help. */
	strcpy(f.device.iommu, "DMA");
	f.device.bits = 32;
	f.mem_available = 200 * MIB;
	f.mem_reclaimable = 210 * MIB;
	expect_verdict(SIZE, VERDICT_IOMMU_REMAPS);
	expect_verdict(73 * MIB, VERDICT_LOW_MEMORY);
	assert_false(d.sure);
	expect_verdict(83 * MIB, VERDICT_LOW_MEMORY);
	assert_true(d.sure);
}

/* A block that the zone keeps for other requests is not certain. */
static void zones_keep_some_memory(void **state)
{
	(void)state;
	f.area.present = NO;
	set_cma_words("", 0);
	f.zones[0].ordinary_free = 5 * MIB;
	f.zones[0].high = 64 * KIB;
	expect_verdict(4 * MIB, VERDICT_FINE);
	expect_room(4 * MIB, 4 * MIB, true);
	f.zones[0].ordinary_free = 4 * MIB;
	expect_verdict(4 * MIB, VERDICT_CANNOT_TELL);
	expect_room(2 * MIB, 4 * MIB, false);
	/* The zone above has nothing: the request never asks for this zone alone. */
	f.zones[0].ordinary_free = 5 * MIB;
	f.zones[0].protection = 4 * MIB;
	f.zones[1].largest_free = 0;
	expect_verdict(512 * KIB, VERDICT_FINE);
	expect_room(512 * KIB, 4 * MIB, true);
	/* A mask of 24 bits asks for it alone. */
	f.device.bits = 24;
	expect_verdict(4 * MIB, VERDICT_FINE);
	/* Nothing is known of free memory. */
	f.zone_count = 0;
	expect_verdict(4 * KIB, VERDICT_CANNOT_TELL);
}

static void area_is_not_activated(void **state)
{
	(void)state;
	f.area.present = NO;
	f.not_activated = true;
	f.cma_words.limit = 256 * MIB;
	strcpy(f.movable_words, "kernelcore=512M");
	expect_verdict(SIZE, VERDICT_NOT_ACTIVATED);
	expect_parameter("");
	assert_string_equal(d.finding[0].remove, "kernelcore=512M");
	assert_string_equal(d.finding[0].advice, "boot without kernelcore=512M");
	expect_verdict(150 * MIB, VERDICT_NOT_ACTIVATED);
	expect_parameter("cma=192M@0-256M");
	assert_string_equal(d.finding[0].advice,
			    "boot with cma=192M@0-256M instead of cma=128M@0-256M and without kernelcore=512M");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(fine_is_fine, healthy),
		cmocka_unit_test_setup(no_device, healthy),
		cmocka_unit_test_setup(no_cma, healthy),
		cmocka_unit_test_setup(small_ones_need_no_cma, healthy),
		cmocka_unit_test_setup(no_area, healthy),
		cmocka_unit_test_setup(above_the_mask, healthy),
		cmocka_unit_test_setup(not_enough_in_it, healthy),
		cmocka_unit_test_setup(runs_must_be_aligned, healthy),
		cmocka_unit_test_setup(runs_must_be_within_reach, healthy),
		cmocka_unit_test_setup(others_take_their_part, healthy),
		cmocka_unit_test_setup(no_memory_for_data_in_the_area, healthy),
		cmocka_unit_test_setup(no_room_for_what_would_help, healthy),
		cmocka_unit_test_setup(no_memory_where_it_would_help, healthy),
		cmocka_unit_test_setup(too_big, healthy),
		cmocka_unit_test_setup(area_is_occupied, healthy),
		cmocka_unit_test_setup(memory_is_exhausted, healthy),
		cmocka_unit_test_setup(zones_keep_some_memory, healthy),
		cmocka_unit_test_setup(area_is_not_activated, healthy),
		cmocka_unit_test_setup(mask_rejected, healthy),
		cmocka_unit_test_setup(behind_an_iommu, healthy),
		cmocka_unit_test_setup(addresses_of_an_iommu, healthy),
		cmocka_unit_test_setup(bouncing, healthy),
		cmocka_unit_test_setup(bus_master, healthy),
		cmocka_unit_test_setup(others_may_do_without_bus_master, healthy),
		cmocka_unit_test_setup(seen_from_afar, healthy),
		cmocka_unit_test_setup(what_would_help_to_tell, healthy),
		cmocka_unit_test_setup(memory_of_its_own, healthy),
		cmocka_unit_test_setup(area_of_the_node, healthy),
	};

	return cmocka_run_group_tests_name("verdict", tests, NULL, NULL);
}
