// SPDX-License-Identifier: GPL-2.0
/* educma: large coherent buffers and device DMA, seen from the shell. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd.h"
#include "doctor/verdict.h"
#include "size.h"
#include "util.h"

static const struct command commands[] = {
	{ "list", "[DEVICE]", "the devices", NULL, cmd_list, NULL },
	{ "info", "[DEVICE]", "settings and state of a device and its driver", NULL,
	  cmd_info, NULL },
	{ "copy", "SIZE [--seed N] [--no-verify]",
	  "move a buffer through the device and verify every byte",
	  "      --seed N          names the pseudo-random data (default 1)\n"
	  "      --no-verify       do not compare the bytes afterwards\n"
	  "\n"
	  "SIZE is " SIZE_FORMS ".\n"
	  "The device writes every byte of a CMA buffer of SIZE bytes, and reads SIZE bytes.\n",
	  cmd_copy, NULL },
	{ "write", "[-o OFFSET] [FILE]",
	  "send a file (default: standard input) to the device's memory",
	  "  -o, --offset OFFSET   place in the device's memory (default 0)\n"
	  "\n"
	  "OFFSET is " SIZE_FORMS ".\n",
	  cmd_write, NULL },
	{ "read", "[-o OFFSET] [-n BYTES] [FILE]",
	  "fetch the device's memory to a file (default: standard output)",
	  "  -o, --offset OFFSET   place in the device's memory (default 0)\n"
	  "  -n, --bytes BYTES     how many bytes (default: all from OFFSET on)\n"
	  "\n"
	  "OFFSET and BYTES are each " SIZE_FORMS ".\n"
	  "Writes raw bytes; on a terminal a hex dump; with --json a hex string.\n",
	  cmd_read, NULL },
	{ "stat", "[-a] [-i SECONDS [-c COUNT]] [DEVICE]",
	  "a device's counters, or what the devices do, interval by interval",
	  "  -a, --all             the counters of all devices\n"
	  "  -i, --interval SECS   a line for each device, or for the one given, every SECS,\n"
	  "                        0.001 to 86400, of what happened in that time\n"
	  "  -c, --count COUNT     end after so many intervals (default: when the last\n"
	  "                        device has gone)\n"
	  "\n"
	  "The columns of -i:\n"
	  "  time                  the local time at the end of the interval\n"
	  "  to device, from device\n"
	  "                        bytes per second by DMA, of the chunks that ended\n"
	  "  transfers/s           transfers that succeeded; a copy counts in both directions\n"
	  "  queue                 transfers submitted and not complete, at the end\n"
	  "  errors                transfers that ended with an error; a copy counts twice\n"
	  "  busy %                time of the chunks that ended, against elapsed time: more\n"
	  "                        than 100 if one of them began before the interval\n"
	  "  failures              times that the device failed since its driver was bound\n"
	  "\n"
	  "With several devices the line sum has their figures added up: busy % is 300 if\n"
	  "three of them are busy.\n"
	  "\n"
	  "On a terminal each interval replaces the one before, and rates are rounded; all\n"
	  "else gets exact figures. --json prints one object a line. The first line of a\n"
	  "device that is new, or bound anew, comes an interval later.\n",
	  cmd_stat, NULL },
	{ "cma", "[--area NAME] [alloc N | free N]",
	  "the kernel's CMA areas, and pages from them",
	  "      --area NAME       this area (alloc and free default to the only one, or\n"
	  "                        to 'reserved', the one for DMA)\n"
	  "\n"
	  "Without alloc or free it prints where each area lies, how much of it is used, a\n"
	  "map, the buffers in it that an educma device's debugfs holds, and the reserves\n"
	  "(module parameter reserve). alloc makes CMA's debugfs take N pages in one piece and\n"
	  "hold them; free gives N of them back, the latest first. N alone is a number of\n"
	  "pages; with a unit, as in 16M or 4KiB, it is a size. The command needs root.\n",
	  cmd_cma, NULL },
	{ "selftest", "[--size SIZE] [DEVICE]",
	  "test whether a device works",
	  "      --size SIZE       size of the large buffer (default 64M, at least 1M)\n"
	  "\n"
	  "SIZE is " SIZE_FORMS ".\n"
	  "Prints TAP. It tests identification, address mask, buffers, liveness, interrupt,\n"
	  "the device's memory, copies at odd offsets, a large buffer, the highest buffer\n"
	  "that CMA has (needs root), and whether the counters add up, in about 10 s with\n"
	  "QEMU's edu. No other program may have the device open, and the content of the\n"
	  "device's memory is lost. For a moment it takes all of CMA's largest free run,\n"
	  "which other drivers cannot allocate from then.\n",
	  cmd_selftest, NULL },
	{ "bench",
	  "[-s SIZE,...] [-n N] [-D WAY] [-q DEPTH] [--devices N,...] [--from FILE] [--plot FILE] [DEVICE]",
	  "bandwidth, latency and processor time by size, direction and devices",
	  "  -s, --sizes SIZE,...  bytes of a transfer (default: 64 to 64K, doubling)\n"
	  "  -n, --iterations N    transfers of each size for each device (default 10)\n"
	  "  -D, --direction WAY   to (the device), from, copy (both), or all (the default)\n"
	  "  -q, --queue DEPTH     transfers in flight for each device (default 2; 1 gives\n"
	  "                        the latency of a transfer alone, but the device then waits\n"
	  "                        for this program after each of them)\n"
	  "      --devices N,...   so many devices at once, from the lowest number on, or all\n"
	  "                        (default: one)\n"
	  "      --from FILE       measure nothing: read a result that --json wrote\n"
	  "      --plot FILE.svg   draw the result with gnuplot; where there is no gnuplot,\n"
	  "                        write it with --json, and draw it elsewhere with --from\n"
	  "\n"
	  "The columns:\n"
	  "  BW peak               bytes per second of the fastest transfer, by the driver's\n"
	  "                        clock; of several devices, the sum of each one's fastest\n"
	  "  BW average            bytes per second from the first submission to the last\n"
	  "                        completion; a copy's bytes count once\n"
	  "  process               processor time of this program for a transfer\n"
	  "  machine               time for a transfer that processors were not idle: it has\n"
	  "                        the interrupts, for which no process is charged, and what\n"
	  "                        other programs do. The kernel counts it in steps of 10 ms:\n"
	  "                        raise -n until they do not matter. In a guest under TCG\n"
	  "                        process and machine are the emulator's time: compare rows,\n"
	  "                        not machines\n"
	  "  p50, p90, p99, max    latency from submission to end, by nearest rank: so many\n"
	  "                        per cent of the transfers took at most this time\n"
	  "\n"
	  "A terminal gets rounded figures; all else gets exact ones, in the heading's unit.\n"
	  "A figure with < is below a step of its clock. In the picture a line breaks there,\n"
	  "and an open triangle is the most that the figure can be.\n"
	  "\n"
	  "The devices are opened for this program alone (EBUSY if another program has one).\n"
	  "The data is not verified: copy and selftest do that.\n",
	  cmd_bench, NULL },
	{ "doctor", "[BDF] [--size SIZE] [--dma-bits N]",
	  "why a PCI device can have a large coherent buffer here, or cannot",
	  "      --size SIZE       size of the buffer (default 64M)\n"
	  "      --dma-bits N      assume that the device has N address bits (default:\n"
	  "                        the mask that its driver has set; without a driver 28\n"
	  "                        for edu, 32 for other devices)\n"
	  "\n"
	  "SIZE is " SIZE_FORMS ".\n"
	  "BDF is any PCI device. The default is the edu device with the lowest number, or\n"
	  "without one, any device of 32 address bits. The driver educma is not needed. The\n"
	  "doctor only reads.\n"
	  "\n"
	  "The first finding is the verdict, the others are remarks. With exit status 0 the\n"
	  "buffer can be allocated, as far as could be seen; in --json, largest_sure is true\n"
	  "if largest_bytes is certain.\n",
	  cmd_doctor, verdict_help },
	{ "help", "[COMMAND]", "the help of educma, or of a command", NULL,
	  cmd_help, NULL },
	{ }
};

static const struct command *find_command(const char *name)
{
	const struct command *cmd;

	for (cmd = commands; cmd->name; cmd++) {
		if (!strcmp(cmd->name, name))
			return cmd;
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

int cmd_help(struct context *ctx, int argc, char **argv)
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
