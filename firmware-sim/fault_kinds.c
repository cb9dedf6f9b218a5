// SPDX-License-Identifier: GPL-2.0
/* The faults: their names, what a rule may say of each, and their help. */
#include <string.h>

#include "fault.h"

const struct fault_kind fault_kinds[] = {
	[FAULT_IRQ_LOST] = { "irq-lost", FAULT_ON_IRQ, AMOUNT_NONE, false, false,
		"", "the interrupt is not delivered" },
	[FAULT_IRQ_LATE] = { "irq-late", FAULT_ON_IRQ, AMOUNT_TIME, false, false,
		"TIME", "the interrupt is delivered TIME later" },
	[FAULT_IRQ_DOUBLE] = { "irq-double", FAULT_ON_IRQ, AMOUNT_TIME, false, false,
		"TIME", "the interrupt is delivered, and TIME later again" },
	[FAULT_IRQ_SPURIOUS] = { "irq-spurious", FAULT_ON_DMA, AMOUNT_NONE, true, false,
		"", "an interrupt is sent without a cause" },
	[FAULT_DMA_STUCK] = { "dma-stuck", FAULT_ON_DMA, AMOUNT_NONE, false, false,
		"", "the DMA never ends" },
	[FAULT_DMA_LATE] = { "dma-late", FAULT_ON_DMA, AMOUNT_TIME, false, false,
		"TIME", "the DMA takes TIME longer" },
	[FAULT_DMA_SHORT] = { "dma-short", FAULT_ON_DMA, AMOUNT_NUMBER, false, false,
		"BYTES", "the last BYTES are not moved (the device gets zeros)" },
	[FAULT_DMA_ASTRAY] = { "dma-astray", FAULT_ON_DMA, AMOUNT_NUMBER, false, false,
		"BYTES", "the DMA goes to an address BYTES higher" },
	[FAULT_DMA_FLIP] = { "dma-flip", FAULT_ON_DMA, AMOUNT_NUMBER, false, false,
		"BITS", "BITS neighbouring bits are inverted" },
	[FAULT_REGS_STUCK] = { "regs-stuck", FAULT_ON_DMA, AMOUNT_NONE, true, true,
		"", "registers keep reading as they are now; writes are lost" },
	[FAULT_REGS_ONES] = { "regs-ones", FAULT_ON_DMA, AMOUNT_NONE, true, true,
		"", "registers read as all ones; writes are lost" },
	[FAULT_REGS_ZERO] = { "regs-zero", FAULT_ON_DMA, AMOUNT_NONE, true, true,
		"", "registers read as 0; writes are lost" },
	[FAULT_MASTER_OFF] = { "master-off", FAULT_ON_DMA, AMOUNT_NONE, true, true,
		"", "bus mastering is off: no DMA reaches memory, no MSI is sent" },
	[FAULT_VANISH] = { "vanish", FAULT_ON_DMA, AMOUNT_NONE, true, false,
		"", "the device is absent: all accesses read as all ones" },
	[FAULT_VANISH_UNTIL_RESET] = { "vanish-until-reset", FAULT_ON_DMA, AMOUNT_NONE,
		true, false, "", "the device is absent until the bus is reset" },
	[FAULT_MEMORY_SIZE] = { "memory-size", FAULT_ON_DMA, AMOUNT_NUMBER, true, true,
		"BYTES", "the device says that its memory has BYTES" },
};

_Static_assert(sizeof(fault_kinds) / sizeof(fault_kinds[0]) == FAULT_KINDS,
	       "each fault of enum fault has a row in fault_kinds[]");

const char *fault_name(enum fault fault)
{
	return fault_kinds[fault].name;
}

enum fault_event fault_event(enum fault fault)
{
	return fault_kinds[fault].event;
}

enum fault fault_by_name(const char *name)
{
	enum fault fault;

	for (fault = 0; fault < FAULT_KINDS; fault++)
		if (!strcmp(name, fault_kinds[fault].name))
			break;
	return fault;
}

void fault_help(FILE *out)
{
	enum fault fault;

	for (fault = 0; fault < FAULT_KINDS; fault++)
		fprintf(out, "  %-18s %-5s  %s\n", fault_kinds[fault].name,
			fault_kinds[fault].takes, fault_kinds[fault].help);
}

static bool has_property(enum fault fault, enum fault_property property)
{
	switch (property) {
	case FAULT_COUNTS_IRQS:
		return fault_kinds[fault].event == FAULT_ON_IRQ;
	case FAULT_TAKES_NOW:
		return fault_kinds[fault].now;
	case FAULT_TAKES_FOR:
		return fault_kinds[fault].lasts;
	}
	return false;
}

void fault_help_list(FILE *out, enum fault_property property)
{
	enum fault fault;

	fputc(' ', out);
	for (fault = 0; fault < FAULT_KINDS; fault++)
		if (has_property(fault, property))
			fprintf(out, " %s", fault_kinds[fault].name);
	fputc('\n', out);
}
