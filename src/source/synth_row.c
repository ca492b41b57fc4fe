/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One synthetic connection; see synth_row.h. Owns how numbers grow and what follows from them.
 * Deliberately knows nothing of the order of events.
 */
#include "source/synth_row.h"

#include <errno.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "net/decode.h"
#include "source/synth_report.h"

/* Per cent of a row's mean rate, by tick: the sparkline has something to show, and its sum is 0. */
static const int8_t wave[16] = { 0, 19, 35, 46, 50, 46, 35, 19, 0, -19, -35, -46, -50, -46, -35, -19 };

enum {
	SUPER_PACKET = 8,		/* segments that GSO and GRO make one of */
	SUPER_PACKET_RATE = 100000,	/* bytes/s from which they do */
	BRIEF_FROM_PCT = 41, BRIEF_TO_PCT = 36,	/* of an interval before its end: SY_BRIEF */
	SEEN_PCT = 80,			/* of SY_PARTLY_SEEN */
	RETRANSMITS_MAX = 6,		/* tcp_syn_retries */
	TIME_WAIT_MS = 60000,		/* TCP_TIMEWAIT_LEN */
	SYN_OPTIONS = 8,		/* a SYN is so much longer than a segment with a time stamp */
	CGROUPS_FROM = 4096,
	COOKIES = 0x1000,		/* in each cycle; more than rows */
	DOCKER_PREFIX = 16,
	PORTS = 4096,			/* that a row uses before it begins again */
};

/* What one end has sent. */
struct sent {
	uint64_t payload, data_segs, bare_segs;
};

struct synthphase synthlife_phase(const struct synthlife *l, uint32_t tick)
{
	uint32_t at = l->period ? tick % l->period : tick;
	struct synthphase p = { .cycle = l->period ? tick / l->period : 0 };

	p.there = at >= l->born && (!l->gone || at < l->gone);
	p.lingers = at >= l->born && (!l->gone || at < l->gone + (uint32_t)SYNTH_LINGER);
	p.over = p.lingers && l->over && at >= l->over;
	p.age = p.lingers ? at - l->born : 0;
	p.over_age = p.over ? at - l->over : 0;
	p.ends = l->over ? at == l->over : l->gone && at == l->gone;
	return p;
}

int synthrow_init(struct synthrow *r, const struct synthconn *conn, uint32_t index, uint32_t flow_id)
{
	bool v6 = strchr(conn->laddr, ':') != NULL;

	*r = (struct synthrow){ .conn = conn, .index = index, .flow_id = flow_id };
	if (addr_parse(conn->laddr, &r->laddr))
		return -EINVAL;
	return addr_parse(conn->raddr ? conn->raddr : v6 ? "::" : "0.0.0.0", &r->raddr);
}

static uint64_t segments(const struct synthrow *r, uint64_t payload)
{
	uint32_t mss = synth_paths[r->conn->path].mss;

	return (payload + mss - 1) / mss;
}

void synthrow_start(struct synthrow *r, uint32_t cycle, const struct synthtime *t)
{
	const struct synthconn *c = r->conn;
	uint64_t age_ns = c->age_s * NSEC_PER_SEC;
	bool quiet = !c->rx && !c->tx;

	r->cycle = cycle;
	r->over = false;
	r->gone = c->flags & SY_BRIEF;
	r->rx = c->rx_before + (uint64_t)c->rx * c->age_s;
	r->tx = c->tx_before + (uint64_t)c->tx * c->age_s;
	r->rx_segs = segments(r, r->rx);
	r->tx_segs = segments(r, r->tx);
	r->resent = c->resent;
	r->retransmits = c->retransmits;
	if (c->flags & SY_BRIEF) {	/* between two ticks */
		r->opened_ns = t->now_ns - t->interval_ns * BRIEF_FROM_PCT / 100;
		r->last_ns = t->now_ns - t->interval_ns * BRIEF_TO_PCT / 100;
		return;
	}
	r->opened_ns = t->now_ns - age_ns;
	r->last_ns = quiet ? r->opened_ns + age_ns / 4 * 3 : t->now_ns;
}

