// SPDX-License-Identifier: GPL-2.0
/*
 * The doctor's judgement. What it rests on is the kernel's dma_direct_alloc():
 * the default CMA area first, whatever the mask (if that is wider than 32 bits
 * the area of the device's node before it); what it gives is thrown away if it
 * lies above the mask. Then the ordinary allocator, which has pieces of
 * 4 MiB at most, and below the mask for certain only in zones that end there.
 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "verdict.h"
#include "size.h"
#include "util.h"

#define SMALL_HOLES	(64ULL << 20)

/* CONFIG_CMA_ALIGNMENT, 8 by default: CMA aligns to no more than that. */
#define CMA_ALIGN_ORDER	8

/* No IOMMU has more bits. */
#define IOMMU_LAST	((1ULL << 57) - 1)

static const char *const names[VERDICTS] = {
	[VERDICT_FINE] = "fine",
	[VERDICT_IOMMU_REMAPS] = "iommu_remaps",
	[VERDICT_SWIOTLB_FORCED] = "swiotlb_forced",
	[VERDICT_NO_SUCH_DEVICE] = "no_such_device",
	[VERDICT_TOO_BIG] = "too_big",
	[VERDICT_MASK_REJECTED] = "mask_rejected",
	[VERDICT_NO_CMA] = "no_cma",
	[VERDICT_CMA_OFF] = "cma_off",
	[VERDICT_NO_AREA] = "no_area",
	[VERDICT_NOT_RESERVED] = "not_reserved",
	[VERDICT_ABOVE_MASK] = "above_mask",
	[VERDICT_TOO_SMALL] = "too_small",
	[VERDICT_IN_USE] = "in_use",
	[VERDICT_FRAGMENTED] = "fragmented",
	[VERDICT_BUS_MASTER_OFF] = "bus_master_off",
	[VERDICT_CANNOT_TELL] = "cannot_tell",
};

const char *verdict_name(enum verdict verdict)
{
	return names[verdict];
}

bool verdict_is_good(enum verdict verdict)
{
	return verdict <= VERDICT_LAST_GOOD;
}

static struct finding *add(struct diagnosis *d, enum verdict verdict)
{
	struct finding *finding = &d->finding[d->count++];

	memset(finding, 0, sizeof(*finding));
	finding->verdict = verdict;
	return finding;
}

