/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The effect of each fault on a device. fault.c decides when a fault occurs.
 */
#ifndef SIM_INJECT_H
#define SIM_INJECT_H

#include "device.h"

/**
 * inject_fault() - log a fault, and apply its effect to the device
 * @ctx: the struct device
 * @rule: the fault, with its amount and its duration
 *
 * This is the function that faults_init() gets. The effect of irq-* and dma-* is
 * on the interrupt or the DMA that is just being started.
 */
void inject_fault(void *ctx, const struct fault_rule *rule);

/**
 * inject_run() - end the fault master-off when its time is over
 * @device: the device
 *
 * Return: the time of that end, in ns, or EDU_NEVER.
 */
uint64_t inject_run(struct device *device);

/* Makes the device absent, for ever or until a reset. */
void inject_vanish(struct device *device, enum device_presence presence);

/* Copies the state that registers show while regs-stuck is active. */
void inject_freeze(struct device *device);

#endif
