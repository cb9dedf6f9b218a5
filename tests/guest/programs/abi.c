// SPDX-License-Identifier: GPL-2.0
/*
 * The ioctls as include/uapi/linux/educma.h documents them: what they accept,
 * what they refuse, and that a refusal changes nothing. Also built for 32 bit.
 */
#include <sys/resource.h>

#include "educma-test.h"

static int fd;

static void test_commands(void)
{
	struct educma_info info = { .size = sizeof(info) };
	uint32_t word = 4;

	EXPECT(call(fd, _IO(EDUCMA_IOC_MAGIC, 99), &info), -ENOTTY);
	EXPECT(call(fd, _IOR(EDUCMA_IOC_MAGIC, 0, int), &info), -ENOTTY);
	EXPECT(call(fd, 0x5401 /* TCGETS */, &info), -ENOTTY);
	EXPECT(call(fd, EDUCMA_IOC_INFO, NULL), -EFAULT);
	EXPECT(call(fd, EDUCMA_IOC_INFO, &word), -EINVAL);
	EXPECT(call(fd, EDUCMA_IOC_INFO, &info), 0);
	EXPECT(info.hw_id, 0x010000ed);
	EXPECT(info.dma_bits, 28);
	EXPECT(info.chunk_bytes, 4095);
	EXPECT(info.device_bytes, 4096);
	EXPECT(info.proven_address != 0, 1);
}

static void test_sizes(void)
{
	struct {
		struct educma_info info;
		uint64_t future;
	} arg = { 0 };

	arg.info.size = 0;
	EXPECT(call(fd, EDUCMA_IOC_INFO, &arg), -EINVAL);
	arg.info.size = sizeof(arg.info) - 1;
	EXPECT(call(fd, EDUCMA_IOC_INFO, &arg), -EINVAL);
	arg.info.size = UINT32_MAX;
	EXPECT(call(fd, EDUCMA_IOC_INFO, &arg), -EINVAL);
	arg.info.size = sizeof(arg);
	EXPECT(call(fd, EDUCMA_IOC_INFO, &arg), 0);
	arg.future = 1;
	EXPECT(call(fd, EDUCMA_IOC_INFO, &arg), -E2BIG);
}

static int try_alloc(uint64_t bytes, uint32_t flags, uint32_t *reason)
{
	struct educma_alloc alloc = {
		.size = sizeof(alloc), .bytes = bytes,
		.flags = flags, .origin = UINT32_MAX,
	};
	int ret = call(fd, EDUCMA_IOC_ALLOC, &alloc);

	*reason = alloc.reason;
	if (!ret)
		EXPECT(free_buffer(fd, alloc.handle), 0);
	return ret;
}

static void test_alloc(void)
{
	unsigned long long before = counter("buffers_allocated");
	struct educma_alloc alloc = { .size = sizeof(alloc), .bytes = 1 };
	uint32_t reason;
	void *page;

	EXPECT(try_alloc(0, 0, &reason), -EINVAL);
	EXPECT(try_alloc(4096, 2, &reason), -EINVAL);
	EXPECT(try_alloc(4096, UINT32_MAX, &reason), -EINVAL);
	EXPECT(try_alloc(UINT64_MAX, 0, &reason), -ENOMEM);
	EXPECT(reason, EDUCMA_REASON_TOO_BIG);
	EXPECT(try_alloc(UINT64_MAX - 4094, 0, &reason), -ENOMEM);
	EXPECT(reason, EDUCMA_REASON_TOO_BIG);
	EXPECT(try_alloc(1ULL << 40, 0, &reason), -ENOMEM);
	EXPECT(reason, EDUCMA_REASON_TOO_BIG);

	EXPECT(call(fd, EDUCMA_IOC_ALLOC, &alloc), 0);
	EXPECT(alloc.bytes, 4096);
	EXPECT(alloc.dma_addr != 0, 1);
	EXPECT(alloc.origin, EDUCMA_ORIGIN_ORDINARY);
	EXPECT(counter("buffers_allocated"), before + 1);
	EXPECT(free_buffer(fd, alloc.handle), 0);

	/* The driver cannot write the answer, so it must free the buffer again. */
	page = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	REQUIRE(page != MAP_FAILED);
	alloc = (struct educma_alloc) { .size = sizeof(alloc), .bytes = 1 };
	memcpy(page, &alloc, sizeof(alloc));
	REQUIRE(!mprotect(page, 4096, PROT_READ));
	EXPECT(call(fd, EDUCMA_IOC_ALLOC, page), -EFAULT);
	munmap(page, 4096);
	EXPECT(counter("buffers_allocated"), before);
	EXPECT(counter("buffer_bytes"), 0);
}

