// SPDX-License-Identifier: GPL-2.0
/*
 * educma-sim: main(), and the event loop: one client, a few connections to the
 * control socket, and the device's next event in time.
 */
#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#include "ask.h"
#include "client.h"
#include "control.h"
#include "options.h"
#include "socket.h"

#define CONTROLS	4	/* connections to the control socket at once */
#define BURST		64	/* most messages between two looks at other sockets */
#define NS_PER_S	1000000000ULL

struct sim {
	struct options options;
	struct device device;
	uint8_t *memory;	/* the device's */
	struct log log;
	struct client client;
	struct control controls[CONTROLS];
	int listener, control_listener;
	bool had_client;	/* for --once */
};

static volatile sig_atomic_t stop;

static void on_signal(int number)
{
	(void)number;
	stop = 1;
}

__attribute__((noreturn))
static void die(const char *what, const char *why)
{
	fprintf(stderr, "educma-sim: %s: %s\n", what, why);
	exit(1);
}

static uint64_t clock_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * NS_PER_S + t.tv_nsec;
}

/* Return: the device's time: ns since the first call. */
static uint64_t now(void)
{
	static uint64_t start;

	if (!start)
		start = clock_ns();
	return clock_ns() - start;
}

static void read_faults(struct device *device, const char *path)
{
	FILE *in = fopen(path, "r");
	unsigned int number = 0;
	char *line = NULL;
	size_t room = 0;

	if (!in)
		die(path, strerror(errno));
	while (getline(&line, &room, in) > 0) {
		const char *error = faults_add(&device->faults, line);

		number++;
		if (!error)
			continue;
		fprintf(stderr, "educma-sim: %s:%u: %s\n", path, number, error);
		exit(2);
	}
	free(line);
	fclose(in);
}

/*
 * The control socket is created first: a process that sees the vfio-user socket
 * may use both.
 */
static void listen_at(struct sim *sim)
{
	const struct options *options = &sim->options;

	sim->control_listener = -1;
	if (options->control)
		sim->control_listener = socket_listen(options->control);
	if (options->control && sim->control_listener < 0)
		die(options->control, strerror(-sim->control_listener));
	sim->listener = socket_listen(options->socket);
	if (sim->listener >= 0)
		return;
	if (options->control)
		unlink(options->control);
	die(options->socket, strerror(-sim->listener));
}

static uint8_t *allocate_memory(uint32_t bytes)
{
	uint8_t *memory = malloc(bytes);

	if (!memory)
		die("--memory", strerror(errno));
	return memory;
}

static void start(struct sim *sim)
{
	const struct options *options = &sim->options;
	size_t i;

	sim->log.file = options->log ? fopen(options->log, "ae") : stderr;
	if (!sim->log.file)
		die(options->log, strerror(errno));
	setvbuf(sim->log.file, NULL, _IOLBF, 0);
	device_init(&sim->device, options->profile, options->seed);
	sim->memory = allocate_memory(options->memory);
	device_set_memory(&sim->device, sim->memory, options->memory);
	sim->device.edu.dma_mask = options->dma_mask;
	sim->device.delay = options->delay;
	sim->device.log = &sim->log;
	client_init(&sim->client, &sim->device);
	for (i = 0; i < CONTROLS; i++)
		control_init(&sim->controls[i], &sim->device);
	if (options->faults)
		read_faults(&sim->device, options->faults);
	listen_at(sim);
	log_write(&sim->log, 0, "profile %s, DMA mask 0x%" PRIx64 ", memory %" PRIu32
		    ", delay %" PRIu64 " ns, seed %" PRIu64, sim->device.edu.profile->name,
		    sim->device.edu.dma_mask, options->memory, sim->device.delay,
		    sim->device.faults.random);
}

static void shut_down(struct sim *sim)
{
	size_t i;

	client_disconnect(&sim->client, "educma-sim exits");
	for (i = 0; i < CONTROLS; i++)
		control_disconnect(&sim->controls[i]);
	unlink(sim->options.socket);
	if (sim->options.control)
		unlink(sim->options.control);
	free(sim->log.kept);
	free(sim->memory);
	fclose(sim->log.file);
}

/* The indices of the poll array. */
enum { POLL_LISTENER, POLL_CONTROL_LISTENER, POLL_CLIENT, POLL_CONTROLS,
	POLLS = POLL_CONTROLS + CONTROLS };

static struct control *free_control(struct sim *sim)
{
	size_t i;

