/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * json: one object a snapshot, a row a line. jsonl: the header on the first line, then a row a
 * line, then {"rows": N}, by which a reader knows that nothing is missing.
 *
 * A column whose value is unknown is left out, unless it was asked for by name: then it is null.
 * Keys with a dot become members of an object; which and in what order is decided once a snapshot,
 * in the plan.
 */
#include "export/snapshot.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "export/groupfields.h"
#include "export/json_write.h"

/*
 * One key. Its lead is `,"rtt":`, ready to be copied at one go; the first of an object leaves the comma
 * out.
 */
struct field {
	const struct column *col;
	size_t lead, lead_len;		 /* in the plan's leads */
	unsigned nest;			 /* object it is in: 1 and up; 0 = the row itself */
	size_t nest_lead, nest_lead_len; /* `,"tcp_info":{` */
};

struct plan {
	struct field *fields;
	unsigned count;
	bool asked; /* columns were named: unknown is null */
	struct buf leads;
	struct holderlist holders;
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

/* Appends `,"text":` and what begins the value to the leads; returns where. */
static size_t add_lead(struct plan *p, const char *text, size_t len, const char *begin,
		       size_t *lead_len)
{
	size_t at = p->leads.len;

	buf_addc(&p->leads, ',');
	json_add_string(&p->leads, text, len);
	buf_addc(&p->leads, ':');
	buf_adds(&p->leads, begin);
	*lead_len = p->leads.len - at;
	return at;
}

/* A column named twice is one key. */
static bool is_planned(const struct plan *p, const struct column *c)
{
	for (unsigned i = 0; i < p->count; i++)
		if (p->fields[i].col == c)
			return true;
	return false;
}

static void plan_column(struct plan *p, const struct column *c, unsigned nest)
{
	struct field *f = &p->fields[p->count++];
	size_t prefix = prefix_len(c);
	const char *name = snapshot_key(c) + (prefix ? prefix + 1 : 0);

	f->col = c;
	f->nest = nest;
	f->lead = add_lead(p, name, strlen(name), "", &f->lead_len);
	if (nest)
		f->nest_lead = add_lead(p, snapshot_key(c), prefix, "{", &f->nest_lead_len);
}

static void plan_fini(struct plan *p)
{
	free(p->fields);
	buf_fini(&p->leads);
	holderlist_fini(&p->holders);
}

/* 0 or -ENOMEM. Columns of one prefix are brought together where the first of them stands. */
static int plan_init(struct plan *p, const struct snapshot *s)
{
	struct collist list;
	unsigned nests = 0;

	*p = (struct plan){ .asked = s->col_count > 0 };
	buf_init(&p->leads);
	if (collist_init(&list, s, NULL) < 0)
		return -ENOMEM;
	p->fields = calloc(list.count + 1, sizeof(*p->fields));
	for (unsigned i = 0; p->fields && i < list.count; i++) {
		if (is_planned(p, list.cols[i]))
			continue;
		if (prefix_len(list.cols[i]))
			nests++;
		plan_column(p, list.cols[i], prefix_len(list.cols[i]) ? nests : 0);
		for (unsigned j = i + 1; j < list.count; j++)
			if (same_prefix(list.cols[i], list.cols[j]) && !is_planned(p, list.cols[j]))
				plan_column(p, list.cols[j], nests);
	}
	collist_fini(&list);
	if (p->fields && !p->leads.failed)
		return 0;
	plan_fini(p);
	return -ENOMEM;
}

static void add_row(struct buf *b, struct plan *p, const struct row *r)
{
	const char *leads = p->leads.data;
	size_t first = 1; /* the comma that is left out */
	unsigned open = 0;

	buf_addc(b, '{');
	for (unsigned i = 0; i < p->count; i++) {
		const struct field *f = &p->fields[i];
		struct value v;
		bool known = column_get(f->col, r, &v);

		if (!known && !p->asked)
			continue;
		if (open && f->nest != open) {
			buf_addc(b, '}');
			open = 0;
		}
		if (f->nest && !open) {
			buf_add(b, leads + f->nest_lead + first, f->nest_lead_len - first);
			first = 1;
			open = f->nest;
		}
		buf_add(b, leads + f->lead + first, f->lead_len - first);
		first = 0;
		if (known)
			json_add_value(b, f->col, r, &v, &p->holders);
		else
			buf_add(b, "null", 4);
	}
	buf_adds(b, open ? "}}" : "}");
}

static void add_group_value(struct buf *b, const struct column *c, const struct group *g)
{
	if (!g->known)
		buf_adds(b, "null");
	else if (c->type == VT_TEXT || c->type == VT_HOLDERS)
		json_add_text(b, g->label);
	else
		json_add_value(b, c, NULL, &g->value, NULL);
}

static void add_group(struct buf *b, const struct snapshot *s, const struct group *g)
{
	const struct column *c = s->query->group;
	const struct groupfield *f;
	uint64_t n;

	buf_adds(b, "{\"group\":{");
	json_add_text(b, snapshot_key(c));
	buf_addc(b, ':');
	add_group_value(b, c, g);
	buf_addc(b, '}');
	for (unsigned i = 0; (f = groupfield_at(i)); i++) {
		buf_addc(b, ',');
		json_add_text(b, f->key);
		buf_addc(b, ':');
		if (groupfield_get(f, s, g, &n))
			buf_addu(b, n);
		else
			buf_adds(b, "null");
	}
	buf_adds(b, ",\"by_state\":");
	json_add_by_state(b, g->by_state);
	buf_addc(b, '}');
}

/* All rows, or groups, with `separator` between them. Returns how many, or -errno. */
static int64_t add_all(struct buf *b, const struct snapshot *s, struct plan *p,
		       const char *separator)
{
	const struct group *g;
	struct row r;
	uint32_t at = 0;
	int64_t count = 0;
	int err;

	for (;; count++) {
		g = s->query->group ? snapshot_next_group(s, &at) : NULL;
		if (s->query->group ? !g : !snapshot_next_row(s, &at, &r))
			return count;
		if (count)
			buf_adds(b, separator);
		if (g)
			add_group(b, s, g);
		else
			add_row(b, p, &r);
		err = snapshot_spill(s, b);
		if (err < 0)
			return err;
	}
}

static const char *content_name(const struct snapshot *s)
{
	return s->query->group ? "groups" : "rows";
}

int format_json_write(const struct snapshot *s, struct buf *b)
{
	struct plan plan;
	int64_t count;
	int err = plan_init(&plan, s);

	if (err < 0)
		return err;
	buf_adds(b, "{\n");
	json_add_header(b, s, ",\n");
	buf_adds(b, ",\n");
	json_add_text(b, content_name(s));
	buf_adds(b, ":[\n");
	count = add_all(b, s, &plan, ",\n");
	plan_fini(&plan);
	if (count < 0)
		return (int)count;
	buf_adds(b, count ? "\n]\n}\n" : "]\n}\n");
	return snapshot_finish(s, b);
}

int format_jsonl_write(const struct snapshot *s, struct buf *b)
{
	struct plan plan;
	int64_t count;
	int err = plan_init(&plan, s);

	if (err < 0)
		return err;
	buf_addc(b, '{');
	json_add_header(b, s, ",");
	buf_adds(b, "}\n");
	count = add_all(b, s, &plan, "\n");
	plan_fini(&plan);
	if (count < 0)
		return (int)count;
	buf_adds(b, count ? "\n{" : "{");
	json_add_text(b, content_name(s));
	buf_addc(b, ':');
	buf_addu(b, (unsigned long long)count);
	buf_adds(b, "}\n");
	return snapshot_finish(s, b);
}
