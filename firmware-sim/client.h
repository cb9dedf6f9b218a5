/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The connection to the vfio-user client: cuts its stream into messages. It
 * never waits for the client, and gives up on one that stops in the middle
 * of a message or does not take its replies.
 */
#ifndef SIM_CLIENT_H
#define SIM_CLIENT_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "protocol.h"

#define CLIENT_PATIENCE_NS	5000000000ULL

struct client {
	struct device *device;
	int fd;				/* -1: not connected */
	uint64_t waiting_since;		/* for the client to go on; EDU_NEVER: not */
	size_t have;			/* bytes of the message in @in */
	int fds[PROTOCOL_FDS];		/* that came with it */
	size_t nfds;
	size_t reply_len, sent;
	char in[PROTOCOL_MAX], reply[PROTOCOL_MAX];
};

void client_init(struct client *client, struct device *device);

/* A new one; @fd does not block and is taken over. */
void client_connect(struct client *client, int fd);

void client_disconnect(struct client *client, const char *why);

/* What to poll for. */
short client_events(const struct client *client);

/* When it has had time enough, in ns of the device. */
uint64_t client_deadline(const struct client *client);

/*
 * Goes on as far as one message, without waiting. device_run() was called for
 * this moment, and is called again before the next.
 */
void client_serve(struct client *client, short events);

#endif
