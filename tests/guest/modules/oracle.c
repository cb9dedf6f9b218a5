// SPDX-License-Identifier: GPL-2.0
/*
 * Tries whether the driver of a PCI device could allocate a coherent buffer, and
 * holds memory. /sys/kernel/debug/oracle:
 *
 *	echo BDF BITS BYTES [contiguous] >try
 *		allocates a buffer under a mask of BITS bits, and frees it; contiguous
 *		is DMA_ATTR_FORCE_CONTIGUOUS
 *	cat try	"yes" and the bus address, "no", or "refused" if the kernel rejects
 *		the mask
 *	echo BDF BITS BYTES COUNT EVERY [contiguous] >hold
 *		allocates COUNT buffers (0: until none is left), then frees every
 *		EVERY-th of them (0: none)
 *	echo dma|dma32|normal ORDER COUNT EVERY >pages
 *		does this with blocks of pages of a zone, and of the zones below it
 *	cat hold	prints how many buffers and blocks are held, and how many the last
 *		order got, before it freed some of them
 *	echo >free	frees all
 *
 * The device may have a driver, which is not disturbed: both masks are restored.
 */
#include <linux/debugfs.h>
#include <linux/delay.h>
#include <linux/dma-mapping.h>
#include <linux/list.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#define LINE_MAX	80
/* An IOMMU's freed addresses can be used again after 10 ms. */
#define FLUSH_MS	30

/* A buffer of a device, or without a device a block of pages. */
struct held {
	struct list_head node;
	struct pci_dev *pci;
	unsigned long attrs;
	size_t bytes;
	void *cpu;
	dma_addr_t dma;
	struct page *page;
	unsigned int order;
};

struct question {
	struct pci_dev *pci;
	unsigned int bits;
	size_t bytes;
	unsigned long attrs;
};

static struct dentry *root;
static LIST_HEAD(all_held);
static unsigned int held_count, got;
static DEFINE_MUTEX(lock);
static char answer[LINE_MAX] = "none\n";

static void *alloc_below(const struct question *q, dma_addr_t *dma, int *ret)
{
	struct device *dev = &q->pci->dev;
	u64 mask, coherent;
	void *cpu = NULL;

	device_lock(dev);
	mask = *dev->dma_mask;
	coherent = dev->coherent_dma_mask;
	*ret = dma_set_mask_and_coherent(dev, DMA_BIT_MASK(q->bits));
	if (!*ret)
		cpu = dma_alloc_attrs(dev, q->bytes, dma,
				      GFP_KERNEL | __GFP_NOWARN, q->attrs);
	*dev->dma_mask = mask;
	dev->coherent_dma_mask = coherent;
	device_unlock(dev);
	return cpu;
}

static struct pci_dev *find_device(const char *bdf)
{
	struct device *dev = bus_find_device_by_name(&pci_bus_type, NULL, bdf);

	return dev ? to_pci_dev(dev) : NULL;
}

/* Undone by pci_dev_put(). */
static int make_question(struct question *q, const char *bdf, unsigned int bits,
			 u64 bytes, const char *attrs)
{
	if (!bits || bits > 64 || !bytes)
		return -EINVAL;
	if (*attrs && strcmp(attrs, "contiguous"))
		return -EINVAL;
	q->pci = find_device(bdf);
	if (!q->pci)
		return -ENODEV;
	q->bits = bits;
	q->bytes = PAGE_ALIGN(bytes);
	q->attrs = DMA_ATTR_NO_WARN;
	if (*attrs)
		q->attrs |= DMA_ATTR_FORCE_CONTIGUOUS;
	return 0;
}

static void answer_question(const struct question *q)
{
	dma_addr_t dma;
	void *cpu;
	int ret;

	cpu = alloc_below(q, &dma, &ret);
	if (cpu) {
		snprintf(answer, sizeof(answer), "yes %#llx\n", (u64)dma);
		dma_free_attrs(&q->pci->dev, q->bytes, cpu, dma, q->attrs);
		msleep(FLUSH_MS);
	} else {
		snprintf(answer, sizeof(answer), ret ? "refused %d\n" : "no\n",
			 ret);
	}
}

static int do_try(const char *line)
{
	char bdf[16], attrs[16] = "";
	struct question q;
	unsigned int bits;
	u64 bytes;
	int ret;

	strscpy(answer, "none\n", sizeof(answer));
	if (sscanf(line, "%15s %u %llu %15s", bdf, &bits, &bytes, attrs) < 3)
		return -EINVAL;
	ret = make_question(&q, bdf, bits, bytes, attrs);
	if (ret)
		return ret;
	answer_question(&q);
	pci_dev_put(q.pci);
	return 0;
}

static void keep(struct held *held)
{
	list_add_tail(&held->node, &all_held);
	held_count++;
}

static bool hold_buffer(const struct question *q)
{
	struct held *held = kzalloc(sizeof(*held), GFP_KERNEL);
	int ret;

	if (!held)
		return false;
	held->cpu = alloc_below(q, &held->dma, &ret);
	if (!held->cpu) {
		kfree(held);
		return false;
	}
	held->pci = pci_dev_get(q->pci);
	held->attrs = q->attrs;
	held->bytes = q->bytes;
	keep(held);
	return true;
}

