/* SPDX-License-Identifier: GPL-2.0 */
/* The kernel functions that drivers/stats.c and drivers/engine.c use, for the host. */
#ifndef SHIM_KERNEL_H
#define SHIM_KERNEL_H

#include <assert.h>
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef uint8_t u8;
typedef uint32_t u32;
typedef uint64_t u64;
typedef u64 dma_addr_t;

#define __iomem

#define NSEC_PER_SEC	1000000000L
#define NSEC_PER_MSEC	1000000L

#define likely(x)	(x)
#define unlikely(x)	(x)
#define noinline	__attribute__((noinline))

#define READ_ONCE(x)		(x)
#define WRITE_ONCE(x, value)	((x) = (value))

#define container_of(ptr, type, member) \
	((type *)((char *)(ptr) - offsetof(type, member)))

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

/* Return: the number of the highest bit set in @n, which must not be 0. */
static inline int ilog2(u64 n)
{
	return 63 - __builtin_clzll(n);
}

#endif
