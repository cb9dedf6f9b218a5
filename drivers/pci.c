// SPDX-License-Identifier: GPL-2.0
/*
 * The PCI driver: probe, remove, reset, suspend and errors of the bus. Here the
 * other parts are put together.
 */
#include <linux/dma-mapping.h>
#include <linux/module.h>
#include <linux/slab.h>

#include "account.h"
#include "buffer.h"
#include "cards.h"
#include "chrdev.h"
#include "debugfs.h"
#include "dev.h"
#include "dma_bits.h"
#include "dmaengine.h"
#include "size.h"
#include "sysfs.h"

static u64 chunk_bytes;
module_param(chunk_bytes, educma_size, 0444);
MODULE_PARM_DESC(chunk_bytes, "most bytes of one device DMA (default, and for a device that takes less: the device's own; QEMU's edu takes 1 to 4096 and has 4095, because QEMU before 9.1 aborts with 4096)");

/* Of each card: its number, and its elements of educma_cards and educma_ids. */
#define EDUCMA_CARD_NUMBER(_card, _vendor, _device)	_card##_number,
#define EDUCMA_CARD_POINTER(_card, _vendor, _device)	(&(_card)),
#define EDUCMA_CARD_ID(_card, _vendor, _device) \
	{ PCI_DEVICE(_vendor, _device), .driver_data = _card##_number },

/*
 * pci_device_id.driver_data is such a number, not a pointer, because a device
 * that is bound by driver_override or new_id has 0 there. Probe then takes it
 * for the first card, and asks the device whether that is true.
 */
enum educma_card_number {
	EDUCMA_CARDS(EDUCMA_CARD_NUMBER)
};

static const struct educma_card *const educma_cards[] = {
	EDUCMA_CARDS(EDUCMA_CARD_POINTER)
};

static int educma_map(struct educma_dev *edev)
{
	const struct educma_card *card = edev->hw->card;
	struct pci_dev *pdev = edev->pdev;
	int ret;

	ret = pci_enable_device_mem(pdev);
	if (ret)
		return ret;
	ret = pci_request_mem_regions(pdev, KBUILD_MODNAME);
	if (ret)
		goto disable;
	edev->hw->regs = pci_iomap(pdev, card->bar, card->bar_bytes);
	if (edev->hw->regs)
		return 0;
	ret = -ENOMEM;
	pci_release_mem_regions(pdev);
disable:
	pci_disable_device(pdev);
	return ret;
}

static void educma_unmap(struct educma_dev *edev)
{
	pci_iounmap(edev->pdev, edev->hw->regs);
	pci_release_mem_regions(edev->pdev);
	pci_disable_device(edev->pdev);
}

static int educma_set_mask(struct educma_dev *edev)
{
	int ret;

	ret = dma_set_mask_and_coherent(&edev->pdev->dev,
					DMA_BIT_MASK(edev->dma_bits));
	if (ret)
		pci_err(edev->pdev,
			"this machine has no memory within %u address bits (x86: CONFIG_ZONE_DMA off?)\n",
			edev->dma_bits);
	else	/* the engine divides a segment of any length into chunks */
		dma_set_max_seg_size(&edev->pdev->dev, UINT_MAX);
	return ret;
}

static int educma_get_irq(struct educma_dev *edev)
{
	struct pci_dev *pdev = edev->pdev;
	int ret;

	ret = pci_alloc_irq_vectors(pdev, 1, 1, PCI_IRQ_ALL_TYPES);
	if (ret < 0) {
		pci_err(pdev, "cannot allocate an interrupt\n");
		return ret;
	}
	edev->hw->own_irq = pci_dev_msi_enabled(pdev);
	ret = request_irq(pci_irq_vector(pdev, 0), educma_engine_irq,
			  edev->hw->own_irq ? 0 : IRQF_SHARED, KBUILD_MODNAME,
			  &edev->engine);
	if (ret)
		pci_free_irq_vectors(pdev);
	return ret;
}

static void educma_put_irq(struct educma_dev *edev)
{
	free_irq(pci_irq_vector(edev->pdev, 0), &edev->engine);
	/*
	 * pci_free_irq_vectors() enables INTx. A pending interrupt or a late DMA
	 * would raise an INTx that nobody handles, so acknowledge the pending
	 * ones before, and disable INTx after.
	 */
	edev->hw->card->quiet(edev->hw);
	pci_free_irq_vectors(edev->pdev);
	educma_hw_disconnect(edev->hw);
}

/* The user's length of a chunk if this device takes it, or else the device's. */
static u32 educma_chunk_bytes(const struct educma_hw *hw)
{
	if (!chunk_bytes || chunk_bytes > hw->chunk_bytes_max)
		return hw->chunk_bytes;
	return chunk_bytes;
}

static struct educma_hw *educma_hw_create(struct pci_dev *pdev,
					  const struct educma_card *card)
{
	struct educma_hw *hw = kzalloc(card->hw_bytes, GFP_KERNEL);

	if (!hw)
		return NULL;
	hw->card = card;
	hw->dev = &pdev->dev;
	hw->pdev = pdev;
	return hw;
}

static struct educma_dev *educma_dev_create(struct pci_dev *pdev,
					    const struct educma_card *card)
{
	struct educma_dev *edev = kzalloc(sizeof(*edev), GFP_KERNEL);

	if (!edev)
		return NULL;
	edev->hw = educma_hw_create(pdev, card);
	if (!edev->hw) {
		kfree(edev);
		return NULL;
	}
	kref_init(&edev->ref);
	edev->pdev = pdev;
	edev->dma_bits = educma_dma_bits(edev->hw);
	init_rwsem(&edev->remove_lock);
	mutex_init(&edev->alloc_lock);
	spin_lock_init(&edev->lists_lock);
	INIT_LIST_HEAD(&edev->files);
	INIT_LIST_HEAD(&edev->buffers);
	xa_init_flags(&edev->held, XA_FLAGS_ALLOC1);
	return edev;
}

/*
 * After this every call of a user fails, no DMA runs, and neither the device nor
 * a mapping reaches memory of the driver. Each step relies on those before it.
 */
static void educma_shut_down(struct educma_dev *edev)
{
	educma_chrdev_disable(edev);
	educma_debugfs_del(edev);
	educma_engine_stop(&edev->engine);
	educma_dma_del(edev);
	educma_hw_disconnect(edev->hw);
	down_write(&edev->remove_lock);
	educma_chrdev_unmap(edev);
	educma_put_irq(edev);
	educma_buffers_exit(edev);
	up_write(&edev->remove_lock);
}

/* Make sure that the device answers and is idle. Bus mastering is off. */
static int educma_check(struct educma_dev *edev)
{
	int ret;

	ret = edev->hw->card->identify(edev->hw);
	if (ret)
		return ret;
	return edev->hw->card->settle(edev->hw);
}

/*
 * Restore the state that was saved at probe. The PCI core's copy may have been
 * taken while the device did not answer.
 */
static void educma_restore(struct educma_dev *edev)
{
	pci_load_saved_state(edev->pdev, edev->saved);
	pci_restore_state(edev->pdev);
	educma_hw_disconnect(edev->hw);
}

static int educma_reset_function(struct educma_dev *edev)
{
	struct pci_dev *pdev = edev->pdev, *bridge = pci_upstream_bridge(pdev);
	int ret;

	/* A reset of the bridge may be waiting for the lock of this device. */
	if (bridge && !pci_cfg_access_trylock(bridge))
		return -EAGAIN;
	pci_cfg_access_lock(pdev);
	ret = __pci_reset_function_locked(pdev);
	pci_cfg_access_unlock(pdev);
	if (bridge)
		pci_cfg_access_unlock(bridge);
	return ret;
}

/* Check the device, and if that fails reset it and check it again. */
static int educma_check_or_reset(struct educma_dev *edev)
{
	int ret;

	ret = educma_check(edev);
	if (!ret || educma_reset_function(edev))
		return ret;
	educma_restore(edev);
	pci_info(edev->pdev, "the device has been reset\n");
	return educma_check(edev);
}

/* Find an idle device, and give it its mask and its interrupt. */
static int educma_start_up(struct educma_dev *edev)
{
	int ret;

	if (!pci_device_is_present(edev->pdev))
		return -ENODEV;
	/* Firmware or an earlier kernel may have left bus mastering on. */
	educma_hw_disconnect(edev->hw);
	pci_save_state(edev->pdev);
	edev->saved = pci_store_saved_state(edev->pdev);
	if (!edev->saved)
		return -ENOMEM;
	ret = educma_check_or_reset(edev);
	if (ret)
		return ret;
	educma_engine_init(&edev->engine, edev->hw, educma_chunk_bytes(edev->hw));
	ret = educma_set_mask(edev);
	if (ret)
		return ret;
	return educma_get_irq(edev);
}

static int educma_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	struct educma_dev *edev;
	int ret;

	edev = educma_dev_create(pdev, educma_cards[id->driver_data]);
	if (!edev)
		return -ENOMEM;
	pci_set_drvdata(pdev, edev);
	ret = educma_map(edev);
	if (ret)
		goto put_dev;
	ret = educma_start_up(edev);
	if (ret)
		goto unmap;
	educma_hw_connect(edev->hw);
	ret = educma_buffers_init(edev);
	if (ret)
		goto shut_down;
	ret = educma_dma_add(edev);
	if (ret)
		goto shut_down;
	ret = educma_sysfs_add(edev);
	if (ret)
		goto shut_down;
	educma_debugfs_add(edev);
	/* The node comes last, so that a user who sees it finds all the rest. */
	ret = educma_chrdev_add(edev);
	if (ret)
		goto sysfs_del;
	pci_info(pdev, "educma%u: %s, %u address bits, %u bytes a chunk\n",
		 edev->minor, edev->hw->own_irq ? "MSI" : "INTx",
		 edev->dma_bits, edev->engine.chunk_bytes);
	return 0;

sysfs_del:
	educma_sysfs_del(edev);
shut_down:
	educma_shut_down(edev);
unmap:
	educma_unmap(edev);
put_dev:
	kfree(edev->saved);
	educma_dev_put(edev);
	return ret;
}

