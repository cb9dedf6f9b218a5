// SPDX-License-Identifier: GPL-2.0
/* --help, from which the manual pages and the completion are made. */
#include <stdio.h>

#include "cmd.h"

static void print_global_help(const struct command *const *cmd)
{
	puts("usage: educma [options] COMMAND [arguments]\n\ncommands:");
	for (; *cmd; cmd++)
		printf("  %-8s %s\n", (*cmd)->name, (*cmd)->summary);
	puts("\n'educma help COMMAND' shows a command's own options.");
}

void print_help(const struct context *ctx)
{
	const struct command *cmd = ctx->cmd;

	if (cmd)
		printf("usage: educma %s%s%s\n\n%s\n", cmd->name,
		       *cmd->args ? " " : "", cmd->args, cmd->summary);
	else
		print_global_help(ctx->commands);
	if (cmd && cmd->help)
		printf("\n%s", cmd->help);
	if (cmd && cmd->more_help)
		cmd->more_help();
	puts("\noptions of every command:\n"
	     "  -d, --device DEVICE   the device: N or educmaN, or its PCI address\n"
	     "                        (default: the lowest N)\n"
	     "      --json            print JSON\n"
	     "      --sysroot DIR     look for /sys, /proc and /dev below DIR\n"
	     "  -h, --help\n"
	     "  -V, --version\n"
	     "\n"
	     "exit status: 0 ok, 1 failure, 2 usage, 3 no device, 4 data mismatch");
}
