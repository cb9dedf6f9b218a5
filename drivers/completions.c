// SPDX-License-Identifier: GPL-2.0
/* Waits for the completions of an open file, and copies them to the user. */
#include <linux/sched.h>
#include <linux/uaccess.h>
#include <linux/educma.h>

#include "completions.h"
#include "file.h"

/* Whether a read need not wait: for a completion, or because none will come. */
static bool file_has_news(struct educma_file *file)
{
	return educma_file_has_done(file) || !educma_file_in_flight(file) ||
	       educma_is_removed(file->edev);
}

static int request_report(const struct educma_request *req, char __user *to)
{
	const struct educma_xfer *xfer = &req->xfer;
	struct educma_completion done = {
		.cookie = xfer->cookie,
		.bytes = xfer->done,
		.status = xfer->status,
		.queued_ns = educma_xfer_queued_ns(xfer),
		.run_ns = educma_xfer_run_ns(xfer),
	};

	return copy_to_user(to, &done, sizeof(done)) ? -EFAULT : 0;
}

/* Copy one completion to the user: 1, 0 if there is none, or an error. */
static int file_read_one(struct educma_file *file, char __user *to)
{
	struct educma_request *req = educma_file_pop(file);

	if (!req)
		return 0;
	if (request_report(req, to)) {
		educma_file_unpop(file, req);
		return -EFAULT;
	}
	down_read(&file->edev->remove_lock);
	educma_request_free(req);
	up_read(&file->edev->remove_lock);
	return 1;
}

/* Copy all completions that fit: their bytes, 0 if there are none, or an error. */
static ssize_t file_read_done(struct educma_file *file, char __user *to,
			      size_t bytes)
{
	const size_t one = sizeof(struct educma_completion);
	ssize_t got = 0;
	int ret = 1;

	while (ret > 0 && bytes - got >= one) {
		ret = file_read_one(file, to + got);
		if (ret > 0)
			got += one;
	}
	return got ?: ret;
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
	ssize_t ret;

	if (bytes < sizeof(struct educma_completion))
		return -EINVAL;
	for (;;) {
		if (educma_is_removed(file->edev))
			return -ENODEV;
		ret = file_read_done(file, to, bytes);
		if (ret || !educma_file_in_flight(file))
			return ret;
		if (nonblock)
			return -EAGAIN;
		ret = wait_event_interruptible(file->wait, file_has_news(file));
		if (ret)
			return ret;
	}
}