static void test_free(void)
{
	struct educma_free arg = { .size = sizeof(arg), .reserved = 1 };
	uint64_t handle = alloc_buffer(fd, 4096);
	int other = open_device(0);

	REQUIRE(other >= 0);
	arg.handle = handle;
	EXPECT(call(fd, EDUCMA_IOC_FREE, &arg), -EINVAL);
	EXPECT(free_buffer(other, handle), -ENOENT);
	EXPECT(free_buffer(fd, handle + 1), -ENOENT);
	EXPECT(free_buffer(fd, 0), -ENOENT);
	EXPECT(free_buffer(fd, UINT64_MAX), -ENOENT);
	EXPECT(free_buffer(fd, handle + (1ULL << 44)), -ENOENT);
	EXPECT(free_buffer(fd, handle), 0);
	EXPECT(free_buffer(fd, handle), -ENOENT);
	close(other);
}

static int map_errno(uint64_t handle, size_t bytes, int flags)
{
	void *map = mmap(NULL, bytes, PROT_READ, flags, fd, handle);

	if (map == MAP_FAILED)
		return -errno;
	munmap(map, bytes);
	return 0;
}

static void test_mmap(void)
{
	uint64_t handle = alloc_buffer(fd, 3 * 4096);
	uint8_t *map;

	EXPECT(map_errno(handle, 3 * 4096, MAP_SHARED), 0);
	EXPECT(map_errno(handle, 4096, MAP_SHARED), 0);
	EXPECT(map_errno(handle, 4 * 4096, MAP_SHARED), -EINVAL);
	EXPECT(map_errno(handle, 3 * 4096, MAP_PRIVATE), -EINVAL);
	EXPECT(map_errno(handle + 4096, 4096, MAP_SHARED), 0);
	EXPECT(map_errno(handle + 2 * 4096, 2 * 4096, MAP_SHARED), -EINVAL);
	EXPECT(map_errno(handle + 3 * 4096, 4096, MAP_SHARED), -ENOENT);
	EXPECT(map_errno(0, 4096, MAP_SHARED), -ENOENT);

	/* A mapping keeps the memory after the handle has been freed. */
	map = map_buffer(fd, handle, 3 * 4096);
	EXPECT(free_buffer(fd, handle), 0);
	EXPECT(counter("buffers_allocated"), 1);
	memset(map, 0x5a, 3 * 4096);
	EXPECT(map_errno(handle, 4096, MAP_SHARED), -ENOENT);
	munmap(map, 4096);
	EXPECT(counter("buffers_allocated"), 1);
	munmap(map + 4096, 2 * 4096);
	EXPECT(counter("buffers_allocated"), 0);
}

