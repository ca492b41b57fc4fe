/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads DNS answers: see dns.h. Owns no state.
 *
 * An answer is believed in the order in which it is written: the name that was asked for, CNAMEs
 * from it on, then addresses of the name that they end at; records of other names do not count. A
 * multicast answer has no question (RFC 6762 6): there the first address's own name is the one, and
 * additional records, where a service's answer has its addresses, are looked at too. Deliberately
 * reads no message of other kinds, checks no signature, and ties no answer to its question's packet
 * (dnsasked.c does).
 *
 * Anybody can send a message that is nothing but pointers to long names: so there is a bound to the
 * records and to the labels that are looked at in one, and of a record that is of no use the name
 * is not even put together.
 */
#include "net/dns.h"

enum {
	TYPE_A = 1,
	TYPE_CNAME = 5,
	TYPE_AAAA = 28,
	TYPE_ANY = 255,
	CLASS_IN = 1,
	CLASS_MASK = 0x7fff,	/* RFC 6762 10.2: the first bit is the cache's matter */
	FLAGS_MASK = 0xf80f,	/* answer or question, kind of question, error */
	FLAGS_ANSWER = 0x8000,
	OCTETS_MAX = 255,	/* of a name, RFC 1035 2.3.4 */
	HEADER_BYTES = 12,
	JUMPS_MAX = 32,		/* in one name; a server writes one as a rule */
	RECORDS_MAX = 32,	/* looked at in a message */
	LABELS_MAX = 256,	/* put together in a message; a long one counts as several */
	LABEL_OCTETS = 16,	/* so many of it as one more */
};

/* A name in lower case: who asks may mix cases to tell forgeries, and the answer repeats them. */
struct name {
	char text[DNS_NAME_MAX];
	size_t len;
	bool plain;		/* of the characters that are let through */
};

struct record {
	struct bytes owner;	/* its name begins there */
	uint16_t type, class;
	uint32_t ttl;
	struct bytes data;
};

/* What the answer has said so far. */
struct reading {
	const uint8_t *message;
	unsigned labels_left;	/* of LABELS_MAX */
	struct name current;	/* the name that further addresses are of; len 0: the first one's own */
	struct dnsanswer *out;
};

