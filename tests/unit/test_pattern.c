// SPDX-License-Identifier: GPL-2.0
#include "test.h"
#include <stdlib.h>
#include <string.h>

#include "pattern.h"

#define SEED	42
#define LEN	1100

/* pattern.c does so many bytes at once. */
#define BLOCK	512

/* Words that another program computed: they are equal on any machine. */
static void is_as_described(void **state)
{
	static const struct {
		uint64_t number, word;
	} known[] = {
		{ 0, 0x599ed017a2962c92ULL },
		{ 1, 0xf7d649d18d85314bULL },
		{ 63, 0x4945c4be0718410eULL },
		{ 64, 0x2c73f0847427ff21ULL },
		{ 129, 0x2676369f054ace13ULL },
	};
	size_t i, j;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(known); i++) {
		for (j = 0; j < 8; j++)
			assert_int_equal(pattern_byte(1234567, known[i].number * 8 + j),
					 known[i].word >> j * 8 & 0xff);
	}
}

static int by_value(const void *a, const void *b)
{
	const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

static void no_two_words_are_equal(void **state)
{
	static uint64_t words[1 << 17];
	size_t i;

	(void)state;
	pattern_fill(words, SEED, 0, sizeof(words));
	qsort(words, ARRAY_SIZE(words), sizeof(*words), by_value);
	for (i = 1; i < ARRAY_SIZE(words); i++)
		assert_true(words[i - 1] < words[i]);
}

static void fill_piece(uint64_t pos, size_t len)
{
	uint8_t mem[LEN + 2];
	size_t i;

	memset(mem, 0xa5, sizeof(mem));
	pattern_fill(mem + 1, SEED, pos, len);
	assert_int_equal(mem[0], 0xa5);
	assert_int_equal(mem[len + 1], 0xa5);
	for (i = 0; i < len; i++)
		assert_int_equal(mem[i + 1], pattern_byte(SEED, pos + i));
}

/* pattern_fill() writes pattern_byte() of each position, and no byte beyond. */
static void fills_any_piece(void **state)
{
	uint64_t pos;
	size_t len;

	(void)state;
	for (pos = 4090; pos < 4107; pos++) {
		for (len = 0; len < 35; len++) {
			fill_piece(pos, len);
			fill_piece(pos, BLOCK - 9 + len);
			fill_piece(pos, 2 * BLOCK - 9 + len);
		}
	}
}

static void wrong_is_wrong_everywhere(void **state)
{
	struct pattern_mismatch bad = { 0 };
	uint8_t mem[LEN];

	(void)state;
	pattern_fill_wrong(mem, SEED, 3, LEN);
	pattern_verify(mem, SEED, 3, LEN, &bad);
	assert_int_equal(bad.count, LEN);
	assert_int_equal(bad.first, 3);
}

static void verifies_good_data(void **state)
{
	struct pattern_mismatch bad = { 0 };
	uint8_t mem[LEN];

	(void)state;
	pattern_fill(mem, SEED, 5, LEN);
	pattern_verify(mem, SEED, 5, LEN, &bad);
	assert_int_equal(bad.count, 0);
}

/* A flipped bit in any byte is found, with its position and both values. */
static void finds_each_bad_byte(void **state)
{
	struct pattern_mismatch bad;
	uint8_t mem[LEN];
	size_t i;

	(void)state;
	pattern_fill(mem, SEED, 3, LEN);
	for (i = 0; i < LEN; i++) {
		memset(&bad, 0, sizeof(bad));
		mem[i] ^= 1 << i % 8;
		pattern_verify(mem, SEED, 3, LEN, &bad);
		assert_int_equal(bad.count, 1);
		assert_int_equal(bad.first, 3 + i);
		assert_int_equal(bad.expected, pattern_byte(SEED, 3 + i));
		assert_int_equal(bad.got, mem[i]);
		mem[i] ^= 1 << i % 8;
	}
}

/* Over several calls the counts add up, and the first mismatch is kept. */
static void adds_pieces_up(void **state)
{
	struct pattern_mismatch bad = { 0 };
	uint8_t mem[64];

	(void)state;
	pattern_fill(mem, SEED, 0, sizeof(mem));
	mem[10] ^= 0xff;
	mem[40] ^= 0xff;
	mem[41] ^= 0xff;
	pattern_verify(mem, SEED, 0, 32, &bad);
	pattern_verify(mem + 32, SEED, 32, 32, &bad);
	assert_int_equal(bad.count, 3);
	assert_int_equal(bad.first, 10);
}

/* Counts how many of the eighth bytes from @lane on do not differ. */
static size_t count_equal(const uint8_t *a, const uint8_t *b, size_t len, size_t lane)
{
	size_t i, count = 0;

	for (i = lane; i < len; i += 8)
		count += a[i] == b[i];
	return count;
}

/*
 * Data of another place, or made with another seed, differs in almost every byte,
 * and so does each eighth byte of it by itself.
 */
static void expect_different(uint64_t seed, uint64_t pos)
{
	static uint8_t mem[65536], right[sizeof(mem)];
	struct pattern_mismatch bad = { 0 };
	size_t lane;

	pattern_fill(mem, seed, pos, sizeof(mem));
	pattern_fill(right, SEED, 0, sizeof(right));
	pattern_verify(mem, SEED, 0, sizeof(mem), &bad);
	assert_true(bad.count > sizeof(mem) * 9 / 10);
	for (lane = 0; lane < 8; lane++)
		assert_true(count_equal(mem, right, sizeof(mem), lane) <
			    sizeof(mem) / 8 / 10);
}

static void finds_misplaced_data(void **state)
{
	unsigned int bit;

	(void)state;
	for (bit = 0; bit < 44; bit++) {
		expect_different(SEED, 1ULL << bit);
		expect_different(SEED, 3ULL << bit);
		expect_different(SEED ^ 1ULL << bit, 0);
	}
	expect_different(SEED, 4095);
	expect_different(SEED + 1, 4096);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(is_as_described),
		cmocka_unit_test(no_two_words_are_equal),
		cmocka_unit_test(fills_any_piece),
		cmocka_unit_test(wrong_is_wrong_everywhere),
		cmocka_unit_test(verifies_good_data),
		cmocka_unit_test(finds_each_bad_byte),
		cmocka_unit_test(adds_pieces_up),
		cmocka_unit_test(finds_misplaced_data),
	};

	return cmocka_run_group_tests_name("pattern", tests, NULL, NULL);
}
