// SPDX-License-Identifier: GPL-2.0
#include "trees.h"

static uint64_t state;

/* splitmix64 */
static uint64_t next(void)
{
	uint64_t z = state += 0x9e3779b97f4a7c15;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return z ^ z >> 31;
}

void random_seed(uint64_t seed)
{
	state = seed;
	next();
}

uint64_t random_below(uint64_t limit)
{
	return next() % limit;
}
