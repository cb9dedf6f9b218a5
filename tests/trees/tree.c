// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <err.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "trees.h"

static void *check_memory(void *p)
{
	if (!p)
		errx(2, "no memory");
	return p;
}

static char *copy_bytes(const void *data, size_t len)
{
	char *copy = check_memory(malloc(len + 1));

	memcpy(copy, data, len);
	copy[len] = '\0';
	return copy;
}

void object_set(struct object *object, enum kind kind, const void *data,
		size_t len)
{
	char *copy = copy_bytes(data, len);

	free(object->data);
	object->kind = kind;
	object->data = copy;
	object->len = len;
}

struct object *tree_add(struct tree *tree, const char *path)
{
	struct object *object;

	tree->object = check_memory(reallocarray(tree->object, tree->count + 1,
						 sizeof(*tree->object)));
	object = &tree->object[tree->count++];
	*object = (struct object){ .path = check_memory(strdup(path)) };
	object_set(object, FILE_OBJECT, "", 0);
	return object;
}

void tree_copy(struct tree *to, const struct tree *from)
{
	size_t i;

	*to = (struct tree){ };
	for (i = 0; i < from->count; i++)
		object_set(tree_add(to, from->object[i].path),
			   from->object[i].kind, from->object[i].data,
			   from->object[i].len);
}

void tree_free(struct tree *tree)
{
	while (tree->count) {
		free(tree->object[--tree->count].path);
		free(tree->object[tree->count].data);
	}
	free(tree->object);
	tree->object = NULL;
}

/* Loading ------------------------------------------------------------------ */

/* A larger file is loaded as an empty one: it would only cost time. */
#define LOAD_MAX	(640u << 10)

static struct tree *loading;
static size_t prefix;

static int load_object(const char *path, const struct stat *st, int type,
		       struct FTW *ftw)
{
	static char data[LOAD_MAX];
	ssize_t len;
	int fd;

	(void)ftw;
	if (type == FTW_SL) {
		len = readlink(path, data, sizeof(data));
		object_set(tree_add(loading, path + prefix), LINK_OBJECT, data,
			   len);
	} else if (type == FTW_F) {
		fd = open(path, O_RDONLY);
		len = st->st_size > LOAD_MAX ? 0 : read(fd, data, sizeof(data));
		if (len < 0)
			err(2, "%s", path);
		close(fd);
		object_set(tree_add(loading, path + prefix), FILE_OBJECT, data,
			   len);
	}
	return 0;
}

void tree_load(struct tree *tree, const char *dir)
{
	*tree = (struct tree){ };
	loading = tree;
	prefix = strlen(dir) + 1;
	if (nftw(dir, load_object, 16, FTW_PHYS) || !tree->count)
		errx(2, "%s: no tree", dir);
}

/* Planting ----------------------------------------------------------------- */

static void make_parents(char *path)
{
	char *slash;

	for (slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		mkdir(path, 0755);
		*slash = '/';
	}
}

static void plant_file(const char *path, const struct object *object)
{
	/* A link in the tree must not lead the fuzzer itself astray. */
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0644);

	if (fd < 0)
		return;
	if (write(fd, object->data, object->len) < 0)
		err(2, "%s", path);
	close(fd);
}

static void plant_object(const char *path, const struct object *object)
{
	switch (object->kind) {
	case FILE_OBJECT:
		plant_file(path, object);
		break;
	case LINK_OBJECT:
		if (symlink(object->data, path) && errno == EPERM)
			err(2, "%s", path);
		break;
	case DIRECTORY:
		mkdir(path, 0755);
		break;
	case FIFO:
		mkfifo(path, 0644);
		break;
	case NODE:
		/* Only root may; for other users the node is a FIFO. */
		if (mknod(path, S_IFCHR | 0644, makedev(1, 5)))
			mkfifo(path, 0644);
		break;
	}
}

/* Whether a component of the directory part is a link: the rest is not planted. */
static bool passes_link(char *path, size_t root)
{
	struct stat st;
	char *slash;
	bool is;

	for (slash = strchr(path + root, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		is = !lstat(path, &st) && S_ISLNK(st.st_mode);
		*slash = '/';
		if (is)
			return true;
	}
	return false;
}

void tree_plant(const struct tree *tree, const char *dir)
{
	char path[2 * PATH_MAX];
	size_t i;

	mkdir(dir, 0755);
	for (i = 0; i < tree->count; i++) {
		snprintf(path, sizeof(path), "%s/%s", dir, tree->object[i].path);
		if (passes_link(path, strlen(dir) + 1))
			continue;
		make_parents(path);
		plant_object(path, &tree->object[i]);
	}
}

static int remove_object(const char *path, const struct stat *st, int type,
			 struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

void remove_all(const char *dir)
{
	nftw(dir, remove_object, 16, FTW_DEPTH | FTW_PHYS);
}

static uint64_t sum;

static int add_to_sum(const char *path, const struct stat *st, int type,
		      struct FTW *ftw)
{
	(void)path;
	(void)ftw;
	sum = sum * 31 + type;
	sum = sum * 31 + st->st_ino;
	sum = sum * 31 + st->st_size;
	sum = sum * 31 + st->st_mtim.tv_sec;
	sum = sum * 31 + st->st_mtim.tv_nsec;
	return 0;
}

uint64_t sum_of(const char *dir)
{
	sum = 0;
	nftw(dir, add_to_sum, 16, FTW_PHYS);
	return sum;
}
