/* SPDX-License-Identifier: GPL-2.0 */
/* cmocka.h with the headers that must come before it. */
#ifndef TEST_H
#define TEST_H

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "util.h"

/* Return: the number of open descriptors, give or take a constant. */
static inline size_t open_fds(void)
{
	DIR *dir = opendir("/proc/self/fd");
	size_t count = 0;

	while (readdir(dir))
		count++;
	closedir(dir);
	return count;
}

#endif
