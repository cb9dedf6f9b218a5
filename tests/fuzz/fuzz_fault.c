// SPDX-License-Identifier: GPL-2.0
/*
 * Fuzzes firmware-sim/fault.c and parse.c: the input is a file of faults, and after
 * each line the events happen that rules wait for. Each line is also read as the
 * size of a memory.
 */
#include <stdlib.h>
#include <string.h>

#include "educma_regs.h"
#include "fault.h"
#include "fuzz.h"
#include "parse.h"

static void on_inject(void *ctx, const struct fault_rule *rule)
{
	uint64_t *injected = ctx;

	CHECK(rule->fault < FAULT_KINDS);
	++*injected;
}

static void check_memory(const char *line)
{
	uint32_t bytes;

	if (parse_memory(line, &bytes))
		CHECK(bytes >= EDU_MEM_BYTES && bytes <= EDU_MEM_BYTES_MAX &&
		      !(bytes & (bytes - 1)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint64_t injected = 0, occurred = 0;
	struct faults faults;
	char *text = malloc(size + 1), *line, *rest;
	int i;

	CHECK(text);
	memcpy(text, data, size);
	text[size] = '\0';
	faults_init(&faults, size, on_inject, &injected);
	for (line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
		check_memory(line);
		faults_add(&faults, line);
		CHECK(faults.count <= FAULT_RULES);
		faults_event(&faults, FAULT_ON_IRQ);
		faults_event(&faults, FAULT_ON_DMA);
	}
	for (i = 0; i < FAULT_KINDS; i++)
		occurred += faults.occurred[i];
	CHECK(occurred == injected);
	faults_clear(&faults);
	CHECK(!faults.count);
	free(text);
	return 0;
}
