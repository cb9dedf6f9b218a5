// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd.h"
#include "field.h"

struct row {
	const char *device;
	const char *pci;
	const char *driver;
	const char *node;
	uint64_t dma_bits;
	uint64_t to_device_bytes;
	uint64_t from_device_bytes;
};

/* A counter that cannot be read, because its device goes now, is shown as 0. */
static void fill_row(struct row *row, const struct educma_entry *entry)
{
	struct educma_counters counters;

	*row = (struct row){
		.device = entry->name,
		.pci = entry->pci,
		.driver = entry->driver,
		.node = entry->node,
	};
	educma_dma_bits(entry, &row->dma_bits);
	if (educma_read_counters(entry, &counters))
		return;
	educma_counter(&counters, "to_device_bytes", &row->to_device_bytes);
	educma_counter(&counters, "from_device_bytes",
		       &row->from_device_bytes);
}

static const struct field fields[] = {
	FIELD("device", NULL, 0, VALUE_STRING, row, device),
	FIELD("pci", "PCI", -12, VALUE_STRING, row, pci),
	FIELD("driver", "DRIVER", -10, VALUE_STRING, row, driver),
	FIELD("dma_bits", "BITS", 4, VALUE_NUMBER, row, dma_bits),
	FIELD("to_device_bytes", "BYTES TO DEVICE", 20, VALUE_NUMBER,
	      row, to_device_bytes),
	FIELD("from_device_bytes", "BYTES FROM DEVICE", 20, VALUE_NUMBER,
	      row, from_device_bytes),
	FIELD("node", "NODE", -1, VALUE_STRING, row, node),
	{ }
};

static void list_json(const struct educma_entry *list, size_t count)
{
	struct json_object *array = json_object_new_array();
	struct row row;
	size_t i;

	for (i = 0; i < count; i++) {
		fill_row(&row, &list[i]);
		json_object_array_add(array, fields_json(fields, &row));
	}
	print_json(array);
}

static void list_text(const struct educma_entry *list, size_t count)
{
	struct row row;
	size_t i;

	columns_print_head(fields);
	for (i = 0; i < count; i++) {
		fill_row(&row, &list[i]);
		columns_print(fields, &row, output_is_human());
	}
}

/* Those that work, then those that nobody or another driver has. */
static int list_all(const char *sysroot, struct educma_entry **list,
		    size_t *count)
{
	struct educma_entry *unbound, *all;
	size_t more;
	int err;

	err = educma_list_unbound(sysroot, &unbound, &more);
	if (err)
		return err;
	all = realloc(*list, (*count + more) * sizeof(*all) + 1);
	if (all) {
		if (more)
			memcpy(all + *count, unbound, more * sizeof(*all));
		*list = all;
		*count += more;
	}
	free(unbound);
	return all ? 0 : -ENOMEM;
}

int cmd_list(struct context *ctx, int argc, char **argv)
{
	struct educma_entry *list;
	size_t count;
	int err;

	while (next_option(ctx, argc, argv, "", NULL) != -1)
		;
	expect_operands(ctx, argc, 0, 0);
	err = educma_list(ctx->sysroot, &list, &count);
	if (err)
		return fail_system(ctx, err, "devices");
	if (!count)
		return fail_no_device(ctx);
	err = list_all(ctx->sysroot, &list, &count);
	if (err) {
		free(list);
		return fail_system(ctx, err, "devices");
	}
	if (ctx->json)
		list_json(list, count);
	else
		list_text(list, count);
	free(list);
	return STATUS_OK;
}
