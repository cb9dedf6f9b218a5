// SPDX-License-Identifier: GPL-2.0
/*
 * replay FILE...: runs inputs of a fuzzer without libFuzzer, for gcov and for a
 * debugger.
 */
#include <stdio.h>
#include <stdlib.h>

#include "fuzz.h"

static uint8_t input[1 << 16];

int main(int argc, char **argv)
{
	int i;

	for (i = 1; i < argc; i++) {
		FILE *file = fopen(argv[i], "rb");

		if (!file) {
			perror(argv[i]);
			return EXIT_FAILURE;
		}
		LLVMFuzzerTestOneInput(input, fread(input, 1, sizeof(input), file));
		fclose(file);
	}
	printf("%d inputs\n", argc - 1);
	return EXIT_SUCCESS;
}
