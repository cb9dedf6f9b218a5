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
#define WINDOW	4095

static int device(int fd, enum educma_op op, uint64_t handle, uint64_t bytes)
{
	struct educma_submit submit = {
		.size = sizeof(submit), .op = op, .bytes = bytes,
	};
	int ret;

	if (op == EDUCMA_OP_TO_DEVICE)
		submit.src_handle = handle;
	else
		submit.dst_handle = handle;
	ret = call(fd, EDUCMA_IOC_SUBMIT, &submit);
	return ret ?: collect(fd).status;
}

static size_t other_than(const uint8_t *bytes, size_t count, uint8_t value)
{
	size_t i, others = 0;

	for (i = 0; i < count; i++)
		others += bytes[i] != value;
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
	uint64_t handle = alloc_buffer(fd, BYTES);
	uint8_t *map = map_buffer(fd, handle, BYTES);

	memset(map, secret, BYTES);
	EXPECT(device(fd, EDUCMA_OP_TO_DEVICE, handle, WINDOW), 0);
	memset(map, 0, BYTES);
	EXPECT(device(fd, EDUCMA_OP_FROM_DEVICE, handle, WINDOW), 0);
	EXPECT(other_than(map, WINDOW, secret), 0);
	memset(map, secret, BYTES);
	munmap(map, BYTES);
	close(fd);
}

static void read_own(void)
{
	int fd = open_device(O_EXCL);
	uint64_t handle;
	uint8_t *map;

	REQUIRE(fd >= 0);
	no_addresses(fd);
	handle = alloc_buffer(fd, BYTES);
	map = map_buffer(fd, handle, BYTES);
	memset(map, 0xff, BYTES);
	EXPECT(device(fd, EDUCMA_OP_FROM_DEVICE, handle, WINDOW), 0);
	EXPECT(other_than(map, WINDOW, 0), 0);
	EXPECT(other_than(map + WINDOW, BYTES - WINDOW, 0xff), 0);
	fill(map, WINDOW, 7);
	EXPECT(device(fd, EDUCMA_OP_TO_DEVICE, handle, WINDOW), 0);
	memset(map, 0xff, WINDOW);
	EXPECT(device(fd, EDUCMA_OP_FROM_DEVICE, handle, WINDOW), 0);
	EXPECT(wrong_bytes(map, WINDOW, 7), 0);
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
	size_t bytes;

	REQUIRE(fd >= 0);
	for (i = 0; i < count; i++) {
		bytes = sizes[i % 4];
		handle = alloc_buffer(fd, bytes);
		map = map_buffer(fd, handle, bytes);
		EXPECT(other_than(map, bytes, 0), 0);
		memset(map, 0xa5, bytes);
		munmap(map, bytes);
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
