/* SPDX-License-Identifier: GPL-2.0 */
/* Unix stream sockets by path. */
#ifndef SIM_SOCKET_H
#define SIM_SOCKET_H

/**
 * socket_listen() - create a listening socket
 * @path: the path of the socket; a stale socket there, on which no process
 *	listens any more, is replaced
 *
 * Return: a non-blocking descriptor, or -errno: -EADDRINUSE if something other
 * than a stale socket is at @path, -ENAMETOOLONG, ...
 */
int socket_listen(const char *path);

/* Return: a blocking connection to the socket at @path, or -errno. */
int socket_connect(const char *path);

/* Return: the next connection, non-blocking; -1 if there is none. */
int socket_accept(int listener);

#endif
