// SPDX-License-Identifier: GPL-2.0
/*
 * A driver for QEMU's pci-testdev that does nothing but ask for a reset after any
 * error. The other functions on its bus are then reset as well, although their
 * drivers have not asked for it.
 */
#include <linux/module.h>
#include <linux/pci.h>

static int neighbour_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	return 0;
}

static pci_ers_result_t neighbour_error_detected(struct pci_dev *pdev,
						 pci_channel_state_t state)
{
	return PCI_ERS_RESULT_NEED_RESET;
}

static pci_ers_result_t neighbour_slot_reset(struct pci_dev *pdev)
{
	return PCI_ERS_RESULT_RECOVERED;
}

static const struct pci_error_handlers neighbour_errors = {
	.error_detected = neighbour_error_detected,
	.slot_reset = neighbour_slot_reset,
};

static const struct pci_device_id neighbour_ids[] = {
	{ PCI_DEVICE(PCI_VENDOR_ID_REDHAT, 0x0005) },
	{ }
};
MODULE_DEVICE_TABLE(pci, neighbour_ids);

static struct pci_driver neighbour_driver = {
	.name = KBUILD_MODNAME,
	.id_table = neighbour_ids,
	.probe = neighbour_probe,
	.err_handler = &neighbour_errors,
};
module_pci_driver(neighbour_driver);

MODULE_DESCRIPTION("Asks for a reset after any PCI error");
MODULE_LICENSE("GPL");
