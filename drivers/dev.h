/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The objects of one device, their owners, and the lock order.
 *
 * struct educma_dev: one for each PCI function. Every open file and the
 *	dmaengine channel hold a reference, so it outlives remove(). After
 *	remove() it has no registers and no coherent memory, and its engine is
 *	EDUCMA_REMOVED.
 * struct educma_buffer: one coherent allocation. It has a reference for its
 *	handle, or for the debugfs file that holds it; for each mapping; and for
 *	each transfer that uses it, until that is collected.
 * struct educma_xfer: one transfer. Its submitter allocates and frees it; the
 *	engine has it from submission to the completion callback.
 *
 * Lock order, outermost first:
 *	mmap_lock (the caller of mmap or munmap has it), dmaengine's own locks
 *	educma_dev.remove_lock
 *	educma_dev.alloc_lock
 *	educma_dev.lists_lock
 *	educma_dma.submit_lock
 *	educma_engine.lock (hard interrupt)
 *	educma_file.lock, educma_dma.done_lock (hard interrupt)
 * There are two more: educma_handles.lock, taken under remove_lock, and the lock
 * of the accounts, taken under any lock that is no spinlock. Under either of them
 * only an xa_lock may be taken. An xa_lock is always innermost.
 * User memory is never accessed under remove_lock, because a page fault takes
 * mmap_lock.
 */
#ifndef EDUCMA_DEV_H
#define EDUCMA_DEV_H

#include <linux/kref.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/pci.h>
#include <linux/rwsem.h>
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
 * @ref: one reference for the driver while it is bound, one for each open file,
 *	and one for the dmaengine channel
 * @minor: N of /dev/educmaN
 * @pdev: the PCI function; valid until the device is removed
 * @saved: its configuration with bus mastering off, to restore after a reset
 * @dma_bits: address bits that the device decodes, as far as the user knows
 * @hw: the device as its card sees it
 * @engine: the queue of its transfers, and the state of the device. remove()
 *	sets the state to EDUCMA_REMOVED before it takes @remove_lock, so a
 *	waiter sees that without the lock
 * @low: memory with as few address bits as possible, for the reach test and for
 *	clearing the card's memory; under @alloc_lock
 * @own: the engine's client for the driver's own transfers; under @alloc_lock
 * @held: each struct educma_buffer that a debugfs file holds, by number; xa_lock
 * @debug: the directory of the files in debugfs
 * @dma: the dmaengine channel, or NULL
 * @remove_lock: while it is held for reading and the device is not removed, its
 *	memory and mappings stay; remove() takes it for writing
 * @alloc_lock: one allocation at a time. To find out why one has failed, the
 *	driver widens the coherent mask for a moment, and no other allocation
 *	may use that mask. Guards @own, @low, and writes of @proven_address
 * @proven_address: highest bus address that the device has read in a reach test;
 *	before a buffer there is given to a user, the device has also written it
 * @keeps_prot: dma_mmap_attrs() leaves the page protection of a mapping as it is,
 *	because the device is cache-coherent; written and read without a lock
 * @reserve: memory that buffers are carved from
 * @lists_lock: guards the fields below; so does @remove_lock, held for writing
 * @files: open files
 * @buffers: buffers that have memory
 * @buffer_count: how many buffers have memory; read without the lock
 * @buffer_bytes: the sum of their bytes; read without the lock
 * @users: open files, plus 1 if the dmaengine channel is in use
 * @exclusive: there is one user, and no other is let in
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

	struct rw_semaphore remove_lock;
	struct mutex alloc_lock;	/* dma_alloc_attrs(), low, own */
	u64 proven_address;
	bool keeps_prot;
	struct educma_reserve reserve;

	spinlock_t lists_lock;		/* the fields below */
	struct list_head files;
	struct list_head buffers;
	unsigned long buffer_count;
	unsigned long buffer_bytes;
	unsigned int users;
	bool exclusive;
};

void educma_dev_put(struct educma_dev *edev);
bool educma_is_removed(const struct educma_dev *edev);
int educma_dev_enter(struct educma_dev *edev);
void educma_dev_leave(struct educma_dev *edev);
int educma_dev_add_user(struct educma_dev *edev, bool exclusive);
void educma_dev_remove_user(struct educma_dev *edev);

#endif
