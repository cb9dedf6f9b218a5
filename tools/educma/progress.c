// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "cmd.h"
#include "size.h"

#define NSEC_PER_SEC	1000000000ULL
#define BAR_CELLS	30

uint64_t monotonic_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * NSEC_PER_SEC + t.tv_nsec;
}

void progress_start(struct progress *p, uint64_t total)
{
	p->total = total;
	p->start_ns = monotonic_ns();
	p->shown = UINT32_MAX;
	p->enabled = isatty(STDERR_FILENO);
	progress_update(p, 0);
}

void progress_update(struct progress *p, uint64_t done)
{
	static const char full[] = "##############################";
	double share = (double)done / p->total;
	unsigned int permille = share * 1000;
	uint64_t ns = monotonic_ns() - p->start_ns;
	char rate[SIZE_TEXT];

	/* A serial console is slow: draw only what can be seen to change. */
	if (!p->enabled || permille == p->shown)
		return;
	p->shown = permille;
	fprintf(stderr, "\r[%-*.*s] %5.1f %%  %10s", BAR_CELLS,
		(int)(share * BAR_CELLS), full, share * 100,
		rate_human(rate, rate_per_s(done, ns)));
	if (done)
		fprintf(stderr, ", %.0f s left ",
			(1 / share - 1) * ns / NSEC_PER_SEC);
}

void progress_end(struct progress *p)
{
	if (p->enabled)
		fputc('\n', stderr);
}
