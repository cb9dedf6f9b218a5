/* SPDX-License-Identifier: GPL-2.0 */
/* The doctor's verdicts, and the findings that it ends in. */
#ifndef EDUCMA_DOCTOR_VERDICT_H
#define EDUCMA_DOCTOR_VERDICT_H

#include <stddef.h>
#include <stdint.h>

#include "reason.h"
#include "status.h"

#define VERDICT(_verdict, _name, _status, _meaning) VERDICT_##_verdict,

enum verdict {
#include "verdicts.h"
	VERDICTS,
};

/**
 * struct finding - one thing to say
 * @verdict: which one
 * @text: what is so, with this machine's numbers
 * @advice: what to do; empty if nothing
 * @config: a kernel option that @advice needs, or NULL
 * @parameter: words for the kernel's command line that it needs, or empty
 * @remove: words to take from there, or empty
 * @command: what to type, or empty
 */
struct finding {
	enum verdict verdict;
	char text[REASON_TEXT];
	char advice[2 * REASON_TEXT];
	const char *config;
	char parameter[REASON_TEXT];
	char remove[80];
	char command[80];
};

#define FINDINGS_MAX	6

enum bound { BOUND_EXACT, BOUND_AT_MOST, BOUND_AT_LEAST };

/**
 * struct diagnosis - all there is to say
 * @finding: the first is the verdict, the others are what else was found
 * @count: at least 1
 * @largest: the largest buffer that can be had now; 0 if that is not known
 * @largest_is: how sure that is
 */
struct diagnosis {
	struct finding finding[FINDINGS_MAX];
	size_t count;
	uint64_t largest;
	enum bound largest_is;
};

/* The verdict's name, for programs: "above_mask". */
const char *verdict_name(enum verdict verdict);

/* The doctor's exit status if this is its verdict. */
enum status verdict_status(enum verdict verdict);

/* Prints all verdicts, by exit status, with what they mean. */
void verdict_help(void);

/* Adds a finding without text; there is room for each that can come up. */
struct finding *finding_add(struct diagnosis *d, enum verdict verdict);
/* Set its text, and its advice. */
void finding_say(struct finding *finding, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
void finding_advise(struct finding *finding, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

#endif
