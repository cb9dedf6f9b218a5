/* SPDX-License-Identifier: GPL-2.0 */
/* From the facts to a diagnosis, without a look at the machine. */
#ifndef EDUCMA_DOCTOR_JUDGE_H
#define EDUCMA_DOCTOR_JUDGE_H

#include "facts.h"
#include "verdict.h"

/**
 * doctor_judge() - find out whether the device can have a coherent buffer
 * @f: the facts
 * @bytes: the size of the buffer
 * @d: filled in
 */
void doctor_judge(const struct doctor_facts *f, uint64_t bytes,
		  struct diagnosis *d);

#endif
