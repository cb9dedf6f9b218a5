/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The log file: a line for each event, TIME_NS EVENT, where the time is the
 * device's. The lines of faults are also kept in memory, for the control
 * socket's command log.
 */
#ifndef SIM_LOG_H
#define SIM_LOG_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#define LOG_KEPT_BYTES	(1 << 20)	/* room for lines that are kept */

struct log {
	FILE *file;
	char *kept;		/* the lines that are kept; freed by the caller */
	size_t len;		/* their length, in bytes */
	uint64_t dropped;	/* lines that were not kept for want of room */
};

/**
 * log_write() - write a line to the log file
 * @log: the log; NULL: do nothing
 * @now: the device's time, in ns
 * @format: as for printf(), without a newline; cut to 255 characters with the time
 */
__attribute__((format(printf, 3, 4)))
void log_write(struct log *log, uint64_t now, const char *format, ...);

/* As log_write(), and keeps the line for log_print_kept(). */
__attribute__((format(printf, 3, 4)))
void log_write_and_keep(struct log *log, uint64_t now, const char *format, ...);

/* Writes the lines that are kept, and how many there was no room for. */
void log_print_kept(const struct log *log, FILE *out);

#endif
