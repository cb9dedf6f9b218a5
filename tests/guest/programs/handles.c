// SPDX-License-Identifier: GPL-2.0
/*
 * Handles, a debugger's access to a mapping, and fdinfo:
 *
 *	handles ranges	a handle is the first byte of a range of mmap offsets
 *	handles access	/proc/PID/mem and ptrace read and write a mapping
 *	handles gone	they fail after the device $bdf has been unbound
 *	handles fdinfo	fdinfo lists the buffers and counts the transfers
 */
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/wait.h>

#include "educma-test.h"

#define PAGE	4096ULL

static int map_errno(int fd, uint64_t offset, size_t bytes)
{
	void *map = mmap(NULL, bytes, PROT_READ, MAP_SHARED, fd, offset);

	if (map == MAP_FAILED)
		return -errno;
	munmap(map, bytes);
	return 0;
}

/* A mapping of a single page shows that page of the buffer. */
static void each_page(int fd, uint64_t handle, int pages, uint64_t word)
{
	uint8_t *all = map_buffer(fd, handle, pages * PAGE), *map;
	int i;

	for (i = 0; i < pages; i++)
		*(uint64_t *)(all + i * PAGE) = word + i;
	for (i = 0; i < pages; i++) {
		map = map_buffer(fd, handle + i * PAGE, (pages - i) * PAGE);
		EXPECT(*(uint64_t *)map, word + i);
		*(uint64_t *)(map + 8) = word - i;
		EXPECT(*(uint64_t *)(all + i * PAGE + 8), word - i);
		munmap(map, (pages - i) * PAGE);
	}
	munmap(all, pages * PAGE);
}

static void test_inside(int fd)
{
	uint64_t a = alloc_buffer(fd, 5 * PAGE), b = alloc_buffer(fd, 3 * PAGE);

	EXPECT(b >= a + 5 * PAGE, 1);
	each_page(fd, a, 5, 1000);
	each_page(fd, b, 3, 2000);
	EXPECT(map_errno(fd, a + 4 * PAGE, PAGE), 0);
	EXPECT(map_errno(fd, a + 4 * PAGE, 2 * PAGE), -EINVAL);
	EXPECT(map_errno(fd, a, 6 * PAGE), -EINVAL);
	EXPECT(map_errno(fd, a + 5 * PAGE, PAGE), -ENOENT);
	EXPECT(map_errno(fd, b - PAGE, PAGE), -ENOENT);
	EXPECT(map_errno(fd, b + 3 * PAGE, PAGE), -ENOENT);
	EXPECT(map_errno(fd, b + (1ULL << 44), PAGE), -ENOENT);
	EXPECT(map_errno(fd, (1ULL << 44) - PAGE, PAGE), -ENOENT);
	/* Only the first byte is a handle. */
	EXPECT(free_buffer(fd, a + PAGE), -ENOENT);
	EXPECT(submit_copy(fd, a + PAGE, 0, b, 0, 10, 1), -ENOENT);
	EXPECT(free_buffer(fd, a), 0);
	EXPECT(map_errno(fd, a + PAGE, PAGE), -ENOENT);
	EXPECT(free_buffer(fd, b), 0);
}

/* To free a handle twice frees no other buffer. */
static void test_twice(int fd)
{
	uint64_t freed = alloc_buffer(fd, PAGE), last = freed, handle;
	int i;

	EXPECT(free_buffer(fd, freed), 0);
	for (i = 0; i < 100; i++) {
		handle = alloc_buffer(fd, PAGE);
		EXPECT(handle > last, 1);
		EXPECT(free_buffer(fd, freed), -ENOENT);
		EXPECT(map_errno(fd, freed, PAGE), -ENOENT);
		if (i % 2)
			EXPECT(free_buffer(fd, handle), 0);
		last = handle;
	}
}

#define BUFFERS	20	/* more than the driver remembers */

static void copy_in_each(int fd, const uint64_t *handles, int error, uint32_t wanted)
{
	struct educma_submit requests[BUFFERS] = { 0 };
	struct educma_completion done[BUFFERS];
	uint32_t queued, count = BUFFERS;
	int i;

	for (i = 0; i < BUFFERS; i++)
		requests[i] = (struct educma_submit) {
			.size = sizeof(requests[i]), .op = EDUCMA_OP_COPY,
			.src_handle = handles[i], .dst_handle = handles[i],
			.dst_offset = 2048, .bytes = 8,
		};
	EXPECT(submit_many(fd, requests, BUFFERS, &queued), error);
	EXPECT(queued, wanted);
	EXPECT(collect_some(fd, done, BUFFERS, &count, UINT64_MAX), 0);
	EXPECT(count, wanted);
}

