/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * columns_tcpinfo: the congestion control and every field of struct tcp_info, under the kernel's
 * names.
 *
 * Owns no state. What an older kernel did not return, what a listener does not fill in, and what
 * holds a value that means "none yet" is unknown. Where a name is taken by another column, the
 * keyword begins with tcp_ or says what the field holds; the key is the kernel's name always.
 */
#include "query/columns_parts.h"
#include "query/field.h"

static bool get_cong(const struct column *c, const struct row *r, struct value *v)
{
	(void)c;
	if (!r->sk || !(r->sk->rec.has & HAS_CONG) || !r->sk->cong)
		return false;
	v->text = model_cong(r->m, r->sk);
	return true;
}

static bool get_tcpinfo(const struct column *c, const struct row *r, struct value *v)
{
	if (!r->sk || (r->sk->rec.state == ST_LISTEN && !(c->arg & FIELD_LISTENER)))
		return false;
	return field_get(&r->sk->rec.tcpinfo, r->sk->rec.tcpinfo_len, c->arg, &v->u64);
}

/* The end of struct tcp_info: kept only where something in it is not 0. */
static bool get_ecn(const struct column *c, const struct row *r, struct value *v)
{
	static const struct tcpecn zeros;
	size_t len = r->sk ? r->sk->rec.tcpinfo_len : 0;

	if (len <= sizeof(struct tcpinfo) || r->sk->rec.state == ST_LISTEN)
		return false;
	return field_get(r->ecn ? r->ecn : &zeros, len - sizeof(struct tcpinfo), c->arg,
			 &v->u64);
}

/* The words of ss, in the order of the bits TCPI_OPT_*; window scaling has columns of its own. */
static bool get_option_words(const struct column *c, const struct row *r, struct value *v)
{
	static const char *const words[] = { "ts",	"sack",	    NULL,      "ecn",
					     "ecnseen", "fastopen", "usec_ts", "tfo_child" };

	(void)c;
	if (!r->sk || r->sk->rec.state == ST_LISTEN ||
	    !TCPINFO_HAS(r->sk->rec.tcpinfo_len, options))
		return false;
	return value_words(v, r->sk->rec.tcpinfo.options, words, sizeof(words) / sizeof(words[0]));
}

#define ROW(name, key, title, type, unit, width, arg, help)                               \
	{                                                                                 \
		name, "tcp_info." key, title, help, type, unit, SCOPE_KERNEL, width, arg, \
			get_tcpinfo, NEED_INFO, OF_TCPINFO                                \
	}
