/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Shared by the C programs of the guest tests: checks of one line, which go on after
 * a failure and print only failures, and the ioctls as functions.
 */
#ifndef EDUCMA_TEST_H
#define EDUCMA_TEST_H

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include <linux/educma.h>

static int failures;

/* Evaluates both once; prints the expression, its place and both values. */
#define EXPECT(is, wanted) do {						\
	long long is_ = (is), wanted_ = (wanted);			\
	if (is_ != wanted_) {						\
		printf("# %s:%d: %s is %lld, not %lld\n", __FILE__,	\
		       __LINE__, #is, is_, wanted_);			\
		failures++;						\
	}								\
} while (0)

#define REQUIRE(condition) do {						\
	if (!(condition)) {						\
		printf("# %s:%d: not so: %s (%s)\n", __FILE__, __LINE__,	\
		       #condition, strerror(errno));			\
		exit(1);						\
	}								\
} while (0)

static inline int call(int fd, unsigned long cmd, void *arg)
{
	return ioctl(fd, cmd, arg) ? -errno : 0;
}

static inline const char *node_path(void)
{
	return getenv("NODE") ?: "/dev/educma0";
}

static inline int open_device(int flags)
{
	int fd = open(node_path(), O_RDWR | O_CLOEXEC | flags);

	return fd < 0 ? -errno : fd;
}

static inline uint64_t alloc_buffer(int fd, uint64_t bytes)
{
	struct educma_alloc alloc = { .size = sizeof(alloc), .bytes = bytes };

	REQUIRE(!call(fd, EDUCMA_IOC_ALLOC, &alloc));
	return alloc.handle;
}

static inline int free_buffer(int fd, uint64_t handle)
{
	struct educma_free arg = { .size = sizeof(arg), .handle = handle };

	return call(fd, EDUCMA_IOC_FREE, &arg);
}

static inline uint8_t *map_buffer(int fd, uint64_t handle, size_t bytes)
{
	void *map = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd,
			 handle);

	REQUIRE(map != MAP_FAILED);
	return map;
}

static inline int submit_copy(int fd, uint64_t src, uint64_t src_offset,
			      uint64_t dst, uint64_t dst_offset,
			      uint64_t bytes, uint64_t cookie)
{
	struct educma_submit submit = {
		.size = sizeof(submit), .op = EDUCMA_OP_COPY,
		.src_handle = src, .src_offset = src_offset,
		.dst_handle = dst, .dst_offset = dst_offset,
		.bytes = bytes, .cookie = cookie,
	};

	return call(fd, EDUCMA_IOC_SUBMIT, &submit);
}

/* Submits @count requests; *@queued is how many were queued. */
static inline int submit_many(int fd, struct educma_submit *requests,
			      uint32_t count, uint32_t *queued)
{
	struct educma_submit_many arg = {
		.size = sizeof(arg), .count = count,
		.stride = sizeof(*requests), .requests = (uintptr_t)requests,
	};
	int ret = call(fd, EDUCMA_IOC_SUBMIT_MANY, &arg);

	*queued = arg.count;
	return ret;
}

/* Returns the next completion, or an errno as its status. */
static inline struct educma_completion collect(int fd)
{
	struct educma_completion done = { 0 };
	ssize_t got = read(fd, &done, sizeof(done));

	if (got != sizeof(done))
		done.status = got ? -errno : -ENODATA;
	return done;
}

/*
 * Collects at least @min completions, unless @deadline_ns comes before. *@count is
 * the room in @done, and then how many were collected.
 */
static inline int collect_some(int fd, struct educma_completion *done,
			       uint32_t min, uint32_t *count,
			       uint64_t deadline_ns)
{
	struct educma_collect arg = {
		.size = sizeof(arg), .min = min, .count = *count,
		.stride = sizeof(*done), .deadline_ns = deadline_ns,
		.completions = (uintptr_t)done,
	};
	int ret = call(fd, EDUCMA_IOC_COLLECT, &arg);

	*count = ret ? 0 : arg.count;
	return ret;
}

static inline uint64_t monotonic_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000ULL + ts.tv_nsec;
}

/* Returns a counter of the device of NODE. */
static inline unsigned long long counter(const char *name)
{
	const char *node = node_path();
	unsigned long long value;
	char path[256];
	FILE *file;

	snprintf(path, sizeof(path), "/sys/class/educma/%s/device/dma_counters/%s",
		 strrchr(node, '/') + 1, name);
	file = fopen(path, "r");
	REQUIRE(file);
	REQUIRE(fscanf(file, "%llu", &value) == 1);
	fclose(file);
	return value;
}

static inline void fill(uint8_t *bytes, size_t count, unsigned int seed)
{
	size_t i;

	for (i = 0; i < count; i++)
		bytes[i] = (i * 2654435761u + seed * 40503u) >> 13;
}

static inline size_t wrong_bytes(const uint8_t *bytes, size_t count,
				 unsigned int seed)
{
	size_t i, wrong = 0;

	for (i = 0; i < count; i++)
		wrong += bytes[i] !=
			 (uint8_t)((i * 2654435761u + seed * 40503u) >> 13);
	return wrong;
}

#endif
