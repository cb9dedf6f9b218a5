// SPDX-License-Identifier: GPL-2.0
/* The kernel's release, its configuration and its command line. */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <zlib.h>

#include "gather.h"
#include "sysfs.h"
#include "util.h"

static const char *const option_names[DOCTOR_OPTIONS] = {
	[OPTION_CMA] = "CMA",
	[OPTION_DMA_CMA] = "DMA_CMA",
	[OPTION_CMA_SIZE] = "CMA_SIZE_MBYTES",
	[OPTION_ZONE_DMA] = "ZONE_DMA",
	[OPTION_ZONE_DMA32] = "ZONE_DMA32",
	[OPTION_SWIOTLB] = "SWIOTLB",
	[OPTION_RANDOMIZE_BASE] = "RANDOMIZE_BASE",
	[OPTION_CMA_ALIGNMENT] = "CMA_ALIGNMENT",
	[OPTION_DMA_COHERENT_POOL] = "DMA_COHERENT_POOL",
};

const char *doctor_option_name(enum doctor_option option)
{
	return option_names[option];
}

static bool begins_with(const char *text, const char *start)
{
	return !strncmp(text, start, strlen(start));
}

/* @name is not terminated; most options differ from it in the first letter. */
static void set_option(struct doctor_facts *f, const char *name, size_t len,
		       const char *value)
{
	size_t i;

	for (i = 0; i < DOCTOR_OPTIONS; i++) {
		if (*name == *option_names[i] &&
		    !strncmp(name, option_names[i], len) && !option_names[i][len])
			snprintf(f->option[i], sizeof(f->option[i]), "%.*s",
				 (int)strcspn(value, " \t\n"), value);
	}
}

/*
 * Takes a line like "CONFIG_CMA=y" or "# CONFIG_CMA is not set". Returns false
 * for any other line.
 */
static bool config_line(struct doctor_facts *f, const char *line)
{
	static const char on[] = "CONFIG_", off[] = "# CONFIG_";
	const char *name, *end;

	if (begins_with(line, on)) {
		name = line + strlen(on);
		end = strchr(name, '=');
		if (!end || strchr(" \t\n", end[1]))
			return false;
		set_option(f, name, end - name, end + 1);
	} else if (begins_with(line, off)) {
		name = line + strlen(off);
		end = strchr(name, ' ');
		if (!end || !begins_with(end, " is not set"))
			return false;
		set_option(f, name, end - name, "n");
	} else {
		return false;
	}
	return true;
}

/* A configuration has 300 KiB; a small file can be unpacked to any length. */
#define CONFIG_BYTES_MAX	(4u << 20)

static gzFile open_config(const char *sysroot, const char *path)
{
	int fd = sysfs_open(sysroot, path);
	gzFile file = fd < 0 ? NULL : gzdopen(fd, "r");

	if (fd >= 0 && !file)
		close(fd);
	return file;
}

/* Whether the option is a number; it is not known then if it is missing. */
static bool is_number(enum doctor_option option)
{
	return option == OPTION_CMA_SIZE || option == OPTION_CMA_ALIGNMENT;
}

/* Reads a configuration, compressed or not: zlib takes both. */
static int read_config(struct doctor_facts *f, const char *sysroot,
		       const char *path)
{
	gzFile file = open_config(sysroot, path);
	bool is_config = false;
	size_t i, bytes = 0;
	char line[1024];
	int err, end;

	if (!file)
		return -ENOENT;
	/* The file has no line for an option whose dependencies are off. */
	for (i = 0; i < DOCTOR_OPTIONS; i++)
		strcpy(f->option[i], is_number(i) ? "" : "n");
	while (bytes < CONFIG_BYTES_MAX && gzgets(file, line, sizeof(line))) {
		is_config |= config_line(f, line);
		bytes += strlen(line) + 1;
	}
	gzerror(file, &err);
	end = gzclose(file);	/* an error if the file is cut off */
	if (is_config && bytes < CONFIG_BYTES_MAX && err == Z_OK && end == Z_OK)
		return 0;
	/* An option may be missing because the file was not read to its end. */
	memset(f->option, 0, sizeof(f->option));
	return -EIO;
}

/* Whether the kernel's own files show that it has what its configuration lacks. */
static bool is_contradicted(const struct doctor_facts *f)
{
	size_t i;

	if (f->cma_counted && !strcmp(f->option[OPTION_CMA], "n"))
		return true;
	for (i = 0; i < f->zone_count; i++) {
		if (!strcmp(f->zones[i].name, "DMA") &&
		    !strcmp(f->option[OPTION_ZONE_DMA], "n"))
			return true;
	}
	return false;
}

