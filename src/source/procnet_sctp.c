/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Lines of /proc/net/sctp/{eps,assocs} (net/sctp/proc.c prints them): endpoints and associations,
 * of both versions of IP alike. Pure functions.
 *
 * How many addresses there are is not said, and what follows the last one depends on the kernel: an
 * address is told by its dot or colon.
 */
#include <string.h>
#include <sys/socket.h>

#include "source/families.h"
#include "source/procfield.h"
#include "source/procnet.h"
#include "source/sockrow.h"

#define BLANKS " \t"

/* ENDPT SOCK STY SST HBKT LPORT UID INODE LADDRS */
enum { EP_STATE, EP_LPORT, EP_UID, EP_INODE, EP_NUMBERS, EP_FIELDS = 8 };

static const struct procnumber ep_numbers[EP_NUMBERS] = {
	[EP_STATE] = { 3, false, UINT8_MAX },
	[EP_LPORT] = { 5, false, UINT16_MAX },
	[EP_UID] = { 6, false, UINT32_MAX },
	[EP_INODE] = { 7, false, UINT32_MAX },
};

/*
 * ASSOC SOCK STY SST ST HBKT ASSOC-ID TX_QUEUE RX_QUEUE UID INODE LPORT RPORT
 * LADDRS <-> RADDRS …
 */
enum {
	AS_STATE,
	AS_ID,
	AS_TX_QUEUE,
	AS_RX_QUEUE,
	AS_UID,
	AS_INODE,
	AS_LPORT,
	AS_RPORT,
	AS_NUMBERS,
	AS_FIELDS = 13
};

static const struct procnumber as_numbers[AS_NUMBERS] = {
	[AS_STATE] = { 4, false, UINT8_MAX },	  [AS_ID] = { 6, false, UINT32_MAX },
	[AS_TX_QUEUE] = { 7, false, UINT32_MAX }, [AS_RX_QUEUE] = { 8, false, UINT32_MAX },
	[AS_UID] = { 9, false, UINT32_MAX },	  [AS_INODE] = { 10, false, UINT32_MAX },
	[AS_LPORT] = { 11, false, UINT16_MAX },	  [AS_RPORT] = { 12, false, UINT16_MAX },
};

/* … HBINT INS OUTS MAXRT, behind the addresses; older kernels end there. */
enum { TAIL_INS, TAIL_OUTS, TAIL_MAXRT, TAIL_NUMBERS, TAIL_FIELDS = 4 };

static const struct procnumber tail_numbers[TAIL_NUMBERS] = {
	[TAIL_INS] = { 1, false, UINT16_MAX },
	[TAIL_OUTS] = { 2, false, UINT16_MAX },
	[TAIL_MAXRT] = { 3, false, UINT16_MAX },
};

struct addresses {
	uint8_t count; /* of those in at[] */
	uint16_t left_out;
	struct addr at[SCTP_ADDRS_MAX];
};

/* "10.0.0.1", or "*10.0.0.1" for the primary one. */
static bool parse_address(const struct procfield *f, struct addr *out, bool *is_primary)
{
	size_t star = f->len && f->at[0] == '*';
	char text[ADDR_TEXT_MAX];

	if (f->len - star >= sizeof(text))
		return false;
	memcpy(text, f->at + star, f->len - star);
	text[f->len - star] = '\0';
	*is_primary = star;
	return addr_parse(text, out) == 0;
}

static void put_first(struct addresses *a, struct addr primary)
{
	if (a->count < SCTP_ADDRS_MAX)
		a->count++;
	else if (a->left_out < UINT16_MAX)
		a->left_out++;
	memmove(&a->at[1], &a->at[0], (a->count - 1u) * sizeof(a->at[0]));
	a->at[0] = primary;
}

static void put_last(struct addresses *a, struct addr addr)
{
	if (a->count < SCTP_ADDRS_MAX)
		a->at[a->count++] = addr;
	else if (a->left_out < UINT16_MAX)
		a->left_out++;
}

/* Addresses up to what is none; returns where that is, NULL where an address is malformed. */
static const char *take_addresses(const char *text, struct addresses *a, bool primary_first)
{
	struct procfield field;

	*a = (struct addresses){ .count = 0 };
	while (procfield_split(text, BLANKS, &field, 1)) {
		struct addr addr;
		bool is_primary;

		if (!memchr(field.at, '.', field.len) && !memchr(field.at, ':', field.len))
			return field.at;
		if (!parse_address(&field, &addr, &is_primary))
			return NULL;
		if (is_primary && primary_first)
			put_first(a, addr);
		else
			put_last(a, addr);
		text = field.at + field.len;
	}
	return text + strlen(text);
}

/* The ends of an association, or, without any remote addresses, of an endpoint. */
struct ends {
	struct addresses local, remote;
	uint64_t tail[TAIL_NUMBERS]; /* 0: not told */
};

