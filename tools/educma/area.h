/* SPDX-License-Identifier: GPL-2.0 */
/* A CMA area in words, for educma copy and educma cma. */
#ifndef EDUCMA_AREA_H
#define EDUCMA_AREA_H

#include "field.h"
#include "libeducma.h"

/* Writes "'reserved', 128M at 0x08000000-0x0fffffff" as @value's text. */
void area_text(struct value *value, const struct educma_cma_area *area);

#endif
