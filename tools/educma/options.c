// SPDX-License-Identifier: GPL-2.0
#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd.h"
#include "size.h"
#include "sysfs.h"
#include "util.h"

enum {
	GLOBAL_JSON = 1000,
	GLOBAL_SYSROOT,
};

#define GLOBAL_SHORTS	"d:hV"

static const struct option global_longs[] = {
	{ "device", required_argument, NULL, 'd' },
	{ "json", no_argument, NULL, GLOBAL_JSON },
	{ "sysroot", required_argument, NULL, GLOBAL_SYSROOT },
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, 'V' },
};

#define LONGS_MAX	32

/* The global options, the command's options as far as they fit, and zeros. */
static void merge_longs(struct option *merged, const struct option *longs)
{
	size_t n = ARRAY_SIZE(global_longs);

	memset(merged, 0, LONGS_MAX * sizeof(*merged));
	memcpy(merged, global_longs, sizeof(global_longs));
	for (; longs && longs->name && n < LONGS_MAX - 1; longs++)
		merged[n++] = *longs;
}

_Noreturn void usage_error(const struct context *ctx, const char *fmt, ...)
{
	struct failure failure = { .status = STATUS_USAGE };
	char message[512], advice[64];
	va_list args;

	va_start(args, fmt);
	vsnprintf(message, sizeof(message), fmt, args);
	va_end(args);
	snprintf(advice, sizeof(advice), "educma %s%s--help",
		 ctx->cmd ? ctx->cmd->name : "", ctx->cmd ? " " : "");
	failure.advice = advice;
	exit(close_output(ctx, fail(ctx, &failure, "%s", message)));
}

static _Noreturn void bad_option(const struct context *ctx, char **argv,
				 int opt)
{
	const char *why = opt == ':' ? "needs an argument" : "is not an option";

	if (isdigit(optopt))
		usage_error(ctx, "-%c is not an option, nor is a size negative; a size is %s",
			    optopt, SIZE_FORMS);
	if (optopt && optopt < OPTION_FIRST)
		usage_error(ctx, "-%c %s", optopt, why);
	usage_error(ctx, "%s %s", argv[optind - 1], why);
}

/* A path that is no directory would read like a machine that has nothing. */
static void check_sysroot(const struct context *ctx, const char *dir)
{
	int err = sysfs_check_root(dir);

	if (err)
		usage_error(ctx, "--sysroot '%s': %s", dir, strerror(-err));
}

static void handle_global(struct context *ctx, int opt)
{
	switch (opt) {
	case 'd':
		ctx->device = optarg;
		break;
	case GLOBAL_JSON:
		ctx->json = true;
		break;
	case GLOBAL_SYSROOT:
		check_sysroot(ctx, optarg);
		ctx->sysroot = optarg;
		break;
	case 'h':
		print_help(ctx);
		exit(close_output(ctx, STATUS_OK));
	case 'V':
		puts("educma " EDUCMA_VERSION);
		exit(close_output(ctx, STATUS_OK));
	}
}

static bool is_global(int opt)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(global_longs); i++) {
		if (global_longs[i].val == opt)
			return true;
	}
	return false;
}

int next_option(struct context *ctx, int argc, char **argv, const char *shorts,
		const struct option *longs)
{
	const bool stop_early = *shorts == '+';
	struct option merged[LONGS_MAX];
	char merged_shorts[64];
	int opt;

	merge_longs(merged, longs);
	/* With the colon getopt returns ':', not '?', if an argument is missing. */
	snprintf(merged_shorts, sizeof(merged_shorts), "%s:%s%s",
		 stop_early ? "+" : "", GLOBAL_SHORTS, shorts + stop_early);
	opterr = 0;
	while ((opt = getopt_long(argc, argv, merged_shorts, merged,
				  NULL)) != -1) {
		if (opt == '?' || opt == ':')
			bad_option(ctx, argv, opt);
		if (!is_global(opt))
			break;
		handle_global(ctx, opt);
	}
	return opt;
}

void expect_operands(const struct context *ctx, int argc, int min, int max)
{
	int given = argc - optind;

	if (given < min || given > max)
		usage_error(ctx, "%s; usage: educma %s%s%s",
			    given < min ? "an operand is missing" :
					  "too many operands",
			    ctx->cmd->name, *ctx->cmd->args ? " " : "",
			    ctx->cmd->args);
}

void device_operand(struct context *ctx, int argc, char **argv)
{
	expect_operands(ctx, argc, 0, 1);
	if (optind == argc)
		return;
	if (ctx->device)
		usage_error(ctx, "device '%s': -d has named '%s' already",
			    argv[optind], ctx->device);
	ctx->device = argv[optind];
}

uint64_t size_argument(const struct context *ctx, const char *what,
		       const char *text)
{
	uint64_t bytes;
	int err;

	err = size_parse(text, &bytes);
	if (err)
		usage_error(ctx, "%s '%s': %s; a size is %s", what, text,
			    err == -ERANGE ? "more than 64 bits hold" :
					     "not a size",
			    SIZE_FORMS);
	return bytes;
}

uint64_t number_argument(const struct context *ctx, const char *what,
			 const char *text)
{
	uint64_t value;
	int err;

	err = number_parse(text, &value);
	if (err)
		usage_error(ctx, "%s '%s': %s", what, text,
			    err == -ERANGE ? "more than 64 bits hold" :
					     "not a whole number");
	return value;
}
