/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The table of link types: how to get from the first captured byte to the network header.
 * Numbers are the LINKTYPE_ values of capture files (https://www.tcpdump.org/linktypes.html).
 * To add one: a row in links.c, a capture with its expectation, a copy cut in mid-header.
 */
#ifndef SOCKMON_NET_LINKS_H
#define SOCKMON_NET_LINKS_H

#include "base/bytes.h"

enum {
	LINK_NULL = 0,
	LINK_ETHERNET = 1,
	LINK_PPP = 9,
	LINK_PPP_SERIAL = 50,
	LINK_PPP_ETHER = 51,		/* starts with PPPoE's header */
	LINK_RAW = 101,
	LINK_80211 = 105,
	LINK_LOOP = 108,
	LINK_LINUX_SLL = 113,
	LINK_80211_RADIOTAP = 127,
	LINK_PPI = 192,
	LINK_MPLS = 219,
	LINK_IPV4 = 228,
	LINK_IPV6 = 229,
	LINK_NFLOG = 239,
	LINK_NETLINK = 253,		/* never IP */
	LINK_LINUX_SLL2 = 276,
	LINK_RAW_ETHERTYPE = 0xfffe,	/* ours: a network header whose ethertype the source tells */
};

/*
 * What a link header said. ethertype 0x0800 and 0x86dd mean IP follows; way and ifindex stay as
 * they were where the header does not tell.
 */
struct linkhead {
	uint16_t ethertype;
	uint32_t ifindex;	/* LINUX_SLL2, NFLOG */
	/*
	 * In: bytes of the frame on the wire. Out: less what stands behind the network packet and
	 * is known not to be its own (a frame check sequence).
	 */
	uint32_t wire_bytes;
	uint16_t vlan;		/* outermost VLAN id, 0 = none */
	uint8_t way;		/* enum pktway; SLL, SLL2 and NFLOG carry it */
};

struct link {
	uint16_t linktype;
	const char *name;	/* "EN10MB": libpcap's name */
	/*
	 * Moves *b past the link header(s), tags and labels included. false: cut short, or
	 * malformed.
	 */
	bool (*decode)(struct bytes *b, struct linkhead *h);
};

const struct link *link_find(uint16_t linktype);	/* NULL: not known to sockmon */
const struct link *link_at(unsigned i);			/* the i-th row; NULL past the end */

#endif
