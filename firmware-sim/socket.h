/* SPDX-License-Identifier: GPL-2.0 */
/* Unix stream sockets by path. */
#ifndef SIM_SOCKET_H
#define SIM_SOCKET_H

/**
 * socket_listen() - makes a socket that clients can connect to
 * @path: a socket there that nobody listens on any more is replaced
 *
 * Return: a descriptor that does not block, or -errno.
 */
int socket_listen(const char *path);

/* Return: a connection that blocks, or -errno. */
int socket_connect(const char *path);

/* Return: the next connection, which does not block, or -1. */
int socket_accept(int listener);

#endif
