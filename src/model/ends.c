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

enum {
	RECENT_S = 10,
	LATE_S = 1,		/* event and dump tell of the same; a tuple is used again later */
	MINISOCKET_S = 120,	/* of a FIN_WAIT2 orphan and a TIME_WAIT: TCP_TIMEWAIT_LEN each */
};

bool ends_is_minisocket(const struct sockrec *r)
{
	/* only minisockets have this timer (tw_timer, net/ipv4/inet_diag.c) */
	return r->state == ST_TIME_WAIT ||
	       (r->state == ST_FIN_WAIT2 && r->has & HAS_TIMER && r->timer == TIMER_TIME_WAIT);
}

bool ends_may_return(const struct sk *s, const struct sockrec *rec)
{
	/* a dump may have read the others before their end */
	return s->missed || ends_is_minisocket(rec);
}

/* The counters that never run back: where in struct tcpinfo. */
static const size_t counters64[] = {
	offsetof(struct tcpinfo, bytes_acked), offsetof(struct tcpinfo, bytes_received),
	offsetof(struct tcpinfo, bytes_sent), offsetof(struct tcpinfo, bytes_retrans),
};
static const size_t counters32[] = {
	offsetof(struct tcpinfo, total_retrans), offsetof(struct tcpinfo, segs_out),
	offsetof(struct tcpinfo, segs_in), offsetof(struct tcpinfo, data_segs_in),
	offsetof(struct tcpinfo, data_segs_out),
};

static uint64_t *counter64(struct tcpinfo *t, unsigned i)
{
	return (uint64_t *)((char *)t + counters64[i]);
}

static uint32_t *counter32(struct tcpinfo *t, unsigned i)
{
	return (uint32_t *)((char *)t + counters32[i]);
}

/* What *t counts less than what was known before is taken from there. */
static void raise_counters(struct tcpinfo *t, struct tcpinfo *known)
{
	for (unsigned i = 0; i < sizeof(counters64) / sizeof(counters64[0]); i++)
		if (*counter64(t, i) < *counter64(known, i))
			*counter64(t, i) = *counter64(known, i);
	for (unsigned i = 0; i < sizeof(counters32) / sizeof(counters32[0]); i++)
		if (*counter32(t, i) < *counter32(known, i))
			*counter32(t, i) = *counter32(known, i);
}

static void raise_to(uint64_t *count, uint64_t least)
{
	if (*count < least)
		*count = least;
}

/* The kernel has forgotten what it counted: the wire has not, where it was seen from the SYN on. */
static void raise_to_wire(const struct model *m, struct sk *s)
{
	const struct flow *f = s->aborted ? join_flow_of(m, s) : NULL;
	struct tcpinfo *t = &s->rec.tcpinfo;
	uint64_t sent;

	if (!f || !f->rec.opener_certain || !TCPINFO_HAS(s->rec.tcpinfo_len, bytes_retrans))
		return;
	sent = f->rec.dir[s->local_end].payload;
	raise_to(&t->bytes_received, f->rec.dir[1 - s->local_end].payload);
	raise_to(&t->bytes_acked, sent);
	raise_to(&t->bytes_sent, sent + t->bytes_retrans);
}

/* The socket's last counters. Does not say that it ended. */
static void take_final(struct model *m, struct sk *s, const struct event *e)
{
	const struct sockrec *rec = &e->sock;
	struct tcpinfo known = s->rec.tcpinfo;
	bool had_counters = s->counted && TCPINFO_HAS(s->rec.tcpinfo_len, bytes_received);

	s->final = true;
	/* tcp_disconnect() takes the peer's port away, and zeroes the counters and much else */
	s->aborted = rec->proto == SP_TCP && !rec->rport;
	if (!rec->tcpinfo_len)
		return;
	if (!s->aborted || !s->rec.tcpinfo_len) {
		s->rec.tcpinfo = rec->tcpinfo;
		s->rec.tcpinfo_len = rec->tcpinfo_len;
		sockets_take_ecn(m, s, &e->more.ecn);
		raise_counters(&s->rec.tcpinfo, &known);
	}
	raise_to_wire(m, s);
	if (rec->cc_kind != CC_NONE) {
		s->rec.cc_kind = rec->cc_kind;
		s->rec.cc = rec->cc;
	}
	if (!TCPINFO_HAS(s->rec.tcpinfo_len, bytes_received))
		return;
	if (had_counters && (known.bytes_received != s->rec.tcpinfo.bytes_received ||
			     known.bytes_acked != s->rec.tcpinfo.bytes_acked))
		s->moved = true;
	s->counted = true;
}