static uint64_t carried(uint32_t rate, const struct synthrow *r, const struct synthtime *t)
{
	unsigned phase = (r->conn->lport + r->conn->rport) % 4;	/* both ends of a connection have the same */
	uint64_t pct = (uint64_t)(100 + wave[(t->tick + phase) % 16]);

	return rate * pct / 100 * (t->interval_ns / NSEC_PER_MSEC) / 1000;
}

void synthrow_carry(struct synthrow *r, const struct synthphase *p, const struct synthtime *t)
{
	const struct synthconn *c = r->conn;
	uint64_t rx = carried(c->rx, r, t), tx = carried(c->tx, r, t);

	if (r->over || r->gone)
		return;
	r->over = p->over;	/* what it carried in its last interval still counts */
	r->gone = !p->there;
	r->rx += rx;
	r->tx += tx;
	r->rx_segs += segments(r, rx);
	r->tx_segs += segments(r, tx);
	if (c->tx && c->resent && t->tick % 3 == 0)
		r->resent++;
	if (c->state == ST_SYN_SENT) {
		uint32_t more = 0;

		while (c->retransmits + more < RETRANSMITS_MAX && (p->age + 1) >> (more + 1))
			more++;		/* after 1, 3, 7 … ticks */
		r->retransmits = c->retransmits + more;
	}
	if (c->rx || c->tx || r->over)
		r->last_ns = t->now_ns;
}

static uint8_t state_of(const struct synthrow *r)
{
	return r->over ? ST_TIME_WAIT : r->conn->state;
}

static enum wirestate wire_of(const struct synthrow *r)
{
	static const uint8_t wire[SOCKSTATES] = {
		[ST_ESTABLISHED] = WS_ESTABLISHED, [ST_SYN_SENT] = WS_SYN_SENT,
		[ST_SYN_RECV] = WS_SYN_RECV, [ST_FIN_WAIT1] = WS_FIN_WAIT1,
		[ST_FIN_WAIT2] = WS_FIN_WAIT2, [ST_TIME_WAIT] = WS_TIME_WAIT,
		[ST_CLOSE_WAIT] = WS_FIN_WAIT2, [ST_LAST_ACK] = WS_CLOSING, [ST_CLOSING] = WS_CLOSING,
	};

	if (r->conn->proto != SP_TCP)
		return r->conn->wire;
	if (r->gone && r->conn->end_wire)
		return r->conn->end_wire;
	return r->conn->wire ? r->conn->wire : wire[state_of(r)];
}

/*
 * Segments without payload: the handshake, one acknowledgement for two segments of data, the end.
 */
static uint64_t bare_segments(const struct synthrow *r, bool opener, uint64_t peers_data)
{
	enum wirestate w = r->conn->proto == SP_TCP ? wire_of(r) : WS_NONE;

	switch (w) {
	case WS_NONE:
		return 0;
	case WS_SYN_SENT:
	case WS_SYN_RECV:
		if (opener)
			return 1 + (w == WS_SYN_SENT ? r->retransmits : 0);
		return w == WS_SYN_RECV ? 1 + r->retransmits : 0;
	case WS_REFUSED:
		return 1;
	default:
		return (opener ? 2 : 1) + (peers_data + 1) / 2 + (w == WS_ESTABLISHED ? 0 : 2);
	}
}

static struct sent sent_by_local(const struct synthrow *r)
{
	return (struct sent){
		.payload = r->tx + r->resent * synth_paths[r->conn->path].mss,
		.data_segs = r->tx_segs + r->resent,
		.bare_segs = bare_segments(r, !(r->conn->flags & SY_ACCEPTED), r->rx_segs),
	};
}

static struct sent sent_by_remote(const struct synthrow *r)
{
	return (struct sent){
		.payload = r->rx,
		.data_segs = r->rx_segs,
		.bare_segs = bare_segments(r, r->conn->flags & SY_ACCEPTED, r->tx_segs + r->resent),
	};
}

static uint64_t cookie_of(const struct synthrow *r)
{
	return COOKIES * ((uint64_t)r->cycle + 1) + r->index;
}

uint32_t synthrow_inode(const struct synthrow *r)
{
	if (state_of(r) == ST_TIME_WAIT || (!r->conn->proc && !(r->conn->flags & SY_KERNEL)))
		return 0;
	return 30000 + r->index * 7 + r->cycle * 1000;
}

