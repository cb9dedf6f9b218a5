// SPDX-License-Identifier: GPL-2.0
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "devices.h"
#include "field.h"
#include "sysfs.h"

struct row {
	uint64_t vendor;
	uint64_t device;
	uint64_t bits;
	char driver[32];
};

static void read_row(const char *sysroot, const char *name, struct row *row)
{
	char dir[PATH_MAX];

	memset(row, 0, sizeof(*row));
	if (path_format(dir, sizeof(dir), "%s/sys/bus/pci/devices/%s", sysroot,
			name))
		return;
	sysfs_read_u64(dir, "vendor", &row->vendor);
	sysfs_read_u64(dir, "device", &row->device);
	sysfs_read_u64(dir, "consistent_dma_mask_bits", &row->bits);
	if (sysfs_link_name(dir, "driver", row->driver, sizeof(row->driver)))
		strcpy(row->driver, "-");
}

void print_devices(const char *sysroot)
{
	char path[PATH_MAX];
	struct dirent **names;
	struct row row;
	int count, i;

	if (path_format(path, sizeof(path), "%s/sys/bus/pci/devices", sysroot))
		return;
	count = sysfs_list(path, &names);
	if (count < 0)
		return;
	for (i = 0; i < count; i++) {
		read_row(sysroot, names[i]->d_name, &row);
		title_print(i ? "" : "devices");
		printf("%s %04" PRIx64 ":%04" PRIx64 " %2" PRIu64 " bits, %s\n",
		       names[i]->d_name, row.vendor, row.device, row.bits,
		       row.driver);
		free(names[i]);
	}
	free(names);
}
