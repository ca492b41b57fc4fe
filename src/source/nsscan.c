/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Looks for network namespaces: see nsscan.h. A pass reads the directory of named ones, then
 * every process; at its end what is new is opened, names are made, and what was not met is
 * gone. Owns the directories and, in its nstab, a descriptor of each namespace; these keep a
 * namespace alive, so they are closed as soon as nobody else has it.
 *
 * Does not look at threads that are elsewhere than their process, nor for namespaces that only
 * a descriptor holds. Without rights it cannot tell that a named namespace is the one of a
 * process: then they are two, and the named one, which has nothing to read, is not handed out.
 */
#include "source/nsscan.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/xalloc.h"
#include "source/nsname.h"
#include "source/nstab.h"
#include "source/pidscan.h"

#define STEP_NS	 (4 * NSEC_PER_MSEC)
#define EVERY_NS (2 * NSEC_PER_SEC)

enum {
	SHARE = 100,		/* passes may take 1/100 of the time */
	LOOKS_MAX = 32,		/* between two looks at the clock */
	PROC_PATH_MAX = 64,
};

enum phase { PHASE_IDLE, PHASE_NAMES, PHASE_PROCESSES };

struct nsscan {
	struct source source;
	struct nstab tab;
	int proc_fd;
	char *run;
	enum phase phase;
	DIR *dir;		/* of the phase; NULL: there is none, or not yet */
	bool due;
	bool unsure;		/* not all could be read in this pass: nobody is gone */
	uint32_t waiting;	/* namespaces for which there were no descriptors, in this pass */
	uint32_t hidden;	/* processes whose namespace cannot be told, in this pass */
	uint64_t cost_ns;	/* of this pass so far */
	uint64_t next_ns;	/* event time: no pass begins before */
	char notice[EVENT_TEXT_MAX];	/* as last told */
};

static struct nsscan *scan_of(struct source *s)
{
	return (struct nsscan *)s;
}

/* ---- what is there */

static uint64_t inode_at(int dir_fd, const char *path)
{
	struct stat st;

	return fstatat(dir_fd, path, &st, 0) ? 0 : st.st_ino;
}

static uint64_t procnet_of(const struct nsscan *s, uint32_t pid)
{
	char path[PROC_PATH_MAX];

	snprintf(path, sizeof(path), "%u/net/stat", pid);
	return inode_at(s->proc_fd, path);
}

/* One process: two calls at most where its namespace is known. */
static void look_at_process(struct nsscan *s, uint32_t pid)
{
	char path[PROC_PATH_MAX];
	struct nsentry *e;
	uint64_t inode, procnet = 0;

	snprintf(path, sizeof(path), "%u/ns/net", pid);
	inode = inode_at(s->proc_fd, path);
	if (!inode && errno != EACCES && errno != EPERM)
		return;		/* it has ended */
	e = inode ? nstab_find(&s->tab, inode, 0) : NULL;
	if (!e) {
		procnet = procnet_of(s, pid);
		e = nstab_find(&s->tab, inode, procnet);
	}
	if (!e && !inode && !procnet) {
		s->hidden++;
		return;
	}
	if (!e)
		e = nstab_add(&s->tab, inode, procnet);
	if (!e)
		return;
	if (!e->inode)
		e->inode = inode;
	nstab_note_pid(&s->tab, e, pid);
}

/* Not the namespace's fault: the next pass may do better. */
static bool is_shortage(int error)
{
	return error == EMFILE || error == ENFILE || error == ENOMEM || error == EAGAIN;
}

