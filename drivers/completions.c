// SPDX-License-Identifier: GPL-2.0
/* Waits for the completions of an open file, and copies them to the user. */
#include <linux/hrtimer.h>
#include <linux/sched/signal.h>
#include <linux/time_namespace.h>
#include <linux/uaccess.h>
#include <linux/wait.h>
#include <linux/educma.h>

#include "completions.h"
#include "file.h"

/* How many completions are copied to the user at once. */
#define BATCH	8U

static void fill_completion(struct educma_completion *done,
			    const struct educma_xfer *xfer)
{
	*done = (struct educma_completion) {
		.cookie = xfer->cookie,
		.bytes = xfer->done,
		.status = xfer->status,
		.queued_ns = educma_xfer_queued_ns(xfer),
		.run_ns = educma_xfer_run_ns(xfer),
	};
}

/**
 * struct room - the user's array of struct educma_completion
 * @to: the next element
 * @stride: bytes of an element; what is longer than the structure is cleared
 */
struct room {
	char __user *to;
	size_t stride;
};

static int copy_one(const struct room *room, unsigned int index,
		    const struct educma_completion *done)
{
	char __user *to = room->to + index * room->stride;

	if (copy_to_user(to, done, sizeof(*done)) ||
	    clear_user(to + sizeof(*done), room->stride - sizeof(*done)))
		return -EFAULT;
	return 0;
}

static int copy_each(const struct room *room, unsigned int count,
		     const struct educma_completion *done)
{
	unsigned int i;
	int ret = 0;

	for (i = 0; !ret && i < count; i++)
		ret = copy_one(room, i, &done[i]);
	return ret;
}

static int copy_batch(const struct room *room, const struct list_head *batch)
{
	struct educma_completion done[BATCH];
	struct educma_xfer *xfer;
	unsigned int count = 0;

	list_for_each_entry(xfer, batch, node)
		fill_completion(&done[count++], xfer);
	if (room->stride != sizeof(done[0]))
		return copy_each(room, count, done);
	return copy_to_user(room->to, done, count * sizeof(done[0])) ? -EFAULT : 0;
}

/*
 * Copy @count claimed completions to the user, and add their requests to @taken.
 * The ones that cannot be copied are no longer claimed.
 *
 * Return: how many were copied, or -EFAULT if not even the first one was.
 */
static long copy_claimed(struct educma_file *file, struct room room,
			 unsigned int count, struct list_head *taken)
{
	unsigned int copied = 0, size = BATCH;
	LIST_HEAD(batch);

	while (copied < count && size) {
		size = min(size, count - copied);
		educma_file_take(file, &batch, size);
		if (copy_batch(&room, &batch)) {
			/* The memory may end within the batch: try each alone. */
			educma_file_untake(file, &batch);
			size = size > 1;
			continue;
		}
		list_splice_tail_init(&batch, taken);
		room.to += size * room.stride;
		copied += size;
	}
	if (copied < count)
		educma_file_unclaim(file, count - copied);
	if (count && !copied)
		return -EFAULT;
	return copied;
}

/* Copy all completions that fit: their number, 0 if there are none, or an error. */
static ssize_t read_done(struct educma_file *file, char __user *to,
			 unsigned int max)
{
	const struct room room = { to, sizeof(struct educma_completion) };
	unsigned int count;
	LIST_HEAD(taken);
	ssize_t ret;

	educma_file_claim(file, 0, max, &count);
	ret = copy_claimed(file, room, count, &taken);
	if (ret > 0)
		educma_file_collected(file, &taken, ret);
	return ret;
}

/* Whether a read need not wait: for a completion, or because none will come. */
static bool read_has_news(struct educma_file *file)
{
	return educma_file_has_done(file) || !educma_file_in_flight(file) ||
	       educma_is_removed(file->edev);
}

/**
 * educma_completions_read() - read(2)
 * @file: the open file
 * @to: room for struct educma_completion
 * @bytes: how much room
 * @nonblock: do not wait
 *
 * Context: may sleep.
 *
 * Return: the bytes of the completions; 0 if nothing is in flight; or a negative
 * errno.
 */
ssize_t educma_completions_read(struct educma_file *file, char __user *to,
				size_t bytes, bool nonblock)
{
	const size_t one = sizeof(struct educma_completion);
	ssize_t ret;

	if (bytes < one)
		return -EINVAL;
	for (;;) {
		if (educma_is_removed(file->edev))
			return -ENODEV;
		ret = read_done(file, to, min_t(size_t, bytes / one, INT_MAX));
		if (ret || !educma_file_in_flight(file))
			return ret < 0 ? ret : ret * one;
		if (nonblock)
			return -EAGAIN;
		ret = wait_event_interruptible(file->wait, read_has_news(file));
		if (ret)
			return ret;
	}
}

/**
 * struct collector - a task that waits for some completions
 * @entry: its place in the wait queue of @file
 * @file: the file
 * @min: how many completions it waits for
 */
struct collector {
	struct wait_queue_entry entry;
	struct educma_file *file;
	unsigned int min;
};

