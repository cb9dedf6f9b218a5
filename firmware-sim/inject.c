// SPDX-License-Identifier: GPL-2.0
#include <inttypes.h>
#include <linux/pci_regs.h>

#include "inject.h"
#include "irq.h"

void inject_vanish(struct device *device, enum device_presence presence)
{
	device->presence = presence;
	device->intx_line = false;
}

void inject_freeze(struct device *device)
{
	device->frozen = device->edu;
	/* The copy is for reading only: these must not end a second time. */
	device->frozen.dma_due = EDU_NEVER;
	device->frozen.factorial_due = EDU_NEVER;
}

static void break_registers(struct device *device, enum device_regs regs, uint64_t ns)
{
	device->regs_until[regs] = edu_time_after(device->now, ns);
	if (regs == REGS_STUCK)
		inject_freeze(device);
}

static void set_master(struct device *device, bool master)
{
	uint16_t command = edu_config_read(&device->edu, PCI_COMMAND, 2);

	command &= ~PCI_COMMAND_MASTER;
	if (master)
		command |= PCI_COMMAND_MASTER;
	edu_config_write(&device->edu, PCI_COMMAND, 2, command);
}

/*
 * master-off: clear the bus master bit, as another program on the machine could.
 * restore_master() sets it again, if it was set, and if the guest has not written
 * the command register in the meantime.
 */
static void clear_master(struct device *device, uint64_t ns)
{
	if (edu_config_read(&device->edu, PCI_COMMAND, 2) & PCI_COMMAND_MASTER)
		device->master_cleared = true;
	device->master_until = edu_time_after(device->now, ns);
	set_master(device, false);
}

static void restore_master(struct device *device)
{
	device->master_cleared = false;
	set_master(device, true);
	log_write(device->log, device->now, "bus mastering is back");
}

/* Log a fault that occurs, with the DMA or the interrupt that it happens to. */
static void log_fault(struct device *device, const struct fault_rule *rule)
{
	const struct edu *edu = &device->edu;
	uint64_t number = device->faults.occurred[rule->fault];
	const char *name = fault_name(rule->fault);
	bool from = device->dma_cmd & EDU_REG_DMA_CMD_FROM_DEVICE;

	if (rule->when == FAULT_NOW)
		log_write_and_keep(device->log, device->now, "%s #%" PRIu64 " now", name, number);
	else if (fault_event(rule->fault) == FAULT_ON_IRQ)
		log_write_and_keep(device->log, device->now, "%s #%" PRIu64 " %" PRIu64 " %s",
				   name, number, rule->amount,
				   edu_msi_enabled(edu) ? "msi" : "intx");
	else
		log_write_and_keep(device->log, device->now, "%s #%" PRIu64 " %" PRIu64
			     " dma %" PRIu64 " %s 0x%" PRIx64 " %" PRIu64 " bytes",
			     name, number, rule->amount, device->dmas,
			     from ? "from-device" : "to-device",
			     from ? edu->dst : edu->src, edu->count);
}

/* There is no default: the compiler names a fault that is missing here. */
void inject_fault(void *ctx, const struct fault_rule *rule)
{
	struct device *device = ctx;

	log_fault(device, rule);
	switch (rule->fault) {
	case FAULT_IRQ_LOST:
		device->irq.lost = true;
		break;
	case FAULT_IRQ_LATE:
		device->irq.delayed = true;
		device->irq.late_ns += rule->amount;
		break;
	case FAULT_IRQ_DOUBLE:
		device->irq.doubled = true;
		device->irq.again_ns += rule->amount;
		break;
	case FAULT_IRQ_SPURIOUS:
		irq_deliver(device, edu_msi_enabled(&device->edu) ? DELIVER_MSI : DELIVER_PULSE);
		break;
	case FAULT_DMA_STUCK:
		device->dma.stuck = true;
		break;
	case FAULT_DMA_LATE:
		device->dma.late_ns += rule->amount;
		break;
	case FAULT_DMA_SHORT:
		device->dma.missing_bytes = rule->amount;
		break;
	case FAULT_DMA_ASTRAY:
		device->dma.astray_bytes += rule->amount;
		break;
	case FAULT_DMA_FLIP:
		device->dma.flipped_bits = rule->amount;
		break;
	case FAULT_REGS_STUCK:
		break_registers(device, REGS_STUCK, rule->lasts_ns);
		break;
	case FAULT_REGS_ONES:
		break_registers(device, REGS_ONES, rule->lasts_ns);
		break;
	case FAULT_REGS_ZERO:
		break_registers(device, REGS_ZERO, rule->lasts_ns);
		break;
	case FAULT_MASTER_OFF:
		clear_master(device, rule->lasts_ns);
		break;
	case FAULT_VANISH:
		inject_vanish(device, DEVICE_ABSENT);
		break;
	case FAULT_VANISH_UNTIL_RESET:
		inject_vanish(device, DEVICE_ABSENT_UNTIL_RESET);
		break;
	case FAULT_MEMORY_SIZE:
		device->wrong_size = rule->amount;
		device->size_until = edu_time_after(device->now, rule->lasts_ns);
		device->edu.size_shown = device->wrong_size;
		break;
	case FAULT_KINDS:
		break;
	}
}

uint64_t inject_run(struct device *device)
{
	if (!device->master_cleared)
		return EDU_NEVER;
	if (device->master_until > device->now)
		return device->master_until;
	/* A DMA that ended before that time found bus mastering off. */
	edu_run(&device->edu, device->master_until);
	restore_master(device);
	return EDU_NEVER;
}
