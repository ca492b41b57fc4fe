/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The records of net/flowtrack.h: a slab with room for one for every flow, real only where it was
 * used, and the pool of gaps that they share. A flow gets its record at its second packet; what its
 * first one said is kept in its slot until then. Owned by the flow table.
 */
#ifndef SOCKMON_NET_FLOWTRACKS_H
#define SOCKMON_NET_FLOWTRACKS_H

#include "net/flowslot.h"
#include "net/flowtrack.h"

struct flowtracks {
	uint8_t *slab;		/* records of FLOWTRACK_BYTES; free ones begin with the number of the next */
	uint32_t limit;
	uint32_t used;		/* records that were ever taken */
	uint32_t free;		/* FLOW_NONE = none */
	struct seqgaps gaps;
};

int flowtracks_init(struct flowtracks *t, uint32_t limit);	/* 0 or -errno */
void flowtracks_fini(struct flowtracks *t);

static inline struct flowtrack *flowtracks_get(const struct flowtracks *t, const struct flowslot *f)
{
	return (struct flowtrack *)(t->slab + (size_t)f->track * FLOWTRACK_BYTES);
}

/*
 * Always inlined, and so is who calls it for nothing else: a function that does nothing but
 * prefetch has no effect for gcc, which leaves its calls out.
 */
static inline __attribute__((always_inline)) void
flowtracks_prefetch(const struct flowtracks *t, const struct flowslot *f)
{
	const uint8_t *record = t->slab + (size_t)f->track * FLOWTRACK_BYTES;

	if (!(f->marks & FLOW_TRACKED))
		return;
	__builtin_prefetch(record, 1);
	__builtin_prefetch(record + CACHE_LINE, 1);
}

/* At a flow's first packet, when its slot is set but for that: keeps it, or begins with it. */
void flowtracks_first(struct flowtracks *t, struct flowslot *f, const struct pktmeta *m);

/*
 * Gives the flow a record, which is told the first packet: before the slot takes in the packet that
 * is the reason.
 */
void flowtracks_begin(struct flowtracks *t, struct flowslot *f);

/* Takes the record back, if there is one. */
void flowtracks_end(struct flowtracks *t, struct flowslot *f);

void flowtracks_publish(struct flowtracks *t, const struct flowslot *f, struct flowreport *out);

#endif
