// SPDX-License-Identifier: GPL-2.0
/*
 * The memory that a device holds from probe to remove (module parameter
 * reserve), so that nobody else can use it up or pin pages in it. Buffers are
 * carved from it, page by page, before any other memory is tried.
 */
#include <linux/bitmap.h>
#include <linux/moduleparam.h>

#include "coherent.h"
#include "reserve.h"
#include "size.h"

static u64 wanted_bytes;
module_param_named(reserve, wanted_bytes, educma_size, 0444);
MODULE_PARM_DESC(reserve, "bytes that each device reserves for its buffers from probe to remove, for example 64M (default 0)");

/**
 * educma_reserve_wanted() - the bytes that each device is to reserve
 *
 * Context: any.
 *
 * Return: the module parameter reserve; 0: no reserve.
 */
u64 educma_reserve_wanted(void)
{
	return wanted_bytes;
}

static unsigned long reserve_pages(const struct educma_reserve *reserve)
{
	return reserve->memory.bytes >> PAGE_SHIFT;
}

/**
 * educma_reserve_init() - give a device its reserve
 * @edev: the device, not yet used by anybody
 * @memory: the memory; the reserve's from here on, unless this fails
 *
 * Undone by educma_reserve_exit(). Context: may sleep.
 *
 * Return: 0 or -ENOMEM.
 */
int educma_reserve_init(struct educma_dev *edev,
			const struct educma_memory *memory)
{
	struct educma_reserve *reserve = &edev->reserve;

	reserve->map = bitmap_zalloc(memory->bytes >> PAGE_SHIFT, GFP_KERNEL);
	if (!reserve->map)
		return -ENOMEM;
	reserve->memory = *memory;
	reserve->free_bytes = memory->bytes;
	return 0;
}

/**
 * educma_reserve_exit() - free a device's reserve
 * @edev: the device; it may have no reserve, and no buffer is in it
 *
 * Context: may sleep.
 */
void educma_reserve_exit(struct educma_dev *edev)
{
	bitmap_free(edev->reserve.map);
	educma_coherent_free(edev, &edev->reserve.memory);
	edev->reserve = (struct educma_reserve) { };
}

/* Finds free pages, first fit, and takes them. Returns whether there were any. */
static bool reserve_find(struct educma_dev *edev, size_t bytes,
			 unsigned long *page)
{
	struct educma_reserve *reserve = &edev->reserve;
	const unsigned long pages = bytes >> PAGE_SHIFT;
	bool found;

	spin_lock(&edev->lists_lock);
	*page = bitmap_find_next_zero_area(reserve->map, reserve_pages(reserve),
					   0, pages, 0);
	found = *page < reserve_pages(reserve);
	if (found) {
		bitmap_set(reserve->map, *page, pages);
		WRITE_ONCE(reserve->free_bytes, reserve->free_bytes - bytes);
	}
	spin_unlock(&edev->lists_lock);
	return found;
}

/**
 * educma_reserve_take() - carve memory from the reserve
 * @edev: the device
 * @memory: its bytes are set; the rest is set here, and the memory zeroed
 *
 * Undone by educma_reserve_give(). Context: may sleep.
 *
 * Return: whether the reserve had so many free bytes in one piece.
 */
bool educma_reserve_take(struct educma_dev *edev, struct educma_memory *memory)
{
	const struct educma_memory *all = &edev->reserve.memory;
	unsigned long page;

	if (memory->bytes > all->bytes ||
	    !reserve_find(edev, memory->bytes, &page))
		return false;
	memory->cpu = all->cpu + (page << PAGE_SHIFT);
	memory->dma = all->dma + ((dma_addr_t)page << PAGE_SHIFT);
	memset(memory->cpu, 0, memory->bytes);
	return true;
}

/**
 * educma_reserve_give() - give memory back to the reserve
 * @edev: the device
 * @memory: from educma_reserve_take(); no mapping and no transfer uses it. Its
 *	cpu is NULL after this call
 *
 * Context: any but interrupts.
 */
void educma_reserve_give(struct educma_dev *edev, struct educma_memory *memory)
{
	struct educma_reserve *reserve = &edev->reserve;

	spin_lock(&edev->lists_lock);
	bitmap_clear(reserve->map,
		     (memory->dma - reserve->memory.dma) >> PAGE_SHIFT,
		     memory->bytes >> PAGE_SHIFT);
	WRITE_ONCE(reserve->free_bytes, reserve->free_bytes + memory->bytes);
	spin_unlock(&edev->lists_lock);
	memory->cpu = NULL;
}
