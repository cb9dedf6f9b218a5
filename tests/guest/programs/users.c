// SPDX-License-Identifier: GPL-2.0
/*
 * Several users share a device, and users are killed:
 *
 *	users share N [M]	N processes copy and verify at the same time, M times
 *	users fair	a small transfer need not wait for a large one
 *	users kill N	N processes are killed in mid-DMA, and leave nothing behind
 *	users close	a file is closed in mid-DMA
 *	users signal	a signal interrupts the wait, not the transfer
 *	users collect	threads that collect at once each get what they wait for
 *	users pollout	collecting a completion makes room, and wakes a waiter for it
 *	users spurious RESOURCE0	interrupts come that belong to no DMA
 */
#include <pthread.h>
#include <signal.h>
#include <sys/wait.h>

#include "educma-test.h"

#define CHUNK_NS	100000000ULL	/* QEMU's edu */

static int copy_and_verify(unsigned int seed)
{
	size_t bytes = 1 + (seed * 7919) % 30000;
	int fd = open_device(0);
	uint64_t a, b;
	uint8_t *src, *dst;

	REQUIRE(fd >= 0);
	a = alloc_buffer(fd, bytes);
	b = alloc_buffer(fd, bytes);
	src = map_buffer(fd, a, bytes);
	dst = map_buffer(fd, b, bytes);
	fill(src, bytes, seed);
	EXPECT(submit_copy(fd, a, 0, b, 0, bytes, seed), 0);
	EXPECT(collect(fd).bytes, bytes);
	EXPECT(wrong_bytes(dst, bytes, seed), 0);
	munmap(src, bytes);
	munmap(dst, bytes);
	close(fd);
	return failures;
}

static void test_share(int processes, int rounds)
{
	int i, round, status;

	for (i = 0; i < processes; i++) {
		if (!fork()) {
			for (round = 0; round < rounds; round++)
				copy_and_verify(i * 1000003 + round);
			exit(failures != 0);
		}
	}
	for (i = 0; i < processes; i++) {
		REQUIRE(wait(&status) > 0);
		EXPECT(status, 0);
	}
}

static void test_fair(void)
{
	int big = open_device(0), small = open_device(0);
	struct educma_completion done;
	uint64_t a, b;

	REQUIRE(big >= 0 && small >= 0);
	a = alloc_buffer(big, 64 << 20);
	b = alloc_buffer(small, 4096);
	EXPECT(submit_copy(big, a, 4096, a, 0, (64 << 20) - 4096, 1), 0);
	EXPECT(submit_copy(small, b, 0, b, 0, 4000, 2), 0);
	done = collect(small);
	EXPECT(done.status, 0);
	/* The other's chunk goes to the device and back, then this one. */
	EXPECT(done.queued_ns <= 3 * CHUNK_NS, 1);
	EXPECT(done.run_ns <= 3 * CHUNK_NS, 1);
	EXPECT(counter("queue_depth"), 1);
	close(big);
	close(small);
}

/* Every second one waits for more than one completion. */
static void doomed(int round)
{
	struct educma_completion done[2];
	uint32_t count = 2;
	int fd = open_device(0);
	uint64_t a = alloc_buffer(fd, 1 << 20);

	memset(map_buffer(fd, a, 1 << 20), 0xdd, 1 << 20);
	REQUIRE(!submit_copy(fd, a, 4096, a, 0, (1 << 20) - 4096, 1));
	REQUIRE(!submit_copy(fd, a, 4096, a, 0, 100, 2));
	if (round % 2)
		collect(fd);
	else
		collect_some(fd, done, 2, &count, UINT64_MAX);
	exit(0);
}

/* The interrupt of a killed process's DMA ends no other transfer early. */
static void after_a_death(int round)
{
	int fd = open_device(0);
	uint64_t a = alloc_buffer(fd, 8192);
	uint8_t *map = map_buffer(fd, a, 8192);
	struct educma_completion done;

	fill(map, 1000, round);
	EXPECT(submit_copy(fd, a, 0, a, 4096, 1000, 3), 0);
	done = collect(fd);
	EXPECT(done.status, 0);
	EXPECT(done.run_ns >= 2 * CHUNK_NS - 2000000, 1);
	EXPECT(wrong_bytes(map + 4096, 1000, round), 0);
	munmap(map, 8192);
	close(fd);
}

