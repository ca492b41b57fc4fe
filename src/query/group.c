/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * group: rows that show the same text in a column become one group, with sums over them.
 *
 * Owns no memory but the result's. A group's sums are what its rows sent and received, so both ends
 * of a loopback connection count: what one sent the other received. A socket that ended counts as a
 * row, with what it carried, and not as a socket. The row of a flow that a
 * datagram socket in the same group serves adds nothing: that socket's own row has the flow in its
 * sum, and keeps it when the flow has expired. Where the two are in different groups the flow
 * counts in its own, and is taken off the socket's: all groups together have it once.
 *
 * A file's rates are means over the lives of its flows, which were not at the same time: their sum
 * would be the rate of nothing, so a group has none there.
 */
#include <errno.h>
#include <stdlib.h>
#include <strings.h>

#include "base/hash.h"
#include "query/query_run.h"
#include "query/row.h"

enum { NO_GROUP = UINT32_MAX };

/* A socket whose row is a sum, met in a group. */
struct sighting {
	const void *what; /* NULL: a free slot */
	uint32_t group;
};

/* Hash tables of a power of two slots, at most half full, in scratch memory. */
struct grouping {
	const struct query *q;
	const struct model *m;
	struct result *r;
	uint32_t *group_of; /* by item */
	uint32_t *rank;	    /* by group: its place in the end */
	struct item *rows;  /* the items as they came */
	uint32_t *by_label; /* group index or NO_GROUP */
	struct sighting *seen;
	uint32_t mask;
	uint32_t sums; /* rows that are one */
};

static int grouping_init(struct grouping *g, struct result *r)
{
	uint32_t rows = r->rows, slots = 16;
	struct sighting *mem;

	while (slots < 2 * (uint64_t)rows && slots < 1u << 31)
		slots *= 2;
	mem = result_get_scratch(r, slots * (sizeof(g->seen[0]) + sizeof(g->by_label[0])) +
					    rows * (sizeof(g->rows[0]) + 2 * sizeof(uint32_t)));
	if (!mem)
		return -ENOMEM;
	g->seen = mem;
	g->rows = (struct item *)(g->seen + slots);
	g->by_label = (uint32_t *)(g->rows + rows);
	g->group_of = g->by_label + slots;
	g->rank = g->group_of + rows;
	g->mask = slots - 1;
	memset(g->seen, 0, slots * sizeof(g->seen[0]));
	memset(g->by_label, 0xff, slots * sizeof(g->by_label[0]));
	memcpy(g->rows, r->items, rows * sizeof(g->rows[0]));
	return 0;
}

/* Its slot, or the free one where it belongs: there are more slots than rows, and a row has one. */
static struct sighting *sighting_of(const struct grouping *g, const void *what)
{
	uint32_t at = (uint32_t)hash_u64((uintptr_t)what, 0) & g->mask;

	while (g->seen[at].what && g->seen[at].what != what)
		at = (at + 1) & g->mask;
	return &g->seen[at];
}

/* The group whose sum has the row's traffic too; NO_GROUP: none. */
static uint32_t group_of_sum(const struct grouping *g, const struct row *r)
{
	const struct sighting *s = r->owner ? sighting_of(g, r->owner) : NULL;

	return s && s->what ? s->group : NO_GROUP;
}

static void add_rate(uint64_t *sum, const struct row *r, enum rowway way)
{
	bool from_wire;
	uint64_t bps;

	if (row_rate(r, way, &bps, &from_wire))
		*sum = *sum == MODEL_RATE_UNKNOWN ? bps : *sum + bps;
}

static void add_traffic(struct group *group, const struct row *r)
{
	const struct flowcount *rx = row_count(r, ROW_RX), *tx = row_count(r, ROW_TX);

	if (!model_host(r->m)->offline) {
		add_rate(&group->rx_bps, r, ROW_RX);
		add_rate(&group->tx_bps, r, ROW_TX);
	}
	if (!rx)
		return;
	group->rx_bytes += rx->bytes;
	group->tx_bytes += tx->bytes;
	group->rx_packets += rx->packets;
	group->tx_packets += tx->packets;
}

static void add_row(struct grouping *g, uint32_t index, const struct row *r)
{
	struct group *group = &g->r->groups[index];

	group->rows++;
	if (r->sk && !r->sk->ended_ns) {
		group->sockets++;
		if (r->sk->rec.state < SOCKSTATES)
			group->by_state[r->sk->rec.state]++;
	}
	if (r->sk && TCPINFO_HAS(r->sk->rec.tcpinfo_len, total_retrans))
		group->retrans += r->sk->rec.tcpinfo.total_retrans;
	if (group_of_sum(g, r) != index)
		add_traffic(group, r);
}

static void take_off(uint64_t *sum, uint64_t n)
{
	*sum -= n < *sum ? n : *sum;
}

