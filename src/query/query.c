/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * query: filter, sort, group: const model in, items out.
 *
 * Owns the memory of a result, which is kept from run to run. Reads no clock and makes no text.
 */
#include "query/query.h"

#include <errno.h>
#include <stdlib.h>

#include "query/query_run.h"
#include "query/row.h"

void result_init(struct result *r)
{
	*r = (struct result){ 0 };
}

void result_fini(struct result *r)
{
	free(r->items);
	free(r->groups);
	free(r->scratch);
	result_init(r);
}

void *result_get_scratch(struct result *r, size_t size)
{
	void *mem = r->scratch;

	if (size > r->scratch_size) {
		mem = malloc(size);
		if (!mem)
			return NULL;
		free(r->scratch);
		r->scratch = mem;
		r->scratch_size = size;
	}
	return mem;
}

static int reserve(void **array, uint32_t *cap, uint32_t count, size_t size)
{
	uint32_t more = *cap + *cap / 2;
	void *grown;

	if (count <= *cap && *array)
		return 0;
	if (more < count)
		more = count;
	if (more < 16)
		more = 16;
	grown = reallocarray(*array, more, size);
	if (!grown)
		return -ENOMEM;
	*array = grown;
	*cap = more;
	return 0;
}

int result_reserve_items(struct result *r, uint32_t count)
{
	void *items = r->items;
	int ret = reserve(&items, &r->item_cap, count, sizeof(r->items[0]));

	r->items = items;
	return ret;
}

int result_reserve_groups(struct result *r, uint32_t count)
{
	void *groups = r->groups;
	int ret = reserve(&groups, &r->group_cap, count, sizeof(r->groups[0]));

	r->groups = groups;
	return ret;
}

/* What the toggles let through, made ready for many rows. */
struct sieve {
	const struct query *q;
	uint32_t hide_protos; /* but for those that a filter asks for by name */
	bool ip_protos[256];  /* of flows */
};

static void sieve_init(struct sieve *s, const struct query *q)
{
	*s = (struct sieve){ .q = q };
	s->hide_protos = q->hide_protos & ~(filter_protos(q->filter) | filter_protos(q->also));
	for (unsigned p = 0; p < SOCKPROTOS; p++) {
		uint8_t number = sockproto_ipproto(p);

		if (number && q->protos & 1u << p)
			s->ip_protos[number] = true;
	}
}

static bool toggles_let_through(const struct sieve *s, const struct row *r)
{
	const struct query *q = s->q;

	if ((q->ipv4_only || q->ipv6_only) && (!row_is_ip(r) || row_is_v6(r) != q->ipv6_only))
		return false;
	if (q->hide_closed && row_ended_ns(r))
		return false;
	if (r->sk)
		return !(q->hide_states >> (r->sk->rec.state & 31) & 1) &&
		       !(s->hide_protos >> (r->sk->rec.proto & 31) & 1) &&
		       (!q->protos || q->protos >> (r->sk->rec.proto & 31) & 1);
	if (q->hide_flows)
		return false;
	return !q->protos || (r->flow && s->ip_protos[r->flow->rec.key.proto]);
}

static bool is_wanted(const struct sieve *s, const struct row *r)
{
	return toggles_let_through(s, r) && filter_match(s->q->filter, r) &&
	       filter_match(s->q->also, r);
}

/*
 * Scratch holds keys[total], then ids[total]. Rows that match leave a key, or their id where the
 * value is unknown: ids are overwritten behind the one that is read.
 */
static void collect(const struct query *q, const struct model *m, struct sortkey *keys,
		    uint32_t *ids, struct result *r)
{
	uint32_t count = 0;
	struct sieve sieve;

	sieve_init(&sieve, q);
	for (uint32_t i = 0; i < r->total; i++) {
		uint32_t id = ids[i];
		struct row row;

		if (!model_row(m, id, &row) || !is_wanted(&sieve, &row))
			continue;
		row.names = q->names;
		if (q->sort) {
			bool known = sort_fill_key(q->sort, &row, &keys[count]);

			keys[count].id = id;
			keys[count].pos = i | (known ? 0 : SORT_UNKNOWN) |
					  (row_is_over(&row) ? SORT_OVER : 0);
		}
		ids[count++] = id;
	}
	if (q->sort)
		sort_keys(q, m, keys, count);
	for (uint32_t i = 0; i < count; i++)
		r->items[i] = (struct item){ .id = q->sort ? keys[i].id : ids[i] };
	r->rows = r->count = count;
}

int query_run(const struct query *q, const struct model *m, bool fold, struct result *r)
{
	uint32_t total = model_row_count(m);
	struct sortkey *keys;
	uint32_t *ids;
	int ret;

	r->count = r->group_count = r->rows = r->total = 0;
	keys = result_get_scratch(r, total * (sizeof(*keys) + sizeof(*ids)) + 1);
	if (!keys || result_reserve_items(r, total))
		return -ENOMEM;
	ids = (uint32_t *)(keys + total);
	r->total = model_row_ids(m, ids);
	collect(q, m, keys, ids, r);
	ret = q->group ? group_items(q, m, fold, r) : 0;
	if (ret)
		r->count = r->group_count = r->rows = r->total = 0;
	return ret;
}

bool query_can_group(const struct column *c)
{
	switch (c->type) {
	case VT_TEXT:
	case VT_ADDR:
	case VT_BOOL:
	case VT_HEX:
		return true;
	case VT_UINT:
		return c->unit == UNIT_NONE;
	case VT_TIME:
	case VT_TENTHS:
	case VT_HOLDERS:
		break;
	}
	return false;
}