static void test_kill(int rounds)
{
	int i, status;
	pid_t pid;

	for (i = 0; i < rounds; i++) {
		unsigned long long chunks = counter("to_device_chunks");

		pid = fork();
		if (!pid)
			doomed(i);
		while (counter("to_device_chunks") < chunks + 2)
			usleep(1000);
		usleep(i * 7919 % 100000);
		kill(pid, SIGKILL);
		REQUIRE(waitpid(pid, &status, 0) == pid);
		EXPECT(WIFSIGNALED(status), 1);
		EXPECT(counter("queue_depth"), 0);
		EXPECT(counter("buffers_allocated"), 0);
		after_a_death(i);
	}
}

static void test_close(void)
{
	int fd = open_device(0);
	uint64_t a = alloc_buffer(fd, 1 << 20);
	unsigned long long errors = counter("to_device_errors");

	EXPECT(submit_copy(fd, a, 4096, a, 0, 500000, 1), 0);
	EXPECT(submit_copy(fd, a, 4096, a, 0, 500000, 2), 0);
	/* The transfers keep the memory after the handle has been freed. */
	EXPECT(free_buffer(fd, a), 0);
	EXPECT(counter("buffers_allocated"), 1);
	usleep(250000);
	close(fd);
	EXPECT(counter("queue_depth"), 0);
	EXPECT(counter("buffers_allocated"), 0);
	EXPECT(counter("to_device_errors"), errors + 2);
}

static void on_alarm(int signal)
{
	(void)signal;
}

static void test_signal(void)
{
	struct sigaction action = { .sa_handler = on_alarm };
	int fd = open_device(0);
	uint64_t a = alloc_buffer(fd, 8192);
	struct educma_completion done;

	REQUIRE(!sigaction(SIGALRM, &action, NULL));
	EXPECT(submit_copy(fd, a, 0, a, 4096, 4096, 4), 0);
	ualarm(20000, 0);
	EXPECT(collect(fd).status, -EINTR);
	done = collect(fd);
	EXPECT(done.cookie, 4);
	EXPECT(done.status, 0);
	close(fd);
}

/*
 * A signal ends the wait for two completions: without one of them the call fails,
 * with one it returns that one. With SA_RESTART it goes on to the same deadline.
 */
static void test_signal_collect(void)
{
	struct sigaction action = { .sa_handler = on_alarm };
	struct educma_completion done[3];
	int fd = open_device(0), i;
	uint64_t a = alloc_buffer(fd, 8192), start = monotonic_ns();
	uint32_t count = 3;

	for (i = 0; i < 3; i++)
		EXPECT(submit_copy(fd, a, 0, a, 4096, 100, i), 0);
	REQUIRE(!sigaction(SIGALRM, &action, NULL));
	ualarm(20000, 0);
	EXPECT(collect_some(fd, done, 2, &count, UINT64_MAX), -EINTR);
	ualarm(250000, 0);
	count = 3;
	EXPECT(collect_some(fd, done, 2, &count, UINT64_MAX), 0);
	EXPECT(count, 1);
	EXPECT(done[0].cookie, 0);
	action.sa_flags = SA_RESTART;
	REQUIRE(!sigaction(SIGALRM, &action, NULL));
	ualarm(20000, 0);
	count = 3;
	EXPECT(collect_some(fd, done, 2, &count, start + 350000000), 0);
	EXPECT(count, 0);
	EXPECT(monotonic_ns() - start >= 350000000, 1);
	EXPECT(monotonic_ns() - start < 395000000, 1);
	count = 3;
	EXPECT(collect_some(fd, done, 2, &count, UINT64_MAX), 0);
	EXPECT(count, 2);
	close(fd);
}

struct share {
	int fd;
	uint32_t min;
	uint32_t got;
};

static void *collect_share(void *arg)
{
	struct educma_completion done[64];
	struct share *share = arg;

	share->got = 64;
	EXPECT(collect_some(share->fd, done, share->min, &share->got,
			    UINT64_MAX), 0);
	return NULL;
}

