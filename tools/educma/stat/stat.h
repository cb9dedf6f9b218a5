/* SPDX-License-Identifier: GPL-2.0 */
/* educma stat -i: the counters of the devices at one time. */
#ifndef EDUCMA_STAT_H
#define EDUCMA_STAT_H

#include "cmd.h"

/* The counters. All but the queue depth only rise while the driver is bound. */
enum figure {
	TO_BYTES, FROM_BYTES, TO_TRANSFERS, FROM_TRANSFERS, TO_ERRORS,
	FROM_ERRORS, TO_BUSY, FROM_BUSY, FAILURES, QUEUE, FIGURES
};

/**
 * struct sample - a device's counters
 * @name: "educmaN"
 * @pci: its PCI address, which identifies it even if its N changes
 * @ns: when its counters were read
 * @figure: the values of its counters
 */
struct sample {
	char name[24];
	char pci[16];
	uint64_t ns;
	uint64_t figure[FIGURES];
};

struct samples {
	struct sample *sample;
	size_t count;
};

/* samples.c */

/**
 * take_samples() - read the counters of every device that is there now
 * @ctx: for messages
 * @only: the PCI address of the device that is read alone, or NULL
 * @s: set to the samples; its caller frees @s->sample, also after an error
 *
 * Returns an enum status: an error is reported.
 */
int take_samples(const struct context *ctx, const char *only,
		 struct samples *s);

/*
 * Finds the sample of the same device before; NULL if there is none, or if the
 * driver was bound anew since.
 */
const struct sample *find_before(const struct samples *before,
				 const struct sample *now);

/* live.c */

/**
 * stat_live() - print a line for each device, interval by interval
 * @ctx: which device (-d, else all), and how to print
 * @interval_ns: the time between two readings
 * @count: the number of intervals
 *
 * Returns an enum status, when all intervals are over or no device is left.
 * The first line of a device that is new, or was bound anew, comes an interval
 * later.
 */
int stat_live(const struct context *ctx, uint64_t interval_ns, uint64_t count);

#endif
