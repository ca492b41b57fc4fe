/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What numbers are called: cgroups by id, users by uid. A number that is met is wanted once, and
 * again when nobody answered for a minute; any answer is one, also that there is no name. Bounded:
 * beyond the cap the one that has been there longest goes. Written by the model only.
 */
#ifndef SOCKMON_MODEL_NAMETAB_H
#define SOCKMON_MODEL_NAMETAB_H

#include "model/index.h"
#include "model/slab.h"

struct nametab {
	struct slab slab;	/* of struct entry and a record behind it */
	struct index by_id;	/* valid once in_use */
	uint64_t seed;
	size_t record;		/* bytes of a record */
	uint32_t oldest;	/* at the cap: the slot that is given away next */
	uint32_t first_new, last_new;	/* list of those that nobody was asked for yet */
	uint32_t unanswered;
	uint64_t retry_ns;	/* when to look for unanswered ones again */
	uint64_t last_id;	/* the last one wanted: most sockets in a row have the same */
	bool has_last;
	bool refused;		/* there was no room for one once */
	bool in_use;
};

void nametab_init(struct nametab *t, size_t record, uint32_t limit, uint64_t seed);
void nametab_fini(struct nametab *t);

void nametab_want(struct nametab *t, uint64_t id);
bool nametab_was_full(const struct nametab *t);	/* some may have to be wanted again */
void nametab_put(struct nametab *t, uint64_t id, const void *record);	/* an answer, asked for or not */
const void *nametab_get(const struct nametab *t, uint64_t id);	/* NULL: no answer yet */

/* The next number to be asked for; false: none. */
bool nametab_take(struct nametab *t, uint64_t now_ns, uint64_t *id);

#endif
