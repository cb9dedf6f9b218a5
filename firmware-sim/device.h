/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The model (edu.c) as a device of a vfio-user client: DMAs go to the client's
 * memory (device.c), interrupts to the client's eventfds (irq.c), and faults are
 * injected in between (inject.c). These files use no socket and read no clock.
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

#define DEVICE_LATE_IRQS	16	/* most interrupts delayed at once */

enum device_irq { DEVICE_INTX, DEVICE_MSI, DEVICE_IRQS };

/* How an interrupt is delivered, now or after a delay. */
enum device_delivery {
	DELIVER_MSI,
	DELIVER_LEVEL,		/* raise INTx; dropped if INTx is lowered before */
	DELIVER_PULSE,		/* signal INTx once, without raising its level */
};

/* An interrupt that a fault has delayed. */
struct device_late_irq {
	uint64_t due;			/* time, in ns */
	enum device_delivery delivery;
};

/* The faults of the running DMA; all zeros means that it has none. */
struct device_dma_faults {
	bool stuck;
	uint64_t late_ns, missing_bytes, astray_bytes, flipped_bits;
};

/* The faults of the interrupt that is being sent. */
struct device_irq_faults {
	bool lost, delayed, doubled;
	uint64_t late_ns, again_ns;
};

/*
 * The faults regs-*. While several are active, reads show the one that comes
 * last in this list.
 */
enum device_regs { REGS_STUCK, REGS_ZERO, REGS_ONES, REGS_FAULTS };

/* An absent device (fault vanish) answers no access and does nothing. */
enum device_presence { DEVICE_PRESENT, DEVICE_ABSENT_UNTIL_RESET, DEVICE_ABSENT };

struct device {
	struct edu edu;
	struct memory memory;
	struct faults faults;
	struct log *log;	/* may be NULL */
	uint64_t now;			/* time of the current call, in ns */
	uint64_t delay;			/* ns that a DMA takes without faults */
	uint64_t dmas, irqs;		/* DMAs started, interrupts signalled */

	/* Set up by the client. */
	bool negotiated;		/* the VERSION command has succeeded */
	int irq_fd[DEVICE_IRQS];	/* eventfds; -1: none */
	bool intx_masked;

	/* Active faults, and the state that they need. */
	uint64_t dma_cmd;		/* command register of the last DMA started */
	struct device_dma_faults dma;
	struct device_irq_faults irq;
	bool intx_line;			/* the level of INTx that the client sees */
	struct device_late_irq late_irqs[DEVICE_LATE_IRQS];
	unsigned int late_irq_count;
	enum device_presence presence;
	uint64_t regs_until[REGS_FAULTS];	/* end of each regs-* fault, in ns */
	struct edu frozen;		/* the state that regs-stuck shows */
	bool master_cleared;		/* master-off is active: the bit was set before */
	uint64_t master_until;		/* end of master-off, in ns */
	uint32_t wrong_size;		/* memory-size: edu.size_shown while it is active */
	uint64_t size_until;		/* end of memory-size, in ns */
};

/**
 * device_init() - initialise a device that has no client
 * @device: the device
 * @profile: the QEMU version whose edu is modelled
 * @seed: seed of the random numbers that faults use
 *
 * Afterwards the caller may set @device->edu.dma_mask, @device->delay and
 * @device->log. Like every function of this file: not thread-safe.
 */
void device_init(struct device *device, const struct edu_profile *profile,
		 uint64_t seed);

/**
 * device_set_memory() - give the device a larger memory of its own
 * @device: the device, which has no client
 * @memory: the memory, which the caller frees after the last use of @device
 * @bytes: its size, a power of two from EDU_MEM_BYTES to EDU_MEM_BYTES_MAX. With
 *	EDU_MEM_BYTES nothing changes: the device is edu as QEMU has it
 */
void device_set_memory(struct device *device, uint8_t *memory, uint32_t bytes);

/**
 * device_run() - set the time, and do everything that is due by then
 * @device: the device
 * @now: time in ns, never less than in the call before; every other function
 *	of this file happens at this time, until the next device_run()
 *
 * Return: the time of the next event, in ns; EDU_NEVER if nothing is pending.
 */
uint64_t device_run(struct device *device, uint64_t now);

/**
 * device_unplug() - drop all that the client set up, and power-cycle the device
 * @device: the device
 *
 * Closes the eventfds, unmaps the client's memory and ends every active fault.
 * Fault rules that wait for their event stay.
 */
void device_unplug(struct device *device);

/**
 * device_reset() - a bus reset
 * @device: the device
 *
 * Does what edu_reset() does. A device with an active dma-stuck, regs-* or
 * vanish-until-reset is powered on anew instead; one with vanish stays absent.
 */
void device_reset(struct device *device);

/*
 * Access BAR 0 at offset @addr; @size is 1, 2, 4 or 8 bytes. An absent device
 * reads as all ones; with memory decoding off reads are 0. A write is dropped
 * in both cases.
 */
uint64_t device_read(struct device *device, uint64_t addr, unsigned int size);
void device_write(struct device *device, uint64_t addr, unsigned int size, uint64_t value);

/*
 * Access configuration space at offset @addr; @size is 1, 2 or 4 bytes. An
 * absent device reads as all ones and drops writes.
 */
uint32_t device_config_read(struct device *device, unsigned int addr, unsigned int size);
void device_config_write(struct device *device, unsigned int addr, unsigned int size,
			 uint32_t value);

#endif
