// SPDX-License-Identifier: GPL-2.0
/* Reads a machine's facts from procfs, sysfs and debugfs. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gather.h"

void doctor_gather(const char *sysroot, const char *which, uint32_t bits,
		   struct doctor_facts *f)
{
	memset(f, 0, sizeof(*f));
	f->page = sysconf(_SC_PAGESIZE);
	gather_device(sysroot, which, bits, f);
	gather_kernel(sysroot, f);
	gather_memory(sysroot, f);
	gather_boot(sysroot, f);
	gather_areas(sysroot, f);
}

static void forget_area(struct doctor_area *area)
{
	free(area->map.words);
	free(area->busy.words);
	area->map.words = NULL;
	area->busy.words = NULL;
}

void doctor_forget(struct doctor_facts *f)
{
	forget_area(&f->area);
	forget_area(&f->node_area);
}
