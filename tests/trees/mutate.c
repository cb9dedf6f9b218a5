// SPDX-License-Identifier: GPL-2.0
#include <ctype.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "trees.h"
#include "util.h"

#define MUTATIONS_MAX	6
#define FILE_MAX	(1u << 20)

static char buffer[2 * FILE_MAX];

static struct object *any(struct tree *tree)
{
	return &tree->object[random_below(tree->count)];
}

/* Chooses from a list that ends with NULL. */
static const char *pick(const char *const *of)
{
	size_t count = 0;

	while (of[count])
		count++;
	return of[random_below(count)];
}

/* Replaces @cut bytes of a file at @at by @len others. */
static void splice(struct object *o, size_t at, size_t cut, const void *with,
		   size_t len)
{
	char *data;

	if (o->len - cut + len > FILE_MAX)
		return;
	data = malloc(o->len - cut + len + 1);
	if (!data)
		abort();
	memcpy(data, o->data, at);
	memcpy(data + at, with, len);
	memcpy(data + at + len, o->data + at + cut, o->len - at - cut);
	object_set(o, o->kind, data, o->len - cut + len);
	free(data);
}

/* Content ------------------------------------------------------------------ */

static void flip_byte(struct object *o)
{
	if (o->len)
		o->data[random_below(o->len)] ^= 1 + random_below(255);
}

static void insert_bytes(struct object *o)
{
	static const char *const texts[] = {
		"\x1b[31m", "\x1b]0;x\a", "\xff", "\xc3", "\xe2\x82", "\xc2\x9b", "\x7f",
		"\n", " ", "\t", "-", "\"", "\\", "0x", "%s%n", "\xed\xa0\x80", "../", NULL
	};
	const char *text = pick(texts);

	splice(o, random_below(o->len + 1), 0, text, strlen(text));
}

static void insert_zeros(struct object *o)
{
	static const char zeros[64];

	splice(o, random_below(o->len + 1), 0, zeros, 1 + random_below(64));
}

static void delete_bytes(struct object *o)
{
	size_t at = random_below(o->len + 1);

	splice(o, at, random_below(o->len - at + 1), "", 0);
}

static void truncate_file(struct object *o)
{
	size_t at = random_below(o->len + 1);

	splice(o, at, o->len - at, "", 0);
}

static void change_number(struct object *o)
{
	static const char *const numbers[] = {
		"0", "1", "-1", "31", "32", "63", "64", "65", "4095", "2147483647",
		"2147483648", "4294967295", "4294967296", "4503599627370495",
		"4503599627370496", "9223372036854775807", "9223372036854775808",
		"18446744073709551615", "18446744073709551616",
		"99999999999999999999999999", "0x10", "1e9", "", NULL
	};
	const char *number = pick(numbers);
	size_t at, end;

	if (!o->len)
		return;
	at = random_below(o->len);
	while (at < o->len && !isdigit((unsigned char)o->data[at]))
		at++;
	while (at && isdigit((unsigned char)o->data[at - 1]))
		at--;
	for (end = at; end < o->len && isdigit((unsigned char)o->data[end]);)
		end++;
	splice(o, at, end - at, number, strlen(number));
}

/* Puts a line there once more, up to 2000 times. */
static void repeat_line(struct object *o)
{
	size_t at = random_below(o->len + 1), len, n, total = 0;
	char *end;

	while (at && o->data[at - 1] != '\n')
		at--;
	end = memchr(o->data + at, '\n', o->len - at);
	len = end ? (size_t)(end - o->data) - at + 1 : o->len - at;
	for (n = 1 + random_below(random_below(2) ? 3 : 2000); n--;) {
		if (total + len > FILE_MAX)
			break;
		memcpy(buffer + total, o->data + at, len);
		total += len;
	}
	splice(o, at, 0, buffer, total);
}

