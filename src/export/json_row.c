/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Rows as JSON: see json_row.h. Owns the plan, and in it the text of the last address and time of
 * each column, because neighbours often have the same.
 *
 * It knows no column by name. What it does not write itself json_write.c does.
 */
#include "export/json_row.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "export/json_write.h"
#include "export/pen.h"
#include "query/field.h"

enum {
	TEXT_CACHE = ADDR_TEXT_MAX,		 /* an address, a time */
	FIELD_ROOM = PEN_BLOCK + TEXT_CACHE + 8, /* a lead and any value but text and holders */
};

struct textcache {
	struct addr addr;
	uint8_t len; /* of the address's text; 0: none yet */
	char text[TEXT_CACHE];
	struct clocktext time;
};

/* One key. Its lead is `,"rtt":`; whoever opens an object puts its brace over the first comma. */
struct jsonfield {
	const struct column *col;
	uint32_t lead, lead_len; /* in the plan's leads */
	uint32_t arg;		 /* the column's */
	struct textcache *last;	 /* owned; NULL: its texts are not kept */
};

/* Neighbours of one object and one part of a row. */
struct jsonrun {
	unsigned first, count;
	unsigned nest;			   /* object: 1 and up; 0 = the row itself */
	uint32_t nest_lead, nest_lead_len; /* `,"tcp_info":` */
	size_t leads_len;		   /* of all its fields */
	uint8_t of;			   /* enum columnof */
	bool plain;			   /* fields of tcp_info: no getter need be called */
};

static size_t prefix_len(const struct column *c)
{
	const char *dot = strchr(snapshot_key(c), '.');

	return dot ? (size_t)(dot - snapshot_key(c)) : 0;
}

static bool same_prefix(const struct column *x, const struct column *y)
{
	size_t len = prefix_len(x);

	return len && len == prefix_len(y) && memcmp(snapshot_key(x), snapshot_key(y), len) == 0;
}

/* Appends `,"text":` to the leads; returns where. */
static uint32_t add_lead(struct jsonplan *p, const char *text, size_t len, uint32_t *lead_len)
{
	uint32_t at = (uint32_t)p->leads.len;

	buf_addc(&p->leads, ',');
	json_add_string(&p->leads, text, len);
	buf_addc(&p->leads, ':');
	*lead_len = (uint32_t)p->leads.len - at;
	return at;
}

/* A column named twice is one key. */
static bool is_planned(const struct jsonplan *p, const struct column *c)
{
	for (unsigned i = 0; i < p->field_count; i++)
		if (p->fields[i].col == c)
			return true;
	return false;
}

static bool is_plain(const struct column *c)
{
	return c->of == OF_TCPINFO && c->type == VT_UINT && !(c->arg & FIELD_APART);
}

static bool fits_run(const struct jsonrun *run, const struct column *c, unsigned nest)
{
	return run->nest == nest && run->of == c->of && run->plain == is_plain(c);
}

static void plan_column(struct jsonplan *p, const struct column *c, unsigned nest)
{
	struct jsonfield *f = &p->fields[p->field_count];
	struct jsonrun *run = p->run_count ? &p->runs[p->run_count - 1] : NULL;
	size_t prefix = prefix_len(c);
	const char *name = snapshot_key(c) + (prefix ? prefix + 1 : 0);

	f->col = c;
	f->arg = c->arg;
	f->lead = add_lead(p, name, strlen(name), &f->lead_len);
	if (c->type == VT_ADDR || c->type == VT_TIME)
		f->last = calloc(1, sizeof(*f->last));
	if (!run || !fits_run(run, c, nest)) {
		run = &p->runs[p->run_count++];
		*run = (struct jsonrun){ .first = p->field_count, .nest = nest, .of = c->of };
		run->plain = is_plain(c);
		if (nest)
			run->nest_lead = add_lead(p, snapshot_key(c), prefix, &run->nest_lead_len);
	}
	run->count++;
	run->leads_len += f->lead_len;
	p->field_count++;
}

void jsonplan_fini(struct jsonplan *p)
{
	for (unsigned i = 0; i < p->field_count; i++)
		free(p->fields[i].last);
	free(p->fields);
	free(p->runs);
	buf_fini(&p->leads);
	holderlist_fini(&p->holders);
}

