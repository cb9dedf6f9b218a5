// SPDX-License-Identifier: GPL-2.0
/*
 * The diagnosis follows the kernel's dma_direct_alloc(). That takes pages from
 * the default CMA area, whatever the mask is; with a mask of more than 32 bits it
 * tries the area of the device's NUMA node before. It gives pages above the mask
 * back, and turns to the page allocator. This has blocks of at most 4 MiB, and
 * certainly gives blocks below the mask only from a zone that ends below it.
 */
#include <stdio.h>
#include <string.h>

#include "judge.h"
#include "judge_area.h"
#include "room.h"
#include "size.h"

static void judge_mask(const struct doctor_facts *f, struct diagnosis *d)
{
	struct finding *finding;
	char limit[SIZE_TEXT];

	if (!mask_is_rejected(f))
		return;
	finding = finding_add(d, VERDICT_MASK_REJECTED);
	finding_say(finding,
		    "the kernel has no memory zone within %u address bits, so it rejects this mask: dma_set_mask() fails with -EIO, and the driver does not bind",
		    f->device.bits);
	if (!strcmp(f->option[OPTION_ZONE_DMA], "y")) {
		finding_advise(finding,
			       "turn on an IOMMU, or use a device with a wider mask");
		return;
	}
	finding->config = "CONFIG_ZONE_DMA=y";
	finding_advise(finding,
		       "use a kernel with %s, or boot with less memory (mem=%s), or turn on an IOMMU",
		       finding->config,
		       size_format(limit, last_address(f->device.bits) + 1));
}

/* Judge a buffer that must be one piece of memory. */
static void judge_contiguous(const struct doctor_facts *f, uint64_t bytes,
			     struct diagnosis *d)
{
	const uint64_t last = last_address(memory_bits(f));
	enum verdict verdict = VERDICT_FINE;
	struct finding *finding;

	judge_mask(f, d);
	if (f->device.own_memory)
		verdict = VERDICT_CANNOT_TELL;
	else if (bytes > ordinary_largest(f, last))
		verdict = judge_area(f, bytes, last);
	if (verdict == VERDICT_FINE)
		return;
	finding = finding_add(d, verdict);
	describe_area(f, bytes, finding);
	advise_area(f, bytes, finding);
	if (iommu_translates(f))
		finding_say(finding_add(d, VERDICT_IOMMU_REMAPS),
			    "the IOMMU could map scattered pages, but the driver %s asks for contiguous ones (DMA_ATTR_FORCE_CONTIGUOUS)",
			    f->device.driver);
}

/* Returns whether the machine has enough memory and addresses at all. */
static bool judge_size(const struct doctor_facts *f, uint64_t bytes,
		       struct diagnosis *d)
{
	const bool enough_memory = !f->mem_total || bytes <= f->mem_total;
	struct finding *finding;
	char size[SIZE_TEXT];

	if (enough_memory && bytes <= most_addressable(f))
		return true;
	if (enough_memory && addresses_may_suffice(f, bytes)) {
		finding = finding_add(d, VERDICT_CANNOT_TELL);
		finding_say(finding,
			    "it could not be seen which of the IOMMU's addresses are free");
		finding_advise(finding, "run the doctor as root, or ask for less");
		return false;
	}
	finding = finding_add(d, VERDICT_TOO_BIG);
	size_say(size, bytes);
	if (bytes > most_addressable(f))
		finding_say(finding, "%s is more than the device can address with %u bits", size,
			    f->device.bits);
	else
		finding_say(finding, "%s is more than this machine's memory", size);
	finding_advise(finding, "ask for at most %s",
		       size_say(size, most_possible(f)));
	return false;
}

/* These drivers keep a device for a program, which enables bus mastering. */
static bool is_held_for_others(const struct doctor_facts *f)
{
	return has_driver(f, "vfio-pci") || has_driver(f, "pci-stub") ||
	       has_driver(f, "pciback") || has_driver(f, "xen-pciback");
}

static bool cannot_master(const struct doctor_facts *f)
{
	const struct doctor_device *dev = &f->device;

	return *dev->driver && dev->bus_master == NO && !dev->suspended;
}