static void take_rate_off(uint64_t *sum, const struct row *r, enum rowway way)
{
	bool from_wire;
	uint64_t bps;

	if (*sum != MODEL_RATE_UNKNOWN && row_rate(r, way, &bps, &from_wire))
		take_off(sum, bps);
}

/* What another group has by its own row. */
static void take_traffic_off(struct group *group, const struct row *r)
{
	const struct flowcount *rx = row_count(r, ROW_RX), *tx = row_count(r, ROW_TX);

	take_rate_off(&group->rx_bps, r, ROW_RX);
	take_rate_off(&group->tx_bps, r, ROW_TX);
	if (!rx)
		return;
	take_off(&group->rx_bytes, rx->bytes);
	take_off(&group->tx_bytes, tx->bytes);
	take_off(&group->rx_packets, rx->packets);
	take_off(&group->tx_packets, tx->packets);
}

/* The index of the group with this label, made where there is none; NO_GROUP: out of memory. */
static uint32_t find_group(struct grouping *g, const struct group *wanted)
{
	struct result *r = g->r;
	uint64_t hash = hash_bytes(wanted->label, strlen(wanted->label), wanted->known);
	uint32_t at = (uint32_t)hash & g->mask;

	for (; g->by_label[at] != NO_GROUP; at = (at + 1) & g->mask) {
		const struct group *there = &r->groups[g->by_label[at]];

		if (there->known == wanted->known && strcmp(there->label, wanted->label) == 0)
			return g->by_label[at];
	}
	if (result_reserve_groups(r, r->group_count + 1))
		return NO_GROUP;
	r->groups[r->group_count] = *wanted;
	g->by_label[at] = r->group_count;
	return r->group_count++;
}

/* Also what stands for an address in families that have none. */
static bool is_text(const struct column *c, const struct value *v)
{
	return c->type == VT_TEXT || (c->type == VT_ADDR && v->text);
}

static void label_row(const struct query *q, const struct row *r, struct group *out)
{
	*out = (struct group){ .label = "-",
			       .rx_bps = MODEL_RATE_UNKNOWN,
			       .tx_bps = MODEL_RATE_UNKNOWN };
	out->known = column_get(q->group, r, &out->value);
	if (!out->known)
		return;
	value_format(q->group, &out->value, TEXT_EXACT, false, out->label, sizeof(out->label));
	if (is_text(q->group, &out->value))
		out->value.text = ""; /* the label has it: the row may go, and groups move */
}

static int assign_groups(struct grouping *g)
{
	for (uint32_t i = 0; i < g->r->rows; i++) {
		struct group wanted;
		struct row row;

		g->group_of[i] = NO_GROUP;
		if (!model_row(g->m, g->rows[i].id, &row))
			continue;
		row.names = g->q->names;
		label_row(g->q, &row, &wanted);
		g->group_of[i] = find_group(g, &wanted);
		if (g->group_of[i] == NO_GROUP)
			return -ENOMEM;
		if (row_is_sum(&row)) {
			*sighting_of(g, row.sk) = (struct sighting){ row.sk, g->group_of[i] };
			g->sums++;
		}
	}
	return 0;
}

/* After assign_groups(): which sums are in a group must be known before its first flow. */
static void add_rows(struct grouping *g)
{
	for (uint32_t i = 0; i < g->r->rows; i++) {
		struct row row;

		if (g->group_of[i] != NO_GROUP && model_row(g->m, g->rows[i].id, &row))
			add_row(g, g->group_of[i], &row);
	}
}

/* After all was added: what is taken off is there. */
static void take_served_off(struct grouping *g)
{
	for (uint32_t i = 0; g->sums && i < g->r->rows; i++) {
		struct row row;
		uint32_t of_sum;

		if (g->group_of[i] == NO_GROUP || !model_row(g->m, g->rows[i].id, &row))
			continue;
		of_sum = group_of_sum(g, &row);
		if (of_sum != NO_GROUP && of_sum != g->group_of[i])
			take_traffic_off(&g->r->groups[of_sum], &row);
	}
}

/* What is summed up, by column: one field of struct group, or two. */
struct sum {
	const char *column;
	size_t offset, other; /* 0: none (the label is there) */
};

#define SUM(column, field) { column, offsetof(struct group, field), 0 }
#define BOTH(column, rx, tx) { column, offsetof(struct group, rx), offsetof(struct group, tx) }

static const struct sum sums[] = {
	SUM("rx_rate", rx_bps),
	SUM("tx_rate", tx_bps),
	SUM("rx_bytes", rx_bytes),
	SUM("tx_bytes", tx_bytes),
	SUM("rx_packets", rx_packets),
	SUM("tx_packets", tx_packets),
	BOTH("bytes", rx_bytes, tx_bytes),
	BOTH("packets", rx_packets, tx_packets),
	SUM("total_retrans", retrans),
};

struct grouporder {
	const struct query *q;
	const struct group *groups;
	const struct sum *sum; /* NULL: none */
};

