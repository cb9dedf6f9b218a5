/* SPDX-License-Identifier: GPL-2.0 */
/* Coherent buffers. */
#ifndef EDUCMA_BUFFER_H
#define EDUCMA_BUFFER_H

#include <linux/kref.h>
#include <linux/list.h>
#include <linux/types.h>

#include "dev.h"

struct educma_account;

/**
 * struct educma_buffer - one coherent allocation
 * @ref: one reference each for the handle or the debugfs file, every mapping
 *	and every transfer
 * @edev: the device
 * @account: the account that is charged while there is memory; NULL: none
 * @charged: how many bytes @account is charged with
 * @node: in educma_dev.buffers
 * @memory: the memory; remove() frees it while the buffer lives on
 * @cma_only: ordinary memory will not do, only CMA or the reserve
 * @origin: enum educma_origin, where the memory comes from
 * @page: the first page of the buffer's range of mmap offsets; 0: no range yet
 */
struct educma_buffer {
	struct kref ref;
	struct educma_dev *edev;
	struct educma_account *account;
	u64 charged;
	struct list_head node;
	struct educma_memory memory;
	bool cma_only;
	u8 origin;
	u32 page;
};

int educma_buffers_init(struct educma_dev *edev);
void educma_buffers_exit(struct educma_dev *edev);
struct educma_buffer *educma_buffer_alloc(struct educma_dev *edev,
					  struct educma_account *account,
					  u64 bytes, u32 flags, u32 *reason);
void educma_buffer_put(struct educma_buffer *buf);

#endif
