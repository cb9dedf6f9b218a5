// SPDX-License-Identifier: GPL-2.0
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "educma_regs.h"
#include "parse.h"

#define LONGEST_NS	(366ULL * 24 * 3600 * 1000000000)
#define BLANKS		" \t\r\n"

/* Refuses signs and leading white space, which strtoull() accepts. */
static bool read_number(const char *text, int base, uint64_t *value, char **end)
{
	if (base == 16 ? !isxdigit((unsigned char)*text) : !isdigit((unsigned char)*text))
		return false;
	errno = 0;
	*value = strtoull(text, end, base);
	return !errno;
}

/* A decimal number, or a hexadecimal one with 0x; @end: what follows it. */
static bool read_either(const char *text, uint64_t *value, char **end)
{
	bool hex = text[0] == '0' && (text[1] == 'x' || text[1] == 'X');

	return read_number(hex ? text + 2 : text, hex ? 16 : 10, value, end);
}

bool parse_number(const char *text, uint64_t *value)
{
	uint64_t number;
	char *end;

	if (!read_either(text, &number, &end) || *end)
		return false;
	*value = number;
	return true;
}

static uint64_t unit_bytes(const char *unit)
{
	if (!*unit)
		return 1;
	return !strcmp(unit, "K") ? 1 << 10 : !strcmp(unit, "M") ? 1 << 20 : 0;
}

bool parse_memory(const char *text, uint32_t *bytes)
{
	uint64_t number, size;
	char *end;

	if (!read_either(text, &number, &end) || number > EDU_MEM_BYTES_MAX)
		return false;
	size = number * unit_bytes(end);
	if (size < EDU_MEM_BYTES || size > EDU_MEM_BYTES_MAX || (size & (size - 1)))
		return false;
	*bytes = size;
	return true;
}

bool parse_time(const char *text, uint64_t *ns)
{
	static const struct {
		const char *unit;
		uint64_t ns;
	} units[] = {
		{ "ns", 1 }, { "us", 1000 }, { "ms", 1000000 }, { "s", 1000000000 },
	};
	uint64_t number;
	char *end;
	size_t i;

	if (!read_number(text, 10, &number, &end))
		return false;
	if (!number && !*end) {
		*ns = 0;
		return true;
	}
	for (i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		if (strcmp(end, units[i].unit) || number > LONGEST_NS / units[i].ns)
			continue;
		*ns = number * units[i].ns;
		return true;
	}
	return false;
}

size_t parse_words(char *line, char **words, size_t max)
{
	char *save, *word;
	size_t count = 0;

	line[strcspn(line, "#")] = '\0';
	for (word = strtok_r(line, BLANKS, &save); word; word = strtok_r(NULL, BLANKS, &save)) {
		if (count == max)
			return max + 1;
		words[count++] = word;
	}
	return count;
}
