// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>

#include <linux/educma.h>

#include "reason.h"
#include "size.h"
#include "util.h"

#define MIB		(1ULL << 20)

/* Memory below the device's reach that the kernel itself may need. */
#define KERNEL_BYTES	(64 * MIB)

/*
 * The end of an advice: nothing, the kernel parameter for an area that holds the
 * buffer alone, the parameter for one that also holds all that this boot's areas
 * can hold, or the driver's limits.
 */
enum parameter { NO_PARAMETER, FOR_BUFFER, BESIDE_OTHERS, LIMITS };

struct reason {
	const char *name;
	const char *text;
	const char *advice;
	enum parameter parameter;
};

static const struct reason reasons[] = {
	[EDUCMA_REASON_NONE] = {
		"unknown", "the driver gave no reason",
		"look for educma in the kernel log (dmesg)", NO_PARAMETER,
	},
	[EDUCMA_REASON_NO_CMA] = {
		"no_cma", "this kernel has no CMA (CONFIG_DMA_CMA)",
		"use a kernel with CONFIG_DMA_CMA=y, and boot it with", FOR_BUFFER,
	},
	[EDUCMA_REASON_NO_AREA] = {
		"no_area", "the kernel has CMA, but no area is reserved",
		"boot with", FOR_BUFFER,
	},
	[EDUCMA_REASON_TOO_SMALL] = {
		"too_small", "the buffer is larger than every CMA area",
		"ask for less, or boot with", FOR_BUFFER,
	},
	[EDUCMA_REASON_IN_USE] = {
		"in_use", "not enough free CMA",
		"end the programs that hold other buffers ('educma stat --all' shows them as buffer_bytes), or boot with",
		BESIDE_OTHERS,
	},
	[EDUCMA_REASON_FRAGMENTED] = {
		"fragmented", "enough free CMA, but not in one piece",
		"end programs that hold other buffers, or run 'echo 1 > /proc/sys/vm/compact_memory', and try again; or boot with",
		BESIDE_OTHERS,
	},
	[EDUCMA_REASON_ABOVE_MASK] = {
		"above_mask",
		"the CMA area lies above the addresses that the device reaches",
		"boot with", FOR_BUFFER,
	},
	[EDUCMA_REASON_TOO_BIG] = {
		"too_big", "the buffer is larger than this machine's memory",
		"ask for less, or give the machine more memory", NO_PARAMETER,
	},
	[EDUCMA_REASON_UNREACHED] = {
		"unreached",
		"the device's DMA does not reach the memory: the device decodes fewer address bits than dma_bits says",
		"load the driver with the device's own width (modprobe educma dma_bits=N), or give QEMU's device more bits (-device edu,dma_mask=0x...)",
		NO_PARAMETER,
	},
	[EDUCMA_REASON_NO_MEMORY] = {
		"no_memory", "the kernel is out of ordinary memory",
		"end other programs and try again", NO_PARAMETER,
	},
	[EDUCMA_REASON_LIMIT] = {
		"limit", "it is more than one user may have on all devices together",
		"free other buffers, or have root raise", LIMITS,
	},
	[EDUCMA_REASON_NO_ADDRESSES] = {
		"no_addresses",
		"the IOMMU has no free range of that many addresses within the device's reach",
		"ask for less, or boot with iommu.passthrough=1", NO_PARAMETER,
	},
};

/* A newer driver may have a reason that this program does not know. */
static const struct reason *lookup(uint32_t reason)
{
	if (reason >= ARRAY_SIZE(reasons))
		reason = EDUCMA_REASON_NONE;
	return &reasons[reason];
}

const char *reason_name(uint32_t reason)
{
	return lookup(reason)->name;
}

const char *reason_text(uint32_t reason)
{
	return lookup(reason)->text;
}

/* Returns the first address beyond the device's reach; 0 if there is none. */
static uint64_t reach_of(uint32_t dma_bits)
{
	return dma_bits < 64 ? 1ULL << dma_bits : 0;
}

static bool fits_beside_kernel(uint64_t area, uint64_t room)
{
	return !room || (room > KERNEL_BYTES && area <= room - KERNEL_BYTES);
}

/*
 * Returns the size of an area for a buffer, with room for alignment and other
 * small buffers. If the kernel then has too little memory within the device's
 * reach, the area is hardly larger than the buffer. Returns 0 if there is no
 * room for such an area either.
 */
static uint64_t area_bytes(uint64_t bytes, uint64_t reach, uint64_t memory)
{
	const bool all_memory = memory && (!reach || memory < reach);
	const uint64_t room = all_memory ? memory : reach;
	uint64_t area;

	if (bytes > UINT64_MAX / 2)
		return 0;
	area = round_up(bytes + bytes / 8, 64 * MIB);
	if (fits_beside_kernel(area, room))
		return area;
	area = round_up(bytes, 4 * MIB);
	/* There is memory for the kernel above the device's reach. */
	if (all_memory)
		return fits_beside_kernel(area, memory) ? area : 0;
	return area < reach ? area : 0;
}

int cma_parameter(char *text, uint64_t bytes, uint32_t dma_bits,
		  uint64_t memory)
{
	char area_text[SIZE_TEXT], reach_text[SIZE_TEXT];
	uint64_t reach = reach_of(dma_bits);
	uint64_t area = area_bytes(bytes, reach, memory);

	if (!area)
		return -ERANGE;
	size_format(area_text, area);
	if (reach)
		snprintf(text, REASON_TEXT, "cma=%s@0-%s", area_text,
			 size_format(reach_text, reach));
	else
		snprintf(text, REASON_TEXT, "cma=%s", area_text);
	return 0;
}

static void limits_advice(char *text, const char *advice,
			  const struct reason_case *c)
{
	char size[SIZE_TEXT];

	snprintf(text, REASON_TEXT,
		 "%s max_bytes (now %s) or max_buffers (now %u) in /sys/module/educma/parameters",
		 advice, size_format(size, c->max_bytes), c->max_buffers);
}

char *reason_advice(char *text, const struct reason_case *c)
{
	const struct reason *r = lookup(c->reason);
	uint64_t bytes = c->bytes;
	char parameter[REASON_TEXT];

	if (r->parameter == BESIDE_OTHERS)
		bytes += c->cma_total;
	if (r->parameter == LIMITS)
		limits_advice(text, r->advice, c);
	else if (r->parameter == NO_PARAMETER)
		snprintf(text, REASON_TEXT, "%s", r->advice);
	else if (!cma_parameter(parameter, bytes, c->dma_bits, 0))
		snprintf(text, REASON_TEXT, "%s %.64s", r->advice, parameter);
	else
		snprintf(text, REASON_TEXT,
			 "ask for less: the device's %u address bits leave no room for an area that large",
			 c->dma_bits);
	return text;
}
