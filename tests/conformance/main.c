// SPDX-License-Identifier: GPL-2.0
#include <getopt.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "conformance.h"
#include "parse.h"

struct options {
	const char *qemu, *bios;
	const struct edu_profile *profile;
	uint64_t seed, operations;
};

static void print_usage(FILE *file)
{
	fputs("usage: conformance [OPTION]...\n"
	      "       conformance [OPTION]... replay FILE...\n"
	      "Runs random scripts, or those in FILE..., on QEMU's edu device and on the\n"
	      "model of firmware-sim, and prints where they differ. The exit status is 0 if\n"
	      "they do not differ, 1 if they do or on an error, 2 for a usage error.\n\n"
	      "  -q, --qemu=PROGRAM     the QEMU to run (qemu-system-x86_64)\n"
	      "  -p, --profile=NAME     the model's profile: 7.2 or 9.1 (by QEMU's version)\n"
	      "  -s, --seed=NUMBER      seed of the random scripts (1)\n"
	      "  -n, --operations=NUMBER  run at least so many steps (60000)\n"
	      "  -b, --bios=FILE        firmware that halts (halt.bin beside the program)\n"
	      "  -h, --help             print this text\n", file);
}

void die(const char *fmt, ...)
{
	va_list args;

	fputs("conformance: ", stderr);
	va_start(args, fmt);
	vfprintf(stderr, fmt, args);
	va_end(args);
	putc('\n', stderr);
	exit(1);
}

static uint64_t take_number(const char *text)
{
	uint64_t value;

	if (!parse_number(text, &value))
		die("not a number: %s", text);
	return value;
}

static const char *beside(const char *program, const char *name)
{
	static char path[4096];
	const char *slash = strrchr(program, '/');

	snprintf(path, sizeof(path), "%.*s%s", slash ? (int)(slash + 1 - program) : 0,
		 program, name);
	return path;
}

static int parse(struct options *options, int argc, char **argv)
{
	static const struct option longs[] = {
		{ "qemu", required_argument, NULL, 'q' },
		{ "profile", required_argument, NULL, 'p' },
		{ "seed", required_argument, NULL, 's' },
		{ "operations", required_argument, NULL, 'n' },
		{ "bios", required_argument, NULL, 'b' },
		{ "help", no_argument, NULL, 'h' },
		{ },
	};
	int opt;

	while ((opt = getopt_long(argc, argv, "q:p:s:n:b:h", longs, NULL)) != -1) {
		if (opt == 'q')
			options->qemu = optarg;
		else if (opt == 's')
			options->seed = take_number(optarg);
		else if (opt == 'n')
			options->operations = take_number(optarg);
		else if (opt == 'b')
			options->bios = optarg;
		else if (opt == 'p' && edu_profile(optarg))
			options->profile = edu_profile(optarg);
		else
			return opt == 'h' ? 0 : 2;
	}
	return -1;
}

/* The profile that was measured on this version; 8.0 to 9.0 were not measured. */
static const struct edu_profile *profile_of(const char *version)
{
	unsigned int major, minor;

	if (sscanf(version, "%u.%u", &major, &minor) != 2)
		die("this is not a version: %s", version);
	if (major >= 8 && (major < 9 || (major == 9 && !minor)))
		die("there is no profile for QEMU %s: choose one by --profile", version);
	return major < 8 ? &edu_qemu_7_2 : &edu_qemu_9_1;
}

static void print_difference(const struct difference *difference)
{
	if (difference->read.size) {
		script_print_step(stdout, &difference->read);
		printf(": ");
	}
	printf("%s\n", difference->text);
	fflush(stdout);
}

static void report(struct lockstep *ls, struct script *script)
{
	script_print(stdout, script);
	if (ls->difference.step < script->count)
		printf("# step %zu: ", ls->difference.step + 1);
	else
		printf("# afterwards: ");
	print_difference(&ls->difference);
}

static bool fixed_runs(struct lockstep *ls)
{
	if (!lockstep_power_on(ls)) {
		printf("# after power-on: ");
		print_difference(&ls->difference);
		return false;
	}
	if (!lockstep_busy(ls)) {
		printf("# while it computes: ");
		print_difference(&ls->difference);
		return false;
	}
	return true;
}

static bool random_runs(struct lockstep *ls, const struct options *options)
{
	struct script script = { .mask = DMA_MASK };
	uint64_t seed = options->seed << 32;
	bool same = true;

	while (same && ls->counts.operations < options->operations) {
		random_script(&script, seed++, ls->profile);
		same = lockstep_run(ls, &script);
		if (same)
			continue;
		printf("# script %llu differs in step %zu of %zu: ",
		       (unsigned long long)seed - (options->seed << 32),
		       ls->difference.step + 1, script.count);
		print_difference(&ls->difference);
		shrink(ls, &script);
		report(ls, &script);
	}
	script_clear(&script);
	return same;
}

static bool replay(struct lockstep *ls, char **files, const char *version)
{
	struct script script = { .mask = DMA_MASK };
	unsigned int replayed = 0, different = 0;

	for (; *files; files++, replayed++) {
		script_load(&script, *files);
		if (lockstep_run(ls, &script) && lockstep_aborts(ls, &script))
			continue;
		different++;
		printf("# %s:\n", *files);
		report(ls, &script);
	}
	script_clear(&script);
	printf("QEMU %s: %u scripts replayed, %llu aborts, %u differences\n", version, replayed,
	       (unsigned long long)ls->counts.aborts, different);
	return !different;
}

static bool check(struct lockstep *ls, const struct options *options, const char *version)
{
	bool same = timing_check(ls->qemu, version) && fixed_runs(ls) &&
		    random_runs(ls, options);

	printf("QEMU %s: %llu DMAs that it does not allow, on the model alone\n", version,
	       (unsigned long long)ls->counts.outside);
	printf("QEMU %s: %llu operations, %llu DMAs, %d differences (seed %llu)\n", version,
	       (unsigned long long)ls->counts.operations, (unsigned long long)ls->counts.dmas,
	       !same, (unsigned long long)options->seed);
	return same;
}

static bool operands_are_right(char **operands)
{
	return !operands[0] || (!strcmp(operands[0], "replay") && operands[1]);
}

int main(int argc, char **argv)
{
	struct options options = {
		.qemu = "qemu-system-x86_64",
		.bios = beside(argv[0], "halt.bin"),
		.seed = 1,
		.operations = 60000,
	};
	int status = parse(&options, argc, argv);
	char version[64];
	struct lockstep ls;
	struct qemu qemu;
	bool same;

	if (status < 0 && !operands_are_right(argv + optind))
		status = 2;
	if (status >= 0) {
		print_usage(status ? stderr : stdout);
		return status;
	}
	qemu_version(options.qemu, version, sizeof(version));
	if (!options.profile)
		options.profile = profile_of(version);
	qemu_init(&qemu, options.qemu, options.bios);
	lockstep_init(&ls, &qemu, options.profile);
	same = argv[optind] ? replay(&ls, argv + optind + 1, version) :
	       check(&ls, &options, version);
	qemu_stop(&qemu);
	lockstep_free(&ls);
	return !same;
}
