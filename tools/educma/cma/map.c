// SPDX-License-Identifier: GPL-2.0
/* educma cma: the map of an area, with one character for each piece of it. */
#include <inttypes.h>
#include <langinfo.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "cma.h"
#include "size.h"

#define PIPE_COLUMNS	80
#define ROWS_MAX	16

enum state { FREE, PARTLY, USED };

struct glyphs {
	const char *of[USED + 1];
};

/**
 * struct grid - how a bitmap is cut into cells
 * @columns: cells in a row, a power of two
 * @bits: bits in a cell, a power of two; the last cell may have fewer
 */
struct grid {
	unsigned int columns;
	uint64_t bits;
};

static const struct glyphs *glyphs(void)
{
	static const struct glyphs ascii = { { ".", "+", "#" } };
	static const struct glyphs utf8 = { { "·", "▒", "█" } };

	setlocale(LC_CTYPE, "");
	return strcmp(nl_langinfo(CODESET), "UTF-8") ? &ascii : &utf8;
}

static unsigned int output_columns(void)
{
	struct winsize size;

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) || !size.ws_col)
		return PIPE_COLUMNS;
	return size.ws_col;
}

/* Powers of two, so that the rows' addresses are round. */
static struct grid make_grid(uint64_t bits, unsigned int columns)
{
	struct grid grid = { .columns = 1, .bits = 1 };

	while (2 * grid.columns <= columns)
		grid.columns *= 2;
	while (grid.bits * grid.columns * ROWS_MAX < bits)
		grid.bits *= 2;
	return grid;
}

static enum state cell_state(const struct educma_cma_bitmap *map,
			     uint64_t first, uint64_t bits)
{
	struct educma_cma_bitmap cell = *map;

	if (bits < map->bits - first)
		cell.bits = first + bits;
	if (educma_cma_next_used(&cell, first) == cell.bits)
		return FREE;
	return educma_cma_next_free(&cell, first) < cell.bits ? PARTLY : USED;
}

uint64_t bit_bytes(const struct educma_cma_area *area)
{
	return area->page_bytes << area->order_per_bit;
}

static void print_rows(const struct educma_cma_area *area,
		       const struct educma_cma_bitmap *map)
{
	const struct glyphs *glyph = glyphs();
	int label = snprintf(NULL, 0, "0x%08" PRIx64 " ",
			     area->base + area->bytes - 1);
	unsigned int columns = output_columns();
	char size[SIZE_TEXT];
	struct grid grid;
	uint64_t bit;

	grid = make_grid(map->bits,
			 columns > (unsigned int)label ? columns - label : 1);
	for (bit = 0; bit < map->bits; bit += grid.bits) {
		if (!(bit / grid.bits % grid.columns))
			printf("%s0x%0*" PRIx64 " ", bit ? "\n" : "", label - 3,
			       area->base + bit * bit_bytes(area));
		fputs(glyph->of[cell_state(map, bit, grid.bits)], stdout);
	}
	printf("\n%s used, %s partly, %s free; %s each\n", glyph->of[USED],
	       glyph->of[PARTLY], glyph->of[FREE],
	       size_format(size, grid.bits * bit_bytes(area)));
}

void print_map(const char *sysroot, const struct educma_cma_area *area)
{
	struct educma_cma_bitmap map;
	int err;

	if (!area->bytes)
		return;
	err = educma_cma_bitmap(sysroot, area, &map);
	if (err) {
		printf("%-12s unknown: %s\n", "map", strerror(-err));
		return;
	}
	print_rows(area, &map);
	free(map.words);
}
