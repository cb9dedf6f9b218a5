/* SPDX-License-Identifier: GPL-2.0 */
/* Mappings of buffers into user space. */
#ifndef EDUCMA_MAPPING_H
#define EDUCMA_MAPPING_H

#include <linux/types.h>

struct educma_buffer;
struct vm_area_struct;

int educma_mapping_add(struct educma_buffer *buf, struct vm_area_struct *vma,
		       u64 offset);

#endif
