// SPDX-License-Identifier: GPL-2.0
#include "test.h"
#include <errno.h>

#include "size.h"

struct parse_case {
	const char *text;
	int err;
	uint64_t bytes;
};

static const struct parse_case cases[] = {
	{ "0", 0, 0 },
	{ "1", 0, 1 },
	{ "4095", 0, 4095 },
	{ "010", 0, 10 },
	{ "0x1000", 0, 4096 },
	{ "0XfF", 0, 255 },
	{ "1K", 0, 1024 },
	{ "1k", 0, 1024 },
	{ "4KiB", 0, 4096 },
	{ "64M", 0, 64ULL << 20 },
	{ "64MiB", 0, 64ULL << 20 },
	{ "0x10M", 0, 16ULL << 20 },
	{ "3G", 0, 3ULL << 30 },
	{ "5T", 0, 5ULL << 40 },
	{ "18446744073709551615", 0, UINT64_MAX },
	{ "0xffffffffffffffff", 0, UINT64_MAX },
	{ "16777215T", 0, 16777215ULL << 40 },
	{ "16777216T", -ERANGE, 0 },
	{ "18446744073709551616", -ERANGE, 0 },
	{ "18446744073709551616M", -ERANGE, 0 },
	{ "0x10000000000000000", -ERANGE, 0 },
	{ "", -EINVAL, 0 },
	{ "M", -EINVAL, 0 },
	{ "-1", -EINVAL, 0 },
	{ "+1", -EINVAL, 0 },
	{ " 1", -EINVAL, 0 },
	{ "1 ", -EINVAL, 0 },
	{ "1 M", -EINVAL, 0 },
	{ "12Q", -EINVAL, 0 },
	{ "99999999999999999999Q", -EINVAL, 0 },
	{ "1MB", -EINVAL, 0 },
	{ "1Mi", -EINVAL, 0 },
	{ "1MiBs", -EINVAL, 0 },
	{ "1iB", -EINVAL, 0 },
	{ "1.5G", -EINVAL, 0 },
	{ "1e3", -EINVAL, 0 },
	{ "0x", -EINVAL, 0 },
	{ "x10", -EINVAL, 0 },
};

static void parses_sizes(void **state)
{
	uint64_t bytes;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		bytes = 0;
		if (size_parse(cases[i].text, &bytes) != cases[i].err ||
		    bytes != cases[i].bytes)
			fail_msg("'%s'", cases[i].text);
	}
}

static void parses_numbers(void **state)
{
	uint64_t n;

	(void)state;
	assert_int_equal(number_parse("42", &n), 0);
	assert_int_equal(n, 42);
	assert_int_equal(number_parse("0x2a", &n), 0);
	assert_int_equal(n, 42);
	assert_int_equal(number_parse("1K", &n), -EINVAL);
	assert_int_equal(number_parse("-1", &n), -EINVAL);
	assert_int_equal(number_parse("18446744073709551616", &n), -ERANGE);
}

static void formats_what_it_parses(void **state)
{
	static const char * const texts[] = {
		"0", "1", "4095", "1K", "1025", "64M", "1536M", "3G", "5T",
		"16777215T", "18446744073709551615",
	};
	char text[SIZE_TEXT];
	uint64_t bytes;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(texts); i++) {
		assert_int_equal(size_parse(texts[i], &bytes), 0);
		assert_string_equal(size_format(text, bytes), texts[i]);
	}
	assert_string_equal(size_say(text, 0), "0 bytes");
	assert_string_equal(size_say(text, 1025), "1025 bytes");
	assert_string_equal(size_say(text, 1024), "1K");
	assert_string_equal(size_say(text, UINT64_MAX), "18446744073709551615 bytes");
}

static void computes_rates(void **state)
{
	(void)state;
	assert_int_equal(rate_per_s(4095, 100000000), 40950);
	assert_int_equal(rate_per_s(1, 0), 0);
	assert_int_equal(rate_per_s(0, 1), 0);
	assert_int_equal(rate_per_s(2, 3000000000), 1);
	/* 64 bits would overflow on the way. */
	assert_int_equal(rate_per_s(1ULL << 40, 1000000000), 1ULL << 40);
}

static void rounds_for_people(void **state)
{
	char text[SIZE_TEXT];

	(void)state;
	assert_string_equal(size_human(text, 0), "0");
	assert_string_equal(size_human(text, 1023), "1023");
	assert_string_equal(size_human(text, 1024), "1.0K");
	assert_string_equal(size_human(text, 64ULL << 20), "64.0M");
	assert_string_equal(size_human(text, (64ULL << 20) - 1), "64.0M");
	assert_string_equal(size_human(text, (1ULL << 20) - 1), "1.0M");
	assert_string_equal(size_human(text, UINT64_MAX), "16777216.0T");
	assert_string_equal(rate_human(text, 0), "0 B/s");
	assert_string_equal(rate_human(text, 999), "999 B/s");
	assert_string_equal(rate_human(text, 59512345), "59.5 MB/s");
	assert_string_equal(rate_human(text, 999949), "999.9 kB/s");
	assert_string_equal(rate_human(text, 999999), "1.0 MB/s");
	assert_string_equal(time_human(text, 0), "0 ns");
	assert_string_equal(time_human(text, 999), "999 ns");
	assert_string_equal(time_human(text, 1000), "1.0 us");
	assert_string_equal(time_human(text, 199957774), "200.0 ms");
	assert_string_equal(time_human(text, 999960000), "1.0 s");
	assert_string_equal(time_human(text, 7200000000000), "7200.0 s");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parses_sizes),
		cmocka_unit_test(parses_numbers),
		cmocka_unit_test(formats_what_it_parses),
		cmocka_unit_test(computes_rates),
		cmocka_unit_test(rounds_for_people),
	};

	return cmocka_run_group_tests_name("size", tests, NULL, NULL);
}
