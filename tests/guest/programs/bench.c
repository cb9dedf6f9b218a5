// SPDX-License-Identifier: GPL-2.0
/*
 * Measurements for make bench. They run under -icount shift=0, where a nanosecond
 * of the guest's clock is an instruction. What is called busy is the time for which
 * the processor was not idle, less that of the background in the same time:
 *
 *	bench transfer BYTES	busy time for a chunk of a transfer
 *	bench bare CHUNKS	busy time for a chunk of the module bare
 *	bench command WORD...	busy time of a command
 *	bench requests DEPTH	busy time for a request of 512 bytes, of DEPTH in flight
 *	bench submit COUNT	time to submit a request, of COUNT at once
 *	bench memory BYTES	time to allocate and to free a buffer
 *	bench map BYTES	time to map a buffer, to touch all its pages, and to unmap it
 *	bench hold COUNT	allocates COUNT buffers; the caller counts their memory
 *	bench stream BYTES	a transfer a thousand times; the host traces it
 *
 * Measurements for the test sim_rate, in real time:
 *
 *	bench rate BYTES [SIZE]	time for a chunk of a transfer, each way; SIZE: of the
 *				buffer, if that is larger than the transfer
 *	bench mmio RESOURCE0	time for a register access
 *
 * The results are printed as name=value.
 */
#define _GNU_SOURCE
#include <spawn.h>
#include <sys/wait.h>
#include <time.h>

#include "educma-test.h"

static uint64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000ULL + ts.tv_nsec;
}

static uint64_t least(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

/* Returns the time for which the processor has been idle. */
static uint64_t idle_ns(void)
{
	unsigned long long ns = 0;
	char line[256];
	FILE *file = fopen("/proc/timer_list", "r");

	REQUIRE(file);
	while (fgets(line, sizeof(line), file))
		if (sscanf(line, " .idle_sleeptime : %llu", &ns) == 1)
			break;
	fclose(file);
	return ns;
}

static void stream(int fd, uint64_t handle, uint64_t bytes)
{
	struct educma_submit submit = {
		.size = sizeof(submit), .op = EDUCMA_OP_TO_DEVICE,
		.src_handle = handle, .bytes = bytes,
	};

	REQUIRE(!call(fd, EDUCMA_IOC_SUBMIT, &submit));
	REQUIRE(collect(fd).bytes == bytes);
}

static void stream_back(int fd, uint64_t handle, uint64_t bytes)
{
	struct educma_submit submit = {
		.size = sizeof(submit), .op = EDUCMA_OP_FROM_DEVICE,
		.dst_handle = handle, .bytes = bytes,
	};

	REQUIRE(!call(fd, EDUCMA_IOC_SUBMIT, &submit));
	REQUIRE(collect(fd).bytes == bytes);
}

static uint64_t number(const char *word)
{
	return strtoull(word, NULL, 0);
}

static int need_device(void)
{
	int fd = open_device(0);

	REQUIRE(fd >= 0);
	return fd;
}

static void stream_on(char **words)
{
	const uint64_t bytes = number(words[0]);
	int fd = need_device(), i;
	uint64_t handle = alloc_buffer(fd, bytes);

	for (i = 0; i < 1000; i++)
		stream(fd, handle, bytes);
}

struct interval {
	uint64_t wall;
	uint64_t idle;
};

static struct interval begin(void)
{
	struct interval start = { .idle = idle_ns() };

	start.wall = now_ns();
	return start;
}

static uint64_t busy_since(struct interval start)
{
	uint64_t wall = now_ns() - start.wall;

	return wall - (idle_ns() - start.idle);
}

static void sleep_ns(uint64_t ns)
{
	struct timespec ts = { ns / 1000000000, ns % 1000000000 };

	nanosleep(&ts, NULL);
}

#define ROUNDS		3

static int64_t busy_once(void (*work)(void *with), void *with)
{
	struct interval start = begin();
	uint64_t busy, wall;

	work(with);
	busy = busy_since(start);
	wall = now_ns() - start.wall;
	start = begin();
	sleep_ns(wall);
	return (int64_t)(busy - busy_since(start));
}

static int compare(const void *a, const void *b)
{
	const int64_t *left = a, *right = b;

	return (*left > *right) - (*left < *right);
}

/*
 * Does the work ROUNDS times; returns for how long it kept the processor busy. This
 * is the median, for the background is not the same each time.
 */
static int64_t busy_ns(void (*work)(void *with), void *with)
{
	int64_t busy[ROUNDS];
	size_t i;

	for (i = 0; i < ROUNDS; i++)
		busy[i] = busy_once(work, with);
	qsort(busy, ROUNDS, sizeof(*busy), compare);
	return busy[ROUNDS / 2];
}

struct transfer {
	int fd;
	uint64_t handle;
	uint64_t bytes;
};

static void work_transfer(void *with)
{
	struct transfer *transfer = with;

	stream(transfer->fd, transfer->handle, transfer->bytes);
}

static void bench_transfer(char **words)
{
	struct transfer transfer = { .fd = need_device(), .bytes = number(words[0]) };
	uint64_t chunks;
	int64_t busy;

	transfer.handle = alloc_buffer(transfer.fd, transfer.bytes);
	chunks = counter("to_device_chunks");
	busy = busy_ns(work_transfer, &transfer);
	chunks = (counter("to_device_chunks") - chunks) / ROUNDS;
	printf("chunks=%llu chunk=%lld\n", (unsigned long long)chunks,
	       (long long)busy / (long long)chunks);
}

/* The write returns when the chunks are done. */
static void work_bare(void *with)
{
	int fd = open("/sys/module/bare/parameters/chunks", O_WRONLY);

	REQUIRE(fd >= 0);
	REQUIRE(write(fd, with, strlen(with)) > 0);
	close(fd);
}

static void bench_bare(char **words)
{
	printf("bare=%lld\n", (long long)busy_ns(work_bare, words[0]) /
			      (long long)number(words[0]));
}

/* The command's output goes nowhere. */
static void work_command(void *with)
{
	posix_spawn_file_actions_t actions;
	char **words = with;
	int status;
	pid_t pid;

	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null",
					 O_WRONLY, 0);
	REQUIRE(!posix_spawnp(&pid, words[0], &actions, NULL, words, environ));
	REQUIRE(waitpid(pid, &status, 0) == pid && !status);
	posix_spawn_file_actions_destroy(&actions);
}

