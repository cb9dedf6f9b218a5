// SPDX-License-Identifier: GPL-2.0
/* The doctor's eyes: what procfs, sysfs and debugfs say of a machine. */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <zlib.h>

#include "facts.h"
#include "educma_regs.h"
#include "libeducma.h"
#include "sysfs.h"
#include "util.h"

#define PCI_COMMAND		4
#define PCI_COMMAND_MASTER	0x4

/* The kernel's IO_TLB_SHIFT. */
#define SWIOTLB_SLAB	2048

#define LINE	8192

static const char *const option_names[DOCTOR_OPTIONS] = {
	[OPTION_CMA] = "CMA",
	[OPTION_DMA_CMA] = "DMA_CMA",
	[OPTION_CMA_SIZE] = "CMA_SIZE_MBYTES",
	[OPTION_ZONE_DMA] = "ZONE_DMA",
	[OPTION_ZONE_DMA32] = "ZONE_DMA32",
	[OPTION_SWIOTLB] = "SWIOTLB",
};

const char *doctor_option_name(enum doctor_option option)
{
	return option_names[option];
}

static void unseen(struct doctor_facts *f, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
static void unseen(struct doctor_facts *f, const char *fmt, ...)
{
	va_list args;

	if (f->unseen_count == ARRAY_SIZE(f->unseen))
		return;
	va_start(args, fmt);
	vsnprintf(f->unseen[f->unseen_count++], sizeof(f->unseen[0]), fmt, args);
	va_end(args);
}

static FILE *open_under(const char *sysroot, const char *path)
{
	char full[PATH_MAX];
	int fd;

	if (path_format(full, sizeof(full), "%s/%s", sysroot, path))
		return NULL;
	/* The kernel's log does not end, it would wait for more. */
	fd = open(full, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	return fd < 0 ? NULL : fdopen(fd, "r");
}

/* The device ----------------------------------------------------------------*/

/* "00:04.0" and "0000:00:04.0" are one. */
static bool find_pci(const char *sysroot, const char *which,
		     struct doctor_device *dev)
{
	unsigned int domain = 0, bus, slot, function;
	int end = 0;

	if (sscanf(which, "%x:%x:%x.%x%n", &domain, &bus, &slot, &function,
		   &end) != 4 || which[end]) {
		domain = 0;
		if (sscanf(which, "%x:%x.%x%n", &bus, &slot, &function,
			   &end) != 3 || which[end])
			return false;
	}
	snprintf(dev->pci, sizeof(dev->pci), "%04x:%02x:%02x.%x", domain, bus,
		 slot, function);
	return !path_format(dev->pci_dir, sizeof(dev->pci_dir),
			    "%s/sys/bus/pci/devices/%s", sysroot, dev->pci) &&
	       !access(dev->pci_dir, F_OK);
}

static bool find_named(const char *sysroot, const char *which,
		       struct doctor_device *dev)
{
	struct educma_entry entry;

	if (educma_find(sysroot, which, &entry) &&
	    educma_find_unbound(sysroot, which, &entry))
		return false;
	snprintf(dev->pci, sizeof(dev->pci), "%s", entry.pci);
	return !path_format(dev->pci_dir, sizeof(dev->pci_dir), "%s",
			    entry.pci_dir);
}

static uint16_t read_id(const struct doctor_device *dev, const char *name)
{
	uint64_t id;

	return sysfs_read_u64(dev->pci_dir, name, &id) ? 0 : id;
}

static void gather_bits(struct doctor_device *dev, uint32_t asked)
{
	if (sysfs_read_u64(dev->pci_dir, "dma_mask_bits", &dev->mask_bits))
		dev->mask_bits = 0;
	if (sysfs_read_u64(dev->pci_dir, "consistent_dma_mask_bits",
			   &dev->coherent_mask_bits))
		dev->coherent_mask_bits = 0;
	if (asked) {
		dev->bits = asked;
		dev->bits_from = BITS_ASKED;
	} else if (*dev->driver && dev->coherent_mask_bits) {
		dev->bits = dev->coherent_mask_bits;
		dev->bits_from = BITS_DRIVER;
	} else if (dev->vendor == EDU_VENDOR_ID && dev->device == EDU_DEVICE_ID) {
		dev->bits = EDU_DMA_BITS;
		dev->bits_from = BITS_EDU;
	} else {
		dev->bits = DEFAULT_BITS;
		dev->bits_from = BITS_DEFAULT;
	}
}

static void gather_bus_master(struct doctor_device *dev)
{
	uint8_t config[PCI_COMMAND + 2];
	char path[PATH_MAX], state[16];
	FILE *file;

	if (path_format(path, sizeof(path), "%s/config", dev->pci_dir))
		return;
	file = fopen(path, "re");
	if (!file)
		return;
	if (fread(config, sizeof(config), 1, file) == 1)
		dev->bus_master = config[PCI_COMMAND] & PCI_COMMAND_MASTER ?
				  YES : NO;
	fclose(file);
	dev->suspended = !sysfs_read_word(dev->pci_dir, "power/runtime_status",
					  state, sizeof(state)) &&
			 !strcmp(state, "suspended");
}

/* "2.5 GT/s x1"; what is not connected is "Unknown". */
static void read_link(const struct doctor_device *dev, const char *kind,
		      char *text, size_t len)
{
	char name[32], speed[16], width[8];

	snprintf(name, sizeof(name), "%s_link_speed", kind);
	if (sysfs_read_word(dev->pci_dir, name, speed, sizeof(speed)) ||
	    !isdigit((unsigned char)speed[0]))
		return;
	snprintf(name, sizeof(name), "%s_link_width", kind);
	if (!sysfs_read_word(dev->pci_dir, name, width, sizeof(width)))
		snprintf(text, len, "%s GT/s x%s", speed, width);
}

static int read_node(const struct doctor_device *dev)
{
	uint64_t node;

	/* Where there is none it says -1. */
	if (sysfs_read_u64(dev->pci_dir, "numa_node", &node) || node > INT_MAX)
		return -1;
	return node;
}

static bool has_own_memory(const struct doctor_device *dev)
{
	char path[PATH_MAX];

	return !path_format(path, sizeof(path), "%s/of_node/memory-region",
			    dev->pci_dir) &&
	       !access(path, F_OK);
}

/* False if there is no room for it. */
static bool reserve(struct doctor_device *dev, uint64_t first, uint64_t last)
{
	if (dev->reserved_count == DOCTOR_RANGES_MAX)
		return false;
	dev->reserved[dev->reserved_count++] = (struct doctor_range){
		.first = first, .last = last,
	};
	return true;
}

/* "0x00000000fee00000 0x00000000feefffff msi" */
static bool reserve_regions(const char *group, struct doctor_device *dev)
{
	FILE *file = open_under(group, "reserved_regions");
	uint64_t first, last;
	bool all = true;
	char line[128];

	if (!file)
		return false;
	while (fgets(line, sizeof(line), file)) {
		if (sscanf(line, "%" SCNx64 " %" SCNx64, &first, &last) == 2)
			all &= reserve(dev, first, last);
	}
	fclose(file);
	return all;
}

/* The PCI domain and bus that the device is on, or is below. */
static void root_of(const struct doctor_device *dev, char *root, size_t len)
{
	char *path = *dev->pci_dir ? realpath(dev->pci_dir, NULL) : NULL;
	char *bus = path ? strstr(path, "/pci") : NULL;

	if (bus && strlen(bus) > 12 && bus[8] == ':')
		snprintf(root, len, "PCI Bus %.7s", bus + 4);
	else
		snprintf(root, len, "PCI Bus 0000:00");
	free(path);
}

/*
 * "80000000-afffffff : PCI Bus 0000:00" in /proc/iomem; who is not root sees
 * zeros. Outer windows hold the inner ones, which need no line of their own.
 */
static bool reserve_windows(const char *sysroot, struct doctor_device *dev)
{
	FILE *file = open_under(sysroot, "proc/iomem");
	uint64_t first, last;
	bool all = true, seen = false;
	char line[256], root[24];

	if (!file)
		return false;
	root_of(dev, root, sizeof(root));
	while (fgets(line, sizeof(line), file)) {
		if (!strstr(line, root) ||
		    sscanf(line, "%" SCNx64 "-%" SCNx64, &first, &last) != 2)
			continue;
		seen |= last;
		all &= reserve(dev, first, last);
	}
	fclose(file);
	return all && seen;
}

static void gather_iommu(const char *sysroot, const char *group,
			 struct doctor_facts *f)
{
	struct doctor_device *dev = &f->device;
	bool regions, windows;

	if (sysfs_read_word(group, "type", dev->iommu, sizeof(dev->iommu))) {
		dev->iommu[0] = '\0';
		return;
	}
	regions = reserve_regions(group, dev);
	windows = reserve_windows(sysroot, dev);
	dev->reserved_known = regions && windows;
	if (strcmp(dev->iommu, "identity") && !dev->reserved_known)
		unseen(f, "which bus addresses the IOMMU cannot use: %s",
		       regions ? "/proc/iomem, for root only" :
				 "its group's reserved_regions");
}

/* Without a device: what others have, one would have. */
static void gather_machine(const char *sysroot, struct doctor_facts *f)
{
	char group[PATH_MAX];

	if (!path_format(group, sizeof(group), "%s/sys/kernel/iommu_groups/0",
			 sysroot))
		gather_iommu(sysroot, group, f);
}

static void gather_group(const char *sysroot, struct doctor_facts *f)
{
	char group[PATH_MAX];

	if (!path_format(group, sizeof(group), "%s/iommu_group",
			 f->device.pci_dir))
		gather_iommu(sysroot, group, f);
}

static void gather_device(const char *sysroot, const char *which, uint32_t bits,
			  struct doctor_facts *f)
{
	struct doctor_device *dev = &f->device;

	dev->node = -1;
	dev->bits = bits ? bits : DEFAULT_BITS;
	dev->bits_from = bits ? BITS_ASKED : BITS_DEFAULT;
	dev->present = (which && find_pci(sysroot, which, dev)) ||
		       find_named(sysroot, which, dev);
	if (!dev->present) {
		if (which && !*dev->pci)
			snprintf(dev->pci, sizeof(dev->pci), "%.31s", which);
		gather_machine(sysroot, f);
		return;
	}
	dev->vendor = read_id(dev, "vendor");
	dev->device = read_id(dev, "device");
	if (sysfs_link_name(dev->pci_dir, "driver", dev->driver,
			    sizeof(dev->driver)))
		dev->driver[0] = '\0';
	gather_bits(dev, bits);
	gather_bus_master(dev);
	gather_group(sysroot, f);
	dev->node = read_node(dev);
	dev->own_memory = has_own_memory(dev);
	if (dev->own_memory)
		unseen(f,
		       "whether the driver takes from the device's own memory (of_node/memory-region)");
	read_link(dev, "current", dev->link, sizeof(dev->link));
	read_link(dev, "max", dev->link_max, sizeof(dev->link_max));
	if (!dev->bus_master)
		unseen(f, "bus mastering: the device's configuration space cannot be read");
}

/* The kernel ----------------------------------------------------------------*/

/* "CONFIG_CMA=y" or "# CONFIG_CMA is not set"; else false. */
static bool config_line(struct doctor_facts *f, const char *line)
{
	char name[64], value[16];
	size_t i;

	if (sscanf(line, "# CONFIG_%63s is not set", name) == 1)
		strcpy(value, "n");
	else if (sscanf(line, "CONFIG_%63[^=]=%15s", name, value) != 2)
		return false;
	for (i = 0; i < DOCTOR_OPTIONS; i++) {
		if (!strcmp(name, option_names[i]))
			strcpy(f->option[i], value);
	}
	return true;
}

/* zlib reads what is not compressed as well. */
static int read_config(struct doctor_facts *f, const char *sysroot,
		       const char *path)
{
	char full[PATH_MAX], line[1024];
	bool is_config = false;
	gzFile file;
	size_t i;
	int err;

	if (path_format(full, sizeof(full), "%s/%s", sysroot, path))
		return -ENAMETOOLONG;
	file = gzopen(full, "re");
	if (!file)
		return -ENOENT;
	/* What does not apply is not even in the file. */
	for (i = 0; i < DOCTOR_OPTIONS; i++)
		strcpy(f->option[i], i == OPTION_CMA_SIZE ? "" : "n");
	while (gzgets(file, line, sizeof(line)))
		is_config |= config_line(f, line);
	gzerror(file, &err);
	gzclose(file);
	if (is_config && err == Z_OK)
		return 0;
	/* What is not in a file that was not read to its end is not known. */
	memset(f->option, 0, sizeof(f->option));
	return -EIO;
}

static void gather_kernel(const char *sysroot, struct doctor_facts *f)
{
	char kernel[PATH_MAX], boot[128], lib[128];

	if (path_format(kernel, sizeof(kernel), "%s/proc/sys/kernel", sysroot) ||
	    sysfs_read_word(kernel, "osrelease", f->release, sizeof(f->release)))
		strcpy(f->release, "unknown");
	snprintf(boot, sizeof(boot), "boot/config-%s", f->release);
	snprintf(lib, sizeof(lib), "lib/modules/%s/config", f->release);
	if (read_config(f, sysroot, "proc/config.gz") &&
	    read_config(f, sysroot, boot) && read_config(f, sysroot, lib))
		unseen(f, "the kernel's configuration: none of /proc/config.gz, /%s, /%s",
		       boot, lib);
}

static bool begins_with(const char *text, const char *start)
{
	return !strncmp(text, start, strlen(start));
}

/* As the kernel's function of this name: no number is 0. */
static uint64_t memparse(const char *text, const char **end)
{
	static const char units[] = "KMGTPE";
	const char *unit;
	uint64_t n;
	char *rest;

	n = strtoull(text, &rest, 0);
	unit = *rest ? strchr(units, toupper((unsigned char)*rest)) : NULL;
	*end = unit ? rest + 1 : rest;
	return unit ? n << 10 * (unit - units + 1) : n;
}

/* SIZE[@FIRST[-LIMIT]], as the kernel's early_cma() reads it. */
static void cma_word(struct doctor_cma_words *cma, const char *word)
{
	const char *value = word + strlen("cma=");
	size_t len = strlen(cma->text);

	snprintf(cma->text + len, sizeof(cma->text) - len, "%s%s",
		 len ? " " : "", word);
	cma->bytes = memparse(value, &value);
	if (*value != '@')
		return;
	cma->first = memparse(value + 1, &value);
	cma->limit = *value == '-' ? memparse(value + 1, &value) :
				     cma->first + cma->bytes;
}

static void command_line_word(struct doctor_facts *f, const char *word)
{
	static const char *const matter[] = {
		"cma=", "cma_pernuma=", "numa_cma=", "hugetlb_cma=", "swiotlb=",
		"iommu", "intel_iommu=", "amd_iommu=", "mem=", "memmap=",
		"movablecore=", "kernelcore=",
	};
	size_t len = strlen(f->words), i;

	for (i = 0; i < ARRAY_SIZE(matter); i++) {
		if (begins_with(word, matter[i]))
			snprintf(f->words + len, sizeof(f->words) - len,
				 "%s%s", len ? " " : "", word);
	}
	if (begins_with(word, "cma="))
		cma_word(&f->cma_words, word);
	if (begins_with(word, "swiotlb=") && strstr(word, "noforce"))
		f->swiotlb_forced = false;
	else if (begins_with(word, "swiotlb=") && strstr(word, "force"))
		f->swiotlb_forced = true;
}

static void gather_command_line(const char *sysroot, struct doctor_facts *f)
{
	FILE *file = open_under(sysroot, "proc/cmdline");
	char line[LINE], *word, *rest = line;

	if (!file || !fgets(line, sizeof(line), file)) {
		unseen(f, "the kernel's command line: /proc/cmdline cannot be read");
	} else {
		while ((word = strsep(&rest, "\n ")))
			command_line_word(f, word);
	}
	if (file)
		fclose(file);
}

/* Memory --------------------------------------------------------------------*/

static struct doctor_zone *find_zone(struct doctor_facts *f, unsigned int node,
				     const char *name)
{
	size_t i;

	for (i = 0; i < f->zone_count; i++) {
		if (f->zones[i].node == node && !strcmp(f->zones[i].name, name))
			return &f->zones[i];
	}
	return NULL;
}

/* Each node has all kinds of zones, most of them without memory. */
static void drop_empty_zones(struct doctor_facts *f)
{
	size_t i, kept = 0;

	for (i = 0; i < f->zone_count; i++) {
		if (f->zones[i].end > f->zones[i].start)
			f->zones[kept++] = f->zones[i];
	}
	f->zone_count = kept;
}

static struct doctor_zone *add_zone(struct doctor_facts *f, unsigned int node,
				    const char *name)
{
	struct doctor_zone *zone;

	drop_empty_zones(f);
	if (f->zone_count == DOCTOR_ZONES_MAX)
		return NULL;
	zone = &f->zones[f->zone_count++];
	*zone = (struct doctor_zone){ .node = node };
	snprintf(zone->name, sizeof(zone->name), "%s", name);
	return zone;
}

/*
 * /proc/zoneinfo has the free pages before, CMA's among them after the zone's
 * size, and its start last; here @end is its length until that comes.
 */
static void zoneinfo_line(struct doctor_zone *zone, uint64_t page,
			  const char *line)
{
	uint64_t pages;

	if (sscanf(line, " pages free %" SCNu64, &pages) == 1) {
		zone->ordinary_free = pages * page;
	} else if (sscanf(line, " spanned %" SCNu64, &pages) == 1) {
		zone->end = pages * page;
	} else if (sscanf(line, " present %" SCNu64, &pages) == 1) {
		zone->present = pages * page;
	} else if (sscanf(line, " cma %" SCNu64, &pages) == 1) {
		zone->cma = pages * page;
	} else if (sscanf(line, " nr_free_cma %" SCNu64, &pages) == 1) {
		if (pages * page <= zone->ordinary_free)
			zone->ordinary_free -= pages * page;
	} else if (sscanf(line, " start_pfn: %" SCNu64, &pages) == 1) {
		zone->start = pages * page;
		zone->end += zone->start;
	}
}

static void gather_zones(const char *sysroot, struct doctor_facts *f)
{
	FILE *file = open_under(sysroot, "proc/zoneinfo");
	struct doctor_zone *zone = NULL;
	char line[LINE], name[16];
	bool dropped = false;
	unsigned int node;

	if (!file) {
		unseen(f, "the zones of memory: /proc/zoneinfo cannot be read");
		return;
	}
	while (fgets(line, sizeof(line), file)) {
		if (sscanf(line, "Node %u, zone %15s", &node, name) == 2) {
			zone = add_zone(f, node, name);
			dropped |= !zone;
		} else if (zone) {
			zoneinfo_line(zone, f->page, line);
		}
	}
	fclose(file);
	drop_empty_zones(f);
	if (dropped)
		unseen(f, "the zones of memory: there are more than %d",
		       DOCTOR_ZONES_MAX);
}

/* The counts of /proc/buddyinfo: pieces of 1, 2, 4, ... pages. */
static uint64_t largest_piece(const char *counts, uint64_t page)
{
	uint64_t piece, largest = 0;
	unsigned long count;
	char *end;

	for (piece = page;; piece *= 2) {
		count = strtoul(counts, &end, 10);
		if (end == counts)
			return largest;
		if (count)
			largest = piece;
		counts = end;
	}
}

static void gather_buddies(const char *sysroot, struct doctor_facts *f)
{
	FILE *file = open_under(sysroot, "proc/buddyinfo");
	char line[LINE], name[16];
	struct doctor_zone *zone;
	unsigned int node;
	int end;

	if (!file) {
		unseen(f, "free memory by size: /proc/buddyinfo cannot be read");
		return;
	}
	while (fgets(line, sizeof(line), file)) {
		if (sscanf(line, "Node %u, zone %15s%n", &node, name, &end) != 2)
			continue;
		zone = find_zone(f, node, name);
		if (!zone)
			continue;
		zone->largest_free = largest_piece(line + end, f->page);
		/* CMA's are among them, but not for everybody. */
		if (zone->largest_free > zone->ordinary_free)
			zone->largest_free = zone->ordinary_free;
	}
	fclose(file);
}

static void gather_memory(const char *sysroot, struct doctor_facts *f)
{
	if (educma_meminfo(sysroot, "MemTotal", &f->mem_total))
		f->mem_total = 0;
	if (educma_meminfo(sysroot, "MemAvailable", &f->mem_available))
		f->mem_available = 0;
	f->cma_counted = !educma_meminfo(sysroot, "CmaTotal", &f->cma_total);
	if (!f->cma_counted || educma_meminfo(sysroot, "CmaFree", &f->cma_free))
		f->cma_free = 0;
	gather_zones(sysroot, f);
	gather_buddies(sysroot, f);
}

static void gather_swiotlb(const char *sysroot, struct doctor_facts *f)
{
	char dir[PATH_MAX];
	uint64_t slabs;

	if (!path_format(dir, sizeof(dir), "%s/sys/kernel/debug/swiotlb",
			 sysroot) &&
	    !sysfs_read_u64(dir, "io_tlb_nslabs", &slabs))
		f->swiotlb_bytes = slabs * SWIOTLB_SLAB;
}

/* The CMA areas -------------------------------------------------------------*/

static void take_area(const char *sysroot, const struct educma_cma_area *from,
		      struct doctor_area *area)
{
	strcpy(area->name, from->name);
	area->bytes = from->bytes;
	area->first = from->base;
	area->last = from->base + from->bytes - 1;
	area->exact = true;
	area->used = from->used;
	area->used_known = true;
	area->largest_free = from->largest_free;
	area->free_known = true;
	area->page_order = from->order_per_bit;
	if (educma_cma_bitmap(sysroot, from, &area->map))
		area->map.words = NULL;
}

/* "cma: Reserved 128 MiB at 0x0000000008000000" */
static bool area_from_log_line(const char *line, struct doctor_area *area)
{
	const char *said = strstr(line, "cma: Reserved ");
	uint64_t mib, base;

	if (!said || sscanf(said, "cma: Reserved %" SCNu64 " MiB at %" SCNx64,
			    &mib, &base) != 2)
		return false;
	area->bytes = mib << 20;
	area->first = base;
	area->last = base + area->bytes - 1;
	area->exact = true;
	return true;
}

/* Hugetlb's and the nodes' areas have the same line, without a name. */
static bool log_is_clear(const struct doctor_facts *f)
{
	return !strstr(f->words, "hugetlb_cma=") &&
	       !strstr(f->words, "cma_pernuma=") &&
	       !strstr(f->words, "numa_cma=");
}

/* Each read of the log gives a message; one that was overwritten, an error. */
static void area_from_log(const char *sysroot, struct doctor_facts *f)
{
	FILE *file = log_is_clear(f) ? open_under(sysroot, "dev/kmsg") : NULL;
	bool found = false;
	char line[LINE];

	if (!file)
		return;
	while (!found) {
		if (fgets(line, sizeof(line), file))
			found = area_from_log_line(line, &f->area);
		else if (ferror(file) && errno == EPIPE)
			clearerr(file);
		else
			break;
	}
	fclose(file);
}

/* From newer kernels also an area's length and what is free. */
static void pages_from_sysfs(const char *sysroot, uint64_t page,
			     struct doctor_area *area)
{
	uint64_t total, available;
	char path[PATH_MAX];

	if (path_format(path, sizeof(path), "%s/sys/kernel/mm/cma/%s", sysroot,
			area->name))
		return;
	area->counted = !sysfs_read_u64(path, "alloc_pages_success",
					&area->succeeded) &&
			!sysfs_read_u64(path, "alloc_pages_fail", &area->failed);
	if (area->used_known || sysfs_read_u64(path, "total_pages", &total) ||
	    sysfs_read_u64(path, "available_pages", &available))
		return;
	area->bytes = total * page;
	area->used = (total - available) * page;
	area->used_known = true;
	area->largest_free = available * page;
}

/**
 * struct listing - the kernel's CMA areas
 * @list: the areas
 * @count: how many
 * @debugfs: 0, or why @list is without all but their names
 * @known: these are all
 */
struct listing {
	struct educma_cma_area *list;
	size_t count;
	int debugfs;
	bool known;
};

static void names_from_sysfs(const char *sysroot, struct listing *areas)
{
	struct dirent **names;
	char path[PATH_MAX];
	int count, i;

	if (path_format(path, sizeof(path), "%s/sys/kernel/mm/cma", sysroot))
		return;
	count = sysfs_list(path, &names);
	if (count < 0)
		return;
	areas->list = calloc(count + 1, sizeof(*areas->list));
	areas->known = areas->list;
	for (i = 0; i < count; i++) {
		if (areas->list)
			snprintf(areas->list[areas->count++].name,
				 sizeof(areas->list->name), "%.63s",
				 names[i]->d_name);
		free(names[i]);
	}
	free(names);
}

static void list_areas(const char *sysroot, struct listing *areas)
{
	memset(areas, 0, sizeof(*areas));
	areas->debugfs = educma_cma_areas(sysroot, &areas->list, &areas->count);
	areas->known = !areas->debugfs;
	if (areas->debugfs) {
		areas->list = NULL;
		areas->count = 0;
		names_from_sysfs(sysroot, areas);
	}
}

static void read_area(const char *sysroot, const struct doctor_facts *f,
		      const struct listing *areas, size_t i,
		      struct doctor_area *area)
{
	area->present = YES;
	if (areas->debugfs)
		strcpy(area->name, areas->list[i].name);
	else
		take_area(sysroot, &areas->list[i], area);
	pages_from_sysfs(sysroot, f->page, area);
}

static void bounds_from_cma_words(const struct doctor_cma_words *cma,
				  struct doctor_area *area)
{
	if (cma->first > area->first)
		area->first = cma->first;
	if (cma->limit && cma->limit - 1 < area->last)
		area->last = cma->limit - 1;
}

static void bounds_from_zones(const struct doctor_facts *f,
			      struct doctor_area *area)
{
	uint64_t first = UINT64_MAX, last = 0;
	size_t i;

	for (i = 0; i < f->zone_count; i++) {
		const struct doctor_zone *zone = &f->zones[i];

		if (!zone->cma)
			continue;
		if (zone->start < first)
			first = zone->start;
		if (zone->end - 1 > last)
			last = zone->end - 1;
	}
	area->first = last ? first : 0;
	area->last = last ? last : UINT64_MAX;
}

static void bound_area(const struct doctor_facts *f, struct doctor_area *area)
{
	if (!area->exact) {
		bounds_from_zones(f, area);
		if (area == &f->area)
			bounds_from_cma_words(&f->cma_words, area);
	}
	if (!area->bytes)
		area->bytes = f->cma_total;
	if (!area->largest_free && !area->used_known)
		area->largest_free = area->bytes;
}

static void unseen_of_area(struct doctor_facts *f, int debugfs,
			   const struct doctor_area *area)
{
	const char *which = area == &f->area ? "" : " of the device's node";

	if (!area->exact)
		unseen(f,
		       "where the CMA area%s lies: neither /sys/kernel/debug/cma nor the kernel log says it",
		       which);
	if (!area->free_known)
		unseen(f, "whether the CMA area%s is free in one piece: /sys/kernel/debug/cma (%s)",
		       which, strerror(-debugfs));
}

static void unseen_default(struct doctor_facts *f, const struct listing *areas)
{
	char names[160] = "";
	size_t i, len;

	for (i = 0; i < areas->count; i++) {
		len = strlen(names);
		snprintf(names + len, sizeof(names) - len, "%s%s",
			 len ? ", " : "", areas->list[i].name);
	}
	unseen(f, "which CMA area devices get memory from: %s", names);
}

static void gather_default_area(const char *sysroot, struct doctor_facts *f,
				const struct listing *areas)
{
	struct doctor_area *area = &f->area;
	int i = educma_cma_default(areas->list, areas->count);

	if (i == -E2BIG) {
		unseen_default(f, areas);
		return;
	}
	if (i < 0 && (areas->known || !f->cma_total)) {
		area->present = NO;
		return;
	}
	area->present = YES;
	if (areas->debugfs)
		area_from_log(sysroot, f);
	if (i >= 0)
		read_area(sysroot, f, areas, i, area);
	bound_area(f, area);
	unseen_of_area(f, areas->debugfs, area);
}

/* CONFIG_DMA_PERNUMA_CMA, or in newer kernels CONFIG_DMA_NUMA_CMA. */
static void gather_node_area(const char *sysroot, struct doctor_facts *f,
			     const struct listing *areas)
{
	char pernuma[24], numa[24];
	const char *name;
	size_t i;

	f->node_area.present = NO;
	snprintf(pernuma, sizeof(pernuma), "pernuma%d", f->device.node);
	snprintf(numa, sizeof(numa), "numa%d", f->device.node);
	for (i = 0; i < areas->count; i++) {
		name = areas->list[i].name;
		if (strcmp(name, pernuma) && strcmp(name, numa))
			continue;
		read_area(sysroot, f, areas, i, &f->node_area);
		bound_area(f, &f->node_area);
		unseen_of_area(f, areas->debugfs, &f->node_area);
		return;
	}
}

/* An empty directory: debugfs is not mounted there. */
static enum answer has_cma_debugfs(const char *sysroot, int err)
{
	struct dirent **names;
	char path[PATH_MAX];
	int count, i;

	if (!err)
		return YES;
	if (err != -ENOENT ||
	    path_format(path, sizeof(path), "%s/sys/kernel/debug", sysroot))
		return UNKNOWN;
	count = sysfs_list(path, &names);
	if (count < 0)
		return UNKNOWN;
	for (i = 0; i < count; i++)
		free(names[i]);
	free(names);
	return count ? NO : UNKNOWN;
}

static void gather_areas(const char *sysroot, struct doctor_facts *f)
{
	struct listing areas;

	if (!f->cma_counted) {
		f->area.present = f->mem_total ? NO : UNKNOWN;
		return;
	}
	list_areas(sysroot, &areas);
	f->cma_debugfs = has_cma_debugfs(sysroot, areas.debugfs);
	gather_default_area(sysroot, f, &areas);
	gather_node_area(sysroot, f, &areas);
	free(areas.list);
}

void doctor_gather(const char *sysroot, const char *which, uint32_t bits,
		   struct doctor_facts *f)
{
	memset(f, 0, sizeof(*f));
	f->page = sysconf(_SC_PAGESIZE);
	gather_device(sysroot, which, bits, f);
	gather_kernel(sysroot, f);
	gather_command_line(sysroot, f);
	gather_memory(sysroot, f);
	gather_areas(sysroot, f);
	gather_swiotlb(sysroot, f);
}

void doctor_forget(struct doctor_facts *f)
{
	free(f->area.map.words);
	free(f->node_area.map.words);
	f->area.map.words = NULL;
	f->node_area.map.words = NULL;
}
