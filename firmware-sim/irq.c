// SPDX-License-Identifier: GPL-2.0
#include <fcntl.h>
#include <unistd.h>

#include "irq.h"

static void signal_irq(struct device *device, enum device_irq irq)
{
	uint64_t one = 1;

	if (device->irq_fd[irq] < 0)
		return;
	/* write() fails on a full counter: an interrupt is pending then anyway. */
	if (write(device->irq_fd[irq], &one, sizeof(one)) == sizeof(one))
		device->irqs++;
}

void irq_trigger(struct device *device, enum device_irq irq)
{
	if (irq == DEVICE_INTX) {
		if (device->intx_masked)
			return;
		device->intx_masked = device->irq_fd[DEVICE_INTX] >= 0;
	}
	signal_irq(device, irq);
}

void irq_mask_intx(struct device *device, bool masked)
{
	device->intx_masked = masked;
	if (device->intx_line)
		irq_trigger(device, DEVICE_INTX);
}

void irq_set_eventfd(struct device *device, enum device_irq irq, int fd)
{
	if (device->irq_fd[irq] >= 0)
		close(device->irq_fd[irq]);
	/* The client may pass any descriptor; a write to it must not block. */
	if (fd >= 0)
		fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
	device->irq_fd[irq] = fd;
	if (irq == DEVICE_INTX)
		irq_mask_intx(device, false);
}

void irq_deliver(struct device *device, enum device_delivery delivery)
{
	if (device->presence != DEVICE_PRESENT)
		return;
	switch (delivery) {
	case DELIVER_MSI:
		if (edu_bus_master(&device->edu))
			irq_trigger(device, DEVICE_MSI);
		break;
	case DELIVER_LEVEL:
		device->intx_line = true;
		irq_trigger(device, DEVICE_INTX);
		break;
	case DELIVER_PULSE:
		irq_trigger(device, DEVICE_INTX);
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

uint64_t irq_deliver_late(struct device *device)
{
	uint64_t next = EDU_NEVER;
	unsigned int i = 0;

	while (i < device->late_irq_count) {
		struct device_late_irq late = device->late_irqs[i];

		if (late.due <= device->now) {
			device->late_irqs[i] = device->late_irqs[--device->late_irq_count];
			irq_deliver(device, late.delivery);
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
		irq_deliver(device, delivery);
	if (irq->doubled)
		deliver_later(device, irq->late_ns + irq->again_ns,
			      delivery == DELIVER_MSI ? DELIVER_MSI : DELIVER_PULSE);
}

void irq_on_msi(void *ctx, uint64_t addr, uint32_t data)
{
	(void)addr;	/* the client emulates the MSI registers and knows both */
	(void)data;
	send_irq(ctx, DELIVER_MSI);
}

void irq_on_intx(void *ctx, bool level)
{
	struct device *device = ctx;

	if (level) {
		send_irq(device, DELIVER_LEVEL);
		return;
	}
	device->intx_line = false;
	drop_late_level(device);
}
