// SPDX-License-Identifier: GPL-2.0
/*
 * pin MEGABYTES EVERY COMMAND [ARGUMENT...]: touches so much memory, pins every
 * EVERY-th page of it in a pipe, unmaps the rest and runs the command. CMA cannot
 * move a pinned page away. If EVERY is 0 no page is pinned, and all stay mapped.
 */
#define _GNU_SOURCE
#include <sys/uio.h>
#include <sys/wait.h>

#include "educma-test.h"

#define PAGE		4096UL
#define PIPE_PAGES	256

static int new_pipe(void)
{
	int fds[2];

	REQUIRE(!pipe(fds));
	REQUIRE(fcntl(fds[1], F_SETPIPE_SZ, PIPE_PAGES * PAGE) > 0);
	return fds[1];
}

/* Both ends of the pipe stay open, so the pipe keeps the page. */
static int pin_page(uint8_t *page)
{
	struct iovec iov = { .iov_base = page, .iov_len = PAGE };
	static int fd = -1, held;

	if (held++ % PIPE_PAGES == 0)
		fd = new_pipe();
	REQUIRE(vmsplice(fd, &iov, 1, 0) == PAGE);
	return held;
}

int main(int argc, char **argv)
{
	size_t bytes, every, at;
	int pinned = 0, status;
	uint8_t *memory;
	pid_t pid;

	if (argc < 4)
		return 2;
	bytes = strtoul(argv[1], NULL, 0) << 20;
	every = strtoul(argv[2], NULL, 0) * PAGE;
	memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
		      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	REQUIRE(memory != MAP_FAILED);
	for (at = 0; at < bytes; at += PAGE)
		memory[at] = 1;
	for (at = 0; every && at < bytes; at += every)
		pinned = pin_page(memory + at);
	if (every)
		EXPECT(munmap(memory, bytes), 0);
	printf("%d pages pinned\n", pinned);
	fflush(stdout);
	pid = fork();
	REQUIRE(pid >= 0);
	if (!pid) {
		execvp(argv[3], argv + 3);
		_exit(127);
	}
	REQUIRE(waitpid(pid, &status, 0) == pid);
	return failures || !WIFEXITED(status) ? 1 : WEXITSTATUS(status);
}
