// SPDX-License-Identifier: GPL-2.0
/* The facts of the PCI device, its IOMMU and its link, from sysfs. */
#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "gather.h"
#include "educma_regs.h"
#include "sysfs.h"

#define PCI_COMMAND		4
#define PCI_COMMAND_MASTER	0x4

/* Takes "00:04.0" as well as "0000:00:04.0". */
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
			    "/sys/bus/pci/devices/%s", dev->pci) &&
	       sysfs_exists(sysroot, dev->pci_dir);
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

static uint16_t read_id(const char *sysroot, const struct doctor_device *dev,
			const char *name)
{
	uint64_t id;

	return sysfs_read_u64(sysroot, dev->pci_dir, name, &id) ? 0 : id;
}

/* Returns the width of a mask, or 0 if it is not known. */
static uint64_t read_mask(const char *sysroot, const struct doctor_device *dev,
			  const char *name)
{
	uint64_t bits;

	if (sysfs_read_u64(sysroot, dev->pci_dir, name, &bits) || bits > 64)
		return 0;
	return bits;
}

static void gather_bits(const char *sysroot, struct doctor_device *dev,
			uint32_t asked)
{
	dev->mask_bits = read_mask(sysroot, dev, "dma_mask_bits");
	dev->coherent_mask_bits = read_mask(sysroot, dev,
					    "consistent_dma_mask_bits");
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

static void gather_bus_master(const char *sysroot, struct doctor_device *dev)
{
	uint8_t config[PCI_COMMAND + 2];
	char path[PATH_MAX], state[16];
	FILE *file;

	if (path_format(path, sizeof(path), "%s/config", dev->pci_dir))
		return;
	file = sysfs_fopen(sysroot, path, 0);
	if (!file)
		return;
	if (fread(config, sizeof(config), 1, file) == 1)
		dev->bus_master = config[PCI_COMMAND] & PCI_COMMAND_MASTER ?
				  YES : NO;
	fclose(file);
	dev->suspended = !sysfs_read_word(sysroot, dev->pci_dir,
					  "power/runtime_status", state,
					  sizeof(state)) &&
			 !strcmp(state, "suspended");
}

/* Writes "2.5 GT/s x1", or nothing if the link is down ("Unknown"). */
static void read_link(const char *sysroot, const struct doctor_device *dev,
		      const char *kind, char *text, size_t len)
{
	char name[32], speed[16], width[8];

	snprintf(name, sizeof(name), "%s_link_speed", kind);
	if (sysfs_read_word(sysroot, dev->pci_dir, name, speed,
			    sizeof(speed)) ||
	    !isdigit((unsigned char)speed[0]))
		return;
	snprintf(name, sizeof(name), "%s_link_width", kind);
	if (!sysfs_read_word(sysroot, dev->pci_dir, name, width, sizeof(width)))
		snprintf(text, len, "%s GT/s x%s", speed, width);
}

static int read_node(const char *sysroot, const struct doctor_device *dev)
{
	uint64_t node;

	/* The file says -1 if the device belongs to no node. */
	if (sysfs_read_u64(sysroot, dev->pci_dir, "numa_node", &node) ||
	    node > INT_MAX)
		return -1;
	return node;
}

static bool has_own_memory(const char *sysroot, const struct doctor_device *dev)
{
	char path[PATH_MAX];

	return !path_format(path, sizeof(path), "%s/of_node/memory-region",
			    dev->pci_dir) &&
	       sysfs_exists(sysroot, path);
}

/* Adds a reserved range. Returns false if there is no room for it. */
static bool reserve(struct doctor_device *dev, uint64_t first, uint64_t last)
{
	if (dev->reserved_count == DOCTOR_RANGES_MAX)
		return false;
	dev->reserved[dev->reserved_count++] = (struct doctor_range){
		.first = first, .last = last,
	};
	return true;
}

/* Reads lines like "0x00000000fee00000 0x00000000feefffff msi". */
static bool reserve_regions(const char *sysroot, const char *group,
			    struct doctor_device *dev)
{
	char path[PATH_MAX], line[128];
	uint64_t first, last;
	bool all = true;
	FILE *file;

	if (path_format(path, sizeof(path), "%s/reserved_regions", group))
		return false;
	file = sysfs_fopen(sysroot, path, 0);
	if (!file)
		return false;
	while (fgets(line, sizeof(line), file)) {
		if (sscanf(line, "%" SCNx64 " %" SCNx64, &first, &last) == 2)
			all &= reserve(dev, first, last);
	}
	fclose(file);
	return all;
}

/* Writes the name that /proc/iomem has for the device's root bus. */
static void root_of(const char *sysroot, const struct doctor_device *dev,
		    char *root, size_t len)
{
	char link[PATH_MAX], *bus = NULL;

	/* The link reads ../../../devices/pci0000:00/0000:00:04.0. */
	if (!sysfs_read_link(sysroot, dev->pci_dir, link, sizeof(link)))
		bus = strstr(link, "/pci");
	if (bus && strlen(bus) > 12 && bus[8] == ':')
		snprintf(root, len, "PCI Bus %.7s", bus + 4);
	else
		snprintf(root, len, "PCI Bus 0000:00");
}

/*
 * Reads lines like "80000000-afffffff : PCI Bus 0000:00" in /proc/iomem, which
 * has only zeros for users other than root. The windows of buses below the root
 * bus lie within those of the root bus, and are not needed.
 */
static bool reserve_windows(const char *sysroot, struct doctor_device *dev)
{
	FILE *file = open_under(sysroot, "proc/iomem");
	uint64_t first, last;
	bool all = true, seen = false;
	char line[256], root[24];

	if (!file)
		return false;
	root_of(sysroot, dev, root, sizeof(root));
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

/*
 * Whether drivers may have taken addresses: those of other devices in the group,
 * and the device's own; of educma it is known how much its buffers have.
 */
static enum addresses_used gather_used(const char *sysroot, const char *group,
				       const struct doctor_device *dev)
{
	uint64_t buffers;
	char devices[PATH_MAX], **names;
	int count;

	if (path_format(devices, sizeof(devices), "%s/devices", group))
		return USED_UNKNOWN;
	count = sysfs_list(sysroot, devices, &names);
	if (count < 0)
		return USED_UNKNOWN;
	sysfs_free_list(names, count);
	if (count != 1 || !dev->present)
		return USED_UNKNOWN;
	if (!*dev->driver)
		return USED_NONE;
	if (strcmp(dev->driver, "educma") ||
	    sysfs_read_u64(sysroot, dev->pci_dir, "dma_counters/buffer_bytes", &buffers) ||
	    buffers)
		return USED_UNKNOWN;
	return USED_FEW;
}

static void gather_iommu(const char *sysroot, const char *group,
			 struct doctor_facts *f)
{
	struct doctor_device *dev = &f->device;
	bool regions, windows;

	if (sysfs_read_word(sysroot, group, "type", dev->iommu,
			    sizeof(dev->iommu))) {
		dev->iommu[0] = '\0';
		if (!sysfs_exists(sysroot, group))
			return;
		strcpy(dev->iommu, "unknown");
		unseen(f, "whether the IOMMU translates addresses: its group's type");
	}
	regions = reserve_regions(sysroot, group, dev);
	windows = reserve_windows(sysroot, dev);
	dev->reserved_known = regions && windows;
	dev->addresses_used = gather_used(sysroot, group, dev);
	if (strcmp(dev->iommu, "identity") && dev->addresses_used == USED_UNKNOWN)
		unseen(f, "which of the IOMMU's addresses are in use: the kernel does not show it");
	if (strcmp(dev->iommu, "identity") && !dev->reserved_known)
		unseen(f, "which bus addresses the IOMMU cannot use: %s",
		       regions ? "/proc/iomem, for root only" :
				 "its group's reserved_regions");
}

/* Without a device, take its IOMMU to be like that of the first group. */
static void gather_machine(const char *sysroot, struct doctor_facts *f)
{
	gather_iommu(sysroot, "/sys/kernel/iommu_groups/0", f);
}

static void gather_group(const char *sysroot, struct doctor_facts *f)
{
	char group[PATH_MAX];

	if (!path_format(group, sizeof(group), "%s/iommu_group",
			 f->device.pci_dir))
		gather_iommu(sysroot, group, f);
}

void gather_device(const char *sysroot, const char *which, uint32_t bits,
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
	dev->vendor = read_id(sysroot, dev, "vendor");
	dev->device = read_id(sysroot, dev, "device");
	if (sysfs_link_name(sysroot, dev->pci_dir, "driver", dev->driver,
			    sizeof(dev->driver)))
		dev->driver[0] = '\0';
	gather_bits(sysroot, dev, bits);
	gather_bus_master(sysroot, dev);
	gather_group(sysroot, f);
	dev->node = read_node(sysroot, dev);
	dev->own_memory = has_own_memory(sysroot, dev);
	if (dev->own_memory)
		unseen(f,
		       "whether the driver takes from the device's own memory (of_node/memory-region)");
	read_link(sysroot, dev, "current", dev->link, sizeof(dev->link));
	read_link(sysroot, dev, "max", dev->link_max, sizeof(dev->link_max));
	if (!dev->bus_master)
		unseen(f, "bus mastering: the device's configuration space cannot be read");
}
