/* SPDX-License-Identifier: GPL-2.0 */
/* The doctor's output, as text and as JSON. */
#ifndef EDUCMA_DOCTOR_PRINT_H
#define EDUCMA_DOCTOR_PRINT_H

#include <json-c/json.h>

#include "facts.h"
#include "verdict.h"

/**
 * struct doctor_result - all that the doctor prints
 * @facts: the facts that it found
 * @bytes: the size of the buffer that the user asks about
 * @diagnosis: its conclusions
 */
struct doctor_result {
	const struct doctor_facts *facts;
	uint64_t bytes;
	const struct diagnosis *diagnosis;
};

void doctor_print(const struct doctor_result *result);
/* Returns a new object. */
struct json_object *doctor_json(const struct doctor_result *result);

#endif