static void educma_remove(struct pci_dev *pdev)
{
	struct educma_dev *edev = pci_get_drvdata(pdev);

	educma_chrdev_del(edev);
	educma_sysfs_del(edev);
	educma_shut_down(edev);
	educma_unmap(edev);
	kfree(edev->saved);
	educma_dev_put(edev);
}

/* For kexec and power off: stop all DMA, and free nothing. */
static void educma_shutdown(struct pci_dev *pdev)
{
	struct educma_dev *edev = pci_get_drvdata(pdev);

	educma_chrdev_disable(edev);
	educma_engine_stop(&edev->engine);
	educma_hw_disconnect(edev->hw);
}

/*
 * Leave the device alone until educma_restart(); transfers wait. The running
 * chunk may end (@drain), or is abandoned.
 */
static void educma_quiesce(struct educma_dev *edev, bool drain)
{
	educma_engine_pause(&edev->engine, drain);
	educma_hw_disconnect(edev->hw);
}

/*
 * Take up work again. Anything may have happened to the device, even without
 * educma_quiesce() before, so it is checked as in probe, with bus mastering off.
 */
static int educma_restart(struct educma_dev *edev)
{
	int ret;

	if (educma_is_removed(edev))
		return -ENODEV;
	educma_quiesce(edev, true);
	ret = educma_check(edev);
	if (ret) {
		pci_err(edev->pdev, "the device has not come back and takes no transfers. Reset or rebind it\n");
		educma_engine_fail(&edev->engine, ret == -ENODEV ?
				   EDUCMA_NO_RESPONSE : EDUCMA_FAILED);
		return ret;
	}
	educma_hw_connect(edev->hw);
	educma_engine_resume(&edev->engine);
	return 0;
}

