/* SPDX-License-Identifier: GPL-2.0 */
/* The parts of doctor_gather(), a file each, and what they share. */
#ifndef EDUCMA_DOCTOR_GATHER_H
#define EDUCMA_DOCTOR_GATHER_H

#include <stdio.h>

#include "facts.h"

/* Enough for a line of procfs or of the kernel's log. */
#define LINE	8192

void gather_device(const char *sysroot, const char *which, uint32_t bits,
		   struct doctor_facts *f);
void gather_kernel(const char *sysroot, struct doctor_facts *f);
void gather_memory(const char *sysroot, struct doctor_facts *f);
/* After the others: an area is bounded by the zones and the command line. */
void gather_areas(const char *sysroot, struct doctor_facts *f);

/* Adds a sentence about what could not be seen. */
void unseen(struct doctor_facts *f, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* Opens a file below @sysroot for reading, without waiting. */
FILE *open_under(const char *sysroot, const char *path);

#endif
