// SPDX-License-Identifier: GPL-2.0
#include <string.h>

#include "pattern.h"

#define WORD	sizeof(uint64_t)

/* The n-th output of splitmix64 (Steele, Lea, Flood 2014). */
static uint64_t word_at(uint64_t seed, uint64_t n)
{
	uint64_t z = seed + (n + 1) * 0x9e3779b97f4a7c15ULL;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
	return z ^ (z >> 31);
}

/* A word's bytes are in little-endian order on any machine. */
static uint8_t byte_of(uint64_t word, uint64_t pos)
{
	return word >> (pos % WORD * 8);
}

uint8_t pattern_byte(uint64_t seed, uint64_t pos)
{
	return byte_of(word_at(seed, pos / WORD), pos);
}

/* The 8 bytes from @pos on, as this machine loads them; @pos is aligned. */
static uint64_t memory_word(uint64_t seed, uint64_t pos)
{
	uint64_t word = word_at(seed, pos / WORD);

#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	word = __builtin_bswap64(word);
#endif
	return word;
}

/* How many bytes to do at once from @pos on: a whole word, else 1. */
static size_t step(uint64_t pos, size_t left)
{
	return pos % WORD || left < WORD ? 1 : WORD;
}

static void fill(uint8_t *mem, uint64_t seed, uint64_t pos, size_t len,
		 uint64_t invert)
{
	uint64_t word;
	size_t n;

	for (; len; mem += n, pos += n, len -= n) {
		n = step(pos, len);
		if (n == 1) {
			*mem = pattern_byte(seed, pos) ^ (uint8_t)invert;
			continue;
		}
		word = memory_word(seed, pos) ^ invert;
		memcpy(mem, &word, WORD);
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
	const uint8_t *m = mem;
	uint64_t word;
	size_t n;

	for (; len; m += n, pos += n, len -= n) {
		n = step(pos, len);
		if (n == WORD) {
			memcpy(&word, m, WORD);
			if (word == memory_word(seed, pos))
				continue;
		}
		verify_bytes(m, seed, pos, n, bad);
	}
}
