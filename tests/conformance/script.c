// SPDX-License-Identifier: GPL-2.0
/*
 * Scripts as text, one step a line:
 *
 *	mask 0xfffffff			the device's dma_mask; first, if at all
 *	read4 0x98 [= OUTCOME]...	1, 2, 4 or 8 bytes of BAR 0
 *	write8 0x80 0x100000 [= OUTCOME]...
 *	config-read2 0x04 [= OUTCOME]...	1, 2 or 4 bytes
 *	config-write4 0x10 0xffffffff
 *	memory4 0x100000 [= OUTCOME]...	1, 2, 4 or 8 bytes of RAM
 *	fill 0x100000 4095 0xaa		address, length, byte: fills RAM
 *	wait				until DMA and factorial are done
 *	reset				resets the bus
 *	line [= OUTCOME]...		INTx at the interrupt controller, 0 or 1
 *
 * OUTCOME is a number; for the write that starts a DMA it is "done", "aborts" or
 * "overruns". PROFILE:OUTCOME holds only with this profile. A DMA that overruns is
 * never sent to QEMU. One that aborts is sent after the whole script has been
 * compared, and QEMU must abort then. # begins a comment.
 */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "conformance.h"
#include "parse.h"

static const struct {
	const char *name;
	bool sized, addr, length, value;
} kinds[] = {
	[STEP_READ] = { "read", true, true, false, false },
	[STEP_WRITE] = { "write", true, true, false, true },
	[STEP_CONFIG_READ] = { "config-read", true, true, false, false },
	[STEP_CONFIG_WRITE] = { "config-write", true, true, false, true },
	[STEP_MEMORY] = { "memory", true, true, false, false },
	[STEP_FILL] = { "fill", false, true, true, true },
	[STEP_WAIT] = { "wait", false, false, false, false },
	[STEP_RESET] = { "reset", false, false, false, false },
	[STEP_LINE] = { "line", false, false, false, false },
};

static const struct {
	unsigned int addr;
	const char *name;
} registers[] = {
	{ EDU_REG_ID, "identification" },
	{ EDU_REG_LIVENESS, "liveness" },
	{ EDU_REG_FACTORIAL, "factorial" },
	{ EDU_REG_STATUS, "status" },
	{ EDU_REG_IRQ_STATUS, "interrupt status" },
	{ EDU_REG_IRQ_RAISE, "raise" },
	{ EDU_REG_IRQ_ACK, "acknowledge" },
	{ EDU_REG_DMA_SRC, "source" },
	{ EDU_REG_DMA_DST, "destination" },
	{ EDU_REG_DMA_COUNT, "count" },
	{ EDU_REG_DMA_CMD, "command" },
	{ EDU_REG_MEM_MAGIC, "memory magic" },
	{ EDU_REG_MEM_SIZE, "memory size" },
};

void script_add(struct script *script, const struct step *step)
{
	if (script->count == script->room) {
		script->room = script->room ? 2 * script->room : 256;
		script->steps = realloc(script->steps, script->room * sizeof(*step));
		if (!script->steps)
			die("no memory");
	}
	script->steps[script->count++] = *step;
}

void script_clear(struct script *script)
{
	free(script->steps);
	*script = (struct script){ .mask = DMA_MASK };
}

static const char *register_name(uint64_t addr)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(registers); i++)
		if (registers[i].addr == addr)
			return registers[i].name;
	return NULL;
}

void script_print_step(FILE *file, const struct step *step)
{
	const char *name = register_name(step->addr);

	fputs(kinds[step->kind].name, file);
	if (kinds[step->kind].sized)
		fprintf(file, "%u", step->size);
	if (kinds[step->kind].addr)
		fprintf(file, " %#llx", (unsigned long long)step->addr);
	if (kinds[step->kind].length)
		fprintf(file, " %u", step->size);
	if (kinds[step->kind].value)
		fprintf(file, " %#llx", (unsigned long long)step->value);
	if (name && (step->kind == STEP_READ || step->kind == STEP_WRITE))
		fprintf(file, "\t# %s", name);
}

