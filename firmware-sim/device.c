// SPDX-License-Identifier: GPL-2.0
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <linux/pci_regs.h>

#include "device.h"
#include "inject.h"
#include "irq.h"

#define SIZE_MASK(size)	(UINT64_MAX >> (64 - 8 * (size)))

/* ---- DMA ---- */

static void flip_bits(struct device *device, uint8_t *data, size_t len)
{
	uint64_t asked = device->dma.flipped_bits;
	uint64_t bits = asked < 8 * len ? asked : 8 * len;
	uint64_t bit;

	if (!bits)
		return;
	bit = faults_random(&device->faults) % (8 * len);
	for (; bits--; bit = (bit + 1) % (8 * len))
		data[bit / 8] ^= 1 << bit % 8;
}

/* How many of @len bytes the DMA moves: all, but for dma-short. */
static size_t bytes_moved(const struct device *device, size_t len)
{
	uint64_t missing = device->dma.missing_bytes;

	return missing < len ? len - missing : 0;
}

static void log_unreachable(struct device *device, const char *what, uint64_t addr,
			    size_t len, size_t reached)
{
	if (reached < len)
		log_write(device->log, device->now,
			  "unreachable: DMA %s of %zu bytes at 0x%" PRIx64, what, len, addr);
}

static void on_read(void *ctx, uint64_t addr, void *data, size_t len)
{
	struct device *device = ctx;
	size_t moved = bytes_moved(device, len);

	if (device->presence != DEVICE_PRESENT)
		moved = 0;
	memset((uint8_t *)data + moved, 0, len - moved);
	if (!moved)
		return;
	addr += device->dma.astray_bytes;
	log_unreachable(device, "read", addr, moved,
			memory_read(&device->memory, addr, data, moved));
	flip_bits(device, data, moved);
}

/* Return: a copy of @data with inverted bits, to be freed; NULL without memory. */
static uint8_t *flipped(struct device *device, const void *data, size_t len)
{
	uint8_t *copy = malloc(len);

	if (!copy)
		return NULL;
	memcpy(copy, data, len);
	flip_bits(device, copy, len);
	return copy;
}

static void on_write(void *ctx, uint64_t addr, const void *data, size_t len)
{
	struct device *device = ctx;
	size_t moved = bytes_moved(device, len);
	uint8_t *copy = NULL;

	if (device->presence != DEVICE_PRESENT || !moved)
		return;
	addr += device->dma.astray_bytes;
	if (device->dma.flipped_bits)
		copy = flipped(device, data, moved);
	log_unreachable(device, "write", addr, moved,
			memory_write(&device->memory, addr, copy ? copy : data, moved));
	free(copy);
}

static void on_outside(void *ctx, uint64_t addr, uint64_t len)
{
	struct device *device = ctx;

	log_write_and_keep(device->log, device->now,
			   "outside: DMA of %" PRIu64 " bytes at device address 0x%" PRIx64 "%s",
		     len, addr, device->edu.profile->aborts ? ": QEMU would end here" : "");
}

/* Does this write start a DMA? Its faults are chosen before the model sees it. */
static bool starts_dma(const struct device *device, uint64_t addr, unsigned int size,
		       uint64_t value)
{
	return addr == EDU_REG_DMA_CMD && (size == 4 || size == 8) &&
	       (value & EDU_REG_DMA_CMD_RUN) && !(device->edu.cmd & EDU_REG_DMA_CMD_RUN);
}

static void start_dma(struct device *device, uint64_t cmd)
{
	device->dmas++;
	device->dma_cmd = cmd;
	device->dma = (struct device_dma_faults){ 0 };
	faults_event(&device->faults, FAULT_ON_DMA);
	if (device->dma.stuck)
		device->edu.dma_ns = EDU_NEVER;
	else
		device->edu.dma_ns = device->delay + device->dma.late_ns;
}

/* ---- power and reset ---- */

/* What the registers of the memory's size show. QEMU's edu does not have them. */
static uint32_t size_shown(const struct device *device)
{
	if (device->now < device->size_until)
		return device->wrong_size;
	return device->edu.large ? device->edu.large_bytes : 0;
}

static void power_on(struct device *device, const struct edu_profile *profile,
		     uint64_t dma_mask)
{
	uint32_t bytes = device->edu.large_bytes;
	uint8_t *large = device->edu.large;
	const struct edu_bus bus = {
		.read = on_read,
		.write = on_write,
		.msi = irq_on_msi,
		.intx = irq_on_intx,
		.outside = on_outside,
		.ctx = device,
	};

	edu_init(&device->edu, profile, &bus);
	device->edu.dma_mask = dma_mask;
	device->size_until = 0;
	if (large)
		device_set_memory(device, large, bytes);
	device->dma = (struct device_dma_faults){ 0 };
	device->intx_line = false;
	device->late_irq_count = 0;
	device->presence = DEVICE_PRESENT;
	memset(device->regs_until, 0, sizeof(device->regs_until));
	device->master_cleared = false;
}

