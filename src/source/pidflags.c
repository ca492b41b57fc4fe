/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads descriptors' flags into the table of processes. Owns the lap's position and the questions.
 * A thread's own descriptors are not found here: fdinfo of the process is its main thread's.
 */
#include "source/pidflags.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "source/pidinfo.h"

enum {
	CLOCK_EVERY = 8,	/* reads between two looks at the clock */
	WHOLE_LAP_EVERY = 8,	/* where there is a budget */
};

void pidflags_set_budget(struct pidflags *f, uint64_t budget_ns)
{
	if (budget_ns == f->budget_ns)
		return;
	f->budget_ns = budget_ns;
	f->lap_open = false;
	f->laps = 0;
	pidflags_begin_round(f);
}

void pidflags_begin_round(struct pidflags *f)
{
	f->left_ns = f->budget_ns;
	if (f->budget_ns == 0 || f->lap_open)
		return;
	f->lap_open = true;
	f->lap_whole = f->budget_ns == UINT64_MAX || f->laps % WHOLE_LAP_EVERY == 0;
	f->laps++;
	f->slot = 0;
	f->fd_at = 0;
}

bool pidflags_wants_work(const struct pidflags *f)
{
	return f->lap_open && f->left_ns > 0;
}

/* ---- reading ---- */

static int open_fdinfo(int root_fd, uint32_t pid)
{
	char path[32];
	int fd;

	snprintf(path, sizeof(path), "%u/fdinfo", pid);
	fd = openat(root_fd, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

/* False: the descriptor is gone or another one by now, or may not be looked at. */
static bool read_flags(int fdinfo_fd, const struct sockfd *s, struct fdflags *out)
{
	char name[16], text[256];
	ssize_t len;
	int fd;

	snprintf(name, sizeof(name), "%u", s->fd);
	fd = openat(fdinfo_fd, name, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	len = read(fd, text, sizeof(text));
	close(fd);
	return len > 0 && pidinfo_parse_fdinfo(text, (size_t)len, out) &&
	       (out->inode == 0 || out->inode == s->inode);
}

static void tell(uint32_t pid, const struct sockfd *s, uint64_t now_ns, const struct sink *out)
{
	struct event e;

	e.kind = EV_HOLDER;	/* of this kind only: see pidlook.c */
	e.time_ns = now_ns;
	e.holder = (struct holderrec){ .pid = pid,
				       .inode = s->inode,
				       .fd = (int32_t)s->fd,
				       .held = true,
				       .has_flags = true,
				       .nonblock = s->nonblock,
				       .cloexec = s->cloexec };
	sink_send(out, &e);
}

/* Does the entry know better now? */
static bool update(int fdinfo_fd, struct sockfd *s)
{
	struct sockfd before = *s;
	struct fdflags flags;

	if (!read_flags(fdinfo_fd, s, &flags))
		return false;
	s->has_flags = true;
	s->nonblock = flags.nonblock;
	s->cloexec = flags.cloexec;
	return !before.has_flags || before.nonblock != s->nonblock || before.cloexec != s->cloexec;
}

/* ---- the lap ---- */

/* Moves on to a descriptor that this lap is for; false: the process has no more. */
static bool find_due(struct pidflags *f, const struct pident *who)
{
	while (f->fd_at < who->fds.count && who->fds.at[f->fd_at].has_flags && !f->lap_whole)
		f->fd_at++;
	return f->fd_at < who->fds.count;
}

/* The descriptors of one process from fd_at on; false: out of time. */
static bool go_through(struct pidflags *f, struct pident *who, uint64_t deadline_ns,
		       uint64_t now_ns, const struct sink *out)
{
	int fdinfo_fd = open_fdinfo(f->root_fd, who->pid);
	bool in_time = true;

	if (fdinfo_fd < 0)
		return true;
	while (in_time && find_due(f, who)) {
		struct sockfd *s = &who->fds.at[f->fd_at++];

		if (update(fdinfo_fd, s))
			tell(who->pid, s, now_ns, out);
		if (f->fd_at % CLOCK_EVERY == 0)
			in_time = clock_mono_ns() < deadline_ns;
	}
	close(fdinfo_fd);
	return in_time;
}

static uint64_t least(uint64_t x, uint64_t y)
{
	return x < y ? x : y;
}

void pidflags_step(struct pidflags *f, uint64_t deadline_ns, uint64_t now_ns,
		   const struct sink *out)
{
	uint64_t start_ns = clock_mono_ns(), mono_ns = start_ns, took_ns;

	if (f->left_ns < deadline_ns - start_ns)
		deadline_ns = start_ns + f->left_ns;
	while (f->slot <= f->tab->mask && mono_ns < deadline_ns) {
		struct pident *who = f->tab->slots[f->slot];

		if (who && find_due(f, who)) {
			if (!go_through(f, who, deadline_ns, now_ns, out))
				break;
			mono_ns = clock_mono_ns();
		}
		f->slot++;
		f->fd_at = 0;
	}
	if (f->slot > f->tab->mask)
		f->lap_open = false;
	if (f->budget_ns != UINT64_MAX) {
		took_ns = clock_mono_ns() - start_ns;
		f->left_ns -= least(took_ns, f->left_ns);
	}
}

/* ---- questions ---- */

void pidflags_ask(struct pidflags *f, uint32_t pid, int32_t fd, uint32_t inode)
{
	if (f->asked_count < PIDFLAGS_ASKED_MAX && fd >= 0)
		f->asked[f->asked_count++] =
			(struct holderrec){ .pid = pid, .fd = fd, .inode = inode };
}

/* What was told as held; NULL: it was not, or no longer is. */
static struct sockfd *find_descriptor(const struct pidtab *tab, const struct holderrec *h)
{
	const struct pident *who = pidtab_find(tab, h->pid);
	const struct sockfd key = { .fd = (uint32_t)h->fd & SOCKFD_FD_MAX, .inode = h->inode };

	if (!who || !who->told || who->fds.count == 0)
		return NULL;
	return bsearch(&key, who->fds.at, who->fds.count, sizeof(key), sockfd_compare);
}

void pidflags_answer(struct pidflags *f, uint64_t now_ns, const struct sink *out)
{
	for (unsigned i = 0; i < f->asked_count; i++) {
		struct sockfd *s = find_descriptor(f->tab, &f->asked[i]);
		int fdinfo_fd = s ? open_fdinfo(f->root_fd, f->asked[i].pid) : -1;

		if (fdinfo_fd < 0)
			continue;
		update(fdinfo_fd, s);
		if (s->has_flags)
			tell(f->asked[i].pid, s, now_ns, out);
		close(fdinfo_fd);
	}
	f->asked_count = 0;
}
