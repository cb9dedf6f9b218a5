/* SPDX-License-Identifier: GPL-2.0 */
/* Whether the kernel's CMA area gives a buffer, and what to change. */
#ifndef EDUCMA_DOCTOR_JUDGE_AREA_H
#define EDUCMA_DOCTOR_JUDGE_AREA_H

#include "facts.h"
#include "verdict.h"

/* Whether CMA alone gives @bytes, none of them above @last. */
enum verdict judge_area(const struct doctor_facts *f, uint64_t bytes,
			uint64_t last);
/* Set the text and the advice of a finding with a verdict of judge_area(). */
void describe_area(const struct doctor_facts *f, uint64_t bytes,
		   struct finding *finding);
void advise_area(const struct doctor_facts *f, uint64_t bytes,
		 struct finding *finding);
/* Advises how the doctor could see more. */
void advise_looking(const struct doctor_facts *f, struct finding *finding);

#endif
