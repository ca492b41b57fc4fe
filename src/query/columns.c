/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * columns: the registry. Joins the parts of the table and finds columns by name, key, former name
 * or near miss.
 *
 * Owns the order (that of the JSON keys) and the short names. The rows themselves stand beside
 * their getters in columns_*.c.
 */
#include "query/columns.h"

#include <ctype.h>
#include <errno.h>
#include <strings.h>

#include "query/columns_parts.h"
#include "query/fold.h"

static const struct columnpart *const parts[] = {
	&columns_ends,	  &columns_socket, &columns_identity, &columns_options, &columns_sockopt,
	&columns_process, &columns_unix,   &columns_tcpinfo,  &columns_cc,	&columns_tls,
	&columns_subflow, &columns_mptcp,  &columns_sctp,     &columns_packet,	&columns_netlink,
	&columns_skmem,	  &columns_wire,   &columns_report,
	&columns_screen,
};

enum { PARTS = sizeof(parts) / sizeof(parts[0]), NAME_MAX_LEN = 32 };

/* Words that users of ss, tcpdump and iftop type, and the columns they mean. */
static const struct {
	const char *word;
	const char *name;
} aliases[] = {
	{ "sport", "lport" },
	{ "dport", "rport" },
	{ "src", "laddr" },
	{ "dst", "raddr" },
	{ "dev", "iface" },
	{ "interface", "iface" },
	{ "fwmark", "mark" },
	{ "ino", "inode" },
	{ "sk", "cookie" },
	{ "netid", "proto" },
	{ "protocol", "proto" },
	{ "command", "cmdline" },
	{ "comm", "process" },
	{ "recvq", "recv_q" },
	{ "sendq", "send_q" },
	{ "minrtt", "min_rtt" },
	{ "cwnd", "snd_cwnd" },
	{ "ssthresh", "snd_ssthresh" },
	{ "mss", "snd_mss" },
	{ "retrans", "total_retrans" },
	{ "lastsnd", "last_data_sent" },
	{ "lastrcv", "last_data_recv" },
	{ "lastack", "last_ack_recv" },
	{ "notsent", "notsent_bytes" },
	{ "congestion", "cong" },
	{ "reason", "no_process_reason" },
	{ "ns", "netns" },
	{ "username", "user" },
	{ "peer", "peer_inode" },
};

const struct column *column_at(unsigned i)
{
	for (unsigned part = 0; part < PARTS; part++) {
		if (i < parts[part]->count)
			return &parts[part]->rows[i];
		i -= parts[part]->count;
	}
	return NULL;
}

unsigned column_index(const struct column *c)
{
	unsigned before = 0;

	for (unsigned part = 0; part < PARTS; part++) {
		for (unsigned i = 0; i < parts[part]->count; i++) {
			if (&parts[part]->rows[i] == c)
				return before + i;
		}
		before += parts[part]->count;
	}
	return before;
}

static bool never(const struct row *r)
{
	(void)r;
	return false;
}

static bool always(const struct row *r)
{
	(void)r;
	return true;
}

static bool has_socket(const struct row *r)
{
	return r->sk;
}

static bool has_flow(const struct row *r)
{
	return r->flow;
}

static bool has_options(const struct row *r)
{
	return r->sk && r->sk->rec.has & HAS_SOCKOPT;
}

static bool has_tcpinfo(const struct row *r)
{
	return r->sk && r->sk->rec.tcpinfo_len;
}

static bool has_skmem(const struct row *r)
{
	return r->sk && (r->sk->rec.skmem_count || r->sk->rec.has & HAS_DROPS);
}

static bool has_cc(const struct row *r)
{
	return r->sk && r->sk->rec.cc_kind != CC_NONE;
}

/* Parts that are a kind of sockmore have that kind, and the others a question. */
static const struct {
	bool (*is_known)(const struct row *r);
	uint8_t more;
} partsof[] = {
	[OF_ROW] = { always, 0 },
	[OF_SOCKET] = { has_socket, 0 },
	[OF_FLOW] = { has_flow, 0 },
	[OF_OPTIONS] = { has_options, 0 },
	[OF_TCPINFO] = { has_tcpinfo, 0 },
	[OF_SKMEM] = { has_skmem, 0 },
	[OF_CC] = { has_cc, 0 },
	[OF_ULP] = { never, MORE_ULP },
	[OF_MPTCP] = { never, MORE_MPTCP },
	[OF_SCTP] = { never, MORE_SCTP },
	[OF_UNIX] = { never, MORE_UNIX },
	[OF_PACKET] = { never, MORE_PACKET },
	[OF_NETLINK] = { never, MORE_NETLINK },
};

