/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The queue of ended sockets; see closedq.h. */
#include "model/closedq.h"

#include <assert.h>
#include <stdlib.h>

#include "base/xalloc.h"

void closedq_fini(struct closedq *q)
{
	free(q->ring);
	q->ring = NULL;
}

void closedq_put(struct closedq *q, const struct closedref *ref)
{
	assert(!closedq_is_full(q));
	if (!q->ring)
		q->ring = xcalloc(MODEL_CLOSED_MAX, sizeof(*q->ring));
	q->ring[(q->first + q->count) % MODEL_CLOSED_MAX] = *ref;
	q->count++;
}

bool closedq_is_full(const struct closedq *q)
{
	return q->count == MODEL_CLOSED_MAX;
}

const struct closedref *closedq_oldest(const struct closedq *q)
{
	return q->count ? &q->ring[q->first] : NULL;
}

struct closedref closedq_take(struct closedq *q)
{
	struct closedref ref;

	assert(q->count);
	ref = q->ring[q->first];
	q->first = (q->first + 1) % MODEL_CLOSED_MAX;
	q->count--;
	return ref;
}

bool closedq_is_of(const struct closedref *ref, const struct sk *s)
{
	return s->used && s->rec.cookie == ref->cookie && s->ended_ns == ref->ended_ns;
}
