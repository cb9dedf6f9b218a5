/* SPDX-License-Identifier: GPL-2.0 */
/*
 * All verdicts of the doctor: the name, the exit status, and the meaning that
 * the help, the manual page and tools/educma/README.md give. A new verdict is an
 * entry here, its name in tools/educma/schema.json, and a function that finds it:
 * in judge_area.c if it is about the CMA area, else in judge.c; describe_area() in
 * judge_area.c has a case for each. A file that includes this one defines
 * VERDICT().
 */
VERDICT(FINE, "fine", STATUS_OK,
	"The buffer can be allocated: from CMA, or without it if the buffer is small.")

VERDICT(IOMMU_REMAPS, "iommu_remaps", STATUS_OK,
	"An IOMMU maps scattered pages to contiguous addresses, so CMA is not used.")

VERDICT(SWIOTLB_FORCED, "swiotlb_forced", STATUS_OK,
	"Streaming mappings are copied, 256 KiB at most; coherent buffers are not.")

VERDICT(OCCUPIED, "occupied", STATUS_OK,
	"The kernel must move other data out of the CMA area, which it can unless it is pinned.")

VERDICT(TOO_BIG, "too_big", STATUS_FAILURE,
	"The buffer is larger than the machine's memory or the device's range of addresses.")

VERDICT(MASK_REJECTED, "mask_rejected", STATUS_FAILURE,
	"The kernel has no memory zone within the device's mask, so no driver can set this mask.")

VERDICT(NO_CMA, "no_cma", STATUS_FAILURE,
	"The kernel has no CMA for DMA (CONFIG_DMA_CMA).")

VERDICT(CMA_OFF, "cma_off", STATUS_FAILURE,
	"The command line switches CMA off (cma=0).")

VERDICT(NO_AREA, "no_area", STATUS_FAILURE,
	"The kernel has CMA, but neither cma= nor the kernel's default reserves an area.")

VERDICT(NOT_RESERVED, "not_reserved", STATUS_FAILURE,
	"The kernel found no room for the CMA area where cma= wants it.")

VERDICT(ABOVE_MASK, "above_mask", STATUS_FAILURE,
	"The CMA area lies above the addresses that the device reaches.")

VERDICT(TOO_SMALL, "too_small", STATUS_FAILURE,
	"The CMA area is smaller than the buffer.")

VERDICT(IN_USE, "in_use", STATUS_FAILURE,
	"Less of the CMA area is free than the buffer needs.")

VERDICT(FRAGMENTED, "fragmented", STATUS_FAILURE,
	"Enough of the CMA area is free, but not in one piece.")

VERDICT(NOT_ACTIVATED, "not_activated", STATUS_FAILURE,
	"The kernel could not use its CMA area, because of kernelcore= or movablecore=.")

VERDICT(LOW_MEMORY, "low_memory", STATUS_FAILURE,
	"The machine has less memory available than the buffer needs.")

VERDICT(BUS_MASTER_OFF, "bus_master_off", STATUS_FAILURE,
	"The driver educma is bound, but bus mastering is off, so DMA reaches no memory.")

VERDICT(CANNOT_TELL, "cannot_tell", STATUS_FAILURE,
	"Whether the buffer can be allocated could not be seen, or the kernel does not show it.")

VERDICT(NO_SUCH_DEVICE, "no_such_device", STATUS_NO_DEVICE,
	"No PCI device has this address.")

#undef VERDICT
