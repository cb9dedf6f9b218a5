/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The memory that the client lets the device reach: ranges of bus addresses,
 * each a piece of a file whose descriptor it passed. They are read and written
 * with pread() and pwrite(), never mapped: a file that is shorter than its
 * client said is an error then, and no SIGBUS.
 */
#ifndef SIM_MEMORY_H
#define SIM_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define MEMORY_MAPS	65535	/* the protocol's default limit */
#define MEMORY_FILES	256

/* Behind an IOMMU every page may be a map; the files are few. */
struct memory_file {
	int fd;			/* -1: the entry is free */
	dev_t dev;
	ino_t ino;
	int mode;		/* O_RDONLY, O_WRONLY or O_RDWR */
	size_t maps;		/* that use it */
};

struct memory_map {
	uint64_t addr, size, offset;
	struct memory_file *file;	/* NULL: out of our reach */
	bool readable, writable;
};

struct memory {
	struct memory_map *maps;	/* by address, none overlap */
	size_t count, room;
	struct memory_file files[MEMORY_FILES];
};

void memory_init(struct memory *memory);

/**
 * memory_map() - lets the device reach something
 * @memory: the table
 * @map: address, size, offset and rights; the file is ignored
 * @fd: a regular file, taken over on success; -1: none, and the range is known
 *      but what the device writes there is lost
 *
 * Return: 0, -EINVAL if the map is no such range or no such part of the file,
 * -EEXIST if it overlaps another, -ENOSPC, -ENOMEM.
 */
int memory_map(struct memory *memory, const struct memory_map *map, int fd);

/**
 * memory_unmap() - takes back every map within a range
 * @memory: the table
 * @addr: where the range begins
 * @size: its bytes
 *
 * Return: 0, also if there is none; -EINVAL, and nothing is done, if the
 * range has no bytes, wraps, or would cut a map in two.
 */
int memory_unmap(struct memory *memory, uint64_t addr, uint64_t size);

/* Takes back every map. */
void memory_clear(struct memory *memory);

/*
 * As the device sees it, across as many maps as it takes. Where it reaches
 * nothing it reads zeros, and what it writes is lost. Each returns how many
 * of the @len bytes it reached.
 */
size_t memory_read(const struct memory *memory, uint64_t addr, void *data, size_t len);
size_t memory_write(const struct memory *memory, uint64_t addr, const void *data,
		    size_t len);

#endif
