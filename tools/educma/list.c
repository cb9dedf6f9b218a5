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

static void fill_row(struct row *row, const struct educma_entry *entry)
{
	*row = (struct row){
		.device = known(entry->name),
		.pci = entry->pci,
		.driver = known(entry->driver),
		.node = known(entry->node),
		.to_device_bytes = FIELD_UNKNOWN,
		.from_device_bytes = FIELD_UNKNOWN,
	};
	if (educma_dma_bits(entry, &row->mask_bits))
		row->mask_bits = FIELD_UNKNOWN;
}

/*
 * Reads the counters that are printed, and no others. Returns 0, or an error and
 * the counter in @failed.
 */
static int read_bytes(const struct educma_entry *entry, struct row *row,
		      const char **failed)
{
	int err;

	*failed = "to_device_bytes";
	err = educma_read_counter(entry, *failed, &row->to_device_bytes);
	if (err)
		return err;
	*failed = "from_device_bytes";
	return educma_read_counter(entry, *failed, &row->from_device_bytes);
}

/*
 * Adds a device to the rows. A device that is removed at this moment is left
 * out. Returns 0, or the status of a reported failure.
 */
static int add_row(const struct context *ctx, struct row *rows, size_t *count,
		   const struct educma_entry *entry)
{
	struct row *row = &rows[*count];
	const char *failed;
	int err;

	fill_row(row, entry);
	if (*entry->name) {
		err = read_bytes(entry, row, &failed);
		if (err && has_gone(ctx, entry))
			return 0;
		if (err)
			return fail_counter(ctx, entry, failed, err);
	}
	(*count)++;
	return 0;
}

static const struct field fields[] = {
	FIELD_OPTIONAL("device", NULL, 0, VALUE_STRING, row, device),
	FIELD("pci", "PCI", -12, VALUE_STRING, row, pci),
	FIELD_OPTIONAL("driver", "DRIVER", -10, VALUE_STRING, row, driver),
	FIELD_OPTIONAL("consistent_dma_mask_bits", "BITS", 4, VALUE_NUMBER, row,
		       mask_bits),
	FIELD_OPTIONAL("to_device_bytes", "TO DEVICE", 11, VALUE_BYTES, row,
		       to_device_bytes),
	FIELD_OPTIONAL("from_device_bytes", "FROM DEVICE", 11, VALUE_BYTES, row,
		       from_device_bytes),
	FIELD_OPTIONAL("node", "NODE", -1, VALUE_STRING, row, node),
	{ }
};

static void print_json_rows(const struct row *rows, size_t count)
{
	struct json_object *array = json_object_new_array();
	size_t i;

	for (i = 0; i < count; i++)
		json_object_array_add(array, fields_json(fields, &rows[i]));
	print_json_list("devices", array);
}

static void print_rows(const struct row *rows, size_t count)
{
	const bool human = output_is_human();
	size_t i;

	columns_print_head(fields, human);
	for (i = 0; i < count; i++)
		columns_print(fields, &rows[i], human);
}

/* Prints all devices or none. Returns an enum status. */
static int print_list(const struct context *ctx,
		      const struct educma_entry *list, size_t count)
{
	struct row *rows = calloc(count + 1, sizeof(*rows));
	size_t shown = 0, i;
	int status = 0;

	if (!rows)
		return fail_system(ctx, -ENOMEM, "devices");
	for (i = 0; !status && i < count; i++)
		status = add_row(ctx, rows, &shown, &list[i]);
	if (!status && ctx->json)
		print_json_rows(rows, shown);
	else if (!status)
		print_rows(rows, shown);
	free(rows);
	return status;
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
	int err, status;

	err = educma_list(ctx->sysroot, &list, &count);
	if (err)
		return fail_system(ctx, err, "devices");
	bound = count;
	err = add_unbound(ctx->sysroot, &list, &count);
	status = err ? fail_system(ctx, err, "devices") :
		       print_list(ctx, list, count);
	free(list);
	if (!status && !bound)
		advise_no_device(ctx);
	return status;
}

static int list_one(const struct context *ctx)
{
	struct educma_entry entry;
	int status = 0;

	if (educma_find_unbound(ctx->sysroot, ctx->device, &entry))
		status = find_device(ctx, &entry);
	return status ?: print_list(ctx, &entry, 1);
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
