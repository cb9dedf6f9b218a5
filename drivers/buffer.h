/* SPDX-License-Identifier: GPL-2.0 */
/* Coherent buffers and their mappings. */
#ifndef EDUCMA_BUFFER_H
#define EDUCMA_BUFFER_H

#include <linux/kref.h>
#include <linux/list.h>
#include <linux/types.h>

#include "dev.h"

struct educma_account;
struct vm_area_struct;

/**
 * struct educma_buffer - one coherent allocation
 * @ref: handle, mappings, transfers
 * @edev: the device
 * @account: who has to answer for it while it has memory; or NULL
 * @charged: bytes that @account is charged with
 * @node: in educma_dev.buffers
 * @memory: the memory; remove() frees it while the buffer lives on
 * @cma_only: CMA, the reserve, or nothing
 * @origin: enum educma_origin, where its memory is from
 * @page: the first page of its range of mmap offsets; 0 while it has none
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
int educma_buffer_mmap(struct educma_buffer *buf, struct vm_area_struct *vma,
		       u64 offset);

#endif
