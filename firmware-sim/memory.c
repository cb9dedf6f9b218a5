// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "memory.h"

void memory_init(struct memory *memory)
{
	size_t i;

	*memory = (struct memory){ 0 };
	for (i = 0; i < MEMORY_FILES; i++)
		memory->files[i].fd = -1;
}

/*
 * pwrite() fails on hugetlbfs and ignores the offset with O_APPEND; on anything
 * but a regular file it may block.
 */
static bool usable(int fd, struct stat *st)
{
	struct statfs fs;

	return !fstat(fd, st) && S_ISREG(st->st_mode) && !fstatfs(fd, &fs) &&
	       fs.f_type != HUGETLBFS_MAGIC && !(fcntl(fd, F_GETFL) & O_APPEND);
}

static bool within_file(const struct memory_map *map, const struct stat *st)
{
	uint64_t bytes = st->st_size;

	return map->offset <= bytes && map->size <= bytes - map->offset;
}

/*
 * Finds the entry of the file that @fd is, or an unused one.
 *
 * Return: 0; -EINVAL if the file cannot back @map; -ENOSPC.
 */
static int find_file(struct memory *memory, const struct memory_map *map, int fd,
		     struct memory_file **found)
{
	struct memory_file *file, *unused = NULL;
	struct stat st;
	int mode;

	mode = fcntl(fd, F_GETFL) & O_ACCMODE;
	if (!usable(fd, &st) || !within_file(map, &st))
		return -EINVAL;
	for (file = memory->files; file < memory->files + MEMORY_FILES; file++) {
		if (file->fd < 0) {
			unused = unused ? unused : file;
		} else if (file->dev == st.st_dev && file->ino == st.st_ino &&
			   file->mode == mode) {
			*found = file;
			return 0;
		}
	}
	if (!unused)
		return -ENOSPC;
	*unused = (struct memory_file){ .fd = -1, .dev = st.st_dev, .ino = st.st_ino,
					.mode = mode };
	*found = unused;
	return 0;
}

static void take_file(struct memory_file *file, int fd)
{
	if (file->fd < 0)
		file->fd = fd;
	else
		close(fd);
	file->maps++;
}

static void drop_file(struct memory_file *file)
{
	if (!file || --file->maps)
		return;
	close(file->fd);
	file->fd = -1;
}

/* Return: the index of the first map whose last address is not below @addr. */
static size_t find_map(const struct memory *memory, uint64_t addr)
{
	size_t low = 0, high = memory->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct memory_map *map = &memory->maps[middle];

		if (map->addr + (map->size - 1) < addr)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool is_range(uint64_t addr, uint64_t size)
{
	return size && size - 1 <= UINT64_MAX - addr;
}

/* Makes sure that @memory->maps has room for one more map. */
static int make_room(struct memory *memory)
{
	size_t room = memory->room ? 2 * memory->room : 64;
	struct memory_map *maps;

	if (memory->count == MEMORY_MAPS)
		return -ENOSPC;
	if (memory->count < memory->room)
		return 0;
	maps = realloc(memory->maps, room * sizeof(*maps));
	if (!maps)
		return -ENOMEM;
	memory->maps = maps;
	memory->room = room;
	return 0;
}

int memory_map(struct memory *memory, const struct memory_map *map, int fd)
{
	struct memory_file *file = NULL;
	struct memory_map *place;
	size_t i;
	int err;

	if (!is_range(map->addr, map->size) || !is_range(map->offset, map->size))
		return -EINVAL;
	i = find_map(memory, map->addr);
	if (i < memory->count && memory->maps[i].addr <= map->addr + (map->size - 1))
		return -EEXIST;
	err = make_room(memory);
	if (!err && fd >= 0)
		err = find_file(memory, map, fd, &file);
	if (err)
		return err;
	if (file)
		take_file(file, fd);
	place = &memory->maps[i];
	memmove(place + 1, place, (memory->count++ - i) * sizeof(*place));
	*place = *map;
	place->file = file;
	return 0;
}

int memory_unmap(struct memory *memory, uint64_t addr, uint64_t size)
{
	uint64_t last = addr + (size - 1);
	struct memory_map *maps;
	size_t from, to, i;

	if (!is_range(addr, size))
		return -EINVAL;
	from = find_map(memory, addr);
	to = from;
	maps = memory->maps;
	while (to < memory->count && maps[to].addr <= last) {
		if (maps[to].addr < addr || maps[to].addr + (maps[to].size - 1) > last)
			return -EINVAL;
		to++;
	}
	for (i = from; i < to; i++)
		drop_file(maps[i].file);
	if (to > from)
		memmove(maps + from, maps + to, (memory->count - to) * sizeof(*maps));
	memory->count -= to - from;
	return 0;
}

void memory_clear(struct memory *memory)
{
	while (memory->count)
		drop_file(memory->maps[--memory->count].file);
	free(memory->maps);
	memory->maps = NULL;
	memory->room = 0;
}

/* The first part of an access, which lies in one map, or in none. */
struct piece {
	const struct memory_file *file;
	bool readable, writable;
	uint64_t offset;
	size_t len;
};

static struct piece piece_at(const struct memory *memory, uint64_t addr, size_t len)
{
	size_t i = find_map(memory, addr);
	const struct memory_map *map;
	uint64_t left;

	if (i == memory->count)
		return (struct piece){ .len = len };
	map = &memory->maps[i];
	if (map->addr > addr) {
		left = map->addr - addr;
		return (struct piece){ .len = left < len ? left : len };
	}
	left = map->size - (addr - map->addr);
	return (struct piece){
		.file = map->file,
		.readable = map->readable,
		.writable = map->writable,
		.offset = map->offset + (addr - map->addr),
		.len = left < len ? left : len,
	};
}

/* Return: @len, or fewer bytes if the access would wrap around to address 0. */
static size_t clip_at_top(uint64_t addr, size_t len)
{
	uint64_t room = UINT64_MAX - addr;

	return len && len - 1 > room ? room + 1 : len;
}

/* The bytes that pread() or pwrite() has moved; an error counts as none. */
static size_t transferred(ssize_t result)
{
	return result > 0 ? result : 0;
}

size_t memory_read(const struct memory *memory, uint64_t addr, void *data, size_t len)
{
	size_t left = clip_at_top(addr, len), reached = 0;
	uint8_t *to = data;

	memset(to + left, 0, len - left);
	while (left) {
		struct piece piece = piece_at(memory, addr, left);
		size_t got = 0;

		if (piece.file && piece.readable)
			got = transferred(pread(piece.file->fd, to, piece.len, piece.offset));
		memset(to + got, 0, piece.len - got);
		reached += got;
		to += piece.len;
		addr += piece.len;
		left -= piece.len;
	}
	return reached;
}

size_t memory_write(const struct memory *memory, uint64_t addr, const void *data,
		    size_t len)
{
	size_t left = clip_at_top(addr, len), reached = 0;
	const uint8_t *from = data;

	while (left) {
		struct piece piece = piece_at(memory, addr, left);

		if (piece.file && piece.writable)
			reached += transferred(pwrite(piece.file->fd, from, piece.len,
						      piece.offset));
		from += piece.len;
		addr += piece.len;
		left -= piece.len;
	}
	return reached;
}
