/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The model plugged in: its memory accesses go to the client's memory, its
 * interrupts to the client's descriptors, and faults come in between. No
 * sockets and no clock here.
 */
#ifndef SIM_DEVICE_H
#define SIM_DEVICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "edu.h"
#include "fault.h"
#include "log.h"
#include "memory.h"

#define DEVICE_LATE	16	/* interrupts on their way */

enum device_irq { DEVICE_INTX, DEVICE_MSI, DEVICE_IRQS };

/* How an interrupt that a fault holds back arrives in the end. */
enum device_delivery {
	DELIVER_MSI,
	DELIVER_LEVEL,		/* INTx rises; forgotten if it falls before that */
	DELIVER_PULSE,		/* INTx without a level behind it */
};

struct device_late {
	uint64_t due;
	enum device_delivery delivery;
};

/* What faults do to the DMA under way; all zeros: nothing. */
struct device_dma_faults {
	bool stuck;
	uint64_t late, missing, astray, flips;
};

struct device_irq_faults {
	bool lost, delayed, doubled;
	uint64_t late, again;
};

/* What registers may read as. Where several are at work the last of this list shows. */
enum device_regs { REGS_STUCK, REGS_ZERO, REGS_ONES, REGS_FAULTS };
enum device_presence { DEVICE_HERE, DEVICE_GONE_UNTIL_RESET, DEVICE_GONE };

struct device {
	struct edu edu;
	struct memory memory;
	struct faults faults;
	struct log *log;	/* may be NULL */
	uint64_t now;			/* of what is being done, in ns */
	uint64_t delay;			/* of a DMA without faults */
	uint64_t dmas, irqs;		/* started, signalled */

	/* What the client set up. */
	bool greeted;
	int irq_fd[DEVICE_IRQS];	/* -1: none */
	bool intx_masked;

	/* Faults at work. */
	uint64_t starting;		/* the command of the DMA that starts */
	struct device_dma_faults dma;
	struct device_irq_faults irq;
	bool intx_line;			/* what the client was told */
	struct device_late late[DEVICE_LATE];
	unsigned int late_count;
	enum device_presence presence;
	uint64_t regs_until[REGS_FAULTS];	/* at work before this time */
	struct edu frozen;		/* what REGS_STUCK shows */
	bool master_taken;		/* master-off is at work */
	uint64_t master_until;		/* when the bit is given back, if it is taken */
};

/**
 * device_init() - a device that nobody is connected to
 * @device: the device
 * @profile: of which QEMU
 * @seed: of what faults do at random
 *
 * The mask is edu.dma_mask and may be changed, as may delay and log.
 */
void device_init(struct device *device, const struct edu_profile *profile,
		 uint64_t seed);

/**
 * device_run() - everything that is due
 * @device: the device
 * @now: time, in ns; also of what is done before the next call
 *
 * Return: when to call again, in ns; EDU_NEVER if nothing is under way.
 */
uint64_t device_run(struct device *device, uint64_t now);

/* The client has gone, and everything of its; the next finds a new device. */
void device_unplug(struct device *device);

/* A bus reset. It also ends the faults that last, but for vanish. */
void device_reset(struct device *device);

/* BAR 0; @size is 1, 2, 4 or 8. */
uint64_t device_read(struct device *device, uint64_t addr, unsigned int size);
void device_write(struct device *device, uint64_t addr, unsigned int size, uint64_t value);

/* Configuration space; @size is 1, 2 or 4. */
uint32_t device_config_read(struct device *device, unsigned int addr, unsigned int size);
void device_config_write(struct device *device, unsigned int addr, unsigned int size,
			 uint32_t value);

/* Where interrupts go: an eventfd, taken over; -1: nowhere. */
void device_set_irq(struct device *device, enum device_irq irq, int fd);

/* INTx masks itself when it is signalled. */
void device_mask_intx(struct device *device, bool masked);

/* Signals it, whatever the device thinks. */
void device_trigger(struct device *device, enum device_irq irq);

#endif
