/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Two cards (drivers/card.h) for drivers/engine.c. Both move bytes on a model of
 * the bus, take virtual time for it, and misbehave when they are told to. One
 * has memory of its own, and interrupts. The copier has none: it copies from
 * memory to memory, and a callback outside of interrupts tells the engine.
 */
#ifndef FAKE_CARD_H
#define FAKE_CARD_H

#include "engine.h"
#include "world.h"

#define FAKE_MEMORY_BYTES	64
#define FAKE_CHUNK_BYTES	60
#define FAKE_BUS_BASE		0x2fffff000ULL	/* crosses a border of 32 bits */
#define FAKE_COPIER_BYTES	(1 << 20)	/* most bytes of a copier's chunk */
#define FAKE_BUS_BYTES		(132 * 1024 + 6 * FAKE_COPIER_BYTES)
#define FAKE_TIMEOUT_MS		2000
#define FAKE_TIMEOUT_NS		(FAKE_TIMEOUT_MS * (u64)NSEC_PER_MSEC)
#define FAKE_DMA_NS		(100 * (u64)NSEC_PER_MSEC)
#define FAKE_SYNC_NS		(FAKE_DMA_NS / 4)

/*
 * What happens to a DMA. Up to FAKE_HARMLESS it can be done in the end, and from
 * FAKE_ERROR on it cannot; all others make the device fail.
 */
enum fake_fault {
	FAKE_WORKS,
	FAKE_IRQ_LOST,		/* the bytes move, and no interrupt comes */
	FAKE_IRQ_LATE,		/* the interrupt comes when the repeat runs */
	FAKE_IRQ_SPURIOUS,	/* an interrupt comes while the DMA runs */
	FAKE_IRQ_SHARED,	/* another device's interrupt comes */
	FAKE_BLINK,		/* the card does not answer in the interrupt */
	FAKE_NOT_HEARD,		/* the command is lost */
	FAKE_NO_BYTES,		/* no bus mastering meanwhile, and no interrupt */
	FAKE_NEVER_ENDS,
	FAKE_NO_BUS_MASTER,	/* lost for good; an interrupt shows it */
	FAKE_NO_BUS_MASTER_SILENT,
	FAKE_NO_RESPONSE,
	FAKE_LOST_STATE,
	FAKE_ERROR,		/* half of the bytes move; an interrupt says so */
	FAKE_ERROR_SILENT,
	FAKE_FAULTS
};

#define FAKE_HARMLESS	FAKE_NO_BYTES

struct fake_card;

/**
 * struct fake_watcher - is told what the card sees
 * @started: the engine has started the chunk
 * @moved: so many of the chunk's bytes have moved, from the first one on
 * @irq: the card answers an interrupt during a DMA with @state
 * @idle_irq: the card answers an interrupt without a DMA
 * @state: the card answers the question after its state
 * @aborted: the card is aborted
 * @synced: the copier does not access memory after an abort any more
 */
struct fake_watcher {
	void (*started)(struct fake_card *fake, const struct educma_chunk *chunk);
	void (*moved)(struct fake_card *fake, const struct educma_chunk *chunk,
		      u32 bytes);
	void (*irq)(struct fake_card *fake, enum educma_hw_state state);
	void (*idle_irq)(struct fake_card *fake, bool ours);
	void (*state)(struct fake_card *fake, enum educma_hw_state state);
	void (*aborted)(struct fake_card *fake);
	void (*synced)(struct fake_card *fake);
};

/**
 * struct fake_card - the card
 * @hw: what the engine sees
 * @engine: who gets the interrupts
 * @watcher: who is told
 * @memory: the card's memory
 * @bus: the memory that the card reaches, FAKE_BUS_BYTES from FAKE_BUS_BASE
 * @dma_ns: how long a DMA takes
 * @fault: what happens to the DMAs from number @fault_from
 * @fault_from: the first DMA with the fault; the first of all is 0
 * @fault_count: how many DMAs have the fault
 * @starts: DMAs so far
 * @awake_ns: when the engine last woke or asked the card
 * @is_aborted: no DMA reaches memory, but of the copier until it is synced
 * @chunk: the last DMA
 * @now: what happens to it
 * @is: what the card knows of it; EDUCMA_HW_NOT_OURS: nothing was started
 * @has_moved: its bytes have moved
 * @end: the DMA's end
 * @early: an interrupt during the DMA
 * @early_says: what the card answers to that
 * @late: the interrupt of FAKE_IRQ_LATE
 * @says: what the card answers to the present interrupt
 * @handled: interrupts that the engine took for its own
 */
struct fake_card {
	struct educma_hw hw;
	struct educma_engine *engine;
	const struct fake_watcher *watcher;
	u8 memory[FAKE_MEMORY_BYTES];
	u8 *bus;
	u64 dma_ns;
	enum fake_fault fault;
	unsigned long fault_from;
	unsigned long fault_count;
	unsigned long starts;
	u64 awake_ns;
	bool is_aborted;
	struct educma_chunk chunk;
	enum fake_fault now;
	enum educma_hw_state is;
	bool has_moved;
	struct world_event end;
	struct world_event early;
	enum educma_hw_state early_says;
	struct world_event late;
	enum educma_hw_state says;
	unsigned long handled;
};

extern const struct educma_card fake_educma_card;
extern const struct educma_card fake_educma_copier;

void fake_begin(struct fake_card *fake, const struct educma_card *card,
		struct educma_engine *engine,
		const struct fake_watcher *watcher);
bool fake_has_memory(const struct fake_card *fake);
void fake_misbehave(struct fake_card *fake, enum fake_fault fault,
		    unsigned long after, unsigned long count);
void fake_connect(struct fake_card *fake);
void fake_interrupt(struct fake_card *fake, enum educma_hw_state says);
u8 *fake_bus(struct fake_card *fake, u64 address, u64 bytes);

#endif
