// SPDX-License-Identifier: GPL-2.0
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>
#include <linux/pci_regs.h>

#include "device.h"

#define SIZE_MASK(size)	(UINT64_MAX >> (64 - 8 * (size)))

/* ---- interrupts ---- */

static void signal_irq(struct device *device, enum device_irq irq)
{
	uint64_t one = 1;

	if (device->irq_fd[irq] < 0)
		return;
	/* write() fails on a full counter: an interrupt is pending then anyway. */
	if (write(device->irq_fd[irq], &one, sizeof(one)) == sizeof(one))
		device->irqs++;
}

void device_trigger(struct device *device, enum device_irq irq)
{
	if (irq == DEVICE_INTX) {
		if (device->intx_masked)
			return;
		device->intx_masked = device->irq_fd[DEVICE_INTX] >= 0;
	}
	signal_irq(device, irq);
}

void device_mask_intx(struct device *device, bool masked)
{
	device->intx_masked = masked;
	if (device->intx_line)
		device_trigger(device, DEVICE_INTX);
}

void device_set_irq(struct device *device, enum device_irq irq, int fd)
{
	if (device->irq_fd[irq] >= 0)
		close(device->irq_fd[irq]);
	/* The client may pass any descriptor; a write to it must not block. */
	if (fd >= 0)
		fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
	device->irq_fd[irq] = fd;
	if (irq == DEVICE_INTX)
		device_mask_intx(device, false);
}

static void deliver(struct device *device, enum device_delivery delivery)
{
	if (device->presence != DEVICE_PRESENT)
		return;
	switch (delivery) {
	case DELIVER_MSI:
		if (edu_bus_master(&device->edu))
			device_trigger(device, DEVICE_MSI);
		break;
	case DELIVER_LEVEL:
		device->intx_line = true;
		device_trigger(device, DEVICE_INTX);
		break;
	case DELIVER_PULSE:
		device_trigger(device, DEVICE_INTX);
		break;
	}
}

static void deliver_later(struct device *device, uint64_t ns, enum device_delivery delivery)
{
	if (device->late_irq_count == DEVICE_LATE_IRQS) {
		log_write_and_keep(device->log, device->now,
				   "too many late interrupts: one is lost");
		return;
	}
	device->late_irqs[device->late_irq_count++] = (struct device_late_irq){
		.due = device->now + ns, .delivery = delivery,
	};
}

/* Delivers the interrupts that are due. Return: when the next one is, in ns. */
static uint64_t deliver_late_irqs(struct device *device)
{
	uint64_t next = EDU_NEVER;
	unsigned int i = 0;

	while (i < device->late_irq_count) {
		struct device_late_irq late = device->late_irqs[i];

		if (late.due <= device->now) {
			device->late_irqs[i] = device->late_irqs[--device->late_irq_count];
			deliver(device, late.delivery);
			continue;
		}
		if (late.due < next)
			next = late.due;
		i++;
	}
	return next;
}

/* INTx was lowered: drop a delayed rise, which nobody has seen yet. */
static void drop_late_level(struct device *device)
{
	unsigned int i = 0;

	while (i < device->late_irq_count) {
		if (device->late_irqs[i].delivery == DELIVER_LEVEL)
			device->late_irqs[i] = device->late_irqs[--device->late_irq_count];
		else
			i++;
	}
}

/* The device sends an interrupt: apply the faults whose turn it is. */
static void send_irq(struct device *device, enum device_delivery delivery)
{
	struct device_irq_faults *irq = &device->irq;

	if (device->presence != DEVICE_PRESENT)
		return;
	*irq = (struct device_irq_faults){ 0 };
	faults_event(&device->faults, FAULT_ON_IRQ);
	if (irq->lost)
		return;
	if (irq->delayed)
		deliver_later(device, irq->late_ns, delivery);
	else
		deliver(device, delivery);
	if (irq->doubled)
		deliver_later(device, irq->late_ns + irq->again_ns,
			      delivery == DELIVER_MSI ? DELIVER_MSI : DELIVER_PULSE);
}

static void on_msi(void *ctx, uint64_t addr, uint32_t data)
{
	(void)addr;	/* the client emulates the MSI registers and knows both */
	(void)data;
	send_irq(ctx, DELIVER_MSI);
}

