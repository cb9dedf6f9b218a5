// SPDX-License-Identifier: GPL-2.0
#include "test.h"
#include <errno.h>
#include <string.h>

#include <linux/educma.h>

#include "reason.h"

#define MIB	(1ULL << 20)
#define GIB	(1ULL << 30)

struct parameter_case {
	uint64_t bytes;
	uint32_t dma_bits;
	uint64_t memory;
	const char *parameter;	/* NULL: there is none */
};

static const struct parameter_case parameters[] = {
	{ 1, 28, 0, "cma=64M@0-256M" },
	{ 64 * MIB, 28, 0, "cma=128M@0-256M" },
	{ 128 * MIB, 28, 0, "cma=192M@0-256M" },
	{ 200 * MIB, 28, 0, "cma=200M@0-256M" },
	{ 200 * MIB + 1, 28, 0, "cma=204M@0-256M" },
	{ 252 * MIB, 28, 0, "cma=252M@0-256M" },
	{ 253 * MIB, 28, 0, NULL },
	{ 256 * MIB, 28, 0, NULL },
	{ 64 * MIB, 32, 0, "cma=128M@0-4G" },
	{ 3 * GIB, 40, 0, "cma=3456M@0-1T" },
	{ 3 * GIB, 64, 0, "cma=3456M" },
	{ MIB, 24, 0, "cma=4M@0-16M" },
	{ 16 * MIB, 24, 0, NULL },
	{ UINT64_MAX, 64, 0, NULL },
	/* 2 GiB of memory lie below 4 GiB, the rest lies above. */
	{ 1 * GIB, 32, 2 * GIB, "cma=1152M@0-4G" },
	{ 1900 * MIB, 32, 2 * GIB, "cma=1900M@0-4G" },
	{ 3 * GIB, 32, 2 * GIB, NULL },
	/* Almost all of the memory: the kernel needs a part of it. */
	{ 1000 * MIB, 64, 1 * GIB, NULL },
	{ 64 * MIB, 28, 256 * MIB, "cma=128M@0-256M" },
};

static void recommends_parameters(void **state)
{
	char text[REASON_TEXT];
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(parameters); i++) {
		const struct parameter_case *c = &parameters[i];

		if (!c->parameter) {
			assert_int_equal(cma_parameter(text, c->bytes,
						       c->dma_bits, c->memory),
					 -ERANGE);
			continue;
		}
		assert_int_equal(cma_parameter(text, c->bytes, c->dma_bits,
					       c->memory), 0);
		assert_string_equal(text, c->parameter);
	}
}

static void advises(uint32_t reason, const char *what)
{
	const struct reason_case c = {
		.reason = reason,
		.dma_bits = 28,
		.bytes = 64 * MIB,
		.cma_total = 32 * MIB,
		.max_buffers = 16,
		.max_bytes = 48 * MIB,
	};
	char text[REASON_TEXT];

	reason_advice(text, &c);
	if (!strstr(text, what))
		fail_msg("%s: '%s' lacks '%s'", reason_name(reason), text,
			 what);
}

static void each_reason_has_its_cure(void **state)
{
	(void)state;
	advises(EDUCMA_REASON_NONE, "dmesg");
	advises(EDUCMA_REASON_NO_CMA, "CONFIG_DMA_CMA=y");
	advises(EDUCMA_REASON_NO_CMA, "cma=128M@0-256M");
	advises(EDUCMA_REASON_NO_AREA, "cma=128M@0-256M");
	advises(EDUCMA_REASON_TOO_SMALL, "cma=128M@0-256M");
	advises(EDUCMA_REASON_ABOVE_MASK, "cma=128M@0-256M");
	/* The area must hold 64M besides the 32M that it has now. */
	advises(EDUCMA_REASON_IN_USE, "cma=128M@0-256M");
	advises(EDUCMA_REASON_FRAGMENTED, "compact_memory");
	advises(EDUCMA_REASON_TOO_BIG, "less");
	advises(EDUCMA_REASON_UNREACHED, "dma_bits=");
	advises(EDUCMA_REASON_NO_MEMORY, "end other programs");
	advises(EDUCMA_REASON_LIMIT, "max_bytes (now 48M)");
	advises(EDUCMA_REASON_LIMIT, "max_buffers (now 16)");
	advises(EDUCMA_REASON_NO_ADDRESSES, "iommu.passthrough=1");
}

static void counts_what_is_in_use(void **state)
{
	struct reason_case c = {
		.reason = EDUCMA_REASON_IN_USE,
		.dma_bits = 32,
		.bytes = 64 * MIB,
		.cma_total = 128 * MIB,
	};
	char text[REASON_TEXT];

	(void)state;
	assert_non_null(strstr(reason_advice(text, &c), "cma=256M@0-4G"));
	c.reason = EDUCMA_REASON_TOO_SMALL;
	assert_non_null(strstr(reason_advice(text, &c), "cma=128M@0-4G"));
}

static void says_when_nothing_helps(void **state)
{
	const struct reason_case c = {
		.reason = EDUCMA_REASON_TOO_SMALL,
		.dma_bits = 28,
		.bytes = 300 * MIB,
	};
	char text[REASON_TEXT];

	(void)state;
	assert_non_null(strstr(reason_advice(text, &c), "28 address bits"));
	assert_null(strstr(text, "cma="));
}

/* Programs compare the names, so none may change, and no two may be equal. */
static void names_are_fixed(void **state)
{
	static const char * const names[] = {
		"unknown", "no_cma", "no_area", "too_small", "in_use",
		"fragmented", "above_mask", "too_big", "unreached",
		"no_memory", "limit", "no_addresses",
	};
	uint32_t i;

	(void)state;
	assert_int_equal(ARRAY_SIZE(names), EDUCMA_REASON_NO_ADDRESSES + 1);
	for (i = 0; i < ARRAY_SIZE(names); i++) {
		assert_string_equal(reason_name(i), names[i]);
		assert_true(strlen(reason_text(i)) > 10);
	}
}

static void survives_a_newer_driver(void **state)
{
	const struct reason_case c = { .reason = UINT32_MAX, .dma_bits = 28 };
	char text[REASON_TEXT];

	(void)state;
	assert_string_equal(reason_name(EDUCMA_REASON_NO_ADDRESSES + 1),
			    "unknown");
	assert_non_null(strstr(reason_advice(text, &c), "dmesg"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(recommends_parameters),
		cmocka_unit_test(each_reason_has_its_cure),
		cmocka_unit_test(counts_what_is_in_use),
		cmocka_unit_test(says_when_nothing_helps),
		cmocka_unit_test(names_are_fixed),
		cmocka_unit_test(survives_a_newer_driver),
	};

	return cmocka_run_group_tests_name("reason", tests, NULL, NULL);
}