bool column_part_known(enum columnof of, const struct row *r)
{
	return r->more && partsof[of].more ? r->more->kind == partsof[of].more
					   : partsof[of].is_known(r);
}

uint32_t columns_needs(const struct column *const *cols, unsigned count)
{
	uint32_t needs = 0;

	for (unsigned i = 0; i < count; i++)
		needs |= cols[i]->needs;
	return needs;
}

/* Most names differ in their first byte: cells ask for columns hundreds of times a frame. */
static bool is_name(const char *known, const char *name)
{
	return fold_byte(known[0]) == fold_byte(name[0]) && strcasecmp(known, name) == 0;
}

static const struct column *find_exact(const char *name)
{
	for (unsigned part = 0; part < PARTS; part++) {
		for (unsigned i = 0; i < parts[part]->count; i++) {
			const struct column *c = &parts[part]->rows[i];

			if (is_name(c->name, name) || (c->key && is_name(c->key, name)))
				return c;
		}
	}
	return NULL;
}

const struct column *column_find(const char *name)
{
	for (size_t i = 0; i < sizeof(aliases) / sizeof(aliases[0]); i++) {
		if (is_name(aliases[i].word, name))
			return find_exact(aliases[i].name);
	}
	return find_exact(name);
}

static unsigned min3(unsigned x, unsigned y, unsigned z)
{
	unsigned least = x < y ? x : y;

	return least < z ? least : z;
}

/*
 * Letters to insert, drop or change between two names (Levenshtein); both are shorter than
 * NAME_MAX_LEN.
 */
static unsigned distance(const char *x, const char *y)
{
	unsigned row[NAME_MAX_LEN];
	size_t len = strlen(y);

	for (unsigned j = 0; j <= len; j++)
		row[j] = j;
	for (unsigned i = 1; *x; i++, x++) {
		unsigned diagonal = row[0];

		row[0] = i;
		for (unsigned j = 1; j <= len; j++) {
			bool differs = tolower((unsigned char)*x) !=
				       tolower((unsigned char)y[j - 1]);
			unsigned cost = min3(row[j] + 1, row[j - 1] + 1, diagonal + differs);

			diagonal = row[j];
			row[j] = cost;
		}
	}
	return row[len];
}

/* Takes `name` for the better candidate where it is nearer to `word` than *best. */
static void consider(const char *word, const char *name, const char **best, unsigned *nearest)
{
	unsigned d;

	if (strlen(name) >= NAME_MAX_LEN)
		return;
	d = distance(word, name);
	if (d < *nearest) {
		*nearest = d;
		*best = name;
	}
}

const char *column_suggest(const char *name)
{
	size_t len = strlen(name);
	unsigned nearest = len < 4 ? 2 : len < 8 ? 3 : 4; /* one short of it is still near */
	const char *best = NULL;
	const struct column *c;

	if (!len || len >= NAME_MAX_LEN)
		return NULL;
	for (unsigned i = 0; (c = column_at(i)); i++)
		consider(name, c->name, &best, &nearest);
	for (size_t i = 0; i < sizeof(aliases) / sizeof(aliases[0]); i++)
		consider(name, aliases[i].word, &best, &nearest);
	return best;
}

static int parse_one(const char *at, size_t len, const struct column **out, struct errmsg *err)
{
	char name[NAME_MAX_LEN];
	const char *near;

	if (!len || len >= sizeof(name)) {
		errmsg_set(err,
			   "%s in the list of columns: names stand between single commas "
			   "(--columns help lists them)",
			   len ? "a name that is too long" : "an empty name");
		return -EINVAL;
	}
	memcpy(name, at, len);
	name[len] = '\0';
	*out = column_find(name);
	if (*out)
		return 0;
	near = column_suggest(name);
	errmsg_set(err, "unknown column \"%s\"%s%s%s (--columns help lists them)", name,
		   near ? ": did you mean \"" : "", near ? near : "", near ? "\"?" : "");
	return -EINVAL;
}

int columns_parse(const char *list, const struct column **cols, unsigned max, struct errmsg *err)
{
	for (unsigned count = 0;; list++) {
		const struct column *c;
		size_t len, used;
		int ret;

		list += strspn(list, " \t");
		len = used = strcspn(list, ",");
		while (used && strchr(" \t", list[used - 1]))
			used--;
		ret = parse_one(list, used, &c, err);
		if (ret)
			return ret;
		if (count == max) {
			errmsg_set(err, "too many columns: at most %u can be shown", max);
			return -EINVAL;
		}
		cols[count++] = c;
		list += len;
		if (!*list)
			return (int)count;
	}
}
