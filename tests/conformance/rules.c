// SPDX-License-Identifier: GPL-2.0
/*
 * Steps that QEMU does not get: DMAs that it does not allow (one version aborts,
 * another runs past the end of its buffer), factorials that take seconds, and
 * DMAs and messages to bus addresses of other devices. Each step is tried on a
 * copy of the model first.
 */
#include <string.h>

#include "conformance.h"

#define FACTORIAL_MAX	2000000

/* The bus of a copy: it only records the accesses. */
struct trial {
	bool unsafe;
	uint64_t outside_addr, outside_len;
	unsigned int outsides, accesses;
};

static bool overlaps(uint64_t addr, uint64_t len, uint64_t begin, uint64_t end)
{
	return addr < end && (addr >= begin || len > begin - addr);
}

bool range_is_ram(uint64_t addr, uint64_t len)
{
	return addr < RAM_BYTES && len <= RAM_BYTES - addr &&
	       !overlaps(addr, len, RAM_HOLE, RAM_HOLE_END);
}

bool range_is_safe(uint64_t addr, uint64_t len)
{
	if (len && addr + len - 1 < addr)	/* wraps to 0 */
		return range_is_safe(0, addr + len);
	return !overlaps(addr, len, RAM_HOLE, RAM_HOLE_END) &&
	       !overlaps(addr, len, IO_HOLE, IO_HOLE_END);
}

static void trial_read(void *ctx, uint64_t addr, void *data, size_t len)
{
	struct trial *trial = ctx;

	memset(data, 0x5a, len);
	trial->accesses++;
	trial->unsafe |= !range_is_safe(addr, len);
}

static void trial_write(void *ctx, uint64_t addr, const void *data, size_t len)
{
	struct trial *trial = ctx;

	(void)data;
	trial->accesses++;
	trial->unsafe |= !range_is_safe(addr, len);
}

static void trial_msi(void *ctx, uint64_t addr, uint32_t data)
{
	struct trial *trial = ctx;

	(void)data;
	trial->unsafe |= !range_is_safe(addr, 4);
}

static void trial_intx(void *ctx, bool level)
{
	(void)ctx;
	(void)level;
}

static void trial_outside(void *ctx, uint64_t addr, uint64_t len)
{
	struct trial *trial = ctx;

	trial->outsides++;
	trial->outside_addr = addr;
	trial->outside_len = len;
}

static void copy_model(struct edu *copy, const struct edu *edu, struct trial *trial)
{
	*copy = *edu;
	copy->bus = (struct edu_bus){
		.read = trial_read,
		.write = trial_write,
		.msi = trial_msi,
		.intx = trial_intx,
		.outside = trial_outside,
		.ctx = trial,
	};
	*trial = (struct trial){ .unsafe = false };
}

/* QEMU splits an access into aligned ones of at most 8 bytes. */
static unsigned int access_size(uint64_t addr, unsigned int left)
{
	unsigned int size = 8;

	while (size > left || addr % size)
		size /= 2;
	return size;
}

static uint64_t bar_read(struct edu *edu, uint64_t now, const struct step *step)
{
	uint64_t part, value = 0;
	unsigned int at, size;

	for (at = 0; at < step->size; at += size) {
		size = access_size(step->addr + at, step->size - at);
		part = edu_read(edu, now, step->addr + at, size);
		value |= part << (8 * at);
	}
	return value;
}

static void bar_write(struct edu *edu, uint64_t now, const struct step *step)
{
	unsigned int at, size;

	for (at = 0; at < step->size; at += size) {
		size = access_size(step->addr + at, step->size - at);
		edu_write(edu, now, step->addr + at, size, step->value >> (8 * at));
	}
}

/* Is BAR 0 at BAR0_ADDR, and decoded? Otherwise qtest reads zeros there. */
static bool decoded(struct edu *edu)
{
	return edu_memory_enabled(edu) && edu_config_read(edu, PCI_BASE_ADDRESS_0, 4) == BAR0_ADDR;
}

uint64_t model_access(struct edu *edu, uint64_t now, const struct step *step)
{
	switch (step->kind) {
	case STEP_READ:
		return decoded(edu) ? bar_read(edu, now, step) : 0;
	case STEP_WRITE:
		if (decoded(edu))
			bar_write(edu, now, step);
		return 0;
	case STEP_CONFIG_READ:
		return edu_config_read(edu, step->addr, step->size);
	case STEP_CONFIG_WRITE:
		edu_config_write(edu, step->addr, step->size, step->value);
		return 0;
	case STEP_RESET:
		edu_reset(edu);
		return 0;
	default:
		return 0;
	}
}

uint64_t msi_address(struct edu *edu)
{
	uint64_t high = edu_config_read(edu, MSI_CAP + PCI_MSI_ADDRESS_HI, 4);

	return high << 32 | edu_config_read(edu, MSI_CAP + PCI_MSI_ADDRESS_LO, 4);
}

static bool msi_enabled(struct edu *edu)
{
	return edu_config_read(edu, MSI_CAP + PCI_MSI_FLAGS, 2) & PCI_MSI_FLAGS_ENABLE;
}

