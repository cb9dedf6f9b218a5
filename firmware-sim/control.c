// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "control.h"
#include "parse.h"

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))
#define WORDS		8	/* more than a command has */

/*
 * The commands. Each returns NULL or an error message; @argument is "" if the
 * command takes none.
 */

static const char *do_clear(struct device *device, const char *argument, FILE *out)
{
	(void)argument;
	(void)out;
	faults_clear(&device->faults);
	return NULL;
}

static const char *do_count(struct device *device, const char *argument, FILE *out)
{
	enum fault fault = fault_by_name(argument);

	if (fault == FAULT_KINDS)
		return "there is no fault of this name";
	fprintf(out, "%" PRIu64 "\n", device->faults.occurred[fault]);
	return NULL;
}

static const char *do_delay(struct device *device, const char *argument, FILE *out)
{
	(void)out;
	return parse_time(argument, &device->delay) ? NULL :
	       "delay takes a time: 0, or a number and ns, us, ms or s";
}

/* A surprise removal: the client sees the connection end without a word. */
static const char *do_die(struct device *device, const char *argument, FILE *out)
{
	(void)device;
	(void)argument;
	(void)out;
	raise(SIGKILL);
	return NULL;
}

static const char *do_log(struct device *device, const char *argument, FILE *out)
{
	(void)argument;
	if (device->log)
		log_print_kept(device->log, out);
	return NULL;
}

static const char *do_status(struct device *device, const char *argument, FILE *out)
{
	enum fault fault;

	(void)argument;
	fprintf(out, "time_ns %" PRIu64 "\n", device->now);
	fprintf(out, "connected %d\n", device->negotiated);
	fprintf(out, "delay_ns %" PRIu64 "\n", device->delay);
	fprintf(out, "dmas %" PRIu64 "\n", device->dmas);
	fprintf(out, "irqs %" PRIu64 "\n", device->irqs);
	fprintf(out, "maps %zu\n", device->memory.count);
	fprintf(out, "rules %u\n", device->faults.count);
	for (fault = 0; fault < FAULT_KINDS; fault++)
		fprintf(out, "%s %" PRIu64 "\n", fault_name(fault),
			device->faults.occurred[fault]);
	return NULL;
}

static const struct {
	const char *name, *takes, *help;
	const char *(*run)(struct device *device, const char *argument, FILE *out);
} commands[] = {
	{ "clear", "", "remove all faults that wait for their WHEN", do_clear },
	{ "count", "FAULT", "print how often FAULT has occurred", do_count },
	{ "delay", "TIME", "let each DMA take TIME from now on", do_delay },
	{ "die", "", "kill educma-sim: a surprise removal of the device", do_die },
	{ "log", "", "print the faults that have occurred, a line each", do_log },
	{ "status", "", "print the time, the settings and all counters", do_status },
};

void control_help(FILE *out)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(commands); i++)
		fprintf(out, "  %-18s %-5s  %s\n", commands[i].name, commands[i].takes,
			commands[i].help);
}

static const char *run_command(struct device *device, const char *line, FILE *out)
{
	char copy[CONTROL_LINE], *words[WORDS];
	size_t count, i;

	if (strlen(line) >= sizeof(copy))
		return "the line is too long";
	strcpy(copy, line);
	count = parse_words(copy, words, WORDS);
	for (i = 0; count && i < ARRAY_SIZE(commands); i++) {
		if (strcmp(words[0], commands[i].name))
			continue;
		if (count != (*commands[i].takes ? 2 : 1))
			return "wrong number of arguments";
		return commands[i].run(device, count == 2 ? words[1] : "", out);
	}
	return faults_add(&device->faults, line);
}

void control_command(struct device *device, const char *line, FILE *out)
{
	const char *error = run_command(device, line, out);

	if (error)
		fprintf(out, "error: %s\n", error);
	else
		fputs("ok\n", out);
}

void control_init(struct control *control, struct device *device)
{
	*control = (struct control){ .device = device, .fd = -1 };
}

void control_connect(struct control *control, int fd)
{
	control_init(control, control->device);
	control->fd = fd;
}

void control_disconnect(struct control *control)
{
	if (control->fd < 0)
		return;
	close(control->fd);
	free(control->answer);
	control_init(control, control->device);
}

short control_events(const struct control *control)
{
	return control->answer ? POLLOUT : POLLIN;
}

static bool send_answer(struct control *control)
{
	ssize_t sent = send(control->fd, control->answer + control->sent,
			    control->answer_len - control->sent,
			    MSG_DONTWAIT | MSG_NOSIGNAL);

	if (sent < 0)
		return errno == EAGAIN || errno == EINTR;
	control->sent += sent;
	if (control->sent == control->answer_len) {
		free(control->answer);
		control->answer = NULL;
	}
	return true;
}

/* Return: the newline of the first complete line, or NULL. */
static char *line_end(struct control *control)
{
	return memchr(control->line, '\n', control->have);
}

/* Runs the first line, which must be complete, and begins to send its answer. */
static bool answer_line(struct control *control)
{
	char *end = line_end(control);
	FILE *out;

	out = open_memstream(&control->answer, &control->answer_len);
	if (!out)
		return false;
	*end = '\0';
	control_command(control->device, control->line, out);
	control->have -= end + 1 - control->line;
	memmove(control->line, end + 1, control->have);
	control->sent = 0;
	return !fclose(out) && send_answer(control);
}

static bool receive(struct control *control)
{
	ssize_t got = recv(control->fd, control->line + control->have,
			   sizeof(control->line) - control->have, MSG_DONTWAIT);

	if (got < 0)
		return errno == EAGAIN || errno == EINTR;
	control->have += got;
	return got > 0;
}

/*
 * Receives nothing while an answer is being sent: a peer that does not read its
 * answers cannot make us store an unlimited number of them.
 */
void control_serve(struct control *control)
{
	static const char too_long[] = "error: the line is too long\n";
	bool alive = control->answer ? send_answer(control) : receive(control);

	while (alive && !control->answer && line_end(control))
		alive = answer_line(control);
	if (!control->answer && control->have == sizeof(control->line)) {
		send(control->fd, too_long, strlen(too_long), MSG_DONTWAIT | MSG_NOSIGNAL);
		alive = false;
	}
	if (!alive)
		control_disconnect(control);
}
