// SPDX-License-Identifier: GPL-2.0
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "devices.h"
#include "field.h"
#include "printable.h"
#include "sysfs.h"

/* More devices than people read. */
#define SHOWN_MAX	64

#define PCI_DEVICES	"/sys/bus/pci/devices"

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
	if (path_format(dir, sizeof(dir), PCI_DEVICES "/%s", name))
		return;
	sysfs_read_u64(sysroot, dir, "vendor", &row->vendor);
	sysfs_read_u64(sysroot, dir, "device", &row->device);
	sysfs_read_u64(sysroot, dir, "consistent_dma_mask_bits", &row->bits);
	if (sysfs_link_name(sysroot, dir, "driver", row->driver,
			    sizeof(row->driver)))
		strcpy(row->driver, "-");
}

void print_devices(const char *sysroot)
{
	char name[64], driver[64];
	struct row row;
	char **names;
	int count, i;

	count = sysfs_list(sysroot, PCI_DEVICES, &names);
	if (count < 0)
		return;
	for (i = 0; i < count && i < SHOWN_MAX; i++) {
		read_row(sysroot, names[i], &row);
		title_print(i ? "" : "devices");
		printf("%s %04" PRIx64 ":%04" PRIx64 " %2" PRIu64 " bits, %s\n",
		       printable_text(name, sizeof(name), names[i]),
		       row.vendor, row.device, row.bits,
		       printable_text(driver, sizeof(driver), row.driver));
	}
	if (count > i) {
		title_print("");
		printf("and %d others\n", count - i);
	}
	sysfs_free_list(names, count);
}
