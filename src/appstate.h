/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The app's inside, for app.c (the loop, rounds, verbs) and appopen.c (what is opened, and what the
 * kernel is asked for) only.
 */
#ifndef SOCKMON_APPSTATE_H
#define SOCKMON_APPSTATE_H

#include "app.h"
#include "base/clock.h"
#include "places.h"

enum { SOURCES_MAX = PLACES_SOURCES_MAX + 4 };	/* capture, procfs, cgroups, users; or the synthetic host */

enum stage { ROUND_DONE, ROUND_READING, ROUND_CAPTURE, ROUND_OWNERS, ROUND_NAMES };

struct running {
	struct source *source;
	bool finished;			/* its step() said so */
};

struct app {
	const struct options *opt;
	struct model *model;
	struct places *places;		/* NULL: a file, the demo */
	struct running run[SOURCES_MAX];	/* all sources, those of places too, in the order of their steps */
	unsigned run_count;
	unsigned run_next;		/* where the next turn begins */
	bool turn_cut;			/* the last turn ended before all sources had theirs */
	struct source *capture;		/* owned, as the next three; NULL where it is not wanted */
	struct source *procfs;
	struct source *cgroups;
	struct source *users;
	struct source *synth;
	struct eventclock clock;
	enum stage stage;
	uint64_t names_since_ns;	/* ROUND_NAMES: when it began */
	uint32_t protos;		/* tables that are dumped */
	uint32_t needs;			/* NEED_* of what is shown */
	uint32_t watched;		/* row; MODEL_NONE */
	bool lost;			/* ends of sockets were missed: a round is due */
	uint64_t round_cost_ns;		/* time spent in steps since the round began */
	uint64_t last_round_cost_ns;
	bool paused;
	bool was_cut;			/* the user had the file read no further */
	bool sliced;			/* app_is_sliced() */
	bool live;			/* ticks are ours to give (the synthetic host has its own) */
	struct errmsg trouble;
};

static inline void app_tell(struct app *a, const struct event *e)
{
	model_apply(a->model, e);
}

void app_tell_notice(struct app *a, enum noticesource source, const struct errmsg *err);

/* Lists all sources anew, after those of places changed. */
void app_list_sources(struct app *a);

/* Tables to dump when these are shown: flows need those of the connections. */
uint32_t app_protos_to_dump(const struct app *a, uint32_t shown);

/* What the kernel is asked for of each socket: DETAIL_* bits. */
uint32_t app_details_wanted(const struct app *a);

#endif
