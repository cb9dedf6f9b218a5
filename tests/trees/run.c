// SPDX-License-Identifier: GPL-2.0
/* Runs educma in a child process, which has all of its code loaded already. */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "trees.h"
#include "util.h"

#define SECONDS_MAX	5

/* Arguments ---------------------------------------------------------------- */

/* Chooses from a list that ends with NULL. */
static const char *one_of(const char *const *of)
{
	size_t count = 0;

	while (of[count])
		count++;
	return of[random_below(count)];
}

static void add(struct run *run, const char *arg)
{
	size_t n = 0;

	while (run->args[n])
		n++;
	run->args[n] = arg;
}

static void add_doctor(struct run *run)
{
	static const char *const sizes[] = {
		"1", "4K", "64K", "1M", "4M", "4100K", "64M", "100M", "128M", "1G",
		"1T", "18446744073709551615", NULL
	};
	static const char *const bits[] = {
		"1", "12", "23", "24", "28", "30", "32", "33", "40", "63", "64", NULL
	};
	static const char *const devices[] = {
		"0000:00:04.0", "00:04.0", "educma0", "0", "00:1f.7",
		"ffffffff:ff:ff.7", NULL
	};

	add(run, "doctor");
	if (random_below(3)) {
		add(run, "--size");
		add(run, one_of(sizes));
	}
	if (!random_below(3)) {
		add(run, "--dma-bits");
		add(run, one_of(bits));
	}
	if (!random_below(3))
		add(run, one_of(devices));
}

static void add_cma(struct run *run)
{
	static const char *const areas[] = { "reserved", "hugetlb0", "other", NULL };

	add(run, "cma");
	switch (random_below(8)) {
	case 0:
		add(run, random_below(2) ? "alloc" : "free");
		add(run, "4M");
		break;
	case 1:
		add(run, "--area");
		add(run, one_of(areas));
	}
}

static void add_stat(struct run *run)
{
	add(run, "stat");
	if (random_below(2))
		add(run, "-a");
}

static void add_list(struct run *run)
{
	add(run, "list");
}

static void add_info(struct run *run)
{
	add(run, "info");
}

static void add_command(struct run *run)
{
	static void (*const commands[])(struct run *run) = {
		add_doctor, add_doctor, add_doctor, add_doctor, add_cma, add_list,
		add_info, add_stat,
	};

	commands[random_below(ARRAY_SIZE(commands))](run);
}

void run_choose(struct run *run, const char *dir)
{
	memset(run->args, 0, sizeof(run->args));
	add(run, "educma");
	add(run, "--sysroot");
	add(run, dir);
	run->json = random_below(2);
	add_command(run);
	if (run->json)
		add(run, "--json");
}

/* The child ---------------------------------------------------------------- */

#define LOAD(member)	BPF_STMT(BPF_LD | BPF_W | BPF_ABS, \
				 offsetof(struct seccomp_data, member))
/* Skips @no instructions unless the loaded word is @k. */
#define IS(k, no)	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (k), 0, (no))
#define RETURN(what)	BPF_STMT(BPF_RET | BPF_K, (what))

/*
 * Kills the child when it opens a file in any way but by openat2(2), which is how
 * sysfs.c opens all files of a tree: by open(2), or by openat(2) without O_PATH. It
 * also kills the child at some calls that change files; what others change is found
 * afterwards, in the tree and by outside.c.
 */
static void forbid_open(void)
{
	struct sock_filter filter[] = {
		LOAD(nr),
		IS(SYS_openat, 4),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
			 offsetof(struct seccomp_data, args[2])),
		BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, O_PATH, 0, 1),
		RETURN(SECCOMP_RET_ALLOW),
		RETURN(SECCOMP_RET_KILL_PROCESS),
#ifdef SYS_open
		IS(SYS_open, 1),
		RETURN(SECCOMP_RET_KILL_PROCESS),
		IS(SYS_creat, 1),
		RETURN(SECCOMP_RET_KILL_PROCESS),
		IS(SYS_unlink, 1),
		RETURN(SECCOMP_RET_KILL_PROCESS),
		IS(SYS_rename, 1),
		RETURN(SECCOMP_RET_KILL_PROCESS),
#endif
		IS(SYS_unlinkat, 1),
		RETURN(SECCOMP_RET_KILL_PROCESS),
		IS(SYS_execve, 1),
		RETURN(SECCOMP_RET_KILL_PROCESS),
		IS(SYS_socket, 1),
		RETURN(SECCOMP_RET_KILL_PROCESS),
		RETURN(SECCOMP_RET_ALLOW),
	};
	const struct sock_fprog program = {
		.len = ARRAY_SIZE(filter),
		.filter = filter,
	};

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program))
		err(2, "seccomp");
}

static _Noreturn void run_child(struct run *run, int out, int err)
{
	int argc = 0;

	dup2(out, STDOUT_FILENO);
	dup2(err, STDERR_FILENO);
	alarm(SECONDS_MAX);
	while (run->args[argc])
		argc++;
	if (!run->unconfined)
		forbid_open();
	/* It has closed standard output. exit() would take a while with ASan. */
	_exit(educma_main(argc, (char **)run->args));
}

/* Reads a memfd from its beginning, and empties it. */
static size_t take(int fd, char *text)
{
	ssize_t len = pread(fd, text, OUTPUT_MAX - 1, 0);

	if (len < 0 || ftruncate(fd, 0) || lseek(fd, 0, SEEK_SET))
		err(2, "memfd");
	text[len] = '\0';
	return len;
}

void run_educma(struct run *run)
{
	static int out = -1, error;
	static char out_text[OUTPUT_MAX], err_text[OUTPUT_MAX];
	pid_t pid;

	if (out < 0) {
		out = memfd_create("out", MFD_CLOEXEC);
		error = memfd_create("err", MFD_CLOEXEC);
		if (out < 0 || error < 0)
			err(2, "memfd_create");
	}
	pid = fork();
	if (pid < 0)
		err(2, "fork");
	if (!pid)
		run_child(run, out, error);
	if (waitpid(pid, &run->status, 0) != pid)
		err(2, "waitpid");
	run->out = out_text;
	run->err = err_text;
	run->out_len = take(out, out_text);
	run->err_len = take(error, err_text);
}
