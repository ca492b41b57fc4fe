/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Entering network namespaces: see netns.h. Owns the helper threads of visits that are under
 * way. Deliberately finds none: that is nsscan's.
 */
#include "source/netns.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <linux/nsfs.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/xalloc.h"

/* What `ip netns` makes of a name: ip-netns(8). */
#define NAMED_IN "/run/netns/"

struct netns_visit {
	pthread_t thread;
	int fd;			/* owned; -1 = here */
	int (*fn)(void *ctx);
	void *ctx;
	int result;
	atomic_bool over;
};

static void *visit(void *arg)
{
	struct netns_visit *v = arg;

	if (v->fd >= 0 && setns(v->fd, CLONE_NEWNET))
		v->result = -errno;
	else
		v->result = v->fn(v->ctx);
	atomic_store(&v->over, true);
	return NULL;
}

/* Signals are main's: the thread inherits a mask with all of them. */
static int start(struct netns_visit *v)
{
	sigset_t all, before;
	int e;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	e = pthread_create(&v->thread, NULL, visit, v);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return -e;
}

static void visit_free(struct netns_visit *v)
{
	if (v->fd >= 0)
		close(v->fd);
	free(v);
}

int netns_begin(struct netns_visit **out, const struct netns_place *place, int (*fn)(void *ctx),
		void *ctx)
{
	struct netns_visit *v = xcalloc(1, sizeof(*v));
	int r = 0;

	v->fn = fn;
	v->ctx = ctx;
	v->fd = -1;
	if (place && place->fd >= 0) {
		v->fd = fcntl(place->fd, F_DUPFD_CLOEXEC, 0);
		r = v->fd < 0 ? -errno : 0;
	}
	if (!r)
		r = start(v);
	if (r)
		visit_free(v);
	else
		*out = v;
	return r;
}

bool netns_is_over(const struct netns_visit *v)
{
	return atomic_load(&v->over);
}

int netns_wait(struct netns_visit *v)
{
	int result;

	pthread_join(v->thread, NULL);
	result = v->result;
	visit_free(v);
	return result;
}

int netns_run(const struct netns_place *place, int (*fn)(void *ctx), void *ctx)
{
	struct netns_visit *v;
	int r;

	if (!place || place->fd < 0)
		return fn(ctx);
	r = netns_begin(&v, place, fn, ctx);
	return r ? r : netns_wait(v);
}

/* Kernels before 4.11 do not tell the kind of a namespace: there its being one has to do. */
static bool is_netns(int fd)
{
	struct statfs fs;
	int kind;

	if (fstatfs(fd, &fs) || fs.f_type != NSFS_MAGIC)
		return false;
	kind = ioctl(fd, NS_GET_NSTYPE);
	return kind == CLONE_NEWNET || (kind < 0 && errno == ENOTTY);
}

uint64_t netns_inode(int fd)
{
	struct stat st;

	return is_netns(fd) && fstat(fd, &st) == 0 ? st.st_ino : 0;
}

static bool is_pid(const char *spec)
{
	size_t digits = strspn(spec, "0123456789");

	return digits && !spec[digits];
}

/* Names of directories would lead out of it. */
static bool is_name(const char *spec)
{
	return *spec && strcmp(spec, ".") != 0 && strcmp(spec, "..") != 0 &&
	       strlen(spec) <= NAME_MAX;
}

static int path_of(const char *spec, char *path, size_t room, struct errmsg *err)
{
	int len;

	if (strchr(spec, '/'))
		len = snprintf(path, room, "%s", spec);
	else if (is_pid(spec))
		len = snprintf(path, room, "/proc/%s/ns/net", spec);
	else if (is_name(spec))
		len = snprintf(path, room, NAMED_IN "%s", spec);
	else
		len = -1;
	if (len >= 0 && (size_t)len < room)
		return 0;
	errmsg_set(err,
		   "'%s' is no network namespace: give a name of `ip netns`, a process id or a "
		   "path",
		   spec);
	return -EINVAL;
}

static void say_cannot_open(const char *spec, const char *path, int error, struct errmsg *err)
{
	bool absent = error == ENOENT;

	if (is_pid(spec) && absent)
		errmsg_set(err, "there is no process %s, whose network namespace was asked for",
			   spec);
	else if (is_pid(spec) && (error == EACCES || error == EPERM))
		errmsg_set(err,
			   "the network namespace of process %s may not be opened: run as root",
			   spec);
	else if (!strchr(spec, '/') && absent)
		errmsg_set(err,
			   "there is no network namespace '%s': `ip netns` lists those with a "
			   "name; a process id or a path will do too",
			   spec);
	else
		errmsg_set(err, "cannot open the network namespace %s: %s", path, strerror(error));
}

int netns_open(const char *spec, int *fd, struct errmsg *err)
{
	char path[PATH_MAX];
	int r = path_of(spec, path, sizeof(path), err), opened;

	if (r)
		return r;
	/* A path may be anybody's: a FIFO is not to hang us. */
	opened = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (opened < 0) {
		r = -errno;
		say_cannot_open(spec, path, -r, err);
		return r;
	}
	if (!is_netns(opened)) {
		close(opened);
		errmsg_set(err, "%s is not a network namespace", path);
		return -EINVAL;
	}
	*fd = opened;
	return 0;
}

int netns_enter(int fd, struct errmsg *err)
{
	int r;

	if (setns(fd, CLONE_NEWNET) == 0)
		return 0;
	r = -errno;
	if (r == -EPERM)
		errmsg_set(err,
			   "entering a network namespace needs CAP_SYS_ADMIN: run `sudo sockmon`");
	else
		errmsg_set(err, "cannot enter the network namespace: %s", strerror(-r));
	return r;
}
