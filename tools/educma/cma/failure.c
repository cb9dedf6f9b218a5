// SPDX-License-Identifier: GPL-2.0
/* educma cma: why there is no CMA area to show, or to take pages from. */
#include <errno.h>
#include <string.h>

#include "cma.h"
#include "sysfs.h"

/* Whether a directory has no files, or cannot be read. */
static bool is_empty_dir(const char *sysroot, const char *path)
{
	char **names;
	int count = sysfs_list(sysroot, path, &names);

	if (count < 0)
		return true;
	sysfs_free_list(names, count);
	return !count;
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
	uint64_t total;

	if (educma_meminfo(ctx->sysroot, "CmaTotal", &total))
		return fail(ctx, &no_cma, "this kernel has no CMA");
	if (is_empty_dir(ctx->sysroot, "/sys/kernel/debug"))
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
