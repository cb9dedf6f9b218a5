// SPDX-License-Identifier: GPL-2.0
/* firmware-sim/client.c: the byte stream, the descriptors, the timeout. */
#include "test.h"
#include <fcntl.h>
#include <stdio.h>
#include <sys/socket.h>

#include "client.h"
#include "sim.h"

#define RESET	13
#define IRQS	8

struct header {
	uint16_t id, command;
	uint32_t size, flags, error;
};

static struct client client;
static int peer;
static size_t fds_before;
static bool refused;		/* the last reply carries an errno */

static int connected(void **state)
{
	int pair[2];

	(void)state;
	fds_before = open_fds();
	device_init(&device, &edu_qemu_9_1, 1);
	device_run(&device, 1000);
	client_init(&client, &device);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
	fcntl(pair[0], F_SETFL, O_NONBLOCK);
	fcntl(pair[1], F_SETFL, O_NONBLOCK);
	client_connect(&client, pair[0]);
	device.negotiated = true;
	peer = pair[1];
	return 0;
}

/* After each test no descriptor may be left open. */
static int disconnected(void **state)
{
	(void)state;
	client_disconnect(&client, "the test ends");
	close(peer);
	assert_int_equal(open_fds(), fds_before);
	return 0;
}

static void serve(unsigned int times)
{
	while (times-- && client.fd >= 0)
		client_serve(&client);
}

static void send_bytes(const void *bytes, size_t len, const int *fds, size_t nfds)
{
	char control[CMSG_SPACE(64 * sizeof(int))] = { 0 };
	struct iovec part = { .iov_base = (void *)bytes, .iov_len = len };
	struct msghdr msg = { .msg_iov = &part, .msg_iovlen = 1 };
	struct cmsghdr *cmsg;

	if (nfds) {
		msg.msg_control = control;
		msg.msg_controllen = CMSG_SPACE(nfds * sizeof(int));
		cmsg = CMSG_FIRSTHDR(&msg);
		cmsg->cmsg_level = SOL_SOCKET;
		cmsg->cmsg_type = SCM_RIGHTS;
		cmsg->cmsg_len = CMSG_LEN(nfds * sizeof(int));
		memcpy(CMSG_DATA(cmsg), fds, nfds * sizeof(int));
	}
	assert_int_equal(sendmsg(peer, &msg, 0), len);
}

static void send_reset(uint16_t id)
{
	const struct header header = { .id = id, .command = RESET, .size = sizeof(header) };

	send_bytes(&header, sizeof(header), NULL, 0);
}

/* Return: the id of the next reply; -1 if there is none. */
static int reply(void)
{
	struct header header;
	ssize_t got = recv(peer, &header, sizeof(header), MSG_DONTWAIT);

	if (got <= 0)
		return -1;
	assert_int_equal(got, sizeof(header));
	assert_int_equal(header.flags & ~0x20U, 1);
	refused = header.flags & 0x20;
	return header.id;
}

static void answers_in_order(void **state)
{
	int i;

	(void)state;
	for (i = 0; i < 100; i++)
		send_reset(i);
	serve(100);
	for (i = 0; i < 100; i++)
		assert_int_equal(reply(), i);
	assert_int_equal(reply(), -1);
	assert_int_equal(client_deadline(&client), EDU_NEVER);
}

static void takes_a_message_in_pieces(void **state)
{
	const struct header header = { .id = 7, .command = RESET, .size = sizeof(header) };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(header); i++) {
		assert_int_equal(reply(), -1);
		send_bytes((const char *)&header + i, 1, NULL, 0);
		serve(1);
	}
	assert_int_equal(reply(), 7);
}

/* Sets the eventfd of MSI. */
struct irqs {
	struct header header;
	uint32_t argsz, flags, index, start, count;
};

static const struct irqs irqs = {
	.header = { .id = 2, .command = IRQS, .size = sizeof(irqs) },
	.argsz = 20, .flags = 0x24, .index = 1, .count = 1,
};

static void check_msi(int fd)
{
	assert_true(device.irq_fd[DEVICE_MSI] >= 0);
	irq_trigger(&device, DEVICE_MSI);
	assert_int_equal(signals(fd), 1);
	close(fd);
}

/* Of three messages that are sent together, the second one has a descriptor. */
static void descriptors_belong_to_their_message(void **state)
{
	int fd = new_eventfd();

	(void)state;
	send_reset(1);
	send_bytes(&irqs, sizeof(irqs), &fd, 1);
	send_reset(3);
	serve(3);
	assert_int_equal(reply(), 1);
	assert_int_equal(reply(), 2);
	assert_int_equal(reply(), 3);
	check_msi(fd);
}

