// SPDX-License-Identifier: GPL-2.0
/*
 * The data set consists of blocks of 64 words. The block number B is made from Z, the
 * B-th output of the random number generator splitmix64 for the seed. The word number
 * I of the block is Y ^ Y >> 32, where Y is Z plus I times an odd number. No two words
 * of a block are equal, because each of these operations can be undone. The shift
 * carries the upper half, of which all bytes change from word to word, into the lower
 * half. Compilers make vector instructions of the loop over a block's words.
 */
#include <string.h>

#include "pattern.h"

#define WORD		sizeof(uint64_t)
#define BLOCK_WORDS	64
#define BLOCK		(BLOCK_WORDS * WORD)

/* 2^64 divided by the golden ratio */
#define STEP		0x9e3779b97f4a7c15ULL

/* The n-th output of splitmix64 (Steele, Lea, Flood 2014). */
static uint64_t random_number(uint64_t seed, uint64_t n)
{
	uint64_t z = seed + (n + 1) * STEP;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
	return z ^ (z >> 31);
}

/* What the word at @pos is made of. */
static uint64_t source_of(uint64_t seed, uint64_t pos)
{
	return random_number(seed, pos / BLOCK) + pos % BLOCK / WORD * STEP;
}

static uint64_t word_of(uint64_t source)
{
	return source ^ source >> 32;
}

/* A word's bytes are in little-endian order on any machine. */
static uint8_t byte_of(uint64_t word, uint64_t pos)
{
	return word >> (pos % WORD * 8);
}

uint8_t pattern_byte(uint64_t seed, uint64_t pos)
{
	return byte_of(word_of(source_of(seed, pos)), pos);
}

/* Makes words as this machine loads them from memory. */
static inline void make_words(uint64_t *word, size_t count, uint64_t source,
			      uint64_t invert)
{
	size_t i;

	for (i = 0; i < count; i++) {
		word[i] = word_of(source) ^ invert;
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
		word[i] = __builtin_bswap64(word[i]);
#endif
		source += STEP;
	}
}

/* Makes @n bytes, the whole block or a word of it. */
static void make_bytes(uint64_t *word, uint64_t seed, uint64_t pos, size_t n,
		       uint64_t invert)
{
	const uint64_t source = source_of(seed, pos);

	/* The compiler knows both numbers of words. */
	if (n == BLOCK)
		make_words(word, BLOCK_WORDS, source, invert);
	else
		make_words(word, 1, source, invert);
}

/* How many bytes to do at once from @pos on: a block, a word, or 1. */
static size_t step(uint64_t pos, size_t left)
{
	if (pos % WORD || left < WORD)
		return 1;
	return pos % BLOCK || left < BLOCK ? WORD : BLOCK;
}

static void fill(uint8_t *mem, uint64_t seed, uint64_t pos, size_t len,
		 uint64_t invert)
{
	uint64_t word[BLOCK_WORDS];
	size_t n;

	for (; len; mem += n, pos += n, len -= n) {
		n = step(pos, len);
		if (n == 1) {
			*mem = pattern_byte(seed, pos) ^ (uint8_t)invert;
			continue;
		}
		make_bytes(word, seed, pos, n, invert);
		memcpy(mem, word, n);
	}
}

void pattern_fill(void *mem, uint64_t seed, uint64_t pos, size_t len)
{
	fill(mem, seed, pos, len, 0);
}

void pattern_fill_wrong(void *mem, uint64_t seed, uint64_t pos, size_t len)
{
	fill(mem, seed, pos, len, ~0ULL);
}

static void verify_bytes(const uint8_t *mem, uint64_t seed, uint64_t pos,
			 size_t len, struct pattern_mismatch *bad)
{
	uint8_t expected;

	for (; len; mem++, pos++, len--) {
		expected = pattern_byte(seed, pos);
		if (*mem == expected)
			continue;
		if (!bad->count++) {
			bad->first = pos;
			bad->expected = expected;
			bad->got = *mem;
		}
	}
}

void pattern_verify(const void *mem, uint64_t seed, uint64_t pos, size_t len,
		    struct pattern_mismatch *bad)
{
	uint64_t word[BLOCK_WORDS];
	const uint8_t *m = mem;
	size_t n;

	for (; len; m += n, pos += n, len -= n) {
		n = step(pos, len);
		if (n > 1) {
			make_bytes(word, seed, pos, n, 0);
			if (!memcmp(m, word, n))
				continue;
		}
		verify_bytes(m, seed, pos, n, bad);
	}
}
