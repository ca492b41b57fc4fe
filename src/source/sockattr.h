/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The attributes of a sock_diag reply, each to the function that takes it: a table by attribute type
 * for each family. The bytes are untrusted; what is too short for its reader is passed over, and so
 * is what no reader knows.
 */
#ifndef SOCKMON_SOURCE_SOCKATTR_H
#define SOCKMON_SOURCE_SOCKATTR_H

#include "event.h"
#include "source/nlread.h"

struct sockattr_reader {
	void (*take)(struct event *e, const struct nlread_attr *a); /* NULL: nobody's */
	size_t min_len; /* a shorter one is passed over: unknown, not wrong */
};

static inline void sockattr_take_all(struct event *e, struct bytes attrs,
				     const struct sockattr_reader *readers, size_t count)
{
	struct nlread_attr a;

	while (nlread_attr(&attrs, &a)) {
		if (a.type < count && readers[a.type].take && a.len >= readers[a.type].min_len)
			readers[a.type].take(e, &a);
	}
}

#endif