/*
 * Can wait_for_factorial() see when the factorial's interrupt has come? It sees a
 * new bit in the interrupt status, or a message in RAM. With MSI and a running
 * DMA the answer is no: their order is random, and the DMA may read the message.
 */
static bool interrupt_shows(struct edu *copy)
{
	bool pending = copy->irq_status & EDU_REG_IRQ_FACT;

	if (!(copy->status & EDU_REG_STATUS_IRQFACT))
		return true;
	if (!msi_enabled(copy))
		return !pending;
	if (copy->dma_due != EDU_NEVER)
		return false;
	return !pending || (edu_bus_master(copy) && range_is_ram(msi_address(copy), 4));
}

static enum run_on factorial_runs_on(struct edu *copy)
{
	if (copy->factorial > FACTORIAL_MAX || !interrupt_shows(copy))
		return RUN_ON_NONE;
	return RUN_ON_BOTH;
}

/* Does the profile allow this DMA? Not asked of the model, which may be wrong. */
static bool dma_allowed(const struct edu *copy)
{
	uint64_t end = EDU_MEM_ADDR + EDU_MEM_BYTES - (copy->profile->last_byte ? 0 : 1);
	uint64_t device = copy->cmd & EDU_REG_DMA_CMD_FROM_DEVICE ? copy->src : copy->dst;

	return device >= EDU_MEM_ADDR && device <= end && copy->count <= end - device &&
	       (copy->count || copy->profile->empty);
}

static enum run_on dma_runs_on(struct edu *copy, const struct trial *trial)
{
	copy->master = true;	/* it may be on when the DMA is due */
	if (!dma_allowed(copy))
		return RUN_ON_MODEL;
	edu_run(copy, copy->dma_due);
	return trial->unsafe ? RUN_ON_NONE : RUN_ON_BOTH;
}

enum run_on step_runs_on(const struct lockstep *ls, const struct step *step)
{
	enum run_on run_on = RUN_ON_BOTH;
	struct trial trial;
	struct edu copy;

	if (step->kind == STEP_FILL || step->kind == STEP_MEMORY)
		return range_is_ram(step->addr, step->size) ? RUN_ON_BOTH : RUN_ON_NONE;
	if (step->kind != STEP_WRITE && step->kind != STEP_CONFIG_WRITE)
		return RUN_ON_BOTH;
	copy_model(&copy, &ls->edu, &trial);
	model_access(&copy, ls->now, step);
	if (!range_is_safe(msi_address(&copy), 4))
		return RUN_ON_NONE;
	if (copy.factorial_due != EDU_NEVER)
		run_on = factorial_runs_on(&copy);
	if (copy.dma_due != EDU_NEVER && ls->edu.dma_due == EDU_NEVER)
		run_on = dma_runs_on(&copy, &trial);
	return run_on;
}

/* After an abort the model must be dead: it moves nothing, and reads all ones. */
static const char *assert_aborted(struct edu *copy, const struct edu *before,
				  const struct trial *trial)
{
	if (!copy->aborted)
		return "a DMA that is not allowed did not abort";
	if (trial->accesses || memcmp(copy->memory, before->memory, EDU_MEM_BYTES))
		return "a DMA that aborts moved data";
	if (edu_run(copy, copy->dma_ns * 9) != EDU_NEVER)
		return "an event is pending after the abort";
	if (edu_read(copy, 0, EDU_REG_ID, 4) != UINT32_MAX)
		return "the device still answers after the abort";
	return NULL;
}

/* The part of the DMA within the device's memory is done, and nothing else. */
static const char *assert_bounded(const struct edu *copy, const struct edu *before,
				  const struct trial *trial)
{
	uint64_t offset = trial->outside_addr - EDU_MEM_ADDR;
	bool inside = offset < EDU_MEM_BYTES;
	bool from = copy->cmd & EDU_REG_DMA_CMD_FROM_DEVICE;
	size_t i, first = inside && !from ? offset : EDU_MEM_BYTES;

	if (copy->aborted)
		return "a DMA that is not allowed aborted";
	if (copy->cmd & EDU_REG_DMA_CMD_RUN)
		return "a DMA that is not allowed did not end";
	if (trial->accesses != inside)
		return "a DMA that is not allowed moved too much, or too little";
	if (memcmp(copy->memory, before->memory, first))
		return "a DMA that is not allowed wrote before its beginning";
	for (i = first; i < EDU_MEM_BYTES && i - first < trial->outside_len; i++)
		if (copy->memory[i] != 0x5a)
			return "a DMA that is not allowed did not move the bytes inside the memory";
	return NULL;
}

const char *assert_outside(const struct lockstep *ls, const struct step *step)
{
	struct trial trial;
	struct edu copy;

	copy_model(&copy, &ls->edu, &trial);
	model_access(&copy, ls->now, step);
	copy.master = true;
	edu_run(&copy, copy.dma_due);
	if (trial.outsides != 1)
		return "a DMA that is not allowed was not reported exactly once";
	if (ls->profile->aborts)
		return assert_aborted(&copy, &ls->edu, &trial);
	return assert_bounded(&copy, &ls->edu, &trial);
}
