// SPDX-License-Identifier: GPL-2.0
/*
 * The reach test. A device that decodes fewer address bits than the driver was
 * told drops the others and reports success, so its write would overwrite
 * memory that belongs to somebody else. Therefore the device first reads a
 * nonce from the memory under test and writes it to low memory, which has few
 * address bits; only if the nonce arrives there does the device write to the
 * memory under test.
 */
#include <linux/mm.h>
#include <linux/random.h>
#include <linux/sizes.h>

#include "coherent.h"
#include "dma_bits.h"
#include "reach.h"

struct reach_nonce {
	u64 word[2];
};

/*
 * educma_clear_card() writes these bytes over the card's memory, piece by piece.
 * There is little memory below 16 MiB, so a piece has 64 KiB at most.
 */
static size_t low_bytes(const struct educma_dev *edev)
{
	const u32 bytes = min_t(u32, edev->hw->memory_bytes, SZ_64K);

	return max_t(size_t, PAGE_ALIGN(bytes), PAGE_SIZE);
}

/* Let the device copy a nonce; -EREMOTEIO if the nonce does not arrive. */
static int copy_nonce(struct educma_dev *edev, struct reach_nonce *from,
		      dma_addr_t from_dma, struct reach_nonce *to,
		      dma_addr_t to_dma)
{
	struct reach_nonce nonce;
	int ret;

	get_random_bytes(&nonce, sizeof(nonce));
	*from = nonce;
	memset(to, 0, sizeof(*to));
	ret = educma_engine_run(&edev->engine, &edev->own, EDUCMA_OP_COPY,
				from_dma, to_dma, sizeof(nonce));
	if (!ret && memcmp(to, &nonce, sizeof(nonce)))
		ret = -EREMOTEIO;
	memset(from, 0, sizeof(*from));
	memset(to, 0, sizeof(*to));
	return ret;
}

/**
 * educma_reach_proven() - up to where the device's DMA is known to get
 * @edev: the device
 *
 * A device decodes the lower bits of an address, so one that reaches an address
 * reaches all addresses that have no higher bit set. Context: any.
 *
 * Return: the highest bus address; 0 before the first reach test.
 */
u64 educma_reach_proven(struct educma_dev *edev)
{
	const u64 proven = READ_ONCE(edev->proven_address);

	return proven ? GENMASK_ULL(fls64(proven) - 1, 0) : 0;
}

/* Overwrite the nonce in the card's memory, which its next user may read. */
static void reach_forget(struct educma_dev *edev)
{
	memset(edev->low.cpu, 0, 2 * sizeof(struct reach_nonce));
	educma_engine_run(&edev->engine, &edev->own, EDUCMA_OP_TO_DEVICE,
			  edev->low.dma, 0, sizeof(struct reach_nonce));
}

/**
 * educma_reach_test() - let the device read and write the end of memory
 * @edev: the device
 * @memory: the memory, not yet used by anybody
 *
 * Does nothing if the device is known to reach it: one test for each address
 * bit is enough. Context: alloc_lock held; sleeps for up to
 * five DMAs.
 *
 * Return: 0, -EREMOTEIO (the device does not reach it), or the engine's error.
 */
int educma_reach_test(struct educma_dev *edev,
		      const struct educma_memory *memory)
{
	const size_t at = memory->bytes - sizeof(struct reach_nonce);
	const dma_addr_t dma = memory->dma + at;
	void *cpu = memory->cpu + at;
	int ret;

	lockdep_assert_held(&edev->alloc_lock);
	if (memory->dma + memory->bytes - 1 <= educma_reach_proven(edev))
		return 0;
	ret = copy_nonce(edev, cpu, dma, edev->low.cpu, edev->low.dma);
	if (!ret)
		ret = copy_nonce(edev, edev->low.cpu, edev->low.dma, cpu, dma);
	if (!ret)
		WRITE_ONCE(edev->proven_address, memory->dma + memory->bytes - 1);
	reach_forget(edev);
	return ret;
}

/*
 * On a machine whose memory begins at a high address, for example arm64's virt,
 * no memory is low enough that every device is sure to reach it.
 */
static bool get_low_memory(struct educma_dev *edev)
{
	unsigned int bits;

	edev->low.bytes = low_bytes(edev);
	for (bits = EDUCMA_DMA_BITS_MIN; bits <= edev->dma_bits; bits++)
		if (educma_coherent_alloc_below(edev, &edev->low, bits,
						EDUCMA_GFP_BUFFER))
			break;
	if (edev->low.cpu && bits > EDUCMA_DMA_BITS_MIN)
		dev_warn(edev->hw->dev,
			 "no memory below %u address bits: a device that decodes fewer bits would overwrite other memory\n",
			 bits);
	return edev->low.cpu;
}

/*
 * The memory for the first test is allocated before the low memory, because an
 * IOMMU gives out its addresses from the last one downwards.
 */
