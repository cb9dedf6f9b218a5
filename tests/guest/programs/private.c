// SPDX-License-Identifier: GPL-2.0
/*
 * Whether a user sees addresses, or data of another user:
 *
 *	private secret N	root fills the device's memory and freed buffers with N
 *	private own	an exclusive user reads zeros in the device's memory, then
 *			the user's own data
 *	private shared	a user who is not exclusive reads none of it
 *	private fresh COUNT	new buffers are zero; each is filled before it is freed
 */
#include "educma-test.h"

#define BYTES	(64 * 1024)

static uint64_t window;		/* the device's memory that a chunk reaches */
static uint64_t bytes;		/* length of a buffer: some more */

static void find_window(int fd)
{
	struct educma_info info = { .size = sizeof(info) };

	REQUIRE(!call(fd, EDUCMA_IOC_INFO, &info));
	window = info.chunk_bytes;
	bytes = window + BYTES;
}

static int device(int fd, enum educma_op op, uint64_t handle, uint64_t len)
{
	struct educma_submit submit = {
		.size = sizeof(submit), .op = op, .bytes = len,
	};
	int ret;

	if (op == EDUCMA_OP_TO_DEVICE)
		submit.src_handle = handle;
	else
		submit.dst_handle = handle;
	ret = call(fd, EDUCMA_IOC_SUBMIT, &submit);
	return ret ?: collect(fd).status;
}

static size_t other_than(const uint8_t *data, size_t count, uint8_t value)
{
	size_t i, others = 0;

	for (i = 0; i < count; i++)
		others += data[i] != value;
	return others;
}

static void no_addresses(int fd)
{
	struct educma_alloc alloc = { .size = sizeof(alloc), .bytes = 4096 };
	struct educma_info info = { .size = sizeof(info) };

	EXPECT(call(fd, EDUCMA_IOC_INFO, &info), 0);
	EXPECT(info.proven_address, 0);
	EXPECT(call(fd, EDUCMA_IOC_ALLOC, &alloc), 0);
	EXPECT(alloc.dma_addr, 0);
	EXPECT(free_buffer(fd, alloc.handle), 0);
}

static void leave_secret(uint8_t secret)
{
	int fd = open_device(0);
	uint64_t handle;
	uint8_t *map;

	REQUIRE(fd >= 0);
	find_window(fd);
	handle = alloc_buffer(fd, bytes);
	map = map_buffer(fd, handle, bytes);
	memset(map, secret, bytes);
	EXPECT(device(fd, EDUCMA_OP_TO_DEVICE, handle, window), 0);
	memset(map, 0, bytes);
	EXPECT(device(fd, EDUCMA_OP_FROM_DEVICE, handle, window), 0);
	EXPECT(other_than(map, window, secret), 0);
	memset(map, secret, bytes);
	munmap(map, bytes);
	close(fd);
}

static void read_own(void)
{
	int fd = open_device(O_EXCL);
	uint64_t handle;
	uint8_t *map;

	REQUIRE(fd >= 0);
	no_addresses(fd);
	find_window(fd);
	handle = alloc_buffer(fd, bytes);
	map = map_buffer(fd, handle, bytes);
	memset(map, 0xff, bytes);
	EXPECT(device(fd, EDUCMA_OP_FROM_DEVICE, handle, window), 0);
	EXPECT(other_than(map, window, 0), 0);
	EXPECT(other_than(map + window, bytes - window, 0xff), 0);
	fill(map, window, 7);
	EXPECT(device(fd, EDUCMA_OP_TO_DEVICE, handle, window), 0);
	memset(map, 0xff, window);
	EXPECT(device(fd, EDUCMA_OP_FROM_DEVICE, handle, window), 0);
	EXPECT(wrong_bytes(map, window, 7), 0);
	close(fd);
}

static void read_shared(void)
{
	int fd = open_device(0);
	uint64_t handle;
	uint8_t *map;

	REQUIRE(fd >= 0);
	no_addresses(fd);
	handle = alloc_buffer(fd, BYTES);
	map = map_buffer(fd, handle, BYTES);
	EXPECT(device(fd, EDUCMA_OP_FROM_DEVICE, handle, 100), -EPERM);
	EXPECT(device(fd, EDUCMA_OP_TO_DEVICE, handle, 100), 0);
	EXPECT(device(fd, EDUCMA_OP_FROM_DEVICE, handle, 100), -EPERM);
	EXPECT(submit_copy(fd, handle, 0, handle, 4096, 100, 1), 0);
	EXPECT(collect(fd).status, 0);
	EXPECT(other_than(map, BYTES, 0), 0);
	close(fd);
}

static void find_zeros(int count)
{
	static const size_t sizes[] = { 4096, 8192, BYTES, 1 << 20 };
	int fd = open_device(0), i;
	uint64_t handle;
	uint8_t *map;
	size_t len;

	REQUIRE(fd >= 0);
	for (i = 0; i < count; i++) {
		len = sizes[i % 4];
		handle = alloc_buffer(fd, len);
		map = map_buffer(fd, handle, len);
		EXPECT(other_than(map, len, 0), 0);
		memset(map, 0xa5, len);
		munmap(map, len);
		EXPECT(free_buffer(fd, handle), 0);
	}
	close(fd);
}

int main(int argc, char **argv)
{
	const char *test = argc > 1 ? argv[1] : "";
	int n = argc > 2 ? atoi(argv[2]) : 1;

	if (!strcmp(test, "secret"))
		leave_secret(n);
	else if (!strcmp(test, "own"))
		read_own();
	else if (!strcmp(test, "shared"))
		read_shared();
	else if (!strcmp(test, "fresh"))
		find_zeros(n);
	else
		return 2;
	return failures != 0;
}
