// SPDX-License-Identifier: GPL-2.0
/*
 * Mappings of buffers:
 *
 *	mapping pages BYTES	each page of a mapping is that page of the buffer, for
 *			two mappings, for one that begins inside, and for the device
 *	mapping changes BYTES	the same after fork, mremap, munmap of a part, mprotect
 *	mapping threads BYTES N	N times, four threads touch a new mapping at once
 *	mapping gone BYTES	after the device $bdf has been unbound, a touch raises
 *			SIGBUS in all such mappings
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <sys/wait.h>

#include "educma-test.h"

#define PAGE	4096ULL
#define HUGE	(2ULL << 20)

static sigjmp_buf caught;

static void on_signal(int signal)
{
	siglongjmp(caught, signal);
}

/* Returns the signal that an access raises, or 0. */
static int access_signal(volatile uint8_t *byte, int write)
{
	int signal = sigsetjmp(caught, 1);

	if (signal)
		return signal;
	if (write)
		*byte = 1;
	else
		(void)*byte;
	return 0;
}

static void mark(uint8_t *map, uint64_t bytes, uint64_t seed)
{
	uint64_t at;

	for (at = 0; at < bytes; at += PAGE)
		*(uint64_t *)(map + at) = at + seed;
}

/* Counts the pages that are not those of the buffer from offset on. */
static uint64_t wrong(const uint8_t *map, uint64_t offset, uint64_t bytes,
		      uint64_t seed)
{
	uint64_t at, count = 0;

	for (at = 0; at < bytes; at += PAGE)
		count += *(volatile uint64_t *)(map + at) != offset + at + seed;
	return count;
}

/* The device reads the page from the buffer's bus address. */
static void device_sees(int fd, uint64_t handle, uint64_t offset, uint64_t seed)
{
	uint64_t to = alloc_buffer(fd, PAGE);
	uint8_t *map = map_buffer(fd, to, PAGE);

	EXPECT(submit_copy(fd, handle, offset, to, 0, 8, 1), 0);
	EXPECT(collect(fd).status, 0);
	EXPECT(*(uint64_t *)map, offset + seed);
	munmap(map, PAGE);
	EXPECT(free_buffer(fd, to), 0);
}

static void test_pages(int fd, uint64_t bytes)
{
	uint64_t handle = alloc_buffer(fd, bytes), inside = bytes / 2 + 3 * PAGE;
	uint8_t *one = map_buffer(fd, handle, bytes);
	uint8_t *two = map_buffer(fd, handle, bytes);
	uint8_t *part = map_buffer(fd, handle + inside, bytes - inside);

	/* The first fault is in the middle, or at either end. */
	EXPECT(one[bytes / 2], 0);
	mark(one, bytes, 5);
	EXPECT(wrong(two, 0, bytes, 5), 0);
	EXPECT(part[bytes - inside - 1], 0);
	EXPECT(wrong(part, inside, bytes - inside, 5), 0);
	munmap(one, bytes);
	mark(two, bytes, 7);
	EXPECT(wrong(part, inside, bytes - inside, 7), 0);
	device_sees(fd, handle, 0, 7);
	device_sees(fd, handle, inside, 7);
	device_sees(fd, handle, bytes - PAGE, 7);
	munmap(two, bytes);
	munmap(part, bytes - inside);
	EXPECT(free_buffer(fd, handle), 0);
}

static void wait_for(pid_t pid)
{
	int status;

	REQUIRE(waitpid(pid, &status, 0) == pid);
	EXPECT(status, 0);
}

/* A child has the mappings, touched and untouched, and shares the memory. */
static void test_fork(int fd, uint64_t handle, uint64_t bytes)
{
	uint8_t *touched = map_buffer(fd, handle, bytes);
	uint8_t *untouched = map_buffer(fd, handle, bytes);
	pid_t pid;

	mark(touched, bytes, 11);
	pid = fork();
	REQUIRE(pid >= 0);
	if (!pid) {
		EXPECT(wrong(touched, 0, bytes, 11), 0);
		EXPECT(wrong(untouched, 0, bytes, 11), 0);
		mark(untouched, bytes, 13);
		munmap(touched, bytes);
		exit(failures != 0);
	}
	wait_for(pid);
	EXPECT(wrong(touched, 0, bytes, 13), 0);
	EXPECT(wrong(untouched, 0, bytes, 13), 0);
	munmap(touched, bytes);
	munmap(untouched, bytes);
}

