/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From a packet source into a flow table: decodes each packet where it lies and counts them by
 * batches. Owns both. Used by one thread: the capture thread when live, main while a file is read.
 */
#ifndef SOCKMON_SOURCE_PKTFEED_H
#define SOCKMON_SOURCE_PKTFEED_H

#include "net/flowtab.h"
#include "source/pktsrc.h"

enum { PKTFEED_BATCH = 64 };

struct pktfeed {
	struct pktsrc *pktsrc;
	struct flowtab *flows;
	uint64_t latest_ns;	/* the largest packet time */
	uint64_t shift_ns;	/* added to every packet's time, modulo 2^64 (so it can go back) */
	uint64_t oldest_ns, newest_ns;	/* and what is outside of these then is put on them */
	uint32_t pending;
	struct pktmeta batch[PKTFEED_BATCH];
};

/* Takes pktsrc over, also when it fails. 0, -ENOMEM. */
int pktfeed_init(struct pktfeed *f, struct pktsrc *pktsrc, uint32_t max_flows, struct errmsg *err);
void pktfeed_fini(struct pktfeed *f);

/* As pktsrc_ops.step; all packets handed over are in the table when it returns. */
int pktfeed_step(struct pktfeed *f, unsigned max, struct errmsg *err);

#endif
