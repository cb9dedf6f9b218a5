// SPDX-License-Identifier: GPL-2.0
/*
 * random SEED OPERATIONS: makes calls of all kinds on /dev/educma0, most of them
 * nearly right, in an order that the seed decides. Each call must only return;
 * afterwards nothing may be left allocated.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdbool.h>

#include "educma-test.h"

#define FILES	4
#define BUFFERS	8
#define MAPS	8

static struct file {
	int fd;
	uint64_t handles[BUFFERS];
} files[FILES];

static struct map {
	uint8_t *at;
	size_t bytes;
} maps[MAPS];

static uint64_t state;

static uint64_t number(uint64_t below)
{
	state = state * 6364136223846793005ULL + 1442695040888963407ULL;
	return (state >> 33) % below;
}

static bool one_in(unsigned int n)
{
	return !number(n);
}

/* Returns @value, or sometimes an absurd one. */
static uint64_t spoilt(uint64_t value)
{
	static const uint64_t odd[] = {
		0, 1, 4095, 4096, 4097, 1ULL << 31, 1ULL << 32, 1ULL << 44,
		1ULL << 63, INT64_MAX, UINT32_MAX, UINT64_MAX, UINT64_MAX - 4095,
	};

	if (one_in(20))
		return odd[number(sizeof(odd) / sizeof(odd[0]))];
	return one_in(40) ? value ^ 1ULL << number(64) : value;
}

static uint64_t some_handle(const struct file *file)
{
	return spoilt(file->handles[number(BUFFERS)]);
}

/* Passes the structure as it should be, too short or long, or a bad address. */
static int order(int fd, unsigned long cmd, void *arg, uint32_t size)
{
	static uint8_t room[4096 + 64];
	int ret;

	*(uint32_t *)arg = one_in(30) ? spoilt(number(5000)) : size;
	memset(room, one_in(30), sizeof(room));
	memcpy(room, arg, size);
	if (one_in(50))
		return call(fd, cmd, (void *)(uintptr_t)spoilt(0));
	ret = call(fd, one_in(50) ? spoilt(cmd) : cmd, room);
	memcpy(arg, room, size);
	return ret;
}

static void do_info(struct file *file)
{
	struct educma_info info = { .flags = number(2) };

	order(file->fd, EDUCMA_IOC_INFO, &info, sizeof(info));
}

static void do_alloc(struct file *file)
{
	struct educma_alloc alloc = {
		.flags = one_in(50) ? number(4) : 0,
		.bytes = spoilt(1 + number(one_in(10) ? 1 << 20 : 16384)),
	};
	uint64_t *handle = &file->handles[number(BUFFERS)];

	if (*handle && !one_in(10))
		return;
	if (!order(file->fd, EDUCMA_IOC_ALLOC, &alloc, sizeof(alloc)))
		*handle = alloc.handle;
}

static void do_free(struct file *file)
{
	uint64_t *handle = &file->handles[number(BUFFERS)];
	struct educma_free arg = {
		.handle = spoilt(*handle), .reserved = one_in(50),
	};

	if (!order(file->fd, EDUCMA_IOC_FREE, &arg, sizeof(arg)))
		*handle = 0;
}

/* Most transfers are small, because a DMA takes 100 ms. */
static struct educma_submit some_submit(const struct file *file)
{
	struct educma_submit submit = {
		.op = spoilt(number(3)), .flags = one_in(50),
		.device_offset = one_in(5) ? spoilt(number(4096)) : 0,
		.src_handle = some_handle(file), .dst_handle = some_handle(file),
		.src_offset = spoilt(number(4096)),
		.dst_offset = spoilt(number(4096)),
		.bytes = spoilt(1 + number(one_in(20) ? 16384 : 64)),
		.cookie = number(8),
	};

	if (submit.op == EDUCMA_OP_TO_DEVICE && !one_in(10)) {
		submit.dst_handle = 0;
		submit.dst_offset = 0;
	}
	if (submit.op == EDUCMA_OP_FROM_DEVICE && !one_in(10)) {
		submit.src_handle = 0;
		submit.src_offset = 0;
	}
	return submit;
}

static void do_submit(struct file *file)
{
	struct educma_submit submit = some_submit(file);

	order(file->fd, EDUCMA_IOC_SUBMIT, &submit, sizeof(submit));
}

static void do_submit_many(struct file *file)
{
	static struct educma_submit submit[64];
	struct educma_submit_many many = {
		.flags = one_in(50), .count = number(12),
		.stride = one_in(20) ? spoilt(64) : sizeof(submit[0]),
		.requests = one_in(20) ? spoilt(0) : (uintptr_t)submit,
	};
	unsigned int i;

	for (i = 0; i < many.count; i++) {
		submit[i] = some_submit(file);
		submit[i].size = one_in(50) ? spoilt(64) : sizeof(submit[0]);
	}
	if (one_in(20))
		many.count = spoilt(64);
	order(file->fd, EDUCMA_IOC_SUBMIT_MANY, &many, sizeof(many));
}