static void long_word(struct object *o)
{
	size_t len = 1 + random_below(random_below(2) ? 300 : 20000);

	memset(buffer, "x9 /"[random_below(4)], len);
	splice(o, random_below(o->len + 1), 0, buffer, len);
}

static void random_bytes(struct object *o)
{
	size_t len = random_below(5000), i;

	for (i = 0; i < len; i++)
		buffer[i] = random_below(256);
	object_set(o, FILE_OBJECT, buffer, len);
}

/* Objects ------------------------------------------------------------------ */

static void link_to(struct object *o, const char *target)
{
	object_set(o, LINK_OBJECT, target, strlen(target));
}

static void make_link(struct tree *tree, struct object *o, const char *outside)
{
	static const char *const inside[] = {
		"secret", "dir", "dir/reserved", "dir/vendor", "dir/meminfo", NULL
	};
	static const char *const absolute[] = {
		"/", "/sys", "/proc", "/proc/self/exe", "/proc/self/fd/0", "/dev/zero",
		"/etc/passwd", "..", ".", "/proc/meminfo", "/sys/kernel/debug", NULL
	};
	char target[PATH_MAX];

	switch (random_below(5)) {
	case 0:
		snprintf(target, sizeof(target), "%s/%s", outside, pick(inside));
		break;
	case 1:
		snprintf(target, sizeof(target),
			 "../../../../../../../../../../../../../../../..%s/%s",
			 outside, pick(inside));
		break;
	case 2:
		snprintf(target, sizeof(target), "%s", pick(absolute));
		break;
	case 3:
		snprintf(target, sizeof(target), "/%s", any(tree)->path);
		break;
	default:	/* a loop */
		snprintf(target, sizeof(target), "/%s", o->path);
	}
	link_to(o, target);
}

static void remove_object(struct tree *tree, struct object *o)
{
	if (tree->count == 1)
		return;
	free(o->path);
	free(o->data);
	*o = tree->object[--tree->count];
}

static void rename_to(struct object *o, const char *name)
{
	char path[PATH_MAX + 300];
	const char *slash = strrchr(o->path, '/');
	int dir = slash ? slash - o->path + 1 : 0;

	snprintf(path, sizeof(path), "%.*s%s", dir, o->path, name);
	free(o->path);
	o->path = strdup(path);
}

static void rename_object(struct object *o)
{
	static const char *const names[] = {
		"\x1b[2J", "\xff\xfe", "name with blanks", "\"quoted\\", "a\nb", "reserved",
		"hugetlb0", "count", "educma1", "educma99999999999999999999", "pernuma0", NULL
	};
	char name[256];

	if (random_below(3)) {
		rename_to(o, pick(names));
		return;
	}
	memset(name, 'n', sizeof(name) - 1);
	name[1 + random_below(255)] = '\0';
	name[255] = '\0';
	rename_to(o, name);
}

/* Chooses one of the directories above an object; its length in the path. */
static size_t choose_parent(const struct object *o)
{
	size_t slashes = 0, i, n;

	for (i = 0; o->path[i]; i++)
		slashes += o->path[i] == '/';
	if (!slashes)
		return 0;
	n = 1 + random_below(slashes);
	for (i = 0; o->path[i]; i++) {
		if (o->path[i] == '/' && !--n)
			return i;
	}
	return 0;
}

/* Makes a directory a link. What was in it stays below "kept/". */
static void link_directory(struct tree *tree, struct object *o,
			   const char *outside)
{
	char dir[PATH_MAX], path[2 * PATH_MAX];
	size_t len = choose_parent(o), i;
	struct object *link;

	if (!len)
		return;
	snprintf(dir, sizeof(dir), "%.*s", (int)len, o->path);
	for (i = 0; i < tree->count; i++) {
		if (strncmp(tree->object[i].path, dir, len) ||
		    tree->object[i].path[len] != '/')
			continue;
		snprintf(path, sizeof(path), "kept/%s", tree->object[i].path);
		free(tree->object[i].path);
		tree->object[i].path = strdup(path);
	}
	link = tree_add(tree, dir);
	if (random_below(2)) {
		snprintf(path, sizeof(path), "/kept/%s", dir);
		link_to(link, path);
	} else {
		make_link(tree, link, outside);
	}
}

