/* SPDX-License-Identifier: GPL-2.0 */
/* The module parameter dma_bits: how many address bits a device decodes. */
#ifndef EDUCMA_DMA_BITS_H
#define EDUCMA_DMA_BITS_H

#include <linux/types.h>

struct educma_hw;

/*
 * Every device that the driver supports decodes at least EDUCMA_DMA_BITS_MIN
 * bits, so memory below that needs no reach test.
 */
#define EDUCMA_DMA_BITS_MIN	24
#define EDUCMA_DMA_BITS_MAX	64

int educma_dma_bits_check(void);
u32 educma_dma_bits(const struct educma_hw *hw);

#endif
