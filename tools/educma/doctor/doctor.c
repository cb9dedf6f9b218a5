// SPDX-License-Identifier: GPL-2.0
#include <inttypes.h>
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd.h"
#include "facts.h"
#include "judge.h"
#include "size.h"
#include "sysfs.h"

#define DEFAULT_BYTES	(64ULL << 20)

static const char *const bits_from[] = {
	[BITS_DRIVER] = "as its driver said",
	[BITS_DEFAULT] = "the default, for no driver has said otherwise",
	[BITS_EDU] = "QEMU's edu, without a driver",
	[BITS_ASKED] = "--dma-bits",
};

static const char *const bits_names[] = {
	[BITS_DRIVER] = "driver",
	[BITS_DEFAULT] = "default",
	[BITS_EDU] = "edu",
	[BITS_ASKED] = "dma-bits",
};

static const char *const answers[] = {
	[UNKNOWN] = "not known", [NO] = "off", [YES] = "on",
};

/* Text ----------------------------------------------------------------------*/

static void label(const char *what)
{
	printf("%-12s ", what);
}

/* Who sets no mask and who sets the default look the same. */
static const char *origin_of(const struct doctor_device *dev)
{
	if (dev->bits_from == BITS_DRIVER && dev->bits == DEFAULT_BITS)
		return "as its driver said, or the default";
	return bits_from[dev->bits_from];
}

static void print_device(const struct doctor_device *dev)
{
	label("device");
	if (!dev->present && *dev->pci) {
		puts(dev->pci);
		return;
	}
	if (!dev->present) {
		puts("any");
	} else {
		printf("%s %04x:%04x, %s%s\n", dev->pci,
		       dev->vendor, dev->device,
		       *dev->driver ? "driver " : "no driver", dev->driver);
		label("bus master");
		printf("%s%s\n", answers[dev->bus_master],
		       dev->suspended ? ", but the device sleeps" : "");
	}
	label("addresses");
	printf("%u bits (%s)", dev->bits, origin_of(dev));
	if (dev->mask_bits)
		printf("; the kernel has %" PRIu64 ", coherent %" PRIu64,
		       dev->mask_bits, dev->coherent_mask_bits);
	putchar('\n');
	if (*dev->link) {
		label("link");
		printf("%s of %s\n", dev->link, dev->link_max);
	}
	label("IOMMU");
	puts(*dev->iommu ? dev->iommu : "none");
}

static void print_kernel(const struct doctor_facts *f)
{
	int i;

	label("kernel");
	printf("%s", f->release);
	for (i = 0; i < DOCTOR_OPTIONS; i++) {
		if (*f->option[i])
			printf("%s %s=%s", i ? "," : ":", doctor_option_name(i),
			       f->option[i]);
	}
	putchar('\n');
	label("command line");
	puts(*f->words ? f->words : "nothing about memory or DMA");
	if (f->swiotlb_bytes) {
		label("swiotlb");
		printf("%" PRIu64 "M\n", f->swiotlb_bytes >> 20);
	}
}

static void print_area(const struct doctor_area *area)
{
	char size[SIZE_TEXT];

	if (area->present != YES)
		return;
	label("CMA area");
	printf("%s%s", *area->name ? area->name : "of unknown name",
	       area->bytes ? ", " : "");
	if (area->bytes)
		printf("%s", size_format(size, area->bytes));
	printf(area->exact ? " at 0x%08" PRIx64 "-0x%08" PRIx64 :
			     " somewhere in 0x%08" PRIx64 "-0x%08" PRIx64,
	       area->first, area->last);
	if (area->used_known)
		printf(", %s used", size_format(size, area->used));
	if (area->free_known)
		printf(", %s free in one piece",
		       size_format(size, area->largest_free));
	putchar('\n');
	if (area->counted) {
		label("");
		printf("%" PRIu64 " pages given out since boot, %" PRIu64
		       " refused\n", area->succeeded, area->failed);
	}
}

