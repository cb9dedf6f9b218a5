// SPDX-License-Identifier: GPL-2.0
/* Module parameters that have a value for each device: read their lists. */
#include <linux/kernel.h>
#include <linux/pci.h>
#include <linux/string.h>

#include "per_device.h"

#define EDUCMA_ITEM_CHARS	32	/* of an item, as 0000:00:04.0=28 */

/**
 * struct item - an item of a list
 * @all: it is for all devices that have no item of their own
 * @domain: PCI domain, unless @all
 * @bus: PCI bus, unless @all
 * @devfn: PCI slot and function, unless @all
 * @value: the value
 */
struct item {
	bool all;
	int domain;
	unsigned int bus;
	unsigned int devfn;
	u64 value;
};

/* [DOMAIN:]BUS:SLOT.FUNCTION in hexadecimal digits, as lspci prints it. */
static bool parse_address(const char *text, struct item *item)
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

/* Returns 0, -EINVAL (no item) or -ERANGE (a value out of range). */
static int parse_item(const struct educma_per_device *parameter, char *text,
		      struct item *item)
{
	char *value = strchr(text, '=');

	item->all = !value;
	if (value) {
		*value++ = '\0';
		if (!parse_address(text, item))
			return -EINVAL;
	}
	return parameter->parse(value ?: text, &item->value);
}

static bool is_for(const struct item *item, struct pci_dev *pdev)
{
	return item->domain == pci_domain_nr(pdev->bus) &&
	       item->bus == pdev->bus->number && item->devfn == pdev->devfn;
}

/* Read the item of @bytes characters at @text; log a bad one. */
static int read_item(const struct educma_per_device *parameter,
		     const char *text, size_t bytes, struct item *item)
{
	char word[EDUCMA_ITEM_CHARS] = "";
	int ret = -EINVAL;

	if (bytes < sizeof(word)) {
		memcpy(word, text, bytes);
		ret = parse_item(parameter, word, item);
	}
	if (ret == -ERANGE)
		pr_err("educma: %s=%.*s: must be %s\n", parameter->name,
		       (int)bytes, text, parameter->range);
	else if (ret)
		pr_err("educma: %s=%.*s: must be a number, or a PCI address and a number, for example 0000:00:04.0=%s\n",
		       parameter->name, (int)bytes, text, parameter->example);
	return ret ? -EINVAL : 0;
}

/**
 * educma_per_device_get() - look up a device's value
 * @parameter: the parameter
 * @pdev: the device; NULL: only check the list
 * @value: set to the value of the device's own item, or else of the last item
 *	for all devices; left alone if the list has neither
 *
 * Context: any.
 *
 * Return: 0, or -EINVAL after a line in the log.
 */
int educma_per_device_get(const struct educma_per_device *parameter,
			  struct pci_dev *pdev, u64 *value)
{
	const char *text = *parameter->list;
	bool own = false;
	struct item item;
	size_t bytes;
	int ret;

	if (!*text)
		return 0;
	for (;; text += bytes + 1) {
		bytes = strcspn(text, ",");
		ret = read_item(parameter, text, bytes, &item);
		if (ret)
			return ret;
		if (item.all ? !own : pdev && is_for(&item, pdev)) {
			own = !item.all;
			*value = item.value;
		}
		if (!text[bytes])
			return 0;
	}
}
