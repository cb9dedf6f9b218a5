// SPDX-License-Identifier: GPL-2.0
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "field.h"
#include "printable.h"
#include "size.h"

#define TITLE_WIDTH	12	/* the least */
/* The most of a key before a dot, with its end. */
#define KEY_TEXT	32

void value_string(struct value *value, const char *string)
{
	value->kind = string ? VALUE_STRING : VALUE_ABSENT;
	value->string = string;
}

void value_number(struct value *value, enum value_kind kind, uint64_t number)
{
	value->kind = kind;
	value->number = number;
}

void value_decimal(struct value *value, double decimal)
{
	value->kind = VALUE_DECIMAL;
	value->decimal = decimal;
}

void value_record(struct value *value, const struct field *fields,
		  const void *record)
{
	value->kind = VALUE_RECORD;
	value->fields = fields;
	value->record = record;
}

void value_text(struct value *value, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(value->text, sizeof(value->text), fmt, args);
	va_end(args);
}

static bool is_known(const struct field *field, const void *member)
{
	if (!field->optional)
		return true;
	if (field->kind == VALUE_STRING)
		return *(const char *const *)member;
	return *(const uint64_t *)member != FIELD_UNKNOWN;
}

static void get_member(const struct field *field, const void *record,
		       struct value *value)
{
	const void *member = (const char *)record + field->offset;

	if (!is_known(field, member))
		return;
	switch (field->kind) {
	case VALUE_NAME:
		value_string(value, field->names[*(const uint64_t *)member]);
		break;
	case VALUE_STRING:
		value_string(value, *(const char *const *)member);
		break;
	case VALUE_CHARS:
		value_string(value, member);
		break;
	case VALUE_CHARS_OR_NULL:
		value_string(value, member);
		if (!*value->string)
			value->kind = VALUE_NULL;
		break;
	case VALUE_BOOL:
		value_number(value, VALUE_BOOL, *(const bool *)member);
		break;
	case VALUE_DECIMAL:
		value_decimal(value, *(const double *)member);
		break;
	default:
		value_number(value, field->kind, *(const uint64_t *)member);
	}
}

void field_value(const struct field *field, const void *record,
		 struct value *value)
{
	value->kind = VALUE_ABSENT;
	value->below = false;
	value->no_line = false;
	value->text[0] = '\0';
	if (field->get)
		field->get(record, value);
	else
		get_member(field, record, value);
}

/* JSON ----------------------------------------------------------------------*/

static struct json_object *decimal_json(double decimal)
{
	char text[32];

	snprintf(text, sizeof(text), "%.3f", decimal);
	return json_object_new_double_s(decimal, text);
}

static struct json_object *address_json(uint64_t address)
{
	char text[24];

	snprintf(text, sizeof(text), "0x%08" PRIx64, address);
	return json_object_new_string(text);
}

static struct json_object *value_json(const struct value *value)
{
	switch (value->kind) {
	case VALUE_STRING:
		return json_object_new_string(value->string);
	case VALUE_BOOL:
		return json_object_new_boolean(value->number);
	case VALUE_NUMBER:
	case VALUE_BYTES:
	case VALUE_RATE:
	case VALUE_TIME:
		return json_object_new_uint64(value->number);
	case VALUE_DECIMAL:
		return decimal_json(value->decimal);
	case VALUE_ADDRESS:
		return address_json(value->number);
	case VALUE_JSON:
		return json_object_get(value->json);
	case VALUE_RECORD:
		return fields_json(value->fields, value->record);
	default:
		return NULL;
	}
}

/* Adds a value to an object, or to the object in it that a dot leads into. */
static void add_json(struct json_object *object, const char *key,
		     struct json_object *value)
{
	const char *dot = strchr(key, '.');
	struct json_object *inner;
	char name[KEY_TEXT];

	if (!dot) {
		json_object_object_add(object, key, value);
		return;
	}
	snprintf(name, sizeof(name), "%.*s", (int)(dot - key), key);
	if (!json_object_object_get_ex(object, name, &inner)) {
		inner = json_object_new_object();
		json_object_object_add(object, name, inner);
	}
	add_json(inner, dot + 1, value);
}

