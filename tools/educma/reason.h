/* SPDX-License-Identifier: GPL-2.0 */
/* Why an allocation failed, in words, and what to do about it. */
#ifndef EDUCMA_REASON_H
#define EDUCMA_REASON_H

#include <stddef.h>
#include <stdint.h>

/* Enough for reason_advice() and cma_parameter(). */
#define REASON_TEXT	320

/**
 * struct reason_case - an allocation that failed
 * @reason: enum educma_reason
 * @dma_bits: address bits of the device
 * @bytes: what was asked for
 * @cma_total: all CMA areas of this boot, in bytes; 0 if not known
 * @max_buffers: buffers a user may have
 * @max_bytes: bytes a user may have
 */
struct reason_case {
	uint32_t reason;
	uint32_t dma_bits;
	uint64_t bytes;
	uint64_t cma_total;
	uint32_t max_buffers;
	uint64_t max_bytes;
};

/* The reason's name for programs: "above_mask". */
const char *reason_name(uint32_t reason);

/* The reason in words, to follow "no buffer: ". */
const char *reason_text(uint32_t reason);

/**
 * cma_parameter() - the kernel parameter for a buffer
 * @text: REASON_TEXT bytes: "cma=128M@0-256M"
 * @bytes: the buffer
 * @dma_bits: address bits of the device
 * @memory: how much memory is within its reach; 0 if that is not known
 *
 * Returns 0, or -ERANGE if no area that holds it is within the device's reach.
 */
int cma_parameter(char *text, uint64_t bytes, uint32_t dma_bits,
		  uint64_t memory);

/**
 * reason_advice() - what to do
 * @text: REASON_TEXT bytes
 * @c: the allocation that failed
 *
 * Returns @text.
 */
char *reason_advice(char *text, const struct reason_case *c);

#endif
