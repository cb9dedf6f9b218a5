// SPDX-License-Identifier: GPL-2.0
/* The verdicts, and how a judge adds one to a diagnosis. */
#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "verdict.h"

struct line {
	const char *name;
	enum status status;
	const char *meaning;
};

#define VERDICT(_verdict, _name, _status, _meaning) \
	[VERDICT_##_verdict] = { _name, _status, _meaning },

static const struct line lines[VERDICTS] = {
#include "verdicts.h"
};

const char *verdict_name(enum verdict verdict)
{
	return lines[verdict].name;
}

enum status verdict_status(enum verdict verdict)
{
	return lines[verdict].status;
}

#define HELP_INDENT	24
#define HELP_WIDTH	80

/* Prints a text word by word from the column HELP_INDENT on, then a newline. */
static void print_wrapped(const char *text)
{
	int column = HELP_INDENT, len;

	while (*text) {
		len = strcspn(text, " ");
		if (column > HELP_INDENT && column + 1 + len > HELP_WIDTH)
			column = printf("\n%*s", HELP_INDENT, "") - 1;
		else if (column > HELP_INDENT)
			column += printf(" ");
		column += printf("%.*s", len, text);
		text += len + strspn(text + len, " ");
	}
	putchar('\n');
}

static void print_verdicts(enum status status)
{
	size_t i;

	printf("\nverdicts with exit status %d:\n", status);
	for (i = 0; i < VERDICTS; i++) {
		if (lines[i].status == status) {
			printf("  %-*s", HELP_INDENT - 2, lines[i].name);
			print_wrapped(lines[i].meaning);
		}
	}
}

void verdict_help(void)
{
	print_verdicts(STATUS_OK);
	print_verdicts(STATUS_FAILURE);
	print_verdicts(STATUS_NO_DEVICE);
}

struct finding *finding_add(struct diagnosis *d, enum verdict verdict)
{
	struct finding *finding;

	assert(d->count < FINDINGS_MAX);
	finding = &d->finding[d->count++];
	memset(finding, 0, sizeof(*finding));
	finding->verdict = verdict;
	return finding;
}

void finding_say(struct finding *finding, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(finding->text, sizeof(finding->text), fmt, args);
	va_end(args);
}

void finding_advise(struct finding *finding, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(finding->advice, sizeof(finding->advice), fmt, args);
	va_end(args);
}
