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

#include "addresses.h"
#include "judge.h"
#include "judge_area.h"
#include "minmax.h"
#include "room.h"
#include "size.h"

/* The address bits of the zone DMA, in the kernel's include/linux/dma-direct.h. */
#define ZONE_DMA_BITS	24

/* The fewest bits that are enough for all memory of a machine that boots. */
#define MACHINE_BITS	26

/* Whether a kernel with more zones can give the buffer in the area that there is. */
static bool area_suffices(const struct doctor_facts *f, uint64_t bytes)
{
	const uint64_t last = last_address(memory_bits(f));

	return bytes <= f->block ||
	       verdict_status(judge_area(f, bytes, last)) == STATUS_OK;
}

static void advise_zone(const struct doctor_facts *f, struct finding *finding)
{
	char limit[SIZE_TEXT];

	size_format(limit, last_address(f->device.bits) + 1);
	if (f->device.bits < MACHINE_BITS)
		finding_advise(finding, "use a kernel with %s, or turn on an IOMMU",
			       finding->config);
	else
		finding_advise(finding,
			       "use a kernel with %s, or boot with less memory (mem=%s), or turn on an IOMMU",
			       finding->config, limit);
}

static void judge_mask(const struct doctor_facts *f, uint64_t bytes,
		       struct diagnosis *d)
{
	struct finding *finding = finding_add(d, VERDICT_MASK_REJECTED);

	finding_say(finding,
		    "the kernel has no memory zone within %u address bits, so it rejects this mask: dma_set_mask() fails with -EIO, and the driver does not bind",
		    f->device.bits);
	if (!strcmp(f->option[OPTION_ZONE_DMA], "y") ||
	    f->device.bits < ZONE_DMA_BITS) {
		finding_advise(finding,
			       "turn on an IOMMU, or use a device with a wider mask");
		return;
	}
	finding->config = has_dma_cma(f) ? "CONFIG_ZONE_DMA=y" :
					   "CONFIG_ZONE_DMA=y and CONFIG_DMA_CMA=y";
	if (area_suffices(f, bytes))
		advise_zone(f, finding);
	else
		advise_area(f, bytes, finding);
}

/* Judge a buffer that must be one piece of memory. */
static enum verdict judge_contiguous(const struct doctor_facts *f,
				     uint64_t bytes)
{
	const uint64_t last = last_address(memory_bits(f));
	const struct bounds ordinary = ordinary_bounds(f, last);
	enum verdict verdict;

	if (f->device.own_memory)
		return VERDICT_CANNOT_TELL;
	if (bytes <= ordinary.certain)
		return VERDICT_FINE;
	/* The kernel never takes a single page from CMA. */
	if (bytes <= f->page)
		return VERDICT_CANNOT_TELL;
	verdict = judge_area(f, bytes, last);
	/* Free memory outside of CMA may or may not have such a piece. */
	if (verdict_status(verdict) != STATUS_OK && bytes <= ordinary.most)
		return VERDICT_CANNOT_TELL;
	return verdict;
}

static void say_contiguous(const struct doctor_facts *f, uint64_t bytes,
			   enum verdict verdict, struct diagnosis *d)
{
	struct finding *finding = finding_add(d, verdict);

	describe_area(f, bytes, finding);
	advise_area(f, bytes, finding);
	if (iommu_translates(f))
		finding_say(finding_add(d, VERDICT_IOMMU_REMAPS),
			    "the IOMMU could map scattered pages, but the driver %s asks for contiguous ones (DMA_ATTR_FORCE_CONTIGUOUS)",
			    f->device.driver);
}

static void say_too_big(const struct doctor_facts *f, uint64_t bytes,
			struct diagnosis *d)
{
	const uint64_t most = address_bounds(f).most;
	struct finding *finding = finding_add(d, VERDICT_TOO_BIG);
	char size[SIZE_TEXT];

	size_say(size, bytes);
	if (bytes > most)
		finding_say(finding, "%s is more than the device can address with %u bits", size,
			    f->device.bits);
	else
		finding_say(finding, "%s is more than this machine's memory", size);
	finding_advise(finding, "ask for at most %s",
		       size_say(size, f->mem_total ? min(most, f->mem_total) :
						     most));
}

static void say_low_memory(const struct doctor_facts *f, uint64_t bytes,
			   struct diagnosis *d)
{
	struct finding *finding = finding_add(d, VERDICT_LOW_MEMORY);
	char size[SIZE_TEXT], available[SIZE_TEXT];

	finding_say(finding,
		    "%s is more than the %s of memory that are available: to try it can end programs, or the machine",
		    size_say(size, bytes),
		    size_say(available, available_memory(f)));
	finding_advise(finding, "end programs, or give the machine more memory");
}

static void say_addresses_unseen(struct diagnosis *d)
{
	struct finding *finding = finding_add(d, VERDICT_CANNOT_TELL);

	finding_say(finding, "it could not be seen which of the IOMMU's addresses are free");
	finding_advise(finding, "run the doctor as root, or ask for less");
}

/*
 * Judge what holds wherever the buffer comes from: the mask, the addresses, and
 * the memory as a whole. Returns whether these allow the buffer.
 */
static bool judge_size(const struct doctor_facts *f, uint64_t bytes,
		       struct diagnosis *d)
{
	const struct bounds addresses = address_bounds(f);

