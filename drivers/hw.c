// SPDX-License-Identifier: GPL-2.0
/*
 * What is the same for all PCI cards: bus mastering, and INTx in configuration
 * space. These work when the card's registers do not.
 */
#include <linux/pci.h>

#include "card.h"

/**
 * educma_hw_is_master() - whether the device may do DMA
 * @hw: the device
 *
 * Context: any. Reads configuration space.
 *
 * Return: the bit of the command register.
 */
bool educma_hw_is_master(struct educma_hw *hw)
{
	u16 command;

	pci_read_config_word(hw->pdev, PCI_COMMAND, &command);
	return command & PCI_COMMAND_MASTER;
}

/**
 * educma_hw_disconnect() - keep the device from memory, whatever it does
 * @hw: the device
 *
 * Clears bus mastering, which stops even a card that has no other way to
 * abort a DMA, and disables an INTx that nobody can acknowledge any more.
 * Writes the register in any case: after a bus reset it reads 0, but QEMU's
 * devices reach memory until it is written. Context: any.
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
 * educma_hw_connect() - let the device reach memory, and interrupt
 * @hw: the device, idle
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
 * For a device whose registers do not tell whether the interrupt is its own.
 * Without this the interrupt would come again at once, until the kernel
 * disables the line for every device on it. Context: any.
 *
 * Return: whether the device raised INTx; it is disabled then. An INTx that is
 * disabled already is another device's.
 */
bool educma_hw_mask_intx(struct educma_hw *hw)
{
	if (hw->intx_masked || !pci_check_and_mask_intx(hw->pdev))
		return false;
	hw->intx_masked = true;
	return true;
}

/**
 * educma_hw_unmask_intx() - enable INTx, unless the device has MSI
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