static void say(struct finding *finding, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
static void say(struct finding *finding, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(finding->text, sizeof(finding->text), fmt, args);
	va_end(args);
}

static void advise(struct finding *finding, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
static void advise(struct finding *finding, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(finding->advice, sizeof(finding->advice), fmt, args);
	va_end(args);
}

static uint64_t min(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

/* The last address that @bits reach. */
static uint64_t last_of(uint32_t bits)
{
	return bits < 64 ? (1ULL << bits) - 1 : UINT64_MAX;
}

static bool translates(const struct doctor_facts *f)
{
	return *f->device.iommu && strcmp(f->device.iommu, "identity");
}

/* Below 32 bits nothing large is reserved. */
static bool addresses_are_known(const struct doctor_facts *f)
{
	return !translates(f) || f->device.bits < 32 ||
	       f->device.reserved_known;
}

static bool has_driver(const struct doctor_facts *f, const char *name)
{
	return !strcmp(f->device.driver, name);
}

/* Behind an IOMMU only who insists on contiguous pages gets CMA's. */
static bool insists(const struct doctor_facts *f)
{
	return has_driver(f, "educma");
}

/* Any pages do. */
static bool remaps(const struct doctor_facts *f)
{
	return translates(f) && !insists(f);
}

/* The bits that memory must lie within: past an IOMMU it may lie anywhere. */
static uint32_t memory_bits(const struct doctor_facts *f)
{
	return translates(f) ? 64 : f->device.bits;
}

/* What the ordinary allocator is sure to have within reach, in one piece. */
static uint64_t ordinary_largest(const struct doctor_facts *f, uint64_t last)
{
	uint64_t largest = 0;
	size_t i;

	for (i = 0; i < f->zone_count; i++) {
		const struct doctor_zone *zone = &f->zones[i];

		if (zone->end - 1 <= last && strcmp(zone->name, "Movable") &&
		    strcmp(zone->name, "Device") &&
		    zone->largest_free > largest)
			largest = zone->largest_free;
	}
	return largest;
}

/*
 * The largest buffer in a free run, aligned to its size, rounded up to a power
 * of two, but to no more than @most.
 */
static uint64_t largest_in_run(uint64_t start, uint64_t end, uint64_t page,
			       uint64_t most)
{
	uint64_t align, largest = 0, n;

	for (align = page; align <= most; align *= 2) {
		n = round_up(start, align);
		if (n >= end)
			break;
		n = end - n;
		if (align < most)
			n = min(n, align);
		if (n > largest)
			largest = n;
	}
	return largest;
}

/* The first reserved address from @start on; @next is what follows it. */
static uint64_t end_of_run(const struct doctor_device *dev, uint64_t start,
			   uint64_t end, uint64_t *next)
{
	size_t i;

	*next = end;
	for (i = 0; i < dev->reserved_count; i++) {
		const struct doctor_range *range = &dev->reserved[i];

		if (range->last < start || range->first >= end)
			continue;
		end = range->first > start ? range->first : start;
		*next = min(range->last, IOMMU_LAST) + 1;
	}
	return end;
}

/* An IOMMU's addresses: 0 is none, and each buffer is aligned to its size. */
static uint64_t most_translated(const struct doctor_facts *f)
{
	const uint64_t end = min(last_of(f->device.bits), IOMMU_LAST) + 1;
	uint64_t start, run, next, n, largest = 0;

	for (start = f->page; start < end; start = next) {
		run = end_of_run(&f->device, start, end, &next);
		n = largest_in_run(start, run, f->page, end);
		if (n > largest)
			largest = n;
	}
	return largest;
}

/*
 * The most that can have addresses. Where it is not known which are reserved,
 * 32 bits are likely to lose their upper half to PCI's windows.
 */
static uint64_t most_of(const struct doctor_facts *f)
{
	const uint64_t last = last_of(f->device.bits);

	if (!translates(f))
		return last == UINT64_MAX ? last : last + 1;
	return addresses_are_known(f) ? most_translated(f) :
					min(last, IOMMU_LAST) / 4 + 1;
}

/* The same of all of an area's free runs up to @last. */
static uint64_t largest_in_map(const struct doctor_area *area, uint64_t page,
			       uint64_t last)
{
	const struct educma_cma_bitmap *map = &area->map;
	const uint64_t step = page << area->page_order;
	uint64_t largest = 0, start = 0, bit, n;

	for (bit = 0; bit < map->bits; bit++) {
		if (educma_cma_is_used(map, bit)) {
			start = bit + 1;
			continue;
		}
		if (area->first + (bit + 1) * step - 1 > last)
			break;
		n = largest_in_run(area->first + start * step,
				   area->first + (bit + 1) * step, page,
				   page << CMA_ALIGN_ORDER);
		if (n > largest)
			largest = n;
	}
	return largest;
}

/* Whether it is known what an area has within reach. */
static bool reach_is_known(const struct doctor_area *area, uint64_t last)
{
	if (area->present != YES)
		return area->present == NO;
	return area->exact || area->last <= last || area->first > last;
}

/* What it has there, in one piece; 0 if that is not known. */
static uint64_t area_largest(const struct doctor_facts *f,
			     const struct doctor_area *area, uint64_t last)
{
	uint64_t largest = area->largest_free;

	if (area->present != YES || area->first > last ||
	    !reach_is_known(area, last))
		return 0;
	if (area->map.words)
		return largest_in_map(area, f->page, last);
	if (area->last > last)
		largest = min(largest, last - area->first + 1);
	return area->used_known ? largest : min(largest, f->cma_free);
}

/* With a narrower mask the kernel passes the node's area over. */
static bool tries_node_area(const struct doctor_facts *f)
{
	return f->node_area.present == YES && memory_bits(f) > 32;
}

/*
 * The kernel takes a mask below 32 bits only if it covers ZONE_DMA or, where
 * there is none, all memory (dma_direct_supported()). Returns what it must
 * cover; 0 if that is not known.
 */
static uint64_t must_cover(const struct doctor_facts *f)
{
	uint64_t end = 0;
	size_t i;

	for (i = 0; i < f->zone_count; i++) {
		if (!strcmp(f->zones[i].name, "DMA"))
			return f->zones[i].end;
		if (f->zones[i].end > end)
			end = f->zones[i].end;
	}
	return end;
}

static bool mask_is_rejected(const struct doctor_facts *f)
{
	const struct doctor_device *dev = &f->device;
	uint64_t end = must_cover(f);

	/* A driver would not be bound with a mask that was refused. */
	return !translates(f) && dev->bits < 32 &&
	       dev->bits_from != BITS_DRIVER && end &&
	       last_of(dev->bits) < end - 1;
}

static void judge_mask(const struct doctor_facts *f, struct diagnosis *d)
{
	struct finding *finding;
	char limit[SIZE_TEXT];

	if (!mask_is_rejected(f))
		return;
	finding = add(d, VERDICT_MASK_REJECTED);
	say(finding,
	    "the kernel sets no memory apart within %u address bits, so it refuses this mask: dma_set_mask() gives -EIO, and a driver does not bind",
	    f->device.bits);
	if (!strcmp(f->option[OPTION_ZONE_DMA], "y")) {
		advise(finding,
		       "turn on an IOMMU, or use a device with a wider mask");
		return;
	}
	finding->config = "CONFIG_ZONE_DMA=y";
	advise(finding,
	       "use a kernel with %s, or one with less memory: mem=%s, or turn on an IOMMU",
	       finding->config,
	       size_format(limit, last_of(f->device.bits) + 1));
}

static enum verdict without_area(const struct doctor_facts *f)
{
	if (!*f->cma_words.text)
		return VERDICT_NO_AREA;
	return f->cma_words.bytes ? VERDICT_NOT_RESERVED : VERDICT_CMA_OFF;
}

static enum verdict judge_reach(const struct doctor_area *area, uint64_t bytes,
				uint64_t last)
{
	if (area->first > last)
		return VERDICT_ABOVE_MASK;
	if (bytes > area->bytes)
		return VERDICT_TOO_SMALL;
	if (bytes - 1 > last - area->first)
		return VERDICT_ABOVE_MASK;
	if (area->last > last && !area->exact)
		return VERDICT_CANNOT_TELL;
	return VERDICT_FINE;
}

/* Whether this area gives @bytes, none of them above @last. */
static enum verdict judge_one(const struct doctor_facts *f,
			      const struct doctor_area *area, uint64_t bytes,
			      uint64_t last)
{
	enum verdict verdict;

	if (!strcmp(f->option[OPTION_DMA_CMA], "n") ||
	    (f->mem_total && !f->cma_counted))
		return VERDICT_NO_CMA;
	if (area->present == UNKNOWN)
		return VERDICT_CANNOT_TELL;
	if (area->present == NO)
		return without_area(f);
	verdict = judge_reach(area, bytes, last);
	if (verdict != VERDICT_FINE)
		return verdict;
	if (area->used_known && bytes > area->bytes - area->used)
		return VERDICT_IN_USE;
	if (area->free_known && bytes > area_largest(f, area, last))
		return VERDICT_FRAGMENTED;
	/* Movable pages leave when CMA needs theirs: more may be had than is free. */
	if (!area->used_known && bytes > f->cma_free)
		return VERDICT_CANNOT_TELL;
	return VERDICT_FINE;
}

/* The area that decides: the default one if the node's has not enough. */
static const struct doctor_area *area_for(const struct doctor_facts *f,
					  uint64_t bytes, uint64_t last)
{
	if (!tries_node_area(f))
		return &f->area;
	switch (judge_one(f, &f->node_area, bytes, last)) {
	case VERDICT_TOO_SMALL:
	case VERDICT_IN_USE:
	case VERDICT_FRAGMENTED:
		return &f->area;
	default:
		return &f->node_area;
	}
}

/* Whether CMA alone gives @bytes, none of them above @last. */
static enum verdict judge_area(const struct doctor_facts *f, uint64_t bytes,
			       uint64_t last)
{
	return judge_one(f, area_for(f, bytes, last), bytes, last);
}

static void describe_area(const struct doctor_facts *f, uint64_t bytes,
			  struct finding *finding)
{
	const uint64_t last = last_of(memory_bits(f));
	const struct doctor_area *area = area_for(f, bytes, last);
	const uint64_t largest = area_largest(f, area, last);
	char size[SIZE_TEXT], all[SIZE_TEXT], rest[SIZE_TEXT], run[SIZE_TEXT];

	size_say(size, bytes);
	size_say(all, area->bytes);
	size_say(rest, area->bytes - area->used);
	size_say(run, largest);
	switch (finding->verdict) {
	case VERDICT_NO_CMA:
		say(finding, "no CMA in the kernel (DMA_CMA off)");
		break;
	case VERDICT_CMA_OFF:
		say(finding, "CMA is switched off on the command line (%s)",
		    f->cma_words.text);
		break;
	case VERDICT_NO_AREA:
		say(finding, "the kernel has CMA, but no area for devices is reserved");
		break;
	case VERDICT_NOT_RESERVED:
		say(finding,
		    "%s is on the command line, but the kernel found no room for it there",
		    f->cma_words.text);
		break;
	case VERDICT_ABOVE_MASK:
		say(finding,
		    "the CMA area, from 0x%08" PRIx64
		    " on, lies above what the device reaches with %u address bits",
		    area->first, f->device.bits);
		break;
	case VERDICT_TOO_SMALL:
		say(finding, "the CMA area is too small: it has %s, not %s", all,
		    size);
		break;
	case VERDICT_IN_USE:
		say(finding, "the CMA area is in use: of its %s only %s are free, not %s",
		    all, rest, size);
		break;
	case VERDICT_FRAGMENTED:
		say(finding,
		    "the CMA area is in fragments: %s are free, but only %s in one piece, not %s",
		    rest, run, size);
		break;
	default:
		say(finding, "not enough could be seen to tell whether %s can be allocated",
		    size);
	}
}

/* An area for what is held already, too. */
static uint64_t bytes_wanted(const struct doctor_facts *f, uint64_t bytes,
			     enum verdict verdict)
{
	if (verdict != VERDICT_IN_USE && verdict != VERDICT_FRAGMENTED)
		return bytes;
	return bytes > UINT64_MAX - f->cma_total ? UINT64_MAX :
						   bytes + f->cma_total;
}

/* What would help to tell. */
static void advise_looking(const struct doctor_facts *f,
			   struct finding *finding)
{
	if (f->device.own_memory) {
		advise(finding,
		       "look whether the driver calls of_reserved_mem_device_init()");
	} else if (f->cma_counted && f->area.present == UNKNOWN) {
		advise(finding,
		       "look in the device tree which area is linux,cma-default");
	} else if (f->cma_debugfs == NO) {
		finding->config = "CONFIG_CMA_DEBUGFS=y";
		advise(finding, "use a kernel with %s", finding->config);
	} else if (f->cma_debugfs == YES && !*f->option[OPTION_CMA]) {
		advise(finding,
		       "put the kernel's configuration into /boot/config-%s, readable",
		       f->release);
	} else {
		advise(finding,
		       "run it as root, with /sys/kernel/debug mounted (it is a debugfs)");
	}
}

/* Memory that an area can be in; small holes do not count, they are low. */
static uint64_t memory_within(const struct doctor_facts *f, uint64_t last)
{
	uint64_t memory = 0, span;
	size_t i;

	for (i = 0; i < f->zone_count; i++) {
		const struct doctor_zone *zone = &f->zones[i];

		if (zone->start > last)
			continue;
		span = min(zone->end - 1, last) - zone->start + 1;
		memory += zone->present ? min(zone->present, span) : span;
	}
	return round_up(memory, SMALL_HOLES);
}

#define END_USERS \
	"end what holds the rest ('educma cma' shows what educma's debugfs holds), or "

static void advise_less(const struct doctor_facts *f, struct finding *finding)
{
	const bool used = finding->verdict == VERDICT_IN_USE ||
			  finding->verdict == VERDICT_FRAGMENTED;

	*finding->parameter = '\0';
	advise(finding,
	       "%sask for less: within %u address bits this machine has no room for an area that large",
	       used ? END_USERS : "", memory_bits(f));
}

/* What did not help will not help the next time. */
static bool is_there_already(const struct doctor_facts *f,
			     const struct finding *finding)
{
	return finding->verdict != VERDICT_NO_CMA &&
	       !strcmp(finding->parameter, f->cma_words.text);
}

static void advise_area(const struct doctor_facts *f, uint64_t bytes,
			struct finding *finding)
{
	const uint32_t bits = memory_bits(f);
	char instead[200] = "";

	if (finding->verdict == VERDICT_CANNOT_TELL) {
		advise_looking(f, finding);
		return;
	}
	if (area_for(f, bytes, last_of(bits)) == &f->node_area) {
		advise(finding,
		       "boot without numa_cma= and cma_pernuma=: the area of the device's node is in the way");
		return;
	}
	if (cma_parameter(finding->parameter,
			  bytes_wanted(f, bytes, finding->verdict), bits,
			  memory_within(f, last_of(bits))) ||
	    is_there_already(f, finding)) {
		advise_less(f, finding);
		return;
	}
	if (*f->cma_words.text)
		snprintf(instead, sizeof(instead), " instead of %s",
			 f->cma_words.text);
	if (finding->verdict == VERDICT_NO_CMA)
		finding->config = "CONFIG_DMA_CMA=y";
	if (finding->config)
		advise(finding, "use a kernel with %s, booted with %s",
		       finding->config, finding->parameter);
	else if (finding->verdict == VERDICT_IN_USE ||
		 finding->verdict == VERDICT_FRAGMENTED)
		advise(finding, END_USERS "boot with %s%s",
		       finding->parameter, instead);
	else
		advise(finding, "boot with %s%s", finding->parameter, instead);
}

/* One piece of memory, as without an IOMMU. */
static void judge_contiguous(const struct doctor_facts *f, uint64_t bytes,
			     struct diagnosis *d)
{
	const uint64_t last = last_of(memory_bits(f));
	enum verdict verdict = VERDICT_FINE;
	struct finding *finding;

	judge_mask(f, d);
	if (f->device.own_memory)
		verdict = VERDICT_CANNOT_TELL;
	else if (bytes > ordinary_largest(f, last))
		verdict = judge_area(f, bytes, last);
	if (verdict == VERDICT_FINE)
		return;
	finding = add(d, verdict);
	describe_area(f, bytes, finding);
	advise_area(f, bytes, finding);
	if (translates(f))
		say(add(d, VERDICT_IOMMU_REMAPS),
		    "the IOMMU could put scattered pages together, but %s asks for CMA's (DMA_ATTR_FORCE_CONTIGUOUS)",
		    f->device.driver);
}

static void consider_area(const struct doctor_facts *f,
			  const struct doctor_area *area, struct diagnosis *d)
{
	const uint64_t last = last_of(memory_bits(f));
	const uint64_t largest = area_largest(f, area, last);

	if (largest > d->largest) {
		d->largest = largest;
		d->largest_is = area->free_known ? BOUND_EXACT : BOUND_AT_MOST;
	}
	if (!reach_is_known(area, last))
		d->largest_is = BOUND_AT_LEAST;
}

static void find_largest(const struct doctor_facts *f, struct diagnosis *d)
{
	if (mask_is_rejected(f) || f->device.own_memory)
		return;
	d->largest = ordinary_largest(f, last_of(memory_bits(f)));
	if (remaps(f)) {
		d->largest = f->mem_available;
		d->largest_is = BOUND_AT_MOST;
	} else {
		consider_area(f, &f->area, d);
		if (tries_node_area(f))
			consider_area(f, &f->node_area, d);
	}
	if (d->largest >= most_of(f)) {
		d->largest = most_of(f);
		d->largest_is = addresses_are_known(f) ? BOUND_EXACT :
							 BOUND_AT_MOST;
	}
}

/* The unknown half of what may be: less is sure, more is not possible. */
static bool addresses_may_do(const struct doctor_facts *f, uint64_t bytes)
{
	return !addresses_are_known(f) && bytes > most_of(f) &&
	       bytes <= most_translated(f);
}

/* The most that any machine's state could allow for. */
static uint64_t most_possible(const struct doctor_facts *f)
{
	const uint64_t most = translates(f) ? most_translated(f) : most_of(f);

	return f->mem_total ? min(most, f->mem_total) : most;
}

/* No matter which pages, they must be there, and have addresses. */
static bool judge_size(const struct doctor_facts *f, uint64_t bytes,
		       struct diagnosis *d)
{
	struct finding *finding;
	char size[SIZE_TEXT];

	if ((!f->mem_total || bytes <= f->mem_total) && bytes <= most_of(f))
		return true;
	if ((!f->mem_total || bytes <= f->mem_total) &&
	    addresses_may_do(f, bytes)) {
		finding = add(d, VERDICT_CANNOT_TELL);
		say(finding, "which of the IOMMU's addresses are free could not be seen");
		advise(finding, "run it as root, or ask for less");
		return false;
	}
	finding = add(d, VERDICT_TOO_BIG);
	size_say(size, bytes);
	if (bytes > most_of(f))
		say(finding, "%s is more than %u address bits allow for", size,
		    f->device.bits);
	else
		say(finding, "%s is more than this machine's memory", size);
	advise(finding, "ask for less: %s at most",
	       size_say(size, most_possible(f)));
	return false;
}

/* These hold a device for others, who turn bus mastering on. */
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

/* Of educma it is known that it does DMA. */
static void judge_bus_master(const struct doctor_facts *f, struct diagnosis *d)
{
	const struct doctor_device *dev = &f->device;
	struct finding *finding;

	if (!cannot_master(f) || !has_driver(f, "educma"))
		return;
	finding = add(d, VERDICT_BUS_MASTER_OFF);
	say(finding,
	    "bus mastering is off though the driver %s is bound: the device's DMA reaches no memory",
	    dev->driver);
	snprintf(finding->command, sizeof(finding->command),
		 "setpci -s %s COMMAND=4:4", dev->pci);
	advise(finding, "%s, and if the driver has given up bind it anew",
	       finding->command);
}

/* Many a driver does no DMA, and leaves it off. */
static void remark_bus_master(const struct doctor_facts *f, struct diagnosis *d)
{
	if (!cannot_master(f) || has_driver(f, "educma") ||
	    is_held_for_others(f))
		return;
	say(add(d, VERDICT_BUS_MASTER_OFF),
	    "bus mastering is off: that is as it should be if the driver %s does no DMA",
	    f->device.driver);
}

/* A cma= besides, if passing through lays bare that there is no good area. */
static void say_remapped(const struct doctor_facts *f, uint64_t bytes,
			 struct diagnosis *d)
{
	struct finding *finding = add(d, VERDICT_IOMMU_REMAPS);
	const uint64_t last = last_of(f->device.bits);
	char size[SIZE_TEXT], cma[REASON_TEXT];

	say(finding,
	    "%s can be allocated, but the IOMMU puts scattered pages together for the device: contiguous on the bus, not from CMA",
	    size_say(size, bytes));
	strcpy(finding->parameter, "iommu.passthrough=1");
	if (judge_area(f, bytes, last) != VERDICT_FINE &&
	    !cma_parameter(cma, bytes, f->device.bits, memory_within(f, last)))
		snprintf(finding->parameter, sizeof(finding->parameter),
			 "iommu.passthrough=1 %.64s", cma);
	advise(finding,
	       "if it must be CMA's, boot with %.128s, or let the driver ask for DMA_ATTR_FORCE_CONTIGUOUS",
	       finding->parameter);
}

static void judge_swiotlb(const struct doctor_facts *f, struct diagnosis *d)
{
	struct finding *finding;

	/* An IOMMU's mappings are not bounced. */
	if (!f->swiotlb_forced || translates(f))
		return;
	finding = add(d, VERDICT_SWIOTLB_FORCED);
	say(finding,
	    "what a driver maps (dma_map_*) is copied through the bounce pool, 256K at most a mapping; coherent buffers are not");
	strcpy(finding->remove, "swiotlb=force");
	advise(finding, "boot without swiotlb=force");
}

static void say_fine(const struct doctor_facts *f, uint64_t bytes,
		     struct diagnosis *d)
{
	const uint64_t last = last_of(memory_bits(f));
	struct finding *finding = add(d, VERDICT_FINE);
	char size[SIZE_TEXT];

	size_say(size, bytes);
	/* A page alone never is CMA's. */
	if (bytes <= f->page || judge_area(f, bytes, last) != VERDICT_FINE) {
		say(finding, "%s can be allocated, without CMA", size);
		return;
	}
	say(finding, "%s can be allocated, from CMA%s", size,
	    f->unseen_count ? ", as far as could be seen" : "");
	if (f->unseen_count)
		advise_looking(f, finding);
}

void doctor_judge(const struct doctor_facts *f, uint64_t bytes,
		  struct diagnosis *d)
{
	bool possible;

	d->count = 0;
	d->largest = 0;
	d->largest_is = BOUND_EXACT;
	if (*f->device.pci && !f->device.present) {
		say(add(d, VERDICT_NO_SUCH_DEVICE), "there is no PCI device %s",
		    f->device.pci);
		return;
	}
	find_largest(f, d);
	possible = judge_size(f, bytes, d);
	if (possible && !remaps(f))
		judge_contiguous(f, bytes, d);
	judge_bus_master(f, d);
	if (possible && remaps(f))
		say_remapped(f, bytes, d);
	judge_swiotlb(f, d);
	if (!d->count)
		say_fine(f, bytes, d);
	remark_bus_master(f, d);
}
