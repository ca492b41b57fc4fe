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
	dnsasked_init(&f->asked, hash_random_seed());
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

static bool is_known(const struct pktfeed *f, unsigned place, const struct namerec *n)
{
	const struct namerec *known = &f->names[place];

	return place < f->name_count && addr_equal(&known->addr, &n->addr) &&
	       known->netns == n->netns && strcmp(known->name, n->name) == 0;
}

/* Most names are told again and again. What is taken for new after all does no harm. */
static void add_name(struct pktfeed *f, const struct namerec *n)
{
	uint16_t *at = &f->name_at[hash_bytes(&n->addr, sizeof(n->addr), f->asked.seed) %
				   PKTFEED_NAME_SLOTS];

	if (*at && is_known(f, *at - 1u, n))
		return;
	f->names[f->name_count++] = *n;
	*at = (uint16_t)f->name_count;
}

static void learn(struct pktfeed *f, const struct dnsanswer *a, uint16_t netns)
{
	struct namerec n = { .netns = netns, .origin = NAME_DNS,
			     .ttl = a->ttl ? a->ttl : 1 };	/* 0 would be for good */

	memcpy(n.name, a->name, strlen(a->name));
	for (unsigned i = 0; i < a->addr_count && f->name_count < PKTFEED_NAMES; i++) {
		n.addr = a->addr[i];
		add_name(f, &n);
	}
}

/* RFC 6762 3: who may be asked by multicast is this link's, and so are its names. */
static bool is_local_name(const char *name)
{
	static const char domain[] = ".local";
	size_t len = strlen(name);

	return len >= sizeof(domain) && strcmp(name + len + 1 - sizeof(domain), domain) == 0;
}

/* A flood of answers costs no more than a look at so many of them. */
static void read_answer(struct pktfeed *f, const struct pktmeta *m, bool is_multicast)
{
	struct dnsanswer a;

	if (f->answers == PKTFEED_ANSWERS || f->name_count == PKTFEED_NAMES)
		return;
	if (!is_multicast && !dnsasked_has(&f->asked, m))
		return;
	f->answers++;
	if (dns_read_answer(bytes_of(m->payload, m->payload_captured), &a) &&
	    (!is_multicast || is_local_name(a.name)))
		learn(f, &a, m->key.netns);
}

static void read_datagram(struct pktfeed *f, const struct pktmeta *m)
{
	uint16_t sport = m->key.port[m->from], dport = m->key.port[!m->from];

	if (dport == DNS_PORT)
		dnsasked_note(&f->asked, m);
	if (sport == DNS_PORT || sport == DNS_MDNS_PORT)
		read_answer(f, m, sport == DNS_MDNS_PORT);
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
	if (!f->earliest_ns || m->time_ns < f->earliest_ns)
		f->earliest_ns = m->time_ns;
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
	f->name_count = f->answers = 0;
	return n;
}