/* Moves a mapping to where its huge pages, if it has any, do not fit. */
static uint8_t *move(uint8_t *map, uint64_t bytes)
{
	uint8_t *room = mmap(NULL, bytes + 2 * HUGE, PROT_NONE,
			     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	uint8_t *to;

	REQUIRE(room != MAP_FAILED);
	to = room + ((uintptr_t)(map - room) + 5 * PAGE) % HUGE;
	REQUIRE(mremap(map, bytes, bytes, MREMAP_MAYMOVE | MREMAP_FIXED, to) ==
		to);
	return to;
}

static void test_mremap(int fd, uint64_t handle, uint64_t bytes)
{
	uint8_t *touched = map_buffer(fd, handle, bytes);
	uint8_t *untouched = map_buffer(fd, handle, bytes);

	mark(touched, bytes, 17);
	EXPECT(mremap(touched, bytes, bytes + PAGE, MREMAP_MAYMOVE) ==
	       MAP_FAILED, 1);
	EXPECT(errno, EFAULT);
	touched = move(touched, bytes);
	untouched = move(untouched, bytes);
	EXPECT(wrong(touched, 0, bytes, 17), 0);
	EXPECT(wrong(untouched, 0, bytes, 17), 0);
	REQUIRE(mremap(touched, bytes, bytes / 2, 0) == touched);
	EXPECT(wrong(touched, 0, bytes / 2, 17), 0);
	munmap(touched, bytes / 2);
	munmap(untouched, bytes);
}

/* Unmaps a part in the middle that begins and ends inside huge pages. */
static void make_hole(uint8_t *map, uint64_t bytes, uint64_t seed)
{
	uint64_t begin = bytes / 4 + 5 * PAGE, end = bytes / 2 + 7 * PAGE;

	EXPECT(munmap(map + begin, end - begin), 0);
	EXPECT(access_signal(map + begin, 0), SIGSEGV);
	EXPECT(access_signal(map + end - 1, 0), SIGSEGV);
	EXPECT(wrong(map + end, end, bytes - end, seed), 0);
	EXPECT(wrong(map, 0, begin, seed), 0);
	EXPECT(munmap(map, bytes), 0);
}

static void test_holes(int fd, uint64_t handle, uint64_t bytes)
{
	uint8_t *touched = map_buffer(fd, handle, bytes);

	mark(touched, bytes, 19);
	make_hole(touched, bytes, 19);
	make_hole(map_buffer(fd, handle, bytes), bytes, 19);
}

static void test_protection(int fd, uint64_t handle, uint64_t bytes)
{
	uint8_t *map;

	EXPECT(mmap(NULL, bytes, PROT_READ, MAP_PRIVATE, fd, handle) ==
	       MAP_FAILED, 1);
	EXPECT(errno, EINVAL);
	map = mmap(NULL, bytes, PROT_READ, MAP_SHARED, fd, handle);
	REQUIRE(map != MAP_FAILED);
	EXPECT(access_signal(map, 0), 0);
	EXPECT(access_signal(map + bytes - 1, 1), SIGSEGV);
	EXPECT(mprotect(map + bytes / 2, PAGE, PROT_READ | PROT_WRITE), 0);
	EXPECT(access_signal(map + bytes / 2 - 1, 1), SIGSEGV);
	EXPECT(access_signal(map + bytes / 2 + 8, 1), 0);
	EXPECT(access_signal(map + bytes / 2 + PAGE, 1), SIGSEGV);
	EXPECT(mprotect(map, bytes, PROT_NONE), 0);
	EXPECT(access_signal(map, 0), SIGSEGV);
	EXPECT(mprotect(map, bytes, PROT_READ | PROT_WRITE), 0);
	EXPECT(wrong(map, 0, bytes, 19), 0);
	mark(map, bytes, 23);
	EXPECT(wrong(map, 0, bytes, 23), 0);
	munmap(map, bytes);
}

static void test_changes(int fd, uint64_t bytes)
{
	uint64_t handle = alloc_buffer(fd, bytes);

	test_fork(fd, handle, bytes);
	test_mremap(fd, handle, bytes);
	test_holes(fd, handle, bytes);
	test_protection(fd, handle, bytes);
	EXPECT(free_buffer(fd, handle), 0);
}

#define THREADS	4

struct share {
	pthread_barrier_t *start;
	uint8_t *map;
	uint64_t bytes;
	int number;
};

/* Touches every fourth page, from another one on than the other threads. */
static void *toucher(void *arg)
{
	struct share *share = arg;
	uint64_t at;

	pthread_barrier_wait(share->start);
	for (at = share->number * PAGE; at < share->bytes; at += THREADS * PAGE)
		*(uint64_t *)(share->map + at) = at + 29;
	return NULL;
}

static void touch_at_once(uint8_t *map, uint64_t bytes)
{
	struct share shares[THREADS];
	pthread_t threads[THREADS];
	pthread_barrier_t start;
	int i;

	REQUIRE(!pthread_barrier_init(&start, NULL, THREADS));
	for (i = 0; i < THREADS; i++) {
		shares[i] = (struct share) { &start, map, bytes, i };
		REQUIRE(!pthread_create(&threads[i], NULL, toucher, &shares[i]));
	}
	for (i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	pthread_barrier_destroy(&start);
}

static void test_threads(int fd, uint64_t bytes, int times)
{
	uint64_t handle = alloc_buffer(fd, bytes);
	uint8_t *map;

	while (times-- && !failures) {
		map = map_buffer(fd, handle, bytes);
		touch_at_once(map, bytes);
		EXPECT(wrong(map, 0, bytes, 29), 0);
		mark(map, bytes, 31);
		munmap(map, bytes);
	}
	EXPECT(free_buffer(fd, handle), 0);
}

static void all_gone(uint8_t *map, uint64_t bytes)
{
	EXPECT(access_signal(map, 0), SIGBUS);
	EXPECT(access_signal(map + bytes / 2, 1), SIGBUS);
	EXPECT(access_signal(map + bytes - 1, 0), SIGBUS);
}

static void test_gone(int fd, uint64_t bytes)
{
	uint64_t handle = alloc_buffer(fd, bytes);
	uint8_t *touched = map_buffer(fd, handle, bytes);
	uint8_t *untouched = map_buffer(fd, handle, bytes);
	uint8_t *moved = map_buffer(fd, handle, bytes);
	uint8_t *part = map_buffer(fd, handle, bytes);
	int end[2];
	char byte;
	pid_t pid;

	mark(touched, bytes, 37);
	mark(moved, bytes, 37);
	mark(part, bytes, 37);
	moved = move(moved, bytes);
	munmap(part, bytes / 2);
	part += bytes / 2;
	REQUIRE(!pipe(end));
	pid = fork();
	REQUIRE(pid >= 0);
	if (!pid) {
		close(end[1]);
		EXPECT(wrong(touched, 0, bytes, 37), 0);
		REQUIRE(!read(end[0], &byte, 1));
	} else {
		REQUIRE(!system("echo \"$bdf\" >/sys/bus/pci/drivers/educma/unbind"));
		close(end[1]);
	}
	all_gone(touched, bytes);
	all_gone(untouched, bytes);
	all_gone(moved, bytes);
	all_gone(part, bytes / 2);
	if (!pid)
		exit(failures != 0);
	wait_for(pid);
}

int main(int argc, char **argv)
{
	struct sigaction action = { .sa_handler = on_signal };
	const char *test = argc > 1 ? argv[1] : "";
	uint64_t bytes;
	int fd;

	if (argc < 3)
		return 2;
	bytes = strtoull(argv[2], NULL, 0);
	fd = open_device(0);
	REQUIRE(fd >= 0 && !sigaction(SIGBUS, &action, NULL) &&
		!sigaction(SIGSEGV, &action, NULL));
	if (!strcmp(test, "pages"))
		test_pages(fd, bytes);
	else if (!strcmp(test, "changes"))
		test_changes(fd, bytes);
	else if (!strcmp(test, "threads") && argc == 4)
		test_threads(fd, bytes, atoi(argv[3]));
	else if (!strcmp(test, "gone"))
		test_gone(fd, bytes);
	else
		return 2;
	return failures != 0;
}
