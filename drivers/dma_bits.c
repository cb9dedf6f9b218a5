// SPDX-License-Identifier: GPL-2.0
/* The module parameter dma_bits: how many address bits each device decodes. */
#include <linux/kernel.h>
#include <linux/moduleparam.h>
#include <linux/stringify.h>

#include "card.h"
#include "dma_bits.h"
#include "per_device.h"

static char *dma_bits = "";
module_param(dma_bits, charp, 0444);
MODULE_PARM_DESC(dma_bits, "address bits that the devices decode, 24 to 64: a number for all devices, ADDRESS=NUMBER for the device at a PCI address, or a list of these after commas (default: as the card has them; edu has 28)");

static int parse_bits(const char *text, u64 *bits)
{
	int ret = kstrtou64(text, 0, bits);

	if (ret)
		return ret;
	return *bits < EDUCMA_DMA_BITS_MIN || *bits > EDUCMA_DMA_BITS_MAX ?
	       -ERANGE : 0;
}

static const struct educma_per_device parameter = {
	.name = "dma_bits",
	.list = &dma_bits,
	.parse = parse_bits,
	.range = __stringify(EDUCMA_DMA_BITS_MIN) " to "
		 __stringify(EDUCMA_DMA_BITS_MAX),
	.example = "28",
};

/**
 * educma_dma_bits_check() - check the module parameter
 *
 * Context: module initialization.
 *
 * Return: 0, or -EINVAL after a line in the log.
 */
int educma_dma_bits_check(void)
{
	u64 bits;

	return educma_per_device_get(&parameter, NULL, &bits);
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
	u64 bits = hw->card->dma_bits;

	educma_per_device_get(&parameter, hw->pdev, &bits);
	return bits;
}