static bool hold_block(gfp_t zone, unsigned int order)
{
	struct held *held = kzalloc(sizeof(*held), GFP_KERNEL | __GFP_NORETRY);

	if (!held)
		return false;
	held->page = alloc_pages(zone | __GFP_NORETRY | __GFP_NOWARN, order);
	if (!held->page) {
		kfree(held);
		return false;
	}
	held->order = order;
	keep(held);
	return true;
}

static void release(struct held *held)
{
	list_del(&held->node);
	held_count--;
	if (held->pci) {
		dma_free_attrs(&held->pci->dev, held->bytes, held->cpu,
			       held->dma, held->attrs);
		pci_dev_put(held->pci);
	} else {
		__free_pages(held->page, held->order);
	}
	kfree(held);
}

/* Release every @every-th of the buffers and blocks behind the first @first. */
static void thin_out(unsigned int first, unsigned int every)
{
	struct held *held, *next;
	unsigned int at = 0;

	list_for_each_entry_safe(held, next, &all_held, node) {
		if (every && at >= first && (at - first) % every == 0)
			release(held);
		at++;
	}
	msleep(FLUSH_MS);
}

static int do_hold(const char *line)
{
	const unsigned int first = held_count;
	char bdf[16], attrs[16] = "";
	unsigned int bits, count, every, i;
	struct question q;
	u64 bytes;
	int ret;

	if (sscanf(line, "%15s %u %llu %u %u %15s", bdf, &bits, &bytes, &count,
		   &every, attrs) < 5)
		return -EINVAL;
	ret = make_question(&q, bdf, bits, bytes, attrs);
	if (ret)
		return ret;
	for (i = 0; !count || i < count; i++) {
		if (!hold_buffer(&q))
			break;
	}
	pci_dev_put(q.pci);
	got = i;
	thin_out(first, every);
	return i < count ? -ENOMEM : 0;
}

static int do_pages(const char *line)
{
	const unsigned int first = held_count;
	unsigned int order, count, every, i;
	gfp_t gfp = GFP_KERNEL;
	char zone[16];

	if (sscanf(line, "%15s %u %u %u", zone, &order, &count, &every) != 4 ||
	    order >= MAX_ORDER)
		return -EINVAL;
	if (!strcmp(zone, "dma"))
		gfp |= GFP_DMA;
	else if (!strcmp(zone, "dma32"))
		gfp |= GFP_DMA32;
	else if (strcmp(zone, "normal"))
		return -EINVAL;
	for (i = 0; !count || i < count; i++) {
		if (!hold_block(gfp, order))
			break;
	}
	got = i;
	thin_out(first, every);
	return i < count ? -ENOMEM : 0;
}

static int do_free(const char *unused)
{
	thin_out(0, 1);
	return 0;
}

static int show_try(struct seq_file *seq, void *unused)
{
	seq_puts(seq, answer);
	return 0;
}

static int show_hold(struct seq_file *seq, void *unused)
{
	seq_printf(seq, "%u %u\n", held_count, got);
	return 0;
}

static int show_nothing(struct seq_file *seq, void *unused)
{
	return 0;
}

static const struct command {
	const char *name;
	int (*write)(const char *line);
	int (*show)(struct seq_file *seq, void *unused);
} commands[] = {
	{ "try", do_try, show_try },
	{ "hold", do_hold, show_hold },
	{ "pages", do_pages, show_nothing },
	{ "free", do_free, show_nothing },
};

static ssize_t command_write(struct file *filp, const char __user *from,
			     size_t bytes, loff_t *pos)
{
	const struct command *command = file_inode(filp)->i_private;
	char line[LINE_MAX];
	int ret;

	if (bytes >= sizeof(line))
		return -EINVAL;
	if (copy_from_user(line, from, bytes))
		return -EFAULT;
	line[bytes] = '\0';
	mutex_lock(&lock);
	ret = command->write(line);
	mutex_unlock(&lock);
	return ret ?: bytes;
}

static int command_show(struct seq_file *seq, void *unused)
{
	const struct command *command = seq->private;
	int ret;

	mutex_lock(&lock);
	ret = command->show(seq, unused);
	mutex_unlock(&lock);
	return ret;
}

static int command_open(struct inode *inode, struct file *filp)
{
	return single_open(filp, command_show, inode->i_private);
}

static const struct file_operations fops = {
	.owner = THIS_MODULE,
	.open = command_open,
	.read = seq_read,
	.write = command_write,
	.llseek = seq_lseek,
	.release = single_release,
};

static int __init oracle_init(void)
{
	size_t i;

	root = debugfs_create_dir("oracle", NULL);
	for (i = 0; i < ARRAY_SIZE(commands); i++)
		debugfs_create_file(commands[i].name, 0600, root,
				    (void *)&commands[i], &fops);
	return 0;
}
module_init(oracle_init);

static void __exit oracle_exit(void)
{
	debugfs_remove(root);
	thin_out(0, 1);
}
module_exit(oracle_exit);

MODULE_DESCRIPTION("Allocates coherent memory for any PCI device");
MODULE_LICENSE("GPL");
