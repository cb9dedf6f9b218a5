/* SPDX-License-Identifier: GPL-2.0 */
/* The memory that a device holds for its buffers from probe to remove. */
#ifndef EDUCMA_RESERVE_H
#define EDUCMA_RESERVE_H

#include "dev.h"

u64 educma_reserve_wanted(void);
int educma_reserve_init(struct educma_dev *edev,
			const struct educma_memory *memory);
void educma_reserve_exit(struct educma_dev *edev);
bool educma_reserve_take(struct educma_dev *edev,
			 struct educma_memory *memory);
void educma_reserve_give(struct educma_dev *edev,
			 struct educma_memory *memory);

#endif
