/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Looks at one process and tells what changed: EV_PROC before its first EV_HOLDER, EV_HOLDER for
 * each descriptor that came or went. A process without sockets is never told. Owns the look under
 * way; which process is looked at, and when, is procfs.c's decision.
 */
#include "source/pidlook.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/hash.h"

enum { TELL_CLOCK_EVERY = 64 }; /* differences between two looks at the clock */

void pidlook_end(struct pidlook *l)
{
	if (l->who) {
		pidscan_end(&l->scan);
		l->who->in_look = false;
	}
	l->who = NULL;
}

/* The look is over, and its result is what the next one is compared with. */
static void settle(struct pidlook *l)
{
	struct pident *who = l->who;

	who->fd_ino = l->fd_ino;
	who->fd_count = l->fd_count;
	pidlook_end(l);
}

/* Reads stat once a look; false: it is gone. */
static bool know_process(struct pidlook *l)
{
	if (!l->has_info)
		l->has_info = pidinfo_read(l->root_fd, l->who->pid, &l->info) == 0;
	return l->has_info;
}

static void describe(const struct pidlook *l, bool hidden, struct procrec *out)
{
	out->pid = l->who->pid;
	out->ppid = l->info.ppid;
	out->uid = pidinfo_uid(l->root_fd, out->pid);
	out->start_ticks = l->info.start_ticks;
	out->hidden = hidden;
	memcpy(out->comm, l->info.comm, sizeof(out->comm));
	pidinfo_read_cmdline(l->root_fd, out->pid, out->cmdline);
}

/* Is it what was told? One that is ending has neither owner nor arguments: that is no news. */
static bool is_as_told(const struct pident *who, const struct procrec *now, uint64_t cmdline_hash)
{
	return who->told && who->hidden == now->hidden && who->ppid == now->ppid &&
	       (who->uid == now->uid || now->uid == UINT32_MAX) &&
	       (who->cmdline_hash == cmdline_hash || !now->cmdline[0]) &&
	       memcmp(who->comm, now->comm, sizeof(who->comm)) == 0;
}

static void tell_reuse(const struct pidlook *l, uint64_t now_ns, const struct sink *out)
{
	struct event e = { .kind = EV_PROC_GONE, .time_ns = now_ns };

	e.proc.pid = l->who->pid;
	e.proc.start_ticks = l->who->start_ticks;
	sink_send(out, &e);
}

static void tell_holder(struct pidlook *l, const struct sockfd *s, bool held, uint64_t now_ns,
			const struct sink *out)
{
	struct event e;

	if (held)
		l->who->opened_ns = now_ns;
	/*
	 * Of this kind only: clearing a whole event costs more than the rest, for a server's
	 * 100,000.
	 */
	e.kind = EV_HOLDER;
	e.time_ns = now_ns;
	e.holder = (struct holderrec){
		.pid = l->who->pid, .inode = s->inode, .fd = (int32_t)s->fd, .held = held
	};
	sink_send(out, &e);
}

/*
 * Tells the process if it is new, or another one by now, or calls itself otherwise, runs another
 * program or has another owner; its identity is then l->info's.
 */
static void update_process(struct pidlook *l, bool hidden, uint64_t now_ns, const struct sink *out)
{
	struct event e = { .kind = EV_PROC, .time_ns = now_ns };
	struct pident *who = l->who;
	uint64_t cmdline_hash;

	if (who->told && who->start_ticks != l->info.start_ticks) {
		tell_reuse(l, now_ns, out);
		sockfds_fini(&who->fds);
		who->told = false;
	}
	describe(l, hidden, &e.proc);
	cmdline_hash = hash_bytes(e.proc.cmdline, strlen(e.proc.cmdline), l->seed);
	if (is_as_told(who, &e.proc, cmdline_hash))
		return;
	who->start_ticks = e.proc.start_ticks;
	who->cmdline_hash = cmdline_hash;
	who->ppid = e.proc.ppid;
	who->uid = e.proc.uid;
	who->hidden = hidden;
	who->told = true;
	memcpy(who->comm, e.proc.comm, sizeof(who->comm));
	sink_send(out, &e);
}

/* No right to look: what it held is not known to have changed, so nothing is taken back. */
static void hide(struct pidlook *l, uint64_t now_ns, const struct sink *out)
{
	struct pident *who = l->who;

	if (!know_process(l)) {
		pidlook_end(l);
		return;
	}
	who->kernel_thread = l->info.kernel_thread;
	if (!l->tried_threads)	/* else it was said before the threads were tried */
		who->leaderless = false;
	if (who->told)
		update_process(l, true, now_ns, out);
	who->hidden = !who->kernel_thread;
	settle(l);
}

