// SPDX-License-Identifier: GPL-2.0
/* Looks bits up in the bitmap of a CMA area. */
#include "libeducma.h"

#define WORD_BITS	32

bool educma_cma_is_used(const struct educma_cma_bitmap *map, uint64_t bit)
{
	return map->words[bit / WORD_BITS] >> bit % WORD_BITS & 1;
}

/* Returns the first bit from @bit on that is 1 after the words are XORed with @flip. */
static uint64_t next_bit(const struct educma_cma_bitmap *map, uint64_t bit,
			 uint32_t flip)
{
	uint64_t word = bit / WORD_BITS;
	uint32_t ones;

	if (bit >= map->bits)
		return map->bits;
	ones = (map->words[word] ^ flip) >> bit % WORD_BITS << bit % WORD_BITS;
	while (!ones && ++word * WORD_BITS < map->bits)
		ones = map->words[word] ^ flip;
	bit = word * WORD_BITS + (ones ? __builtin_ctz(ones) : 0);
	return bit < map->bits ? bit : map->bits;
}

uint64_t educma_cma_next_used(const struct educma_cma_bitmap *map, uint64_t bit)
{
	return next_bit(map, bit, 0);
}

uint64_t educma_cma_next_free(const struct educma_cma_bitmap *map, uint64_t bit)
{
	return next_bit(map, bit, UINT32_MAX);
}
