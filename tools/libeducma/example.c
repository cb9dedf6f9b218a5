// SPDX-License-Identifier: GPL-2.0
/*
 * An example of libeducma: one coherent buffer of 64 MiB, whose lower half the
 * device copies to the upper half by DMA.
 *
 *	cc example.c $(pkg-config --cflags --libs libeducma) -o example
 *	./example [DEVICE]
 *
 * The program exits with 0 if every byte arrived. Each step is one function.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <libeducma.h>

#define BUFFER_BYTES	(64ULL << 20)
#define HALF_BYTES	(BUFFER_BYTES / 2)
#define WAIT_MS		10000

/* Any value: the completion has it, so that transfers can be told apart. */
#define COOKIE		42

static int failed(const char *step, int err)
{
	fprintf(stderr, "%s: %s\n", step, strerror(-err));
	return err;
}

/* Step 1: find the device in sysfs, and open its node. */
static int open_device(const char *which, struct educma **dev)
{
	struct educma_entry entry;
	int err;

	/* "" is the running machine; NULL for @which is the first device. */
	err = educma_find("", which, &entry);
	if (err)
		return failed("no such device", err);
	err = educma_open(&entry, 0, dev);
	if (err)
		return failed(entry.node, err);
	printf("opened     %s, PCI address %s\n", entry.name, entry.pci);
	return 0;
}

/* Step 2: allocate the buffer. It is contiguous, zeroed and mapped. */
static int allocate(struct educma *dev, struct educma_buffer *buf)
{
	int err;

	err = educma_alloc(dev, BUFFER_BYTES, buf);
	if (err) {
		/* Why not: enum educma_reason. "educma doctor" says what to do. */
		fprintf(stderr, "reason %u\n", buf->reason);
		return failed("educma_alloc", err);
	}
	printf("allocated  %llu bytes, bus address 0x%llx\n",
	       (unsigned long long)buf->bytes,
	       (unsigned long long)buf->dma_addr);
	return 0;
}

/* A byte that depends on its place, so that a byte in a wrong place is wrong. */
static unsigned char byte_at(size_t i)
{
	return i ^ i >> 8 ^ i >> 16;
}

static void fill(unsigned char *data)
{
	size_t i;

	for (i = 0; i < HALF_BYTES; i++)
		data[i] = byte_at(i);
}

/* Step 3: queue the copy. The call returns before the device has begun. */
static int submit(struct educma *dev, const struct educma_buffer *buf)
{
	const struct educma_submit req = {
		.op = EDUCMA_OP_COPY,
		.src_handle = buf->handle,
		.src_offset = 0,
		.dst_handle = buf->handle,
		.dst_offset = HALF_BYTES,
		.bytes = HALF_BYTES,
		.cookie = COOKIE,
	};
	int err;

	err = educma_submit(dev, &req);
	return err ? failed("educma_submit", err) : 0;
}

/* Step 4: wait until it is complete. */
static int wait_for_copy(struct educma *dev)
{
	struct educma_completion done;
	size_t got;
	int err;

	do
		err = educma_wait(dev, &done, 1, &got, WAIT_MS);
	while (err == -ETIMEDOUT || err == -EINTR);
	if (err)
		return failed("educma_wait", err);
	/* The copy's own result. */
	if (done.status)
		return failed("the copy", done.status);
	printf("copied     %llu bytes in %.3f s\n",
	       (unsigned long long)done.bytes, done.run_ns / 1e9);
	return 0;
}

/* Step 5: the memory is coherent, so the program sees what the device wrote. */
static int verify(const unsigned char *data)
{
	size_t i;

	for (i = 0; i < HALF_BYTES; i++) {
		if (data[i] != byte_at(i)) {
			fprintf(stderr, "byte %zu is wrong\n", i);
			return -1;
		}
	}
	printf("verified   every byte\n");
	return 0;
}

static int copy(struct educma *dev, struct educma_buffer *buf)
{
	unsigned char *data = buf->map;
	int err;

	fill(data);
	err = submit(dev, buf);
	if (!err)
		err = wait_for_copy(dev);
	if (!err)
		err = verify(data + HALF_BYTES);
	return err;
}

int main(int argc, char **argv)
{
	struct educma_buffer buf;
	struct educma *dev;
	int err;

	if (open_device(argc > 1 ? argv[1] : NULL, &dev))
		return 1;
	err = allocate(dev, &buf);
	if (!err) {
		err = copy(dev, &buf);
		educma_free(dev, &buf);
	}
	/* Closing alone would also end transfers and free buffers. */
	educma_close(dev);
	return err ? 1 : 0;
}
