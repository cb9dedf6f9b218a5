// SPDX-License-Identifier: GPL-2.0
/*
 * Allocates buffers, one by one and in great numbers:
 *
 *	buffers limits	the limits of 3 transfers in flight, 4 buffers and 16 pages
 *			apply to a user; not for root
 *	buffers users	one user gets as much as the limits allow, and other users
 *			get the rest; for root. With CGROUP=FILE the user is in the
 *			cgroup of that file (cgroup.procs)
 *	buffers many N	N buffers of a page, freed in random order
 *	buffers large BYTES PIECE	a buffer of BYTES, then PIECEs until none is left
 *	buffers small N	N buffers of a page beside others, all at different addresses
 *	buffers none BYTES FLAGS REASON	buffers until one fails; it must be for REASON
 *	buffers cma BYTES	buffers of BYTES use up CMA, and no other memory
 *	buffers area BYTES	buffers of 1 MiB fill a CMA area of BYTES
 *	buffers oom	no process is killed when memory runs out while the driver
 *			looks for the reason of a failure
 *	buffers again BYTES N	a buffer of BYTES N times, which is zero each time
 *	buffers pieces BYTES PIECE	a reserve of BYTES is divided into PIECEs
 */
#include <signal.h>
#include <sys/wait.h>
#include <time.h>

#include "educma-test.h"

#define PAGE	4096ULL

struct answer {
	int ret;
	uint32_t reason;
	uint64_t handle;
	uint64_t bytes;
	uint32_t origin;
};

static struct answer try_alloc_flags(int fd, uint64_t bytes, uint32_t flags)
{
	struct educma_alloc alloc = {
		.size = sizeof(alloc), .bytes = bytes, .flags = flags,
	};
	int ret = call(fd, EDUCMA_IOC_ALLOC, &alloc);

	return (struct answer) { ret, alloc.reason, alloc.handle, alloc.bytes,
				 alloc.origin };
}

static struct answer try_alloc(int fd, uint64_t bytes)
{
	return try_alloc_flags(fd, bytes, 0);
}

static void is_over(int fd, uint64_t bytes)
{
	struct answer answer = try_alloc(fd, bytes);

	EXPECT(answer.ret, -EDQUOT);
	EXPECT(answer.reason, EDUCMA_REASON_LIMIT);
}

static void test_buffers(int fd, int other)
{
	uint64_t handles[4];
	uint8_t *map;
	int i;

	for (i = 0; i < 4; i++)
		handles[i] = alloc_buffer(fd, PAGE);
	is_over(fd, PAGE);
	is_over(other, PAGE);
	EXPECT(free_buffer(fd, handles[1]), 0);
	handles[1] = alloc_buffer(fd, PAGE);
	is_over(fd, PAGE);

	/* A mapping or a transfer that keeps the memory counts for its user. */
	map = map_buffer(fd, handles[0], PAGE);
	EXPECT(free_buffer(fd, handles[0]), 0);
	is_over(fd, PAGE);
	munmap(map, PAGE);
	handles[0] = alloc_buffer(fd, PAGE);
	EXPECT(submit_copy(fd, handles[2], 0, handles[2], 0, 100, 1), 0);
	EXPECT(free_buffer(fd, handles[2]), 0);
	is_over(fd, PAGE);
	EXPECT(collect(fd).status, 0);
	handles[2] = alloc_buffer(fd, PAGE);
	is_over(fd, PAGE);
	for (i = 0; i < 4; i++)
		EXPECT(free_buffer(fd, handles[i]), 0);
}

static void test_bytes(int fd, int other)
{
	uint64_t handle;

	is_over(fd, 17 * PAGE);
	is_over(fd, 16 * PAGE + 1);
	handle = alloc_buffer(fd, 15 * PAGE);
	EXPECT(free_buffer(fd, alloc_buffer(fd, 1)), 0);
	is_over(fd, PAGE + 1);
	is_over(other, 2 * PAGE);
	EXPECT(free_buffer(other, alloc_buffer(other, PAGE)), 0);
	EXPECT(free_buffer(fd, handle), 0);
	EXPECT(free_buffer(other, alloc_buffer(other, 16 * PAGE)), 0);
	EXPECT(free_buffer(fd, alloc_buffer(fd, 16 * PAGE)), 0);
}

