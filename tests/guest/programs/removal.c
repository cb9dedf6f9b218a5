// SPDX-License-Identifier: GPL-2.0
/*
 * removal N COMMAND BACK: N times, the shell command COMMAND takes the device away
 * in mid-DMA, and BACK brings the device back. Meanwhile a file is open, a buffer is
 * mapped, other processes map the buffer over and over, and a reader, a collector and
 * two pollers sleep. After COMMAND every call must fail. Each of the two commands returns when
 * the device is away, or back.
 */
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "educma-test.h"

#define BYTES	(4 << 20)	/* to map this takes long enough to be interrupted */

static sigjmp_buf bus_error;

static void on_sigbus(int signal)
{
	siglongjmp(bus_error, signal);
}

static int touch(volatile uint8_t *byte)
{
	int caught = sigsetjmp(bus_error, 1);

	if (!caught)
		*byte = 1;
	return caught;
}

/* The reader gets an error when the device is removed, not before. */
static void *reader(void *arg)
{
	int fd = *(int *)arg;
	struct educma_completion done;

	do
		done = collect(fd);
	while (!done.status);
	return (void *)(intptr_t)done.status;
}

/* Waits for more completions than ever come. */
static void *collector(void *arg)
{
	struct educma_completion done[64];
	int fd = *(int *)arg, ret;
	uint32_t count;

	do {
		count = 64;
		ret = collect_some(fd, done, 64, &count, UINT64_MAX);
	} while (!ret);
	return (void *)(intptr_t)ret;
}

static void *poller(void *arg)
{
	struct pollfd pfd = { .fd = *(int *)arg, .events = 0 };

	poll(&pfd, 1, 60000);
	return (void *)(intptr_t)pfd.revents;
}

/*
 * Maps and unmaps until the device is removed. A mapping that is made during the
 * removal must not outlive the memory.
 */
static pid_t start_mapper(int fd, uint64_t handle)
{
	struct pollfd pfd = { .fd = fd, .events = 0 };
	pid_t pid = fork();
	uint8_t *map;

	if (pid)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (;;) {
		map = mmap(NULL, BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, fd,
			   handle);
		if (map == MAP_FAILED)
			exit(0);
		if (poll(&pfd, 1, 0) == 1)
			break;
		munmap(map, BYTES);
	}
	sleep(1);	/* remove() has returned by then */
	exit(touch(map) != SIGBUS);
}

/* Every call on the file of a removed device fails. */
static void all_calls_fail(int fd, uint64_t handle, uint8_t *map)
{
	struct educma_info info = { .size = sizeof(info) };
	struct educma_alloc alloc = { .size = sizeof(alloc), .bytes = 4096 };
	struct educma_cancel cancel = { .size = sizeof(cancel) };
	struct pollfd pfd = { .fd = fd, .events = POLLIN };
	struct educma_submit submit = {
		.size = sizeof(submit), .op = EDUCMA_OP_COPY,
		.src_handle = handle, .dst_handle = handle, .bytes = 4096,
	};
	struct educma_completion done;
	uint32_t count = 1;

	EXPECT(call(fd, EDUCMA_IOC_INFO, &info), -ENODEV);
	EXPECT(collect_some(fd, &done, 0, &count, 0), -ENODEV);
	EXPECT(call(fd, EDUCMA_IOC_ALLOC, &alloc), -ENODEV);
	EXPECT(call(fd, EDUCMA_IOC_CANCEL, &cancel), -ENODEV);
	EXPECT(free_buffer(fd, handle), -ENODEV);
	EXPECT(submit_copy(fd, handle, 0, handle, 0, 4096, 1), -ENODEV);
	EXPECT(submit_many(fd, &submit, 1, &count), -ENODEV);
	EXPECT(count, 0);
	EXPECT(collect(fd).status, -ENODEV);
	EXPECT(mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, handle) ==
	       MAP_FAILED, 1);
	EXPECT(errno, ENODEV);
	EXPECT(poll(&pfd, 1, 0), 1);
	EXPECT(pfd.revents, POLLHUP | POLLERR);
	EXPECT(touch(map), SIGBUS);
	EXPECT(touch(map + BYTES - 1), SIGBUS);
}

static void remove_once(const char *command, const char *back, int round)
{
	unsigned long long chunks;
	pthread_t threads[4];
	void *result[4];
	int idle, status, i;
	pid_t mappers[3];
	uint64_t handle;
	uint8_t *map;
	int fd;

	fd = open_device(0);
	idle = open_device(0);
	REQUIRE(fd >= 0 && idle >= 0);
	handle = alloc_buffer(fd, BYTES);
	map = map_buffer(fd, handle, BYTES);
	memset(map, 0x77, BYTES);
	chunks = counter("to_device_chunks");
	EXPECT(submit_copy(fd, handle, 4096, handle, 0, BYTES - 4096, 1), 0);
	EXPECT(submit_copy(fd, handle, 4096, handle, 0, BYTES - 4096, 2), 0);
	REQUIRE(!pthread_create(&threads[0], NULL, reader, &fd));
	REQUIRE(!pthread_create(&threads[1], NULL, poller, &fd));
	REQUIRE(!pthread_create(&threads[2], NULL, poller, &idle));
	REQUIRE(!pthread_create(&threads[3], NULL, collector, &fd));
	/* The removal hits a DMA to the device or from it, at any moment. */
	while (counter("to_device_chunks") < chunks + 1 + round % 2)
		usleep(1000);
	usleep(round * 33331 % 150000);
	/* They start only now, because no time is skipped while they run. */
	for (i = 0; i < 3; i++)
		mappers[i] = start_mapper(fd, handle);
	usleep(10000);

	REQUIRE(!system(command));

	pthread_join(threads[0], &result[0]);
	pthread_join(threads[1], &result[1]);
	EXPECT((intptr_t)result[0], -ENODEV);
	EXPECT((intptr_t)result[1], POLLHUP | POLLERR);
	pthread_join(threads[2], &result[2]);
	EXPECT((intptr_t)result[2], POLLHUP | POLLERR);
	pthread_join(threads[3], &result[3]);
	EXPECT((intptr_t)result[3], -ENODEV);
	for (i = 0; i < 3; i++) {
		REQUIRE(waitpid(mappers[i], &status, 0) == mappers[i]);
		EXPECT(status, 0);
	}
	all_calls_fail(fd, handle, map);
	munmap(map, BYTES);
	close(fd);
	close(idle);
	REQUIRE(!system(back));
	EXPECT(counter("buffers_allocated"), 0);
}

int main(int argc, char **argv)
{
	struct sigaction action = { .sa_handler = on_sigbus };
	int i, rounds;

	if (argc < 4)
		return 2;
	rounds = atoi(argv[1]);
	REQUIRE(!sigaction(SIGBUS, &action, NULL));
	for (i = 0; i < rounds && !failures; i++)
		remove_once(argv[2], argv[3], i);
	return failures != 0;
}
