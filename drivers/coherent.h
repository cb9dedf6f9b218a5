/* SPDX-License-Identifier: GPL-2.0 */
/* Coherent memory: allocate and free it, and find out where it lies. */
#ifndef EDUCMA_COHERENT_H
#define EDUCMA_COHERENT_H

#include "dev.h"

struct vm_area_struct;

/*
 * With neither of these does the kernel call the OOM killer. For a buffer it may
 * reclaim memory and try again. EDUCMA_GFP_LOOK only finds out why there is no
 * memory, and gives up early.
 */
#define EDUCMA_GFP_BUFFER	(GFP_KERNEL | __GFP_NOWARN | __GFP_RETRY_MAYFAIL)
#define EDUCMA_GFP_LOOK		(GFP_KERNEL | __GFP_NOWARN | __GFP_NORETRY)

bool educma_coherent_alloc(struct educma_dev *edev,
			   struct educma_memory *memory, gfp_t gfp);
bool educma_coherent_alloc_below(struct educma_dev *edev,
				 struct educma_memory *memory,
				 unsigned int bits, gfp_t gfp);
void educma_coherent_free(struct educma_dev *edev,
			  struct educma_memory *memory);
int educma_coherent_init_vma(struct educma_dev *edev,
			     const struct educma_memory *memory,
			     struct vm_area_struct *vma);
unsigned long educma_coherent_pfn(const struct educma_memory *memory);
bool educma_coherent_is_cma(const struct educma_memory *memory);
bool educma_coherent_is_translated(struct educma_dev *edev);
void educma_cma_bytes(u64 *total, u64 *free);

#endif
