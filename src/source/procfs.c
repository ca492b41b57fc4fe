/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The /proc source: passes over all processes, and the plan of when to make which.
 *
 * A quick pass looks into processes that are new or whose number of descriptors changed; a full one
 * looks into all. A socket that replaced another behind the same descriptor shows in a full pass
 * only. What is wanted is answered by a quick pass, then, if that was not it, by a full one. For as
 * many as a full pass did not find (the kernel's own, those in flight between processes) full
 * passes come at growing distances, with quick ones between: as many need not be the same ones.
 * Passes that are waited for take at most a fifth of the time, the others a fiftieth: the next one
 * rests a multiple of what the last one worked.
 *
 * Beside these there is the glance, a quick pass in between for sockets that may be gone before the
 * next one: it draws on savings of its own, and answers nothing. A process that closes a connection
 * and opens the next has as many descriptors as before, so what is saved beyond a reserve goes into
 * those that look unchanged, too: all their descriptors are read again, as far as that lasts.
 *
 * Owns the passes under way and the plan; how a pass goes about it is pidpass's business.
 */
#include "source/procfs.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/xalloc.h"
#include "source/pidflags.h"
#include "source/pidpass.h"

#define SLICE_NS	    (2 * NSEC_PER_MSEC)
#define IDLE_SLICE_EVERY_NS (10 * NSEC_PER_MSEC) /* of a pass that nobody waits for */
#define REVALIDATE_NS	    (30 * NSEC_PER_SEC)
#define BACKOFF_FIRST_NS    (1 * NSEC_PER_SEC)
#define ANSWER_NS	    (200 * NSEC_PER_MSEC) /* what a quick pass settled is known by then */

#define GLANCE_SAVED_NS	    (40 * NSEC_PER_MSEC)
#define GLANCE_FROM_NS	    (2 * NSEC_PER_MSEC) /* with less it does not begin or go on */
#define REREAD_FROM_NS	    (GLANCE_SAVED_NS / 2) /* the rest is for the next glance */
#define REREAD_FD_NS	    3000 /* to read one descriptor: about */

enum { URGENT_REST = 4, IDLE_REST = 50 }; /* per unit of work */
enum { GLANCE_SHARE = 50 };		  /* savings grow by this part of the time */

/* What the next procfs_want() tells the success of. */
enum passdone { DONE_NOTHING, DONE_QUICK, DONE_FULL };

/* Invariant: what `pass` and `glance` look into is in `tab`. */
struct procfs {
	struct source source;
	int root_fd;
	struct pidtab tab;
	struct pidflags flags;

	struct pidpass pass;
	bool urgent; /* somebody waits for it */
	uint32_t passes;
	uint64_t work_ns; /* this pass's */
	uint64_t slice_due_ns;

	struct pidpass glance;
	bool glance_wanted;
	uint64_t saved_ns;	/* for glances */
	uint64_t saved_from_ns; /* up to when it was counted; 0: never */

	uint32_t wanted;   /* sockets without a holder, as last said */
	uint32_t hopeless; /* as many a full pass did not find */
	enum passdone done;
	uint64_t backoff_ns;
	uint64_t quick_due_ns, full_due_ns;
	uint64_t full_end_ns;	 /* when the last full pass ended */
	uint64_t rested_ns;	 /* no pass before */
	uint64_t idle_rested_ns; /* no quick pass before that nobody waits for */
	uint32_t told_hidden;
};

static uint64_t later(uint64_t x, uint64_t y)
{
	return x > y ? x : y;
}

/* ---- the plan ---- */

static void plan_by_backoff(struct procfs *p)
{
	uint64_t distance = p->hopeless ? p->backoff_ns : REVALIDATE_NS;

	p->quick_due_ns = SOURCE_NEVER;
	p->full_due_ns = later(p->full_end_ns + distance, p->rested_ns);
}

/* The first word after a full pass: what is still wanted is out of reach for now. */
static void answer_full(struct procfs *p, uint32_t unresolved)
{
	bool nothing_new = p->hopeless && unresolved <= p->hopeless;

	p->backoff_ns = nothing_new ? 2 * p->backoff_ns : BACKOFF_FIRST_NS;
	if (p->backoff_ns > REVALIDATE_NS)
		p->backoff_ns = REVALIDATE_NS;
	p->hopeless = unresolved;
	plan_by_backoff(p);
}

static void answer_idle(struct procfs *p, uint32_t unresolved, uint64_t now_ns)
{
	if (unresolved <= p->hopeless) {
		p->hopeless = unresolved;
		plan_by_backoff(p);
		if (unresolved)
			p->quick_due_ns = later(now_ns, p->idle_rested_ns);
	} else if (p->done == DONE_QUICK) {
		p->full_due_ns = later(now_ns, p->rested_ns);
	} else if (p->quick_due_ns == SOURCE_NEVER) {
		p->quick_due_ns = later(now_ns, p->rested_ns);
	}
}

void procfs_want(struct source *s, uint32_t unresolved, uint64_t now_ns)
{
	struct procfs *p = (struct procfs *)s;

	p->wanted = unresolved;
	if (unresolved == 0)
		p->backoff_ns = BACKOFF_FIRST_NS;
	/* The pass under way decides: it may find them. */
	if (p->pass.running || p->passes == 0) {
		p->urgent |= unresolved > p->hopeless;
		return;
	}
	if (p->done == DONE_FULL)
		answer_full(p, unresolved);
	else
		answer_idle(p, unresolved, now_ns);
	p->done = DONE_NOTHING;
}

static void plan_after_pass(struct procfs *p, uint64_t now_ns)
{
	p->rested_ns = now_ns + URGENT_REST * p->work_ns;
	p->idle_rested_ns = now_ns + IDLE_REST * p->work_ns;
	p->quick_due_ns = SOURCE_NEVER;
	if (p->pass.kind == PASS_FULL) {
		p->done = DONE_FULL;
		p->full_end_ns = now_ns;
		p->full_due_ns = now_ns + REVALIDATE_NS;
	} else if (p->urgent) {
		p->done = DONE_QUICK;
		p->full_due_ns = later(now_ns + ANSWER_NS, p->rested_ns);
	}
}

/* ---- a pass ---- */

static void begin_pass(struct procfs *p, enum passkind kind, uint64_t now_ns)
{
	/* Out of descriptors: a later pass may do better. */
	if (pidpass_begin(&p->pass, kind, p->passes + 1)) {
		p->full_due_ns = now_ns + BACKOFF_FIRST_NS;
		p->quick_due_ns = SOURCE_NEVER;
		return;
	}
	p->passes++;
	p->urgent = p->wanted > p->hopeless || p->passes == 1;
	p->work_ns = 0;
	p->slice_due_ns = now_ns;
}

struct gonectx {
	uint64_t now_ns;
	const struct sink *out;
};

static void tell_gone(void *ctx, const struct pident *who)
{
	const struct gonectx *g = ctx;
	struct event e = { .kind = EV_PROC_GONE, .time_ns = g->now_ns };

	if (!who->told)
		return;
	e.proc.pid = who->pid;
	e.proc.start_ticks = who->start_ticks;
	sink_send(g->out, &e);
}

/* Said when it begins and when it is over, not every time the number changes. */
static void tell_hidden(struct procfs *p, uint64_t now_ns, const struct sink *out)
{
	struct event e = { .kind = EV_NOTICE,
			   .time_ns = now_ns,
			   .notice = { .source = NOTICE_PROCESSES } };
	uint32_t hidden = p->pass.totals.hidden;
	char program[128] = "sockmon";
	ssize_t len;

	if (!hidden == !p->told_hidden)
		return;
	p->told_hidden = hidden;
	len = readlinkat(p->root_fd, "self/exe", program, sizeof(program));
	if (len < 0 || len == sizeof(program))
		len = snprintf(program, sizeof(program), "sockmon");
	if (hidden && geteuid() == 0)	/* PTRACE_MODE_READ: they have rights that we lack */
		snprintf(e.notice.text, sizeof(e.notice.text),
			 "%u process%s may not be looked into, not even by root", hidden,
			 hidden == 1 ? "" : "es");
	else if (hidden)
		snprintf(e.notice.text, sizeof(e.notice.text),
			 "%u process%s may not be looked into: to see whose sockets they hold run "
			 "sudo sockmon, or once: sudo setcap "
			 "cap_net_raw,cap_sys_ptrace,cap_dac_read_search+ep %.*s",
			 hidden, hidden == 1 ? "" : "es", (int)len, program);
	sink_send(out, &e);
}

static void end_pass(struct procfs *p, uint64_t now_ns, const struct sink *out)
{
	struct event e = { .kind = EV_PROC_PASS, .time_ns = now_ns, .pass = p->pass.totals };
	struct gonectx gone = { now_ns, out };

	pidtab_sweep(&p->tab, p->pass.number, tell_gone, &gone);
	if (p->pass.kind == PASS_FULL) {
		tell_hidden(p, now_ns, out);
		sink_send(out, &e);
	}
	plan_after_pass(p, now_ns);
}

/* A pass that was given up (no memory) has met too few to say who is gone. */
static void give_up_pass(struct procfs *p, uint64_t now_ns)
{
	plan_after_pass(p, now_ns);
	p->done = DONE_NOTHING;
	p->full_due_ns = later(now_ns + BACKOFF_FIRST_NS, p->rested_ns);
}

/* A pass's work until the slice is over or the pass is. */
static void work_slice(struct procfs *p, uint64_t now_ns, const struct sink *out)
{
	uint64_t start_ns = clock_mono_ns(), took_ns;
	int rc = pidpass_step(&p->pass, start_ns + SLICE_NS, now_ns, out);

	took_ns = clock_mono_ns() - start_ns;
	p->work_ns += took_ns;
	p->slice_due_ns = now_ns + IDLE_SLICE_EVERY_NS;
	if (rc == 0)
		end_pass(p, now_ns + took_ns, out);
	else if (rc < 0)
		give_up_pass(p, now_ns + took_ns);
}

/* ---- the glance ---- */

void procfs_look_now(struct source *s, uint64_t now_ns)
{
	struct procfs *p = (struct procfs *)s;

	(void)now_ns;	/* step() comes at once, if the savings allow it */
	p->glance_wanted = true;
}

static void save(struct procfs *p, uint64_t now_ns)
{
	if (p->saved_from_ns == 0)
		p->saved_ns = GLANCE_SAVED_NS;
	else if (now_ns > p->saved_from_ns)
		p->saved_ns += (now_ns - p->saved_from_ns) / GLANCE_SHARE;
	if (p->saved_ns > GLANCE_SAVED_NS)
		p->saved_ns = GLANCE_SAVED_NS;
	p->saved_from_ns = now_ns;
}

/* Before the first pass has ended everything is new: the pass itself is quicker. */
static bool glance_is_due(const struct procfs *p)
{
	return (p->glance_wanted || p->glance.running) && p->full_end_ns;
}

/* When the savings will do. */
static uint64_t glance_due_ns(const struct procfs *p)
{
	if (p->saved_from_ns == 0 || p->saved_ns >= GLANCE_FROM_NS)
		return 0;
	return p->saved_from_ns + (GLANCE_FROM_NS - p->saved_ns) * GLANCE_SHARE;
}

/* A glance that was wished for goes before the rest of the last one. */
static bool begin_glance(struct procfs *p)
{
	if (p->glance.running && p->glance.kind == PASS_REREAD && p->glance_wanted)
		pidpass_end(&p->glance);
	if (!p->glance.running) {
		p->glance_wanted = false;
		return pidpass_begin(&p->glance, PASS_GLANCE, p->passes) == 0;
	}
	return true;
}

static void work_glance(struct procfs *p, uint64_t now_ns, const struct sink *out)
{
	uint64_t deadline_ns = clock_mono_ns() + SLICE_NS;
	int rc;

	/* A pass may have begun since the last slice: whom it has met stays met. */
	p->glance.number = p->passes;
	rc = pidpass_step(&p->glance, deadline_ns, now_ns, out);
	if (rc == 0 && p->glance.kind == PASS_GLANCE && p->saved_ns > REREAD_FROM_NS)
		pidpass_begin(&p->glance, PASS_REREAD, p->passes);
}

static void glance_on(struct procfs *p, uint64_t now_ns, const struct sink *out)
{
	uint64_t start_ns, took_ns;

	save(p, now_ns);
	if (p->saved_ns < GLANCE_FROM_NS)
		return;
	start_ns = clock_mono_ns();
	if (begin_glance(p))
		work_glance(p, now_ns, out);
	took_ns = clock_mono_ns() - start_ns;
	p->saved_ns -= took_ns < p->saved_ns ? took_ns : p->saved_ns;
	if (!p->glance.running || p->glance.kind != PASS_REREAD)
		return;
	if (p->saved_ns > REREAD_FROM_NS)
		p->glance.fds_max = (p->saved_ns - REREAD_FROM_NS) / REREAD_FD_NS;
	else
		pidpass_end(&p->glance);
}

/* ---- flags ---- */

void procfs_want_flags(struct source *s, uint64_t budget_ns)
{
	pidflags_set_budget(&((struct procfs *)s)->flags, budget_ns);
}

void procfs_read_flags(struct source *s, uint32_t pid, int32_t fd, uint32_t inode)
{
	pidflags_ask(&((struct procfs *)s)->flags, pid, fd, inode);
}

/* After the passes: what they find is to have its flags too. */
static bool flags_are_due(const struct procfs *p)
{
	return pidflags_wants_work(&p->flags) && p->full_end_ns && !p->pass.running;
}

/* ---- struct source_ops ---- */

static int procfs_step(struct source *s, uint64_t now_ns, const struct sink *out)
{
	struct procfs *p = (struct procfs *)s;

	pidflags_answer(&p->flags, now_ns, out);
	if (glance_is_due(p))
		glance_on(p, now_ns, out);
	if (!p->pass.running) {
		if (now_ns >= p->full_due_ns)
			begin_pass(p, PASS_FULL, now_ns);
		else if (now_ns >= p->quick_due_ns)
			begin_pass(p, PASS_QUICK, now_ns);
	}
	if (p->pass.running && (p->urgent || now_ns >= p->slice_due_ns))
		work_slice(p, now_ns, out);
	else if (flags_are_due(p))
		pidflags_step(&p->flags, clock_mono_ns() + SLICE_NS, now_ns, out);
	return 0;
}

static uint64_t pass_due_ns(const struct procfs *p)
{
	if (p->pass.running)
		return p->urgent ? 0 : p->slice_due_ns;
	return p->full_due_ns < p->quick_due_ns ? p->full_due_ns : p->quick_due_ns;
}

static uint64_t procfs_due_ns(const struct source *s)
{
	const struct procfs *p = (const struct procfs *)s;
	uint64_t due_ns = pass_due_ns(p);

	if (p->flags.asked_count || flags_are_due(p))
		return 0;
	if (glance_is_due(p) && glance_due_ns(p) < due_ns)
		return glance_due_ns(p);
	return due_ns;
}

static void procfs_refresh(struct source *s, uint64_t now_ns)
{
	(void)now_ns;
	pidflags_begin_round(&((struct procfs *)s)->flags);
}

/*
 * A snapshot waits for the first pass, and for what it wants to be looked for once; not for the
 * backoff. Also for the flags, as far as a round's budget goes.
 */
static bool procfs_busy(const struct source *s)
{
	const struct procfs *p = (const struct procfs *)s;

	if (p->pass.running && p->urgent)
		return true;
	if (flags_are_due(p))
		return true;
	if (p->pass.running)
		return false;
	return p->passes == 0 || (p->wanted > p->hopeless && p->done != DONE_FULL);
}

static void procfs_close(struct source *s)
{
	struct procfs *p = (struct procfs *)s;

	pidpass_end(&p->pass);
	pidpass_end(&p->glance);
	pidtab_fini(&p->tab);
	close(p->root_fd);
	free(p);
}

static const struct source_ops procfs_ops = {
	.notice = NOTICE_PROCESSES,
	.step = procfs_step,
	.due_ns = procfs_due_ns,
	.refresh = procfs_refresh,
	.busy = procfs_busy,
	.close = procfs_close,
};

int procfs_new(struct source **out, const char *root, struct errmsg *err)
{
	int fd = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct procfs *p;
	bool counts_fds;
	struct stat fds;
	int rc;

	if (fd < 0) {
		rc = -errno;
		errmsg_set(err,
			   "cannot open %s: %s; the owners of sockets are found there "
			   "(--no-process does without)",
			   root, strerror(-rc));
		return rc;
	}
	p = xcalloc(1, sizeof(*p));
	p->source.ops = &procfs_ops;
	p->root_fd = fd;
	/* We have descriptors open ourselves. */
	counts_fds = fstatat(fd, "self/fd", &fds, 0) == 0 && fds.st_size > 0;
	pidtab_init(&p->tab);
	pidpass_init(&p->pass, fd, counts_fds, &p->tab);
	pidpass_init(&p->glance, fd, counts_fds, &p->tab);
	p->flags.root_fd = fd;
	p->flags.tab = &p->tab;
	p->backoff_ns = BACKOFF_FIRST_NS;
	p->quick_due_ns = SOURCE_NEVER; /* full_due_ns is 0: at once */
	*out = &p->source;
	return 0;
}
