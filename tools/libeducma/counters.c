// SPDX-License-Identifier: GPL-2.0
/* The driver's counters: all files in the PCI device's dma_counters/ directory. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "libeducma.h"
#include "sysfs.h"
#include "util.h"

/* The counters of include/abi/sysfs-driver-educma; tests/man compares them. */
static const char *const documented[] = {
	"to_device_bytes", "to_device_chunks", "to_device_transfers",
	"to_device_errors", "to_device_busy_ns",
	"to_device_bandwidth_bytes_per_s", "to_device_average_bytes_per_s",
	"from_device_bytes", "from_device_chunks", "from_device_transfers",
	"from_device_errors", "from_device_busy_ns",
	"from_device_bandwidth_bytes_per_s", "from_device_average_bytes_per_s",
	"irqs", "irqs_missed", "irqs_spurious", "chunks_repeated", "timeouts",
	"failures", "queue_depth", "buffers_allocated", "buffer_bytes",
	"reserve_bytes", "reserve_free_bytes", "bandwidth_window_ms",
};

/* Returns @err. */
static int note_failed(struct educma_counters *counters, const char *name,
		       int err)
{
	snprintf(counters->failed, sizeof(counters->failed), "%.47s", name);
	return err;
}

/* The driver's names have small letters, digits and "_", as have keys of JSON. */
static bool is_counter_name(const char *name)
{
	return !name[strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_")];
}

/*
 * A file that cannot be read, or does not hold a number, is an error, because
 * without it the device would seem not to have the counter.
 */
static int add_counter(const char *sysroot, const char *dir, const char *name,
		       struct educma_counters *counters)
{
	struct educma_counter *c = &counters->counter[counters->count];
	int err;

	if (!is_counter_name(name))
		return 0;
	if (counters->count == EDUCMA_COUNTERS_MAX)
		return -E2BIG;
	err = path_format(c->name, sizeof(c->name), "%s", name);
	if (!err)
		err = sysfs_read_u64(sysroot, dir, name, &c->value);
	if (err)
		return note_failed(counters, name, err);
	counters->count++;
	return 0;
}

/* Returns -ENOENT if a counter is missing. */
static int find_documented(struct educma_counters *counters)
{
	uint64_t value;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(documented); i++) {
		if (educma_counter(counters, documented[i], &value))
			return note_failed(counters, documented[i], -ENOENT);
	}
	return 0;
}

static int counters_dir(char *dir, const struct educma_entry *entry)
{
	return path_format(dir, PATH_MAX, "%s/dma_counters", entry->pci_dir);
}

int educma_read_counters(const struct educma_entry *entry,
			 struct educma_counters *counters)
{
	char **names;
	char dir[PATH_MAX];
	int count, i, err;

	*counters = (struct educma_counters){ };
	err = counters_dir(dir, entry);
	if (err)
		return err;
	count = sysfs_list(entry->sysroot, dir, &names);
	if (count < 0)
		return count;
	for (i = 0; !err && i < count; i++)
		err = add_counter(entry->sysroot, dir, names[i], counters);
	sysfs_free_list(names, count);
	return err ?: find_documented(counters);
}

int educma_read_counter(const struct educma_entry *entry, const char *name,
			uint64_t *value)
{
	char dir[PATH_MAX];
	int err;

	err = counters_dir(dir, entry);
	return err ?: sysfs_read_u64(entry->sysroot, dir, name, value);
}

int educma_counter(const struct educma_counters *counters, const char *name,
		   uint64_t *value)
{
	size_t i;

	for (i = 0; i < counters->count; i++) {
		if (!strcmp(counters->counter[i].name, name)) {
			*value = counters->counter[i].value;
			return 0;
		}
	}
	return -ENOENT;
}
