// SPDX-License-Identifier: GPL-2.0
/*
 * A plugin for QEMU's TCG that counts the guest's instructions:
 *
 *	qemu-system-x86_64 -plugin insns.so,out=FILE ...
 *
 * When QEMU ends, FILE has a line for each address from which the guest has run an
 * instruction: the address, as in /proc/kallsyms, and how often. tests/bench adds them
 * up by function.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "qemu-plugin.h"

#define BUCKETS		(1 << 18)

struct counter {
	struct counter *next;
	uint64_t address;
	uint64_t count;
};

static struct counter *buckets[BUCKETS];
static const char *out;

/* QEMU refuses a plugin of another version. */
__attribute__((visibility("default"))) int qemu_plugin_version = 1;

/* An address may be translated many times, and has one counter. */
static uint64_t *counter_of(uint64_t address)
{
	struct counter **bucket = &buckets[address % BUCKETS], *counter;

	for (counter = *bucket; counter; counter = counter->next)
		if (counter->address == address)
			return &counter->count;
	counter = calloc(1, sizeof(*counter));
	if (!counter)
		abort();
	counter->address = address;
	counter->next = *bucket;
	*bucket = counter;
	return &counter->count;
}

static void translated(qemu_plugin_id_t id, struct qemu_plugin_tb *tb)
{
	const enum qemu_plugin_op add = QEMU_PLUGIN_INLINE_ADD_U64;
	struct qemu_plugin_insn *insn;
	uint64_t *count;
	size_t i;

	for (i = 0; i < qemu_plugin_tb_n_insns(tb); i++) {
		insn = qemu_plugin_tb_get_insn(tb, i);
		count = counter_of(qemu_plugin_insn_vaddr(insn));
		qemu_plugin_register_vcpu_insn_exec_inline(insn, add, count, 1);
	}
}

static void ended(qemu_plugin_id_t id, void *unused)
{
	FILE *file = fopen(out, "w");
	struct counter *counter;
	size_t i;

	if (!file) {
		perror(out);
		return;
	}
	for (i = 0; i < BUCKETS; i++)
		for (counter = buckets[i]; counter; counter = counter->next)
			if (counter->count)
				fprintf(file, "%016" PRIx64 " %" PRIu64 "\n",
					counter->address, counter->count);
	fclose(file);
}

__attribute__((visibility("default"))) int
qemu_plugin_install(qemu_plugin_id_t id, const struct qemu_info *info, int argc,
		    char **argv)
{
	if (argc != 1 || strncmp(argv[0], "out=", 4)) {
		fprintf(stderr, "insns: out=FILE is missing\n");
		return -1;
	}
	out = strdup(argv[0] + 4);
	qemu_plugin_register_vcpu_tb_trans_cb(id, translated);
	qemu_plugin_register_atexit_cb(id, ended, NULL);
	return 0;
}
