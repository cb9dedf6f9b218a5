// SPDX-License-Identifier: GPL-2.0
/* educma copy: the report, as text or JSON. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "area.h"
#include "copy.h"
#include "field.h"
#include "size.h"

static uint64_t rate(const struct direction *d)
{
	return rate_per_s(d->bytes, d->busy_ns);
}

/* The counters are the device's: they are this copy's if it was alone. */
static bool was_alone(const struct copy *c)
{
	return c->to_device.bytes == c->bytes &&
	       c->from_device.bytes == c->bytes;
}

/* The device and the buffers ---------------------------------------------- */

static void get_device(const void *record, struct value *value)
{
	const struct copy *c = record;

	value_string(value, c->s.entry.name);
	value_text(value, "%s (%s), %u-bit addresses, %u bytes a DMA",
		   c->s.entry.name, c->s.entry.pci, c->s.info.dma_bits,
		   c->s.info.chunk_bytes);
}

static void get_pci(const void *record, struct value *value)
{
	const struct copy *c = record;

	value_string(value, c->s.entry.pci);
}

static void get_buffer(const void *record, struct value *value)
{
	const struct copy *c = record;
	char size[SIZE_TEXT], address[40] = "hidden, it needs root";

	if (c->buffer.dma_addr)
		snprintf(address, sizeof(address), "0x%08" PRIx64,
			 c->buffer.dma_addr);
	value_number(value, VALUE_BYTES, c->bytes);
	value_text(value, "%s (%" PRIu64 " bytes), bus address %s",
		   size_format(size, c->bytes), c->bytes, address);
}

static void get_chunk(const void *record, struct value *value)
{
	const struct copy *c = record;

	value_number(value, VALUE_BYTES, c->s.info.chunk_bytes);
}

static void get_dma_bits(const void *record, struct value *value)
{
	const struct copy *c = record;

	value_number(value, VALUE_NUMBER, c->s.info.dma_bits);
}

static void get_dma_addr(const void *record, struct value *value)
{
	const struct copy *c = record;

	value_number(value, c->buffer.dma_addr ? VALUE_ADDRESS : VALUE_NULL,
		     c->buffer.dma_addr);
}

static void get_area_last(const void *record, struct value *value)
{
	const struct educma_cma_area *area = record;

	value_number(value, VALUE_ADDRESS, area->base + area->bytes - 1);
}

static const struct field area_fields[] = {
	FIELD("name", NULL, 0, VALUE_CHARS, educma_cma_area, name),
	FIELD("first_address", NULL, 0, VALUE_ADDRESS, educma_cma_area, base),
	FIELD_GET("last_address", NULL, 0, get_area_last),
	FIELD("bytes", NULL, 0, VALUE_BYTES, educma_cma_area, bytes),
	{ }
};

static const char *area_unknown(int err)
{
	switch (err) {
	case -EPERM:
		return "unknown: bus addresses are hidden, it needs root";
	case -EXDEV:
		return "unknown: an IOMMU translates bus addresses";
	case -EACCES:
		return "unknown: /sys/kernel/debug needs root";
	case -ENOENT:
		return "unknown: no /sys/kernel/debug/cma (mount debugfs; CONFIG_CMA_DEBUGFS)";
	case -ERANGE:
		return "none: ordinary memory";
	}
	return strerror(-err);
}

static void get_area(const void *record, struct value *value)
{
	const struct copy *c = record;

	if (c->area_err) {
		value->kind = VALUE_NULL;
		value_text(value, "%s", area_unknown(c->area_err));
		return;
	}
	value_record(value, area_fields, &c->area);
	area_text(value, &c->area);
}

static void get_area_why(const void *record, struct value *value)
{
	const struct copy *c = record;

	if (c->area_err)
		value_string(value, area_unknown(c->area_err));
}

