// SPDX-License-Identifier: GPL-2.0
/* firmware-sim/protocol.c: vfio-user messages, valid, invalid and random. */
#include "test.h"
#include <errno.h>
#include <linux/vfio.h>
#include <stdio.h>

#include "protocol.h"
#include "sim.h"

#define NO_REPLY	0x10
#define RANDOM_MESSAGES	200000

enum { VERSION = 1, DMA_MAP, DMA_UNMAP, GET_INFO, GET_REGION_INFO, GET_IRQ_INFO = 7,
	SET_IRQS, REGION_READ, REGION_WRITE, RESET = 13 };

struct message {
	uint16_t id, command;
	uint32_t size, flags, error;
	union {
		uint8_t data[PROTOCOL_MAX - PROTOCOL_HEADER];
		uint32_t u32[8];
		uint64_t u64[4];
		struct { uint32_t argsz, flags; uint64_t offset, addr, size; } map;
		struct { uint32_t argsz, flags; uint64_t addr, size; } unmap;
		struct { uint32_t argsz, flags, index, start, count; uint8_t bools[8]; } irqs;
		struct { uint64_t offset; uint32_t region, count; uint8_t data[256]; } access;
	};
};

static struct message in, out;
static int fds[2];
static size_t nfds;

static int handle(size_t len)
{
	int got = protocol_handle(&device, &in, len, fds, nfds, &out);

	assert_in_range(got + 1, 0, PROTOCOL_MAX + 1);
	while (nfds)
		if (fds[--nfds] >= 0)
			close(fds[nfds]);
	return got;
}

/* Handles the command in @in. Return: the errno of the reply, 0 on success. */
static int send_in(uint16_t command, size_t payload)
{
	int got;

	in.id = 4711;
	in.command = command;
	in.size = PROTOCOL_HEADER + payload;
	in.flags = 0;
	got = handle(in.size);
	assert_in_range(got, PROTOCOL_HEADER, PROTOCOL_MAX);
	assert_int_equal(out.id, 4711);
	assert_int_equal(out.command, command);
	assert_int_equal(out.size, got);
	if (out.flags == 0x21) {
		assert_int_equal(got, PROTOCOL_HEADER);
		assert_int_not_equal(out.error, 0);
		return out.error;
	}
	assert_int_equal(out.flags, 1);
	return 0;
}

static void negotiate(void)
{
	memset(&in, 0, sizeof(in));
	assert_int_equal(send_in(VERSION, 4), 0);
}

static int setup(void **state)
{
	(void)state;
	plug_in(true);
	negotiate();
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	unplug();
	return 0;
}

static int read_region(uint32_t region, uint64_t offset, uint32_t count)
{
	memset(&in, 0, sizeof(in));
	in.access.offset = offset;
	in.access.region = region;
	in.access.count = count;
	return send_in(REGION_READ, 16);
}

static int write_region(uint32_t region, uint64_t offset, uint32_t count, uint64_t value)
{
	memset(&in, 0, sizeof(in));
	in.access.offset = offset;
	in.access.region = region;
	in.access.count = count;
	memcpy(in.access.data, &value, sizeof(value));
	return send_in(REGION_WRITE, 16 + count);
}

static int set_irqs(uint32_t index, uint32_t flags, uint32_t start, uint32_t count, int fd)
{
	memset(&in, 0, sizeof(in));
	in.irqs.argsz = 20;
	in.irqs.index = index;
	in.irqs.flags = flags;
	in.irqs.start = start;
	in.irqs.count = count;
	nfds = 0;
	if (fd >= 0)
		fds[nfds++] = dup(fd);
	return send_in(SET_IRQS, 20);
}

static void negotiates_a_version(void **state)
{
	static const char caps[] = "{\"capabilities\":{\"max_msg_fds\":8}}";

	(void)state;
	device.negotiated = false;
	assert_int_equal(send_in(RESET, 0), EINVAL);
	memset(&in, 0, sizeof(in));
	in.u32[0] = 1;		/* major */
	assert_int_equal(send_in(VERSION, 4), EINVAL);
	in.u32[0] = 2 << 16;	/* minor */
	memcpy(in.data + 4, caps, sizeof(caps));
	assert_int_equal(send_in(VERSION, 4 + sizeof(caps) - 1), EINVAL);
	assert_int_equal(send_in(VERSION, 4 + sizeof(caps)), 0);
	assert_int_equal(out.u32[0], 0);
	assert_int_equal(out.data[4], '{');
	assert_int_equal(out.data[out.size - PROTOCOL_HEADER - 1], '\0');
	assert_int_equal(send_in(RESET, 0), 0);
}

