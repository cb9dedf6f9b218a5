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
	gather_areas(sysroot, f);
}

void doctor_forget(struct doctor_facts *f)
{
	free(f->area.map.words);
	free(f->node_area.map.words);
	f->area.map.words = NULL;
	f->node_area.map.words = NULL;
}
