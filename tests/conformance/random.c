// SPDX-License-Identifier: GPL-2.0
/*
 * Makes random scripts. A script consists of pieces that make sense by themselves
 * (a DMA, an interrupt, a reset), with random accesses between them; numbers are
 * mostly close to a limit. A piece may find the device in any state.
 */
#include "conformance.h"
#include "splitmix64.h"

#define STEPS	400	/* a script has at least so many */

struct maker {
	struct script *script;
	uint64_t state;
	uint64_t dma_bytes;	/* how many bytes of device memory a DMA may touch */
	bool dma_empty;		/* a DMA may have 0 bytes */
};

static uint64_t any(struct maker *m)
{
	return splitmix64(&m->state);
}

static uint64_t below(struct maker *m, uint64_t n)
{
	return any(m) % n;
}

static bool chance(struct maker *m, unsigned int percent)
{
	return below(m, 100) < percent;
}

static void add(struct maker *m, enum step_kind kind, unsigned int size, uint64_t addr,
		uint64_t value)
{
	script_add(m->script, &(struct step){ kind, size, addr, value, {} });
}

static void write4(struct maker *m, uint64_t addr, uint64_t value)
{
	add(m, STEP_WRITE, 4, addr, value);
}

static void config(struct maker *m, unsigned int addr, unsigned int size, uint32_t value)
{
	add(m, STEP_CONFIG_WRITE, size, addr, value);
}

static uint64_t edge_value(struct maker *m)
{
	uint64_t power = 1ULL << below(m, 64);

	switch (below(m, 6)) {
	case 0:
		return below(m, 3);
	case 1:
		return power;
	case 2:
		return power - 1;
	case 3:
		return ~(power - 1);
	case 4:
		return (uint32_t)any(m);
	default:
		return any(m);
	}
}

static uint64_t some_register(struct maker *m)
{
	static const uint32_t known[] = {
		EDU_REG_ID, EDU_REG_LIVENESS, EDU_REG_STATUS, EDU_REG_IRQ_STATUS,
		EDU_REG_IRQ_RAISE, EDU_REG_IRQ_ACK, EDU_REG_DMA_SRC, EDU_REG_DMA_DST,
		EDU_REG_DMA_COUNT, EDU_REG_DMA_CMD, EDU_REG_FACTORIAL,
		0x0c, 0x1c, 0x28, 0x5c, 0x68, 0x7c, 0x84, 0x8c, 0x94, 0x9c, 0xa0,
		EDU_REG_MEM_MAGIC, EDU_REG_MEM_SIZE,
	};

	if (chance(m, 90))
		return known[below(m, ARRAY_SIZE(known))];
	if (chance(m, 50))
		return below(m, 0x200);
	return below(m, EDU_BAR_BYTES - 16);
}

/* Mostly 4 and 8 bytes, which edu accepts. */
static unsigned int some_size(struct maker *m)
{
	static const uint8_t sizes[] = { 1, 2, 4, 4, 4, 4, 4, 4, 8, 8, 8 };

	return sizes[below(m, ARRAY_SIZE(sizes))];
}

static void any_read(struct maker *m)
{
	add(m, STEP_READ, some_size(m), some_register(m) + (chance(m, 3) ? below(m, 8) : 0), 0);
}

static void any_write(struct maker *m)
{
	uint64_t addr = some_register(m);

	/* Any value, but mostly small ones for the factorial, which takes time. */
	if (addr == EDU_REG_FACTORIAL || addr == EDU_REG_LIVENESS)
		add(m, STEP_WRITE, some_size(m), addr, chance(m, 90) ? below(m, 40) : any(m));
	else
		add(m, STEP_WRITE, some_size(m), addr + (chance(m, 3) ? below(m, 8) : 0),
		    edge_value(m));
}

