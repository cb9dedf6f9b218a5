// SPDX-License-Identifier: GPL-2.0
/*
 * The registers of edu, in BAR 0: DMA, factorial, interrupts. edu.h names the
 * sources of the behaviour.
 */
#include <string.h>

#include "edu.h"
#include "config.h"

#define NS_PER_MS	1000000

const struct edu_profile edu_qemu_7_2 = {
	.name = "7.2", .low_byte = true, .aborts = true,
};

const struct edu_profile edu_qemu_9_1 = {
	.name = "9.1", .last_byte = true, .empty = true,
};

const struct edu_profile *edu_profile(const char *name)
{
	if (!strcmp(name, edu_qemu_7_2.name))
		return &edu_qemu_7_2;
	if (!strcmp(name, edu_qemu_9_1.name))
		return &edu_qemu_9_1;
	return NULL;
}

void edu_init(struct edu *edu, const struct edu_profile *profile,
	      const struct edu_bus *bus)
{
	*edu = (struct edu){
		.bus = *bus,
		.profile = profile,
		.dma_mask = (1ULL << EDU_DMA_BITS) - 1,
		.dma_ns = EDU_DMA_NS,
		.dma_due = EDU_NEVER,
		.factorial_due = EDU_NEVER,
	};
	edu_config_init(edu);
}

void edu_reset(struct edu *edu)
{
	edu_config_reset(edu);
}

/* With MSI each call sends a message, even if all @bits were set before. */
static void raise_irq(struct edu *edu, uint32_t bits)
{
	edu->irq_status |= bits;
	if (!edu->irq_status)
		return;
	if (edu_msi_enabled(edu))
		edu_config_send_msi(edu);
	else
		edu_config_set_intx(edu, true);
}

/* With MSI enabled, INTx stays as it is: it was lowered when MSI was enabled. */
static void lower_irq(struct edu *edu, uint32_t bits)
{
	edu->irq_status &= ~bits;
	if (!edu->irq_status && !edu_msi_enabled(edu))
		edu_config_set_intx(edu, false);
}

uint32_t edu_memory_bytes(const struct edu *edu)
{
	return edu->large ? edu->large_bytes : EDU_MEM_BYTES;
}

/* No QEMU has a large memory, so the flaw of QEMU 7.2 is not one of it. */
static uint64_t usable_bytes(const struct edu *edu)
{
	return edu->large || edu->profile->last_byte ? edu_memory_bytes(edu) :
						       EDU_MEM_BYTES - 1;
}

/* Does the profile allow a DMA of edu->count bytes at device address @addr? */
static bool dma_allowed(const struct edu *edu, uint64_t addr)
{
	uint64_t last = usable_bytes(edu);
	uint64_t offset = addr - EDU_MEM_ADDR;

	if (!edu->count && !edu->profile->empty)
		return false;
	return addr >= EDU_MEM_ADDR && offset <= last && edu->count <= last - offset;
}

/* How many bytes of a DMA at device address @addr lie in the device's memory. */
static uint64_t bytes_inside(const struct edu *edu, uint64_t addr)
{
	uint64_t offset = addr - EDU_MEM_ADDR, bytes = edu_memory_bytes(edu);

	if (addr < EDU_MEM_ADDR || offset >= bytes)
		return 0;
	return edu->count < bytes - offset ? edu->count : bytes - offset;
}

/*
 * Moves @len bytes between device address @device and bus address @bus. Without
 * bus mastering the device reads zeros, and its writes are lost.
 */
static void move(struct edu *edu, uint64_t device, uint64_t bus, uint64_t len)
{
	uint8_t *memory;

	if (!len)
		return;
	memory = (edu->large ? edu->large : edu->memory) + (device - EDU_MEM_ADDR);
	bus &= edu->dma_mask;
	if (edu->cmd & EDU_REG_DMA_CMD_FROM_DEVICE) {
		if (edu_bus_master(edu))
			edu->bus.write(edu->bus.ctx, bus, memory, len);
	} else {
		if (edu_bus_master(edu))
			edu->bus.read(edu->bus.ctx, bus, memory, len);
		else
			memset(memory, 0, len);
	}
}

static void finish_dma(struct edu *edu)
{
	bool from = edu->cmd & EDU_REG_DMA_CMD_FROM_DEVICE;
	uint64_t device = from ? edu->src : edu->dst;

	edu->dma_due = EDU_NEVER;
	if (!dma_allowed(edu, device)) {
		if (edu->bus.outside)
			edu->bus.outside(edu->bus.ctx, device, edu->count);
		if (edu->profile->aborts) {
			edu->aborted = true;
			return;
		}
	}
	move(edu, device, from ? edu->dst : edu->src, bytes_inside(edu, device));
	edu->cmd &= ~(uint64_t)EDU_REG_DMA_CMD_RUN;
	if (edu->cmd & EDU_REG_DMA_CMD_IRQ)
		raise_irq(edu, EDU_REG_IRQ_DMA);
}

/* The product modulo 2^32: from 34 on it has 32 factors of two, and is 0. */
static uint32_t factorial(uint32_t n)
{
	uint32_t product = 1;

	if (n >= 34)
		return 0;
	while (n)
		product *= n--;
	return product;
}

static void finish_factorial(struct edu *edu)
{
	edu->factorial_due = EDU_NEVER;
	edu->factorial = factorial(edu->factorial);
	edu->status &= ~EDU_REG_STATUS_COMPUTING;
	if (edu->status & EDU_REG_STATUS_IRQFACT)
		raise_irq(edu, EDU_REG_IRQ_FACT);
}

