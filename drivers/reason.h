/* SPDX-License-Identifier: GPL-2.0 */
/* Why there is no buffer. */
#ifndef EDUCMA_REASON_H
#define EDUCMA_REASON_H

#include <linux/educma.h>

#include "dev.h"

enum educma_reason educma_reason_find(struct educma_dev *edev, size_t bytes,
				      bool cma_only);
const char *educma_reason_text(u32 reason);
void educma_reason_log(struct educma_dev *edev, u64 bytes, u32 reason);

#endif
