/* SPDX-License-Identifier: GPL-2.0 */
/* Sizes as people write them, rates, and times. */
#ifndef EDUCMA_SIZE_H
#define EDUCMA_SIZE_H

#include <stddef.h>
#include <stdint.h>

/* What size_parse() takes, for error messages. */
#define SIZE_FORMS \
	"a whole number, decimal or 0x hex, alone or with K, M, G, T " \
	"(or KiB...): 4096, 0x1000, 64M"

/* Enough for each function below that writes text. */
#define SIZE_TEXT	32

/**
 * number_parse() - parse a whole number, decimal or 0x hex
 * @text: all of it must be the number
 * @value: set to it
 *
 * Returns 0, -EINVAL (not a number) or -ERANGE (not in 64 bits).
 */
int number_parse(const char *text, uint64_t *value);

/**
 * size_parse() - parse a size in bytes: see SIZE_FORMS
 * @text: all of it must be the size
 * @bytes: set to it; 0 is a size
 *
 * Returns 0, -EINVAL (not a size) or -ERANGE (not in 64 bits).
 */
int size_parse(const char *text, uint64_t *bytes);

/**
 * size_format() - write a size exactly, with the largest unit that divides it
 * @text: SIZE_TEXT bytes: "64M", "4095"; size_parse() reads it back
 * @bytes: the size
 *
 * Returns @text.
 */
char *size_format(char *text, uint64_t bytes);

/* Writes a size for a sentence: as size_format(), but "4095 bytes". */
char *size_say(char *text, uint64_t bytes);

/**
 * size_human() - write a size rounded for people, one digit after the point
 * @text: SIZE_TEXT bytes: "64.0M", "4095"
 * @bytes: the size; the units are powers of 1024, as in size_parse()
 *
 * Returns @text.
 */
char *size_human(char *text, uint64_t bytes);

/**
 * rate_human() - write a rate rounded for people, one digit after the point
 * @text: SIZE_TEXT bytes: "59.5 MB/s"
 * @bytes_per_s: the rate; the units are powers of 1000, as is usual for rates
 *
 * Returns @text.
 */
char *rate_human(char *text, uint64_t bytes_per_s);

/**
 * time_human() - write a time rounded for people, one digit after the point
 * @text: SIZE_TEXT bytes: "640 ns", "200.0 ms"
 * @ns: the time in nanoseconds
 *
 * Returns @text.
 */
char *time_human(char *text, uint64_t ns);

/**
 * rate_per_s() - bytes per second, rounded to the nearest
 * @bytes: how much
 * @ns: in how many nanoseconds; 0 gives 0
 */
uint64_t rate_per_s(uint64_t bytes, uint64_t ns);

#endif
