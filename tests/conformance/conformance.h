/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The same script on QEMU's real edu device and on the model of firmware-sim,
 * compared at every step.
 *
 * Everything that reaches QEMU in one message is done by it in one go, while
 * its virtual clock stands still: a batch of accesses sees a DMA running for
 * as long as the batch lasts. What takes time is waited for between batches.
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

/* Bus addresses: RAM has a hole for what a PC keeps there. */
#define RAM_BYTES	0x400000
#define RAM_HOLE	0xa0000
#define RAM_HOLE_END	0x100000
#define IO_HOLE		0xb0000000	/* chipset and BARs, up to 4 GiB */
#define IO_HOLE_END	0x100000000
#define WINDOW		0xe0000000	/* where BAR 0 of the device under test is put */

#define DMA_MASK	((1ULL << EDU_DMA_BITS) - 1)

/* script.c: the steps, and the text that a person reads and replays */

enum step_kind {
	STEP_READ,		/* size bytes from BAR 0 */
	STEP_WRITE,
	STEP_CONFIG_READ,
	STEP_CONFIG_WRITE,
	STEP_MEMORY,		/* size bytes read from RAM */
	STEP_FILL,		/* size bytes of RAM set to value */
	STEP_WAIT,		/* for DMA and factorial */
	STEP_RESET,		/* of the bus that the device is on */
	STEP_LINE,		/* the level of INTx */
};

#define OUTCOME_BYTES	16
#define EXPECTS		2

/* What a kept script says must come of a step, with one profile or any. */
struct expect {
	const struct edu_profile *profile;
	char outcome[OUTCOME_BYTES];	/* a number, "done", "aborts", "overruns"; or "" */
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

/* Ends the program with a message when the file is no script. */
void script_load(struct script *script, const char *path);

/* qtest.c: QEMU, and what to say to it */

enum { CLOCK_ICOUNT, CLOCK_REAL };

#define THREADS	32

struct qemu {
	const char *program;
	const char *bios;
	pid_t pid;		/* 0: not running */
	int qtest, qmp;
	int ram_fd, log_fd;
	uint8_t *ram;
	char input[65536];
	size_t input_len;
	pid_t threads[THREADS];	/* that compute factorials, one a device */
	size_t found, devices;	/* of them so far, and how many there are */
	int irq;		/* the device's input of the IOAPIC; -1: not known yet */
	unsigned int edges;	/* of it, ever */
	bool level;
};

/* All of these end the program when the machine does not allow them. */
void qemu_init(struct qemu *qemu, const char *program, const char *bios);
void qemu_start(struct qemu *qemu, int clock, const char *const *devices);
void qemu_stop(struct qemu *qemu);
/* Is every factorial's thread asleep? Then it has nothing more to do. */
bool qemu_threads_asleep(struct qemu *qemu);

void qemu_last_words(struct qemu *qemu, char *words, size_t size);
void qemu_version(const char *program, char *version, size_t size);

/* False from here on: QEMU has ended, or said something unexpected. */
bool qemu_send(struct qemu *qemu, const char *text, size_t len);
bool qemu_answer(struct qemu *qemu, uint64_t *value);
bool qemu_ask(struct qemu *qemu, uint64_t *value, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
bool qemu_set_mask(struct qemu *qemu, const char *device, uint64_t mask);

/* machine.c: the PC around the device under test */

#define COMMAND_MAX	96	/* longest text of one access, with its NUL */

void machine_start(struct qemu *qemu);
bool machine_set_mask(struct qemu *qemu, uint64_t mask);

/* A write to configuration space; a window for BAR 0, and bus mastering on. */
void machine_config(struct qemu *qemu, unsigned int function, unsigned int addr,
		    unsigned int size, uint32_t value);
void machine_enable(struct qemu *qemu, unsigned int function, uint32_t window);

/* A DMA of one byte, ready to be started. */
bool machine_clock_dma(struct qemu *qemu, uint32_t window);

/* Let 100 ms pass: whatever was under way is done. */
bool machine_wait(struct qemu *qemu);

/* One step's commands, of which the last one's answer is the step's. */
size_t machine_commands(const struct step *step, char *text, size_t room,
			unsigned int *commands);

/* timing.c: the one part in real time. Says what it found. */
bool timing_check(struct qemu *qemu, const char *version);

/* lockstep.c: a script on both */

struct difference {
	size_t step;		/* beyond the last: in what comes after the script */
	struct step read;	/* that gave another value; of size 0: it was something else */
	char text[256];
};

struct counts {
	uint64_t operations, dmas;
	uint64_t outside;	/* DMAs that only the model saw */
	uint64_t aborts;	/* DMAs that QEMU had to end of */
};

struct lockstep {
	struct qemu *qemu;
	const struct edu_profile *profile;
	struct counts counts;
	struct difference difference;
	bool silent;		/* nothing is compared: the state is not known yet */
	/* the model's side */
	struct edu edu;
	uint64_t now;
	uint8_t *ram;
	bool level;
	unsigned int edges, messages;
	bool outside;		/* it says so of a DMA that QEMU gets */
	uint64_t message_addr;
	/* the batch that is being made up */
	char *text;
	size_t text_len;
	struct wanted *wanted;
	size_t wanted_len;
	size_t step;
	unsigned int edges_before;	/* QEMU's, when the model had none */
};

void lockstep_init(struct lockstep *ls, struct qemu *qemu,
		   const struct edu_profile *profile);
void lockstep_free(struct lockstep *ls);

/* Return: true if there was no difference; else ls->difference says which. */
bool lockstep_run(struct lockstep *ls, const struct script *script);

/* Each DMA that the script says aborts, on a QEMU that must end of it. */
bool lockstep_aborts(struct lockstep *ls, const struct script *script);

/* A QEMU just started against a model just initialised. */
bool lockstep_power_on(struct lockstep *ls);

/* Registers while a factorial is being computed. */
bool lockstep_busy(struct lockstep *ls);

/* rules.c: what is never sent to QEMU, and is asserted on the model instead */

enum verdict {
	SEND,
	LEAVE_OUT,		/* neither gets it */
	OUTSIDE,		/* a DMA outside the window: the model alone, on a copy */
};

bool range_is_ram(uint64_t addr, uint64_t len);
bool range_is_safe(uint64_t addr, uint64_t len);
enum verdict judge(const struct lockstep *ls, const struct step *step);

/* Return: NULL, or what the model did wrong with the DMA of this step. */
const char *assert_outside(const struct lockstep *ls, const struct step *step);

/* Where a message goes, by the registers of its capability. */
#define MSI_CAP		0x40
#define MSI_DATA	(MSI_CAP + PCI_MSI_DATA_64)
uint64_t msi_address(struct edu *edu);

/* A step on a model, split into bus accesses as QEMU does it. */
uint64_t model_access(struct edu *edu, uint64_t now, const struct step *step);

/* random.c */
void random_script(struct script *script, uint64_t seed,
		   const struct edu_profile *profile);

/* shrink.c: leaves the shortest script found that differs, and its difference */
void shrink(struct lockstep *ls, struct script *script);

_Noreturn void die(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#endif