	if (mask_is_rejected(f))
		judge_mask(f, bytes, d);
	else if (bytes > addresses.most || (f->mem_total && bytes > f->mem_total))
		say_too_big(f, bytes, d);
	else if (bytes > available_memory(f))
		say_low_memory(f, bytes, d);
	else if (!f->device.reserved_known && iommu_translates(f) &&
		 bytes > certain_if_unused(f))
		say_addresses_unseen(d);
	else
		return true;
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

static void say_remapped(const struct doctor_facts *f, uint64_t bytes,
			 struct diagnosis *d)
{
	struct finding *finding = finding_add(d, VERDICT_IOMMU_REMAPS);
	char size[SIZE_TEXT], parameter[128];

	finding_say(finding,
		    "%s can be allocated, but not from CMA: the IOMMU maps scattered pages to contiguous bus addresses",
		    size_say(size, bytes));
	if (passthrough_parameter(f, bytes, parameter, sizeof(parameter)))
		finding_advise(finding,
			       "if the buffer must come from CMA, boot with %s, or let the driver ask for DMA_ATTR_FORCE_CONTIGUOUS",
			       parameter);
	else
		finding_advise(finding,
			       "if the buffer must come from CMA, let the driver ask for DMA_ATTR_FORCE_CONTIGUOUS");
}

static void judge_swiotlb(const struct doctor_facts *f, struct diagnosis *d)
{
	struct finding *finding;

	/* An IOMMU's mappings are not bounced. */
	if (!*f->swiotlb_word || iommu_translates(f))
		return;
	finding = finding_add(d, VERDICT_SWIOTLB_FORCED);
	finding_say(finding,
		    "streaming mappings (dma_map_*) are copied through the bounce pool, at most 256K each; coherent buffers are not");
	strcpy(finding->remove, f->swiotlb_word);
	/* "swiotlb=8192,force" also says the size of the pool. */
	snprintf(finding->parameter, sizeof(finding->parameter), "%.*s",
		 (int)strcspn(f->swiotlb_word, ","), f->swiotlb_word);
	if (strcmp(finding->parameter, "swiotlb=force")) {
		finding_advise(finding, "boot with %s instead of %s",
			       finding->parameter, f->swiotlb_word);
		return;
	}
	*finding->parameter = '\0';
	finding_advise(finding, "boot without %s", f->swiotlb_word);
}

static void say_fine(const struct doctor_facts *f, uint64_t bytes,
		     const struct bounds *room, struct diagnosis *d)
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
	if (bytes <= room->certain) {
		finding_say(finding, "%s can be allocated, from CMA", size);
		return;
	}
	finding_say(finding, "%s can be allocated, from CMA, as far as could be seen",
		    size);
	advise_looking(f, finding);
}

/* Sets the largest buffer, and what is known of it. */
static void set_largest(const struct bounds *room, struct diagnosis *d)
{
	d->most = room->most;
	d->largest = room->certain;
	d->largest_is = BOUND_AT_LEAST;
	if (room->certain == room->most) {
		d->largest_is = BOUND_EXACT;
	} else if (!room->certain) {
		d->largest = room->most;
		d->largest_is = BOUND_AT_MOST;
	}
}

/* Whether the verdict follows from the limits of the largest buffer. */
static bool is_sure(const struct diagnosis *d, const struct bounds *room,
		    uint64_t bytes)
{
	switch (d->finding[0].verdict) {
	case VERDICT_MASK_REJECTED:
	case VERDICT_BUS_MASTER_OFF:
	case VERDICT_NO_SUCH_DEVICE:
		return true;
	default:
		break;
	}
	if (verdict_status(d->finding[0].verdict) == STATUS_OK)
		return bytes <= room->certain;
	return bytes > room->most;
}

static void judge_device(const struct doctor_facts *f, uint64_t bytes,
			 const struct bounds *room, struct diagnosis *d)
{
	const bool possible = judge_size(f, bytes, d);
	const bool remaps = iommu_remaps(f);
	enum verdict verdict = VERDICT_FINE;

	if (possible && !remaps)
		verdict = judge_contiguous(f, bytes);
	/* The first finding gives the exit status, so a failure comes first. */
	if (verdict_status(verdict) != STATUS_OK)
		say_contiguous(f, bytes, verdict, d);
	judge_bus_master(f, d);
	if (verdict == VERDICT_OCCUPIED)
		say_contiguous(f, bytes, verdict, d);
	if (possible && remaps)
		say_remapped(f, bytes, d);
	judge_swiotlb(f, d);
	if (!d->count)
		say_fine(f, bytes, room, d);
	remark_bus_master(f, d);
}

void doctor_judge(const struct doctor_facts *f, uint64_t bytes,
		  struct diagnosis *d)
{
	struct bounds room = { };

	d->count = 0;
	if (*f->device.pci && !f->device.present) {
		finding_say(finding_add(d, VERDICT_NO_SUCH_DEVICE), "there is no PCI device %s",
			    f->device.pci);
	} else {
		room = room_bounds(f);
		judge_device(f, bytes, &room, d);
	}
	room.certain -= room.certain % f->page;
	room.most -= room.most % f->page;
	set_largest(&room, d);
	d->sure = is_sure(d, &room, bytes);
}
