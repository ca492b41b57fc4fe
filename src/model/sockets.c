/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a socket's record and the end of a dump change: rows, totals, what stands beside the
 * record. How sockets end is ends.c's, the matching join.c's.
 */
#include "model/state.h"

#include <errno.h>
#include <string.h>

#include "base/clock.h"

enum { LAST_DUMP_S = 10 };	/* a dump that is not taken any more is not waited for */

/*
 * The number of a congestion control's name, 1 and up; 0: none, or there are more kinds than
 * numbers.
 */
static uint8_t intern_cong(struct model *m, const char name[EVENT_NAME_MAX])
{
	unsigned i;

	if (!name[0])
		return 0;
	for (i = 0; i < m->cong_count; i++)
		if (memcmp(m->congs[i], name, EVENT_NAME_MAX) == 0)
			return (uint8_t)(i + 1);
	if (i == MODEL_CONGS)
		return 0;
	memcpy(m->congs[i], name, EVENT_NAME_MAX);
	m->cong_count++;
	return (uint8_t)(i + 1);
}

static void drop_more(struct model *m, struct sk *s)
{
	if (s->more != MODEL_NONE)
		slab_put(&m->mores, s->more);
	s->more = MODEL_NONE;
}

static void drop_ecn(struct model *m, struct sk *s)
{
	if (s->ecn != MODEL_NONE)
		slab_put(&m->ecns, s->ecn);
	s->ecn = MODEL_NONE;
}

void sockets_take_ecn(struct model *m, struct sk *s, const struct tcpecn *ecn)
{
	static const struct tcpecn zeros;

	if (s->rec.tcpinfo_len <= sizeof(struct tcpinfo) || memcmp(ecn, &zeros, sizeof(zeros)) == 0) {
		drop_ecn(m, s);
		return;
	}
	if (s->ecn == MODEL_NONE)
		s->ecn = slab_take(&m->ecns);
	if (s->ecn != MODEL_NONE)	/* else memory is short */
		memcpy(slab_at(&m->ecns, s->ecn), ecn, sizeof(*ecn));
}

/* What stands beside the record of the socket. */
static void take_more(struct model *m, struct sk *s, const struct event *e)
{
	char name[EVENT_NAME_MAX] = "";

	if (e->sock.has & HAS_CONG)
		memcpy(name, e->more.cong, strnlen(e->more.cong, sizeof(name) - 1));
	s->cong = intern_cong(m, name);
	sockets_take_ecn(m, s, &e->more.ecn);
	if (e->more.kind == MORE_NONE) {
		drop_more(m, s);
		return;
	}
	if (s->more == MODEL_NONE)
		s->more = slab_take(&m->mores);
	if (s->more == MODEL_NONE)
		return;		/* memory is short */
	memcpy(slab_at(&m->mores, s->more), &e->more, sizeof(e->more));
}

static bool is_unresolved(const struct model *m, const struct sk *s)
{
	return s->rec.inode && s->proc == MODEL_NONE && !attribution_is_kernels(m, s);
}

/* Out before, in after each change. Sockets that ended are in none of these. */
void sockets_count(struct model *m, const struct sk *s, int by)
{
	struct model_totals *t = &m->totals;

	if (s->ended_ns)
		return;
	t->sockets += (uint32_t)by;
	t->by_state[s->rec.state < SOCKSTATES ? s->rec.state : ST_UNKNOWN] += (uint32_t)by;
	t->by_proto[s->rec.proto] += (uint32_t)by;
	if (is_unresolved(m, s))
		t->unresolved += (uint32_t)by;
}

void sockets_count_closed(struct model *m)
{
	m->totals.closed = m->host.keep_closed_ns ? m->closed.ended : 0;
}

bool sockets_know_table(const struct model *m, uint16_t dump)
{
	return m->dump_began_ns[dump] != 0;
}

