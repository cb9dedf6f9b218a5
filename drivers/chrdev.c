// SPDX-License-Identifier: GPL-2.0
/*
 * The node /dev/educmaN: open, read, poll, mmap, release. The calls are in
 * ioctl.c.
 */
#include <linux/capability.h>
#include <linux/cdev.h>
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/poll.h>
#include <linux/sched.h>
#include <linux/seq_file.h>

#include "buffer.h"
#include "chrdev.h"
#include "coherent.h"
#include "compat.h"
#include "completions.h"
#include "file.h"
#include "ioctl.h"
#include "mapping.h"
#include "reach.h"

#define EDUCMA_MINORS		256

/*
 * The cdev and the class are allocated, not embedded: the kernel may drop their
 * last reference after the module has been unloaded.
 */
static dev_t educma_devt;
static struct cdev *educma_cdev;
static struct class *educma_class;

/* Each struct educma_dev that has a node, by minor; xa_lock */
static DEFINE_XARRAY_ALLOC(educma_devs);

static long educma_fop_ioctl(struct file *filp, unsigned int cmd,
			     unsigned long arg)
{
	return educma_ioctl(filp->private_data, cmd, (void __user *)arg);
}

static int file_mmap(struct educma_file *file, struct vm_area_struct *vma)
{
	struct educma_buffer *buf =
		educma_handles_get_page(&file->handles, vma->vm_pgoff);
	int ret;

	if (!buf)
		return -ENOENT;
	ret = educma_mapping_add(buf, vma,
				 (u64)(vma->vm_pgoff - buf->page) << PAGE_SHIFT);
	educma_buffer_put(buf);
	return ret;
}

static int educma_fop_mmap(struct file *filp, struct vm_area_struct *vma)
{
	struct educma_file *file = filp->private_data;
	int ret;

	ret = educma_dev_enter(file->edev);
	if (ret)
		return ret;
	ret = file_mmap(file, vma);
	educma_dev_leave(file->edev);
	return ret;
}

#ifdef CONFIG_ARCH_SUPPORTS_HUGE_PFNMAP

/* The page frame at an offset of the file, or the offset if there is none. */
static unsigned long file_pfn(struct educma_file *file, unsigned long page)
{
	struct educma_buffer *buf =
		educma_handles_get_page(&file->handles, page);

	if (!buf)
		return page;
	page = educma_coherent_pfn(&buf->memory) + page - buf->page;
	educma_buffer_put(buf);
	return page;
}

/*
 * Choose an address for a mapping: one with the same offset in a huge page as
 * the memory, so that the mapping can have huge entries.
 */
static unsigned long educma_fop_get_unmapped_area(struct file *filp,
						  unsigned long addr,
						  unsigned long bytes,
						  unsigned long page,
						  unsigned long flags)
{
	struct educma_file *file = filp->private_data;

	if (!educma_dev_enter(file->edev)) {
		page = file_pfn(file, page);
		educma_dev_leave(file->edev);
	}
	return thp_get_unmapped_area(filp, addr, bytes, page, flags);
}

#endif

/* The reader sees addresses if fdinfo was opened by root. */
static void educma_fop_show_fdinfo(struct seq_file *seq, struct file *filp)
{
	const bool addresses = file_ns_capable(seq->file, &init_user_ns,
					       CAP_SYS_ADMIN);
	struct educma_file *file = filp->private_data;

	down_read(&file->edev->remove_lock);
	educma_handles_show(&file->handles, seq, addresses);
	up_read(&file->edev->remove_lock);
	seq_printf(seq, "educma-in-flight:\t%u\n",
		   educma_file_in_flight(file));
}

static ssize_t educma_fop_read(struct file *filp, char __user *to,
			       size_t bytes, loff_t *pos)
{
	return educma_completions_read(filp->private_data, to, bytes,
				       filp->f_flags & O_NONBLOCK);
}

