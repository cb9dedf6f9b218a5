/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What happened, a line each: TIME_NS WHAT. The times are the device's.
 */
#ifndef SIM_JOURNAL_H
#define SIM_JOURNAL_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#define JOURNAL_KEEPS	(1 << 20)	/* bytes */

struct journal {
	FILE *file;
	char *kept;		/* lines, for the control socket */
	size_t len;
	uint64_t dropped;	/* lines for which there was no room */
};

/**
 * journal_say() - writes a line
 * @journal: NULL: nobody listens
 * @now: time, in ns
 * @format: as of printf()
 */
__attribute__((format(printf, 3, 4)))
void journal_say(struct journal *journal, uint64_t now, const char *format, ...);

/* The same, and it is kept. */
__attribute__((format(printf, 3, 4)))
void journal_keep(struct journal *journal, uint64_t now, const char *format, ...);

/* Writes what was kept. */
void journal_print(const struct journal *journal, FILE *out);

#endif