static void describes_the_device(void **state)
{
	static const uint32_t irq_flags[] = {
		VFIO_IRQ_INFO_EVENTFD | VFIO_IRQ_INFO_MASKABLE | VFIO_IRQ_INFO_AUTOMASKED,
		VFIO_IRQ_INFO_EVENTFD | VFIO_IRQ_INFO_NORESIZE, 0,
	};
	unsigned int i;

	(void)state;
	in.u32[0] = 16;
	assert_int_equal(send_in(GET_INFO, 16), 0);
	assert_int_equal(out.u32[1], VFIO_DEVICE_FLAGS_PCI | VFIO_DEVICE_FLAGS_RESET);
	assert_int_equal(out.u32[2], VFIO_PCI_NUM_REGIONS);
	assert_int_equal(out.u32[3], VFIO_PCI_NUM_IRQS);
	for (i = 0; i < VFIO_PCI_NUM_REGIONS; i++) {
		in.u32[0] = 32;
		in.u32[2] = i;
		assert_int_equal(send_in(GET_REGION_INFO, 32), 0);
		assert_int_equal(out.u64[2], i == 0 ? EDU_BAR_BYTES :
					     i == VFIO_PCI_CONFIG_REGION_INDEX ? 256 : 0);
		assert_int_equal(out.u32[1], out.u64[2] ? VFIO_REGION_INFO_FLAG_READ |
							  VFIO_REGION_INFO_FLAG_WRITE : 0);
	}
	in.u32[2] = i;
	assert_int_equal(send_in(GET_REGION_INFO, 32), EINVAL);
	for (i = 0; i <= VFIO_PCI_MSIX_IRQ_INDEX; i++) {
		in.u32[2] = i;
		assert_int_equal(send_in(GET_IRQ_INFO, 16), 0);
		assert_int_equal(out.u32[3], i == VFIO_PCI_MSIX_IRQ_INDEX ? 0 : 1);
		assert_int_equal(out.u32[1], irq_flags[i]);
	}
	in.u32[2] = i;
	assert_int_equal(send_in(GET_IRQ_INFO, 16), EINVAL);
	in.u32[0] = 15;
	assert_int_equal(send_in(GET_INFO, 16), EINVAL);
}

static void reads_and_writes_regions(void **state)
{
	static const uint8_t ids[] = { 0x34, 0x12, 0xe8, 0x11 };

	(void)state;
	assert_int_equal(read_region(VFIO_PCI_CONFIG_REGION_INDEX, 0, 256), 0);
	assert_int_equal(out.size, PROTOCOL_HEADER + 16 + 256);
	assert_memory_equal(out.access.data, ids, 4);
	assert_int_equal(out.access.data[0x40], 5);
	assert_int_equal(read_region(VFIO_PCI_CONFIG_REGION_INDEX, 1, 3), 0);
	assert_memory_equal(out.access.data, ids + 1, 3);
	assert_int_equal(write_region(VFIO_PCI_CONFIG_REGION_INDEX, 0x3c, 1, 11), 0);
	assert_int_equal(read_region(VFIO_PCI_CONFIG_REGION_INDEX, 0x3c, 2), 0);
	assert_int_equal(out.access.data[0], 11);
	assert_int_equal(out.access.data[1], 1);
	assert_int_equal(write_region(0, EDU_REG_LIVENESS, 4, 0x12345678), 0);
	assert_int_equal(out.size, PROTOCOL_HEADER + 16);
	assert_int_equal(read_region(0, EDU_REG_LIVENESS, 4), 0);
	assert_int_equal(out.access.data[0], 0x87);
	assert_int_equal(write_region(0, EDU_REG_DMA_SRC, 8, 0x123456789a), 0);
	assert_int_equal(read_region(0, EDU_REG_DMA_SRC, 8), 0);
	assert_int_equal(out.access.data[4], 0x12);
	assert_int_equal(read_region(0, EDU_BAR_BYTES - 8, 8), 0);
}

