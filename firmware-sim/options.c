// SPDX-License-Identifier: GPL-2.0
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

#include "control.h"
#include "fault.h"
#include "options.h"
#include "parse.h"

static void print_usage(void)
{
	printf("educma-sim: QEMU's edu device as a vfio-user server that can inject faults\n"
	       "\n"
	       "usage: educma-sim --socket PATH [OPTION]...\n"
	       "       educma-sim --ask PATH COMMAND...\n"
	       "\n"
	       "  --socket PATH      the vfio-user socket, to which QEMU connects\n"
	       "  --control PATH     a second socket, for commands and faults\n"
	       "  --delay TIME       how long a DMA takes (100ms); 0: it is done at once\n"
	       "  --profile VERSION  behave as edu of QEMU 7.2, or as since 9.1 (9.1)\n"
	       "  --dma-mask MASK    the address bits that a DMA uses (0xfffffff)\n"
	       "  --memory SIZE      the device's own memory (4K), a power of two up to 16M;\n"
	       "                     above 4K the device has registers that say its size\n"
	       "  --seed NUMBER      seed of the faults that are random (1)\n"
	       "  --faults FILE      read faults from FILE, one a line\n"
	       "  --log FILE         append a line for each event to FILE (standard error)\n"
	       "  --once             exit when QEMU disconnects; else wait for the next one\n"
	       "  --ask PATH         send each COMMAND to the control socket of another\n"
	       "                     educma-sim, and print the answers\n"
	       "  --help             print this text\n"
	       "\n"
	       "QEMU must be 10.1 or newer, and its RAM shared:\n"
	       "  -object memory-backend-memfd,id=m,size=1G,share=on -machine q35,memory-backend=m\n"
	       "  -device '{\"driver\":\"vfio-user-pci\",\"rombar\":0,\n"
	       "            \"socket\":{\"type\":\"unix\",\"path\":\"PATH\"}}'\n"
	       "\n"
	       "A TIME is 0, or a number and ns, us, ms or s.\n"
	       "\n");
}

static void print_faults(void)
{
	printf("Faults: FAULT [AMOUNT] WHEN [for TIME]\n");
	fault_help(stdout);
	printf("WHEN:\n"
	       "  now                       at once\n"
	       "  next, nth N               once: the next one, the Nth one from now\n"
	       "  every N                   each Nth one\n"
	       "  p PROBABILITY             each one with PROBABILITY, above 0 and up to 1\n"
	       "These faults count interrupts that the device sends, the others DMAs that start:\n");
	fault_help_list(stdout, FAULT_COUNTS_IRQS);
	printf("Only these faults take now, because they need no DMA or interrupt:\n");
	fault_help_list(stdout, FAULT_TAKES_NOW);
	printf("Only these faults take for TIME, which says how long they last:\n");
	fault_help_list(stdout, FAULT_TAKES_FOR);
	printf("The same fault again starts its time anew. While several regs-* are active, all\n"
	       "ones win over 0, and 0 over the values of regs-stuck.\n"
	       "master-off also ends when the guest writes the command register. A bus reset ends\n"
	       "dma-stuck, regs-* and vanish-until-reset, and so does the end of the connection,\n"
	       "which also ends vanish and memory-size; the device is then as after power-on.\n"
	       "\n");
}

static void print_commands(void)
{
	printf("Commands of the control socket: any fault, and\n");
	control_help(stdout);
	printf("The answer is any number of lines, then 'ok' or 'error: WHY'.\n");
}

__attribute__((noreturn))
static void usage(const char *what, const char *why)
{
	fprintf(stderr, "educma-sim: %s%s%s (see --help)\n", what, *why ? ": " : "", why);
	exit(2);
}

enum {
	OPT_SOCKET = 1, OPT_CONTROL, OPT_DELAY, OPT_PROFILE, OPT_DMA_MASK, OPT_MEMORY,
	OPT_SEED, OPT_FAULTS, OPT_LOG, OPT_ONCE, OPT_ASK, OPT_HELP
};

/* Return: where the argument of a path option is stored; NULL for other options. */
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
			usage("--delay", "give 0, or a number and ns, us, ms or s");
		break;
	case OPT_PROFILE:
		options->profile = edu_profile(optarg);
		if (!options->profile)
			usage("--profile", "give 7.2 or 9.1");
		break;
	case OPT_DMA_MASK:
		if (!parse_number(optarg, &options->dma_mask))
			usage("--dma-mask", "give a number, as 0xfffffff");
		break;
	case OPT_MEMORY:
		if (!parse_memory(optarg, &options->memory))
			usage("--memory", "give a power of two from 4K to 16M");
		break;
	case OPT_SEED:
		if (!parse_number(optarg, &options->seed))
			usage("--seed", "give a number");
		break;
	case OPT_ONCE:
		options->once = true;
		break;
	case OPT_HELP:
		print_usage();
		print_faults();
		print_commands();
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
		{ "memory", required_argument, NULL, OPT_MEMORY },
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
		.memory = EDU_MEM_BYTES,
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
		usage(argv[optind], "unexpected argument");
	if (!options->socket)
		usage("give --socket PATH", "");
}
