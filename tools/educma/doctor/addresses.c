// SPDX-License-Identifier: GPL-2.0
/* Which bus addresses a device has, without and with an IOMMU. */
#include <string.h>

#include "addresses.h"
#include "minmax.h"
#include "util.h"

/* The last address of the widest IOMMU. */
#define IOMMU_LAST	((1ULL << 57) - 1)

bool has_driver(const struct doctor_facts *f, const char *name)
{
	return !strcmp(f->device.driver, name);
}

uint64_t last_address(uint32_t bits)
{
	return bits < 64 ? (1ULL << bits) - 1 : UINT64_MAX;
}

bool iommu_translates(const struct doctor_facts *f)
{
	return *f->device.iommu && strcmp(f->device.iommu, "identity");
}

/*
 * Whether the driver asks for contiguous pages (DMA_ATTR_FORCE_CONTIGUOUS),
 * without which it gets none from CMA behind an IOMMU.
 */
static bool wants_contiguous(const struct doctor_facts *f)
{
	return has_driver(f, "educma");
}

bool iommu_remaps(const struct doctor_facts *f)
{
	return iommu_translates(f) && !wants_contiguous(f);
}

/* An IOMMU reaches memory anywhere, whatever the device's mask. */
uint32_t memory_bits(const struct doctor_facts *f)
{
	return iommu_translates(f) ? 64 : f->device.bits;
}

uint64_t largest_in_run(uint64_t start, uint64_t end, uint64_t page,
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

/*
 * Returns the end of the free run that begins at @start: the first reserved
 * address from there on, or @end. Sets @next to the address behind the
 * reserved range.
 */
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

/*
 * The largest buffer for which an IOMMU has addresses. It does not use address
 * 0, and aligns each buffer to its size.
 */
static uint64_t most_translated(const struct doctor_facts *f)
{
	const uint64_t end = min(last_address(f->device.bits), IOMMU_LAST) + 1;
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
 * Within fewer than 32 bits no large range is reserved. With more, if the reserved
 * addresses are not known, expect PCI's windows in the upper half of the device's
 * range: the largest aligned buffer is then a quarter of the range.
 */
uint64_t certain_if_unused(const struct doctor_facts *f)
{
	if (f->device.bits < 32 || f->device.reserved_known)
		return most_translated(f);
	return min(last_address(f->device.bits), IOMMU_LAST) / 4 + 1;
}

struct bounds address_bounds(const struct doctor_facts *f)
{
	const uint64_t last = last_address(f->device.bits);
	struct bounds b = { .most = last == UINT64_MAX ? last : last + 1 };

	b.certain = b.most;
	if (!iommu_translates(f))
		return b;
	b.most = most_translated(f);
	b.certain = certain_if_unused(f);
	/* A few small ranges are in use, and may split the largest free run. */
	if (f->device.addresses_used == USED_FEW)
		b.certain /= 2;
	else if (f->device.addresses_used == USED_UNKNOWN)
		b.certain = 0;
	return b;
}
