// SPDX-License-Identifier: GPL-2.0
/* Two cards for drivers/engine.c: see fake_card.h. */
#include "fake_card.h"

/* The card answers as its DMA is. */
#define BY_DMA	((enum educma_hw_state)-1)

static u8 fake_bus_memory[FAKE_BUS_BYTES];

static struct fake_card *to_fake(struct educma_hw *hw)
{
	return container_of(hw, struct fake_card, hw);
}

/* Else the card is the copier. */
bool fake_has_memory(const struct fake_card *fake)
{
	return fake->hw.memory_bytes;
}

/* The memory at a bus address. */
u8 *fake_bus(struct fake_card *fake, u64 address, u64 bytes)
{
	world_rule(address >= FAKE_BUS_BASE &&
		   address + bytes <= FAKE_BUS_BASE + FAKE_BUS_BYTES,
		   "a DMA stays in the memory of the bus");
	return fake->bus + (address - FAKE_BUS_BASE);
}

static u8 *fake_memory(struct fake_card *fake, u64 offset, u64 bytes)
{
	world_rule(offset + bytes <= FAKE_CHUNK_BYTES,
		   "a DMA stays in the part of the card's memory that is used");
	return fake->memory + offset;
}

static void fake_move(struct fake_card *fake, u32 bytes)
{
	const struct educma_chunk *chunk = &fake->chunk;

	world_rule(fake_has_memory(fake) == (chunk->dir != EDUCMA_BOTH),
		   "only a card without memory copies from memory to memory");
	memcpy(chunk->dir == EDUCMA_TO_DEVICE ?
	       fake_memory(fake, chunk->dst, bytes) :
	       fake_bus(fake, chunk->dst, bytes),
	       chunk->dir == EDUCMA_FROM_DEVICE ?
	       fake_memory(fake, chunk->src, bytes) :
	       fake_bus(fake, chunk->src, bytes), bytes);
	fake->has_moved = bytes == chunk->bytes;
	fake->watcher->moved(fake, chunk, bytes);
}

static void fake_handle(void *data)
{
	struct fake_card *fake = data;

	if (educma_engine_irq(0, fake->engine) == IRQ_HANDLED)
		fake->handled++;
}

/* Raise an interrupt, or call back; the card then answers @says. */
void fake_interrupt(struct fake_card *fake, enum educma_hw_state says)
{
	fake->says = says;
	if (fake_has_memory(fake)) {
		world_irq(fake_handle, fake);
		return;
	}
	local_irq_disable();
	fake_handle(fake);
	local_irq_enable();
}

static void fake_early(struct world_event *event)
{
	struct fake_card *fake = container_of(event, struct fake_card, early);

	fake_interrupt(fake, fake->early_says);
}

static void fake_late(struct world_event *event)
{
	fake_interrupt(container_of(event, struct fake_card, late), BY_DMA);
}

/* The time of the DMA is over. */
static void fake_end(struct world_event *event)
{
	struct fake_card *fake = container_of(event, struct fake_card, end);

	switch (fake->now) {
	case FAKE_NO_BUS_MASTER:
	case FAKE_NO_BUS_MASTER_SILENT:
		fake->is = EDUCMA_HW_NO_BUS_MASTER;
		break;
	case FAKE_NO_BYTES:
		fake->is = EDUCMA_HW_ENDED;
		break;
	case FAKE_ERROR:
	case FAKE_ERROR_SILENT:
		fake->is = EDUCMA_HW_ERROR;
		fake_move(fake, fake->chunk.bytes / 2);
		break;
	default:
		fake->is = EDUCMA_HW_ENDED;
		fake_move(fake, fake->chunk.bytes);
	}
	switch (fake->now) {
	case FAKE_IRQ_LATE:
		if (!fake->late.pending)
			world_at(&fake->late,
				 world.now_ns + FAKE_TIMEOUT_NS -
				 fake->dma_ns / 2, fake_late);
		break;
	case FAKE_BLINK:
		fake_interrupt(fake, EDUCMA_HW_NO_RESPONSE);
		break;
	case FAKE_IRQ_LOST:
	case FAKE_NO_BYTES:
	case FAKE_NO_BUS_MASTER_SILENT:
	case FAKE_ERROR_SILENT:
		break;
	default:
		fake_interrupt(fake, BY_DMA);
	}
}

/* What the card knows of a DMA with the fault as soon as it is started. */
static enum educma_hw_state fake_first_state(enum fake_fault fault)
{
	switch (fault) {
	case FAKE_NOT_HEARD:
		return EDUCMA_HW_NOT_STARTED;
	case FAKE_NO_RESPONSE:
		return EDUCMA_HW_NO_RESPONSE;
	case FAKE_LOST_STATE:
		return EDUCMA_HW_LOST_STATE;
	default:
		return EDUCMA_HW_RUNNING;
	}
}

static void fake_wake(struct educma_hw *hw)
{
	struct fake_card *fake = to_fake(hw);

	lockdep_assert_held(&fake->engine->lock);
	world_rule(!fake->engine->paused, "the card is left alone in a pause");
	fake->awake_ns = world.now_ns;
}

