/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From a uid to a user's name: getpwuid_r(3) in a thread of its own, since NSS may wait for a
 * network. Told by EV_USER, in the order in which answers come. A question that hangs holds up
 * later questions, never the caller; a snapshot waits for it half a second.
 */
#ifndef SOCKMON_SOURCE_USERS_H
#define SOCKMON_SOURCE_USERS_H

#include <stddef.h>

#include "source/source.h"

int users_new(struct source **out, struct errmsg *err);

/*
 * Another lookup than NSS's, for tests. It runs in the thread, and writes the name, NUL-terminated;
 * "" where there is no such user or nobody can say.
 */
int users_new_with(struct source **out, void (*lookup)(uint32_t uid, char *name, size_t size),
		   struct errmsg *err);

/* Each is answered once, also if it was before. 65536 may wait, more are dropped. */
void users_want(struct source *s, const uint32_t *uids, unsigned count);

#endif
