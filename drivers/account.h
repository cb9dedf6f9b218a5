/* SPDX-License-Identifier: GPL-2.0 */
/* How many buffers and bytes one user has, and may have. */
#ifndef EDUCMA_ACCOUNT_H
#define EDUCMA_ACCOUNT_H

#include <linux/types.h>

struct cred;
struct educma_account;

void educma_limits_init(void);
unsigned int educma_max_buffers(void);
u64 educma_max_bytes(void);
struct educma_account *educma_account_get(const struct cred *cred);
void educma_account_put(struct educma_account *account);
bool educma_account_charge(struct educma_account *account,
			   unsigned int buffers, u64 bytes);
void educma_account_refund(struct educma_account *account, u64 bytes);

#endif
