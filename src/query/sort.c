/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sort: order by one column, stable, each value fetched once: numbers by their digits, what is longer
 * by comparing.
 *
 * Owns no memory. A value is asked for again only where two long texts begin with the same 23
 * bytes.
 */
#include <stdlib.h>

#include "query/fold.h"
#include "query/query_run.h"

enum { KEY_TEXT = sizeof(((struct sortkey *)0)->w) - 1 };
enum { ADDR_V4 = 4, ADDR_V6 = 6, ADDR_TEXT }; /* the first word of an address */

static uint64_t load_be64(const uint8_t *at)
{
	uint64_t n = 0;

	for (unsigned i = 0; i < sizeof(n); i++)
		n = n << 8 | at[i];
	return n;
}

/* From byte `from` of the words on, to the last one, which says whether more follows. */
static void fill_text(const char *text, unsigned from, struct sortkey *out)
{
	uint8_t folded[sizeof(out->w)] = { 0 };
	unsigned i = 0;

	for (; from + i < KEY_TEXT && text[i]; i++)
		folded[from + i] = fold_byte(text[i]);
	folded[KEY_TEXT] = from + i == KEY_TEXT && text[i];
	for (i = from / sizeof(out->w[0]); i < 3; i++)
		out->w[i] = load_be64(folded + i * sizeof(out->w[0]));
}

/* By version, then what stands for an address elsewhere. */
static void fill_addr(const struct value *v, struct sortkey *out)
{
	if (v->text) {
		out->w[0] = ADDR_TEXT;
		fill_text(v->text, sizeof(out->w[0]), out);
		return;
	}
	out->w[0] = addr_is_v4(&v->addr) ? ADDR_V4 : ADDR_V6;
	out->w[1] = load_be64(v->addr.b);
	out->w[2] = load_be64(v->addr.b + 8);
}

bool sort_fill_key(const struct column *c, const struct row *r, struct sortkey *out)
{
	struct value v;

	if (!column_get(c, r, &v))
		return false;
	out->w[0] = out->w[1] = out->w[2] = 0;
	if (c->type == VT_TEXT || c->type == VT_HOLDERS) {
		fill_text(v.text, 0, out);
	} else if (c->type == VT_ADDR) {
		fill_addr(&v, out);
	} else {
		out->w[0] = v.u64;
	}
	return true;
}

struct order {
	const struct column *c;
	const struct model *m;
	bool names;
	bool text;
	bool addr;
	bool descending;
};

/* Both texts go on after what their keys hold. */
static int compare_long(const struct order *o, const struct sortkey *x, const struct sortkey *y)
{
	struct row rx, ry;
	struct value vx, vy;

	if (!model_row(o->m, x->id, &rx) || !model_row(o->m, y->id, &ry))
		return 0;
	rx.names = ry.names = o->names;
	if (!column_get(o->c, &rx, &vx) || !column_get(o->c, &ry, &vy))
		return 0;
	return value_compare(o->c, &vx, &vy);
}

static int compare_keys(const void *left, const void *right, void *ctx)
{
	const struct sortkey *x = left, *y = right;
	const struct order *o = ctx;
	int by = 0;

	if ((x->pos | y->pos) & SORT_UNKNOWN)
		return (x->pos > y->pos) - (x->pos < y->pos);
	for (unsigned i = 0; i < 3 && !by; i++)
		by = (x->w[i] > y->w[i]) - (x->w[i] < y->w[i]);
	if (!by && (o->text || (o->addr && x->w[0] == ADDR_TEXT)) && x->w[2] & 0xff)
		by = compare_long(o, x, y);
	if (by)
		return o->descending ? -by : by;
	return (x->pos > y->pos) - (x->pos < y->pos);
}

/* A key of one word, and its row. */
struct numkey {
	uint64_t by;
	uint32_t id;
};

/*
 * Numbers in the order in which equals stay: what lives before what is over, then the same of those
 * that are unknown. Returns how many are known.
 */
static uint32_t split(const struct sortkey *keys, uint32_t count, bool descending,
		      struct numkey *out)
{
	enum { CLASS_SHIFT = 29, CLASSES = 4 };	/* SORT_OVER and SORT_UNKNOWN */
	uint32_t at[CLASSES + 1] = { 0 }, known;

	for (uint32_t i = 0; i < count; i++)
		at[(keys[i].pos >> CLASS_SHIFT) + 1]++;
	for (unsigned i = 1; i < CLASSES; i++)
		at[i] += at[i - 1];
	known = at[SORT_UNKNOWN >> CLASS_SHIFT];
	for (uint32_t i = 0; i < count; i++)
		out[at[keys[i].pos >> CLASS_SHIFT]++] = (struct numkey){
			.by = descending ? ~keys[i].w[0] : keys[i].w[0],
			.id = keys[i].id,
		};
	return known;
}

/* One digit of a stable radix sort. */
static void sort_by_byte(const struct numkey *from, uint32_t count, unsigned shift,
			 struct numkey *to)
{
	uint32_t at[257] = { 0 };

	for (uint32_t i = 0; i < count; i++)
		at[(from[i].by >> shift & 0xff) + 1]++;
	for (unsigned i = 1; i < 256; i++)
		at[i] += at[i - 1];
	for (uint32_t i = 0; i < count; i++)
		to[at[from[i].by >> shift & 0xff]++] = from[i];
}

/*
 * Rates are all different and anew at every interval: by digits that costs a tenth of what
 * comparing does. Of the keys only the ids are left. false: no memory.
 */
static bool sort_numbers(struct sortkey *keys, uint32_t count, bool descending)
{
	struct numkey *mem = reallocarray(NULL, count, 2 * sizeof(*mem));
	struct numkey *from = mem, *to = mem + count, *swap;
	uint64_t differs = 0;
	uint32_t known;

	if (!mem)
		return false;
	known = split(keys, count, descending, from);
	for (uint32_t i = known; i < count; i++)
		to[i] = from[i];
	for (uint32_t i = 0; i < known; i++)
		differs |= from[i].by ^ from[0].by;
	for (unsigned shift = 0; shift < 64; shift += 8) {
		if (!(differs >> shift & 0xff))
			continue;
		sort_by_byte(from, known, shift, to);
		swap = from;
		from = to;
		to = swap;
	}
	for (uint32_t i = 0; i < count; i++)
		keys[i].id = from[i].id;
	free(mem);
	return true;
}

void sort_keys(const struct query *q, const struct model *m, struct sortkey *keys, uint32_t count)
{
	struct order o = {
		.c = q->sort,
		.m = m,
		.names = q->names,
		.text = q->sort->type == VT_TEXT || q->sort->type == VT_HOLDERS,
		.addr = q->sort->type == VT_ADDR,
		.descending = q->descending,
	};

	if (count < 2 || (!o.text && !o.addr && sort_numbers(keys, count, o.descending)))
		return;
	qsort_r(keys, count, sizeof(keys[0]), compare_keys, &o);
}