void fields_add_json(struct json_object *object, const struct field *fields,
		     const void *record)
{
	const struct field *field;
	struct value value;

	for (field = fields; field->key || field->title; field++) {
		if (!field->key)
			continue;
		field_value(field, record, &value);
		add_json(object, field->key, value_json(&value));
		if (value.kind == VALUE_JSON)
			json_object_put(value.json);
	}
}

struct json_object *fields_json(const struct field *fields, const void *record)
{
	struct json_object *object = json_object_new_object();

	fields_add_json(object, fields, record);
	return object;
}

/* Returns NULL if there is no such value, or if it is null. */
static struct json_object *find_json(struct json_object *object,
				     const char *key)
{
	const char *dot = strchr(key, '.');
	struct json_object *value = NULL;
	char name[KEY_TEXT];

	if (!dot) {
		json_object_object_get_ex(object, key, &value);
		return value;
	}
	snprintf(name, sizeof(name), "%.*s", (int)(dot - key), key);
	if (!json_object_object_get_ex(object, name, &value))
		return NULL;
	return find_json(value, dot + 1);
}

static bool load_name(const char *const *names, struct json_object *json,
		      uint64_t *member)
{
	uint64_t i;

	if (!json_object_is_type(json, json_type_string))
		return false;
	for (i = 0; names[i]; i++) {
		if (!strcmp(names[i], json_object_get_string(json))) {
			*member = i;
			return true;
		}
	}
	return false;
}

static bool load_string(struct json_object *json, const char **member)
{
	if (json && !json_object_is_type(json, json_type_string))
		return false;
	*member = json_object_get_string(json);
	return true;
}

static bool load_number(struct json_object *json, uint64_t *member)
{
	if (json && !json_object_is_type(json, json_type_int))
		return false;
	*member = json ? json_object_get_uint64(json) : FIELD_UNKNOWN;
	return true;
}

static bool load_member(const struct field *field, struct json_object *json,
			void *member)
{
	if (!json && !field->optional)
		return false;
	switch (field->kind) {
	case VALUE_NAME:
		return load_name(field->names, json, member);
	case VALUE_STRING:
		return load_string(json, member);
	case VALUE_NUMBER:
	case VALUE_BYTES:
	case VALUE_RATE:
	case VALUE_TIME:
		return load_number(json, member);
	default:
		return false;
	}
}

bool fields_load(const struct field *fields, struct json_object *object,
		 void *record)
{
	const struct field *field;

	for (field = fields; field->key || field->title; field++) {
		if (!field->key || field->get)
			continue;
		if (!load_member(field, find_json(object, field->key),
				 (char *)record + field->offset))
			return false;
	}
	return true;
}

/* Text ----------------------------------------------------------------------*/

/* Writes a number rounded, if it is of a kind that is rounded. */
static bool human_text(char *text, const struct value *value)
{
	switch (value->kind) {
	case VALUE_BYTES:
		return size_human(text, value->number);
	case VALUE_RATE:
		return rate_human(text, value->number);
	case VALUE_TIME:
		return time_human(text, value->number);
	default:
		return false;
	}
}

static void exact_text(char *text, const struct value *value)
{
	switch (value->kind) {
	case VALUE_BYTES:
		size_format(text, value->number);
		break;
	case VALUE_TIME:
		snprintf(text, SIZE_TEXT, "%.1f", value->number / 1e3);
		break;
	case VALUE_ADDRESS:
		snprintf(text, SIZE_TEXT, "0x%08" PRIx64, value->number);
		break;
	default:
		snprintf(text, SIZE_TEXT, "%" PRIu64, value->number);
	}
}

static void number_text(struct value *value, bool human)
{
	char text[SIZE_TEXT];

	if (!human || !human_text(text, value))
		exact_text(text, value);
	value_text(value, "%s%s", value->below ? "<" : "", text);
}