/* In RAM, across its end, where nothing is, at or above the mask, or anywhere. */
static uint64_t some_bus_address(struct maker *m)
{
	uint64_t mask = m->script->mask;

	switch (below(m, 12)) {
	case 0:
		return below(m, RAM_HOLE - EDU_MEM_BYTES);
	case 1:
		return RAM_BYTES - below(m, EDU_MEM_BYTES + 2);
	case 2:
		return RAM_BYTES + below(m, 0x10000000);
	case 3:
		return mask - below(m, EDU_MEM_BYTES + 2);
	case 4:
		return (mask + 1) | (RAM_HOLE_END + below(m, 0x200000));
	case 5:
		return (any(m) & ~mask) | (below(m, RAM_BYTES) & mask);
	case 6:
		return chance(m, 50) ? -below(m, EDU_MEM_BYTES + 2) : edge_value(m);
	default:
		return RAM_HOLE_END + below(m, RAM_BYTES - RAM_HOLE_END - EDU_MEM_BYTES);
	}
}

static uint64_t some_length(struct maker *m)
{
	static const uint16_t edges[] = { 0, 1, 2, 3, 4, 7, 8, 4093, 4094, 4095, 4096 };
	uint64_t len = edges[below(m, ARRAY_SIZE(edges))];

	if (chance(m, 40))
		len = below(m, EDU_MEM_BYTES + 1);
	if (len > m->dma_bytes)
		len = m->dma_bytes;
	return len || m->dma_empty ? len : 1;
}

static uint64_t some_device_address(struct maker *m, uint64_t len)
{
	uint64_t room = m->dma_bytes - len;

	switch (below(m, 4)) {
	case 0:
		return EDU_MEM_ADDR;
	case 1:
		return EDU_MEM_ADDR + room;
	default:
		return EDU_MEM_ADDR + below(m, room + 1);
	}
}

/* Writes by one access; at times by a second one of 4 bytes at @addr + 4. */
static void dma_register(struct maker *m, uint64_t addr, uint64_t value)
{
	add(m, STEP_WRITE, value >> 32 || chance(m, 40) ? 8 : 4, addr, value);
	if (chance(m, 5))
		write4(m, addr + 4, value >> 32);
}

static uint64_t some_command(struct maker *m)
{
	uint64_t cmd = EDU_REG_DMA_CMD_RUN | below(m, 8);

	return chance(m, 20) ? cmd | edge_value(m) : cmd;
}

static void some_config(struct maker *m);
static void reset(struct maker *m);

/* One access while the device may be busy. */
static void interfere(struct maker *m)
{
	switch (below(m, 8)) {
	case 0:
		if (chance(m, 5))
			reset(m);
		else
			some_config(m);
		break;
	case 1:
		write4(m, EDU_REG_IRQ_RAISE, below(m, 4));
		break;
	case 2:
		write4(m, EDU_REG_IRQ_ACK, chance(m, 50) ? below(m, 4) : edge_value(m));
		break;
	case 3:
		dma_register(m, EDU_REG_DMA_SRC + 8 * below(m, 4), edge_value(m));
		break;
	case 4:
		any_write(m);
		break;
	default:
		add(m, STEP_READ, chance(m, 50) ? 4 : 8, EDU_REG_DMA_SRC + 8 * below(m, 4), 0);
	}
}

/* The DMA that @cmd describes, with accesses while it runs. */
static void dma_of(struct maker *m, uint64_t cmd, uint64_t device, uint64_t bus,
		   uint64_t len)
{
	bool from = cmd & EDU_REG_DMA_CMD_FROM_DEVICE;
	unsigned int n;

	if (chance(m, 97))
		dma_register(m, EDU_REG_DMA_DST, from ? bus : device);
	if (chance(m, 97))
		dma_register(m, EDU_REG_DMA_SRC, from ? device : bus);
	if (chance(m, 97))
		dma_register(m, EDU_REG_DMA_COUNT, len);
	dma_register(m, EDU_REG_DMA_CMD, cmd);
	for (n = below(m, 8); n; n--)
		interfere(m);
	if (chance(m, 90))
		add(m, STEP_WAIT, 0, 0, 0);
	add(m, STEP_READ, 4, EDU_REG_DMA_CMD, 0);
	add(m, STEP_READ, 4, EDU_REG_IRQ_STATUS, 0);
	if (chance(m, 70))
		write4(m, EDU_REG_IRQ_ACK, EDU_REG_IRQ_DMA);
}