static void bench_command(char **words)
{
	printf("command=%lld\n", (long long)busy_ns(work_command, words));
}

#define REQUESTS	256
#define DEPTH_MAX	64	/* the driver's max_in_flight */

struct requests {
	int fd;
	uint32_t depth;
	struct educma_submit request[DEPTH_MAX];
};

static struct requests need_requests(uint64_t depth)
{
	struct requests requests = { .fd = need_device(), .depth = depth };
	uint64_t handle;
	int i;

	REQUIRE(depth <= DEPTH_MAX);
	handle = alloc_buffer(requests.fd, 4096);
	for (i = 0; i < DEPTH_MAX; i++)
		requests.request[i] = (struct educma_submit) {
			.size = sizeof(struct educma_submit),
			.op = EDUCMA_OP_TO_DEVICE, .src_handle = handle,
			.bytes = 512,
		};
	return requests;
}

static void submit_requests(struct requests *requests, uint32_t count)
{
	uint32_t queued;

	REQUIRE(!submit_many(requests->fd, requests->request, count, &queued));
}

static uint32_t collect_requests(struct requests *requests, uint32_t min)
{
	struct educma_completion done[DEPTH_MAX];
	uint32_t count = DEPTH_MAX;

	REQUIRE(!collect_some(requests->fd, done, min, &count, UINT64_MAX));
	return count;
}

/* Half of the queue is collected while the device works on the other half. */
static void work_requests(void *with)
{
	struct requests *requests = with;
	const uint32_t depth = requests->depth;
	uint32_t submitted = depth, ended = 0, count;

	submit_requests(requests, depth);
	while (submitted < REQUESTS) {
		ended += collect_requests(requests, (depth + 1) / 2);
		count = least(depth - (submitted - ended), REQUESTS - submitted);
		submit_requests(requests, count);
		submitted += count;
	}
	while (ended < REQUESTS)
		ended += collect_requests(requests, depth);
}

static void bench_requests(char **words)
{
	struct requests requests = need_requests(number(words[0]));

	work_requests(&requests);
	printf("request_%u=%lld\n", requests.depth,
	       (long long)busy_ns(work_requests, &requests) / REQUESTS);
}

/* Prints the least of five, because nothing sleeps while it submits. */
static void bench_submit(char **words)
{
	struct requests requests = need_requests(number(words[0]));
	uint64_t submit = UINT64_MAX, start;
	int i;

	for (i = 0; i < 5; i++) {
		start = now_ns();
		submit_requests(&requests, requests.depth);
		submit = least(submit, now_ns() - start);
		collect_requests(&requests, requests.depth);
	}
	printf("submit=%llu\n", (unsigned long long)submit / requests.depth);
}

static void bench_rate(char **words)
{
	const uint64_t bytes = number(words[0]);
	uint64_t handle, to, from, chunks;
	int fd = need_device();

	handle = alloc_buffer(fd, words[1] ? number(words[1]) : bytes);

	stream(fd, handle, 4096);
	chunks = counter("to_device_chunks");
	to = now_ns();
	stream(fd, handle, bytes);
	to = now_ns() - to;
	chunks = counter("to_device_chunks") - chunks;
	from = now_ns();
	stream_back(fd, handle, bytes);
	from = now_ns() - from;
	printf("chunks=%llu to_ns=%llu from_ns=%llu to_per_s=%llu from_per_s=%llu\n",
	       (unsigned long long)chunks, (unsigned long long)(to / chunks),
	       (unsigned long long)(from / chunks),
	       (unsigned long long)(bytes * 1000 / (to / 1000000)),
	       (unsigned long long)(bytes * 1000 / (from / 1000000)));
}

