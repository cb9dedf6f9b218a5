// SPDX-License-Identifier: GPL-2.0
/*
 * Delta debugging: leave out a part of the script; if the rest still differs,
 * continue with the rest. Begins with halves and ends with single steps.
 */
#include <string.h>

#include "conformance.h"

static void copy_without(struct script *to, const struct script *from, size_t at, size_t n)
{
	size_t i;

	script_clear(to);
	to->mask = from->mask;
	for (i = 0; i < from->count; i++)
		if (i < at || i >= at + n)
			script_add(to, &from->steps[i]);
}

/* If @trial differs too, it replaces @script. */
static bool try_script(struct lockstep *ls, struct script *script, struct script *trial)
{
	struct script swap = *script;

	if (lockstep_run(ls, trial))
		return false;
	*script = *trial;
	*trial = swap;
	return true;
}

static bool leave_out(struct lockstep *ls, struct script *script, struct script *trial,
		      size_t n)
{
	bool shorter = false;
	size_t at = 0;

	while (at < script->count) {
		copy_without(trial, script, at, n);
		if (try_script(ls, script, trial))
			shorter = true;
		else
			at += n;
	}
	return shorter;
}

static void usual_mask(struct lockstep *ls, struct script *script, struct script *trial)
{
	if (script->mask == DMA_MASK)
		return;
	copy_without(trial, script, script->count, 0);
	trial->mask = DMA_MASK;
	try_script(ls, script, trial);
}

/* Replaces values by shorter ones, which are easier to read. */
static void simpler_values(struct lockstep *ls, struct script *script, struct script *trial)
{
	static const uint64_t masks[] = { 0, 1, 0xff, 0xffff, 0xffffffff };
	size_t i, j;

	for (i = 0; i < script->count; i++) {
		for (j = 0; j < ARRAY_SIZE(masks); j++) {
			copy_without(trial, script, script->count, 0);
			trial->steps[i].value &= masks[j];
			if (trial->steps[i].value == script->steps[i].value)
				break;
			if (try_script(ls, script, trial))
				break;
		}
	}
}

void shrink(struct lockstep *ls, struct script *script)
{
	struct script trial = { .mask = DMA_MASK };
	size_t n;

	/* Steps after the difference cannot be its cause. */
	n = ls->difference.step + 1;
	if (n < script->count) {
		copy_without(&trial, script, n, script->count - n);
		try_script(ls, script, &trial);
	}
	for (n = script->count / 2; n; n /= 2)
		leave_out(ls, script, &trial, n);
	while (leave_out(ls, script, &trial, 1))
		;
	usual_mask(ls, script, &trial);
	simpler_values(ls, script, &trial);
	script_clear(&trial);
	lockstep_run(ls, script);
}
