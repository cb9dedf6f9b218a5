// SPDX-License-Identifier: GPL-2.0
/*
 * faults N ERRNO: copies until N copies have failed. Each failure must be ERRNO, and
 * the other copies must be right. After each failure a reset brings the device back.
 */
#include "educma-test.h"

#define BYTES	(64 * 1024)

static void bring_back(void)
{
	char path[128];
	int file;

	snprintf(path, sizeof(path), "/sys/class/educma/%s/device/reset",
		 node_path() + strlen("/dev/"));
	file = open(path, O_WRONLY);
	REQUIRE(file >= 0);
	REQUIRE(write(file, "1", 1) == 1);
	close(file);
}

int main(int argc, char **argv)
{
	int fd = open_device(0), left, error, seed;
	uint64_t a, b;
	uint8_t *src, *dst;

	REQUIRE(argc == 3);
	left = atoi(argv[1]);
	error = -atoi(argv[2]);
	REQUIRE(fd >= 0);
	a = alloc_buffer(fd, BYTES);
	b = alloc_buffer(fd, BYTES);
	src = map_buffer(fd, a, BYTES);
	dst = map_buffer(fd, b, BYTES);
	for (seed = 1; left && !failures; seed++) {
		struct educma_completion done;

		fill(src, BYTES, seed);
		memset(dst, 0, BYTES);
		EXPECT(submit_copy(fd, a, 0, b, 0, BYTES, seed), 0);
		done = collect(fd);
		if (!done.status) {
			EXPECT(wrong_bytes(dst, BYTES, seed), 0);
			continue;
		}
		EXPECT(done.status, error);
		/* The bytes that were copied before the failure are right. */
		EXPECT(wrong_bytes(dst, done.bytes, seed), 0);
		bring_back();
		left--;
	}
	return failures != 0;
}
