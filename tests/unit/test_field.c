// SPDX-License-Identifier: GPL-2.0
#include "test.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "field.h"

struct sample {
	const char *name;
	bool flag;
	uint64_t number;
	uint64_t bytes;
	uint64_t rate;
	double decimal;
	uint64_t address;
	char chars[8];
	char empty[8];
};

static const struct sample sample = {
	.name = "educma0",
	.flag = true,
	.number = 18446744073709551615ULL,
	.bytes = 64 << 20,
	.rate = 59500000,
	.decimal = 0.25,
	.address = 0x8000000,
	.chars = "array",
};

#define MEMBER(name, width, kind) \
	FIELD(#name, #name, width, kind, sample, name)

/* One field of every kind that a member can have. */
static const struct field members[] = {
	MEMBER(name, -8, VALUE_STRING),
	MEMBER(flag, 5, VALUE_BOOL),
	MEMBER(number, 6, VALUE_NUMBER),
	MEMBER(bytes, 8, VALUE_BYTES),
	MEMBER(rate, 10, VALUE_RATE),
	MEMBER(decimal, 8, VALUE_DECIMAL),
	MEMBER(address, -10, VALUE_ADDRESS),
	MEMBER(chars, -8, VALUE_CHARS_OR_NULL),
	{ }
};

/* An array of char, empty or not. */
static const struct field arrays[] = {
	FIELD("empty", "empty", 0, VALUE_CHARS, sample, empty),
	FIELD("null", "null", 0, VALUE_CHARS_OR_NULL, sample, empty),
	FIELD("chars", "chars", 0, VALUE_CHARS, sample, chars),
	{ }
};

static void get_nothing(const void *record, struct value *value)
{
	(void)record;
	(void)value;
}

static void get_null(const void *record, struct value *value)
{
	(void)record;
	value->kind = VALUE_NULL;
}

static void get_null_explained(const void *record, struct value *value)
{
	get_null(record, value);
	value_text(value, "hidden");
}

static void get_no_string(const void *record, struct value *value)
{
	(void)record;
	value_string(value, NULL);
}

static void get_empty(const void *record, struct value *value)
{
	(void)record;
	value_string(value, "");
}

static void get_json(const void *record, struct value *value)
{
	(void)record;
	value->kind = VALUE_JSON;
	value->json = json_object_new_array();
}

static void get_record(const void *record, struct value *value)
{
	static const struct field part[] = {
		FIELD("number", NULL, 0, VALUE_NUMBER, sample, number),
		{ }
	};

	value_record(value, part, record);
	value_text(value, "some");
}

static void get_without_line(const void *record, struct value *value)
{
	get_null(record, value);
	value->no_line = true;
}

static const struct field special[] = {
	FIELD_GET("absent", "absent", -6, get_nothing),
	FIELD_GET("null", "null", -4, get_null),
	FIELD_GET("why", "why", -6, get_null_explained),
	FIELD_GET("no_string", "no string", -9, get_no_string),
	FIELD_GET("empty", "empty", -5, get_empty),
	FIELD_GET("list", "list", -4, get_json),
	FIELD_GET("part", "part", -4, get_record),
	FIELD_GET(NULL, "only text", -9, get_empty),
	{ }
};

static void json_is(const struct field *fields, const char *expected)
{
	struct json_object *object = fields_json(fields, &sample);

	assert_string_equal(json_object_to_json_string_ext(object, 0),
			    expected);
	json_object_put(object);
}

typedef void (*printer)(const struct field *fields, bool human);

/* Standard output of @print, in a static buffer. */
static const char *printed(printer print, const struct field *fields,
			   bool human)
{
	static char text[1024];
	int old = dup(STDOUT_FILENO);
	FILE *file = tmpfile();
	size_t n;

	assert_non_null(file);
	fflush(stdout);
	dup2(fileno(file), STDOUT_FILENO);
	print(fields, human);
	fflush(stdout);
	dup2(old, STDOUT_FILENO);
	close(old);
	rewind(file);
	n = fread(text, 1, sizeof(text) - 1, file);
	text[n] = '\0';
	fclose(file);
	return text;
}

static void lines(const struct field *fields, bool human)
{
	fields_print(fields, &sample, human);
}

static void table(const struct field *fields, bool human)
{
	columns_print_head(fields, human);
	columns_print(fields, &sample, human);
}

static void writes_every_kind_as_json(void **state)
{
	(void)state;
	json_is(members,
		"{\"name\":\"educma0\",\"flag\":true,\"number\":18446744073709551615,\"bytes\":67108864,\"rate\":59500000,\"decimal\":0.250,\"address\":\"0x08000000\",\"chars\":\"array\"}");
}

static void writes_absent_values_as_null(void **state)
{
	(void)state;
	json_is(special,
		"{\"absent\":null,\"null\":null,\"why\":null,\"no_string\":null,\"empty\":\"\",\"list\":[],\"part\":{\"number\":18446744073709551615}}");
}

static void may_write_null_for_an_empty_array(void **state)
{
	(void)state;
	json_is(arrays, "{\"empty\":\"\",\"null\":null,\"chars\":\"array\"}");
	assert_string_equal(printed(lines, arrays, false),
			    "empty        -\n"
			    "null         -\n"
			    "chars        array\n");
}

static void adds_to_an_object(void **state)
{
	struct json_object *object = json_object_new_object();

	(void)state;
	json_object_object_add(object, "first", json_object_new_int(1));
	fields_add_json(object, special + 5, &sample);
	assert_string_equal(json_object_to_json_string_ext(object, 0),
			    "{\"first\":1,\"list\":[],\"part\":{\"number\":18446744073709551615}}");
	json_object_put(object);
}

static void prints_exact_lines(void **state)
{
	(void)state;
	assert_string_equal(printed(lines, members, false),
			    "name         educma0\n"
			    "flag         yes\n"
			    "number       18446744073709551615\n"
			    "bytes        64M\n"
			    "rate         59500000\n"
			    "decimal      0.2\n"
			    "address      0x08000000\n"
			    "chars        array\n");
}

static void rounds_for_people(void **state)
{
	static const struct field sizes[] = {
		MEMBER(bytes, 0, VALUE_BYTES),
		MEMBER(rate, 0, VALUE_RATE),
		MEMBER(number, 0, VALUE_NUMBER),
		{ }
	};

	(void)state;
	assert_string_equal(printed(lines, sizes, true),
			    "bytes        64.0M\n"
			    "rate         59.5 MB/s\n"
			    "number       18446744073709551615\n");
}

static void prints_no_line_for_an_absent_value(void **state)
{
	(void)state;
	assert_string_equal(printed(lines, special, false),
			    "null         -\n"
			    "why          hidden\n"
			    "empty        -\n"
			    "list         -\n"
			    "part         some\n"
			    "only text    -\n");
}

static void aligns_lines_with_the_longest_title(void **state)
{
	static const struct field titles[] = {
		FIELD("number", "thirteen long", 0, VALUE_NUMBER, sample, number),
		FIELD("name", "name", 0, VALUE_STRING, sample, name),
		{ }
	};

	(void)state;
	assert_string_equal(printed(lines, titles, false),
			    "thirteen long 18446744073709551615\n"
			    "name          educma0\n");
}

static void prints_no_line_if_the_getter_says_so(void **state)
{
	static const struct field fields[] = {
		FIELD_GET("hidden", "hidden", -6, get_without_line),
		FIELD_GET("null", "null", -4, get_null),
		{ }
	};

	(void)state;
	json_is(fields, "{\"hidden\":null,\"null\":null}");
	assert_string_equal(printed(lines, fields, false),
			    "null         -\n");
}

/* The number and its title are wider than 6: they push the rest aside. */
static void prints_columns(void **state)
{
	(void)state;
	assert_string_equal(printed(table, members, false),
			    "name      flag number    bytes       rate  decimal address    chars\n"
			    "educma0    yes 18446744073709551615      64M   59500000      0.2 0x08000000 array\n");
}

static void prints_a_cell_for_an_absent_value(void **state)
{
	(void)state;
	assert_string_equal(printed(table, special, false),
			    "absent null why    no string empty list part only text\n"
			    "-      -    hidden -         -     -    some -\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(writes_every_kind_as_json),
		cmocka_unit_test(writes_absent_values_as_null),
		cmocka_unit_test(may_write_null_for_an_empty_array),
		cmocka_unit_test(adds_to_an_object),
		cmocka_unit_test(prints_exact_lines),
		cmocka_unit_test(rounds_for_people),
		cmocka_unit_test(prints_no_line_for_an_absent_value),
		cmocka_unit_test(prints_no_line_if_the_getter_says_so),
		cmocka_unit_test(aligns_lines_with_the_longest_title),
		cmocka_unit_test(prints_columns),
		cmocka_unit_test(prints_a_cell_for_an_absent_value),
	};

	return cmocka_run_group_tests_name("field", tests, NULL, NULL);
}
