// SPDX-License-Identifier: GPL-2.0
/*
 * Fuzzes firmware-sim/edu.c and config.c: the input is a script of accesses, and
 * the state of the model is checked after each. Addresses and sizes have any
 * value, also those that no bus would pass on.
 */
#include <stdlib.h>
#include <string.h>
#include <linux/pci_regs.h>

#include "edu.h"
#include "fuzz.h"

#define LARGE_BYTES	(2 * EDU_MEM_BYTES)

struct world {
	struct edu edu;
	uint8_t large[LARGE_BYTES];
	bool intx;
	bool called;		/* read, write or msi was called in this step */
	bool outside;		/* outside was called, in any step */
};

static void check_range(struct world *world, const void *data, size_t len)
{
	const uint8_t *memory = world->edu.large ? world->large : world->edu.memory;
	size_t bytes = world->edu.large ? LARGE_BYTES : EDU_MEM_BYTES;
	const uint8_t *first = data;

	world->called = true;
	CHECK(edu_bus_master(&world->edu));
	CHECK(len > 0 && len <= bytes);
	CHECK(first >= memory && first + len <= memory + bytes);
}

static void on_read(void *ctx, uint64_t addr, void *data, size_t len)
{
	check_range(ctx, data, len);
	memset(data, (int)addr, len);
}

static void on_write(void *ctx, uint64_t addr, const void *data, size_t len)
{
	(void)addr;
	check_range(ctx, data, len);
}

static void on_msi(void *ctx, uint64_t addr, uint32_t data)
{
	struct world *world = ctx;

	world->called = true;
	CHECK(edu_bus_master(&world->edu));
	CHECK(addr % 4 == 0 && data <= UINT16_MAX);
}

/* Must be called only when the level changes. */
static void on_intx(void *ctx, bool level)
{
	struct world *world = ctx;

	CHECK(world->intx != level);
	world->intx = level;
}

static void on_outside(void *ctx, uint64_t addr, uint64_t len)
{
	struct world *world = ctx;

	(void)addr;
	(void)len;
	world->outside = true;
}

static void check_state(struct world *world, uint64_t now)
{
	struct edu *edu = &world->edu;
	bool running = edu->cmd & EDU_REG_DMA_CMD_RUN;
	uint16_t command = edu_config_read(edu, PCI_COMMAND, 2);
	uint16_t status = edu_config_read(edu, PCI_STATUS, 2);

	CHECK(edu_run(edu, now) > now);
	CHECK(running || edu->dma_due == EDU_NEVER);
	CHECK(edu->aborted == (world->outside && edu->profile->aborts));
	CHECK(!(edu->status & ~(EDU_REG_STATUS_COMPUTING | EDU_REG_STATUS_IRQFACT)));
	CHECK(!!(status & PCI_STATUS_INTERRUPT) == edu->intx);
	CHECK(world->intx == !!edu->intx_level);
	CHECK(edu_config_read(edu, PCI_VENDOR_ID, 4) ==
	      (EDU_VENDOR_ID | (uint32_t)EDU_DEVICE_ID << 16));
	CHECK(edu_config_read(edu, PCI_CAPABILITY_LIST, 1) == 0x40);
	/* Not equal: a reset clears the bit, and leaves bus mastering as it is. */
	CHECK(edu_bus_master(edu) || !(command & PCI_COMMAND_MASTER));
}

/* Mostly the address of a register. */
static uint64_t some_address(struct fuzz *fuzz)
{
	static const uint16_t known[] = {
		EDU_REG_ID, EDU_REG_LIVENESS, EDU_REG_FACTORIAL, EDU_REG_STATUS,
		EDU_REG_IRQ_STATUS, EDU_REG_IRQ_RAISE, EDU_REG_IRQ_ACK,
		EDU_REG_DMA_SRC, EDU_REG_DMA_DST, EDU_REG_DMA_COUNT, EDU_REG_DMA_CMD,
	};
	uint8_t choice = fuzz_byte(fuzz);

	if (choice < 0xf0)
		return known[choice % (sizeof(known) / sizeof(known[0]))];
	if (choice >= 0xfe)
		return choice & 1 ? EDU_REG_MEM_SIZE : EDU_REG_MEM_MAGIC;
	return fuzz_number(fuzz, 8);
}

static uint64_t some_value(struct fuzz *fuzz)
{
	uint8_t choice = fuzz_byte(fuzz);

	if (choice < 0x40)
		return choice;
	if (choice < 0x80)
		return EDU_MEM_ADDR + fuzz_number(fuzz, 2) % (LARGE_BYTES + 2);
	if (choice < 0xa0)
		return fuzz_number(fuzz, 2) % (LARGE_BYTES + 2);
	return fuzz_number(fuzz, 8);
}

