// SPDX-License-Identifier: GPL-2.0
/* educma: large coherent buffers and device DMA, seen from the shell. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd.h"
#include "util.h"

/* In the order of the help. */
static const struct command *const commands[] = {
	&list_command,
	&info_command,
	&copy_command,
	&write_command,
	&read_command,
	&stat_command,
	&cma_command,
	&selftest_command,
	&bench_command,
	&doctor_command,
	&help_command,
	NULL
};

static const struct command *find_command(const char *name)
{
	const struct command *const *cmd;

	for (cmd = commands; *cmd; cmd++) {
		if (!strcmp((*cmd)->name, name))
			return *cmd;
	}
	return NULL;
}

static void set_command(struct context *ctx, const char *name)
{
	const struct command *cmd = find_command(name);

	if (!cmd)
		usage_error(ctx, "no command '%s'", name);
	ctx->cmd = cmd;
}

static int cmd_help(struct context *ctx, int argc, char **argv)
{
	while (next_option(ctx, argc, argv, "", NULL) != -1)
		;
	expect_operands(ctx, argc, 0, 1);
	ctx->cmd = NULL;
	if (optind < argc)
		set_command(ctx, argv[optind]);
	print_help(ctx);
	return STATUS_OK;
}

const struct command help_command = {
	.name = "help",
	.args = "[COMMAND]",
	.summary = "the help of educma, or of a command",
	.run = cmd_help,
};

/*
 * If the caller has closed a standard stream, the next file that the program
 * opens gets its number: the program would read the device's node as standard
 * input, or write messages into it. So /dev/null takes the number first. It is
 * opened in the direction that the stream is not used in, so that reading or
 * writing the stream still fails with EBADF.
 */
static void occupy_closed_streams(const struct context *ctx)
{
	static const int modes[] = {
		[STDIN_FILENO] = O_WRONLY,
		[STDOUT_FILENO] = O_RDONLY,
		[STDERR_FILENO] = O_RDONLY,
	};
	int fd;

	for (fd = 0; fd < (int)ARRAY_SIZE(modes); fd++) {
		if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", modes[fd]) != fd)
			exit(fail_system(ctx, -errno, "/dev/null"));
	}
}

/* Looks ahead, so that an error in an option before --json is in JSON, too. */
static bool wants_json(char **argv)
{
	while (*++argv && strcmp(*argv, "--")) {
		if (!strcmp(*argv, "--json"))
			return true;
	}
	return false;
}

int main(int argc, char **argv)
{
	struct context ctx = { .commands = commands, .sysroot = "" };
	int first, status;

	occupy_closed_streams(&ctx);
	ctx.json = argc && wants_json(argv);
	/* "+" stops at the command, whose options are not known yet. */
	while (next_option(&ctx, argc, argv, "+", NULL) != -1)
		;
	first = optind;
	if (first == argc)
		usage_error(&ctx, "no command given");
	set_command(&ctx, argv[first]);
	optind = 0;	/* makes glibc's getopt_long() start again */
	status = ctx.cmd->run(&ctx, argc - first, argv + first);
	return close_output(&ctx, status);
}
