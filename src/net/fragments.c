/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The ports of fragmented datagrams: see fragments.h. Two ways by a seeded hash: a flood of first
 * fragments can push out others, and do nothing else.
 */
#include "net/fragments.h"

#include <stdlib.h>

#include "base/clock.h"

enum { SETS = 1024, WAYS = 2 };

#define KEPT_NS (30 * NSEC_PER_SEC)

/* What the fragments of a datagram have in common. No padding: it is hashed and compared as bytes. */
struct datagram {
	struct addr src, dst;
	uint32_t id;
	uint16_t netns;
	uint8_t proto;
	uint8_t used;
};

_Static_assert(sizeof(struct datagram) == 40, "hashed as bytes: no padding");

struct fragment {
	struct datagram of;
	uint16_t sport, dport;
	uint8_t proto;		/* of the transport header */
	uint64_t time_ns;
};

struct fragments {
	uint64_t seed;
	struct fragment set[SETS][WAYS];
};

struct fragments *fragments_new(uint64_t hash_seed)
{
	struct fragments *f = calloc(1, sizeof(*f));

	if (f)
		f->seed = hash_seed;
	return f;
}

void fragments_free(struct fragments *f)
{
	free(f);
}

static struct datagram datagram_of(const struct pktmeta *m)
{
	return (struct datagram){
		.src = m->key.addr[m->from],
		.dst = m->key.addr[!m->from],
		.id = m->fragment_id,
		.netns = m->key.netns,
		.proto = m->fragment_proto,
		.used = 1,
	};
}

static struct fragment *set_of(struct fragments *f, const struct datagram *d)
{
	return f->set[hash_bytes(d, sizeof(*d), f->seed) % SETS];
}

static struct fragment *find(struct fragment *set, const struct datagram *d)
{
	for (unsigned i = 0; i < WAYS; i++)
		if (memcmp(&set[i].of, d, sizeof(*d)) == 0)
			return &set[i];
	return NULL;
}

/* The one to give up: a free one has time 0. */
static struct fragment *oldest(struct fragment *set)
{
	struct fragment *least = set;

	for (unsigned i = 1; i < WAYS; i++)
		if (set[i].time_ns < least->time_ns)
			least = &set[i];
	return least;
}

void fragments_note(struct fragments *f, const struct pktmeta *m)
{
	struct datagram d = datagram_of(m);
	struct fragment *set = set_of(f, &d), *known = find(set, &d);

	*(known ? known : oldest(set)) = (struct fragment){
		.of = d,
		.sport = m->key.port[m->from],
		.dport = m->key.port[!m->from],
		.proto = m->key.proto,
		.time_ns = m->time_ns,
	};
}

/* Stamped somewhat earlier than its first is fine: rings are read one after the other. */
static bool is_apart(uint64_t x_ns, uint64_t y_ns)
{
	return (x_ns > y_ns ? x_ns - y_ns : y_ns - x_ns) > KEPT_NS;
}

bool fragments_resolve(struct fragments *f, struct pktmeta *m)
{
	struct datagram d = datagram_of(m);
	const struct fragment *first = find(set_of(f, &d), &d);

	if (!first || is_apart(first->time_ns, m->time_ns))
		return false;
	/* Between equal addresses the ports decide which end is which. */
	m->from = (uint8_t)flowkey_make(&m->key, first->proto, &d.src, first->sport, &d.dst,
					first->dport);
	m->key.netns = d.netns;
	return true;
}
