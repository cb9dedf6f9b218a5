/* SPDX-License-Identifier: GPL-2.0 */
#ifndef EDUCMA_DOCTOR_MINMAX_H
#define EDUCMA_DOCTOR_MINMAX_H

#include <stdint.h>

static inline uint64_t min(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static inline uint64_t max(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

#endif
