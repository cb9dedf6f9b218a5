/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SIM_OPTIONS_H
#define SIM_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "edu.h"

struct options {
	const char *socket, *control, *faults, *log, *ask;
	const struct edu_profile *profile;
	uint64_t delay, dma_mask, seed;
	bool once;
	char **commands;	/* to ask, up to a NULL */
};

/* Does not return after --help (exit status 0) or what it cannot take (2). */
void parse_options(struct options *options, int argc, char **argv);

#endif
