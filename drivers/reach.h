/* SPDX-License-Identifier: GPL-2.0 */
/* The reach test: up to which bus address the device's DMA is proven to get. */
#ifndef EDUCMA_REACH_H
#define EDUCMA_REACH_H

#include "dev.h"

int educma_reach_init(struct educma_dev *edev);
void educma_reach_exit(struct educma_dev *edev);
int educma_reach_test(struct educma_dev *edev,
		      const struct educma_memory *memory);
void educma_reach_extend(struct educma_dev *edev);
u64 educma_reach_proven(struct educma_dev *edev);
int educma_clear_card(struct educma_dev *edev);

#endif
