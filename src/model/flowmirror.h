/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The main thread's copy of the flow table: an array by flow id, so that an update hashes nothing,
 * and an index by key for sockets that come after their flow. Written by the model only.
 */
#ifndef SOCKMON_MODEL_FLOWMIRROR_H
#define SOCKMON_MODEL_FLOWMIRROR_H

#include "model/index.h"
#include "model/slab.h"

struct flowmirror {
	struct slab slab;	/* of struct flow, numbered by flowrec.id */
	struct index by_key;
	uint64_t seed;
	uint32_t count;		/* live */
};

void flowmirror_init(struct flowmirror *t, uint32_t limit, uint64_t seed);
void flowmirror_fini(struct flowmirror *t);

static inline struct flow *flowmirror_at(const struct flowmirror *t, uint32_t id)
{
	return slab_at(&t->slab, id);
}

/* The live flow of that id, or NULL. */
struct flow *flowmirror_get(const struct flowmirror *t, uint32_t id);

/* The live flow of that key; MODEL_NONE. key_hash: flowkey_hash() with the table's seed. */
uint32_t flowmirror_find(const struct flowmirror *t, const struct flowkey *key, uint64_t key_hash);

/*
 * Starts the flow rec->id, whose slot is not in use; false: beyond the limit, or memory is short.
 */
bool flowmirror_start(struct flowmirror *t, const struct flowrec *rec);
void flowmirror_end(struct flowmirror *t, uint32_t id);

/* A blank flow, as a new one or a sum starts. */
struct flow flow_blank(const struct flowrec *rec);

#endif
