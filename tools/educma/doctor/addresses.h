/* SPDX-License-Identifier: GPL-2.0 */
/* Which bus addresses a device has, without and with an IOMMU. */
#ifndef EDUCMA_DOCTOR_ADDRESSES_H
#define EDUCMA_DOCTOR_ADDRESSES_H

#include "facts.h"
#include "verdict.h"

/* The last address that a device with so many address bits reaches. */
uint64_t last_address(uint32_t bits);
/* Whether the device is bound to the driver @name. */
bool has_driver(const struct doctor_facts *f, const char *name);

/* Whether an IOMMU gives the device addresses of its own. */
bool iommu_translates(const struct doctor_facts *f);
/* Whether the IOMMU makes the device's buffers of scattered pages. */
bool iommu_remaps(const struct doctor_facts *f);
/* The address bits within which a buffer's pages must lie. */
uint32_t memory_bits(const struct doctor_facts *f);

/* The largest buffer for which the device has bus addresses. */
struct bounds address_bounds(const struct doctor_facts *f);

/* The same behind an IOMMU, if nobody else uses addresses. */
uint64_t certain_if_unused(const struct doctor_facts *f);

/*
 * The largest buffer that fits into a run of free addresses or pages. A buffer is
 * aligned to its size rounded up to a power of two, but to at most @most.
 */
uint64_t largest_in_run(uint64_t start, uint64_t end, uint64_t page,
			uint64_t most);

#endif
