// SPDX-License-Identifier: GPL-2.0
/*
 * The module parameter dma_bits: how many address bits each device decodes. It
 * is a list of items after commas. An item is a number, for all devices, or an
 * address, an equals sign and a number, for the device at this address.
 */
#include <linux/kernel.h>
#include <linux/moduleparam.h>
#include <linux/pci.h>
#include <linux/string.h>

#include "card.h"
#include "dma_bits.h"

#define EDUCMA_ITEM_CHARS	32	/* of an item, as 0000:00:04.0=28 */

static char *dma_bits = "";
module_param(dma_bits, charp, 0444);
MODULE_PARM_DESC(dma_bits, "address bits that the devices decode, 24 to 64: a number for all devices, ADDRESS=NUMBER for the device at a PCI address, or a list of these after commas (default: as the card has them; edu has 28)");

/**
 * struct dma_bits_item - an item of the list
 * @all: it is for all devices that have no item of their own
 * @domain: PCI domain, unless @all
 * @bus: PCI bus, unless @all
 * @devfn: PCI slot and function, unless @all
 * @bits: address bits
 */
struct dma_bits_item {
	bool all;
	int domain;
	unsigned int bus;
	unsigned int devfn;
	u32 bits;
};

/* [DOMAIN:]BUS:SLOT.FUNCTION in hexadecimal digits, as lspci prints it. */
static bool parse_address(const char *text, struct dma_bits_item *item)
{
	unsigned int domain = 0, bus, slot, function;
	int end = 0;

	/* sscanf() skips blanks, takes 0x, and cuts a number that is too large. */
	if (text[strspn(text, "0123456789abcdefABCDEF:.")])
		return false;
	if (sscanf(text, "%8x:%2x:%2x.%1x%n", &domain, &bus, &slot, &function,
		   &end) != 4) {
		domain = 0;
		if (sscanf(text, "%2x:%2x.%1x%n", &bus, &slot, &function,
			   &end) != 3)
			return false;
	}
	if (text[end] || slot > 0x1f || function > 7)
		return false;
	item->domain = domain;
	item->bus = bus;
	item->devfn = PCI_DEVFN(slot, function);
	return true;
}

/* Returns 0, -EINVAL (no item) or -ERANGE (too few bits, or too many). */
static int parse_item(char *text, struct dma_bits_item *item)
{
	char *bits = strchr(text, '=');
	int ret;

	item->all = !bits;
	if (bits) {
		*bits++ = '\0';
		if (!parse_address(text, item))
			return -EINVAL;
	}
	ret = kstrtou32(bits ?: text, 0, &item->bits);
	if (ret)
		return ret;
	return item->bits < EDUCMA_DMA_BITS_MIN ||
	       item->bits > EDUCMA_DMA_BITS_MAX ? -ERANGE : 0;
}

static bool is_for(const struct dma_bits_item *item, struct pci_dev *pdev)
{
	return item->domain == pci_domain_nr(pdev->bus) &&
	       item->bus == pdev->bus->number && item->devfn == pdev->devfn;
}

/* Read the item of @bytes characters at @text; says so in the log if it is bad. */
static int read_item(const char *text, size_t bytes, struct dma_bits_item *item)
{
	char word[EDUCMA_ITEM_CHARS] = "";
	int ret = -EINVAL;

	if (bytes < sizeof(word)) {
		memcpy(word, text, bytes);
		ret = parse_item(word, item);
	}
	if (ret == -ERANGE)
		pr_err("educma: dma_bits=%.*s: must be %u to %u\n", (int)bytes,
		       text, EDUCMA_DMA_BITS_MIN, EDUCMA_DMA_BITS_MAX);
	else if (ret)
		pr_err("educma: dma_bits=%.*s: must be a number, or a PCI address and a number, for example 0000:00:04.0=28\n",
		       (int)bytes, text);
	return ret ? -EINVAL : 0;
}

/*
 * Read the whole list. Sets *@bits to those of the device, which may be NULL,
 * and leaves *@bits alone if the list says nothing about this device.
 */
static int read_list(struct pci_dev *pdev, u32 *bits)
{
	const char *text = dma_bits;
	struct dma_bits_item item;
	bool own = false;
	size_t bytes;
	int ret;

	if (!*text)
		return 0;
	for (;; text += bytes + 1) {
		bytes = strcspn(text, ",");
		ret = read_item(text, bytes, &item);
		if (ret)
			return ret;
		if (item.all ? !own : pdev && is_for(&item, pdev)) {
			own = !item.all;
			*bits = item.bits;
		}
		if (!text[bytes])
			return 0;
	}
}

/**
 * educma_dma_bits_check() - check the module parameter
 *
 * Context: module initialization.
 *
 * Return: 0, or -EINVAL after a line in the log.
 */
int educma_dma_bits_check(void)
{
	u32 bits;

	return read_list(NULL, &bits);
}

/**
 * educma_dma_bits() - how many address bits a device decodes
 * @hw: the device
 *
 * Context: may sleep.
 *
 * Return: the user's number for this device, or the user's number for all
 * devices, or the card's number.
 */
u32 educma_dma_bits(const struct educma_hw *hw)
{
	u32 bits = hw->card->dma_bits;

	read_list(hw->pdev, &bits);
	return bits;
}
