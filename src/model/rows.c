/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reading the model: rows and the reasons for what they lack. Changes nothing.
 *
 * Row ids: a socket's slot, or ROW_FLOW | a flow's id for flows that no socket's row carries.
 */
#include "model/state.h"

#include <netinet/in.h>
#include <sys/socket.h>

#include "base/hash.h"

/* Who reads a row reads the next ones most of the time: their memory is asked for so far ahead. */
enum { ROWS_AHEAD = 2 };

static const uint32_t ROW_FLOW = 1u << 31;
static const uint64_t IDENT_FLOW = 1ull << 63;	/* socket cookies are small counters */

static bool has_own_row(const struct flow *f)
{
	return !f->exact[0] && !f->exact[1];
}

uint32_t model_row_count(const struct model *m)
{
	/* at most: some flows are on sockets' rows */
	return m->totals.sockets + m->totals.closed + m->flows.count;
}

uint32_t model_row_ids(const struct model *m, uint32_t *out)
{
	uint32_t n = 0;

	for (uint32_t sk = 0; sk < m->socks.slab.end; sk++)
		if (sk_is_row(m, sktab_at(&m->socks, sk)))
			out[n++] = sk;
	for (uint32_t id = 0; id < m->flows.slab.end; id++) {
		const struct flow *f = flowmirror_get(&m->flows, id);

		if (f && has_own_row(f))
			out[n++] = ROW_FLOW | id;
	}
	return n;
}

/*
 * Why a socket without a process has none; `listener` is the one that it waits at or came from, or
 * NULL.
 */
static enum procreason socket_reason(const struct model *m, const struct sk *s,
				     const struct sk *listener)
{
	enum sockstate state = s->rec.state;

	if (s->proc != MODEL_NONE)
		return PROC_KNOWN;
	if (attribution_is_kernels(m, s))
		return PROC_KERNEL;
	if (s->ended_ns)
		return s->rec.inode && m->host.no_process ? PROC_NOT_LOOKED : PROC_EXITED;
	if (state == ST_TIME_WAIT)
		return PROC_TIME_WAIT;
	if (state == ST_SYN_RECV)
		return PROC_HANDSHAKE;
	if (!s->rec.inode && listener && (state == ST_ESTABLISHED || state == ST_CLOSE_WAIT))
		return PROC_ACCEPT_QUEUE;
	if (!s->rec.inode)
		return PROC_EXITED;
	if (m->host.no_process)
		return PROC_NOT_LOOKED;
	if (m->pass_ns <= s->first_ns)
		return PROC_LOOKING;
	return m->pass.hidden ? PROC_NO_PERMISSION : PROC_KERNEL;
}

static bool is_over(const struct flowrec *r)
{
	return r->wire_state == WS_TIME_WAIT || r->wire_state == WS_RESET ||
	       r->wire_state == WS_CLOSING;
}

/* Neither end is ours. */
static enum procreason passing_reason(const struct model *m, const struct flow *f,
				      const struct addr *dst)
{
	if (addr_is_multicast(dst) || iftab_is_broadcast(m->ifaces, f->rec.key.netns, dst))
		return PROC_MULTICAST;
	return f->rec.sent_here || f->rec.got_here ? PROC_FORWARDED : PROC_NOT_OURS;
}

/*
 * What the kernel itself says and hears: answers to others' echo requests, ICMP errors, groups and
 * neighbours (these have no identifier), and tunnels.
 */
static bool is_kernels(const struct flow *f)
{
	const struct flowkey *k = &f->rec.key;
	unsigned opener = f->rec.opener == OPENER_END1;

	switch (k->proto) {
	case IPPROTO_ICMP:
	case IPPROTO_ICMPV6:
		return (!k->port[0] && !k->port[1]) || !(f->ours & 1u << opener);
	case IPPROTO_IGMP:
	case IPPROTO_IPIP:
	case IPPROTO_IPV6:
	case IPPROTO_GRE:
	case IPPROTO_ESP:
	case IPPROTO_AH:
		return true;
	default:
		return false;
	}
}