/* A handle names its own buffer however often it is used, until it is freed. */
static void test_again(int fd)
{
	uint64_t handles[BUFFERS], *maps[BUFFERS];
	int i, round;

	for (i = 0; i < BUFFERS; i++) {
		handles[i] = alloc_buffer(fd, PAGE);
		maps[i] = (uint64_t *)map_buffer(fd, handles[i], PAGE);
	}
	for (round = 0; round < 2; round++) {
		for (i = 0; i < BUFFERS; i++)
			maps[i][0] = 100 * round + i;
		copy_in_each(fd, handles, 0, BUFFERS);
		for (i = 0; i < BUFFERS; i++)
			EXPECT(maps[i][2048 / 8], 100 * round + i);
	}
	for (i = BUFFERS - 1; i >= 0; i--) {
		EXPECT(free_buffer(fd, handles[i]), 0);
		copy_in_each(fd, handles, -ENOENT, i);
		munmap(maps[i], PAGE);
	}
}

static void test_ranges(void)
{
	int fd = open_device(0);

	REQUIRE(fd >= 0);
	test_inside(fd);
	test_twice(fd);
	test_again(fd);
	close(fd);
	EXPECT(counter("buffers_allocated"), 0);
}

static int mem_of(pid_t pid)
{
	char path[32];
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/mem", pid);
	fd = open(path, O_RDWR);
	REQUIRE(fd >= 0);
	return fd;
}

static void test_mem(int mem, uint8_t *map, size_t bytes)
{
	uint8_t *copy = malloc(2 * bytes);

	REQUIRE(copy);
	fill(map, bytes, 3);
	EXPECT(pread(mem, copy, bytes, (uintptr_t)map), bytes);
	EXPECT(wrong_bytes(copy, bytes, 3), 0);
	fill(copy, bytes, 4);
	EXPECT(pwrite(mem, copy, bytes, (uintptr_t)map), bytes);
	EXPECT(wrong_bytes(map, bytes, 4), 0);
	/* Reads cross the end of a page, and stop at the end of the mapping. */
	EXPECT(pread(mem, copy, 100, (uintptr_t)map + PAGE - 50), 100);
	EXPECT(memcmp(copy, map + PAGE - 50, 100), 0);
	EXPECT(pread(mem, copy, 2 * bytes, (uintptr_t)map + 10), bytes - 10);
	free(copy);
}

/* A mapping of a part of a buffer gives access to nothing beside it. */
static void test_part(int fd, int mem, uint64_t handle)
{
	uint8_t *whole = map_buffer(fd, handle, 4 * PAGE), *part;
	uint64_t word = 0;

	memset(whole, 0xaa, 4 * PAGE);
	memset(whole + 2 * PAGE, 0x55, PAGE);
	part = map_buffer(fd, handle + 2 * PAGE, PAGE);
	EXPECT(pread(mem, &word, 8, (uintptr_t)part), 8);
	EXPECT(word, 0x5555555555555555);
	word = 1;
	EXPECT(pwrite(mem, &word, 8, (uintptr_t)part + PAGE - 8), 8);
	EXPECT(*(uint64_t *)(whole + 3 * PAGE - 8), 1);
	munmap(part, PAGE);
	munmap(whole, 4 * PAGE);
}

static void test_read_only(int fd, int mem, uint64_t handle)
{
	uint64_t word = 7;
	uint8_t *map = mmap(NULL, PAGE, PROT_READ, MAP_SHARED, fd, handle);

	REQUIRE(map != MAP_FAILED);
	EXPECT(pread(mem, &word, 8, (uintptr_t)map), 8);
	EXPECT(pwrite(mem, &word, 8, (uintptr_t)map), -1);
	munmap(map, PAGE);
}

/* Uses ptrace like a debugger. */
static void test_ptrace(uint8_t *map)
{
	pid_t pid = fork();
	int status;

	REQUIRE(pid >= 0);
	if (!pid) {
		REQUIRE(!ptrace(PTRACE_TRACEME, 0, NULL, NULL));
		raise(SIGSTOP);
		_exit(*(uint64_t *)(map + 16) != 0x1234);
	}
	REQUIRE(waitpid(pid, &status, 0) == pid && WIFSTOPPED(status));
	*(uint64_t *)(map + 8) = 0x77;
	EXPECT(ptrace(PTRACE_PEEKDATA, pid, map + 8, NULL), 0x77);
	EXPECT(ptrace(PTRACE_POKEDATA, pid, map + 16, (void *)0x1234), 0);
	EXPECT(*(uint64_t *)(map + 16), 0x1234);
	EXPECT(ptrace(PTRACE_CONT, pid, NULL, NULL), 0);
	REQUIRE(waitpid(pid, &status, 0) == pid);
	EXPECT(status, 0);
}

