// SPDX-License-Identifier: GPL-2.0
/* What each run of educma must have done. */
#include <ctype.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <json-c/json.h>

#include "status.h"
#include "trees.h"

/* The exit status of a sanitizer's report. */
#define SANITIZER_STATUS	99

const char *__asan_default_options(void);
const char *__ubsan_default_options(void);

/*
 * A program ends with what it has allocated, so leaks are no errors. What is kept
 * after free() makes each fork() slower.
 */
const char *__asan_default_options(void)
{
	return "detect_leaks=0:exitcode=99:allocator_may_return_null=1:quarantine_size_mb=1";
}

const char *__ubsan_default_options(void)
{
	return "exitcode=99";
}

static int save_fd = -1;

void check_save(int fd)
{
	save_fd = fd;
}

/* UTF-8 -------------------------------------------------------------------- */

/*
 * Returns how many bytes the character has, or 0 if it is invalid or a control
 * character other than a newline. Written after the table of RFC 3629, and not
 * after the code under test.
 */
static size_t character(const unsigned char *p, size_t left)
{
	unsigned char low = 0x80, high = 0xbf;
	size_t len, i;

	if (*p < 0x80)
		return *p == '\n' || (*p >= 0x20 && *p != 0x7f);
	len = *p < 0xc2 || *p > 0xf4 ? 0 : *p < 0xe0 ? 2 : *p < 0xf0 ? 3 : 4;
	if (!len || len > left)
		return 0;
	if (*p == 0xc2)
		low = 0xa0;	/* below are control characters */
	else if (*p == 0xe0)
		low = 0xa0;
	else if (*p == 0xed)
		high = 0x9f;
	else if (*p == 0xf0)
		low = 0x90;
	else if (*p == 0xf4)
		high = 0x8f;
	if (p[1] < low || p[1] > high)
		return 0;
	for (i = 2; i < len; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
	}
	return len;
}

static bool is_clean(const char *text, size_t len)
{
	const unsigned char *p = (const unsigned char *)text;
	size_t at, n;

	for (at = 0; at < len; at += n) {
		n = character(p + at, len - at);
		if (!n)
			return false;
	}
	return true;
}

/* JSON --------------------------------------------------------------------- */

/* Returns how many members all objects in @value have. */
static size_t count_members(struct json_object *value)
{
	size_t count = 0, i;

	if (json_object_is_type(value, json_type_object)) {
		json_object_object_foreach(value, key, member) {
			(void)key;
			count += 1 + count_members(member);
		}
	} else if (json_object_is_type(value, json_type_array)) {
		for (i = 0; i < json_object_array_length(value); i++)
			count += count_members(json_object_array_get_idx(value, i));
	}
	return count;
}

/* Returns how many colons are not in strings: one for each member as written. */
static size_t count_colons(const char *json)
{
	bool quoted = false;
	size_t count = 0;

	for (; *json; json++) {
		if (quoted && *json == '\\')
			json++;
		else if (*json == '"')
			quoted = !quoted;
		else
			count += !quoted && *json == ':';
	}
	return count;
}

static void save(struct json_object *value)
{
	if (save_fd >= 0)
		dprintf(save_fd, "%s\n",
			json_object_to_json_string_ext(value, JSON_C_TO_STRING_PLAIN));
}

/* The parser keeps one member of each name, so it shows whether a name is there twice. */
static const char *check_value(struct json_object *value, const char *json)
{
	if (!json_object_is_type(value, json_type_object))
		return "JSON: no object";
	if (count_members(value) != count_colons(json))
		return "JSON: an object has a key twice";
	save(value);
	return NULL;
}

/* Checks standard output of --json: one object, and nothing behind it. */
static const char *check_json(const char *json, size_t len)
{
	struct json_tokener *tokener = json_tokener_new();
	struct json_object *value;
	const char *wrong = NULL;
	size_t end;

	json_tokener_set_flags(tokener, JSON_TOKENER_STRICT |
					JSON_TOKENER_VALIDATE_UTF8);
	value = json_tokener_parse_ex(tokener, json, len);
	end = json_tokener_get_parse_end(tokener);
	while (end < len && isspace((unsigned char)json[end]))
		end++;
	if (!value)
		wrong = "JSON: it cannot be parsed";
	else if (end < len)
		wrong = "JSON: something follows the object";
	else
		wrong = check_value(value, json);
	json_object_put(value);
	json_tokener_free(tokener);
	return wrong;
}

/* All ---------------------------------------------------------------------- */

static bool has_argument(const struct run *run, const char *arg)
{
	size_t i;

	for (i = 0; run->args[i]; i++) {
		if (!strcmp(run->args[i], arg))
			return true;
	}
	return false;
}

static const char *check_status(const struct run *run)
{
	const bool writes = has_argument(run, "alloc") || has_argument(run, "free");

	if (WIFSIGNALED(run->status)) {
		switch (WTERMSIG(run->status)) {
		case SIGALRM:
			return "it took more than 5 s";
		case SIGSYS:
			return "a system call that is not allowed";
		}
		return "killed by a signal";
	}
	switch (WEXITSTATUS(run->status)) {
	case STATUS_OK:
	case STATUS_FAILURE:
	case STATUS_NO_DEVICE:
		return writes ? "what writes must be a usage error" : NULL;
	case STATUS_USAGE:
		/* Without --area NAME, several areas are a usage error. */
		return writes || has_argument(run, "cma") ? NULL :
							    "a usage error";
	case SANITIZER_STATUS:
		return "a sanitizer's report";
	}
	return "an exit status that is not documented";
}

const char *check_run(const struct run *run)
{
	const char *wrong = check_status(run);

	if (wrong)
		return wrong;
	if (strstr(run->err, "Sanitizer") || strstr(run->err, "runtime error:"))
		return "a sanitizer's report";
	if (memmem(run->out, run->out_len, MARKER, strlen(MARKER)) ||
	    memmem(run->err, run->err_len, MARKER, strlen(MARKER)))
		return "the output has what is in a file outside of the tree";
	if (!is_clean(run->out, run->out_len) || !is_clean(run->err, run->err_len))
		return "the output has control characters or invalid UTF-8";
	return run->json ? check_json(run->out, run->out_len) : NULL;
}