static void fake_start(struct educma_hw *hw, const struct educma_chunk *chunk)
{
	struct fake_card *fake = to_fake(hw);
	const unsigned long number = fake->starts++;

	lockdep_assert_held(&fake->engine->lock);
	world_rule(fake->is != EDUCMA_HW_RUNNING && !fake->end.pending,
		   "a DMA starts when none runs");
	world_rule(!fake->is_aborted, "no DMA starts after an abort");
	world_rule(fake->awake_ns == world.now_ns,
		   "a card that was idle is woken first");
	fake->chunk = *chunk;
	fake->has_moved = false;
	fake->now = number - fake->fault_from < fake->fault_count ?
			    fake->fault : FAKE_WORKS;
	fake->is = fake_first_state(fake->now);
	fake->watcher->started(fake, chunk);
	if (fake->is == EDUCMA_HW_RUNNING && fake->now != FAKE_NEVER_ENDS)
		world_at(&fake->end, world.now_ns + fake->dma_ns, fake_end);
	if ((fake->now == FAKE_IRQ_SPURIOUS || fake->now == FAKE_IRQ_SHARED) &&
	    !fake->early.pending) {
		fake->early_says = fake->now == FAKE_IRQ_SHARED ?
				   EDUCMA_HW_NOT_OURS : EDUCMA_HW_RUNNING;
		world_at(&fake->early, world.now_ns + fake->dma_ns / 2,
			 fake_early);
	}
}

/* Answers EDUCMA_HW_ENDED only if the bytes have moved. */
static enum educma_hw_state fake_irq(struct educma_hw *hw)
{
	struct fake_card *fake = to_fake(hw);
	enum educma_hw_state says = fake->says;

	lockdep_assert_held(&fake->engine->lock);
	world_rule(fake->is != EDUCMA_HW_NOT_OURS,
		   "the card is asked of a DMA only after one was started");
	if (says == BY_DMA)
		says = fake->is;
	if (says == EDUCMA_HW_ENDED && !fake->has_moved)
		says = EDUCMA_HW_NO_RESPONSE;
	if (says == EDUCMA_HW_NOT_STARTED || says == EDUCMA_HW_LOST_STATE)
		says = EDUCMA_HW_NO_RESPONSE;
	fake->awake_ns = world.now_ns;
	fake->watcher->irq(fake, says);
	return says;
}

static bool fake_idle_irq(struct educma_hw *hw)
{
	struct fake_card *fake = to_fake(hw);
	const bool ours = fake->says != EDUCMA_HW_NOT_OURS;

	lockdep_assert_held(&fake->engine->lock);
	fake->watcher->idle_irq(fake, ours);
	return ours;
}

static enum educma_hw_state fake_state(struct educma_hw *hw)
{
	struct fake_card *fake = to_fake(hw);

	lockdep_assert_held(&fake->engine->lock);
	world_rule(fake->is != EDUCMA_HW_NOT_OURS,
		   "the card is asked of a DMA only after one was started");
	fake->awake_ns = world.now_ns;
	fake->watcher->state(fake, fake->is);
	return fake->is;
}

static void fake_abort(struct educma_hw *hw)
{
	struct fake_card *fake = to_fake(hw);

	world_rule(!fake->is_aborted, "an abort is not repeated");
	fake->is_aborted = true;
	if (fake_has_memory(fake))
		world_forget(&fake->end);
	fake->watcher->aborted(fake);
}

/* The DMA may end, and call back, before it is stopped. */
static void fake_sync(struct educma_hw *hw)
{
	struct fake_card *fake = to_fake(hw);

	world_may_sleep();
	world_rule(fake->is_aborted, "there was an abort before");
	world_run(FAKE_SYNC_NS);
	world_forget(&fake->end);
	fake->watcher->synced(fake);
}

static bool fake_dump(struct educma_hw *hw, struct seq_file *seq,
		      unsigned int index)
{
	(void)seq;
	lockdep_assert_held(&to_fake(hw)->engine->lock);
	return index < 3;
}

const struct educma_card fake_educma_card = {
	.name = "fake",
	.hw_bytes = sizeof(struct fake_card),
	.chunk_bytes_max = FAKE_MEMORY_BYTES,
	.timeout_ms = FAKE_TIMEOUT_MS,
	.wake = fake_wake,
	.start = fake_start,
	.irq = fake_irq,
	.idle_irq = fake_idle_irq,
	.state = fake_state,
	.abort = fake_abort,
	.dump = fake_dump,
};

const struct educma_card fake_educma_copier = {
	.name = "copier",
	.hw_bytes = sizeof(struct fake_card),
	.chunk_bytes_max = FAKE_COPIER_BYTES,
	.timeout_ms = FAKE_TIMEOUT_MS,
	.wake = fake_wake,
	.start = fake_start,
	.irq = fake_irq,
	.idle_irq = fake_idle_irq,
	.state = fake_state,
	.abort = fake_abort,
	.sync = fake_sync,
	.dump = fake_dump,
};

/* A card that works. */
void fake_begin(struct fake_card *fake, const struct educma_card *card,
		struct educma_engine *engine,
		const struct fake_watcher *watcher)
{
	memset(fake, 0, sizeof(*fake));
	fake->hw.card = card;
	fake->hw.memory_bytes = card == &fake_educma_card ? FAKE_MEMORY_BYTES : 0;
	fake->hw.chunk_bytes_max = card->chunk_bytes_max;
	fake->bus = fake_bus_memory;
	fake->engine = engine;
	fake->watcher = watcher;
	fake->dma_ns = FAKE_DMA_NS;
	fake->is = EDUCMA_HW_NOT_OURS;
}

/* The fault befalls @count DMAs, after @after more that work. */
void fake_misbehave(struct fake_card *fake, enum fake_fault fault,
		    unsigned long after, unsigned long count)
{
	fake->fault = fault;
	fake->fault_from = fake->starts + after;
	fake->fault_count = count;
}

/* The card is reset, is idle and reaches memory again. */
void fake_connect(struct fake_card *fake)
{
	world_rule(!fake->end.pending, "a card that is reset is idle");
	fake->is = EDUCMA_HW_NOT_OURS;
	fake->is_aborted = false;
}
