/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SIM_SPLITMIX64_H
#define SIM_SPLITMIX64_H

#include <stdint.h>

/**
 * splitmix64() - get the next number of a random number generator
 * @state: the state; any seed is good, and the same one gives the same numbers
 *
 * Source: Steele, Lea and Flood, "Fast splittable pseudorandom number
 * generators", 2014. Not for secrets.
 *
 * Return: 64 random bits.
 */
static inline uint64_t splitmix64(uint64_t *state)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return z ^ z >> 31;
}

#endif
