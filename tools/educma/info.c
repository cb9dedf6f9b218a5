// SPDX-License-Identifier: GPL-2.0
#include <inttypes.h>
#include <stdio.h>

#include "cmd.h"
#include "field.h"
#include "size.h"
#include "educma_regs.h"

#define NSEC_PER_MSEC	1000000ULL

/* The values that are printed for a device, by their keys in JSON: see fields[]. */
struct record {
	const char *device;
	const char *pci;
	const char *node;
	const char *driver;
	uint64_t hw_id;
	const char *interrupt;
	uint64_t dma_bits;
	uint64_t proven_address;
	uint64_t chunk_bytes;
	uint64_t device_bytes;
	uint64_t max_in_flight;
	uint64_t max_buffers;
	uint64_t max_bytes;
	bool unlimited;
	uint64_t reserve_bytes;
	uint64_t reserve_free_bytes;
	uint64_t edu_limit_bytes_per_s;
	bool failed;
	bool gone;
};

static void fill_record(struct record *r, const struct session *s,
			const struct educma_counters *counters)
{
	const struct educma_info *info = &s->info;

	*r = (struct record){
		.device = s->entry.name,
		.pci = s->entry.pci,
		.node = s->entry.node,
		.driver = s->entry.driver,
		.hw_id = info->hw_id,
		.interrupt = info->flags & EDUCMA_INFO_MSI ? "MSI" : "INTx",
		.dma_bits = info->dma_bits,
		.proven_address = info->proven_address,
		.chunk_bytes = info->chunk_bytes,
		.device_bytes = info->device_bytes,
		.max_in_flight = info->max_in_flight,
		.max_buffers = info->max_buffers,
		.max_bytes = info->max_bytes,
		.unlimited = info->flags & EDUCMA_INFO_UNLIMITED,
		.reserve_bytes = counter_value(counters, "reserve_bytes"),
		.reserve_free_bytes = counter_value(counters,
						    "reserve_free_bytes"),
		.edu_limit_bytes_per_s = edu_limit(info),
		.failed = info->flags & EDUCMA_INFO_FAILED,
		.gone = info->flags & EDUCMA_INFO_GONE,
	};
}

/* The driver gives 0 to a user who may not see bus addresses. */
static void get_proven(const void *record, struct value *value)
{
	const struct record *r = record;

	if (r->proven_address) {
		value_number(value, VALUE_ADDRESS, r->proven_address);
	} else {
		value->kind = VALUE_NULL;
		value_text(value, "hidden: needs root");
	}
}

static void get_chunk(const void *record, struct value *value)
{
	const struct record *r = record;

	value_number(value, VALUE_BYTES, r->chunk_bytes);
	value_text(value, "%" PRIu64 " bytes", r->chunk_bytes);
}

static void get_device_memory(const void *record, struct value *value)
{
	const struct record *r = record;

	value_number(value, VALUE_BYTES, r->device_bytes);
	value_text(value, "%" PRIu64 " bytes", r->device_bytes);
}

static void get_in_flight(const void *record, struct value *value)
{
	const struct record *r = record;

	value_number(value, VALUE_NUMBER, r->max_in_flight);
	value_text(value, "%" PRIu64 " transfers a file", r->max_in_flight);
}

/* One line of text for three fields of JSON. */
static void get_limits(const void *record, struct value *value)
{
	const struct record *r = record;
	char size[SIZE_TEXT];

	value_number(value, VALUE_NUMBER, r->max_buffers);
	value_text(value, "%" PRIu64 " a user, %s in all%s", r->max_buffers,
		   size_format(size, r->max_bytes),
		   r->unlimited ? "; not for root" : "");
}

static void get_reserve(const void *record, struct value *value)
{
	const struct record *r = record;
	char size[SIZE_TEXT], free_size[SIZE_TEXT];

	value_number(value, VALUE_BYTES, r->reserve_bytes);
	if (r->reserve_bytes)
		value_text(value, "%s, %s free",
			   size_format(size, r->reserve_bytes),
			   size_format(free_size, r->reserve_free_bytes));
	else
		value_text(value, "none");
}

static void get_limit(const void *record, struct value *value)
{
	const struct record *r = record;
	char rate[SIZE_TEXT];

	value_number(value, VALUE_RATE, r->edu_limit_bytes_per_s);
	value_text(value,
		   "%s each way (a chunk in %llu ms), if it is QEMU's edu",
		   rate_text(rate, r->edu_limit_bytes_per_s),
		   EDU_DMA_NS / NSEC_PER_MSEC);
}

/* One line of text for two fields of JSON. */
static void get_state(const void *record, struct value *value)
{
	const struct record *r = record;

	value_number(value, VALUE_BOOL, r->failed);
	if (r->gone)
		value_text(value, "gone: the device does not respond; reset or rebind it");
	else if (r->failed)
		value_text(value, "failed: see the kernel log; reset or rebind the device");
	else
		value_text(value, "ok");
}

#define MEMBER(name, title, kind) \
	FIELD(#name, title, 0, kind, record, name)

static const struct field fields[] = {
	MEMBER(device, NULL, VALUE_STRING),
	MEMBER(node, "node", VALUE_STRING),
	MEMBER(pci, "PCI address", VALUE_STRING),
	MEMBER(driver, "driver", VALUE_STRING),
	MEMBER(hw_id, "identification", VALUE_ADDRESS),
	MEMBER(interrupt, "interrupt", VALUE_STRING),
	MEMBER(dma_bits, "address bits", VALUE_NUMBER),
	FIELD_GET("proven_address", "proven address", 0, get_proven),
	FIELD_GET("chunk_bytes", "chunk", 0, get_chunk),
	FIELD_GET("device_bytes", "device memory", 0, get_device_memory),
	FIELD_GET("max_in_flight", "in flight", 0, get_in_flight),
	FIELD_GET("max_buffers", "buffers", 0, get_limits),
	MEMBER(max_bytes, NULL, VALUE_BYTES),
	MEMBER(unlimited, NULL, VALUE_BOOL),
	FIELD_GET("reserve_bytes", "reserve", 0, get_reserve),
	MEMBER(reserve_free_bytes, NULL, VALUE_BYTES),
	FIELD_GET("edu_limit_bytes_per_s", "limit", 0, get_limit),
	FIELD_GET("failed", "state", 0, get_state),
	MEMBER(gone, NULL, VALUE_BOOL),
	{ }
};

static int show(const struct context *ctx, const struct session *s)
{
	struct educma_counters counters;
	struct record record;
	int status;

	status = read_counters(ctx, &s->entry, &counters);
	if (status)
		return status;
	fill_record(&record, s, &counters);
	if (ctx->json)
		print_json(fields_json(fields, &record));
	else
		fields_print(fields, &record, output_is_human());
	return STATUS_OK;
}

static int cmd_info(struct context *ctx, int argc, char **argv)
{
	struct session s;
	int status;

	while (next_option(ctx, argc, argv, "", NULL) != -1)
		;
	device_operand(ctx, argc, argv);
	status = open_session(ctx, &s);
	if (status)
		return status;
	status = show(ctx, &s);
	close_session(&s);
	return status;
}

const struct command info_command = {
	.name = "info",
	.args = "[DEVICE]",
	.summary = "settings and state of a device and its driver",
	.run = cmd_info,
};
