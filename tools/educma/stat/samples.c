// SPDX-License-Identifier: GPL-2.0
/*
 * educma stat -i: reads the counters of the devices.
 *
 * Each counter is a file of its own, so the figures of a line are not of one
 * instant: if a chunk ends while its device is being read, some of the figures
 * have it and others do not yet. The devices are read one after another. Still
 * each figure is exact: the clock is read for every device just before its
 * counters, which are read in a fixed order, so the time between the clock and
 * a counter cancels out in the difference, and nothing is lost or counted twice
 * from one line to the next.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "stat.h"

static const char *const figure_names[FIGURES] = {
	[TO_BYTES] = "to_device_bytes",
	[FROM_BYTES] = "from_device_bytes",
	[TO_TRANSFERS] = "to_device_transfers",
	[FROM_TRANSFERS] = "from_device_transfers",
	[TO_ERRORS] = "to_device_errors",
	[FROM_ERRORS] = "from_device_errors",
	[TO_BUSY] = "to_device_busy_ns",
	[FROM_BUSY] = "from_device_busy_ns",
	[FAILURES] = "failures",
	[QUEUE] = "queue_depth",
};

/* A device that goes meanwhile is left out. Returns an enum status. */
static int take_sample(const struct context *ctx,
		       const struct educma_entry *entry, struct samples *s)
{
	struct sample *sample = &s->sample[s->count];
	size_t i;
	int err;

	sample->ns = monotonic_ns();
	memcpy(sample->name, entry->name, sizeof(sample->name));
	memcpy(sample->pci, entry->pci, sizeof(sample->pci));
	for (i = 0; i < FIGURES; i++) {
		err = educma_read_counter(entry, figure_names[i],
					  &sample->figure[i]);
		if (err && has_gone(ctx, entry))
			return 0;
		if (err)
			return fail_system(ctx, err, "%s/dma_counters/%s",
					   entry->pci_dir, figure_names[i]);
	}
	s->count++;
	return 0;
}

int take_samples(const struct context *ctx, const char *only,
		 struct samples *s)
{
	struct educma_entry *list;
	int err, status = 0;
	size_t count, i;

	*s = (struct samples){ };
	err = educma_list(ctx->sysroot, &list, &count);
	if (err)
		return fail_system(ctx, err, "devices");
	s->sample = calloc(count + 1, sizeof(*s->sample));
	if (!s->sample)
		status = fail_system(ctx, -ENOMEM, "devices");
	for (i = 0; !status && i < count; i++) {
		if (!only || !strcmp(only, list[i].pci))
			status = take_sample(ctx, &list[i], s);
	}
	free(list);
	return status;
}

/* A counter falls only when the driver is bound again and counts from 0. */
static bool same_binding(const struct sample *before, const struct sample *now)
{
	size_t i;

	for (i = 0; i < QUEUE; i++) {
		if (now->figure[i] < before->figure[i])
			return false;
	}
	return !strcmp(before->pci, now->pci);
}

const struct sample *find_before(const struct samples *before,
				 const struct sample *now)
{
	size_t i;

	for (i = 0; i < before->count; i++) {
		if (same_binding(&before->sample[i], now))
			return &before->sample[i];
	}
	return NULL;
}
