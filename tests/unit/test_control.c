// SPDX-License-Identifier: GPL-2.0
/* firmware-sim/control.c: commands, and peers that misbehave. */
#include "test.h"
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <sys/socket.h>

#include "control.h"
#include "sim.h"

static struct log event_log;
static struct control control;
static int peer;

static int setup(void **state)
{
	int pair[2];

	(void)state;
	plug_in(true);
	event_log = (struct log){ .file = fopen("/dev/null", "w") };
	device.log = &event_log;
	control_init(&control, &device);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
	fcntl(pair[1], F_SETFL, O_NONBLOCK);
	control_connect(&control, pair[0]);
	peer = pair[1];
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	control_disconnect(&control);
	close(peer);
	unplug();
	fclose(event_log.file);
	free(event_log.kept);
	return 0;
}

/* Return: the answer to a line. */
static const char *answer(const char *line)
{
	static char text[8192];
	FILE *out = fmemopen(text, sizeof(text), "w");

	control_command(&device, line, out);
	fclose(out);
	return text;
}

static void does_commands(void **state)
{
	(void)state;
	assert_string_equal(answer("delay 7ms"), "ok\n");
	assert_int_equal(device.delay, 7 * MS);
	assert_string_equal(answer("irq-lost next"), "ok\n");
	assert_string_equal(answer("count irq-lost"), "0\nok\n");
	reg_write(EDU_REG_IRQ_RAISE, 1);
	assert_string_equal(answer(" count irq-lost # how often?"), "1\nok\n");
	assert_string_equal(answer("irq-lost nth 100"), "ok\n");
	assert_non_null(strstr(answer("status"), "\nrules 1\n"));
	assert_string_equal(answer("clear"), "ok\n");
	assert_non_null(strstr(answer("status"), "\nrules 0\n"));
	assert_non_null(strstr(answer("status"), "\nirq-lost 1\n"));
	assert_string_equal(answer(""), "ok\n");
	assert_string_equal(answer("# nothing"), "ok\n");
}

static void refuses_what_it_does_not_know(void **state)
{
	static const char * const bad[] = {
		"what", "delay", "delay 5", "delay 1ms 2ms", "count", "count irq", "clear all",
		"log 1", "status x", "irq-lost", "irq-lost now",
	};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(bad); i++)
		assert_int_equal(strncmp(answer(bad[i]), "error: ", 7), 0);
	assert_int_equal(device.delay, 10 * MS);
}

static void logs_what_occurred(void **state)
{
	(void)state;
	assert_string_equal(answer("log"), "ok\n");
	answer("dma-late 1us every 2");
	answer("irq-lost nth 2");
	device_run(&device, 5 * MS);
	whole_dma(false, RAM_ADDR, 100);
	start_dma(true, RAM_ADDR + 16, 4095);
	device_run(&device, 50 * MS);
	answer("vanish now");
	assert_string_equal(answer("log"),
			    "15000000 dma-late #1 1000 dma 2 from-device 0x100010 4095 bytes\n"
			    "50000000 irq-lost #1 0 msi\n"
			    "50000000 vanish #1 now\n"
			    "ok\n");
}

/* The log file has a line for each DMA that reaches no memory. */
static void logs_unreachable_dmas(void **state)
{
	char *text = NULL;
	size_t len = 0;
	FILE *null = event_log.file;

	(void)state;
	event_log.file = open_memstream(&text, &len);
	whole_dma(false, RAM_ADDR + RAM_BYTES - 8, 16);
	whole_dma(true, 0, 4);
	whole_dma(false, RAM_ADDR, 4097);
	fclose(event_log.file);
	event_log.file = null;
	assert_string_equal(text,
			    "10000000 unreachable: DMA read of 16 bytes at 0x107ff8\n"
			    "20000000 unreachable: DMA write of 4 bytes at 0x0\n"
			    "30000000 outside: DMA of 4097 bytes at device address 0x40000\n");
	free(text);
	assert_string_equal(answer("log"),
			    "30000000 outside: DMA of 4097 bytes at device address 0x40000\n"
			    "ok\n");
}

/* The lines that are kept have a size limit; "log" says how many were dropped. */
static void log_has_a_limit(void **state)
{
	char *text = NULL;
	size_t len = 0;
	FILE *out;
	int i;

	(void)state;
	for (i = 0; i < 100000; i++)
		faults_add(&device.faults, "irq-spurious now");
	assert_in_range(event_log.len, LOG_KEPT_BYTES - 256, LOG_KEPT_BYTES);
	assert_true(event_log.dropped > 0);
	out = open_memstream(&text, &len);
	control_command(&device, "log", out);
	fclose(out);
	assert_non_null(strstr(text, " more lines were dropped\n"));
	free(text);
}

static const char *receive(void)
{
	static char text[8192];
	ssize_t got = recv(peer, text, sizeof(text) - 1, MSG_DONTWAIT);

	text[got > 0 ? got : 0] = '\0';
	return text;
}

static void say(const char *text)
{
	assert_int_equal(send(peer, text, strlen(text), 0), strlen(text));
	control_serve(&control);
}

static void answers_each_line(void **state)
{
	(void)state;
	say("irq-lost next\nnonsense\ncount irq-lost\nde");
	assert_string_equal(receive(), "ok\nerror: there is no fault of this name\n0\nok\n");
	say("lay 1ms");
	assert_string_equal(receive(), "");
	say("\n");
	assert_string_equal(receive(), "ok\n");
	assert_int_equal(device.delay, MS);
	shutdown(peer, SHUT_WR);
	control_serve(&control);
	assert_int_equal(control.fd, -1);
}

static void disconnects_on_too_long_a_line(void **state)
{
	char line[CONTROL_LINE + 1];

	(void)state;
	memset(line, 'x', sizeof(line) - 1);
	line[sizeof(line) - 1] = '\0';
	say(line);
	assert_string_equal(receive(), "error: the line is too long\n");
	assert_int_equal(control.fd, -1);
}

/* To a peer that reads no answers no more are made, and none is lost. */
static void does_not_pile_up_answers(void **state)
{
	static const char batch[] = "delay 1ms\ndelay 2ms\ndelay 3ms\ndelay 4ms\ndelay 5ms\n";
	unsigned int asked = 0, answered = 0;
	const char *text;

	(void)state;
	while (send(peer, batch, sizeof(batch) - 1, MSG_DONTWAIT) == sizeof(batch) - 1) {
		control_serve(&control);
		asked += 5;
	}
	assert_int_equal(control_events(&control), POLLOUT);
	for (text = receive(); *text; text = receive()) {
		for (; (text = strchr(text, '\n')); text++)
			answered++;
		control_serve(&control);
	}
	assert_null(control.answer);
	assert_int_equal(asked, answered);
}

#define TEST(f)	cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(does_commands),
		TEST(refuses_what_it_does_not_know),
		TEST(logs_what_occurred),
		TEST(logs_unreachable_dmas),
		TEST(log_has_a_limit),
		TEST(answers_each_line),
		TEST(disconnects_on_too_long_a_line),
		TEST(does_not_pile_up_answers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
