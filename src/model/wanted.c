/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the model has met and would like to be told: names of cgroups and users, sockets of new
 * flows, owners. It only keeps the lists, bounded; the app asks, and the answers come as events
 * like any other.
 */
#include "model/state.h"

#include <netinet/in.h>

void wanted_note_names(struct model *m, const struct sockrec *r)
{
	if (r->has & HAS_CGROUP && r->cgroup_id)
		nametab_want(&m->cgroups, r->cgroup_id);
	if (r->has & HAS_UID)
		nametab_want(&m->users, r->uid);
}

unsigned model_take_cgroups(struct model *m, uint64_t *ids, unsigned max)
{
	unsigned n = 0;

	while (n < max && nametab_take(&m->cgroups, m->time_ns, &ids[n]))
		n++;
	return n;
}

unsigned model_take_users(struct model *m, uint32_t *uids, unsigned max)
{
	unsigned n = 0;
	uint64_t id;

	while (n < max && nametab_take(&m->users, m->time_ns, &id))
		uids[n++] = (uint32_t)id;
	return n;
}

const struct cgrouprec *model_cgroup(const struct model *m, uint64_t id)
{
	return nametab_get(&m->cgroups, id);
}

const char *model_user(const struct model *m, uint32_t uid)
{
	const struct userrec *u = nametab_get(&m->users, uid);

	return u && u->name[0] ? u->name : NULL;
}

uint32_t model_take_ownerless(struct model *m)
{
	uint32_t n = m->ownerless;

	m->ownerless = 0;
	return n;
}

/* The newest are the likeliest to be alive still: when nobody takes them, the oldest go. */
static void put_lookup(struct model *m, const struct lookup *l)
{
	if (m->lookup_count == MODEL_LOOKUPS) {
		m->lookup_first = (m->lookup_first + 1) % MODEL_LOOKUPS;
		m->lookup_count--;
	}
	m->lookups[(m->lookup_first + m->lookup_count) % MODEL_LOOKUPS] = *l;
	m->lookup_count++;
}

/*
 * May the kernel have a socket of exactly this flow's tuple at end e, which no dump has listed
 * yet?
 */
static bool is_worth_asking(const struct flow *f, unsigned e)
{
	const struct flowrec *r = &f->rec;

	if (!(f->ours & 1u << e) || f->exact[e])
		return false;
	switch (r->key.proto) {
	case IPPROTO_TCP:
		return r->wire_state == WS_ESTABLISHED ||
		       (r->wire_state == WS_SYN_SENT && r->opener == e) ||
		       (r->wire_state == WS_SYN_RECV && r->opener == e);
	case IPPROTO_UDP:
	case IPPROTO_UDPLITE:
		return f->sk[e] == MODEL_NONE && r->key.port[e];
	default:
		return false;
	}
}

void wanted_note_flow(struct model *m, uint32_t id, const struct flowrec *before)
{
	const struct flow *f = flowmirror_at(&m->flows, id);

	if (before && (before->wire_state == WS_ESTABLISHED || f->rec.wire_state != WS_ESTABLISHED))
		return;
	for (unsigned e = 0; e < 2; e++) {
		struct lookup l = { .flow = id, .gen = f->rec.gen, .end = (uint8_t)e };

		if (is_worth_asking(f, e))
			put_lookup(m, &l);
	}
}

/* No more than half of the room: the owners of new flows matter more. */
void wanted_note_ended(struct model *m, uint32_t sk)
{
	struct lookup l = { .cookie = sktab_at(&m->socks, sk)->rec.cookie };

	if (m->lookup_count < MODEL_LOOKUPS / 2)
		put_lookup(m, &l);
}

static uint8_t sockproto_of(uint8_t ipproto)
{
	return ipproto == IPPROTO_TCP ? SP_TCP : ipproto == IPPROTO_UDP ? SP_UDP : SP_UDPLITE;
}

static struct sockquery query_of_end(const struct flow *f, unsigned e)
{
	const struct flowkey *k = &f->rec.key;

	return (struct sockquery){
		.laddr = k->addr[e],
		.raddr = k->addr[!e],
		.lport = k->port[e],
		.rport = k->port[!e],
		.netns = k->netns,
		.ifindex = f->rec.ifindex,
		.proto = sockproto_of(k->proto),
	};
}

static struct sockquery query_of_socket(const struct model *m, const struct sk *s)
{
	const struct sockrec *r = &s->rec;
	const struct flow *f = join_flow_of(m, s);

	return (struct sockquery){
		.laddr = r->laddr,
		.raddr = r->raddr,
		.lport = r->lport,
		.rport = r->rport,
		.netns = r->netns,
		.ifindex = r->ifindex || !f ? r->ifindex : f->rec.ifindex,
		.proto = r->proto,
	};
}

/* false: there is nothing to be learnt any more */
static bool make_query(const struct model *m, const struct lookup *l, struct sockquery *q)
{
	if (l->cookie) {
		uint32_t sk = sktab_find(&m->socks, l->cookie);
		const struct sk *s = sk == MODEL_NONE ? NULL : sktab_at(&m->socks, sk);

		if (!s || !(s->ended_ns || s->assumed))
			return false;
		*q = query_of_socket(m, s);
	} else {
		const struct flow *f = flowmirror_get(&m->flows, l->flow);

		if (!f || f->rec.gen != l->gen || !is_worth_asking(f, l->end))
			return false;
		*q = query_of_end(f, l->end);
	}
	return true;
}

unsigned model_take_lookups(struct model *m, struct sockquery *out, unsigned max)
{
	unsigned n = 0;

	while (n < max && m->lookup_count) {
		const struct lookup *l = &m->lookups[m->lookup_first];

		m->lookup_first = (m->lookup_first + 1) % MODEL_LOOKUPS;
		m->lookup_count--;
		n += make_query(m, l, &out[n]);
	}
	return n;
}
