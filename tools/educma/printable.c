// SPDX-License-Identifier: GPL-2.0
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "printable.h"

#define REPLACEMENT	"\xef\xbf\xbd"	/* U+FFFD */

/* Returns how many bytes the character has that begins with this one, or 0. */
static int length_of(unsigned char first)
{
	if (first < 0x80)
		return 1;
	if (first < 0xc2)
		return 0;
	if (first < 0xe0)
		return 2;
	if (first < 0xf0)
		return 3;
	return first < 0xf5 ? 4 : 0;
}

/* Adds the bits of the bytes that follow. Returns false at any other byte. */
static bool add_bits(const unsigned char *p, int len, uint32_t *code)
{
	int i;

	for (i = 1; i < len; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return false;
		*code = *code << 6 | (p[i] & 0x3f);
	}
	return true;
}

/*
 * Reads a character of UTF-8. Returns how many bytes it has, or 0 if the bytes are
 * invalid: cut off, longer than needed, a surrogate, or above U+10FFFF.
 */
static int read_character(const char *text, uint32_t *code)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	const unsigned char *p = (const unsigned char *)text;
	const int len = length_of(*p);

	if (!len)
		return 0;
	*code = len == 1 ? *p : *p & (0x7f >> len);
	if (!add_bits(p, len, code) || *code < least[len] || *code > 0x10ffff ||
	    (*code >= 0xd800 && *code < 0xe000))
		return 0;
	return len;
}

static bool is_control(uint32_t code)
{
	return code < 0x20 || (code >= 0x7f && code < 0xa0);
}

/* Whether @from begins with a character to be printed as it is; sets its length. */
static bool is_printable(const char *from, int *len)
{
	uint32_t code;

	*len = read_character(from, &code);
	return *len && !is_control(code);
}

char *printable_text(char *to, size_t len, const char *from)
{
	char escape[8];
	size_t at = 0;
	int n, size;

	while (*from) {
		if (is_printable(from, &n)) {
			size = n;
			memcpy(escape, from, n);
		} else {
			n = 1;
			size = snprintf(escape, sizeof(escape), "\\x%02x",
					(unsigned char)*from);
		}
		if (at + size >= len)
			break;
		memcpy(to + at, escape, size);
		at += size;
		from += n;
	}
	to[at] = '\0';
	return to;
}

/* Appends the next character of @from to @to. Returns behind it. */
static const char *json_character(char **to, const char *from)
{
	uint32_t code;
	int n = read_character(from, &code);

	if (!n)
		*to = stpcpy(*to, REPLACEMENT);
	else if (code >= 0x7f && is_control(code))
		*to += sprintf(*to, "\\u%04x", (unsigned int)code);
	else
		*to = mempcpy(*to, from, n);
	return from + (n ? n : 1);
}

char *printable_json(const char *from)
{
	/* The most is the escape of one byte, 0x7f. */
	char *json = malloc(6 * strlen(from) + 1), *to = json;

	if (!json)
		return NULL;
	while (*from)
		from = json_character(&to, from);
	*to = '\0';
	return json;
}
