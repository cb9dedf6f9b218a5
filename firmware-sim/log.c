// SPDX-License-Identifier: GPL-2.0
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "log.h"

#define LINE	256

/* Without room the later lines are dropped: the first ones explain them. */
static void keep(struct log *log, const char *line)
{
	size_t len = strlen(line);

	if (!log->kept)
		log->kept = malloc(LOG_KEPT_BYTES);
	if (!log->kept || len + 1 > LOG_KEPT_BYTES - log->len) {
		log->dropped++;
		return;
	}
	memcpy(log->kept + log->len, line, len);
	log->kept[log->len + len] = '\n';
	log->len += len + 1;
}

static void write_line(struct log *log, bool kept, uint64_t now, const char *format,
		       va_list args)
{
	char line[LINE];
	int len;

	if (!log)
		return;
	len = snprintf(line, LINE, "%" PRIu64 " ", now);
	vsnprintf(line + len, LINE - len, format, args);
	fprintf(log->file, "%s\n", line);
	if (kept)
		keep(log, line);
}

void log_write(struct log *log, uint64_t now, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	write_line(log, false, now, format, args);
	va_end(args);
}

void log_write_and_keep(struct log *log, uint64_t now, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	write_line(log, true, now, format, args);
	va_end(args);
}

void log_print_kept(const struct log *log, FILE *out)
{
	if (log->len)
		fwrite(log->kept, 1, log->len, out);
	if (log->dropped)
		fprintf(out, "# %" PRIu64 " more lines were dropped\n", log->dropped);
}
