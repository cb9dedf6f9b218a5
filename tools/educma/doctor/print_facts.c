// SPDX-License-Identifier: GPL-2.0
/*
 * Tables of the facts, in the order of the text. One line of text often has
 * several fields of JSON: the first of them makes the line, and the others have
 * no title.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "print_facts.h"
#include "size.h"
#include "util.h"

/* Sets a string; an empty one is null in JSON. */
static void set_string(struct value *value, const char *string)
{
	if (*string)
		value_string(value, string);
	else
		value->kind = VALUE_NULL;
}

/* Sets a number if it is known. */
static void set_if(bool known, struct value *value, uint64_t number)
{
	if (known)
		value_number(value, VALUE_NUMBER, number);
}

/* The device ----------------------------------------------------------------*/

static const char *const bits_texts[] = {
	[BITS_DRIVER] = "as its driver said",
	[BITS_DEFAULT] = "the default, because no driver has set a mask",
	[BITS_EDU] = "the default of QEMU's edu",
	[BITS_ASKED] = "--dma-bits",
};

static const char *const bits_names[] = {
	[BITS_DRIVER] = "driver",
	[BITS_DEFAULT] = "default",
	[BITS_EDU] = "edu",
	[BITS_ASKED] = "option",
};

_Static_assert(ARRAY_SIZE(bits_texts) == BITS_KINDS, "each enum doctor_bits has a text");
_Static_assert(ARRAY_SIZE(bits_names) == BITS_KINDS, "each enum doctor_bits has a name");

/* The device that the user names does not exist: only its name is known. */
static bool is_missing(const struct doctor_device *dev)
{
	return !dev->present && *dev->pci;
}

static void get_pci(const void *record, struct value *value)
{
	const struct doctor_device *dev = record;

	set_string(value, dev->pci);
	if (dev->present)
		value_text(value, "%s %04x:%04x, %s%s", dev->pci, dev->vendor,
			   dev->device, *dev->driver ? "driver " : "no driver",
			   dev->driver);
	else if (!*dev->pci)
		value_text(value, "any");
}

static void get_id(const void *record, struct value *value)
{
	const struct doctor_device *dev = record;

	value->kind = VALUE_NULL;
	if (!dev->present)
		return;
	value_text(value, "%04x:%04x", dev->vendor, dev->device);
	value_string(value, value->text);
}

static void get_bus_master(const void *record, struct value *value)
{
	static const char *const texts[] = {
		[UNKNOWN] = "not known", [NO] = "off", [YES] = "on",
	};
	const struct doctor_device *dev = record;

	value_number(value, VALUE_BOOL, dev->bus_master == YES);
	if (dev->bus_master == UNKNOWN)
		value->kind = VALUE_NULL;
	value_text(value, "%s%s", texts[dev->bus_master],
		   dev->suspended ? ", but the device sleeps" : "");
	value->no_line = !dev->present;
}

/* It is read together with bus mastering. */
static void get_suspended(const void *record, struct value *value)
{
	const struct doctor_device *dev = record;

	if (dev->bus_master != UNKNOWN)
		value_number(value, VALUE_BOOL, dev->suspended);
}

/* A driver that sets no mask and one that sets the default look alike. */
static const char *bits_text(const struct doctor_device *dev)
{
	if (dev->bits_from == BITS_DRIVER && dev->bits == DEFAULT_BITS)
		return "as its driver said, or the default";
	return bits_texts[dev->bits_from];
}

static void get_bits(const void *record, struct value *value)
{
	const struct doctor_device *dev = record;

	value_number(value, VALUE_NUMBER, dev->bits);
	if (dev->mask_bits)
		value_text(value, "%u bits (%s); the kernel has %" PRIu64
			   ", coherent %" PRIu64, dev->bits, bits_text(dev),
			   dev->mask_bits, dev->coherent_mask_bits);
	else
		value_text(value, "%u bits (%s)", dev->bits, bits_text(dev));
	value->no_line = is_missing(dev);
}

static void get_bits_from(const void *record, struct value *value)
{
	const struct doctor_device *dev = record;

	value_string(value, bits_names[dev->bits_from]);
}

static void get_mask_bits(const void *record, struct value *value)
{
	const struct doctor_device *dev = record;

	set_if(dev->mask_bits, value, dev->mask_bits);
}

