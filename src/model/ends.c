/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How sockets end. The kernel says so when it frees a socket (EV_SOCKET_GONE, with the last
 * counters), or a complete dump does not list it any more; whichever comes first ends it, and the
 * other only adds what it knows. Sockets that ended are rows with their last values until they
 * expire or are too many.
 *
 * A connection in TIME_WAIT, and an orphan in FIN_WAIT2, is a minisocket under the cookie of the
 * socket that the kernel has freed: one that ended then lives again, and keeps what a minisocket's
 * record leaves out.
 */
#include "model/state.h"

#include <string.h>

#include "base/clock.h"

enum { RECENT_S = 10 };

bool ends_is_minisocket(const struct sockrec *r)
{
	/* only minisockets have this timer (tw_timer, net/ipv4/inet_diag.c) */
	return r->state == ST_TIME_WAIT ||
	       (r->state == ST_FIN_WAIT2 && r->has & HAS_TIMER && r->timer == TIMER_TIME_WAIT);
}

bool ends_may_return(const struct sk *s, const struct sockrec *rec)
{
	/* a dump may have read the others before their end */
	return s->end == END_VANISHED || ends_is_minisocket(rec);
}

/* The socket's last counters. Does not say that it ended. */
static void take_final(struct model *m, struct sk *s, const struct event *e)
{
	const struct sockrec *rec = &e->sock;
	const struct tcpinfo *t = &rec->tcpinfo;

	s->final = true;
	if (!rec->tcpinfo_len)
		return;
	s->rec.tcpinfo = *t;
	s->rec.tcpinfo_len = rec->tcpinfo_len;
	sockets_take_ecn(m, s, &e->more.ecn);
	if (rec->cc_kind != CC_NONE) {
		s->rec.cc_kind = rec->cc_kind;
		s->rec.cc = rec->cc;
	}
	if (!TCPINFO_HAS(rec->tcpinfo_len, bytes_received))
		return;
	if (s->counted &&
	    (s->last_received != t->bytes_received || s->last_acked != t->bytes_acked))
		s->moved = true;
	s->counted = true;
	s->last_received = t->bytes_received;
	s->last_acked = t->bytes_acked;
}

/* Queues, timers and memory are not there any more; what was dropped was. */
static void clear_momentary(struct sockrec *r)
{
	if (r->skmem_count > SKMEM_DROPS)
		r->has |= HAS_DROPS;
	r->has &= (uint16_t)~(HAS_QUEUES | HAS_TIMER);
	r->recv_q = r->send_q = r->timer_ms = 0;
	r->timer = TIMER_NONE;
	r->retransmits = 0;
	r->skmem_count = 0;
	r->state = ST_CLOSE;
}

/* What is known of how it ended; `reason` where nothing says more. */
static enum endreason reason_of(const struct model *m, const struct sk *s, enum endreason reason)
{
	const struct flow *f = join_flow_of(m, s);

	if (s->killed)
		return END_KILLED;
	if (!f)
		return reason;
	switch (f->rec.wire_state) {
	case WS_RESET:
		return END_RESET;
	case WS_REFUSED:
		return END_REFUSED;
	case WS_CLOSING:
	case WS_TIME_WAIT:
		return END_CLOSED;
	default:
		return reason;
	}
}

/* No event came, and no dump listed it again: it ended when it was missing first. */
static void remove_ended(struct model *m, uint32_t sk)
{
	const struct sk *s = sktab_at(&m->socks, sk);

	if (!s->logged)
		lives_ended(m, sk, s->end, s->ended_ns);
	sockets_remove(m, sk);
}

bool ends_drop_oldest(struct model *m)
{
	while (m->closed.count) {
		struct closedref ref = closedq_take(&m->closed);

		if (!closedq_is_of(&ref, sktab_at(&m->socks, ref.sk)))
			continue;
		remove_ended(m, ref.sk);
		return true;
	}
	return false;
}

/* Its time is over, and it was there at a tick: a series of snapshots shows every end once. */
static bool is_expired(const struct model *m, const struct closedref *ref, uint64_t now_ns)
{
	uint64_t keep_ns = m->host.keep_closed_ns;

	return !keep_ns || (ref->ended_ns + keep_ns <= now_ns && ref->ended_ns <= m->tick_ns);
}

/* Before the tick at now_ns is taken. */
void ends_expire(struct model *m, uint64_t now_ns)
{
	const struct closedref *ref;

	while ((ref = closedq_oldest(&m->closed)) != NULL) {
		bool stands = closedq_is_of(ref, sktab_at(&m->socks, ref->sk));

		if (stands && !is_expired(m, ref, now_ns))
			break;
		if (stands)
			remove_ended(m, ref->sk);
		closedq_take(&m->closed);
	}
}

/* It is over: one more to be shown as such for a while. */
static void queue(struct model *m, uint32_t sk)
{
	const struct sk *s = sktab_at(&m->socks, sk);
	struct closedref ref = { .cookie = s->rec.cookie, .ended_ns = s->ended_ns, .sk = sk };

	m->closed.ended++;
	if (closedq_is_full(&m->closed))
		ends_drop_oldest(m);
	closedq_put(&m->closed, &ref);
	sockets_count_closed(m);
}

