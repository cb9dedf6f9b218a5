// SPDX-License-Identifier: GPL-2.0
/*
 * The vfio-user server under a coverage-guided fuzzer: messages nearly right
 * and wholly wrong, with and without descriptors, faults in between, time
 * passing. What must hold: no crash, a reply that fits, no descriptor lost.
 */
#include <fcntl.h>
#include <linux/pci_regs.h>
#include <linux/vfio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <unistd.h>

#include "fuzz.h"
#include "protocol.h"

#define HEADER	PROTOCOL_HEADER

static int memory_fd = -1;
static int pipe_fds[2];

/* Once: what clients pass. A file of two pages, a pipe. */
static void open_what_is_passed(void)
{
	if (memory_fd >= 0)
		return;
	memory_fd = memfd_create("fuzz", 0);
	CHECK(memory_fd >= 0 && !ftruncate(memory_fd, 8192));
	CHECK(!pipe(pipe_fds));
}

static int some_fd(struct fuzz *fuzz)
{
	switch (fuzz_byte(fuzz) % 4) {
	case 0:
		return eventfd(0, EFD_NONBLOCK);
	case 1:
		return dup(pipe_fds[0]);
	default:
		return dup(memory_fd);
	}
}

/* Fields as a client would fill them, more or less. */
static uint64_t some_field(struct fuzz *fuzz, unsigned int bytes)
{
	uint8_t choice = fuzz_byte(fuzz);

	if (choice < 0x60)
		return choice & 0x1f;
	if (choice < 0xa0)
		return (uint64_t)(choice & 0x0f) << 12;
	if (choice < 0xc0)
		return EDU_MEM_ADDR + (choice & 0x1f);
	if (choice < 0xd0)
		return EDU_REG_DMA_SRC + 8 * (choice & 3);
	return fuzz_number(fuzz, bytes);
}

static size_t add_field(struct fuzz *fuzz, uint8_t *msg, size_t at, unsigned int bytes)
{
	uint64_t field = some_field(fuzz, bytes);

	memcpy(msg + at, &field, bytes);
	return at + bytes;
}

/* For each command the widths of its fields, as many as matter. */
static const char *const layouts[] = {
	"22", "22", "448 88", "448 8", "4444", "4444 88", "", "4444", "44444", "844",
	"844", "", "", "",
};

static size_t make_payload(struct fuzz *fuzz, uint8_t *msg, unsigned int command)
{
	const char *layout = command < sizeof(layouts) / sizeof(layouts[0]) ?
			     layouts[command] : "8";
	size_t at = HEADER, more;

	for (; *layout; layout++)
		if (*layout != ' ')
			at = add_field(fuzz, msg, at, *layout - '0');
	/* Data, or what does not belong there. */
	for (more = fuzz_byte(fuzz) & 0x0f; more; more--)
		msg[at++] = fuzz_byte(fuzz);
	return at;
}

/* A header that fits, or one that does not. */
static size_t make_message(struct fuzz *fuzz, uint8_t *msg)
{
	uint8_t choice = fuzz_byte(fuzz);
	uint16_t command = choice & 0x1f;
	uint32_t size, flags = choice & 0x20 ? fuzz_number(fuzz, 1) : 0;
	size_t len = make_payload(fuzz, msg, command);

	size = choice & 0x40 ? fuzz_number(fuzz, 4) : len;
	memset(msg, 0, HEADER);
	memcpy(msg + 2, &command, 2);
	memcpy(msg + 4, &size, 4);
	memcpy(msg + 8, &flags, 4);
	return choice & 0x80 ? fuzz_byte(fuzz) % (len + 1) : len;
}

static void send_message(struct fuzz *fuzz, struct device *device)
{
	uint8_t msg[256] = { 0 }, reply[PROTOCOL_MAX];
	int fds[2] = { -1, -1 };
	size_t nfds = fuzz_byte(fuzz) % 8, len, i;
	int said;

	nfds = nfds < 3 ? nfds : 0;
	for (i = 0; i < nfds; i++)
		fds[i] = some_fd(fuzz);
	len = make_message(fuzz, msg);
	said = protocol_handle(device, msg, len, fds, nfds, reply);
	CHECK(said >= -1 && said <= (int)sizeof(reply));
	if (said > 0) {
		uint32_t size;

		memcpy(&size, reply + 4, 4);
		CHECK(said >= HEADER && size == (uint32_t)said);
	}
	for (i = 0; i < nfds; i++)
		if (fds[i] >= 0)
			close(fds[i]);
}

