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
 * Owns the pass under way and the plan; how one process is read is pidlook's business.
 */
#include "source/procfs.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/hash.h"
#include "base/xalloc.h"
#include "source/pidlook.h"

#define SLICE_NS	    (2 * NSEC_PER_MSEC)
#define IDLE_SLICE_EVERY_NS (10 * NSEC_PER_MSEC) /* of a pass that nobody waits for */
#define REVALIDATE_NS	    (30 * NSEC_PER_SEC)
#define BACKOFF_FIRST_NS    (1 * NSEC_PER_SEC)
#define ANSWER_NS	    (200 * NSEC_PER_MSEC) /* what a quick pass settled is known by then */

enum { URGENT_REST = 4, IDLE_REST = 50 }; /* per unit of work */

/* What the next procfs_want() tells the success of. */
enum passdone { DONE_NOTHING, DONE_QUICK, DONE_FULL };

/* Invariants: `pids` is open while a pass is under way; `look.who` is a process of that pass. */
struct procfs {
	struct source source;
	int root_fd;
	bool counts_fds; /* /proc/PID/fd has a size (Linux 6.2) */
	struct pidtab tab;
	struct pidlook look;

	DIR *pids;
	bool full;
	bool urgent; /* somebody waits for it */
	uint32_t pass;
	struct passrec totals;
	uint64_t work_ns; /* this pass's */
	uint64_t slice_due_ns;

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
	if (p->pids || p->pass == 0) {
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
	if (p->full) {
		p->done = DONE_FULL;
		p->full_end_ns = now_ns;
		p->full_due_ns = now_ns + REVALIDATE_NS;
	} else if (p->urgent) {
		p->done = DONE_QUICK;
		p->full_due_ns = later(now_ns + ANSWER_NS, p->rested_ns);
	}
}

/* ---- a pass ---- */

static int open_root(struct procfs *p, DIR **out)
{
	int fd = openat(p->root_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	int err = errno;

	if (!dir) {
		if (fd >= 0)
			close(fd);
		return -err;
	}
	*out = dir;
	return 0;
}

static void begin_pass(struct procfs *p, bool full, uint64_t now_ns)
{
	/* Out of descriptors: a later pass may do better. */
	if (open_root(p, &p->pids)) {
		p->full_due_ns = now_ns + BACKOFF_FIRST_NS;
		p->quick_due_ns = SOURCE_NEVER;
		return;
	}
	p->pass++;
	p->full = full;
	p->urgent = p->wanted > p->hopeless || p->pass == 1;
	p->totals = (struct passrec){ .processes = 0 };
	p->work_ns = 0;
	p->slice_due_ns = now_ns;
}

/* Enough for a pass that is not full: nothing about it looks different. */
static bool looks_unchanged(const struct procfs *p, const struct pident *who,
			    const struct stat *fds)
{
	if (who->fd_ino != fds->st_ino)
		return false;
	if (who->kernel_thread)
		return true;
	return !p->full && p->counts_fds && !who->leaderless &&
	       who->fd_count == (uint64_t)fds->st_size;
}

/* A process that the pass comes by: begins the look into it, where one is needed. */
static void meet(struct procfs *p, uint32_t pid)
{
	struct pident *who;
	struct stat fds;
	char path[32];

	snprintf(path, sizeof(path), "%u/fd", pid);
	if (fstatat(p->root_fd, path, &fds, 0)) {
		/* hidepid=1 lists it and no more; else it has just ended. */
		if (errno == EACCES || errno == EPERM) {
			p->totals.processes++;
			p->totals.hidden++;
		}
		return;
	}
	who = pidtab_get(&p->tab, pid);
	if (!who)
		return;
	who->pass = p->pass;
	p->totals.processes++;
	if (!looks_unchanged(p, who, &fds))
		pidlook_begin(&p->look, who, fds.st_ino, (uint64_t)fds.st_size);
	else if (who->hidden)
		p->totals.hidden++;
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
	char program[128] = "sockmon";
	ssize_t len;

	if (!p->totals.hidden == !p->told_hidden)
		return;
	p->told_hidden = p->totals.hidden;
	len = readlinkat(p->root_fd, "self/exe", program, sizeof(program));
	if (len < 0 || len == sizeof(program))
		len = snprintf(program, sizeof(program), "sockmon");
	if (p->totals.hidden && geteuid() == 0)		/* PTRACE_MODE_READ: they have rights that we lack */
		snprintf(e.notice.text, sizeof(e.notice.text),
			 "%u process%s may not be looked into, not even by root", p->totals.hidden,
			 p->totals.hidden == 1 ? "" : "es");
	else if (p->totals.hidden)
		snprintf(e.notice.text, sizeof(e.notice.text),
			 "%u process%s may not be looked into: to see whose sockets they hold run sudo "
			 "sockmon, or once: sudo setcap "
			 "cap_net_raw,cap_sys_ptrace,cap_dac_read_search+ep %.*s",
			 p->totals.hidden, p->totals.hidden == 1 ? "" : "es", (int)len, program);
	sink_send(out, &e);
}

static void end_pass(struct procfs *p, uint64_t now_ns, const struct sink *out)
{
	struct event e = { .kind = EV_PROC_PASS, .time_ns = now_ns, .pass = p->totals };
	struct gonectx gone = { now_ns, out };

	closedir(p->pids);
	p->pids = NULL;
	pidtab_sweep(&p->tab, p->pass, tell_gone, &gone);
	if (p->full) {
		tell_hidden(p, now_ns, out);
		sink_send(out, &e);
	}
	plan_after_pass(p, now_ns);
}

/* The pass's next bit of work; false: the pass has ended. */
static bool advance(struct procfs *p, uint64_t deadline_ns, uint64_t now_ns, const struct sink *out)
{
	struct pident *who = p->look.who;
	const struct dirent *entry;
	uint32_t pid;

	if (who) {
		if (pidlook_step(&p->look, deadline_ns, now_ns, out))
			p->totals.hidden += who->hidden;
		return true;
	}
	entry = readdir(p->pids);
	if (!entry)
		return false;
	if (pidscan_number(entry->d_name, &pid))
		meet(p, pid);
	return true;
}

/* A pass's work until the slice is over or the pass is. */
static void work_slice(struct procfs *p, uint64_t now_ns, const struct sink *out)
{
	uint64_t start_ns = clock_mono_ns(), mono_ns = start_ns;
	bool more = true;

	while (more && mono_ns < start_ns + SLICE_NS) {
		more = advance(p, start_ns + SLICE_NS, now_ns, out);
		mono_ns = clock_mono_ns();
	}
	p->work_ns += mono_ns - start_ns;
	p->slice_due_ns = now_ns + IDLE_SLICE_EVERY_NS;
	if (!more)
		end_pass(p, now_ns + (mono_ns - start_ns), out);
}

/* ---- struct source_ops ---- */

static int procfs_step(struct source *s, uint64_t now_ns, const struct sink *out)
{
	struct procfs *p = (struct procfs *)s;

	if (!p->pids) {
		if (now_ns >= p->full_due_ns)
			begin_pass(p, true, now_ns);
		else if (now_ns >= p->quick_due_ns)
			begin_pass(p, false, now_ns);
	}
	if (p->pids && (p->urgent || now_ns >= p->slice_due_ns))
		work_slice(p, now_ns, out);
	return 0;
}

static uint64_t procfs_due_ns(const struct source *s)
{
	const struct procfs *p = (const struct procfs *)s;

	if (p->pids)
		return p->urgent ? 0 : p->slice_due_ns;
	return p->full_due_ns < p->quick_due_ns ? p->full_due_ns : p->quick_due_ns;
}

/*
 * A snapshot waits for the first pass, and for what it wants to be looked for once; not for the
 * backoff.
 */
static bool procfs_busy(const struct source *s)
{
	const struct procfs *p = (const struct procfs *)s;

	if (p->pids)
		return p->urgent;
	return p->pass == 0 || (p->wanted > p->hopeless && p->done != DONE_FULL);
}

static void procfs_close(struct source *s)
{
	struct procfs *p = (struct procfs *)s;

	pidlook_end(&p->look);
	if (p->pids)
		closedir(p->pids);
	pidtab_fini(&p->tab);
	close(p->root_fd);
	free(p);
}

static const struct source_ops procfs_ops = {
	.notice = NOTICE_PROCESSES,
	.step = procfs_step,
	.due_ns = procfs_due_ns,
	.busy = procfs_busy,
	.close = procfs_close,
};

int procfs_new(struct source **out, const char *root, struct errmsg *err)
{
	int fd = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct procfs *p;
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
	p->look.root_fd = fd;
	p->look.seed = hash_random_seed();
	/* We have descriptors open ourselves. */
	p->counts_fds = fstatat(fd, "self/fd", &fds, 0) == 0 && fds.st_size > 0;
	pidtab_init(&p->tab);
	p->backoff_ns = BACKOFF_FIRST_NS;
	p->quick_due_ns = SOURCE_NEVER; /* full_due_ns is 0: at once */
	*out = &p->source;
	return 0;
}
