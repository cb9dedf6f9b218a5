/* SPDX-License-Identifier: GPL-2.0 */
/* How large a buffer the device can have: addresses, areas, free memory. */
#ifndef EDUCMA_DOCTOR_ROOM_H
#define EDUCMA_DOCTOR_ROOM_H

#include "facts.h"
#include "verdict.h"

/* The last address that a device with so many address bits reaches. */
uint64_t last_address(uint32_t bits);
bool has_driver(const struct doctor_facts *f, const char *name);

/* Whether an IOMMU gives the device addresses of its own. */
bool iommu_translates(const struct doctor_facts *f);
/* Whether the device's buffers may be of scattered pages, which it maps. */
bool iommu_remaps(const struct doctor_facts *f);

/* The address bits within which the device's memory must lie. */
uint32_t memory_bits(const struct doctor_facts *f);
/* How much memory there is up to @last, small holes included. */
uint64_t memory_within(const struct doctor_facts *f, uint64_t last);
/* Whether the kernel has no memory within the device's mask. */
bool mask_is_rejected(const struct doctor_facts *f);

/* The largest buffer that the device can have addresses for, for certain. */
uint64_t most_addressable(const struct doctor_facts *f);
/* Whether that is not certain, and @bytes might have addresses as well. */
bool addresses_may_suffice(const struct doctor_facts *f, uint64_t bytes);
/* The largest buffer that this machine and the device could ever allow. */
uint64_t most_possible(const struct doctor_facts *f);

/* The largest piece up to @last that is free outside of CMA, for certain. */
uint64_t ordinary_largest(const struct doctor_facts *f, uint64_t last);
/* The largest free piece of an area up to @last; 0 if that is not known. */
uint64_t area_largest(const struct doctor_facts *f,
		      const struct doctor_area *area, uint64_t last);
/* Whether the kernel tries the area of the device's NUMA node. */
bool tries_node_area(const struct doctor_facts *f);

/* Sets @d->largest and @d->largest_is. */
void find_largest(const struct doctor_facts *f, struct diagnosis *d);

#endif