static void insert_socket(struct model *m, const struct event *e)
{
	uint64_t now_ns = e->time_ns;
	uint32_t sk = sktab_insert(&m->socks, &e->sock, now_ns);
	struct sk *s;

	while (sk == MODEL_NONE && ends_drop_oldest(m))
		sk = sktab_insert(&m->socks, &e->sock, now_ns);
	if (sk == MODEL_NONE) {
		m->totals.refused_sockets++;
		return;
	}
	s = sktab_at(&m->socks, sk);
	s->born = sockets_know_table(m, e->sock.dump);
	take_more(m, s, e);
	join_owner(m, sk);
	join_socket(m, sk);
	rate_socket(s, NULL, now_ns);
	coverage_record(m, sk, NULL, now_ns);
	sockets_count(m, s, 1);
	wanted_note_names(m, &s->rec);
	m->ownerless += is_unresolved(m, s);
	if (!ends_is_minisocket(&s->rec))
		lives_began(m, sk, ST_UNKNOWN, now_ns);
	else if (s->born)
		ends_minisocket(m, sk, now_ns);
}

/* A known socket, as it is now. */
static void take_record(struct model *m, uint32_t sk, const struct event *e, bool minisocket)
{
	struct sk *s = sktab_at(&m->socks, sk);
	uint64_t ended_ns = s->ended_ns;

	sktab_update(&m->socks, sk, &e->sock, minisocket, e->time_ns);
	if (!minisocket)
		take_more(m, s, e);
	if (sockproto_is_datagram(e->sock.proto))
		s->killed = false;	/* these survive it, without their peer */
	s->final = minisocket && s->rec.tcpinfo_len;
	s->assumed = false;
	if (minisocket && ended_ns)
		s->since_ns = ended_ns;		/* the socket was freed as it came into this state */
}

static bool has_other_names(const struct sockrec *x, const struct sockrec *y)
{
	return (x->has ^ y->has) & (HAS_CGROUP | HAS_UID) || x->cgroup_id != y->cgroup_id ||
	       x->uid != y->uid;
}

static void update_socket(struct model *m, uint32_t sk, const struct event *e)
{
	struct sk *s = sktab_at(&m->socks, sk);
	bool had_ended = s->ended_ns, over = had_ended || ends_is_minisocket(&s->rec);
	bool had_inode = s->rec.inode;
	bool minisocket = ends_is_minisocket(&e->sock);
	bool moved = s->ended_ns || !sk_same_tuple(&s->rec, &e->sock);
	enum sockstate former = s->rec.state;
	struct ratebase base = rate_base(s);

	sockets_count(m, s, -1);
	if (moved)
		join_unlink_socket(m, sk);
	if (has_other_names(&s->rec, &e->sock) || nametab_was_full(&m->cgroups) ||
	    nametab_was_full(&m->users))
		wanted_note_names(m, &e->sock);
	take_record(m, sk, e, minisocket);
	if (moved)
		join_socket(m, sk);
	if (is_unresolved(m, s))
		join_owner(m, sk);
	rate_socket(s, &base, e->time_ns);
	coverage_record(m, sk, &base, e->time_ns);
	sockets_count(m, s, 1);
	m->ownerless += !had_inode && is_unresolved(m, s);
	if (s->logged && !minisocket)
		lives_take_back(m, s);	/* an RST that the kernel did not heed, a dump that missed it */
	if (minisocket && (!over || had_ended))
		ends_minisocket(m, sk, e->time_ns);
	else if (!over && former != s->rec.state)
		lives_began(m, sk, former, e->time_ns);
}

static void revive(struct model *m, struct sk *s)
{
	s->end = END_NONE;
	s->missed = false;
	m->closed.ended--;
	sockets_count_closed(m);
}

void sockets_apply(struct model *m, const struct event *e)
{
	const struct sockrec *rec = &e->sock;
	uint32_t sk;
	struct sk *s;

	if (rec->proto >= SOCKPROTOS || rec->dump >= DUMPS_MAX || rec->netns >= NETNS_MAX)
		return;
	sk = sktab_find(&m->socks, rec->cookie);
	if (sk == MODEL_NONE)
		sk = ends_former_of(m, rec, e->time_ns);
	if (sk == MODEL_NONE) {
		insert_socket(m, e);
		return;
	}
	s = sktab_at(&m->socks, sk);
	if (s->ended_ns) {
		if (!ends_may_return(s, rec))
			return;
		revive(m, s);
	}
	update_socket(m, sk, e);
}

