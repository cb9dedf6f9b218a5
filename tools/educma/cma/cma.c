// SPDX-License-Identifier: GPL-2.0
/* educma cma: the command. areas.c and map.c show, pages.c allocates and frees. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cma.h"

static int show_all(const struct context *ctx)
{
	struct educma_cma_area *areas;
	size_t count;
	int err;

	err = educma_cma_areas(ctx->sysroot, &areas, &count);
	if (!err && !count)
		err = -ENODEV;
	if (err)
		return fail_area(ctx, NULL, err);
	show_areas(ctx, areas, count);
	/* The others have been shown; those that cannot be read are the last. */
	err = areas[count - 1].err;
	free(areas);
	return err ? STATUS_FAILURE : STATUS_OK;
}

static int show_one(const struct context *ctx, const char *name)
{
	struct educma_cma_area area;
	int err;

	err = educma_cma_find(ctx->sysroot, name, &area);
	if (err)
		return fail_area(ctx, name, err);
	show_areas(ctx, &area, 1);
	return STATUS_OK;
}

/* @action: "alloc" or "free"; @amount may be NULL, which is an error. */
static int change(const struct context *ctx, const char *action,
		  const char *amount, const char *name)
{
	const bool is_alloc = !strcmp(action, "alloc");

	if (!is_alloc && strcmp(action, "free"))
		usage_error(ctx, "no action '%s': alloc or free", action);
	if (!amount)
		usage_error(ctx, "%s needs an amount, for example 16M", action);
	if (*ctx->sysroot)
		usage_error(ctx, "%s changes the running kernel, so it does not take --sysroot",
			    action);
	return is_alloc ? take_pages(ctx, amount, name) :
			  give_pages(ctx, amount, name);
}

enum { OPTION_AREA = OPTION_FIRST };

static int cmd_cma(struct context *ctx, int argc, char **argv)
{
	static const struct option longs[] = {
		{ "area", required_argument, NULL, OPTION_AREA },
		{ }
	};
	const char *name = NULL;

	while (next_option(ctx, argc, argv, "", longs) != -1)
		name = optarg;
	expect_operands(ctx, argc, 0, 2);
	if (optind < argc)	/* argv ends with a NULL */
		return change(ctx, argv[optind], argv[optind + 1], name);
	return name ? show_one(ctx, name) : show_all(ctx);
}

const struct command cma_command = {
	.name = "cma",
	.args = "[--area NAME] [alloc N | free N]",
	.summary = "the kernel's CMA areas, and pages from them",
	.help =
		"      --area NAME       this area (alloc and free default to the only one, or\n"
		"                        to 'reserved', the one for DMA)\n"
		"\n"
		"Without alloc or free it prints where each area lies, how much of it is used, a\n"
		"map, the buffers in it that an educma device's debugfs holds, and the reserves\n"
		"(module parameter reserve). alloc makes CMA's debugfs take N pages in one piece and\n"
		"hold them; free gives N of them back, the latest first. N alone is a number of\n"
		"pages; with a unit, as in 16M or 4KiB, it is a size. The command needs root.\n",
	.run = cmd_cma,
};