static void dma(struct maker *m)
{
	uint64_t len = some_length(m);

	dma_of(m, some_command(m), some_device_address(m, len), some_bus_address(m), len);
}

/* A DMA that is mostly not allowed, and then not sent to QEMU: see rules.c. */
static void bad_dma(struct maker *m)
{
	uint64_t len = chance(m, 50) ? some_length(m) : below(m, 3 * EDU_MEM_BYTES);
	uint64_t device = EDU_MEM_ADDR - EDU_MEM_BYTES + below(m, 3 * EDU_MEM_BYTES);

	if (chance(m, 20))
		len = edge_value(m);
	if (chance(m, 20))
		device = edge_value(m);
	dma_of(m, some_command(m), device, some_bus_address(m), len);
}

static void interrupts(struct maker *m)
{
	static const uint32_t bits[] = {
		0, 1, 2, 0x100, 0x101, 0x80000000, 0xffffffff, 0x55555555,
	};
	unsigned int n;

	for (n = 1 + below(m, 5); n; n--) {
		write4(m, chance(m, 50) ? EDU_REG_IRQ_RAISE : EDU_REG_IRQ_ACK,
		       chance(m, 80) ? bits[below(m, ARRAY_SIZE(bits))] : (uint32_t)any(m));
		if (chance(m, 50))
			add(m, STEP_READ, 4, EDU_REG_IRQ_STATUS, 0);
	}
	if (chance(m, 30))
		write4(m, EDU_REG_IRQ_ACK, UINT32_MAX);
}

static void factorial(struct maker *m)
{
	static const uint32_t edges[] = { 0, 1, 2, 12, 13, 14, 31, 32, 33, 34, 35, 100, 4096 };
	uint32_t edge = edges[below(m, ARRAY_SIZE(edges))];

	if (chance(m, 60))
		write4(m, EDU_REG_STATUS, chance(m, 60) ? EDU_REG_STATUS_IRQFACT : edge_value(m));
	write4(m, EDU_REG_FACTORIAL, chance(m, 2) ? below(m, 1000000) : edge);
	add(m, STEP_READ, 4, EDU_REG_FACTORIAL, 0);
	add(m, STEP_READ, 4, EDU_REG_STATUS, 0);
	add(m, STEP_READ, 4, EDU_REG_IRQ_STATUS, 0);
	if (chance(m, 70))
		write4(m, EDU_REG_IRQ_ACK, EDU_REG_IRQ_FACT);
}

static void msi(struct maker *m)
{
	uint32_t flags = chance(m, 80) ? PCI_MSI_FLAGS_ENABLE : 0;

	if (chance(m, 30))
		flags |= any(m);
	if (chance(m, 70))
		config(m, MSI_CAP + PCI_MSI_ADDRESS_LO, 4, some_bus_address(m));
	if (chance(m, 70))
		config(m, MSI_CAP + PCI_MSI_ADDRESS_HI, 4, chance(m, 90) ? 0 : edge_value(m));
	if (chance(m, 50))
		config(m, MSI_DATA, 2, edge_value(m));
	config(m, MSI_CAP + PCI_MSI_FLAGS, 2, flags);
}

static void command(struct maker *m, uint16_t wanted)
{
	uint16_t bits = wanted | PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER;

	if (chance(m, 20))
		bits ^= PCI_COMMAND_MASTER;
	if (chance(m, 20))
		bits ^= PCI_COMMAND_INTX_DISABLE;
	if (chance(m, 5))
		bits ^= any(m);
	if (chance(m, 5))
		config(m, PCI_COMMAND + 1, 1, bits >> 8);
	else
		config(m, PCI_COMMAND, chance(m, 90) ? 2 : 1, bits);
}

