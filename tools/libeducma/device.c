// SPDX-License-Identifier: GPL-2.0
/* An open device: the calls of linux/educma.h. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "libeducma.h"
#include "sysfs.h"

struct educma {
	int fd;
};

static int call(struct educma *dev, unsigned long request, void *arg)
{
	return ioctl(dev->fd, request, arg) < 0 ? -errno : 0;
}

/*
 * A node in a tree is a plain file at most: it is not opened for writing, and a
 * device node would be one of this machine. Returns why it is not there, or -ENOTTY.
 */
static int refuse_tree(const struct educma_entry *entry)
{
	int fd = sysfs_open(entry->sysroot, entry->node);

	if (fd < 0 && fd != -ENOTSUP)
		return fd;
	if (fd >= 0)
		close(fd);
	return -ENOTTY;
}

int educma_open(const struct educma_entry *entry, int flags,
		struct educma **dev)
{
	struct educma *d;
	int err;

	if (*entry->sysroot)
		return refuse_tree(entry);
	d = malloc(sizeof(*d));
	if (!d)
		return -ENOMEM;
	/* For users of educma_fd(): a read(2) after poll(2) does not wait. */
	d->fd = open(entry->node, O_RDWR | O_CLOEXEC | O_NONBLOCK |
		     (flags & O_EXCL));
	if (d->fd < 0) {
		err = -errno;
		free(d);
		return err;
	}
	*dev = d;
	return 0;
}

void educma_close(struct educma *dev)
{
	if (!dev)
		return;
	close(dev->fd);
	free(dev);
}

int educma_fd(const struct educma *dev)
{
	return dev->fd;
}

int educma_info(struct educma *dev, struct educma_info *info)
{
	memset(info, 0, sizeof(*info));
	info->size = sizeof(*info);
	return call(dev, EDUCMA_IOC_INFO, info);
}

int educma_map(struct educma *dev, struct educma_buffer *buf)
{
	void *map;

	if (buf->bytes > SIZE_MAX)
		return -EOVERFLOW;
	map = mmap(NULL, buf->bytes, PROT_READ | PROT_WRITE, MAP_SHARED,
		   dev->fd, buf->handle);
	if (map == MAP_FAILED)
		return -errno;
	buf->map = map;
	return 0;
}

void educma_unmap(struct educma_buffer *buf)
{
	if (buf->map)
		munmap(buf->map, buf->bytes);
	buf->map = NULL;
}

int educma_alloc(struct educma *dev, uint64_t bytes, struct educma_buffer *buf)
{
	struct educma_alloc req = { .size = sizeof(req), .bytes = bytes };
	int err;

	memset(buf, 0, sizeof(*buf));
	err = call(dev, EDUCMA_IOC_ALLOC, &req);
	buf->reason = req.reason;
	if (err)
		return err;
	buf->handle = req.handle;
	buf->bytes = req.bytes;
	buf->dma_addr = req.dma_addr;
	buf->map_err = educma_map(dev, buf);
	if (buf->map_err)
		educma_free(dev, buf);
	return buf->map_err;
}

int educma_free(struct educma *dev, struct educma_buffer *buf)
{
	struct educma_free req = { .size = sizeof(req), .handle = buf->handle };

	/* No buffer has 0 bytes: it was not allocated, or is freed already. */
	if (!buf->bytes)
		return 0;
	educma_unmap(buf);
	buf->bytes = 0;
	return call(dev, EDUCMA_IOC_FREE, &req);
}

int educma_submit(struct educma *dev, const struct educma_submit *req)
{
	struct educma_submit sized = *req;

	sized.size = sizeof(sized);
	return call(dev, EDUCMA_IOC_SUBMIT, &sized);
}

int educma_submit_many(struct educma *dev, struct educma_submit *reqs,
		       size_t count, size_t *queued)
{
	struct educma_submit_many many = {
		.size = sizeof(many),
		.count = count < UINT32_MAX ? count : UINT32_MAX,
		.stride = sizeof(*reqs),
		.requests = (uintptr_t)reqs,
	};
	const uint32_t all = many.count;
	size_t i;
	int err;

	for (i = 0; i < all; i++)
		reqs[i].size = sizeof(*reqs);
	err = call(dev, EDUCMA_IOC_SUBMIT_MANY, &many);
	/* Some errors leave the count as it is. Then nothing is queued. */
	*queued = err && many.count == all ? 0 : many.count;
	return err;
}

int educma_cancel(struct educma *dev, uint64_t cookie)
{
	struct educma_cancel req = { .size = sizeof(req), .cookie = cookie };

	return call(dev, EDUCMA_IOC_CANCEL, &req);
}

int educma_collect(struct educma *dev, struct educma_completion *done,
		   size_t min, size_t max, size_t *got, uint64_t deadline_ns)
{
	struct educma_collect req = {
		.size = sizeof(req),
		.min = min,
		.count = max < UINT32_MAX ? max : UINT32_MAX,
		.stride = sizeof(*done),
		.deadline_ns = deadline_ns,
		.completions = (uintptr_t)done,
	};
	int err;

	if (min > req.count)
		return -EINVAL;
	err = call(dev, EDUCMA_IOC_COLLECT, &req);
	if (err)
		return err;
	*got = req.count;
	return !req.count && min && req.in_flight ? -ETIMEDOUT : 0;
}

uint64_t educma_deadline(int timeout_ms)
{
	struct timespec now;

	if (timeout_ms <= 0)
		return timeout_ms ? UINT64_MAX : 0;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000000ULL + now.tv_nsec +
	       timeout_ms * 1000000ULL;
}

int educma_wait(struct educma *dev, struct educma_completion *done, size_t max,
		size_t *got, int timeout_ms)
{
	return educma_collect(dev, done, 1, max, got,
			      educma_deadline(timeout_ms));
}

int educma_transfer(struct educma *dev, const struct educma_submit *req)
{
	struct educma_completion done;
	size_t got;
	int err;

	err = educma_submit(dev, req);
	if (err)
		return err;
	/* No timeout is needed: the driver's watchdog ends every transfer. */
	err = educma_wait(dev, &done, 1, &got, -1);
	if (err)
		return err;
	return got ? done.status : -EIO;
}