/* CmaFree says nothing about a buffer that is known to be elsewhere. */
static void get_cma_free(const struct copy *c, enum moment when,
			 const char *label, struct value *value)
{
	char size[SIZE_TEXT];

	if (!c->has_cma || c->area_err == -ERANGE)
		return;
	value_number(value, VALUE_BYTES, c->cma_free[when]);
	if (output_is_human())
		size_human(size, c->cma_free[when]);
	else
		snprintf(size, sizeof(size), "%" PRIu64 " kB",
			 c->cma_free[when] / 1024);
	value_text(value, "%s %s", size, label);
}

static void get_cma_before(const void *record, struct value *value)
{
	get_cma_free(record, BEFORE, "before", value);
}

static void get_cma_held(const void *record, struct value *value)
{
	get_cma_free(record, HELD, "while held", value);
}

static const struct field prepared[] = {
	FIELD_GET("device", "device", 0, get_device),
	FIELD_GET("pci", NULL, 0, get_pci),
	FIELD_GET("dma_bits", NULL, 0, get_dma_bits),
	FIELD_GET("bytes", "buffer", 0, get_buffer),
	FIELD_GET("chunk_bytes", NULL, 0, get_chunk),
	FIELD_GET("dma_addr", NULL, 0, get_dma_addr),
	FIELD_GET("area", "area", 0, get_area),
	FIELD_GET("area_why", NULL, 0, get_area_why),
	FIELD_GET(NULL, "CmaFree", 0, get_cma_before),
	FIELD_GET(NULL, "CmaFree", 0, get_cma_held),
	FIELD("seed", "seed", 0, VALUE_NUMBER, copy, seed),
	{ }
};

void print_prepared(const struct copy *c)
{
	fields_print(prepared, c, output_is_human());
}

/* The result --------------------------------------------------------------- */

static const struct field cma_free_fields[] = {
	FIELD("before_bytes", NULL, 0, VALUE_BYTES, copy, cma_free[BEFORE]),
	FIELD("held_bytes", NULL, 0, VALUE_BYTES, copy, cma_free[HELD]),
	FIELD("after_bytes", NULL, 0, VALUE_BYTES, copy, cma_free[AFTER]),
	{ }
};

static void get_cma_frees(const void *record, struct value *value)
{
	const struct copy *c = record;

	value->kind = VALUE_NULL;
	if (c->has_cma)
		value_record(value, cma_free_fields, c);
}

static void get_elapsed(const void *record, struct value *value)
{
	const struct copy *c = record;
	char size[SIZE_TEXT];

	value_number(value, VALUE_NUMBER, c->elapsed_ns);
	value_text(value, "%s each way in %.3f s", size_text(size, c->done),
		   c->elapsed_ns / 1e9);
}

static void get_direction(const struct copy *c, const struct direction *d,
			  struct value *value)
{
	const uint64_t limit = edu_limit(&c->s.info);
	char bytes[SIZE_TEXT], speed[SIZE_TEXT], most[SIZE_TEXT], edu[64] = "";

	if (may_be_edu(rate(d), limit))
		snprintf(edu, sizeof(edu), " (limit of QEMU's edu: %s)",
			 rate_text(most, limit));
	value_number(value, VALUE_BYTES, d->bytes);
	value_text(value, "%s, %s while busy%s%s", size_text(bytes, d->bytes),
		   rate_text(speed, rate(d)), edu,
		   was_alone(c) ? "" : ", not this copy alone");
}

static void get_to_device(const void *record, struct value *value)
{
	const struct copy *c = record;

	get_direction(c, &c->to_device, value);
}

static void get_from_device(const void *record, struct value *value)
{
	const struct copy *c = record;

	get_direction(c, &c->from_device, value);
}

static void get_to_rate(const void *record, struct value *value)
{
	const struct copy *c = record;

	value_number(value, VALUE_RATE, rate(&c->to_device));
}

static void get_from_rate(const void *record, struct value *value)
{
	const struct copy *c = record;

	value_number(value, VALUE_RATE, rate(&c->from_device));
}

static void get_alone(const void *record, struct value *value)
{
	value_number(value, VALUE_BOOL, was_alone(record));
}

