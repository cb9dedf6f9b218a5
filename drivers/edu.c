// SPDX-License-Identifier: GPL-2.0
/*
 * QEMU's edu card. All register access of the edu card is in this file; card.h
 * says what a new card needs.
 *
 * A chunk is only reported as done on evidence that belongs to this chunk. A PCI
 * function may not respond for a moment, for example while memory decoding is
 * disabled or BAR 0 is moved: then reads return 0 or all ones, and writes are
 * lost. Bus mastering may also be disabled for a moment: then edu ends its DMAs
 * as usual, but no byte is moved. The evidence:
 *
 * Before the command: each DMA register that is written is read back. If it does
 *	not hold the new value, no command is written. So no DMA starts with the
 *	address of an earlier chunk, whose memory may have been freed.
 * The command was executed, and the DMA has ended: the command register holds
 *	exactly what was written, with RUN clear. Each command has another
 *	number in the upper bits, which edu keeps and does not use
 *	(tests/conformance checks this on QEMU 7.2, 10.0 and 11.1).
 * The DMA had bus mastering: with MSI the interrupt is the evidence, because a
 *	function without bus mastering cannot send it, and edu moves the data
 *	and sends the interrupt in one step. With INTx the command register of
 *	configuration space is read. If bus mastering is enabled again between
 *	the DMA and this read, its loss is not seen.
 * Without an interrupt there is no evidence of bus mastering. The engine repeats
 *	such a chunk, and never counts it as done.
 *
 * A device that was idle may have been reset meanwhile. Therefore the DMA command
 * register is read before the first chunk, and if it does not hold the last
 * command, all DMA registers are written again.
 *
 * With MSI one case is not seen: a chunk ends without bus mastering, and then an
 * interrupt arrives that is not its own. This is the interrupt of an earlier
 * chunk, later than the watchdog's time limit, or one that was raised by a write
 * to register 0x60.
 */
#include <linux/delay.h>
#include <linux/io-64-nonatomic-lo-hi.h>
#include <linux/iopoll.h>
#include <linux/log2.h>
#include <linux/minmax.h>
#include <linux/pci.h>
#include <linux/random.h>
#include <linux/seq_file.h>
#include <linux/sizes.h>

#include "cards.h"
#include "educma_regs.h"

/*
 * The time limit of a DMA, which takes 100 ms. The watchdog acts between this
 * time and twice this time: "2 to 4 s" in drivers/README.md. The guest tests
 * have this limit as dma_timeout in tests/guest/lib/lib.sh.
 */
#define EDU_TIMEOUT_MS		2000
#define EDU_ALL_ONES		0xffffffff	/* the device did not respond */
#define EDU_CMD_NUMBER_ONE	0x8		/* the lowest unused bit of the command */

/**
 * struct edu - one edu card
 * @hw: the members of all cards
 * @src: the value that EDU_REG_DMA_SRC held when it was read last; the device
 *	keeps it between DMAs. U64_MAX: unknown
 * @dst: as @src, for EDU_REG_DMA_DST
 * @count: as @src, for EDU_REG_DMA_COUNT
 * @cmd: the last command: written to EDU_REG_DMA_CMD, unless a register before
 *	it did not hold its value
 * @heard: the value that EDU_REG_DMA_CMD held before that command
 */
struct edu {
	struct educma_hw hw;
	u64 src;
	u64 dst;
	u64 count;
	u32 cmd;
	u32 heard;
};

static struct edu *to_edu(struct educma_hw *hw)
{
	return container_of(hw, struct edu, hw);
}

static u32 edu_read(struct edu *edu, u32 reg)
{
	return readl(edu->hw.regs + reg);
}

/* edu has no register at @reg + 4, so two reads of 4 bytes do not work. */
static u64 edu_read_wide(struct edu *edu, u32 reg)
{
	if (IS_ENABLED(CONFIG_64BIT))
		return readq(edu->hw.regs + reg);
	return edu_read(edu, reg);
}

static void edu_write(struct edu *edu, u32 reg, u32 value)
{
	writel(value, edu->hw.regs + reg);
}

/* The contents of the DMA registers are unknown: write all of them next time. */
static void edu_forget(struct edu *edu)
{
	edu->src = U64_MAX;
	edu->dst = U64_MAX;
	edu->count = U64_MAX;
}

/*
 * Write a DMA register and read it back, unless it already holds the value.
 *
 * Return: whether the register holds the value.
 */
