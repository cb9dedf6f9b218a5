// SPDX-License-Identifier: GPL-2.0
#include <inttypes.h>

#include "area.h"
#include "size.h"

void area_text(struct value *value, const struct educma_cma_area *area)
{
	char size[SIZE_TEXT];

	if (!area->bytes) {
		value_text(value, "'%s' at 0x%08" PRIx64 ", which the kernel could not use",
			   area->name, area->base);
		return;
	}
	value_text(value, "'%s', %s at 0x%08" PRIx64 "-0x%08" PRIx64,
		   area->name, size_format(size, area->bytes), area->base,
		   area->base + area->bytes - 1);
}
