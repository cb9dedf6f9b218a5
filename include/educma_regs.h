/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * Register map of QEMU's edu device (PCI 1234:11e8, revision 0x10).
 *
 * Source of every fact here: QEMU's docs/specs/edu.rst and hw/misc/edu.c,
 * checked against QEMU 7.2 unless a line names another version. Plain
 * numbers only, for the driver, the device model and the tests share it.
 */
#ifndef EDUCMA_REGS_H
#define EDUCMA_REGS_H

#define EDU_VENDOR_ID			0x1234
#define EDU_DEVICE_ID			0x11e8
#define EDU_REVISION			0x10

/* BAR 0: 1 MiB of MMIO; 4-byte accesses below 0x80, 4 or 8 bytes from there */
#define EDU_BAR				0
#define EDU_BAR_BYTES			0x100000

#define EDU_REG_ID			0x00	/* read-only */
#define EDU_REG_ID_VALUE		0x010000ed	/* 0xRRrr00ed */
#define EDU_REG_LIVENESS		0x04	/* reads ~(last value written) */
#define EDU_REG_FACTORIAL		0x08
#define EDU_REG_STATUS			0x20
#define EDU_REG_STATUS_COMPUTING	0x01
#define EDU_REG_STATUS_IRQFACT		0x80
#define EDU_REG_IRQ_STATUS		0x24	/* read-only */
#define EDU_REG_IRQ_RAISE		0x60	/* write-only: ORs into the status */
#define EDU_REG_IRQ_ACK			0x64	/* write-only: clears these bits */
#define EDU_REG_IRQ_FACT		0x00000001
#define EDU_REG_IRQ_DMA			0x00000100

/* Writes to the DMA registers are dropped while EDU_REG_DMA_CMD_RUN is set. */
#define EDU_REG_DMA_SRC			0x80	/* 64 bits */
#define EDU_REG_DMA_DST			0x88	/* 64 bits */
#define EDU_REG_DMA_COUNT		0x90	/* 64 bits, bytes */
#define EDU_REG_DMA_CMD			0x98
#define EDU_REG_DMA_CMD_RUN		0x01	/* clears itself when done */
#define EDU_REG_DMA_CMD_FROM_DEVICE	0x02	/* else to the device */
#define EDU_REG_DMA_CMD_IRQ		0x04	/* raise EDU_REG_IRQ_DMA when done */
#define EDU_REG_DMA_CMD_UNUSED		0xfffffff8	/* kept as written, no effect */

/*
 * The device's own memory, as a DMA address. QEMU 7.2 aborts the virtual
 * machine on a DMA that touches the last byte (fixed about 9.1), and newer
 * versions log an overlong DMA and then run past the end of the buffer:
 * never exceed EDU_MEM_BYTES, and by default not EDU_MEM_SAFE_BYTES.
 */
#define EDU_MEM_ADDR			0x40000
#define EDU_MEM_BYTES			4096
#define EDU_MEM_SAFE_BYTES		4095

/* A DMA takes this long, whatever its length; QEMU rounds to 1 ms. */
#define EDU_DMA_NS			100000000ULL

/*
 * Address bits the device decodes unless QEMU is told otherwise (property
 * dma_mask). The rest is dropped without a word; no register shows it.
 */
#define EDU_DMA_BITS			28

#endif