static void test_access(void)
{
	int fd = open_device(0), mem = mem_of(getpid());
	uint64_t handle = alloc_buffer(fd, 4 * PAGE);
	uint8_t *map = map_buffer(fd, handle, 4 * PAGE);

	test_mem(mem, map, 4 * PAGE);
	test_ptrace(map);
	munmap(map, 4 * PAGE);
	test_part(fd, mem, handle);
	test_read_only(fd, mem, handle);
	close(fd);
}

static void test_gone(void)
{
	int fd = open_device(0), mem = mem_of(getpid());
	uint8_t *map = map_buffer(fd, alloc_buffer(fd, PAGE), PAGE);
	uint64_t word = 0;

	EXPECT(pread(mem, &word, 8, (uintptr_t)map), 8);
	REQUIRE(!system("echo \"$bdf\" >/sys/bus/pci/drivers/educma/unbind"));
	EXPECT(pread(mem, &word, 8, (uintptr_t)map), -1);
	EXPECT(pwrite(mem, &word, 8, (uintptr_t)map), -1);
}

/* Returns the value of the N-th line of that name. */
static const char *line_of(int fd, const char *name, int n)
{
	static char line[256];
	char path[64];
	FILE *file;

	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
	file = fopen(path, "r");
	REQUIRE(file);
	while (fgets(line, sizeof(line), file)) {
		line[strcspn(line, "\n")] = '\0';
		if (!strncmp(line, name, strlen(name)) &&
		    line[strlen(name)] == ':' && !n--) {
			fclose(file);
			return line + strlen(name) + 2;
		}
	}
	fclose(file);
	return "none";
}

static long fdinfo_number(int fd, const char *name)
{
	return strtol(line_of(fd, name, 0), NULL, 10);
}

static void is_listed(int fd, int n, const struct educma_alloc *alloc)
{
	unsigned long long handle = 0, bytes = 0, addr = 0;
	const char *line = line_of(fd, "educma-buffer", n);
	int got = sscanf(line, "%llx %llu %llx", &handle, &bytes, &addr);

	EXPECT(got, 3);
	EXPECT(handle, alloc->handle);
	EXPECT(bytes, alloc->bytes);
	EXPECT(addr, alloc->dma_addr);
}

static void test_fdinfo(void)
{
	struct educma_alloc a = { .size = sizeof(a), .bytes = 3 * PAGE };
	struct educma_alloc b = { .size = sizeof(b), .bytes = 1 << 20 };
	int fd = open_device(0), other = open_device(0);

	REQUIRE(fd >= 0 && other >= 0);
	REQUIRE(!call(fd, EDUCMA_IOC_ALLOC, &a));
	REQUIRE(!call(fd, EDUCMA_IOC_ALLOC, &b));
	EXPECT(fdinfo_number(fd, "educma-buffers"), 2);
	EXPECT(fdinfo_number(fd, "educma-bytes"), a.bytes + b.bytes);
	EXPECT(fdinfo_number(fd, "educma-in-flight"), 0);
	EXPECT(fdinfo_number(other, "educma-buffers"), 0);
	EXPECT(submit_copy(fd, a.handle, 0, a.handle, 0, 100, 1), 0);
	EXPECT(fdinfo_number(fd, "educma-in-flight"), 1);
	EXPECT(fdinfo_number(other, "educma-in-flight"), 0);
	EXPECT(collect(fd).status, 0);
	EXPECT(fdinfo_number(fd, "educma-in-flight"), 0);
	if (!getuid()) {
		is_listed(fd, 0, &a);
		is_listed(fd, 1, &b);
		EXPECT(strcmp(line_of(fd, "educma-buffer", 2), "none"), 0);
	} else {
		EXPECT(strcmp(line_of(fd, "educma-buffer", 0), "none"), 0);
	}
	EXPECT(free_buffer(fd, b.handle), 0);
	EXPECT(fdinfo_number(fd, "educma-bytes"), a.bytes);
	close(fd);
	close(other);
}

int main(int argc, char **argv)
{
	const char *test = argc > 1 ? argv[1] : "";

	if (!strcmp(test, "ranges"))
		test_ranges();
	else if (!strcmp(test, "access"))
		test_access();
	else if (!strcmp(test, "gone"))
		test_gone();
	else if (!strcmp(test, "fdinfo"))
		test_fdinfo();
	else
		return 2;
	return failures != 0;
}