/* Columns of one prefix are brought together where the first of them stands. */
static void plan_columns(struct jsonplan *p, const struct collist *list)
{
	unsigned nests = 0;

	for (unsigned i = 0; i < list->count; i++) {
		const struct column *c = list->cols[i];

		if (is_planned(p, c))
			continue;
		plan_column(p, c, prefix_len(c) ? ++nests : 0);
		for (unsigned j = i + 1; j < list->count; j++)
			if (same_prefix(c, list->cols[j]) && !is_planned(p, list->cols[j]))
				plan_column(p, list->cols[j], nests);
	}
}

int jsonplan_init(struct jsonplan *p, const struct snapshot *s)
{
	static const char slack[PEN_BLOCK]; /* leads are copied in blocks */
	struct collist list;

	*p = (struct jsonplan){ .asked = s->col_count > 0 };
	buf_init(&p->leads);
	if (collist_init(&list, s, NULL) < 0)
		return -ENOMEM;
	p->fields = calloc(list.count + 1, sizeof(*p->fields));
	p->runs = calloc(list.count + 1, sizeof(*p->runs));
	if (p->fields && p->runs)
		plan_columns(p, &list);
	collist_fini(&list);
	buf_add(&p->leads, slack, sizeof(slack));
	if (p->fields && p->runs && !p->leads.failed)
		return 0;
	jsonplan_fini(p);
	return -ENOMEM;
}

static inline void put_lead(struct pen *pen, const char *lead, size_t len)
{
	if (len <= PEN_BLOCK)
		pen_block(pen, lead, len);
	else
		pen_bytes(pen, lead, len);
}

/* An address or a time, through what its column wrote last. */
static void put_addr(struct pen *pen, const struct jsonfield *f, const struct addr *a)
{
	struct textcache *last = f->last, none = { .len = 0 };

	if (!last)
		last = &none;
	if (!last->len || !addr_equal(&last->addr, a)) {
		last->addr = *a;
		last->len = (uint8_t)addr_format(a, last->text);
	}
	pen_char(pen, '"');
	pen_bytes(pen, last->text, last->len);
	pen_char(pen, '"');
}

static void put_time(struct pen *pen, const struct jsonfield *f, uint64_t wall_ns)
{
	struct clocktext none = { .second = 0 };

	pen_char(pen, '"');
	pen_bytes(pen, clocktext_rfc3339(f->last ? &f->last->time : &none, wall_ns),
		  CLOCK_RFC3339_LEN);
	pen_char(pen, '"');
}

/* Bytes that stand for themselves inside quotes: printable ASCII but for quote and backslash. */
static inline bool is_plain_byte(char c)
{
	return c >= 0x20 && c < 0x7f && c != '"' && c != '\\';
}

static void put_text(struct pen *pen, const char *text)
{
	size_t len = strlen(text), i = 0;
	char *to;

	if (!pen_room(pen, len + 2 + FIELD_ROOM))
		return;
	to = pen->at + 1;
	for (; i < len && is_plain_byte(text[i]); i++)
		to[i] = text[i];
	if (i == len) {
		*pen->at = '"';
		to[len] = '"';
		pen->at = to + len + 1;
		return;
	}
	pen_give(pen);
	json_add_string(pen->b, text, len);
	pen_take(pen, pen->b);
}

/* Anything else goes through the buf. */
static void put_other(struct pen *pen, struct jsonplan *p, const struct column *c,
		      const struct row *r, const struct value *v)
{
	pen_give(pen);
	json_add_value(pen->b, c, r, v, &p->holders);
	pen_take(pen, pen->b);
}

static inline void put_bool(struct pen *pen, bool is)
{
	pen_bytes(pen, is ? "true\0" : "false", 5);
	pen->at -= is;
}