static void test_submit(void)
{
	uint64_t a = alloc_buffer(fd, 8192), b = alloc_buffer(fd, 4096);
	struct educma_submit good = {
		.size = sizeof(good), .op = EDUCMA_OP_COPY,
		.src_handle = a, .dst_handle = b, .bytes = 4096,
	};
	struct educma_submit bad;
	void *page;

#define REFUSED(field, value, error) do {				\
	bad = good;							\
	bad.field = (value);						\
	EXPECT(call(fd, EDUCMA_IOC_SUBMIT, &bad), error);		\
} while (0)

	REFUSED(op, 3, -EINVAL);
	REFUSED(flags, 1, -EINVAL);
	REFUSED(bytes, 0, -EINVAL);
	REFUSED(bytes, 4097, -EINVAL);
	REFUSED(bytes, UINT64_MAX, -EINVAL);
	REFUSED(src_offset, 4097, -EINVAL);
	REFUSED(src_offset, UINT64_MAX, -EINVAL);
	REFUSED(dst_offset, 1, -EINVAL);
	REFUSED(device_offset, 4095, -EINVAL);
	REFUSED(device_offset, UINT32_MAX, -EINVAL);
	REFUSED(src_handle, 0, -ENOENT);
	REFUSED(src_handle, a + 1, -ENOENT);
	REFUSED(dst_handle, 1ULL << 40, -ENOENT);
	REFUSED(op, EDUCMA_OP_TO_DEVICE, -EINVAL);
	REFUSED(op, EDUCMA_OP_FROM_DEVICE, -EINVAL);
	EXPECT(submit_copy(fd, a, 0, a, 1, 4096, 0), -EINVAL);
	EXPECT(counter("queue_depth"), 0);
	EXPECT(collect(fd).status, -ENODATA);

	/* The driver writes nothing back, so the structure may be read-only. */
	page = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	REQUIRE(page != MAP_FAILED);
	memcpy(page, &good, sizeof(good));
	REQUIRE(!mprotect(page, 4096, PROT_READ));
	EXPECT(call(fd, EDUCMA_IOC_SUBMIT, page), 0);
	EXPECT(collect(fd).status, 0);
	munmap(page, 4096);

	EXPECT(submit_copy(fd, a, 1, a, 0, 4096, 7), 0);
	EXPECT(collect(fd).cookie, 7);
	EXPECT(submit_copy(fd, a, 0, a, 4096, 4096, 8), 0);
	EXPECT(collect(fd).status, 0);
	EXPECT(free_buffer(fd, a), 0);
	EXPECT(free_buffer(fd, b), 0);
}

static void test_read(void)
{
	uint64_t buf = alloc_buffer(fd, 4096);
	struct educma_completion done[4];
	int other = open_device(O_NONBLOCK), i;
	struct pollfd pfd;
	uint64_t theirs;
	void *nowhere;

	REQUIRE(other >= 0);
	theirs = alloc_buffer(other, 4096);
	EXPECT(read(fd, done, sizeof(done[0]) - 1), -1);
	EXPECT(errno, EINVAL);
	EXPECT(read(fd, done, sizeof(done)), 0);

	EXPECT(submit_copy(other, theirs, 0, theirs, 0, 100, 1), 0);
	EXPECT(collect(other).status, -EAGAIN);
	pfd = (struct pollfd) { .fd = other, .events = POLLIN | POLLOUT };
	EXPECT(poll(&pfd, 1, 0), 1);
	EXPECT(pfd.revents, POLLOUT);
	pfd.events = POLLIN;
	EXPECT(poll(&pfd, 1, 10000), 1);
	EXPECT(pfd.revents, POLLIN);
	/* A completion that cannot be copied to the user is not lost. */
	nowhere = mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	REQUIRE(nowhere != MAP_FAILED);
	EXPECT(read(other, nowhere, sizeof(done)), -1);
	EXPECT(errno, EFAULT);
	munmap(nowhere, 4096);
	EXPECT(collect(other).cookie, 1);
	close(other);

	for (i = 0; i < 3; i++)
		EXPECT(submit_copy(fd, buf, 0, buf, 0, 100, 10 + i), 0);
	while (counter("queue_depth"))
		usleep(10000);
	EXPECT(read(fd, done, sizeof(done)), 3 * sizeof(done[0]));
	for (i = 0; i < 3; i++) {
		EXPECT(done[i].cookie, 10 + i);
		EXPECT(done[i].status, 0);
		EXPECT(done[i].bytes, 100);
	}
	EXPECT(free_buffer(fd, buf), 0);
}

