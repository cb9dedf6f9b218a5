/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The control socket: a command a line. The answer is any number of lines, and
 * then "ok" or "error: WHY".
 */
#ifndef SIM_CONTROL_H
#define SIM_CONTROL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "device.h"

#define CONTROL_LINE	256

/* One connection. */
struct control {
	struct device *device;
	int fd;			/* -1: not connected */
	char line[CONTROL_LINE];
	size_t have;
	char *answer;		/* being sent; NULL: none */
	size_t answer_len, sent;
};

void control_init(struct control *control, struct device *device);

/* @fd does not block and is taken over. */
void control_connect(struct control *control, int fd);

void control_disconnect(struct control *control);

/* What to poll for. */
short control_events(const struct control *control);

/* Goes as far as it can without waiting; device_run() was called for now. */
void control_serve(struct control *control);

/**
 * control_command() - does what a line says
 * @device: on which
 * @line: the command
 * @out: where the answer goes, with its last line
 */
void control_command(struct device *device, const char *line, FILE *out);

/* The commands, for people. */
void control_help(FILE *out);

#endif
