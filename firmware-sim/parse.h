/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Numbers and times as they are typed: in options, fault files and commands.
 */
#ifndef SIM_PARSE_H
#define SIM_PARSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * parse_number() - decimal, or hexadecimal behind 0x
 * @text: nothing else may be in it
 * @value: set if it is a number of 64 bits
 */
bool parse_number(const char *text, uint64_t *value);

/**
 * parse_time() - 0, or a decimal number and ns, us, ms or s
 * @text: nothing else may be in it
 * @ns: set if it is a time of at most a year
 */
bool parse_time(const char *text, uint64_t *ns);

/**
 * parse_words() - splits a line at white space, and ends it at a #
 * @line: changed
 * @words: where the words are then
 * @max: room in @words
 *
 * Return: how many there are; @max + 1 if more than @max.
 */
size_t parse_words(char *line, char **words, size_t max);

#endif