static void test_in_flight(int fd, int other)
{
	uint64_t a = alloc_buffer(fd, PAGE), b = alloc_buffer(other, PAGE);
	struct pollfd pfd = { .fd = fd, .events = POLLOUT };
	int i;

	for (i = 0; i < 3; i++)
		EXPECT(submit_copy(fd, a, 0, a, 0, 100, 1), 0);
	EXPECT(submit_copy(fd, a, 0, a, 0, 100, 1), -EAGAIN);
	EXPECT(poll(&pfd, 1, 0), 0);
	EXPECT(submit_copy(other, b, 0, b, 0, 100, 1), 0);
	while (counter("queue_depth"))
		usleep(10000);
	/* These transfers are complete, but not collected. */
	EXPECT(submit_copy(fd, a, 0, a, 0, 100, 1), -EAGAIN);
	EXPECT(collect(fd).status, 0);
	EXPECT(poll(&pfd, 1, 0), 1);
	EXPECT(submit_copy(fd, a, 0, a, 0, 100, 1), 0);
	EXPECT(submit_copy(fd, a, 0, a, 0, 100, 1), -EAGAIN);
	for (i = 0; i < 3; i++)
		EXPECT(collect(fd).status, 0);
	EXPECT(collect(fd).status, -ENODATA);
	EXPECT(collect(other).status, 0);
	EXPECT(free_buffer(fd, a), 0);
	EXPECT(free_buffer(other, b), 0);
}

static void test_limits(void)
{
	int fd = open_device(0), other = open_device(0);
	struct educma_info info = { .size = sizeof(info) };

	REQUIRE(fd >= 0 && other >= 0);
	EXPECT(call(fd, EDUCMA_IOC_INFO, &info), 0);
	EXPECT(info.max_in_flight, 3);
	EXPECT(info.max_buffers, 4);
	EXPECT(info.max_bytes, 16 * PAGE);
	EXPECT(info.flags & EDUCMA_INFO_UNLIMITED, 0);
	test_buffers(fd, other);
	test_bytes(fd, other);
	test_in_flight(fd, other);
	close(fd);
	close(other);
}

#define USER	1000
#define OTHER	1001
#define MIB	(1ULL << 20)

static uint64_t max_bytes(void)
{
	struct educma_info info = { .size = sizeof(info) };
	int fd = open_device(0);

	REQUIRE(fd >= 0 && !call(fd, EDUCMA_IOC_INFO, &info));
	close(fd);
	return info.max_bytes;
}

static void enter_cgroup(void)
{
	const char *path = getenv("CGROUP");
	FILE *file;

	if (!path)
		return;
	file = fopen(path, "w");
	REQUIRE(file);
	fprintf(file, "%d\n", getpid());
	REQUIRE(!fclose(file));
}

/* Takes as much as there is, eight buffers in each of many files. */
static uint64_t take_all(void)
{
	uint64_t taken = 0;
	int fd = -1, count = 0;

	do {
		if (count++ % 8 == 0)
			fd = open_device(0);
		REQUIRE(fd >= 0);
	} while (!try_alloc(fd, MIB).ret && (taken += MIB));
	is_over(fd, MIB);
	return taken;
}

static void greedy(int tell, int wait_for_end)
{
	char byte = 0;

	enter_cgroup();
	REQUIRE(!setgid(USER) && !setuid(USER));
	EXPECT(take_all(), max_bytes() / MIB * MIB);
	REQUIRE(write(tell, &byte, 1) == 1);
	REQUIRE(!read(wait_for_end, &byte, 1));
	exit(failures != 0);
}

