/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SHIM_KTIME_H
#define SHIM_KTIME_H

#include "../../world.h"
#include "kernel.h"

static inline u64 ktime_get_ns(void)
{
	return world.now_ns;
}

#endif