static __poll_t educma_fop_poll(struct file *filp, poll_table *table)
{
	struct educma_file *file = filp->private_data;
	enum educma_state state;
	__poll_t mask = 0;

	poll_wait(filp, &file->wait, table);
	poll_wait(filp, &file->edev->engine.failed, table);
	state = educma_engine_state(&file->edev->engine);
	if (state == EDUCMA_REMOVED)
		return EPOLLHUP | EPOLLERR;
	/* Completions can still be read from a device that does not answer. */
	if (state == EDUCMA_NO_RESPONSE)
		mask = EPOLLHUP | EPOLLERR;
	if (educma_file_has_done(file))
		mask |= EPOLLIN | EPOLLRDNORM;
	if (educma_file_in_flight(file) < educma_max_in_flight())
		mask |= EPOLLOUT | EPOLLWRNORM;
	return mask;
}

static int file_register(struct educma_file *file, bool exclusive)
{
	struct educma_dev *edev = file->edev;
	int ret;

	ret = educma_dev_add_user(edev, exclusive);
	if (ret)
		return ret;
	spin_lock(&edev->lists_lock);
	list_add_tail(&file->node, &edev->files);
	spin_unlock(&edev->lists_lock);
	return 0;
}

static void file_unregister(struct educma_file *file)
{
	struct educma_dev *edev = file->edev;

	spin_lock(&edev->lists_lock);
	list_del(&file->node);
	spin_unlock(&edev->lists_lock);
	educma_dev_remove_user(edev);
}

/*
 * Only root may see what other users left in the card's memory. So for another
 * user who opens with O_EXCL, and who may read the card's memory, it is cleared.
 */
static int file_make_private(struct educma_file *file, bool exclusive)
{
	int ret;

	file->private = exclusive || capable(CAP_SYS_ADMIN);
	if (!exclusive || capable(CAP_SYS_ADMIN))
		return 0;
	ret = educma_clear_card(file->edev);
	if (ret)
		file_unregister(file);
	return ret;
}

static struct educma_dev *get_dev(unsigned int minor)
{
	struct educma_dev *edev;

	xa_lock(&educma_devs);
	edev = xa_load(&educma_devs, minor);
	if (edev)
		kref_get(&edev->ref);
	xa_unlock(&educma_devs);
	return edev;
}

static int educma_fop_open(struct inode *inode, struct file *filp)
{
	struct educma_dev *edev = get_dev(iminor(inode));
	struct educma_file *file;
	int ret = -ENOMEM;

	if (!edev)
		return -ENODEV;
	file = educma_file_create(edev, filp);
	if (!file)
		goto put_dev;
	ret = educma_dev_enter(file->edev);
	if (ret)
		goto free_file;
	ret = file_register(file, filp->f_flags & O_EXCL);
	if (!ret)
		ret = file_make_private(file, filp->f_flags & O_EXCL);
	educma_dev_leave(file->edev);
	if (ret)
		goto free_file;
	filp->private_data = file;
	return nonseekable_open(inode, filp);

free_file:
	educma_file_destroy(file);
put_dev:
	educma_dev_put(edev);
	return ret;
}

/* The file has no mappings any more, because each of them held the file. */
static int educma_fop_release(struct inode *inode, struct file *filp)
{
	struct educma_file *file = filp->private_data;
	struct educma_dev *edev = file->edev;

	educma_engine_cancel_all(&edev->engine, &file->client);
	educma_engine_wait(&edev->engine, &file->client);

	down_read(&edev->remove_lock);
	educma_file_discard(file);
	educma_handles_exit(&file->handles);
	file_unregister(file);
	up_read(&edev->remove_lock);

	educma_file_destroy(file);
	educma_dev_put(edev);
	return 0;
}

static const struct file_operations educma_fops = {
	.owner = THIS_MODULE,
	.open = educma_fop_open,
	.release = educma_fop_release,
	.read = educma_fop_read,
	.poll = educma_fop_poll,
	.mmap = educma_fop_mmap,
#ifdef CONFIG_ARCH_SUPPORTS_HUGE_PFNMAP
	.get_unmapped_area = educma_fop_get_unmapped_area,
#endif
	.show_fdinfo = educma_fop_show_fdinfo,
	.unlocked_ioctl = educma_fop_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
};