static void on_intx(void *ctx, bool level)
{
	struct device *device = ctx;

	if (level) {
		send_irq(device, DELIVER_LEVEL);
		return;
	}
	device->intx_line = false;
	drop_late_level(device);
}

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

	memset(data, 0, len);
	if (device->presence != DEVICE_PRESENT)
		return;
	addr += device->dma.astray_bytes;
	log_unreachable(device, "read", addr, moved,
			memory_read(&device->memory, addr, data, moved));
	flip_bits(device, data, moved);
}

static void on_write(void *ctx, uint64_t addr, const void *data, size_t len)
{
	struct device *device = ctx;
	size_t moved = bytes_moved(device, len);
	uint8_t copy[EDU_MEM_BYTES];

	if (device->presence != DEVICE_PRESENT)
		return;
	addr += device->dma.astray_bytes;
	memcpy(copy, data, moved);
	flip_bits(device, copy, moved);
	log_unreachable(device, "write", addr, moved,
			memory_write(&device->memory, addr, copy, moved));
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

static void power_on(struct device *device, const struct edu_profile *profile,
		     uint64_t dma_mask)
{
	const struct edu_bus bus = {
		.read = on_read,
		.write = on_write,
		.msi = on_msi,
		.intx = on_intx,
		.outside = on_outside,
		.ctx = device,
	};

	edu_init(&device->edu, profile, &bus);
	device->edu.dma_mask = dma_mask;
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
	device_set_irq(device, DEVICE_INTX, -1);
	device_set_irq(device, DEVICE_MSI, -1);
	device->negotiated = false;
	power_on(device, device->edu.profile, device->edu.dma_mask);
}

/* ---- faults ---- */

static void vanish(struct device *device, enum device_presence presence)
{
	device->presence = presence;
	device->intx_line = false;
}

/* The copy is for reading only: its DMA and factorial must not end again. */
static void freeze(struct device *device)
{
	device->frozen = device->edu;
	device->frozen.dma_due = EDU_NEVER;
	device->frozen.factorial_due = EDU_NEVER;
}

/* The time @ns from now, or EDU_NEVER if that overflows. */
static uint64_t after(const struct device *device, uint64_t ns)
{
	return ns < EDU_NEVER - device->now ? device->now + ns : EDU_NEVER;
}

static void break_registers(struct device *device, enum device_regs regs, uint64_t ns)
{
	device->regs_until[regs] = after(device, ns);
	if (regs == REGS_STUCK)
		freeze(device);
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
	device->master_until = after(device, ns);
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

/*
 * What each fault does. There is no default: the compiler names a fault that has
 * been forgotten here.
 */
static void inject(void *ctx, const struct fault_rule *rule)
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
		deliver(device, edu_msi_enabled(&device->edu) ? DELIVER_MSI : DELIVER_PULSE);
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
		vanish(device, DEVICE_ABSENT);
		break;
	case FAULT_VANISH_UNTIL_RESET:
		vanish(device, DEVICE_ABSENT_UNTIL_RESET);
		break;
	case FAULT_KINDS:
		break;
	}
}

void device_init(struct device *device, const struct edu_profile *profile, uint64_t seed)
{
	*device = (struct device){ .delay = EDU_DMA_NS, .irq_fd = { -1, -1 } };
	memory_init(&device->memory);
	faults_init(&device->faults, seed, inject, device);
	power_on(device, profile, (1ULL << EDU_DMA_BITS) - 1);
}

/* ---- accesses ---- */

static uint64_t earlier(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

/*
 * End master-off when its time is over. A DMA that ended before that time found
 * bus mastering off, so the model runs up to it first.
 */
static uint64_t restore_master_when_due(struct device *device)
{
	if (!device->master_cleared)
		return EDU_NEVER;
	if (device->master_until > device->now)
		return device->master_until;
	edu_run(&device->edu, device->master_until);
	restore_master(device);
	return EDU_NEVER;
}

uint64_t device_run(struct device *device, uint64_t now)
{
	uint64_t next;

	device->now = now;
	next = restore_master_when_due(device);
	next = earlier(next, edu_run(&device->edu, now));
	if (device->edu.aborted && device->presence == DEVICE_PRESENT)
		vanish(device, DEVICE_ABSENT);
	return earlier(next, deliver_late_irqs(device));
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
		freeze(device);
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
