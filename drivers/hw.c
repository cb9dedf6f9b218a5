// SPDX-License-Identifier: GPL-2.0
/*
 * Registers to verbs: the only MMIO in the driver. For another card, this
 * file and educma_regs.h are what to replace. It knows nothing of queues.
 */
#include <linux/delay.h>
#include <linux/io-64-nonatomic-lo-hi.h>
#include <linux/iopoll.h>
#include <linux/random.h>

#include "educma.h"

#define EDUCMA_ALL_ONES		0xffffffff	/* nobody answered the read */
#define EDUCMA_SETTLE_US	2000000

static u32 hw_read(struct educma_hw *hw, u32 reg)
{
	return readl(hw->regs + reg);
}

static void hw_write(struct educma_hw *hw, u32 reg, u32 value)
{
	writel(value, hw->regs + reg);
}

/* A register that keeps its value is not written twice with the same one. */
static void hw_write_cached(struct educma_hw *hw, u32 reg, u64 *cached,
			    u64 value)
{
	if (*cached == value)
		return;
	*cached = value;
	writeq(value, hw->regs + reg);
}

/**
 * educma_hw_identify() - is this the device, and does it answer?
 * @hw: the device
 *
 * Reads the identification, then writes the liveness register and expects the
 * inverse. Context: any, memory decoding on.
 *
 * Return: 0, or -ENODEV with a line in the log.
 */
int educma_hw_identify(struct educma_hw *hw)
{
	static const u32 patterns[] = { 0x00000000, 0x5aa5c33c, 0xffffffff };
	unsigned int i;

	hw->id = hw_read(hw, EDU_REG_ID);
	if (hw->id != EDU_REG_ID_VALUE) {
		pci_err(hw->pdev, "identification is %#x, not %#x\n", hw->id,
			EDU_REG_ID_VALUE);
		return -ENODEV;
	}
	for (i = 0; i < ARRAY_SIZE(patterns); i++) {
		u32 echo;

		hw_write(hw, EDU_REG_LIVENESS, patterns[i]);
		echo = hw_read(hw, EDU_REG_LIVENESS);
		if (echo != ~patterns[i]) {
			pci_err(hw->pdev, "liveness: wrote %#x, read %#x\n",
				patterns[i], echo);
			return -ENODEV;
		}
	}
	return 0;
}

/**
 * educma_hw_settle() - wait for what an earlier driver left running
 * @hw: the device, bus mastering off
 *
 * Nothing stops a started DMA, and the registers are locked until it ends;
 * with bus mastering off it harms nobody. Then clears old interrupts.
 * Context: may sleep, up to 2 s.
 *
 * Return: 0, or -EBUSY if the DMA does not end.
 */
int educma_hw_settle(struct educma_hw *hw)
{
	u32 cmd;
	int ret;

	ret = read_poll_timeout(hw_read, cmd, !(cmd & EDU_REG_DMA_CMD_RUN),
				10000, EDUCMA_SETTLE_US, false, hw,
				EDU_REG_DMA_CMD);
	if (ret) {
		pci_err(hw->pdev, "a DMA from before does not end\n");
		return -EBUSY;
	}
	hw->src = U64_MAX;
	hw->dst = U64_MAX;
	hw->count = U64_MAX;
	educma_hw_ack(hw);
	return 0;
}

/**
 * educma_hw_start() - start one DMA; an interrupt tells when it is done
 * @hw: the device, with no DMA running
 * @dir: to the device or from it
 * @addr: bus address of the memory
 * @offset: where in the device's memory
 * @bytes: length; @offset + @bytes within the device's memory, for newer QEMU
 *	overruns its buffer and 7.2 aborts
 *
 * Context: any; the caller serialises.
 */
