/* SPDX-License-Identifier: GPL-2.0 */
/* Shared by the fuzzers: numbers made of the input's bytes, and a check. */
#ifndef FUZZ_H
#define FUZZ_H

#include <stddef.h>
#include <stdint.h>

/* The part of the input that is not used yet. */
struct fuzz {
	const uint8_t *data;
	size_t left;
};

/* Return: the next byte of the input; 0 at its end. */
static inline uint8_t fuzz_byte(struct fuzz *fuzz)
{
	if (!fuzz->left)
		return 0;
	fuzz->left--;
	return *fuzz->data++;
}

/* Return: the next @bytes bytes as a number, the highest byte first. */
static inline uint64_t fuzz_number(struct fuzz *fuzz, unsigned int bytes)
{
	uint64_t number = 0;

	while (bytes--)
		number = number << 8 | fuzz_byte(fuzz);
	return number;
}

/* A trap is a crash for the fuzzer, which then keeps the input. */
#define CHECK(condition) ((condition) ? (void)0 : __builtin_trap())

/* Runs one input. libFuzzer calls it, and so does replay.c. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