static void do_cancel(struct file *file)
{
	struct educma_cancel cancel = {
		.cookie = spoilt(number(8)), .reserved = one_in(50),
	};

	order(file->fd, EDUCMA_IOC_CANCEL, &cancel, sizeof(cancel));
}

/* The file is O_NONBLOCK, so read() does not wait. */
static void do_read(struct file *file)
{
	static struct educma_completion done[64];
	void *to = one_in(20) ? (void *)(uintptr_t)spoilt(0) : done;

	/* No memory is mapped at a bad address. */
	(void)!read(file->fd, to, to == done ? number(sizeof(done)) : sizeof(done));
}

/* Most calls do not wait, because a DMA takes 100 ms. */
static void do_collect(struct file *file)
{
	static struct educma_completion done[128];	/* more than a page */
	struct educma_collect arg = {
		.flags = one_in(50), .min = spoilt(number(4)),
		.count = spoilt(64), .stride = sizeof(done[0]),
		.deadline_ns = one_in(20) ? monotonic_ns() + number(100000000) : 0,
		.completions = one_in(20) ? spoilt(0) : (uintptr_t)done,
	};

	/* No more than 64 are ever in flight, which may be fewer than @count. */
	if (one_in(20))
		arg.stride = spoilt(arg.stride);
	if (arg.stride > sizeof(done[0]))
		arg.count = 1;
	order(file->fd, EDUCMA_IOC_COLLECT, &arg, sizeof(arg));
}

static void do_poll(struct file *file)
{
	struct pollfd pfd = { .fd = file->fd, .events = number(0x40) };

	poll(&pfd, 1, one_in(100) ? 100 : 0);
}

static void do_mmap(struct file *file)
{
	struct map *map = &maps[number(MAPS)];
	size_t bytes = 1 + number(one_in(10) ? 1 << 20 : 16384);
	int prot = number(8), flags = one_in(10) ? MAP_PRIVATE : MAP_SHARED;

	if (map->at)
		return;
	map->at = mmap(NULL, bytes, prot, flags, file->fd, some_handle(file));
	map->bytes = (bytes + 4095) & ~4095ULL;
	if (map->at == MAP_FAILED)
		map->at = NULL;
}

/* Unmaps all or a part; the kernel unmaps the rest at exit. */
static void do_munmap(struct file *file)
{
	struct map *map = &maps[number(MAPS)];
	size_t bytes = one_in(5) ? 4096 : map->bytes;

	(void)file;
	if (!map->at || munmap(map->at, bytes))
		return;
	map->bytes -= bytes;
	map->at = map->bytes ? map->at + bytes : NULL;
}

static sigjmp_buf fault;

static void on_fault(int signal)
{
	siglongjmp(fault, signal);
}

static void do_touch(struct file *file)
{
	struct map *map = &maps[number(MAPS)];
	volatile uint8_t *byte;

	(void)file;
	if (!map->at)
		return;
	byte = map->at + number(map->bytes);
	if (sigsetjmp(fault, 1))
		return;
	if (one_in(2))
		*byte = 1;
	else
		(void)*byte;
}

static void do_madvise(struct file *file)
{
	struct map *map = &maps[number(MAPS)];

	(void)file;
	if (map->at)
		madvise(map->at, map->bytes, number(22));
}

static void do_open(struct file *file)
{
	if (file->fd >= 0)
		close(file->fd);
	memset(file->handles, 0, sizeof(file->handles));
	file->fd = open_device(O_NONBLOCK | (one_in(4) ? O_EXCL : 0));
}

/* Each call and its share, in per cent. */
static const struct {
	void (*act)(struct file *file);
	unsigned int weight;
} acts[] = {
	{ do_info, 3 }, { do_alloc, 15 }, { do_free, 8 }, { do_submit, 14 },
	{ do_submit_many, 6 }, { do_cancel, 8 }, { do_read, 7 }, { do_collect, 7 }, { do_poll, 5 },
	{ do_mmap, 9 }, { do_munmap, 6 }, { do_touch, 8 }, { do_madvise, 2 }, { do_open, 2 },
};

static void do_something(void)
{
	struct file *file = &files[number(FILES)];
	unsigned int i, dice = number(100);

	if (file->fd < 0) {
		do_open(file);
		return;
	}
	for (i = 0; dice >= acts[i].weight; i++)
		dice -= acts[i].weight;
	acts[i].act(file);
}

int main(int argc, char **argv)
{
	struct sigaction action = { .sa_handler = on_fault };
	long i, operations;

	if (argc != 3)
		return 2;
	state = strtoull(argv[1], NULL, 0);
	operations = atol(argv[2]);
	REQUIRE(!sigaction(SIGBUS, &action, NULL));
	REQUIRE(!sigaction(SIGSEGV, &action, NULL));
	for (i = 0; i < FILES; i++)
		files[i].fd = -1;
	for (i = 0; i < operations; i++)
		do_something();
	return failures != 0;
}
