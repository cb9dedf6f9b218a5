/* SPDX-License-Identifier: GPL-2.0 */
/* How large a buffer the device can have: addresses, areas, free memory. */
#ifndef EDUCMA_DOCTOR_ROOM_H
#define EDUCMA_DOCTOR_ROOM_H

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
/* Bytes of memory up to @last, small holes included. */
uint64_t memory_within(const struct doctor_facts *f, uint64_t last);
/* Whether the kernel rejects the device's mask. */
bool mask_is_rejected(const struct doctor_facts *f);

/* The largest buffer for which the device certainly has addresses. */
uint64_t most_addressable(const struct doctor_facts *f);
/* Whether @bytes are more than that, but may have addresses all the same. */
bool addresses_may_suffice(const struct doctor_facts *f, uint64_t bytes);
/* The largest buffer in any state of this machine and device. */
uint64_t most_possible(const struct doctor_facts *f);

/* The largest block outside of CMA that is certainly free up to @last. */
uint64_t ordinary_largest(const struct doctor_facts *f, uint64_t last);
/* The largest buffer that an area has up to @last; 0 if that is not known. */
uint64_t area_largest(const struct doctor_facts *f,
		      const struct doctor_area *area, uint64_t last);
/* Whether the kernel tries the area of the device's NUMA node. */
bool tries_node_area(const struct doctor_facts *f);

/* Sets @d->largest and @d->largest_is. */
void find_largest(const struct doctor_facts *f, struct diagnosis *d);

#endif