static void test_limit_and_cancel(void)
{
	struct educma_cancel cancel = { .size = sizeof(cancel), .cookie = 5 };
	struct educma_info info = { .size = sizeof(info) };
	uint64_t buf = alloc_buffer(fd, 4096);
	struct educma_completion done;
	unsigned int i, cancelled = 0;

	EXPECT(call(fd, EDUCMA_IOC_CANCEL, &cancel), -ENOENT);
	cancel.reserved = 1;
	EXPECT(call(fd, EDUCMA_IOC_CANCEL, &cancel), -EINVAL);
	cancel.reserved = 0;

	REQUIRE(!call(fd, EDUCMA_IOC_INFO, &info));
	for (i = 0; i < info.max_in_flight; i++)
		EXPECT(submit_copy(fd, buf, 0, buf, 0, 4096, 5), 0);
	EXPECT(submit_copy(fd, buf, 0, buf, 0, 4096, 5), -EAGAIN);
	EXPECT(call(fd, EDUCMA_IOC_CANCEL, &cancel), 0);
	/* Queued transfers have ended; a running one is at its last chunk. */
	EXPECT(counter("queue_depth") <= 1, 1);
	for (i = 0; i < info.max_in_flight; i++) {
		done = collect(fd);
		EXPECT(done.cookie, 5);
		EXPECT(done.bytes == 0 || i == info.max_in_flight - 1, 1);
		cancelled += done.status == -ECANCELED;
	}
	EXPECT(cancelled, info.max_in_flight);
	EXPECT(collect(fd).status, -ENODATA);
	EXPECT(counter("queue_depth"), 0);
	EXPECT(free_buffer(fd, buf), 0);
}

#define ROOM	100	/* more than max_in_flight */
#define NEVER	UINT64_MAX

static struct educma_collect collect_arg(struct educma_completion *done)
{
	return (struct educma_collect) {
		.size = sizeof(struct educma_collect), .count = ROOM,
		.stride = sizeof(*done), .deadline_ns = NEVER,
		.completions = (uintptr_t)done,
	};
}

static void *no_access(void)
{
	void *page = mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS,
			  -1, 0);

	REQUIRE(page != MAP_FAILED);
	return page;
}

static void test_collect_refused(void)
{
	struct educma_completion done[ROOM];
	const struct educma_collect good = collect_arg(done);
	struct educma_collect bad;

#define NOT_COLLECTED(field, value, error) do {				\
	bad = good;							\
	bad.field = (value);						\
	EXPECT(call(fd, EDUCMA_IOC_COLLECT, &bad), error);		\
	EXPECT(bad.count, good.count);					\
} while (0)

	NOT_COLLECTED(flags, 1, -EINVAL);
	NOT_COLLECTED(min, ROOM + 1, -EINVAL);
	NOT_COLLECTED(min, UINT32_MAX, -EINVAL);
	NOT_COLLECTED(stride, 0, -EINVAL);
	NOT_COLLECTED(stride, sizeof(done[0]) - 1, -EINVAL);
	NOT_COLLECTED(stride, UINT32_MAX, -EINVAL);
	bad = good;
	bad.count = 0;
	EXPECT(call(fd, EDUCMA_IOC_COLLECT, &bad), -EINVAL);
	/* Nothing is in flight, so that nothing is waited for or written. */
	bad = good;
	bad.min = ROOM;
	bad.in_flight = 7;
	bad.completions = 0;
	EXPECT(call(fd, EDUCMA_IOC_COLLECT, &bad), 0);
	EXPECT(bad.count, 0);
	EXPECT(bad.in_flight, 0);
}

static void submit_some(int file, uint64_t buf, unsigned int count)
{
	unsigned int i;

	for (i = 0; i < count; i++)
		EXPECT(submit_copy(file, buf, 0, buf, 0, 100, i), 0);
}

