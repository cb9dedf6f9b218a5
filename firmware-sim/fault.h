/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What goes wrong with the device, and when: the language of the faults, and
 * the rules that are waiting for their event. What a fault then does is up to
 * device.c.
 *
 *	FAULT [AMOUNT] WHEN [for TIME]		# comment
 */
#ifndef SIM_FAULT_H
#define SIM_FAULT_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#define FAULT_RULES	64

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
	FAULT_KINDS
};

/* What a rule counts. */
enum fault_event {
	FAULT_ON_IRQ,		/* the device sends an interrupt */
	FAULT_ON_DMA,		/* a DMA starts */
};

enum fault_when { FAULT_NOW, FAULT_NTH, FAULT_EVERY, FAULT_RANDOM };

struct fault_rule {
	enum fault fault;
	uint64_t amount;	/* ns, bytes or bits, as the fault has it */
	uint64_t lasts;		/* ns; UINT64_MAX: it does not end by itself */
	enum fault_when when;
	uint64_t n, seen;	/* of FAULT_NTH and FAULT_EVERY */
	double p;		/* of FAULT_RANDOM */
};

struct faults {
	struct fault_rule rules[FAULT_RULES];
	unsigned int count;
	uint64_t occurred[FAULT_KINDS];
	uint64_t random;
	void (*strike)(void *ctx, const struct fault_rule *rule);
	void *ctx;
};

/**
 * faults_init() - no rules yet
 * @faults: the rules
 * @seed: of the generator behind "p"
 * @strike: called when a fault occurs, after it was counted
 * @ctx: passed back
 */
void faults_init(struct faults *faults, uint64_t seed,
		 void (*strike)(void *ctx, const struct fault_rule *rule), void *ctx);

/**
 * faults_add() - a line of the language
 * @faults: the rules
 * @line: a rule; one for "now" strikes at once. An empty line is none.
 *
 * Return: NULL, or what is wrong with it.
 */
const char *faults_add(struct faults *faults, const char *line);

/* Something happened that rules count: those that it was for strike. */
void faults_event(struct faults *faults, enum fault_event event);

/* No more rules. What has occurred has occurred. */
void faults_clear(struct faults *faults);

/* The next number of the generator. */
uint64_t faults_random(struct faults *faults);

const char *fault_name(enum fault fault);
enum fault_event fault_event(enum fault fault);

/* FAULT_KINDS if there is none of this name. */
enum fault fault_by_name(const char *name);

/* The language as a table, for people. */
void fault_help(FILE *out);

#endif
