/* SPDX-License-Identifier: GPL-2.0 */
/* What one user has, and what the module parameters allow him. */
#ifndef EDUCMA_ACCOUNT_H
#define EDUCMA_ACCOUNT_H

#include <linux/moduleparam.h>
#include <linux/types.h>

struct cred;
struct educma_account;

/* module_param(name, educma_size, mode): name is a u64. */
extern const struct kernel_param_ops param_ops_educma_size;
#define param_check_educma_size(name, p)	__param_check(name, p, u64)

int educma_parse_size(const char *text, u64 *bytes);
void educma_limits_init(void);
unsigned int educma_max_buffers(void);
u64 educma_max_bytes(void);
struct educma_account *educma_account_get(const struct cred *cred);
void educma_account_put(struct educma_account *account);
bool educma_account_charge(struct educma_account *account,
			   unsigned int buffers, u64 bytes);
void educma_account_refund(struct educma_account *account, u64 bytes);

#endif