#define FIELD(field) FIELD_OF(struct tcpinfo, field)
#define NAMED(name, field, title, unit, width, flags, help) \
	ROW(name, #field, title, VT_UINT, unit, width, FIELD(field) | (flags), help)
#define TCP(field, title, unit, width, flags, help) \
	NAMED(#field, field, title, unit, width, flags, help)
#define ECN(field, title, unit, width, help)                                                    \
	{                                                                                       \
		#field, "tcp_info." #field, title, help, VT_UINT, unit, SCOPE_KERNEL, width,    \
			FIELD_OF(struct tcpecn, field) | FIELD_APART, get_ecn, NEED_INFO,       \
			OF_TCPINFO                                                              \
	}

static const struct column rows[] = {
	{ "cong", "cong", "CONG", "congestion control", VT_TEXT, UNIT_NONE, SCOPE_KERNEL, 7, 0,
	  get_cong, NEED_CONG, OF_SOCKET },
	NAMED("tcp_state", state, "ST", UNIT_NONE, 2, FIELD_LISTENER,
	      "state as the kernel's number"),
	TCP(ca_state, "CA", UNIT_NONE, 2, 0, "0 open, 1 disorder, 2 CWR, 3 recovery, 4 loss"),
	NAMED("tcp_retransmits", retransmits, "RTO#", UNIT_COUNT, 4, 0, "timeouts in a row"),
	TCP(probes, "PROBES", UNIT_COUNT, 6, 0, "probes sent without an answer"),
	TCP(backoff, "BACKOFF", UNIT_COUNT, 7, 0, "doublings of the timer"),
	TCP(options, "OPTS", UNIT_NONE, 4, 0,
	    "1 timestamps, 2 SACK, 4 scaling, 8 ECN, 16 ECN seen"),
	{ "option_words", "tcp_info.option_words", "OPTIONS",
	  "the same as ss's words: ts sack ecn ecnseen fastopen", VT_TEXT, UNIT_NONE, SCOPE_KERNEL,
	  12, 0, get_option_words, NEED_INFO, OF_TCPINFO },
	ROW("snd_wscale", "snd_wscale", "SWS", VT_UINT, UNIT_NONE, 3,
	    FIELD(wscale) | FIELD_LOW_NIBBLE, "window scale that the peer asked for"),
	ROW("rcv_wscale", "rcv_wscale", "RWS", VT_UINT, UNIT_NONE, 3,
	    FIELD(wscale) | FIELD_HIGH_NIBBLE, "window scale that we asked for"),
	ROW("delivery_rate_app_limited", "delivery_rate_app_limited", "APPLIM", VT_BOOL, UNIT_NONE,
	    6, FIELD(delivery_flags) | FIELD_ONE_BIT,
	    "the application, not the network, limits the rate"),
	ROW("fastopen_client_fail", "fastopen_client_fail", "TFO", VT_UINT, UNIT_NONE, 3,
	    FIELD(delivery_flags) | FIELD_NEXT_TWO_BITS, "why TCP Fast Open failed"),
	TCP(rto, "RTO", UNIT_US, 6, 0, "retransmission timeout"),
	TCP(ato, "ATO", UNIT_US, 6, 0, "delayed-ACK timeout"),
	TCP(snd_mss, "MSS", UNIT_NONE, 5, 0, "segment size sent"),
	TCP(rcv_mss, "RCVMSS", UNIT_NONE, 6, 0, "segment size received, an estimate"),
	TCP(unacked, "UNACK", UNIT_COUNT, 5, FIELD_LISTENER,
	    "segments in flight; LISTEN: accept queue"),
	TCP(sacked, "SACKED", UNIT_COUNT, 6, FIELD_LISTENER,
	    "segments selectively acked; LISTEN: its limit"),
	TCP(lost, "LOST", UNIT_COUNT, 4, 0, "segments held for lost"),
	NAMED("retrans_out", retrans, "RTXOUT", UNIT_COUNT, 6, 0,
	      "retransmitted segments in flight"),
	TCP(fackets, "FACK", UNIT_COUNT, 4, 0, "forward-acked segments (older kernels)"),
	TCP(last_data_sent, "LASTSND", UNIT_MS, 7, 0, "since data was sent last"),
	TCP(last_ack_sent, "LASTACKS", UNIT_MS, 8, 0,
	    "since an ACK was sent last (kernel leaves 0)"),
	TCP(last_data_recv, "LASTRCV", UNIT_MS, 7, 0, "since data was received last"),
	TCP(last_ack_recv, "LASTACK", UNIT_MS, 7, 0, "since an ACK was received last"),
	TCP(pmtu, "PMTU", UNIT_NONE, 5, 0, "path MTU"),
	TCP(rcv_ssthresh, "RSSTH", UNIT_BYTES, 6, 0, "limit of the window we may announce"),
	TCP(rtt, "RTT", UNIT_US, 6, FIELD_ZERO, "smoothed round-trip time"),
	TCP(rttvar, "RTTVAR", UNIT_US, 6, 0, "its mean deviation"),
	TCP(snd_ssthresh, "SSTH", UNIT_COUNT, 5, FIELD_INFINITE, "slow-start threshold, segments"),
	TCP(snd_cwnd, "CWND", UNIT_COUNT, 5, FIELD_LISTENER, "congestion window, segments"),
	TCP(advmss, "ADVMSS", UNIT_NONE, 6, 0, "segment size we announced"),
	TCP(reordering, "REORD", UNIT_COUNT, 5, FIELD_LISTENER,
	    "reordering that is tolerated, segments"),
	TCP(rcv_rtt, "RCVRTT", UNIT_US, 6, FIELD_ZERO, "round-trip time as the receiver sees it"),
	TCP(rcv_space, "RCVSPC", UNIT_BYTES, 6, 0,
	    "bytes read per round trip, for tuning the buffer"),
	TCP(total_retrans, "RETR", UNIT_COUNT, 5, 0, "segments retransmitted, in all"),
	TCP(pacing_rate, "PACING", UNIT_RATE, 6, FIELD_ALL_ONES | FIELD_LISTENER,
	    "rate at which it may send"),
	TCP(max_pacing_rate, "MAXPACE", UNIT_RATE, 7, FIELD_ALL_ONES | FIELD_LISTENER,
	    "limit of that rate, if any"),
	TCP(bytes_acked, "ACKED", UNIT_BYTES, 6, 0, "bytes the peer has acknowledged"),
	TCP(bytes_received, "RCVD", UNIT_BYTES, 6, 0, "bytes received in order"),
	TCP(segs_out, "SEGOUT", UNIT_COUNT, 6, 0, "segments sent"),
	TCP(segs_in, "SEGIN", UNIT_COUNT, 6, 0, "segments received"),
	TCP(notsent_bytes, "NOTSENT", UNIT_BYTES, 7, 0, "bytes written and not yet sent"),
	TCP(min_rtt, "MINRTT", UNIT_US, 6, FIELD_ALL_ONES, "least round-trip time of late"),
	TCP(data_segs_in, "DSEGIN", UNIT_COUNT, 6, 0, "segments received with data"),
	TCP(data_segs_out, "DSEGOUT", UNIT_COUNT, 7, 0, "segments sent with data"),
	TCP(delivery_rate, "DELIV", UNIT_RATE, 6, FIELD_ALL_ONES,
	    "rate at which data last arrived"),
	TCP(busy_time, "BUSY", UNIT_US, 6, 0, "time with data to send"),
	TCP(rwnd_limited, "RWNDLIM", UNIT_US, 7, 0, "time held up by the peer's window"),
	TCP(sndbuf_limited, "SNDBLIM", UNIT_US, 7, 0, "time held up by our send buffer"),
	TCP(delivered, "DELVD", UNIT_COUNT, 6, 0, "segments delivered"),
	TCP(delivered_ce, "DELVCE", UNIT_COUNT, 6, 0, "segments delivered with ECN's mark"),
	TCP(bytes_sent, "SENT", UNIT_BYTES, 6, 0, "bytes sent, retransmissions included"),
	TCP(bytes_retrans, "RETRB", UNIT_BYTES, 6, 0, "bytes retransmitted"),
	TCP(dsack_dups, "DSACK", UNIT_COUNT, 5, 0, "duplicates that the peer reported"),
	TCP(reord_seen, "REORDS", UNIT_COUNT, 6, 0, "reorderings seen"),
	TCP(rcv_ooopack, "OOO", UNIT_COUNT, 5, 0, "segments received out of order"),
	TCP(snd_wnd, "SNDWND", UNIT_BYTES, 6, 0, "the peer's window"),
	TCP(rcv_wnd, "RCVWND", UNIT_BYTES, 6, 0, "our window"),
	TCP(rehash, "REHASH", UNIT_COUNT, 6, 0, "times it tried another path (PLB, timeouts)"),
	TCP(total_rto, "RTOS", UNIT_COUNT, 5, 0, "timeouts, in all"),
	TCP(total_rto_recoveries, "RTOREC", UNIT_COUNT, 6, 0, "recoveries from timeouts"),
	TCP(total_rto_time, "RTOTIME", UNIT_MS, 7, 0, "time spent in them"),
	ECN(received_ce, "RCVCE", UNIT_COUNT, 6, "segments received with ECN's mark"),
	ECN(delivered_e1_bytes, "DELE1", UNIT_BYTES, 6, "bytes delivered as ECT(1)"),
	ECN(delivered_e0_bytes, "DELE0", UNIT_BYTES, 6, "bytes delivered as ECT(0)"),
	ECN(delivered_ce_bytes, "DELCEB", UNIT_BYTES, 6, "bytes delivered as CE"),
	ECN(received_e1_bytes, "RCVE1", UNIT_BYTES, 6, "bytes received as ECT(1)"),
	ECN(received_e0_bytes, "RCVE0", UNIT_BYTES, 6, "bytes received as ECT(0)"),
	ECN(received_ce_bytes, "RCVCEB", UNIT_BYTES, 6, "bytes received as CE"),
	ECN(accecn_fail_mode, "ECNFAIL", UNIT_NONE, 7, "why Accurate ECN failed"),
	ECN(accecn_opt_seen, "ECNOPT", UNIT_NONE, 6, "Accurate ECN option seen"),
};

const struct columnpart columns_tcpinfo = COLUMNPART(rows);
