/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sockets by cookie and their indices; see sktab.h. */
#include "model/sktab.h"

#include <string.h>
#include <sys/socket.h>

#include "base/hash.h"

static uint64_t hash_cookie(const struct sktab *t, uint64_t cookie)
{
	return hash_u64(cookie, t->seed);
}

/* Both ends of a connection within this host have one key: the end tells them apart. */
static uint64_t hash_end(uint64_t key_hash, unsigned end)
{
	return key_hash + end;
}

static uint64_t hash_inode(const struct sktab *t, uint32_t inode)
{
	return hash_u64(inode, t->seed);
}

/* A socket on :: that takes no IPv4 stands apart from those that do. */
static bool is_v6_only(const struct sockrec *r)
{
	return r->has & HAS_V6ONLY && r->v6only;
}

static uint64_t hash_receiver(const struct sktab *t, uint16_t netns, uint8_t proto, uint16_t port,
			      const struct addr *laddr, bool v6_only)
{
	uint64_t half[2];

	memcpy(half, laddr, sizeof(half));
	half[0] = hash_u64(half[0] ^ ((uint64_t)v6_only << 40 | (uint64_t)netns << 24 |
				      (uint64_t)proto << 16 | port), t->seed);
	return hash_u64(half[0] ^ half[1], t->seed);
}

static uint64_t hash_own_place(const struct sktab *t, const struct sockrec *r)
{
	return hash_receiver(t, r->netns, sockproto_ipproto(r->proto), r->lport, &r->laddr,
			     is_v6_only(r));
}

void sktab_init(struct sktab *t, uint32_t limit, uint64_t seed)
{
	*t = (struct sktab){ .seed = seed };
	slab_init(&t->slab, sizeof(struct sk), limit);
	index_init(&t->by_cookie);
	index_init(&t->by_tuple);
	index_init(&t->by_port);
	index_init(&t->by_inode);
}

void sktab_fini(struct sktab *t)
{
	slab_fini(&t->slab);
	index_fini(&t->by_cookie);
	index_fini(&t->by_tuple);
	index_fini(&t->by_port);
	index_fini(&t->by_inode);
}

uint32_t sktab_find(const struct sktab *t, uint64_t cookie)
{
	uint32_t slot = index_first(&t->by_cookie, hash_cookie(t, cookie));

	while (slot != MODEL_NONE && sktab_at(t, slot)->rec.cookie != cookie)
		slot = index_next(&t->by_cookie, slot);
	return slot;
}

/* Counts what a dump's run has mentioned, so that a sweep with nothing to do costs nothing. */
static void count_mention(struct sktab *t, const struct sockrec *r)
{
	if (t->fresh_gen[r->dump] != r->dump_gen) {
		t->fresh_gen[r->dump] = r->dump_gen;
		t->fresh[r->dump] = 0;
	}
	t->fresh[r->dump]++;
}

static void uncount_mention(struct sktab *t, const struct sockrec *r)
{
	if (t->fresh_gen[r->dump] == r->dump_gen && t->fresh[r->dump])
		t->fresh[r->dump]--;
}

static void set_inode(struct sktab *t, uint32_t slot, uint32_t inode)
{
	struct sk *s = sktab_at(t, slot);

	if (s->inode)
		index_remove(&t->by_inode, slot, hash_inode(t, s->inode));
	s->inode = inode;
	if (inode)
		index_insert(&t->by_inode, slot, hash_inode(t, inode));
}

static void list(struct sktab *t, const struct sockrec *r)
{
	t->in_dump[r->dump]++;
	count_mention(t, r);
}

static void unlist(struct sktab *t, const struct sockrec *r)
{
	t->in_dump[r->dump]--;
	uncount_mention(t, r);
}

/* Room in every index. */
static bool reach(struct sktab *t, uint32_t slot)
{
	return index_reach(&t->by_cookie, slot) && index_reach(&t->by_tuple, slot) &&
	       index_reach(&t->by_port, slot) && index_reach(&t->by_inode, slot);
}