static void get_coherent_bits(const void *record, struct value *value)
{
	const struct doctor_device *dev = record;

	set_if(dev->coherent_mask_bits, value, dev->coherent_mask_bits);
}

static void get_link(const void *record, struct value *value)
{
	const struct doctor_device *dev = record;

	set_string(value, dev->link);
	value_text(value, "%s of %s", dev->link, dev->link_max);
	value->no_line = !*dev->link;
}

static void get_iommu(const void *record, struct value *value)
{
	const struct doctor_device *dev = record;

	set_string(value, dev->iommu);
	if (!*dev->iommu)
		value_text(value, "none");
	value->no_line = is_missing(dev);
}

static const struct field range_fields[] = {
	FIELD("first_dma_addr", NULL, 0, VALUE_ADDRESS, doctor_range, first),
	FIELD("last_dma_addr", NULL, 0, VALUE_ADDRESS, doctor_range, last),
	{ }
};

/* Appends a range to a list in text, as far as there is room. */
static void append_range(struct value *value, const struct doctor_range *range)
{
	const size_t len = strlen(value->text);

	snprintf(value->text + len, sizeof(value->text) - len,
		 "%s0x%08" PRIx64 "-0x%08" PRIx64, len ? ", " : "",
		 range->first, range->last);
}

/* The addresses that the IOMMU cannot map: not known, or none without an IOMMU. */
static void get_unmappable(const void *record, struct value *value)
{
	const struct doctor_device *dev = record;
	size_t i;

	if (*dev->iommu && !dev->reserved_known)
		return;
	value->no_line = !dev->reserved_count;
	value->kind = VALUE_JSON;
	value->json = json_object_new_array();
	for (i = 0; i < dev->reserved_count; i++) {
		json_object_array_add(value->json,
				      fields_json(range_fields,
						  &dev->reserved[i]));
		append_range(value, &dev->reserved[i]);
	}
}

#define MEMBER(key, kind, member) \
	FIELD(key, NULL, 0, kind, doctor_device, member)

const struct field device_fields[] = {
	FIELD_GET("pci", "device", 0, get_pci),
	MEMBER("present", VALUE_BOOL, present),
	FIELD_GET("pci_id", NULL, 0, get_id),
	MEMBER("driver", VALUE_CHARS_OR_NULL, driver),
	FIELD_GET("bus_master", "bus master", 0, get_bus_master),
	FIELD_GET("suspended", NULL, 0, get_suspended),
	FIELD_GET("dma_bits", "addresses", 0, get_bits),
	FIELD_GET("dma_bits_from", NULL, 0, get_bits_from),
	FIELD_GET("dma_mask_bits", NULL, 0, get_mask_bits),
	FIELD_GET("consistent_dma_mask_bits", NULL, 0, get_coherent_bits),
	FIELD_GET("link", "link", 0, get_link),
	MEMBER("link_max", VALUE_CHARS_OR_NULL, link_max),
	FIELD_GET("iommu", "IOMMU", 0, get_iommu),
	FIELD_GET("iommu_unmappable", "unmappable", 0, get_unmappable),
	{ }
};

#undef MEMBER

/* The kernel ----------------------------------------------------------------*/

static void get_release(const void *record, struct value *value)
{
	const struct doctor_facts *f = record;
	size_t len;
	int i;

	if (*f->release && strcmp(f->release, RELEASE_UNKNOWN))
		value_string(value, f->release);
	else
		value->kind = VALUE_NULL;
	value_text(value, "%s", f->release);
	for (i = 0; i < DOCTOR_OPTIONS; i++) {
		if (!*f->option[i])
			continue;
		len = strlen(value->text);
		snprintf(value->text + len, sizeof(value->text) - len,
			 "%s %s=%s", i ? "," : ":", doctor_option_name(i),
			 f->option[i]);
	}
}

static void get_options(const void *record, struct value *value)
{
	const struct doctor_facts *f = record;
	int i;

	value->kind = VALUE_JSON;
	value->json = json_object_new_object();
	for (i = 0; i < DOCTOR_OPTIONS; i++)
		json_object_object_add(value->json, doctor_option_name(i),
				       *f->option[i] ?
				       json_object_new_string(f->option[i]) :
				       NULL);
}

static void get_words(const void *record, struct value *value)
{
	const struct doctor_facts *f = record;

	if (f->words_known)
		value_string(value, f->words);
	if (!*f->words)
		value_text(value, "nothing about memory or DMA");
}