/* Asks for a buffer in another process, of the user uid. */
static void ask_as(uid_t uid, int wanted)
{
	pid_t pid = fork();
	int status, fd;

	REQUIRE(pid >= 0);
	if (!pid) {
		REQUIRE(!setgid(uid) && !setuid(uid));
		fd = open_device(0);
		REQUIRE(fd >= 0);
		EXPECT(try_alloc(fd, MIB).ret, wanted);
		exit(failures != 0);
	}
	REQUIRE(waitpid(pid, &status, 0) == pid);
	EXPECT(status, 0);
}

static void test_users(void)
{
	int told[2], end[2], status, fd = open_device(0);
	char byte;
	pid_t pid;

	REQUIRE(fd >= 0 && !pipe(told) && !pipe(end));
	pid = fork();
	REQUIRE(pid >= 0);
	if (!pid) {
		close(end[1]);
		greedy(told[1], end[0]);
	}
	close(told[1]);
	REQUIRE(read(told[0], &byte, 1) == 1);
	ask_as(USER, -EDQUOT);
	ask_as(OTHER, 0);
	EXPECT(free_buffer(fd, alloc_buffer(fd, 64 * MIB)), 0);
	close(end[1]);
	REQUIRE(waitpid(pid, &status, 0) == pid);
	EXPECT(status, 0);
	ask_as(USER, 0);
	close(fd);
	EXPECT(counter("buffers_allocated"), 0);
}

/* Each buffer has memory of its own: it keeps the word that is written to it. */
static void test_many(int count)
{
	uint64_t *handles = calloc(count, sizeof(*handles)), handle;
	int fd = open_device(0), i, other;
	uint8_t *map;

	REQUIRE(fd >= 0 && handles);
	for (i = 0; i < count; i++) {
		handles[i] = alloc_buffer(fd, PAGE);
		map = map_buffer(fd, handles[i], PAGE);
		EXPECT(*(uint64_t *)map, 0);
		*(uint64_t *)map = handles[i];
		munmap(map, PAGE);
	}
	EXPECT(counter("buffers_allocated"), count);
	EXPECT(counter("buffer_bytes"), count * PAGE);
	srand(1);
	for (i = count - 1; i >= 0; i--) {
		other = rand() % (i + 1);
		handle = handles[other];
		handles[other] = handles[i];
		map = map_buffer(fd, handle, PAGE);
		EXPECT(*(uint64_t *)map, handle);
		munmap(map, PAGE);
		EXPECT(free_buffer(fd, handle), 0);
		EXPECT(free_buffer(fd, handle), -ENOENT);
	}
	EXPECT(counter("buffers_allocated"), 0);
	close(fd);
}

static void test_large(uint64_t bytes, uint64_t piece)
{
	int fd = open_device(0), count = 0, again = 0;
	struct answer answer;
	uint64_t large;
	uint8_t *map;

	REQUIRE(fd >= 0);
	large = alloc_buffer(fd, bytes);
	map = map_buffer(fd, large, PAGE);
	fill(map, PAGE, 5);
	EXPECT(submit_copy(fd, large, 0, large, bytes - PAGE, PAGE, 1), 0);
	EXPECT(collect(fd).status, 0);
	memset(map, 0, PAGE);
	EXPECT(submit_copy(fd, large, bytes - PAGE, large, 0, PAGE, 2), 0);
	EXPECT(collect(fd).status, 0);
	EXPECT(wrong_bytes(map, PAGE, 5), 0);
	munmap(map, PAGE);
	while (!(answer = try_alloc(fd, piece)).ret)
		count++;
	EXPECT(answer.ret, -ENOMEM);
	EXPECT(answer.reason == EDUCMA_REASON_IN_USE ||
	       answer.reason == EDUCMA_REASON_FRAGMENTED, 1);
	EXPECT(count >= 3, 1);
	EXPECT(free_buffer(fd, large), 0);
	while (!(answer = try_alloc(fd, piece)).ret && again < 4)
		again++;
	EXPECT(again, 4);
	close(fd);
	EXPECT(counter("buffers_allocated"), 0);
	EXPECT(counter("buffer_bytes"), 0);
	printf("%d times %llu bytes beside %llu\n", count,
	       (unsigned long long)piece, (unsigned long long)bytes);
}

