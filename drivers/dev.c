// SPDX-License-Identifier: GPL-2.0
/* The life of struct educma_dev: its references, its users, its end. */
#include <linux/slab.h>

#include "dev.h"

static void dev_release(struct kref *ref)
{
	struct educma_dev *edev = container_of(ref, struct educma_dev, ref);

	kfree(edev->hw);
	kfree(edev);
}

/**
 * educma_dev_put() - drop a reference
 * @edev: the device
 *
 * Context: any.
 */
void educma_dev_put(struct educma_dev *edev)
{
	kref_put(&edev->ref, dev_release);
}

/**
 * educma_is_removed() - whether remove() or shutdown() has begun
 * @edev: the device
 *
 * Context: any.
 *
 * Return: whether it has.
 */
bool educma_is_removed(const struct educma_dev *edev)
{
	return educma_engine_state(&edev->engine) == EDUCMA_REMOVED;
}

/**
 * educma_dev_enter() - begin a call on the device
 * @edev: the device
 *
 * On success the device's memory and mappings stay until educma_dev_leave().
 * Context: may sleep.
 *
 * Return: 0, or -ENODEV if the device is removed.
 */
int educma_dev_enter(struct educma_dev *edev)
{
	down_read(&edev->remove_lock);
	if (!educma_is_removed(edev))
		return 0;
	up_read(&edev->remove_lock);
	return -ENODEV;
}

/**
 * educma_dev_leave() - end a call on the device
 * @edev: the device, after educma_dev_enter()
 *
 * Context: process.
 */
void educma_dev_leave(struct educma_dev *edev)
{
	up_read(&edev->remove_lock);
}

/**
 * educma_dev_add_user() - let a user in
 * @edev: the device
 * @exclusive: only if there is no other user, and none is let in later
 *
 * Undone by educma_dev_remove_user(). Context: any but interrupts.
 *
 * Return: 0 or -EBUSY.
 */
int educma_dev_add_user(struct educma_dev *edev, bool exclusive)
{
	int ret = -EBUSY;

	spin_lock(&edev->lists_lock);
	if (!edev->exclusive && !(exclusive && edev->users)) {
		edev->users++;
		edev->exclusive = exclusive;
		ret = 0;
	}
	spin_unlock(&edev->lists_lock);
	return ret;
}

/**
 * educma_dev_remove_user() - undo educma_dev_add_user()
 * @edev: the device
 *
 * Context: any but interrupts.
 */
void educma_dev_remove_user(struct educma_dev *edev)
{
	spin_lock(&edev->lists_lock);
	edev->users--;
	edev->exclusive = false;	/* an exclusive user was the only one */
	spin_unlock(&edev->lists_lock);
}
