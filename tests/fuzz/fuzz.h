/* SPDX-License-Identifier: GPL-2.0 */
/* What the fuzzers share: numbers out of the input's bytes, and a check. */
#ifndef FUZZ_H
#define FUZZ_H

#include <stddef.h>
#include <stdint.h>

struct fuzz {
	const uint8_t *data;
	size_t left;
};

/* Zeros, when the input is at its end. */
static inline uint8_t fuzz_byte(struct fuzz *fuzz)
{
	if (!fuzz->left)
		return 0;
	fuzz->left--;
	return *fuzz->data++;
}

static inline uint64_t fuzz_number(struct fuzz *fuzz, unsigned int bytes)
{
	uint64_t number = 0;

	while (bytes--)
		number = number << 8 | fuzz_byte(fuzz);
	return number;
}

/* The fuzzer takes a trap for a crash and keeps the input. */
#define CHECK(condition) ((condition) ? (void)0 : __builtin_trap())

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
