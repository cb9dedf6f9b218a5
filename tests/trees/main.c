// SPDX-License-Identifier: GPL-2.0
/*
 * fuzz_trees [-s SEED] [-f FIRST] [-o FILE] [-k] CASES DIR...
 *
 * Mutates the trees in DIR and runs educma on them. A case is a number from FIRST
 * on; it and the seed decide about everything in it. -o appends each JSON output to
 * FILE; -k keeps the tree of the last case. Exit status 1: a run was not as it must be.
 */
#include <err.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "trees.h"

#define RUNS_OF_A_TREE	2
#define FAILURES_MAX	20
#define BASES_MAX	64

static struct tree bases[BASES_MAX];
static size_t base_count;
static char work[64], tree_dir[80], outside_dir[80];
static unsigned long runs, failures;

static void report(const struct run *run, uint64_t seed, uint64_t number,
		   const char *wrong)
{
	size_t i;

	failures++;
	printf("case %llu of seed %llu: %s\n   ", (unsigned long long)number,
	       (unsigned long long)seed, wrong);
	for (i = 0; run->args[i]; i++)
		printf(" %s", run->args[i]);
	printf("\n    wait status 0x%x\n%.3000s\n%.3000s\n", run->status,
	       run->out, run->err);
	fflush(stdout);
}

static void run_once(uint64_t seed, uint64_t number, struct run *run)
{
	const char *wrong, *touched;
	char text[512];

	run_choose(run, tree_dir);
	run_educma(run);
	runs++;
	wrong = check_run(run);
	if (wrong && WIFSIGNALED(run->status)) {
		/* A sanitizer's report opens files, for which the run is killed. */
		run->unconfined = true;
		run_educma(run);
		wrong = check_run(run) ?: wrong;
		run->unconfined = false;
	}
	if (wrong)
		report(run, seed, number, wrong);
	touched = outside_touched();
	if (touched) {
		snprintf(text, sizeof(text), "it has touched what it must not: %s",
			 touched);
		report(run, seed, number, text);
	}
}

static void run_case(uint64_t seed, uint64_t number, bool keep)
{
	struct run run = { };
	struct tree tree;
	uint64_t before;
	int i;

	random_seed(seed * 1000003 + number);
	tree_copy(&tree, &bases[random_below(base_count)]);
	mutate(&tree, outside_dir);
	tree_plant(&tree, tree_dir);
	outside_watch_tree(&tree, tree_dir);
	before = sum_of(tree_dir);
	outside_touched();
	for (i = 0; i < RUNS_OF_A_TREE; i++)
		run_once(seed, number, &run);
	if (sum_of(tree_dir) != before)
		report(&run, seed, number, "it, or a run before, has written into the tree");
	if (!keep)
		remove_all(tree_dir);
	outside_touched();
	tree_free(&tree);
}

static const char *release_of(const struct tree *tree)
{
	size_t i;

	for (i = 0; i < tree->count; i++) {
		if (!strcmp(tree->object[i].path, "proc/sys/kernel/osrelease"))
			return strtok(tree->object[i].data, "\n");
	}
	return "no release";
}

/* A run that read this machine's files would print another kernel's release. */
static void check_base(const struct tree *tree)
{
	struct run run = {
		.args = { "educma", "--sysroot", tree_dir, "doctor" },
	};

	tree_plant(tree, tree_dir);
	run_educma(&run);
	if (!strstr(run.out, release_of(tree)))
		report(&run, 0, 0, "it does not show the release of a tree");
	remove_all(tree_dir);
}

static void make_work(void)
{
	strcpy(work, access("/dev/shm", W_OK) ? "/tmp/trees-XXXXXX" :
						"/dev/shm/trees-XXXXXX");
	if (!mkdtemp(work))
		err(2, "%s", work);
	snprintf(tree_dir, sizeof(tree_dir), "%s/tree", work);
	snprintf(outside_dir, sizeof(outside_dir), "%s/outside", work);
	outside_make(outside_dir);
}

static unsigned long long number_of(const char *text)
{
	return strtoull(text, NULL, 10);
}

static void save_to(const char *file)
{
	int fd = open(file, O_WRONLY | O_CREAT | O_APPEND, 0644);

	if (fd < 0)
		err(2, "%s", file);
	check_save(fd);
}

int main(int argc, char **argv)
{
	unsigned long long seed = 1, first = 0, count, i;
	bool keep = false;
	int opt;

	while ((opt = getopt(argc, argv, "s:f:o:k")) != -1) {
		if (opt == 's')
			seed = number_of(optarg);
		else if (opt == 'f')
			first = number_of(optarg);
		else if (opt == 'o')
			save_to(optarg);
		else if (opt == 'k')
			keep = true;
		else
			return 2;
	}
	if (argc - optind < 2 || argc - optind > BASES_MAX)
		errx(2, "usage: fuzz_trees [-s SEED] [-f FIRST] [-o FILE] [-k] CASES DIR...");
	count = number_of(argv[optind++]);
	while (optind < argc)
		tree_load(&bases[base_count++], argv[optind++]);
	/* With a locale, the program would open its files. */
	setenv("LC_ALL", "C", 1);
	optind = 0;
	make_work();
	for (i = 0; i < base_count; i++)
		check_base(&bases[i]);
	for (i = 0; i < count && failures < FAILURES_MAX; i++)
		run_case(seed, first + i, keep && i + 1 == count);
	if (keep)
		printf("the tree is %s\n", tree_dir);
	else
		remove_all(work);
	printf("%llu trees, %lu runs, %lu failures\n", i, runs, failures);
	return failures != 0;
}
