/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The registry of socket families. A row's place is its dump's index in every event: add at the
 * end.
 */
#include "source/families.h"

#include <netinet/in.h>
#include <sys/socket.h>

#include "source/family_inet.h"
#include "source/family_netlink.h"
#include "source/family_packet.h"
#include "source/family_unix.h"
#include "source/family_vsock.h"
#include "source/procnet.h"

#ifndef IPPROTO_MPTCP
#define IPPROTO_MPTCP 262
#endif

#define BIT(proto) (1u << (proto))
#define UNIX_PROTOS (BIT(SP_UNIX_STREAM) | BIT(SP_UNIX_DGRAM) | BIT(SP_UNIX_SEQPACKET))

static const struct sockkind tcp = { "TCP", "tcp_diag", SOCK_STREAM, IPPROTO_TCP };
static const struct sockkind udp = { "UDP", "udp_diag", SOCK_DGRAM, IPPROTO_UDP };
static const struct sockkind udplite = { "UDP-Lite", "udp_diag", SOCK_DGRAM, IPPROTO_UDPLITE };
static const struct sockkind raw = { "raw", "raw_diag", SOCK_RAW, IPPROTO_RAW };
static const struct sockkind ping = { "ping", NULL, SOCK_DGRAM, IPPROTO_ICMP };
static const struct sockkind ping6 = { "ping", NULL, SOCK_DGRAM, IPPROTO_ICMPV6 };
static const struct sockkind sctp = { "SCTP", "sctp_diag", SOCK_STREAM, IPPROTO_SCTP };
static const struct sockkind dccp = { "DCCP", "dccp_diag", SOCK_DCCP, IPPROTO_DCCP };
static const struct sockkind mptcp = { "MPTCP", "mptcp_diag", SOCK_STREAM, IPPROTO_MPTCP };
static const struct sockkind local = { "unix", "unix_diag", SOCK_STREAM, 0 };
static const struct sockkind packet = { "packet", "af_packet_diag", SOCK_DGRAM, 0 };
static const struct sockkind netlink = { "netlink", "netlink_diag", SOCK_RAW, 0 };
static const struct sockkind vsock = { "vsock", "vsock_diag", SOCK_STREAM, 0 };

/* One of IPv4 or IPv6 that sock_diag knows. */
#define INET(name, proto, family, text, kind)                                                  \
	{ name, BIT(proto), proto, family, family_inet_request, family_inet_parse, text,       \
	  false, kind }

/* Text, and nothing else: sock_diag refuses ping sockets on every kernel. */
#define TEXT(name, proto, family, text, stand_in, kind) \
	{ name, BIT(proto), proto, family, NULL, NULL, text, stand_in, kind }

static const struct family families[] = {
	INET("tcp4", SP_TCP, AF_INET, &procnet_tcp, &tcp),
	INET("tcp6", SP_TCP, AF_INET6, &procnet_tcp6, &tcp),
	INET("udp4", SP_UDP, AF_INET, &procnet_udp, &udp),
	INET("udp6", SP_UDP, AF_INET6, &procnet_udp6, &udp),
	INET("udplite4", SP_UDPLITE, AF_INET, &procnet_udplite, &udplite),
	INET("udplite6", SP_UDPLITE, AF_INET6, &procnet_udplite6, &udplite),
	INET("raw4", SP_RAWIP, AF_INET, &procnet_raw, &raw),
	INET("raw6", SP_RAWIP, AF_INET6, &procnet_raw6, &raw),
	TEXT("icmp4", SP_ICMP4, AF_INET, &procnet_icmp, false, &ping),
	TEXT("icmp6", SP_ICMP6, AF_INET6, &procnet_icmp6, false, &ping6),
	INET("sctp4", SP_SCTP, AF_INET, NULL, &sctp),
	INET("sctp6", SP_SCTP, AF_INET6, NULL, &sctp),
	TEXT("sctp-eps", SP_SCTP, AF_UNSPEC, &procnet_sctp_eps, true, &sctp),
	TEXT("sctp-assocs", SP_SCTP, AF_UNSPEC, &procnet_sctp_assocs, true, &sctp),
	INET("dccp4", SP_DCCP, AF_INET, NULL, &dccp),
	INET("dccp6", SP_DCCP, AF_INET6, NULL, &dccp),
	INET("mptcp4", SP_MPTCP, AF_INET, NULL, &mptcp),
	INET("mptcp6", SP_MPTCP, AF_INET6, NULL, &mptcp),
	{ "unix", UNIX_PROTOS, SP_UNIX_STREAM, AF_UNIX, family_unix_request, family_unix_parse,
	  &procnet_unix, false, &local },
	{ "packet", BIT(SP_PACKET), SP_PACKET, AF_PACKET, family_packet_request,
	  family_packet_parse, &procnet_packet, false, &packet },
	{ "netlink", BIT(SP_NETLINK), SP_NETLINK, AF_NETLINK, family_netlink_request,
	  family_netlink_parse, &procnet_netlink, false, &netlink },
	{ "vsock", BIT(SP_VSOCK), SP_VSOCK, AF_VSOCK, family_vsock_request, family_vsock_parse,
	  NULL, false, &vsock },
};

_Static_assert(sizeof(families) / sizeof(families[0]) <= FAMILY_ROWS_MAX, "see dump_index()");

const struct family *family_at(unsigned i)
{
	return i < sizeof(families) / sizeof(families[0]) ? &families[i] : NULL;
}