void script_print(FILE *file, const struct script *script)
{
	size_t i;

	if (script->mask != DMA_MASK)
		fprintf(file, "mask %#llx\n", (unsigned long long)script->mask);
	for (i = 0; i < script->count; i++) {
		script_print_step(file, &script->steps[i]);
		putc('\n', file);
	}
}

/* The position in a script file, for error messages. */
struct reader {
	const char *path;
	unsigned int line;
};

static _Noreturn void bad(const struct reader *at, const char *what, const char *word)
{
	die("%s:%u: %s: %s", at->path, at->line, what, word ? word : "end of line");
}

static uint64_t take_number(const struct reader *at, const char *word)
{
	uint64_t value;

	if (!word || !parse_number(word, &value))
		bad(at, "not a number", word);
	return value;
}

static bool size_is_right(enum step_kind kind, unsigned int size)
{
	bool config = kind == STEP_CONFIG_READ || kind == STEP_CONFIG_WRITE;

	return size == 1 || size == 2 || size == 4 || (size == 8 && !config);
}

/* Parses a word like "read4": the kind, and the size of sized kinds. */
static void parse_kind(const struct reader *at, const char *word, struct step *step)
{
	size_t i, len;

	for (i = 0; i < ARRAY_SIZE(kinds); i++) {
		len = strlen(kinds[i].name);
		if (strncmp(word, kinds[i].name, len))
			continue;
		step->kind = i;
		if (!kinds[i].sized && !word[len])
			return;
		if (!kinds[i].sized || !word[len])
			continue;
		step->size = take_number(at, word + len);
		if (size_is_right(step->kind, step->size))
			return;
	}
	bad(at, "unknown step", word);
}

static void parse_expect(const struct reader *at, const char *word, struct expect *expect)
{
	const char *colon = word ? strchr(word, ':') : NULL;
	char name[OUTCOME_BYTES];

	if (!word)
		bad(at, "an outcome must follow =", word);
	if (colon) {
		snprintf(name, sizeof(name), "%.*s", (int)(colon - word), word);
		expect->profile = edu_profile(name);
		if (!expect->profile)
			bad(at, "unknown profile", name);
		word = colon + 1;
	}
	if (strcmp(word, "done") && strcmp(word, "aborts") && strcmp(word, "overruns"))
		take_number(at, word);
	snprintf(expect->outcome, sizeof(expect->outcome), "%s", word);
}

static void parse_step(const struct reader *at, char *word, struct step *step)
{
	size_t i;

	parse_kind(at, word, step);
	if (kinds[step->kind].addr)
		step->addr = take_number(at, strtok(NULL, " \t"));
	if (kinds[step->kind].length)
		step->size = take_number(at, strtok(NULL, " \t"));
	if (kinds[step->kind].value)
		step->value = take_number(at, strtok(NULL, " \t"));
	word = strtok(NULL, " \t");
	if (!word)
		return;
	if (strcmp(word, "="))
		bad(at, "unexpected word", word);
	for (i = 0; i < EXPECTS && (word = strtok(NULL, " \t")); i++)
		parse_expect(at, word, &step->expects[i]);
	if (!i || strtok(NULL, " \t"))
		bad(at, "one or two outcomes must follow =", word);
}

static void parse_line(const struct reader *at, char *line, struct script *script)
{
	struct step step = { .size = 0 };
	char *word;

	line[strcspn(line, "#\n")] = 0;
	word = strtok(line, " \t");
	if (!word)
		return;
	if (!strcmp(word, "mask") && !script->count) {
		script->mask = take_number(at, strtok(NULL, " \t"));
		return;
	}
	parse_step(at, word, &step);
	script_add(script, &step);
}

void script_load(struct script *script, const char *path)
{
	struct reader at = { .path = path };
	FILE *file = fopen(path, "r");
	char line[256];

	if (!file)
		die("%s: %m", path);
	script_clear(script);
	while (fgets(line, sizeof(line), file)) {
		at.line++;
		parse_line(&at, line, script);
	}
	fclose(file);
}
