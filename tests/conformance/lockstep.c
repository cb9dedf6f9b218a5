// SPDX-License-Identifier: GPL-2.0
/*
 * Each step is done on the model at once, and put into a batch for QEMU together
 * with the model's answer. When the batch is sent, QEMU's answers are compared
 * with the model's. If a DMA or a factorial is running then, both sides wait for
 * its end.
 */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "conformance.h"

/* QEMU reads up to 1024 bytes at once, and does them as one message. */
#define BATCH_BYTES	1000
#define STEP_BYTES	(3 * COMMAND_MAX)	/* a step, and reading back its MSI */
#define SETTLED_NS	1000000000	/* longer than any DMA */
#define COME_S		5		/* limit for the factorial and its interrupt */
#define NO_MESSAGE	0xffffffff	/* no MSI is equal: its data has 16 bits */
#define BUSY_TRIES	100
#define DUMP		0x100000	/* where the device's memory is copied to and from */

/* What QEMU must answer to one command. Only a step's last command is compared. */
struct wanted {
	size_t step;
	struct step access;
	bool last;
	uint64_t value;
	unsigned int edges;
	bool level;
};

static bool differ(struct lockstep *ls, size_t step, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

static bool differ(struct lockstep *ls, size_t step, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(ls->difference.text, sizeof(ls->difference.text), fmt, args);
	va_end(args);
	ls->difference.step = step;
	ls->difference.read.size = 0;
	return false;
}

static bool qemu_ended(struct lockstep *ls)
{
	char words[200];

	qemu_stop(ls->qemu);
	qemu_first_error(ls->qemu, words, sizeof(words));
	return differ(ls, ls->step, "QEMU has ended, or does not answer: %s", words);
}

/* The model's bus. Addresses wrap from 2^64 to 0, as in QEMU. */
static void bus_read(void *ctx, uint64_t addr, void *data, size_t len)
{
	struct lockstep *ls = ctx;
	uint8_t *to = data;

	for (; len--; addr++)
		*to++ = range_is_ram(addr, 1) ? ls->ram[addr] : 0;
}

static void bus_write(void *ctx, uint64_t addr, const void *data, size_t len)
{
	struct lockstep *ls = ctx;
	const uint8_t *from = data;

	for (; len--; addr++, from++)
		if (range_is_ram(addr, 1))
			ls->ram[addr] = *from;
}

static void bus_msi(void *ctx, uint64_t addr, uint32_t data)
{
	struct lockstep *ls = ctx;

	bus_write(ctx, addr, &data, sizeof(data));
	ls->messages++;
	ls->message_addr = addr;
}

static void bus_intx(void *ctx, bool level)
{
	struct lockstep *ls = ctx;

	ls->edges++;
	ls->level = level;
}

static void bus_outside(void *ctx, uint64_t addr, uint64_t len)
{
	struct lockstep *ls = ctx;

	(void)addr;
	(void)len;
	ls->outside = true;
}

void lockstep_init(struct lockstep *ls, struct qemu *qemu,
		   const struct edu_profile *profile)
{
	*ls = (struct lockstep){ .qemu = qemu, .profile = profile };
	ls->ram = malloc(RAM_BYTES);
	ls->text = malloc(BATCH_BYTES + STEP_BYTES);
	ls->wanted = malloc(BATCH_BYTES * sizeof(*ls->wanted));
	if (!ls->ram || !ls->text || !ls->wanted)
		die("no memory");
}

void lockstep_free(struct lockstep *ls)
{
	free(ls->ram);
	free(ls->text);
	free(ls->wanted);
}

/* No two words are the same, so that no two pages are. */
static void fill_ram(struct lockstep *ls)
{
	uint32_t i, word;

	for (i = 0; i < RAM_BYTES; i += sizeof(word)) {
		word = (i + 1) * 2654435761u;
		memcpy(ls->ram + i, &word, sizeof(word));
	}
	memcpy(ls->qemu->ram, ls->ram, RAM_BYTES);
}

static bool compare_ram(struct lockstep *ls)
{
	size_t i;

	if (!memcmp(ls->ram, ls->qemu->ram, RAM_BYTES))
		return true;
	for (i = 0; ls->ram[i] == ls->qemu->ram[i]; i++)
		;
	return differ(ls, ls->step, "RAM at %#zx: the model says %#x, QEMU %#x", i,
		      ls->ram[i], ls->qemu->ram[i]);
}

static bool compare_line(struct lockstep *ls, size_t step, unsigned int edges, bool level)
{
	if (edges == ls->qemu->edges - ls->edges_before && level == ls->qemu->level)
		return true;
	return differ(ls, step, "INTx: the model says %s after %u changes, QEMU %s after %u",
		      level ? "high" : "low", edges, ls->qemu->level ? "high" : "low",
		      ls->qemu->edges - ls->edges_before);
}

static bool reads(const struct step *step)
{
	return step->kind == STEP_READ || step->kind == STEP_CONFIG_READ ||
	       step->kind == STEP_MEMORY;
}

static bool compare_answer(struct lockstep *ls, const struct wanted *wanted, uint64_t value)
{
	if (ls->silent || !wanted->last)
		return true;
	if (reads(&wanted->access) && value != wanted->value) {
		differ(ls, wanted->step, "the model says %#llx, QEMU %#llx",
		       (unsigned long long)wanted->value, (unsigned long long)value);
		ls->difference.read = wanted->access;
		return false;
	}
	return compare_line(ls, wanted->step, wanted->edges, wanted->level);
}

static bool flush(struct lockstep *ls)
{
	bool same = true;
	uint64_t value;
	size_t i;

	if (ls->text_len && !qemu_send(ls->qemu, ls->text, ls->text_len))
		return qemu_ended(ls);
	for (i = 0; i < ls->wanted_len; i++) {
		if (!qemu_answer(ls->qemu, &value))
			return qemu_ended(ls);
		same = same && compare_answer(ls, &ls->wanted[i], value);
	}
	ls->text_len = 0;
	ls->wanted_len = 0;
	return same;
}

static void put(struct lockstep *ls, const struct step *step, uint64_t value)
{
	unsigned int commands;

	ls->text_len += machine_commands(step, ls->text + ls->text_len,
					 BATCH_BYTES + STEP_BYTES - ls->text_len, &commands);
	while (commands--)
		ls->wanted[ls->wanted_len++] = (struct wanted){
			.step = ls->step,
			.access = *step,
			.last = !commands,
			.value = value,
			.edges = ls->edges,
			.level = ls->level,
		};
}

static uint64_t ram_word(const struct lockstep *ls, uint64_t addr, unsigned int size)
{
	uint64_t value = 0;

	memcpy(&value, ls->ram + addr, size);
	return value;
}

/*
 * If the model has sent an MSI: puts a read of its address into the batch, to see
 * whether QEMU has sent it as well, and then overwrites the message in both RAMs.
 */
static void put_message(struct lockstep *ls)
{
	struct step look = { .kind = STEP_MEMORY, .size = 4, .addr = ls->message_addr };
	struct step wipe = { .kind = STEP_FILL, .size = 4, .addr = ls->message_addr,
			     .value = NO_MESSAGE & 0xff };
	bool sent = ls->messages;

	ls->messages = 0;
	if (!sent || !range_is_ram(look.addr, look.size))
		return;
	put(ls, &look, ram_word(ls, look.addr, look.size));
	put(ls, &wipe, 0);
	memset(ls->ram + wipe.addr, NO_MESSAGE & 0xff, wipe.size);
}

/*
 * Repeats a read on QEMU until the bits in @mask are @value. A timeout is no
 * difference: the next comparison shows it.
 */
static bool wait_for(struct lockstep *ls, const struct step *step, uint64_t mask,
		     uint64_t value)
{
	time_t until = time(NULL) + COME_S;
	char text[COMMAND_MAX];
	unsigned int commands;
	size_t len = machine_commands(step, text, sizeof(text), &commands);
	uint64_t seen;

	do {
		if (!qemu_send(ls->qemu, text, len) || !qemu_answer(ls->qemu, &seen))
			return qemu_ended(ls);
	} while ((seen & mask) != value && time(NULL) <= until);
	return true;
}

/*
 * edu's thread clears COMPUTING first, and then reads IRQFACT. It must have read
 * that bit before the script writes it again, so wait until the thread sleeps.
 */
static bool wait_for_thread(struct lockstep *ls)
{
	time_t until = time(NULL) + COME_S;

	while (!qemu_threads_asleep(ls->qemu))
		if (time(NULL) > until)
			return differ(ls, ls->step, "QEMU goes on computing");
	return true;
}

/*
 * Waits for the factorial and for its interrupt, which shows in the interrupt
 * status, or as a message in RAM: see interrupt_shows() in rules.c.
 */
static bool wait_for_factorial(struct lockstep *ls)
{
	struct step status = { .kind = STEP_READ, .size = 4, .addr = EDU_REG_STATUS };
	struct step irq = { .kind = STEP_READ, .size = 4, .addr = EDU_REG_IRQ_STATUS };
	struct step message = { .kind = STEP_MEMORY, .size = 4,
				.addr = msi_address(&ls->edu) };

	if (!wait_for(ls, &status, EDU_REG_STATUS_COMPUTING, 0))
		return false;
	if (!(ls->edu.status & EDU_REG_STATUS_IRQFACT))
		return wait_for_thread(ls);
	if (!(ls->edu.irq_status & EDU_REG_IRQ_FACT))
		return wait_for(ls, &irq, EDU_REG_IRQ_FACT, EDU_REG_IRQ_FACT);
	return wait_for(ls, &message, UINT64_MAX, edu_config_read(&ls->edu, MSI_DATA, 2));
}

/* Sends the batch, waits for DMA and factorial on both sides, and compares. */
static bool settle(struct lockstep *ls)
{
	bool dma = ls->edu.dma_due != EDU_NEVER;

	if (!flush(ls))
		return false;
	if (ls->edu.factorial_due != EDU_NEVER && !wait_for_factorial(ls))
		return false;
	if (!machine_wait(ls->qemu))
		return qemu_ended(ls);
	ls->now += SETTLED_NS;
	edu_run(&ls->edu, ls->now);
	if (ls->outside)
		return differ(ls, ls->step, "the model does not allow this DMA");
	if (ls->silent)
		return true;
	ls->counts.dmas += dma;
	put_message(ls);
	return flush(ls) && compare_line(ls, ls->step, ls->edges, ls->level) &&
	       (!dma || compare_ram(ls));
}

/* INTx is compared with each answer; here also if the batch is empty. */
static bool compare_now(struct lockstep *ls)
{
	return flush(ls) && compare_line(ls, ls->step, ls->edges, ls->level);
}

static bool make_room(struct lockstep *ls)
{
	if (ls->text_len + STEP_BYTES <= BATCH_BYTES)
		return true;
	return ls->edu.dma_due == EDU_NEVER ? flush(ls) : settle(ls);
}

/* Return: the outcome of a step as a script's word; NULL: it is a number. */
static const char *in_words(const struct lockstep *ls, enum run_on run_on, bool starts)
{
	if (run_on == RUN_ON_MODEL)
		return ls->profile->aborts ? "aborts" : "overruns";
	return starts ? "done" : NULL;
}

static bool expected(struct lockstep *ls, const struct step *step, const char *words,
		     uint64_t value)
{
	char number[OUTCOME_BYTES];
	size_t i;

	for (i = 0; i < EXPECTS; i++) {
		const struct expect *expect = &step->expects[i];
		bool same = words ? !strcmp(expect->outcome, words) :
				    strtoull(expect->outcome, NULL, 0) == value;

		if (!*expect->outcome || same ||
		    (expect->profile && expect->profile != ls->profile))
			continue;
		snprintf(number, sizeof(number), "%#llx", (unsigned long long)value);
		return differ(ls, ls->step, "the script expects %s, the model says %s",
			      expect->outcome, words ? words : number);
	}
	return true;
}

static uint64_t on_model(struct lockstep *ls, const struct step *step)
{
	switch (step->kind) {
	case STEP_MEMORY:
		return ram_word(ls, step->addr, step->size);
	case STEP_FILL:
		memset(ls->ram + step->addr, step->value, step->size);
		return 0;
	default:
		return model_access(&ls->edu, ls->now, step);
	}
}

static bool send_step(struct lockstep *ls, const struct step *step)
{
	bool was_running = ls->edu.dma_due != EDU_NEVER;
	uint64_t value = on_model(ls, step);
	bool starts = !was_running && ls->edu.dma_due != EDU_NEVER;

	if (!ls->silent && !expected(ls, step, in_words(ls, RUN_ON_BOTH, starts), value))
		return false;
	put(ls, step, value);
	put_message(ls);
	return ls->edu.factorial_due == EDU_NEVER || settle(ls);
}

static bool do_step(struct lockstep *ls, const struct step *step)
{
	enum run_on run_on;
	const char *wrong;

	if (step->kind == STEP_WAIT)
		return settle(ls);
	if (step->kind == STEP_LINE)
		return compare_now(ls) && expected(ls, step, NULL, ls->level);
	/* Before step_runs_on(): this may wait, which changes the state it looks at. */
	if (!make_room(ls))
		return false;
	run_on = step_runs_on(ls, step);
	if (run_on == RUN_ON_BOTH)
		return send_step(ls, step);
	if (run_on == RUN_ON_NONE)
		return true;
	ls->counts.outside++;
	wrong = assert_outside(ls, step);
	if (wrong)
		return differ(ls, ls->step, "%s (the model alone)", wrong);
	return expected(ls, step, in_words(ls, run_on, true), 0);
}

#define CONFIG(addr, size, value)	{ STEP_CONFIG_WRITE, size, addr, value, {} }
#define REGISTER(addr, value)		{ STEP_WRITE, 4, addr, value, {} }

static const struct step decode[] = {
	CONFIG(PCI_BASE_ADDRESS_0, 4, BAR0_ADDR),
	CONFIG(PCI_COMMAND, 2, PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER),
};

/* Brings the device from any state to a known one. */
static const struct step known_state[] = {
	CONFIG(MSI_CAP + PCI_MSI_FLAGS, 2, 0),
	CONFIG(MSI_CAP + PCI_MSI_ADDRESS_LO, 4, 0),
	CONFIG(MSI_CAP + PCI_MSI_ADDRESS_HI, 4, 0),
	CONFIG(MSI_DATA, 2, 0),
	CONFIG(PCI_CACHE_LINE_SIZE, 1, 0),
	CONFIG(PCI_INTERRUPT_LINE, 1, 0),
	REGISTER(EDU_REG_STATUS, 0),
	REGISTER(EDU_REG_IRQ_ACK, UINT32_MAX),
	REGISTER(EDU_REG_LIVENESS, UINT32_MAX),
	REGISTER(EDU_REG_FACTORIAL, 1),
};

static bool do_steps(struct lockstep *ls, const struct step *steps, size_t n)
{
	for (; n--; steps++)
		if (!do_step(ls, steps))
			return false;
	return true;
}

/* Copies as much device memory as one DMA may, to or from DUMP in RAM. */
static bool move_all(struct lockstep *ls, bool from_device)
{
	struct step steps[] = {
		{ STEP_WRITE, 8, EDU_REG_DMA_SRC, from_device ? EDU_MEM_ADDR : DUMP, {} },
		{ STEP_WRITE, 8, EDU_REG_DMA_DST, from_device ? DUMP : EDU_MEM_ADDR, {} },
		{ STEP_WRITE, 8, EDU_REG_DMA_COUNT,
		  ls->profile->last_byte ? EDU_MEM_BYTES : EDU_MEM_BYTES - 1, {} },
		{ STEP_WRITE, 8, EDU_REG_DMA_CMD,
		  EDU_REG_DMA_CMD_RUN | (from_device ? EDU_REG_DMA_CMD_FROM_DEVICE : 0), {} },
		{ STEP_WAIT, 0, 0, 0, {} },
		{ STEP_WRITE, 8, EDU_REG_DMA_SRC, 0, {} },
		{ STEP_WRITE, 8, EDU_REG_DMA_DST, 0, {} },
		{ STEP_WRITE, 8, EDU_REG_DMA_COUNT, 0, {} },
	};

	return do_steps(ls, steps, ARRAY_SIZE(steps));
}

static bool wipe_scratch(struct lockstep *ls)
{
	struct step step = { .kind = STEP_CONFIG_WRITE };

	for (step.addr = MSI_DATA + 2; step.addr < EDU_CONFIG_BYTES; step.addr += step.size) {
		step.size = step.addr % 4 ? 2 : 4;
		if (!do_step(ls, &step))
			return false;
	}
	return true;
}

static bool to_known_state(struct lockstep *ls)
{
	bool done;

	ls->silent = true;
	done = do_steps(ls, decode, ARRAY_SIZE(decode)) &&
	       do_steps(ls, known_state, ARRAY_SIZE(known_state)) &&
	       wipe_scratch(ls) && move_all(ls, false) && flush(ls);
	ls->silent = false;
	if (!done)
		return false;
	ls->edges = 0;
	ls->edges_before = ls->qemu->edges;
	return compare_line(ls, ls->step, 0, ls->level);
}

/* Compares configuration space, registers, device memory and RAM. */
static bool compare_all(struct lockstep *ls)
{
	struct step config = { .kind = STEP_CONFIG_READ, .size = 4 };
	struct step reg = { .kind = STEP_READ, .size = 4 };
	struct step msi_off = CONFIG(MSI_CAP + PCI_MSI_FLAGS, 2, 0);
	struct step ack = REGISTER(EDU_REG_IRQ_ACK, UINT32_MAX);

	for (; config.addr < EDU_CONFIG_BYTES; config.addr += 4)
		if (!do_step(ls, &config))
			return false;
	if (!do_steps(ls, decode, ARRAY_SIZE(decode)) || !do_step(ls, &msi_off))
		return false;
	for (; reg.addr < EDU_REG_DMA_CMD + 8; reg.addr += 4)
		if (!do_step(ls, &reg))
			return false;
	return settle(ls) && compare_ram(ls) && move_all(ls, true) && do_step(ls, &ack) &&
	       flush(ls);
}

static void begin(struct lockstep *ls, uint64_t mask)
{
	const struct edu_bus bus = {
		.read = bus_read, .write = bus_write, .msi = bus_msi, .intx = bus_intx,
		.outside = bus_outside, .ctx = ls,
	};

	if (!ls->qemu->pid)
		machine_start(ls->qemu);
	edu_init(&ls->edu, ls->profile, &bus);
	ls->edu.dma_mask = mask;
	ls->edu.factorial_ns = 1;	/* it ends when settle() lets time pass */
	ls->now = 0;
	ls->level = false;
	ls->edges = 0;
	ls->edges_before = ls->qemu->edges;
	ls->messages = 0;
	ls->outside = false;
	ls->text_len = 0;
	ls->wanted_len = 0;
	ls->step = 0;
}

/* Runs the first @count steps of a script, from the known state on. */
static bool run_steps(struct lockstep *ls, const struct script *script, size_t count)
{
	begin(ls, script->mask);
	if (!machine_wait(ls->qemu) || !machine_set_mask(ls->qemu, script->mask))
		return qemu_ended(ls);
	fill_ram(ls);
	if (!to_known_state(ls))
		return false;
	for (; ls->step < count; ls->step++)
		if (!do_step(ls, &script->steps[ls->step]))
			return false;
	return true;
}

static bool run(struct lockstep *ls, const struct script *script)
{
	if (!run_steps(ls, script, script->count))
		return false;
	ls->counts.operations += script->count;
	return settle(ls) && compare_all(ls);
}

/*
 * QEMU is started anew after a difference, when its state is unknown, and when
 * INTx sticks (profile 7.2), which only a restart clears.
 */
bool lockstep_run(struct lockstep *ls, const struct script *script)
{
	bool same = run(ls, script);

	if (!same || ls->edu.intx_level)
		qemu_stop(ls->qemu);
	return same;
}

/* Sends a step that starts a DMA. Return: true if QEMU aborts on that DMA. */
static bool qemu_aborts_on(struct lockstep *ls, const struct step *step)
{
	char words[200];

	put(ls, step, 0);
	if (!flush(ls))
		return false;
	if (machine_wait(ls->qemu))
		return differ(ls, ls->step, "the model says that QEMU aborts, and it does not");
	qemu_stop(ls->qemu);
	qemu_first_error(ls->qemu, words, sizeof(words));
	return strstr(words, "out of bounds") ||
	       differ(ls, ls->step, "QEMU has ended for another reason: %s", words);
}

static bool is_to_abort(const struct lockstep *ls, const struct step *step)
{
	size_t i;

	for (i = 0; i < EXPECTS; i++)
		if (!strcmp(step->expects[i].outcome, "aborts") &&
		    (!step->expects[i].profile || step->expects[i].profile == ls->profile))
			return true;
	return false;
}

bool lockstep_aborts(struct lockstep *ls, const struct script *script)
{
	const struct step *step;
	size_t i;

	for (i = 0; i < script->count; i++) {
		step = &script->steps[i];
		if (!is_to_abort(ls, step))
			continue;
		ls->counts.aborts++;
		if (!run_steps(ls, script, i) || !flush(ls) || !qemu_aborts_on(ls, step))
			return false;
	}
	return true;
}

bool lockstep_power_on(struct lockstep *ls)
{
	begin(ls, DMA_MASK);
	fill_ram(ls);
	return compare_all(ls);
}

#define LONG_FACTORIAL	2000000

/*
 * A long factorial, and writes that edu ignores while it computes. If QEMU's
 * thread has finished before the last two reads, the attempt proves nothing and
 * is repeated.
 */
static const struct step busy[] = {
	REGISTER(EDU_REG_FACTORIAL, LONG_FACTORIAL),
	{ STEP_READ, 4, EDU_REG_STATUS, 0, {} },
	REGISTER(EDU_REG_FACTORIAL, 5),
	{ STEP_READ, 4, EDU_REG_FACTORIAL, 0, {} },
	REGISTER(EDU_REG_STATUS, 0x7f),
	{ STEP_READ, 4, EDU_REG_STATUS, 0, {} },
	{ STEP_READ, 4, EDU_REG_IRQ_STATUS, 0, {} },
	REGISTER(EDU_REG_STATUS, EDU_REG_STATUS_IRQFACT),
	{ STEP_READ, 4, EDU_REG_FACTORIAL, 0, {} },
	{ STEP_READ, 4, EDU_REG_STATUS, 0, {} },
};

#define BUSY	ARRAY_SIZE(busy)

static bool was_busy(const uint64_t *values)
{
	return values[BUSY - 2] == LONG_FACTORIAL &&
	       values[BUSY - 1] & EDU_REG_STATUS_COMPUTING;
}

static bool ask_busy(struct lockstep *ls, uint64_t *values)
{
	size_t i;

	for (i = 0; i < BUSY; i++)
		put(ls, &busy[i], on_model(ls, &busy[i]));
	if (!qemu_send(ls->qemu, ls->text, ls->text_len))
		return qemu_ended(ls);
	for (i = 0; i < BUSY; i++)
		if (!qemu_answer(ls->qemu, &values[i]))
			return qemu_ended(ls);
	ls->text_len = 0;
	ls->wanted_len = 0;
	return true;
}

bool lockstep_busy(struct lockstep *ls)
{
	uint64_t values[BUSY];
	bool same = true;
	size_t i, try;

	for (try = 0; try < BUSY_TRIES; try++) {
		begin(ls, DMA_MASK);
		fill_ram(ls);
		if (!to_known_state(ls) || !ask_busy(ls, values))
			return false;
		if (was_busy(values))
			break;
		qemu_stop(ls->qemu);
	}
	if (try == BUSY_TRIES)
		return differ(ls, 0, "QEMU was never seen computing");
	for (i = 0; i < BUSY && same; i++)
		same = compare_answer(ls, &ls->wanted[i], values[i]);
	return same && settle(ls) && compare_all(ls);
}
