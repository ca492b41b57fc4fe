/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A set of flow ids, one bit each: what waits to be published. They are taken in the order of their
 * numbers, round and round, so that nobody waits for ever, and memory is read from front to back.
 * Owned by the flow table.
 */
#ifndef SOCKMON_NET_FLOWSET_H
#define SOCKMON_NET_FLOWSET_H

#include "net/flowslot.h"

struct flowset {
	uint64_t *words;
	uint32_t limit;		/* ids */
	uint32_t used;		/* words that ever had a bit */
	uint32_t count;		/* ids in it */
	uint32_t at;		/* the id where taking goes on */
};

int flowset_init(struct flowset *s, uint32_t limit);	/* 0 or -errno */
void flowset_fini(struct flowset *s);

void flowset_add(struct flowset *s, uint32_t id);
void flowset_remove(struct flowset *s, uint32_t id);	/* fine where it is not in it */

/* The set must not be empty. */
uint32_t flowset_take(struct flowset *s);

#endif
