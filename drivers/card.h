/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What differs from card to card, and what the engine asks of each. A new card
 * is one struct educma_card in a file of its own, and a line in pci.c's table
 * of PCI IDs.
 */
#ifndef EDUCMA_CARD_H
#define EDUCMA_CARD_H

#include <linux/device.h>
#include <linux/types.h>

struct pci_dev;
struct seq_file;
struct educma_card;
struct educma_xfer;

/**
 * enum educma_dir - the direction of a chunk
 * @EDUCMA_TO_DEVICE: from memory to the card's own memory
 * @EDUCMA_FROM_DEVICE: from the card's own memory to memory
 * @EDUCMA_DIRS: the number of directions that are counted
 * @EDUCMA_BOTH: from memory to memory; counts in both directions
 */
enum educma_dir {
	EDUCMA_TO_DEVICE,
	EDUCMA_FROM_DEVICE,
	EDUCMA_DIRS,
	EDUCMA_BOTH = EDUCMA_DIRS,
};

/* Whether a chunk in direction @dir counts in direction @counted. */
static inline bool educma_dir_has(enum educma_dir dir, enum educma_dir counted)
{
	return dir == counted || dir == EDUCMA_BOTH;
}

/* What became of the DMA that was started. */
enum educma_hw_state {
	EDUCMA_HW_NOT_OURS,		/* another device's interrupt */
	EDUCMA_HW_RUNNING,
	EDUCMA_HW_ENDED,
	EDUCMA_HW_NOT_STARTED,		/* the command was not heard */
	EDUCMA_HW_NO_BUS_MASTER,	/* somebody cleared bus mastering */
	EDUCMA_HW_NO_RESPONSE,		/* the registers do not answer */
	EDUCMA_HW_LOST_STATE,		/* they do not hold what was written */
};

/**
 * struct educma_hw - one device, as its card and the engine see it
 * @card: which card it is
 * @dev: the device that does the DMA: masks and buffers are its own
 * @pdev: its PCI function, or NULL
 * @regs: the card's BAR, or NULL
 * @id: the identification register, as read by @card's identify()
 * @own_irq: the interrupt is a message (MSI or MSI-X), so no other device
 *	raises it; else it is INTx, on a line that may be shared
 * @intx_masked: INTx is disabled, because the device raised it and did not
 *	answer, or was disconnected; the next start enables it
 *
 * A card that has more to remember embeds this as the first member of a
 * structure of its own, see educma_card.hw_bytes.
 */
struct educma_hw {
	const struct educma_card *card;
	struct device *dev;
	struct pci_dev *pdev;
	void __iomem *regs;
	u32 id;
	bool own_irq;
	bool intx_masked;
};

/**
 * struct educma_chunk - one DMA of the device
 * @xfer: the transfer that it is a part of; NULL for none
 * @dir: its direction; EDUCMA_BOTH if the card has no memory of its own
 * @src: bus address, or for EDUCMA_FROM_DEVICE an offset in the card's memory
 * @dst: bus address, or for EDUCMA_TO_DEVICE an offset in the card's memory
 * @bytes: length
 * @start_ns: when it was started (CLOCK_MONOTONIC)
 */
struct educma_chunk {
	struct educma_xfer *xfer;
	enum educma_dir dir;
	u64 src;
	u64 dst;
	u32 bytes;
	u64 start_ns;
};

/**
 * struct educma_card - a kind of device
 * @name: for messages
 * @hw_bytes: size of the structure that begins with struct educma_hw
 * @bar: the BAR that has the registers
 * @bar_bytes: how many bytes of it to map
 * @memory_bytes: the card's own memory, which transfers go to and come from; 0:
 *	the card copies from memory to memory
 * @chunk_bytes: most bytes of one DMA, unless the user says otherwise
 * @chunk_bytes_max: most bytes of one DMA that the user may ask for
 * @dma_bits: address bits that the card decodes, unless the user says otherwise
 * @timeout_ms: a DMA that takes longer is looked after
 * @identify: is this the card, and does it answer? 0, or -ENODEV after a line
 *	in the log. Sleeps
 * @settle: wait until a DMA of an earlier driver has ended, with bus mastering
 *	off, and clear old interrupts; 0 or -EBUSY. Sleeps, bounded
 * @wake: called before @start when the device was idle since the last DMA, and
 *	may have been reset meanwhile. Any context, the engine's lock held
 * @start: start a DMA, when none runs. A card that does not take the command
 *	may do nothing: @state tells. Any context, the engine's lock held
 * @irq: educma_engine_irq() was called by an interrupt, or by this card, while
 *	a DMA was started; the interrupt is acknowledged on return.
 *	EDUCMA_HW_ENDED only on evidence that belongs to this DMA, bus mastering
 *	included. EDUCMA_HW_NO_RESPONSE: no evidence now, look again with @state
 * @idle_irq: as @irq, while no DMA was started. Whether the interrupt was this
 *	device's
 * @quiet: clear all pending interrupts. Any context
 * @state: no interrupt came in time: what became of the DMA? EDUCMA_HW_ENDED
 *	means without evidence of bus mastering. Any context, the engine's
 *	lock held
 * @abort: keep the device from memory, whatever it does: no DMA reaches memory
 *	after the return. Any context
 * @dump: print register number @index for people; false if there is none
 */
struct educma_card {
	const char *name;
	size_t hw_bytes;
	int bar;
	unsigned long bar_bytes;
	u32 memory_bytes;
	u32 chunk_bytes;
	u32 chunk_bytes_max;
	unsigned int dma_bits;
	unsigned int timeout_ms;

	int (*identify)(struct educma_hw *hw);
	int (*settle)(struct educma_hw *hw);
	void (*wake)(struct educma_hw *hw);
	void (*start)(struct educma_hw *hw, const struct educma_chunk *chunk);
	enum educma_hw_state (*irq)(struct educma_hw *hw);
	bool (*idle_irq)(struct educma_hw *hw);
	void (*quiet)(struct educma_hw *hw);
	enum educma_hw_state (*state)(struct educma_hw *hw);
	void (*abort)(struct educma_hw *hw);
	bool (*dump)(struct educma_hw *hw, struct seq_file *seq,
		     unsigned int index);
};

/* edu.c */
extern const struct educma_card educma_edu;

/* hw.c: what is the same for all PCI cards */
bool educma_hw_is_master(struct educma_hw *hw);
void educma_hw_disconnect(struct educma_hw *hw);
void educma_hw_connect(struct educma_hw *hw);
bool educma_hw_mask_intx(struct educma_hw *hw);
void educma_hw_unmask_intx(struct educma_hw *hw);

#endif
