// SPDX-License-Identifier: GPL-2.0
/*
 * Fuzzes the vfio-user server (protocol.c, client.c, control.c, device.c, irq.c,
 * inject.c and memory.c of firmware-sim): the input is a sequence of messages,
 * nearly valid or not, with and without descriptors, whole or in pieces, with
 * faults, control commands and time between them. There must be no crash, a reply
 * of the right length, and no lost descriptor.
 */
#include <fcntl.h>
#include <linux/pci_regs.h>
#include <linux/vfio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "client.h"
#include "control.h"
#include "fuzz.h"

#define HEADER	PROTOCOL_HEADER
#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

/* The connections are made when they are first used; the peers are our ends. */
struct server {
	struct device device;
	struct client client;
	struct control control;
	int client_peer, control_peer;
};

static int memory_fd = -1;
static int pipe_fds[2];

/*
 * The seeds contain indices into this list, so it has an order of its own: add a
 * new fault at the end.
 */
static const char *const fault_names[] = {
	"irq-lost", "irq-late", "irq-double", "irq-spurious", "dma-stuck", "dma-late",
	"dma-short", "dma-astray", "dma-flip", "regs-stuck", "regs-ones", "vanish",
	"vanish-until-reset", "regs-zero", "master-off", "memory-size",
};

/* Each fault must be in the list above. */
static void check_fault_names(void)
{
	enum fault fault;
	size_t i;

	for (fault = 0; fault < FAULT_KINDS; fault++) {
		for (i = 0; i < ARRAY_SIZE(fault_names); i++)
			if (!strcmp(fault_name(fault), fault_names[i]))
				break;
		CHECK(i < ARRAY_SIZE(fault_names));
	}
}

/* Opens, in the first run, the files that clients pass: two pages, and a pipe. */
static void open_passed_files(void)
{
	if (memory_fd >= 0)
		return;
	memory_fd = memfd_create("fuzz", 0);
	CHECK(memory_fd >= 0 && !ftruncate(memory_fd, 8192));
	CHECK(!pipe(pipe_fds));
	check_fault_names();
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

/* A value for a field of a message, mostly one that is likely to be valid. */
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

/* For each command, the widths in bytes of the fields that matter. */
static const char *const layouts[] = {
	"22", "22", "448 88", "448 8", "4444", "4444 88", "", "4444", "44444", "844",
	"844", "", "", "",
};

static size_t make_payload(struct fuzz *fuzz, uint8_t *msg, unsigned int command)
{
	const char *layout = command < ARRAY_SIZE(layouts) ? layouts[command] : "8";
	size_t at = HEADER, more;

	for (; *layout; layout++)
		if (*layout != ' ')
			at = add_field(fuzz, msg, at, *layout - '0');
	/* Data behind the fields, whether or not the command has any. */
	for (more = fuzz_byte(fuzz) & 0x0f; more; more--)
		msg[at++] = fuzz_byte(fuzz);
	return at;
}

/* A message whose header fits the payload, or does not. */
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

/* Return: the server's end of a new connection. Our end replaces *@peer. */
static int connection(int *peer)
{
	int pair[2];

	if (*peer >= 0)
		close(*peer);
	CHECK(!socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair));
	*peer = pair[1];
	return pair[0];
}

static void send_bytes(int to, const void *bytes, size_t len, const int *fds, size_t nfds)
{
	char space[CMSG_SPACE(2 * sizeof(int))] = { 0 };
	struct iovec part = { .iov_base = (void *)bytes, .iov_len = len };
	struct msghdr msg = { .msg_iov = &part, .msg_iovlen = 1 };
	struct cmsghdr *cmsg = (void *)space;

	if (nfds) {
		msg.msg_control = space;
		msg.msg_controllen = CMSG_SPACE(nfds * sizeof(int));
		*cmsg = (struct cmsghdr){ .cmsg_len = CMSG_LEN(nfds * sizeof(int)),
					  .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS };
		memcpy(CMSG_DATA(cmsg), fds, nfds * sizeof(int));
	}
	sendmsg(to, &msg, MSG_NOSIGNAL);
}

/* Reads the replies, or leaves them unread. */
static void drain(struct fuzz *fuzz, int from)
{
	char replies[PROTOCOL_MAX];

	if (fuzz_byte(fuzz) & 1)
		while (recv(from, replies, sizeof(replies), MSG_DONTWAIT) > 0)
			;
}