static bool regs_are(const struct device *device, enum device_regs regs)
{
	return device->now < device->regs_until[regs];
}

static bool regs_work(const struct device *device)
{
	return !regs_are(device, REGS_STUCK) && !regs_are(device, REGS_ZERO) &&
	       !regs_are(device, REGS_ONES);
}

static bool has_lasting_fault(const struct device *device)
{
	return device->presence == DEVICE_ABSENT_UNTIL_RESET || !regs_work(device) ||
	       device->dma.stuck;
}

void device_reset(struct device *device)
{
	if (device->presence == DEVICE_ABSENT)
		return;
	log_write(device->log, device->now, "reset");
	device->late_irq_count = 0;
	/* A reset clears the bus master bit, and master-off must not restore it. */
	device->master_cleared = false;
	if (has_lasting_fault(device))
		power_on(device, device->edu.profile, device->edu.dma_mask);
	else
		edu_reset(&device->edu);
}

void device_unplug(struct device *device)
{
	memory_clear(&device->memory);
	irq_set_eventfd(device, DEVICE_INTX, -1);
	irq_set_eventfd(device, DEVICE_MSI, -1);
	device->negotiated = false;
	power_on(device, device->edu.profile, device->edu.dma_mask);
}

void device_set_memory(struct device *device, uint8_t *memory, uint32_t bytes)
{
	bool is_large = bytes > EDU_MEM_BYTES;

	device->edu.large = is_large ? memory : NULL;
	device->edu.large_bytes = is_large ? bytes : 0;
	device->edu.size_shown = size_shown(device);
	memset(memory, 0, bytes);
}

void device_init(struct device *device, const struct edu_profile *profile, uint64_t seed)
{
	*device = (struct device){ .delay = EDU_DMA_NS, .irq_fd = { -1, -1 } };
	memory_init(&device->memory);
	faults_init(&device->faults, seed, inject_fault, device);
	power_on(device, profile, (1ULL << EDU_DMA_BITS) - 1);
}

/* ---- accesses ---- */

static uint64_t earlier(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

uint64_t device_run(struct device *device, uint64_t now)
{
	uint64_t next;

	device->now = now;
	device->edu.size_shown = size_shown(device);
	next = inject_run(device);
	next = earlier(next, edu_run(&device->edu, now));
	if (device->edu.aborted && device->presence == DEVICE_PRESENT)
		inject_vanish(device, DEVICE_ABSENT);
	return earlier(next, irq_deliver_late(device));
}

/*
 * While memory decoding is off, QEMU answers reads of the BAR with 0 by itself.
 * An access that another processor began before decoding went off still arrives
 * here, and gets 0 as well.
 */
uint64_t device_read(struct device *device, uint64_t addr, unsigned int size)
{
	if (device->presence != DEVICE_PRESENT)
		return SIZE_MASK(size);
	if (!edu_memory_enabled(&device->edu))
		return 0;
	if (regs_are(device, REGS_ONES))
		return SIZE_MASK(size);
	if (regs_are(device, REGS_ZERO))
		return 0;
	if (regs_are(device, REGS_STUCK))
		return edu_read(&device->frozen, device->now, addr, size);
	return edu_read(&device->edu, device->now, addr, size);
}

void device_write(struct device *device, uint64_t addr, unsigned int size, uint64_t value)
{
	if (device->presence != DEVICE_PRESENT || !edu_memory_enabled(&device->edu) ||
	    !regs_work(device))
		return;
	if (starts_dma(device, addr, size, value))
		start_dma(device, value);
	edu_write(&device->edu, device->now, addr, size, value);
	/* regs-stuck became active with this DMA: freeze it again, as running. */
	if (regs_are(device, REGS_STUCK))
		inject_freeze(device);
}

uint32_t device_config_read(struct device *device, unsigned int addr, unsigned int size)
{
	if (device->presence != DEVICE_PRESENT)
		return SIZE_MASK(size);
	return edu_config_read(&device->edu, addr, size);
}

void device_config_write(struct device *device, unsigned int addr, unsigned int size,
			 uint32_t value)
{
	if (device->presence != DEVICE_PRESENT)
		return;
	edu_config_write(&device->edu, addr, size, value);
	/* The guest has written the bus master bit: master-off must not change it. */
	if (addr <= PCI_COMMAND && addr + size > PCI_COMMAND)
		device->master_cleared = false;
}
