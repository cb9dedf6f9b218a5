// SPDX-License-Identifier: GPL-2.0
/* Reads the driver's counters for a command, and reports what cannot be read. */
#include <assert.h>
#include <errno.h>

#include "cmd.h"

int fail_counter(const struct context *ctx, const struct educma_entry *entry,
		 const char *name, int err)
{
	static const struct failure failure = {
		.status = STATUS_FAILURE,
	};

	if (err == -ENODEV)
		return fail_errno(ctx, err, "%s", entry->name);
	if (err == -EINVAL)
		return fail(ctx, &failure,
			    "%s/dma_counters/%s: it does not hold a number",
			    entry->pci_dir, name);
	return fail_system(ctx, err, "%s/dma_counters%s%s", entry->pci_dir,
			   *name ? "/" : "", name);
}

bool has_gone(const struct context *ctx, const struct educma_entry *entry)
{
	struct educma_entry found;

	return educma_find(ctx->sysroot, entry->pci, &found);
}

int read_counters(const struct context *ctx, const struct educma_entry *entry,
		  struct educma_counters *counters)
{
	int err = educma_read_counters(entry, counters);

	return err ? fail_counter(ctx, entry, counters->failed, err) : 0;
}

uint64_t counter_value(const struct educma_counters *counters,
		       const char *name)
{
	uint64_t value = 0;

	/* The library returns an error if a counter of the driver is missing. */
	if (educma_counter(counters, name, &value))
		assert(!"the driver has this counter");
	return value;
}
