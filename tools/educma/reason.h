/* SPDX-License-Identifier: GPL-2.0 */
/* The driver's reasons why it has no buffer, in words, with advice. */
#ifndef EDUCMA_REASON_H
#define EDUCMA_REASON_H

#include <stddef.h>
#include <stdint.h>

/* Bytes that are enough for reason_advice() and cma_parameter(). */
#define REASON_TEXT	320

/**
 * struct reason_case - an allocation that failed
 * @reason: enum educma_reason
 * @dma_bits: address bits of the device
 * @bytes: the size of the buffer
 * @cma_total: bytes of all CMA areas of this boot; 0 if not known
 * @max_buffers: the buffers that a user may have
 * @max_bytes: the bytes that a user may have
 */
struct reason_case {
	uint32_t reason;
	uint32_t dma_bits;
	uint64_t bytes;
	uint64_t cma_total;
	uint32_t max_buffers;
	uint64_t max_bytes;
};

/* Returns the reason's name for programs: "above_mask". */
const char *reason_name(uint32_t reason);

/* Returns the reason in words, which follow "no buffer: ". */
const char *reason_text(uint32_t reason);

/**
 * cma_parameter() - write the kernel parameter for a buffer
 * @text: REASON_TEXT bytes: "cma=128M@0-256M"
 * @bytes: the size of the buffer
 * @dma_bits: address bits of the device
 * @memory: bytes of memory within the device's reach; 0 if not known
 *
 * Returns 0, or -ERANGE if no area for the buffer fits into the device's reach.
 */
int cma_parameter(char *text, uint64_t bytes, uint32_t dma_bits,
		  uint64_t memory);

/**
 * reason_advice() - write what the user can do
 * @text: REASON_TEXT bytes
 * @c: the allocation that failed
 *
 * Returns @text.
 */
char *reason_advice(char *text, const struct reason_case *c);

#endif
