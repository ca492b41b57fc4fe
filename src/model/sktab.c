/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sockets by cookie and their indices; see sktab.h. */
#include "model/sktab.h"

#include <sys/socket.h>

#include "base/hash.h"

static uint64_t hash_cookie(const struct sktab *t, uint64_t cookie)
{
	return hash_u64(cookie, t->seed);
}

static uint64_t hash_tuple(const struct sktab *t, const struct sockrec *r)
{
	struct flowkey key;

	sk_flowkey(r, &key);
	return flowkey_hash(&key, t->seed);
}

static uint64_t hash_port(const struct sktab *t, uint8_t proto, uint16_t port)
{
	return hash_u64((uint64_t)proto << 16 | port, t->seed);
}

static uint64_t cookie_of_slot(const void *ctx, uint32_t slot)
{
	return hash_cookie(ctx, sktab_at(ctx, slot)->rec.cookie);
}

static uint64_t tuple_of_slot(const void *ctx, uint32_t slot)
{
	return hash_tuple(ctx, &sktab_at(ctx, slot)->rec);
}

static uint64_t port_of_slot(const void *ctx, uint32_t slot)
{
	const struct sockrec *r = &sktab_at(ctx, slot)->rec;

	return hash_port(ctx, sockproto_ipproto(r->proto), r->lport);
}

static uint64_t inode_of_slot(const void *ctx, uint32_t slot)
{
	const struct sktab *t = ctx;

	return hash_u64(sktab_at(t, slot)->inode, t->seed);
}

#define CHAIN(name, member, hash)                                                                  \
	static struct index_chain name(const struct sktab *t)                                      \
	{                                                                                          \
		return (struct index_chain){ (char *)t->slab.base + offsetof(struct sk, member),   \
					     sizeof(struct sk), hash, t };                         \
	}

CHAIN(cookie_chain, next_cookie, cookie_of_slot)
CHAIN(tuple_chain, next_tuple, tuple_of_slot)
CHAIN(port_chain, next_port, port_of_slot)
CHAIN(inode_chain, next_inode, inode_of_slot)

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
	struct index_chain c = cookie_chain(t);
	uint32_t slot = index_head(&t->by_cookie, hash_cookie(t, cookie));

	while (slot != MODEL_NONE && sktab_at(t, slot)->rec.cookie != cookie)
		slot = *index_next(&c, slot);
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
	struct index_chain c = inode_chain(t);

	if (s->inode)
		index_remove(&t->by_inode, &c, slot, hash_u64(s->inode, t->seed));
	s->inode = inode;
	if (inode)
		index_insert(&t->by_inode, &c, slot, hash_u64(inode, t->seed));
}

uint32_t sktab_insert(struct sktab *t, const struct sockrec *rec, uint64_t now_ns)
{
	uint32_t slot = slab_take(&t->slab);
	struct index_chain c;

	if (slot == MODEL_NONE)
		return slot;
	*sktab_at(t, slot) = (struct sk){
		.rec = *rec,
		.first_ns = now_ns,
		.last_ns = now_ns,
		.rx_bps = MODEL_RATE_UNKNOWN,
		.tx_bps = MODEL_RATE_UNKNOWN,
		.flow = MODEL_NONE,
		.sum = MODEL_NONE,
		.served_head = MODEL_NONE,
		.proc = MODEL_NONE,
		.fd = -1,
		.used = true,
	};
	c = cookie_chain(t);
	index_insert(&t->by_cookie, &c, slot, hash_cookie(t, rec->cookie));
	set_inode(t, slot, rec->inode);
	t->in_dump[rec->dump]++;
	count_mention(t, rec);
	return slot;
}

void sktab_update(struct sktab *t, uint32_t slot, const struct sockrec *rec, uint64_t now_ns)
{
	struct sk *s = sktab_at(t, slot);

	/* twice in one run (it changed state while the dump went by) counts once */
	uncount_mention(t, &s->rec);
	t->in_dump[s->rec.dump]--;
	t->in_dump[rec->dump]++;
	count_mention(t, rec);
	if (s->rec.state != rec->state)
		s->since_ns = now_ns;
	s->rec = *rec;
	s->last_ns = now_ns;
	if (rec->inode && rec->inode != s->inode)
		set_inode(t, slot, rec->inode);	/* 0 keeps the last one: TIME_WAIT has none */
}

void sktab_remove(struct sktab *t, uint32_t slot)
{
	struct sk *s = sktab_at(t, slot);
	struct index_chain c = cookie_chain(t);

	set_inode(t, slot, 0);
	index_remove(&t->by_cookie, &c, slot, hash_cookie(t, s->rec.cookie));
	t->in_dump[s->rec.dump]--;
	uncount_mention(t, &s->rec);
	s->used = false;
	slab_put(&t->slab, slot);
}

