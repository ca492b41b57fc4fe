/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From a packet source into a flow table: decodes each packet where it lies and counts them by
 * batches. On the way it counts by interface, and keeps the names that DNS answers give to
 * addresses until somebody takes them: of answers whose questions passed, and of multicast ones
 * whose names end in ".local", which anybody may claim. Owns source and table. Used by one thread:
 * the capture thread when live, main while a file is read.
 */
#ifndef SOCKMON_SOURCE_PKTFEED_H
#define SOCKMON_SOURCE_PKTFEED_H

#include "net/dnsasked.h"
#include "source/ifcounts.h"
#include "source/pktsrc.h"

enum {
	PKTFEED_BATCH = 64,
	PKTFEED_ANSWERS = 128,	/* DNS answers that are read until somebody takes the names */
	PKTFEED_NAMES = 1024,	/* likewise kept: what does not fit is not learned */
	PKTFEED_NAME_SLOTS = 2048,
};

struct pktfeed {
	struct pktsrc *pktsrc;
	struct flowtab *flows;
	uint64_t latest_ns;	/* the largest packet time */
	uint64_t earliest_ns;	/* and the smallest; 0 = none yet */
	uint64_t shift_ns;	/* added to every packet's time, modulo 2^64 (so it can go back) */
	uint64_t oldest_ns, newest_ns;	/* and what is outside of these then is put on them */
	uint32_t pending;
	unsigned name_count;
	struct pktmeta batch[PKTFEED_BATCH];
	struct namerec *names;
	unsigned answers;	/* read since the names were taken */
	struct dnsasked asked;
	/* By address: its place in `names`, one further. Only a hint: it is not cleared. */
	uint16_t name_at[PKTFEED_NAME_SLOTS];
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
