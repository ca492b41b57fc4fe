/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * endtext: an end of a row as ss writes it. A writer per kind of socket, in a table; what has no
 * writer of its own has IP addresses.
 *
 * Owns no state. Deliberately resolves nothing: numbers stay numbers, but for the few words of
 * names.h and the names of addresses that the model has learned.
 */
#include "query/endtext.h"

#include <stdio.h>

#include "net/protos.h"
#include "query/names.h"

static size_t put(char *out, const char *text)
{
	size_t len = strlen(text);

	memcpy(out, text, len);
	return len;
}

static size_t put_number(char *out, uint32_t n)
{
	char digits[10];
	size_t at = sizeof(digits);

	do {
		digits[--at] = (char)('0' + n % 10);
		n /= 10;
	} while (n);
	memcpy(out, digits + at, sizeof(digits) - at);
	return sizeof(digits) - at;
}

/*
 * "10.0.0.1", "[2001:db8::1]", and "*" for all addresses; [::] where IPv4 is left out. Room for
 * ADDR_TEXT_MAX and brackets.
 */
static size_t put_addr(char *out, const struct row *r, const struct addr *addr, bool brackets)
{
	bool v6only = r->sk && r->sk->rec.has & HAS_V6ONLY && r->sk->rec.v6only;
	size_t len;

	if (addr_is_any(addr) && !v6only)
		return put(out, "*");
	brackets = brackets && !addr_is_v4(addr);
	len = brackets ? put(out, "[") : 0;
	len += addr_format(addr, out + len);
	len += brackets ? put(out + len, "]") : 0;
	return len;
}

const char *endtext_name(const struct row *r, enum rowend end)
{
	const struct addr *addr = row_addr(r, end);
	uint16_t netns = r->sk ? r->sk->rec.netns : r->flow ? r->flow->rec.key.netns : 0;

	return addr ? model_addr_name(r->m, netns, addr, NULL) : NULL;
}

/* Who runs this host knows its addresses: its own end stays a number. */
static const char *shown_name(const struct row *r, enum rowend end)
{
	bool is_ours = end == ROW_LOCAL && (r->sk || (r->flow && r->flow->ours >> r->local & 1));

	return r->names && !is_ours ? endtext_name(r, end) : NULL;
}

/* As much of its end as leaves room for a port: "…ple.com". */
static size_t put_name(char *out, const char *name)
{
	enum { LEN_MAX = sizeof(((struct value *)0)->buf) - sizeof(":65535") };
	size_t len = strlen(name), skip = 0;

	if (len <= LEN_MAX)
		return put(out, name);
	for (skip = len - LEN_MAX + strlen("…"); skip < len; skip++)
		if ((name[skip] & 0xc0) != 0x80)	/* not in the middle of a character */
			break;
	len = put(out, "…");
	return len + put(out + len, name + skip);
}

/* "ADDRESS" or "ADDRESS:PORT", and "*" where there is nobody yet. */
static void ip_end(const struct row *r, enum rowend end, struct value *v)
{
	const struct addr *addr = row_addr(r, end);
	const char *name = shown_name(r, end);
	uint32_t port = row_port(r, end);
	size_t len;

	_Static_assert(sizeof(v->buf) >= ADDR_TEXT_MAX + sizeof("[]:65535"), "room for an end");
	if (name)
		len = put_name(v->buf, name);
	else
		len = addr ? put_addr(v->buf, r, addr, port) : put(v->buf, "*");
	if (port) {
		v->buf[len++] = ':';
		len += put_number(v->buf + len, port);
	}
	v->buf[len] = '\0';
}

/* A raw socket's port is its IP protocol; a connected one's peer has none. */
static void raw_end(const struct row *r, enum rowend end, struct value *v)
{
	const struct addr *addr = row_addr(r, end);
	uint16_t protocol = r->sk->rec.lport;
	char number[16];
	size_t len;

	len = addr ? put_addr(v->buf, r, addr, end == ROW_LOCAL) : put(v->buf, "*");
	if (end == ROW_LOCAL) {
		v->buf[len++] = ':';
		len += protocol <= UINT8_MAX
			       ? put(v->buf + len, ipproto_name((uint8_t)protocol, number))
			       : put_number(v->buf + len, protocol);
	}
	v->buf[len] = '\0';
}

