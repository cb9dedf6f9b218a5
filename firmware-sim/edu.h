/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A model of QEMU's edu device. The caller accesses registers (edu.c) and
 * configuration space (config.c); the model calls struct edu_bus for DMAs and
 * interrupts. Plain C11: no I/O, no clock, no threads, no allocation.
 *
 * Source of the behaviour: QEMU's docs/specs/edu.rst; where that is silent,
 * QEMU itself, with which tests/conformance compares the model step by step.
 *
 * Time is a number of nanoseconds that the caller passes and that never runs
 * backwards. Each call first does what is due by its time, so an access sees
 * what a guest would see then. Nothing here is thread-safe; a callback must not
 * call back into the same device.
 */
#ifndef EDU_H
#define EDU_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "educma_regs.h"

#define EDU_CONFIG_BYTES	256
#define EDU_NEVER		UINT64_MAX	/* a time that never comes */

/* Return: the time @ns after @now, or EDU_NEVER if there is no such number. */
static inline uint64_t edu_time_after(uint64_t now, uint64_t ns)
{
	return ns < EDU_NEVER - now ? now + ns : EDU_NEVER;
}

/*
 * The differences between QEMU versions, mostly in the DMAs that are allowed.
 * A DMA that is not allowed either aborts QEMU or runs past the end of its
 * buffer (README.md has the table); the model never leaves its memory.
 */
struct edu_profile {
	const char *name;
	bool low_byte;		/* only a write to the command register's low byte */
				/* updates bus mastering and INTx; else any write */
	bool last_byte;		/* a DMA may touch the last byte of 4 KiB, 0x40fff */
	bool empty;		/* a DMA may have 0 bytes */
	bool aborts;		/* QEMU aborts on a DMA that is not allowed */
};

/*
 * edu_qemu_7_2 was measured on QEMU 7.2, edu_qemu_9_1 on 10.0 and 11.1; the DMAs
 * of the latter have been allowed since about 9.1.
 */
extern const struct edu_profile edu_qemu_7_2;
extern const struct edu_profile edu_qemu_9_1;

/**
 * edu_profile() - look up a profile by its name
 * @name: "7.2" or "9.1"
 *
 * Return: the profile, or NULL for any other name.
 */
const struct edu_profile *edu_profile(const char *name);

/**
 * struct edu_bus - the bus that the device is plugged into
 * @read: a DMA reads @len bytes of memory at bus address @addr into @data; bytes
 *	that no memory answers for must read as zeros
 * @write: a DMA writes @len bytes to @addr; bytes that no memory answers for
 *	must be dropped
 * @msi: the device sends one message, @data to @addr; never called with bus
 *	mastering off
 * @intx: the level of INTA# at the interrupt controller has changed to @level
 * @outside: a DMA that the profile does not allow is due; @addr is the address
 *	in the device and @len the length, as the guest has set them; may be NULL
 * @ctx: first argument of each function
 *
 * @read and @write are not called with bus mastering off, and get @addr after the
 * DMA mask has been applied to it. Only the first address is masked, as in QEMU:
 * a DMA that begins below the mask may run beyond it.
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
	/* Owned by the caller, who may change those after @profile at any time. */
	struct edu_bus bus;
	const struct edu_profile *profile;
	uint8_t *large;		/* device memory instead of @memory; NULL: none */
	uint32_t large_bytes;	/* its size: a power of two above EDU_MEM_BYTES */
	uint32_t size_shown;	/* what EDU_REG_MEM_SIZE reads as; 0: there are no */
				/* such registers, as in QEMU's edu */
	uint64_t dma_mask;
	uint64_t dma_ns;	/* duration of the next DMA; EDU_NEVER: it never ends */
	uint64_t factorial_ns;	/* duration of a factorial */

	/* Owned by the model. */
	uint32_t liveness;
	uint32_t factorial;
	uint32_t status;
	uint32_t irq_status;
	uint64_t src, dst, count, cmd;
	uint64_t dma_due;	/* end of the running DMA, in ns, or EDU_NEVER */
	uint64_t factorial_due;	/* end of the computation, in ns, or EDU_NEVER */
	bool aborted;		/* QEMU would have aborted; registers are dead */
	bool intx;		/* the device asserts INTx, disabled or not */
	int intx_level;		/* INTA# is asserted unless this is 0: see config.c */
	bool master;		/* bus mastering: see edu_bus_master() */
	uint8_t memory[EDU_MEM_BYTES];	/* unless there is @large */
	uint8_t config[EDU_CONFIG_BYTES];
};

