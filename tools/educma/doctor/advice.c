// SPDX-License-Identifier: GPL-2.0
/* The doctor's advice for other commands, after an allocation has failed. */
#include <stdio.h>

#include "advice.h"
#include "facts.h"
#include "judge_area.h"

void doctor_advice(const char *sysroot, const char *pci, enum verdict verdict,
		   uint64_t bytes, char *text, size_t len)
{
	struct finding finding = { .verdict = verdict };
	char parameter[128];
	static struct doctor_facts facts;	/* large */

	doctor_gather(sysroot, pci, 0, &facts);
	if (verdict == VERDICT_IOMMU_REMAPS) {
		if (passthrough_parameter(&facts, bytes, parameter,
					  sizeof(parameter)))
			finding_advise(&finding, "ask for less, or boot with %s",
				       parameter);
		else
			finding_advise(&finding, "ask for less");
	} else {
		advise_area(&facts, bytes, &finding);
	}
	snprintf(text, len, "%s", finding.advice);
	doctor_forget(&facts);
}
