// SPDX-License-Identifier: GPL-2.0
#include "test.h"
#include <stdio.h>
#include <string.h>

#include <linux/educma.h>

#include "doctor/advice.h"
#include "reason.h"

#define MIB	(1ULL << 20)

static enum verdict asked_verdict;
static uint64_t asked_bytes;

/* Stands for the doctor, who looks at the machine. */
void doctor_advice(const char *sysroot, const char *pci, enum verdict verdict,
		   uint64_t bytes, char *text, size_t len)
{
	assert_string_equal(sysroot, "");
	assert_string_equal(pci, "0000:00:04.0");
	asked_verdict = verdict;
	asked_bytes = bytes;
	snprintf(text, len, "the doctor's advice");
}

static char *advice(uint32_t reason)
{
	const struct reason_case c = {
		.reason = reason,
		.sysroot = "",
		.pci = "0000:00:04.0",
		.bytes = 64 * MIB,
		.max_buffers = 16,
		.max_bytes = 48 * MIB,
	};
	static char text[REASON_ADVICE];

	return reason_advice(text, &c);
}

static void advises(uint32_t reason, const char *what)
{
	if (!strstr(advice(reason), what))
		fail_msg("%s: '%s' lacks '%s'", reason_name(reason),
			 advice(reason), what);
}

static void asks_the_doctor(uint32_t reason, enum verdict verdict)
{
	advises(reason, "the doctor's advice");
	assert_int_equal(asked_verdict, verdict);
	assert_int_equal(asked_bytes, 64 * MIB);
}

static void each_reason_has_its_cure(void **state)
{
	(void)state;
	advises(EDUCMA_REASON_NONE, "dmesg");
	asks_the_doctor(EDUCMA_REASON_NO_CMA, VERDICT_NO_CMA);
	asks_the_doctor(EDUCMA_REASON_NO_AREA, VERDICT_NO_AREA);
	asks_the_doctor(EDUCMA_REASON_TOO_SMALL, VERDICT_TOO_SMALL);
	asks_the_doctor(EDUCMA_REASON_ABOVE_MASK, VERDICT_ABOVE_MASK);
	asks_the_doctor(EDUCMA_REASON_IN_USE, VERDICT_IN_USE);
	asks_the_doctor(EDUCMA_REASON_FRAGMENTED, VERDICT_FRAGMENTED);
	asks_the_doctor(EDUCMA_REASON_NO_ADDRESSES, VERDICT_IOMMU_REMAPS);
	advises(EDUCMA_REASON_TOO_BIG, "less");
	advises(EDUCMA_REASON_UNREACHED, "dma_bits=");
	advises(EDUCMA_REASON_NO_MEMORY, "end other programs");
	advises(EDUCMA_REASON_LIMIT, "max_bytes (now 48M)");
	advises(EDUCMA_REASON_LIMIT, "max_buffers (now 16)");
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
	(void)state;
	assert_string_equal(reason_name(EDUCMA_REASON_NO_ADDRESSES + 1),
			    "unknown");
	assert_non_null(strstr(advice(UINT32_MAX), "dmesg"));
}

/* Verdict and reason for the same fact have the same name. */
static void names_are_the_driver_s(void **state)
{
	static const struct {
		enum verdict verdict;
		uint32_t reason;
	} same[] = {
		{ VERDICT_NO_CMA, EDUCMA_REASON_NO_CMA },
		{ VERDICT_NO_AREA, EDUCMA_REASON_NO_AREA },
		{ VERDICT_TOO_SMALL, EDUCMA_REASON_TOO_SMALL },
		{ VERDICT_IN_USE, EDUCMA_REASON_IN_USE },
		{ VERDICT_FRAGMENTED, EDUCMA_REASON_FRAGMENTED },
		{ VERDICT_ABOVE_MASK, EDUCMA_REASON_ABOVE_MASK },
		{ VERDICT_TOO_BIG, EDUCMA_REASON_TOO_BIG },
	};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(same); i++)
		assert_string_equal(verdict_name(same[i].verdict),
				    reason_name(same[i].reason));
	for (i = 0; i < VERDICTS; i++)
		assert_non_null(verdict_name(i));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_reason_has_its_cure),
		cmocka_unit_test(names_are_fixed),
		cmocka_unit_test(names_are_the_driver_s),
		cmocka_unit_test(survives_a_newer_driver),
	};

	return cmocka_run_group_tests_name("reason", tests, NULL, NULL);
}