/**
 * educma_chrdev_add() - create the node
 * @edev: a device that works
 *
 * Undone by educma_chrdev_del(). Context: may sleep.
 *
 * Return: 0 or a negative errno.
 */
int educma_chrdev_add(struct educma_dev *edev)
{
	struct device *dev;
	int ret;

	ret = xa_alloc(&educma_devs, &edev->minor, edev,
		       XA_LIMIT(0, EDUCMA_MINORS - 1), GFP_KERNEL);
	if (ret)
		return ret;
	dev = device_create(educma_class, &edev->pdev->dev,
			    educma_devt + edev->minor, NULL, "educma%u",
			    edev->minor);
	if (!IS_ERR(dev))
		return 0;
	xa_erase(&educma_devs, edev->minor);
	return PTR_ERR(dev);
}

/**
 * educma_chrdev_del() - remove the node; open files stay
 * @edev: the device
 *
 * Context: may sleep.
 */
void educma_chrdev_del(struct educma_dev *edev)
{
	device_destroy(educma_class, educma_devt + edev->minor);
	xa_erase(&educma_devs, edev->minor);
}

/**
 * educma_chrdev_disable() - let every call from now on fail with -ENODEV
 * @edev: the device
 *
 * Wakes all waiters. On return no call is between educma_dev_enter() and
 * educma_dev_leave(). Context: may sleep as long as the longest dma_alloc_attrs()
 * takes; a reach test ends early, because the engine refuses its transfers.
 */
void educma_chrdev_disable(struct educma_dev *edev)
{
	struct educma_file *file;

	educma_engine_remove(&edev->engine);
	down_write(&edev->remove_lock);
	list_for_each_entry(file, &edev->files, node)
		wake_up_all(&file->wait);
	up_write(&edev->remove_lock);
}

/**
 * educma_chrdev_unmap() - unmap all buffers; accessing a mapping raises SIGBUS
 * @edev: the device, after educma_chrdev_disable()
 *
 * Context: may sleep; remove_lock held for writing.
 */
void educma_chrdev_unmap(struct educma_dev *edev)
{
	struct educma_file *file;

	lockdep_assert_held_write(&edev->remove_lock);
	list_for_each_entry(file, &edev->files, node)
		unmap_mapping_range(file->mapping, 0, 0, 1);
}

/**
 * educma_chrdev_init() - register the class and the device numbers
 *
 * Context: may sleep.
 *
 * Return: 0 or a negative errno.
 */
int educma_chrdev_init(void)
{
	int ret;

	educma_class = educma_class_create("educma");
	if (IS_ERR(educma_class))
		return PTR_ERR(educma_class);
	ret = alloc_chrdev_region(&educma_devt, 0, EDUCMA_MINORS, "educma");
	if (ret)
		goto destroy_class;
	ret = -ENOMEM;
	educma_cdev = cdev_alloc();
	if (!educma_cdev)
		goto unregister_region;
	educma_cdev->owner = THIS_MODULE;
	educma_cdev->ops = &educma_fops;
	ret = cdev_add(educma_cdev, educma_devt, EDUCMA_MINORS);
	if (!ret)
		return 0;

	kobject_put(&educma_cdev->kobj);
unregister_region:
	unregister_chrdev_region(educma_devt, EDUCMA_MINORS);
destroy_class:
	class_destroy(educma_class);
	return ret;
}

/**
 * educma_chrdev_exit() - undo educma_chrdev_init()
 *
 * Context: may sleep.
 */
void educma_chrdev_exit(void)
{
	cdev_del(educma_cdev);
	unregister_chrdev_region(educma_devt, EDUCMA_MINORS);
	class_destroy(educma_class);
}
