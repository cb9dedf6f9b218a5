/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Test data: a pseudo-random byte for each position of a data set. Each byte can be
 * computed without the others. As a byte depends on its position, data in the
 * wrong place is found.
 */
#ifndef EDUCMA_PATTERN_H
#define EDUCMA_PATTERN_H

#include <stddef.h>
#include <stdint.h>

/**
 * struct pattern_mismatch - the wrong bytes of all calls of pattern_verify()
 * @count: how many; the caller sets it to 0 before the first call
 * @first: position of the first wrong byte in the data set
 * @expected: the byte that should be there
 * @got: the byte that is there
 */
struct pattern_mismatch {
	uint64_t count;
	uint64_t first;
	uint8_t expected;
	uint8_t got;
};

/**
 * pattern_byte() - one byte of the data set
 * @seed: names the data set
 * @pos: position in it
 */
uint8_t pattern_byte(uint64_t seed, uint64_t pos);

/**
 * pattern_fill() - write a piece of the data set
 * @mem: where to, of any alignment
 * @seed: names the data set
 * @pos: position of the piece's first byte
 * @len: bytes
 */
void pattern_fill(void *mem, uint64_t seed, uint64_t pos, size_t len);

/**
 * pattern_fill_wrong() - write bytes that all differ from the data set's
 * @mem: where to, of any alignment
 * @seed: names the data set
 * @pos: position of the piece's first byte
 * @len: bytes
 */
void pattern_fill_wrong(void *mem, uint64_t seed, uint64_t pos, size_t len);

/**
 * pattern_verify() - compare a piece with the data set
 * @mem: the piece, of any alignment
 * @seed: names the data set
 * @pos: position of the piece's first byte
 * @len: bytes
 * @bad: wrong bytes are added to it
 */
void pattern_verify(const void *mem, uint64_t seed, uint64_t pos, size_t len,
		    struct pattern_mismatch *bad);

#endif