static void print_memory(const struct doctor_facts *f)
{
	char piece[SIZE_TEXT];
	size_t i;

	label("memory");
	printf("%" PRIu64 " kB, available %" PRIu64 " kB", f->mem_total / 1024,
	       f->mem_available / 1024);
	if (f->cma_counted)
		printf("; CMA %" PRIu64 " kB, free %" PRIu64 " kB",
		       f->cma_total / 1024, f->cma_free / 1024);
	putchar('\n');
	print_area(&f->area);
	print_area(&f->node_area);
	for (i = 0; i < f->zone_count; i++) {
		const struct doctor_zone *zone = &f->zones[i];

		label(i ? "" : "zones");
		printf("node %u %-7s 0x%08" PRIx64 "-0x%08" PRIx64
		       ", free in one piece: %s\n", zone->node, zone->name,
		       zone->start, zone->end - 1,
		       size_format(piece, zone->largest_free));
	}
}

static void print_finding(const struct finding *finding, const char *what)
{
	label(what);
	printf("%s: %s\n", verdict_name(finding->verdict), finding->text);
	if (*finding->advice) {
		label("  try");
		puts(finding->advice);
	}
}

static void print_size(uint64_t bytes, const struct diagnosis *d)
{
	char text[SIZE_TEXT];

	label("size");
	printf("%s asked for; ", size_say(text, bytes));
	if (d->largest)
		printf("%s %s can be had now%s\n",
		       d->largest_is == BOUND_AT_LEAST ? "at least" : "up to",
		       size_say(text, d->largest),
		       d->largest_is == BOUND_AT_MOST ? ", or less" : "");
	else
		puts("no size is sure to be had now");
}

static void print_text(const struct doctor_facts *f, uint64_t bytes,
		       const struct diagnosis *d)
{
	size_t i;

	print_device(&f->device);
	print_kernel(f);
	print_memory(f);
	putchar('\n');
	print_finding(&d->finding[0], "verdict");
	if (d->finding[0].verdict != VERDICT_NO_SUCH_DEVICE)
		print_size(bytes, d);
	for (i = 1; i < d->count; i++)
		print_finding(&d->finding[i], "also");
	for (i = 0; i < f->unseen_count; i++) {
		label(i ? "" : "not seen");
		puts(f->unseen[i]);
	}
}

/* JSON ----------------------------------------------------------------------*/

static void add_text(struct json_object *object, const char *key,
		     const char *text)
{
	json_object_object_add(object, key,
			       *text ? json_object_new_string(text) : NULL);
}

static void add_hex(struct json_object *object, const char *key,
		    uint64_t address)
{
	char text[24];

	snprintf(text, sizeof(text), "0x%08" PRIx64, address);
	json_add_string(object, key, text);
}

static void add_answer(struct json_object *object, const char *key,
		       enum answer answer)
{
	json_object_object_add(object, key, answer == UNKNOWN ? NULL :
			       json_object_new_boolean(answer == YES));
}

static struct json_object *device_facts(const struct doctor_device *dev)
{
	struct json_object *object = json_object_new_object();
	char id[16] = "";

	if (dev->present)
		snprintf(id, sizeof(id), "%04x:%04x", dev->vendor, dev->device);
	add_text(object, "pci", dev->pci);
	json_object_object_add(object, "present",
			       json_object_new_boolean(dev->present));
	add_text(object, "id", id);
	add_text(object, "driver", dev->driver);
	json_add_u64(object, "dma_bits", dev->bits);
	json_add_string(object, "dma_bits_from", bits_names[dev->bits_from]);
	json_add_u64(object, "dma_mask_bits", dev->mask_bits);
	json_add_u64(object, "consistent_dma_mask_bits",
		     dev->coherent_mask_bits);
	add_answer(object, "bus_master", dev->bus_master);
	add_text(object, "iommu", dev->iommu);
	add_text(object, "link", dev->link);
	add_text(object, "link_max", dev->link_max);
	return object;
}

static struct json_object *kernel_facts(const struct doctor_facts *f)
{
	struct json_object *object = json_object_new_object();
	struct json_object *config = json_object_new_object();
	int i;

	json_add_string(object, "release", f->release);
	for (i = 0; i < DOCTOR_OPTIONS; i++)
		add_text(config, doctor_option_name(i), f->option[i]);
	json_object_object_add(object, "config", config);
	json_add_string(object, "command_line", f->words);
	json_object_object_add(object, "swiotlb_forced",
			       json_object_new_boolean(f->swiotlb_forced));
	json_add_u64(object, "swiotlb_bytes", f->swiotlb_bytes);
	return object;
}

