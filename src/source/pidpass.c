/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A pass: lists the pids, puts them in order, looks into those that need it. Owns the list and the
 * look under way; when a pass is made, and what follows from it, is procfs.c's business.
 */
#include "source/pidpass.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"

enum { FIRST_ROOM = 256, CLOCK_EVERY = 4 };

void pidpass_init(struct pidpass *p, int root_fd, bool counts_fds, struct pidtab *tab)
{
	*p = (struct pidpass){
		.root_fd = root_fd,
		.counts_fds = counts_fds,
		.tab = tab,
		.look = { .root_fd = root_fd, .seed = tab->seed }, /* of all passes alike */
	};
}

static int open_dir(struct pidpass *p)
{
	int fd = openat(p->root_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	int err = errno;

	if (!dir) {
		if (fd >= 0)
			close(fd);
		return -err;
	}
	p->dir = dir;
	return 0;
}

void pidpass_end(struct pidpass *p)
{
	pidlook_end(&p->look);
	if (p->dir)
		closedir(p->dir);
	p->dir = NULL;
	free(p->pids);
	p->pids = NULL;
	p->room = 0;
	p->running = false;
}

/* ---- the list ---- */

static int add_pid(struct pidpass *p, uint32_t pid)
{
	if (p->count == p->room) {
		size_t room = p->room ? 2 * p->room : FIRST_ROOM;
		uint32_t *pids = reallocarray(p->pids, room, sizeof(*pids));

		if (!pids)
			return -ENOMEM;
		p->pids = pids;
		p->room = room;
	}
	p->pids[p->count++] = pid;
	return 0;
}

static void swap(uint32_t *x, uint32_t *y)
{
	uint32_t kept = *x;

	*x = *y;
	*y = kept;
}

static int youngest_first(const void *x, const void *y)
{
	uint32_t a = *(const uint32_t *)x, b = *(const uint32_t *)y;

	return (a < b) - (a > b);
}

/* Those not met before go to the front. The order of the others does not matter. */
static void put_in_order(struct pidpass *p)
{
	size_t fresh = 0;

	for (size_t i = 0; i < p->count; i++) {
		if (!pidtab_find(p->tab, p->pids[i]))
			swap(&p->pids[i], &p->pids[fresh++]);
	}
	if (fresh)
		qsort(p->pids, fresh, sizeof(*p->pids), youngest_first);
}

/* For the order of a PASS_REREAD. */
struct candidate {
	uint64_t opened_ns;
	uint32_t pid;
};

static int latest_first(const void *x, const void *y)
{
	const struct candidate *a = x, *b = y;

	if (a->opened_ns != b->opened_ns)
		return (a->opened_ns < b->opened_ns) - (a->opened_ns > b->opened_ns);
	return (a->pid < b->pid) - (a->pid > b->pid);
}

/*
 * The latest to open a socket first, then who never had one, the youngest at the front: it may have
 * been met while it was starting, with as many files open as it has sockets now.
 */
static int gather_known(struct pidpass *p)
{
	struct candidate *found = calloc(p->tab->count + 1, sizeof(*found));
	const struct pident *who;
	size_t at = 0, count = 0;
	int err = found ? 0 : -ENOMEM;

	while (found && (who = pidtab_next(p->tab, &at))) {
		if (!who->kernel_thread && !who->hidden)
			found[count++] = (struct candidate){ who->opened_ns, who->pid };
	}
	if (count)
		qsort(found, count, sizeof(*found), latest_first);
	for (size_t i = 0; i < count && !err; i++)
		err = add_pid(p, found[i].pid);
	free(found);
	return err;
}

int pidpass_begin(struct pidpass *p, enum passkind kind, uint32_t number)
{
	int err;

	p->count = 0;
	p->at = 0;
	err = kind == PASS_REREAD ? gather_known(p) : open_dir(p);
	if (err)
		return err;
	p->kind = kind;
	p->number = number;
	p->fds_max = 0;
	p->totals = (struct passrec){ .processes = 0 };
	p->running = true;
	return 0;
}

/* The next entry of /proc. */
static int gather(struct pidpass *p)
{
	const struct dirent *entry = readdir(p->dir);
	uint32_t pid;

	if (entry)
		return pidscan_number(entry->d_name, &pid) ? add_pid(p, pid) : 0;
	closedir(p->dir);
	p->dir = NULL;
	put_in_order(p);
	return 0;
}

/* ---- the processes ---- */

/* Enough for a pass that is not full: nothing about it looks different. */
static bool looks_unchanged(const struct pidpass *p, const struct pident *who,
			    const struct stat *fds)
{
	if (who->fd_ino != fds->st_ino)
		return false;
	if (who->kernel_thread)
		return true;
	if (p->kind == PASS_FULL || p->kind == PASS_REREAD)
		return false;
	if (!p->counts_fds)
		return p->kind == PASS_GLANCE;
	return !who->leaderless && !who->split && who->fd_count == (uint64_t)fds->st_size;
}

/* Half a look is of no use to anybody, and whom it would have been for comes again. */
static bool is_affordable(const struct pidpass *p, uint32_t pid)
{
	const struct pident *who = pidtab_find(p->tab, pid);
	uint64_t fds;

	if (!who)	/* swept since the list was made */
		return false;
	fds = p->counts_fds && who->fd_count > who->fds.count ? who->fd_count : who->fds.count;
	return fds <= p->fds_max;
}

/* A process that the pass comes by: begins the look into it, where one is needed. */
static void meet(struct pidpass *p, uint32_t pid)
{
	struct pident *who;
	struct stat fds;
	char path[32];

	if (p->kind == PASS_REREAD && !is_affordable(p, pid))
		return;
	snprintf(path, sizeof(path), "%u/fd", pid);
	if (fstatat(p->root_fd, path, &fds, 0)) {
		/* hidepid=1 lists it and no more; else it has just ended. */
		if (errno == EACCES || errno == EPERM) {
			p->totals.processes++;
			p->totals.hidden++;
		}
		return;
	}
	who = pidtab_get(p->tab, pid);
	if (!who)
		return;
	who->pass = p->number;
	p->totals.processes++;
	if (!who->in_look && !looks_unchanged(p, who, &fds))
		pidlook_begin(&p->look, who, &fds, p->kind == PASS_FULL);
	else if (who->hidden)
		p->totals.hidden++;
}

/* The pass's next bit of work; 0: there is none. */
static int advance(struct pidpass *p, uint64_t deadline_ns, uint64_t now_ns, const struct sink *out)
{
	struct pident *who = p->look.who;
	int err;

	if (p->dir) {
		err = gather(p);
		return err ? err : 1;
	}
	if (who) {
		if (pidlook_step(&p->look, deadline_ns, now_ns, out))
			p->totals.hidden += who->hidden;
		return 1;
	}
	if (p->at == p->count)
		return 0;
	meet(p, p->pids[p->at++]);
	return 1;
}

int pidpass_step(struct pidpass *p, uint64_t deadline_ns, uint64_t now_ns, const struct sink *out)
{
	unsigned done = 0;
	int rc;

	do {
		rc = advance(p, deadline_ns, now_ns, out);
		/* A look may have taken all the time; most entries take next to none. */
		if (p->look.who || ++done % CLOCK_EVERY == 0)
			if (rc == 1 && clock_mono_ns() >= deadline_ns)
				return 1;
	} while (rc == 1);
	pidpass_end(p);
	return rc;
}
