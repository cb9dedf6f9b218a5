// SPDX-License-Identifier: GPL-2.0
/* The arithmetic of drivers/stats.c: rates. */
#include "test.h"

#include "stats.h"

#define MS	1000000ULL
#define SECOND	1000000000ULL

static void products(void **state)
{
	(void)state;
	assert_int_equal(educma_mul_div(7, 6, 5), 8);
	assert_int_equal(educma_mul_div(7, 6, 0), 0);
	assert_int_equal(educma_mul_div(0, UINT64_MAX, 1), 0);
	assert_int_equal(educma_mul_div(UINT64_MAX, 1, 1), UINT64_MAX);
	assert_int_equal(educma_mul_div(UINT64_MAX, UINT64_MAX, UINT64_MAX),
			 UINT64_MAX);
	assert_int_equal(educma_bytes_per_s(4095, 100 * MS), 40950);
	assert_int_equal(educma_bytes_per_s(1, 0), 0);
	/* The bytes of a year at 10 GB/s, in a year. */
	assert_in_range(educma_bytes_per_s(31536000ULL * 10000000000ULL,
					   31536000ULL * SECOND),
			9999999990ULL, 10000000010ULL);
}

/* The rate of a steady stream of 100 ms chunks is the same wherever the window ends. */
static void steady_rate(void **state)
{
	static struct educma_rate rate;
	u64 now = 17 * SECOND;
	int i;

	(void)state;
	educma_rate_init(&rate, SECOND);
	for (i = 0; i < 100; i++, now += 100 * MS)
		educma_rate_add(&rate, EDUCMA_TO_DEVICE, 4095, now,
				now + 100 * MS);
	for (i = 0; i < 100; i++) {
		u64 to = now - i * 7 * MS;
		u64 is = educma_rate_get(&rate, EDUCMA_TO_DEVICE, to - SECOND,
					 to);

		/* Each span is rounded down by less than a byte. */
		assert_in_range(is, 40950 - 12, 40950);
	}
	assert_int_equal(educma_rate_get(&rate, EDUCMA_FROM_DEVICE,
					 now - SECOND, now), 0);
	/* The device was idle for half of the window, then for all of it. */
	assert_in_range(educma_rate_get(&rate, EDUCMA_TO_DEVICE,
					now - SECOND / 2, now + SECOND / 2),
			40950 / 2 - 12, 40950 / 2);
	assert_int_equal(educma_rate_get(&rate, EDUCMA_TO_DEVICE,
					 now, now + SECOND), 0);
}

/* Chunks of 0.1 ms with pauses: the ring buffer still covers a window of 1 s. */
static void fast_rate(void **state)
{
	static struct educma_rate rate;
	u64 now = SECOND;
	int i;

	(void)state;
	educma_rate_init(&rate, SECOND);
	for (i = 0; i < 20000; i++, now += 200000)
		educma_rate_add(&rate, EDUCMA_FROM_DEVICE, 4000, now,
				now + 100000);
	assert_in_range(educma_rate_get(&rate, EDUCMA_FROM_DEVICE,
					now - SECOND, now),
			19980000, 20020000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(products),
		cmocka_unit_test(steady_rate),
		cmocka_unit_test(fast_rate),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
