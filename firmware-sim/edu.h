/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A model of QEMU's edu device: registers and configuration space in, memory
 * accesses and interrupts out. Plain C11: no I/O, no clock, no threads, no
 * allocation. tests/conformance shows that it is the device and no opinion.
 *
 * Time is a number of nanoseconds that the caller passes and that never runs
 * backwards. What is due by then happens first, so an access sees what a
 * guest would see at that time. Nothing here is thread-safe; callbacks must
 * not call back into the same device.
 */
#ifndef EDU_H
#define EDU_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "educma_regs.h"

#define EDU_CONFIG_BYTES	256
#define EDU_NEVER		UINT64_MAX

/*
 * What QEMU versions differ in: mostly the DMAs that they take. What one of
 * them does outside its window is undefined there; the model stays inside it.
 */
struct edu_profile {
	const char *name;
	bool low_byte;		/* the command register acts when its low byte is written */
	bool last_byte;		/* a DMA may touch 0x40fff */
	bool empty;		/* a DMA may have no bytes */
	bool aborts;		/* any other ends QEMU; else it is done, unbounded */
};

/* As measured on 7.2; and on 10.0 and 11.1, the window since about 9.1. */
extern const struct edu_profile edu_qemu_7_2;
extern const struct edu_profile edu_qemu_9_1;

/**
 * edu_profile() - the profile of this name
 * @name: "7.2" or "9.1"
 *
 * Return: the profile, or NULL.
 */
const struct edu_profile *edu_profile(const char *name);

/**
 * struct edu_bus - what the device asks of what it is plugged into
 * @read: @len bytes of memory at bus address @addr; what nothing answers for
 *        reads as zeros
 * @write: @len bytes to @addr; what nothing answers for is dropped
 * @msi: one message, @data to @addr; not called with bus mastering off
 * @intx: the level of INTA# as the interrupt controller sees it, when it changes
 * @outside: a DMA outside the window of the profile, at its completion; the
 *           device address and the length are the guest's
 * @ctx: passed back
 *
 * The DMA mask has been applied to @addr, once, as edu does: a DMA that
 * begins below the mask may run beyond it.
 */
struct edu_bus {
	void (*read)(void *ctx, uint64_t addr, void *data, size_t len);
	void (*write)(void *ctx, uint64_t addr, const void *data, size_t len);
	void (*msi)(void *ctx, uint64_t addr, uint32_t data);
	void (*intx)(void *ctx, bool level);
	void (*outside)(void *ctx, uint64_t addr, uint64_t len);
	void *ctx;
};

struct edu {
	/* The caller's; dma_mask and dma_ns may change at any time. */
	struct edu_bus bus;
	const struct edu_profile *profile;
	uint64_t dma_mask;
	uint64_t dma_ns;	/* of the next DMA to start; EDU_NEVER: stuck */
	uint64_t factorial_ns;

	/* The model's. */
	uint32_t liveness;
	uint32_t factorial;
	uint32_t status;
	uint32_t irq_status;
	uint64_t src, dst, count, cmd;
	uint64_t dma_due;	/* EDU_NEVER: none */
	uint64_t factorial_due;
	bool aborted;		/* QEMU of this profile would have ended */
	bool intx;		/* asserted, whether or not it is disabled */
	int line;		/* INTA# is high unless this is 0: see config.c */
	bool master;		/* may reach memory: the command register's last write */
	uint8_t memory[EDU_MEM_BYTES];
	uint8_t config[EDU_CONFIG_BYTES];
};

/**
 * edu_init() - a device as it is after power-on
 * @edu: the device
 * @profile: of which QEMU
 * @bus: copied; every function but @outside must be there
 *
 * dma_mask is 28 bits, dma_ns 100 ms and factorial_ns 0, as in QEMU; change
 * them afterwards.
 */
void edu_init(struct edu *edu, const struct edu_profile *profile,
	      const struct edu_bus *bus);

/**
 * edu_reset() - what a bus reset does
 * @edu: the device
 *
 * Only the configuration space and INTx: edu has no reset of its own, so
 * registers, memory and a running DMA stay as they are. As in QEMU the DMA
 * still reaches memory if bus mastering was on, until the command register is
 * written again.
 */
void edu_reset(struct edu *edu);

/**
 * edu_run() - everything that is due
 * @edu: the device
 * @now: time, in ns
 *
 * Return: when to call again, in ns; EDU_NEVER if nothing is under way.
 */
uint64_t edu_run(struct edu *edu, uint64_t now);

/**
 * edu_read() - one bus access to BAR 0
 * @edu: the device
 * @now: time, in ns
 * @addr: offset into the BAR
 * @size: bytes
 *
 * Whether memory decoding is on is for the bus to know.
 *
 * Return: 4-byte accesses below 0x80 and aligned ones of 4 or 8 bytes above
 * give a register's value, or all ones where there is none. The rest gives 0
 * where the bus refuses it (size not 4 or 8, or unaligned), all ones where the
 * device does.
 */
uint64_t edu_read(struct edu *edu, uint64_t now, uint64_t addr, unsigned int size);

/**
 * edu_write() - one bus access to BAR 0
 * @edu: the device
 * @now: time, in ns
 * @addr: offset into the BAR
 * @size: bytes
 * @value: of which @size bytes count
 *
 * What edu_read() would refuse is dropped.
 */
void edu_write(struct edu *edu, uint64_t now, uint64_t addr, unsigned int size,
	       uint64_t value);

/**
 * edu_config_read() - from configuration space
 * @edu: the device
 * @addr: offset
 * @size: 1, 2 or 4 bytes
 *
 * Return: little-endian value; all ones beyond the 256 bytes.
 */
uint32_t edu_config_read(struct edu *edu, unsigned int addr, unsigned int size);

/**
 * edu_config_write() - to configuration space
 * @edu: the device
 * @addr: offset
 * @size: 1, 2 or 4 bytes
 * @value: of which @size bytes count; read-only bits keep theirs
 */
void edu_config_write(struct edu *edu, unsigned int addr, unsigned int size,
		      uint32_t value);

/**
 * edu_bus_master() - may the device reach memory
 * @edu: the device
 *
 * The command register's bit, but for a reset: see there.
 */
bool edu_bus_master(const struct edu *edu);

/**
 * edu_memory_enabled() - is BAR 0 decoded
 * @edu: the device
 */
bool edu_memory_enabled(const struct edu *edu);

#endif
