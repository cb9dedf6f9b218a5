/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Runs one script on QEMU's edu device and on the model of firmware-sim, and
 * compares the two after every step.
 *
 * QEMU does all accesses of one qtest message while its virtual clock stands
 * still, so a DMA that a batch of accesses starts is running until the end of the
 * batch. Between batches the program waits until DMA and factorial are done.
 */
#ifndef CONFORMANCE_H
#define CONFORMANCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>
#include <linux/pci_regs.h>

#include "edu.h"

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

/* Bus addresses. RAM has a hole for the legacy devices of a PC. */
#define RAM_BYTES	0x400000
#define RAM_HOLE	0xa0000
#define RAM_HOLE_END	0x100000
#define IO_HOLE		0xb0000000	/* chipset and BARs, not RAM */
#define IO_HOLE_END	0x100000000
#define BAR0_ADDR		0xe0000000	/* where the device under test has its BAR 0 */

#define DMA_MASK	((1ULL << EDU_DMA_BITS) - 1)

/* script.c: the steps of a script, and their text form */

enum step_kind {
	STEP_READ,		/* read size bytes from BAR 0 */
	STEP_WRITE,
	STEP_CONFIG_READ,
	STEP_CONFIG_WRITE,
	STEP_MEMORY,		/* read size bytes from RAM */
	STEP_FILL,		/* set size bytes of RAM to value */
	STEP_WAIT,		/* wait until DMA and factorial are done */
	STEP_RESET,		/* reset the bus that the device is on */
	STEP_LINE,		/* compare the level of INTx */
};

#define OUTCOME_BYTES	16
#define EXPECTS		2

/* The outcome of a step that a script demands. */
struct expect {
	const struct edu_profile *profile;	/* NULL: with any profile */
	char outcome[OUTCOME_BYTES];	/* see script.c; "": none is demanded */
};

struct step {
	enum step_kind kind;
	unsigned int size;
	uint64_t addr;
	uint64_t value;
	struct expect expects[EXPECTS];
};

struct script {
	uint64_t mask;		/* edu's dma_mask */
	struct step *steps;
	size_t count, room;
};

void script_add(struct script *script, const struct step *step);
void script_clear(struct script *script);
void script_print_step(FILE *file, const struct step *step);
void script_print(FILE *file, const struct script *script);

/* Reads a script from a file; exits with a message if the file is not valid. */
void script_load(struct script *script, const char *path);

/* qtest.c: a QEMU process, and the protocols qtest and QMP */

/* QEMU's virtual clock: as fast as possible (-icount), or as the host's clock. */
enum { CLOCK_ICOUNT, CLOCK_REAL };

#define THREADS	32	/* most edu devices in one QEMU */

struct qemu {
	const char *program;
	const char *bios;
	pid_t pid;		/* 0: not running */
	int qtest, qmp;
	int ram_fd, log_fd;
	uint8_t *ram;
	char input[65536];
	size_t input_len;
	pid_t threads[THREADS];	/* edu's threads for factorials, one a device */
	size_t found;		/* how many of them are known */
	size_t devices;		/* how many edu devices this QEMU has */
	int irq;		/* IOAPIC input of the device; -1: not known yet */
	unsigned int edges;	/* changes of that input since QEMU's start */
	bool level;		/* its level */
};

/* These functions exit with a message if QEMU cannot be started. */
void qemu_init(struct qemu *qemu, const char *program, const char *bios);
void qemu_start(struct qemu *qemu, int clock, const char *const *devices);
void qemu_stop(struct qemu *qemu);

/* Are the threads of all devices asleep? Then no factorial is being computed. */
bool qemu_threads_asleep(struct qemu *qemu);

/* Copies the first line that QEMU wrote to stderr and that is no warning. */
void qemu_first_error(struct qemu *qemu, char *text, size_t size);

/* Copies the version that "PROGRAM --version" prints, as "7.2.22". */
void qemu_version(const char *program, char *version, size_t size);

/*
 * Send text to qtest, wait for one answer, do both, or set edu's dma_mask by QMP.
 * Each returns false if QEMU has ended or does not answer within 30 s.
 */
