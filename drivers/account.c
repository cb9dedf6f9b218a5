// SPDX-License-Identifier: GPL-2.0
/*
 * How many buffers and bytes one user may have. Each user id has one account for
 * all devices and all open files, and two module parameters limit it. Neither
 * limits root: a file that was opened with CAP_SYS_RESOURCE has no account.
 */
#include <linux/cred.h>
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/moduleparam.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/uidgid.h>
#include <linux/user_namespace.h>

#include "account.h"
#include "coherent.h"
#include "size.h"

static unsigned int max_buffers = 65536;
module_param(max_buffers, uint, 0644);
MODULE_PARM_DESC(max_buffers, "buffers that a user may have on all devices together (default 65536; does not limit root)");

#define EDUCMA_HALF		U64_MAX		/* nobody has set max_bytes */

static u64 max_bytes = EDUCMA_HALF;
module_param(max_bytes, educma_size, 0644);
MODULE_PARM_DESC(max_bytes, "bytes that a user may have on all devices together, for example 64M (default: half of CMA; does not limit root)");

/**
 * struct educma_account - the buffers of one user on all devices
 * @node: in accounts
 * @uid: the user
 * @refs: one for each open file and each buffer
 * @buffers: how many buffers
 * @bytes: their bytes
 *
 * accounts_lock guards all fields.
 */
struct educma_account {
	struct list_head node;
	kuid_t uid;
	unsigned long refs;
	unsigned long buffers;
	u64 bytes;
};

static DEFINE_SPINLOCK(accounts_lock);	/* accounts, and the fields of each */
static LIST_HEAD(accounts);

/**
 * educma_limits_init() - set the default of max_bytes, unless the user set it
 *
 * Context: module initialization.
 */
void educma_limits_init(void)
{
	u64 total, free;

	if (max_bytes != EDUCMA_HALF)
		return;
	educma_cma_bytes(&total, &free);
	if (!total)
		total = (u64)totalram_pages() << PAGE_SHIFT;
	max_bytes = total / 2;
}

/**
 * educma_max_buffers() - how many buffers a user may have
 *
 * Context: any.
 *
 * Return: the module parameter's value now.
 */
unsigned int educma_max_buffers(void)
{
	return READ_ONCE(max_buffers);
}

/**
 * educma_max_bytes() - how many bytes a user may have
 *
 * Context: any.
 *
 * Return: the module parameter's value now.
 */
u64 educma_max_bytes(void)
{
	return READ_ONCE(max_bytes);
}

/*
 * The user to charge for these credentials. Within a user namespace this is the
 * owner of the outermost one, because he can give himself any number of user
 * ids inside it.
 */
static kuid_t charged_uid(const struct cred *cred)
{
	const struct user_namespace *ns;
	kuid_t uid = cred->uid;

	for (ns = cred->user_ns; ns != &init_user_ns; ns = ns->parent)
		uid = ns->owner;
	return uid;
}

static struct educma_account *find_account(kuid_t uid)
{
	struct educma_account *account;

	lockdep_assert_held(&accounts_lock);
	list_for_each_entry(account, &accounts, node)
		if (uid_eq(account->uid, uid))
			return account;
	return NULL;
}

/**
 * educma_account_get() - find or create the account of a user
 * @cred: the user's credentials
 *
 * Context: may sleep.
 *
 * Return: the account, with a reference for educma_account_put(); NULL: out of
 * memory.
 */
struct educma_account *educma_account_get(const struct cred *cred)
{
	const kuid_t uid = charged_uid(cred);
	struct educma_account *account, *new;

	new = kzalloc(sizeof(*new), GFP_KERNEL_ACCOUNT);
	if (!new)
		return NULL;
	spin_lock(&accounts_lock);
	account = find_account(uid);
	if (!account) {
		account = new;
		account->uid = uid;
		list_add(&account->node, &accounts);
		new = NULL;
	}
	account->refs++;
	spin_unlock(&accounts_lock);
	kfree(new);
	return account;
}

/* Drop a reference, and return whether it was the last one. */
static bool account_drop(struct educma_account *account)
{
	lockdep_assert_held(&accounts_lock);
	if (--account->refs)
		return false;
	list_del(&account->node);
	return true;
}

/**
 * educma_account_put() - drop a reference
 * @account: the account; may be NULL
 *
 * Context: any but interrupts.
 */
void educma_account_put(struct educma_account *account)
{
	bool last;

	if (!account)
		return;
	spin_lock(&accounts_lock);
	last = account_drop(account);
	spin_unlock(&accounts_lock);
	if (last)
		kfree(account);
}

static bool account_has_room(const struct educma_account *account,
			     unsigned int buffers, u64 bytes)
{
	const u64 most = educma_max_bytes();

	return account->buffers + buffers <= educma_max_buffers() &&
	       bytes <= most && account->bytes <= most - bytes;
}

/**
 * educma_account_charge() - add to a user's account, if the limits allow it
 * @account: the account; NULL: no limits
 * @buffers: how many buffers to add, 0 or 1; a buffer holds a reference
 * @bytes: how many bytes to add
 *
 * Context: any but interrupts.
 *
 * Return: whether it was added.
 */
bool educma_account_charge(struct educma_account *account,
			   unsigned int buffers, u64 bytes)
{
	bool fits;

	if (!account)
		return true;
	spin_lock(&accounts_lock);
	fits = account_has_room(account, buffers, bytes);
	if (fits) {
		account->refs += buffers;
		account->buffers += buffers;
		account->bytes += bytes;
	}
	spin_unlock(&accounts_lock);
	return fits;
}

/**
 * educma_account_refund() - take one buffer from a user's account
 * @account: the account that was charged for the buffer; may be NULL
 * @bytes: the bytes that it was charged with
 *
 * Context: any but interrupts.
 */
void educma_account_refund(struct educma_account *account, u64 bytes)
{
	bool last;

	if (!account)
		return;
	spin_lock(&accounts_lock);
	account->buffers--;
	account->bytes -= bytes;
	last = account_drop(account);
	spin_unlock(&accounts_lock);
	if (last)
		kfree(account);
}
