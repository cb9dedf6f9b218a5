/* SPDX-License-Identifier: GPL-2.0 */
/* Reads and writes small files and links of sysfs, procfs and debugfs. */
#ifndef EDUCMA_SYSFS_H
#define EDUCMA_SYSFS_H

#include <dirent.h>
#include <stddef.h>
#include <stdint.h>

/* Formats a path. Returns 0, or -ENAMETOOLONG if @path is too short for it. */
int path_format(char *path, size_t len, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* Reads a file of one number, decimal or 0x hex; else -EINVAL. */
int sysfs_read_u64(const char *dir, const char *name, uint64_t *value);

/* Writes a number to an existing file, in one write(2). */
int sysfs_write_u64(const char *dir, const char *name, uint64_t value);

/* Reads a file's first word. */
int sysfs_read_word(const char *dir, const char *name, char *word, size_t len);

/* Reads the last component of a symbolic link's target. */
int sysfs_link_name(const char *dir, const char *name, char *target,
		    size_t len);

/*
 * Lists a directory by name, without hidden entries. Returns how many there are,
 * or a negative errno. The caller frees each of them and the array.
 */
int sysfs_list(const char *dir, struct dirent ***entries);

#endif
