/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * struct tcp_info as the kernel returns it, up to Linux 6.18 (include/uapi/linux/tcp.h), in a
 * copy of our own: the distribution's header stops earlier, and an older kernel returns less.
 * Field names are the kernel's without tcpi_. Never test the kernel's version: test the length
 * that came back.
 */
#ifndef SOCKMON_NET_TCPINFO_H
#define SOCKMON_NET_TCPINFO_H

#include <stddef.h>
#include <stdint.h>

struct tcpinfo {
	uint8_t state, ca_state, retransmits, probes, backoff, options;
	uint8_t wscale;				/* snd_wscale:4 rcv_wscale:4, as bit-fields (low nibble: snd) */
	uint8_t delivery_flags;			/* delivery_rate_app_limited:1 fastopen_client_fail:2 */
	uint32_t rto, ato, snd_mss, rcv_mss;	/* rto, ato: us */
	uint32_t unacked, sacked, lost, retrans, fackets;
	uint32_t last_data_sent, last_ack_sent, last_data_recv, last_ack_recv;	/* ms ago */
	uint32_t pmtu, rcv_ssthresh, rtt, rttvar, snd_ssthresh, snd_cwnd, advmss, reordering;
	uint32_t rcv_rtt, rcv_space, total_retrans;
	uint64_t pacing_rate, max_pacing_rate;	/* B/s; ~0 = unlimited */
	uint64_t bytes_acked, bytes_received;
	uint32_t segs_out, segs_in, notsent_bytes, min_rtt, data_segs_in, data_segs_out;
	uint64_t delivery_rate;
	uint64_t busy_time, rwnd_limited, sndbuf_limited;	/* us */
	uint32_t delivered, delivered_ce;
	uint64_t bytes_sent, bytes_retrans;
	uint32_t dsack_dups, reord_seen, rcv_ooopack, snd_wnd;
	uint32_t rcv_wnd, rehash;
	uint16_t total_rto, total_rto_recoveries;
	uint32_t total_rto_time;		/* ms */
};

/*
 * Its end since Linux 6.18, the counters of Accurate ECN: by itself, since on most connections
 * all of it is 0 and need not be kept.
 */
struct tcpecn {
	uint32_t received_ce, delivered_e1_bytes, delivered_e0_bytes, delivered_ce_bytes;
	uint32_t received_e1_bytes, received_e0_bytes, received_ce_bytes;
	uint16_t accecn_fail_mode, accecn_opt_seen;
};

_Static_assert(offsetof(struct tcpinfo, pacing_rate) == 104, "kernel layout");
_Static_assert(offsetof(struct tcpinfo, delivery_rate) == 160, "kernel layout");
_Static_assert(offsetof(struct tcpinfo, bytes_sent) == 200, "kernel layout");
_Static_assert(sizeof(struct tcpinfo) == 248, "kernel layout");
_Static_assert(sizeof(struct tcpecn) == 32, "kernel layout");

/* Both together, as the kernel returns them. */
enum { TCPINFO_WHOLE = sizeof(struct tcpinfo) + sizeof(struct tcpecn) };

/* Did a reply of `len` bytes carry this field? */
#define TCPINFO_HAS(len, field) \
	((len) >= offsetof(struct tcpinfo, field) + sizeof(((struct tcpinfo *)0)->field))

#endif
