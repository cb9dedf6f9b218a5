// SPDX-License-Identifier: GPL-2.0
/* Prints the findings, and the facts on which they are based. */
#include <stdio.h>
#include <string.h>

#include "field.h"
#include "print.h"
#include "print_facts.h"
#include "printable.h"
#include "size.h"

/* A finding -----------------------------------------------------------------*/

static void get_verdict(const void *record, struct value *value)
{
	const struct finding *finding = record;
	const char *name = verdict_name(finding->verdict);

	value_string(value, name);
	value_text(value, "%s: %s", name, finding->text);
}

static void get_advice(const void *record, struct value *value)
{
	const struct finding *finding = record;

	value_string(value, finding->advice);
	if (!*finding->advice)
		value->kind = VALUE_NULL;
	value->no_line = !*finding->advice;
}

static void get_config(const void *record, struct value *value)
{
	const struct finding *finding = record;

	value->kind = VALUE_NULL;
	if (finding->config)
		value_string(value, finding->config);
}

#define MEMBER(name) \
	FIELD(#name, NULL, 0, VALUE_CHARS_OR_NULL, finding, name)

static const struct field change_fields[] = {
	FIELD_GET("config", NULL, 0, get_config),
	MEMBER(parameter),
	MEMBER(remove),
	MEMBER(command),
	{ }
};

#undef MEMBER

static void get_change(const void *record, struct value *value)
{
	value_record(value, change_fields, record);
}

#define FINDING_FIELDS(title) { \
	FIELD_GET("verdict", title, 0, get_verdict), \
	FIELD("text", NULL, 0, VALUE_CHARS, finding, text), \
	FIELD_GET("advice", "  try", 0, get_advice), \
	FIELD_GET("change", NULL, 0, get_change), \
	{ } \
}

static const struct field verdict_fields[] = FINDING_FIELDS("verdict");
static const struct field also_fields[] = FINDING_FIELDS("also");

/* All of it -----------------------------------------------------------------*/

static bool device_exists(const struct diagnosis *d)
{
	return d->finding[0].verdict != VERDICT_NO_SUCH_DEVICE;
}

static void get_bytes(const void *record, struct value *value)
{
	static const char *const bounds[] = {
		[BOUND_EXACT] = "up to %s can be allocated now",
		[BOUND_AT_MOST] = "at most %s can be allocated now",
		[BOUND_AT_LEAST] = "at least %s can be allocated now, at most %s",
	};
	const struct doctor_result *result = record;
	const struct diagnosis *d = result->diagnosis;
	char size[SIZE_TEXT], largest[SIZE_TEXT], most[SIZE_TEXT], now[120];

	value_number(value, VALUE_NUMBER, result->bytes);
	size_say(most, d->most);
	if (d->most)
		snprintf(now, sizeof(now), bounds[d->largest_is],
			 size_say(largest, d->largest), most);
	else
		strcpy(now, "nothing can be allocated now");
	value_text(value, "%s asked for; %s", size_say(size, result->bytes),
		   now);
	value->no_line = !device_exists(d);
}

static void get_largest(const void *record, struct value *value)
{
	const struct doctor_result *result = record;

	if (device_exists(result->diagnosis))
		value_number(value, VALUE_NUMBER, result->diagnosis->largest);
}

static void get_largest_is(const void *record, struct value *value)
{
	static const char *const names[] = {
		[BOUND_EXACT] = "exactly",
		[BOUND_AT_MOST] = "at_most",
		[BOUND_AT_LEAST] = "at_least",
	};
	const struct doctor_result *result = record;

	if (device_exists(result->diagnosis))
		value_string(value, names[result->diagnosis->largest_is]);
}

static void get_most(const void *record, struct value *value)
{
	const struct doctor_result *result = record;

	if (device_exists(result->diagnosis))
		value_number(value, VALUE_NUMBER, result->diagnosis->most);
}

static void get_sure(const void *record, struct value *value)
{
	const struct doctor_result *result = record;

	value_number(value, VALUE_BOOL, result->diagnosis->sure);
	value_text(value, "no: what was not seen can change the verdict");
	value->no_line = result->diagnosis->sure;
}

static void get_also(const void *record, struct value *value)
{
	const struct doctor_result *result = record;
	const struct diagnosis *d = result->diagnosis;
	size_t i;

	value->kind = VALUE_JSON;
	value->json = json_object_new_array();
	for (i = 1; i < d->count; i++)
		json_object_array_add(value->json,
				      fields_json(also_fields, &d->finding[i]));
}

static void get_not_seen(const void *record, struct value *value)
{
	const struct doctor_result *result = record;
	const struct doctor_facts *f = result->facts;
	size_t i;

	value->kind = VALUE_JSON;
	value->json = json_object_new_array();
	for (i = 0; i < f->unseen_count; i++)
		json_object_array_add(value->json,
				      json_object_new_string(f->unseen[i]));
}

static void get_device(const void *record, struct value *value)
{
	const struct doctor_result *result = record;

	value_record(value, device_fields, &result->facts->device);
}

static void get_kernel(const void *record, struct value *value)
{
	const struct doctor_result *result = record;

	value_record(value, kernel_fields, result->facts);
}

static void get_memory(const void *record, struct value *value)
{
	const struct doctor_result *result = record;

	value_record(value, memory_fields, result->facts);
}

/* In JSON these follow the fields of the verdict. */
static const struct field result_fields[] = {
	FIELD_GET("bytes", "size", 0, get_bytes),
	FIELD_GET("largest_bytes", NULL, 0, get_largest),
	FIELD_GET("largest_is", NULL, 0, get_largest_is),
	FIELD_GET("most_bytes", NULL, 0, get_most),
	FIELD_GET("sure", "sure", 0, get_sure),
	FIELD_GET("also", NULL, 0, get_also),
	FIELD_GET("not_seen", NULL, 0, get_not_seen),
	FIELD_GET("pci_device", NULL, 0, get_device),
	FIELD_GET("kernel", NULL, 0, get_kernel),
	FIELD_GET("memory", NULL, 0, get_memory),
	{ }
};

struct json_object *doctor_json(const struct doctor_result *result)
{
	struct json_object *object;

	object = fields_json(verdict_fields, &result->diagnosis->finding[0]);
	fields_add_json(object, result_fields, result);
	return object;
}

void doctor_print(const struct doctor_result *result)
{
	const struct doctor_facts *f = result->facts;
	const struct diagnosis *d = result->diagnosis;
	char text[VALUE_TEXT];
	size_t i;

	facts_print(f);
	putchar('\n');
	fields_print(verdict_fields, &d->finding[0], false);
	fields_print(result_fields, result, false);
	for (i = 1; i < d->count; i++)
		fields_print(also_fields, &d->finding[i], false);
	for (i = 0; i < f->unseen_count; i++) {
		title_print(i ? "" : "not seen");
		puts(printable_text(text, sizeof(text), f->unseen[i]));
	}
}
