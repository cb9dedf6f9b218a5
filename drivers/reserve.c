// SPDX-License-Identifier: GPL-2.0
/*
 * The memory that a device holds from probe to remove (module parameter
 * reserve), so that nobody else can use it up or pin pages in it. Buffers are
 * carved from it, page by page, before any other memory is tried.
 */
#include <linux/bitmap.h>

#include "buffer.h"
#include "reserve.h"

static unsigned long reserve_pages(const struct educma_reserve *reserve)
{
	return reserve->bytes >> PAGE_SHIFT;
}

/**
 * educma_reserve_init() - make a device's reserve of a buffer
 * @edev: the device, used by nobody else yet
 * @memory: the buffer; it stays the caller's
 *
 * Undone by educma_reserve_exit(). Context: may sleep.
 *
 * Return: 0 or -ENOMEM.
 */
int educma_reserve_init(struct educma_dev *edev,
			const struct educma_buffer *memory)
{
	struct educma_reserve *reserve = &edev->reserve;

	reserve->map = bitmap_zalloc(memory->memory.bytes >> PAGE_SHIFT, GFP_KERNEL);
	if (!reserve->map)
		return -ENOMEM;
	reserve->cpu = memory->memory.cpu;
	reserve->dma = memory->memory.dma;
	reserve->bytes = memory->memory.bytes;
	reserve->free_bytes = memory->memory.bytes;
	return 0;
}

/**
 * educma_reserve_exit() - undo educma_reserve_init()
 * @edev: the device; it may have no reserve, and no buffer is in it
 *
 * Context: any.
 */
void educma_reserve_exit(struct educma_dev *edev)
{
	bitmap_free(edev->reserve.map);
	edev->reserve = (struct educma_reserve) { };
}

/* Finds room, first fit, and takes it. Returns whether there was any. */
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
 * educma_reserve_take() - carve a buffer's memory from the reserve
 * @buf: a buffer without memory; gets zeroed memory
 *
 * Undone by educma_reserve_give(). Context: may sleep.
 *
 * Return: whether the reserve had so much in one piece.
 */
bool educma_reserve_take(struct educma_buffer *buf)
{
	struct educma_reserve *reserve = &buf->edev->reserve;
	unsigned long page;

	if (buf->memory.bytes > reserve->bytes ||
	    !reserve_find(buf->edev, buf->memory.bytes, &page))
		return false;
	buf->memory.cpu = reserve->cpu + (page << PAGE_SHIFT);
	buf->memory.dma = reserve->dma + ((dma_addr_t)page << PAGE_SHIFT);
	buf->origin = EDUCMA_ORIGIN_RESERVE;
	memset(buf->memory.cpu, 0, buf->memory.bytes);
	return true;
}

/**
 * educma_reserve_give() - give a buffer's memory back to the reserve
 * @buf: from educma_reserve_take(); no mapping and no transfer uses it
 *
 * Context: any but interrupts.
 */
void educma_reserve_give(const struct educma_buffer *buf)
{
	struct educma_dev *edev = buf->edev;
	struct educma_reserve *reserve = &edev->reserve;

	spin_lock(&edev->lists_lock);
	bitmap_clear(reserve->map, (buf->memory.dma - reserve->dma) >> PAGE_SHIFT,
		     buf->memory.bytes >> PAGE_SHIFT);
	WRITE_ONCE(reserve->free_bytes, reserve->free_bytes + buf->memory.bytes);
	spin_unlock(&edev->lists_lock);
}