static unsigned int some_size(struct fuzz *fuzz)
{
	static const uint8_t sizes[] = { 4, 8, 4, 8, 4, 8, 1, 2 };
	uint8_t choice = fuzz_byte(fuzz);

	return choice < 0xf0 ? sizes[choice % 8] : choice;
}

static void set_up(struct world *world, struct fuzz *fuzz)
{
	const struct edu_bus bus = {
		.read = on_read, .write = on_write, .msi = on_msi,
		.intx = on_intx, .outside = on_outside, .ctx = world,
	};
	uint8_t choice = fuzz_byte(fuzz);

	edu_init(&world->edu, edu_profile(choice & 1 ? "7.2" : "9.1"), &bus);
	if (choice & 2)
		edu_config_write(&world->edu, PCI_COMMAND, 2,
				 PCI_COMMAND_MASTER | PCI_COMMAND_MEMORY);
	if (choice & 4)
		world->edu.dma_mask = fuzz_number(fuzz, 8);
	if (choice & 8)
		world->edu.dma_ns = fuzz_number(fuzz, 4);
	if (choice & 16)
		world->edu.factorial_ns = fuzz_number(fuzz, 3);
	if (choice & 32) {
		world->edu.large = world->large;
		world->edu.large_bytes = LARGE_BYTES;
		world->edu.size_shown = LARGE_BYTES;
	}
}

static void check_read(struct world *world, struct fuzz *fuzz, uint64_t now)
{
	uint64_t addr = some_address(fuzz);
	unsigned int size = some_size(fuzz);
	uint64_t value = edu_read(&world->edu, now, addr, size);

	CHECK(size == 8 || value <= UINT32_MAX);
	CHECK(value == 0 || size == 4 || size == 8);
	CHECK(value == edu_read(&world->edu, now, addr, size));
	if (addr == EDU_REG_MEM_SIZE && size == 4 && !world->edu.aborted)
		CHECK(value == (world->edu.large ? LARGE_BYTES : UINT32_MAX));
}

/*
 * Each value has its own variable: the order in which arguments are evaluated
 * depends on the compiler, and the seeds depend on that order.
 */
static void write_access(struct world *world, struct fuzz *fuzz, uint64_t now)
{
	uint64_t addr = some_address(fuzz);
	unsigned int size = some_size(fuzz);
	uint64_t value = some_value(fuzz);

	edu_write(&world->edu, now, addr, size, value);
}

static void config_access(struct world *world, struct fuzz *fuzz)
{
	static const uint8_t sizes[] = { 1, 2, 4 };
	uint8_t choice = fuzz_byte(fuzz);
	unsigned int addr = fuzz_number(fuzz, choice & 0x80 ? 2 : 1);
	unsigned int size = sizes[choice % 3];
	uint32_t value;

	if (choice & 0x40)
		edu_config_write(&world->edu, addr, size, fuzz_number(fuzz, 4));
	value = edu_config_read(&world->edu, addr, size);
	CHECK(size == 4 || addr + size > EDU_CONFIG_BYTES || value >> 8 * size == 0);
}

static void step(struct world *world, struct fuzz *fuzz, uint64_t *now)
{
	uint64_t next;

	switch (fuzz_byte(fuzz) % 16) {
	case 0 ... 6:
		write_access(world, fuzz, *now);
		break;
	case 7 ... 9:
		check_read(world, fuzz, *now);
		break;
	case 10 ... 11:
		config_access(world, fuzz);
		break;
	case 12:
		*now += fuzz_number(fuzz, 4);
		break;
	case 13 ... 14:
		next = edu_run(&world->edu, *now);
		*now = next == EDU_NEVER ? *now : next;
		break;
	case 15:
		edu_reset(&world->edu);
		CHECK(!edu_memory_enabled(&world->edu) && !world->edu.intx);
		break;
	}
	edu_run(&world->edu, *now);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz fuzz = { .data = data, .left = size };
	struct world *world = calloc(1, sizeof(*world));
	uint64_t now = 0;

	CHECK(world);
	CHECK(!edu_profile("8"));
	set_up(world, &fuzz);
	while (fuzz.left) {
		bool dead = world->edu.aborted;

		world->called = false;
		step(world, &fuzz, &now);
		CHECK(!dead || !world->called);
		check_state(world, now);
	}
	free(world);
	return 0;
}