void educma_hw_start(struct educma_hw *hw, enum educma_dir dir,
		     dma_addr_t addr, u32 offset, u32 bytes)
{
	u64 mem = EDU_MEM_ADDR + offset;
	u32 cmd = EDU_REG_DMA_CMD_RUN | EDU_REG_DMA_CMD_IRQ;

	if (dir == EDUCMA_TO_DEVICE) {
		hw_write_cached(hw, EDU_REG_DMA_SRC, &hw->src, addr);
		hw_write_cached(hw, EDU_REG_DMA_DST, &hw->dst, mem);
	} else {
		hw_write_cached(hw, EDU_REG_DMA_SRC, &hw->src, mem);
		hw_write_cached(hw, EDU_REG_DMA_DST, &hw->dst, addr);
		cmd |= EDU_REG_DMA_CMD_FROM_DEVICE;
	}
	hw_write_cached(hw, EDU_REG_DMA_COUNT, &hw->count, bytes);
	/* writel() orders the buffer's contents before the doorbell. */
	hw_write(hw, EDU_REG_DMA_CMD, cmd);
}

static bool hw_is_master(struct educma_hw *hw)
{
	u16 command;

	pci_read_config_word(hw->pdev, PCI_COMMAND, &command);
	return command & PCI_COMMAND_MASTER;
}

/* All but the DMA's, which may be ending just now. */
static void hw_ack_others(struct educma_hw *hw)
{
	u32 status = hw_read(hw, EDU_REG_IRQ_STATUS) & ~EDU_REG_IRQ_DMA;

	if (status)
		hw_write(hw, EDU_REG_IRQ_ACK, status);
}

/**
 * educma_hw_irq() - an interrupt came while a DMA was running: is it done?
 * @hw: the device
 *
 * RUN decides, not the interrupt: while it is set, edu drops what is written
 * to the DMA registers, so an interrupt from elsewhere (register 0x60) must
 * not start another DMA. Acknowledged first, looked at then: a DMA that ends
 * in between interrupts anew. On a line of our own the status needs no
 * reading, which keeps a chunk at four MMIO accesses. An MSI shows that the
 * device is a bus master; with INTx its command register has to tell. Context:
 * hard interrupt.
 *
 * Return: enum educma_hw_event; the interrupt is acknowledged.
 */
enum educma_hw_event educma_hw_irq(struct educma_hw *hw)
{
	const bool msi = hw->pdev->msi_enabled;
	u32 status = EDU_REG_IRQ_DMA;

	if (!msi) {
		status = hw_read(hw, EDU_REG_IRQ_STATUS);
		if (status == EDUCMA_ALL_ONES)
			return EDUCMA_HW_ABSENT;
		if (!status)
			return EDUCMA_HW_NOT_OURS;
	}
	hw_write(hw, EDU_REG_IRQ_ACK, status);
	if (hw_read(hw, EDU_REG_DMA_CMD) & EDU_REG_DMA_CMD_RUN) {
		if (msi)
			hw_ack_others(hw);
		return EDUCMA_HW_SPURIOUS;
	}
	return msi || hw_is_master(hw) ? EDUCMA_HW_DONE : EDUCMA_HW_ASTRAY;
}

/**
 * educma_hw_idle_irq() - an interrupt came that announces no DMA's end
 * @hw: the device
 *
 * Context: hard interrupt.
 *
 * Return: EDUCMA_HW_SPURIOUS, acknowledged, or EDUCMA_HW_NOT_OURS.
 */
enum educma_hw_event educma_hw_idle_irq(struct educma_hw *hw)
{
	if (educma_hw_ack(hw) || hw->pdev->msi_enabled)
		return EDUCMA_HW_SPURIOUS;
	return EDUCMA_HW_NOT_OURS;
}

/**
 * educma_hw_ack() - read the pending interrupts and clear just those
 * @hw: the device
 *
 * Context: any.
 *
 * Return: EDU_REG_IRQ_* bits; 0 if there are none or the device is gone.
 */
u32 educma_hw_ack(struct educma_hw *hw)
{
	u32 status = hw_read(hw, EDU_REG_IRQ_STATUS);

	if (status == EDUCMA_ALL_ONES)
		return 0;
	if (status)
		hw_write(hw, EDU_REG_IRQ_ACK, status);
	return status;
}

