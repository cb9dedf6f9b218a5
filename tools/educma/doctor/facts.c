// SPDX-License-Identifier: GPL-2.0
/* Reads a machine's facts from procfs, sysfs and debugfs. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "gather.h"

void doctor_gather(const char *sysroot, const char *which, uint32_t bits,
		   struct doctor_facts *f)
{
	bool known;

	memset(f, 0, sizeof(*f));
	f->page = educma_page_size(sysroot, &known);
	if (!known)
		unseen(f, "the size of a page: taken to be %" PRIu64 " KiB, as on this machine",
		       f->page / 1024);
	gather_device(sysroot, which, bits, f);
	gather_kernel(sysroot, f);
	gather_memory(sysroot, f);
	check_config(f);
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