struct sk sktab_blank(const struct sockrec *rec, uint64_t now_ns)
{
	return (struct sk){
		.rec = *rec,
		.first_ns = now_ns,
		.rx_bps = MODEL_RATE_UNKNOWN,
		.tx_bps = MODEL_RATE_UNKNOWN,
		.flow = MODEL_NONE,
		.sum = MODEL_NONE,
		.served_head = MODEL_NONE,
		.proc = MODEL_NONE,
		.more = MODEL_NONE,
		.ecn = MODEL_NONE,
		.cover = MODEL_NONE,
		.peer = MODEL_NONE,
		.fd = -1,
		.used = true,
	};
}

static uint32_t take_slot(struct sktab *t, const struct sockrec *rec, uint64_t now_ns)
{
	uint32_t slot = slab_take(&t->slab);

	if (slot == MODEL_NONE)
		return slot;
	if (!reach(t, slot)) {
		slab_put(&t->slab, slot);
		return MODEL_NONE;
	}
	*sktab_at(t, slot) = sktab_blank(rec, now_ns);
	index_insert(&t->by_cookie, slot, hash_cookie(t, rec->cookie));
	return slot;
}

uint32_t sktab_insert(struct sktab *t, const struct sockrec *rec, uint64_t now_ns)
{
	uint32_t slot = take_slot(t, rec, now_ns);

	if (slot == MODEL_NONE)
		return slot;
	set_inode(t, slot, rec->inode);
	list(t, rec);
	return slot;
}

uint32_t sktab_insert_ended(struct sktab *t, const struct sockrec *rec, uint64_t now_ns)
{
	uint32_t slot = take_slot(t, rec, now_ns);

	if (slot != MODEL_NONE)
		sktab_at(t, slot)->ended_ns = now_ns;
	return slot;
}

/*
 * The head of a minisocket's record; all that lies behind, and who it was, is still the socket's.
 */
static void take_minisocket(struct sockrec *r, const struct sockrec *rec)
{
	const uint16_t kept = r->has & (HAS_UID | HAS_CGROUP | HAS_CLASS);
	const uint64_t cgroup_id = r->cgroup_id;
	const uint32_t uid = r->uid, class_id = r->class_id;
	const uint8_t cc_kind = r->cc_kind;

	_Static_assert(offsetof(struct sockrec, cc) < offsetof(struct sockrec, tcpinfo), "behind");
	memcpy(r, rec, offsetof(struct sockrec, cc));
	r->has |= kept;
	r->cgroup_id = cgroup_id;
	r->uid = uid;
	r->class_id = class_id;
	r->cc_kind = cc_kind;
}

void sktab_update(struct sktab *t, uint32_t slot, const struct sockrec *rec, bool minisocket,
		  uint64_t now_ns)
{
	struct sk *s = sktab_at(t, slot);
	uint32_t former_gen = s->rec.dump_gen;
	bool same_dump = !s->ended_ns && s->rec.dump == rec->dump;

	/* twice in one run (it changed state while the dump went by) counts once */
	if (!s->ended_ns)
		unlist(t, &s->rec);
	if (s->rec.state != rec->state)
		s->since_ns = now_ns;
	if (minisocket)
		take_minisocket(&s->rec, rec);
	else
		s->rec = *rec;
	/* asked for by itself while a dump goes by that has listed it: it stays listed */
	if (same_dump && (int32_t)(former_gen - rec->dump_gen) > 0)
		s->rec.dump_gen = former_gen;
	s->ended_ns = 0;
	list(t, &s->rec);
	if (rec->inode && rec->inode != s->inode)
		set_inode(t, slot, rec->inode);	/* 0 keeps the last one: TIME_WAIT has none */
}

void sktab_rename(struct sktab *t, uint32_t slot, uint64_t cookie)
{
	struct sk *s = sktab_at(t, slot);

	index_remove(&t->by_cookie, slot, hash_cookie(t, s->rec.cookie));
	s->rec.cookie = cookie;
	index_insert(&t->by_cookie, slot, hash_cookie(t, cookie));
}

