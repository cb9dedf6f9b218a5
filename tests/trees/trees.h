/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The fuzzer of trees: copies of other machines' /sys, /proc and /dev are mutated,
 * and educma --sysroot runs on each.
 */
#ifndef TREES_H
#define TREES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* random.c: the same numbers from the same seed, on each machine. */

void random_seed(uint64_t seed);
/* Returns a number below @limit, which is not 0. */
uint64_t random_below(uint64_t limit);

/* tree.c */

enum kind { FILE_OBJECT, LINK_OBJECT, DIRECTORY, FIFO, NODE };

/**
 * struct object - an object of a tree
 * @kind: its kind; directories above other objects are not objects
 * @path: below the root; allocated
 * @data: content of a file, or target of a link; allocated, and ends with a 0 that
 *	does not count
 * @len: bytes of @data
 */
struct object {
	enum kind kind;
	char *path;
	char *data;
	size_t len;
};

struct tree {
	struct object *object;
	size_t count;
};

void tree_load(struct tree *tree, const char *dir);
void tree_copy(struct tree *to, const struct tree *from);
void tree_free(struct tree *tree);
struct object *tree_add(struct tree *tree, const char *path);
void object_set(struct object *object, enum kind kind, const void *data,
		size_t len);
/* Makes the tree's files below the directory @dir, as far as that is possible. */
void tree_plant(const struct tree *tree, const char *dir);
/* Removes a directory and all in it. */
void remove_all(const char *dir);
/* Returns a number that changes if a file below @dir is written. */
uint64_t sum_of(const char *dir);

/* mutate.c */

/* Changes a tree at random; @outside is a directory that it may link to. */
void mutate(struct tree *tree, const char *outside);

/* outside.c: a directory which no run may open. */

/* In each file of that directory; no output may have it. */
#define MARKER	"MARKER7c1e"

void outside_make(const char *dir);
/* Watches FIFOs and device nodes of the tree in @dir as well. */
void outside_watch_tree(const struct tree *tree, const char *dir);
/* Returns the name of what was opened, changed or removed since, or NULL. */
const char *outside_touched(void);

/* run.c */

#define ARGS_MAX	12
#define OUTPUT_MAX	(4u << 20)

/**
 * struct run - one run of educma
 * @args: its arguments, ending with NULL
 * @json: --json is among them
 * @unconfined: any system call is allowed, so that a sanitizer can report
 * @status: what waitpid(2) returned
 * @out: its standard output, ending with a 0
 * @out_len: bytes of @out
 * @err: its standard error, ending with a 0
 * @err_len: bytes of @err
 */
struct run {
	const char *args[ARGS_MAX];
	bool json;
	bool unconfined;
	int status;
	char *out;
	size_t out_len;
	char *err;
	size_t err_len;
};

/* Chooses the arguments at random. */
void run_choose(struct run *run, const char *dir);
/* main() of the command */
int educma_main(int argc, char **argv);
/* Runs educma in a process of its own, with a time limit of 5 s. */
void run_educma(struct run *run);

/* check.c */

/* Returns a sentence about what is wrong with a run, or NULL. */
const char *check_run(const struct run *run);
/* Each JSON output is appended to this file, one on each line; fd -1: not at all. */
void check_save(int fd);

#endif