	for (i = 0; i < CONTROLS; i++)
		if (sim->controls[i].fd < 0)
			return &sim->controls[i];
	return NULL;
}

/* A listener is polled only while a connection is free: others wait in its queue. */
static void fill_polls(struct sim *sim, struct pollfd *polls)
{
	size_t i;

	polls[POLL_LISTENER] = (struct pollfd){
		.fd = sim->client.fd < 0 ? sim->listener : -1, .events = POLLIN,
	};
	polls[POLL_CONTROL_LISTENER] = (struct pollfd){
		.fd = free_control(sim) ? sim->control_listener : -1, .events = POLLIN,
	};
	polls[POLL_CLIENT] = (struct pollfd){
		.fd = sim->client.fd, .events = client_events(&sim->client),
	};
	for (i = 0; i < CONTROLS; i++)
		polls[POLL_CONTROLS + i] = (struct pollfd){
			.fd = sim->controls[i].fd,
			.events = control_events(&sim->controls[i]),
		};
}

/* Serves all but the client, for whom serve_client() looks without polling. */
static void serve_others(struct sim *sim, const struct pollfd *polls)
{
	size_t i;
	int fd;

	for (i = 0; i < CONTROLS; i++)
		if (polls[POLL_CONTROLS + i].revents)
			control_serve(&sim->controls[i]);
	if (polls[POLL_LISTENER].revents) {
		fd = socket_accept(sim->listener);
		if (fd >= 0)
			client_connect(&sim->client, fd);
		sim->had_client |= fd >= 0;
	}
	if (polls[POLL_CONTROL_LISTENER].revents) {
		fd = socket_accept(sim->control_listener);
		if (fd >= 0)
			control_connect(free_control(sim), fd);
	}
}

static bool finished(const struct sim *sim)
{
	return stop || (sim->options.once && sim->had_client && sim->client.fd < 0);
}

/*
 * Serves the client until there is nothing to do, or BURST times.
 *
 * Return: when there is something to do without a ready descriptor, in ns.
 */
static uint64_t serve_client(struct sim *sim)
{
	unsigned int times;
	uint64_t due, deadline;

	for (times = 0; times < BURST && !finished(sim); times++) {
		due = device_run(&sim->device, now());
		if (client_serve(&sim->client))
			continue;
		deadline = client_deadline(&sim->client);
		return due < deadline ? due : deadline;
	}
	return 0;
}

/* Sleeps until the time @until, in ns, or until a descriptor is ready. */
static void wait_until(uint64_t until, struct pollfd *polls, const sigset_t *signals)
{
	struct timespec t, *timeout = NULL;
	uint64_t left, at = now();
	size_t i;

	if (until != EDU_NEVER) {
		left = until > at ? until - at : 0;
		t = (struct timespec){ .tv_sec = left / NS_PER_S, .tv_nsec = left % NS_PER_S };
		timeout = &t;
	}
	if (ppoll(polls, POLLS, timeout, signals) < 0)
		for (i = 0; i < POLLS; i++)
			polls[i].revents = 0;
}

/*
 * SIGTERM and SIGINT stay blocked except in ppoll(), so that none arrives between
 * the test of "stop" and the sleep.
 */
static void catch_signals(sigset_t *while_waiting)
{
	const struct sigaction action = { .sa_handler = on_signal };
	sigset_t ending;

	sigemptyset(&ending);
	sigaddset(&ending, SIGTERM);
	sigaddset(&ending, SIGINT);
	sigprocmask(SIG_BLOCK, &ending, while_waiting);
	sigdelset(while_waiting, SIGTERM);
	sigdelset(while_waiting, SIGINT);
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGINT, &action, NULL);
	/* Writing to a closed connection gives EPIPE then, and does not kill us. */
	signal(SIGPIPE, SIG_IGN);
}

int main(int argc, char **argv)
{
	static struct sim sim;
	struct pollfd polls[POLLS];
	sigset_t while_waiting;

	parse_options(&sim.options, argc, argv);
	if (sim.options.ask)
		return ask(sim.options.ask, sim.options.commands);
	/* The default slack of 50 us would turn a delay of 50 us into 100 us. */
	prctl(PR_SET_TIMERSLACK, 1);
	catch_signals(&while_waiting);
	start(&sim);
	while (!finished(&sim)) {
		uint64_t until = serve_client(&sim);

		fill_polls(&sim, polls);
		wait_until(until, polls, &while_waiting);
		device_run(&sim.device, now());
		serve_others(&sim, polls);
	}
	shut_down(&sim);
	return 0;
}
