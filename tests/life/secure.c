/* SPDX-License-Identifier: MIT */
/*
 * secure.c - says whether the kernel calls it secure, after some malloc
 *
 * system.c runs it as it is and as a set-user-id program.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>

int main(void)
{
	int i;

	for (i = 0; i < 1000; i++) {
		char *p = malloc((size_t)i * 100 + 1);

		if (!p)
			return 1;
		memset(p, 1, (size_t)i * 100 + 1);
		free(p);
	}
	printf("secure %lu\n", getauxval(AT_SECURE));
	return 0;
}
