/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The namespaces that are looked at, and their sources; see places.h. */
#include "places.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"
#include "source/capture.h"
#include "source/diagask.h"
#include "source/destroy.h"
#include "source/killer.h"
#include "source/nsscan.h"
#include "source/rtlink.h"

enum { OPENED_MAX = 2 };	/* a call of places_follow() */

/* Invariant: a place is used while diag is not NULL; that of index 0 always is. */
struct place {
	struct netns_place where;
	struct source *diag;
	struct source *destroy;		/* NULL: ends are not told here */
	struct source *rtlink;		/* NULL: it may not be entered */
	struct killer *killer;		/* NULL: not needed so far */
	int refusal;			/* -errno: it could not be opened and is given back for now; else 0 */
};

struct places {
	struct places_options opt;
	struct source *scan;		/* NULL: not all */
	struct askbudget budget;	/* of the lookups in all places */
	char trouble[EVENT_TEXT_MAX];	/* "": none */
	struct place place[NETNS_MAX];
};

static void close_source(struct source **s)
{
	if (*s)
		(*s)->ops->close(*s);
	*s = NULL;
}

static void close_place(struct place *p)
{
	close_source(&p->diag);
	close_source(&p->destroy);
	close_source(&p->rtlink);
	killer_free(p->killer);
	p->killer = NULL;
	p->refusal = 0;
}

/* A namespace that may not be entered has its sockets in /proc/PID/net, which anybody may read. */
static int open_diag(struct places *ps, struct place *p, struct errmsg *err)
{
	bool closed = p->where.index && p->where.fd < 0;
	struct diag_options d = ps->opt.diag;
	char proc_net[32];

	if (closed) {
		snprintf(proc_net, sizeof(proc_net), "/proc/%u/net", p->where.pid);
		d.proc_net = proc_net;
	}
	d.where = &p->where;
	d.text_only = closed;
	d.budget = &ps->budget;
	return diag_new(&p->diag, &d, err);
}

/* Sockets are what a place is for; without the rest it is still one. */
static int open_place(struct places *ps, struct place *p, struct errmsg *err)
{
	bool entered = !p->where.index || p->where.fd >= 0;
	struct errmsg ignored;
	int rc = open_diag(ps, p, err);

	if (rc)
		return rc;
	if (entered && rtlink_new(&p->rtlink, &p->where, &ignored))
		p->rtlink = NULL;
	if (entered && !ps->opt.no_events && destroy_new(&p->destroy, &p->where, &ignored))
		p->destroy = NULL;
	return 0;
}

int places_new(struct places **out, const struct places_options *opt, struct errmsg *err)
{
	struct places *ps = xcalloc(1, sizeof(*ps));
	int rc;

	ps->opt = *opt;
	askbudget_init(&ps->budget);
	ps->place[0].where.fd = -1;
	rc = open_place(ps, &ps->place[0], err);
	if (!rc && opt->all)
		rc = nsscan_new(&ps->scan, "/proc", "/run/netns", err);
	if (rc) {
		places_free(ps);
		return rc;
	}
	*out = ps;
	return 0;
}

void places_free(struct places *ps)
{
	if (!ps)
		return;
	for (unsigned i = 0; i < NETNS_MAX; i++)
		close_place(&ps->place[i]);
	close_source(&ps->scan);
	free(ps);
}

unsigned places_sources(const struct places *ps, struct source *out[static PLACES_SOURCES_MAX])
{
	unsigned n = 0;

	if (ps->scan)
		out[n++] = ps->scan;
	for (unsigned i = 0; i < NETNS_MAX; i++) {
		const struct place *p = &ps->place[i];

		if (p->rtlink)
			out[n++] = p->rtlink;
		if (p->destroy)
			out[n++] = p->destroy;
		if (p->diag)
			out[n++] = p->diag;
	}
	return n;
}

