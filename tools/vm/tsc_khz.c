// SPDX-License-Identifier: GPL-2.0
/*
 * Prints the rate of this machine's time stamp counter in kHz, for a guest's
 * tsc_early_khz=. The kernel's own result is only in its log, which not every user
 * may read, so this program compares the counter with the clock. The exit status is 1
 * if this machine has no such counter.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define MEASURE_NS	100000000	/* duration of the comparison */
#define TRIES		100		/* to read counter and clock at the same time */

#ifdef __x86_64__
struct moment {
	uint64_t tsc;
	uint64_t ns;
};

static uint64_t clock_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC_RAW, &t);
	return t.tv_sec * 1000000000ULL + t.tv_nsec;
}

/* The process may lose the processor between two reads, so the fastest try counts. */
static struct moment read_both(void)
{
	struct moment best = { 0, 0 };
	uint64_t shortest = UINT64_MAX;
	int i;

	for (i = 0; i < TRIES; i++) {
		uint64_t before = __builtin_ia32_rdtsc();
		uint64_t ns = clock_ns();
		uint64_t took = __builtin_ia32_rdtsc() - before;

		if (took < shortest) {
			shortest = took;
			best = (struct moment){ .tsc = before + took / 2, .ns = ns };
		}
	}
	return best;
}

int main(void)
{
	const struct timespec pause = { .tv_nsec = MEASURE_NS };
	struct moment begin, end;

	begin = read_both();
	nanosleep(&pause, NULL);
	end = read_both();
	printf("%.0f\n", (end.tsc - begin.tsc) * 1e6 / (end.ns - begin.ns));
	return EXIT_SUCCESS;
}
#else
int main(void)
{
	return EXIT_FAILURE;
}
#endif