/* Always the same beginning: a client that knows what it does. */
static void command_of(struct device *device, uint16_t command, const void *payload,
		       size_t bytes, int fd)
{
	uint8_t msg[256] = { 0 }, reply[PROTOCOL_MAX];
	uint32_t size = HEADER + bytes;
	int said;

	memcpy(msg + 2, &command, 2);
	memcpy(msg + 4, &size, 4);
	memcpy(msg + HEADER, payload, bytes);
	said = protocol_handle(device, msg, size, &fd, fd >= 0, reply);
	CHECK(said >= HEADER);
	CHECK(!(reply[8] & 0x20));
}

static void set_up(struct device *device, uint8_t choice)
{
	const struct {
		uint32_t argsz, flags;
		uint64_t offset, addr, size;
	} map = { 32, 3, 0, 0x1000, 8192 };
	const uint32_t irq[] = {
		20, VFIO_IRQ_SET_DATA_EVENTFD | VFIO_IRQ_SET_ACTION_TRIGGER,
		choice & 4 ? VFIO_PCI_MSI_IRQ_INDEX : VFIO_PCI_INTX_IRQ_INDEX, 0, 1,
	};
	const uint16_t version[] = { 0, 1 };

	device_init(device, edu_profile(choice & 1 ? "7.2" : "9.1"), choice);
	device->delay = choice & 8 ? 1000 : 0;
	if (!(choice & 2))
		return;
	command_of(device, 1, version, sizeof(version), -1);
	command_of(device, 2, &map, sizeof(map), dup(memory_fd));
	command_of(device, 8, irq, sizeof(irq), eventfd(0, EFD_NONBLOCK));
	device_config_write(device, PCI_COMMAND, 2,
			    PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER);
	if (choice & 4)
		device_config_write(device, 0x42, 2, PCI_MSI_FLAGS_ENABLE);
}

/* A whole DMA, which messages of random fields seldom make. */
static void start_dma(struct fuzz *fuzz, struct device *device)
{
	bool from = fuzz_byte(fuzz) & 1;
	uint64_t memory = some_field(fuzz, 8), inside = EDU_MEM_ADDR + fuzz_byte(fuzz);

	device_write(device, EDU_REG_DMA_SRC, 8, from ? inside : memory);
	device_write(device, EDU_REG_DMA_DST, 8, from ? memory : inside);
	device_write(device, EDU_REG_DMA_COUNT, 8, fuzz_number(fuzz, 2) & 0xfff);
	device_write(device, EDU_REG_DMA_CMD, 4, EDU_REG_DMA_CMD_RUN | EDU_REG_DMA_CMD_IRQ |
					    (from ? EDU_REG_DMA_CMD_FROM_DEVICE : 0));
}

static void add_fault(struct fuzz *fuzz, struct device *device)
{
	static const char *const whens[] = { "now", "next", "every 2", "p 0.5", "nth 3" };
	static const char *const amounts[] = { "", "3", "10us", "0x1000" };
	char line[96];

	snprintf(line, sizeof(line), "%s %s %s%s",
		 fault_name(fuzz_byte(fuzz) % FAULT_KINDS), amounts[fuzz_byte(fuzz) % 4],
		 whens[fuzz_byte(fuzz) % 5], fuzz_byte(fuzz) & 1 ? " for 5us" : "");
	faults_add(&device->faults, line);
}

static void step(struct fuzz *fuzz, struct device *device, uint64_t *now)
{
	uint64_t next;

	switch (fuzz_byte(fuzz) % 16) {
	case 0 ... 8:
		send_message(fuzz, device);
		break;
	case 9 ... 10:
		start_dma(fuzz, device);
		break;
	case 11:
		add_fault(fuzz, device);
		break;
	case 12:
		*now += fuzz_number(fuzz, 3);
		break;
	case 13 ... 14:
		next = device_run(device, *now);
		*now = next == EDU_NEVER ? *now : next;
		break;
	case 15:
		device_unplug(device);
		break;
	}
	CHECK(device_run(device, *now) > *now);
}

/* The lowest free descriptor: another one means that some are lost. */
static int lowest_fd(void)
{
	int fd = dup(memory_fd);

	CHECK(fd >= 0);
	close(fd);
	return fd;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz fuzz = { .data = data, .left = size };
	struct device *device = calloc(1, sizeof(*device));
	uint64_t now = 0;
	int lowest;

	CHECK(device);
	open_what_is_passed();
	lowest = lowest_fd();
	set_up(device, fuzz_byte(&fuzz));
	while (fuzz.left)
		step(&fuzz, device, &now);
	device_unplug(device);
	CHECK(lowest_fd() == lowest);
	free(device);
	return 0;
}
