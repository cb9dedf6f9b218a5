// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "client.h"

#define BAD_MESSAGE	"not a vfio-user message"

void client_init(struct client *client, struct device *device)
{
	client->device = device;
	client->fd = -1;
	client->waiting_since = EDU_NEVER;
	client->have = 0;
	client->nfds = 0;
	client->reply_len = 0;
}

void client_connect(struct client *client, int fd)
{
	client_init(client, client->device);
	client->fd = fd;
	log_write(client->device->log, client->device->now, "connected");
}

static void close_fds(struct client *client)
{
	while (client->nfds) {
		int fd = client->fds[--client->nfds];

		if (fd >= 0)
			close(fd);
	}
}

void client_disconnect(struct client *client, const char *why)
{
	if (client->fd < 0)
		return;
	log_write(client->device->log, client->device->now, "disconnected: %s", why);
	close_fds(client);
	close(client->fd);
	client_init(client, client->device);
	device_unplug(client->device);
}

short client_events(const struct client *client)
{
	return client->reply_len ? POLLOUT : POLLIN;
}

uint64_t client_deadline(const struct client *client)
{
	if (client->fd < 0 || client->waiting_since == EDU_NEVER)
		return EDU_NEVER;
	return client->waiting_since + CLIENT_TIMEOUT_NS;
}

/* Return: false if more descriptors came than a message may have. */
static bool take_fds(struct client *client, struct msghdr *msg)
{
	bool room = !(msg->msg_flags & MSG_CTRUNC);
	struct cmsghdr *cmsg;

	for (cmsg = CMSG_FIRSTHDR(msg); cmsg; cmsg = CMSG_NXTHDR(msg, cmsg)) {
		size_t count = (cmsg->cmsg_len - CMSG_LEN(0)) / sizeof(int);
		int *fd = (int *)CMSG_DATA(cmsg);

		if (cmsg->cmsg_level != SOL_SOCKET || cmsg->cmsg_type != SCM_RIGHTS)
			continue;
		for (; count--; fd++) {
			if (client->nfds < PROTOCOL_FDS) {
				client->fds[client->nfds++] = *fd;
			} else {
				close(*fd);
				room = false;
			}
		}
	}
	return room;
}

/*
 * Receives until the message has @want bytes, and never beyond its end: the
 * kernel hands over descriptors with the bytes that they were sent with, so
 * those received here belong to this message.
 *
 * Return: NULL, or why the client is to be disconnected, as the others below.
 */
static const char *receive(struct client *client, size_t want)
{
	union {
		struct cmsghdr align;
		char space[CMSG_SPACE(PROTOCOL_FDS * sizeof(int))];
	} control;
	struct iovec part = {
		.iov_base = client->in + client->have,
		.iov_len = want - client->have,
	};
	struct msghdr msg = {
		.msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control),
	};
	ssize_t got = recvmsg(client->fd, &msg, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);

	if (got < 0)
		return errno == EAGAIN || errno == EINTR ? NULL : strerror(errno);
	if (!got)
		return client->have ? "the client has left in the middle of a message" :
				      "the client has left";
	client->have += got;
	return take_fds(client, &msg) ? NULL : "too many descriptors in a message";
}

static const char *send_reply(struct client *client)
{
	ssize_t sent;

	sent = send(client->fd, client->reply + client->sent,
		    client->reply_len - client->sent, MSG_DONTWAIT | MSG_NOSIGNAL);
	if (sent < 0)
		return errno == EAGAIN || errno == EINTR ? NULL : strerror(errno);
	client->sent += sent;
	if (client->sent == client->reply_len)
		client->reply_len = 0;
	return NULL;
}

static const char *handle(struct client *client)
{
	int len = protocol_handle(client->device, client->in, client->have, client->fds,
				  client->nfds, client->reply);

	close_fds(client);
	client->have = 0;
	if (len < 0)
		return BAD_MESSAGE;
	client->reply_len = len;
	client->sent = 0;
	return len ? send_reply(client) : NULL;
}

/* Receives the header first, which says how long the message is. */
static const char *receive_message(struct client *client, bool *complete)
{
	const char *error = NULL;
	size_t want = PROTOCOL_HEADER;

	*complete = false;
	if (client->have < want)
		error = receive(client, want);
	if (error || client->have < want)
		return error;
	want = protocol_size(client->in);
	if (!want)
		return BAD_MESSAGE;
	if (client->have < want)
		error = receive(client, want);
	*complete = !error && client->have == want;
	return error;
}

static const char *serve(struct client *client)
{
	const char *error;
	bool complete;

	if (client->reply_len)
		return send_reply(client);
	error = receive_message(client, &complete);
	return error || !complete ? error : handle(client);
}

void client_serve(struct client *client, short events)
{
	uint64_t now = client->device->now;
	const char *error = NULL;

	if (events)
		error = serve(client);
	else if (now >= client_deadline(client))
		error = "timeout";
	if (error)
		client_disconnect(client, error);
	else if (!client->have && !client->reply_len)
		client->waiting_since = EDU_NEVER;
	else if (events)
		client->waiting_since = now;
}
