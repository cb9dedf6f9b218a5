/* SPDX-License-Identifier: GPL-2.0 */
/* educma cma: what its parts share. */
#ifndef EDUCMA_CMA_H
#define EDUCMA_CMA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cmd.h"

/* areas.c */

/**
 * show_areas() - print areas, the educma buffers in them, and the reserves
 * @ctx: this run of the program
 * @areas: the areas
 * @count: how many
 */
void show_areas(const struct context *ctx, const struct educma_cma_area *areas,
		size_t count);

/* map.c */

/* Prints the map of an area, to fit the terminal. */
void print_map(const char *sysroot, const struct educma_cma_area *area);

/* The bytes that one bit of an area's bitmap stands for. */
uint64_t bit_bytes(const struct educma_cma_area *area);

/* pages.c */

/**
 * take_pages() - "cma alloc AMOUNT": have the kernel take pages and hold them
 * @ctx: this run of the program
 * @amount: a number of pages, or a size with a unit
 * @name: the area, or NULL for the default
 *
 * Returns an enum status; a failure is reported.
 */
int take_pages(const struct context *ctx, const char *amount, const char *name);

/* give_pages() - "cma free AMOUNT": have it give them back, like take_pages() */
int give_pages(const struct context *ctx, const char *amount, const char *name);

/* failure.c */

/**
 * fail_area() - report why there is no area to show, or to take pages from
 * @ctx: this run of the program
 * @name: the area that was asked for; may be NULL
 * @err: what educma_cma_areas() or educma_cma_find() returned, or -ENODEV
 *
 * Returns the status.
 */
int fail_area(const struct context *ctx, const char *name, int err);

#endif