static void mark(int fd, const struct answer *answer, uint64_t word)
{
	uint8_t *map = map_buffer(fd, answer->handle, answer->bytes);

	EXPECT(*(uint64_t *)map, 0);
	*(uint64_t *)map = word;
	*(uint64_t *)(map + answer->bytes - 8) = word;
	munmap(map, answer->bytes);
}

static void check(int fd, const struct answer *answer, uint64_t word)
{
	uint8_t *map = map_buffer(fd, answer->handle, answer->bytes);

	EXPECT(*(uint64_t *)map, word);
	EXPECT(*(uint64_t *)(map + answer->bytes - 8), word);
	munmap(map, answer->bytes);
}

/* When the device's zone has no more pages CMA gives them, two for a buffer. */
static void test_small(int count)
{
	struct answer *answers = calloc(count, sizeof(*answers));
	int fd = open_device(0), i, from_cma = 0;
	uint64_t bytes = 0;

	REQUIRE(fd >= 0 && answers);
	for (i = 0; i < count && !failures; i++) {
		answers[i] = try_alloc(fd, PAGE);
		EXPECT(answers[i].ret, 0);
		EXPECT(answers[i].reason, 0);
		from_cma += answers[i].origin == EDUCMA_ORIGIN_CMA;
		EXPECT(answers[i].bytes, answers[i].origin == EDUCMA_ORIGIN_CMA ?
					 2 * PAGE : PAGE);
		bytes += answers[i].bytes;
		mark(fd, &answers[i], i + 1);
	}
	EXPECT(from_cma > 0, 1);
	EXPECT(counter("buffer_bytes"), bytes);
	for (i = 0; i < count && !failures; i++)
		check(fd, &answers[i], i + 1);
	close(fd);
	EXPECT(counter("buffer_bytes"), 0);
	printf("%d of %d from CMA\n", from_cma, count);
}

/* The buffers stay allocated until the process ends. */
static void test_none(uint64_t bytes, uint32_t flags, uint32_t reason)
{
	int fd = open_device(0), count = 0;
	struct answer answer;

	REQUIRE(fd >= 0);
	while (!(answer = try_alloc_flags(fd, bytes, flags)).ret)
		count++;
	EXPECT(answer.ret, -ENOMEM);
	EXPECT(answer.reason, reason);
	printf("%d times %llu bytes\n", count, (unsigned long long)bytes);
}

/* After all of CMA, only a buffer that may have other memory is allocated. */
static void test_cma(uint64_t bytes)
{
	int fd = open_device(0), count = 0;
	struct answer answer;

	REQUIRE(fd >= 0);
	while (!(answer = try_alloc_flags(fd, bytes, EDUCMA_ALLOC_CMA)).ret) {
		EXPECT(answer.origin, EDUCMA_ORIGIN_CMA);
		count++;
	}
	EXPECT(answer.ret, -ENOMEM);
	EXPECT(answer.reason == EDUCMA_REASON_IN_USE ||
	       answer.reason == EDUCMA_REASON_FRAGMENTED, 1);
	answer = try_alloc(fd, bytes);
	EXPECT(answer.ret, 0);
	EXPECT(answer.origin, EDUCMA_ORIGIN_ORDINARY);
	printf("%d\n", count);
	close(fd);
}

static uint64_t microseconds(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000ULL + ts.tv_nsec / 1000;
}

