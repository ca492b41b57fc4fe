/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * See capwindow.h. Owns the buffer, never the input. Knows nothing of what is in it, and does not
 * retry: a failed read is final, but for one that there was nothing to be had from yet.
 */
#include "source/capwindow.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"

/*
 * So little that what was copied here is still in the cache of the core when it is looked at, so
 * much that the calls do not count.
 */
enum { ROOM_FIRST = 256 << 10 };

void capwindow_init(struct capwindow *w, const struct capinput *input)
{
	*w = (struct capwindow){ .input = *input, .room = ROOM_FIRST };
	w->buf = xmalloc(w->room);
}

void capwindow_fini(struct capwindow *w)
{
	free(w->buf);
	w->buf = NULL;
}

/* What is left goes to the front: less than one record, so it is little. */
static bool make_room(struct capwindow *w, size_t n)
{
	size_t room = w->room;
	uint8_t *buf;

	memmove(w->buf, w->buf + w->at, w->end - w->at);
	w->before += w->at;
	w->end -= w->at;
	w->at = 0;
	while (room < n)
		room *= 2;
	if (room == w->room)
		return true;
	buf = realloc(w->buf, room);
	if (!buf) {
		w->failed = -ENOMEM;
		return false;
	}
	w->buf = buf;
	w->room = room;
	return true;
}

bool capwindow_fill(struct capwindow *w, size_t n)
{
	assert(n <= CAPWINDOW_MAX);
	if (w->failed == -EAGAIN)
		w->failed = 0;
	if (w->ended || w->failed)
		return false;
	if (w->room - w->at < n && !make_room(w, n))
		return false;
	while (w->end - w->at < n) {
		ssize_t got = w->input.read(w->input.ctx, w->buf + w->end, w->room - w->end,
					    w->wait);

		if (got <= 0) {
			w->ended = !got;
			w->failed = (int)got;
			return false;
		}
		w->end += (size_t)got;
	}
	return true;
}
