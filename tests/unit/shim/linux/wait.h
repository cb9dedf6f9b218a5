/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Wait queues for one thread: a wait lets the events of the virtual world happen
 * until the condition is true. As in the kernel, the condition is tested again
 * only after a wake-up.
 */
#ifndef SHIM_WAIT_H
#define SHIM_WAIT_H

#include "../../world.h"
#include "kernel.h"

#define SHIM_HOUR	(3600 * (u64)NSEC_PER_SEC)

typedef struct wait_queue_head {
	unsigned long wakes;
} wait_queue_head_t;

static inline void init_waitqueue_head(wait_queue_head_t *queue)
{
	queue->wakes = 0;
}

static inline void wake_up(wait_queue_head_t *queue)
{
	queue->wakes++;
}

static inline void wake_up_all(wait_queue_head_t *queue)
{
	wake_up(queue);
}

/* The only thread may be in a wait: events happen there. */
static inline bool wq_has_sleeper(const wait_queue_head_t *queue)
{
	(void)queue;
	return true;
}

/* Lets events happen. Return: false if there was no wake-up before @until_ns. */
static inline bool shim_sleep(const wait_queue_head_t *queue, u64 until_ns)
{
	const unsigned long wakes = queue->wakes;

	while (queue->wakes == wakes)
		if (!world_step(until_ns))
			return false;
	return true;
}

#define wait_event(queue, condition)					\
	do {								\
		const u64 shim_end = world.now_ns + SHIM_HOUR;		\
									\
		world_may_sleep();					\
		while (!(condition))					\
			world_rule(shim_sleep(&(queue), shim_end),	\
				   "a wait comes to an end");		\
	} while (0)

#define wait_event_timeout(queue, condition, jiffies)			\
	do {								\
		const u64 shim_end = world.now_ns +			\
				     (jiffies) * (u64)NSEC_PER_MSEC;	\
									\
		world_may_sleep();					\
		while (!(condition))					\
			if (!shim_sleep(&(queue), shim_end))		\
				break;					\
	} while (0)

#endif
