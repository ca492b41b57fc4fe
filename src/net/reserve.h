/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Address space for tables with a hard cap: reserved at the start, so that growing cannot fail
 * later, and real only where it was written. Zeroed.
 */
#ifndef SOCKMON_NET_RESERVE_H
#define SOCKMON_NET_RESERVE_H

#include <stddef.h>

void *reserve_new(size_t bytes);	/* NULL: refused */
void reserve_free(void *p, size_t bytes);	/* NULL is fine */

/* It fills up densely and is read at random: small pages would miss the TLB at every packet. */
void reserve_hugepages(void *p, size_t bytes);

/* What was written there is not wanted any more, the room may be again. p: at a page's beginning. */
void reserve_forget(void *p, size_t bytes);

#endif