static bool edu_set(struct edu *edu, u32 reg, u64 *held, u64 value)
{
	if (*held == value)
		return true;
	writeq(value, edu->hw.regs + reg);
	if (edu_read_wide(edu, reg) != value) {
		edu_forget(edu);
		return false;
	}
	*held = value;
	return true;
}

/*
 * The size that the device names. Without the magic number it is 4 KiB, which all
 * devices have: QEMU's edu reads as all ones there, and a device that does not
 * respond reads as 0 or all ones.
 */
static u32 edu_memory_bytes(struct edu *edu)
{
	if (edu_read(edu, EDU_REG_MEM_MAGIC) != EDU_REG_MEM_MAGIC_VALUE)
		return EDU_MEM_BYTES;
	return edu_read(edu, EDU_REG_MEM_SIZE);
}

/*
 * The default of QEMU's edu leaves out the last byte, see EDU_MEM_SAFE_BYTES.
 * Chunks of more than 1 MiB gain little, and delay the next client's chunk.
 */
static u32 edu_default_chunk(u32 memory_bytes)
{
	if (memory_bytes == EDU_MEM_BYTES)
		return EDU_MEM_SAFE_BYTES;
	return min_t(u32, memory_bytes, SZ_1M);
}

/*
 * A DMA beyond the end of the memory would overwrite other memory of the device,
 * in QEMU's case of QEMU. So a size that the registers cannot have is refused, and
 * so is a smaller size than the first one, for which chunks may be queued.
 */
static int edu_find_memory(struct edu *edu)
{
	const u32 bytes = edu_memory_bytes(edu);
	struct educma_hw *hw = &edu->hw;

	if (bytes < EDU_MEM_BYTES || bytes > EDU_MEM_BYTES_MAX ||
	    !is_power_of_2(bytes)) {
		dev_err(hw->dev, "size of device memory is %u, not a power of two from %u to %u\n",
			bytes, EDU_MEM_BYTES, EDU_MEM_BYTES_MAX);
		return -ENODEV;
	}
	if (bytes < hw->memory_bytes) {
		dev_err(hw->dev, "device memory has shrunk from %u to %u bytes\n",
			hw->memory_bytes, bytes);
		return -ENODEV;
	}
	if (hw->memory_bytes)
		return 0;
	hw->memory_bytes = bytes;
	hw->chunk_bytes = edu_default_chunk(bytes);
	hw->chunk_bytes_max = bytes;
	return 0;
}

/*
 * The liveness register must return the inverse of each value written to it. The
 * size of the memory is read before that: the device responds before the size is
 * read, and after.
 */
static int edu_identify(struct educma_hw *hw)
{
	static const u32 patterns[] = { 0x00000000, 0x5aa5c33c, 0xffffffff };
	struct edu *edu = to_edu(hw);
	unsigned int i;
	int ret;

	hw->id = edu_read(edu, EDU_REG_ID);
	if (hw->id != EDU_REG_ID_VALUE) {
		dev_err(hw->dev, "identification is %#x, not %#x\n", hw->id,
			EDU_REG_ID_VALUE);
		return -ENODEV;
	}
	ret = edu_find_memory(edu);
	if (ret)
		return ret;
	for (i = 0; i < ARRAY_SIZE(patterns); i++) {
		u32 echo;

		edu_write(edu, EDU_REG_LIVENESS, patterns[i]);
		echo = edu_read(edu, EDU_REG_LIVENESS);
		if (echo != ~patterns[i]) {
			dev_err(hw->dev, "liveness: wrote %#x, read %#x\n",
				patterns[i], echo);
			return -ENODEV;
		}
	}
	return 0;
}

/* Acknowledge the pending interrupts, and no others. Returns them. */
static u32 edu_ack(struct edu *edu)
{
	u32 status = edu_read(edu, EDU_REG_IRQ_STATUS);

	if (status == EDU_ALL_ONES)
		return 0;
	if (status)
		edu_write(edu, EDU_REG_IRQ_ACK, status);
	return status;
}

static void edu_quiet(struct educma_hw *hw)
{
	edu_ack(to_edu(hw));
}

/* Whether the device responds: test its liveness and identification registers. */
static bool edu_answers(struct edu *edu)
{
	const u32 pattern = get_random_u32();

	edu_write(edu, EDU_REG_LIVENESS, pattern);
	return edu_read(edu, EDU_REG_LIVENESS) == ~pattern &&
	       edu_read(edu, EDU_REG_ID) == EDU_REG_ID_VALUE;
}

/*
 * A running DMA cannot be stopped, and edu ignores writes to the DMA registers
 * until it ends. The device must respond before and after the read that shows
 * that RUN is clear, because a device that does not respond may read as 0.
 */