static void put_value(struct pen *pen, struct jsonplan *p, const struct jsonfield *f,
		      const struct row *r, const struct value *v)
{
	switch (f->col->type) {
	case VT_UINT:
		pen_number(pen, v->u64);
		break;
	case VT_BOOL:
		put_bool(pen, v->u64);
		break;
	case VT_HEX:
		pen_char(pen, '"');
		pen_hex(pen, v->u64);
		pen_char(pen, '"');
		break;
	case VT_ADDR:
		if (v->text)
			put_text(pen, v->text);
		else
			put_addr(pen, f, &v->addr);
		break;
	case VT_TIME:
		put_time(pen, f, v->u64);
		break;
	case VT_TEXT:
		put_text(pen, v->text);
		break;
	case VT_TENTHS:
	case VT_HOLDERS:
		put_other(pen, p, f->col, r, v);
		break;
	}
}

static void put_run(struct pen *pen, struct jsonplan *p, const struct jsonrun *run,
		    const struct row *r)
{
	for (unsigned i = run->first; i < run->first + run->count; i++) {
		const struct jsonfield *f = &p->fields[i];
		struct value v;
		bool known = column_get(f->col, r, &v);

		if ((!known && !p->asked) || !pen_room(pen, f->lead_len + FIELD_ROOM))
			continue;
		put_lead(pen, p->leads.data + f->lead, f->lead_len);
		if (known)
			put_value(pen, p, f, r, &v);
		else
			pen_bytes(pen, "null", 4);
	}
}

/* The same for fields of tcp_info, which are most of what is written: no calls. */
static void put_plain_run(struct pen *pen, struct jsonplan *p, const struct jsonrun *run,
			  const struct row *r)
{
	const struct sockrec *rec = &r->sk->rec;
	bool listens = rec->state == ST_LISTEN;

	if (!pen_room(pen, run->leads_len + run->count * FIELD_ROOM))
		return;
	for (unsigned i = run->first; i < run->first + run->count; i++) {
		const struct jsonfield *f = &p->fields[i];
		uint64_t n;
		bool known = (!listens || f->arg & FIELD_LISTENER) &&
			     field_get(&rec->tcpinfo, rec->tcpinfo_len, f->arg, &n);

		if (!known && !p->asked)
			continue;
		put_lead(pen, p->leads.data + f->lead, f->lead_len);
		if (known)
			pen_number(pen, n);
		else
			pen_bytes(pen, "null", 4);
	}
}

/* Where an object stands in the buf that is being written. */
struct opened {
	unsigned nest; /* 0: none */
	size_t begin;  /* of its lead */
	size_t brace;  /* where the comma before its first member is, or would be */
};

static void open_nest(struct pen *pen, const struct jsonplan *p, const struct jsonrun *run,
		      struct opened *o)
{
	if (!pen_room(pen, run->nest_lead_len + FIELD_ROOM))
		return;
	o->nest = run->nest;
	o->begin = pen_offset(pen);
	put_lead(pen, p->leads.data + run->nest_lead, run->nest_lead_len);
	o->brace = pen_offset(pen);
}

/* An object without members was not worth opening. */
static void close_nest(struct pen *pen, struct opened *o)
{
	if (!o->nest || !pen_room(pen, FIELD_ROOM))
		return;
	if (pen_offset(pen) == o->brace) {
		pen->at = pen->b->data + o->begin;
	} else {
		pen->b->data[o->brace] = '{';
		pen_char(pen, '}');
	}
	o->nest = 0;
}

void jsonplan_add_row(struct jsonplan *p, struct buf *b, const struct row *r)
{
	struct opened open = { .nest = 0 };
	struct pen pen;
	size_t begin;

	pen_take(&pen, b);
	if (!pen_room(&pen, FIELD_ROOM))
		return;
	begin = pen_offset(&pen);
	for (unsigned i = 0; i < p->run_count; i++) {
		const struct jsonrun *run = &p->runs[i];
		bool known = column_part_known(run->of, r);

		if (!known && !p->asked)
			continue;
		if (run->nest != open.nest)
			close_nest(&pen, &open);
		if (run->nest && !open.nest)
			open_nest(&pen, p, run, &open);
		if (run->plain && known)
			put_plain_run(&pen, p, run, r);
		else
			put_run(&pen, p, run, r);
	}
	close_nest(&pen, &open);
	if (b->failed || !pen_room(&pen, 2))
		return;
	if (pen_offset(&pen) == begin)
		pen_char(&pen, '{');
	else
		b->data[begin] = '{';
	pen_char(&pen, '}');
	pen_give(&pen);
}
