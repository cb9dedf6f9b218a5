/* SPDX-License-Identifier: GPL-2.0 */
/* Small files and links: what sysfs, procfs and debugfs are made of. */
#ifndef EDUCMA_SYSFS_H
#define EDUCMA_SYSFS_H

#include <dirent.h>
#include <stddef.h>
#include <stdint.h>

/* Formats a path; -ENAMETOOLONG instead of a shortened one. */
int path_format(char *path, size_t len, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* Reads a file's only number, decimal or 0x hex; -EINVAL if it is none. */
int sysfs_read_u64(const char *dir, const char *name, uint64_t *value);

/* Writes a number, in one write, to a file that is there. */
int sysfs_write_u64(const char *dir, const char *name, uint64_t value);

/* Reads a file's first word. */
int sysfs_read_word(const char *dir, const char *name, char *word, size_t len);

/* The last component of what a symbolic link points to. */
int sysfs_link_name(const char *dir, const char *name, char *target,
		    size_t len);

/*
 * Lists a directory by name, without hidden entries. Returns how many there are,
 * or a negative errno. The caller frees each of them and the array.
 */
int sysfs_list(const char *dir, struct dirent ***entries);

#endif
