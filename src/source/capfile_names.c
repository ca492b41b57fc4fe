/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Names that a pcapng file gives addresses (name resolution blocks): what the host that wrote it
 * had resolved. They wait in one buffer until somebody takes them; there is room for some ten
 * thousand, and what comes when it is full is passed over. A name is taken over as it stands or not
 * at all: letters, digits, '-', '_' and '.'.
 */
#include "source/capfile_parts.h"

enum {
	RECORD_END = 0,
	RECORD_IPV4 = 1,
	RECORD_IPV6 = 2,
	WAITING_MAX = 1 << 20,		/* bytes */
};

static bool is_name_char(uint8_t c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '-' || c == '_' || c == '.';
}

/* The first of the names in a record, each of which ends with a NUL; 0: none that can be used. */
static size_t name_length(struct bytes names)
{
	size_t len = 0;

	while (len < bytes_left(&names) && is_name_char(names.p[len]))
		len++;
	if (len == bytes_left(&names) || names.p[len] || len >= DNS_NAME_MAX)
		return 0;
	return len;
}

static void put_name(struct capnames *n, const struct addr *addr, struct bytes names)
{
	size_t len = name_length(names);

	if (!len || n->buf.len + sizeof(*addr) + 1 + len > WAITING_MAX)
		return;
	buf_add(&n->buf, addr->b, sizeof(addr->b));
	buf_addc(&n->buf, (char)len);
	buf_add(&n->buf, names.p, len);
}

void capfile_add_names(struct capfile *f, struct bytes body)
{
	const uint8_t *head;

	while ((head = bytes_take(&body, 4))) {
		unsigned type = capfile_u16(f, head), len = capfile_u16(f, head + 2);
		const uint8_t *value = bytes_take(&body, (len + 3) & ~3u);
		struct addr addr;

		if (type == RECORD_END || !value)
			return;
		if (type == RECORD_IPV4 && len > 4) {
			addr = addr_from_v4(value);
			put_name(&f->names, &addr, bytes_of(value + 4, len - 4));
		} else if (type == RECORD_IPV6 && len > 16) {
			addr = addr_from_v6(value);
			put_name(&f->names, &addr, bytes_of(value + 16, len - 16));
		}
	}
}

bool capfile_take_name(struct capfile *f, struct addr *addr, char name[static DNS_NAME_MAX])
{
	struct capnames *n = &f->names;
	const size_t head = sizeof(addr->b) + 1;
	size_t len;

	/* Out of memory: all are lost, names being but a convenience. */
	if (n->buf.failed || n->at == n->buf.len) {
		buf_reset(&n->buf);
		n->at = 0;
		return false;
	}
	memcpy(addr->b, n->buf.data + n->at, sizeof(addr->b));
	len = (uint8_t)n->buf.data[n->at + head - 1];
	memcpy(name, n->buf.data + n->at + head, len);
	name[len] = '\0';
	n->at += head + len;
	return true;
}