/* A whole message and a part of the next one, with its descriptor, arrive at once. */
static void keeps_descriptors_of_half_a_message(void **state)
{
	const struct header reset = { .id = 1, .command = RESET, .size = sizeof(reset) };
	int fd = new_eventfd();

	(void)state;
	send_bytes(&reset, sizeof(reset), NULL, 0);
	send_bytes(&irqs, 20, &fd, 1);
	serve(1);
	assert_int_equal(client.have, 20);
	assert_int_equal(reply(), 1);
	assert_false(refused);
	send_bytes((const char *)&irqs + 20, sizeof(irqs) - 20, NULL, 0);
	send_bytes(&reset, sizeof(reset), &peer, 1);
	serve(3);
	assert_int_equal(reply(), 2);
	assert_false(refused);
	assert_int_equal(reply(), 1);
	assert_true(refused);
	check_msi(fd);
}

/* The caller knows when it has to wait. */
static void says_whether_there_is_more_to_do(void **state)
{
	(void)state;
	assert_false(client_serve(&client));
	send_reset(1);
	send_reset(2);
	assert_true(client_serve(&client));
	assert_true(client_serve(&client));
	assert_false(client_serve(&client));
	assert_int_equal(reply(), 1);
	assert_int_equal(reply(), 2);
}

static void closes_unwanted_descriptors(void **state)
{
	const struct header header = { .id = 7, .command = RESET, .size = sizeof(header) };
	size_t before;

	(void)state;
	before = open_fds();
	send_bytes(&header, sizeof(header), &peer, 1);
	serve(1);
	assert_int_equal(reply(), 7);
	assert_int_equal(open_fds(), before);
	/* The limit holds for the whole message, also if it comes in two parts. */
	send_bytes(&header, 8, &peer, 1);
	serve(1);
	assert_true(client.fd >= 0);
	send_bytes((const char *)&header + 8, 8, &peer, 1);
	serve(1);
	assert_int_equal(client.fd, -1);
}

static void disconnects_on_descriptors(size_t count)
{
	const struct header header = { .id = 7, .command = RESET, .size = sizeof(header) };
	int fds[64];
	size_t i;

	for (i = 0; i < count; i++)
		fds[i] = peer;
	send_bytes(&header, sizeof(header), fds, count);
	serve(1);
	assert_int_equal(client.fd, -1);
}

static void disconnects_on_two_descriptors(void **state)
{
	(void)state;
	disconnects_on_descriptors(2);
}

static void disconnects_on_64_descriptors(void **state)
{
	(void)state;
	disconnects_on_descriptors(64);
}

static void disconnects_after_half_a_message(void **state)
{
	(void)state;
	send_bytes("1234567", 7, NULL, 0);
	serve(1);
	assert_int_equal(client_deadline(&client), 1000 + CLIENT_TIMEOUT_NS);
	device_run(&device, 999 + CLIENT_TIMEOUT_NS);
	client_serve(&client);
	assert_true(client.fd >= 0);
	device_run(&device, 1000 + CLIENT_TIMEOUT_NS);
	client_serve(&client);
	assert_int_equal(client.fd, -1);
}

static void disconnects_without_room_for_replies(void **state)
{
	struct header header = { .command = RESET, .size = sizeof(header) };
	unsigned int i;

	(void)state;
	for (i = 0; i < 100000 && !client.reply_len; i++) {
		if (send(peer, &header, sizeof(header), MSG_DONTWAIT) < 0)
			break;
		serve(1);
	}
	assert_int_equal(client_events(&client), POLLOUT);
	serve(10);
	device_run(&device, device.now + CLIENT_TIMEOUT_NS);
	client_serve(&client);
	assert_int_equal(client.fd, -1);
}

static void idle_client_stays_connected(void **state)
{
	(void)state;
	send_reset(1);
	serve(2);
	device_run(&device, 1000 * CLIENT_TIMEOUT_NS);
	client_serve(&client);
	assert_true(client.fd >= 0);
}

static void disconnects_on_a_bad_header(void **state)
{
	struct header header = { .command = RESET, .size = PROTOCOL_MAX + 1 };

	(void)state;
	send_bytes(&header, sizeof(header), NULL, 0);
	serve(1);
	assert_int_equal(client.fd, -1);
}

static void unplugs_when_the_client_leaves(void **state)
{
	const struct header header = { .command = RESET, .size = sizeof(header) };

	(void)state;
	irq_set_eventfd(&device, DEVICE_MSI, new_eventfd());
	send_bytes(&header, 9, NULL, 0);
	shutdown(peer, SHUT_RDWR);
	serve(3);
	assert_int_equal(client.fd, -1);
	assert_int_equal(device.irq_fd[DEVICE_MSI], -1);
	assert_false(device.negotiated);
}

#define TEST(f)	cmocka_unit_test_setup_teardown(f, connected, disconnected)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(answers_in_order),
		TEST(takes_a_message_in_pieces),
		TEST(descriptors_belong_to_their_message),
		TEST(keeps_descriptors_of_half_a_message),
		TEST(says_whether_there_is_more_to_do),
		TEST(closes_unwanted_descriptors),
		TEST(disconnects_on_two_descriptors),
		TEST(disconnects_on_64_descriptors),
		TEST(disconnects_after_half_a_message),
		TEST(disconnects_without_room_for_replies),
		TEST(idle_client_stays_connected),
		TEST(disconnects_on_a_bad_header),
		TEST(unplugs_when_the_client_leaves),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
