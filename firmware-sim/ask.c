// SPDX-License-Identifier: GPL-2.0
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "ask.h"
#include "socket.h"

static bool send_all(int fd, const char *text)
{
	size_t left = strlen(text);

	while (left) {
		ssize_t sent = send(fd, text, left, MSG_NOSIGNAL);

		if (sent < 0)
			return false;
		text += sent;
		left -= sent;
	}
	return true;
}

/* Prints an answer. Return: 0 for "ok", 1 for "error", -1 if neither comes. */
static int print_answer(FILE *in)
{
	char *line = NULL;
	size_t room = 0;
	int status = -1;

	while (status < 0 && getline(&line, &room, in) > 0) {
		if (!strcmp(line, "ok\n"))
			status = 0;
		else if (!strncmp(line, "error: ", 7))
			status = 1;
		if (status)
			fputs(line, status > 0 ? stderr : stdout);
	}
	free(line);
	return status;
}

/* Return: 0 or 1, as ask(). */
static int ask_one(int fd, FILE *in, const char *command)
{
	int status = -1;

	if (strchr(command, '\n')) {
		fprintf(stderr, "educma-sim: a command must not contain a newline\n");
		return 1;
	}
	if (send_all(fd, command) && send_all(fd, "\n"))
		status = print_answer(in);
	if (status >= 0)
		return status;
	/* "die" kills the server, so the connection ends without an answer. */
	if (!strcmp(command, "die"))
		return 0;
	fprintf(stderr, "educma-sim: no answer to '%s'\n", command);
	return 1;
}

int ask(const char *path, char **commands)
{
	int fd = socket_connect(path);
	int status = 0;
	FILE *in;

	in = fd < 0 ? NULL : fdopen(fd, "r");
	if (!in) {
		fprintf(stderr, "educma-sim: %s: %s\n", path, strerror(-fd));
		return 1;
	}
	while (*commands && !status)
		status = ask_one(fd, in, *commands++);
	fclose(in);
	return status;
}
