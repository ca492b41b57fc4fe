/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sockets by cookie, with indices by tuple, by local port (those without a peer) and by inode.
 * Knows nothing of flows or processes: model.c joins. Written by the model only.
 */
#ifndef SOCKMON_MODEL_SKTAB_H
#define SOCKMON_MODEL_SKTAB_H

#include "model/index.h"
#include "model/slab.h"

struct sktab {
	struct slab slab;			/* of struct sk */
	struct index by_cookie, by_tuple, by_port, by_inode;
	uint64_t seed;
	uint32_t in_dump[DUMPS_MAX];		/* sockets that each dump lists */
	uint32_t fresh[DUMPS_MAX];		/* of those, mentioned by the run fresh_gen */
	uint32_t fresh_gen[DUMPS_MAX];
};

void sktab_init(struct sktab *t, uint32_t limit, uint64_t seed);
void sktab_fini(struct sktab *t);

static inline struct sk *sktab_at(const struct sktab *t, uint32_t slot)
{
	return slab_at(&t->slab, slot);
}

/* Its memory will be read soon; any number will do. */
static inline void sktab_prefetch(const struct sktab *t, uint32_t slot)
{
	enum { CACHE_LINE = 64 };
	const char *s = (const char *)sktab_at(t, slot);

	for (size_t at = 0; slot < t->slab.end && at < sizeof(struct sk); at += CACHE_LINE)
		__builtin_prefetch(s + at);
}

uint32_t sktab_find(const struct sktab *t, uint64_t cookie);
void sktab_rename(struct sktab *t, uint32_t slot, uint64_t cookie);	/* none has that cookie */

/* One that is not in the table, all join members empty. */
struct sk sktab_blank(const struct sockrec *rec, uint64_t now_ns);

/*
 * A new slot holding *rec, all join members empty, not indexed by tuple yet; MODEL_NONE at the
 * cap.
 */
uint32_t sktab_insert(struct sktab *t, const struct sockrec *rec, uint64_t now_ns);

/*
 * The same for one that ended unseen. An ended socket is in no dump and in no index by inode or by
 * port.
 */
uint32_t sktab_insert_ended(struct sktab *t, const struct sockrec *rec, uint64_t now_ns);

/*
 * Takes a new rec for a known socket (same cookie), keeping indices by inode true. The tuple must
 * not differ while it is indexed: sktab_unindex() first. One that had ended lives again. Of a
 * minisocket what its record leaves out stays as it was.
 */
void sktab_update(struct sktab *t, uint32_t slot, const struct sockrec *rec, bool minisocket,
		  uint64_t now_ns);

/* It ended: rec stays. One without a peer must be out of its index: sktab_unindex() first. */
void sktab_end(struct sktab *t, uint32_t slot, uint64_t now_ns);
void sktab_remove(struct sktab *t, uint32_t slot);	/* after sktab_unindex() */

bool sk_same_tuple(const struct sockrec *x, const struct sockrec *y);

/*
 * Has a peer: indexed by its tuple. Else (listening, unconnected, bound) by its port, which for a
 * raw socket is its protocol. Sockets that are not IP's are in neither index.
 */
bool sk_is_ip(const struct sockrec *r);
bool sk_is_connected(const struct sockrec *r);
unsigned sk_flowkey(const struct sockrec *r, struct flowkey *key);	/* returns its end */

/* true: it has a peer; its key and that one's hash (with the table's seed) are written. */
bool sktab_index(struct sktab *t, uint32_t slot, struct flowkey *key, uint64_t *key_hash);
void sktab_unindex(struct sktab *t, uint32_t slot);

/*
 * The best socket with exactly this key whose local side is `end`: a living one before TIME_WAIT
 * before an ended one, a newer before an older. key_hash: flowkey_hash() with the table's seed.
 */
uint32_t sktab_by_tuple(const struct sktab *t, const struct flowkey *key, uint64_t key_hash,
			unsigned end);

/* How well a socket without a peer fits a local address: 0 not at all, ::, wildcard, exact. */
int sk_fit(const struct sockrec *r, const struct addr *addr);

/*
 * The socket without a peer that would receive for (proto, addr, port) in that namespace: exact
 * address, else a wildcard. Raw sockets: proto 0, and their protocol as port.
 */
uint32_t sktab_by_port(const struct sktab *t, uint16_t netns, uint8_t proto, const struct addr *addr,
		       uint16_t port);

/* Walks the sockets with an inode. */
uint32_t sktab_inode_first(const struct sktab *t, uint32_t inode);
uint32_t sktab_inode_next(const struct sktab *t, uint32_t slot);

#endif
