// SPDX-License-Identifier: GPL-2.0
/*
 * A QEMU process with a qtest and a QMP socket. QEMU's RAM is a memfd, which this
 * program has mapped too.
 */
#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "conformance.h"

#define ANSWER_MS	30000
#define ARGUMENTS	96

void qemu_init(struct qemu *qemu, const char *program, const char *bios)
{
	*qemu = (struct qemu){ .program = program, .bios = bios };
	qemu->ram_fd = memfd_create("ram", 0);
	qemu->log_fd = memfd_create("log", MFD_CLOEXEC);
	if (qemu->log_fd < 0 || qemu->ram_fd < 0 || ftruncate(qemu->ram_fd, RAM_BYTES))
		die("memory for RAM: %m");
	qemu->ram = mmap(NULL, RAM_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED,
			 qemu->ram_fd, 0);
	if (qemu->ram == MAP_FAILED)
		die("memory for RAM: %m");
}

/*
 * Runs in the child process. QEMU is killed when this program ends; its stdout,
 * to which edu prints, is discarded, and its stderr goes to @log.
 */
static _Noreturn void become_qemu(char *const *argv, int qtest, int qmp, int log,
				  pid_t parent)
{
	const struct rlimit no_core = { 0, 0 };
	int null = open("/dev/null", O_RDWR);

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	setrlimit(RLIMIT_CORE, &no_core);
	if (getppid() != parent || null < 0 || dup2(null, 0) < 0 || dup2(null, 1) < 0 ||
	    dup2(log, 2) < 0)
		_exit(1);
	fcntl(qtest, F_SETFD, 0);
	fcntl(qmp, F_SETFD, 0);
	execvp(argv[0], argv);
	fprintf(stderr, "conformance: %s: %m\n", argv[0]);
	_exit(127);
}

