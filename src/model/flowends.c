/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a flow says of how its sockets ended: the kernel's event comes first most of the time, the
 * RST on the wire some milliseconds later. An RST without a socket is an end of its own in the log,
 * until the socket's event comes.
 *
 * A socket that is closed by an RST of our own may have lost its peer's port when the kernel tells
 * of it (tcp_disconnect(), net/ipv4/tcp.c): it and its flow find each other by the rest, where only
 * one fits.
 */
#include "model/state.h"

#include <netinet/in.h>

enum { TH_ACK = 0x10 };

static bool is_broken(const struct flowrec *r)
{
	return r->key.proto == IPPROTO_TCP &&
	       (r->wire_state == WS_RESET || r->wire_state == WS_REFUSED);
}

static enum endreason reason_of(const struct flowrec *r)
{
	return r->wire_state == WS_RESET ? END_RESET : END_REFUSED;
}

/* Is end e of the flow where the socket stood, for all that its record still says? */
static bool fits(const struct flowrec *f, unsigned e, const struct sockrec *r)
{
	return f->key.netns == r->netns && f->key.port[e] == r->lport &&
	       addr_equal(&f->key.addr[!e], &r->raddr) &&
	       (addr_is_any(&r->laddr) || addr_equal(&f->key.addr[e], &r->laddr));
}

/* The broken flow that the record stood at, which has no socket; NULL: none, or several. */
static const struct flow *broken_flow_of(const struct model *m, const struct sockrec *r,
					 unsigned *end)
{
	const struct flow *found = NULL;

	for (unsigned i = 0; i < MODEL_BROKEN; i++) {
		const struct flow *f = flowmirror_get(&m->flows, m->broken_flows[i].flow);

		if (!f || f->rec.gen != m->broken_flows[i].gen || !is_broken(&f->rec))
			continue;
		for (unsigned e = 0; e < 2; e++) {
			if (!fits(&f->rec, e, r) || join_socket_of(m, f, e) != MODEL_NONE)
				continue;
			if (found && found != f)
				return NULL;
			found = f;
			*end = e;
		}
	}
	return found;
}

void flowends_complete(const struct model *m, struct sockrec *r)
{
	unsigned end;
	const struct flow *f = broken_flow_of(m, r, &end);

	if (!f)
		return;
	r->laddr = f->rec.key.addr[end];
	r->rport = f->rec.key.port[!end];
}

void flowends_note_portless(struct model *m, uint64_t cookie)
{
	m->portless[m->portless_next++ % MODEL_BROKEN] = cookie;
}

/* The ended socket without its peer's port that stood at end e; MODEL_NONE: none, or several. */
static uint32_t portless_at(const struct model *m, const struct flow *f, unsigned e)
{
	uint32_t found = MODEL_NONE;

	for (unsigned i = 0; i < MODEL_BROKEN; i++) {
		uint64_t cookie = m->portless[i];
		uint32_t sk = cookie ? sktab_find(&m->socks, cookie) : MODEL_NONE;
		const struct sockrec *r = sk == MODEL_NONE ? NULL : &sktab_at(&m->socks, sk)->rec;

		if (!r || r->rport || !fits(&f->rec, e, r))
			continue;
		if (found != MODEL_NONE)
			return MODEL_NONE;
		found = sk;
	}
	return found;
}

static void give_tuple(struct model *m, uint32_t sk, const struct flow *f, unsigned e)
{
	struct sockrec *r = &sktab_at(&m->socks, sk)->rec;

	join_unlink_socket(m, sk);
	r->laddr = f->rec.key.addr[e];
	r->rport = f->rec.key.port[!e];
	join_socket(m, sk);
}

static void note_broken(struct model *m, const struct flow *f)
{
	m->broken_flows[m->broken_next++ % MODEL_BROKEN] =
		(struct lookup){ .flow = f->rec.id, .gen = f->rec.gen };
}

/* A connection was there, not only an attempt at one. */
static bool was_open(const struct flowrec *r, const struct flowrec *before)
{
	return (before && before->wire_state >= WS_ESTABLISHED) ||
	       r->opener == OPENER_UNKNOWN || r->tcp_flags[r->opener] & TH_ACK;
}

/* No socket is known at end e. */
static void log_end(struct model *m, const struct flow *f, unsigned e, const struct flowrec *before)
{
	const struct flowrec *r = &f->rec;
	/* an attempt is told once: from us, or from that of our ends that made it */
	bool of_end = r->wire_state == WS_RESET ?
		was_open(r, before) && !f->had_socket :
		f->ours != 3 || r->opener == e || (r->opener == OPENER_UNKNOWN && e == 0);

	if (f->ours & 1u << e && of_end)
		lives_flow_ended(m, f, e, reason_of(r));
}

static void tell_end(struct model *m, uint32_t id, unsigned e, const struct flowrec *before)
{
	const struct flow *f = flowmirror_at(&m->flows, id);
	bool broke = is_broken(&f->rec);
	uint32_t sk = join_socket_of(m, f, e);
	struct sk *s;

	if (sk == MODEL_NONE && broke) {
		sk = portless_at(m, f, e);
		if (sk != MODEL_NONE)
			give_tuple(m, sk, f, e);
	}
	if (sk == MODEL_NONE) {
		if (broke) {
			note_broken(m, f);
			log_end(m, f, e, before);
		}
		return;
	}
	s = sktab_at(&m->socks, sk);
	if (s->ended_ns)
		ends_learn(m, s);
	else if (broke && f->rec.wire_state == WS_RESET && s->rec.state != ST_SYN_RECV &&
		 !ends_is_minisocket(&s->rec))
		lives_ended(m, s, END_RESET, m->time_ns);
}

void flowends_note(struct model *m, uint32_t id, const struct flowrec *before)
{
	const struct flowrec *r = &flowmirror_at(&m->flows, id)->rec;

	if (m->host.offline || r->key.proto != IPPROTO_TCP ||
	    (before && before->wire_state == r->wire_state))
		return;
	for (unsigned e = 0; e < 2; e++)
		tell_end(m, id, e, before);
}
