// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>
#include <string.h>

#include "fault.h"
#include "parse.h"
#include "splitmix64.h"

#define WORDS	8	/* a rule has 6 words at most */
#define LINE	256

void faults_init(struct faults *faults, uint64_t seed,
		 void (*inject)(void *ctx, const struct fault_rule *rule), void *ctx)
{
	*faults = (struct faults){ .random = seed, .inject = inject, .ctx = ctx };
}

uint64_t faults_random(struct faults *faults)
{
	return splitmix64(&faults->random);
}

/* The words of a line, and which is the next to be parsed. */
struct words {
	char *list[WORDS];
	size_t count, at;
};

/* Return: the next word, "" behind the last one. */
static const char *next_word(struct words *words)
{
	return words->at < words->count ? words->list[words->at++] : "";
}

static const char *parse_amount(struct words *words, struct fault_rule *rule)
{
	switch (fault_kinds[rule->fault].amount) {
	case AMOUNT_TIME:
		if (!parse_time(next_word(words), &rule->amount))
			return "this fault takes a time: 0, or a number and ns, us, ms or s";
		break;
	case AMOUNT_NUMBER:
		if (!parse_number(next_word(words), &rule->amount) || !rule->amount)
			return "this fault takes a number above 0";
		break;
	case AMOUNT_NONE:
		break;
	}
	return NULL;
}

static bool parse_probability(const char *text, double *p)
{
	char *end;

	if (!strchr("0123456789.", *text))
		return false;
	*p = strtod(text, &end);
	return end != text && !*end && *p > 0 && *p <= 1;
}

static const char *parse_when(struct words *words, struct fault_rule *rule)
{
	const char *when = next_word(words);

	rule->n = 1;
	if (!strcmp(when, "now")) {
		rule->when = FAULT_NOW;
		if (!fault_kinds[rule->fault].now)
			return "this fault needs a DMA or an interrupt: use next instead of now";
	} else if (!strcmp(when, "next")) {
		rule->when = FAULT_NTH;
	} else if (!strcmp(when, "nth") || !strcmp(when, "every")) {
		rule->when = *when == 'n' ? FAULT_NTH : FAULT_EVERY;
		if (!parse_number(next_word(words), &rule->n) || !rule->n)
			return "nth and every take a number above 0";
	} else if (!strcmp(when, "p")) {
		rule->when = FAULT_RANDOM;
		if (!parse_probability(next_word(words), &rule->p))
			return "p takes a number above 0 and up to 1";
	} else {
		return "WHEN is now, next, nth N, every N or p PROBABILITY";
	}
	return NULL;
}

static const char *parse_end(struct words *words, struct fault_rule *rule)
{
	rule->lasts_ns = UINT64_MAX;
	if (words->at == words->count)
		return NULL;
	if (strcmp(next_word(words), "for"))
		return "only 'for TIME' may follow WHEN";
	if (!fault_kinds[rule->fault].lasts)
		return "this fault does not take 'for TIME'";
	if (!parse_time(next_word(words), &rule->lasts_ns) || words->at < words->count)
		return "for takes a time: a number and ns, us, ms or s";
	return NULL;
}

static const char *parse_rule(struct words *words, struct fault_rule *rule)
{
	const char *error;

	rule->fault = fault_by_name(next_word(words));
	if (rule->fault == FAULT_KINDS)
		return "there is no fault of this name";
	error = parse_amount(words, rule);
	if (!error)
		error = parse_when(words, rule);
	if (!error)
		error = parse_end(words, rule);
	return error;
}

static void occur(struct faults *faults, const struct fault_rule *rule)
{
	faults->occurred[rule->fault]++;
	faults->inject(faults->ctx, rule);
}

const char *faults_add(struct faults *faults, const char *line)
{
	struct fault_rule rule = { 0 };
	struct words words = { 0 };
	char copy[LINE];
	const char *error;

	if (strlen(line) >= sizeof(copy))
		return "the line is too long";
	strcpy(copy, line);
	words.count = parse_words(copy, words.list, WORDS);
	if (!words.count)
		return NULL;
	if (words.count > WORDS)
		return "the line has too many words";
	error = parse_rule(&words, &rule);
	if (error)
		return error;
	if (rule.when == FAULT_NOW) {
		occur(faults, &rule);
		return NULL;
	}
	if (faults->count == FAULT_RULES)
		return "there are too many faults already";
	faults->rules[faults->count++] = rule;
	return NULL;
}

/* Counts an event. Return: true if the rule's fault occurs with this one. */
static bool count_event(struct faults *faults, struct fault_rule *rule)
{
	if (rule->when == FAULT_RANDOM)
		return faults_random(faults) < rule->p * 0x1p64;
	if (++rule->seen < rule->n)
		return false;
	rule->seen = 0;
	return true;
}

static void remove_rule(struct faults *faults, unsigned int i)
{
	struct fault_rule *rule = &faults->rules[i];

	memmove(rule, rule + 1, (--faults->count - i) * sizeof(*rule));
}

void faults_event(struct faults *faults, enum fault_event event)
{
	unsigned int i = 0;

	while (i < faults->count) {
		struct fault_rule rule;

		if (fault_event(faults->rules[i].fault) != event ||
		    !count_event(faults, &faults->rules[i])) {
			i++;
			continue;
		}
		rule = faults->rules[i];
		if (rule.when == FAULT_NTH)
			remove_rule(faults, i);
		else
			i++;
		occur(faults, &rule);
	}
}

void faults_clear(struct faults *faults)
{
	faults->count = 0;
}