static int educma_suspend(struct device *dev)
{
	educma_quiesce(dev_get_drvdata(dev), true);
	return 0;
}

static int educma_resume(struct device *dev)
{
	return educma_restart(dev_get_drvdata(dev));
}

static DEFINE_SIMPLE_DEV_PM_OPS(educma_pm, educma_suspend, educma_resume);

static void educma_reset_prepare(struct pci_dev *pdev)
{
	educma_quiesce(pci_get_drvdata(pdev), true);
}

static void educma_reset_done(struct pci_dev *pdev)
{
	struct educma_dev *edev = pci_get_drvdata(pdev);

	educma_restore(edev);
	educma_restart(edev);
}

/*
 * The PCI core does not tell a driver that a recovery has failed. So all
 * transfers fail now, and new ones until educma_error_resume(). An error that is
 * not fatal has not stopped the device.
 */
static pci_ers_result_t educma_error_detected(struct pci_dev *pdev,
					      pci_channel_state_t state)
{
	struct educma_dev *edev = pci_get_drvdata(pdev);
	const bool lost = state == pci_channel_io_perm_failure;

	if (state == pci_channel_io_normal)
		return PCI_ERS_RESULT_CAN_RECOVER;
	educma_quiesce(edev, false);
	educma_engine_fail(&edev->engine,
			   lost ? EDUCMA_NO_RESPONSE : EDUCMA_FAILED);
	return lost ? PCI_ERS_RESULT_DISCONNECT : PCI_ERS_RESULT_NEED_RESET;
}