static int reach_test_first(struct educma_dev *edev)
{
	/* One page never comes from CMA. */
	struct educma_memory memory = { .bytes = 2 * PAGE_SIZE };
	int ret = -ENOMEM;

	lockdep_assert_held(&edev->alloc_lock);
	if (!educma_coherent_alloc(edev, &memory, EDUCMA_GFP_BUFFER))
		return -ENOMEM;
	if (get_low_memory(edev))
		ret = educma_reach_test(edev, &memory);
	educma_coherent_free(edev, &memory);
	if (ret != -EREMOTEIO)
		return ret;
	dev_err(edev->hw->dev,
		"the device does not reach %u address bits: load educma with dma_bits=%s=N, N being its address bits\n",
		edev->dma_bits, dev_name(edev->hw->dev));
	return -EIO;
}

/**
 * educma_reach_init() - allocate the low memory and do the first reach test
 * @edev: the device: mask set, interrupts and bus mastering on
 *
 * Undone by educma_reach_exit(), also after a failure. Context: probe; sleeps
 * for up to five DMAs.
 *
 * Return: 0, -ENOMEM, -EIO (the device does not reach the memory), or the
 * engine's error.
 */
int educma_reach_init(struct educma_dev *edev)
{
	int ret;

	educma_client_init(&edev->own);
	mutex_lock(&edev->alloc_lock);
	ret = reach_test_first(edev);
	mutex_unlock(&edev->alloc_lock);
	return ret;
}

/**
 * educma_reach_exit() - undo educma_reach_init()
 * @edev: the device, its engine stopped
 *
 * Context: may sleep.
 */
void educma_reach_exit(struct educma_dev *edev)
{
	educma_coherent_free(edev, &edev->low);
}

/*
 * Whether the device decodes this address bit: 0, or -EREMOTEIO if not. It reads
 * at an address where only a device that drops the bit finds the nonce. A
 * device that decodes the bit reads some other memory there; those bytes are
 * overwritten.
 */
static int prove_bit(struct educma_dev *edev, unsigned int bit)
{
	const dma_addr_t from = edev->low.dma | BIT_ULL(bit);
	struct reach_nonce *low = edev->low.cpu;
	struct reach_nonce nonce;
	int ret;

	lockdep_assert_held(&edev->alloc_lock);
	get_random_bytes(&nonce, sizeof(nonce));
	*low = nonce;
	ret = educma_engine_run(&edev->engine, &edev->own, EDUCMA_OP_COPY,
				from, edev->low.dma + sizeof(nonce),
				sizeof(nonce));
	if (!ret && !memcmp(low + 1, &nonce, sizeof(nonce)))
		ret = -EREMOTEIO;
	reach_forget(edev);
	return ret;
}

/**
 * educma_reach_extend() - find out how far the device's DMA gets
 * @edev: the device, entered
 *
 * For memory that others allocate: raises educma_reach_proven() to the highest
 * address bit that this machine's memory has and the device decodes. Does
 * nothing behind an IOMMU: educma_reach_init() has tested the highest address
 * already, and other addresses may not be mapped. Context: may sleep.
 */
void educma_reach_extend(struct educma_dev *edev)
{
	unsigned int bit = edev->dma_bits;

	if (educma_coherent_is_translated(edev))
		return;
	mutex_lock(&edev->alloc_lock);
	while (bit-- > fls64(edev->proven_address)) {
		const u64 at = edev->low.dma | BIT_ULL(bit);

		if (!page_is_ram(PHYS_PFN(at)))
			continue;
		if (!prove_bit(edev, bit)) {
			WRITE_ONCE(edev->proven_address, at);
			break;
		}
	}
	mutex_unlock(&edev->alloc_lock);
}

/**
 * educma_clear_card() - overwrite the card's memory with zeros
 * @edev: the device
 *
 * All that chunks can reach is overwritten, and nothing for a card without
 * memory. Context: remove_lock held for reading; sleeps for one DMA for each
 * 64 KiB, and while other callers allocate.
 *
 * Return: 0, -EINTR (killed), or the engine's error.
 */
int educma_clear_card(struct educma_dev *edev)
{
	struct educma_engine *engine = &edev->engine;
	u32 at = 0, bytes;
	int ret;

	if (!edev->hw->memory_bytes)
		return 0;
	ret = mutex_lock_killable(&edev->alloc_lock);
	if (ret)
		return ret;
	memset(edev->low.cpu, 0, edev->low.bytes);
	for (; !ret && at < engine->chunk_bytes; at += bytes) {
		bytes = min_t(u32, engine->chunk_bytes - at, edev->low.bytes);
		ret = educma_engine_run(engine, &edev->own, EDUCMA_OP_TO_DEVICE,
					edev->low.dma, at, bytes);
	}
	mutex_unlock(&edev->alloc_lock);
	return ret;
}
