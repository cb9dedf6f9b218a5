// SPDX-License-Identifier: GPL-2.0
/* educma cma: the kernel's CMA areas, a map of each, and pages from them. */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cma.h"
#include "sysfs.h"

static bool is_empty_dir(const char *path)
{
	bool empty = true;
	struct dirent *d;
	DIR *dir;

	dir = opendir(path);
	while (empty && dir && (d = readdir(dir)))
		empty = d->d_name[0] == '.';
	if (dir)
		closedir(dir);
	return empty;
}

/* CMA's debugfs is not there: report which of three things is missing. */
static int fail_no_debugfs(const struct context *ctx)
{
	static const struct failure no_cma = {
		.status = STATUS_FAILURE,
		.reason = "no_cma",
		.advice = "use a kernel with CONFIG_DMA_CMA=y and CONFIG_CMA_DEBUGFS=y",
	}, not_mounted = {
		.status = STATUS_FAILURE,
		.reason = "no_debugfs",
		.advice = "mount -t debugfs none /sys/kernel/debug",
	}, no_cma_debugfs = {
		.status = STATUS_FAILURE,
		.reason = "no_cma_debugfs",
		.advice = "use a kernel with CONFIG_CMA_DEBUGFS=y",
	};
	char path[PATH_MAX];
	uint64_t total;

	if (educma_meminfo(ctx->sysroot, "CmaTotal", &total))
		return fail(ctx, &no_cma, "this kernel has no CMA");
	if (path_format(path, sizeof(path), "%s/sys/kernel/debug",
			ctx->sysroot) || is_empty_dir(path))
		return fail(ctx, &not_mounted, "debugfs is not mounted");
	return fail(ctx, &no_cma_debugfs,
		    "this kernel has CMA, but no debugfs files of it");
}

static int fail_no_area(const struct context *ctx)
{
	static const struct failure failure = {
		.status = STATUS_FAILURE,
		.reason = "no_area",
		.advice = "boot with cma=128M@0-256M",
	};

	return fail(ctx, &failure,
		    "the kernel has CMA, but no area was reserved");
}

int fail_area(const struct context *ctx, const char *name, int err)
{
	static const struct failure forbidden = {
		.status = STATUS_FAILURE,
		.reason = "permission",
		.advice = "run it as root",
	}, no_such_area = {
		.status = STATUS_FAILURE,
		.reason = "no_such_area",
		.advice = "educma cma",
	};

	switch (err) {
	case -EACCES:
	case -EPERM:
		return fail(ctx, &forbidden, "CMA's debugfs: %s",
			    strerror(-err));
	case -ENOENT:
		return fail_no_debugfs(ctx);
	case -ENODEV:
		return fail_no_area(ctx);
	case -ESRCH:
		return fail(ctx, &no_such_area, "no CMA area '%s'", name);
	case -E2BIG:
		usage_error(ctx, "there are several CMA areas: choose one with --area NAME");
	}
	return fail_errno(ctx, err, "CMA's debugfs");
}

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
	free(areas);
	return STATUS_OK;
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
	return is_alloc ? take_pages(ctx, amount, name) :
			  give_pages(ctx, amount, name);
}

enum { OPTION_AREA = OPTION_FIRST };

int cmd_cma(struct context *ctx, int argc, char **argv)
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
