/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What happened, a line each: TIME_NS WHAT. The times are the device's.
 */
#ifndef SIM_LOG_H
#define SIM_LOG_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#define LOG_KEPT_BYTES	(1 << 20)	/* bytes */

struct log {
	FILE *file;
	char *kept;		/* lines, for the control socket */
	size_t len;
	uint64_t dropped;	/* lines for which there was no room */
};

/**
 * log_write() - writes a line
 * @log: NULL: nobody listens
 * @now: time, in ns
 * @format: as of printf()
 */
__attribute__((format(printf, 3, 4)))
void log_write(struct log *log, uint64_t now, const char *format, ...);

/* The same, and it is kept. */
__attribute__((format(printf, 3, 4)))
void log_write_and_keep(struct log *log, uint64_t now, const char *format, ...);

/* Writes what was kept. */
void log_print_kept(const struct log *log, FILE *out);

#endif
