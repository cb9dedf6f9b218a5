/* SPDX-License-Identifier: GPL-2.0 */
/* doctor_gather() in parts, one for each file facts_*.c, and their helpers. */
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
/* Forgets a configuration that is not this kernel's; runs after gather_memory(). */
void check_config(struct doctor_facts *f);
void gather_boot(const char *sysroot, struct doctor_facts *f);
/* Reads which pages of an area whose map is known hold other data. */
void gather_busy_pages(const char *sysroot, struct doctor_facts *f,
		       struct doctor_area *area);
/* Runs last: zones and command line bound an area that cannot be seen. */
void gather_areas(const char *sysroot, struct doctor_facts *f);

/* Adds a sentence about something that could not be seen to @f->unseen. */
void unseen(struct doctor_facts *f, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* Calls @take with each line of the kernel's log, if that can be read. */
void read_log(const char *sysroot, void (*take)(const char *line, void *data),
	      void *data);

/* Opens a file for reading, without waiting; @path is like "proc/meminfo". */
FILE *open_under(const char *sysroot, const char *path);

#endif
