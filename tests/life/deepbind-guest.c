/* SPDX-License-Identifier: MIT */
/*
 * deepbind-guest.c - a plug-in that exchanges memory with the program
 */
#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

#define SHOWN __attribute__((visibility("default")))

SHOWN void *guest_free_address(void);
SHOWN char *guest_strdup(const char *text);
SHOWN void guest_free(void *p);
SHOWN void *guest_open(const char *path, int flags);

void *guest_free_address(void)
{
	return (void *)free;
}

char *guest_strdup(const char *text)
{
	char *copy = malloc(strlen(text) + 1);

	return copy ? strcpy(copy, text) : NULL;
}

void guest_free(void *p)
{
	free(p);
}

/* $ORIGIN in @path is the folder of this library. */
void *guest_open(const char *path, int flags)
{
	void *handle = dlopen(path, flags);

	__asm__ volatile("" : "+r"(handle)); /* a call from here, not a jump */
	return handle;
}
