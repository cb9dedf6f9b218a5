/* SPDX-License-Identifier: GPL-2.0 */
/* The driver's reasons why it has no buffer, in words, with advice. */
#ifndef EDUCMA_REASON_H
#define EDUCMA_REASON_H

#include <stddef.h>
#include <stdint.h>

/* Bytes that are enough for reason_advice(). */
#define REASON_ADVICE	640

/**
 * struct reason_case - an allocation that failed
 * @reason: enum educma_reason
 * @sysroot: prefix of every path
 * @pci: the device's PCI address
 * @bytes: the size of the buffer
 * @max_buffers: the buffers that a user may have
 * @max_bytes: the bytes that a user may have
 */
struct reason_case {
	uint32_t reason;
	const char *sysroot;
	const char *pci;
	uint64_t bytes;
	uint32_t max_buffers;
	uint64_t max_bytes;
};

/* Returns the reason's name for programs: "above_mask". */
const char *reason_name(uint32_t reason);

/* Returns the reason in words, which follow "no buffer: ". */
const char *reason_text(uint32_t reason);

/**
 * reason_advice() - write what the user can do
 * @text: REASON_ADVICE bytes
 * @c: the allocation that failed
 *
 * Returns @text.
 */
char *reason_advice(char *text, const struct reason_case *c);

#endif
