// SPDX-License-Identifier: GPL-2.0
/* The verdicts about the CMA area: what is wrong with it, and what to change. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "addresses.h"
#include "cure.h"
#include "judge_area.h"
#include "minmax.h"
#include "room.h"
#include "size.h"

static enum verdict without_area(const struct doctor_facts *f)
{
	if (f->not_activated)
		return VERDICT_NOT_ACTIVATED;
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
	if (!reach_is_known(area, last))
		return VERDICT_CANNOT_TELL;
	return VERDICT_FINE;
}

/* Why an area that is large enough, and within reach, has no room. */
static enum verdict judge_free(const struct doctor_facts *f,
			       const struct doctor_area *area, uint64_t bytes,
			       uint64_t last)
{
	const struct bounds room = area_bounds(f, area, last);

	if (area->used_known && bytes > area->bytes - area->used)
		return VERDICT_IN_USE;
	if (area->free_known && bytes > room.most)
		return bytes > area_bounds(f, area, UINT64_MAX).most ?
			       VERDICT_FRAGMENTED : VERDICT_ABOVE_MASK;
	if (area->busy.words && bytes > room.certain)
		return area->map.words ? VERDICT_OCCUPIED : VERDICT_CANNOT_TELL;
	if (area->busy.words)
		return VERDICT_FINE;
	/* The kernel can move pages away, so it may give more than is free. */
	if (!area->used_known && bytes > f->cma_free)
		return VERDICT_CANNOT_TELL;
	return VERDICT_FINE;
}