static char *format(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

static char *format(const char *fmt, ...)
{
	char *text;
	va_list args;
	int len;

	va_start(args, fmt);
	len = vasprintf(&text, fmt, args);
	va_end(args);
	if (len < 0)
		die("no memory");
	return text;
}

static const char *clock_arguments(int clock)
{
	/* With sleep=off the virtual clock skips idle time. */
	return clock == CLOCK_ICOUNT ? "shift=0,sleep=off" : NULL;
}

static void spawn(struct qemu *qemu, int clock, const char *const *devices,
		  int qtest, int qmp)
{
	char *memory = format("memory-backend-file,id=ram,size=%d,share=on,mem-path=/proc/%d/fd/%d",
			      RAM_BYTES, getpid(), qemu->ram_fd);
	char *qtest_arg = format("socket,id=qtest,fd=%d", qtest);
	char *qmp_arg = format("socket,id=qmp,fd=%d", qmp);
	char *ram_arg = format("%dM", RAM_BYTES >> 20);
	const char *argv[ARGUMENTS] = {
		qemu->program, "-nodefaults", "-no-user-config", "-display", "none",
		"-machine", "q35,hpet=off,sata=off,smbus=off,usb=off,vmport=off,memory-backend=ram",
		"-object", memory, "-m", ram_arg, "-accel", "tcg,thread=single",
		"-name", "edu,debug-threads=on", "-bios", qemu->bios,
		"-chardev", qtest_arg, "-qtest", "chardev:qtest",
		"-qtest-log", "none", "-chardev", qmp_arg, "-qmp", "chardev:qmp",
	};
	size_t n = 0;
	pid_t parent = getpid();

	while (argv[n])
		n++;
	if (clock_arguments(clock)) {
		argv[n++] = "-icount";
		argv[n++] = clock_arguments(clock);
	}
	for (; *devices; devices++) {
		if (n >= ARGUMENTS - 2)
			die("too many devices");
		argv[n++] = "-device";
		argv[n++] = *devices;
	}
	qemu->pid = fork();
	if (qemu->pid < 0)
		die("fork: %m");
	if (!qemu->pid)
		become_qemu((char *const *)argv, qtest, qmp, qemu->log_fd, parent);
	free(memory);
	free(qtest_arg);
	free(qmp_arg);
	free(ram_arg);
}

/* Reads QMP's lines until one contains @word. Return: false at the end of file. */
static bool qmp_until(struct qemu *qemu, const char *word)
{
	char line[4096];
	size_t len = 0;

	while (len < sizeof(line) - 1) {
		if (read(qemu->qmp, line + len, 1) != 1)
			return false;
		if (line[len++] != '\n')
			continue;
		line[len] = 0;
		len = 0;
		if (strstr(line, word))
			return true;
		if (strstr(line, "\"error\""))
			die("QMP: %s", line);
	}
	return false;
}

static bool qmp(struct qemu *qemu, const char *command)
{
	return write(qemu->qmp, command, strlen(command)) == (ssize_t)strlen(command) &&
	       qmp_until(qemu, "\"return\"");
}

/* Does the thread have this name; if @name is NULL, is it in this state? */
static bool thread_is(struct qemu *qemu, pid_t thread, const char *name, char state)
{
	char path[64], line[256] = "";
	FILE *file;
	char *end;

	snprintf(path, sizeof(path), "/proc/%d/task/%d/stat", qemu->pid, thread);
	file = fopen(path, "re");
	if (!file)
		return false;
	if (!fgets(line, sizeof(line), file))
		*line = 0;
	fclose(file);
	end = strrchr(line, ')');
	if (!end)
		return false;
	return name ? !!strstr(line, name) : end[2] == state;
}

static void find_threads(struct qemu *qemu)
{
	struct dirent *entry;
	char path[64];
	DIR *dir;

	qemu->found = 0;
	snprintf(path, sizeof(path), "/proc/%d/task", qemu->pid);
	dir = opendir(path);
	while (dir && (entry = readdir(dir)))
		if (qemu->found < THREADS &&
		    thread_is(qemu, atoi(entry->d_name), "(edu)", 0))
			qemu->threads[qemu->found++] = atoi(entry->d_name);
	if (dir)
		closedir(dir);
}

bool qemu_threads_asleep(struct qemu *qemu)
{
	size_t i;

	/* A thread has its name only some time after QEMU's start. */
	if (qemu->found < qemu->devices)
		find_threads(qemu);
	for (i = 0; i < qemu->found; i++)
		if (!thread_is(qemu, qemu->threads[i], NULL, 'S'))
			return false;
	return i == qemu->devices;
}

void qemu_first_error(struct qemu *qemu, char *words, size_t size)
{
	char line[1024];
	int fd = dup(qemu->log_fd);
	FILE *file = fd < 0 ? NULL : fdopen(fd, "r");

	snprintf(words, size, "no message on stderr");
	if (!file)
		return;
	rewind(file);
	while (fgets(line, sizeof(line), file)) {
		if (strstr(line, "warning:"))
			continue;
		snprintf(words, size, "%.*s", (int)strcspn(line, "\n"), line);
		break;
	}
	fclose(file);
}

static _Noreturn void did_not_start(struct qemu *qemu)
{
	char words[256];

	qemu_first_error(qemu, words, sizeof(words));
	die("%s did not start: %s", qemu->program, words);
}

static size_t count_edus(const char *const *devices)
{
	size_t n = 0;

	for (; *devices; devices++)
		n += !strncmp(*devices, "edu,", 4);
	return n;
}

void qemu_start(struct qemu *qemu, int clock, const char *const *devices)
{
	int qtest[2], qmp_pair[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, qtest) ||
	    socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, qmp_pair))
		die("socketpair: %m");
	/* The log must contain the messages of this QEMU only. */
	if (ftruncate(qemu->log_fd, 0) || lseek(qemu->log_fd, 0, SEEK_SET))
		die("QEMU's log: %m");
	spawn(qemu, clock, devices, qtest[1], qmp_pair[1]);
	close(qtest[1]);
	close(qmp_pair[1]);
	qemu->qtest = qtest[0];
	qemu->qmp = qmp_pair[0];
	qemu->input_len = 0;
	qemu->irq = -1;
	qemu->found = 0;
	qemu->devices = count_edus(devices);
	qemu->edges = 0;
	qemu->level = false;
	if (!qmp_until(qemu, "\"QMP\"") || !qmp(qemu, "{\"execute\":\"qmp_capabilities\"}\n"))
		did_not_start(qemu);
}

