// SPDX-License-Identifier: GPL-2.0
/* Which pages of an area are busy, compared with a look at each page by itself. */
#include "test.h"
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gather.h"

#define PAGE	4096ULL
#define PAGES	5000
#define FREE	(1ULL << 10)

static char root[32];
static int flags_fd;
static uint64_t flags[PAGES];
static uint32_t given_out[PAGES / 32 + 1];

static int make_tree(void **state)
{
	char path[64];

	(void)state;
	strcpy(root, "/tmp/educma-test-XXXXXX");
	assert_non_null(mkdtemp(root));
	snprintf(path, sizeof(path), "%s/proc", root);
	assert_int_equal(mkdir(path, 0755), 0);
	strcat(path, "/kpageflags");
	flags_fd = open(path, O_RDWR | O_CREAT, 0644);
	assert_true(flags_fd >= 0);
	return 0;
}

static int remove_tree(void **state)
{
	char command[64];

	(void)state;
	close(flags_fd);
	snprintf(command, sizeof(command), "rm -rf '%s'", root);
	return system(command);
}

/* Most pages are free, some have no flags, and some have those of a program. */
static void draw_flags(void)
{
	const unsigned int others = 1 << rand() % 12;
	size_t i;

	for (i = 0; i < PAGES; i++) {
		flags[i] = FREE;
		if (!(rand() % others))
			flags[i] = rand() % 2 ? 0x5868 : 0;
	}
}

static void draw_given_out(void)
{
	const int longest = 1 + rand() % 3000;
	int bit, end;

	memset(given_out, 0, sizeof(given_out));
	for (bit = rand() % longest; bit < PAGES; bit = end + 1 + rand() % longest) {
		end = bit + 1 + rand() % longest;
		for (; bit < end && bit < PAGES; bit++)
			given_out[bit / 32] |= 1U << bit % 32;
	}
}

/* The area begins with the page @first of the machine. */
static void draw_area(struct doctor_area *area, uint64_t first)
{
	memset(area, 0, sizeof(*area));
	area->exact = true;
	area->page_order = rand() % 3;
	area->first = first * PAGE;
	area->map.bits = rand() % PAGES >> area->page_order;
	area->bytes = area->map.bits * (PAGE << area->page_order);
	area->map.words = rand() % 4 ? given_out : NULL;
}

static bool is_given_out(const struct doctor_area *area, uint64_t bit)
{
	return area->map.words && educma_cma_is_used(&area->map, bit);
}

static uint64_t count_plain(const struct doctor_area *area)
{
	uint64_t i, count = 0;

	for (i = 0; i < area->map.bits << area->page_order; i++)
		count += !flags[i] && !is_given_out(area, i >> area->page_order);
	return count;
}

/* Whether a bit stands for a page that is in use, or looks as if it were. */
static bool is_busy(const struct doctor_area *area, uint64_t bit, bool plain_is_free)
{
	uint64_t i;

	for (i = bit << area->page_order; i < (bit + 1) << area->page_order; i++) {
		if (!(flags[i] & FREE) && (flags[i] || !plain_is_free))
			return true;
	}
	return is_given_out(area, bit);
}

static void compare(const struct doctor_facts *f, bool plain_is_free)
{
	uint64_t bit;

	assert_int_equal(f->area.busy.bits, f->area.map.bits);
	for (bit = 0; bit < f->area.busy.bits; bit++)
		assert_int_equal(educma_cma_is_used(&f->area.busy, bit),
				 is_busy(&f->area, bit, plain_is_free));
}

static void are_those_of_a_look_at_each(void **state)
{
	struct doctor_facts f = { .page = PAGE };
	uint64_t first, plain;
	unsigned int i;

	(void)state;
	srand(1);
	for (i = 0; i < 300; i++) {
		first = rand() % 3000;
		draw_flags();
		draw_given_out();
		draw_area(&f.area, first);
		assert_int_equal(pwrite(flags_fd, flags, sizeof(flags), first * 8),
				 sizeof(flags));
		plain = count_plain(&f.area);
		f.processor_pages = plain - (plain && rand() % 2);
		gather_busy_pages(root, &f, &f.area);
		if (f.area.bytes)
			compare(&f, f.area.map.words && plain <= f.processor_pages);
		free(f.area.busy.words);
	}
	assert_int_equal(f.unseen_count, 0);
}

/* The file ends in the area. */
static void must_all_be_readable(void **state)
{
	struct doctor_facts f = {
		.page = PAGE,
		.area = {
			.exact = true, .first = PAGE, .bytes = PAGES * PAGE,
			.map = { .words = given_out, .bits = PAGES },
		},
	};

	(void)state;
	memset(given_out, 0, sizeof(given_out));
	assert_int_equal(ftruncate(flags_fd, sizeof(flags)), 0);
	gather_busy_pages(root, &f, &f.area);
	assert_null(f.area.busy.words);
	assert_int_equal(f.unseen_count, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(are_those_of_a_look_at_each),
		cmocka_unit_test(must_all_be_readable),
	};

	return cmocka_run_group_tests_name("pages", tests, make_tree, remove_tree);
}