/* Sends a message in two pieces, and lets the server handle each. */
static void stream_message(struct fuzz *fuzz, struct server *server)
{
	uint8_t msg[256] = { 0 };
	size_t len, cut, nfds, i, times;
	int fds[2];

	if (server->client.fd < 0)
		client_connect(&server->client, connection(&server->client_peer));
	nfds = fuzz_byte(fuzz) % 8;
	nfds = nfds < 3 ? nfds : 0;
	for (i = 0; i < nfds; i++)
		fds[i] = some_fd(fuzz);
	len = make_message(fuzz, msg);
	cut = fuzz_byte(fuzz) % (len + 1);
	send_bytes(server->client_peer, msg, cut, fds, nfds);
	for (times = fuzz_byte(fuzz) % 4; times && server->client.fd >= 0; times--)
		client_serve(&server->client);
	send_bytes(server->client_peer, msg + cut, len - cut, fds, cut ? 0 : nfds);
	for (times = 3; times && server->client.fd >= 0; times--)
		client_serve(&server->client);
	drain(fuzz, server->client_peer);
	for (i = 0; i < nfds; i++)
		close(fds[i]);
}

/* Sends lines to the control socket; not "die", which would kill the fuzzer. */
static void stream_commands(struct fuzz *fuzz, struct server *server)
{
	static const char *const words[] = {
		"clear", "count ", "delay ", "log", "status", "irq-late 1us", " every 3",
		"irq-lost", " next", "3", "\n", "\n", "\n", "#", " ", "10us",
	};
	char text[512] = "";
	size_t len = 0, count = fuzz_byte(fuzz) % 64;

	if (server->control.fd < 0)
		control_connect(&server->control, connection(&server->control_peer));
	while (count-- && len < sizeof(text) - 16)
		len += sprintf(text + len, "%s", words[fuzz_byte(fuzz) % 16]);
	send_bytes(server->control_peer, text, len, NULL, 0);
	for (count = 3; count && server->control.fd >= 0; count--)
		control_serve(&server->control);
	drain(fuzz, server->control_peer);
}

/* Sends a valid command of the set-up. */
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
	static uint8_t memory[2 * EDU_MEM_BYTES];
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
	if (choice & 16)
		device_set_memory(device, memory, sizeof(memory));
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

/* Starts a DMA, which random messages seldom do. */
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

/* Each value has its own variable: see fuzz_model.c, write_access(). */
static void add_fault(struct fuzz *fuzz, struct device *device)
{
	static const char *const whens[] = { "now", "next", "every 2", "p 0.5", "nth 3" };
	static const char *const amounts[] = { "", "3", "10us", "0x1000" };
	const char *name = fault_names[fuzz_byte(fuzz) % ARRAY_SIZE(fault_names)];
	const char *amount = amounts[fuzz_byte(fuzz) % 4];
	const char *when = whens[fuzz_byte(fuzz) % 5];
	const char *end = fuzz_byte(fuzz) & 1 ? " for 5us" : "";
	char line[96];

	snprintf(line, sizeof(line), "%s %s %s%s", name, amount, when, end);
	faults_add(&device->faults, line);
}

static void step(struct fuzz *fuzz, struct server *server, uint64_t *now)
{
	struct device *device = &server->device;
	uint64_t next;

	switch (fuzz_byte(fuzz) % 16) {
	case 0 ... 6:
		send_message(fuzz, device);
		break;
	case 7:
		stream_commands(fuzz, server);
		break;
	case 8:
		stream_message(fuzz, server);
		break;
	case 9 ... 10:
		start_dma(fuzz, device);
		break;
	case 11:
		add_fault(fuzz, device);
		break;
	case 12:
		*now += fuzz_number(fuzz, 5);
		device_run(device, *now);
		client_serve(&server->client);
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

/* Counts open descriptors below 64, to find one that was not closed. */
static unsigned int open_fds(void)
{
	unsigned int count = 0;
	int fd;

	for (fd = 0; fd < 64; fd++)
		count += fcntl(fd, F_GETFD) >= 0;
	return count;
}

static void tear_down(struct server *server)
{
	client_disconnect(&server->client, "the end");
	control_disconnect(&server->control);
	if (server->client_peer >= 0)
		close(server->client_peer);
	if (server->control_peer >= 0)
		close(server->control_peer);
	device_unplug(&server->device);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz fuzz = { .data = data, .left = size };
	struct server *server = calloc(1, sizeof(*server));
	uint64_t now = 0;
	unsigned int before;

	CHECK(server);
	open_passed_files();
	before = open_fds();
	set_up(&server->device, fuzz_byte(&fuzz));
	client_init(&server->client, &server->device);
	control_init(&server->control, &server->device);
	server->client_peer = -1;
	server->control_peer = -1;
	while (fuzz.left)
		step(&fuzz, server, &now);
	tear_down(server);
	CHECK(open_fds() == before);
	free(server);
	return 0;
}
