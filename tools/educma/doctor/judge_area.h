/* SPDX-License-Identifier: GPL-2.0 */
/* The verdicts about the CMA area. */
#ifndef EDUCMA_DOCTOR_JUDGE_AREA_H
#define EDUCMA_DOCTOR_JUDGE_AREA_H

#include "facts.h"
#include "verdict.h"

/*
 * Returns VERDICT_FINE if the CMA area gives @bytes, none of them above @last,
 * or the verdict that says why not.
 */
enum verdict judge_area(const struct doctor_facts *f, uint64_t bytes,
			uint64_t last);
/* Set the text and the advice of a finding that has such a verdict. */
void describe_area(const struct doctor_facts *f, uint64_t bytes,
		   struct finding *finding);
void advise_area(const struct doctor_facts *f, uint64_t bytes,
		 struct finding *finding);
/*
 * Writes the parameter that makes the IOMMU pass addresses through. Then the CMA
 * area decides: the parameter has cma= as well if the area is not good. Returns
 * false if the device would have no buffer then, or if the parameter is there.
 */
bool passthrough_parameter(const struct doctor_facts *f, uint64_t bytes,
			   char *text, size_t len);
/* Advises how the doctor could see more. */
void advise_looking(const struct doctor_facts *f, struct finding *finding);

#endif
