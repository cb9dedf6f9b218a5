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
	uint64_t mask_bits;
	uint64_t to_device_bytes;
	uint64_t from_device_bytes;
};

/* A device that is not bound to educma has no name and no node. */
static const char *known(const char *name)
{
	return *name ? name : NULL;
}

/* A counter is shown as 0 if its device is removed at this moment. */
static void fill_row(struct row *row, const struct educma_entry *entry)
{
	struct educma_counters counters;

	*row = (struct row){
		.device = known(entry->name),
		.pci = entry->pci,
		.driver = known(entry->driver),
		.node = known(entry->node),
	};
	if (educma_dma_bits(entry, &row->mask_bits))
		row->mask_bits = FIELD_UNKNOWN;
	if (educma_read_counters(entry, &counters))
		return;
	educma_counter(&counters, "to_device_bytes", &row->to_device_bytes);
	educma_counter(&counters, "from_device_bytes",
		       &row->from_device_bytes);
}

static const struct field fields[] = {
	FIELD_OPTIONAL("device", NULL, 0, VALUE_STRING, row, device),
	FIELD("pci", "PCI", -12, VALUE_STRING, row, pci),
	FIELD_OPTIONAL("driver", "DRIVER", -10, VALUE_STRING, row, driver),
	FIELD_OPTIONAL("consistent_dma_mask_bits", "BITS", 4, VALUE_NUMBER, row,
		       mask_bits),
	FIELD("to_device_bytes", "TO DEVICE", 11, VALUE_BYTES, row,
	      to_device_bytes),
	FIELD("from_device_bytes", "FROM DEVICE", 11, VALUE_BYTES, row,
	      from_device_bytes),
	FIELD_OPTIONAL("node", "NODE", -1, VALUE_STRING, row, node),
	{ }
};

static void print_json_rows(const struct educma_entry *list, size_t count)
{
	struct json_object *array = json_object_new_array();
	struct row row;
	size_t i;

	for (i = 0; i < count; i++) {
		fill_row(&row, &list[i]);
		json_object_array_add(array, fields_json(fields, &row));
	}
	print_json_list("devices", array);
}

static void print_rows(const struct context *ctx,
		       const struct educma_entry *list, size_t count)
{
	const bool human = output_is_human();
	struct row row;
	size_t i;

	if (ctx->json) {
		print_json_rows(list, count);
		return;
	}
	columns_print_head(fields, human);
	for (i = 0; i < count; i++) {
		fill_row(&row, &list[i]);
		columns_print(fields, &row, human);
	}
}

/* Adds the edu devices that have no driver or another driver. */
static int add_unbound(const char *sysroot, struct educma_entry **list,
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

/*
 * A list without devices of the driver is not an error. Advice for people goes to
 * standard error.
 */
static void advise_no_device(const struct context *ctx)
{
	struct context text = *ctx;

	text.json = false;
	fail_no_device(&text);
}

static int list_all(const struct context *ctx)
{
	struct educma_entry *list;
	size_t count, bound;
	int err;

	err = educma_list(ctx->sysroot, &list, &count);
	if (err)
		return fail_system(ctx, err, "devices");
	bound = count;
	err = add_unbound(ctx->sysroot, &list, &count);
	if (!err)
		print_rows(ctx, list, count);
	free(list);
	if (err)
		return fail_system(ctx, err, "devices");
	if (!bound)
		advise_no_device(ctx);
	return STATUS_OK;
}

static int list_one(const struct context *ctx)
{
	struct educma_entry entry;
	int status = 0;

	if (educma_find_unbound(ctx->sysroot, ctx->device, &entry))
		status = find_device(ctx, &entry);
	if (!status)
		print_rows(ctx, &entry, 1);
	return status;
}

static int cmd_list(struct context *ctx, int argc, char **argv)
{
	while (next_option(ctx, argc, argv, "", NULL) != -1)
		;
	device_operand(ctx, argc, argv);
	return ctx->device ? list_one(ctx) : list_all(ctx);
}

const struct command list_command = {
	.name = "list",
	.args = "[DEVICE]",
	.summary = "the devices",
	.run = cmd_list,
};
