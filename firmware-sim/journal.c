// SPDX-License-Identifier: GPL-2.0
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "journal.h"

#define LINE	256

static void make_line(char *line, uint64_t now, const char *format, va_list args)
{
	int len = snprintf(line, LINE, "%" PRIu64 " ", now);

	vsnprintf(line + len, LINE - len, format, args);
}

void journal_say(struct journal *journal, uint64_t now, const char *format, ...)
{
	char line[LINE];
	va_list args;

	if (!journal)
		return;
	va_start(args, format);
	make_line(line, now, format, args);
	va_end(args);
	fprintf(journal->file, "%s\n", line);
}

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

void journal_keep(struct journal *journal, uint64_t now, const char *format, ...)
{
	char line[LINE];
	va_list args;

	if (!journal)
		return;
	va_start(args, format);
	make_line(line, now, format, args);
	va_end(args);
	fprintf(journal->file, "%s\n", line);
	keep(journal, line);
}

void journal_print(const struct journal *journal, FILE *out)
{
	if (journal->len)
		fwrite(journal->kept, 1, journal->len, out);
	if (journal->dropped)
		fprintf(out, "# and %" PRIu64 " more\n", journal->dropped);
}
