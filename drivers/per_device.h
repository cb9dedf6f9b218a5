/* SPDX-License-Identifier: GPL-2.0 */
/* Module parameters that have a value for each device. */
#ifndef EDUCMA_PER_DEVICE_H
#define EDUCMA_PER_DEVICE_H

#include <linux/types.h>

struct pci_dev;

/**
 * struct educma_per_device - a module parameter with a value for each device
 * @name: the name of the parameter
 * @list: its text: items after commas. An item is a value, for all devices, or a
 *	PCI address, an equals sign and a value, for the device at this address
 * @parse: read a value. Returns 0, -EINVAL (not a value) or -ERANGE
 * @range: the range of a value, for the log
 * @example: a value, for the log
 */
struct educma_per_device {
	const char *name;
	char *const *list;
	int (*parse)(const char *text, u64 *value);
	const char *range;
	const char *example;
};

/* educma_check_parameters() in pci.c must check each such parameter. */
int educma_per_device_get(const struct educma_per_device *parameter,
			  struct pci_dev *pdev, u64 *value);

#endif