/* Each cycle is another connection: the end that opens has another port. */
static uint16_t port_of(const struct synthrow *r, bool local)
{
	bool opener = local != !!(r->conn->flags & SY_ACCEPTED);
	uint16_t port = local ? r->conn->lport : r->conn->rport;

	return opener && port ? (uint16_t)(port + r->cycle % PORTS) : port;
}

/*
 * The last segments sent wait for their acknowledgement; what the window has no room for was not
 * sent.
 */
static uint32_t in_flight(const struct synthrow *r)
{
	const struct synthpath *path = &synth_paths[r->conn->path];
	uint32_t window = path->cwnd * path->mss, send_q = r->conn->send_q;

	if (r->conn->timer == TIMER_PROBE || send_q <= 1)	/* 1 is a SYN or a FIN */
		return 0;
	return send_q < window ? send_q : window;
}

static void fill_path(struct tcpinfo *i, const struct synthrow *r, const struct synthtime *t)
{
	const struct synthpath *path = &synth_paths[r->conn->path];
	uint64_t age_us = (t->now_ns - r->opened_ns) / NSEC_PER_USEC;
	int sway = wave[(t->tick * 3 + r->index) % 16];

	i->rto = path->rto_us;
	i->ato = r->rx_segs ? 40000 : 0;
	i->snd_mss = i->rcv_mss = i->advmss = path->mss;
	i->pmtu = path->mss > 1448 ? 65535 : 1500;
	i->rtt = path->rtt_us + (uint32_t)((int)path->rttvar_us * sway / 100);
	i->rttvar = path->rttvar_us;
	i->min_rtt = path->min_rtt_us;
	i->rcv_rtt = r->rx_segs > 10 ? path->rtt_us : 0;
	i->snd_cwnd = path->cwnd;
	i->snd_ssthresh = path->ssthresh ? path->ssthresh : INT32_MAX;
	i->reordering = 3;
	i->rcv_space = i->rcv_ssthresh = 64076;
	i->wscale = 0x77;
	i->options = 0x7;	/* time stamps, SACK, window scale */
	i->pacing_rate = (uint64_t)path->cwnd * path->mss * 1200000 / path->rtt_us;
	i->max_pacing_rate = UINT64_MAX;
	i->delivery_rate = r->tx_segs > 10 ? (uint64_t)path->cwnd * path->mss * 900000 / path->rtt_us : 0;
	i->busy_time = r->tx ? age_us / 100 * path->busy_pct : 0;
	i->rwnd_limited = i->busy_time / 100 * path->rwnd_pct;
	i->sndbuf_limited = i->busy_time / 100 * path->sndbuf_pct;
	i->snd_wnd = r->conn->timer == TIMER_PROBE ? 0 : 65280;
	i->rcv_wnd = 64256;
}

static void fill_tcpinfo(struct tcpinfo *i, const struct synthrow *r, const struct synthtime *t)
{
	struct sent out = sent_by_local(r), in = sent_by_remote(r);
	uint32_t mss = synth_paths[r->conn->path].mss, flight = in_flight(r);
	uint64_t idle_ms = (t->now_ns - r->last_ns) / NSEC_PER_MSEC;

	i->state = state_of(r);
	if (i->state == ST_LISTEN) {	/* net/ipv4/tcp.c, tcp_get_info(): the accept queue and its limit */
		i->unacked = r->conn->recv_q;
		i->sacked = r->conn->send_q;
		return;
	}
	fill_path(i, r, t);
	i->retransmits = r->conn->timer == TIMER_RETRANS ? (uint8_t)r->retransmits : 0;
	i->backoff = i->retransmits;
	i->ca_state = i->retransmits ? 4 : 0;	/* TCP_CA_Loss */
	i->probes = r->conn->timer == TIMER_PROBE ? (uint8_t)r->retransmits : 0;
	i->unacked = flight ? (flight + mss - 1) / mss : r->conn->send_q == 1;
	i->lost = i->retrans = i->retransmits ? i->unacked : 0;
	i->total_retrans = (uint32_t)r->resent + (i->state == ST_SYN_SENT ? r->retransmits : 0);
	i->bytes_sent = out.payload;
	i->bytes_retrans = r->resent * mss;
	i->bytes_acked = r->tx > flight ? r->tx - flight : 0;
	i->bytes_received = in.payload;
	i->segs_out = (uint32_t)(out.data_segs + out.bare_segs);
	i->segs_in = (uint32_t)(in.data_segs + in.bare_segs);
	i->data_segs_out = (uint32_t)out.data_segs;
	i->data_segs_in = (uint32_t)in.data_segs;
	i->delivered = i->data_segs_out > i->unacked ? i->data_segs_out - i->unacked : 0;
	i->notsent_bytes = r->conn->send_q > 1 ? r->conn->send_q - flight : 0;
	i->last_data_sent = i->last_data_recv = i->last_ack_recv = (uint32_t)idle_ms;
}

