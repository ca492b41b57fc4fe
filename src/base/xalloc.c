/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Allocations that end the program when they fail. Nothing here frees, and nothing is counted.
 */
#include "base/xalloc.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *checked(void *memory)
{
	if (memory)
		return memory;
	fputs("sockmon: out of memory at start-up: close other programs, or lower the limits\n",
	      stderr);
	abort();
}

/* malloc(0) may say NULL without being out of memory. */
static size_t at_least_one(size_t n)
{
	return n ? n : 1;
}

void *xmalloc(size_t size)
{
	return checked(malloc(at_least_one(size)));
}

void *xcalloc(size_t count, size_t size)
{
	return checked(calloc(at_least_one(count), at_least_one(size)));
}

void *xreallocarray(void *old, size_t count, size_t size)
{
	return checked(reallocarray(old, at_least_one(count), at_least_one(size)));
}

char *xstrdup(const char *text)
{
	return checked(strdup(text));
}
