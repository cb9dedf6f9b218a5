// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd.h"

struct row {
	const struct educma_entry *entry;
	uint64_t bits;
	uint64_t to_device;
	uint64_t from_device;
};

/* What cannot be read, as where a device goes at this moment, counts as 0. */
static void fill_row(struct row *row, const struct educma_entry *entry)
{
	struct educma_counters counters;

	*row = (struct row){ .entry = entry };
	educma_dma_bits(entry, &row->bits);
	if (educma_read_counters(entry, &counters))
		return;
	educma_counter(&counters, "to_device_bytes", &row->to_device);
	educma_counter(&counters, "from_device_bytes", &row->from_device);
}

static struct json_object *row_json(const struct row *row)
{
	struct json_object *object = device_json(row->entry);

	json_add_string(object, "node", row->entry->node);
	json_add_string(object, "driver", row->entry->driver);
	json_add_u64(object, "dma_bits", row->bits);
	json_add_u64(object, "to_device_bytes", row->to_device);
	json_add_u64(object, "from_device_bytes", row->from_device);
	return object;
}

static void list_json(const struct educma_entry *list, size_t count)
{
	struct json_object *array = json_object_new_array();
	struct row row;
	size_t i;

	for (i = 0; i < count; i++) {
		fill_row(&row, &list[i]);
		json_object_array_add(array, row_json(&row));
	}
	print_json(array);
}

static const char *or_dash(const char *text)
{
	return *text ? text : "-";
}

static void list_text(const struct educma_entry *list, size_t count)
{
	struct row row;
	size_t i;

	printf("%-12s %-10s %4s %20s %20s  %s\n", "PCI", "DRIVER", "BITS",
	       "BYTES TO DEVICE", "BYTES FROM DEVICE", "NODE");
	for (i = 0; i < count; i++) {
		fill_row(&row, &list[i]);
		printf("%-12s %-10s %4" PRIu64 " %20" PRIu64 " %20" PRIu64
		       "  %s\n", row.entry->pci, or_dash(row.entry->driver),
		       row.bits, row.to_device, row.from_device,
		       or_dash(row.entry->node));
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
