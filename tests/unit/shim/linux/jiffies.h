/* SPDX-License-Identifier: GPL-2.0 */
/* A jiffy is a millisecond of the virtual clock. */
#ifndef SHIM_JIFFIES_H
#define SHIM_JIFFIES_H

#include "../../world.h"
#include "kernel.h"

#define jiffies	((unsigned long)(world.now_ns / NSEC_PER_MSEC))

#define time_before(a, b)	((long)((a) - (b)) < 0)

static inline unsigned long msecs_to_jiffies(unsigned int ms)
{
	return ms;
}

#endif
