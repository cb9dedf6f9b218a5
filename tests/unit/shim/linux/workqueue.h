/* SPDX-License-Identifier: GPL-2.0 */
/* Delayed work is an event of the virtual world. */
#ifndef SHIM_WORKQUEUE_H
#define SHIM_WORKQUEUE_H

#include "../../world.h"
#include "jiffies.h"
#include "kernel.h"

struct work_struct {
	void (*run)(struct work_struct *work);
};

struct timer_list {
	struct world_event event;
	unsigned long expires;
};

struct delayed_work {
	struct work_struct work;
	struct timer_list timer;
};

static inline void shim_work_run(struct world_event *event)
{
	struct delayed_work *delayed = container_of(event, struct delayed_work,
						    timer.event);

	world.in_work = true;
	delayed->work.run(&delayed->work);
	world.in_work = false;
	world_rule(!world.locks && !world.irqs_off,
		   "work releases its locks");
}

static inline void INIT_DELAYED_WORK(struct delayed_work *delayed,
				     void (*run)(struct work_struct *work))
{
	memset(delayed, 0, sizeof(*delayed));
	delayed->work.run = run;
}

static inline bool delayed_work_pending(const struct delayed_work *delayed)
{
	return delayed->timer.event.pending;
}

static inline bool schedule_delayed_work(struct delayed_work *delayed,
					 unsigned long delay)
{
	if (delayed_work_pending(delayed))
		return false;
	delayed->timer.expires = jiffies + delay;
	world_at(&delayed->timer.event,
		 world.now_ns + delay * (u64)NSEC_PER_MSEC, shim_work_run);
	return true;
}

static inline bool cancel_delayed_work(struct delayed_work *delayed)
{
	return world_forget(&delayed->timer.event);
}

static inline bool cancel_delayed_work_sync(struct delayed_work *delayed)
{
	world_may_sleep();
	world_rule(!world.in_work, "work does not wait for its own end");
	return cancel_delayed_work(delayed);
}

#endif
