/* SPDX-License-Identifier: GPL-2.0 */
/* The kernel parameter that reserves a CMA area for a buffer. */
#ifndef EDUCMA_DOCTOR_CURE_H
#define EDUCMA_DOCTOR_CURE_H

#include "facts.h"

#define CURE_TEXT	80

/**
 * struct cure - an area for which this machine has room
 * @parameter: words for the kernel's command line: "cma=128M@0-256M"
 * @leaves_out: the device @narrow of the facts has CMA now, and will have none
 */
struct cure {
	char parameter[CURE_TEXT];
	bool leaves_out;
};

/**
 * cure_find() - find an area that holds a buffer, and that leaves the machine
 *	enough memory to boot
 * @f: the facts
 * @bytes: the size of the buffer
 * @bits: the address bits within which the area must lie
 * @cure: filled in
 *
 * Returns false if there is no such area, or if the command line asks for it
 * already.
 */
bool cure_find(const struct doctor_facts *f, uint64_t bytes, uint32_t bits,
	       struct cure *cure);

#endif
