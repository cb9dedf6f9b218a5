/* SPDX-License-Identifier: GPL-2.0 */
/* How large a buffer the device can have: areas, free memory, addresses. */
#ifndef EDUCMA_DOCTOR_ROOM_H
#define EDUCMA_DOCTOR_ROOM_H

#include "facts.h"
#include "verdict.h"

/* Bytes of memory up to @last. */
uint64_t memory_within(const struct doctor_facts *f, uint64_t last);
/* Bytes that the kernel says it has for the device's buffers; all if not known. */
uint64_t available_memory(const struct doctor_facts *f);
/* Whether the kernel has CMA for DMA, or may have it. */
bool has_dma_cma(const struct doctor_facts *f);
/* Whether the kernel would reject the device's mask without an IOMMU. */
bool needs_iommu(const struct doctor_facts *f);
/* Whether the kernel rejects the device's mask. */
bool mask_is_rejected(const struct doctor_facts *f);

/* The largest buffer outside of CMA, all of it up to @last. */
struct bounds ordinary_bounds(const struct doctor_facts *f, uint64_t last);
/* The largest buffer of an area, all of it up to @last. */
struct bounds area_bounds(const struct doctor_facts *f,
			  const struct doctor_area *area, uint64_t last);
/* Whether it is known how much of an area lies up to @last. */
bool reach_is_known(const struct doctor_area *area, uint64_t last);
/* Whether the kernel tries the area of the device's NUMA node. */
bool tries_node_area(const struct doctor_facts *f);

/* The largest buffer that the device can have now. */
struct bounds room_bounds(const struct doctor_facts *f);

#endif
