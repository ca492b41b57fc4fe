/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The namespaces that are looked at, and the sources of each: sockets, ends of sockets,
 * interfaces. One place with -N NAME or without -N; with -N all one for each that there is, as
 * they come and go. Capture is not here: one thread does it for all places.
 *
 * Owns those sources; hands them to the app's loop as a list that changes only in places_follow().
 */
#ifndef SOCKMON_PLACES_H
#define SOCKMON_PLACES_H

#include "source/diag.h"
#include "source/source.h"

struct places;
struct killer;

enum { PLACE_SOURCES = 3, PLACES_SOURCES_MAX = NETNS_MAX * PLACE_SOURCES + 1 };

struct places_options {
	struct diag_options diag;	/* of each place; `where`, proc_net and text_only are filled in here */
	bool all;			/* every namespace, else sockmon's own */
	bool no_events;			/* -1: nobody waits for ends */
};

int places_new(struct places **out, const struct places_options *opt, struct errmsg *err);
void places_free(struct places *p);

/*
 * The sources, in the order in which they are to be stepped; valid until places_follow(). Returns
 * the count.
 */
unsigned places_sources(const struct places *p, struct source *out[static PLACES_SOURCES_MAX]);

/*
 * Opens what came and closes what went since the last call; capture (NULL: none) is told. True
 * when the list of sources changed. To open one takes some milliseconds, so that a call opens two
 * at most: call it in each turn.
 */
bool places_follow(struct places *p, struct source *capture, uint64_t now_ns);

/*
 * One sentence about namespaces that cannot be looked at now (no descriptors left: they are tried
 * again), or whose sockets are not all to be had; NULL: there are none. Changes in
 * places_follow() only, and is borrowed until then. Of sockmon's own namespace its source tells
 * by itself.
 */
const char *places_trouble(const struct places *p);

void places_want(struct places *p, uint32_t protos, uint32_t details);	/* as diag_want(), in each */
void places_look_up(struct places *p, const struct sockquery *q, unsigned count, uint64_t now_ns);
bool places_take_loss(struct places *p);	/* were ends of sockets lost since the last call? */
uint32_t places_absent(const struct places *p);	/* as diag_absent(), of the first place */

/* The killer of that namespace, opened at need. 0 or -errno. */
int places_killer(struct places *p, uint16_t netns, struct killer **out);

#endif
