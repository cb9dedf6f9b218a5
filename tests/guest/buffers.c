// SPDX-License-Identifier: GPL-2.0
/*
 * Buffers, one by one and in great numbers:
 *
 *	buffers limits	with the limits of 3 in flight, 4 buffers, 16 pages
 *	buffers many N	N buffers of a page, freed in no order
 *	buffers large BYTES PIECE	one of that size, then PIECEs until there is none
 */
#include "educma-test.h"

#define PAGE	4096ULL

struct answer {
	int ret;
	uint32_t reason;
	uint64_t handle;
};

static struct answer try_alloc(int fd, uint64_t bytes)
{
	struct educma_alloc alloc = { .size = sizeof(alloc), .bytes = bytes };
	int ret = call(fd, EDUCMA_IOC_ALLOC, &alloc);

	return (struct answer) { ret, alloc.reason, alloc.handle };
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
	EXPECT(free_buffer(other, alloc_buffer(other, PAGE)), 0);
	EXPECT(free_buffer(fd, handles[1]), 0);
	handles[1] = alloc_buffer(fd, PAGE);
	is_over(fd, PAGE);

	/* Who keeps the memory, by a mapping or a transfer, has it. */
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
	EXPECT(free_buffer(other, alloc_buffer(other, 16 * PAGE)), 0);
	EXPECT(free_buffer(fd, handle), 0);
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
	/* Complete, but not collected. */
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
	test_buffers(fd, other);
	test_bytes(fd, other);
	test_in_flight(fd, other);
	close(fd);
	close(other);
}

/* Each has its own memory: a word of its own in it stays. */
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

int main(int argc, char **argv)
{
	const char *test = argc > 1 ? argv[1] : "";

	if (!strcmp(test, "limits"))
		test_limits();
	else if (!strcmp(test, "many") && argc == 3)
		test_many(atoi(argv[2]));
	else if (!strcmp(test, "large") && argc == 4)
		test_large(strtoull(argv[2], NULL, 0),
			   strtoull(argv[3], NULL, 0));
	else
		return 2;
	return failures != 0;
}