static struct sockrec *begin_row(struct event *e, const struct family *f, const struct ends *ends)
{
	static const uint8_t any[16];
	struct sctpmore *more = &e->more.sctp;
	unsigned left_out = ends->local.left_out + ends->remote.left_out;
	bool is_v4 = addr_is_v4(&ends->local.at[0]);
	struct sockrec *sk = sockrow_begin(e, f->proto, is_v4 ? AF_INET : AF_INET6);

	sk->laddr = ends->local.at[0];
	sk->raddr = is_v4 ? addr_from_v4(any) : addr_from_v6(any);
	if (ends->remote.count)
		sk->raddr = ends->remote.at[0];
	e->more.kind = MORE_SCTP;
	*more = (struct sctpmore){
		.laddrs = ends->local.count,
		.raddrs = ends->remote.count,
		.more_addrs = (uint16_t)(left_out < UINT16_MAX ? left_out : UINT16_MAX),
		.instreams = (uint32_t)ends->tail[TAIL_INS],
		.outstreams = (uint32_t)ends->tail[TAIL_OUTS],
		.maxrt = (uint32_t)ends->tail[TAIL_MAXRT],
	};
	memcpy(more->laddr, ends->local.at, sizeof(more->laddr));
	memcpy(more->raddr, ends->remote.at, sizeof(more->raddr));
	return sk;
}

static bool parse_endpoint(const struct family *f, const char *line, struct event *out, bool *skip)
{
	struct procfield fields[EP_FIELDS];
	unsigned count = procfield_split(line, BLANKS, fields, EP_FIELDS);
	const struct procfield *last = &fields[EP_FIELDS - 1];
	struct ends ends = { .local = { .count = 0 } };
	uint64_t n[EP_NUMBERS];
	struct sockrec *sk;

	if (!procfield_numbers(fields, count, ep_numbers, EP_NUMBERS, n) ||
	    !take_addresses(last->at + last->len, &ends.local, false) || !ends.local.count)
		return false;
	*skip = false;
	sk = begin_row(out, f, &ends);
	sk->state = sockrow_state(n[EP_STATE]);
	sk->lport = (uint16_t)n[EP_LPORT];
	sk->uid = (uint32_t)n[EP_UID];
	sk->has |= HAS_UID;
	sk->inode = (uint32_t)n[EP_INODE];
	sockrow_identify_by_inode(sk);
	return true;
}

/* The addresses on both sides of the arrow, and the numbers behind them where there are any. */
static bool parse_ends(const char *text, struct ends *out)
{
	struct procfield tail[TAIL_FIELDS];
	unsigned count;

	text = take_addresses(text, &out->local, false);
	if (!text || !out->local.count || strncmp(text, "<->", 3) != 0)
		return false;
	text = take_addresses(text + 3, &out->remote, true);
	if (!text || !out->remote.count)
		return false;
	count = procfield_split(text, BLANKS, tail, TAIL_FIELDS);
	if (!procfield_numbers(tail, count, tail_numbers, TAIL_NUMBERS, out->tail))
		memset(out->tail, 0, sizeof(out->tail));
	return true;
}

/* Many associations may share one socket and so its inode: the identity is that of the tuple. */
static bool parse_association(const struct family *f, const char *line, struct event *out,
			      bool *skip)
{
	struct procfield fields[AS_FIELDS];
	unsigned count = procfield_split(line, BLANKS, fields, AS_FIELDS);
	const struct procfield *last = &fields[AS_FIELDS - 1];
	uint64_t n[AS_NUMBERS];
	struct sockrec *sk;
	struct ends ends;

	if (!procfield_numbers(fields, count, as_numbers, AS_NUMBERS, n) ||
	    !parse_ends(last->at + last->len, &ends))
		return false;
	*skip = false;
	sk = begin_row(out, f, &ends);
	out->more.sctp.assoc_id = (uint32_t)n[AS_ID];
	sk->state = sockrow_sctp_state(n[AS_STATE]);
	sk->lport = (uint16_t)n[AS_LPORT];
	sk->rport = (uint16_t)n[AS_RPORT];
	sk->recv_q = (uint32_t)n[AS_RX_QUEUE];
	sk->send_q = (uint32_t)n[AS_TX_QUEUE];
	sk->uid = (uint32_t)n[AS_UID];
	sk->has |= HAS_QUEUES | HAS_UID;
	sk->inode = (uint32_t)n[AS_INODE];
	sockrow_identify_by_tuple(sk, out->more.sctp.assoc_id);
	return true;
}

const struct procnet procnet_sctp_eps = { "sctp/eps", parse_endpoint };
const struct procnet procnet_sctp_assocs = { "sctp/assocs", parse_association };
