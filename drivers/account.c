// SPDX-License-Identifier: GPL-2.0
/*
 * What one user may have. A user id has one account for all devices and all
 * open files, and two module parameters limit it. Neither limits root: a file
 * that was opened with CAP_SYS_RESOURCE has no account.
 */
#include <linux/cred.h>
#include <linux/ctype.h>
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/moduleparam.h>
#include <linux/overflow.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/sysfs.h>
#include <linux/uidgid.h>
#include <linux/user_namespace.h>

#include "account.h"
#include "coherent.h"

#define EDUCMA_SIZE_CHARS	32	/* of a size in text */

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

/* The type of every module parameter that is a size. */
const struct kernel_param_ops param_ops_educma_size = {
	.set = size_set,
	.get = size_get,
};

static unsigned int max_buffers = 65536;
module_param(max_buffers, uint, 0644);
MODULE_PARM_DESC(max_buffers, "buffers that a user may have on all devices together (default 65536; not for root)");

#define EDUCMA_HALF		U64_MAX		/* max_bytes was not set */

static u64 max_bytes = EDUCMA_HALF;
module_param(max_bytes, educma_size, 0644);
MODULE_PARM_DESC(max_bytes, "bytes that a user may have on all devices together, as 64M (default: half of CMA; not for root)");

/**
 * struct educma_account - what one user has on all devices
 * @node: in the list of accounts
 * @uid: the user
 * @refs: one for each open file and each buffer
 * @buffers: how many
 * @bytes: their sum
 *
 * All of it is under the lock of the accounts.
 */
struct educma_account {
	struct list_head node;
	kuid_t uid;
	unsigned long refs;
	unsigned long buffers;
	u64 bytes;
};

static DEFINE_SPINLOCK(accounts_lock);	/* the list and what is in it */
static LIST_HEAD(accounts);

/**
 * educma_parse_size() - read a size as people write it
 * @text: a number and perhaps K, M, G, T or P, in either case
 * @bytes: set to it
 *
 * Unlike memparse() it refuses what does not fit. Context: any.
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

/**
 * educma_limits_init() - give the limits that were not set their default
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
 * Who has to answer for a user of these credentials. In a user namespace this
 * is who made the outermost one: its ids are as many as he likes.
 */
static kuid_t who_pays(const struct cred *cred)
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
 * educma_account_get() - the account of a user
 * @cred: the user's credentials
 *
 * Context: may sleep.
 *
 * Return: the account, with a reference for educma_account_put(); NULL: out of
 * memory.
 */
struct educma_account *educma_account_get(const struct cred *cred)
{
	const kuid_t uid = who_pays(cred);
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

/* Drops a reference. Returns whether it was the last one. */
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
 * educma_account_charge() - note that a user has more, if he may
 * @account: the account; NULL: without limits
 * @buffers: how many buffers more, 0 or 1; a buffer has a reference
 * @bytes: how many bytes more
 *
 * Context: any but interrupts.
 *
 * Return: whether the limits allow it.
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
 * educma_account_refund() - note that a user has one buffer less
 * @account: what was charged for it; may be NULL
 * @bytes: the length of the buffer
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
