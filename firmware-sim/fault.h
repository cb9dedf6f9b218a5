/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Fault injection: the names of the faults, the language in which they are
 * asked for, and the rules that wait for their event. inject.c has the effect of
 * each fault on the device.
 *
 *	FAULT [AMOUNT] WHEN [for TIME]		# comment
 *
 * README.md says how to add a fault.
 */
#ifndef SIM_FAULT_H
#define SIM_FAULT_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#define FAULT_RULES	64	/* most rules that wait at once */

enum fault {
	FAULT_IRQ_LOST,
	FAULT_IRQ_LATE,
	FAULT_IRQ_DOUBLE,
	FAULT_IRQ_SPURIOUS,
	FAULT_DMA_STUCK,
	FAULT_DMA_LATE,
	FAULT_DMA_SHORT,
	FAULT_DMA_ASTRAY,
	FAULT_DMA_FLIP,
	FAULT_REGS_STUCK,
	FAULT_REGS_ONES,
	FAULT_REGS_ZERO,
	FAULT_MASTER_OFF,
	FAULT_VANISH,
	FAULT_VANISH_UNTIL_RESET,
	FAULT_MEMORY_SIZE,
	FAULT_KINDS		/* how many there are; no fault */
};

/* The event that a rule of this fault waits for, and counts. */
enum fault_event {
	FAULT_ON_IRQ,		/* the device sends an interrupt */
	FAULT_ON_DMA,		/* a DMA starts */
};

/* "next" is FAULT_NTH with n = 1. */
enum fault_when { FAULT_NOW, FAULT_NTH, FAULT_EVERY, FAULT_RANDOM };

struct fault_rule {
	enum fault fault;
	uint64_t amount;	/* ns, bytes or bits; 0 if the fault takes none */
	uint64_t lasts_ns;	/* UINT64_MAX: until something else ends the fault */
	enum fault_when when;
	uint64_t n, seen;	/* FAULT_NTH, FAULT_EVERY: events wanted, and so far */
	double p;		/* FAULT_RANDOM: probability, above 0, at most 1 */
};

struct faults {
	struct fault_rule rules[FAULT_RULES];
	unsigned int count;
	uint64_t occurred[FAULT_KINDS];	/* how often, since faults_init() */
	uint64_t random;		/* state of the random number generator */
	void (*inject)(void *ctx, const struct fault_rule *rule);
	void *ctx;
};

/**
 * faults_init() - start without rules
 * @faults: the rules
 * @seed: seed of the random numbers; the same seed gives the same numbers
 * @inject: called when a fault occurs, after it has been counted
 * @ctx: first argument of @inject
 */
void faults_init(struct faults *faults, uint64_t seed,
		 void (*inject)(void *ctx, const struct fault_rule *rule), void *ctx);

/**
 * faults_add() - add the rule that a line describes
 * @faults: the rules
 * @line: a line of the language. A fault with "now" occurs at once and leaves no
 *	rule; a line that is empty or only a comment does nothing.
 *
 * Return: NULL, or a message that says what is wrong with @line.
 */
const char *faults_add(struct faults *faults, const char *line);

/**
 * faults_event() - count an event, and inject the faults whose turn it is
 * @faults: the rules
 * @event: what happened
 *
 * A rule with "next" or "nth" is removed when its fault occurs.
 */
void faults_event(struct faults *faults, enum fault_event event);

/* Removes all rules. Faults that are active stay active. */
void faults_clear(struct faults *faults);

/* Return: the next random number, 64 bits, uniformly distributed. */
uint64_t faults_random(struct faults *faults);

enum fault_amount { AMOUNT_NONE, AMOUNT_TIME, AMOUNT_NUMBER };

/**
 * struct fault_kind - what the language of faults says of one fault
 * @name: the name that is typed
 * @event: the event that a rule counts
 * @amount: what follows the name
 * @now: "now" is allowed, because the fault needs no DMA or interrupt
 * @lasts: "for TIME" is allowed
 * @takes: the amount in the line of --help
 * @help: the rest of that line
 */
struct fault_kind {
	const char *name;
	enum fault_event event;
	enum fault_amount amount;
	bool now;
	bool lasts;
	const char *takes;
	const char *help;
};

/* By enum fault; in fault_kinds.c. */
extern const struct fault_kind fault_kinds[];

const char *fault_name(enum fault fault);
enum fault_event fault_event(enum fault fault);

/* Return: the fault with this name; FAULT_KINDS if there is none. */
enum fault fault_by_name(const char *name);

/* Prints the table of the faults that --help contains. */
void fault_help(FILE *out);

/* The properties of faults of which --help has a list. */
enum fault_property {
	FAULT_COUNTS_IRQS,	/* a rule counts interrupts, not DMAs */
	FAULT_TAKES_NOW,
	FAULT_TAKES_FOR,	/* "for TIME" is allowed */
};

/* Prints a line with the names of all faults that have the property. */
void fault_help_list(FILE *out, enum fault_property property);

#endif