static pci_ers_result_t educma_slot_reset(struct pci_dev *pdev)
{
	struct educma_dev *edev = pci_get_drvdata(pdev);

	educma_quiesce(edev, true);
	/*
	 * The error was another function's if this device still works. The
	 * recovery may yet fail.
	 */
	if (educma_engine_state(&edev->engine) == EDUCMA_WORKING)
		educma_engine_fail(&edev->engine, EDUCMA_FAILED);
	educma_restore(edev);
	return PCI_ERS_RESULT_RECOVERED;
}

static void educma_error_resume(struct pci_dev *pdev)
{
	educma_restart(pci_get_drvdata(pdev));
}

static const struct pci_error_handlers educma_errors = {
	.error_detected = educma_error_detected,
	.slot_reset = educma_slot_reset,
	.resume = educma_error_resume,
	.reset_prepare = educma_reset_prepare,
	.reset_done = educma_reset_done,
};

static const struct pci_device_id educma_ids[] = {
	EDUCMA_CARDS(EDUCMA_CARD_ID)
	{ }
};
MODULE_DEVICE_TABLE(pci, educma_ids);

static struct pci_driver educma_driver = {
	.name = KBUILD_MODNAME,
	.id_table = educma_ids,
	.probe = educma_probe,
	.remove = educma_remove,
	.shutdown = educma_shutdown,
	.err_handler = &educma_errors,
	.driver.pm = pm_sleep_ptr(&educma_pm),
};

static int educma_check_parameters(void)
{
	u32 most = 0;
	int i;

	for (i = 0; i < ARRAY_SIZE(educma_cards); i++)
		most = max(most, educma_cards[i]->chunk_bytes_max);
	if (chunk_bytes > most) {
		pr_err("educma: chunk_bytes=%llu: must be 1 to %u, or 0 for the device's own\n",
		       chunk_bytes, most);
		return -EINVAL;
	}
	return educma_dma_bits_check();
}

static int __init educma_init(void)
{
	int ret;

	ret = educma_check_parameters();
	if (ret)
		return ret;
	educma_limits_init();
	ret = educma_dma_init();
	if (ret)
		return ret;
	ret = educma_chrdev_init();
	if (ret)
		goto dma_exit;
	educma_debugfs_init();
	ret = pci_register_driver(&educma_driver);
	if (!ret)
		return 0;
	educma_debugfs_exit();
	educma_chrdev_exit();
dma_exit:
	educma_dma_exit();
	return ret;
}
module_init(educma_init);

static void __exit educma_exit(void)
{
	pci_unregister_driver(&educma_driver);
	educma_debugfs_exit();
	educma_chrdev_exit();
	educma_dma_exit();
}
module_exit(educma_exit);

MODULE_DESCRIPTION("Large coherent buffers from CMA, and DMA to and from them by QEMU's edu device");
MODULE_LICENSE("GPL");
