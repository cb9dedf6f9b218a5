/* SPDX-License-Identifier: GPL-2.0 */
/* Parses the words of options, fault files and control commands. */
#ifndef SIM_PARSE_H
#define SIM_PARSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * parse_number() - parse a decimal number, or a hexadecimal one with 0x
 * @text: the number and nothing else: no sign, no white space
 * @value: the number, set on success
 *
 * Return: true if @text is a number that fits into 64 bits.
 */
bool parse_number(const char *text, uint64_t *value);

/**
 * parse_time() - parse a time: 0, or a decimal number with ns, us, ms or s
 * @text: the time and nothing else: no sign, no white space
 * @ns: the time in ns, set on success
 *
 * Return: true if @text is a time of at most 366 days.
 */
bool parse_time(const char *text, uint64_t *ns);

/**
 * parse_memory() - parse the size of the device memory
 * @text: a number, as for parse_number(), which K or M may follow: 1M is 1048576
 * @bytes: the size, set on success
 *
 * Return: true if @text is a size that the device memory can have: a power of
 * two, from EDU_MEM_BYTES to EDU_MEM_BYTES_MAX.
 */
bool parse_memory(const char *text, uint32_t *bytes);

/**
 * parse_words() - split a line into words; # begins a comment
 * @line: the line, which is modified: the words point into it
 * @words: set to the words, at most @max
 * @max: room in @words
 *
 * Return: the number of words; @max + 1 if there are more than @max.
 */
size_t parse_words(char *line, char **words, size_t max);

#endif
