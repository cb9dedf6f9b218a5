// SPDX-License-Identifier: GPL-2.0
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "log.h"

#define LINE	256

/* The first lines are kept, and not the last: they explain the others. */
static void keep(struct journal *journal, const char *line)
{
	size_t len = strlen(line);

	if (!journal->kept)
		journal->kept = malloc(JOURNAL_KEEPS);
	if (!journal->kept || len + 1 > JOURNAL_KEEPS - journal->len) {
		journal->dropped++;
		return;
	}
	memcpy(journal->kept + journal->len, line, len);
	journal->kept[journal->len + len] = '\n';
	journal->len += len + 1;
}

static void say(struct journal *journal, bool kept, uint64_t now, const char *format,
		va_list args)
{
	char line[LINE];
	int len;

	if (!journal)
		return;
	len = snprintf(line, LINE, "%" PRIu64 " ", now);
	vsnprintf(line + len, LINE - len, format, args);
	fprintf(journal->file, "%s\n", line);
	if (kept)
		keep(journal, line);
}

void journal_say(struct journal *journal, uint64_t now, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	say(journal, false, now, format, args);
	va_end(args);
}

void journal_keep(struct journal *journal, uint64_t now, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	say(journal, true, now, format, args);
	va_end(args);
}

void journal_print(const struct journal *journal, FILE *out)
{
	if (journal->len)
		fwrite(journal->kept, 1, journal->len, out);
	if (journal->dropped)
		fprintf(out, "# and %" PRIu64 " more\n", journal->dropped);
}