static int edu_settle(struct educma_hw *hw)
{
	struct edu *edu = to_edu(hw);
	u32 cmd;
	int ret;

	ret = read_poll_timeout(edu_read, cmd, !(cmd & EDU_REG_DMA_CMD_RUN),
				10000, EDU_TIMEOUT_MS * USEC_PER_MSEC, false, edu,
				EDU_REG_DMA_CMD);
	if (!ret && edu_answers(edu))
		cmd = edu_read(edu, EDU_REG_DMA_CMD);
	else
		cmd = EDU_REG_DMA_CMD_RUN;
	if ((cmd & EDU_REG_DMA_CMD_RUN) || !edu_answers(edu)) {
		dev_err(hw->dev, "an earlier DMA does not end\n");
		return -EBUSY;
	}
	edu_forget(edu);
	/* The next command's number follows that of the last command. */
	edu->heard = cmd;
	edu->cmd = cmd;
	edu_ack(edu);
	return 0;
}

/* A device that does not hold the last command was reset. */
static void edu_wake(struct educma_hw *hw)
{
	struct edu *edu = to_edu(hw);

	if (edu_read(edu, EDU_REG_DMA_CMD) != edu->heard)
		edu_forget(edu);
}

/* The next command to the device, whose number differs from the last command's. */
static u32 edu_next_cmd(const struct edu *edu)
{
	const u32 number = (edu->cmd & EDU_REG_DMA_CMD_UNUSED) + EDU_CMD_NUMBER_ONE;

	return number | EDU_REG_DMA_CMD_RUN | EDU_REG_DMA_CMD_IRQ;
}

/*
 * The engine makes sure that the chunk fits the device's memory; otherwise QEMU
 * 7.2 would abort, and newer versions would overrun their buffer. If a register
 * does not hold its value, no DMA is started, and no interrupt is raised.
 */
static void edu_start(struct educma_hw *hw, const struct educma_chunk *chunk)
{
	struct edu *edu = to_edu(hw);
	u64 src, dst;

	if (unlikely(hw->intx_masked))
		educma_hw_unmask_intx(hw);
	src = chunk->src;
	dst = chunk->dst;
	edu->cmd = edu_next_cmd(edu);
	if (chunk->dir == EDUCMA_FROM_DEVICE) {
		src += EDU_MEM_ADDR;
		edu->cmd |= EDU_REG_DMA_CMD_FROM_DEVICE;
	} else {
		dst += EDU_MEM_ADDR;
	}
	if (!edu_set(edu, EDU_REG_DMA_SRC, &edu->src, src) ||
	    !edu_set(edu, EDU_REG_DMA_DST, &edu->dst, dst) ||
	    !edu_set(edu, EDU_REG_DMA_COUNT, &edu->count, chunk->bytes))
		return;
	/* writel() orders the buffer's contents before the command. */
	edu_write(edu, EDU_REG_DMA_CMD, edu->cmd);
}

/* The value of the DMA command register when the last DMA has ended. */
static u32 edu_ended_cmd(const struct edu *edu)
{
	return edu->cmd & ~EDU_REG_DMA_CMD_RUN;
}

/* Whether the device responded with an interrupt status that raises INTx. */
static bool edu_is_raised(u32 status)
{
	return status && status != EDU_ALL_ONES;
}

/*
 * The shared line was raised: acknowledge the interrupt if it is this device's.
 * If the device does not respond, its registers can neither say that nor lower
 * the line. Configuration space can do both.
 *
 * Return: EDUCMA_HW_NOT_OURS, EDUCMA_HW_NO_RESPONSE (INTx is disabled until
 * the next start), or EDUCMA_HW_RUNNING (acknowledged).
 */
static enum educma_hw_state edu_ack_intx(struct edu *edu)
{
	u32 status = edu_read(edu, EDU_REG_IRQ_STATUS);

	if (!edu_is_raised(status)) {
		if (!educma_hw_mask_intx(&edu->hw))
			return EDUCMA_HW_NOT_OURS;
		/* The device may have raised the line after that read. */
		status = edu_read(edu, EDU_REG_IRQ_STATUS);
		if (!edu_is_raised(status))
			return EDUCMA_HW_NO_RESPONSE;
		educma_hw_unmask_intx(&edu->hw);
	}
	edu_write(edu, EDU_REG_IRQ_ACK, status);
	return EDUCMA_HW_RUNNING;
}

