// SPDX-License-Identifier: GPL-2.0
/* The verdicts, and how to add one to a diagnosis. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "verdict.h"

static const char *const names[VERDICTS] = {
	[VERDICT_FINE] = "fine",
	[VERDICT_IOMMU_REMAPS] = "iommu_remaps",
	[VERDICT_SWIOTLB_FORCED] = "swiotlb_forced",
	[VERDICT_NO_SUCH_DEVICE] = "no_such_device",
	[VERDICT_TOO_BIG] = "too_big",
	[VERDICT_MASK_REJECTED] = "mask_rejected",
	[VERDICT_NO_CMA] = "no_cma",
	[VERDICT_CMA_OFF] = "cma_off",
	[VERDICT_NO_AREA] = "no_area",
	[VERDICT_NOT_RESERVED] = "not_reserved",
	[VERDICT_ABOVE_MASK] = "above_mask",
	[VERDICT_TOO_SMALL] = "too_small",
	[VERDICT_IN_USE] = "in_use",
	[VERDICT_FRAGMENTED] = "fragmented",
	[VERDICT_BUS_MASTER_OFF] = "bus_master_off",
	[VERDICT_CANNOT_TELL] = "cannot_tell",
};

const char *verdict_name(enum verdict verdict)
{
	return names[verdict];
}

bool verdict_is_good(enum verdict verdict)
{
	return verdict <= VERDICT_LAST_GOOD;
}

struct finding *finding_add(struct diagnosis *d, enum verdict verdict)
{
	struct finding *finding = &d->finding[d->count++];

	memset(finding, 0, sizeof(*finding));
	finding->verdict = verdict;
	return finding;
}

void finding_say(struct finding *finding, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(finding->text, sizeof(finding->text), fmt, args);
	va_end(args);
}

void finding_advise(struct finding *finding, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(finding->advice, sizeof(finding->advice), fmt, args);
	va_end(args);
}