static void test_area(uint64_t bytes)
{
	const int count = bytes / MIB;
	struct answer *answers = calloc(count, sizeof(*answers));
	uint64_t began = microseconds();
	int fd = open_device(0), i;

	REQUIRE(fd >= 0 && answers);
	for (i = 0; i < count && !failures; i++) {
		answers[i] = try_alloc_flags(fd, MIB, EDUCMA_ALLOC_CMA);
		EXPECT(answers[i].ret, 0);
		if (!failures)
			mark(fd, &answers[i], i + 1);
	}
	began = microseconds() - began;
	EXPECT(began < 60000000, 1);
	EXPECT(try_alloc_flags(fd, PAGE, EDUCMA_ALLOC_CMA).ret, -ENOMEM);
	for (i = 0; i < count && !failures; i++)
		check(fd, &answers[i], i + 1);
	printf("%d in %llu ms\n", i, (unsigned long long)began / 1000);
	close(fd);
}

static unsigned long long number_in(const char *path, const char *name)
{
	unsigned long long value = 0;
	char line[128];
	FILE *file = fopen(path, "r");

	REQUIRE(file);
	while (fgets(line, sizeof(line), file))
		if (!strncmp(line, name, strlen(name)))
			value = strtoull(line + strlen(name) + 1, NULL, 10);
	fclose(file);
	return value;
}

/* Takes all memory that the device reaches. */
static void take_reach(int fd)
{
	uint64_t bytes;

	for (bytes = 8 << 20; bytes >= PAGE; bytes /= 4)
		while (!try_alloc(fd, bytes).ret)
			;
}

/* A process takes most of the rest; the OOM killer would choose that process. */
static pid_t take_rest(void)
{
	size_t bytes = number_in("/proc/meminfo", "MemFree:") * 1024 - (40 << 20);
	int told[2];
	char byte = 0;
	pid_t pid;

	REQUIRE(!pipe(told));
	pid = fork();
	REQUIRE(pid >= 0);
	if (!pid) {
		void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
				    MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE,
				    -1, 0);

		REQUIRE(memory != MAP_FAILED && write(told[1], &byte, 1) == 1);
		pause();
		_exit(0);
	}
	REQUIRE(read(told[0], &byte, 1) == 1);
	return pid;
}

/*
 * The kernel is told to keep more memory free than there is. From then on any
 * allocation that may call the OOM killer does so.
 */
static void test_oom(void)
{
	const char *path = "/proc/sys/vm/min_free_kbytes";
	int fd = open_device(0), keep = open(path, O_RDWR), i;
	unsigned long long killed;
	struct answer answers[3];
	char old[32] = "";
	pid_t pid;

	REQUIRE(fd >= 0 && keep >= 0 && read(keep, old, sizeof(old) - 1) > 0);
	take_reach(fd);
	pid = take_rest();
	killed = number_in("/proc/vmstat", "oom_kill");
	REQUIRE(!mlockall(MCL_CURRENT | MCL_FUTURE));
	REQUIRE(pwrite(keep, "120000", 6, 0) == 6);
	for (i = 0; i < 3; i++)
		answers[i] = try_alloc(fd, PAGE);
	REQUIRE(pwrite(keep, old, strlen(old), 0) > 0);
	kill(pid, SIGKILL);
	REQUIRE(waitpid(pid, NULL, 0) == pid);
	for (i = 0; i < 3; i++) {
		EXPECT(answers[i].ret, -ENOMEM);
		EXPECT(answers[i].reason, EDUCMA_REASON_NO_MEMORY);
	}
	EXPECT(number_in("/proc/vmstat", "oom_kill"), killed);
}

static size_t not_zero(const uint8_t *bytes, size_t count, size_t step)
{
	size_t i, others = 0;

	for (i = 0; i < count; i += step)
		others += bytes[i] != 0;
	return others;
}

