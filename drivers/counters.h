/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The counters of one device. A new counter is a line in one of the two lists,
 * which makes its field and its file in sysfs; an entry in
 * include/abi/sysfs-driver-educma, in tools/libeducma/counters.c and in
 * tools/educma/schema.json; and the code that counts it. The model in
 * tests/unit/engine_rig.c must count it, too; and the test readers must know a
 * counter that can fall.
 */
#ifndef EDUCMA_COUNTERS_H
#define EDUCMA_COUNTERS_H

#include <linux/types.h>

#include "card.h"

/*
 * The counters of each direction, in the order in which they are shown. A chunk
 * from memory to memory, and a copy, count in both directions.
 */
#define EDUCMA_DIR_COUNTERS(dir_counter)				\
	dir_counter(bytes)		/* bytes that chunks moved */	\
	dir_counter(chunks)		/* chunks that are done */	\
	dir_counter(transfers)		/* ended without error */	\
	dir_counter(errors)		/* ended with an error */	\
	dir_counter(busy_ns)		/* from doorbell to interrupt */

/* The counters of the device, in the order in which they are shown. */
#define EDUCMA_DEVICE_COUNTERS(device_counter)				\
	device_counter(irqs)		/* interrupts of this device */	\
	device_counter(irqs_missed)	/* DMAs without interrupt */	\
	device_counter(irqs_spurious)	/* no DMA had ended */		\
	device_counter(chunks_repeated)	/* chunks started again */	\
	device_counter(timeouts)	/* DMAs that took too long */	\
	device_counter(failures)	/* times the device failed */	\
	device_counter(queue_depth)	/* transfers in the queue now */

#define EDUCMA_COUNTER_FIELD(name)	u64 name;

/**
 * struct educma_counters - all counters
 * @dir: those of EDUCMA_DIR_COUNTERS, by direction
 *
 * And those of EDUCMA_DEVICE_COUNTERS.
 */
struct educma_counters {
	struct educma_dir_counters {
		EDUCMA_DIR_COUNTERS(EDUCMA_COUNTER_FIELD)
	} dir[EDUCMA_DIRS];
	EDUCMA_DEVICE_COUNTERS(EDUCMA_COUNTER_FIELD)
};

#endif
