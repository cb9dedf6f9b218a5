// SPDX-License-Identifier: GPL-2.0
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd.h"

static struct json_object *stat_json(const struct educma_entry *entry,
				     const struct educma_counters *counters)
{
	struct json_object *object = device_json(entry);
	size_t i;

	for (i = 0; i < counters->count; i++)
		json_add_u64(object, counters->counter[i].name,
			     counters->counter[i].value);
	return object;
}

static void stat_text(const struct educma_counters *counters)
{
	int width = 0;
	size_t i;

	for (i = 0; i < counters->count; i++) {
		int len = strlen(counters->counter[i].name);

		if (len > width)
			width = len;
	}
	for (i = 0; i < counters->count; i++)
		printf("%-*s %" PRIu64 "\n", width, counters->counter[i].name,
		       counters->counter[i].value);
}

static int stat_one(const struct context *ctx)
{
	struct educma_counters counters;
	struct educma_entry entry;
	int status, err;

	status = find_device(ctx, &entry);
	if (status)
		return status;
	err = educma_read_counters(&entry, &counters);
	if (err)
		return fail_errno(ctx, err, "%s/dma", entry.pci_dir);
	if (ctx->json)
		print_json(stat_json(&entry, &counters));
	else
		stat_text(&counters);
	return STATUS_OK;
}

/* Adds to @array, or prints if there is none. */
static int stat_list(const struct context *ctx, struct json_object *array,
		     const struct educma_entry *list, size_t count)
{
	struct educma_counters counters;
	size_t i;
	int err;

	for (i = 0; i < count; i++) {
		err = educma_read_counters(&list[i], &counters);
		if (err)
			return fail_errno(ctx, err, "%s/dma", list[i].pci_dir);
		if (array) {
			json_object_array_add(array,
					      stat_json(&list[i], &counters));
			continue;
		}
		printf("%s%s (%s)\n", i ? "\n" : "", list[i].name,
		       list[i].pci);
		stat_text(&counters);
	}
	return STATUS_OK;
}

static int stat_all(const struct context *ctx)
{
	struct json_object *array = NULL;
	struct educma_entry *list;
	int status, err;
	size_t count;

	err = educma_list(ctx->sysroot, &list, &count);
	if (err)
		return fail_errno(ctx, err, "devices");
	if (!count)
		return fail_no_device(ctx);
	if (ctx->json)
		array = json_object_new_array();
	status = stat_list(ctx, array, list, count);
	if (status)
		json_object_put(array);
	else if (array)
		print_json(array);
	free(list);
	return status;
}

int cmd_stat(struct context *ctx, int argc, char **argv)
{
	static const struct option longs[] = {
		{ "all", no_argument, NULL, 'a' },
		{ }
	};
	bool all = false;

	while (next_option(ctx, argc, argv, "a", longs) != -1)
		all = true;
	expect_operands(ctx, argc, 0, 0);
	if (all && ctx->device)
		usage_error(ctx, "-a and -d exclude each other");
	return all ? stat_all(ctx) : stat_one(ctx);
}