static void fill_memory(struct sockrec *s, const struct synthconn *c)
{
	bool datagram = sockproto_is_datagram(c->proto);

	s->skmem_count = SKMEM_VALUES;
	s->skmem[SKMEM_RMEM_ALLOC] = c->state == ST_LISTEN ? 0 : c->recv_q + c->recv_q / 4;
	s->skmem[SKMEM_RCVBUF] = datagram ? 212992 : 131072;
	s->skmem[SKMEM_WMEM_ALLOC] = c->state == ST_LISTEN || !c->send_q ? 0 : c->send_q + 1280;
	s->skmem[SKMEM_SNDBUF] = datagram ? 212992 : 2626560;
	s->skmem[SKMEM_FWD_ALLOC] = c->recv_q ? 4096 - c->recv_q % 4096 : 0;
	s->skmem[SKMEM_WMEM_QUEUED] = c->state == ST_LISTEN ? 0 : c->send_q;
	s->skmem[SKMEM_DROPS] = c->drops;
}

uint64_t synth_cgroup(enum synthprocid proc)
{
	const char *path = synth_procs[proc].cgroup;
	uint64_t first = proc;

	for (enum synthprocid id = P_NONE + 1; path && id < proc; id++)
		if (strcmp(synth_procs[id].cgroup, path) == 0 && id < first)
			first = id;
	return CGROUPS_FROM + first;
}

/* What the congestion control tells of itself, in its own units. */
static void fill_cc(struct sockrec *s, const struct synthpath *path)
{
	uint64_t bw = (uint64_t)path->cwnd * path->mss * 950000 / (path->rtt_us ? path->rtt_us : 1);

	if (strcmp(path->cong, "bbr") == 0) {
		s->cc_kind = CC_BBR;
		s->cc.bbr.bw_lo = (uint32_t)bw;
		s->cc.bbr.bw_hi = (uint32_t)(bw >> 32);
		s->cc.bbr.min_rtt = path->min_rtt_us;
		s->cc.bbr.pacing_gain = 256;
		s->cc.bbr.cwnd_gain = 512;
	} else if (strcmp(path->cong, "dctcp") == 0) {
		s->cc_kind = CC_DCTCP;
		s->cc.dctcp.enabled = 1;
		s->cc.dctcp.alpha = 41;
		s->cc.dctcp.ab_ecn = 17376;
		s->cc.dctcp.ab_tot = 1086000;
	}
}

static void fill_tls(struct sockmore *more)
{
	more->kind = MORE_ULP;
	more->ulp = (struct ulpmore){
		.name = "tls",
		.has_tls = true,
		.tls_version = 0x0304,
		.tls_cipher = 51,	/* TLS_CIPHER_AES_GCM_128 */
		.tls_txconf = 2,	/* TLS_CONF_SW */
		.tls_rxconf = 2,
	};
}

/* What only a full socket has: not TIME_WAIT, not SYN_RECV. */
static void fill_full(struct sockrec *s, struct sockmore *more, const struct synthrow *r,
		      const struct synthtime *t)
{
	static const uint8_t shut[SOCKSTATES] = { [ST_CLOSE_WAIT] = 1, [ST_FIN_WAIT1] = 2,
						  [ST_FIN_WAIT2] = 3, [ST_LAST_ACK] = 3 };
	const struct synthconn *c = r->conn;
	const char *cong = synth_paths[c->path].cong;

	s->has |= HAS_QUEUES | HAS_UID | HAS_TOS | HAS_SHUTDOWN | HAS_CGROUP;
	s->uid = synth_procs[c->proc].uid;
	s->tos = c->tos;
	s->shutdown = shut[c->state];
	s->cgroup_id = synth_cgroup(c->proc);
	s->recv_q = c->recv_q;
	s->send_q = c->send_q;
	fill_memory(s, c);
	s->has |= HAS_SOCKOPT;
	s->sockopt = SOCKOPT_MC_LOOP | SOCKOPT_MC_ALL;
	if (c->proto != SP_TCP)
		return;
	s->sockopt |= SOCKOPT_IS_ICSK;
	s->has |= HAS_CONG;
	memcpy(more->cong, cong, strlen(cong));
	fill_cc(s, &synth_paths[c->path]);
	if (c->flags & SY_TLS)
		fill_tls(more);
	s->tcpinfo_len = TCPINFO_WHOLE;
	fill_tcpinfo(&s->tcpinfo, r, t);
}