/* The state of the DMA while the device responds; without a look at bus mastering. */
static enum educma_hw_state edu_dma_state(struct edu *edu)
{
	const u32 cmd = edu_read(edu, EDU_REG_DMA_CMD);

	if (likely(cmd == edu_ended_cmd(edu))) {
		edu->heard = cmd;
		return EDUCMA_HW_ENDED;
	}
	return cmd == edu->cmd ? EDUCMA_HW_RUNNING : EDUCMA_HW_NO_RESPONSE;
}

/*
 * The interrupt is acknowledged before the DMA command register is read, so that a
 * DMA that ends in between raises a new one.
 */
static enum educma_hw_state edu_intx(struct edu *edu)
{
	enum educma_hw_state state = edu_ack_intx(edu);

	if (state != EDUCMA_HW_RUNNING)
		return state;
	state = edu_dma_state(edu);
	if (state == EDUCMA_HW_ENDED && !educma_hw_is_master(&edu->hw))
		return EDUCMA_HW_NO_BUS_MASTER;
	return state;
}

/*
 * An interrupt alone proves nothing: a write to register 0x60 raises one, and
 * that of an earlier chunk may be late. With MSI the interrupt status is neither
 * read nor acknowledged, because edu sends a message at the end of each DMA
 * whatever the status is. This saves MMIO accesses: only one is left here.
 */
static enum educma_hw_state edu_irq(struct educma_hw *hw)
{
	struct edu *edu = to_edu(hw);

	return likely(hw->own_irq) ? edu_dma_state(edu) : edu_intx(edu);
}

static bool edu_idle_irq(struct educma_hw *hw)
{
	struct edu *edu = to_edu(hw);

	if (!hw->own_irq)
		return edu_ack_intx(edu) != EDUCMA_HW_NOT_OURS;
	edu_ack(edu);
	return true;
}

/* Whether the DMA registers still hold the values of the last DMA. */
static bool edu_holds_registers(struct edu *edu)
{
	return edu_read_wide(edu, EDU_REG_DMA_SRC) == edu->src &&
	       edu_read_wide(edu, EDU_REG_DMA_DST) == edu->dst &&
	       edu_read_wide(edu, EDU_REG_DMA_COUNT) == edu->count;
}

static enum educma_hw_state edu_state(struct educma_hw *hw)
{
	struct edu *edu = to_edu(hw);
	u32 cmd;

	/* The read between these two tests is valid, for the device responds. */
	if (!edu_answers(edu))
		return EDUCMA_HW_NO_RESPONSE;
	cmd = edu_read(edu, EDU_REG_DMA_CMD);
	if (!edu_answers(edu))
		return EDUCMA_HW_NO_RESPONSE;
	if (cmd == edu->cmd)
		return EDUCMA_HW_RUNNING;
	if (!educma_hw_is_master(hw))
		return EDUCMA_HW_NO_BUS_MASTER;
	if (cmd == edu_ended_cmd(edu) && edu_holds_registers(edu)) {
		edu->heard = cmd;
		return EDUCMA_HW_ENDED;
	}
	return cmd == edu->heard ? EDUCMA_HW_NOT_STARTED : EDUCMA_HW_LOST_STATE;
}

/* The registers that can be read without a side effect. */
static const struct edu_register {
	const char *name;
	u32 reg;
	bool wide;
} edu_registers[] = {
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

static bool edu_dump(struct educma_hw *hw, struct seq_file *seq,
		     unsigned int index)
{
	const struct edu_register *r = &edu_registers[index];
	struct edu *edu = to_edu(hw);

	if (index >= ARRAY_SIZE(edu_registers))
		return false;
	if (r->wide)
		seq_printf(seq, "%s %#018llx\n", r->name,
			   edu_read_wide(edu, r->reg));
	else
		seq_printf(seq, "%s %#010x\n", r->name, edu_read(edu, r->reg));
	return true;
}

const struct educma_card educma_edu = {
	.name = "edu",
	.hw_bytes = sizeof(struct edu),
	.bar = EDU_BAR,
	.bar_bytes = EDU_BAR_BYTES,
	.chunk_bytes_max = EDU_MEM_BYTES_MAX,
	.dma_bits = EDU_DMA_BITS,
	.timeout_ms = EDU_TIMEOUT_MS,
	.identify = edu_identify,
	.settle = edu_settle,
	.wake = edu_wake,
	.start = edu_start,
	.irq = edu_irq,
	.idle_irq = edu_idle_irq,
	.quiet = edu_quiet,
	.state = edu_state,
	.abort = educma_hw_disconnect,
	.dump = edu_dump,
};
