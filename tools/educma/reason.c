// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>

#include <linux/educma.h>

#include "doctor/advice.h"
#include "reason.h"
#include "size.h"
#include "util.h"

/* How an advice ends: with its own text, the driver's limits, or the doctor's advice. */
enum ending { PLAIN, LIMITS, DOCTOR };

struct reason {
	const char *name;
	const char *text;
	const char *advice;
	enum ending ending;
	enum verdict verdict;
};

static const struct reason reasons[] = {
	[EDUCMA_REASON_NONE] = {
		"unknown", "the driver gave no reason",
		"look for educma in the kernel log (dmesg)", PLAIN,
	},
	[EDUCMA_REASON_NO_CMA] = {
		"no_cma",
		"this kernel has no CMA (CONFIG_DMA_CMA)",
		NULL, DOCTOR, VERDICT_NO_CMA,
	},
	[EDUCMA_REASON_NO_AREA] = {
		"no_area",
		"the kernel has CMA, but no area is reserved",
		NULL, DOCTOR, VERDICT_NO_AREA,
	},
	[EDUCMA_REASON_TOO_SMALL] = {
		"too_small",
		"the buffer is larger than every CMA area",
		NULL, DOCTOR, VERDICT_TOO_SMALL,
	},
	[EDUCMA_REASON_IN_USE] = {
		"in_use",
		"not enough free CMA",
		NULL, DOCTOR, VERDICT_IN_USE,
	},
	[EDUCMA_REASON_FRAGMENTED] = {
		"fragmented",
		"enough free CMA, but not in one piece",
		NULL, DOCTOR, VERDICT_FRAGMENTED,
	},
	[EDUCMA_REASON_ABOVE_MASK] = {
		"above_mask",
		"the CMA area lies above the addresses that the device reaches",
		NULL, DOCTOR, VERDICT_ABOVE_MASK,
	},
	[EDUCMA_REASON_TOO_BIG] = {
		"too_big", "the buffer is larger than this machine's memory",
		"ask for less, or give the machine more memory", PLAIN,
	},
	[EDUCMA_REASON_UNREACHED] = {
		"unreached",
		"the device's DMA does not reach the memory: the device decodes fewer address bits than dma_bits says",
		"load the driver with the device's own width (modprobe educma dma_bits=N), or give QEMU's device more bits (-device edu,dma_mask=0x...)",
		PLAIN,
	},
	[EDUCMA_REASON_NO_MEMORY] = {
		"no_memory", "the kernel is out of ordinary memory",
		"end other programs and try again", PLAIN,
	},
	[EDUCMA_REASON_LIMIT] = {
		"limit", "it is more than one user may have on all devices together",
		"free other buffers, or have root raise", LIMITS,
	},
	[EDUCMA_REASON_NO_ADDRESSES] = {
		"no_addresses",
		"the IOMMU has no free range of that many addresses within the device's reach",
		NULL, DOCTOR, VERDICT_IOMMU_REMAPS,
	},
};

/* A newer driver may have a reason that this program does not know. */
static const struct reason *lookup(uint32_t reason)
{
	if (reason >= ARRAY_SIZE(reasons))
		reason = EDUCMA_REASON_NONE;
	return &reasons[reason];
}

const char *reason_name(uint32_t reason)
{
	return lookup(reason)->name;
}

const char *reason_text(uint32_t reason)
{
	return lookup(reason)->text;
}

static void limits_advice(char *text, const char *advice,
			  const struct reason_case *c)
{
	char size[SIZE_TEXT];

	snprintf(text, REASON_ADVICE,
		 "%s max_bytes (now %s) or max_buffers (now %u) in /sys/module/educma/parameters",
		 advice, size_format(size, c->max_bytes), c->max_buffers);
}

char *reason_advice(char *text, const struct reason_case *c)
{
	const struct reason *r = lookup(c->reason);

	if (r->ending == LIMITS)
		limits_advice(text, r->advice, c);
	else if (r->ending == DOCTOR)
		doctor_advice(c->sysroot, c->pci, r->verdict, c->bytes, text,
			      REASON_ADVICE);
	else
		snprintf(text, REASON_ADVICE, "%s", r->advice);
	return text;
}