/* In profile 7.2, a command register written byte by byte would not disable INTx. */
static void writes_words_as_words(void **state)
{
	(void)state;
	device.edu.profile = &edu_qemu_7_2;
	enable(false);
	reg_write(EDU_REG_IRQ_RAISE, 1);
	assert_true(device.intx_line);
	assert_int_equal(write_region(VFIO_PCI_CONFIG_REGION_INDEX, PCI_COMMAND, 2,
				      PCI_COMMAND_MEMORY | PCI_COMMAND_INTX_DISABLE), 0);
	assert_false(device.intx_line);
	reg_write(EDU_REG_IRQ_ACK, 1);
}

static void refuses_bad_accesses(void **state)
{
	static const struct { uint32_t region; uint64_t offset; uint32_t count; } bad[] = {
		{ 0, 0, 3 }, { 0, 0, 0 }, { 0, 0, 16 }, { 0, EDU_BAR_BYTES, 4 },
		{ 0, EDU_BAR_BYTES - 4, 8 }, { 0, UINT64_MAX, 4 }, { 0, UINT64_MAX - 3, 4 },
		{ 0, 0, UINT32_MAX }, { 1, 0, 4 }, { 6, 0, 1 }, { 8, 0, 1 }, { 9, 0, 4 },
		{ UINT32_MAX, 0, 4 }, { 7, 256, 1 }, { 7, 0, 257 }, { 7, 255, 2 },
		{ 7, UINT64_MAX, 1 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		assert_int_equal(read_region(bad[i].region, bad[i].offset, bad[i].count), EINVAL);
		if (bad[i].count <= 256)
			assert_int_equal(write_region(bad[i].region, bad[i].offset,
						      bad[i].count, 0), EINVAL);
	}
	/* A write whose data is missing, too short, or too long. */
	in.access.region = 0;
	in.access.offset = 0;
	in.access.count = 4;
	assert_int_equal(send_in(REGION_WRITE, 16), EINVAL);
	assert_int_equal(send_in(REGION_WRITE, 16 + 3), EINVAL);
	assert_int_equal(send_in(REGION_WRITE, 16 + 5), EINVAL);
}

static int dma_map_at(uint64_t offset, uint64_t addr, uint64_t size, uint32_t flags, int fd)
{
	memset(&in, 0, sizeof(in));
	in.map.offset = offset;
	in.map.argsz = 32;
	in.map.flags = flags;
	in.map.addr = addr;
	in.map.size = size;
	nfds = 0;
	if (fd >= 0)
		fds[nfds++] = dup(fd);
	return send_in(DMA_MAP, 32);
}

static int dma_map(uint64_t addr, uint64_t size, uint32_t flags, int fd)
{
	return dma_map_at(0, addr, size, flags, fd);
}

static int dma_unmap(uint64_t addr, uint64_t size, uint32_t flags)
{
	memset(&in, 0, sizeof(in));
	in.unmap.argsz = 24;
	in.unmap.flags = flags;
	in.unmap.addr = addr;
	in.unmap.size = size;
	return send_in(DMA_UNMAP, 24);
}

static void maps_memory(void **state)
{
	(void)state;
	assert_int_equal(dma_map(0, 0x1000, 3, ram_fd), 0);
	assert_int_equal(dma_map(0x1000, 0x1000, 3, -1), 0);
	assert_int_equal(dma_map(0x1000, 0x1000, 3, ram_fd), EEXIST);
	assert_int_equal(dma_map(0x2000, RAM_BYTES + 1, 3, ram_fd), EINVAL);
	assert_int_equal(dma_map(0x2000, 0x1000, 7, ram_fd), EINVAL);
	assert_int_equal(dma_map(0x2000, 0, 3, ram_fd), EINVAL);
	assert_int_equal(dma_map(UINT64_MAX, 2, 3, ram_fd), EINVAL);
	assert_int_equal(dma_map(0x2000, 0x1000, 3, msi_fd), EINVAL);
	ram[5] = 42;
	whole_dma(false, 0, 16);
	whole_dma(true, RAM_ADDR + 0x4000, 16);
	assert_int_equal(ram[0x4005], 42);
	assert_int_equal(dma_unmap(0, 0x1001, 0), EINVAL);
	assert_int_equal(dma_unmap(0, 0x1000, 1), EINVAL);
	assert_int_equal(dma_unmap(0, 0x1000, 0), 0);
	assert_int_equal(out.size, PROTOCOL_HEADER + 24);
	assert_int_equal(out.unmap.size, 0x1000);
	whole_dma(false, 0, 16);
	whole_dma(true, RAM_ADDR + 0x4000, 16);
	assert_int_equal(ram[0x4005], 0);
	assert_int_equal(dma_unmap(0, 0, VFIO_DMA_UNMAP_FLAG_ALL), 0);
	assert_int_equal(device.memory.count, 0);
}

static void copy(uint64_t from, uint64_t to)
{
	whole_dma(false, from, 16);
	whole_dma(true, to, 16);
}

/* Maps of a part of a file, for reading, for writing, and for both. */
static void maps_with_offset_and_rights(void **state)
{
	const uint32_t both = VFIO_DMA_MAP_FLAG_READ | VFIO_DMA_MAP_FLAG_WRITE;

	(void)state;
	assert_int_equal(dma_map_at(0x3000, 0, 0x1000, both, ram_fd), 0);
	assert_int_equal(dma_map_at(0x4000, 0x1000, 0x1000, VFIO_DMA_MAP_FLAG_READ, ram_fd), 0);
	assert_int_equal(dma_map_at(0x5000, 0x2000, 0x1000, VFIO_DMA_MAP_FLAG_WRITE, ram_fd), 0);
	ram[0x3000] = 3;
	ram[0x4000] = 4;
	ram[0x5000] = 5;
	copy(0, RAM_ADDR);
	assert_int_equal(ram[0], 3);
	copy(0x1000, RAM_ADDR);
	assert_int_equal(ram[0], 4);
	copy(0x2000, RAM_ADDR);
	assert_int_equal(ram[0], 0);
	copy(0, 0x1000);
	assert_int_equal(ram[0x4000], 4);
	copy(0, 0x2000);
	assert_int_equal(ram[0x5000], 3);
}

static void sets_irqs(void **state)
{
	const uint32_t none = VFIO_IRQ_SET_DATA_NONE, eventfd = VFIO_IRQ_SET_DATA_EVENTFD;
	const uint32_t trigger = VFIO_IRQ_SET_ACTION_TRIGGER;
	int fd = new_eventfd();

	(void)state;
	assert_int_equal(set_irqs(1, eventfd | trigger, 0, 1, fd), 0);
	reg_write(EDU_REG_IRQ_RAISE, 1);
	assert_int_equal(signals(fd), 1);
	assert_int_equal(set_irqs(1, none | trigger, 0, 1, -1), 0);
	assert_int_equal(signals(fd), 1);
	assert_int_equal(set_irqs(1, none | VFIO_IRQ_SET_ACTION_MASK, 0, 1, -1), EINVAL);
	assert_int_equal(set_irqs(1, eventfd | trigger, 0, 1, -1), 0);
	reg_write(EDU_REG_IRQ_RAISE, 1);
	assert_int_equal(signals(fd), 0);
	assert_int_equal(set_irqs(0, eventfd | trigger, 0, 1, fd), 0);
	assert_int_equal(set_irqs(0, none | VFIO_IRQ_SET_ACTION_MASK, 0, 1, -1), 0);
	assert_int_equal(set_irqs(0, none | trigger, 0, 1, -1), 0);
	assert_int_equal(signals(fd), 0);
	assert_int_equal(set_irqs(0, none | VFIO_IRQ_SET_ACTION_UNMASK, 0, 1, -1), 0);
	assert_int_equal(set_irqs(0, none | trigger, 0, 1, -1), 0);
	assert_int_equal(signals(fd), 1);
	assert_int_equal(set_irqs(0, none | trigger, 0, 0, -1), 0);
	assert_int_equal(device.irq_fd[DEVICE_INTX], -1);
	close(fd);
}

static void refuses_bad_irqs(void **state)
{
	const uint32_t none = VFIO_IRQ_SET_DATA_NONE, eventfd = VFIO_IRQ_SET_DATA_EVENTFD;
	const uint32_t trigger = VFIO_IRQ_SET_ACTION_TRIGGER;

	(void)state;
	assert_int_equal(set_irqs(2, none | trigger, 0, 1, -1), EINVAL);
	assert_int_equal(set_irqs(5, none | trigger, 0, 1, -1), EINVAL);
	assert_int_equal(set_irqs(1, none | trigger, 1, 1, -1), EINVAL);
	assert_int_equal(set_irqs(1, none | trigger, 0, 2, -1), EINVAL);
	assert_int_equal(set_irqs(1, none | trigger, UINT32_MAX, UINT32_MAX, -1), EINVAL);
	assert_int_equal(set_irqs(1, none, 0, 1, -1), EINVAL);
	assert_int_equal(set_irqs(1, trigger, 0, 1, -1), EINVAL);
	assert_int_equal(set_irqs(1, none | trigger | 0x100, 0, 1, -1), EINVAL);
	assert_int_equal(set_irqs(1, none | eventfd | trigger, 0, 1, -1), EINVAL);
	assert_int_equal(set_irqs(1, none | 0x18, 0, 1, -1), EINVAL);
	assert_int_equal(set_irqs(1, none | trigger, 0, 1, msi_fd), EINVAL);
	assert_int_equal(set_irqs(1, eventfd | trigger, 0, 0, msi_fd), EINVAL);
	assert_int_equal(set_irqs(0, eventfd | VFIO_IRQ_SET_ACTION_UNMASK, 0, 1, msi_fd),
			 EOPNOTSUPP);
	assert_int_equal(set_irqs(1, VFIO_IRQ_SET_DATA_BOOL | trigger, 0, 1, -1), EINVAL);
	in.irqs.bools[0] = 1;
	assert_int_equal(send_in(SET_IRQS, 21), 0);
	assert_int_equal(send_in(SET_IRQS, 22), EINVAL);
	assert_int_equal(signals(msi_fd), 1);
}

/* A valid payload for each command. */
static const struct good {
	uint16_t command;
	uint8_t len;
	bool more;		/* more data may follow the payload */
	bool fd;		/* a descriptor may come with the message */
	uint32_t u32[8];
} good[] = {
	{ VERSION, 4, true, false, { 0 } },
	{ DMA_MAP, 32, false, true, { 32, 3, 0, 0, 0x1000, 0, 0x1000 } },
	{ DMA_UNMAP, 24, false, false, { 24, 0, 0x1000, 0, 0x1000 } },
	{ GET_INFO, 16, false, false, { 16 } },
	{ GET_REGION_INFO, 32, false, false, { 32 } },
	{ GET_IRQ_INFO, 16, false, false, { 16 } },
	{ SET_IRQS, 20, true, true, { 20, VFIO_IRQ_SET_DATA_EVENTFD |
				      VFIO_IRQ_SET_ACTION_TRIGGER, 1, 0, 1 } },
	{ REGION_READ, 16, false, false, { EDU_REG_ID, 0, 0, 4 } },
	{ REGION_WRITE, 20, false, false, { EDU_REG_LIVENESS, 0, 0, 4, 5 } },
	{ RESET, 0, false, false, { 0 } },
};

static int send_good(const struct good *message, int more, unsigned int descriptors)
{
	memset(&in, 0, sizeof(in));
	memcpy(in.u32, message->u32, message->len);
	while (descriptors--)
		fds[nfds++] = dup(ram_fd);
	return send_in(message->command, message->len + more);
}

/* Each command with a wrong length, and with too many descriptors. */
static void refuses_bad_sizes(void **state)
{
	const struct good *message;

	(void)state;
	for (message = good; message < good + ARRAY_SIZE(good); message++) {
		if (message->len)
			assert_int_equal(send_good(message, -1, 0), EINVAL);
		if (!message->more)
			assert_int_equal(send_good(message, 1, 0), EINVAL);
		assert_int_equal(send_good(message, 0, 2), EINVAL);
		if (!message->fd)
			assert_int_equal(send_good(message, 0, 1), EINVAL);
		assert_int_equal(send_good(message, 0, message->fd), 0);
	}
}

static void refuses_unknown_commands(void **state)
{
	uint16_t command;
	size_t known;

	(void)state;
	memset(&in, 0, sizeof(in));
	for (command = 0; command < 64; command++) {
		for (known = 0; known < ARRAY_SIZE(good); known++)
			if (good[known].command == command)
				break;
		if (known == ARRAY_SIZE(good))
			assert_int_equal(send_in(command, 16), EOPNOTSUPP);
	}
	assert_int_equal(send_in(UINT16_MAX, 0), EOPNOTSUPP);
}

static void refuses_bad_headers(void **state)
{
	(void)state;
	memset(&in, 0, sizeof(in));
	in.command = RESET;
	in.size = PROTOCOL_HEADER;
	assert_int_equal(handle(PROTOCOL_HEADER), PROTOCOL_HEADER);
	assert_int_equal(handle(PROTOCOL_HEADER - 1), -1);
	assert_int_equal(handle(PROTOCOL_HEADER + 1), -1);
	assert_int_equal(handle(0), -1);
	in.flags = 1;
	assert_int_equal(handle(PROTOCOL_HEADER), -1);
	in.flags = 0;
	in.size = PROTOCOL_HEADER - 1;
	assert_int_equal(handle(PROTOCOL_HEADER - 1), -1);
	in.size = PROTOCOL_MAX;
	assert_int_equal(handle(PROTOCOL_MAX), PROTOCOL_HEADER);
	in.size = PROTOCOL_MAX + 1;
	assert_int_equal(protocol_size(&in), 0);
	in.size = UINT32_MAX;
	assert_int_equal(protocol_size(&in), 0);
}

static void is_silent_when_asked(void **state)
{
	(void)state;
	memset(&in, 0, sizeof(in));
	in.command = RESET;
	in.size = PROTOCOL_HEADER;
	in.flags = NO_REPLY;
	assert_int_equal(handle(PROTOCOL_HEADER), 0);
	in.command = 99;
	assert_int_equal(handle(PROTOCOL_HEADER), 0);
}

/* Numbers that are likely to be at a limit of some field. */
static uint64_t any_number(void)
{
	static const uint64_t numbers[] = { 0, 1, 2, 3, 4, 7, 8, 0x98, 0x1000, 0x40000,
		RAM_ADDR, RAM_BYTES, EDU_BAR_BYTES, INT32_MAX, UINT32_MAX, UINT64_MAX };

	return numbers[random() % ARRAY_SIZE(numbers)] + (random() % 4 ? 0 : random() % 8 - 4);
}

static void survives_random_messages(void **state)
{
	static const size_t sizes[] = { 0, 4, 16, 20, 24, 32, 21, 18, 64, 4000 };
	unsigned int i, j;

	(void)state;
	srandom(1);
	for (i = 0; i < RANDOM_MESSAGES; i++) {
		for (j = 0; j < 4; j++)
			if (random() % 2)
				in.u64[j] = any_number();
			else
				in.u64[j] = (uint64_t)any_number() << 32 | (uint32_t)any_number();
		in.command = random() % 18;
		in.size = PROTOCOL_HEADER + sizes[random() % ARRAY_SIZE(sizes)];
		in.flags = random() % 8 ? 0 : random();
		for (nfds = random() % 3; nfds && j < 4 + nfds; j++)
			fds[j - 4] = dup(random() % 2 ? ram_fd : msi_fd);
		handle(in.size);
		device_run(&device, device.now + random() % MS);
	}
}

#define TEST(f)	cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(negotiates_a_version),
		TEST(describes_the_device),
		TEST(reads_and_writes_regions),
		TEST(writes_words_as_words),
		TEST(refuses_bad_accesses),
		TEST(maps_memory),
		TEST(maps_with_offset_and_rights),
		TEST(sets_irqs),
		TEST(refuses_bad_irqs),
		TEST(refuses_bad_sizes),
		TEST(refuses_unknown_commands),
		TEST(refuses_bad_headers),
		TEST(is_silent_when_asked),
		TEST(survives_random_messages),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