/* More than one, that is. A thread is a directory in the task directory. */
static bool has_threads(const struct pidlook *l)
{
	enum { SELF_AND_PARENT = 2 };
	char path[PIDSCAN_PATH_MAX];
	struct stat st;

	snprintf(path, sizeof(path), "%u/task", l->who->pid);
	return fstatat(l->root_fd, path, &st, 0) == 0 && st.st_nlink > SELF_AND_PARENT + 1;
}

/*
 * The process's own descriptors were read. Said anew by every look: the pid may be another
 * process's by now. False: it is gone.
 */
static bool note_leader(struct pidlook *l)
{
	struct pident *who = l->who;

	who->kernel_thread = false;
	who->leaderless = false;
	if (l->scan.any)
		return true;
	if (!know_process(l))
		return false;
	who->kernel_thread = l->info.kernel_thread;
	who->leaderless = l->info.state == 'Z' || l->info.threads > 1;
	return true;
}

static bool wants_threads(const struct pidlook *l)
{
	const struct pident *who = l->who;

	return who->leaderless || who->split || (l->threads && l->scan.any && has_threads(l));
}

/* Every descriptor was read. False: there are other threads to go on with. */
static bool finish_scan(struct pidlook *l, uint64_t now_ns, const struct sink *out)
{
	struct pident *who = l->who;

	if (!l->tried_threads) {
		if (!note_leader(l)) {
			pidlook_end(l);
			return true;
		}
		l->tried_threads = true;
		if (wants_threads(l) && pidscan_begin_tasks(&l->scan) == 0)
			return false;
	}
	who->split = l->scan.split;
	if (!who->told && l->scan.found.count == 0) {
		who->hidden = false;
		settle(l);
		return true;
	}
	if (!know_process(l)) {
		pidlook_end(l);
		return true;
	}
	update_process(l, false, now_ns, out);
	l->telling = true;
	return true;
}

/* Reads descriptors; false: out of time. Ends the look where nothing is to be told. */
static bool scan(struct pidlook *l, uint64_t deadline_ns, uint64_t now_ns, const struct sink *out)
{
	for (;;) {
		int rc = pidscan_step(&l->scan, deadline_ns);

		if (rc == 1)
			return false;
		if (rc == -EACCES || rc == -EPERM) {
			hide(l, now_ns, out);
			return true;
		}
		if (rc < 0) { /* no memory for it now: the next pass tries again */
			pidlook_end(l);
			return true;
		}
		if (finish_scan(l, now_ns, out))
			return true;
	}
}

/* Goes through both ordered lists at once; false: out of time. */
static bool tell_differences(struct pidlook *l, uint64_t deadline_ns, uint64_t now_ns,
			     const struct sink *out)
{
	const struct sockfds *before = &l->who->fds;
	struct sockfds *after = &l->scan.found;
	unsigned told = 0;

	while (l->old_at < before->count || l->new_at < after->count) {
		const struct sockfd *x = l->old_at < before->count ? &before->at[l->old_at] : NULL;
		struct sockfd *y = l->new_at < after->count ? &after->at[l->new_at] : NULL;
		int order = !x ? 1 : !y ? -1 : sockfd_compare(x, y);

		if (order < 0)
			tell_holder(l, x, false, now_ns, out);
		else if (order > 0)
			tell_holder(l, y, true, now_ns, out);
		else
			*y = *x;	/* with its flags */
		l->old_at += order <= 0;
		l->new_at += order >= 0;
		if (++told % TELL_CLOCK_EVERY == 0 && clock_mono_ns() >= deadline_ns)
			return false;
	}
	return true;
}

void pidlook_begin(struct pidlook *l, struct pident *who, const struct stat *fds, bool threads)
{
	*l = (struct pidlook){
		.root_fd = l->root_fd,
		.seed = l->seed,
		.who = who,
		.threads = threads,
		.fd_ino = fds->st_ino,
		.fd_count = (uint64_t)fds->st_size,
	};
	who->in_look = true;
}

/* Opens the descriptors; false: the look has ended. */
static bool open_process(struct pidlook *l, uint64_t now_ns, const struct sink *out)
{
	int err = pidscan_begin(&l->scan, l->root_fd, l->who->pid);

	if (err == 0)
		return true;
	if (err == -EACCES || err == -EPERM)
		hide(l, now_ns, out);
	else
		pidlook_end(l);
	return false;
}

bool pidlook_step(struct pidlook *l, uint64_t deadline_ns, uint64_t now_ns, const struct sink *out)
{
	bool begun = l->telling || l->scan.dir || l->scan.tasks;

	if (!begun && !open_process(l, now_ns, out))
		return true;
	if (!l->telling && !scan(l, deadline_ns, now_ns, out))
		return false;
	if (!l->who)
		return true;
	if (!tell_differences(l, deadline_ns, now_ns, out))
		return false;
	sockfds_trim(&l->scan.found);
	sockfds_fini(&l->who->fds);
	l->who->fds = l->scan.found;
	l->scan.found = (struct sockfds){ .at = NULL };
	settle(l);
	return true;
}
