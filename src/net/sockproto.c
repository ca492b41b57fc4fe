/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The names of socket kinds and of states, and the words that users have for states.
 */
#include "net/sockproto.h"

#include <netinet/in.h>
#include <stddef.h>
#include <string.h>

static const struct {
	const char *name;
	uint8_t ipproto;
	bool datagram;
} kinds[SOCKPROTOS] = {
	[SP_TCP] = { "tcp", IPPROTO_TCP, false },
	[SP_UDP] = { "udp", IPPROTO_UDP, true },
	[SP_UDPLITE] = { "udplite", IPPROTO_UDPLITE, true },
	[SP_ICMP4] = { "icmp", IPPROTO_ICMP, true },
	[SP_ICMP6] = { "icmpv6", IPPROTO_ICMPV6, true },
	[SP_SCTP] = { "sctp", IPPROTO_SCTP, false },
	[SP_DCCP] = { "dccp", IPPROTO_DCCP, false },
	[SP_MPTCP] = { "mptcp", IPPROTO_TCP, false }, /* its subflows are TCP on the wire */
	[SP_RAWIP] = { "raw", 0, true },	      /* each socket has a protocol of its own */
	[SP_UNIX_STREAM] = { "unix_stream", 0, false },
	[SP_UNIX_DGRAM] = { "unix_dgram", 0, true },
	[SP_UNIX_SEQPACKET] = { "unix_seqpacket", 0, false },
	[SP_PACKET] = { "packet", 0, true },
	[SP_NETLINK] = { "netlink", 0, true },
	[SP_VSOCK] = { "vsock", 0, false },
};

const char *sockproto_name(enum sockproto p)
{
	return (unsigned)p < SOCKPROTOS ? kinds[p].name : "unknown";
}

uint8_t sockproto_ipproto(enum sockproto p)
{
	return (unsigned)p < SOCKPROTOS ? kinds[p].ipproto : 0;
}

bool sockproto_is_datagram(enum sockproto p)
{
	return (unsigned)p < SOCKPROTOS && kinds[p].datagram;
}

/* The kernel's words, and ss's (sstate_name in misc/ss.c of iproute2). */
static const struct {
	const char *name;
	const char *ss;
} states[SOCKSTATES] = {
	[ST_UNKNOWN] = { "", "" },
	[ST_ESTABLISHED] = { "ESTABLISHED", "ESTAB" },
	[ST_SYN_SENT] = { "SYN_SENT", "SYN-SENT" },
	[ST_SYN_RECV] = { "SYN_RECV", "SYN-RECV" },
	[ST_FIN_WAIT1] = { "FIN_WAIT1", "FIN-WAIT-1" },
	[ST_FIN_WAIT2] = { "FIN_WAIT2", "FIN-WAIT-2" },
	[ST_TIME_WAIT] = { "TIME_WAIT", "TIME-WAIT" },
	[ST_CLOSE] = { "CLOSE", "UNCONN" },
	[ST_CLOSE_WAIT] = { "CLOSE_WAIT", "CLOSE-WAIT" },
	[ST_LAST_ACK] = { "LAST_ACK", "LAST-ACK" },
	[ST_LISTEN] = { "LISTEN", "LISTEN" },
	[ST_CLOSING] = { "CLOSING", "CLOSING" },
};

const char *sockstate_name(enum sockstate s, bool datagram)
{
	if ((unsigned)s >= SOCKSTATES)
		return "";
	return s == ST_CLOSE && datagram ? "UNCONN" : states[s].name;
}

const char *sockstate_short(enum sockstate s)
{
	return (unsigned)s < SOCKSTATES ? states[s].ss : "";
}

#define BIT(state) (1u << (state))
#define ALL	   (BIT(SOCKSTATES) - BIT(ST_ESTABLISHED))
#define CONNECTED  (ALL & ~(BIT(ST_LISTEN) | BIT(ST_CLOSE)))
#define BUCKET	   (BIT(ST_TIME_WAIT) | BIT(ST_SYN_RECV))

/* Without '-' and '_', which nobody agrees on. The groups are scan_state()'s in misc/ss.c. */
static const struct {
	const char *word;
	uint32_t mask;
} words[] = {
	{ "all", ALL },
	{ "big", ALL & ~BUCKET },
	{ "bucket", BUCKET },
	{ "close", BIT(ST_CLOSE) },
	{ "closed", BIT(ST_CLOSE) },
	{ "closewait", BIT(ST_CLOSE_WAIT) },
	{ "closing", BIT(ST_CLOSING) },
	{ "connected", CONNECTED },
	{ "estab", BIT(ST_ESTABLISHED) },
	{ "established", BIT(ST_ESTABLISHED) },
	{ "finwait1", BIT(ST_FIN_WAIT1) },
	{ "finwait2", BIT(ST_FIN_WAIT2) },
	{ "lastack", BIT(ST_LAST_ACK) },
	{ "listen", BIT(ST_LISTEN) },
	{ "listening", BIT(ST_LISTEN) },
	{ "newsynrecv", BIT(ST_SYN_RECV) },
	{ "synchronized", CONNECTED & ~BIT(ST_SYN_SENT) },
	{ "synrcv", BIT(ST_SYN_RECV) },
	{ "synrecv", BIT(ST_SYN_RECV) },
	{ "synsent", BIT(ST_SYN_SENT) },
	{ "timewait", BIT(ST_TIME_WAIT) },
	{ "tw", BIT(ST_TIME_WAIT) },
	{ "unconn", BIT(ST_CLOSE) },
	{ "unconnected", BIT(ST_CLOSE) },
};

/* ASCII only: the same words in every locale. */
static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool same_word(const char *typed, const char *word)
{
	for (;; typed++) {
		if (*typed == '-' || *typed == '_')
			continue;
		if (lower(*typed) != *word)
			return false;
		if (!*word++)
			return true;
	}
}

uint32_t sockstate_mask(const char *word)
{
	size_t i;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (same_word(word, words[i].word))
			return words[i].mask;
	}
	return 0;
}
