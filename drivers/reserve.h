/* SPDX-License-Identifier: GPL-2.0 */
/* The memory that a device holds for its buffers from probe to remove. */
#ifndef EDUCMA_RESERVE_H
#define EDUCMA_RESERVE_H

#include <linux/types.h>

struct educma_buffer;
struct educma_dev;

int educma_reserve_init(struct educma_dev *edev,
			const struct educma_buffer *memory);
void educma_reserve_exit(struct educma_dev *edev);
bool educma_reserve_take(struct educma_buffer *buf);
void educma_reserve_give(const struct educma_buffer *buf);

#endif
