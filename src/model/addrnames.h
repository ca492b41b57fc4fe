/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Names learned for addresses, by (namespace, address); those of a capture file are namespace 0's.
 * A newer answer replaces the former one. A name stays good as a label when its time to live is
 * over, because connections outlive it; but when room is short such a name goes before others that
 * were learned about as long ago, else the one that was learned longest ago. What the resolver says
 * of an address (the name that its owner gave it) replaces no name by which it was asked for.
 * Written by the model only.
 */
#ifndef SOCKMON_MODEL_ADDRNAMES_H
#define SOCKMON_MODEL_ADDRNAMES_H

#include "event.h"
#include "model/index.h"
#include "model/slab.h"

struct addrnames {
	struct slab slab;	/* of struct entry */
	struct index by_addr;	/* valid once in_use */
	uint64_t seed;
	uint32_t oldest, newest;	/* ends of the list in the order of learning; MODEL_NONE = empty */
	bool in_use;
};

void addrnames_init(struct addrnames *t, uint32_t limit, uint64_t seed);
void addrnames_fini(struct addrnames *t);

void addrnames_apply(struct addrnames *t, const struct namerec *r, uint64_t now_ns);
void addrnames_drop_netns(struct addrnames *t, uint16_t netns);

/* NULL: nothing was told of it. Borrowed until the next change; name "" = it has none. */
const struct namerec *addrnames_find(const struct addrnames *t, uint16_t netns, const struct addr *a);

#endif
