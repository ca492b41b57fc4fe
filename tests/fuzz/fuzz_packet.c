/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fuzz_packet: any bytes as a packet of any link type. The first byte chooses the link type (a row
 * of links.c), the second how much more there was on the wire than was captured, the next two are
 * the ethertype that the source tells; the rest is the packet.
 *
 * Looks for crashes, and for a record that breaks what flowtab relies on.
 */
#include <stdlib.h>

#include "net/decode.h"
#include "net/links.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* assert() would vanish in a build with NDEBUG. */
static void require(bool holds)
{
	if (!holds)
		abort();
}

static void check_flow(const struct pktraw *raw, const struct pktmeta *m)
{
	struct flowkey key;
	unsigned from;

	require(m->from <= 1);
	require(m->ip_bytes >= 20 && m->ip_bytes <= raw->wirelen);
	require(m->payload_bytes <= m->ip_bytes - 20);
	require(m->segs >= 1 && m->segs <= m->payload_bytes + 1);
	from = flowkey_make(&key, m->key.proto, &m->key.addr[0], m->key.port[0], &m->key.addr[1],
			    m->key.port[1]);
	require(from == 0 && flowkey_equal(&key, &m->key));
	if (m->fragment)
		require(!m->key.port[0] && !m->key.port[1] && !m->tcp_flags);
}

static void check_no_flow(const struct pktmeta *m)
{
	require(m->kind == PKT_NOT_IP || m->kind == PKT_UNDECODABLE);
	require(!m->ip_bytes && !m->payload_bytes && !m->from && !m->tcp_flags && m->segs == 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct link *type;
	struct pktraw raw;
	struct pktmeta m;

	if (size < 4 || size > UINT16_MAX)
		return 0;
	type = link_at(data[0] & 0x0f);
	raw = (struct pktraw){
		.data = data + 4,
		.caplen = (uint32_t)size - 4,
		.wirelen = (uint32_t)size - 4 + data[1] * 997u,
		.linktype = type ? type->linktype : data[0],
		.ethertype = load_be16(data + 2),
		.gso_size = data[1] & 1 ? load_be16(data + 2) : 0,
	};
	decode_packet(&raw, &m);
	require(m.kind < PKT_KINDS && m.way <= PKT_OUT && m.vlan < 4096);
	require(m.wire_bytes == raw.wirelen);
	if (m.kind == PKT_FLOW)
		check_flow(&raw, &m);
	else
		check_no_flow(&m);
	return 0;
}
