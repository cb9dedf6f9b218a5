/* SPDX-License-Identifier: GPL-2.0 */
/* The calls of /dev/educmaN that submit transfers. */
#ifndef EDUCMA_SUBMIT_H
#define EDUCMA_SUBMIT_H

struct educma_file;

long educma_submit(struct educma_file *file, void *arg);
long educma_submit_many(struct educma_file *file, const void *arg,
			void __user *uarg);

#endif
