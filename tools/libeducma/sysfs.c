// SPDX-License-Identifier: GPL-2.0
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sysfs.h"

int path_format(char *path, size_t len, const char *fmt, ...)
{
	va_list args;
	int n;

	va_start(args, fmt);
	n = vsnprintf(path, len, fmt, args);
	va_end(args);
	return n < 0 || (size_t)n >= len ? -ENAMETOOLONG : 0;
}

static int read_file(const char *path, char *text, size_t len)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	int err = 0;
	ssize_t n;

	if (fd < 0)
		return -errno;
	n = read(fd, text, len - 1);
	if (n < 0)
		err = -errno;
	else
		text[n] = '\0';
	close(fd);
	return err;
}

int sysfs_read_word(const char *dir, const char *name, char *word, size_t len)
{
	char path[PATH_MAX];
	int err;

	err = path_format(path, sizeof(path), "%s/%s", dir, name);
	if (!err)
		err = read_file(path, word, len);
	if (!err)
		word[strcspn(word, " \t\n")] = '\0';
	return err;
}

int sysfs_read_u64(const char *dir, const char *name, uint64_t *value)
{
	char word[32], *end;
	int err;

	err = sysfs_read_word(dir, name, word, sizeof(word));
	if (err)
		return err;
	errno = 0;
	*value = strtoull(word, &end, 0);
	return errno || end == word || *end ? -EINVAL : 0;
}

int sysfs_write_u64(const char *dir, const char *name, uint64_t value)
{
	char path[PATH_MAX];
	int err, fd;

	err = path_format(path, sizeof(path), "%s/%s", dir, name);
	if (err)
		return err;
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (dprintf(fd, "%" PRIu64 "\n", value) < 0)
		err = -errno;
	close(fd);
	return err;
}

int sysfs_link_name(const char *dir, const char *name, char *target, size_t len)
{
	char path[PATH_MAX], link[PATH_MAX], *slash;
	ssize_t n;
	int err;

	err = path_format(path, sizeof(path), "%s/%s", dir, name);
	if (err)
		return err;
	n = readlink(path, link, sizeof(link) - 1);
	if (n < 0)
		return -errno;
	link[n] = '\0';
	slash = strrchr(link, '/');
	return path_format(target, len, "%s", slash ? slash + 1 : link);
}

static int is_visible(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

int sysfs_list(const char *dir, struct dirent ***entries)
{
	int count = scandir(dir, entries, is_visible, alphasort);

	return count < 0 ? -errno : count;
}