static uint64_t next_event(const struct edu *edu)
{
	if (edu->aborted)
		return EDU_NEVER;
	return edu->dma_due < edu->factorial_due ? edu->dma_due : edu->factorial_due;
}

uint64_t edu_run(struct edu *edu, uint64_t now)
{
	while (next_event(edu) <= now) {
		if (edu->dma_due <= edu->factorial_due)
			finish_dma(edu);
		else
			finish_factorial(edu);
	}
	return next_event(edu);
}

/*
 * QEMU's timer has milliseconds: a DMA ends whole milliseconds after the last
 * whole millisecond. Other durations, which QEMU does not have, are exact.
 */
static void start_dma(struct edu *edu, uint64_t now, uint64_t cmd)
{
	uint64_t ns = edu->dma_ns;

	edu->cmd = cmd;
	if (ns == EDU_NEVER)
		edu->dma_due = EDU_NEVER;
	else if (ns % NS_PER_MS)
		edu->dma_due = edu_time_after(now, ns);
	else
		edu->dma_due = edu_time_after(now - now % NS_PER_MS, ns);
}

/* edu's memory region in QEMU declares aligned accesses of 4 and 8 bytes. */
static bool bus_accepts(uint64_t addr, unsigned int size)
{
	return (size == 4 || size == 8) && addr % size == 0;
}

/* edu itself takes 8 bytes only from EDU_REG_DMA_SRC on. */
static bool device_accepts(uint64_t addr, unsigned int size)
{
	return size == 4 || addr >= EDU_REG_DMA_SRC;
}

/* EDU_REG_MEM_MAGIC and EDU_REG_MEM_SIZE, of which 8 bytes read both. */
static uint64_t read_memory_size(const struct edu *edu, uint64_t addr)
{
	if (!edu->size_shown)
		return UINT64_MAX;
	if (addr == EDU_REG_MEM_SIZE)
		return edu->size_shown;
	return EDU_REG_MEM_MAGIC_VALUE | (uint64_t)edu->size_shown << 32;
}

static uint64_t read_register(const struct edu *edu, uint64_t addr)
{
	switch (addr) {
	case EDU_REG_ID:
		return EDU_REG_ID_VALUE;
	case EDU_REG_LIVENESS:
		return edu->liveness;
	case EDU_REG_FACTORIAL:
		return edu->factorial;
	case EDU_REG_STATUS:
		return edu->status;
	case EDU_REG_IRQ_STATUS:
		return edu->irq_status;
	case EDU_REG_DMA_SRC:
		return edu->src;
	case EDU_REG_DMA_DST:
		return edu->dst;
	case EDU_REG_DMA_COUNT:
		return edu->count;
	case EDU_REG_DMA_CMD:
		return edu->cmd;
	case EDU_REG_MEM_MAGIC:
	case EDU_REG_MEM_SIZE:
		return read_memory_size(edu, addr);
	default:
		return UINT64_MAX;
	}
}

static uint64_t truncated(uint64_t value, unsigned int size)
{
	return size == 4 ? (uint32_t)value : value;
}

uint64_t edu_read(struct edu *edu, uint64_t now, uint64_t addr, unsigned int size)
{
	edu_run(edu, now);
	if (!bus_accepts(addr, size))
		return 0;
	if (edu->aborted || !device_accepts(addr, size))
		return truncated(UINT64_MAX, size);
	return truncated(read_register(edu, addr), size);
}

static void write_dma_register(struct edu *edu, uint64_t now, uint64_t addr,
			       uint64_t value)
{
	if (edu->cmd & EDU_REG_DMA_CMD_RUN)
		return;
	switch (addr) {
	case EDU_REG_DMA_SRC:
		edu->src = value;
		break;
	case EDU_REG_DMA_DST:
		edu->dst = value;
		break;
	case EDU_REG_DMA_COUNT:
		edu->count = value;
		break;
	case EDU_REG_DMA_CMD:
		if (value & EDU_REG_DMA_CMD_RUN)
			start_dma(edu, now, value);
		break;
	}
}

static void start_factorial(struct edu *edu, uint64_t now, uint32_t n)
{
	if (edu->status & EDU_REG_STATUS_COMPUTING)
		return;
	edu->factorial = n;
	edu->status |= EDU_REG_STATUS_COMPUTING;
	edu->factorial_due = edu_time_after(now, edu->factorial_ns);
}

static void write_register(struct edu *edu, uint64_t now, uint64_t addr,
			   uint64_t value)
{
	switch (addr) {
	case EDU_REG_LIVENESS:
		edu->liveness = ~(uint32_t)value;
		break;
	case EDU_REG_FACTORIAL:
		start_factorial(edu, now, value);
		break;
	case EDU_REG_STATUS:
		edu->status = (edu->status & ~EDU_REG_STATUS_IRQFACT) |
			      (value & EDU_REG_STATUS_IRQFACT);
		break;
	case EDU_REG_IRQ_RAISE:
		raise_irq(edu, value);
		break;
	case EDU_REG_IRQ_ACK:
		lower_irq(edu, value);
		break;
	default:
		write_dma_register(edu, now, addr, value);
	}
}

void edu_write(struct edu *edu, uint64_t now, uint64_t addr, unsigned int size,
	       uint64_t value)
{
	edu_run(edu, now);
	if (!edu->aborted && bus_accepts(addr, size) && device_accepts(addr, size))
		write_register(edu, now, addr, truncated(value, size));
}
