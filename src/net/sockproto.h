/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kinds of socket and their states, under the names that users and scripts see.
 */
#ifndef SOCKMON_NET_SOCKPROTO_H
#define SOCKMON_NET_SOCKPROTO_H

#include <stdbool.h>
#include <stdint.h>

enum sockproto {
	SP_TCP,
	SP_UDP,
	SP_UDPLITE,
	SP_ICMP4,
	SP_ICMP6,
	SP_SCTP,
	SP_DCCP,
	SP_MPTCP,
	SP_RAWIP,
	SP_UNIX_STREAM,
	SP_UNIX_DGRAM,
	SP_UNIX_SEQPACKET,
	SP_PACKET,
	SP_NETLINK,
	SP_VSOCK,
	SOCKPROTOS
};

const char *sockproto_name(enum sockproto p);	/* "tcp", "unix_stream": as in JSON; never NULL */
uint8_t sockproto_ipproto(enum sockproto p);	/* IP protocol number of its packets; 0 = not IP */

/*
 * Kernel socket states, numbered as in include/net/tcp_states.h. NEW_SYN_RECV is reported as
 * SYN_RECV; a bound socket that neither listens nor is connected (6.8 and later) comes back as
 * CLOSE.
 */
enum sockstate {
	ST_UNKNOWN = 0,
	ST_ESTABLISHED = 1,
	ST_SYN_SENT,
	ST_SYN_RECV,
	ST_FIN_WAIT1,
	ST_FIN_WAIT2,
	ST_TIME_WAIT,
	ST_CLOSE,
	ST_CLOSE_WAIT,
	ST_LAST_ACK,
	ST_LISTEN,
	ST_CLOSING,
	SOCKSTATES
};

/*
 * "ESTABLISHED" …; CLOSE of a datagram socket is "UNCONN", as ss says. Never NULL; "" for
 * ST_UNKNOWN.
 */
const char *sockstate_name(enum sockstate s, bool datagram);
const char *sockstate_short(enum sockstate s);	/* ss's: "ESTAB", "TIME-WAIT"; CLOSE is always "UNCONN" */
bool sockproto_is_datagram(enum sockproto p);

/*
 * Which states a user's word means: bit (1 << state). Knows ss's, netstat's and the kernel's
 * spelling in any case ("estab", "established", "TIME_WAIT", "time-wait", "timewait", "tw"), and
 * ss's groups: all, connected, synchronized, bucket, big, listening, closed, unconn. 0 = not a
 * state.
 */
uint32_t sockstate_mask(const char *word);

#endif
