// SPDX-License-Identifier: GPL-2.0
/* firmware-sim/parse.c: the size of the device memory. */
#include "test.h"

#include "parse.h"

static void understands_a_size(void **state)
{
	static const struct {
		const char *text;
		uint32_t bytes;
	} good[] = {
		{ "4096", 4096 }, { "4K", 4096 }, { "0x2000", 8192 }, { "64K", 65536 },
		{ "1M", 1048576 }, { "1048576", 1048576 }, { "16M", 16777216 },
		{ "0x10M", 16777216 }, { "16384K", 16777216 },
	};
	uint32_t bytes;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(good); i++) {
		bytes = 0;
		assert_true(parse_memory(good[i].text, &bytes));
		assert_int_equal(bytes, good[i].bytes);
	}
}

static void refuses_a_size(void **state)
{
	static const char * const bad[] = {
		"", "M", "-1M", " 1M", "1M ", "1MB", "1m", "1G", "0", "0M", "1", "2K", "4095",
		"4097", "3M", "12K", "17M", "32M", "33554432", "0x", "1.5M",
		"17592186044416M", "18446744073709551615K", "18446744073709551616",
	};
	uint32_t bytes = 7;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(bad); i++)
		if (parse_memory(bad[i], &bytes))
			fail_msg("'%s' is no size", bad[i]);
	assert_int_equal(bytes, 7);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(understands_a_size),
		cmocka_unit_test(refuses_a_size),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
