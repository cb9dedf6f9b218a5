// SPDX-License-Identifier: GPL-2.0
/*
 * /sys/kernel/debug/educma/<PCI address>:
 *
 *	echo 128M >alloc	allocate a buffer and hold it
 *	cat alloc		print number, bytes and bus address of each
 *	echo 1 >free		free the buffer number 1
 *	echo all >free		free all of them
 *	cat latency		print the histograms of times
 *	cat registers		print the device's registers
 *
 * No transfer of the device uses these buffers.
 */
#include <linux/debugfs.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "buffer.h"
#include "debugfs.h"
#include "size.h"

#define EDUCMA_WORD_MAX		32	/* characters written at once, and a NUL */

static struct dentry *educma_root;

/* Copy the written characters to @word, and return them without white space. */
static char *get_word(char *word, const char __user *from, size_t bytes)
{
	if (bytes >= EDUCMA_WORD_MAX)
		return ERR_PTR(-EINVAL);
	if (copy_from_user(word, from, bytes))
		return ERR_PTR(-EFAULT);
	word[bytes] = '\0';
	return strim(word);
}

static int hold_buffer(struct educma_dev *edev, u64 bytes)
{
	struct educma_buffer *buf;
	u32 id, reason;
	int ret;

	buf = educma_buffer_alloc(edev, NULL, bytes, 0, &reason);
	if (IS_ERR(buf))
		return PTR_ERR(buf);
	ret = xa_alloc(&edev->held, &id, buf, xa_limit_31b, GFP_KERNEL);
	if (ret)
		educma_buffer_put(buf);
	return ret;
}

static ssize_t alloc_write(struct file *filp, const char __user *from,
			   size_t bytes, loff_t *pos)
{
	struct educma_dev *edev = file_inode(filp)->i_private;
	char word[EDUCMA_WORD_MAX], *text;
	u64 wanted;
	int ret;

	text = get_word(word, from, bytes);
	if (IS_ERR(text))
		return PTR_ERR(text);
	ret = educma_parse_size(text, &wanted);
	if (ret)
		return ret;
	ret = educma_dev_enter(edev);
	if (ret)
		return ret;
	ret = hold_buffer(edev, wanted);
	educma_dev_leave(edev);
	return ret ?: bytes;
}

static int alloc_show(struct seq_file *seq, void *unused)
{
	struct educma_dev *edev = seq->private;
	struct educma_buffer *buf;
	unsigned long id;
	int ret;

	ret = educma_dev_enter(edev);
	if (ret)
		return ret;
	xa_lock(&edev->held);
	xa_for_each(&edev->held, id, buf)
		seq_printf(seq, "%lu %zu %#llx\n", id, buf->memory.bytes, (u64)buf->memory.dma);
	xa_unlock(&edev->held);
	educma_dev_leave(edev);
	return 0;
}

static int alloc_open(struct inode *inode, struct file *filp)
{
	return single_open(filp, alloc_show, inode->i_private);
}

static const struct file_operations alloc_fops = {
	.owner = THIS_MODULE,
	.open = alloc_open,
	.read = seq_read,
	.write = alloc_write,
	.llseek = seq_lseek,
	.release = single_release,
};

static int release_held(struct educma_dev *edev, unsigned long id)
{
	struct educma_buffer *buf = xa_erase(&edev->held, id);

	if (!buf)
		return -ENOENT;
	educma_buffer_put(buf);
	return 0;
}

static void release_all(struct educma_dev *edev)
{
	struct educma_buffer *buf;
	unsigned long id;

	xa_for_each(&edev->held, id, buf)
		release_held(edev, id);
}

static int release_named(struct educma_dev *edev, const char *text)
{
	unsigned int id;
	int ret;

	if (sysfs_streq(text, "all")) {
		release_all(edev);
		return 0;
	}
	ret = kstrtouint(text, 10, &id);
	return ret ?: release_held(edev, id);
}