/* A name that nothing is mounted at is a leftover of `ip netns`. */
static void look_at_name(struct nsscan *s, const char *name)
{
	int fd = openat(dirfd(s->dir), name, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	bool unseen = fd < 0 && is_shortage(errno);
	uint64_t inode = fd >= 0 ? netns_inode(fd) : 0;
	struct nsentry *e = inode ? nstab_find(&s->tab, inode, 0) : NULL;

	s->unsure |= unseen;
	if (inode && !e)
		e = nstab_add(&s->tab, inode, 0);
	if (e)
		nstab_note_name(&s->tab, e, name);
	if (e && !e->tried && e->fd < 0 && e != &s->tab.at[0])
		e->fd = fd;
	else if (fd >= 0)
		close(fd);
}

/* ---- the end of a pass */

static int nothing(void *ctx)
{
	(void)ctx;
	return 0;
}

/* Opens the namespace of its lowest process, if it still is the one that was met; else -errno. */
static int open_by_process(const struct nsscan *s, const struct nsentry *e)
{
	char path[PROC_PATH_MAX];
	int fd;

	snprintf(path, sizeof(path), "%u/ns/net", e->lowest);
	fd = openat(s->proc_fd, path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (netns_inode(fd) == e->inode)
		return fd;
	close(fd);
	return -ESTALE;
}

/* Once: gets a descriptor with which it can be entered, or knows that it cannot. */
static void try_to_enter(struct nsscan *s, struct nsentry *e)
{
	struct netns_place place = { .fd = e->fd };
	int error = 0;

	if (place.fd < 0 && e->inode && e->lowest)
		place.fd = open_by_process(s, e);
	if (place.fd < 0)
		error = place.fd;
	else
		error = netns_run(&place, nothing, NULL);
	e->fd = error ? -1 : place.fd;
	if (error && place.fd >= 0)
		close(place.fd);
	e->tried = !is_shortage(-error);
	s->waiting += !e->tried;
}

static void name_of(const struct nsscan *s, const struct nsentry *e, char name[NSNAME_MAX])
{
	if (e->ip_name[0] || e == &s->tab.at[0]) {
		memcpy(name, e->ip_name, NSNAME_MAX);
		return;
	}
	if (e->lowest && nsname_by_cgroup(s->proc_fd, e->lowest, name))
		return;
	if (e->inode)
		snprintf(name, NSNAME_MAX, "net:[%llu]", (unsigned long long)e->inode);
	else if (!nsname_by_command(s->proc_fd, e->lowest, name))
		snprintf(name, NSNAME_MAX, "pid %u", e->lowest);
}

static void send_netns(const struct nsscan *s, const struct nsentry *e, bool gone, uint64_t now_ns,
		       const struct sink *out)
{
	struct event ev = { .kind = EV_NETNS, .time_ns = now_ns };

	ev.netns = (struct netnsrec){ .index = nstab_index(&s->tab, e), .gone = gone,
				      .inode = e->inode };
	memcpy(ev.netns.name, e->name, sizeof(ev.netns.name));
	sink_send(out, &ev);
}

static void tell(struct nsscan *s, struct nsentry *e, uint64_t now_ns, const struct sink *out)
{
	char name[NSNAME_MAX];

	name_of(s, e, name);
	if (e->told && strcmp(name, e->name) == 0)
		return;
	memcpy(e->name, name, sizeof(name));
	e->told = true;
	send_netns(s, e, false, now_ns, out);
}

/*
 * Where only /proc/PID/net can be read, the process whose it is counts: without it the place is
 * lost, and the namespace is met again by another of its processes.
 */
static bool is_lost(const struct nsscan *s, const struct nsentry *e)
{
	if (e->pass != s->tab.pass)
		return true;
	return e->taken && e->fd < 0 && !e->pid_met;
}

static void drop(struct nsscan *s, struct nsentry *e, uint64_t now_ns, const struct sink *out)
{
	if (e->told)
		send_netns(s, e, true, now_ns, out);
	nstab_drop(&s->tab, e);
}

static void make_notice(const struct nsscan *s, unsigned shut, char text[EVENT_TEXT_MAX])
{
	text[0] = '\0';
	if (s->waiting)
		snprintf(text, EVENT_TEXT_MAX,
			 "%u network namespace%s cannot be looked at now: there are too many open "
			 "files (raise the limit: ulimit -n)",
			 s->waiting, s->waiting == 1 ? "" : "s");
	else if (shut)
		snprintf(text, EVENT_TEXT_MAX,
			 "%u network namespace%s may not be entered (CAP_SYS_ADMIN): their sockets "
			 "are what /proc/PID/net tells, their packets are not seen; run as root",
			 shut, shut == 1 ? "" : "s");
	else if (s->tab.full)
		snprintf(text, EVENT_TEXT_MAX,
			 "there are more than %d network namespaces: the rest is not shown",
			 NETNS_MAX);
	else if (s->hidden)
		snprintf(text, EVENT_TEXT_MAX,
			 "the network namespaces of %u processes cannot be told (hidepid of "
			 "/proc): run as root",
			 s->hidden);
}

static void send_notice(struct nsscan *s, unsigned shut, uint64_t now_ns, const struct sink *out)
{
	struct event e = { .kind = EV_NOTICE, .time_ns = now_ns };

	e.notice.source = NOTICE_INTERFACES;
	make_notice(s, shut, e.notice.text);
	if (strcmp(e.notice.text, s->notice) == 0)
		return;
	memcpy(s->notice, e.notice.text, sizeof(s->notice));
	sink_send(out, &e);
}

static void end_pass(struct nsscan *s, uint64_t now_ns, const struct sink *out)
{
	unsigned shut = 0;

	for (unsigned i = 0; i < NETNS_MAX; i++) {
		struct nsentry *e = &s->tab.at[i];

		if (!e->used)
			continue;
		if (i && is_lost(s, e)) {
			if (!s->unsure)
				drop(s, e, now_ns, out);
			continue;
		}
		if (i && !e->tried)
			try_to_enter(s, e);
		if (i && !e->tried)
			continue;
		if (!e->pid)
			e->pid = e->lowest;
		tell(s, e, now_ns, out);
		e->again |= e->put_back;
		e->put_back = false;
		shut += i && e->fd < 0 && e->pid;
	}
	if (!s->unsure)
		send_notice(s, shut, now_ns, out);
}

/* ---- passes */

static DIR *open_dir(int at_fd, const char *path)
{
	int fd = openat(at_fd, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;

	if (fd >= 0 && !dir)
		close(fd);
	return dir;
}

static void begin_pass(struct nsscan *s)
{
	nstab_begin_pass(&s->tab);
	s->due = false;
	s->unsure = false;
	s->hidden = 0;
	s->waiting = 0;
	s->cost_ns = 0;
	s->phase = PHASE_NAMES;
	s->dir = open_dir(AT_FDCWD, s->run);
	/*
	 * Nobody named one, or it is a secret; else (no descriptors left) it was not looked
	 * into.
	 */
	s->unsure = !s->dir && errno != ENOENT && errno != EACCES;
}

/* False: the directory is at its end. */
static bool look_at_next(struct nsscan *s)
{
	const struct dirent *d;
	uint32_t pid;

	errno = 0;
	d = s->dir ? readdir(s->dir) : NULL;
	if (!d) {
		s->unsure |= errno != 0;
		return false;
	}
	if (s->phase == PHASE_PROCESSES && pidscan_number(d->d_name, &pid))
		look_at_process(s, pid);
	else if (s->phase == PHASE_NAMES && d->d_name[0] != '.')
		look_at_name(s, d->d_name);
	return true;
}

static void next_phase(struct nsscan *s, uint64_t now_ns, const struct sink *out)
{
	if (s->dir)
		closedir(s->dir);
	s->dir = NULL;
	if (s->phase == PHASE_NAMES) {
		s->phase = PHASE_PROCESSES;
		s->dir = open_dir(s->proc_fd, ".");
		s->unsure |= !s->dir;
		return;
	}
	end_pass(s, now_ns, out);
	s->phase = PHASE_IDLE;
}

static int nsscan_step(struct source *source, uint64_t now_ns, const struct sink *out)
{
	struct nsscan *s = scan_of(source);
	uint64_t start_ns = clock_mono_ns(), spent_ns = 0;

	if (s->phase == PHASE_IDLE && s->due)
		begin_pass(s);
	else if (s->phase == PHASE_IDLE)
		return 0;
	while (s->phase != PHASE_IDLE && spent_ns < STEP_NS) {
		unsigned looks = 0;

		while (looks < LOOKS_MAX && look_at_next(s))
			looks++;
		if (looks < LOOKS_MAX)
			next_phase(s, now_ns, out);
		spent_ns = clock_mono_ns() - start_ns;
	}
	s->cost_ns += spent_ns;
	if (s->phase == PHASE_IDLE) {
		uint64_t rest_ns = s->cost_ns * SHARE;

		s->next_ns = now_ns + (rest_ns > EVERY_NS ? rest_ns : EVERY_NS);
	}
	return 0;
}

static uint64_t nsscan_due_ns(const struct source *source)
{
	const struct nsscan *s = (const struct nsscan *)source;

	return s->due || s->phase != PHASE_IDLE ? 0 : SOURCE_NEVER;
}

static void nsscan_refresh(struct source *source, uint64_t now_ns)
{
	struct nsscan *s = scan_of(source);

	s->due |= s->phase == PHASE_IDLE && now_ns >= s->next_ns;
}

static bool nsscan_busy(const struct source *source)
{
	return nsscan_due_ns(source) != SOURCE_NEVER;
}

static void nsscan_close(struct source *source)
{
	struct nsscan *s = scan_of(source);

	if (s->dir)
		closedir(s->dir);
	nstab_fini(&s->tab);
	close(s->proc_fd);
	free(s->run);
	free(s);
}

static const struct source_ops nsscan_ops = {
	.notice = NOTICE_INTERFACES,
	.step = nsscan_step,
	.due_ns = nsscan_due_ns,
	.refresh = nsscan_refresh,
	.busy = nsscan_busy,
	.close = nsscan_close,
};

int nsscan_new(struct source **out, const char *proc, const char *run, struct errmsg *err)
{
	int fd = open(proc, O_RDONLY | O_DIRECTORY | O_CLOEXEC), r;
	struct nsscan *s;

	if (fd < 0) {
		r = -errno;
		errmsg_set(err, "cannot look for network namespaces in %s: %s", proc, strerror(-r));
		return r;
	}
	s = xcalloc(1, sizeof(*s));
	s->source.ops = &nsscan_ops;
	s->proc_fd = fd;
	s->run = xstrdup(run);
	s->due = true;
	nstab_init(&s->tab, inode_at(fd, "self/ns/net"), inode_at(fd, "self/net/stat"));
	*out = &s->source;
	return 0;
}

/* ---- for the app */

bool nsscan_take_new(struct source *source, struct netns_place *out)
{
	struct nsscan *s = scan_of(source);

	for (unsigned i = 1; i < NETNS_MAX; i++) {
		struct nsentry *e = &s->tab.at[i];

		if (!e->told || (e->taken && !e->again) || (e->fd < 0 && !e->pid))
			continue;
		e->taken = true;
		e->again = false;
		*out = (struct netns_place){ .index = (uint16_t)i, .fd = e->fd, .pid = e->pid };
		return true;
	}
	return false;
}

void nsscan_put_back(struct source *source, uint16_t index)
{
	struct nsentry *e = &scan_of(source)->tab.at[index % NETNS_MAX];

	e->put_back = e->used && e->taken;
}

bool nsscan_take_gone(struct source *source, uint16_t *index)
{
	struct nsscan *s = scan_of(source);

	for (unsigned i = 1; i < NETNS_MAX; i++) {
		if (!s->tab.at[i].gone)
			continue;
		s->tab.at[i].gone = false;
		*index = (uint16_t)i;
		return true;
	}
	return false;
}
