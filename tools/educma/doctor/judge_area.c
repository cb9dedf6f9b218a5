// SPDX-License-Identifier: GPL-2.0
/* The verdicts about the CMA area: what is wrong with it, and what to change. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "judge_area.h"
#include "room.h"
#include "size.h"

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

/* Whether @area has @bytes in one piece, none of them above @last. */
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
	/* CMA can move pages away, so it may give more than is free. */
	if (!area->used_known && bytes > f->cma_free)
		return VERDICT_CANNOT_TELL;
	return VERDICT_FINE;
}

/*
 * The area that decides. The kernel turns to the default area only if the area
 * of the device's node has no room.
 */
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

enum verdict judge_area(const struct doctor_facts *f, uint64_t bytes,
			uint64_t last)
{
	return judge_one(f, area_for(f, bytes, last), bytes, last);
}

void describe_area(const struct doctor_facts *f, uint64_t bytes,
		   struct finding *finding)
{
	const uint64_t last = last_address(memory_bits(f));
	const struct doctor_area *area = area_for(f, bytes, last);
	const uint64_t largest = area_largest(f, area, last);
	char size[SIZE_TEXT], all[SIZE_TEXT], rest[SIZE_TEXT], run[SIZE_TEXT];

	size_say(size, bytes);
	size_say(all, area->bytes);
	size_say(rest, area->bytes - area->used);
	size_say(run, largest);
	switch (finding->verdict) {
	case VERDICT_NO_CMA:
		finding_say(finding, "the kernel has no CMA for DMA (CONFIG_DMA_CMA is off)");
		break;
	case VERDICT_CMA_OFF:
		finding_say(finding, "CMA is switched off on the command line (%s)",
			    f->cma_words.text);
		break;
	case VERDICT_NO_AREA:
		finding_say(finding, "the kernel has CMA, but no area for devices is reserved");
		break;
	case VERDICT_NOT_RESERVED:
		finding_say(finding,
			    "%s is on the command line, but the kernel found no room for the area there",
			    f->cma_words.text);
		break;
	case VERDICT_ABOVE_MASK:
		finding_say(finding,
			    "the CMA area, from 0x%08" PRIx64
			    " on, lies above what the device reaches with %u address bits",
			    area->first, f->device.bits);
		break;
	case VERDICT_TOO_SMALL:
		finding_say(finding, "the CMA area is too small: it has %s, not %s", all,
			    size);
		break;
	case VERDICT_IN_USE:
		finding_say(finding, "the CMA area is in use: of its %s only %s are free, not %s",
			    all, rest, size);
		break;
	case VERDICT_FRAGMENTED:
		finding_say(finding,
			    "the CMA area is in fragments: %s are free, but only %s in one piece, not %s",
			    rest, run, size);
		break;
	case VERDICT_CANNOT_TELL:
		finding_say(finding, "not enough could be seen to tell whether %s can be allocated",
			    size);
		break;
	case VERDICT_FINE:
	case VERDICT_IOMMU_REMAPS:
	case VERDICT_SWIOTLB_FORCED:
	case VERDICT_TOO_BIG:
	case VERDICT_MASK_REJECTED:
	case VERDICT_BUS_MASTER_OFF:
	case VERDICT_NO_SUCH_DEVICE:
	case VERDICTS:
		break;	/* not about the area */
	}
}

/* The buffer, and if others use the area all that they may hold. */
static uint64_t bytes_wanted(const struct doctor_facts *f, uint64_t bytes,
			     enum verdict verdict)
{
	if (verdict != VERDICT_IN_USE && verdict != VERDICT_FRAGMENTED)
		return bytes;
	return bytes > UINT64_MAX - f->cma_total ? UINT64_MAX :
						   bytes + f->cma_total;
}

void advise_looking(const struct doctor_facts *f,
		    struct finding *finding)
{
	if (f->device.own_memory) {
		finding_advise(finding,
			       "check whether the driver calls of_reserved_mem_device_init()");
	} else if (f->cma_counted && f->area.present == UNKNOWN) {
		finding_advise(finding,
			       "check which area the device tree marks as linux,cma-default");
	} else if (f->cma_debugfs == NO) {
		finding->config = "CONFIG_CMA_DEBUGFS=y";
		finding_advise(finding, "use a kernel with %s", finding->config);
	} else if (f->cma_debugfs == YES && !*f->option[OPTION_CMA]) {
		finding_advise(finding,
			       "make the kernel's configuration readable as /boot/config-%s",
			       f->release);
	} else {
		finding_advise(finding,
			       "run the doctor as root, with debugfs mounted on /sys/kernel/debug");
	}
}

#define END_USERS \
	"end the programs that hold the rest ('educma cma' shows buffers of educma's debugfs), or "

static void advise_less(const struct doctor_facts *f, struct finding *finding)
{
	const bool used = finding->verdict == VERDICT_IN_USE ||
			  finding->verdict == VERDICT_FRAGMENTED;

	*finding->parameter = '\0';
	finding_advise(finding,
		       "%sask for less: within %u address bits this machine has no room for an area that large",
		       used ? END_USERS : "", memory_bits(f));
}

/* Whether the machine has booted with the advised parameter already. */
static bool is_there_already(const struct doctor_facts *f,
			     const struct finding *finding)
{
	return finding->verdict != VERDICT_NO_CMA &&
	       !strcmp(finding->parameter, f->cma_words.text);
}

void advise_area(const struct doctor_facts *f, uint64_t bytes,
		 struct finding *finding)
{
	const uint32_t bits = memory_bits(f);
	char instead[200] = "";

	if (finding->verdict == VERDICT_CANNOT_TELL) {
		advise_looking(f, finding);
		return;
	}
	if (area_for(f, bytes, last_address(bits)) == &f->node_area) {
		finding_advise(finding,
			       "boot without numa_cma= and cma_pernuma=: the area of the device's node is in the way");
		return;
	}
	if (cma_parameter(finding->parameter,
			  bytes_wanted(f, bytes, finding->verdict), bits,
			  memory_within(f, last_address(bits))) ||
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
		finding_advise(finding, "use a kernel with %s, and boot it with %s",
			       finding->config, finding->parameter);
	else if (finding->verdict == VERDICT_IN_USE ||
		 finding->verdict == VERDICT_FRAGMENTED)
		finding_advise(finding, END_USERS "boot with %s%s",
			       finding->parameter, instead);
	else
		finding_advise(finding, "boot with %s%s", finding->parameter, instead);
}
