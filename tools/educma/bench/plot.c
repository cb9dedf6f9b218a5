// SPDX-License-Identifier: GPL-2.0
/* educma bench --plot: gnuplot draws the picture, and it is saved. */
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench.h"

/* gnuplot reads @in and writes the picture to @out. Returns a negative errno. */
static int spawn(int in, int out, pid_t *pid)
{
	static char *const argv[] = { "gnuplot", NULL };
	posix_spawn_file_actions_t actions;
	int err;

	err = posix_spawn_file_actions_init(&actions);
	if (err)
		return -err;
	err = posix_spawn_file_actions_adddup2(&actions, in, STDIN_FILENO);
	if (!err)
		err = posix_spawn_file_actions_adddup2(&actions, out,
						       STDOUT_FILENO);
	if (!err)
		err = posix_spawnp(pid, argv[0], &actions, NULL, argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	return -err;
}

static int fail_spawn(const struct context *ctx, int err)
{
	static const struct failure missing = {
		.status = STATUS_FAILURE,
		.reason = "no_gnuplot",
		.advice = "apt-get install gnuplot-nox, or draw elsewhere: see educma bench --help",
	};

	if (err == -ENOENT)
		return fail(ctx, &missing, "gnuplot is not installed");
	return fail_system(ctx, err, "gnuplot");
}

/* The file is not created yet, because the run may still fail. */
static int may_write(const char *name)
{
	char dir[PATH_MAX];
	struct stat st;

	if (!stat(name, &st) && S_ISDIR(st.st_mode))
		return -EISDIR;
	if (!access(name, W_OK))
		return 0;
	if (errno != ENOENT ||
	    snprintf(dir, sizeof(dir), "%s", name) >= (int)sizeof(dir))
		return -errno;
	return access(dirname(dir), W_OK | X_OK) ? -errno : 0;
}

static int open_script(const struct context *ctx, struct plot *plot)
{
	int fds[2], err;

	if (pipe2(fds, O_CLOEXEC))
		return fail_system(ctx, -errno, "pipe");
	err = spawn(fds[0], plot->picture, &plot->pid);
	close(fds[0]);
	if (!err) {
		plot->script = fdopen(fds[1], "w");
		if (plot->script)
			return 0;
		err = -errno;
	}
	close(fds[1]);
	return fail_spawn(ctx, err);
}

int plot_open(const struct context *ctx, const char *name, struct plot *plot)
{
	int status, err;

	err = may_write(name);
	if (err)
		return fail_system(ctx, err, "%s", name);
	plot->name = name;
	plot->picture = memfd_create("picture", MFD_CLOEXEC);
	if (plot->picture < 0)
		return fail_system(ctx, -errno, "picture");
	status = open_script(ctx, plot);
	if (status)
		close(plot->picture);
	return status;
}

/* An old picture is replaced only now, when the new one is complete. */
static int save(const struct context *ctx, const struct plot *plot)
{
	char block[4096];
	off_t at = 0;
	ssize_t n;
	FILE *file;
	int err;

	file = fopen(plot->name, "we");
	if (!file)
		return fail_system(ctx, -errno, "%s", plot->name);
	while ((n = pread(plot->picture, block, sizeof(block), at)) > 0 &&
	       fwrite(block, n, 1, file) == 1)
		at += n;
	err = n ? -errno : 0;
	if (fclose(file) && !err)
		err = -errno;
	return err ? fail_system(ctx, err, "%s", plot->name) : 0;
}

/* Returns whether gnuplot read the whole script, succeeded, and drew. */
static bool draw(const struct plot *plot, const struct bench_result *result)
{
	sighandler_t before = signal(SIGPIPE, SIG_IGN);
	bool written;
	int state;

	if (result)
		picture_script(plot->script, result);
	written = !ferror(plot->script);
	written &= !fclose(plot->script);
	signal(SIGPIPE, before);
	while (waitpid(plot->pid, &state, 0) < 0 && errno == EINTR)
		;
	return written && !state && lseek(plot->picture, 0, SEEK_END) > 0;
}

int plot_close(const struct context *ctx, struct plot *plot,
	       const struct bench_result *result)
{
	static const struct failure failed = { .status = STATUS_FAILURE };
	int status = 0;

	bool drawn = draw(plot, result);

	if (result && !drawn)
		status = fail(ctx, &failed, "gnuplot has failed to draw the picture");
	else if (result)
		status = save(ctx, plot);
	close(plot->picture);
	return status;
}
