/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The interfaces and addresses that rtlink has told of, so that those which a whole dump no longer
 * mentions can be told as gone: after a loss nobody says it otherwise.
 */
#ifndef SOCKMON_SOURCE_RTKNOWN_H
#define SOCKMON_SOURCE_RTKNOWN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "net/addr.h"

enum rtkind { RT_NONE, RT_IFACE, RT_ADDR };

/* Exactly its members, no padding: it is hashed and compared as bytes. */
struct rtkey {
	uint32_t ifindex;
	struct addr addr; /* zero for an interface */
	uint16_t kind;	  /* enum rtkind */
	uint16_t prefix;
};

_Static_assert(sizeof(struct rtkey) == 24, "no padding");

struct rtknown_entry {
	struct rtkey key; /* RT_NONE: a free slot */
	uint32_t round;	  /* when it was last mentioned */
};

struct rtknown {
	struct rtknown_entry *slots; /* owned; open addressing, linear */
	size_t mask;		     /* slots - 1; slots is a power of two */
	size_t count;
	uint64_t seed;
};

void rtknown_init(struct rtknown *k);
void rtknown_fini(struct rtknown *k);

/*
 * It was mentioned in this round. Without memory for it it is not remembered, and its end may be
 * missed.
 */
void rtknown_put(struct rtknown *k, const struct rtkey *key, uint32_t round);

/* It is gone; false: it was not known. */
bool rtknown_take(struct rtknown *k, const struct rtkey *key);

/*
 * The next one of that kind that this round has not mentioned; NULL: no more. Valid until the next
 * change. *at is 0 before the first; between two calls what was found may be taken, and nothing
 * else changed.
 */
const struct rtkey *rtknown_stale(const struct rtknown *k, enum rtkind kind, uint32_t round,
				  size_t *at);

#endif
