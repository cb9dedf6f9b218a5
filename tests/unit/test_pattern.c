// SPDX-License-Identifier: GPL-2.0
#include "test.h"
#include <string.h>

#include "pattern.h"

#define SEED	42
#define LEN	257

/* Published outputs of splitmix64 for the seed 1234567, as bytes. */
static void is_splitmix64(void **state)
{
	static const uint64_t words[] = {
		6457827717110365317ULL, 3203168211198807973ULL,
		9817491932198370423ULL,
	};
	uint64_t pos;

	(void)state;
	for (pos = 0; pos < sizeof(words); pos++)
		assert_int_equal(pattern_byte(1234567, pos),
				 words[pos / 8] >> (pos % 8 * 8) & 0xff);
}

/* pattern_fill() writes pattern_byte() of each position, and no byte beyond. */
static void fills_any_piece(void **state)
{
	uint8_t mem[LEN + 2];
	uint64_t pos;
	size_t len, i;

	(void)state;
	for (pos = 4090; pos < 4107; pos++) {
		for (len = 0; len < 35; len++) {
			memset(mem, 0xa5, sizeof(mem));
			pattern_fill(mem + 1, SEED, pos, len);
			assert_int_equal(mem[0], 0xa5);
			assert_int_equal(mem[len + 1], 0xa5);
			for (i = 0; i < len; i++)
				assert_int_equal(mem[i + 1],
						 pattern_byte(SEED, pos + i));
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

/* Data that is shifted, or made with another seed, differs in almost every byte. */
static void finds_misplaced_data(void **state)
{
	static const uint64_t shifts[] = { 1, 8, 4095, 4096, 1ULL << 32 };
	struct pattern_mismatch bad;
	uint8_t mem[4096];
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(shifts); i++) {
		memset(&bad, 0, sizeof(bad));
		pattern_fill(mem, SEED, shifts[i], sizeof(mem));
		pattern_verify(mem, SEED, 0, sizeof(mem), &bad);
		assert_true(bad.count > sizeof(mem) * 9 / 10);
	}
	memset(&bad, 0, sizeof(bad));
	pattern_fill(mem, SEED + 1, 0, sizeof(mem));
	pattern_verify(mem, SEED, 0, sizeof(mem), &bad);
	assert_true(bad.count > sizeof(mem) * 9 / 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(is_splitmix64),
		cmocka_unit_test(fills_any_piece),
		cmocka_unit_test(wrong_is_wrong_everywhere),
		cmocka_unit_test(verifies_good_data),
		cmocka_unit_test(finds_each_bad_byte),
		cmocka_unit_test(adds_pieces_up),
		cmocka_unit_test(finds_misplaced_data),
	};

	return cmocka_run_group_tests_name("pattern", tests, NULL, NULL);
}
