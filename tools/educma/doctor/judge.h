/* SPDX-License-Identifier: GPL-2.0 */
/* From what the doctor knows to what is wrong and what to change. Pure. */
#ifndef EDUCMA_DOCTOR_JUDGE_H
#define EDUCMA_DOCTOR_JUDGE_H

#include "facts.h"
#include "verdict.h"

/**
 * doctor_judge() - can the device have a coherent buffer?
 * @f: what is known
 * @bytes: the buffer
 * @d: filled in
 */
void doctor_judge(const struct doctor_facts *f, uint64_t bytes,
		  struct diagnosis *d);

#endif
