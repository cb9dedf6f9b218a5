// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "cmd.h"
#include "field.h"
#include "printable.h"

/* Returns a new object: the version of the schema, then what is in @output. */
static struct json_object *add_version(struct json_object *output)
{
	struct json_object *object = json_object_new_object();

	json_add_u64(object, "schema_version", SCHEMA_VERSION);
	json_object_object_foreach(output, key, value)
		json_object_object_add(object, key, json_object_get(value));
	return object;
}

static void put_json(struct json_object *output, int flags)
{
	struct json_object *object = add_version(output);
	char *json;

	flags |= JSON_C_TO_STRING_NOSLASHESCAPE;
	json = printable_json(json_object_to_json_string_ext(object, flags));
	puts(json ?: "null");	/* null: there is no memory for it */
	free(json);
	json_object_put(object);
	json_object_put(output);
}

void print_json(struct json_object *output)
{
	put_json(output, JSON_C_TO_STRING_PRETTY);
}

void print_json_list(const char *key, struct json_object *array)
{
	struct json_object *output = json_object_new_object();

	json_object_object_add(output, key, array);
	print_json(output);
}

void print_json_line(struct json_object *output)
{
	put_json(output, JSON_C_TO_STRING_PLAIN);
}

/* The errno of the first flush that failed. */
static int output_errno;

bool flush_output(void)
{
	if (fflush(stdout) && !output_errno)
		output_errno = errno;
	return !ferror(stdout);
}

int end_output(void)
{
	if (!flush_output())
		return -(output_errno ?: EIO);
	/* Some file systems report a full disk only when the file is closed. */
	return close(STDOUT_FILENO) ? -errno : 0;
}

void json_add_u64(struct json_object *object, const char *key, uint64_t value)
{
	json_object_object_add(object, key, json_object_new_uint64(value));
}

void json_add_string(struct json_object *object, const char *key,
		     const char *value)
{
	json_object_object_add(object, key, json_object_new_string(value));
}

static const struct field device_fields[] = {
	FIELD("device", NULL, 0, VALUE_CHARS, educma_entry, name),
	FIELD("pci", NULL, 0, VALUE_CHARS, educma_entry, pci),
	{ }
};

struct json_object *device_json(const struct educma_entry *entry)
{
	return fields_json(device_fields, entry);
}