static char lower(uint8_t c)
{
	return (char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
}

static bool is_plain(uint8_t c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '-' || c == '_';
}

static bool add_label(struct reading *g, struct name *n, const uint8_t *label, unsigned len)
{
	unsigned labels = 1 + len / LABEL_OCTETS;

	/* On the wire there are a length before the first label and an end behind the last. */
	if (n->len + 1 + len > OCTETS_MAX - 2 || labels > g->labels_left)
		return false;
	g->labels_left -= labels;
	if (n->len)
		n->text[n->len++] = '.';
	for (unsigned i = 0; i < len; i++) {
		n->plain = n->plain && is_plain(label[i]);
		n->text[n->len++] = lower(label[i]);
	}
	return true;
}

/*
 * RFC 1035 4.1.4. Each pointer leads to before where the name, or the former pointer's part of it,
 * began: so there is an end. b then stands behind the name as it is written there.
 */
static bool read_name(struct reading *g, struct bytes *b, struct name *out)
{
	const uint8_t *message = g->message;
	struct bytes at = *b;
	size_t began = (size_t)(at.p - message), target;
	const uint8_t *label;
	unsigned jumps = 0;
	uint8_t len, low;

	out->len = 0;
	out->plain = true;
	for (;;) {
		if (!bytes_u8(&at, &len))
			return false;
		if (!len)
			break;
		if (len < 64) {
			label = bytes_take(&at, len);
			if (!label || !add_label(g, out, label, len))
				return false;
			continue;
		}
		if (len < 0xc0 || !bytes_u8(&at, &low))
			return false;
		if (!jumps)
			b->p = at.p;
		target = (len & 0x3fu) << 8 | low;
		if (target < HEADER_BYTES || target >= began || ++jumps > JUMPS_MAX)
			return false;
		began = target;
		at.p = message + target;
	}
	if (!jumps)
		b->p = at.p;
	out->text[out->len] = '\0';
	return true;
}

/* Past a name as it is written there: no pointer is followed. */
static bool skip_name(struct bytes *b)
{
	uint8_t len;

	while (bytes_u8(b, &len)) {
		if (!len)
			return true;
		if (len >= 64)
			return len >= 0xc0 && bytes_skip(b, 1);
		if (!bytes_skip(b, len))
			return false;
	}
	return false;
}

static bool is_same(const struct name *x, const struct name *y)
{
	return x->len == y->len && memcmp(x->text, y->text, x->len) == 0;
}

/* No top-level domain is a number (RFC 3696 2): such a name would pass for an address. */
static bool is_showable(const struct name *n)
{
	size_t at = n->len;

	while (at && n->text[at - 1] >= '0' && n->text[at - 1] <= '9')
		at--;
	return n->plain && n->len && at != 0 && !(at < n->len && n->text[at - 1] == '.');
}

static bool read_record(struct bytes *b, struct record *r)
{
	uint16_t len;
	const uint8_t *data;

	r->owner = *b;
	if (!skip_name(b) || !bytes_be16(b, &r->type) ||
	    !bytes_be16(b, &r->class) || !bytes_be32(b, &r->ttl) || !bytes_be16(b, &len))
		return false;
	data = bytes_take(b, len);
	if (!data)
		return false;
	r->data = bytes_of(data, len);
	if (r->ttl > INT32_MAX)
		r->ttl = 0;	/* RFC 2181 8 */
	return true;
}

/* The one question of a message that has one. false: of another kind, or cut off. */
static bool read_question(struct reading *g, struct bytes *b, struct name *out)
{
	uint16_t type, class;

	return read_name(g, b, out) && bytes_be16(b, &type) && bytes_be16(b, &class) &&
	       (type == TYPE_A || type == TYPE_AAAA || type == TYPE_ANY) &&
	       (class & CLASS_MASK) == CLASS_IN && is_showable(out);
}

static void set_name(struct reading *g, const struct name *n)
{
	g->current = *n;
	memcpy(g->out->name, n->text, n->len + 1);
}

static void shorten_ttl(struct reading *g, uint32_t ttl)
{
	if (ttl < g->out->ttl)
		g->out->ttl = ttl;
}

static void follow_cname(struct reading *g, const struct record *r)
{
	/* Names may point back to anywhere in the message. */
	struct bytes owner = r->owner, data = r->data;
	struct name name;

	if (!read_name(g, &owner, &name) || !is_same(&name, &g->current) ||
	    !read_name(g, &data, &name) || !name.plain || !name.len)
		return;
	g->current = name;
	shorten_ttl(g, r->ttl);
}

static void take_addr(struct reading *g, const struct record *r)
{
	struct dnsanswer *out = g->out;
	size_t len = bytes_left(&r->data);
	struct bytes at = r->owner;
	struct name owner;

	if (len != (r->type == TYPE_A ? 4 : 16) || !read_name(g, &at, &owner))
		return;
	if (!g->current.len && is_showable(&owner))
		set_name(g, &owner);
	if (!g->current.len || !is_same(&owner, &g->current))
		return;
	out->addr[out->addr_count++] = r->type == TYPE_A ? addr_from_v4(r->data.p)
							 : addr_from_v6(r->data.p);
	shorten_ttl(g, r->ttl);
}

static void take_record(struct reading *g, const struct record *r)
{
	if ((r->class & CLASS_MASK) != CLASS_IN)
		return;
	if (r->type == TYPE_CNAME && g->current.len)
		follow_cname(g, r);
	else if (r->type == TYPE_A || r->type == TYPE_AAAA)
		take_addr(g, r);
}

bool dns_read_answer(struct bytes message, struct dnsanswer *out)
{
	struct reading g = { .message = message.p, .labels_left = LABELS_MAX, .out = out };
	const uint8_t *header = bytes_take(&message, HEADER_BYTES);
	unsigned questions, records;
	struct name asked;
	struct record r;

	if (!header || (load_be16(header + 2) & FLAGS_MASK) != FLAGS_ANSWER)
		return false;
	questions = load_be16(header + 4);
	records = load_be16(header + 6);
	out->addr_count = 0;
	out->ttl = UINT32_MAX;
	if (questions > 1 || (questions && !read_question(&g, &message, &asked)))
		return false;
	if (questions)
		set_name(&g, &asked);
	else
		records += load_be16(header + 8) + load_be16(header + 10);
	if (records > RECORDS_MAX)
		records = RECORDS_MAX;
	for (; records && out->addr_count < DNS_ADDRS_MAX; records--) {
		if (!read_record(&message, &r))
			break;	/* cut off, or broken: what came before is whole */
		take_record(&g, &r);
	}
	return out->addr_count;
}