static void get_forced(const void *record, struct value *value)
{
	const struct doctor_facts *f = record;

	if (f->words_known)
		value_number(value, VALUE_BOOL, *f->swiotlb_word);
}

static void get_swiotlb(const void *record, struct value *value)
{
	const struct doctor_facts *f = record;

	set_if(f->swiotlb_bytes, value, f->swiotlb_bytes);
	value_text(value, "%" PRIu64 "M", f->swiotlb_bytes >> 20);
	value->no_line = !f->swiotlb_bytes;
}

const struct field kernel_fields[] = {
	FIELD_GET("release", "kernel", 0, get_release),
	FIELD_GET("options", NULL, 0, get_options),
	FIELD_GET("command_line", "command line", 0, get_words),
	FIELD_GET("swiotlb_forced", NULL, 0, get_forced),
	FIELD_GET("swiotlb_bytes", "swiotlb", 0, get_swiotlb),
	{ }
};

/* A CMA area ----------------------------------------------------------------*/

static void append_size(struct value *value, const char *before, uint64_t bytes,
			const char *after)
{
	const size_t len = strlen(value->text);
	char size[SIZE_TEXT];

	snprintf(value->text + len, sizeof(value->text) - len, "%s%s%s",
		 before, size_format(size, bytes), after);
}

static void get_area_name(const void *record, struct value *value)
{
	const struct doctor_area *area = record;
	size_t len;

	set_string(value, area->name);
	value_text(value, "%s", *area->name ? area->name : "of unknown name");
	if (area->bytes)
		append_size(value, ", ", area->bytes, "");
	len = strlen(value->text);
	snprintf(value->text + len, sizeof(value->text) - len,
		 " %s 0x%08" PRIx64 "-0x%08" PRIx64,
		 area->exact ? "at" : "somewhere in", area->first, area->last);
	if (area->used_known)
		append_size(value, ", ", area->used, " used");
	if (area->free_known)
		append_size(value, ", ", area->largest_free,
			    " free in one piece");
}

static void get_area_bytes(const void *record, struct value *value)
{
	const struct doctor_area *area = record;

	set_if(area->bytes, value, area->bytes);
}

static void get_used(const void *record, struct value *value)
{
	const struct doctor_area *area = record;

	set_if(area->used_known, value, area->used);
}

static void get_largest_free(const void *record, struct value *value)
{
	const struct doctor_area *area = record;

	set_if(area->free_known, value, area->largest_free);
}

static void get_succeeded(const void *record, struct value *value)
{
	const struct doctor_area *area = record;

	set_if(area->counted, value, area->succeeded);
	value_text(value, "%" PRIu64 " pages given out since boot, %" PRIu64
		   " refused", area->succeeded, area->failed);
}

static void get_failed(const void *record, struct value *value)
{
	const struct doctor_area *area = record;

	set_if(area->counted, value, area->failed);
}

#define MEMBER(key, kind, member) \
	FIELD(key, NULL, 0, kind, doctor_area, member)

static const struct field area_fields[] = {
	FIELD_GET("name", "CMA area", 0, get_area_name),
	FIELD_GET("bytes", NULL, 0, get_area_bytes),
	MEMBER("first_address", VALUE_ADDRESS, first),
	MEMBER("last_address", VALUE_ADDRESS, last),
	MEMBER("exact", VALUE_BOOL, exact),
	FIELD_GET("used_bytes", NULL, 0, get_used),
	FIELD_GET("largest_free_bytes", NULL, 0, get_largest_free),
	FIELD_GET("alloc_pages_success", "", 0, get_succeeded),
	FIELD_GET("alloc_pages_fail", NULL, 0, get_failed),
	{ }
};

#undef MEMBER

/* A zone, which is a row ----------------------------------------------------*/

static void get_node(const void *record, struct value *value)
{
	const struct doctor_zone *zone = record;

	value_number(value, VALUE_NUMBER, zone->node);
	value_text(value, "node %u", zone->node);
}

static void get_start(const void *record, struct value *value)
{
	const struct doctor_zone *zone = record;

	value_number(value, VALUE_ADDRESS, zone->start);
	value_text(value, "0x%08" PRIx64 "-0x%08" PRIx64 ",", zone->start,
		   zone->end - 1);
}

