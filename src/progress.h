/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One line on a terminal that says how far a long read has come: rewritten in place, and gone when
 * it is over. Nothing where the descriptor is no terminal, and nothing in the first half second.
 */
#ifndef SOCKMON_PROGRESS_H
#define SOCKMON_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"

struct progress {
	const char *name;	/* borrowed; raw bytes */
	int fd;			/* -1: no terminal */
	uint64_t begin_ns;	/* monotonic, as all times here */
	uint64_t next_ns;	/* not written again before */
	size_t shown;		/* cells of the line that is on the screen; 0 = none */
};

/* name: of the file, "-" = standard input. */
void progress_begin(struct progress *p, int fd, const char *name, uint64_t now_ns);
void progress_show(struct progress *p, uint64_t at, uint64_t size, uint64_t now_ns);
void progress_end(struct progress *p);

/* Is it time for another line? Asked before what the line says is looked up. */
static inline bool progress_is_due(const struct progress *p, uint64_t now_ns)
{
	return p->fd >= 0 && now_ns >= p->next_ns;
}

/*
 * Adds the line's text, no wider than `width` cells: the name is cut where it has to be. size 0 =
 * unknown. Returns the cells.
 */
size_t progress_format(struct buf *b, const char *name, uint64_t at, uint64_t size,
		       uint64_t elapsed_ns, size_t width);

#endif
