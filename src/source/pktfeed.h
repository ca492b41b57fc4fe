/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From a packet source into a flow table: decodes each packet where it lies and counts them by
 * batches. On the way it counts by interface, and keeps the names that DNS answers give to
 * addresses until somebody takes them. Owns source and table. Used by one thread: the capture
 * thread when live, main while a file is read.
 */
#ifndef SOCKMON_SOURCE_PKTFEED_H
#define SOCKMON_SOURCE_PKTFEED_H

#include "source/ifcounts.h"
#include "source/pktsrc.h"

enum {
	PKTFEED_BATCH = 64,
	PKTFEED_NAMES = 64,	/* what does not fit until somebody takes them is not learned */
};

struct pktfeed {
	struct pktsrc *pktsrc;
	struct flowtab *flows;
	uint64_t latest_ns;	/* the largest packet time */
	uint64_t shift_ns;	/* added to every packet's time, modulo 2^64 (so it can go back) */
	uint64_t oldest_ns, newest_ns;	/* and what is outside of these then is put on them */
	uint32_t pending;
	unsigned name_count;
	struct pktmeta batch[PKTFEED_BATCH];
	struct namerec *names;
	struct ifcounts ifcounts;
};

/* Takes pktsrc over, also when it fails. 0, -ENOMEM. */
int pktfeed_init(struct pktfeed *f, struct pktsrc *pktsrc, uint32_t max_flows, struct errmsg *err);
void pktfeed_fini(struct pktfeed *f);

/* As pktsrc_ops.step; all packets handed over are in the table when it returns. */
int pktfeed_step(struct pktfeed *f, unsigned max, struct errmsg *err);

/*
 * Moves the names that were learned since the last call into out, at most PKTFEED_NAMES; returns how
 * many.
 */
unsigned pktfeed_take_names(struct pktfeed *f, struct namerec *out);

#endif