/* The remote end is the peer's name, else its process, else its inode: as far as they are known. */
static void unix_end(const struct row *r, enum rowend end, struct value *v)
{
	char buf[ROW_NAME_MAX];
	const char *name = row_name(r, end, buf);

	if (name)
		v->text = name;
	else if (end == ROW_LOCAL)
		v->text = "*";
	else if (r->peer_proc && r->peer_proc->rec.comm[0])
		snprintf(v->buf, sizeof(v->buf), "%s/%u", r->peer_proc->rec.comm,
			 r->peer_proc->rec.pid);
	else if (r->sk->rec.has & HAS_PEER && r->sk->rec.peer)
		snprintf(v->buf, sizeof(v->buf), "%u", r->sk->rec.peer);
	else
		v->text = "*";
}

/* "ETHERTYPE:DEVICE", as ss has it. */
static void packet_end(const struct row *r, enum rowend end, struct value *v)
{
	const struct sockrec *rec = &r->sk->rec;
	const struct iface *iface = rec->ifindex ? model_iface(r->m, rec->netns, rec->ifindex)
						 : NULL;
	char type[NAMES_BUF], number[NAMES_BUF];

	if (end == ROW_REMOTE) {
		v->text = "*";
		return;
	}
	snprintf(number, sizeof(number), "if%u", rec->ifindex);
	snprintf(v->buf, sizeof(v->buf), "%s:%s", names_ethertype(rec->lport, type),
		 iface		? iface->rec.name
		 : rec->ifindex ? number
				: "*");
}

/* "route:1234"; what it is connected to as GROUP:PORTID. */
static void netlink_end(const struct row *r, enum rowend end, struct value *v)
{
	const struct netlinkmore *nl = &r->more->netlink;
	char protocol[NAMES_BUF];

	if (end == ROW_LOCAL)
		snprintf(v->buf, sizeof(v->buf), "%s:%u", names_netlink(nl->protocol, protocol),
			 nl->portid);
	else if (nl->dst_portid || nl->dst_group)
		snprintf(v->buf, sizeof(v->buf), "%u:%u", nl->dst_group, nl->dst_portid);
	else
		v->text = "*";
}

/* "CID:PORT", either of them "*" for any. */
static void vsock_end(const struct row *r, enum rowend end, struct value *v)
{
	const struct vsockmore *vm = &r->more->vsock;
	uint32_t cid = end == ROW_LOCAL ? vm->cid : vm->peer_cid;
	uint32_t port = end == ROW_LOCAL ? vm->port : vm->peer_port;
	size_t len = 0;

	if (cid == UINT32_MAX && end == ROW_REMOTE) {
		v->text = "*";
		return;
	}
	len = cid == UINT32_MAX ? put(v->buf, "*") : put_number(v->buf, cid);
	v->buf[len++] = ':';
	len += port == UINT32_MAX ? put(v->buf + len, "*") : put_number(v->buf + len, port);
	v->buf[len] = '\0';
}

/* What a writer reads of row.more; MORE_NONE: nothing. */
static const struct {
	void (*write)(const struct row *r, enum rowend end, struct value *v);
	uint8_t more;
} writers[SOCKPROTOS] = {
	[SP_RAWIP] = { raw_end, MORE_NONE },	   [SP_UNIX_STREAM] = { unix_end, MORE_NONE },
	[SP_UNIX_DGRAM] = { unix_end, MORE_NONE }, [SP_UNIX_SEQPACKET] = { unix_end, MORE_NONE },
	[SP_PACKET] = { packet_end, MORE_NONE },   [SP_NETLINK] = { netlink_end, MORE_NETLINK },
	[SP_VSOCK] = { vsock_end, MORE_VSOCK },
};

void endtext_set(const struct row *r, enum rowend end, struct value *v)
{
	unsigned proto = r->sk ? r->sk->rec.proto : SOCKPROTOS;

	v->text = v->buf;
	if (proto >= SOCKPROTOS || !writers[proto].write)
		ip_end(r, end, v);
	else if (!writers[proto].more || (r->more && r->more->kind == writers[proto].more))
		writers[proto].write(r, end, v);
	else
		v->text = "*";
}

bool endtext_get(const struct column *c, const struct row *r, struct value *v)
{
	if (!r->sk && !r->flow)
		return false;
	endtext_set(r, c->arg, v);
	return true;
}
