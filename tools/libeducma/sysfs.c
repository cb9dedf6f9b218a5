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
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <linux/openat2.h>

#include "sysfs.h"

/* More than any burst of renames lets fail. */
#define OPEN_TRIES	10000

int path_format(char *path, size_t len, const char *fmt, ...)
{
	va_list args;
	int n;

	va_start(args, fmt);
	n = vsnprintf(path, len, fmt, args);
	va_end(args);
	return n < 0 || (size_t)n >= len ? -ENAMETOOLONG : 0;
}

static int open_path(const char *path, int flags)
{
	int fd = open(path, flags | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

/* Trees -------------------------------------------------------------------- */

/* Looks @path up below the directory @root, and does not leave it. */
static int open_below(int root, const char *path, int flags)
{
	const struct open_how how = {
		.flags = flags | O_CLOEXEC,
		.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS,
	};
	int tries = OPEN_TRIES, fd;

	/* EAGAIN: a file was renamed anywhere while the kernel looked up "..". */
	do
		fd = syscall(SYS_openat2, root, path, &how, sizeof(how));
	while (fd < 0 && errno == EAGAIN && --tries);
	return fd < 0 ? -errno : fd;
}

static bool is_regular(int fd)
{
	struct stat st;

	return !fstat(fd, &st) && S_ISREG(st.st_mode);
}

/* Returns @fd, or -ENOTSUP if it is not a regular file: then it is closed. */
static int only_regular(int fd)
{
	if (fd < 0 || is_regular(fd))
		return fd;
	close(fd);
	return -ENOTSUP;
}

/* The file is opened only after O_PATH has shown that it is no device. */
static int open_regular(int root, const char *path)
{
	int fd = only_regular(open_below(root, path, O_PATH));

	if (fd < 0)
		return fd;
	close(fd);
	return only_regular(open_below(root, path, O_RDONLY | O_NONBLOCK |
					O_NOCTTY));
}

/* Opens a directory with O_DIRECTORY, any object with O_PATH, else a file. */
static int open_in_tree(const char *sysroot, const char *path, int flags)
{
	int root = open_path(sysroot, O_PATH | O_DIRECTORY);
	int fd;

	if (root < 0)
		return root;
	if (flags & (O_DIRECTORY | O_PATH))
		fd = open_below(root, path, flags);
	else
		fd = open_regular(root, path);
	close(root);
	return fd;
}

static int open_any(const char *sysroot, const char *path, int flags)
{
	return *sysroot ? open_in_tree(sysroot, path, flags) :
			  open_path(path, flags);
}

int sysfs_check_root(const char *sysroot)
{
	int fd = open_in_tree(sysroot, "/", O_PATH | O_DIRECTORY);

	if (fd < 0)
		return fd;
	close(fd);
	return 0;
}

/**
 * struct bounded - a stream of a tree's file
 * @fd: the file
 * @left: how many bytes may still be read
 */
struct bounded {
	int fd;
	size_t left;
};

static ssize_t read_bounded(void *cookie, char *text, size_t len)
{
	struct bounded *file = cookie;
	ssize_t n;

	if (!file->left) {
		errno = EFBIG;
		return -1;
	}
	n = read(file->fd, text, len < file->left ? len : file->left);
	if (n > 0)
		file->left -= n;
	return n;
}

static int close_bounded(void *cookie)
{
	struct bounded *file = cookie;

	close(file->fd);
	free(file);
	return 0;
}

static FILE *open_bounded(int fd)
{
	static const cookie_io_functions_t functions = {
		.read = read_bounded,
		.close = close_bounded,
	};
	struct bounded *file = malloc(sizeof(*file));
	FILE *stream = NULL;

	if (file) {
		*file = (struct bounded){ .fd = fd, .left = SYSFS_FILE_MAX };
		stream = fopencookie(file, "r", functions);
	}
	if (!stream)
		free(file);
	return stream;
}

/* Files -------------------------------------------------------------------- */

int sysfs_open(const char *sysroot, const char *path)
{
	return open_any(sysroot, path, O_RDONLY);
}

FILE *sysfs_fopen(const char *sysroot, const char *path, int flags)
{
	int fd = open_any(sysroot, path, O_RDONLY | flags);
	FILE *stream;

	if (fd < 0) {
		errno = -fd;
		return NULL;
	}
	stream = *sysroot ? open_bounded(fd) : fdopen(fd, "r");
	if (!stream)
		close(fd);
	return stream;
}

DIR *sysfs_opendir(const char *sysroot, const char *path)
{
	int fd = open_any(sysroot, path, O_RDONLY | O_DIRECTORY);
	DIR *dir;

	if (fd < 0) {
		errno = -fd;
		return NULL;
	}
	dir = fdopendir(fd);
	if (!dir)
		close(fd);
	return dir;
}

bool sysfs_exists(const char *sysroot, const char *path)
{
	int fd = open_any(sysroot, path, O_PATH);

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

static int read_file(const char *sysroot, const char *path, char *text,
		     size_t len)
{
	int fd = sysfs_open(sysroot, path);
	int err = 0;
	ssize_t n;

	if (fd < 0)
		return fd;
	n = read(fd, text, len - 1);
	if (n < 0)
		err = -errno;
	else
		text[n] = '\0';
	close(fd);
	return err;
}

int sysfs_read_word(const char *sysroot, const char *dir, const char *name,
		    char *word, size_t len)
{
	char path[PATH_MAX];
	int err;

	err = path_format(path, sizeof(path), "%s/%s", dir, name);
	if (!err)
		err = read_file(sysroot, path, word, len);
	if (!err)
		word[strcspn(word, " \t\n")] = '\0';
	return err;
}

int sysfs_read_u64(const char *sysroot, const char *dir, const char *name,
		   uint64_t *value)
{
	char word[32], *end;
	int err;

	err = sysfs_read_word(sysroot, dir, name, word, sizeof(word));
	if (err)
		return err;
	errno = 0;
	*value = strtoull(word, &end, 0);
	return errno || end == word || *end ? -EINVAL : 0;
}

int sysfs_write_u64(const char *sysroot, const char *dir, const char *name,
		    uint64_t value)
{
	char path[PATH_MAX];
	int err, fd;

	if (*sysroot)
		return -EROFS;
	err = path_format(path, sizeof(path), "%s/%s", dir, name);
	if (err)
		return err;
	fd = open_path(path, O_WRONLY);
	if (fd < 0)
		return fd;
	if (dprintf(fd, "%" PRIu64 "\n", value) < 0)
		err = -errno;
	close(fd);
	return err;
}

/* Returns the length of the target, or a negative errno. */
static ssize_t read_link_in_tree(const char *sysroot, const char *path,
				 char *target, size_t len)
{
	int fd = open_in_tree(sysroot, path, O_PATH | O_NOFOLLOW);
	ssize_t n;

	if (fd < 0)
		return fd;
	/* With an empty path this reads the link that O_NOFOLLOW has opened. */
	n = readlinkat(fd, "", target, len);
	if (n < 0)
		n = -errno;
	close(fd);
	return n;
}

static ssize_t read_link(const char *path, char *target, size_t len)
{
	const ssize_t n = readlink(path, target, len);

	return n < 0 ? -errno : n;
}

int sysfs_read_link(const char *sysroot, const char *path, char *target,
		    size_t len)
{
	const ssize_t n = *sysroot ?
			  read_link_in_tree(sysroot, path, target, len) :
			  read_link(path, target, len);

	if (n < 0)
		return n;
	if ((size_t)n == len)
		return -ENAMETOOLONG;
	target[n] = '\0';
	return 0;
}

int sysfs_link_name(const char *sysroot, const char *dir, const char *name,
		    char *target, size_t len)
{
	char path[PATH_MAX], link[PATH_MAX], *slash;
	int err;

	err = path_format(path, sizeof(path), "%s/%s", dir, name);
	if (!err)
		err = sysfs_read_link(sysroot, path, link, sizeof(link));
	if (err)
		return err;
	slash = strrchr(link, '/');
	return path_format(target, len, "%s", slash ? slash + 1 : link);
}

/* Directories -------------------------------------------------------------- */

void sysfs_free_list(char **names, int count)
{
	while (count)
		free(names[--count]);
	free(names);
}

/* Appends a copy of @name; the array has room for a power of two of names. */
static int append_name(char ***names, int count, const char *name)
{
	char **grown = *names;

	if (!(count & (count - 1)))
		grown = reallocarray(*names, count ? 2 * count : 1,
				     sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	*names = grown;
	grown[count] = strdup(name);
	return grown[count] ? 0 : -ENOMEM;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Returns how many names there are; an error leaves those that are read. */
static int read_names(DIR *dir, char ***names, int *err)
{
	struct dirent *d;
	int count = 0;

	*err = 0;
	while (!*err && (d = readdir(dir))) {
		if (d->d_name[0] == '.')
			continue;
		*err = append_name(names, count, d->d_name);
		count += !*err;
	}
	return count;
}

int sysfs_list(const char *sysroot, const char *dir, char ***names)
{
	DIR *stream = sysfs_opendir(sysroot, dir);
	int count, err;

	*names = NULL;
	if (!stream)
		return -errno;
	count = read_names(stream, names, &err);
	closedir(stream);
	if (err) {
		sysfs_free_list(*names, count);
		return err;
	}
	if (count)
		qsort(*names, count, sizeof(**names), by_name);
	return count;
}
