/* SPDX-License-Identifier: MIT */
/*
 * tls-guest.c - a plug-in whose thread-local data is large
 *
 * Too large for the static block: the loader allocates it with malloc, in each
 * thread, when the thread touches it first.
 */
#include <stddef.h>

enum {
	NR_BYTES = 100000
};

static __thread char zeroes[NR_BYTES];
static __thread char sevens[1000] = {7, 7, 7};
static __thread long number = 42;

__attribute__((visibility("default"))) int tls_guest_use(int mark);

/* 0 when the data is as the file says, and it holds a mark after. */
int tls_guest_use(int mark)
{
	volatile char *bytes = zeroes;
	size_t i;

	for (i = 0; i < NR_BYTES; i += 500)
		if (bytes[i])
			return 1;
	if (sevens[2] != 7 || sevens[3] != 0 || number != 42)
		return 2;
	for (i = 0; i < NR_BYTES; i += 500)
		bytes[i] = (char)(mark | 1);
	number = mark;
	return bytes[NR_BYTES / 500 / 2 * 500] == (char)(mark | 1) ? 0 : 3;
}
