/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One sentence for the person who can mend it: what failed, on which thing, why, and what to do.
 * The last argument of every function whose failure a user can fix. Lower layers fill it, only
 * main.c and the UI print it.
 */
#ifndef SOCKMON_BASE_ERRMSG_H
#define SOCKMON_BASE_ERRMSG_H

struct errmsg {
	char text[480];	/* UTF-8, no trailing newline; "" = nothing was said */
};

/* Replaces the sentence (cut, never overrun). err may be NULL: the caller does not care. */
void errmsg_set(struct errmsg *err, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#endif
