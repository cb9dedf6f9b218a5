/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SIM_OPTIONS_H
#define SIM_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "edu.h"

/* The command line; a path is NULL if its option was not given. */
struct options {
	const char *socket, *control, *faults, *log, *ask;
	const struct edu_profile *profile;
	uint64_t delay;		/* ns */
	uint64_t dma_mask, seed;
	uint32_t memory;	/* bytes of the device memory */
	bool once;
	char **commands;	/* --ask: the operands; ends with NULL */
};

/* Exits after --help, with status 0, and on a usage error, with status 2. */
void parse_options(struct options *options, int argc, char **argv);

#endif
