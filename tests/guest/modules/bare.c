// SPDX-License-Identifier: GPL-2.0
/*
 * A driver for edu that does the least, for make bench to compare educma with:
 *
 *	echo COUNT >chunks	moves as many chunks, one after another, and returns
 *				when they are done. The interrupt handler
 *				acknowledges, starts the next chunk and counts.
 *	echo BYTES >memory	allocates coherent memory, zeroes it once more and
 *				frees it; afterwards alloc_ns, zero_ns and free_ns
 *				say how long each of the three took
 *
 * These are the module's parameters.
 */
#include <linux/completion.h>
#include <linux/dma-mapping.h>
#include <linux/interrupt.h>
#include <linux/io-64-nonatomic-lo-hi.h>
#include <linux/ktime.h>
#include <linux/module.h>
#include <linux/pci.h>

#include "educma_regs.h"

static struct pci_dev *bare_pdev;
static void __iomem *regs;
static dma_addr_t page_addr;
static unsigned int left;
static DECLARE_COMPLETION(done);

static void bare_start(void)
{
	writeq(page_addr, regs + EDU_REG_DMA_SRC);
	writel(EDU_REG_DMA_CMD_RUN | EDU_REG_DMA_CMD_IRQ, regs + EDU_REG_DMA_CMD);
}

static irqreturn_t bare_irq(int irq, void *unused)
{
	const u32 status = readl(regs + EDU_REG_IRQ_STATUS);

	if (!status)
		return IRQ_NONE;
	writel(status, regs + EDU_REG_IRQ_ACK);
	if (--left)
		bare_start();
	else
		complete(&done);
	return IRQ_HANDLED;
}

static int set_chunks(const char *value, const struct kernel_param *unused)
{
	const int ret = kstrtouint(value, 0, &left);

	if (ret)
		return ret;
	if (!bare_pdev || !left)
		return -EINVAL;
	reinit_completion(&done);
	bare_start();
	wait_for_completion(&done);
	return 0;
}

static const struct kernel_param_ops chunks_ops = { .set = set_chunks };
module_param_cb(chunks, &chunks_ops, NULL, 0200);

static unsigned long long alloc_ns, zero_ns, free_ns;
module_param(alloc_ns, ullong, 0444);
module_param(zero_ns, ullong, 0444);
module_param(free_ns, ullong, 0444);

static int time_memory(size_t bytes)
{
	u64 alloc, zero, free, end;
	dma_addr_t addr;
	void *memory;

	alloc = ktime_get_ns();
	memory = dma_alloc_coherent(&bare_pdev->dev, bytes, &addr, GFP_KERNEL);
	if (!memory)
		return -ENOMEM;
	zero = ktime_get_ns();
	memset(memory, 0, bytes);
	free = ktime_get_ns();
	dma_free_coherent(&bare_pdev->dev, bytes, memory, addr);
	end = ktime_get_ns();
	alloc_ns = zero - alloc;
	zero_ns = free - zero;
	free_ns = end - free;
	return 0;
}

static int set_memory(const char *value, const struct kernel_param *unused)
{
	unsigned long bytes;
	const int ret = kstrtoul(value, 0, &bytes);

	if (ret)
		return ret;
	return bare_pdev && bytes ? time_memory(bytes) : -EINVAL;
}

static const struct kernel_param_ops memory_ops = { .set = set_memory };
module_param_cb(memory, &memory_ops, NULL, 0200);

static int bare_enable(struct pci_dev *pdev)
{
	int ret = pcim_enable_device(pdev);

	if (!ret)
		ret = pcim_iomap_regions(pdev, BIT(EDU_BAR), KBUILD_MODNAME);
	if (!ret)
		ret = dma_set_mask_and_coherent(&pdev->dev, DMA_BIT_MASK(EDU_DMA_BITS));
	if (ret)
		return ret;
	regs = pcim_iomap_table(pdev)[EDU_BAR];
	if (!dmam_alloc_coherent(&pdev->dev, PAGE_SIZE, &page_addr, GFP_KERNEL))
		return -ENOMEM;
	pci_set_master(pdev);
	ret = pci_alloc_irq_vectors(pdev, 1, 1, PCI_IRQ_MSI);
	return ret < 0 ? ret : 0;
}

static int bare_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	int ret;

	if (bare_pdev)
		return -EBUSY;
	ret = bare_enable(pdev);
	if (ret)
		return ret;
	ret = request_irq(pci_irq_vector(pdev, 0), bare_irq, 0, KBUILD_MODNAME, NULL);
	if (ret) {
		pci_free_irq_vectors(pdev);
		return ret;
	}
	writeq(EDU_MEM_ADDR, regs + EDU_REG_DMA_DST);
	writeq(EDU_MEM_SAFE_BYTES, regs + EDU_REG_DMA_COUNT);
	bare_pdev = pdev;
	return 0;
}

static void bare_remove(struct pci_dev *pdev)
{
	bare_pdev = NULL;
	free_irq(pci_irq_vector(pdev, 0), NULL);
	pci_free_irq_vectors(pdev);
	pci_clear_master(pdev);
}

static const struct pci_device_id bare_ids[] = {
	{ PCI_DEVICE(EDU_VENDOR_ID, EDU_DEVICE_ID) },
	{ }
};

static struct pci_driver bare_driver = {
	.name = KBUILD_MODNAME,
	.id_table = bare_ids,
	.probe = bare_probe,
	.remove = bare_remove,
};
module_pci_driver(bare_driver);

MODULE_DESCRIPTION("Does the least with edu, to be measured");
MODULE_LICENSE("GPL");