/* Liveness gives back the inverse of what was written: does it today? */
static bool hw_answers(struct educma_hw *hw)
{
	const u32 pattern = get_random_u32();

	hw_write(hw, EDU_REG_LIVENESS, pattern);
	return hw_read(hw, EDU_REG_LIVENESS) == ~pattern &&
	       hw_read(hw, EDU_REG_ID) == EDU_REG_ID_VALUE;
}

/**
 * educma_hw_state() - what became of the DMA that was started?
 * @hw: the device, after educma_hw_start()
 *
 * A device that is not there reads as all ones, or as 0 on some machines
 * (QEMU's pc with memory decoding off). Without bus mastering edu reports
 * DMAs as done that moved nothing, and cannot send an MSI. Context: any; for
 * when something is wrong, for it reads configuration space.
 *
 * Return: enum educma_hw_state.
 */
enum educma_hw_state educma_hw_state(struct educma_hw *hw)
{
	const u32 cmd = hw_read(hw, EDU_REG_DMA_CMD);

	/* Asked second: a device that has just gone looks like one that runs. */
	if (!hw_answers(hw))
		return EDUCMA_HW_GONE;
	if (cmd & EDU_REG_DMA_CMD_RUN)
		return EDUCMA_HW_RUNNING;
	if (!hw_is_master(hw))
		return EDUCMA_HW_CUT_OFF;
	/* The end of a DMA leaves its mark, whether or not the interrupt came. */
	if (!(hw_read(hw, EDU_REG_IRQ_STATUS) & EDU_REG_IRQ_DMA))
		return EDUCMA_HW_DEAF;
	return EDUCMA_HW_IDLE;
}

/**
 * educma_hw_disconnect() - keep the device from memory, whatever it does
 * @hw: the device
 *
 * Clears bus mastering, the only thing that stops edu's DMA from reading or
 * writing memory, and lowers an INTx that nobody can acknowledge any more.
 * Writes the register in any case: after a bus reset it reads 0, but QEMU's
 * devices reach memory until it is written. Context: any.
 */
void educma_hw_disconnect(struct educma_hw *hw)
{
	u16 command;

	pci_read_config_word(hw->pdev, PCI_COMMAND, &command);
	command &= ~PCI_COMMAND_MASTER;
	command |= PCI_COMMAND_INTX_DISABLE;
	pci_write_config_word(hw->pdev, PCI_COMMAND, command);
	pci_clear_master(hw->pdev);
}

/**
 * educma_hw_connect() - let the device reach memory, and interrupt
 * @hw: the device, idle
 *
 * Context: any.
 */
void educma_hw_connect(struct educma_hw *hw)
{
	pci_set_master(hw->pdev);
	if (!hw->pdev->msi_enabled)
		pci_intx(hw->pdev, 1);
}

/* Those that can be read; none changes by that. */
static const struct hw_register {
	const char *name;
	u32 reg;
	bool wide;
} hw_registers[] = {
	{ "identification", EDU_REG_ID, false },
	{ "liveness", EDU_REG_LIVENESS, false },
	{ "factorial", EDU_REG_FACTORIAL, false },
	{ "status", EDU_REG_STATUS, false },
	{ "irq_status", EDU_REG_IRQ_STATUS, false },
	{ "dma_src", EDU_REG_DMA_SRC, true },
	{ "dma_dst", EDU_REG_DMA_DST, true },
	{ "dma_count", EDU_REG_DMA_COUNT, true },
	{ "dma_cmd", EDU_REG_DMA_CMD, true },
};

/**
 * educma_hw_dump() - one register, for people
 * @hw: the device
 * @seq: where to
 * @index: which, from 0
 *
 * All ones, or 0, where the device does not answer. Context: any.
 *
 * Return: false if there is no register of this number.
 */
bool educma_hw_dump(struct educma_hw *hw, struct seq_file *seq,
		    unsigned int index)
{
	const struct hw_register *r = &hw_registers[index];

	if (index >= ARRAY_SIZE(hw_registers))
		return false;
	if (r->wide)
		seq_printf(seq, "%s %#018llx\n", r->name,
			   readq(hw->regs + r->reg));
	else
		seq_printf(seq, "%s %#010x\n", r->name, hw_read(hw, r->reg));
	return true;
}