bool sk_same_tuple(const struct sockrec *x, const struct sockrec *y)
{
	return x->proto == y->proto && x->netns == y->netns && x->lport == y->lport &&
	       x->rport == y->rport && x->state == y->state && addr_equal(&x->laddr, &y->laddr) &&
	       addr_equal(&x->raddr, &y->raddr);
}

bool sk_is_connected(const struct sockrec *r)
{
	return r->state != ST_LISTEN && !addr_is_any(&r->raddr);
}

unsigned sk_flowkey(const struct sockrec *r, struct flowkey *key)
{
	unsigned end = flowkey_make(key, sockproto_ipproto(r->proto), &r->laddr, r->lport,
				    &r->raddr, r->rport);

	key->netns = r->netns;
	return end;
}

void sktab_index(struct sktab *t, uint32_t slot)
{
	struct sk *s = sktab_at(t, slot);
	struct index_chain c;

	if (sk_is_connected(&s->rec)) {
		struct flowkey key;

		s->local_end = (uint8_t)sk_flowkey(&s->rec, &key);
		c = tuple_chain(t);
		index_insert(&t->by_tuple, &c, slot, flowkey_hash(&key, t->seed));
	} else {
		s->local_end = 0;
		c = port_chain(t);
		index_insert(&t->by_port, &c, slot, port_of_slot(t, slot));
	}
}

void sktab_unindex(struct sktab *t, uint32_t slot)
{
	const struct sk *s = sktab_at(t, slot);
	struct index_chain c;

	if (sk_is_connected(&s->rec)) {
		c = tuple_chain(t);
		index_remove(&t->by_tuple, &c, slot, hash_tuple(t, &s->rec));
	} else {
		c = port_chain(t);
		index_remove(&t->by_port, &c, slot, port_of_slot(t, slot));
	}
}

static bool better_match(const struct sk *x, const struct sk *y)
{
	bool x_over = x->rec.state == ST_TIME_WAIT, y_over = y->rec.state == ST_TIME_WAIT;

	return x_over != y_over ? y_over : x->first_ns > y->first_ns;
}

uint32_t sktab_by_tuple(const struct sktab *t, const struct flowkey *key, unsigned end)
{
	struct index_chain c = tuple_chain(t);
	uint32_t slot = index_head(&t->by_tuple, flowkey_hash(key, t->seed)), best = MODEL_NONE;

	for (; slot != MODEL_NONE; slot = *index_next(&c, slot)) {
		const struct sk *s = sktab_at(t, slot);
		struct flowkey own;

		if (s->local_end != end || s->rec.lport != key->port[end])
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
	return r->family == AF_INET6 && addr_is_v4(addr) && !(r->has & HAS_V6ONLY && r->v6only);
}

uint32_t sktab_by_port(const struct sktab *t, uint8_t proto, const struct addr *addr, uint16_t port)
{
	struct index_chain c = port_chain(t);
	uint32_t slot = index_head(&t->by_port, hash_port(t, proto, port)), best = MODEL_NONE;
	int best_fit = 0;

	for (; slot != MODEL_NONE; slot = *index_next(&c, slot)) {
		const struct sk *s = sktab_at(t, slot);
		int f = s->rec.lport == port && sockproto_ipproto(s->rec.proto) == proto ?
			sk_fit(&s->rec, addr) : 0;

		/* bound but not listening takes nothing; of equals (SO_REUSEPORT) the lowest slot */
		if (proto == 6 && s->rec.state != ST_LISTEN)
			f = 0;
		if (f > best_fit || (f && f == best_fit && slot < best)) {
			best_fit = f;
			best = slot;
		}
	}
	return best;
}

uint32_t sktab_inode_first(const struct sktab *t, uint32_t inode)
{
	struct index_chain c = inode_chain(t);
	uint32_t slot = index_head(&t->by_inode, hash_u64(inode, t->seed));

	while (slot != MODEL_NONE && sktab_at(t, slot)->inode != inode)
		slot = *index_next(&c, slot);
	return slot;
}

uint32_t sktab_inode_next(const struct sktab *t, uint32_t slot)
{
	struct index_chain c = inode_chain(t);
	uint32_t inode = sktab_at(t, slot)->inode;

	do
		slot = *index_next(&c, slot);
	while (slot != MODEL_NONE && sktab_at(t, slot)->inode != inode);
	return slot;
}
