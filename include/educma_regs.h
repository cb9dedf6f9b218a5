/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * Register map of QEMU's edu device (PCI 1234:11e8, revision 0x10).
 *
 * Source of every fact here: QEMU's docs/specs/edu.rst and hw/misc/edu.c, checked
 * against QEMU 7.2 unless a line names another version. The driver, the device
 * model and the tests share this file, so it contains numbers only.
 */
#ifndef EDUCMA_REGS_H
#define EDUCMA_REGS_H

#define EDU_VENDOR_ID			0x1234
#define EDU_DEVICE_ID			0x11e8
#define EDU_REVISION			0x10

/* BAR 0: 1 MiB of MMIO. Accesses have 4 bytes below 0x80, 4 or 8 bytes from there. */
#define EDU_BAR				0
#define EDU_BAR_BYTES			0x100000

#define EDU_REG_ID			0x00	/* read-only */
#define EDU_REG_ID_VALUE		0x010000ed	/* 0xRRrr00ed: version RR.rr */
#define EDU_REG_LIVENESS		0x04	/* reads as ~(last value written) */
#define EDU_REG_FACTORIAL		0x08	/* write n; reads as n! when computed */
#define EDU_REG_STATUS			0x20
#define EDU_REG_STATUS_COMPUTING	0x01	/* read-only: n! is being computed */
#define EDU_REG_STATUS_IRQFACT		0x80	/* raise EDU_REG_IRQ_FACT when done */
#define EDU_REG_IRQ_STATUS		0x24	/* read-only */
#define EDU_REG_IRQ_RAISE		0x60	/* write-only: sets these bits in the status */
#define EDU_REG_IRQ_ACK			0x64	/* write-only: clears these bits in the status */
#define EDU_REG_IRQ_FACT		0x00000001
#define EDU_REG_IRQ_DMA			0x00000100

/* Writes to the DMA registers are dropped while EDU_REG_DMA_CMD_RUN is set. */
#define EDU_REG_DMA_SRC			0x80	/* 64 bits: source address */
#define EDU_REG_DMA_DST			0x88	/* 64 bits: destination address */
#define EDU_REG_DMA_COUNT		0x90	/* 64 bits: length in bytes */
#define EDU_REG_DMA_CMD			0x98
#define EDU_REG_DMA_CMD_RUN		0x01	/* start; reads as 1 until the DMA is done */
#define EDU_REG_DMA_CMD_FROM_DEVICE	0x02	/* direction; 0: to the device */
#define EDU_REG_DMA_CMD_IRQ		0x04	/* raise EDU_REG_IRQ_DMA when done */
#define EDU_REG_DMA_CMD_UNUSED		0xfffffff8	/* reads as written, no effect */

/*
 * The device's own memory, and its address in the DMA registers. QEMU 7.2 aborts
 * on a DMA that touches the last byte (fixed about 9.1). On a DMA beyond the last
 * byte, newer versions write a log message and run past the end of their buffer.
 * A DMA must never exceed EDU_MEM_BYTES, and by default not EDU_MEM_SAFE_BYTES.
 */
#define EDU_MEM_ADDR			0x40000
#define EDU_MEM_BYTES			4096
#define EDU_MEM_SAFE_BYTES		4095

/*
 * The size of that memory, on a device that has more of it. These registers are
 * not QEMU's: educma-sim has them with its option --memory (firmware-sim). QEMU's
 * edu has no register there, and reads as all ones; tests/conformance checks this
 * on QEMU 7.2, 10.0 and 11.1. A device whose magic number is another one has
 * EDU_MEM_BYTES. With the right one the size is a power of two, from
 * EDU_MEM_BYTES to EDU_MEM_BYTES_MAX, and with more than EDU_MEM_BYTES one DMA
 * may take all of the memory, on any version.
 */
#define EDU_REG_MEM_MAGIC		0xff000	/* read-only */
#define EDU_REG_MEM_MAGIC_VALUE		0x4d756465	/* "eduM" in memory order */
#define EDU_REG_MEM_SIZE		0xff004	/* read-only: bytes */
#define EDU_MEM_BYTES_MAX		0x1000000

/* Duration of a DMA of any length, in ns; QEMU's timer rounds it to 1 ms. */
#define EDU_DMA_NS			100000000ULL

/*
 * Address bits that the device decodes, unless QEMU's property dma_mask changes
 * it. Higher bits are ignored without an error, and no register shows the mask.
 */
#define EDU_DMA_BITS			28

#endif