/* Whether @area has @bytes in one piece, none of them above @last. */
static enum verdict judge_one(const struct doctor_facts *f,
			      const struct doctor_area *area, uint64_t bytes,
			      uint64_t last)
{
	enum verdict verdict;

	if (!has_dma_cma(f))
		return VERDICT_NO_CMA;
	if (area->present == UNKNOWN)
		return VERDICT_CANNOT_TELL;
	if (area->present == NO)
		return without_area(f);
	verdict = judge_reach(area, bytes, last);
	return verdict == VERDICT_FINE ? judge_free(f, area, bytes, last) :
					 verdict;
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

/* Whether something that decides could not be seen. */
static bool is_unseen(const struct doctor_facts *f)
{
	return f->unseen_count || f->device.own_memory ||
	       f->area.present == UNKNOWN;
}

/* @run: the longest free run up to the mask, in words */
static void describe_reach(const struct doctor_facts *f,
			   const struct doctor_area *area, const char *run,
			   struct finding *finding)
{
	if (area->first > last_address(memory_bits(f)))
		finding_say(finding,
			    "the CMA area, from 0x%08" PRIx64
			    " on, lies above what the device reaches with %u address bits",
			    area->first, f->device.bits);
	else
		finding_say(finding,
			    "a part of the CMA area, 0x%08" PRIx64 "-0x%08" PRIx64
			    ", lies above what the device reaches with %u address bits: below that only %s are free in one piece",
			    area->first, area->last, f->device.bits, run);
}

void describe_area(const struct doctor_facts *f, uint64_t bytes,
		   struct finding *finding)
{
	const uint64_t last = last_address(memory_bits(f));
	const struct doctor_area *area = area_for(f, bytes, last);
	const struct bounds room = area_bounds(f, area, last);
	char size[SIZE_TEXT], all[SIZE_TEXT], rest[SIZE_TEXT], run[SIZE_TEXT];

	size_say(size, bytes);
	size_say(all, area->bytes);
	size_say(rest, area->bytes - area->used);
	size_say(run, room.most);
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
		describe_reach(f, area, run, finding);
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
	case VERDICT_NOT_ACTIVATED:
		finding_say(finding,
			    "the kernel reserved a CMA area, but could not use it (%s): kernelcore= and movablecore= can make a zone begin in it",
			    *f->movable_words ? f->movable_words : "the kernel log says so");
		break;
	case VERDICT_OCCUPIED:
		finding_say(finding,
			    "the CMA area has %s in one piece if the kernel moves other data out of it, which it can unless the data is pinned",
			    size);
		break;
	case VERDICT_CANNOT_TELL:
		if (!is_unseen(f)) {
			finding_say(finding,
				    "CMA does not have %s, and free memory outside of CMA is in smaller pieces, of which the kernel may make a larger one",
				    size);
			break;
		}
		finding_say(finding, "not enough could be seen to tell whether %s can be allocated",
			    size);
		break;
	case VERDICT_FINE:
	case VERDICT_IOMMU_REMAPS:
	case VERDICT_SWIOTLB_FORCED:
	case VERDICT_TOO_BIG:
	case VERDICT_MASK_REJECTED:
	case VERDICT_LOW_MEMORY:
	case VERDICT_BUS_MASTER_OFF:
	case VERDICT_NO_SUCH_DEVICE:
	case VERDICTS:
		break;	/* not about the area */
	}
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

static bool is_used(const struct finding *finding)
{
	return finding->verdict == VERDICT_IN_USE ||
	       finding->verdict == VERDICT_FRAGMENTED;
}

/* Whether it can be seen how far those that use CMA reach into the area. */
static bool others_are_known(const struct doctor_area *area)
{
	return area->present == NO || area->map.words ||
	       (area->used_known && !area->used);
}

/*
 * Bytes that those that use CMA now hold in the area, at most. Without the map of
 * the area, the holes between their buffers are estimated as large as the buffers.
 */
static uint64_t others_estimate(const struct doctor_facts *f)
{
	const uint64_t used = f->area.used_known ? f->area.used :
						   f->cma_total - f->cma_free;

	return min(2 * used, f->cma_total);
}

/*
 * So much of an area those that use CMA now may take after the next boot: as far as
 * they reach into the area now.
 */
static uint64_t others_extent(const struct doctor_facts *f)
{
	const struct educma_cma_bitmap *map = &f->area.map;
	uint64_t bit = map->words ? map->bits : 0;

	if (!others_are_known(&f->area))
		return others_estimate(f);
	while (bit && !educma_cma_is_used(map, bit - 1))
		bit--;
	return max(f->area.used, bit * (f->page << f->area.page_order));
}

static void advise_less(const struct doctor_facts *f, struct finding *finding)
{
	if (f->boot.ram_count && others_are_known(&f->area))
		finding_advise(finding,
			       "%sask for less: within %u address bits this machine has no room for an area that large, or too little memory beside it",
			       is_used(finding) ? END_USERS : "", memory_bits(f));
	else
		finding_advise(finding,
			       "%srun the doctor as root: whether this machine has room for a larger area could not be seen",
			       is_used(finding) ? END_USERS : "");
}

/* Memory that must be left when the buffer has been allocated. */
#define SPARE_BYTES	(24ULL << 20)

/* Programs' data lies in the new area, too, and must have a place to go to. */
static bool memory_suffices(const struct doctor_facts *f, uint64_t bytes)
{
	return !f->available_known || (bytes < f->mem_available &&
				       f->mem_available - bytes >= SPARE_BYTES);
}

/*
 * An area for the buffer and for what others hold; if they are in the way now, for all
 * that they may hold.
 */
static bool find_cure(const struct doctor_facts *f, uint64_t bytes,
		      const struct finding *finding, struct cure *cure)
{
	const uint32_t bits = memory_bits(f);
	const uint64_t others = others_extent(f);

	if (!memory_suffices(f, bytes))
		return false;
	if (!others)
		return cure_find(f, bytes, bits, cure);
	/* The others may be this device's, and take its addresses as well. */
	if (iommu_translates(f) &&
	    bytes + f->area.used > certain_if_unused(f))
		return false;
	return (is_used(finding) &&
		cure_find(f, bytes + f->cma_total, bits, cure)) ||
	       cure_find(f, bytes + others, bits, cure);
}

/* Writes "boot with PARAMETER instead of WORDS and without WORDS". */
static void write_boot(const struct doctor_facts *f, const struct finding *finding,
		       char *text, size_t len)
{
	const bool adds = *finding->parameter, removes = *finding->remove;
	const bool replaces = adds && *f->cma_words.text &&
			      strcmp(finding->parameter, f->cma_words.text);

	snprintf(text, len, "boot%s%s%s%s%s%s%s", adds ? " with " : "",
		 finding->parameter, replaces ? " instead of " : "",
		 replaces ? f->cma_words.text : "", adds && removes ? " and" : "",
		 removes ? " without " : "", finding->remove);
}

static void advise_cure(const struct doctor_facts *f, const struct cure *cure,
			struct finding *finding)
{
	char boot[3 * FINDING_TEXT], others[160] = "";

	write_boot(f, finding, boot, sizeof(boot));
	if (cure && cure->leaves_out)
		snprintf(others, sizeof(others),
			 "; then the device %s (%s, %u address bits) has no memory from CMA",
			 f->narrow.pci, f->narrow.driver, f->narrow.bits);
	if (finding->verdict == VERDICT_NO_CMA)
		finding->config = "CONFIG_DMA_CMA=y";
	if (finding->config)
		finding_advise(finding, "use a kernel with %s, and %s%s",
			       finding->config, boot, others);
	else
		finding_advise(finding, "%s%s%s",
			       is_used(finding) ? END_USERS : "", boot, others);
}

/* Whether the area that the kernel could not use would be good for the buffer. */
static bool words_suffice(const struct doctor_facts *f, uint64_t bytes)
{
	const struct doctor_cma_words *words = &f->cma_words;

	return f->not_activated && words->bytes >= bytes && words->limit &&
	       words->limit - 1 <= last_address(memory_bits(f));
}

/* A later cma= without a place keeps that of an earlier one, which must go. */
static void remove_old_words(const struct doctor_facts *f,
			     struct finding *finding)
{
	const size_t len = strlen(finding->remove);

	if (*f->cma_words.text)
		snprintf(finding->remove + len, sizeof(finding->remove) - len,
			 "%s%s", len ? " " : "", f->cma_words.text);
}

void advise_area(const struct doctor_facts *f, uint64_t bytes,
		 struct finding *finding)
{
	const uint64_t last = last_address(memory_bits(f));
	struct cure cure;

	if (finding->verdict == VERDICT_OCCUPIED) {
		finding_advise(finding,
			       "try it; if it fails, end the programs that hold the data, or boot with more memory");
		return;
	}
	if (finding->verdict == VERDICT_CANNOT_TELL && is_unseen(f)) {
		advise_looking(f, finding);
		return;
	}
	if (finding->verdict == VERDICT_CANNOT_TELL) {
		finding_advise(finding, "try it, or ask for less");
		return;
	}
	if (area_for(f, bytes, last) == &f->node_area) {
		finding_advise(finding,
			       "boot without numa_cma= and cma_pernuma=: the area of the device's node is in the way");
		return;
	}
	snprintf(finding->remove, sizeof(finding->remove), "%s",
		 f->movable_words);
	if (words_suffice(f, bytes)) {
		advise_cure(f, NULL, finding);
		return;
	}
	if (!find_cure(f, bytes, finding, &cure)) {
		*finding->remove = '\0';
		finding->config = NULL;
		advise_less(f, finding);
		return;
	}
	snprintf(finding->parameter, sizeof(finding->parameter), "%s",
		 cure.parameter);
	advise_cure(f, &cure, finding);
	remove_old_words(f, finding);
}

bool passthrough_parameter(const struct doctor_facts *f, uint64_t bytes,
			   char *text, size_t len)
{
	const uint64_t last = last_address(f->device.bits);
	struct cure cure;

	if (needs_iommu(f) || strstr(f->words, "iommu.passthrough=1") ||
	    strstr(f->words, "iommu=pt"))
		return false;
	snprintf(text, len, "iommu.passthrough=1");
	if (verdict_status(judge_area(f, bytes, last)) == STATUS_OK)
		return true;
	if (!cure_find(f, bytes, f->device.bits, &cure))
		return false;
	snprintf(text, len, "iommu.passthrough=1 %s", cure.parameter);
	return true;
}
