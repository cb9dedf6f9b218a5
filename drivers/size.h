/* SPDX-License-Identifier: GPL-2.0 */
/* Sizes as people write them. */
#ifndef EDUCMA_SIZE_H
#define EDUCMA_SIZE_H

#include <linux/moduleparam.h>
#include <linux/types.h>

/* The type of a u64 module parameter: module_param(name, educma_size, mode). */
extern const struct kernel_param_ops param_ops_educma_size;
#define param_check_educma_size(name, p)	__param_check(name, p, u64)

int educma_parse_size(const char *text, u64 *bytes);

#endif
