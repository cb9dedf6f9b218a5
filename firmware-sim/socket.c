// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "socket.h"

static int make_address(const char *path, struct sockaddr_un *address)
{
	*address = (struct sockaddr_un){ .sun_family = AF_UNIX };
	if (!*path)
		return -EINVAL;
	if (strlen(path) >= sizeof(address->sun_path))
		return -ENAMETOOLONG;
	strcpy(address->sun_path, path);
	return 0;
}

/* Closes @fd. Return: -errno of the call that failed before. */
static int failed(int fd)
{
	int err = -errno;

	close(fd);
	return err;
}

static int connect_to(const char *path, int type)
{
	struct sockaddr_un address;
	int err, fd;

	err = make_address(path, &address);
	if (err)
		return err;
	fd = socket(AF_UNIX, type | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	if (connect(fd, (struct sockaddr *)&address, sizeof(address)))
		return failed(fd);
	return fd;
}

/*
 * Has the server at @path been killed, and left its socket behind? The test
 * connects with a datagram socket: a live stream server refuses that with
 * another error than ECONNREFUSED, and does not see a connection.
 */
static bool is_stale(const char *path)
{
	struct stat st;
	int fd;

	if (lstat(path, &st) || !S_ISSOCK(st.st_mode))
		return false;
	fd = connect_to(path, SOCK_DGRAM);
	if (fd >= 0)
		close(fd);
	return fd == -ECONNREFUSED;
}

int socket_connect(const char *path)
{
	return connect_to(path, SOCK_STREAM);
}

int socket_listen(const char *path)
{
	struct sockaddr_un address;
	int err, fd;

	err = make_address(path, &address);
	if (err)
		return err;
	if (is_stale(path))
		unlink(path);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -errno;
	if (bind(fd, (struct sockaddr *)&address, sizeof(address)) || listen(fd, 16))
		return failed(fd);
	return fd;
}

int socket_accept(int listener)
{
	return accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
}