static void fill_timer(struct sockrec *s, const struct synthrow *r, const struct synthphase *p,
		       const struct synthtime *t)
{
	uint64_t tick_ms = t->interval_ns / NSEC_PER_MSEC, from_ms = r->conn->timer_ms, gone_ms;

	s->timer = s->state == ST_TIME_WAIT ? TIMER_TIME_WAIT : r->conn->timer;
	if (s->timer == TIMER_NONE)
		return;
	s->has |= HAS_TIMER;
	s->retransmits = (uint8_t)r->retransmits;
	if (s->timer == TIMER_TIME_WAIT) {
		gone_ms = (r->over ? p->over_age : p->age) * tick_ms;
		from_ms = r->over ? TIME_WAIT_MS : from_ms;
		s->timer_ms = (uint32_t)(gone_ms < from_ms ? from_ms - gone_ms : 0);
	} else {
		s->timer_ms = (uint32_t)(from_ms - p->age * tick_ms % from_ms);
	}
}

void synthrow_socket(const struct synthrow *r, const struct synthphase *p, const struct synthtime *t,
		     struct sockrec *out, struct sockmore *more)
{
	const struct synthconn *c = r->conn;
	bool v6 = c->flags & SY_DUAL || !addr_is_v4(&r->laddr);

	*more = (struct sockmore){ .kind = MORE_NONE };
	*out = (struct sockrec){
		.cookie = cookie_of(r),
		.laddr = r->laddr,
		.raddr = r->raddr,
		.lport = port_of(r, true),
		.rport = port_of(r, false),
		.has = HAS_COOKIE,
		.proto = c->proto,
		.family = v6 ? AF_INET6 : AF_INET,
		.state = state_of(r),
		.dump = dump_index(0, (c->proto == SP_UDP) * 2u + v6),
		.dump_gen = t->tick + 1,
		.inode = synthrow_inode(r),
	};
	if (v6) {
		out->has |= HAS_V6ONLY;
		out->v6only = c->flags & SY_V6ONLY;
	}
	fill_timer(out, r, p, t);
	if (out->state != ST_TIME_WAIT && out->state != ST_SYN_RECV)
		fill_full(out, more, r, t);
}

void synthrow_gone(const struct synthrow *r, const struct synthtime *t, struct sockrec *out,
		   struct sockmore *more)
{
	struct synthrow last = *r;
	struct synthphase now = { .there = true };

	last.over = false;	/* the full socket's end: its TIME_WAIT is another record */
	synthrow_socket(&last, &now, t, out, more);
	out->state = ST_CLOSE;
	out->timer = TIMER_NONE;
	out->has &= (uint16_t)~(HAS_UID | HAS_QUEUES | HAS_TIMER | HAS_CGROUP);
	out->inode = out->uid = out->recv_q = out->send_q = out->timer_ms = 0;
	out->cgroup_id = 0;
	out->skmem_count = 0;
	if (!out->tcpinfo_len)
		return;
	fill_tcpinfo(&out->tcpinfo, r, t);	/* with the FINs */
	out->tcpinfo.state = ST_CLOSE;
}

static uint32_t header_bytes(const struct synthrow *r)
{
	uint32_t ip = addr_is_v4(&r->laddr) ? 20 : 40;

	return ip + (r->conn->proto == SP_TCP ? 32 : 8);	/* TCP with its time stamps; UDP, ICMP */
}

