/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which sockets ended, oldest first: a ring of MODEL_CLOSED_MAX. A socket that lives again leaves
 * its entry behind: closedq_is_of() tells whether an entry is still its socket's. Allocates at the
 * first one.
 */
#ifndef SOCKMON_MODEL_CLOSEDQ_H
#define SOCKMON_MODEL_CLOSEDQ_H

#include "model/model.h"

struct closedref {
	uint64_t cookie, ended_ns;
	uint32_t sk;
};

struct closedq {
	struct closedref *ring;
	uint32_t first, count;
	uint32_t ended;		/* sockets that are over and not removed; kept by ends.c */
};

void closedq_fini(struct closedq *q);

/* The oldest must have been taken when the ring is full. */
void closedq_put(struct closedq *q, const struct closedref *ref);
bool closedq_is_full(const struct closedq *q);
const struct closedref *closedq_oldest(const struct closedq *q);	/* NULL: empty */
struct closedref closedq_take(struct closedq *q);	/* the oldest; there must be one */
bool closedq_is_of(const struct closedref *ref, const struct sk *s);

#endif
