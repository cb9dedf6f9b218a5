/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The interrupts of a device: from the model, through the faults irq-*, to the
 * client's eventfds.
 */
#ifndef SIM_IRQ_H
#define SIM_IRQ_H

#include "device.h"

/* The functions msi and intx of struct edu_bus; @ctx is the struct device. */
void irq_on_msi(void *ctx, uint64_t addr, uint32_t data);
void irq_on_intx(void *ctx, bool level);

/* Delivers an interrupt now and without faults, unless the device is absent. */
void irq_deliver(struct device *device, enum device_delivery delivery);

/**
 * irq_deliver_late() - deliver the delayed interrupts that are due
 * @device: the device
 *
 * Return: the time of the next delayed interrupt, in ns, or EDU_NEVER.
 */
uint64_t irq_deliver_late(struct device *device);

/**
 * irq_set_eventfd() - set the eventfd that an interrupt is signalled on
 * @device: the device
 * @irq: DEVICE_INTX, which is also unmasked, or DEVICE_MSI
 * @fd: the eventfd, which the device closes later; -1: none
 */
void irq_set_eventfd(struct device *device, enum device_irq irq, int fd);

/**
 * irq_mask_intx() - mask or unmask INTx
 * @device: the device
 * @masked: the new state; unmasking signals INTx again while its level is high
 *
 * INTx is also masked each time that it is signalled, as vfio's "automasked".
 */
void irq_mask_intx(struct device *device, bool masked);

/**
 * irq_trigger() - signal an interrupt, whatever the state of the registers
 * @device: the device
 * @irq: DEVICE_INTX, which is signalled only while unmasked, or DEVICE_MSI
 */
void irq_trigger(struct device *device, enum device_irq irq);

#endif
