/* SPDX-License-Identifier: GPL-2.0 */
/* The fields of the facts about the machine and its device. */
#ifndef EDUCMA_DOCTOR_PRINT_FACTS_H
#define EDUCMA_DOCTOR_PRINT_FACTS_H

#include "facts.h"
#include "field.h"

/* The record is a struct doctor_device. */
extern const struct field device_fields[];
/* The record is a struct doctor_facts. */
extern const struct field kernel_fields[];
extern const struct field memory_fields[];

/* Prints all of these, the areas and the zones as text. */
void facts_print(const struct doctor_facts *f);

#endif