static void get_last(const void *record, struct value *value)
{
	const struct doctor_zone *zone = record;

	value_number(value, VALUE_ADDRESS, zone->end - 1);
}

static void get_zone_free(const void *record, struct value *value)
{
	const struct doctor_zone *zone = record;

	set_if(zone->largest_known, value, zone->largest_free);
	if (zone->largest_known)
		append_size(value, "free in one piece: ", zone->largest_free,
			    "");
	else
		value_text(value, "free in one piece: not known");
	if (zone->cma)
		append_size(value, ", ", zone->cma, " in CMA areas");
}

static const struct field zone_fields[] = {
	FIELD_GET("numa_node", "", 0, get_node),
	FIELD("name", "", -7, VALUE_CHARS, doctor_zone, name),
	FIELD_GET("first_address", "", 0, get_start),
	FIELD_GET("last_address", NULL, 0, get_last),
	FIELD_GET("largest_free_bytes", "", 0, get_zone_free),
	FIELD("cma_bytes", NULL, 0, VALUE_NUMBER, doctor_zone, cma),
	{ }
};

/* Memory --------------------------------------------------------------------*/

static void append_kib(struct value *value, const char *before, bool known,
		       uint64_t bytes)
{
	const size_t len = strlen(value->text);
	char *end = value->text + len;

	if (known)
		snprintf(end, sizeof(value->text) - len, "%s%" PRIu64 " kB",
			 before, bytes / 1024);
	else
		snprintf(end, sizeof(value->text) - len, "%snot known", before);
}

static void get_total(const void *record, struct value *value)
{
	const struct doctor_facts *f = record;

	set_if(f->mem_total, value, f->mem_total);
	append_kib(value, "", f->mem_total, f->mem_total);
	append_kib(value, ", available ", f->available_known, f->mem_available);
	if (!f->cma_counted)
		return;
	append_kib(value, "; CMA ", true, f->cma_total);
	append_kib(value, ", free ", f->cma_free_known, f->cma_free);
}

static void get_available(const void *record, struct value *value)
{
	const struct doctor_facts *f = record;

	set_if(f->available_known, value, f->mem_available);
}

static void get_cma_total(const void *record, struct value *value)
{
	const struct doctor_facts *f = record;

	set_if(f->cma_counted, value, f->cma_total);
}

static void get_cma_free(const void *record, struct value *value)
{
	const struct doctor_facts *f = record;

	set_if(f->cma_free_known, value, f->cma_free);
}

static void set_area(struct value *value, const struct doctor_area *area)
{
	value->kind = VALUE_NULL;
	if (area->present == YES)
		value_record(value, area_fields, area);
}

static void get_area(const void *record, struct value *value)
{
	const struct doctor_facts *f = record;

	set_area(value, &f->area);
}

static void get_node_area(const void *record, struct value *value)
{
	const struct doctor_facts *f = record;

	set_area(value, &f->node_area);
}

static void get_zones(const void *record, struct value *value)
{
	const struct doctor_facts *f = record;
	size_t i;

	value->kind = VALUE_JSON;
	value->json = json_object_new_array();
	for (i = 0; i < f->zone_count; i++)
		json_object_array_add(value->json,
				      fields_json(zone_fields, &f->zones[i]));
}

const struct field memory_fields[] = {
	FIELD_GET("total_bytes", "memory", 0, get_total),
	FIELD_GET("available_bytes", NULL, 0, get_available),
	FIELD_GET("cma_total_bytes", NULL, 0, get_cma_total),
	FIELD_GET("cma_free_bytes", NULL, 0, get_cma_free),
	FIELD_GET("area", NULL, 0, get_area),
	FIELD_GET("node_area", NULL, 0, get_node_area),
	FIELD_GET("zones", NULL, 0, get_zones),
	{ }
};

static void print_area(const struct doctor_area *area)
{
	if (area->present == YES)
		fields_print(area_fields, area, false);
}

void facts_print(const struct doctor_facts *f)
{
	size_t i;

	fields_print(device_fields, &f->device, false);
	fields_print(kernel_fields, f, false);
	fields_print(memory_fields, f, false);
	print_area(&f->area);
	print_area(&f->node_area);
	for (i = 0; i < f->zone_count; i++) {
		title_print(i ? "" : "zones");
		columns_print(zone_fields, &f->zones[i], false);
	}
}
