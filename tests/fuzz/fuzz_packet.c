/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fuzz_packet: any bytes as a packet of any link type. The first byte chooses the link type (the
 * low byte of its number; else a row of links.c), the second how much more there was on the wire
 * than was captured, the next two are the ethertype that the source tells; the rest is the packet.
 *
 * Looks for crashes, and for a record that breaks what flowtab and the tracking of flows rely on.
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

static const struct link *choose(uint8_t byte)
{
	const struct link *type;
	unsigned rows = 0;

	for (; (type = link_at(rows)); rows++)
		if ((type->linktype & 0xff) == byte)
			return type;
	return link_at(byte % rows);
}

/* The namespace is the packet's own. */
static void check_key(const struct flowkey *k, unsigned from, uint16_t netns)
{
	struct flowkey key;

	require(from <= 1 && k->netns == netns);
	require(flowkey_make(&key, k->proto, &k->addr[0], k->port[0], &k->addr[1], k->port[1]) ==
		0);
	key.netns = netns;
	require(flowkey_equal(&key, k));
}

/* What the transport header said: each protocol has fields of its own. */
static void check_transport(const struct pktmeta *m)
{
	bool is_icmp = m->key.proto == 1 || m->key.proto == 58;

	if (m->key.proto != 6 || m->fragment)
		require(!m->tcp_flags && !m->ack && !m->window);
	if (is_icmp && !m->fragment)
		require(m->seq <= UINT16_MAX);	/* an echo's number */
	else if (m->key.proto != 6 || m->fragment)
		require(!m->seq);
	if (!(m->tcp_flags & WIRE_SYN))
		require(!m->mss && m->wscale == WSCALE_NONE);
	require(m->wscale <= 14 || m->wscale == WSCALE_NONE);
	if (!is_icmp || m->fragment)
		require(!m->icmp_type && !m->icmp_code && !m->is_error);
	if (m->fragment)
		require(!m->key.port[0] && !m->key.port[1] && !m->payload);
}

static void check_payload(const struct pktraw *raw, const struct pktmeta *m)
{
	require(!m->payload == !m->payload_captured);
	if (!m->payload)
		return;
	require(m->key.proto == 17 || m->key.proto == 136);
	require(m->payload > raw->data && m->payload_captured <= m->payload_bytes);
	require(m->payload_captured <= (size_t)(raw->data + raw->caplen - m->payload));
}

static void check_flow(const struct pktraw *raw, const struct pktmeta *m)
{
	require(m->ip_bytes >= 20 && m->ip_bytes <= raw->wirelen);
	require(m->payload_bytes <= m->ip_bytes - 20);
	require(m->segs >= 1 && m->segs <= m->payload_bytes + 1);
	require(m->ecn <= 3 && !(m->fragment && m->fragment_first));
	require(m->fragment || m->fragment_first || !m->fragment_id);
	check_key(&m->key, m->from, raw->netns);
	check_transport(m);
	check_payload(raw, m);
	if (m->is_error)
		check_key(&m->about, m->about_from, raw->netns);
}

static void check_no_flow(const struct pktmeta *m)
{
	require(m->kind == PKT_NOT_IP || m->kind == PKT_UNDECODABLE);
	require(!m->ip_bytes && !m->payload_bytes && !m->from && !m->tcp_flags && m->segs == 1);
	require(!m->payload && !m->is_error && !m->fragment && !m->fragment_first);
	require(!m->seq && !m->window && !m->mss && m->wscale == WSCALE_NONE && !m->icmp_type);
}

/* A packet cut shorter by some bytes is the same or undecodable; it never counts for more. */
static void check_cut(const struct pktraw *raw, const struct pktmeta *whole, uint32_t bytes)
{
	struct pktraw cut = *raw;
	struct pktmeta m;

	cut.caplen -= bytes;
	decode_packet(&cut, &m);
	require(m.wire_bytes == whole->wire_bytes);
	if (m.kind == PKT_UNDECODABLE)
		return;
	require(m.kind == whole->kind && m.ip_bytes == whole->ip_bytes);
	require(m.payload_bytes == whole->payload_bytes && m.segs == whole->segs);
	require(m.payload_captured <= whole->payload_captured);
	if (m.kind == PKT_FLOW)
		require(flowkey_equal(&m.key, &whole->key) && m.from == whole->from);
	require(!m.is_error || (whole->is_error && flowkey_equal(&m.about, &whole->about)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct link *type;
	struct pktraw raw;
	struct pktmeta m;

	if (size < 4 || size > UINT16_MAX)
		return 0;
	type = choose(data[0]);
	raw = (struct pktraw){
		.data = data + 4,
		.caplen = (uint32_t)size - 4,
		.wirelen = (uint32_t)size - 4 + data[1] * 997u,
		.linktype = type->linktype,
		.ethertype = load_be16(data + 2),
		.gso_size = data[1] & 1 ? load_be16(data + 2) : 0,
		.netns = data[1],
	};
	decode_packet(&raw, &m);
	require(m.kind < PKT_KINDS && m.way <= PKT_OUT && m.vlan < 4096);
	require(m.wire_bytes == raw.wirelen);
	if (m.kind == PKT_FLOW)
		check_flow(&raw, &m);
	else
		check_no_flow(&m);
	check_cut(&raw, &m, raw.caplen % 64 < raw.caplen ? raw.caplen % 64 : 0);
	return 0;
}
