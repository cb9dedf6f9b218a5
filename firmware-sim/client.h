/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The connection to the vfio-user client (QEMU): cuts its byte stream into
 * messages for protocol.c, and sends the replies. No function here blocks. A
 * client that stops in the middle of a message, or that does not read its
 * replies, is disconnected after CLIENT_TIMEOUT_NS.
 */
#ifndef SIM_CLIENT_H
#define SIM_CLIENT_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "protocol.h"

#define CLIENT_TIMEOUT_NS	5000000000ULL	/* 5 s */

/*
 * As many messages as fit are received at once, but handled one at a time, and
 * one reply at a time is sent.
 */
struct client {
	struct device *device;
	int fd;				/* -1: not connected */
	uint64_t waiting_since;		/* last progress of a message or reply, in ns; */
					/* EDU_NEVER: none is incomplete */
	bool progress;			/* this client_serve() has done something */
	size_t have;			/* bytes in @in; it begins with a message */
	int fds[PROTOCOL_FDS];		/* descriptors of the last message in @in */
	size_t nfds;
	size_t reply_len;		/* bytes of the reply; 0: none is being sent */
	size_t sent;			/* how many of them are sent */
	char in[PROTOCOL_MAX], reply[PROTOCOL_MAX];
};

void client_init(struct client *client, struct device *device);

/* Starts a connection on @fd, which must be non-blocking; it is closed later. */
void client_connect(struct client *client, int fd);

/* Ends the connection, logs @why, and unplugs the device. */
void client_disconnect(struct client *client, const char *why);

/* Return: POLLIN or POLLOUT, for which the caller polls @client->fd. */
short client_events(const struct client *client);

/* Return: when the client is timed out, on the device's clock in ns, or EDU_NEVER. */
uint64_t client_deadline(const struct client *client);

/**
 * client_serve() - receive and handle at most one message, or send a reply
 * @client: the connection, or none
 *
 * The caller calls device_run() with the current time before each call: a
 * message may start a DMA that is due before the next message.
 *
 * Return: true if anything was done, so that there may be more to do now. After
 * false the caller waits for client_events() or client_deadline().
 */
bool client_serve(struct client *client);

#endif