static void are_numbered(const struct educma_completion *done,
			 unsigned int first, unsigned int count)
{
	unsigned int i;

	for (i = 0; i < count; i++) {
		EXPECT(done[i].cookie, first + i);
		EXPECT(done[i].status, 0);
		EXPECT(done[i].bytes, 100);
	}
}

static long times_slept(void)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	return usage.ru_nvcsw;
}

/* A copy takes 200 ms. */
static void test_collect_waits(uint64_t buf)
{
	struct educma_completion done[ROOM];
	struct educma_collect arg = collect_arg(done);
	uint64_t start;
	long slept;

	submit_some(fd, buf, 5);
	arg.min = 3;
	arg.deadline_ns = 0;
	EXPECT(call(fd, EDUCMA_IOC_COLLECT, &arg), 0);
	EXPECT(arg.count, 0);
	EXPECT(arg.in_flight, 5);
	start = monotonic_ns();
	arg = collect_arg(done);
	arg.min = 3;
	arg.deadline_ns = start + 50000000;
	EXPECT(call(fd, EDUCMA_IOC_COLLECT, &arg), 0);
	EXPECT(arg.count, 0);
	EXPECT(monotonic_ns() - start >= 50000000, 1);
	slept = times_slept();
	arg = collect_arg(done);
	arg.min = 3;
	EXPECT(call(fd, EDUCMA_IOC_COLLECT, &arg), 0);
	EXPECT(times_slept() - slept, 1);
	EXPECT(arg.count, 3);
	EXPECT(arg.in_flight, 2);
	are_numbered(done, 0, 3);
	arg = collect_arg(done);
	arg.min = ROOM;
	EXPECT(call(fd, EDUCMA_IOC_COLLECT, &arg), 0);
	EXPECT(times_slept() - slept, 2);
	EXPECT(arg.count, 2);
	EXPECT(arg.in_flight, 0);
	are_numbered(done, 3, 2);
}

/* Collects 12 completions of a batch that is copied at once and of the next one. */
static void test_collect_some(uint64_t buf)
{
	struct educma_completion done[ROOM];
	struct educma_collect arg = collect_arg(done);

	submit_some(fd, buf, 12);
	while (counter("queue_depth"))
		usleep(10000);
	arg.count = 2;
	EXPECT(call(fd, EDUCMA_IOC_COLLECT, &arg), 0);
	EXPECT(arg.count, 2);
	EXPECT(arg.in_flight, 10);
	EXPECT(read(fd, done + 2, sizeof(*done)), sizeof(*done));
	arg = collect_arg(done + 3);
	EXPECT(call(fd, EDUCMA_IOC_COLLECT, &arg), 0);
	EXPECT(arg.count, 9);
	are_numbered(done, 0, 12);
}

