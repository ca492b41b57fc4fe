/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * json: one object a snapshot, a row a line. jsonl: the header on the first line, then a row a
 * line, then {"rows": N}, by which a reader knows that nothing is missing.
 *
 * What a row looks like is json_row.c's part.
 */
#include "export/snapshot.h"

#include <errno.h>
#include <stdlib.h>

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

/* Both formats: what stands between two rows, and after the last, is all that differs. */
struct jsonstream {
	struct stream stream;
	struct jsonplan plan;
	const char *separator;
	uint64_t count;
};

/* All rows of this piece, or groups, with the separator between them. */
static int json_rows(struct stream *st, const struct snapshot *s, struct buf *b)
{
	struct jsonstream *j = (struct jsonstream *)st;
	const struct group *g;
	struct row r;
	uint32_t at = 0;
	int err = 0;

	for (; err == 0; j->count++) {
		g = s->query->group ? snapshot_next_group(s, &at) : NULL;
		if (s->query->group ? !g : !snapshot_next_row(s, &at, &r))
			break;
		if (j->count)
			buf_adds(b, j->separator);
		if (g)
			add_group(b, s, g);
		else
			jsonplan_add_row(&j->plan, b, &r);
		err = snapshot_spill(s, b);
	}
	return err;
}

static const char *content_name(const struct snapshot *s)
{
	return s->query->group ? "groups" : "rows";
}

static int json_end(struct stream *st, const struct snapshot *s, struct buf *b)
{
	buf_adds(b, ((struct jsonstream *)st)->count ? "\n]\n}\n" : "]\n}\n");
	return snapshot_finish(s, b);
}

static int jsonl_end(struct stream *st, const struct snapshot *s, struct buf *b)
{
	uint64_t count = ((struct jsonstream *)st)->count;

	buf_adds(b, count ? "\n{" : "{");
	json_add_text(b, content_name(s));
	buf_addc(b, ':');
	buf_addu(b, count);
	buf_adds(b, "}\n");
	return snapshot_finish(s, b);
}

static void json_free(struct stream *st)
{
	jsonplan_fini(&((struct jsonstream *)st)->plan);
	free(st);
}

static const struct streamops json_ops = { .rows = json_rows, .end = json_end, .free = json_free };
static const struct streamops jsonl_ops = { .rows = json_rows, .end = jsonl_end, .free = json_free };

static int begin(struct stream **out, const struct streamops *ops, const char *separator,
		 const struct snapshot *s)
{
	struct jsonstream *j = calloc(1, sizeof(*j));

	if (!j)
		return -ENOMEM;
	j->stream.ops = ops;
	j->separator = separator;
	if (jsonplan_init(&j->plan, s) < 0) {
		free(j);
		return -ENOMEM;
	}
	*out = &j->stream;
	return 0;
}

int format_json_begin(struct stream **out, const struct snapshot *s, struct buf *b)
{
	int err = begin(out, &json_ops, ",\n", s);

	if (err < 0)
		return err;
	buf_adds(b, "{\n");
	json_add_header(b, s, ",\n");
	buf_adds(b, ",\n");
	json_add_text(b, content_name(s));
	buf_adds(b, ":[\n");
	return 0;
}

int format_jsonl_begin(struct stream **out, const struct snapshot *s, struct buf *b)
{
	int err = begin(out, &jsonl_ops, "\n", s);

	if (err < 0)
		return err;
	buf_addc(b, '{');
	json_add_header(b, s, ",");
	buf_adds(b, "}\n");
	return 0;
}

int format_json_write(const struct snapshot *s, struct buf *b)
{
	return snapshot_write_as_stream(format_json_begin, s, b);
}

int format_jsonl_write(const struct snapshot *s, struct buf *b)
{
	return snapshot_write_as_stream(format_jsonl_begin, s, b);
}
