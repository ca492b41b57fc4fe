/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Keeps the query's result fresh at a bounded cost, and shapes it: folded groups and frozen order.
 * Reads the clock only to know what a query costs: "ten times a second" goes by model time, and no
 * work is put off twice in a row.
 */
#include "ui/rows.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/hash.h"
#include "base/xalloc.h"
#include "ui/roworder.h"

#define ROWS_MIN_INTERVAL_NS (100 * NSEC_PER_MSEC)
#define SLOW_NS (30 * NSEC_PER_MSEC)
#define BIT(n) (1u << (n))
#define NO_PROTO BIT(31)	/* matches none; 0 would match all */
#define EVERY_STATE (BIT(SOCKSTATES) - 1)

enum { MANY_ROWS = 20000 };

const struct column *rows_default_sort(const struct options *opt)
{
	return column_find(opt->read_file ? "bytes" : "tx_rate");
}

static uint32_t states_to_hide(const struct rows *r)
{
	uint32_t hide = 0;

	if (r->only == ONLY_LISTENING)		/* as ss -l: unconnected datagram sockets serve, too */
		hide |= EVERY_STATE & ~(BIT(ST_LISTEN) | BIT(ST_CLOSE));
	if (r->only == ONLY_ESTABLISHED)
		hide |= EVERY_STATE & ~BIT(ST_ESTABLISHED);
	if (r->no_over)
		hide |= BIT(ST_TIME_WAIT);
	return hide;
}

/* Of sockets and flows alike; 0 = all, of which hidden_kinds() leaves some sockets out. */
static uint32_t protos_to_show(const struct rows *r)
{
	uint32_t base = r->opt->protos, show;

	if (!base && !r->no_tcp && !r->no_udp)
		return 0;
	show = base ? base & ~(uint32_t)OPTIONS_UNIX : (uint32_t)OPTIONS_ALL;
	if (base && r->with_unix)
		show |= base & OPTIONS_UNIX ? base & OPTIONS_UNIX : (uint32_t)OPTIONS_UNIX;
	if (r->no_tcp)
		show &= ~(BIT(SP_TCP) | BIT(SP_MPTCP));
	if (r->no_udp)
		show &= ~(BIT(SP_UDP) | BIT(SP_UDPLITE));
	return show ? show : NO_PROTO;
}

/* What does not speak IP: a host has hundreds of those, so they are there only when asked for. */
static uint32_t hidden_kinds(const struct rows *r)
{
	uint32_t shown = OPTIONS_INET | (r->with_unix ? OPTIONS_UNIX : 0);

	return r->opt->protos ? 0 : OPTIONS_ALL & ~shown;
}

uint32_t rows_named_protos(const struct rows *r)
{
	return filter_protos(r->filter);
}

/* As query_run(): a kind that the filter names is not hidden. */
uint32_t rows_wanted_protos(const struct rows *r)
{
	uint32_t show = r->query.protos ? r->query.protos : (uint32_t)OPTIONS_ALL;

	return show & OPTIONS_ALL & ~(r->query.hide_protos & ~rows_named_protos(r));
}

static void apply_toggles(struct rows *r)
{
	r->query.hide_states = states_to_hide(r);
	r->query.hide_flows = r->only != ONLY_ALL;
	r->query.hide_closed = r->no_over || r->only != ONLY_ALL;
	r->query.protos = protos_to_show(r);
	r->query.hide_protos = hidden_kinds(r);
	r->query.ipv4_only = r->opt->ipv4 && !r->opt->ipv6;
	r->query.ipv6_only = r->opt->ipv6 && !r->opt->ipv4;
	r->stale = true;
}

void rows_init(struct rows *r, const struct options *opt)
{
	memset(r, 0, sizeof(*r));
	r->opt = opt;
	result_init(&r->result);
	rows_reset(r);
}

void rows_fini(struct rows *r)
{
	result_fini(&r->result);
	filter_free(r->filter);
	free(r->lines);
	free(r->order);
}

void rows_reset(struct rows *r)
{
	struct filter_error ignored;

	r->no_tcp = r->no_udp = r->no_over = false;
	r->with_unix = (r->opt->protos & OPTIONS_UNIX) != 0;
	r->only = r->opt->listening && !r->opt->all ? ONLY_LISTENING : ONLY_ALL;
	r->query.sort = r->opt->sort ? r->opt->sort : rows_default_sort(r->opt);
	r->query.descending = r->opt->sort ? r->opt->sort_descending : true;
	r->query.group = r->opt->group;
	r->query.names = !r->opt->numeric;
	rows_freeze(r, false);
	idset_clear(&r->opened);
	idset_clear(&r->marks);
	/* The options have parsed this very text. */
	rows_set_filter(r, r->opt->filter_text ? r->opt->filter_text : "", &ignored);
	apply_toggles(r);
}

