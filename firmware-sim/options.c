// SPDX-License-Identifier: GPL-2.0
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

#include "control.h"
#include "fault.h"
#include "options.h"
#include "parse.h"

static void print_help(void)
{
	printf("educma-sim: QEMU's edu device in a process of its own, for QEMU's vfio-user-pci\n"
	       "\n"
	       "usage: educma-sim --socket PATH [OPTION]...\n"
	       "       educma-sim --ask PATH COMMAND...\n"
	       "\n"
	       "  --socket PATH      where QEMU connects to\n"
	       "  --control PATH     a socket that takes commands and faults\n"
	       "  --delay TIME       what a DMA takes (100ms); 0: no time at all\n"
	       "  --profile VERSION  of QEMU: 7.2 or 9.1 (9.1); decides which DMAs are taken\n"
	       "  --dma-mask MASK    the addresses that the device reaches (0xfffffff)\n"
	       "  --seed NUMBER      of the faults that are random (1)\n"
	       "  --faults FILE      faults, one a line\n"
	       "  --log FILE         append to it what happens (standard error)\n"
	       "  --once             end when QEMU disconnects; else wait for the next\n"
	       "  --ask PATH         send the COMMANDs to the control socket of another\n"
	       "  --help             what you are reading\n"
	       "\n"
	       "QEMU, from 10.1 on, with its RAM shared:\n"
	       "  -object memory-backend-memfd,id=m,size=1G,share=on -machine q35,memory-backend=m\n"
	       "  -device '{\"driver\":\"vfio-user-pci\",\"rombar\":0,\n"
	       "            \"socket\":{\"type\":\"unix\",\"path\":\"PATH\"}}'\n"
	       "\n"
	       "A TIME is 0, or a number and ns, us, ms or s.\n"
	       "\n"
	       "Faults: FAULT [AMOUNT] WHEN [for TIME]\n");
	fault_help(stdout);
	printf("WHEN\n"
	       "  now                       irq-spurious, regs-*, master-off and vanish*\n"
	       "  next, nth N, every N      of the interrupts for irq-lost, -late and -double,\n"
	       "  p PROBABILITY             of the DMAs that start for the others\n"
	       "for TIME                    regs-* and master-off end by themselves\n"
	       "The same fault again begins its time anew. While several regs-* are at work,\n"
	       "registers read as all ones rather than 0, and as 0 rather than as they were.\n"
	       "master-off also ends when the command register is written, which then decides.\n"
	       "A bus reset ends dma-stuck, regs-* and vanish-until-reset: the device is then as\n"
	       "after power-on. So does the end of a connection, which also ends vanish.\n"
	       "\n"
	       "Commands of the control socket: any fault, and\n");
	control_help(stdout);
	printf("An answer is any number of lines, then 'ok' or 'error: WHY'.\n");
}

__attribute__((noreturn))
static void usage(const char *what, const char *why)
{
	fprintf(stderr, "educma-sim: %s%s%s (--help explains)\n", what, *why ? ": " : "", why);
	exit(2);
}

enum {
	OPT_SOCKET = 1, OPT_CONTROL, OPT_DELAY, OPT_PROFILE, OPT_DMA_MASK, OPT_SEED,
	OPT_FAULTS, OPT_LOG, OPT_ONCE, OPT_ASK, OPT_HELP
};

/* Where an option that is a text goes; NULL: it is none. */
static const char **text_of(struct options *options, int option)
{
	switch (option) {
	case OPT_SOCKET:
		return &options->socket;
	case OPT_CONTROL:
		return &options->control;
	case OPT_FAULTS:
		return &options->faults;
	case OPT_LOG:
		return &options->log;
	case OPT_ASK:
		return &options->ask;
	default:
		return NULL;
	}
}

static void take_option(struct options *options, int option)
{
	switch (option) {
	case OPT_DELAY:
		if (!parse_time(optarg, &options->delay))
			usage("--delay", "0, or a number and ns, us, ms or s");
		break;
	case OPT_PROFILE:
		options->profile = edu_profile(optarg);
		if (!options->profile)
			usage("--profile", "7.2 or 9.1");
		break;
	case OPT_DMA_MASK:
		if (!parse_number(optarg, &options->dma_mask))
			usage("--dma-mask", "a number, as 0xfffffff");
		break;
	case OPT_SEED:
		if (!parse_number(optarg, &options->seed))
			usage("--seed", "a number");
		break;
	case OPT_ONCE:
		options->once = true;
		break;
	case OPT_HELP:
		print_help();
		exit(0);
	default:
		*text_of(options, option) = optarg;
	}
}

void parse_options(struct options *options, int argc, char **argv)
{
	static const struct option names[] = {
		{ "socket", required_argument, NULL, OPT_SOCKET },
		{ "control", required_argument, NULL, OPT_CONTROL },
		{ "delay", required_argument, NULL, OPT_DELAY },
		{ "profile", required_argument, NULL, OPT_PROFILE },
		{ "dma-mask", required_argument, NULL, OPT_DMA_MASK },
		{ "seed", required_argument, NULL, OPT_SEED },
		{ "faults", required_argument, NULL, OPT_FAULTS },
		{ "log", required_argument, NULL, OPT_LOG },
		{ "once", no_argument, NULL, OPT_ONCE },
		{ "ask", required_argument, NULL, OPT_ASK },
		{ "help", no_argument, NULL, OPT_HELP },
		{ NULL, 0, NULL, 0 }
	};
	int c;

	*options = (struct options){
		.profile = &edu_qemu_9_1,
		.delay = EDU_DMA_NS,
		.dma_mask = (1ULL << EDU_DMA_BITS) - 1,
		.seed = 1,
	};
	while ((c = getopt_long(argc, argv, "", names, NULL)) != -1) {
		if (c == '?')
			exit(2);
		take_option(options, c);
	}
	options->commands = argv + optind;
	if (options->ask)
		return;
	if (optind < argc)
		usage(argv[optind], "this is no option");
	if (!options->socket)
		usage("--socket PATH is missing", "");
}