static void place(struct maker *m)
{
	static const uint32_t places[] = {
		0, 0xffffffff, 0xfff00000, BAR0_ADDR + EDU_BAR_BYTES, BAR0_ADDR + 1, 0xf0000000,
	};

	config(m, PCI_BASE_ADDRESS_0, 4, places[below(m, ARRAY_SIZE(places))]);
	add(m, STEP_CONFIG_READ, 4, PCI_BASE_ADDRESS_0, 0);
	add(m, STEP_READ, 4, EDU_REG_ID, 0);
	if (chance(m, 90))
		config(m, PCI_BASE_ADDRESS_0, 4, BAR0_ADDR);
}

/* Any access to configuration space; aligned, as port 0xcfc requires it. */
static void any_config(struct maker *m)
{
	unsigned int size = 1 << below(m, 3);
	unsigned int addr = below(m, EDU_CONFIG_BYTES) & ~(size - 1);

	if (chance(m, 30))
		addr = (MSI_CAP + below(m, 24)) & ~(size - 1);
	if (chance(m, 50))
		config(m, addr, size, edge_value(m));
	add(m, STEP_CONFIG_READ, size, addr, 0);
	if (addr < PCI_CACHE_LINE_SIZE)
		command(m, 0);
	else if (addr < PCI_BASE_ADDRESS_1)
		config(m, PCI_BASE_ADDRESS_0, 4, BAR0_ADDR);
}

static void some_config(struct maker *m)
{
	switch (below(m, 4)) {
	case 0:
		any_config(m);
		break;
	case 1:
		msi(m);
		break;
	case 2:
		if (chance(m, 20))
			place(m);
		break;
	default:
		command(m, 0);
	}
}

static void reset(struct maker *m)
{
	add(m, STEP_RESET, 0, 0, 0);
	if (chance(m, 30))
		any_config(m);
	if (chance(m, 30))
		config(m, PCI_COMMAND + 1, 1, any(m));
	config(m, PCI_BASE_ADDRESS_0, 4, BAR0_ADDR);
	if (chance(m, 50))
		add(m, STEP_WAIT, 0, 0, 0);
	command(m, 0);
}

static void fill(struct maker *m)
{
	uint64_t addr = some_bus_address(m) % (RAM_BYTES - EDU_MEM_BYTES);
	unsigned int len = 1 + below(m, EDU_MEM_BYTES);

	add(m, STEP_FILL, len, addr, below(m, 256));
	add(m, STEP_MEMORY, 4, addr, 0);
}

static void piece(struct maker *m)
{
	unsigned int dice = below(m, 1000);

	if (dice < 250)
		dma(m);
	else if (dice < 260)
		bad_dma(m);
	else if (dice < 400)
		interrupts(m);
	else if (dice < 420)
		factorial(m);
	else if (dice < 520)
		some_config(m);
	else if (dice < 525)
		reset(m);
	else if (dice < 535)
		fill(m);
	else if (dice < 800)
		any_read(m);
	else
		any_write(m);
}

static uint64_t some_mask(struct maker *m)
{
	static const uint64_t masks[] = {
		0x1fffff, 0xfffff, 0xffffffff, UINT64_MAX, 0x3ff000, 0xfff, 0, 0x300fff,
		0x7fffffffffffffff, 0x200000,
	};

	if (chance(m, 50))
		return DMA_MASK;
	return chance(m, 80) ? masks[below(m, ARRAY_SIZE(masks))] : edge_value(m);
}

void random_script(struct script *script, uint64_t seed, const struct edu_profile *profile)
{
	struct maker m = {
		.script = script,
		.state = seed * 0x2545f4914f6cdd1d,
		.dma_bytes = profile->last_byte ? EDU_MEM_BYTES : EDU_MEM_BYTES - 1,
		.dma_empty = profile->empty,
	};

	script_clear(script);
	script->mask = some_mask(&m);
	while (script->count < STEPS)
		piece(&m);
}
