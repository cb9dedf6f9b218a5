// SPDX-License-Identifier: GPL-2.0
/* firmware-sim/fault.c: the language, and when a rule's fault occurs. */
#include "test.h"
#include <stdio.h>
#include <string.h>

#include "fault.h"

#define EVENTS	40

static struct faults faults;
static struct fault_rule last;
static unsigned int injected;

static void inject(void *ctx, const struct fault_rule *rule)
{
	assert_ptr_equal(ctx, &faults);
	last = *rule;
	injected++;
}

static void begin(void)
{
	injected = 0;
	faults_init(&faults, 1, inject, &faults);
}

/* Return: for each of EVENTS events, 1 if the rule's fault occurs, else 0. */
static const char *pattern(const char *rule, enum fault_event event)
{
	static char text[EVENTS + 1];
	unsigned int i, before;

	begin();
	assert_null(faults_add(&faults, rule));
	for (i = 0; i < EVENTS; i++) {
		before = injected;
		faults_event(&faults, event);
		text[i] = '0' + (injected - before);
	}
	text[EVENTS] = '\0';
	return text;
}

static void understands(void **state)
{
	static const struct {
		const char *line;
		enum fault fault;
		enum fault_when when;
		uint64_t amount, n, lasts_ns;
	} good[] = {
		{ "irq-lost next", FAULT_IRQ_LOST, FAULT_NTH, 0, 1, UINT64_MAX },
		{ " irq-late\t20us  next # why", FAULT_IRQ_LATE, FAULT_NTH, 20000, 1, UINT64_MAX },
		{ "irq-double 0 nth 3\n", FAULT_IRQ_DOUBLE, FAULT_NTH, 0, 3, UINT64_MAX },
		{ "dma-stuck nth 18446744073709551615", FAULT_DMA_STUCK, FAULT_NTH, 0,
		  UINT64_MAX, UINT64_MAX },
		{ "dma-late 2s every 10", FAULT_DMA_LATE, FAULT_EVERY, 2000000000, 10, UINT64_MAX },
		{ "dma-short 100 p 0.01", FAULT_DMA_SHORT, FAULT_RANDOM, 100, 1, UINT64_MAX },
		{ "dma-astray 0x1000 p 1", FAULT_DMA_ASTRAY, FAULT_RANDOM, 0x1000, 1, UINT64_MAX },
		{ "dma-flip 3 p .5", FAULT_DMA_FLIP, FAULT_RANDOM, 3, 1, UINT64_MAX },
		{ "regs-stuck nth 2 for 50us", FAULT_REGS_STUCK, FAULT_NTH, 0, 2, 50000 },
		{ "regs-ones every 2 for 7ns", FAULT_REGS_ONES, FAULT_EVERY, 0, 2, 7 },
		{ "regs-zero next for 300ms", FAULT_REGS_ZERO, FAULT_NTH, 0, 1, 300000000 },
		{ "regs-zero p 0.1", FAULT_REGS_ZERO, FAULT_RANDOM, 0, 1, UINT64_MAX },
		{ "master-off nth 5 for 500ms", FAULT_MASTER_OFF, FAULT_NTH, 0, 5, 500000000 },
		{ "master-off every 3", FAULT_MASTER_OFF, FAULT_EVERY, 0, 3, UINT64_MAX },
		{ "memory-size 8192 nth 2 for 1s", FAULT_MEMORY_SIZE, FAULT_NTH, 8192, 2,
		  1000000000 },
		{ "vanish next", FAULT_VANISH, FAULT_NTH, 0, 1, UINT64_MAX },
	};
	const struct fault_rule *rule = &faults.rules[0];
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(good); i++) {
		begin();
		assert_null(faults_add(&faults, good[i].line));
		assert_int_equal(faults.count, 1);
		assert_int_equal(rule->fault, good[i].fault);
		assert_int_equal(rule->when, good[i].when);
		assert_int_equal(rule->amount, good[i].amount);
		assert_int_equal(rule->n, good[i].n);
		assert_int_equal(rule->lasts_ns, good[i].lasts_ns);
		assert_int_equal(injected, 0);
	}
}

static void refuses(void **state)
{
	static const char * const bad[] = {
		"irq", "irq-lost", "irq-lost now", "irq-lost never", "irq-lost next please",
		"irq-lost next for 1s", "irq-late next", "irq-late 20 next", "irq-late 20min next",
		"irq-late -1ms next", "irq-late 1.5ms next", "irq-late 400000000s next",
		"irq-double next", "irq-lost nth", "irq-lost nth 0", "irq-lost nth -1",
		"irq-lost nth x", "irq-lost every 0", "irq-lost every 18446744073709551616",
		"irq-lost p", "irq-lost p 0", "irq-lost p 1.5", "irq-lost p nan", "irq-lost p -0.5",
		"irq-lost p 0.5x", "dma-stuck now", "dma-late now", "dma-short 0 next",
		"dma-short next", "dma-short 10k next", "dma-astray 0x next", "dma-flip now",
		"dma-flip 1 now", "regs-ones now for", "regs-ones now for 5",
		"regs-zero 5 now", "regs-zero", "master-off now for", "master-off 1ms now",
		"master-on now", "regs-ones now while 5s", "regs-ones now for 5s 6s",
		"vanish now for 5s", "memory-size now", "memory-size 1M now",
		"vanish until reset",
		"vanish now a b c d e f g h i j k",
	};
	char line[1000];
	size_t i;

	(void)state;
	begin();
	for (i = 0; i < ARRAY_SIZE(bad); i++)
		if (!faults_add(&faults, bad[i]))
			fail_msg("accepted: %s", bad[i]);
	memset(line, ' ', sizeof(line));
	strcpy(line + sizeof(line) - 15, "irq-lost next");
	assert_non_null(faults_add(&faults, line));
	assert_int_equal(faults.count, 0);
	assert_int_equal(injected, 0);
}