int rows_set_filter(struct rows *r, const char *text, struct filter_error *err)
{
	size_t len = strlen(text);
	struct filter *parsed = NULL;
	int ret = filter_parse(&parsed, text, err);

	if (ret)
		return ret;
	filter_free(r->filter);
	r->filter = parsed;
	if (len >= sizeof(r->text))
		len = sizeof(r->text) - 1;
	memmove(r->text, text, len);
	r->text[len] = '\0';
	r->query.filter = parsed;
	r->stale = true;
	return 0;
}

void rows_set_sort(struct rows *r, const struct column *c, bool descending)
{
	r->query.sort = c;
	r->query.descending = descending;
	rows_freeze(r, false);
	r->stale = true;
}

void rows_set_group(struct rows *r, const struct column *c)
{
	r->query.group = c;
	idset_clear(&r->opened);
	rows_freeze(r, false);
	r->stale = true;
}

void rows_set_only(struct rows *r, enum only only)
{
	r->only = (uint8_t)only;
	apply_toggles(r);
}

void rows_toggle(struct rows *r, bool *which)
{
	*which = !*which;
	apply_toggles(r);
}

void rows_set_open(struct rows *r, uint64_t group_ident, bool open)
{
	if (open)
		idset_add(&r->opened, group_ident);
	else
		idset_remove(&r->opened, group_ident);
	r->stale = true;
}

static uint64_t group_ident(const struct group *g)
{
	return hash_bytes(g->label, strnlen(g->label, sizeof(g->label)), 1) | 1;
}

const struct group *rows_group(const struct rows *r, uint32_t line)
{
	const struct item *i = line < r->count ? &r->lines[line] : NULL;

	return i && i->is_group && i->id < r->result.group_count ? &r->result.groups[i->id] : NULL;
}

uint64_t rows_ident(const struct rows *r, const struct model *m, uint32_t line)
{
	const struct group *g = rows_group(r, line);
	struct row row;

	if (g)
		return group_ident(g);
	if (line >= r->count || !model_row(m, r->lines[line].id, &row))
		return 0;
	return row.ident;
}

int64_t rows_find(const struct rows *r, const struct model *m, uint64_t ident, uint32_t id)
{
	uint32_t i;

	if (!ident)
		return -1;
	for (i = 0; i < r->count; i++) {
		if (r->lines[i].id == id && rows_ident(r, m, i) == ident)
			return i;
	}
	for (i = 0; i < r->count; i++) {
		if (rows_ident(r, m, i) == ident)
			return i;
	}
	return -1;
}

/* By the clock alone a busy machine would make a short list slow. */
bool rows_are_slow(const struct rows *r)
{
	return r->result.total >= MANY_ROWS && r->cost_ns > SLOW_NS;
}

bool rows_are_narrowed(const struct rows *r)
{
	return r->only != ONLY_ALL || r->no_tcp || r->no_udp || r->no_over;
}

/* The result without the rows of closed groups. */
static void fold(struct rows *r)
{
	bool open = true;
	uint32_t i;

	r->count = 0;
	for (i = 0; i < r->result.count; i++) {
		const struct item *item = &r->result.items[i];

		if (item->is_group)
			open = idset_has(&r->opened, group_ident(&r->result.groups[item->id]));
		if (item->is_group || open)
			r->lines[r->count++] = *item;
	}
}

static void shape(struct rows *r)
{
	if (r->result.count > r->cap) {
		r->lines = xreallocarray(r->lines, r->result.count, sizeof(r->lines[0]));
		r->cap = r->result.count;
	}
	fold(r);
	if (r->order)
		roworder_apply(r->order, r->order_count, r->lines, r->count, &r->result);
}

static bool due(const struct rows *r, const struct model *m)
{
	uint64_t now = model_time_ns(m);

	if (r->stale || r->waited || !r->ran_ns || now < r->ran_ns)
		return true;
	return now - r->ran_ns >= ROWS_MIN_INTERVAL_NS;
}

bool rows_want_update(const struct rows *r, const struct model *m)
{
	return r->stale || r->version != model_version(m);
}

bool rows_update(struct rows *r, const struct model *m)
{
	uint64_t start;

	if (!rows_want_update(r, m))
		return false;
	if (!due(r, m)) {
		r->waited = true;
		return false;
	}
	r->waited = false;
	r->stale = false;
	r->version = model_version(m);
	r->ran_ns = model_time_ns(m);
	start = clock_mono_ns();
	query_run(&r->query, m, r->query.group && r->opened.count == 0, &r->result);
	shape(r);
	r->cost_ns = clock_mono_ns() - start;
	return true;
}

static void take_order(struct rows *r)
{
	r->order = roworder_take(r->lines, r->count, &r->result, &r->order_count);
}

static void drop_order(struct rows *r)
{
	free(r->order);
	r->order = NULL;
	r->order_count = 0;
	r->stale = true;
}

void rows_freeze(struct rows *r, bool frozen)
{
	drop_order(r);
	r->frozen = frozen;
	if (frozen)
		take_order(r);
}

void rows_hold(struct rows *r, bool held)
{
	if (held == r->held)
		return;
	r->held = held;
	if (held && !r->order)
		take_order(r);
	else if (!held && !r->frozen)
		drop_order(r);
}
