/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a command prints, as a table of fields. Text and JSON are made from the
 * same table, so neither of them can lack a field that the other has.
 */
#ifndef EDUCMA_FIELD_H
#define EDUCMA_FIELD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <json-c/json.h>

/* How a value is written. Text on a terminal is rounded to human units. */
enum value_kind {
	VALUE_ABSENT,	/* not known: null in JSON, no line in text, "-" in a column */
	VALUE_NULL,	/* null in JSON, "-" in text */
	VALUE_NAME,	/* a number that has a name; written like VALUE_STRING */
	VALUE_STRING,	/* an empty string is written like VALUE_NULL in text */
	VALUE_CHARS,	/* of a member that is an array of char: VALUE_STRING */
	VALUE_CHARS_OR_NULL, /* of such a member: VALUE_NULL if it is empty */
	VALUE_BOOL,	/* true or false in JSON, yes or no in text */
	VALUE_NUMBER,
	VALUE_BYTES,	/* a size; in text with a unit: 64M */
	VALUE_RATE,	/* bytes per second */
	VALUE_TIME,	/* nanoseconds; text that is not rounded has microseconds */
	VALUE_DECIMAL,	/* three digits after the point in JSON, one in text */
	VALUE_ADDRESS,	/* a hex string, because JSON's doubles hold 53 bits */
	VALUE_JSON,	/* an object or array of its own; the value's user frees it */
	VALUE_RECORD,	/* an object in JSON; text has the getter's words for it */
};

struct field;

#define VALUE_TEXT	2048

/**
 * struct value - the value of one field
 * @kind: which member of the union is set
 * @number: of VALUE_BOOL, VALUE_NUMBER, VALUE_BYTES, VALUE_RATE, VALUE_TIME,
 *	VALUE_ADDRESS
 * @decimal: of VALUE_DECIMAL
 * @string: of VALUE_STRING; not copied
 * @json: of VALUE_JSON
 * @fields: of VALUE_RECORD: the table of @record
 * @record: of VALUE_RECORD; not copied
 * @below: the value is not known, but it is below the number; text has "<"
 * @no_line: fields_print() leaves the field out; JSON has it all the same
 * @text: how text has it, if a getter says so; else empty: made from the value
 */
struct value {
	enum value_kind kind;
	union {
		uint64_t number;
		double decimal;
		const char *string;
		struct json_object *json;
		struct {
			const struct field *fields;
			const void *record;
		};
	};
	bool below;
	bool no_line;
	char text[VALUE_TEXT];
};

/* What an optional member is if its value is not known. */
#define FIELD_UNKNOWN	UINT64_MAX

/**
 * struct field - one line of a table of fields; the last one is { }
 * @key: its name in JSON, which is its identity; NULL: only in text. A dot
 *	leads into an object: "latency_ns.p50"
 * @title: its heading in text; NULL: only in JSON. Where records are rows, a
 *	unit in brackets at its end is left out if the values are rounded,
 *	because each of them has its own unit then: "peak[B/s]"
 * @width: the width of its column where records are rows, if its heading is
 *	not wider; negative: the text is at the left
 * @get: sets the value, which begins as VALUE_ABSENT; NULL: see @kind
 * @kind: without @get: what the record's member is. The member is a pointer to
 *	char for VALUE_STRING, an array of char for VALUE_CHARS and
 *	VALUE_CHARS_OR_NULL, a bool for VALUE_BOOL, a double for
 *	VALUE_DECIMAL, and else a uint64_t
 * @offset: without @get: where that member begins
 * @names: of VALUE_NAME: the names, by number; the last one is NULL
 * @optional: the member, a string or a uint64_t, is NULL or FIELD_UNKNOWN if
 *	its value is not known, which then is VALUE_ABSENT
 */
struct field {
	const char *key;
	const char *title;
	int width;
	void (*get)(const void *record, struct value *value);
	enum value_kind kind;
	size_t offset;
	const char *const *names;
	bool optional;
};

/* A field that is a member of the record, which is a struct @_type. */
#define FIELD(_key, _title, _width, _kind, _type, _member) { \
	.key = (_key), .title = (_title), .width = (_width), .kind = (_kind), \
	.offset = offsetof(struct _type, _member) }

/* A field that is an optional member of the record. */
#define FIELD_OPTIONAL(_key, _title, _width, _kind, _type, _member) { \
	.key = (_key), .title = (_title), .width = (_width), .kind = (_kind), \
	.offset = offsetof(struct _type, _member), .optional = true }

/* A field that is a member with a number which has a name. */
#define FIELD_NAME(_key, _title, _width, _names, _type, _member) { \
	.key = (_key), .title = (_title), .width = (_width), \
	.kind = VALUE_NAME, .offset = offsetof(struct _type, _member), \
	.names = (_names) }

/* A field that a function finds out. */
#define FIELD_GET(_key, _title, _width, _get) { \
	.key = (_key), .title = (_title), .width = (_width), .get = (_get) }

/* Set a value; for getters. A string that is NULL leaves the value absent. */
void value_string(struct value *value, const char *string);
void value_number(struct value *value, enum value_kind kind, uint64_t number);
void value_decimal(struct value *value, double decimal);
void value_record(struct value *value, const struct field *fields,
		  const void *record);
/* How text has the value, when its kind alone does not tell. */
void value_text(struct value *value, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* Finds the value of one field of a record. Its text may still be empty. */
void field_value(const struct field *field, const void *record,
		 struct value *value);

/**
 * fields_json() - write a record as a JSON object
 * @fields: the table
 * @record: what its getters take
 *
 * Returns a new object, with the fields in the table's order.
 */
struct json_object *fields_json(const struct field *fields, const void *record);

/* Adds the fields of a record to an object that exists. */
void fields_add_json(struct json_object *object, const struct field *fields,
		     const void *record);

/**
 * fields_load() - read a record back from the object that was made of it
 * @fields: the table
 * @object: the object
 * @record: its members that are numbers, names, or strings are set. A string
 *	is not copied: it lives as long as @object
 *
 * Returns false if a member that is not optional has no value, or a value is
 * not of its field's kind. Fields without a member are not looked at.
 */
bool fields_load(const struct field *fields, struct json_object *object,
		 void *record);

/**
 * fields_print() - print a record as lines of a title and a value
 * @fields: the table; titles have at least 12 columns, so that the lines of
 *	several tables are aligned
 * @record: what its getters take
 * @human: round sizes and rates to human units
 */
void fields_print(const struct field *fields, const void *record, bool human);

/* Begins a line as fields_print() does; for text that is not in a table. */
void title_print(const char *title);

/* Prints the titles of the fields as the head of a table's columns. */
void columns_print_head(const struct field *fields, bool human);
/* Prints a record as a row below that head, which has the same @human. */
void columns_print(const struct field *fields, const void *record, bool human);

/* Whether standard output is a terminal, where people read rounded figures. */
bool output_is_human(void);

/*
 * Write a size or a rate into a getter's sentence: rounded if standard output
 * is a terminal, else exactly, "4095 bytes" and "40950 B/s". @text has SIZE_TEXT
 * bytes. Both return @text.
 */
char *size_text(char *text, uint64_t bytes);
char *rate_text(char *text, uint64_t bytes_per_s);

#endif
