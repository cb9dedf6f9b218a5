/* SPDX-License-Identifier: GPL-2.0 */
/* The doctor's verdicts, and the findings that it ends in. */
#ifndef EDUCMA_DOCTOR_VERDICT_H
#define EDUCMA_DOCTOR_VERDICT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "status.h"

/* Bytes that are enough for a sentence, and for words of the command line. */
#define FINDING_TEXT	320

#define VERDICT(_verdict, _name, _status, _meaning) VERDICT_##_verdict,

enum verdict {
#include "verdicts.h"
	VERDICTS,
};

/**
 * struct finding - a verdict on this machine
 * @verdict: the verdict
 * @text: a sentence with this machine's numbers
 * @advice: what the user can do; empty if there is nothing to do
 * @config: the kernel option that @advice needs, or NULL
 * @parameter: words to add to the kernel's command line, or empty
 * @remove: words to remove from the kernel's command line, or empty
 * @command: the command to type, or empty
 */
struct finding {
	enum verdict verdict;
	char text[FINDING_TEXT];
	char advice[3 * FINDING_TEXT];
	const char *config;
	char parameter[FINDING_TEXT];
	char remove[256];
	char command[80];
};

#define FINDINGS_MAX	6

/**
 * struct bounds - limits of the largest buffer
 * @certain: so much certainly works; 0 if nothing certainly does
 * @most: more than that certainly does not work
 */
struct bounds {
	uint64_t certain;
	uint64_t most;
};

enum bound { BOUND_EXACT, BOUND_AT_MOST, BOUND_AT_LEAST };

/**
 * struct diagnosis - all findings
 * @finding: the first one is the verdict, the others are remarks
 * @count: the number of findings, at least 1
 * @sure: the verdict follows from what was seen, and nothing that was not seen
 *	can change it
 * @largest: the largest buffer that can be allocated now, or a bound of it
 * @largest_is: whether @largest is exact or a bound
 * @most: more than that certainly cannot be allocated now
 */
struct diagnosis {
	struct finding finding[FINDINGS_MAX];
	size_t count;
	bool sure;
	uint64_t largest;
	enum bound largest_is;
	uint64_t most;
};

/* The verdict's name, for programs: "above_mask". */
const char *verdict_name(enum verdict verdict);

/* The doctor's exit status if this is its verdict. */
enum status verdict_status(enum verdict verdict);

/* Prints all verdicts, by exit status, with what they mean. */
void verdict_help(void);

/* Adds a finding without text. FINDINGS_MAX are enough for all judges. */
struct finding *finding_add(struct diagnosis *d, enum verdict verdict);
/* Set the text and the advice of a finding. */
void finding_say(struct finding *finding, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
void finding_advise(struct finding *finding, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

#endif
