// SPDX-License-Identifier: GPL-2.0
/*
 * All register access of the edu card. This file knows nothing of queues.
 *
 * A transfer may only be reported as a success on evidence that belongs to the
 * chunk in question. A PCI function can stop answering for a moment, for
 * example because somebody clears memory decoding or moves BAR 0: then reads
 * give 0 or all ones, and writes are lost. It can also lose bus mastering for
 * a moment: then edu ends its DMAs as always, but no byte moves. The evidence:
 *
 * Before the doorbell: a DMA register that was written is read back. If it does
 *	not hold the new value, the doorbell is not rung. So no DMA starts with
 *	the address of an earlier chunk, whose memory may have been freed.
 * The doorbell was heard, and the DMA has ended: the command register holds
 *	exactly what this doorbell wrote, with RUN clear. Each doorbell writes a
 *	different number into the upper bits, which edu keeps and does not use
 *	(tests/conformance writes and reads them on QEMU 7.2, 10.0 and 11.1).
 * The DMA had bus mastering: with MSI the interrupt itself is the evidence,
 *	for a function without bus mastering cannot send one, and edu moves
 *	the data and sends the interrupt in one step. With INTx the command
 *	register of configuration space is read; a loss of bus mastering that
 *	ends between the DMA and this read cannot be seen.
 * Without an interrupt nothing shows that there was bus mastering. So the
 *	engine repeats such a chunk; it never counts it as done.
 *
 * One case cannot be seen with MSI: a chunk ends without bus mastering, and a
 * message of an earlier chunk, late by the watchdog's time, arrives after that.
 */
#include <linux/delay.h>
#include <linux/io-64-nonatomic-lo-hi.h>
#include <linux/iopoll.h>
#include <linux/random.h>

#include "educma.h"

#define EDUCMA_ALL_ONES		0xffffffff	/* nobody answered the read */
#define EDUCMA_SETTLE_US	2000000
#define EDU_CMD_NUMBER_ONE	0x8		/* the lowest unused bit of the command */

static u32 hw_read(struct educma_hw *hw, u32 reg)
{
	return readl(hw->regs + reg);
}

static void hw_write(struct educma_hw *hw, u32 reg, u32 value)
{
	writel(value, hw->regs + reg);
}

/* Whether a read can be the value of a register that is never 0. */
static bool hw_is_sane(u32 value)
{
	return value && value != EDUCMA_ALL_ONES;
}

/* The DMA registers may hold anything: write all of them next time. */
static void hw_forget(struct educma_hw *hw)
{
	hw->src = U64_MAX;
	hw->dst = U64_MAX;
	hw->count = U64_MAX;
}

/*
 * Write a DMA register, unless it already holds the value, and read it back.
 * Return whether the device holds the value.
 */
static bool hw_set(struct educma_hw *hw, u32 reg, u64 *held, u64 value)
{
	if (*held == value)
		return true;
	writeq(value, hw->regs + reg);
	if (readq(hw->regs + reg) != value) {
		hw_forget(hw);
		return false;
	}
	*held = value;
	return true;
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
	hw_forget(hw);
	/* The numbers go on from the last one that the device has seen. */
	hw->heard = cmd;
	hw->cmd = cmd;
	educma_hw_ack(hw);
	return 0;
}

static void hw_unmask_intx(struct educma_hw *hw)
{
	hw->intx_masked = false;
	pci_intx(hw->pdev, 1);
}

