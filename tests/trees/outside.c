// SPDX-License-Identifier: GPL-2.0
/*
 * A directory which no run may open. inotify(7) sees it from outside when one of its
 * files is opened, whatever the run prints.
 */
#include <err.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "trees.h"
#include "util.h"

#define EVENTS	(IN_OPEN | IN_ACCESS | IN_MODIFY | IN_ATTRIB | IN_CREATE | \
		 IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO)

static int watch = -1;

static void watch_path(const char *path, uint32_t events)
{
	/* A path of the tree may be missing: another object stands in its way. */
	if (inotify_add_watch(watch, path, events | IN_DONT_FOLLOW) < 0 &&
	    events == EVENTS)
		err(2, "inotify_add_watch %s", path);
}

/* A file for any link, and files that educma looks for, each with a valid number. */
static const char *const files[] = {
	"secret", "dir/vendor", "dir/device", "dir/config", "dir/meminfo",
	"dir/reserved/base_pfn", "dir/reserved/count", "dir/reserved/used",
	"dir/reserved/maxchunk", "dir/reserved/order_per_bit",
	"dir/reserved/bitmap", "dir/reserved/alloc", "dir/reserved/free",
};

void outside_make(const char *dir)
{
	static const char *const dirs[] = { "", "/dir", "/dir/reserved" };
	static const char *const texts[] = { MARKER "\n", "4660 " MARKER "\n" };
	struct tree tree = { };
	char path[PATH_MAX];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(files); i++)
		object_set(tree_add(&tree, files[i]), FILE_OBJECT, texts[!!i],
			   strlen(texts[!!i]));
	tree_plant(&tree, dir);
	tree_free(&tree);
	watch = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	if (watch < 0)
		err(2, "inotify_init1");
	for (i = 0; i < ARRAY_SIZE(dirs); i++) {
		snprintf(path, sizeof(path), "%s%s", dir, dirs[i]);
		watch_path(path, EVENTS);
	}
}

void outside_watch_tree(const struct tree *tree, const char *dir)
{
	char path[2 * PATH_MAX];
	size_t i;

	for (i = 0; i < tree->count; i++) {
		const struct object *o = &tree->object[i];

		if (o->kind != FIFO && o->kind != NODE)
			continue;
		snprintf(path, sizeof(path), "%s/%s", dir, o->path);
		watch_path(path, IN_OPEN);
	}
}

const char *outside_touched(void)
{
	static char events[16384]
		__attribute__((aligned(__alignof__(struct inotify_event))));
	static char name[NAME_MAX + 64];
	const struct inotify_event *e;
	bool touched = false;
	ssize_t n, at;

	while ((n = read(watch, events, sizeof(events))) > 0) {
		for (at = 0; at < n; at += sizeof(*e) + e->len) {
			e = (const struct inotify_event *)(events + at);
			/* The kernel's own: the watched object was removed. */
			if (e->mask & (IN_IGNORED | IN_DELETE_SELF))
				continue;
			if (!(e->mask & EVENTS))
				continue;
			touched = true;
			snprintf(name, sizeof(name), "event 0x%x on '%.*s'",
				 e->mask, (int)e->len, e->name);
		}
	}
	return touched ? name : NULL;
}
