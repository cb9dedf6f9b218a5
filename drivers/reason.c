// SPDX-License-Identifier: GPL-2.0
/* Why there is no buffer: find the reason, and log it. */
#include <linux/dma-mapping.h>
#include <linux/mm.h>

#include "account.h"
#include "coherent.h"
#include "dma_bits.h"
#include "reason.h"

static const char *const reason_text[] = {
	[EDUCMA_REASON_NONE] = "no reason",
	[EDUCMA_REASON_NO_CMA] = "this kernel has no CMA (CONFIG_DMA_CMA)",
	[EDUCMA_REASON_NO_AREA] = "no CMA area is reserved (boot with cma=SIZE@0-LIMIT)",
	[EDUCMA_REASON_TOO_SMALL] = "the CMA areas are smaller than that (boot with a larger cma=)",
	[EDUCMA_REASON_IN_USE] = "not enough free CMA",
	[EDUCMA_REASON_FRAGMENTED] = "enough free CMA, but not in one piece",
	[EDUCMA_REASON_ABOVE_MASK] =
		"the free memory lies above the device's reach (boot with cma=SIZE@0-LIMIT)",
	[EDUCMA_REASON_TOO_BIG] = "the machine has less memory than that",
	[EDUCMA_REASON_UNREACHED] =
		"the device's DMA does not reach the memory (is dma_bits too large?)",
	[EDUCMA_REASON_NO_MEMORY] = "out of memory",
	[EDUCMA_REASON_LIMIT] = "more than a user may have (max_buffers, max_bytes)",
	[EDUCMA_REASON_NO_ADDRESSES] =
		"the IOMMU has no free range of that many addresses within the device's reach",
};

/*
 * Whether a device with more address bits would have got memory of this
 * length, and in *@cma whether that memory comes from CMA. If the device's bits
 * cover all memory, no device would.
 */
static bool lies_above_mask(struct educma_dev *edev, size_t bytes, bool *cma)
{
	const u64 mask = DMA_BIT_MASK(edev->dma_bits);
	struct educma_memory memory = { .bytes = bytes };
	bool above;

	*cma = false;
	if (edev->dma_bits == EDUCMA_DMA_BITS_MAX ||
	    (!educma_coherent_is_translated(edev) &&
	     dma_get_required_mask(edev->hw->dev) <= mask))
		return false;
	if (!educma_coherent_alloc_below(edev, &memory, EDUCMA_DMA_BITS_MAX,
					 EDUCMA_GFP_LOOK))
		return false;
	*cma = educma_coherent_is_cma(&memory);
	above = memory.dma + bytes - 1 > mask;
	educma_coherent_free(edev, &memory);
	return above;
}

/* Why CMA, of which this machine has @total bytes, gave nothing. */
static enum educma_reason why_not_cma(size_t bytes, u64 total, u64 free)
{
	if (!IS_ENABLED(CONFIG_DMA_CMA))
		return EDUCMA_REASON_NO_CMA;
	if (!total)
		return EDUCMA_REASON_NO_AREA;
	if (bytes > total)
		return EDUCMA_REASON_TOO_SMALL;
	return bytes > free ? EDUCMA_REASON_IN_USE : EDUCMA_REASON_FRAGMENTED;
}

/**
 * educma_reason_find() - why there is no memory for a buffer
 * @edev: the device
 * @bytes: the buffer's length
 * @cma_only: ordinary memory would not do
 *
 * Memory above the device's reach is the reason only if CMA lies there, or if
 * there is no CMA. In all other cases CMA within the device's reach could have
 * given the memory, and did not. Context: alloc_lock held; may sleep.
 *
 * Return: the reason.
 */
enum educma_reason educma_reason_find(struct educma_dev *edev, size_t bytes,
				      bool cma_only)
{
	bool above, cma_above;
	u64 total, free;

	if (bytes >> PAGE_SHIFT > totalram_pages())
		return EDUCMA_REASON_TOO_BIG;
	educma_cma_bytes(&total, &free);
	above = lies_above_mask(edev, bytes, &cma_above);
	if (above && educma_coherent_is_translated(edev))
		return EDUCMA_REASON_NO_ADDRESSES;
	if (above && (cma_above || (!total && !cma_only)))
		return EDUCMA_REASON_ABOVE_MASK;
	if (!above && !cma_only &&
	    bytes <= PAGE_SIZE << PAGE_ALLOC_COSTLY_ORDER)
		return EDUCMA_REASON_NO_MEMORY;
	return why_not_cma(bytes, total, free);
}

/**
 * educma_reason_text() - a reason in words
 * @reason: enum educma_reason
 *
 * Context: any.
 *
 * Return: the words.
 */
const char *educma_reason_text(u32 reason)
{
	return reason_text[reason];
}

/**
 * educma_reason_log() - log why there is no buffer
 * @edev: the device
 * @bytes: the length that was asked for
 * @reason: enum educma_reason; nothing is logged for EDUCMA_REASON_NONE
 *
 * One line, rate limited, because any user can cause it. Context: any.
 */
void educma_reason_log(struct educma_dev *edev, u64 bytes, u32 reason)
{
	struct device *dev = edev->hw->dev;

	if (reason == EDUCMA_REASON_LIMIT)
		dev_err_ratelimited(dev, "no buffer of %llu bytes: %s: max_buffers=%u max_bytes=%llu\n",
				    bytes, reason_text[reason],
				    educma_max_buffers(), educma_max_bytes());
	else if (reason)
		dev_err_ratelimited(dev, "no buffer of %llu bytes within %u address bits: %s\n",
				    bytes, edev->dma_bits, reason_text[reason]);
}
