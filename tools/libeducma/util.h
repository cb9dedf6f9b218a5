/* SPDX-License-Identifier: GPL-2.0 */
#ifndef EDUCMA_UTIL_H
#define EDUCMA_UTIL_H

#include <stdint.h>

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

/* The smallest multiple of @unit that is at least @n. */
static inline uint64_t round_up(uint64_t n, uint64_t unit)
{
	return (n + unit - 1) / unit * unit;
}

#endif
