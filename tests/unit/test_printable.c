// SPDX-License-Identifier: GPL-2.0
#include "test.h"
#include <stdlib.h>
#include <string.h>

#include "printable.h"

struct printable_case {
	const char *from;
	const char *text;
	const char *json;
};

static const struct printable_case cases[] = {
	{ "", "", "" },
	{ "plain text", "plain text", "plain text" },
	{ "back\\slash", "back\\slash", "back\\slash" },
	/* A terminal's escape sequence; JSON comes with it escaped. */
	{ "\x1b[2Jx\n\t", "\\x1b[2Jx\\x0a\\x09", "\x1b[2Jx\n\t" },
	{ "\x7f", "\\x7f", "\\u007f" },
	/* U+009B begins an escape sequence as well. */
	{ "\xc2\x9b", "\\xc2\\x9b", "\\u009b" },
	{ "\xc2\x80\xc2\x9f\xc2\xa0", "\\xc2\\x80\\xc2\\x9f\xc2\xa0",
	  "\\u0080\\u009f\xc2\xa0" },
	/* The characters of two, three and four bytes: first and last of each. */
	{ "\xdf\xbf", "\xdf\xbf", "\xdf\xbf" },
	{ "\xe0\xa0\x80\xef\xbf\xbf", "\xe0\xa0\x80\xef\xbf\xbf",
	  "\xe0\xa0\x80\xef\xbf\xbf" },
	{ "\xf0\x90\x80\x80\xf4\x8f\xbf\xbf", "\xf0\x90\x80\x80\xf4\x8f\xbf\xbf",
	  "\xf0\x90\x80\x80\xf4\x8f\xbf\xbf" },
	/* Longer than needed, a surrogate, above U+10FFFF. */
	{ "\xc0\x80", "\\xc0\\x80", "\xef\xbf\xbd\xef\xbf\xbd" },
	{ "\xc1\xbf", "\\xc1\\xbf", "\xef\xbf\xbd\xef\xbf\xbd" },
	{ "\xe0\x9f\xbf", "\\xe0\\x9f\\xbf",
	  "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd" },
	{ "\xed\xa0\x80", "\\xed\\xa0\\x80",
	  "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd" },
	{ "\xf0\x8f\xbf\xbf", "\\xf0\\x8f\\xbf\\xbf",
	  "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd" },
	{ "\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80",
	  "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd" },
	{ "\xf5", "\\xf5", "\xef\xbf\xbd" },
	/* Cut off, at the end and before another character; and a byte too many. */
	{ "a\xe2\x82", "a\\xe2\\x82", "a\xef\xbf\xbd\xef\xbf\xbd" },
	{ "\xc3z", "\\xc3z", "\xef\xbf\xbdz" },
	{ "\x80", "\\x80", "\xef\xbf\xbd" },
};

static void replaces_what_is_not_printable(void **state)
{
	char text[64], *json;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		assert_string_equal(printable_text(text, sizeof(text), cases[i].from),
				    cases[i].text);
		json = printable_json(cases[i].from);
		assert_string_equal(json, cases[i].json);
		free(json);
	}
}

/* A character or an escape that does not fit as a whole is left out. */
static void cuts_between_characters(void **state)
{
	char text[8];

	(void)state;
	assert_string_equal(printable_text(text, 8, "1234567"), "1234567");
	assert_string_equal(printable_text(text, 8, "12345678"), "1234567");
	assert_string_equal(printable_text(text, 8, "123456\xc3\xa9"), "123456");
	assert_string_equal(printable_text(text, 8, "1234\x1b"), "1234");
	assert_string_equal(printable_text(text, 8, "123\x1b"), "123\\x1b");
	assert_string_equal(printable_text(text, 1, "1"), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(replaces_what_is_not_printable),
		cmocka_unit_test(cuts_between_characters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