/* No completion is lost where the driver cannot write. */
static void test_collect_nowhere(uint64_t buf)
{
	struct { struct educma_completion done; uint64_t future; } longer[3];
	const size_t one = sizeof(longer[0].done);
	struct educma_completion done[ROOM];
	struct educma_collect arg = collect_arg(done), *read_only = no_access();
	uint8_t *page = no_access(), *two;

	submit_some(fd, buf, 5);
	while (counter("queue_depth"))
		usleep(10000);
	arg.completions = (uintptr_t)page;
	EXPECT(call(fd, EDUCMA_IOC_COLLECT, &arg), -EFAULT);
	arg.completions = 8;
	EXPECT(call(fd, EDUCMA_IOC_COLLECT, &arg), -EFAULT);
	arg.completions = UINT64_MAX - 39;
	EXPECT(call(fd, EDUCMA_IOC_COLLECT, &arg), -EFAULT);
	REQUIRE(!mprotect(read_only, 4096, PROT_READ | PROT_WRITE));
	*read_only = collect_arg(done);
	REQUIRE(!mprotect(read_only, 4096, PROT_READ));
	EXPECT(call(fd, EDUCMA_IOC_COLLECT, read_only), -EFAULT);
	/* Two fit before the end of the memory. */
	two = mmap(NULL, 8192, PROT_READ | PROT_WRITE,
		   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	REQUIRE(two != MAP_FAILED && !munmap(two + 4096, 4096));
	two += 4096 - 2 * one - 4;
	arg = collect_arg((void *)two);
	EXPECT(call(fd, EDUCMA_IOC_COLLECT, &arg), 0);
	EXPECT(arg.count, 2);
	EXPECT(arg.in_flight, 3);
	memcpy(done, two, 2 * one);
	are_numbered(done, 0, 2);
	/* The driver clears what it does not know of a longer structure. */
	memset(longer, 0xff, sizeof(longer));
	arg = collect_arg(&longer[0].done);
	arg.stride = sizeof(longer[0]);
	EXPECT(call(fd, EDUCMA_IOC_COLLECT, &arg), 0);
	EXPECT(arg.count, 3);
	EXPECT(longer[2].done.cookie, 4);
	EXPECT(longer[0].future | longer[1].future | longer[2].future, 0);
	munmap(read_only, 4096);
	munmap(page, 4096);
	munmap((void *)((uintptr_t)two & -4096UL), 4096);
}

/* O_NONBLOCK has no effect on the call. */
static void test_collect_nonblock(void)
{
	int other = open_device(O_NONBLOCK);
	struct educma_completion done[ROOM];
	uint32_t count = ROOM;
	uint64_t buf;

	REQUIRE(other >= 0);
	buf = alloc_buffer(other, 4096);
	submit_some(other, buf, 2);
	EXPECT(collect_some(other, done, 2, &count, NEVER), 0);
	EXPECT(count, 2);
	close(other);
}

static void test_collect(void)
{
	uint64_t buf = alloc_buffer(fd, 4096);

	test_collect_refused();
	test_collect_waits(buf);
	test_collect_some(buf);
	test_collect_nowhere(buf);
	test_collect_nonblock();
	EXPECT(collect(fd).status, -ENODATA);
	EXPECT(free_buffer(fd, buf), 0);
}

/* Collects all that is in flight; the cookies must be 0 to @count - 1. */
static void collect_numbered(unsigned int count)
{
	struct educma_completion done[ROOM];
	uint32_t got = ROOM;

	EXPECT(collect_some(fd, done, ROOM, &got, NEVER), 0);
	EXPECT(got, count);
	are_numbered(done, 0, got);
	EXPECT(collect(fd).status, -ENODATA);
}

static void number_requests(struct educma_submit *requests, unsigned int count,
			    uint64_t buf)
{
	unsigned int i;

	for (i = 0; i < count; i++)
		requests[i] = (struct educma_submit) {
			.size = sizeof(requests[i]), .op = EDUCMA_OP_COPY,
			.src_handle = buf, .dst_handle = buf, .bytes = 100,
			.cookie = i,
		};
}

static void test_many_refused(struct educma_submit *requests)
{
	const struct educma_submit_many good = {
		.size = sizeof(good), .count = 3, .stride = sizeof(*requests),
		.requests = (uintptr_t)requests,
	};
	struct educma_submit_many bad, *read_only = no_access();

#define NOT_QUEUED(field, value, error, written) do {			\
	bad = good;							\
	bad.field = (value);						\
	EXPECT(call(fd, EDUCMA_IOC_SUBMIT_MANY, &bad), error);		\
	EXPECT(bad.count, written);					\
} while (0)

	NOT_QUEUED(flags, 1, -EINVAL, 3);
	NOT_QUEUED(count, 0, -EINVAL, 0);
	NOT_QUEUED(stride, 0, -EINVAL, 3);
	NOT_QUEUED(stride, sizeof(*requests) - 1, -EINVAL, 3);
	NOT_QUEUED(stride, 4097, -EINVAL, 3);
	NOT_QUEUED(stride, sizeof(*requests) + 8, -E2BIG, 0);
	NOT_QUEUED(requests, 0, -EFAULT, 0);
	NOT_QUEUED(requests, UINT64_MAX, -EFAULT, 0);
	NOT_QUEUED(requests, 1ULL << 63, -EFAULT, 0);
	REQUIRE(!mprotect(read_only, 4096, PROT_READ | PROT_WRITE));
	*read_only = good;
	REQUIRE(!mprotect(read_only, 4096, PROT_READ));
	EXPECT(call(fd, EDUCMA_IOC_SUBMIT_MANY, read_only), -EFAULT);
	munmap(read_only, 4096);
	EXPECT(counter("queue_depth"), 0);
	EXPECT(collect(fd).status, -ENODATA);
}