static const struct sum *sum_of(const struct column *c)
{
	for (size_t i = 0; c && i < sizeof(sums) / sizeof(sums[0]); i++) {
		if (strcmp(sums[i].column, c->name) == 0)
			return &sums[i];
	}
	return NULL;
}

static uint64_t field_at(const struct group *g, size_t offset)
{
	uint64_t n;

	memcpy(&n, (const char *)g + offset, sizeof(n));
	return n;
}

static uint64_t sum_get(const struct sum *s, const struct group *g)
{
	return field_at(g, s->offset) + (s->other ? field_at(g, s->other) : 0);
}

bool group_sum(const struct group *g, const struct column *c, uint64_t *sum)
{
	const struct sum *s = sum_of(c);

	if (s)
		*sum = sum_get(s, g);
	return s;
}

static int compare_sums(const struct grouporder *o, const struct group *x, const struct group *y)
{
	uint64_t sx = sum_get(o->sum, x), sy = sum_get(o->sum, y);
	int by;

	if (sx == MODEL_RATE_UNKNOWN || sy == MODEL_RATE_UNKNOWN)
		return (sx == MODEL_RATE_UNKNOWN) - (sy == MODEL_RATE_UNKNOWN);
	by = (sx > sy) - (sx < sy);
	return o->q->descending ? -by : by;
}

/* Texts are in the labels: a value's own may have gone with the row it came from. */
static int compare_labels(const struct grouporder *o, const struct group *x, const struct group *y)
{
	const struct column *c = o->q->group;
	int by;

	if (!x->known || !y->known)
		return y->known - x->known;
	by = is_text(c, &x->value) && is_text(c, &y->value)
		     ? strcasecmp(x->label, y->label)
		     : value_compare(c, &x->value, &y->value);
	return o->q->descending && o->q->sort == c ? -by : by;
}

static int compare_groups(const void *left, const void *right, void *ctx)
{
	uint32_t xi = *(const uint32_t *)left, yi = *(const uint32_t *)right;
	const struct grouporder *o = ctx;
	const struct group *x = &o->groups[xi], *y = &o->groups[yi];
	int by = o->sum ? compare_sums(o, x, y) : 0;

	if (!by)
		by = compare_labels(o, x, y);
	return by ? by : (xi > yi) - (xi < yi);
}

/*
 * Moves every group to its place, around the cycles of the permutation. `moved` is a copy to use
 * up.
 */
static void permute(struct group *groups, const uint32_t *rank, uint32_t *moved, uint32_t count)
{
	memcpy(moved, rank, count * sizeof(moved[0]));
	for (uint32_t i = 0; i < count; i++) {
		while (moved[i] != i) {
			uint32_t to = moved[i];
			struct group group = groups[to];

			groups[to] = groups[i];
			groups[i] = group;
			moved[i] = moved[to];
			moved[to] = to;
		}
	}
}

/*
 * by_label is done with: it lends its room for the order. It has twice as many slots as there are
 * groups.
 */
static void order_groups(struct grouping *g)
{
	struct result *r = g->r;
	struct grouporder o = { .q = g->q, .groups = r->groups, .sum = sum_of(g->q->sort) };
	uint32_t *order = g->by_label;

	for (uint32_t i = 0; i < r->group_count; i++)
		order[i] = i;
	qsort_r(order, r->group_count, sizeof(order[0]), compare_groups, &o);
	for (uint32_t i = 0; i < r->group_count; i++)
		g->rank[order[i]] = i;
	permute(r->groups, g->rank, order, r->group_count);
	for (uint32_t i = 0; i < r->group_count; i++) {
		if (r->groups[i].known && is_text(g->q->group, &r->groups[i].value))
			r->groups[i].value.text = r->groups[i].label;
	}
}

/* Each heading, then its rows in the order they came: a counting sort by rank. */
static int write_items(struct grouping *g, bool fold)
{
	struct result *r = g->r;
	uint32_t *next = g->by_label, at = 0;

	if (result_reserve_items(r, r->group_count + (fold ? 0 : r->rows)))
		return -ENOMEM;
	for (uint32_t i = 0; i < r->group_count; i++) {
		r->items[at++] = (struct item){ .id = i, .is_group = true };
		next[i] = at;
		at += fold ? 0 : r->groups[i].rows;
	}
	for (uint32_t i = 0; !fold && i < r->rows; i++) {
		if (g->group_of[i] != NO_GROUP)
			r->items[next[g->rank[g->group_of[i]]]++] = g->rows[i];
	}
	r->count = at;
	return 0;
}

int group_items(const struct query *q, const struct model *m, bool fold, struct result *r)
{
	struct grouping g = { .q = q, .m = m, .r = r };
	int ret = grouping_init(&g, r);

	if (ret)
		return ret;
	ret = assign_groups(&g);
	if (ret)
		return ret;
	add_rows(&g);
	take_served_off(&g);
	order_groups(&g);
	return write_items(&g, fold);
}