/* The driver educma needs bus mastering; it is not known of other drivers. */
static void judge_bus_master(const struct doctor_facts *f, struct diagnosis *d)
{
	const struct doctor_device *dev = &f->device;
	struct finding *finding;

	if (!cannot_master(f) || !has_driver(f, "educma"))
		return;
	finding = finding_add(d, VERDICT_BUS_MASTER_OFF);
	finding_say(finding,
		    "the driver %s is bound, but bus mastering is off, so the device's DMA reaches no memory",
		    dev->driver);
	snprintf(finding->command, sizeof(finding->command),
		 "setpci -s %s COMMAND=4:4", dev->pci);
	finding_advise(finding, "run '%s'; if the driver has disabled the device, bind it again",
		       finding->command);
}

/* Another driver may do no DMA, and leave bus mastering off. */
static void remark_bus_master(const struct doctor_facts *f, struct diagnosis *d)
{
	if (!cannot_master(f) || has_driver(f, "educma") ||
	    is_held_for_others(f))
		return;
	finding_say(finding_add(d, VERDICT_BUS_MASTER_OFF),
		    "bus mastering is off, which is right if the driver %s does no DMA",
		    f->device.driver);
}

/* Without the IOMMU's mapping the CMA area decides: advise cma= as well. */
static void say_remapped(const struct doctor_facts *f, uint64_t bytes,
			 struct diagnosis *d)
{
	struct finding *finding = finding_add(d, VERDICT_IOMMU_REMAPS);
	const uint64_t last = last_address(f->device.bits);
	char size[SIZE_TEXT], cma[REASON_TEXT];

	finding_say(finding,
		    "%s can be allocated, but not from CMA: the IOMMU maps scattered pages to contiguous bus addresses",
		    size_say(size, bytes));
	strcpy(finding->parameter, "iommu.passthrough=1");
	if (judge_area(f, bytes, last) != VERDICT_FINE &&
	    !cma_parameter(cma, bytes, f->device.bits, memory_within(f, last)))
		snprintf(finding->parameter, sizeof(finding->parameter),
			 "iommu.passthrough=1 %.64s", cma);
	finding_advise(finding,
		       "if the buffer must come from CMA, boot with %.128s, or let the driver ask for DMA_ATTR_FORCE_CONTIGUOUS",
		       finding->parameter);
}

static void judge_swiotlb(const struct doctor_facts *f, struct diagnosis *d)
{
	struct finding *finding;

	/* An IOMMU's mappings are not bounced. */
	if (!f->swiotlb_forced || iommu_translates(f))
		return;
	finding = finding_add(d, VERDICT_SWIOTLB_FORCED);
	finding_say(finding,
		    "streaming mappings (dma_map_*) are copied through the bounce pool, at most 256K each; coherent buffers are not");
	strcpy(finding->remove, "swiotlb=force");
	finding_advise(finding, "boot without swiotlb=force");
}

static void say_fine(const struct doctor_facts *f, uint64_t bytes,
		     struct diagnosis *d)
{
	const uint64_t last = last_address(memory_bits(f));
	struct finding *finding = finding_add(d, VERDICT_FINE);
	char size[SIZE_TEXT];

	size_say(size, bytes);
	/* The kernel never takes a single page from CMA. */
	if (bytes <= f->page || judge_area(f, bytes, last) != VERDICT_FINE) {
		finding_say(finding, "%s can be allocated, without CMA", size);
		return;
	}
	finding_say(finding, "%s can be allocated, from CMA%s", size,
		    f->unseen_count ? ", as far as could be seen" : "");
	if (f->unseen_count)
		advise_looking(f, finding);
}

void doctor_judge(const struct doctor_facts *f, uint64_t bytes,
		  struct diagnosis *d)
{
	bool possible;

	d->count = 0;
	d->sure = true;
	d->largest = 0;
	d->largest_is = BOUND_EXACT;
	if (*f->device.pci && !f->device.present) {
		finding_say(finding_add(d, VERDICT_NO_SUCH_DEVICE), "there is no PCI device %s",
			    f->device.pci);
		return;
	}
	find_largest(f, d);
	possible = judge_size(f, bytes, d);
	if (possible && !iommu_remaps(f))
		judge_contiguous(f, bytes, d);
	judge_bus_master(f, d);
	if (possible && iommu_remaps(f))
		say_remapped(f, bytes, d);
	judge_swiotlb(f, d);
	if (!d->count)
		say_fine(f, bytes, d);
	remark_bus_master(f, d);
	d->sure = d->largest_is == BOUND_EXACT &&
		  d->finding[0].verdict != VERDICT_CANNOT_TELL;
}
