/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A small sorted set of identities: marked rows, opened groups. At most IDSET_MAX of them, so that
 * what a reader picks by hand cannot grow without end.
 */
#ifndef SOCKMON_UI_IDSET_H
#define SOCKMON_UI_IDSET_H

#include <stdbool.h>
#include <stdint.h>

enum { IDSET_MAX = 1024 };

struct idset {
	uint32_t count;
	uint64_t ids[IDSET_MAX];	/* ascending */
};

bool idset_has(const struct idset *s, uint64_t id);
bool idset_add(struct idset *s, uint64_t id);		/* false: full */
void idset_remove(struct idset *s, uint64_t id);

static inline void idset_clear(struct idset *s)
{
	s->count = 0;
}

#endif
