// SPDX-License-Identifier: GPL-2.0
/*
 * Sizes as people write them, for example 64M, and module parameters that have
 * such a size.
 */
#include <linux/ctype.h>
#include <linux/kernel.h>
#include <linux/overflow.h>
#include <linux/string.h>
#include <linux/sysfs.h>

#include "size.h"

#define EDUCMA_SIZE_CHARS	32	/* of a size in text */

/**
 * educma_parse_size() - read a size as people write it
 * @text: a number and perhaps K, M, G, T or P, in either case
 * @bytes: set to the size
 *
 * Unlike memparse() it refuses a size that does not fit into 64 bits. Context: any.
 *
 * Return: 0, -EINVAL (not a size) or -ERANGE (too large).
 */
int educma_parse_size(const char *text, u64 *bytes)
{
	static const char units[] = "KMGTP";	/* E is a digit */
	char word[EDUCMA_SIZE_CHARS], *number;
	const char *unit = NULL;
	unsigned int shift = 0;
	size_t length;
	int ret;

	if (strscpy(word, text, sizeof(word)) < 0)
		return -EINVAL;
	number = strim(word);
	length = strlen(number);
	if (length)
		unit = strchr(units, toupper(number[length - 1]));
	if (unit) {
		number[length - 1] = '\0';
		shift = 10 * (unit - units + 1);
	}
	ret = kstrtoull(number, 0, bytes);
	if (ret)
		return ret;
	return check_shl_overflow(*bytes, shift, bytes) ? -ERANGE : 0;
}

static int size_set(const char *text, const struct kernel_param *kp)
{
	u64 bytes;
	int ret;

	ret = educma_parse_size(text, &bytes);
	if (!ret)
		WRITE_ONCE(*(u64 *)kp->arg, bytes);
	return ret;
}

static int size_get(char *text, const struct kernel_param *kp)
{
	return sysfs_emit(text, "%llu\n", READ_ONCE(*(u64 *)kp->arg));
}

const struct kernel_param_ops param_ops_educma_size = {
	.set = size_set,
	.get = size_get,
};
