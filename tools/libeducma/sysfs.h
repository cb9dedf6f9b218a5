/* SPDX-License-Identifier: GPL-2.0 */
/* Reads and writes small files and links of sysfs, procfs and debugfs. */
#ifndef EDUCMA_SYSFS_H
#define EDUCMA_SYSFS_H

#include <dirent.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* Formats a path. Returns 0, or -ENAMETOOLONG if @path is too short for it. */
int path_format(char *path, size_t len, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/*
 * Every path below is that of the running machine, "/sys/...". With a @sysroot
 * other than "" it is looked up below that directory, as if the directory were
 * the root: neither an absolute link nor ".." leads out of it. In such a tree
 * only regular files and directories are opened, and nothing is written.
 */

/*
 * Checks that @sysroot is a directory in which files can be looked up in this
 * way. Returns 0 or a negative errno; -ENOSYS: the kernel has no openat2(2).
 */
int sysfs_check_root(const char *sysroot);

/*
 * Opens a file for reading. Returns its descriptor or a negative errno; -ENOTSUP:
 * in the tree it is not a regular file.
 */
int sysfs_open(const char *sysroot, const char *path);

/* The most that is read of a file in a tree; then reading fails with EFBIG. */
#define SYSFS_FILE_MAX	(16u << 20)

/*
 * Like sysfs_open(), but returns a stream, or NULL and sets errno. @flags is 0, or
 * O_NONBLOCK for a file of which reading would wait.
 */
FILE *sysfs_fopen(const char *sysroot, const char *path, int flags);

/* Opens a directory. Returns NULL and sets errno if that fails. */
DIR *sysfs_opendir(const char *sysroot, const char *path);

bool sysfs_exists(const char *sysroot, const char *path);

/* Reads a file of one number, decimal or 0x hex; else -EINVAL. */
int sysfs_read_u64(const char *sysroot, const char *dir, const char *name,
		   uint64_t *value);

/*
 * Writes a number to an existing file, in one write(2). Nothing is written with a
 * @sysroot: -EROFS.
 */
int sysfs_write_u64(const char *sysroot, const char *dir, const char *name,
		    uint64_t value);

/* Reads a file's first word. */
int sysfs_read_word(const char *sysroot, const char *dir, const char *name,
		    char *word, size_t len);

/* Reads the target of a symbolic link. */
int sysfs_read_link(const char *sysroot, const char *path, char *target,
		    size_t len);

/* Reads the last component of a symbolic link's target. */
int sysfs_link_name(const char *sysroot, const char *dir, const char *name,
		    char *target, size_t len);

/*
 * Lists a directory by name, without hidden entries. Returns how many there are,
 * or a negative errno. The caller frees them with sysfs_free_list().
 */
int sysfs_list(const char *sysroot, const char *dir, char ***names);
void sysfs_free_list(char **names, int count);

#endif
