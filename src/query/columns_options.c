/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * columns_options: how the socket was set up: mark, type of service, what it is shut down for,
 * keys, and the bits of struct inet_diag_sockopt under the kernel's names.
 *
 * Owns no state. What a protocol of its own has is in columns_kinds.c.
 */
#include "query/columns_parts.h"
#include "query/row.h"

static bool has(const struct row *r, enum sockhas part)
{
	return r->sk && r->sk->rec.has & part;
}

static bool get_mark(const struct column *c, const struct row *r, struct value *v)
{
	(void)c;
	if (!has(r, HAS_MARK))
		return false;
	v->u64 = r->sk->rec.mark;
	return true;
}

static bool get_v6only(const struct column *c, const struct row *r, struct value *v)
{
	(void)c;
	if (!r->sk || !row_is_v6(r))
		return false;
	/* A v4-mapped socket cannot be of IPv6 only, whether or not the kernel says so. */
	v->u64 = has(r, HAS_V6ONLY) && r->sk->rec.v6only;
	return has(r, HAS_V6ONLY) || addr_is_v4(&r->sk->rec.laddr);
}

static bool get_tos(const struct column *c, const struct row *r, struct value *v)
{
	(void)c;
	if (!has(r, HAS_TOS))
		return false;
	v->u64 = r->sk->rec.tos;
	return true;
}

static bool get_tclass(const struct column *c, const struct row *r, struct value *v)
{
	(void)c;
	if (!has(r, HAS_TCLASS))
		return false;
	v->u64 = r->sk->rec.tclass;
	return true;
}

static bool get_class_id(const struct column *c, const struct row *r, struct value *v)
{
	(void)c;
	if (!has(r, HAS_CLASS))
		return false;
	v->u64 = r->sk->rec.class_id;
	return true;
}

COLUMNWORDS(shutdown_word, "none", "receive", "send", "both")

/* RCV_SHUTDOWN 1, SEND_SHUTDOWN 2 (include/net/sock.h) */
static bool get_shutdown(const struct column *c, const struct row *r, struct value *v)
{
	(void)c;
	if (!has(r, HAS_SHUTDOWN))
		return false;
	v->text = shutdown_word(r->sk->rec.shutdown & 3);
	return true;
}

/* Only set keys are told, and to the privileged: no key and no right look the same. */
static bool get_md5(const struct column *c, const struct row *r, struct value *v)
{
	(void)c;
	v->u64 = true;
	return has(r, HAS_MD5);
}

static bool get_sockopt(const struct column *c, const struct row *r, struct value *v)
{
	if (!has(r, HAS_SOCKOPT))
		return false;
	v->u64 = (r->sk->rec.sockopt & c->arg) != 0;
	return true;
}

static const struct column rows[] = {
	{ "mark", "mark", "MARK", "firewall mark", VT_UINT, UNIT_NONE, SCOPE_KERNEL, 5, 0, get_mark,
	  0, OF_SOCKET },
	{ "v6only", "v6only", "V6ONLY", "IPv6 socket that takes no IPv4", VT_BOOL, UNIT_NONE,
	  SCOPE_KERNEL, 6, 0, get_v6only, 0, OF_SOCKET },
	{ "tos", "tos", "TOS", "type of service of its IPv4 packets", VT_UINT, UNIT_NONE,
	  SCOPE_KERNEL, 3, 0, get_tos, NEED_TOS, OF_SOCKET },
	{ "tclass", "tclass", "TCLASS", "traffic class of its IPv6 packets", VT_UINT, UNIT_NONE,
	  SCOPE_KERNEL, 6, 0, get_tclass, NEED_TOS, OF_SOCKET },
	{ "class_id", "class_id", "CLASS", "net_cls class, else the socket's priority", VT_HEX,
	  UNIT_NONE, SCOPE_KERNEL, 6, 0, get_class_id, NEED_TOS, OF_SOCKET },
	{ "shutdown", "shutdown", "SHUT", "directions shut down: none, receive, send, both",
	  VT_TEXT, UNIT_NONE, SCOPE_KERNEL, 7, 0, get_shutdown, 0, OF_SOCKET, shutdown_word },
	{ "md5", "md5", "MD5", "has TCP-MD5 or TCP-AO keys (root is told)", VT_BOOL, UNIT_NONE,
	  SCOPE_KERNEL, 3, 0, get_md5, NEED_INFO, OF_SOCKET },
};

#define SOCKOPT(name, bit, title, help)                                                          \
	{                                                                                        \
		"sockopt_" name, "sockopt." name, title, help, VT_BOOL, UNIT_NONE, SCOPE_KERNEL, \
			6, bit, get_sockopt, 0, OF_OPTIONS                                       \
	}

static const struct column sockopt_rows[] = {
	SOCKOPT("recverr", SOCKOPT_RECVERR, "RCVERR", "IP_RECVERR: errors are queued"),
	SOCKOPT("is_icsk", SOCKOPT_IS_ICSK, "ICSK", "it is connection-oriented"),
	SOCKOPT("freebind", SOCKOPT_FREEBIND, "FREEB", "IP_FREEBIND: any address may be bound"),
	SOCKOPT("hdrincl", SOCKOPT_HDRINCL, "HDRINC", "IP_HDRINCL: it writes IP headers itself"),
	SOCKOPT("mc_loop", SOCKOPT_MC_LOOP, "MCLOOP", "IP_MULTICAST_LOOP"),
	SOCKOPT("transparent", SOCKOPT_TRANSPARENT, "TRANSP", "IP_TRANSPARENT: foreign addresses"),
	SOCKOPT("mc_all", SOCKOPT_MC_ALL, "MCALL", "IP_MULTICAST_ALL"),
	SOCKOPT("nodefrag", SOCKOPT_NODEFRAG, "NODEFR", "IP_NODEFRAG: fragments stay apart"),
	SOCKOPT("bind_address_no_port", SOCKOPT_BIND_NO_PORT, "NOPORT",
		"IP_BIND_ADDRESS_NO_PORT: the port is chosen late"),
	SOCKOPT("recverr_rfc4884", SOCKOPT_RECVERR_RFC4884, "RFC488",
		"IP_RECVERR_RFC4884: errors with their extensions"),
	SOCKOPT("defer_connect", SOCKOPT_DEFER_CONNECT, "DEFER",
		"TCP Fast Open waits for data to connect with"),
};

const struct columnpart columns_options = COLUMNPART(rows);
const struct columnpart columns_sockopt = COLUMNPART(sockopt_rows);
