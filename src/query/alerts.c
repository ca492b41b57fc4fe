/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * alerts: the troubles that one row shows by itself, worst first.
 *
 * Owns the thresholds. Deliberately looks at nothing but the row: what needs history or other rows
 * (a queue that grows, ports running out) is not told here.
 *
 * The kernel's state and the wire's are not of one moment: that they differ is told when they have
 * for an interval.
 */
#include <netinet/in.h>

#include "query/alerts.h"

#include "query/row.h"

enum {
	UNREAD_BYTES = 64 * 1024,    /* unread for a moment is normal, this much is not */
	MANY_RETRANSMITS = 3,	     /* one or two are ordinary loss */
	BUSY_ENOUGH_US = 100 * 1000, /* shares of less time than this say nothing */
};

static bool in_state(const struct row *r, enum sockstate state)
{
	return r->sk && r->sk->rec.state == state && !row_is_datagram(r);
}

static bool has(const struct row *r, enum sockhas part)
{
	return r->sk && r->sk->rec.has & part;
}

static bool kernel_and_wire_disagree(const struct row *r)
{
	return in_state(r, ST_ESTABLISHED) && r->flow && r->flow->rec.wire_state == WS_RESET;
}

/* No packet came since before the last round began. */
static bool is_quiet_for_a_round(const struct row *r)
{
	uint64_t interval_ns = model_interval_ns(r->m);

	return interval_ns && r->flow->rec.last_ns + interval_ns < model_tick_ns(r->m);
}

static bool wire_is_over(const struct row *r)
{
	enum wirestate ws = row_wire_state(r);

	return in_state(r, ST_ESTABLISHED) && r->flow && (ws == WS_TIME_WAIT || ws == WS_CLOSED) &&
	       is_quiet_for_a_round(r);
}

static bool answer_was_not_taken(const struct row *r)
{
	enum wirestate ws = row_wire_state(r);

	return in_state(r, ST_SYN_SENT) && r->flow && (ws == WS_SYN_RECV || ws == WS_ESTABLISHED) &&
	       is_quiet_for_a_round(r);
}

/* Since the round after it came into this state. */
static bool wire_goes_on(const struct row *r)
{
	return in_state(r, ST_TIME_WAIT) && r->flow && row_wire_state(r) == WS_ESTABLISHED &&
	       r->sk->since_ns && model_interval_ns(r->m) &&
	       r->flow->rec.last_ns > r->sk->since_ns + model_interval_ns(r->m);
}

static bool nobody_listens_there(const struct row *r)
{
	return r->flow && r->flow->rec.wire_state == WS_REFUSED &&
	       (r->flow->rec.key.proto == IPPROTO_UDP || r->flow->rec.key.proto == IPPROTO_UDPLITE);
}

static bool is_missing(const struct row *r, enum wirereason reason)
{
	struct coverage c;

	return r->sk && r->flow && model_coverage(r->m, r->sk, &c) && c.reason == reason;
}

static bool part_was_filtered(const struct row *r)
{
	return is_missing(r, TRAFFIC_FILTERED);
}

static bool part_was_dropped(const struct row *r)
{
	return is_missing(r, TRAFFIC_DROPPED);
}

static bool part_was_elsewhere(const struct row *r)
{
	return is_missing(r, TRAFFIC_OTHER_IFACE);
}

static bool part_was_unseen(const struct row *r)
{
	return is_missing(r, TRAFFIC_UNSEEN);
}

static bool window_was_closed(const struct row *r, enum rowway way)
{
	return in_state(r, ST_ESTABLISHED) && r->flow && r->flow->rec.report.known &&
	       r->flow->rec.report.end[way == ROW_TX ? r->local : !r->local].zero_windows;
}

static bool our_window_was_closed(const struct row *r)
{
	return window_was_closed(r, ROW_TX);
}

static bool peers_window_was_closed(const struct row *r)
{
	return window_was_closed(r, ROW_RX);
}

static bool accept_queue_is_full(const struct row *r)
{
	return in_state(r, ST_LISTEN) && has(r, HAS_QUEUES) &&
	       r->sk->rec.recv_q > r->sk->rec.send_q;
}