static void get_edu_limit(const void *record, struct value *value)
{
	const struct copy *c = record;

	value_number(value, VALUE_RATE, edu_limit(&c->s.info));
}

static void get_verified(const void *record, struct value *value)
{
	const struct copy *c = record;

	value_number(value, VALUE_BOOL, !c->bad.count);
	if (!c->verify)
		value->kind = VALUE_NULL;
	if (!c->verify)
		value_text(value, "not asked for");
	else if (!c->bad.count)
		value_text(value, "every byte");
}

static void get_expected(const void *record, struct value *value)
{
	const struct pattern_mismatch *bad = record;

	value_number(value, VALUE_NUMBER, bad->expected);
}

static void get_got(const void *record, struct value *value)
{
	const struct pattern_mismatch *bad = record;

	value_number(value, VALUE_NUMBER, bad->got);
}

static const struct field mismatch_fields[] = {
	FIELD("bytes", NULL, 0, VALUE_BYTES, pattern_mismatch, count),
	FIELD("first_offset_bytes", NULL, 0, VALUE_NUMBER, pattern_mismatch,
	      first),
	FIELD_GET("expected", NULL, 0, get_expected),
	FIELD_GET("got", NULL, 0, get_got),
	{ }
};

static void get_mismatch(const void *record, struct value *value)
{
	const struct copy *c = record;

	value->kind = VALUE_NULL;
	if (c->bad.count)
		value_record(value, mismatch_fields, &c->bad);
}

static void get_cma_after(const void *record, struct value *value)
{
	const struct copy *c = record;
	const bool all_back = c->cma_free[AFTER] >= c->cma_free[BEFORE];

	get_cma_free(c, AFTER, all_back ? "after" :
		     "after, without the freed pages on per-CPU lists", value);
}

static const struct field result[] = {
	FIELD_GET("cma_free", NULL, 0, get_cma_frees),
	FIELD_GET("elapsed_ns", "copied", 0, get_elapsed),
	FIELD_GET("to_device_bytes", "to device", 0, get_to_device),
	FIELD("to_device_busy_ns", NULL, 0, VALUE_TIME, copy,
	      to_device.busy_ns),
	FIELD_GET("to_device_average_bytes_per_s", NULL, 0, get_to_rate),
	FIELD_GET("from_device_bytes", "from device", 0, get_from_device),
	FIELD("from_device_busy_ns", NULL, 0, VALUE_TIME, copy,
	      from_device.busy_ns),
	FIELD_GET("from_device_average_bytes_per_s", NULL, 0, get_from_rate),
	FIELD_GET("alone", NULL, 0, get_alone),
	FIELD_GET("edu_limit_bytes_per_s", NULL, 0, get_edu_limit),
	FIELD_GET("verified", "verified", 0, get_verified),
	FIELD_GET("mismatch", NULL, 0, get_mismatch),
	FIELD_GET(NULL, "CmaFree", 0, get_cma_after),
	{ }
};

/* The JSON object has the mismatch already, so this is for people only. */
static int fail_mismatch(const struct copy *c)
{
	struct context text = *c->ctx;
	const struct failure failure = {
		.status = STATUS_MISMATCH,
		.reason = "mismatch",
	};

	text.json = false;
	return fail(&text, &failure,
		    "%" PRIu64 " of %" PRIu64 " bytes are wrong, the first at offset %" PRIu64
		    " (0x%" PRIx64 "): expected 0x%02x, got 0x%02x",
		    c->bad.count, c->bytes, c->bad.first, c->bad.first,
		    c->bad.expected, c->bad.got);
}

static void print_copy_json(const struct copy *c)
{
	struct json_object *object = fields_json(prepared, c);

	fields_add_json(object, result, c);
	print_json(object);
}

int report_copy(const struct copy *c)
{
	if (c->ctx->json)
		print_copy_json(c);
	else
		fields_print(result, c, output_is_human());
	return c->bad.count ? fail_mismatch(c) : STATUS_OK;
}
