// SPDX-License-Identifier: GPL-2.0
/*
 * Measurements for make bench. They run under -icount shift=0, where a nanosecond
 * of the guest's clock is an instruction:
 *
 *	bench transfer BYTES	processor time for a chunk, without the idle background
 *	bench alloc BYTES	time to allocate a buffer, and time to zero it
 *	bench hold COUNT	allocates COUNT buffers; the caller counts their memory
 *	bench stream BYTES	a transfer a thousand times; the host traces it
 *
 * Measurements for the test sim_rate, in real time:
 *
 *	bench rate BYTES	time for a chunk of a transfer, each way
 *	bench mmio RESOURCE0	time for a register access
 *
 * The results are printed as name=value.
 */
#include <time.h>

#include "educma-test.h"

static uint64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000ULL + ts.tv_nsec;
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

static void stream_on(int fd, uint64_t bytes)
{
	uint64_t handle = alloc_buffer(fd, bytes);
	int i;

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

static void bench_transfer(int fd, uint64_t bytes)
{
	uint64_t handle = alloc_buffer(fd, bytes), chunks, busy, idle, wall;
	struct interval start;

	stream(fd, handle, 4096);
	chunks = counter("to_device_chunks");
	start = begin();
	stream(fd, handle, bytes);
	busy = busy_since(start);
	wall = now_ns() - start.wall;
	chunks = counter("to_device_chunks") - chunks;
	start = begin();
	sleep_ns(wall);
	idle = busy_since(start);
	printf("chunks=%llu busy=%llu background=%llu per_chunk=%lld\n",
	       (unsigned long long)chunks, (unsigned long long)busy,
	       (unsigned long long)idle,
	       (long long)(busy - idle) / (long long)chunks);
}

static void bench_rate(int fd, uint64_t bytes)
{
	uint64_t handle = alloc_buffer(fd, bytes), to, from, chunks;

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
static void bench_mmio(const char *resource0)
{
	const int times = 2000;
	int fd = open(resource0, O_RDWR), i;
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

static void zero(void *to, size_t bytes)
{
	/* The kernel clears memory like this on a processor with ERMS. */
	__asm__ volatile("rep stosb" : "+D" (to), "+c" (bytes) : "a" (0)
			 : "memory");
}

static void bench_alloc(int fd, uint64_t bytes)
{
	uint64_t handle, first, again, zeroing;
	uint8_t *map;

	first = now_ns();
	handle = alloc_buffer(fd, bytes);
	first = now_ns() - first;
	REQUIRE(!free_buffer(fd, handle));
	again = now_ns();
	handle = alloc_buffer(fd, bytes);
	again = now_ns() - again;
	map = map_buffer(fd, handle, bytes);
	map[0] = 0;	/* the first access maps all pages */
	zeroing = now_ns();
	zero(map, bytes);
	zeroing = now_ns() - zeroing;
	printf("first_alloc_ns=%llu alloc_ns=%llu zero_ns=%llu alloc_permille=%llu\n",
	       (unsigned long long)first, (unsigned long long)again,
	       (unsigned long long)zeroing,
	       (unsigned long long)(again * 1000 / zeroing));
}

int main(int argc, char **argv)
{
	int fd = open_device(0);
	uint64_t n;

	if (argc != 3)
		return 2;
	REQUIRE(fd >= 0);
	n = strtoull(argv[2], NULL, 0);
	if (!strcmp(argv[1], "rate"))
		bench_rate(fd, n);
	else if (!strcmp(argv[1], "mmio"))
		bench_mmio(argv[2]);
	else if (!strcmp(argv[1], "transfer"))
		bench_transfer(fd, n);
	else if (!strcmp(argv[1], "alloc"))
		bench_alloc(fd, n);
	else if (!strcmp(argv[1], "stream"))
		stream_on(fd, n);
	else if (!strcmp(argv[1], "hold"))
		while (n--)
			alloc_buffer(fd, 4096);
	else
		return 2;
	return failures != 0;
}
