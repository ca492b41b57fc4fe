/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is entered in the log of lives. Streams (TCP, SCTP, DCCP) when they begin and when they
 * end, connected datagram sockets when they end; others would flood it. An MPTCP connection is
 * told by its subflows. Storing is lifelog.c's.
 */
#include "model/state.h"

#include <string.h>
#include <sys/socket.h>

enum part { PART_NONE, PART_LISTENER, PART_CONNECTION };

static bool is_logged_stream(uint8_t proto)
{
	return proto == SP_TCP || proto == SP_SCTP || proto == SP_DCCP;
}

/* What a stream in that state is. One that is bound only, or asks to be let in, is nothing yet. */
static enum part part_of(enum sockstate state)
{
	switch (state) {
	case ST_LISTEN:
		return PART_LISTENER;
	case ST_UNKNOWN:
	case ST_CLOSE:
	case ST_SYN_RECV:
		return PART_NONE;
	default:
		return PART_CONNECTION;
	}
}

static void put_process(struct life *l, const struct proc *p)
{
	if (!p)
		return;
	l->pid = p->rec.pid;
	memcpy(l->comm, p->rec.comm, sizeof(l->comm));
	l->comm[sizeof(l->comm) - 1] = '\0';
}

static bool opened_by_peer(const struct model *m, const struct sk *s, const struct sk *listener)
{
	const struct flow *f = join_flow_of(m, s);

	if (f && f->rec.opener_certain)
		return f->rec.opener != s->local_end;
	return listener != NULL;
}

/* An entry about a socket, but for the time, the kind and what was carried. */
static struct life about(const struct model *m, const struct sk *s)
{
	const struct sockrec *r = &s->rec;
	const struct sk *listener = attribution_listener(m, s);
	struct life l = {
		.cookie = r->cookie,
		.rx_bytes = MODEL_RATE_UNKNOWN,
		.tx_bytes = MODEL_RATE_UNKNOWN,
		.laddr = r->laddr,
		.raddr = r->raddr,
		.uid = r->has & HAS_UID ? r->uid : UINT32_MAX,
		.lport = r->lport,
		.rport = r->rport,
		.netns = r->netns,
		.proto = r->proto,
		.family = r->family,
		.incoming = opened_by_peer(m, s, listener),
	};

	put_process(&l, proctab_at(m->procs, s->proc));
	if (!l.pid && listener) {
		put_process(&l, proctab_at(m->procs, listener->proc));
		l.by_listener = l.pid != 0;
	}
	return l;
}

/* The flow of that socket, where it was seen from its SYN: it tells times better than dumps do. */
static const struct flow *flow_from_syn(const struct model *m, const struct sk *s)
{
	const struct flow *f = join_flow_of(m, s);

	return f && f->rec.opener_certain && f->rec.first_ns ? f : NULL;
}

void lives_began(struct model *m, uint32_t sk, enum sockstate former, uint64_t now_ns)
{
	const struct sk *s = sktab_at(&m->socks, sk);
	const struct flow *f = flow_from_syn(m, s);
	enum part part = part_of(s->rec.state);
	struct life l;

	if (!s->born || !is_logged_stream(s->rec.proto) || part == PART_NONE ||
	    part == part_of(former))
		return;
	l = about(m, s);
	l.kind = part == PART_LISTENER ? LIFE_LISTENING : LIFE_OPENED;
	l.time_ns = f && f->rec.first_ns < now_ns ? f->rec.first_ns : now_ns;
	lifelog_add(&m->lives, &l);
}

/*
 * The smaller of what was sent once and what arrived: SYN and FIN count in the latter, what a
 * local queue dropped in the first.
 */
static uint64_t payload_sent(const struct tcpinfo *t, uint16_t len)
{
	uint64_t once = t->bytes_sent - t->bytes_retrans;

	return TCPINFO_HAS(len, bytes_retrans) && once < t->bytes_acked ? once : t->bytes_acked;
}