static enum procreason flow_reason(const struct model *m, const struct flow *f)
{
	const struct addr *dst = &f->rec.key.addr[f->rec.opener == OPENER_END1 ? 0 : 1];

	if (m->host.offline)
		return PROC_FILE;
	if (f->had_socket)
		return PROC_JUST_CLOSED;
	if (f->elsewhere)
		return PROC_OTHER_NETNS;
	if (!f->ours)
		return passing_reason(m, f, dst);
	if (is_kernels(f))
		return PROC_KERNEL;
	if (f->rec.wire_state == WS_REFUSED)
		return PROC_CLOSED_PORT;
	if (is_over(&f->rec))
		return PROC_JUST_CLOSED;
	return f->rec.first_ns > m->dump_ns[f->rec.key.netns] ? PROC_LOOKING : PROC_NO_SOCKET;
}

static enum wirereason traffic_reason(const struct model *m, const struct sk *s)
{
	if (!m->capturing || m->host.no_capture)
		return TRAFFIC_NO_CAPTURE;
	if (s->rec.state == ST_LISTEN)
		return TRAFFIC_LISTENING;
	/* What began under our eyes and has carried something did so in between. */
	if (s->moved || (s->born && coverage_has_carried(s)))
		return coverage_why_unseen(m, s);
	if (!s->rate_ns)
		return TRAFFIC_NONE;
	return coverage_has_carried(s) ? TRAFFIC_BEFORE : TRAFFIC_IDLE;
}

/* The process, or who else is answerable: the listener that it waits at or came from. */
static void put_process(const struct model *m, const struct sk *s, struct row *r)
{
	const struct sk *listener = NULL;

	if (s->proc == MODEL_NONE && (!s->rec.inode || s->ended_ns))
		listener = attribution_listener(m, s);
	r->proc_reason = socket_reason(m, s, listener);
	r->proc = proctab_at(m->procs, s->proc);
	if (listener && r->proc_reason != PROC_NOT_LOOKED) {
		r->owner = listener;
		r->proc = proctab_at(m->procs, listener->proc);
	}
}

static void socket_row(const struct model *m, const struct sk *s, struct row *r)
{
	r->sk = s;
	r->ident = s->rec.cookie;
	r->more = s->more != MODEL_NONE ? slab_at(&m->mores, s->more) : NULL;
	r->ecn = s->ecn != MODEL_NONE ? slab_at(&m->ecns, s->ecn) : NULL;
	r->peer = attribution_peer(m, s);
	/* Not of the others: a peer's memory is far away, and their ends are in s already. */
	if (r->peer && s->rec.family == AF_UNIX && r->peer->more != MODEL_NONE)
		r->peer_more = slab_at(&m->mores, r->peer->more);
	if (r->peer && !m->host.no_process)
		r->peer_proc = proctab_at(m->procs, r->peer->proc);
	put_process(m, s, r);
	if (s->flow != MODEL_NONE) {
		r->flow = flowmirror_at(&m->flows, s->flow);
		r->local = s->local_end;
	} else if (s->sum != MODEL_NONE) {
		r->flow = slab_at(&m->sums, s->sum);
	} else {
		r->wire_reason = traffic_reason(m, s);
	}
}

/*
 * The end that a row of its own calls local: ours, or served here; else the one that opened the
 * flow.
 */
static uint8_t local_end(const struct flow *f)
{
	uint8_t opener = f->rec.opener == OPENER_END1;

	if (f->ours == 1 || f->ours == 2)
		return f->ours == 2;
	if (f->sk[opener] == MODEL_NONE && f->sk[1 - opener] != MODEL_NONE)
		return 1 - opener;
	return opener;
}

