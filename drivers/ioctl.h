/* SPDX-License-Identifier: GPL-2.0 */
/* The calls of /dev/educmaN. */
#ifndef EDUCMA_IOCTL_H
#define EDUCMA_IOCTL_H

struct educma_file;

long educma_ioctl(struct educma_file *file, unsigned int cmd,
		  void __user *uarg);

#endif
