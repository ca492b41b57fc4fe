/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The log of lives: a ring of the last MODEL_LIVES entries, and an index of them by cookie, since
 * an entry may be corrected: a dump misses a socket first, the kernel's event says how it ended a
 * moment later; the process of a new socket is found when its beginning is in the log already.
 * Owns its entries only; allocates at the first one. Written by the model only.
 */
#ifndef SOCKMON_MODEL_LIFELOG_H
#define SOCKMON_MODEL_LIFELOG_H

#include "model/index.h"

struct lifelog {
	struct life *ring;	/* NULL until the first entry */
	struct index by_cookie;	/* of the entries with one; valid where ring is */
	uint64_t total;		/* entries ever made */
	uint64_t seed;
};

void lifelog_init(struct lifelog *l, uint64_t seed);
void lifelog_fini(struct lifelog *l);

/* Takes a copy; the oldest entry goes when the ring is full. */
void lifelog_add(struct lifelog *l, const struct life *entry);

/*
 * The end, or the beginning, of that socket, to be corrected; NULL: it is not logged, or was
 * pushed out.
 */
struct life *lifelog_end_of(struct lifelog *l, uint64_t cookie);
struct life *lifelog_began(struct lifelog *l, uint64_t cookie);

uint32_t lifelog_count(const struct lifelog *l);
const struct life *lifelog_at(const struct lifelog *l, uint32_t i);	/* 0: newest; NULL */

#endif