/* The same, and what the capture has to say to them. */
static void take_last(struct model *m, uint32_t sk, const struct event *e)
{
	struct sk *s = sktab_at(&m->socks, sk);
	struct ratebase former = rate_base(s);

	take_final(m, s, e);
	if (!s->aborted && e->sock.tcpinfo_len)
		coverage_final(m, sk, former.known ? &former : NULL, e->time_ns);
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

bool ends_drop_oldest(struct model *m)
{
	while (m->closed.count) {
		struct closedref ref = closedq_take(&m->closed);

		if (!closedq_is_of(&ref, sktab_at(&m->socks, ref.sk)))
			continue;
		sockets_remove(m, ref.sk);
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
			sockets_remove(m, ref->sk);
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

void ends_socket(struct model *m, uint32_t sk, enum endreason reason, uint64_t now_ns)
{
	struct sk *s = sktab_at(&m->socks, sk);

	sockets_count(m, s, -1);
	s->end = (uint8_t)reason_of(m, s, reason);
	s->assumed = false;
	lives_ended(m, s, s->end, now_ns);
	rate_forget(s);
	s->since_ns = now_ns;
	s->final = true;
	s->holders = 0;
	s->fd = -1;
	join_end_socket(m, sk, now_ns ? now_ns : 1);
	clear_momentary(&s->rec);
	queue(m, sk);
}

void ends_missed(struct model *m, uint32_t sk, uint64_t now_ns)
{
	struct sk *s = sktab_at(&m->socks, sk);

	/*
	 * A dump may miss a socket that lives: it goes on in a hash bucket by counting
	 * (net/ipv4/inet_diag.c), and others went meanwhile.
	 */
	s->missed = !s->assumed;
	ends_socket(m, sk, s->assumed ? END_CLOSED : END_VANISHED, now_ns);
}

void ends_learn(struct model *m, struct sk *s)
{
	const struct flow *f = join_flow_of(m, s);

	if (!f)
		return;
	/* no dump has listed it: it is as old as its flow */
	if (s->first_ns == s->ended_ns && f->rec.first_ns && f->rec.first_ns < s->ended_ns) {
		s->first_ns = f->rec.first_ns;
		s->born = f->rec.opener_certain || sockproto_is_datagram(s->rec.proto);
	}
	raise_to_wire(m, s);
	if (s->end == END_CLOSED || s->end == END_VANISHED)
		s->end = (uint8_t)reason_of(m, s, s->end);
	lives_correct(m, s);
}

/* On the wire our end closed first, and all is acknowledged: it is in TIME_WAIT. */
static bool goes_on(const struct model *m, const struct sk *s)
{
	const struct flow *f = join_flow_of(m, s);

	return f && f->rec.wire_state == WS_TIME_WAIT && f->rec.closer == s->local_end &&
	       !f->rec.rst_from;
}

/*
 * The kernel frees a connection when its TIME_WAIT begins: the minisocket that it left is asked
 * for, and where the wire says that there is one, taken for granted until the next whole dump.
 */
static void look_for_minisocket(struct model *m, uint32_t sk, uint64_t now_ns)
{
	struct sk *s = sktab_at(&m->socks, sk);
	struct event e = { .kind = EV_SOCKET, .time_ns = now_ns };

	if (s->rec.proto != SP_TCP || !sk_is_connected(&s->rec) || !s->rec.rport ||
	    s->end != END_CLOSED)
		return;
	wanted_note_ended(m, sk);
	if (!goes_on(m, s))
		return;
	e.sock = s->rec;
	e.sock.state = ST_TIME_WAIT;
	e.sock.inode = 0;
	sockets_apply(m, &e);
	s->assumed = true;
}

/* What an event adds to an end that is known already. */
static void add_to_end(struct model *m, uint32_t sk, const struct event *e)
{
	struct sk *s = sktab_at(&m->socks, sk);

	s->missed = false;
	take_last(m, sk, e);
	if (s->end == END_VANISHED)
		s->end = (uint8_t)reason_of(m, s, END_CLOSED);
	lives_ended(m, s, s->end, s->ended_ns);
	look_for_minisocket(m, sk, e->time_ns);
}

/* The table is full of living sockets: its end is told all the same. */
static void log_without_row(struct model *m, const struct sockrec *rec, const struct event *e)
{
	struct sk s = sktab_blank(rec, e->time_ns);
	struct flowkey key;

	m->totals.refused_sockets++;
	s.local_end = (uint8_t)sk_flowkey(rec, &key);
	take_final(m, &s, e);
	lives_ended(m, &s, reason_of(m, &s, END_CLOSED), e->time_ns);
	if (s.ecn != MODEL_NONE)
		slab_put(&m->ecns, s.ecn);
}

/* Its life was shorter than the time between two looks at the kernel's table. */
static void insert_ended(struct model *m, const struct event *e)
{
	uint64_t now_ns = e->time_ns ? e->time_ns : 1;
	struct sockrec rec = e->sock;
	struct sk *s;
	uint32_t sk;

	clear_momentary(&rec);
	rec.has &= (uint16_t)~HAS_UID;
	rec.inode = 0;
	if (!rec.rport)
		flowends_complete(m, &rec);
	sk = sktab_insert_ended(&m->socks, &rec, now_ns);
	while (sk == MODEL_NONE && ends_drop_oldest(m))
		sk = sktab_insert_ended(&m->socks, &rec, now_ns);
	if (sk == MODEL_NONE) {
		log_without_row(m, &rec, e);
		return;
	}
	if (!rec.rport)
		flowends_note_portless(m, rec.cookie);
	s = sktab_at(&m->socks, sk);
	s->since_ns = s->ended_ns;
	join_socket(m, sk);
	take_last(m, sk, e);
	s->moved = s->rec.tcpinfo.bytes_received || s->rec.tcpinfo.bytes_acked;
	s->end = (uint8_t)reason_of(m, s, END_CLOSED);
	ends_learn(m, s);
	lives_ended(m, s, s->end, s->ended_ns);
	queue(m, sk);
	look_for_minisocket(m, sk, now_ns);
}

static uint32_t by_tuple_of(const struct model *m, const struct sockrec *rec)
{
	struct flowkey key;
	unsigned end = sk_flowkey(rec, &key);

	return sktab_by_tuple(&m->socks, &key, flowkey_hash(&key, m->seed), end);
}

/*
 * A socket that no dump has listed has no cookie until its end is told; its minisocket, which was
 * made before, gets another one.
 */
static bool is_remainder_of(const struct model *m, const struct sk *s, const struct sockrec *rec,
			    uint64_t now_ns)
{
	if (s->rec.proto != rec->proto || s->rec.dump_gen)
		return false;		/* a dump has listed it: its minisocket has the same cookie */
	if (!s->ended_ns)
		return s->assumed;
	return s->end == END_CLOSED &&
	       now_ns < s->ended_ns + MINISOCKET_S * NSEC_PER_SEC && !join_was_reused(m, s);
}

uint32_t ends_former_of(struct model *m, const struct sockrec *rec, uint64_t now_ns)
{
	uint32_t sk;
	struct sk *s;

	if (!ends_is_minisocket(rec) || !sk_is_ip(rec) || !sk_is_connected(rec))
		return MODEL_NONE;
	sk = by_tuple_of(m, rec);
	if (sk == MODEL_NONE)
		return sk;
	s = sktab_at(&m->socks, sk);
	if (!is_remainder_of(m, s, rec, now_ns))
		return MODEL_NONE;
	lives_renamed(m, s->rec.cookie, rec->cookie);
	sktab_rename(&m->socks, sk, rec->cookie);
	return sk;
}

/* The living minisocket of that tuple; MODEL_NONE: none. */
static uint32_t minisocket_of(const struct model *m, const struct sockrec *rec)
{
	uint32_t sk = by_tuple_of(m, rec);
	const struct sk *s = sk == MODEL_NONE ? NULL : sktab_at(&m->socks, sk);

	return s && !s->ended_ns && ends_is_minisocket(&s->rec) && s->rec.proto == rec->proto ?
		sk : MODEL_NONE;
}

/* Was the minisocket listed just before the end of its socket was told? */
static bool came_first(const struct sk *s, uint64_t now_ns)
{
	return s->born && !s->final && now_ns < s->first_ns + LATE_S * NSEC_PER_SEC;
}

static void take_final_of_minisocket(struct model *m, uint32_t sk, const struct event *e)
{
	take_last(m, sk, e);
	ends_minisocket(m, sk, e->time_ns);
}

static void gone_unknown(struct model *m, const struct event *e)
{
	const struct sockrec *rec = &e->sock;
	const struct life *former = lifelog_end_of(&m->lives, rec->cookie);
	uint32_t sk;

	if (former) {	/* its row went first: its process was late to close it */
		lives_correct_unknown(m, former, rec);
		return;
	}
	if (!sk_is_ip(rec) || !sk_is_connected(rec) || !rec->lport ||
	    (!rec->rport && rec->proto != SP_TCP))
		return;
	sk = minisocket_of(m, rec);
	if (sk != MODEL_NONE && came_first(sktab_at(&m->socks, sk), e->time_ns)) {
		take_final_of_minisocket(m, sk, e);
		return;
	}
	if (sk != MODEL_NONE)
		sockets_remove(m, sk);	/* its tuple was used again (tcp_tw_reuse) */
	insert_ended(m, e);
}

void ends_minisocket(struct model *m, uint32_t sk, uint64_t now_ns)
{
	struct sk *s = sktab_at(&m->socks, sk);

	if (s->logged)
		lives_correct(m, s);
	else
		lives_ended(m, s, reason_of(m, s, END_CLOSED), now_ns);
}

/* Our own RST: what was a connection lost its peer's port. One that was not made yet failed. */
static bool is_reset_by_us(const struct sk *s, const struct sockrec *rec)
{
	return rec->proto == SP_TCP && !rec->rport && s->rec.rport &&
	       s->rec.state != ST_SYN_SENT && s->rec.state != ST_SYN_RECV && s->rec.state != ST_CLOSE;
}

void ends_apply_gone(struct model *m, const struct event *e)
{
	const struct sockrec *rec = &e->sock;
	enum endreason reason;
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
		take_final_of_minisocket(m, sk, e);	/* the dump was faster: it lives on */
	} else {
		reason = is_reset_by_us(s, rec) ? END_RESET : END_CLOSED;
		take_last(m, sk, e);
		ends_socket(m, sk, reason, e->time_ns);
		look_for_minisocket(m, sk, e->time_ns);
	}
}

void ends_apply_killed(struct model *m, const struct event *e)
{
	uint32_t sk = sktab_find(&m->socks, e->kill.cookie);
	struct sk *s = sk == MODEL_NONE ? NULL : sktab_at(&m->socks, sk);

	if (e->kill.error)
		return;
	if (s)
		s->killed = true;	/* it ends when the kernel says so */
	if (s && s->ended_ns && s->ended_ns + RECENT_S * NSEC_PER_SEC > e->time_ns)
		s->end = END_KILLED;
	if (!s || s->ended_ns)
		lives_killed(m, e->kill.cookie, e->time_ns - RECENT_S * NSEC_PER_SEC);
}