/* Checks every byte the first times, then some of each page to be quicker. */
static void test_again(uint64_t bytes, int times)
{
	int fd = open_device(0), i;
	uint64_t handle;
	uint8_t *map;

	REQUIRE(fd >= 0);
	for (i = 0; i < times && !failures; i++) {
		handle = alloc_buffer(fd, bytes);
		map = map_buffer(fd, handle, bytes);
		EXPECT(not_zero(map, bytes, i < 3 ? 1 : 509), 0);
		memset(map, 0xa5, bytes);
		munmap(map, bytes);
		EXPECT(free_buffer(fd, handle), 0);
	}
	close(fd);
}

/* Pieces are first fit, and none that is mapped or used by a transfer is given. */
static void test_pieces(uint64_t bytes, uint64_t piece)
{
	struct answer answers[64];
	const int count = bytes / piece;
	int fd = open_device(0), i;
	struct answer again;
	uint8_t *map;

	REQUIRE(fd >= 0 && count <= 64 && count > 3);
	for (i = 0; i < count; i++) {
		answers[i] = try_alloc(fd, piece);
		EXPECT(answers[i].ret, 0);
		EXPECT(answers[i].origin, EDUCMA_ORIGIN_RESERVE);
		mark(fd, &answers[i], i + 1);
	}
	EXPECT(counter("reserve_free_bytes"), bytes - count * piece);
	EXPECT(try_alloc(fd, piece).origin != EDUCMA_ORIGIN_RESERVE, 1);
	for (i = 0; i < count; i++)
		check(fd, &answers[i], i + 1);

	map = map_buffer(fd, answers[1].handle, piece);
	EXPECT(free_buffer(fd, answers[1].handle), 0);
	EXPECT(try_alloc(fd, piece).origin != EDUCMA_ORIGIN_RESERVE, 1);
	EXPECT(*(uint64_t *)map, 2);
	munmap(map, piece);
	again = try_alloc(fd, piece);
	EXPECT(again.origin, EDUCMA_ORIGIN_RESERVE);
	mark(fd, &again, 100);

	EXPECT(submit_copy(fd, answers[2].handle, 0, answers[2].handle, 0, 100, 1), 0);
	EXPECT(free_buffer(fd, answers[2].handle), 0);
	EXPECT(try_alloc(fd, piece).origin != EDUCMA_ORIGIN_RESERVE, 1);
	EXPECT(collect(fd).status, 0);
	EXPECT(try_alloc(fd, 2 * piece).origin != EDUCMA_ORIGIN_RESERVE, 1);
	EXPECT(try_alloc(fd, piece).origin, EDUCMA_ORIGIN_RESERVE);

	close(fd);
	EXPECT(counter("reserve_free_bytes"), bytes);
	EXPECT(counter("buffers_allocated"), 0);
}

int main(int argc, char **argv)
{
	const char *test = argc > 1 ? argv[1] : "";

	if (!strcmp(test, "limits"))
		test_limits();
	else if (!strcmp(test, "users"))
		test_users();
	else if (!strcmp(test, "small") && argc == 3)
		test_small(atoi(argv[2]));
	else if (!strcmp(test, "none") && argc == 5)
		test_none(strtoull(argv[2], NULL, 0), atoi(argv[3]),
			  atoi(argv[4]));
	else if (!strcmp(test, "cma") && argc == 3)
		test_cma(strtoull(argv[2], NULL, 0));
	else if (!strcmp(test, "area") && argc == 3)
		test_area(strtoull(argv[2], NULL, 0));
	else if (!strcmp(test, "oom"))
		test_oom();
	else if (!strcmp(test, "again") && argc == 4)
		test_again(strtoull(argv[2], NULL, 0), atoi(argv[3]));
	else if (!strcmp(test, "pieces") && argc == 4)
		test_pieces(strtoull(argv[2], NULL, 0),
			    strtoull(argv[3], NULL, 0));
	else if (!strcmp(test, "many") && argc == 3)
		test_many(atoi(argv[2]));
	else if (!strcmp(test, "large") && argc == 4)
		test_large(strtoull(argv[2], NULL, 0),
			   strtoull(argv[3], NULL, 0));
	else
		return 2;
	return failures != 0;
}
