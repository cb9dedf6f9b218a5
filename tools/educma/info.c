// SPDX-License-Identifier: GPL-2.0
#include <inttypes.h>
#include <stdio.h>

#include "cmd.h"
#include "size.h"
#include "educma_regs.h"

#define NSEC_PER_MSEC	1000000ULL

static const char *interrupt_name(const struct educma_info *info)
{
	return info->flags & EDUCMA_INFO_MSI ? "MSI" : "INTx";
}

/* A driver that is too old for a reserve has none. */
static int read_reserve(const struct educma_entry *entry, uint64_t *bytes,
			uint64_t *free_bytes)
{
	int err = educma_read_counter(entry, "reserve_bytes", bytes);

	return err ?: educma_read_counter(entry, "reserve_free_bytes",
					  free_bytes);
}

static void add_reserve(struct json_object *object,
			const struct educma_entry *entry)
{
	uint64_t bytes, free_bytes;

	if (read_reserve(entry, &bytes, &free_bytes))
		return;
	json_add_u64(object, "reserve_bytes", bytes);
	json_add_u64(object, "reserve_free_bytes", free_bytes);
}

static void info_json(const struct session *s)
{
	struct json_object *object = device_json(&s->entry);
	const struct educma_info *info = &s->info;

	json_add_string(object, "node", s->entry.node);
	json_add_string(object, "driver", s->entry.driver);
	json_add_address(object, "hw_id", info->hw_id);
	json_add_string(object, "interrupt", interrupt_name(info));
	json_add_u64(object, "dma_bits", info->dma_bits);
	json_add_address(object, "proven_address", info->proven_addr);
	json_add_u64(object, "chunk_bytes", info->chunk_bytes);
	json_add_u64(object, "device_bytes", info->device_bytes);
	json_add_u64(object, "max_in_flight", info->max_in_flight);
	json_add_u64(object, "max_buffers", info->max_buffers);
	json_add_u64(object, "max_bytes", info->max_bytes);
	json_object_object_add(object, "unlimited",
			       json_object_new_boolean(info->flags &
						       EDUCMA_INFO_UNLIMITED));
	add_reserve(object, &s->entry);
	json_add_u64(object, "edu_limit_bytes_per_s", edu_limit(info));
	json_object_object_add(object, "failed",
			       json_object_new_boolean(info->flags &
						       EDUCMA_INFO_FAILED));
	json_object_object_add(object, "gone",
			       json_object_new_boolean(info->flags &
						       EDUCMA_INFO_GONE));
	print_json(object);
}

static void print_proven(uint64_t address)
{
	if (address)
		printf("%-15s 0x%08" PRIx64 "\n", "proven address", address);
	else
		printf("%-15s hidden: needs root\n", "proven address");
}

static void print_limits(const struct educma_info *info)
{
	char size[SIZE_TEXT];

	printf("%-15s %u a user, %s in all%s\n", "buffers", info->max_buffers,
	       size_format(size, info->max_bytes),
	       info->flags & EDUCMA_INFO_UNLIMITED ? "; not for root" : "");
}

static void print_reserve(const struct educma_entry *entry)
{
	char size[SIZE_TEXT], free_size[SIZE_TEXT];
	uint64_t bytes, free_bytes;

	if (read_reserve(entry, &bytes, &free_bytes))
		return;
	if (bytes)
		printf("%-15s %s, %s free\n", "reserve",
		       size_format(size, bytes),
		       size_format(free_size, free_bytes));
	else
		printf("%-15s none\n", "reserve");
}

static const char *state_name(const struct educma_info *info)
{
	if (info->flags & EDUCMA_INFO_GONE)
		return "gone: it does not answer; reset or rebind it";
	if (info->flags & EDUCMA_INFO_FAILED)
		return "failed: the kernel log says why; reset or rebind it";
	return "ok";
}

static void info_text(const struct session *s)
{
	const struct educma_info *info = &s->info;

	printf("%-15s %s\n", "node", s->entry.node);
	printf("%-15s %s\n", "PCI address", s->entry.pci);
	printf("%-15s %s\n", "driver", s->entry.driver);
	printf("%-15s 0x%08x\n", "identification", info->hw_id);
	printf("%-15s %s\n", "interrupt", interrupt_name(info));
	printf("%-15s %u\n", "address bits", info->dma_bits);
	print_proven(info->proven_addr);
	printf("%-15s %u bytes\n", "chunk", info->chunk_bytes);
	printf("%-15s %u bytes\n", "device memory", info->device_bytes);
	printf("%-15s %u transfers a file\n", "in flight",
	       info->max_in_flight);
	print_limits(info);
	print_reserve(&s->entry);
	printf("%-15s %" PRIu64 " bytes/s each way (a chunk in %llu ms), if it is QEMU's edu\n",
	       "limit", edu_limit(info), EDU_DMA_NS / NSEC_PER_MSEC);
	printf("%-15s %s\n", "state", state_name(info));
}

int cmd_info(struct context *ctx, int argc, char **argv)
{
	struct session s;
	int status;

	while (next_option(ctx, argc, argv, "", NULL) != -1)
		;
	expect_operands(ctx, argc, 0, 0);
	status = open_session(ctx, &s);
	if (status)
		return status;
	if (ctx->json)
		info_json(&s);
	else
		info_text(&s);
	close_session(&s);
	return STATUS_OK;
}
