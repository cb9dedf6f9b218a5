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

/* The bits of a word that are below @bits; the word begins with the bit @first. */
static uint32_t bits_below(uint64_t first, uint64_t bits)
{
	return bits - first < WORD_BITS ? (1U << (bits - first)) - 1 : UINT32_MAX;
}

uint64_t educma_cma_count_used(const struct educma_cma_bitmap *map,
			       const struct educma_cma_bitmap *other)
{
	uint64_t count = 0, word;
	uint32_t ones;

	for (word = 0; word * WORD_BITS < map->bits; word++) {
		ones = map->words[word] & bits_below(word * WORD_BITS, map->bits);
		if (other)
			ones &= ~other->words[word];
		if (ones)
			count += __builtin_popcount(ones);
	}
	return count;
}