static void ignores_what_is_no_rule(void **state)
{
	(void)state;
	begin();
	assert_null(faults_add(&faults, ""));
	assert_null(faults_add(&faults, " \t\r\n"));
	assert_null(faults_add(&faults, "# irq-lost next"));
	assert_int_equal(faults.count, 0);
}

static void occurs_when_it_should(void **state)
{
	(void)state;
	assert_string_equal(pattern("irq-lost next", FAULT_ON_IRQ),
			    "1000000000000000000000000000000000000000");
	assert_string_equal(pattern("irq-lost nth 3", FAULT_ON_IRQ),
			    "0010000000000000000000000000000000000000");
	assert_string_equal(pattern("dma-stuck every 4", FAULT_ON_DMA),
			    "0001000100010001000100010001000100010001");
	assert_string_equal(pattern("dma-stuck p 1", FAULT_ON_DMA),
			    "1111111111111111111111111111111111111111");
	assert_string_equal(pattern("dma-stuck next", FAULT_ON_IRQ),
			    "0000000000000000000000000000000000000000");
	assert_string_equal(pattern("irq-lost next", FAULT_ON_DMA),
			    "0000000000000000000000000000000000000000");
}

static void chance_is_reproducible(void **state)
{
	char first[EVENTS + 1];
	unsigned int i;

	(void)state;
	strcpy(first, pattern("dma-stuck p 0.5", FAULT_ON_DMA));
	assert_non_null(strchr(first, '0'));
	assert_non_null(strchr(first, '1'));
	assert_string_equal(first, pattern("dma-stuck p 0.5", FAULT_ON_DMA));
	begin();
	faults_init(&faults, 2, inject, &faults);
	assert_null(faults_add(&faults, "dma-stuck p 0.1"));
	for (i = 0; i < 100000; i++)
		faults_event(&faults, FAULT_ON_DMA);
	assert_in_range(injected, 9700, 10300);
}

static void now_occurs_at_once(void **state)
{
	(void)state;
	begin();
	assert_null(faults_add(&faults, "regs-ones now for 50ms"));
	assert_int_equal(injected, 1);
	assert_int_equal(last.fault, FAULT_REGS_ONES);
	assert_int_equal(last.lasts_ns, 50000000);
	assert_int_equal(faults.count, 0);
	assert_int_equal(faults.occurred[FAULT_REGS_ONES], 1);
	assert_null(faults_add(&faults, "regs-zero now"));
	assert_int_equal(last.fault, FAULT_REGS_ZERO);
	assert_int_equal(last.lasts_ns, UINT64_MAX);
	assert_null(faults_add(&faults, "master-off now for 1ms"));
	assert_int_equal(last.fault, FAULT_MASTER_OFF);
	assert_int_equal(last.lasts_ns, 1000000);
}

static void rules_add_up(void **state)
{
	(void)state;
	begin();
	assert_null(faults_add(&faults, "dma-late 1ms next"));
	assert_null(faults_add(&faults, "dma-flip 1 every 1"));
	assert_null(faults_add(&faults, "dma-short 1 next"));
	faults_event(&faults, FAULT_ON_DMA);
	assert_int_equal(injected, 3);
	assert_int_equal(faults.count, 1);
	faults_event(&faults, FAULT_ON_DMA);
	assert_int_equal(injected, 4);
	assert_int_equal(faults.occurred[FAULT_DMA_FLIP], 2);
	faults_clear(&faults);
	faults_event(&faults, FAULT_ON_DMA);
	assert_int_equal(injected, 4);
	assert_int_equal(faults.occurred[FAULT_DMA_FLIP], 2);
}

static void has_a_limit(void **state)
{
	unsigned int i;

	(void)state;
	begin();
	for (i = 0; i < FAULT_RULES; i++)
		assert_null(faults_add(&faults, "irq-lost next"));
	assert_non_null(faults_add(&faults, "irq-lost next"));
	assert_null(faults_add(&faults, "vanish now"));
	faults_event(&faults, FAULT_ON_IRQ);
	assert_int_equal(faults.occurred[FAULT_IRQ_LOST], FAULT_RULES);
	assert_int_equal(faults.count, 0);
}

static void every_fault_has_a_name(void **state)
{
	enum fault fault;

	(void)state;
	for (fault = 0; fault < FAULT_KINDS; fault++)
		assert_int_equal(fault_by_name(fault_name(fault)), fault);
	assert_int_equal(fault_by_name(""), FAULT_KINDS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(understands),
		cmocka_unit_test(refuses),
		cmocka_unit_test(ignores_what_is_no_rule),
		cmocka_unit_test(occurs_when_it_should),
		cmocka_unit_test(chance_is_reproducible),
		cmocka_unit_test(now_occurs_at_once),
		cmocka_unit_test(rules_add_up),
		cmocka_unit_test(has_a_limit),
		cmocka_unit_test(every_fault_has_a_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
