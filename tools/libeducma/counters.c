// SPDX-License-Identifier: GPL-2.0
/* The driver's counters: all files in the PCI device's dma_counters/ directory. */
#include <errno.h>
#include <string.h>

#include "libeducma.h"
#include "sysfs.h"

/* The driver's names have small letters, digits and "_", as have keys of JSON. */
static bool is_counter_name(const char *name)
{
	return !name[strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_")];
}

/*
 * A file that does not hold a number is not a counter. A file that cannot be read
 * is an error, because without it the device would seem not to have the counter.
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
	if (err == -EINVAL)
		return 0;
	counters->count += !err;
	return err;
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

	counters->count = 0;
	err = counters_dir(dir, entry);
	if (err)
		return err;
	count = sysfs_list(entry->sysroot, dir, &names);
	if (count < 0)
		return count;
	for (i = 0; !err && i < count; i++)
		err = add_counter(entry->sysroot, dir, names[i], counters);
	sysfs_free_list(names, count);
	return err;
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