static void put_counts(struct life *l, const struct sockrec *r, const struct flow *f, unsigned end)
{
	const struct tcpinfo *t = &r->tcpinfo;
	uint64_t seen = f ? f->rec.dir[1 - end].payload : 0;

	if (TCPINFO_HAS(r->tcpinfo_len, total_retrans))
		l->retrans = t->total_retrans;
	if (TCPINFO_HAS(r->tcpinfo_len, bytes_received)) {
		l->tx_bytes = payload_sent(t, r->tcpinfo_len);
		/* the peer's FIN counts as a byte, where the full socket saw it */
		l->rx_bytes = f && t->bytes_received == seen + 1 ? seen : t->bytes_received;
	} else if (f) {
		l->tx_bytes = f->rec.dir[end].payload;
		l->rx_bytes = seen;
	}
}

static bool end_is_logged(const struct sockrec *r)
{
	if (is_logged_stream(r->proto))
		return r->state == ST_LISTEN || sk_is_connected(r);
	return (r->proto == SP_UDP || r->proto == SP_UDPLITE) && sk_is_connected(r);
}

/* 0: it is not known when it began, or that was later. */
static uint64_t age_at(const struct model *m, const struct sk *s, uint64_t end_ns)
{
	const struct flow *f = flow_from_syn(m, s);
	uint64_t began_ns = f ? f->rec.first_ns : s->first_ns;

	return (f || s->born) && end_ns > began_ns ? end_ns - began_ns : 0;
}

/* An RST is the end of it; else the kernel's word came last. */
static uint64_t end_time(const struct flow *f, enum endreason reason, uint64_t now_ns)
{
	bool broken = reason == END_RESET || reason == END_REFUSED;

	return broken && f && f->rec.last_ns && f->rec.last_ns < now_ns ? f->rec.last_ns : now_ns;
}

/* What the log calls the end of a flow that has no socket: one may come. */
static uint64_t name_of_end(const struct flow *f, unsigned end)
{
	return (flowkey_hash(&f->rec.key, f->rec.first_ns) & ~1ull) | end | 1ull << 63;
}

void lives_ended(struct model *m, struct sk *s, enum endreason reason, uint64_t now_ns)
{
	const struct flow *f = join_flow_of(m, s);
	const struct life *former;
	struct life l;

	if (!end_is_logged(&s->rec))
		return;
	if (s->logged) {
		lives_correct(m, s);
		return;
	}
	l = about(m, s);
	l.kind = LIFE_ENDED;
	l.end = (uint8_t)reason;
	l.time_ns = end_time(f, reason, now_ns);
	l.age_ns = age_at(m, s, l.time_ns);
	put_counts(&l, &s->rec, f, s->local_end);
	former = f ? lifelog_end_of(&m->lives, name_of_end(f, s->local_end)) : NULL;
	if (former)
		lifelog_correct(&m->lives, former, &l);
	else
		lifelog_add(&m->lives, &l);
	s->logged = true;
}

void lives_correct(struct model *m, const struct sk *s)
{
	const struct life *former = lifelog_end_of(&m->lives, s->rec.cookie);
	uint64_t age_ns;
	struct life l;

	if (!former)
		return;		/* too long ago, or never worth an entry */
	l = *former;
	l.laddr = s->rec.laddr;
	l.rport = s->rec.rport;
	l.incoming = opened_by_peer(m, s, attribution_listener(m, s));
	if (s->end != END_NONE)
		l.end = s->end;
	else if (l.end == END_VANISHED)
		l.end = END_CLOSED;	/* it goes on in TIME_WAIT */
	age_ns = age_at(m, s, l.time_ns);
	if (age_ns)
		l.age_ns = age_ns;
	put_counts(&l, &s->rec, join_flow_of(m, s), s->local_end);
	lifelog_correct(&m->lives, former, &l);
}