/* The interrupt of each completion gets here; only one that matters wakes the task. */
static int collector_wake(struct wait_queue_entry *entry, unsigned int mode,
			  int flags, void *key)
{
	struct collector *collector =
		container_of(entry, struct collector, entry);
	struct educma_file *file = collector->file;

	if (!educma_file_has_enough(file, collector->min) &&
	    !educma_is_removed(file->edev))
		return 0;
	return autoremove_wake_function(entry, mode, flags, key);
}

/*
 * Sleep until @deadline (NULL: none), a signal or a wake-up.
 *
 * Return: 0 after a wake-up, -ETIME, or -ERESTARTSYS.
 */
static int sleep_until(ktime_t *deadline)
{
	if (signal_pending(current))
		return -ERESTARTSYS;
	if (!schedule_hrtimeout_range(deadline, current->timer_slack_ns,
				      HRTIMER_MODE_ABS))
		return -ETIME;
	return 0;
}

/* Wait until @collect's completions can be claimed: 0, -ETIME or -ERESTARTSYS. */
static int wait_and_claim(struct educma_file *file,
			  const struct educma_collect *collect,
			  ktime_t *deadline, unsigned int *count)
{
	struct collector collector = { .file = file, .min = collect->min };
	int ret = 0;

	init_wait(&collector.entry);
	collector.entry.func = collector_wake;
	while (!ret) {
		prepare_to_wait(&file->wait, &collector.entry,
				TASK_INTERRUPTIBLE);
		if (educma_is_removed(file->edev) ||
		    educma_file_claim(file, collect->min, collect->count, count))
			break;
		ret = sleep_until(deadline);
	}
	finish_wait(&file->wait, &collector.entry);
	return ret;
}

/*
 * The caller's CLOCK_MONOTONIC differs from the kernel's in a time namespace. A time
 * in more than a hundred years is taken for one in a hundred years, so that the
 * difference fits.
 */
static ktime_t kernel_time(u64 ns)
{
	const s64 time = min_t(u64, ns, KTIME_MAX / 2);
	struct timespec64 offset = { };

	timens_add_monotonic(&offset);
	return max_t(s64, time - timespec64_to_ns(&offset), 0);
}

/*
 * Claim @collect's completions, after waiting for them if there is still time. When
 * the deadline has passed or a signal has come, claim the ones that are there.
 *
 * Return: 0, or -ERESTARTSYS: a signal has come, and there are none.
 */
static int collect_claim(struct educma_file *file,
			 const struct educma_collect *collect,
			 unsigned int *count)
{
	const bool forever = collect->deadline_ns == U64_MAX;
	ktime_t deadline;
	int ret;

	if (educma_file_claim(file, collect->min, collect->count, count))
		return 0;
	if (!forever)
		deadline = kernel_time(collect->deadline_ns);
	ret = wait_and_claim(file, collect, forever ? NULL : &deadline, count);
	if (ret)
		educma_file_claim(file, 0, collect->count, count);
	return ret == -ERESTARTSYS && !*count ? ret : 0;
}

/* The answer of the call; the @count requests of @taken are still in flight. */
static int collect_answer(struct educma_file *file,
			  struct educma_collect __user *answer,
			  unsigned int count)
{
	if (put_user(count, &answer->count) ||
	    put_user(educma_file_in_flight(file) - count, &answer->in_flight))
		return -EFAULT;
	return 0;
}

/* Give the user @count claimed completions and the answer, or neither. */
static long collect_claimed(struct educma_file *file,
			    const struct educma_collect *collect,
			    struct educma_collect __user *answer,
			    unsigned int count)
{
	const struct room room = {
		u64_to_user_ptr(collect->completions), collect->stride
	};
	LIST_HEAD(taken);
	long copied;

	copied = copy_claimed(file, room, count, &taken);
	if (copied < 0)
		return copied;
	if (collect_answer(file, answer, copied)) {
		educma_file_untake(file, &taken);
		educma_file_unclaim(file, copied);
		return -EFAULT;
	}
	educma_file_collected(file, &taken, copied);
	return 0;
}

/**
 * educma_collect() - EDUCMA_IOC_COLLECT
 * @file: the open file
 * @arg: struct educma_collect
 * @uarg: the structure in user space, for the answer
 *
 * Context: may sleep; the device is not entered.
 *
 * Return: 0 or a negative errno.
 */
long educma_collect(struct educma_file *file, const void *arg,
		    void __user *uarg)
{
	const struct educma_collect *collect = arg;
	unsigned int count = 0;
	int ret;

	if (collect->flags || !collect->count || collect->min > collect->count ||
	    collect->stride < sizeof(struct educma_completion) ||
	    collect->stride > PAGE_SIZE)
		return -EINVAL;
	if (educma_is_removed(file->edev))
		return -ENODEV;
	ret = collect_claim(file, collect, &count);
	if (educma_is_removed(file->edev)) {
		educma_file_unclaim(file, count);
		return -ENODEV;
	}
	return ret ?: collect_claimed(file, collect, uarg, count);
}
