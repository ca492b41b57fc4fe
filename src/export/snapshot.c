/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the exporters share: see snapshot.h. Owns no state of its own and knows no format.
 */
#include "export/snapshot.h"

#include <errno.h>
#include <stdlib.h>

bool snapshot_next_row(const struct snapshot *s, uint32_t *at, struct row *r)
{
	const struct result *result = s->result;

	while (*at < result->count) {
		const struct item *item = &result->items[(*at)++];

		if (item->is_group || !model_row(s->m, item->id, r))
			continue;
		r->names = s->query->names;
		return true;
	}
	return false;
}

const struct group *snapshot_next_group(const struct snapshot *s, uint32_t *at)
{
	const struct result *result = s->result;

	while (*at < result->count) {
		const struct item *item = &result->items[(*at)++];

		if (item->is_group && item->id < result->group_count)
			return &result->groups[item->id];
	}
	return NULL;
}

int snapshot_finish(const struct snapshot *s, struct buf *b)
{
	if (b->failed)
		return -ENOMEM;
	if (!s->flush || b->len == 0)
		return 0;
	return s->flush(s->ctx, b);
}

int snapshot_spill(const struct snapshot *s, struct buf *b)
{
	if (b->len < (s->flush_bytes ? s->flush_bytes : EXPORT_FLUSH_BYTES) && !b->failed)
		return 0;
	return snapshot_finish(s, b);
}

int snapshot_write_as_stream(int (*begin)(struct stream **out, const struct snapshot *s,
					  struct buf *b),
			     const struct snapshot *s, struct buf *b)
{
	struct stream *st;
	int err = begin(&st, s, b);

	if (err < 0)
		return err;
	err = st->ops->rows(st, s, b);
	if (!err)
		err = st->ops->end(st, s, b);
	st->ops->free(st);
	return err;
}

int snapshot_flush_fd(void *ctx, struct buf *b)
{
	const int *fd = ctx;
	int err = buf_write(b, *fd);

	buf_reset(b);
	return err;
}

const struct capturerec *snapshot_capture(const struct snapshot *s)
{
	const struct hostrec *host = model_host(s->m);

	return host && host->no_capture ? NULL : model_capture(s->m);
}

static unsigned column_total(void)
{
	unsigned total = 0;

	while (column_at(total))
		total++;
	return total;
}

static void collist_add(struct collist *l, const struct column *c)
{
	if (c)
		l->cols[l->count++] = c;
}

int collist_init(struct collist *l, const struct snapshot *s, const char *const *own)
{
	const struct column *c;
	unsigned most = s->col_count ? s->col_count : column_total();

	l->count = 0;
	l->cols = calloc(most + 1, sizeof(const struct column *));
	if (!l->cols)
		return -ENOMEM;
	for (unsigned i = 0; i < s->col_count; i++)
		collist_add(l, s->cols[i]);
	if (s->col_count)
		return 0;
	if (own)
		for (; *own; own++)
			collist_add(l, column_find(*own));
	else
		for (unsigned i = 0; (c = column_at(i)); i++)
			collist_add(l, c->key ? c : NULL);
	return 0;
}

void collist_fini(struct collist *l)
{
	free(l->cols);
	l->cols = NULL;
	l->count = 0;
}

void holderlist_load(struct holderlist *l, const struct row *r)
{
	const struct sk *sk = r->sk ? r->sk : r->owner;

	l->count = 0;
	if (!sk)
		return;
	if (sk->holders > l->cap) {
		struct holder *grown = reallocarray(l->holders, sk->holders, sizeof(*grown));

		if (grown) {
			l->holders = grown;
			l->cap = sk->holders;
		}
	}
	if (l->cap)
		l->count = model_holders(r->m, sk, l->holders, l->cap);
}

void holderlist_fini(struct holderlist *l)
{
	free(l->holders);
	*l = (struct holderlist){ 0 };
}