/* Two threads wait for @min completions each, and @count are in flight. */
static void collect_at_once(uint32_t min, uint32_t count, uint32_t fewest)
{
	int fd = open_device(0);
	struct share shares[2] = { { fd, min, 0 }, { fd, min, 0 } };
	uint64_t a = alloc_buffer(fd, 4096);
	pthread_t threads[2];
	uint32_t i;

	for (i = 0; i < count; i++)
		EXPECT(submit_copy(fd, a, 0, a, 0, 16, i), 0);
	for (i = 0; i < 2; i++)
		REQUIRE(!pthread_create(&threads[i], NULL, collect_share,
					&shares[i]));
	for (i = 0; i < 2; i++)
		pthread_join(threads[i], NULL);
	EXPECT(shares[0].got + shares[1].got, count);
	EXPECT(shares[0].got >= fewest && shares[1].got >= fewest, 1);
	close(fd);
}

static void test_collect(void)
{
	test_signal_collect();
	/* Each gets three when there are three. */
	collect_at_once(3, 6, 3);
	/* One gets four; the other gets the last two, because no more come. */
	collect_at_once(4, 6, 2);
	/* One gets all, and then the other has nothing to wait for. */
	collect_at_once(4, 4, 0);
}

static void *wait_for_room(void *arg)
{
	struct pollfd pfd = { .fd = *(int *)arg, .events = POLLOUT };

	return (void *)(intptr_t)poll(&pfd, 1, 20000);
}

static void test_pollout(void)
{
	struct educma_completion done[64];
	int fd = open_device(0);
	uint64_t a = alloc_buffer(fd, 4096);
	pthread_t thread;
	void *ready;

	while (!submit_copy(fd, a, 0, a, 0, 16, 1))
		;
	REQUIRE(!pthread_create(&thread, NULL, wait_for_room, &fd));
	while (counter("queue_depth"))
		usleep(10000);
	EXPECT(read(fd, done, sizeof(done)), sizeof(done));
	pthread_join(thread, &ready);
	EXPECT((intptr_t)ready, 1);
	close(fd);
}

/* Register 0x60 raises any interrupt; none of them ends the running DMA. */
static void test_spurious(const char *resource0)
{
	int regs_fd = open(resource0, O_RDWR), fd = open_device(0);
	uint64_t a = alloc_buffer(fd, 65536);
	uint8_t *map = map_buffer(fd, a, 65536);
	volatile uint32_t *regs;
	int i;

	REQUIRE(regs_fd >= 0);
	regs = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, regs_fd, 0);
	REQUIRE(regs != MAP_FAILED);
	fill(map, 20000, 3);
	EXPECT(submit_copy(fd, a, 0, a, 32768, 20000, 1), 0);
	for (i = 0; i < 5; i++) {
		usleep(130000);
		regs[0x60 / 4] = 0x100;
	}
	EXPECT(collect(fd).status, 0);
	EXPECT(wrong_bytes(map + 32768, 20000, 3), 0);
	EXPECT(counter("irqs_spurious"), 5);
	regs[0x60 / 4] = 0x1;	/* the device is idle, and this bit is not the DMA's */
	usleep(1000);
	EXPECT(counter("irqs_spurious"), 6);
	EXPECT(counter("irqs_missed"), 0);
	close(fd);
}

int main(int argc, char **argv)
{
	const char *test = argc > 1 ? argv[1] : "";
	int count = argc > 2 ? atoi(argv[2]) : 1;

	if (!strcmp(test, "share"))
		test_share(count, argc > 3 ? atoi(argv[3]) : 8);
	else if (!strcmp(test, "fair"))
		test_fair();
	else if (!strcmp(test, "kill"))
		test_kill(count);
	else if (!strcmp(test, "close"))
		test_close();
	else if (!strcmp(test, "signal"))
		test_signal();
	else if (!strcmp(test, "collect"))
		test_collect();
	else if (!strcmp(test, "pollout"))
		test_pollout();
	else if (!strcmp(test, "spurious") && argc == 3)
		test_spurious(argv[2]);
	else
		return 2;
	return failures != 0;
}