static ssize_t free_write(struct file *filp, const char __user *from,
			  size_t bytes, loff_t *pos)
{
	struct educma_dev *edev = file_inode(filp)->i_private;
	char word[EDUCMA_WORD_MAX], *text;
	int ret;

	text = get_word(word, from, bytes);
	if (IS_ERR(text))
		return PTR_ERR(text);
	ret = educma_dev_enter(edev);
	if (ret)
		return ret;
	ret = release_named(edev, text);
	educma_dev_leave(edev);
	return ret ?: bytes;
}

static const struct file_operations free_fops = {
	.owner = THIS_MODULE,
	.open = simple_open,
	.write = free_write,
};

static void latency_row(struct seq_file *seq, unsigned int row,
			const struct educma_histogram *histogram)
{
	enum educma_latency which;
	u64 sum = 0;

	for (which = 0; which < EDUCMA_LATENCIES; which++)
		sum += histogram[which].count[row];
	if (!sum)
		return;
	seq_printf(seq, "%llu", BIT_ULL(row));
	for (which = 0; which < EDUCMA_LATENCIES; which++)
		seq_printf(seq, " %llu", histogram[which].count[row]);
	seq_putc(seq, '\n');
}

/* A row for each power of two of nanoseconds; empty rows are left out. */
static int latency_show(struct seq_file *seq, void *unused)
{
	struct educma_dev *edev = seq->private;
	struct educma_histogram *histogram;
	enum educma_latency which;
	unsigned int row;

	histogram = kcalloc(EDUCMA_LATENCIES, sizeof(*histogram), GFP_KERNEL);
	if (!histogram)
		return -ENOMEM;
	for (which = 0; which < EDUCMA_LATENCIES; which++)
		educma_stats_latency(&edev->engine.stats, which,
				     &histogram[which]);
	seq_puts(seq, "from_ns to_device_chunks from_device_chunks queued_transfers run_transfers\n");
	for (row = 0; row < EDUCMA_LATENCY_ROWS; row++)
		latency_row(seq, row, histogram);
	kfree(histogram);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(latency);

static int registers_show(struct seq_file *seq, void *unused)
{
	struct educma_dev *edev = seq->private;
	int ret;

	ret = educma_dev_enter(edev);
	if (ret)
		return ret;
	ret = educma_engine_dump(&edev->engine, seq);
	educma_dev_leave(edev);
	return ret;
}
DEFINE_SHOW_ATTRIBUTE(registers);

/**
 * educma_debugfs_add() - create the files of one device
 * @edev: the device
 *
 * Undone by educma_debugfs_del(). If debugfs fails, or is not in the kernel,
 * there are no files. Context: may sleep.
 */
void educma_debugfs_add(struct educma_dev *edev)
{
	edev->debug = debugfs_create_dir(pci_name(edev->pdev), educma_root);
	debugfs_create_file("alloc", 0600, edev->debug, edev, &alloc_fops);
	debugfs_create_file("free", 0200, edev->debug, edev, &free_fops);
	debugfs_create_file("latency", 0400, edev->debug, edev, &latency_fops);
	debugfs_create_file("registers", 0400, edev->debug, edev,
			    &registers_fops);
}

/**
 * educma_debugfs_del() - remove the files, and free the buffers that they hold
 * @edev: the device, removed; it need not have files
 *
 * On return no call of these files is under way. Context: may sleep.
 */
void educma_debugfs_del(struct educma_dev *edev)
{
	debugfs_remove(edev->debug);
	edev->debug = NULL;
	down_read(&edev->remove_lock);
	release_all(edev);
	up_read(&edev->remove_lock);
	xa_destroy(&edev->held);
}

/**
 * educma_debugfs_init() - create the directory of all devices
 *
 * Context: may sleep.
 */
void educma_debugfs_init(void)
{
	educma_root = debugfs_create_dir("educma", NULL);
}

/**
 * educma_debugfs_exit() - undo educma_debugfs_init()
 *
 * Context: may sleep.
 */
void educma_debugfs_exit(void)
{
	debugfs_remove(educma_root);
}
