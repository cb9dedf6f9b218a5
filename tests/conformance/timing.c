// SPDX-License-Identifier: GPL-2.0
/*
 * Compares the end of DMAs with the model in real time: by QEMU's virtual clock
 * no DMA may be done before the model's, and at least one must be done at most
 * LATE_NS later. How late the others are depends on the host.
 *
 * The virtual clock is read from the ACPI timer, which counts 24 bits at 3.58 MHz
 * from QEMU's start on. A QEMU is used only until that timer wraps.
 */
#include <time.h>

#include "conformance.h"

#define DEVICES		20
#define FIRST_SLOT	2
#define LPC_SLOT	0x1f
#define PM_BASE		0x40	/* LPC bridge: base of its ACPI registers */
#define ACPI_CONTROL	0x44
#define ACPI_ENABLE	0x80
#define PM_PORT		0x600
#define PM_TIMER	(PM_PORT + 8)
#define PM_HZ		3579545
#define NS_PER_S	1000000000ULL
#define WRAP_S		4	/* the timer wraps after 4.7 s */
#define QEMUS		5	/* most QEMUs, started one after another */
#define LATE_NS		1000000
#define ENOUGH		100	/* DMAs in sum */

struct timing {
	struct qemu *qemu;
	uint64_t began;			/* host time just before QEMU's start, in ns */
	uint64_t due[DEVICES];		/* earliest end by the model, in virtual ns */
	bool exact[DEVICES];		/* due is also the latest end */
	bool running[DEVICES];
	unsigned int dmas;
	uint64_t lateness;		/* ns: the least of those whose due is exact */
	uint64_t early;			/* ns by which a DMA was too early; 0: none was */
};

static uint64_t wall(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * NS_PER_S + now.tv_nsec;
}

static bool in_time(const struct timing *timing)
{
	return wall() - timing->began < WRAP_S * NS_PER_S;
}

/* The least and the greatest virtual time, in ns, at which the timer has @ticks. */
static uint64_t ns_low(uint64_t ticks)
{
	return ticks * NS_PER_S / PM_HZ;
}

static uint64_t ns_high(uint64_t ticks)
{
	return ns_low(ticks + 1) + 1;
}

static uint64_t command_addr(unsigned int i)
{
	return BAR0_ADDR + (uint64_t)i * EDU_BAR_BYTES + EDU_REG_DMA_CMD;
}

static bool start(struct timing *timing)
{
	static char text[DEVICES][32];
	const char *devices[DEVICES + 1] = { NULL };
	unsigned int i;

	for (i = 0; i < DEVICES; i++) {
		snprintf(text[i], sizeof(text[i]), "edu,addr=%#x", FIRST_SLOT + i);
		devices[i] = text[i];
	}
	timing->began = wall();
	qemu_start(timing->qemu, CLOCK_REAL, devices);
	machine_config(timing->qemu, LPC_SLOT << 3, PM_BASE, 4, PM_PORT | 1);
	machine_config(timing->qemu, LPC_SLOT << 3, ACPI_CONTROL, 1, ACPI_ENABLE);
	for (i = 0; i < DEVICES; i++) {
		machine_enable(timing->qemu, (FIRST_SLOT + i) << 3, BAR0_ADDR + i * EDU_BAR_BYTES);
		if (!machine_clock_dma(timing->qemu, BAR0_ADDR + i * EDU_BAR_BYTES))
			return false;
	}
	return true;
}

/* Return: when a DMA that begins at @now ends in the model, in ns. */
static uint64_t model_due(uint64_t now)
{
	const struct edu_bus none = { .ctx = NULL };
	struct edu edu;

	edu_init(&edu, &edu_qemu_7_2, &none);
	edu_write(&edu, now, EDU_REG_DMA_CMD, 4, EDU_REG_DMA_CMD_RUN);
	return edu.dma_due;
}

static bool begin_dma(struct timing *timing, unsigned int i)
{
	char text[128];
	int len = snprintf(text, sizeof(text), "inl %#x\nwritel %#llx %#x\ninl %#x\n", PM_TIMER,
			   (unsigned long long)command_addr(i), EDU_REG_DMA_CMD_RUN, PM_TIMER);
	uint64_t before, after;

	if (!qemu_send(timing->qemu, text, len) || !qemu_answer(timing->qemu, &before) ||
	    !qemu_answer(timing->qemu, NULL) || !qemu_answer(timing->qemu, &after))
		return false;
	timing->running[i] = true;
	timing->due[i] = model_due(ns_low(before));
	timing->exact[i] = model_due(ns_high(after)) == timing->due[i];
	return true;
}

static void saw_done(struct timing *timing, unsigned int i, uint64_t ticks)
{
	uint64_t now = ns_high(ticks);

	timing->running[i] = false;
	timing->dmas++;
	if (now < timing->due[i])
		timing->early = timing->due[i] - now;
	else if (timing->exact[i] && now - timing->due[i] < timing->lateness)
		timing->lateness = now - timing->due[i];
}

/* Return: how many DMAs are not done yet; -1 if QEMU has ended. */
static int look(struct timing *timing)
{
	uint64_t cmd, ticks;
	unsigned int i;
	int left = 0;

	for (i = 0; i < DEVICES; i++) {
		if (!timing->running[i])
			continue;
		if (!qemu_ask(timing->qemu, &cmd, "readl %#llx",
			      (unsigned long long)command_addr(i)) ||
		    !qemu_ask(timing->qemu, &ticks, "inl %#x", PM_TIMER))
			return -1;
		if (cmd & EDU_REG_DMA_CMD_RUN)
			left++;
		else if (in_time(timing))
			saw_done(timing, i, ticks);
		else
			timing->running[i] = false;
	}
	return left;
}

static bool one_round(struct timing *timing)
{
	unsigned int i;
	int left;

	for (i = 0; i < DEVICES; i++)
		if (!begin_dma(timing, i))
			return false;
	if (!in_time(timing))
		return true;
	do {
		left = look(timing);
	} while (left > 0);
	return !left;
}

static bool satisfied(const struct timing *timing)
{
	return timing->early || (timing->dmas >= ENOUGH && timing->lateness < LATE_NS);
}

bool timing_check(struct qemu *qemu, const char *version)
{
	struct timing timing = { .qemu = qemu, .lateness = UINT64_MAX };
	bool alive = true;
	int i;

	for (i = 0; i < QEMUS && alive && !satisfied(&timing); i++) {
		alive = start(&timing);
		while (alive && in_time(&timing) && !satisfied(&timing))
			alive = one_round(&timing);
		qemu_stop(qemu);
	}
	if (timing.early)
		printf("QEMU %s: a DMA was done %llu ns before the model's\n", version,
		       (unsigned long long)timing.early);
	else if (!alive || !satisfied(&timing))
		printf("QEMU %s: of %u DMAs in real time none was done when the model's is\n",
		       version, timing.dmas);
	else
		printf("QEMU %s: %u DMAs in real time, none early, the least late by %.3f ms\n",
		       version, timing.dmas, timing.lateness / 1e6);
	return alive && !timing.early && satisfied(&timing);
}
