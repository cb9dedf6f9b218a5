// SPDX-License-Identifier: GPL-2.0
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "size.h"

#define NSEC_PER_SEC	1000000000ULL

static const char units[] = "KMGT";

/* strtoull() alone would take signs, blanks and octal. */
static int parse_digits(const char *text, char **end, uint64_t *value)
{
	int hex = text[0] == '0' && tolower((unsigned char)text[1]) == 'x';

	if (!isdigit((unsigned char)text[0]))
		return -EINVAL;
	errno = 0;
	*value = strtoull(text, end, hex ? 16 : 10);
	return -errno;
}

int number_parse(const char *text, uint64_t *value)
{
	char *end;
	int err;

	err = parse_digits(text, &end, value);
	return err || !*end ? err : -EINVAL;
}

/* Returns the power of two that a suffix stands for, or -EINVAL. */
static int parse_unit(const char *suffix)
{
	const char *unit;

	if (!*suffix)
		return 0;
	unit = strchr(units, toupper((unsigned char)*suffix));
	if (!unit || (suffix[1] && strcmp(suffix + 1, "iB")))
		return -EINVAL;
	return 10 * (unit - units + 1);
}

int size_parse(const char *text, uint64_t *bytes)
{
	int err, shift;
	uint64_t n;
	char *end;

	err = parse_digits(text, &end, &n);
	if (err == -EINVAL)
		return err;
	shift = parse_unit(end);
	if (shift < 0)
		return shift;
	if (err || n > UINT64_MAX >> shift)
		return -ERANGE;
	*bytes = n << shift;
	return 0;
}

char *size_format(char *text, uint64_t bytes)
{
	char unit[2] = "";
	size_t i;

	for (i = 0; i < strlen(units) && bytes && !(bytes % 1024); i++) {
		bytes /= 1024;
		unit[0] = units[i];
	}
	snprintf(text, SIZE_TEXT, "%" PRIu64 "%s", bytes, unit);
	return text;
}

char *size_say(char *text, uint64_t bytes)
{
	size_format(text, bytes);
	return bytes && !(bytes % 1024) ? text : strcat(text, " bytes");
}

/*
 * Divides the number by @base until it is below @base when rounded to one
 * digit after the point. Returns the unit's index, or -1 for no unit.
 */
static int scale(double *number, double base)
{
	int unit = -1;

	while (*number >= base - 0.05 && unit + 1 < (int)strlen(units)) {
		*number /= base;
		unit++;
	}
	return unit;
}

char *size_human(char *text, uint64_t bytes)
{
	double number = bytes;
	int unit = scale(&number, 1024);

	if (unit < 0)
		snprintf(text, SIZE_TEXT, "%" PRIu64, bytes);
	else
		snprintf(text, SIZE_TEXT, "%.1f%c", number, units[unit]);
	return text;
}

char *rate_human(char *text, uint64_t bytes_per_s)
{
	/* The SI prefix for thousand is a small k. */
	static const char prefixes[] = "kMGT";
	double number = bytes_per_s;
	int unit = scale(&number, 1000);

	if (unit < 0)
		snprintf(text, SIZE_TEXT, "%" PRIu64 " B/s", bytes_per_s);
	else
		snprintf(text, SIZE_TEXT, "%.1f %cB/s", number, prefixes[unit]);
	return text;
}

char *time_human(char *text, uint64_t ns)
{
	static const char *const time_units[] = { "us", "ms", "s" };
	double number = ns;
	size_t i;

	if (ns < 1000) {
		snprintf(text, SIZE_TEXT, "%" PRIu64 " ns", ns);
		return text;
	}
	number /= 1000;
	for (i = 0; number >= 999.95 && i < 2; i++)
		number /= 1000;
	snprintf(text, SIZE_TEXT, "%.1f %s", number, time_units[i]);
	return text;
}

uint64_t rate_per_s(uint64_t bytes, uint64_t ns)
{
	if (!ns)
		return 0;
	/* Exact to 53 bits, where whole numbers would overflow at 18 GB. */
	return (double)bytes * NSEC_PER_SEC / ns + 0.5;
}
