/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Names of users. Owns the thread that asks and two queues, of questions and of answers, under one
 * lock that is held for a copy and never while NSS is asked. Remembers no answer: the model does.
 */
#include "source/users.h"

#include <errno.h>
#include <pthread.h>
#include <pwd.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/xalloc.h"

enum {
	QUESTIONS = 1 << 16,
	ANSWERS = 256,
	PWD_ROOM_FIRST = 1024,
	PWD_ROOM_MAX = 1 << 20,
	CLOSE_WAIT_MS = 100,
};

#define PATIENCE_NS (500 * NSEC_PER_MSEC)

/*
 * What both threads know. Who leaves last frees it: a thread that hangs in NSS cannot be waited
 * for, and would find it gone when it wakes. Counts only grow; an index is a count modulo the
 * room.
 */
struct shared {
	pthread_mutex_t lock;
	pthread_cond_t changed;		/* a question, room for an answer, `stop`, `ended` */
	bool stop;			/* main's wish */
	bool ended;			/* the thread will not touch this any more */
	bool abandoned;			/* main will not */
	int wake_fd;			/* eventfd, readable while answers wait */
	void (*lookup)(uint32_t uid, char *name, size_t size);
	uint32_t asked, taken;		/* questions */
	uint32_t answered, told;
	uint32_t questions[QUESTIONS];	/* a ring; untouched pages cost nothing */
	struct userrec answers[ANSWERS];
};

/* Main's. Invariant: the thread runs while `running`; it begins with the first question. */
struct users {
	struct source source;
	struct shared *shared;
	pthread_t thread;
	bool running;
	uint32_t open;			/* questions without an answer so far */
	uint64_t give_up_ns;		/* a snapshot waits until then; 0: not set yet */
	bool gave_up;
};

/* ---- the thread ---- */

static void wake_main(const struct shared *sh)
{
	uint64_t one = 1;

	while (write(sh->wake_fd, &one, sizeof(one)) < 0 && errno == EINTR)
		;
}

/* Waits for a question; false: it is time to stop. */
static bool take_question(struct shared *sh, uint32_t *uid)
{
	bool go_on;

	pthread_mutex_lock(&sh->lock);
	while (!sh->stop && sh->asked == sh->taken)
		pthread_cond_wait(&sh->changed, &sh->lock);
	go_on = !sh->stop;
	if (go_on)
		*uid = sh->questions[sh->taken++ % QUESTIONS];
	pthread_mutex_unlock(&sh->lock);
	return go_on;
}

static void put_answer(struct shared *sh, const struct userrec *answer)
{
	pthread_mutex_lock(&sh->lock);
	while (!sh->stop && sh->answered - sh->told == ANSWERS)
		pthread_cond_wait(&sh->changed, &sh->lock);
	if (!sh->stop)
		sh->answers[sh->answered++ % ANSWERS] = *answer;
	pthread_mutex_unlock(&sh->lock);
	wake_main(sh);
}

static void free_shared(struct shared *sh)
{
	pthread_cond_destroy(&sh->changed);
	pthread_mutex_destroy(&sh->lock);
	close(sh->wake_fd);
	free(sh);
}

static void *run(void *arg)
{
	struct shared *sh = arg;
	uint32_t uid;
	bool last;

	while (take_question(sh, &uid)) {
		struct userrec answer = { .uid = uid };

		sh->lookup(uid, answer.name, sizeof(answer.name));
		put_answer(sh, &answer);
	}
	pthread_mutex_lock(&sh->lock);
	sh->ended = true;
	last = sh->abandoned;
	pthread_cond_broadcast(&sh->changed);
	pthread_mutex_unlock(&sh->lock);
	if (last)
		free_shared(sh);
	return NULL;
}

/* Errors are no name either: whoever asks again later may get one. */
static void lookup_nss(uint32_t uid, char *name, size_t size)
{
	struct passwd entry, *found = NULL;
	size_t room = PWD_ROOM_FIRST, len;
	char *text = NULL;
	int err;

	do {
		free(text);
		text = malloc(room);
		if (!text)
			break;
		err = getpwuid_r(uid, &entry, text, room, &found);
		room *= 4;
	} while (err == ERANGE && room <= PWD_ROOM_MAX);
	len = found ? strnlen(found->pw_name, size - 1) : 0;
	if (found)
		memcpy(name, found->pw_name, len);
	name[len] = '\0';
	free(text);
}

/* ---- main's side ---- */

/* Signals are main's: the thread inherits a mask with all of them. */
static void start(struct users *u)
{
	sigset_t all, before;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	/* No thread now: the questions wait, and the next one tries again. */
	u->running = pthread_create(&u->thread, NULL, run, u->shared) == 0;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (u->running)
		pthread_setname_np(u->thread, "users");
}