/* Fills in value->text, unless the getter has. */
static void make_text(struct value *value, bool human)
{
	if (value->text[0])
		return;
	switch (value->kind) {
	case VALUE_STRING:
		value_text(value, "%s", *value->string ? value->string : "-");
		break;
	case VALUE_BOOL:
		value_text(value, "%s", value->number ? "yes" : "no");
		break;
	case VALUE_DECIMAL:
		value_text(value, "%.1f", value->decimal);
		break;
	case VALUE_ABSENT:
	case VALUE_NULL:
	case VALUE_JSON:
	case VALUE_RECORD:
		value_text(value, "-");
		break;
	default:
		number_text(value, human);
	}
}

/* False if there is nothing to print. */
static bool get_text(const struct field *field, const void *record, bool human,
		     struct value *value)
{
	char text[VALUE_TEXT];

	if (!field->title)
		return false;
	field_value(field, record, value);
	make_text(value, human);
	strcpy(text, value->text);
	printable_text(value->text, sizeof(value->text), text);
	if (value->kind == VALUE_JSON)
		json_object_put(value->json);
	return true;
}

static int title_width(const struct field *fields)
{
	const struct field *field;
	int width = TITLE_WIDTH;

	for (field = fields; field->key || field->title; field++) {
		if (field->title && (int)strlen(field->title) > width)
			width = strlen(field->title);
	}
	return width;
}

void fields_print(const struct field *fields, const void *record, bool human)
{
	const int width = title_width(fields);
	const struct field *field;
	struct value value;

	for (field = fields; field->key || field->title; field++) {
		if (get_text(field, record, human, &value) &&
		    value.kind != VALUE_ABSENT && !value.no_line)
			printf("%-*s %s\n", width, field->title, value.text);
	}
}

void title_print(const char *title)
{
	printf("%-*s ", TITLE_WIDTH, title);
}

static size_t heading_length(const struct field *field, bool human)
{
	const char *unit = strchr(field->title, '[');

	return human && unit ? (size_t)(unit - field->title) :
			       strlen(field->title);
}

/* Negative: the text is at the left. */
static int column_width(const struct field *field, bool human)
{
	const int heading = heading_length(field, human);

	if (heading <= abs(field->width))
		return field->width;
	return field->width < 0 ? -heading : heading;
}

/* A value that is wider than its column pushes the rest aside, uncut. */
static void print_cell(int width, const char *text, size_t len, bool first)
{
	if (!first)
		putchar(' ');
	printf("%*.*s", width, (int)len, text);
}

static bool is_last_column(const struct field *field)
{
	while (field[1].key && !field[1].title)
		field++;
	return !field[1].title;
}

/* The last column is not filled up with blanks. */
static int cell_width(const struct field *field, bool human)
{
	const int width = column_width(field, human);

	return width < 0 && is_last_column(field) ? 0 : width;
}

void columns_print_head(const struct field *fields, bool human)
{
	const struct field *field;
	bool first = true;

	for (field = fields; field->key || field->title; field++) {
		if (!field->title)
			continue;
		print_cell(cell_width(field, human), field->title,
			   heading_length(field, human), first);
		first = false;
	}
	putchar('\n');
}

void columns_print(const struct field *fields, const void *record, bool human)
{
	const struct field *field;
	struct value value;
	bool first = true;

	for (field = fields; field->key || field->title; field++) {
		if (!get_text(field, record, human, &value))
			continue;
		print_cell(cell_width(field, human), value.text,
			   strlen(value.text), first);
		first = false;
	}
	putchar('\n');
}

bool output_is_human(void)
{
	return isatty(STDOUT_FILENO);
}

char *size_text(char *text, uint64_t bytes)
{
	if (output_is_human())
		return size_human(text, bytes);
	snprintf(text, SIZE_TEXT, "%" PRIu64 " bytes", bytes);
	return text;
}

char *rate_text(char *text, uint64_t bytes_per_s)
{
	if (output_is_human())
		return rate_human(text, bytes_per_s);
	snprintf(text, SIZE_TEXT, "%" PRIu64 " B/s", bytes_per_s);
	return text;
}
