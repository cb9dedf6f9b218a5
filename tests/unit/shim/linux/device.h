/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SHIM_DEVICE_H
#define SHIM_DEVICE_H

#include "../../world.h"
#include "kernel.h"

struct device {
	int unused;
};

#define dev_err(dev, ...)	((void)(dev), world_log(__VA_ARGS__))

#endif