/* connect() of a unix socket waits for room, or fails with EAGAIN (net/unix/af_unix.c). */
static bool unix_accept_queue_is_full(const struct row *r)
{
	return accept_queue_is_full(r) && !row_is_ip(r);
}

static bool peer_does_not_answer(const struct row *r)
{
	return in_state(r, ST_SYN_SENT) && has(r, HAS_TIMER) && r->sk->rec.retransmits;
}

static bool peer_is_gone(const struct row *r)
{
	return has(r, HAS_TIMER) && r->sk->rec.timer == TIMER_RETRANS &&
	       r->sk->rec.retransmits >= MANY_RETRANSMITS;
}

static bool process_has_not_closed(const struct row *r)
{
	return in_state(r, ST_CLOSE_WAIT);
}

static bool peers_window_is_closed(const struct row *r)
{
	return has(r, HAS_TIMER) && r->sk->rec.timer == TIMER_PROBE;
}

static bool process_does_not_read(const struct row *r)
{
	return in_state(r, ST_ESTABLISHED) && has(r, HAS_QUEUES) &&
	       r->sk->rec.recv_q >= UNREAD_BYTES;
}

static bool peer_reads_slowly(const struct row *r)
{
	const struct tcpinfo *info;

	if (!r->sk || !TCPINFO_HAS(r->sk->rec.tcpinfo_len, rwnd_limited))
		return false;
	info = &r->sk->rec.tcpinfo;
	return info->busy_time >= BUSY_ENOUGH_US && info->rwnd_limited > info->busy_time / 2;
}

static bool datagrams_are_dropped(const struct row *r)
{
	return row_is_datagram(r) && row_is_ip(r) && r->sk->rec.skmem[SKMEM_DROPS] &&
	       (r->sk->rec.skmem_count > SKMEM_DROPS || has(r, HAS_DROPS));
}

static const struct {
	bool (*is_true)(const struct row *r);
	const char *sentence;
} alerts[] = {
	{ kernel_and_wire_disagree, "the kernel says ESTABLISHED, the wire has seen a reset" },
	{ wire_is_over, "the kernel says ESTABLISHED, the wire has seen both ends close" },
	{ wire_goes_on, "the kernel has closed it, the wire still carries its packets" },
	{ answer_was_not_taken, "the SYN was answered on the wire, the kernel did not take the answer" },
	{ unix_accept_queue_is_full,
	  "the accept queue is over its limit: connects wait, or fail with EAGAIN" },
	{ accept_queue_is_full, "the accept queue is over its limit: new connections are dropped" },
	{ peer_does_not_answer, "no answer to the SYN: it is being sent again" },
	{ peer_is_gone, "the peer no longer acknowledges: it is sent again and again" },
	{ peers_window_is_closed, "the peer's window is closed: it does not read" },
	{ process_has_not_closed, "the peer has closed, the process has not" },
	{ process_does_not_read, "the process is not reading: received data piles up" },
	{ peer_reads_slowly, "the peer reads slowly: its window was closed most of the time" },
	{ datagrams_are_dropped, "datagrams were dropped: the process reads too slowly" },
	{ nobody_listens_there, "nobody listens there: ICMP port unreachable" },
	{ peers_window_was_closed, "the peer closed its window at times: it reads slowly" },
	{ our_window_was_closed, "its window was closed at times: the process reads slowly" },
	{ part_was_dropped,
	  "part of it was not captured: the kernel had no room for all packets" },
	{ part_was_filtered, "part of it was not captured: the capture filter leaves packets out" },
	{ part_was_elsewhere, "part of it was not captured: it took another interface" },
	{ part_was_unseen, "part of it was not captured: offloaded, or lost before it left" },
};

const char *alert_sentence(const struct row *r)
{
	if (r->sk && r->sk->ended_ns)
		return NULL; /* what it suffered from is over */
	for (size_t i = 0; i < sizeof(alerts) / sizeof(alerts[0]); i++) {
		if (alerts[i].is_true(r))
			return alerts[i].sentence;
	}
	return NULL;
}
