/* SPDX-License-Identifier: GPL-2.0 */
/* Waits for the completions of an open file, and copies them to the user. */
#ifndef EDUCMA_COMPLETIONS_H
#define EDUCMA_COMPLETIONS_H

#include <linux/types.h>

struct educma_file;

ssize_t educma_completions_read(struct educma_file *file, char __user *to,
				size_t bytes, bool nonblock);
long educma_collect(struct educma_file *file, const void *arg,
		    void __user *uarg);

#endif
