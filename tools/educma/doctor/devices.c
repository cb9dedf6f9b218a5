// SPDX-License-Identifier: GPL-2.0
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd.h"
#include "devices.h"
#include "field.h"
#include "sysfs.h"

/* More devices than people read. */
#define SHOWN_MAX	64

#define PCI_DEVICES	"/sys/bus/pci/devices"

/**
 * struct row - a PCI device
 * @pci: its name in sysfs
 * @vendor: PCI vendor
 * @device: PCI device
 * @mask_bits: width of the coherent mask in the kernel
 * @driver: its driver; empty if it has none
 *
 * A number that cannot be read is FIELD_UNKNOWN.
 */
struct row {
	const char *pci;
	uint64_t vendor;
	uint64_t device;
	uint64_t mask_bits;
	char driver[32];
};

/* Reads a number of at most @most. */
static uint64_t read_number(const char *sysroot, const char *dir,
			    const char *name, uint64_t most)
{
	uint64_t number;

	if (sysfs_read_u64(sysroot, dir, name, &number) || number > most)
		return FIELD_UNKNOWN;
	return number;
}

static void read_row(const char *sysroot, const char *name, struct row *row)
{
	char dir[PATH_MAX];

	*row = (struct row){
		.pci = name, .vendor = FIELD_UNKNOWN,
		.device = FIELD_UNKNOWN, .mask_bits = FIELD_UNKNOWN,
	};
	if (path_format(dir, sizeof(dir), PCI_DEVICES "/%s", name))
		return;
	row->vendor = read_number(sysroot, dir, "vendor", UINT16_MAX);
	row->device = read_number(sysroot, dir, "device", UINT16_MAX);
	row->mask_bits = read_number(sysroot, dir, "consistent_dma_mask_bits",
				     64);
	if (sysfs_link_name(sysroot, dir, "driver", row->driver,
			    sizeof(row->driver)))
		row->driver[0] = '\0';
}

static void get_id(const void *record, struct value *value)
{
	const struct row *row = record;

	if (row->vendor == FIELD_UNKNOWN || row->device == FIELD_UNKNOWN)
		return;
	value_text(value, "%04" PRIx64 ":%04" PRIx64, row->vendor, row->device);
	value_string(value, value->text);
}

static void get_bits(const void *record, struct value *value)
{
	const struct row *row = record;

	if (row->mask_bits == FIELD_UNKNOWN)
		return;
	value_number(value, VALUE_NUMBER, row->mask_bits);
	value_text(value, "%2" PRIu64 " bits,", row->mask_bits);
}

static const struct field row_fields[] = {
	FIELD("pci", "", 0, VALUE_STRING, row, pci),
	FIELD_GET("pci_id", "", 0, get_id),
	FIELD_GET("consistent_dma_mask_bits", "", 0, get_bits),
	FIELD("driver", "", -1, VALUE_CHARS_OR_NULL, row, driver),
	{ }
};

void print_devices(const char *sysroot)
{
	struct row row;
	char **names;
	int count, i;

	count = sysfs_list(sysroot, PCI_DEVICES, &names);
	if (count < 0)
		return;
	for (i = 0; i < count && i < SHOWN_MAX; i++) {
		read_row(sysroot, names[i], &row);
		title_print(i ? "" : "devices");
		columns_print(row_fields, &row, false);
	}
	if (count > i) {
		title_print("");
		printf("and %d others\n", count - i);
	}
	sysfs_free_list(names, count);
}

void devices_add_json(struct json_object *object, const char *sysroot)
{
	struct json_object *array = json_object_new_array();
	struct row row;
	char **names;
	int count, i;

	count = sysfs_list(sysroot, PCI_DEVICES, &names);
	for (i = 0; i < count && i < SHOWN_MAX; i++) {
		read_row(sysroot, names[i], &row);
		json_object_array_add(array, fields_json(row_fields, &row));
	}
	json_object_object_add(object, "devices", array);
	json_add_u64(object, "more_devices", count > i ? count - i : 0);
	if (count >= 0)
		sysfs_free_list(names, count);
}