/* The elements before the first one that is refused are queued, and no others. */
static void test_many_in_part(struct educma_submit *requests, uint64_t buf)
{
	static const unsigned int places[] = { 0, 1, 7, 8, 11 };
	unsigned int i;
	uint32_t queued;

	for (i = 0; i < sizeof(places) / sizeof(*places); i++) {
		number_requests(requests, 12, buf);
		requests[places[i]].dst_handle = buf + 1;
		EXPECT(submit_many(fd, requests, 12, &queued), -ENOENT);
		EXPECT(queued, places[i]);
		collect_numbered(places[i]);
	}
	number_requests(requests, 12, buf);
	requests[2].size = 0;
	EXPECT(submit_many(fd, requests, 12, &queued), -EINVAL);
	EXPECT(queued, 2);
	collect_numbered(2);
}

/* The array ends in memory that cannot be read. */
static void test_many_cut(uint64_t buf)
{
	uint8_t *pages = mmap(NULL, 8192, PROT_READ | PROT_WRITE,
			      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct educma_submit *requests;
	uint32_t queued;

	REQUIRE(pages != MAP_FAILED && !munmap(pages + 4096, 4096));
	requests = (void *)(pages + 4096 - 5 * sizeof(*requests));
	number_requests(requests, 5, buf);
	EXPECT(submit_many(fd, requests, 6, &queued), -EFAULT);
	EXPECT(queued, 5);
	collect_numbered(5);
	munmap(pages, 4096);
}

/* A later version's elements are longer. */
static void test_many_longer(uint64_t buf)
{
	struct { struct educma_submit submit; uint64_t future; } longer[3] = { 0 };
	struct educma_submit_many many = {
		.size = sizeof(many), .count = 3, .stride = sizeof(longer[0]),
		.requests = (uintptr_t)longer,
	};
	int i;

	for (i = 0; i < 3; i++) {
		number_requests(&longer[i].submit, 1, buf);
		longer[i].submit.size = sizeof(longer[i]);
		longer[i].submit.cookie = i;
	}
	longer[2].future = 1;
	EXPECT(call(fd, EDUCMA_IOC_SUBMIT_MANY, &many), -E2BIG);
	EXPECT(many.count, 2);
	collect_numbered(2);
}

static void test_submit_many(void)
{
	struct educma_info info = { .size = sizeof(info) };
	uint64_t buf = alloc_buffer(fd, 4096);
	struct educma_submit requests[ROOM];
	uint32_t queued;

	REQUIRE(!call(fd, EDUCMA_IOC_INFO, &info));
	REQUIRE(info.max_in_flight < ROOM);
	number_requests(requests, ROOM, buf);
	test_many_refused(requests);
	EXPECT(submit_many(fd, requests, 1, &queued), 0);
	EXPECT(queued, 1);
	collect_numbered(1);
	EXPECT(submit_many(fd, requests, 20, &queued), 0);
	EXPECT(queued, 20);
	collect_numbered(20);
	EXPECT(submit_many(fd, requests, ROOM, &queued), -EAGAIN);
	EXPECT(queued, info.max_in_flight);
	EXPECT(submit_many(fd, requests, ROOM, &queued), -EAGAIN);
	EXPECT(queued, 0);
	collect_numbered(info.max_in_flight);
	test_many_in_part(requests, buf);
	test_many_cut(buf);
	test_many_longer(buf);
	EXPECT(free_buffer(fd, buf), 0);
}

#define DATA	(128 * 1024)

/* Copies with odd addresses and lengths change no byte beside their target. */
static void test_data(void)
{
	static const struct { size_t src, dst, bytes; } cases[] = {
		{ 0, 0, 1 }, { 1, 3, 4094 }, { 4095, 1, 4095 }, { 7, 0, 4096 },
		{ 3, 5, 12345 }, { 0, 0, 16384 }, { 9, 2, 100000 },
	};
	uint64_t a = alloc_buffer(fd, DATA), b = alloc_buffer(fd, DATA);
	uint8_t *src = map_buffer(fd, a, DATA), *dst = map_buffer(fd, b, DATA);
	size_t i, j, changed;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		fill(src + cases[i].src, cases[i].bytes, i);
		memset(dst, 0xee, DATA);
		EXPECT(submit_copy(fd, a, cases[i].src, b, cases[i].dst,
				   cases[i].bytes, i), 0);
		EXPECT(collect(fd).bytes, cases[i].bytes);
		EXPECT(wrong_bytes(dst + cases[i].dst, cases[i].bytes, i), 0);
		for (j = 0, changed = 0; j < DATA; j++)
			changed += (j < cases[i].dst ||
				    j >= cases[i].dst + cases[i].bytes) &&
				   dst[j] != 0xee;
		EXPECT(changed, 0);
	}
	munmap(src, DATA);
	munmap(dst, DATA);
	EXPECT(free_buffer(fd, a), 0);
	EXPECT(free_buffer(fd, b), 0);
}