void check_config(struct doctor_facts *f)
{
	if (!is_contradicted(f))
		return;
	memset(f->option, 0, sizeof(f->option));
	unseen(f, "the kernel's configuration: what was found is cut off, or of another kernel");
}

/* Like the kernel's memparse(): without a number, the value is 0. */
static uint64_t memparse(const char *text, const char **end)
{
	static const char units[] = "KMGTPE";
	const char *unit;
	uint64_t n;
	char *rest;

	n = strtoull(text, &rest, 0);
	unit = *rest ? strchr(units, toupper((unsigned char)*rest)) : NULL;
	*end = unit ? rest + 1 : rest;
	return unit ? n << 10 * (unit - units + 1) : n;
}

static void append_word(char *words, size_t len, const char *word)
{
	size_t used = strlen(words);

	snprintf(words + used, len - used, "%s%s", used ? " " : "", word);
}

/* Reads cma=SIZE[@FIRST[-LIMIT]] like the kernel's early_cma(). */
static void cma_word(struct doctor_cma_words *cma, const char *word)
{
	const char *value = word + strlen("cma=");

	append_word(cma->text, sizeof(cma->text), word);
	cma->bytes = memparse(value, &value);
	if (*value != '@')
		return;
	cma->first = memparse(value + 1, &value);
	cma->limit = *value == '-' ? memparse(value + 1, &value) :
				     cma->first + cma->bytes;
}

static void command_line_word(struct doctor_facts *f, const char *word)
{
	static const char *const matter[] = {
		"cma=", "cma_pernuma=", "numa_cma=", "hugetlb_cma=", "crashkernel=", "swiotlb=",
		"iommu", "intel_iommu=", "amd_iommu=", "mem=", "memmap=",
		"movablecore=", "kernelcore=", "nokaslr",
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(matter); i++) {
		if (begins_with(word, matter[i]))
			append_word(f->words, sizeof(f->words), word);
	}
	if (begins_with(word, "cma="))
		cma_word(&f->cma_words, word);
	if (begins_with(word, "kernelcore=") || begins_with(word, "movablecore="))
		append_word(f->movable_words, sizeof(f->movable_words), word);
	f->other_areas |= begins_with(word, "hugetlb_cma=") ||
			  begins_with(word, "cma_pernuma=") ||
			  begins_with(word, "numa_cma=") ||
			  begins_with(word, "crashkernel=");
	if (!strcmp(word, "nokaslr"))
		f->kaslr_off = true;
	if (begins_with(word, "swiotlb=") && strstr(word, "noforce"))
		*f->swiotlb_word = '\0';
	else if (begins_with(word, "swiotlb=") && strstr(word, "force"))
		snprintf(f->swiotlb_word, sizeof(f->swiotlb_word), "%s", word);
}

static void remove_quotes(char *word)
{
	char *to = word;

	for (; *word; word++) {
		if (*word != '"')
			*to++ = *word;
	}
	*to = '\0';
}

/*
 * Takes the next word of the command line, in which quotes keep blanks together,
 * as the kernel does. Returns NULL at the end.
 */
static char *next_word(char **rest)
{
	bool quoted = false;
	char *word, *at;

	*rest += strspn(*rest, " \t\n");
	if (!**rest)
		return NULL;
	word = *rest;
	for (at = word; *at && (quoted || !strchr(" \t\n", *at)); at++) {
		if (*at == '"')
			quoted = !quoted;
	}
	*rest = *at ? at + 1 : at;
	*at = '\0';
	remove_quotes(word);
	return word;
}

static void gather_command_line(const char *sysroot, struct doctor_facts *f)
{
	FILE *file = open_under(sysroot, "proc/cmdline");
	char line[LINE], *word, *rest = line;

	if (!file || !fgets(line, sizeof(line), file)) {
		unseen(f, "the kernel's command line: /proc/cmdline cannot be read");
	} else {
		f->words_known = true;
		/* The words after "--" are for init, not for the kernel. */
		while ((word = next_word(&rest)) && strcmp(word, "--"))
			command_line_word(f, word);
	}
	if (file)
		fclose(file);
}

void gather_kernel(const char *sysroot, struct doctor_facts *f)
{
	char boot[128], lib[128];

	if (sysfs_read_word(sysroot, "/proc/sys/kernel", "osrelease", f->release,
			    sizeof(f->release)))
		strcpy(f->release, RELEASE_UNKNOWN);
	snprintf(boot, sizeof(boot), "/boot/config-%s", f->release);
	snprintf(lib, sizeof(lib), "/lib/modules/%s/config", f->release);
	if (read_config(f, sysroot, "/proc/config.gz") &&
	    read_config(f, sysroot, boot) && read_config(f, sysroot, lib))
		unseen(f, "the kernel's configuration: none of /proc/config.gz, %s, %s",
		       boot, lib);
	gather_command_line(sysroot, f);
}
