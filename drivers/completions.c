// SPDX-License-Identifier: GPL-2.0
/* Waits for the completions of an open file, and copies them to the user. */
#include <linux/sched.h>
#include <linux/uaccess.h>
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