/* The registers are identification and liveness, which start no DMA. */
static void bench_mmio(char **words)
{
	const int times = 2000;
	int fd = open(words[0], O_RDWR), i;
	volatile uint32_t *regs;
	uint64_t reads, writes;

	REQUIRE(fd >= 0);
	regs = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	REQUIRE(regs != MAP_FAILED);
	reads = now_ns();
	for (i = 0; i < times; i++)
		EXPECT(regs[0], 0x010000ed);
	reads = now_ns() - reads;
	writes = now_ns();
	for (i = 0; i < times; i++)
		regs[1] = i;
	EXPECT(regs[1], ~(uint32_t)(times - 1));
	writes = now_ns() - writes;
	printf("read_ns=%llu write_ns=%llu\n",
	       (unsigned long long)(reads / times),
	       (unsigned long long)((writes - reads / times) / times));
}

/*
 * Prints the least of five: nothing sleeps here, so all that is more is the
 * background's.
 */
static void bench_memory(char **words)
{
	uint64_t alloc = UINT64_MAX, release = UINT64_MAX, start, middle, handle;
	const uint64_t bytes = number(words[0]);
	int fd = need_device(), i;

	for (i = 0; i < 5; i++) {
		start = now_ns();
		handle = alloc_buffer(fd, bytes);
		middle = now_ns();
		REQUIRE(!free_buffer(fd, handle));
		release = least(release, now_ns() - middle);
		alloc = least(alloc, middle - start);
	}
	printf("alloc_and_zero=%llu free=%llu\n", (unsigned long long)alloc,
	       (unsigned long long)release);
}

/* Eight pages a turn, so that the loop itself is two instructions a page. */
static void touch_pages(volatile uint8_t *map, uint64_t bytes)
{
	const volatile uint8_t *end = map + bytes;

	for (; map < end; map += 8 * 4096) {
		map[0] = 1;
		map[4096] = 1;
		map[2 * 4096] = 1;
		map[3 * 4096] = 1;
		map[4 * 4096] = 1;
		map[5 * 4096] = 1;
		map[6 * 4096] = 1;
		map[7 * 4096] = 1;
	}
}

struct map_times {
	uint64_t map, touch, unmap;
};

static struct map_times map_once(int fd, uint64_t handle, uint64_t bytes)
{
	struct map_times times;
	uint64_t start = now_ns(), next;
	uint8_t *map;

	map = map_buffer(fd, handle, bytes);
	next = now_ns();
	times.map = next - start;
	touch_pages(map, bytes);
	start = now_ns();
	times.touch = start - next;
	munmap(map, bytes);
	times.unmap = now_ns() - start;
	return times;
}

/* Prints the least of three, of each part and of the sum. The size is in MiB. */
static void bench_map(char **words)
{
	const uint64_t bytes = number(words[0]), mib = bytes >> 20;
	struct map_times least_of = { UINT64_MAX, UINT64_MAX, UINT64_MAX }, times;
	uint64_t handle, sum = UINT64_MAX;
	int fd = need_device(), i;

	handle = alloc_buffer(fd, bytes);
	for (i = 0; i < 3; i++) {
		times = map_once(fd, handle, bytes);
		least_of.map = least(least_of.map, times.map);
		least_of.touch = least(least_of.touch, times.touch);
		least_of.unmap = least(least_of.unmap, times.unmap);
		sum = least(sum, times.map + times.touch + times.unmap);
	}
	printf("mmap_%llu=%llu touch_%llu=%llu munmap_%llu=%llu mapping_%llu=%llu\n",
	       (unsigned long long)mib, (unsigned long long)least_of.map,
	       (unsigned long long)mib, (unsigned long long)least_of.touch,
	       (unsigned long long)mib, (unsigned long long)least_of.unmap,
	       (unsigned long long)mib, (unsigned long long)sum);
}

static void bench_hold(char **words)
{
	uint64_t count = number(words[0]);
	int fd = need_device();

	while (count--)
		alloc_buffer(fd, 4096);
}

static const struct {
	const char *word;
	void (*measure)(char **words);
} measures[] = {
	{ "transfer", bench_transfer },
	{ "bare", bench_bare },
	{ "command", bench_command },
	{ "requests", bench_requests },
	{ "submit", bench_submit },
	{ "memory", bench_memory },
	{ "map", bench_map },
	{ "hold", bench_hold },
	{ "stream", stream_on },
	{ "rate", bench_rate },
	{ "mmio", bench_mmio },
};

int main(int argc, char **argv)
{
	size_t i;

	if (argc < 3)
		return 2;
	for (i = 0; i < sizeof(measures) / sizeof(measures[0]); i++) {
		if (!strcmp(argv[1], measures[i].word)) {
			measures[i].measure(&argv[2]);
			return failures != 0;
		}
	}
	return 2;
}