static struct flowcount count_of(const struct synthrow *r, const struct sent *s, uint32_t rate)
{
	bool super = r->conn->proto == SP_TCP && rate >= SUPER_PACKET_RATE;
	uint64_t pct = r->conn->flags & SY_PARTLY_SEEN ? SEEN_PCT : 100;
	uint64_t per_packet = super ? SUPER_PACKET : 1;
	uint64_t data_packets = (s->data_segs + per_packet - 1) / per_packet;
	struct flowcount n = {
		.packets = (data_packets + s->bare_segs) * pct / 100,
		.segs = (s->data_segs + s->bare_segs) * pct / 100,
		.payload = s->payload * pct / 100,
	};

	n.bytes = n.payload + n.packets * header_bytes(r) + (s->bare_segs ? SYN_OPTIONS : 0);
	return n;
}

static bool is_closing(enum wirestate w)
{
	return w == WS_FIN_WAIT1 || w == WS_FIN_WAIT2 || w == WS_CLOSING || w == WS_TIME_WAIT;
}

/* Did the local end send the first FIN? Who is freed at once has not, and was not who reset it. */
static bool closes_first(const struct synthrow *r)
{
	if (r->gone && r->conn->end_wire)
		return false;
	return r->conn->state != ST_CLOSE_WAIT && r->conn->state != ST_LAST_ACK;
}

static uint8_t flags_of(const struct synthrow *r, const struct sent *s, bool opener, bool closer)
{
	enum wirestate w = wire_of(r);
	unsigned flags = s->payload ? WIRE_ACK | WIRE_PSH : 0;

	if (w == WS_NONE || !s->bare_segs)
		return 0;
	if (w == WS_REFUSED)
		return opener ? WIRE_SYN : WIRE_RST | WIRE_ACK;
	flags |= opener && (w == WS_SYN_SENT || w == WS_SYN_RECV) ? WIRE_SYN : WIRE_SYN | WIRE_ACK;
	if (w == WS_RESET && closer)
		flags |= WIRE_RST;
	if (w == WS_TIME_WAIT || w == WS_CLOSING || (is_closing(w) && closer))
		flags |= WIRE_FIN;
	return (uint8_t)flags;
}

static uint32_t ifindex_of(const struct synthrow *r)
{
	struct addr docker;

	addr_parse("172.17.0.1", &docker);
	if (addr_is_loopback(&r->laddr))
		return 1;
	return addr_in_prefix(&r->laddr, &docker, DOCKER_PREFIX) ? 3 : 2;
}

void synthrow_flow(const struct synthrow *r, struct flowrec *out)
{
	const struct synthconn *c = r->conn;
	struct sent sent = sent_by_local(r), got = sent_by_remote(r);
	bool opens = !(c->flags & SY_ACCEPTED);
	bool both = c->flags & SY_THROUGH || addr_is_loopback(&r->raddr);
	unsigned l;

	*out = (struct flowrec){
		.id = r->flow_id,
		.gen = r->cycle + 1,
		.first_ns = r->opened_ns,
		.last_ns = r->last_ns,
		.ifindex = ifindex_of(r),
		.wire_state = wire_of(r),
		.opener_certain = c->proto == SP_TCP,
		.points = c->flags & SY_THROUGH ? 4 : 2,
	};
	l = flowkey_make(&out->key, sockproto_ipproto(c->proto), &r->laddr, port_of(r, true), &r->raddr,
			 port_of(r, false));
	out->opener = opens ? l : !l;
	out->dir[l] = count_of(r, &sent, c->tx);
	out->dir[!l] = count_of(r, &got, c->rx);
	out->closer = !is_closing(out->wire_state) ? OPENER_UNKNOWN : closes_first(r) ? l : !l;
	out->tcp_flags[l] = flags_of(r, &sent, opens, closes_first(r));
	out->tcp_flags[!l] = flags_of(r, &got, !opens, !closes_first(r));
	out->sent_here = both ? 3 : 1 << l;
	out->got_here = both ? 3 : 2 >> l;
	if (c->flags & SY_PASSING)
		out->sent_here = out->got_here = 0;
	if (out->wire_state == WS_REFUSED && c->proto == SP_TCP)
		out->rst_from = opens ? 2 >> l : 1 << l;
	else if (out->wire_state == WS_RESET)
		out->rst_from = 2 >> l;
	synthreport_fill(r, l, out);
}