/* False: it cannot be opened now, and is to come again. */
static bool come(struct places *ps, const struct netns_place *where, struct source *capture,
		 uint64_t now_ns)
{
	struct place *p = &ps->place[where->index];
	struct errmsg ignored;
	int rc;

	close_place(p);
	p->where = *where;
	rc = open_place(ps, p, &ignored);
	if (rc) {
		close_place(p);
		p->refusal = rc;
		nsscan_put_back(ps->scan, where->index);
		return false;
	}
	/* The round under way is this one's, too: a snapshot waits for it. */
	p->diag->ops->refresh(p->diag, now_ns);
	if (capture && where->fd >= 0)
		/* An interface named by -i may not be there: then nothing is captured in it. */
		capture_add_netns(capture, where, &ignored);
	return true;
}

/* How many could not be opened, and why the last of them. */
static unsigned count_refused(const struct places *ps, int *why)
{
	unsigned refused = 0;

	for (unsigned i = 1; i < NETNS_MAX; i++) {
		if (!ps->place[i].refusal)
			continue;
		*why = ps->place[i].refusal;
		refused++;
	}
	return refused;
}

/* One of them is named, for all: what one namespace is refused most are. */
static void note_trouble(struct places *ps)
{
	char gaps[EVENT_TEXT_MAX];
	unsigned refused;
	int why = 0;

	ps->trouble[0] = '\0';
	refused = count_refused(ps, &why);
	if (refused) {
		snprintf(ps->trouble, sizeof(ps->trouble),
			 "%u network namespace%s cannot be looked at now: %s%s", refused,
			 refused == 1 ? "" : "s", strerror(-why),
			 why == -EMFILE ? " (raise the limit: ulimit -n)" : "");
		return;
	}
	for (unsigned i = 1; i < NETNS_MAX; i++) {
		if (!ps->place[i].diag || !diag_trouble(ps->place[i].diag, gaps))
			continue;
		snprintf(ps->trouble, sizeof(ps->trouble), "in another network namespace %.200s",
			 gaps);
		return;
	}
}

bool places_follow(struct places *ps, struct source *capture, uint64_t now_ns)
{
	struct netns_place where;
	bool changed = false;
	unsigned opened = 0;
	uint16_t index;

	if (!ps->scan)
		return false;
	while (nsscan_take_gone(ps->scan, &index)) {
		close_place(&ps->place[index]);
		if (capture)
			capture_drop_netns(capture, index);
		changed = true;
	}
	while (opened < OPENED_MAX && nsscan_take_new(ps->scan, &where))
		opened += come(ps, &where, capture, now_ns);
	note_trouble(ps);
	return changed || opened;
}

const char *places_trouble(const struct places *ps)
{
	return ps->trouble[0] ? ps->trouble : NULL;
}

void places_want(struct places *ps, uint32_t protos, uint32_t details)
{
	ps->opt.diag.protos = protos;	/* of places that are still to come */
	ps->opt.diag.details = details;
	for (unsigned i = 0; i < NETNS_MAX; i++)
		if (ps->place[i].diag)
			diag_want(ps->place[i].diag, protos, details);
}

void places_look_up(struct places *ps, const struct sockquery *q, unsigned count, uint64_t now_ns)
{
	for (unsigned at = 0, n; at < count; at += n) {
		const struct place *p = &ps->place[q[at].netns % NETNS_MAX];

		for (n = 1; at + n < count && q[at + n].netns == q[at].netns;)
			n++;
		if (p->diag)
			diag_look_up(p->diag, q + at, n, now_ns);
	}
}

bool places_take_loss(struct places *ps)
{
	bool lost = false;

	for (unsigned i = 0; i < NETNS_MAX; i++)
		if (ps->place[i].destroy && destroy_take_loss(ps->place[i].destroy))
			lost = true;
	return lost;
}

uint32_t places_absent(const struct places *ps)
{
	return diag_absent(ps->place[0].diag);
}

int places_killer(struct places *ps, uint16_t netns, struct killer **out)
{
	struct place *p = &ps->place[netns % NETNS_MAX];
	int rc = 0;

	if (!p->diag || (netns && p->where.fd < 0))
		return -EPERM;
	if (!p->killer)
		rc = killer_new(&p->killer, &p->where);
	if (!rc)
		*out = p->killer;
	return rc;
}