void users_want(struct source *s, const uint32_t *uids, unsigned count)
{
	struct users *u = (struct users *)s;
	struct shared *sh = u->shared;
	uint32_t before = sh->asked;

	pthread_mutex_lock(&sh->lock);
	for (unsigned i = 0; i < count && sh->asked - sh->taken < QUESTIONS; i++)
		sh->questions[sh->asked++ % QUESTIONS] = uids[i];
	pthread_cond_broadcast(&sh->changed);
	pthread_mutex_unlock(&sh->lock);
	u->open += sh->asked - before;
	u->give_up_ns = 0;
	u->gave_up = false;
	if (!u->running && u->open)
		start(u);
}

static void tell_answers(struct users *u, uint64_t now_ns, const struct sink *out)
{
	struct shared *sh = u->shared;
	struct event e = { .kind = EV_USER, .time_ns = now_ns };

	for (;;) {
		bool any;

		pthread_mutex_lock(&sh->lock);
		any = sh->told != sh->answered;
		if (any)
			e.user = sh->answers[sh->told++ % ANSWERS];
		pthread_cond_broadcast(&sh->changed);
		pthread_mutex_unlock(&sh->lock);
		if (!any)
			return;
		u->open--;
		sink_send(out, &e);
	}
}

static int users_step(struct source *s, uint64_t now_ns, const struct sink *out)
{
	struct users *u = (struct users *)s;
	uint64_t wakes;

	/* Cleared first: an answer that comes in between leaves one wake too many, not too few. */
	while (read(u->shared->wake_fd, &wakes, sizeof(wakes)) < 0 && errno == EINTR)
		;
	tell_answers(u, now_ns, out);
	if (u->open && u->give_up_ns == 0)
		u->give_up_ns = now_ns + PATIENCE_NS;
	u->gave_up = u->open && now_ns >= u->give_up_ns;
	return 0;
}

static int users_fds(const struct source *s, struct pollfd *out, int max)
{
	const struct users *u = (const struct users *)s;

	if (max < 1)
		return 0;
	*out = (struct pollfd){ .fd = u->shared->wake_fd, .events = POLLIN };
	return 1;
}

/* Answers come by the descriptor; this is for the end of patience. */
static uint64_t users_due_ns(const struct source *s)
{
	const struct users *u = (const struct users *)s;

	return u->open && !u->gave_up ? u->give_up_ns : SOURCE_NEVER;
}

static bool users_busy(const struct source *s)
{
	const struct users *u = (const struct users *)s;

	return u->open && !u->gave_up;
}

/* Waits a moment for the thread's end; false: it hangs, and frees what is shared when it wakes. */
static bool wait_for_end(struct shared *sh)
{
	struct timespec until;
	bool ended;
	int err = 0;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_nsec += CLOSE_WAIT_MS * (long)NSEC_PER_MSEC;
	if (until.tv_nsec >= (long)NSEC_PER_SEC) {
		until.tv_nsec -= (long)NSEC_PER_SEC;
		until.tv_sec++;
	}
	pthread_mutex_lock(&sh->lock);
	sh->stop = true;
	pthread_cond_broadcast(&sh->changed);
	while (!sh->ended && err == 0)
		err = pthread_cond_timedwait(&sh->changed, &sh->lock, &until);
	ended = sh->ended;
	sh->abandoned = !ended;
	pthread_mutex_unlock(&sh->lock);
	return ended;
}

static void users_close(struct source *s)
{
	struct users *u = (struct users *)s;

	if (!u->running) {
		free_shared(u->shared);
	} else if (wait_for_end(u->shared)) {
		pthread_join(u->thread, NULL);
		free_shared(u->shared);
	} else {
		pthread_detach(u->thread);
	}
	free(u);
}

static const struct source_ops users_ops = {
	.notice = NOTICE_PROCESSES,
	.step = users_step,
	.fds = users_fds,
	.due_ns = users_due_ns,
	.busy = users_busy,
	.close = users_close,
};

static void init_lock(struct shared *sh)
{
	pthread_condattr_t monotonic;

	pthread_mutex_init(&sh->lock, NULL);
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&sh->changed, &monotonic);
	pthread_condattr_destroy(&monotonic);
}

int users_new_with(struct source **out, void (*lookup)(uint32_t uid, char *name, size_t size),
		   struct errmsg *err)
{
	int fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), rc = -errno;
	struct users *u;

	if (fd < 0) {
		errmsg_set(err, "cannot look up users' names: %s", strerror(-rc));
		return rc;
	}
	u = xcalloc(1, sizeof(*u));
	u->source.ops = &users_ops;
	u->shared = xcalloc(1, sizeof(*u->shared));
	u->shared->wake_fd = fd;
	u->shared->lookup = lookup;
	init_lock(u->shared);
	*out = &u->source;
	return 0;
}

int users_new(struct source **out, struct errmsg *err)
{
	return users_new_with(out, lookup_nss, err);
}
