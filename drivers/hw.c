// SPDX-License-Identifier: GPL-2.0
/*
 * Bus mastering and INTx, in configuration space. The functions are for all PCI
 * cards, and work even while the registers of the card do not respond.
 */
#include <linux/pci.h>

#include "card.h"

/**
 * educma_hw_is_master() - whether bus mastering is enabled
 * @hw: the device
 *
 * Reads the command register of configuration space. Context: any.
 *
 * Return: the bus master bit.
 */
bool educma_hw_is_master(struct educma_hw *hw)
{
	u16 command;

	pci_read_config_word(hw->pdev, PCI_COMMAND, &command);
	return command & PCI_COMMAND_MASTER;
}

/**
 * educma_hw_disconnect() - disable bus mastering and INTx
 * @hw: the device
 *
 * Without bus mastering no DMA accesses memory, even if the card cannot abort
 * its DMA. INTx is disabled because the driver may not be able to acknowledge
 * it. The command register is always written: after a bus reset it reads 0, but
 * QEMU's devices can access memory until it is written. Context: any.
 */
void educma_hw_disconnect(struct educma_hw *hw)
{
	u16 command;

	pci_read_config_word(hw->pdev, PCI_COMMAND, &command);
	command &= ~PCI_COMMAND_MASTER;
	command |= PCI_COMMAND_INTX_DISABLE;
	pci_write_config_word(hw->pdev, PCI_COMMAND, command);
	pci_clear_master(hw->pdev);
	hw->intx_masked = true;
}

/**
 * educma_hw_connect() - enable bus mastering and INTx
 * @hw: the device, which must be idle
 *
 * Context: any.
 */
void educma_hw_connect(struct educma_hw *hw)
{
	pci_set_master(hw->pdev);
	educma_hw_unmask_intx(hw);
}

/**
 * educma_hw_mask_intx() - disable INTx if the device raises it
 * @hw: the device
 *
 * For a device that raises INTx and does not respond, so that its interrupt
 * cannot be acknowledged. Otherwise the interrupt would be handled again and
 * again, until the kernel disables the line for all devices on it. Context: any.
 *
 * Return: whether the device raised INTx, which is disabled then. If INTx was
 * disabled before, another device raised the line.
 */
bool educma_hw_mask_intx(struct educma_hw *hw)
{
	if (hw->intx_masked || !pci_check_and_mask_intx(hw->pdev))
		return false;
	hw->intx_masked = true;
	return true;
}

/**
 * educma_hw_unmask_intx() - enable INTx, unless the device uses MSI
 * @hw: the device
 *
 * Context: any.
 */
void educma_hw_unmask_intx(struct educma_hw *hw)
{
	hw->intx_masked = false;
	if (!hw->own_irq)
		pci_intx(hw->pdev, 1);
}