/* What is not known is left out. */
static struct json_object *area_facts(const struct doctor_area *area)
{
	struct json_object *object;

	if (area->present != YES)
		return NULL;
	object = json_object_new_object();
	add_text(object, "name", area->name);
	json_add_u64(object, "bytes", area->bytes);
	add_hex(object, "first", area->first);
	add_hex(object, "last", area->last);
	json_object_object_add(object, "exact",
			       json_object_new_boolean(area->exact));
	if (area->used_known)
		json_add_u64(object, "used", area->used);
	if (area->free_known)
		json_add_u64(object, "largest_free", area->largest_free);
	if (area->counted) {
		json_add_u64(object, "alloc_pages_success", area->succeeded);
		json_add_u64(object, "alloc_pages_fail", area->failed);
	}
	return object;
}

static struct json_object *zone_facts(const struct doctor_facts *f)
{
	struct json_object *array = json_object_new_array();
	struct json_object *object;
	size_t i;

	for (i = 0; i < f->zone_count; i++) {
		const struct doctor_zone *zone = &f->zones[i];

		object = json_object_new_object();
		json_add_u64(object, "node", zone->node);
		json_add_string(object, "name", zone->name);
		add_hex(object, "first", zone->start);
		add_hex(object, "last", zone->end - 1);
		json_add_u64(object, "largest_free", zone->largest_free);
		json_add_u64(object, "cma", zone->cma);
		json_object_array_add(array, object);
	}
	return array;
}

static struct json_object *memory_facts(const struct doctor_facts *f)
{
	struct json_object *object = json_object_new_object();

	json_add_u64(object, "total", f->mem_total);
	json_add_u64(object, "available", f->mem_available);
	if (f->cma_counted) {
		json_add_u64(object, "cma_total", f->cma_total);
		json_add_u64(object, "cma_free", f->cma_free);
	}
	json_object_object_add(object, "area", area_facts(&f->area));
	json_object_object_add(object, "node_area", area_facts(&f->node_area));
	json_object_object_add(object, "zones", zone_facts(f));
	return object;
}

static void add_finding(struct json_object *object, const struct finding *finding)
{
	struct json_object *change = json_object_new_object();

	json_add_string(object, "verdict", verdict_name(finding->verdict));
	json_add_string(object, "text", finding->text);
	add_text(object, "advice", finding->advice);
	add_text(change, "config", finding->config ? finding->config : "");
	add_text(change, "parameter", finding->parameter);
	add_text(change, "remove", finding->remove);
	add_text(change, "command", finding->command);
	json_object_object_add(object, "change", change);
}

static struct json_object *doctor_json(const struct doctor_facts *f,
				       uint64_t bytes,
				       const struct diagnosis *d)
{
	struct json_object *object = json_object_new_object();
	struct json_object *also = json_object_new_array();
	struct json_object *unseen = json_object_new_array();
	struct json_object *one;
	size_t i;

	add_finding(object, &d->finding[0]);
	json_add_u64(object, "bytes", bytes);
	json_add_u64(object, "largest_bytes", d->largest);
	json_object_object_add(object, "largest_sure",
			       json_object_new_boolean(d->largest_is == BOUND_EXACT));
	for (i = 1; i < d->count; i++) {
		one = json_object_new_object();
		add_finding(one, &d->finding[i]);
		json_object_array_add(also, one);
	}
	json_object_object_add(object, "also", also);
	for (i = 0; i < f->unseen_count; i++)
		json_object_array_add(unseen,
				      json_object_new_string(f->unseen[i]));
	json_object_object_add(object, "not_seen", unseen);
	json_object_object_add(object, "device", device_facts(&f->device));
	json_object_object_add(object, "kernel", kernel_facts(f));
	json_object_object_add(object, "memory", memory_facts(f));
	return object;
}

/* Without a device ----------------------------------------------------------*/

struct pci_row {
	uint64_t vendor;
	uint64_t device;
	uint64_t bits;
	char driver[32];
};

