/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Datagrams and echoes: see datagramtrack.h. Owns nothing. Does not read what is asked: a question
 * is whatever comes first.
 */
#include "net/datagramtrack.h"

#include <netinet/in.h>

#include "net/flowtrack_timing.h"

enum {
	ICMP4_ECHO = 8,			/* requests; RFC 792 */
	ICMP6_ECHO = 128,		/* RFC 4443 4.1 */
};

/* end: what tells the question's answer. */
static void question_begin(struct flowtrack_end *e, uint32_t end, uint64_t now_ns)
{
	timing_start(e, end, now_ns);
	e->flags = (uint16_t)((e->flags & ~TRACK_TAINTED) | TRACK_TIMING);
}

static void question_end(struct flowtrack *t, unsigned end, uint64_t now_ns)
{
	struct flowtrack_end *e = &t->end[end];
	uint64_t ns;

	if (!(e->flags & TRACK_TAINTED) && timing_elapsed(e, now_ns, &ns))
		timing_add_sample(t, end, ns);
	e->flags &= (uint16_t)~(TRACK_TIMING | TRACK_TAINTED);
}

/*
 * The first packet of an end after one of the other's is a question, unless it answers one. What
 * comes after an answer from the same end is more of the answer. After a second question nobody can
 * tell which of them the answer is to (Karn).
 */
static void time_datagram(struct flowtrack *t, const struct pktmeta *m)
{
	struct flowtrack_end *e = &t->end[m->from], *o = &t->end[!m->from];

	if (o->flags & TRACK_TIMING)
		question_end(t, !m->from, m->time_ns);
	else if (e->flags & TRACK_TIMING)
		e->flags |= TRACK_TAINTED;
	else if (!(e->flags & TRACK_NEXT))
		question_begin(e, 0, m->time_ns);
	e->flags |= TRACK_NEXT;
	o->flags &= (uint16_t)~TRACK_NEXT;
}

/*
 * RFC 792, RFC 4443 4: an echo has its question's number. Once a later one is answered, no answer
 * is awaited any more. A question that is asked again with its number is two.
 */
static void time_echo(struct flowtrack *t, const struct pktmeta *m)
{
	struct flowtrack_end *e = &t->end[m->from], *o = &t->end[!m->from];
	int16_t later;

	if (m->icmp_type == ICMP4_ECHO || m->icmp_type == ICMP6_ECHO) {
		if (!(e->flags & TRACK_TIMING))
			question_begin(e, m->seq, m->time_ns);
		else if (e->timed_end == m->seq)
			e->flags |= TRACK_TAINTED;
	} else if (o->flags & TRACK_TIMING) {
		later = (int16_t)(m->seq - o->timed_end);
		if (later > 0)
			o->flags |= TRACK_TAINTED;
		if (later >= 0)
			question_end(t, !m->from, m->time_ns);
	}
}

void datagramtrack_step(struct flowtrack *t, const struct pktmeta *m)
{
	if (m->key.proto == IPPROTO_ICMP || m->key.proto == IPPROTO_ICMPV6)
		time_echo(t, m);
	else
		time_datagram(t, m);
	if (m->payload_bytes)
		flowtrack_write_once(t, m->from, L_DATA, TRACK_WROTE_DATA);
}
