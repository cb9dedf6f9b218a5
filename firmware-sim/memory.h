/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The guest memory that the device can reach: the DMA maps of the client, ranges
 * of bus addresses that are backed by a part of a file whose descriptor the
 * client has passed. Access is by pread() and pwrite(), not by mmap(): if the
 * client truncates a file, an access fails instead of raising SIGBUS.
 */
#ifndef SIM_MEMORY_H
#define SIM_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define MEMORY_MAPS	65535	/* vfio-user's default of max_dma_maps */
#define MEMORY_FILES	256

/*
 * One descriptor for each file, shared by its maps: behind an IOMMU each page may
 * be a map of its own, and they would be too many descriptors.
 */
struct memory_file {
	int fd;			/* -1: the entry is free */
	dev_t dev;
	ino_t ino;
	int mode;		/* O_RDONLY, O_WRONLY or O_RDWR */
	size_t maps;		/* how many maps use it */
};

struct memory_map {
	uint64_t addr, size, offset;	/* bus address, bytes, offset in the file */
	struct memory_file *file;	/* NULL: no descriptor, cannot be accessed */
	bool readable, writable;
};

struct memory {
	struct memory_map *maps;	/* sorted by address, without overlaps */
	size_t count, room;
	struct memory_file files[MEMORY_FILES];
};

void memory_init(struct memory *memory);

/**
 * memory_map() - add a DMA map
 * @memory: the maps
 * @map: address, size, offset and rights; @map->file is ignored
 * @fd: a regular file, not on hugetlbfs, not O_APPEND; owned by @memory on
 *	success. -1: the map has no file, the device reads zeros there and its
 *	writes are lost
 *
 * Return: 0; -EINVAL if a range is empty or wraps, or @fd is no such file or too
 * short; -EEXIST if the map overlaps another; -ENOSPC with MEMORY_MAPS maps or
 * MEMORY_FILES files; -ENOMEM.
 */
int memory_map(struct memory *memory, const struct memory_map *map, int fd);

/**
 * memory_unmap() - remove all maps within a range
 * @memory: the maps
 * @addr: first bus address of the range
 * @size: length of the range, in bytes
 *
 * Return: 0, also if the range has no map; -EINVAL, and no map is removed, if the
 * range is empty, wraps, or contains only a part of a map.
 */
int memory_unmap(struct memory *memory, uint64_t addr, uint64_t size);

/* Removes all maps. */
void memory_clear(struct memory *memory);

/*
 * Read or write @len bytes at bus address @addr, across maps. Bytes without a
 * map, or whose map lacks the right, read as zeros and are not written.
 *
 * Return: how many of the @len bytes were read or written.
 */
size_t memory_read(const struct memory *memory, uint64_t addr, void *data, size_t len);
size_t memory_write(const struct memory *memory, uint64_t addr, const void *data,
		    size_t len);

#endif
