/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The path of every packet, see pktfeed.h. Allocates nothing and takes no lock per packet. */
#include "source/pktfeed.h"

#include <errno.h>
#include <stddef.h>

#include "base/hash.h"

int pktfeed_init(struct pktfeed *f, struct pktsrc *pktsrc, uint32_t max_flows, struct errmsg *err)
{
	*f = (struct pktfeed){ .pktsrc = pktsrc, .newest_ns = UINT64_MAX };
	f->flows = flowtab_new(max_flows, hash_random_seed());
	if (f->flows)
		return 0;
	errmsg_set(err, "not enough memory for a table of %u flows: use a smaller --max-flows",
		   max_flows);
	pktfeed_fini(f);
	return -ENOMEM;
}

void pktfeed_fini(struct pktfeed *f)
{
	flowtab_free(f->flows);
	if (f->pktsrc)
		f->pktsrc->ops->close(f->pktsrc);
	f->flows = NULL;
	f->pktsrc = NULL;
}

static void flush(struct pktfeed *f)
{
	flowtab_add_batch(f->flows, f->batch, f->pending);
	f->pending = 0;
}

static void each(void *ctx, const struct pktraw *raw)
{
	struct pktfeed *f = ctx;
	struct pktmeta *m = &f->batch[f->pending];

	decode_packet(raw, m);
	m->time_ns += f->shift_ns;
	if (m->time_ns < f->oldest_ns)
		m->time_ns = f->oldest_ns;
	else if (m->time_ns > f->newest_ns)
		m->time_ns = f->newest_ns;
	if (m->time_ns > f->latest_ns)
		f->latest_ns = m->time_ns;
	if (++f->pending == PKTFEED_BATCH)
		flush(f);
}

int pktfeed_step(struct pktfeed *f, unsigned max, struct errmsg *err)
{
	int n = f->pktsrc->ops->step(f->pktsrc, max, each, f, err);

	if (f->pending)
		flush(f);
	return n;
}
