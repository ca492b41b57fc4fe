/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Start-up allocations that cannot sensibly fail. On exhaustion they write one line to stderr and
 * abort(); the UI's SIGABRT handler gives the terminal back. Tables that grow with input do not use
 * these: they have a hard cap and count what they refuse.
 */
#ifndef SOCKMON_BASE_XALLOC_H
#define SOCKMON_BASE_XALLOC_H

#include <stddef.h>

void *xmalloc(size_t size);
void *xcalloc(size_t count, size_t size);			/* zeroed, overflow-checked */
void *xreallocarray(void *old, size_t count, size_t size);	/* overflow-checked */
char *xstrdup(const char *text);

#endif