void qemu_stop(struct qemu *qemu)
{
	if (!qemu->pid)
		return;
	kill(qemu->pid, SIGKILL);
	waitpid(qemu->pid, NULL, 0);
	close(qemu->qtest);
	close(qemu->qmp);
	qemu->pid = 0;
}

/* The first line is like "QEMU emulator version 7.2.22 (Debian ...)". */
void qemu_version(const char *program, char *version, size_t size)
{
	char line[256] = "", found[64] = "";
	char *command = format("'%s' --version", program);
	FILE *pipe = popen(command, "re");

	if (!pipe || !fgets(line, sizeof(line), pipe) ||
	    sscanf(line, "QEMU emulator version %63s", found) != 1)
		die("cannot parse the output of %s --version: %s", program, line);
	while (fgets(line, sizeof(line), pipe))
		;
	pclose(pipe);
	free(command);
	snprintf(version, size, "%s", found);
}

bool qemu_set_mask(struct qemu *qemu, const char *device, uint64_t mask)
{
	char *arguments = format("\"path\":\"%s\",\"property\":\"dma_mask\",\"value\":%llu",
				 device, (unsigned long long)mask);
	char *command = format("{\"execute\":\"qom-set\",\"arguments\":{%s}}\n", arguments);
	bool done = qmp(qemu, command);

	free(arguments);
	free(command);
	return done;
}

bool qemu_send(struct qemu *qemu, const char *text, size_t len)
{
	return send(qemu->qtest, text, len, MSG_NOSIGNAL) == (ssize_t)len;
}

static bool more_input(struct qemu *qemu)
{
	struct pollfd fd = { .fd = qemu->qtest, .events = POLLIN };
	ssize_t n;

	if (qemu->input_len == sizeof(qemu->input) || poll(&fd, 1, ANSWER_MS) != 1)
		return false;
	n = read(qemu->qtest, qemu->input + qemu->input_len,
		 sizeof(qemu->input) - qemu->input_len);
	if (n <= 0)
		return false;
	qemu->input_len += n;
	return true;
}

static bool get_line(struct qemu *qemu, char *line, size_t size)
{
	char *end;
	size_t len;

	while (!(end = memchr(qemu->input, '\n', qemu->input_len)))
		if (!more_input(qemu))
			return false;
	len = end - qemu->input;
	snprintf(line, size, "%.*s", (int)len, qemu->input);
	qemu->input_len -= len + 1;
	memmove(qemu->input, end + 1, qemu->input_len);
	return true;
}

/*
 * Takes a line like "IRQ raise 21", which qtest sends between answers. Input 0 is
 * the PC's timer. Return: false if the line is none of these.
 */
static bool take_irq(struct qemu *qemu, const char *line)
{
	bool raise = !strncmp(line, "IRQ raise ", 10);
	int irq;

	if (!raise && strncmp(line, "IRQ lower ", 10))
		return false;
	irq = atoi(line + 10);
	if (irq && qemu->irq < 0)
		qemu->irq = irq;
	if (irq && irq == qemu->irq) {
		qemu->edges++;
		qemu->level = raise;
	}
	return true;
}

bool qemu_answer(struct qemu *qemu, uint64_t *value)
{
	char line[128];

	do {
		if (!get_line(qemu, line, sizeof(line)))
			return false;
	} while (take_irq(qemu, line));
	if (strncmp(line, "OK", 2))
		die("qtest: %s", line);
	if (value)
		*value = strtoull(line + 2, NULL, 16);
	return true;
}

bool qemu_ask(struct qemu *qemu, uint64_t *value, const char *fmt, ...)
{
	char text[128];
	va_list args;
	int len;

	va_start(args, fmt);
	len = vsnprintf(text, sizeof(text) - 1, fmt, args);
	va_end(args);
	text[len++] = '\n';
	return qemu_send(qemu, text, len) && qemu_answer(qemu, value);
}