/* Data go to an offset in the device's memory, and back from there. */
static void test_device_offset(void)
{
	uint64_t buf = alloc_buffer(fd, 8192);
	struct educma_submit submit = {
		.size = sizeof(submit), .op = EDUCMA_OP_TO_DEVICE,
		.src_handle = buf, .device_offset = 100, .bytes = 50,
	};
	uint8_t *map = map_buffer(fd, buf, 8192);

	fill(map, 50, 9);
	EXPECT(call(fd, EDUCMA_IOC_SUBMIT, &submit), 0);
	EXPECT(collect(fd).status, 0);
	submit = (struct educma_submit) {
		.size = sizeof(submit), .op = EDUCMA_OP_FROM_DEVICE,
		.dst_handle = buf, .dst_offset = 4096,
		.device_offset = 100, .bytes = 50,
	};
	EXPECT(call(fd, EDUCMA_IOC_SUBMIT, &submit), 0);
	EXPECT(collect(fd).status, 0);
	EXPECT(wrong_bytes(map + 4096, 50, 9), 0);
	EXPECT(map[4096 + 50], 0);
	munmap(map, 8192);
	EXPECT(free_buffer(fd, buf), 0);
}

static void test_exclusive(void)
{
	int other;

	EXPECT(open_device(O_EXCL), -EBUSY);
	close(fd);
	fd = open_device(O_EXCL);
	REQUIRE(fd >= 0);
	EXPECT(open_device(0), -EBUSY);
	EXPECT(open_device(O_EXCL), -EBUSY);
	close(fd);
	fd = open_device(0);
	REQUIRE(fd >= 0);
	other = open_device(0);
	REQUIRE(other >= 0);
	close(other);
}

int main(void)
{
	fd = open_device(0);
	REQUIRE(fd >= 0);
	test_commands();
	test_sizes();
	test_alloc();
	test_free();
	test_mmap();
	test_submit();
	test_read();
	test_collect();
	test_submit_many();
	test_limit_and_cancel();
	test_data();
	test_device_offset();
	test_exclusive();
	EXPECT(counter("buffers_allocated"), 0);
	EXPECT(counter("buffer_bytes"), 0);
	EXPECT(counter("irqs_spurious"), 0);
	EXPECT(counter("irqs_missed"), 0);
	close(fd);
	return failures != 0;
}
