/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The control socket: one command or fault a line. The answer to each is any
 * number of lines, and then "ok" or "error: WHY". No function here blocks.
 */
#ifndef SIM_CONTROL_H
#define SIM_CONTROL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "device.h"

#define CONTROL_LINE	256	/* longest line, in bytes, with its newline */

/* One connection to the control socket. */
struct control {
	struct device *device;
	int fd;			/* -1: not connected */
	char line[CONTROL_LINE];
	size_t have;		/* bytes received that are not handled yet, in @line */
	char *answer;		/* the answer that is being sent; NULL: none */
	size_t answer_len, sent;
};

void control_init(struct control *control, struct device *device);

/* Starts a connection on @fd, which must be non-blocking; it is closed later. */
void control_connect(struct control *control, int fd);

void control_disconnect(struct control *control);

/* Return: POLLIN or POLLOUT, for which the caller polls @control->fd. */
short control_events(const struct control *control);

/*
 * Receives and answers as much as possible. The caller has called device_run()
 * with the current time.
 */
void control_serve(struct control *control);

/**
 * control_command() - run one line of the control socket
 * @device: the device that the command or fault is for
 * @line: the line, without its newline
 * @out: receives the whole answer, with "ok" or "error: WHY"
 */
void control_command(struct device *device, const char *line, FILE *out);

/* Prints the table of the commands that --help contains. */
void control_help(FILE *out);

#endif
