// SPDX-License-Identifier: GPL-2.0
/* The kernel's CMA areas: how much is free, and which one holds a buffer. */
#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "libeducma.h"
#include "sysfs.h"

int educma_meminfo(const char *sysroot, const char *name, uint64_t *bytes)
{
	char path[PATH_MAX], line[256], key[64];
	int err = -ENOENT;
	uint64_t kib;
	FILE *f;

	if (path_format(path, sizeof(path), "%s/proc/meminfo", sysroot))
		return -ENAMETOOLONG;
	f = fopen(path, "re");
	if (!f)
		return -errno;
	while (err && fgets(line, sizeof(line), f)) {
		/* %n is reached only if there is a kB. */
		int end = 0;

		if (sscanf(line, "%63[^:]: %" SCNu64 " kB%n", key, &kib,
			   &end) == 2 && end && !strcmp(key, name)) {
			*bytes = kib * 1024;
			err = 0;
		}
	}
	fclose(f);
	return err;
}

/* Without an IOMMU, or past one that passes through, bus is physical. */
static bool is_translated(const struct educma_entry *entry)
{
	char type[32];

	return !sysfs_read_word(entry->pci_dir, "iommu_group/type", type,
				sizeof(type)) &&
	       strcmp(type, "identity");
}

static int read_area(const char *cma_dir, const char *name,
		     struct educma_cma_area *area)
{
	uint64_t page = sysconf(_SC_PAGESIZE);
	char dir[PATH_MAX];
	int err;

	err = path_format(dir, sizeof(dir), "%s/%s", cma_dir, name);
	if (!err)
		err = path_format(area->name, sizeof(area->name), "%s", name);
	if (!err)
		err = sysfs_read_u64(dir, "base_pfn", &area->base);
	if (!err)
		err = sysfs_read_u64(dir, "count", &area->bytes);
	if (err)
		return err;
	area->base *= page;
	area->bytes *= page;
	return 0;
}

static bool area_holds(const struct educma_cma_area *area,
		       const struct educma_buffer *buf)
{
	return buf->dma_addr >= area->base && buf->bytes <= area->bytes &&
	       buf->dma_addr - area->base <= area->bytes - buf->bytes;
}

int educma_find_area(const char *sysroot, const struct educma_entry *entry,
		     const struct educma_buffer *buf,
		     struct educma_cma_area *area)
{
	char cma_dir[PATH_MAX];
	struct dirent *d;
	int err;
	DIR *dir;

	if (!buf->dma_addr)
		return -EPERM;
	if (is_translated(entry))
		return -EXDEV;
	err = path_format(cma_dir, sizeof(cma_dir), "%s/sys/kernel/debug/cma",
			  sysroot);
	if (err)
		return err;
	dir = opendir(cma_dir);
	if (!dir)
		return -errno;
	err = -ERANGE;
	while (err && (d = readdir(dir))) {
		if (d->d_name[0] != '.' &&
		    !read_area(cma_dir, d->d_name, area) &&
		    area_holds(area, buf))
			err = 0;
	}
	closedir(dir);
	return err;
}