void sktab_end(struct sktab *t, uint32_t slot, uint64_t now_ns)
{
	struct sk *s = sktab_at(t, slot);

	unlist(t, &s->rec);
	if (!s->rec.inode)
		s->rec.inode = s->inode;
	set_inode(t, slot, 0);	/* the number may be another socket's soon */
	s->ended_ns = now_ns;
}

void sktab_remove(struct sktab *t, uint32_t slot)
{
	struct sk *s = sktab_at(t, slot);

	set_inode(t, slot, 0);
	index_remove(&t->by_cookie, slot, hash_cookie(t, s->rec.cookie));
	if (!s->ended_ns)
		unlist(t, &s->rec);
	s->used = false;
	slab_put(&t->slab, slot);
}

bool sk_same_tuple(const struct sockrec *x, const struct sockrec *y)
{
	return x->proto == y->proto && x->netns == y->netns && x->lport == y->lport &&
	       x->rport == y->rport && x->state == y->state && addr_equal(&x->laddr, &y->laddr) &&
	       addr_equal(&x->raddr, &y->raddr) && is_v6_only(x) == is_v6_only(y);
}

bool sk_is_ip(const struct sockrec *r)
{
	return r->proto == SP_RAWIP || sockproto_ipproto(r->proto);
}

bool sk_is_connected(const struct sockrec *r)
{
	return r->state != ST_LISTEN && !addr_is_any(&r->raddr);
}

unsigned sk_flowkey(const struct sockrec *r, struct flowkey *key)
{
	bool raw = r->proto == SP_RAWIP, icmp = r->proto == SP_ICMP4 || r->proto == SP_ICMP6;
	uint8_t proto = raw ? (uint8_t)r->lport : sockproto_ipproto(r->proto);
	/* a raw socket's port is its protocol; an echo's identifier stands at both ends */
	uint16_t lport = raw ? 0 : r->lport, rport = raw ? 0 : icmp ? r->lport : r->rport;
	unsigned end = flowkey_make(key, proto, &r->laddr, lport, &r->raddr, rport);

	key->netns = r->netns;
	return end;
}

/* Those that take packets: not what ended, nor what is bound and does not listen. */
static bool in_port_index(const struct sk *s)
{
	return sk_is_ip(&s->rec) && !sk_is_connected(&s->rec) && !s->ended_ns &&
	       (sockproto_is_datagram(s->rec.proto) || s->rec.state == ST_LISTEN);
}

static bool in_tuple_index(const struct sk *s)
{
	return sk_is_ip(&s->rec) && sk_is_connected(&s->rec);
}

bool sktab_index(struct sktab *t, uint32_t slot, struct flowkey *key, uint64_t *key_hash)
{
	struct sk *s = sktab_at(t, slot);

	s->local_end = 0;
	if (in_tuple_index(s)) {
		s->local_end = (uint8_t)sk_flowkey(&s->rec, key);
		*key_hash = flowkey_hash(key, t->seed);
		index_insert(&t->by_tuple, slot, hash_end(*key_hash, s->local_end));
		return true;
	}
	if (in_port_index(s))
		index_insert_behind(&t->by_port, slot, hash_own_place(t, &s->rec));
	return false;
}

void sktab_unindex(struct sktab *t, uint32_t slot)
{
	const struct sk *s = sktab_at(t, slot);

	if (in_tuple_index(s)) {
		struct flowkey key;
		unsigned end = sk_flowkey(&s->rec, &key);

		index_remove(&t->by_tuple, slot, hash_end(flowkey_hash(&key, t->seed), end));
	} else if (in_port_index(s)) {
		index_remove(&t->by_port, slot, hash_own_place(t, &s->rec));
	}
}

/* The living before those in TIME_WAIT before the ended; an MPTCP connection after its subflow. */
static unsigned lateness(const struct sk *s)
{
	return s->ended_ns ? 3 : s->rec.state == ST_TIME_WAIT ? 2 : s->rec.proto == SP_MPTCP;
}

