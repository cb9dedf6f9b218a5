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
	client->progress = false;
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
 * Receives until there are @want bytes. The kernel hands over descriptors with
 * the bytes that they were sent with, and nothing behind these, so descriptors
 * belong to the last message that has begun. While that message is incomplete,
 * @want is not beyond its end, so no other one's descriptors can follow.
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
	client->progress = true;
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
	client->progress = true;
	if (client->sent == client->reply_len)
		client->reply_len = 0;
	return NULL;
}

/* Return: the length of the message that is complete, or 0. */
static size_t complete_message(const struct client *client)
{
	size_t size;

	if (client->have < PROTOCOL_HEADER)
		return 0;
	size = protocol_size(client->in);
	return client->have >= size ? size : 0;
}

/* How many bytes to receive: a message and those behind it, or the rest of one. */
static size_t wanted_bytes(const struct client *client)
{
	if (!client->have)
		return sizeof(client->in);
	if (client->have < PROTOCOL_HEADER)
		return PROTOCOL_HEADER;
	return protocol_size(client->in);
}

/* Handles the first message of @client->in, which has @size bytes. */
static const char *handle(struct client *client, size_t size)
{
	bool is_last = client->have == size;
	int len = protocol_handle(client->device, client->in, size, client->fds,
				  is_last ? client->nfds : 0, client->reply);

	if (is_last)
		close_fds(client);
	client->progress = true;
	client->have -= size;
	memmove(client->in, client->in + size, client->have);
	if (len < 0)
		return BAD_MESSAGE;
	client->reply_len = len;
	client->sent = 0;
	return len ? send_reply(client) : NULL;
}

static const char *serve(struct client *client)
{
	const char *error = NULL;
	size_t size;

	if (client->reply_len)
		return send_reply(client);
	if (!complete_message(client))
		error = receive(client, wanted_bytes(client));
	if (error)
		return error;
	if (client->have >= PROTOCOL_HEADER && !protocol_size(client->in))
		return BAD_MESSAGE;
	size = complete_message(client);
	return size ? handle(client, size) : NULL;
}

bool client_serve(struct client *client)
{
	uint64_t now = client->device->now;
	const char *error;

	if (client->fd < 0)
		return false;
	client->progress = false;
	error = serve(client);
	if (!error && !client->progress && now >= client_deadline(client))
		error = "timeout";
	if (error)
		client_disconnect(client, error);
	else if (!client->have && !client->reply_len)
		client->waiting_since = EDU_NEVER;
	else if (client->progress)
		client->waiting_since = now;
	return error || client->progress;
}
