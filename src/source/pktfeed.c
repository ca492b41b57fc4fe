/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The path of every packet, see pktfeed.h. Allocates nothing and takes no lock per packet. */
#include "source/pktfeed.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>

#include "base/hash.h"
#include "base/xalloc.h"
#include "net/dns.h"

_Static_assert((int)EVENT_PATH_MAX >= (int)DNS_NAME_MAX, "a name fits into an event");

int pktfeed_init(struct pktfeed *f, struct pktsrc *pktsrc, uint32_t max_flows, struct errmsg *err)
{
	*f = (struct pktfeed){ .pktsrc = pktsrc, .newest_ns = UINT64_MAX };
	ifcounts_init(&f->ifcounts);
	f->names = xcalloc(PKTFEED_NAMES, sizeof(*f->names));
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
	free(f->names);
	f->flows = NULL;
	f->pktsrc = NULL;
	f->names = NULL;
}

static void flush(struct pktfeed *f)
{
	flowtab_add_batch(f->flows, f->batch, f->pending);
	f->pending = 0;
}

static bool knows_name(const struct pktfeed *f, const struct namerec *n)
{
	for (unsigned i = 0; i < f->name_count; i++) {
		const struct namerec *known = &f->names[i];

		if (addr_equal(&known->addr, &n->addr) && known->netns == n->netns &&
		    strcmp(known->name, n->name) == 0)
			return true;
	}
	return false;
}

static void learn(struct pktfeed *f, const struct dnsanswer *a, uint16_t netns)
{
	struct namerec n = { .netns = netns, .origin = NAME_DNS,
			     .ttl = a->ttl ? a->ttl : 1 };	/* 0 would be for good */

	memcpy(n.name, a->name, strlen(a->name));
	for (unsigned i = 0; i < a->addr_count && f->name_count < PKTFEED_NAMES; i++) {
		n.addr = a->addr[i];
		if (!knows_name(f, &n))
			f->names[f->name_count++] = n;
	}
}

/* A flood of answers costs no more than filling the room. */
static void read_datagram(struct pktfeed *f, const struct pktmeta *m)
{
	uint16_t sport = m->key.port[m->from];
	struct dnsanswer a;

	if ((sport == DNS_PORT || sport == DNS_MDNS_PORT) && f->name_count < PKTFEED_NAMES &&
	    dns_read_answer(bytes_of(m->payload, m->payload_captured), &a))
		learn(f, &a, m->key.netns);
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
	ifcounts_add(&f->ifcounts, m);
	if (m->payload)
		read_datagram(f, m);
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

unsigned pktfeed_take_names(struct pktfeed *f, struct namerec *out)
{
	unsigned n = f->name_count;

	memcpy(out, f->names, n * sizeof(*out));
	f->name_count = 0;
	return n;
}
