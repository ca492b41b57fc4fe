/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The numbers of a group's line: a table, and a getter beside each row. It writes nothing.
 */
#include "export/groupfields.h"

static bool known_rate(uint64_t bps, uint64_t *out)
{
	if (bps == MODEL_RATE_UNKNOWN)
		return false;
	*out = bps;
	return true;
}

static bool get_connections(const struct group *g, uint64_t *out)
{
	*out = g->rows;
	return true;
}

static bool get_sockets(const struct group *g, uint64_t *out)
{
	*out = g->sockets;
	return true;
}

static bool get_rx_rate(const struct group *g, uint64_t *out)
{
	return known_rate(g->rx_bps, out);
}

static bool get_tx_rate(const struct group *g, uint64_t *out)
{
	return known_rate(g->tx_bps, out);
}

static bool get_rx_bytes(const struct group *g, uint64_t *out)
{
	*out = g->rx_bytes;
	return true;
}

static bool get_tx_bytes(const struct group *g, uint64_t *out)
{
	*out = g->tx_bytes;
	return true;
}

static bool get_rx_packets(const struct group *g, uint64_t *out)
{
	*out = g->rx_packets;
	return true;
}

static bool get_tx_packets(const struct group *g, uint64_t *out)
{
	*out = g->tx_packets;
	return true;
}

static const struct groupfield fields[] = {
	{ "connections", "CONNS", false, get_connections },
	{ "sockets", "SOCKETS", false, get_sockets },
	{ "rx_rate", "RX/s", false, get_rx_rate },
	{ "tx_rate", "TX/s", false, get_tx_rate },
	{ "rx_bytes", "RX-BYTES", true, get_rx_bytes },
	{ "tx_bytes", "TX-BYTES", true, get_tx_bytes },
	{ "rx_packets", "RX-PKTS", true, get_rx_packets },
	{ "tx_packets", "TX-PKTS", true, get_tx_packets },
};

const struct groupfield *groupfield_at(unsigned i)
{
	return i < sizeof(fields) / sizeof(fields[0]) ? &fields[i] : NULL;
}

bool groupfield_get(const struct groupfield *f, const struct snapshot *s, const struct group *g,
		    uint64_t *out)
{
	if (f->of_capture && !snapshot_capture(s))
		return false;
	return f->get(g, out);
}