static void flow_row(const struct model *m, const struct flow *f, struct row *r)
{
	r->flow = f;
	r->local = local_end(f);
	r->ident = flowkey_hash(&f->rec.key, f->rec.first_ns) | IDENT_FLOW;
	if (f->sk[r->local] != MODEL_NONE) {
		r->owner = sktab_at(&m->socks, f->sk[r->local]);
		r->proc = proctab_at(m->procs, r->owner->proc);
		r->proc_reason = socket_reason(m, r->owner, NULL);
		return;
	}
	r->proc = proctab_at(m->procs, f->proc);
	r->proc_reason = r->proc ? PROC_KNOWN : flow_reason(m, f);
}

bool model_row(const struct model *m, uint32_t id, struct row *out)
{
	*out = (struct row){ .m = m };
	if (id & ROW_FLOW) {
		const struct flow *f = flowmirror_get(&m->flows, id & ~ROW_FLOW);

		if (!f)
			return false;
		flow_row(m, f, out);
		return true;
	}
	if (id >= m->socks.slab.end || !sk_is_row(m, sktab_at(&m->socks, id)))
		return false;
	sktab_prefetch(&m->socks, id + ROWS_AHEAD);
	socket_row(m, sktab_at(&m->socks, id), out);
	return true;
}

uint64_t model_time_ns(const struct model *m)
{
	return m->time_ns;
}

uint64_t model_tick_ns(const struct model *m)
{
	return m->tick_ns;
}

uint64_t model_interval_ns(const struct model *m)
{
	return m->interval_ns;
}

uint64_t model_version(const struct model *m)
{
	return m->version;
}

const struct hostrec *model_host(const struct model *m)
{
	return &m->host;
}

const struct capturerec *model_capture(const struct model *m)
{
	return &m->capture;
}

const struct capturebalance *model_balance(const struct model *m)
{
	return m->balanced ? &m->balance : NULL;
}

const struct model_totals *model_totals(const struct model *m)
{
	return &m->totals;
}

const char *model_cong(const struct model *m, const struct sk *sk)
{
	return sk->cong ? m->congs[sk->cong - 1] : NULL;
}

const struct netnsrec *model_netns(const struct model *m, uint16_t index)
{
	return index < NETNS_MAX && m->netns_known >> index & 1 ? &m->netns[index] : NULL;
}

/* Cut, not rounded. */
static int hundredths(uint64_t all, uint64_t of)
{
	int h = all ? (int)((double)of * 10000 / (double)all) : 0;

	return of < all && h >= 10000 ? 9999 : h;
}

int model_seen(const struct model *m)
{
	const struct model_totals *t = &m->totals;
	uint64_t packets = m->capture.totals.packets, found = 0;
	int seen, kept = hundredths(packets + m->capture.dropped, packets);

	if (!t->covered_kernel)
		return -1;
	if (t->covered_missing < t->covered_kernel)
		found = t->covered_kernel - t->covered_missing;
	seen = hundredths(t->covered_kernel, found);
	return m->capture.dropped && kept < seen ? kept : seen;
}

const char *model_notice(const struct model *m, enum noticesource s)
{
	return m->notice[s];
}

unsigned model_history(const struct model *m, uint64_t *rx_bps, uint64_t *tx_bps, unsigned max)
{
	unsigned n = m->history_count < max ? m->history_count : max;

	for (unsigned i = 0; i < n; i++) {
		unsigned at = (m->history_next + MODEL_HISTORY - n + i) % MODEL_HISTORY;

		rx_bps[i] = m->history[at].rx_bps;
		tx_bps[i] = m->history[at].tx_bps;
	}
	return n;
}

const struct iface *model_iface(const struct model *m, uint16_t netns, uint32_t ifindex)
{
	return iftab_find(m->ifaces, netns, ifindex);
}

const struct iface *model_iface_at(const struct model *m, unsigned i)
{
	return iftab_at(m->ifaces, i);
}

const struct addrrec *model_addr_at(const struct model *m, unsigned i)
{
	return iftab_addr_at(m->ifaces, i);
}

unsigned model_holders(const struct model *m, const struct sk *sk, struct holder *out, unsigned max)
{
	return sk->inode ? proctab_holders(m->procs, sk->inode, out, max) : 0;
}
