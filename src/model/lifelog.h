/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The log of lives: the last MODEL_LIVES entries in the order of their times, and an index of them
 * by cookie, since an entry may be corrected: a dump misses a socket first, the kernel's event says
 * how it ended a moment later; the process of a new socket is found when its beginning is in the
 * log already. Owns its entries only; allocates at the first one. Written by the model only.
 *
 * Entries stay in their slots; `order` lists the slots by time. It has room for as many again, so
 * that the oldest may go a thousand times before anything moves.
 */
#ifndef SOCKMON_MODEL_LIFELOG_H
#define SOCKMON_MODEL_LIFELOG_H

#include "model/index.h"

struct lifelog {
	struct slab slots;	/* of struct life */
	uint16_t *order;	/* [2 * MODEL_LIVES] slots, oldest first; NULL until the first entry */
	uint32_t first, count;	/* which of these are in use */
	struct index by_cookie;	/* of the entries with one; valid where order is */
	uint64_t total;		/* entries ever made, without those taken back */
	uint64_t version;	/* grows with every change */
	uint64_t seed;
};

void lifelog_init(struct lifelog *l, uint64_t seed);
void lifelog_fini(struct lifelog *l);

/* Takes a copy to its place in time; the oldest entry goes when the log is full. */
void lifelog_add(struct lifelog *l, const struct life *entry);

/*
 * The end, or the beginning, of that socket, to be corrected; NULL: it is not logged, or was
 * pushed out.
 */
const struct life *lifelog_end_of(const struct lifelog *l, uint64_t cookie);
const struct life *lifelog_began(const struct lifelog *l, uint64_t cookie);

/* The entry `former` of the log is *now from now on, but for its time. */
void lifelog_correct(struct lifelog *l, const struct life *former, const struct life *now);
void lifelog_take_back(struct lifelog *l, const struct life *former);

uint32_t lifelog_count(const struct lifelog *l);
const struct life *lifelog_at(const struct lifelog *l, uint32_t i);	/* 0: newest; NULL */

#endif
