/* SPDX-License-Identifier: GPL-2.0 */
/* What drivers/split.c takes from the kernel, for the host. */
#ifndef SHIM_KERNEL_H
#define SHIM_KERNEL_H

#include <stdint.h>
#include <string.h>

typedef uint32_t u32;
typedef uint64_t u64;

#define NSEC_PER_SEC	1000000000L

static inline u64 min(u64 a, u64 b)
{
	return a < b ? a : b;
}

static inline u64 max(u64 a, u64 b)
{
	return a > b ? a : b;
}

#define check_mul_overflow(a, b, product) \
	__builtin_mul_overflow(a, b, product)
#define min_t(type, a, b)	((type)min(a, b))

static inline u64 div64_u64(u64 a, u64 b)
{
	return a / b;
}

#endif