/* The next doorbell's value: its number differs from the last one's. */
static u32 hw_next_cmd(const struct educma_hw *hw, enum educma_dir dir)
{
	const u32 number = (hw->cmd & EDU_REG_DMA_CMD_UNUSED) + EDU_CMD_NUMBER_ONE;

	return number | EDU_REG_DMA_CMD_RUN | EDU_REG_DMA_CMD_IRQ |
	       (dir == EDUCMA_FROM_DEVICE ? EDU_REG_DMA_CMD_FROM_DEVICE : 0);
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
 * When the device does not take an address, no DMA starts and no interrupt
 * comes; educma_hw_state() then says EDUCMA_HW_NOT_STARTED. Context: any; the
 * caller serialises.
 */
void educma_hw_start(struct educma_hw *hw, enum educma_dir dir,
		     dma_addr_t addr, u32 offset, u32 bytes)
{
	const u64 mem = EDU_MEM_ADDR + offset;
	const u64 src = dir == EDUCMA_TO_DEVICE ? addr : mem;
	const u64 dst = dir == EDUCMA_TO_DEVICE ? mem : addr;

	hw->cmd = hw_next_cmd(hw, dir);
	if (unlikely(hw->intx_masked))
		hw_unmask_intx(hw);
	if (!hw_set(hw, EDU_REG_DMA_SRC, &hw->src, src) ||
	    !hw_set(hw, EDU_REG_DMA_DST, &hw->dst, dst) ||
	    !hw_set(hw, EDU_REG_DMA_COUNT, &hw->count, bytes))
		return;
	/* writel() orders the buffer's contents before the doorbell. */
	hw_write(hw, EDU_REG_DMA_CMD, hw->cmd);
}

static bool hw_is_master(struct educma_hw *hw)
{
	u16 command;

	pci_read_config_word(hw->pdev, PCI_COMMAND, &command);
	return command & PCI_COMMAND_MASTER;
}

/* What the command register reads when the last doorbell's DMA has ended. */
static u32 hw_ended_cmd(const struct educma_hw *hw)
{
	return hw->cmd & ~EDU_REG_DMA_CMD_RUN;
}

/*
 * An interrupt came on the shared line: acknowledge it if it is this device's.
 *
 * A device that does not answer cannot be asked by a register, and cannot be
 * told to lower the line either. But configuration space shows whether it
 * raises the line, and can disable it there. Otherwise the interrupt would
 * come again at once, until the kernel disables the line for everybody.
 *
 * Return: EDUCMA_HW_NOT_OURS, EDUCMA_HW_NO_RESPONSE (INTx is disabled until
 * the next start), or EDUCMA_HW_RUNNING (acknowledged).
 */
static enum educma_hw_state hw_ack_intx(struct educma_hw *hw)
{
	u32 status = hw_read(hw, EDU_REG_IRQ_STATUS);

	if (!hw_is_sane(status)) {
		if (!pci_check_and_mask_intx(hw->pdev))
			return EDUCMA_HW_NOT_OURS;
		hw->intx_masked = true;
		/* The device may have raised the line after the first read. */
		status = hw_read(hw, EDU_REG_IRQ_STATUS);
		if (!hw_is_sane(status))
			return EDUCMA_HW_NO_RESPONSE;
		hw_unmask_intx(hw);
	}
	hw_write(hw, EDU_REG_IRQ_ACK, status);
	return EDUCMA_HW_RUNNING;
}

/**
 * educma_hw_irq() - an interrupt came while a DMA was started: has it ended?
 * @hw: the device
 *
 * An interrupt alone proves nothing: anybody can raise one through register
 * 0x60, and an earlier chunk's may be late. With INTx the interrupt is
 * acknowledged before the command register is read, so that a DMA that ends in
 * between raises a new one. With MSI the interrupt status is neither read nor
 * acknowledged: edu sends a message at the end of each DMA, whatever the status
 * holds. That leaves one MMIO read here. Context: hard interrupt.
 *
 * Return: EDUCMA_HW_ENDED (on evidence), EDUCMA_HW_RUNNING,
 * EDUCMA_HW_NO_BUS_MASTER (it has ended, and nothing has moved),
 * EDUCMA_HW_NOT_OURS, or EDUCMA_HW_NO_RESPONSE: what the device says cannot be
 * right, or not of this DMA; look again later, with educma_hw_state().
 */
enum educma_hw_state educma_hw_irq(struct educma_hw *hw)
{
	const bool msi = hw->pdev->msi_enabled;
	u32 cmd;

	if (!msi) {
		enum educma_hw_state state = hw_ack_intx(hw);

		if (state != EDUCMA_HW_RUNNING)
			return state;
	}
	cmd = hw_read(hw, EDU_REG_DMA_CMD);
	if (likely(cmd == hw_ended_cmd(hw))) {
		hw->heard = cmd;
		return msi || hw_is_master(hw) ? EDUCMA_HW_ENDED :
						 EDUCMA_HW_NO_BUS_MASTER;
	}
	return cmd == hw->cmd ? EDUCMA_HW_RUNNING : EDUCMA_HW_NO_RESPONSE;
}

/**
 * educma_hw_idle_irq() - an interrupt came while no DMA was started
 * @hw: the device
 *
 * Context: hard interrupt.
 *
 * Return: whether it was this device's; it is acknowledged, or masked.
 */
bool educma_hw_idle_irq(struct educma_hw *hw)
{
	if (!hw->pdev->msi_enabled)
		return hw_ack_intx(hw) != EDUCMA_HW_NOT_OURS;
	educma_hw_ack(hw);
	return true;
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

/* Whether the device still holds what the DMA was started with. */
static bool hw_holds_registers(struct educma_hw *hw)
{
	return readq(hw->regs + EDU_REG_DMA_SRC) == hw->src &&
	       readq(hw->regs + EDU_REG_DMA_DST) == hw->dst &&
	       readq(hw->regs + EDU_REG_DMA_COUNT) == hw->count;
}

/**
 * educma_hw_state() - what became of the DMA that was started?
 * @hw: the device, after educma_hw_start()
 *
 * For when no interrupt came. Reads configuration space. Context: any; the
 * caller serialises.
 *
 * Return: EDUCMA_HW_RUNNING; EDUCMA_HW_ENDED (the DMA has ended, but nothing
 * shows that it had bus mastering); EDUCMA_HW_NOT_STARTED (the device has not
 * heard the doorbell, and is as it was before); EDUCMA_HW_NO_BUS_MASTER;
 * EDUCMA_HW_NO_RESPONSE; or EDUCMA_HW_LOST_STATE (the device answers, but does
 * not hold what it was told).
 */
enum educma_hw_state educma_hw_state(struct educma_hw *hw)
{
	const u32 cmd = hw_read(hw, EDU_REG_DMA_CMD);

	/* After reading CMD: all ones of an absent device look like RUN. */
	if (!hw_answers(hw))
		return EDUCMA_HW_NO_RESPONSE;
	if (cmd == hw->cmd)
		return EDUCMA_HW_RUNNING;
	if (!hw_is_master(hw))
		return EDUCMA_HW_NO_BUS_MASTER;
	if (cmd == hw_ended_cmd(hw) && hw_holds_registers(hw)) {
		hw->heard = cmd;
		return EDUCMA_HW_ENDED;
	}
	return cmd == hw->heard ? EDUCMA_HW_NOT_STARTED : EDUCMA_HW_LOST_STATE;
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
		hw_unmask_intx(hw);
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
