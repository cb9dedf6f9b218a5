/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What differs from card to card, and what the engine asks of each card. A card
 * need not be a PCI function: see struct educma_hw. A new PCI card needs:
 *
 * - a header in include/ with its registers and its PCI ID
 * - a file with its struct educma_card, and a line for this file in Kbuild
 * - a line in cards.h, which includes that header
 *
 * These functions of the tools know only edu:
 *
 * - is_edu() in tools/libeducma/enumerate.c finds the devices that are not bound
 *   to this driver
 * - gather_bits() in tools/educma/doctor/facts_device.c has the address bits of
 *   such a device; print_facts.c says where the bits are from
 * - test_identification() in tools/educma/selftest/device.c has the value of the
 *   identification register, and skips other cards
 * - fail_no_device() in tools/educma/session.c names the PCI ID that is missing
 * - edu_limit() and may_be_edu() there, and get_limit() in tools/educma/info.c,
 *   say how fast edu can be at most
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

/**
 * enum educma_hw_state - the state of the DMA that was started
 * @EDUCMA_HW_NOT_OURS: the interrupt was another device's; nothing is known of
 *	the DMA
 * @EDUCMA_HW_RUNNING: the DMA runs
 * @EDUCMA_HW_ENDED: the DMA has ended
 * @EDUCMA_HW_ERROR: the DMA has failed; the device works
 * @EDUCMA_HW_NOT_STARTED: the device did not execute the command
 * @EDUCMA_HW_NO_BUS_MASTER: bus mastering is disabled, so no byte may have moved
 * @EDUCMA_HW_NO_RESPONSE: the device does not respond
 * @EDUCMA_HW_LOST_STATE: the registers do not hold what the driver wrote
 */
enum educma_hw_state {
	EDUCMA_HW_NOT_OURS,
	EDUCMA_HW_RUNNING,
	EDUCMA_HW_ENDED,
	EDUCMA_HW_ERROR,
	EDUCMA_HW_NOT_STARTED,
	EDUCMA_HW_NO_BUS_MASTER,
	EDUCMA_HW_NO_RESPONSE,
	EDUCMA_HW_LOST_STATE,
};

/**
 * struct educma_hw - one device, as its card and the engine see it
 * @card: which card it is
 * @dev: the device that does the DMA: masks and buffers are its own
 * @pdev: its PCI function, or NULL
 * @regs: the card's BAR, or NULL
 * @id: the identification register, as read by @card's identify()
 * @memory_bytes: the device's own memory, which transfers go to and come from; 0:
 *	it copies from memory to memory. Set by the first identify() and constant
 *	from then on, as the next two
 * @chunk_bytes: default of the most bytes of one DMA
 * @chunk_bytes_max: the highest value that the user may set instead
 * @own_irq: the interrupt is a message (MSI or MSI-X), so no other device
 *	raises it; else it is INTx, on a line that may be shared
 * @intx_masked: INTx is disabled: the device raised it and did not respond, or
 *	educma_hw_disconnect() was called. The next start, or
 *	educma_hw_connect(), enables it
 *
 * A card that has more state embeds this structure as the first member of its
 * own, see educma_card.hw_bytes. Only @card and @dev are for all cards; the
 * other members are for PCI functions.
 */
struct educma_hw {
	const struct educma_card *card;
	struct device *dev;
	struct pci_dev *pdev;
	void __iomem *regs;
	u32 id;
	u32 memory_bytes;
	u32 chunk_bytes;
	u32 chunk_bytes_max;
	bool own_irq;
	bool intx_masked;
};

/**
 * struct educma_chunk - one DMA of the device
 * @xfer: the transfer that it is a part of; NULL for none
 * @src: bus address, or for EDUCMA_FROM_DEVICE an offset in the card's memory
 * @dst: bus address, or for EDUCMA_TO_DEVICE an offset in the card's memory
 * @bytes: length
 * @dir: its direction; EDUCMA_BOTH if the card has no memory of its own
 * @start_ns: when it was started (CLOCK_MONOTONIC)
 */
struct educma_chunk {
	struct educma_xfer *xfer;
	u64 src;
	u64 dst;
	u32 bytes;
	enum educma_dir dir;
	u64 start_ns;
};

/**
 * struct educma_card - a kind of device
 * @name: name of the card
 * @hw_bytes: size of the structure that begins with struct educma_hw
 * @bar: number of the BAR that has the registers
 * @bar_bytes: how many bytes of that BAR to map
 * @chunk_bytes_max: educma_hw.chunk_bytes_max of a device that takes the most
 * @dma_bits: default of the address bits that the card decodes
 * @timeout_ms: the watchdog acts on a DMA that takes longer
 * @identify: check that this is the card, that it responds, and that it still
 *	takes the chunks that it took when it was identified first. Returns 0, or
 *	-ENODEV after a message. Sleeps
 * @settle: wait, with bus mastering disabled, for the end of a DMA that an
 *	earlier driver started, and clear its interrupts. Returns 0, or -EBUSY
 *	after a message. Sleeps for a limited time
 * @wake: called before @start if the device was idle since the last DMA, and may
 *	have been reset meanwhile. Any context, the engine's lock held
 * @start: start a DMA while none runs. A copy from memory to memory may overlap
 *	with @dst below @src; the result must be that of memmove(). There is no
 *	return value: if the DMA is not started, @state reports that later. Any
 *	context, the engine's lock held
 * @irq: called by educma_engine_irq() after a DMA was started; acknowledges the
 *	interrupt. Returns EDUCMA_HW_ENDED only if it is sure that this DMA has
 *	ended and that the device had bus mastering. If it cannot tell, it
 *	returns EDUCMA_HW_NO_RESPONSE, and the watchdog calls @state later. Any
 *	context, the engine's lock held
 * @idle_irq: called by educma_engine_irq() while no DMA was started, or after
 *	@abort; acknowledges the interrupt. Returns whether the interrupt was
 *	this device's. Any context, the engine's lock held
 * @quiet: clear all pending interrupts. Any context
 * @state: what became of the DMA. Called when no interrupt came in time, and
 *	before a pause or a stop; it must not disturb a DMA that runs. Here
 *	EDUCMA_HW_ENDED does not say that bytes have moved. Any context, the
 *	engine's lock held
 * @abort: keep the DMA from memory. No DMA accesses memory after the return of
 *	@abort, or if there is a @sync, after the return of @sync. Any context
 * @sync: optional; wait after @abort until no DMA accesses memory. Sleeps for a
 *	limited time
 * @dump: print register number @index; returns false if there is none. Any
 *	context, the engine's lock held
 */
struct educma_card {
	const char *name;
	size_t hw_bytes;
	int bar;
	unsigned long bar_bytes;
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
	void (*sync)(struct educma_hw *hw);
	bool (*dump)(struct educma_hw *hw, struct seq_file *seq,
		     unsigned int index);
};

/* hw.c: functions for all PCI cards */
bool educma_hw_is_master(struct educma_hw *hw);
void educma_hw_disconnect(struct educma_hw *hw);
void educma_hw_connect(struct educma_hw *hw);
bool educma_hw_mask_intx(struct educma_hw *hw);
void educma_hw_unmask_intx(struct educma_hw *hw);

#endif