void lives_correct_unknown(struct model *m, const struct life *former, const struct sockrec *rec)
{
	struct life l = *former;

	if (l.end == END_VANISHED)
		l.end = END_CLOSED;
	if (rec->tcpinfo_len && rec->rport)	/* else tcp_disconnect() has zeroed it */
		put_counts(&l, rec, NULL, 0);
	lifelog_correct(&m->lives, former, &l);
}

void lives_killed(struct model *m, uint64_t cookie, uint64_t since_ns)
{
	const struct life *former = lifelog_end_of(&m->lives, cookie);
	struct life l;

	if (!former || former->time_ns <= since_ns)
		return;
	l = *former;
	l.end = END_KILLED;
	lifelog_correct(&m->lives, former, &l);
}

void lives_renamed(struct model *m, uint64_t former_cookie, uint64_t cookie)
{
	const struct life *former = lifelog_end_of(&m->lives, former_cookie);
	struct life l;

	if (!former)
		return;
	l = *former;
	l.cookie = cookie;
	lifelog_correct(&m->lives, former, &l);
}

void lives_take_back(struct model *m, struct sk *s)
{
	const struct life *former = s->logged ? lifelog_end_of(&m->lives, s->rec.cookie) : NULL;

	if (former)
		lifelog_take_back(&m->lives, former);
	s->logged = false;
}

void lives_named(struct model *m, const struct sk *s)
{
	const struct life *former = lifelog_began(&m->lives, s->rec.cookie);
	struct life l;

	if (!former || (former->pid && !former->by_listener))
		return;
	l = *former;
	put_process(&l, proctab_at(m->procs, s->proc));
	l.by_listener = false;
	if (s->rec.has & HAS_UID)
		l.uid = s->rec.uid;
	lifelog_correct(&m->lives, former, &l);
}

void lives_flow_ended(struct model *m, const struct flow *f, unsigned end, enum endreason reason)
{
	const struct flowrec *r = &f->rec;
	struct life l = {
		.time_ns = r->last_ns < m->time_ns ? r->last_ns : m->time_ns,
		.age_ns = r->opener_certain && r->last_ns > r->first_ns ? r->last_ns - r->first_ns : 0,
		.cookie = name_of_end(f, end),
		.rx_bytes = r->dir[!end].payload,
		.tx_bytes = r->dir[end].payload,
		.laddr = r->key.addr[end],
		.raddr = r->key.addr[!end],
		.uid = UINT32_MAX,
		.lport = r->key.port[end],
		.rport = r->key.port[!end],
		.netns = r->key.netns,
		.kind = LIFE_ENDED,
		.end = (uint8_t)reason,
		.proto = SP_TCP,
		.family = addr_is_v4(&r->key.addr[end]) ? AF_INET : AF_INET6,
		.incoming = r->opener != end,
	};

	put_process(&l, proctab_at(m->procs, f->proc));
	lifelog_add(&m->lives, &l);
}

void lives_apply_lost(struct model *m, const struct event *e)
{
	const struct lostrec *r = &e->lost;
	struct life l = { .time_ns = e->time_ns, .kind = LIFE_LOST, .uid = UINT32_MAX,
			  .netns = r->netns, .rx_bytes = MODEL_RATE_UNKNOWN,
			  .tx_bytes = MODEL_RATE_UNKNOWN };

	if (r->netns >= NETNS_MAX)
		return;
	m->totals.events = true;
	if (r->times <= m->lost[r->netns])
		return;
	m->totals.lost_events += r->times - m->lost[r->netns];
	m->lost[r->netns] = r->times;
	l.lost = m->totals.lost_events;
	lifelog_add(&m->lives, &l);
}

uint32_t model_life_count(const struct model *m)
{
	return lifelog_count(&m->lives);
}

const struct life *model_life(const struct model *m, uint32_t i)
{
	return lifelog_at(&m->lives, i);
}

uint64_t model_lives_total(const struct model *m)
{
	return m->lives.total;
}

uint64_t model_lives_version(const struct model *m)
{
	return m->lives.version;
}