bool qemu_send(struct qemu *qemu, const char *text, size_t len);
bool qemu_answer(struct qemu *qemu, uint64_t *value);
bool qemu_ask(struct qemu *qemu, uint64_t *value, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
bool qemu_set_mask(struct qemu *qemu, const char *device, uint64_t mask);

/* machine.c: the PC around the device under test */

#define COMMAND_MAX	96	/* longest text of one access, with its NUL */

/* Starts QEMU, and sets up the bridge, the clock device and INTx. */
void machine_start(struct qemu *qemu);

/* Sets dma_mask of the device under test. */
bool machine_set_mask(struct qemu *qemu, uint64_t mask);

/*
 * Write to the configuration space of @function, which is bus << 8 | devfn; and
 * set its BAR 0 to @bar and turn memory decoding and bus mastering on.
 */
void machine_config(struct qemu *qemu, unsigned int function, unsigned int addr,
		    unsigned int size, uint32_t value);
void machine_enable(struct qemu *qemu, unsigned int function, uint32_t bar);

/* Sets the registers of the edu at @bar up for a DMA of one byte. */
bool machine_clock_dma(struct qemu *qemu, uint32_t bar);

/* Lets 100 ms of virtual time pass, so that any DMA is done. */
bool machine_wait(struct qemu *qemu);

/*
 * Writes the qtest commands of a step to @text and their number to @commands. The
 * answer to the last command is the answer to the step. Return: length of @text.
 */
size_t machine_commands(const struct step *step, char *text, size_t room,
			unsigned int *commands);

/* timing.c: how long a DMA takes, in real time. Prints its result. */
bool timing_check(struct qemu *qemu, const char *version);

/* lockstep.c: runs a script on QEMU and on the model, and compares them */

struct difference {
	size_t step;		/* its index; that of the end: in the final comparison */
	struct step read;	/* the read that differs; size 0: no read differs */
	char text[256];
};

struct counts {
	uint64_t operations, dmas;
	uint64_t outside;	/* DMAs that were done on the model only */
	uint64_t aborts;	/* DMAs on which QEMU had to abort */
};

struct lockstep {
	struct qemu *qemu;
	const struct edu_profile *profile;
	struct counts counts;
	struct difference difference;
	bool silent;		/* do not compare: QEMU's state is not known yet */

	/* The model, its RAM, and its interrupts. */
	struct edu edu;
	uint64_t now;
	uint8_t *ram;
	bool level;
	unsigned int edges, messages;	/* changes of INTx, messages not checked yet */
	bool outside;		/* the model has not allowed a DMA that QEMU has got */
	uint64_t message_addr;

	/* The batch that is being made: commands for QEMU, and the answers wanted. */
	char *text;
	size_t text_len;
	struct wanted *wanted;
	size_t wanted_len;
	size_t step;
	unsigned int edges_before;	/* QEMU's edges when the model had none */
};

void lockstep_init(struct lockstep *ls, struct qemu *qemu,
		   const struct edu_profile *profile);
void lockstep_free(struct lockstep *ls);

/* Runs a script. Return: false if something differs, see ls->difference. */
bool lockstep_run(struct lockstep *ls, const struct script *script);

/*
 * Does each DMA whose outcome is "aborts", one by one, on QEMU, which must abort.
 * Return: as lockstep_run().
 */
bool lockstep_aborts(struct lockstep *ls, const struct script *script);

/* Compares QEMU and model in their power-on state. Return: as lockstep_run(). */
bool lockstep_power_on(struct lockstep *ls);

/* Compares the registers during a factorial. Return: as lockstep_run(). */
bool lockstep_busy(struct lockstep *ls);

/* rules.c: the steps that QEMU cannot do safely, or not reproducibly */

enum run_on {
	RUN_ON_BOTH,
	RUN_ON_NONE,		/* the step is left out */
	RUN_ON_MODEL,		/* a DMA that the profile does not allow: on a copy of */
				/* the model only, see assert_outside() */
};

/* Are all @len bytes RAM; are they RAM or nothing, so that writes do no harm? */
bool range_is_ram(uint64_t addr, uint64_t len);
bool range_is_safe(uint64_t addr, uint64_t len);
enum run_on step_runs_on(const struct lockstep *ls, const struct step *step);

/*
 * Does a RUN_ON_MODEL step. Return: NULL, or what the model has done wrong.
 */
const char *assert_outside(const struct lockstep *ls, const struct step *step);

/* The bus address of the message in the MSI capability. */
#define MSI_CAP		0x40
#define MSI_DATA	(MSI_CAP + PCI_MSI_DATA_64)
uint64_t msi_address(struct edu *edu);

/* Does a step on a model, split into bus accesses as QEMU splits it. */
uint64_t model_access(struct edu *edu, uint64_t now, const struct step *step);

/* random.c: makes a script, the same one for the same seed */
void random_script(struct script *script, uint64_t seed,
		   const struct edu_profile *profile);

/* shrink.c: reduces a script that differs to the shortest one that still does */
void shrink(struct lockstep *ls, struct script *script);

/* main.c: exits with status 1 and a message. */
_Noreturn void die(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#endif
