/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SHIM_COMPLETION_H
#define SHIM_COMPLETION_H

#include "wait.h"

struct completion {
	wait_queue_head_t queue;
	bool done;
};

static inline void init_completion(struct completion *completion)
{
	init_waitqueue_head(&completion->queue);
	completion->done = false;
}

static inline void complete(struct completion *completion)
{
	completion->done = true;
	wake_up(&completion->queue);
}

static inline void wait_for_completion(struct completion *completion)
{
	wait_event(completion->queue, completion->done);
}

#endif