/**
 * edu_init() - bring a device to its power-on state
 * @edu: the device
 * @profile: the QEMU version that is modelled
 * @bus: copied; only @bus->outside may be NULL
 *
 * Sets dma_mask to 28 bits, dma_ns to 100 ms, factorial_ns to 0, and device
 * memory to EDU_MEM_BYTES without registers that show the size, as QEMU does; the
 * caller may change them afterwards.
 */
void edu_init(struct edu *edu, const struct edu_profile *profile,
	      const struct edu_bus *bus);

/**
 * edu_memory_bytes() - get the size of the device memory
 * @edu: the device
 *
 * Return: edu.large_bytes or EDU_MEM_BYTES.
 */
uint32_t edu_memory_bytes(const struct edu *edu);

/**
 * edu_reset() - a bus reset
 * @edu: the device
 *
 * Resets the configuration space and INTx only: QEMU's edu has no reset function
 * of its own, so registers, device memory and a running DMA stay as they are. If
 * bus mastering was on, that DMA still reaches memory, as in QEMU, until the
 * command register is written.
 */
void edu_reset(struct edu *edu);

/**
 * edu_run() - end the DMA and the factorial that are due
 * @edu: the device
 * @now: the current time, in ns
 *
 * Return: the time of the next event, in ns; EDU_NEVER if none is pending.
 */
uint64_t edu_run(struct edu *edu, uint64_t now);

/**
 * edu_read() - read from BAR 0
 * @edu: the device
 * @now: the current time, in ns
 * @addr: offset into the BAR, in bytes
 * @size: size of the access, in bytes
 *
 * The caller checks whether memory decoding is on, see edu_memory_enabled().
 *
 * Return: the register's value, or all ones where no register is. The bus answers
 * 0 to a @size other than 4 or 8 and to an unaligned @addr; the device answers
 * all ones to 8 bytes below 0x80.
 */
uint64_t edu_read(struct edu *edu, uint64_t now, uint64_t addr, unsigned int size);

/**
 * edu_write() - write to BAR 0
 * @edu: the device
 * @now: the current time, in ns
 * @addr: offset into the BAR, in bytes
 * @size: size of the access, in bytes
 * @value: the value, in the lowest @size bytes
 *
 * Drops an access of which edu_read() says that bus or device refuse it.
 */
void edu_write(struct edu *edu, uint64_t now, uint64_t addr, unsigned int size,
	       uint64_t value);

/**
 * edu_config_read() - read from configuration space
 * @edu: the device
 * @addr: offset, in bytes
 * @size: 1, 2 or 4 bytes
 *
 * Return: the value; all ones for an access beyond the 256 bytes.
 */
uint32_t edu_config_read(struct edu *edu, unsigned int addr, unsigned int size);

/**
 * edu_config_write() - write to configuration space
 * @edu: the device
 * @addr: offset, in bytes; an access beyond the 256 bytes is dropped
 * @size: 1, 2 or 4 bytes
 * @value: the value, in the lowest @size bytes; read-only bits do not change
 */
void edu_config_write(struct edu *edu, unsigned int addr, unsigned int size,
		      uint32_t value);

/**
 * edu_bus_master() - may the device access memory and send messages
 * @edu: the device
 *
 * Return: the bus master bit as last written to the command register. A reset
 * clears the bit but not this: see edu_reset().
 */
bool edu_bus_master(const struct edu *edu);

/**
 * edu_memory_enabled() - is memory decoding on
 * @edu: the device
 *
 * Return: the memory bit of the command register. While it is clear, the caller
 * must not pass on accesses to BAR 0.
 */
bool edu_memory_enabled(const struct edu *edu);

/**
 * edu_msi_enabled() - does the device send interrupts by MSI
 * @edu: the device
 *
 * Return: the enable bit of the MSI capability. While it is clear, the device
 * uses INTx.
 */
bool edu_msi_enabled(const struct edu *edu);

#endif