void sockets_remove(struct model *m, uint32_t sk)
{
	struct sk *s = sktab_at(&m->socks, sk);

	sockets_count(m, s, -1);
	coverage_drop(m, sk);
	join_unlink_socket(m, sk);
	join_drop_owner(m, sk);
	drop_more(m, s);
	drop_ecn(m, s);
	if (s->ended_ns) {
		m->closed.ended--;
		sockets_count_closed(m);
	}
	sktab_remove(&m->socks, sk);
}

void sockets_drop_netns(struct model *m, uint16_t netns)
{
	for (uint32_t sk = 0; sk < m->socks.slab.end; sk++) {
		struct sk *s = sktab_at(&m->socks, sk);

		if (!s->used || s->rec.netns != netns)
			continue;
		if (!s->ended_ns && !ends_is_minisocket(&s->rec))
			lives_ended(m, s, END_VANISHED, m->time_ns);
		sockets_remove(m, sk);
	}
	for (unsigned row = 0; row < FAMILY_ROWS_MAX; row++)
		m->dump_began_ns[dump_index(netns, row)] = 0;
	m->dump_ns[netns] = 0;
}

/*
 * What a complete dump did not mention is gone. A minisocket's end is no news: that of its socket
 * was.
 */
static void sweep(struct model *m, const struct dumprec *d, uint64_t now_ns)
{
	struct sktab *t = &m->socks;
	bool mentioned_any = t->fresh_gen[d->dump] == d->gen;

	if (t->in_dump[d->dump] == (mentioned_any ? t->fresh[d->dump] : 0))
		return;
	for (uint32_t sk = 0; sk < t->slab.end; sk++) {
		const struct sk *s = sktab_at(t, sk);

		if (!s->used || s->ended_ns || s->rec.dump != d->dump || s->rec.dump_gen == d->gen)
			continue;
		if (!s->assumed && (ends_is_minisocket(&s->rec) || s->rec.state == ST_SYN_RECV))
			sockets_remove(m, sk);
		else
			ends_missed(m, sk, now_ns);
	}
}

/*
 * Notes when a dump began; 0: the kernel has no such table (now), nothing to wait for. Tables that
 * are not asked for any more are not waited for either: what they said last is older than the
 * newest by more than any round takes.
 */
static void note_dump(struct model *m, uint16_t dump, uint64_t began_ns)
{
	unsigned netns = dump / FAMILY_ROWS_MAX;
	const uint64_t *began = &m->dump_began_ns[dump_index(netns, 0)];
	uint64_t slack_ns = LAST_DUMP_S * NSEC_PER_SEC + 2 * m->interval_ns, newest = 0, oldest = 0;

	m->dump_began_ns[dump] = began_ns;
	for (unsigned i = 0; i < FAMILY_ROWS_MAX; i++)
		newest = began[i] > newest ? began[i] : newest;
	for (unsigned i = 0; i < FAMILY_ROWS_MAX; i++)
		if (began[i] && began[i] + slack_ns >= newest && (!oldest || began[i] < oldest))
			oldest = began[i];
	m->dump_ns[netns] = oldest;
}

void sockets_apply_dump_done(struct model *m, const struct event *e)
{
	const struct dumprec *d = &e->dump;

	if (d->dump >= DUMPS_MAX)
		return;
	if (d->complete) {
		sweep(m, d, e->time_ns);
		note_dump(m, d->dump, e->time_ns > d->took_ns ? e->time_ns - d->took_ns : 0);
	} else if (d->error == -ENOENT) {
		note_dump(m, d->dump, 0);
	} else {
		m->totals.interrupted_dumps++;
	}
	join_settle(m);
}