/* Copies a directory, so that there are more areas, devices or nodes. */
static void copy_directory(struct tree *tree, struct object *o)
{
	static const char *const names[] = {
		"hugetlb0", "numa0", "pernuma0", "other", "\x1b[1m", "\xff", "0000:00:05.0",
		"0001:7f:1f.7", "educma1", "educma4294967295", NULL
	};
	char dir[PATH_MAX], path[3 * PATH_MAX];
	size_t len = choose_parent(o), count = tree->count, i;
	const char *name = pick(names);
	int parent;

	if (!len)
		return;
	snprintf(dir, sizeof(dir), "%.*s", (int)len, o->path);
	parent = strrchr(dir, '/') ? strrchr(dir, '/') - dir + 1 : 0;
	for (i = 0; i < count; i++) {
		const struct object *from = &tree->object[i];

		if (strncmp(from->path, dir, len) || from->path[len] != '/')
			continue;
		snprintf(path, sizeof(path), "%.*s%s%s", parent, dir, name,
			 from->path + len);
		tree_add(tree, path);
		/* tree_add() may have moved the array. */
		from = &tree->object[i];
		object_set(&tree->object[tree->count - 1], from->kind,
			   from->data, from->len);
	}
}

static void make_fifo(struct object *o)
{
	object_set(o, FIFO, "", 0);
}

static void make_directory(struct object *o)
{
	object_set(o, DIRECTORY, "", 0);
}

static void make_node(struct object *o)
{
	object_set(o, NODE, "", 0);
}

static void take_content(struct tree *tree, struct object *o)
{
	struct object *other = any(tree);

	object_set(o, o->kind, other->data, other->len);
}

/* What is in a table twice is done twice as often. */

static void change_content(struct tree *tree, struct object *o)
{
	static void (*const changes[])(struct object *o) = {
		flip_byte, insert_bytes, delete_bytes, truncate_file,
		change_number, change_number, change_number, change_number,
		repeat_line, long_word, random_bytes, insert_zeros, NULL,
	};
	const size_t n = random_below(ARRAY_SIZE(changes));

	if (changes[n])
		changes[n](o);
	else
		take_content(tree, o);
}

static void change_kind(struct tree *tree, struct object *o)
{
	static void (*const changes[])(struct object *o) = {
		make_fifo, make_directory, make_node, rename_object, NULL,
	};
	const size_t n = random_below(ARRAY_SIZE(changes));

	if (changes[n])
		changes[n](o);
	else
		remove_object(tree, o);
}

static void change_object(struct tree *tree, struct object *o,
			  const char *outside)
{
	const uint64_t n = random_below(6);

	if (n == 0)
		make_link(tree, o, outside);
	else if (n == 1)
		link_directory(tree, o, outside);
	else if (n == 2)
		copy_directory(tree, o);
	else
		change_kind(tree, o);
}

/* Of all files the command prints most of this one, so it is changed more often. */
static struct object *release(struct tree *tree)
{
	size_t i;

	for (i = 0; i < tree->count; i++) {
		if (!strcmp(tree->object[i].path, "proc/sys/kernel/osrelease"))
			return &tree->object[i];
	}
	return any(tree);
}

void mutate(struct tree *tree, const char *outside)
{
	uint64_t n = 1 + random_below(MUTATIONS_MAX);

	while (n--) {
		struct object *o = random_below(16) ? any(tree) : release(tree);

		/* Many objects are files of few bytes; this way each gets its turn. */
		if (random_below(3))
			change_content(tree, o);
		else
			change_object(tree, o, outside);
	}
}
