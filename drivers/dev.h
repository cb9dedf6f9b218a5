/* SPDX-License-Identifier: GPL-2.0 */
/*
 * educma: the objects, who owns what, and the lock order.
 *
 * struct educma_dev: one per PCI function; every open file holds a reference
 *	and outlives remove(). After remove() it is an empty shell: no
 *	registers, no coherent memory, its engine EDUCMA_REMOVED.
 * struct educma_buffer: one coherent allocation; a reference each for its
 *	handle, every mapping and every transfer not yet collected.
 * struct educma_xfer: one request; its owner allocates and frees it, the
 *	engine holds it from submission to its completion callback.
 *
 * Lock order, outermost first:
 *	mmap_lock (of whoever calls mmap or munmap), dmaengine's own
 *	educma_dev.gone_lock
 *	educma_dev.alloc_lock
 *	educma_dev.lists_lock
 *	educma_dma.submit_lock
 *	educma_engine.lock (hard interrupt)
 *	educma_file.lock, educma_dma.done_lock (hard interrupt)
 * educma_handles.lock is taken inside gone_lock, the lock of the accounts
 * inside anything but spinlocks; neither is held while another is taken.
 * User memory is never touched under gone_lock, for a page fault takes
 * mmap_lock.
 */
#ifndef EDUCMA_DEV_H
#define EDUCMA_DEV_H

#include <linux/kref.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/pci.h>
#include <linux/rwsem.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/types.h>
#include <linux/xarray.h>

#include "engine.h"

/**
 * struct educma_memory - coherent memory
 * @cpu: kernel address; NULL: there is none
 * @dma: bus address
 * @bytes: length, a multiple of the page size
 */
struct educma_memory {
	void *cpu;
	dma_addr_t dma;
	size_t bytes;
};

/**
 * struct educma_reserve - memory that a device holds for its buffers
 * @memory: all of it; its bytes are 0 if there is no reserve
 * @map: a bit for each page that is in a buffer; under lists_lock
 * @free_bytes: what is in no buffer; written under lists_lock
 */
struct educma_reserve {
	struct educma_memory memory;
	unsigned long *map;
	size_t free_bytes;
};

/**
 * struct educma_dev - one PCI function
 * @ref: the driver's while bound, and one for each open file
 * @minor: N of /dev/educmaN
 * @pdev: the PCI function; valid until EDUCMA_REMOVED
 * @saved: its configuration with bus mastering off, for after a reset
 * @dma_bits: address bits that the device decodes, as far as the user knows
 * @hw: the device as its card knows it
 * @engine: transfers, and the state of the device. It is EDUCMA_REMOVED before
 *	remove() takes @gone_lock, so that waiters may look without that lock.
 *	Who holds @gone_lock for reading and finds another state may use memory
 *	and mappings until he unlocks
 * @low: memory below as few address bits as there is any, for the reach test
 *	and for clearing the card's memory; under @alloc_lock
 * @own: the engine's client for the driver's own transfers; under @alloc_lock
 * @gone_lock: read: the device stays usable while held; write: remove()
 * @held: struct educma_buffer that a debugfs file allocated, by number; xa_lock
 * @debug: the directory of those files
 * @dma: the dmaengine channel, or NULL
 * @alloc_lock: one allocation at a time: to find out why one failed, the
 *	coherent mask is widened for a moment, and nobody else may get memory
 *	meanwhile. Guards @own, @low, and writes of @proven_address
 * @proven_address: highest bus address that a reach test has read and written
 * @reserve: memory that buffers are carved from
 * @lists_lock: guards the fields below; gone_lock for writing does so too
 * @files: open files
 * @buffers: buffers that have memory
 * @buffer_count: how many; read without the lock
 * @buffer_bytes: their sum; read without the lock
 * @users: open files, and who has the channel
 * @exclusive: the only one of them is to remain so
 */
struct educma_dev {
	struct kref ref;
	u32 minor;
	struct pci_dev *pdev;
	struct pci_saved_state *saved;
	u32 dma_bits;
	struct educma_hw *hw;
	struct educma_engine engine;
	struct educma_memory low;
	struct educma_client own;
	struct xarray held;
	struct dentry *debug;
	struct educma_dma *dma;

	struct rw_semaphore gone_lock;
	struct mutex alloc_lock;	/* dma_alloc_attrs(), low, own */
	u64 proven_address;
	struct educma_reserve reserve;

	spinlock_t lists_lock;		/* the fields below */
	struct list_head files;
	struct list_head buffers;
	unsigned long buffer_count;
	unsigned long buffer_bytes;
	unsigned int users;
	bool exclusive;
};

static inline void educma_dev_release(struct kref *ref)
{
	struct educma_dev *edev = container_of(ref, struct educma_dev, ref);

	kfree(edev->hw);
	kfree(edev);
}

static inline void educma_dev_put(struct educma_dev *edev)
{
	kref_put(&edev->ref, educma_dev_release);
}

/* Whether remove() or shutdown() has begun. */
static inline bool educma_is_removed(const struct educma_dev *edev)
{
	return educma_engine_state(&edev->engine) == EDUCMA_REMOVED;
}

/* Every call on the device is between these two. */
static inline int educma_dev_enter(struct educma_dev *edev)
{
	down_read(&edev->gone_lock);
	if (!educma_is_removed(edev))
		return 0;
	up_read(&edev->gone_lock);
	return -ENODEV;
}

static inline void educma_dev_leave(struct educma_dev *edev)
{
	up_read(&edev->gone_lock);
}

/* O_EXCL wants to be alone, and whoever is alone stays so: -EBUSY. */
static inline int educma_dev_join(struct educma_dev *edev, bool exclusive)
{
	int ret = -EBUSY;

	spin_lock(&edev->lists_lock);
	if (!edev->exclusive && !(exclusive && edev->users)) {
		edev->users++;
		edev->exclusive = exclusive;
		ret = 0;
	}
	spin_unlock(&edev->lists_lock);
	return ret;
}

static inline void educma_dev_part(struct educma_dev *edev)
{
	spin_lock(&edev->lists_lock);
	edev->users--;
	edev->exclusive = false;	/* if it was, nobody else is here */
	spin_unlock(&edev->lists_lock);
}

#endif