static void read_row(const char *sysroot, const char *name, struct pci_row *row)
{
	char dir[PATH_MAX];

	memset(row, 0, sizeof(*row));
	if (path_format(dir, sizeof(dir), "%s/sys/bus/pci/devices/%s", sysroot,
			name))
		return;
	sysfs_read_u64(dir, "vendor", &row->vendor);
	sysfs_read_u64(dir, "device", &row->device);
	sysfs_read_u64(dir, "consistent_dma_mask_bits", &row->bits);
	if (sysfs_link_name(dir, "driver", row->driver, sizeof(row->driver)))
		strcpy(row->driver, "-");
}

/* Which devices could have been named. */
static void print_devices(const char *sysroot)
{
	char path[PATH_MAX];
	struct dirent **names;
	struct pci_row row;
	int count, i;

	if (path_format(path, sizeof(path), "%s/sys/bus/pci/devices", sysroot))
		return;
	count = sysfs_list(path, &names);
	if (count < 0)
		return;
	for (i = 0; i < count; i++) {
		read_row(sysroot, names[i]->d_name, &row);
		label(i ? "" : "devices");
		printf("%s %04" PRIx64 ":%04" PRIx64 " %2" PRIu64 " bits, %s\n",
		       names[i]->d_name, row.vendor, row.device, row.bits,
		       row.driver);
		free(names[i]);
	}
	free(names);
}

/* The command ---------------------------------------------------------------*/

static uint32_t bits_argument(const struct context *ctx, const char *text)
{
	uint64_t bits = number_argument(ctx, "--dma-bits", text);

	if (bits < 1 || bits > 64)
		usage_error(ctx, "--dma-bits '%s': 1 to 64", text);
	return bits;
}

static uint64_t bytes_argument(const struct context *ctx, const char *text)
{
	uint64_t bytes = size_argument(ctx, "--size", text);

	if (!bytes)
		usage_error(ctx, "--size '%s': at least 1", text);
	return bytes;
}

/* Whether there can be a device that is called so. */
static bool is_device_name(const char *text)
{
	static const char form[] =
		"^(([0-9a-f]{1,8}:)?[0-9a-f]{1,2}:[0-9a-f]{1,2}[.][0-7]|(/dev/)?(educma)?[0-9]+)$";
	regex_t regex;
	bool is;

	if (regcomp(&regex, form, REG_EXTENDED | REG_ICASE | REG_NOSUB))
		return true;
	is = !regexec(&regex, text, 0, NULL, 0);
	regfree(&regex);
	return is;
}

static int diagnose(const struct context *ctx, const char *which, uint32_t bits,
		    uint64_t bytes)
{
	static struct doctor_facts facts;	/* large */
	struct diagnosis diagnosis;

	doctor_gather(ctx->sysroot, which, bits, &facts);
	doctor_judge(&facts, bytes, &diagnosis);
	if (ctx->json) {
		print_json(doctor_json(&facts, bytes, &diagnosis));
	} else {
		print_text(&facts, bytes, &diagnosis);
		if (!facts.device.present)
			print_devices(ctx->sysroot);
	}
	doctor_forget(&facts);
	return verdict_status(diagnosis.finding[0].verdict);
}

int cmd_doctor(struct context *ctx, int argc, char **argv)
{
	enum { SIZE = OPTION_FIRST, DMA_BITS };
	static const struct option longs[] = {
		{ "size", required_argument, NULL, SIZE },
		{ "dma-bits", required_argument, NULL, DMA_BITS },
		{ }
	};
	uint64_t bytes = DEFAULT_BYTES;
	uint32_t bits = 0;
	const char *which;
	int opt;

	while ((opt = next_option(ctx, argc, argv, "", longs)) != -1) {
		if (opt == SIZE)
			bytes = bytes_argument(ctx, optarg);
		else
			bits = bits_argument(ctx, optarg);
	}
	expect_operands(ctx, argc, 0, 1);
	if (optind < argc && ctx->device)
		usage_error(ctx, "a device as operand and -d exclude each other");
	which = optind < argc ? argv[optind] : ctx->device;
	if (which && !is_device_name(which))
		usage_error(ctx, "'%s' is no PCI address, as 0000:00:04.0, nor educmaN",
			    which);
	return diagnose(ctx, which, bits, bytes);
}
