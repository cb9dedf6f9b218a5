/* SPDX-License-Identifier: GPL-2.0 */
/* The device as a dmaengine channel. */
#ifndef EDUCMA_DMAENGINE_H
#define EDUCMA_DMAENGINE_H

#include <linux/kconfig.h>

struct educma_dev;

#if IS_ENABLED(CONFIG_DMA_ENGINE)
int educma_dma_init(void);
void educma_dma_exit(void);
int educma_dma_add(struct educma_dev *edev);
void educma_dma_del(struct educma_dev *edev);
#else
static inline int educma_dma_init(void) { return 0; }
static inline void educma_dma_exit(void) { }
static inline int educma_dma_add(struct educma_dev *edev) { return 0; }
static inline void educma_dma_del(struct educma_dev *edev) { }
#endif

#endif
