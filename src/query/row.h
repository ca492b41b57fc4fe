/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a row says, wherever it comes from: ends, owner, rates. Private to query: columns show it,
 * filters and groups use it without making text.
 */
#ifndef SOCKMON_QUERY_ROW_H
#define SOCKMON_QUERY_ROW_H

#include "model/model.h"

enum rowend { ROW_LOCAL, ROW_REMOTE };
enum { ROW_KINDS_UNIX = 1 << SP_UNIX_STREAM | 1 << SP_UNIX_DGRAM | 1 << SP_UNIX_SEQPACKET };
enum rowway { ROW_RX, ROW_TX };		/* tx is from local to remote */

/*
 * The address of an end, borrowed as the row is. NULL: unknown (an unconnected socket has no
 * remote end).
 */
const struct addr *row_addr(const struct row *r, enum rowend end);

/*
 * What stands for an address in families that have none: a unix socket's path, a vsock's cid,
 * netlink's protocol. Borrowed, or written to buf. NULL: unknown.
 */
enum { ROW_NAME_MAX = 16 };
const char *row_name(const struct row *r, enum rowend end, char buf[static ROW_NAME_MAX]);

/*
 * Host order; 0: unknown, or the protocol has no ports. Of raw sockets the IP protocol, of
 * netlink the port id; a vsock's has 32 bits.
 */
uint32_t row_port(const struct row *r, enum rowend end);

bool row_is_ip(const struct row *r);	/* has IP addresses */
bool row_is_over(const struct row *r);	/* TIME_WAIT, or ended: it carries nothing any more */

/*
 * How and when it ended (at the last packet, where there is no socket); END_NONE and 0: it goes on.
 */
enum endreason row_end(const struct row *r);
uint64_t row_ended_ns(const struct row *r);

bool row_is_v6(const struct row *r);	/* by the socket's family, a flow's by its addresses */
bool row_is_datagram(const struct row *r);	/* has a socket, and it is one of datagrams */

/*
 * The socket that tells who owns the row: its own, else the one that serves its flow; NULL: none.
 */
const struct sk *row_owner(const struct row *r);

/* The row's flow is the sum of the flows that its socket serves, each of which has a row too. */
bool row_is_sum(const struct row *r);

/* What was counted on the wire; NULL: nothing was seen. */
const struct flowcount *row_count(const struct row *r, enum rowway way);

/*
 * Bytes per second, from the wire where packets are looked at, else from tcp_info; false: unknown.
 * Where nothing was seen of a socket and nothing speaks against it, they are 0.
 */
bool row_rate(const struct row *r, enum rowway way, uint64_t *bps, bool *from_wire);

/* When its socket or its traffic was first seen, whichever came first; 0: unknown. */
uint64_t row_first_ns(const struct row *r);

/* What the packets say of the local end; WS_NONE: nothing. */
enum wirestate row_wire_state(const struct row *r);

/* The bound device, else where the traffic was seen; 0: unknown. */
uint32_t row_ifindex(const struct row *r);

#endif
