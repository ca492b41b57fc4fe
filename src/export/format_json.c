/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * json: one object a snapshot, a row a line. jsonl: the header on the first line, then a row a
 * line, then {"rows": N}, by which a reader knows that nothing is missing.
 *
 * What a row looks like is json_row.c's part.
 */
#include "export/snapshot.h"

#include "export/groupfields.h"
#include "export/json_row.h"
#include "export/json_write.h"

static void add_group_value(struct buf *b, const struct column *c, const struct group *g)
{
	if (!g->known)
		buf_adds(b, "null");
	else if (c->type == VT_TEXT || c->type == VT_ADDR || c->type == VT_HOLDERS)
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
static int64_t add_all(struct buf *b, const struct snapshot *s, struct jsonplan *p,
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
			jsonplan_add_row(p, b, &r);
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
	struct jsonplan plan;
	int64_t count;
	int err = jsonplan_init(&plan, s);

	if (err < 0)
		return err;
	buf_adds(b, "{\n");
	json_add_header(b, s, ",\n");
	buf_adds(b, ",\n");
	json_add_text(b, content_name(s));
	buf_adds(b, ":[\n");
	count = add_all(b, s, &plan, ",\n");
	jsonplan_fini(&plan);
	if (count < 0)
		return (int)count;
	buf_adds(b, count ? "\n]\n}\n" : "]\n}\n");
	return snapshot_finish(s, b);
}

int format_jsonl_write(const struct snapshot *s, struct buf *b)
{
	struct jsonplan plan;
	int64_t count;
	int err = jsonplan_init(&plan, s);

	if (err < 0)
		return err;
	buf_addc(b, '{');
	json_add_header(b, s, ",");
	buf_adds(b, "}\n");
	count = add_all(b, s, &plan, "\n");
	jsonplan_fini(&plan);
	if (count < 0)
		return (int)count;
	buf_adds(b, count ? "\n{" : "{");
	json_add_text(b, content_name(s));
	buf_addc(b, ':');
	buf_addu(b, (unsigned long long)count);
	buf_adds(b, "}\n");
	return snapshot_finish(s, b);
}