static bool better_match(const struct sk *x, const struct sk *y)
{
	unsigned x_late = lateness(x), y_late = lateness(y);

	return x_late != y_late ? x_late < y_late : x->first_ns > y->first_ns;
}

uint32_t sktab_by_tuple(const struct sktab *t, const struct flowkey *key, uint64_t key_hash,
			unsigned end)
{
	uint32_t slot = index_first(&t->by_tuple, hash_end(key_hash, end)), best = MODEL_NONE;

	for (; slot != MODEL_NONE; slot = index_next(&t->by_tuple, slot)) {
		const struct sk *s = sktab_at(t, slot);
		struct flowkey own;

		if (s->local_end != end)
			continue;
		sk_flowkey(&s->rec, &own);
		if (flowkey_equal(&own, key) &&
		    (best == MODEL_NONE || better_match(s, sktab_at(t, best))))
			best = slot;
	}
	return best;
}

int sk_fit(const struct sockrec *r, const struct addr *addr)
{
	if (addr_equal(&r->laddr, addr))
		return 3;
	if (!addr_is_any(&r->laddr))
		return 0;
	if (addr_is_v4(&r->laddr) == addr_is_v4(addr))
		return 2;
	/* a dual-stack socket on :: takes IPv4 too; 0.0.0.0 never takes IPv6 */
	return r->family == AF_INET6 && addr_is_v4(addr) && !is_v6_only(r);
}

/* The first of those at that place. Others there (SO_REUSEPORT) stand behind it and are as good. */
static uint32_t first_at(const struct sktab *t, uint16_t netns, uint8_t proto, uint16_t port,
			 const struct addr *laddr, bool v6_only)
{
	uint32_t slot = index_first(&t->by_port,
				    hash_receiver(t, netns, proto, port, laddr, v6_only));

	for (; slot != MODEL_NONE; slot = index_next(&t->by_port, slot)) {
		const struct sockrec *r = &sktab_at(t, slot)->rec;

		if (r->lport == port && r->netns == netns && sockproto_ipproto(r->proto) == proto &&
		    addr_equal(&r->laddr, laddr) && is_v6_only(r) == v6_only)
			break;
	}
	return slot;
}

uint32_t sktab_by_port(const struct sktab *t, uint16_t netns, uint8_t proto, const struct addr *addr,
		       uint16_t port)
{
	static const struct addr any4 = { .b = { [10] = 0xff, [11] = 0xff } }, any6;
	const bool v4 = addr_is_v4(addr);
	/*
	 * by how well they fit; nothing is bound to an IPv4 address and takes IPv6 only, but says
	 * so
	 */
	const struct {
		const struct addr *laddr;
		bool v6_only;
	} places[] = { { addr, false }, { addr, true }, { v4 ? &any4 : &any6, false },
		       { v4 ? &any4 : &any6, true }, { v4 ? &any6 : NULL, false } };
	uint32_t best = MODEL_NONE;
	int best_fit = 0;

	for (unsigned i = 0; i < sizeof(places) / sizeof(places[0]) && places[i].laddr; i++) {
		uint32_t slot = first_at(t, netns, proto, port, places[i].laddr, places[i].v6_only);
		int f = slot == MODEL_NONE ? 0 : sk_fit(&sktab_at(t, slot)->rec, addr);

		if (f > best_fit || (f && f == best_fit && slot < best)) {
			best_fit = f;
			best = slot;
		}
	}
	return best;
}

uint32_t sktab_inode_first(const struct sktab *t, uint32_t inode)
{
	uint32_t slot = index_first(&t->by_inode, hash_inode(t, inode));

	while (slot != MODEL_NONE && sktab_at(t, slot)->inode != inode)
		slot = index_next(&t->by_inode, slot);
	return slot;
}

uint32_t sktab_inode_next(const struct sktab *t, uint32_t slot)
{
	uint32_t inode = sktab_at(t, slot)->inode;

	do
		slot = index_next(&t->by_inode, slot);
	while (slot != MODEL_NONE && sktab_at(t, slot)->inode != inode);
	return slot;
}