/*
 * A dump may miss a socket that lives: it goes on in a hash bucket by counting
 * (net/ipv4/inet_diag.c), and others went meanwhile. Where ends are told, the log waits for that.
 */
static bool waits_for_event(const struct model *m, const struct sk *s)
{
	return s->end == END_VANISHED && m->totals.events && sk_is_connected(&s->rec);
}

void ends_socket(struct model *m, uint32_t sk, enum endreason reason, uint64_t now_ns)
{
	struct sk *s = sktab_at(&m->socks, sk);

	sockets_count(m, s, -1);
	s->end = (uint8_t)reason_of(m, s, reason);
	if (!waits_for_event(m, s))
		lives_ended(m, sk, s->end, now_ns);
	rate_forget(s);
	s->since_ns = now_ns;
	s->final = true;
	s->holders = 0;
	s->fd = -1;
	join_end_socket(m, sk, now_ns ? now_ns : 1);
	clear_momentary(&s->rec);
	queue(m, sk);
}

/* What an event adds to an end that is known already. */
static void add_to_end(struct model *m, uint32_t sk, const struct event *e)
{
	struct sk *s = sktab_at(&m->socks, sk);

	take_final(m, s, e);
	if (s->end == END_VANISHED)
		s->end = (uint8_t)reason_of(m, s, END_CLOSED);
	lives_ended(m, sk, s->end, s->ended_ns);
}

/* Its life was shorter than the time between two looks at the kernel's table. */
static void insert_ended(struct model *m, const struct event *e)
{
	struct sockrec rec = e->sock;
	const struct flow *f;
	struct sk *s;
	uint32_t sk;

	clear_momentary(&rec);
	rec.has &= (uint16_t)~HAS_UID;
	rec.inode = 0;
	sk = sktab_insert_ended(&m->socks, &rec, e->time_ns ? e->time_ns : 1);
	while (sk == MODEL_NONE && ends_drop_oldest(m))
		sk = sktab_insert_ended(&m->socks, &rec, e->time_ns ? e->time_ns : 1);
	if (sk == MODEL_NONE)
		return;
	s = sktab_at(&m->socks, sk);
	s->since_ns = s->ended_ns;
	s->counted = true;	/* from nothing: it is younger than the last look */
	join_socket(m, sk);
	take_final(m, s, e);
	f = join_flow_of(m, s);
	if (f && f->rec.first_ns && f->rec.first_ns < s->ended_ns) {
		s->first_ns = f->rec.first_ns;
		s->born = f->rec.opener_certain || sockproto_is_datagram(rec.proto);
	}
	s->end = (uint8_t)reason_of(m, s, END_CLOSED);
	lives_ended(m, sk, s->end, s->ended_ns);
	queue(m, sk);
}

static void gone_unknown(struct model *m, const struct event *e)
{
	const struct sockrec *rec = &e->sock;
	struct life *former = lifelog_end_of(&m->lives, rec->cookie);

	if (former)	/* its row went first: its process was late to close it */
		lives_correct_unknown(former, rec);
	else if (sk_is_ip(rec) && sk_is_connected(rec) && rec->lport && rec->rport)
		insert_ended(m, e);
}

void ends_minisocket(struct model *m, uint32_t sk, uint64_t now_ns)
{
	if (sktab_at(&m->socks, sk)->logged)
		lives_correct(m, sk);
	else
		lives_ended(m, sk, reason_of(m, sktab_at(&m->socks, sk), END_CLOSED), now_ns);
}

void ends_apply_gone(struct model *m, const struct event *e)
{
	const struct sockrec *rec = &e->sock;
	uint32_t sk;
	struct sk *s;

	if (rec->proto >= SOCKPROTOS || rec->dump >= DUMPS_MAX || rec->netns >= NETNS_MAX ||
	    !rec->cookie)
		return;
	sk = sktab_find(&m->socks, rec->cookie);
	if (sk == MODEL_NONE) {
		gone_unknown(m, e);
		return;
	}
	s = sktab_at(&m->socks, sk);
	if (s->ended_ns) {
		add_to_end(m, sk, e);
	} else if (ends_is_minisocket(&s->rec)) {
		take_final(m, s, e);	/* the dump was faster: the minisocket lives on */
		ends_minisocket(m, sk, e->time_ns);
	} else {
		take_final(m, s, e);
		ends_socket(m, sk, END_CLOSED, e->time_ns);
	}
}

void ends_apply_killed(struct model *m, const struct event *e)
{
	uint32_t sk = sktab_find(&m->socks, e->kill.cookie);
	struct life *l = lifelog_end_of(&m->lives, e->kill.cookie);
	struct sk *s = sk == MODEL_NONE ? NULL : sktab_at(&m->socks, sk);

	if (e->kill.error)
		return;
	if (s)
		s->killed = true;	/* it ends when the kernel says so */
	if (s && s->ended_ns && s->ended_ns + RECENT_S * NSEC_PER_SEC > e->time_ns)
		s->end = END_KILLED;
	if (l && l->time_ns + RECENT_S * NSEC_PER_SEC > e->time_ns && !(s && !s->ended_ns))
		l->end = END_KILLED;
}
