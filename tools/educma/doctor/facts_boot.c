// SPDX-License-Identifier: GPL-2.0
/*
 * Where memory, the kernel's image and the initial RAM disk are, from /proc/iomem
 * and the kernel's log, and which other device a new CMA area should serve.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gather.h"
#include "sysfs.h"

#define PCI_DEVICES	"/sys/bus/pci/devices"

static void add_ram(struct doctor_boot *boot, uint64_t first, uint64_t last)
{
	if (boot->ram_count < DOCTOR_RANGES_MAX)
		boot->ram[boot->ram_count++] = (struct doctor_range){
			.first = first, .last = last,
		};
}

/* The image has several ranges, "Kernel code" to "Kernel bss". */
static void add_kernel(struct doctor_boot *boot, uint64_t first, uint64_t last)
{
	if (!boot->kernel_known || first < boot->kernel.first)
		boot->kernel.first = first;
	if (!boot->kernel_known || last > boot->kernel.last)
		boot->kernel.last = last;
	boot->kernel_known = true;
}

/*
 * Takes a line like "00100000-3ffdffff : System RAM". For users other than root
 * all addresses are 0.
 */
static void iomem_line(struct doctor_boot *boot, const char *line)
{
	uint64_t first, last;
	char name[32];

	if (sscanf(line, "%" SCNx64 "-%" SCNx64 " : %31[^\n]", &first, &last,
		   name) != 3 || last <= first)
		return;
	if (!strcmp(name, "System RAM"))
		add_ram(boot, first, last);
	else if (!strncmp(name, "Kernel ", 7))
		add_kernel(boot, first, last);
}

static void gather_iomem(const char *sysroot, struct doctor_boot *boot)
{
	FILE *file = open_under(sysroot, "proc/iomem");
	char line[LINE];

	if (!file)
		return;
	while (fgets(line, sizeof(line), file))
		iomem_line(boot, line);
	fclose(file);
	if (!boot->kernel_known)
		boot->ram_count = 0;
}

/*
 * Takes "RAMDISK: [mem 0x3e249000-0x3ffdffff]", which only x86 prints, and
 * "Freeing initrd memory: 30300K".
 */
static void initrd_line(struct doctor_boot *boot, const char *line)
{
	const char *disk = strstr(line, "RAMDISK: [mem ");
	const char *freed = strstr(line, "Freeing initrd memory: ");
	struct doctor_range range;
	uint64_t kib;

	if (disk && sscanf(disk, "RAMDISK: [mem %" SCNx64 "-%" SCNx64,
			   &range.first, &range.last) == 2 &&
	    range.last > range.first) {
		boot->initrd = range;
		boot->initrd_bytes = range.last - range.first + 1;
	}
	if (freed && !boot->initrd_bytes &&
	    sscanf(freed, "Freeing initrd memory: %" SCNu64 "K", &kib) == 1 &&
	    kib < UINT32_MAX)
		boot->initrd_bytes = kib * 1024;
}

static void log_line(const char *line, void *facts)
{
	struct doctor_facts *f = facts;

	initrd_line(&f->boot, line);
	if (strstr(line, ";Linux version "))
		f->boot.log_begins = true;
	if (strstr(line, "cma: CMA area reserved could not be activated"))
		f->not_activated = true;
}

/*
 * A device at the default of 32 bits may have a driver that does no DMA. Bridges'
 * drivers do none.
 */
static void consider_narrow(const char *sysroot, const char *pci,
			    struct doctor_facts *f)
{
	struct doctor_narrow *narrow = &f->narrow;
	char dir[PATH_MAX], driver[sizeof(narrow->driver)];
	uint64_t bits;

	if (!strcmp(pci, f->device.pci) ||
	    path_format(dir, sizeof(dir), PCI_DEVICES "/%s", pci) ||
	    sysfs_link_name(sysroot, dir, "driver", driver, sizeof(driver)) ||
	    !strcmp(driver, "pcieport") ||
	    sysfs_read_u64(sysroot, dir, "consistent_dma_mask_bits", &bits) ||
	    !bits || bits >= DEFAULT_BITS ||
	    (narrow->bits && bits >= narrow->bits))
		return;
	narrow->bits = bits;
	snprintf(narrow->pci, sizeof(narrow->pci), "%.31s", pci);
	strcpy(narrow->driver, driver);
}

static void gather_narrow(const char *sysroot, struct doctor_facts *f)
{
	char **names;
	int count, i;

	count = sysfs_list(sysroot, PCI_DEVICES, &names);
	if (count < 0)
		return;
	for (i = 0; i < count; i++)
		consider_narrow(sysroot, names[i], f);
	sysfs_free_list(names, count);
}

void gather_boot(const char *sysroot, struct doctor_facts *f)
{
	gather_iomem(sysroot, &f->boot);
	f->boot.efi = sysfs_exists(sysroot, "/sys/firmware/efi");
	read_log(sysroot, log_line, f);
	gather_narrow(sysroot, f);
}
