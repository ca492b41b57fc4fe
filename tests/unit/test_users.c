/* SPDX-License-Identifier: GPL-2.0-or-later */
/* source/users.c: what is asked is answered, whatever the thread that asks is waiting for. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "source/users.h"

enum { TOLD_MAX = 8192, ANSWER_MS = 10000 };

struct told {
	struct userrec at[TOLD_MAX];
	unsigned count;
};

static void keep(void *ctx, const struct event *e)
{
	struct told *t = ctx;

	assert_int_equal(e->kind, EV_USER);
	assert_true(t->count < TOLD_MAX);
	t->at[t->count++] = e->user;
}

/* Steps the source as its descriptor asks for it, until there are `count` answers. */
static void run(struct source *s, struct told *t, unsigned count)
{
	struct sink sink = { keep, t };
	struct pollfd fd;

	assert_int_equal(s->ops->fds(s, &fd, SOURCE_FDS_MAX), 1);
	while (t->count < count) {
		assert_int_equal(poll(&fd, 1, ANSWER_MS), 1);
		assert_int_equal(s->ops->step(s, NSEC_PER_SEC, &sink), 0);
	}
	assert_int_equal(t->count, count);
}

static void name_by_number(uint32_t uid, char *name, size_t size)
{
	snprintf(name, size, "user%u", uid);
}

static void test_users_each_question_has_an_answer(void **state)
{
	struct told *t = calloc(1, sizeof(*t));
	struct source *s;
	uint32_t uids[TOLD_MAX];
	char name[32];

	(void)state;
	assert_non_null(t);
	for (uint32_t i = 0; i < TOLD_MAX; i++)
		uids[i] = i * 7;
	assert_int_equal(users_new_with(&s, name_by_number, NULL), 0);
	assert_false(s->ops->busy(s));
	assert_true(s->ops->due_ns(s) == SOURCE_NEVER);
	users_want(s, uids, TOLD_MAX);
	assert_true(s->ops->busy(s));
	run(s, t, TOLD_MAX);
	assert_false(s->ops->busy(s));
	for (uint32_t i = 0; i < TOLD_MAX; i++) {
		snprintf(name, sizeof(name), "user%u", i * 7);
		assert_int_equal(t->at[i].uid, i * 7);
		assert_string_equal(t->at[i].name, name);
	}
	s->ops->close(s);
	free(t);
}

static void test_users_asked_again_is_answered_again(void **state)
{
	static const uint32_t twice[] = { 5, 5 };
	struct told t = { .count = 0 };
	struct source *s;

	(void)state;
	assert_int_equal(users_new_with(&s, name_by_number, NULL), 0);
	users_want(s, twice, 1);
	run(s, &t, 1);
	users_want(s, twice, 2);
	run(s, &t, 3);
	s->ops->close(s);
}

static void test_users_nss_knows_root_and_not_everybody(void **state)
{
	static const uint32_t uids[] = { 0, 4294967290u };
	struct told t = { .count = 0 };
	struct source *s;

	(void)state;
	assert_int_equal(users_new(&s, NULL), 0);
	users_want(s, uids, 2);
	run(s, &t, 2);
	assert_string_equal(t.at[0].name, "root");
	assert_int_equal(t.at[1].uid, 4294967290u);
	assert_string_equal(t.at[1].name, "");
	s->ops->close(s);
}

static void test_users_close_without_a_question_is_fine(void **state)
{
	struct source *s;

	(void)state;
	assert_int_equal(users_new(&s, NULL), 0);
	s->ops->close(s);
}

static void test_users_close_before_the_answers_are_taken_is_fine(void **state)
{
	struct source *s;
	uint32_t uids[1000] = { 0 };

	(void)state;
	/* More than answers there is room for: the thread waits for some to be taken. */
	assert_int_equal(users_new_with(&s, name_by_number, NULL), 0);
	users_want(s, uids, 1000);
	s->ops->close(s);
}

static sem_t hangs, may_go_on;
static atomic_int after_the_end;

static void name_after_a_while(uint32_t uid, char *name, size_t size)
{
	sem_post(&hangs);
	while (sem_wait(&may_go_on) && errno == EINTR)
		;
	name_by_number(uid, name, size);
	atomic_fetch_add(&after_the_end, 1);
}

static void test_users_hanging_lookup_holds_up_nobody(void **state)
{
	static const uint32_t uid = 1000;
	struct told t = { .count = 0 };
	struct sink sink = { keep, &t };
	struct source *s;

	(void)state;
	sem_init(&hangs, 0, 0);
	sem_init(&may_go_on, 0, 0);
	assert_int_equal(users_new_with(&s, name_after_a_while, NULL), 0);
	users_want(s, &uid, 1);
	sem_wait(&hangs);
	/* A snapshot waits for half a second of event time, and says when to look again. */
	assert_int_equal(s->ops->step(s, NSEC_PER_SEC, &sink), 0);
	assert_true(s->ops->busy(s));
	assert_int_equal(s->ops->due_ns(s), NSEC_PER_SEC * 3 / 2);
	assert_int_equal(s->ops->step(s, NSEC_PER_SEC * 3 / 2, &sink), 0);
	assert_false(s->ops->busy(s));
	assert_true(s->ops->due_ns(s) == SOURCE_NEVER);
	/* The answer is welcome even so. */
	sem_post(&may_go_on);
	run(s, &t, 1);
	assert_string_equal(t.at[0].name, "user1000");
	/* And the end does not wait for one that hangs; the thread cleans up when it comes back. */
	users_want(s, &uid, 1);
	sem_wait(&hangs);
	s->ops->close(s);
	assert_int_equal(atomic_load(&after_the_end), 1);
	sem_post(&may_go_on);
	while (atomic_load(&after_the_end) == 1)
		sched_yield();
}

static sigset_t mask_seen;

static void look_at_mask(uint32_t uid, char *name, size_t size)
{
	(void)size;
	pthread_sigmask(SIG_SETMASK, NULL, &mask_seen);
	name[0] = uid ? 'x' : '\0';
	name[1] = '\0';
}

static void test_users_thread_takes_no_signals(void **state)
{
	static const int signals[] = { SIGINT, SIGTERM, SIGWINCH, SIGCHLD, SIGHUP, SIGPIPE };
	static const uint32_t uid = 1;
	struct told t = { .count = 0 };
	struct source *s;
	sigset_t mine;

	(void)state;
	assert_int_equal(users_new_with(&s, look_at_mask, NULL), 0);
	users_want(s, &uid, 1);
	run(s, &t, 1);
	pthread_sigmask(SIG_SETMASK, NULL, &mine);
	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++) {
		assert_int_equal(sigismember(&mask_seen, signals[i]), 1);
		assert_int_equal(sigismember(&mine, signals[i]), 0);
	}
	s->ops->close(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_users_each_question_has_an_answer),
		cmocka_unit_test(test_users_asked_again_is_answered_again),
		cmocka_unit_test(test_users_nss_knows_root_and_not_everybody),
		cmocka_unit_test(test_users_close_without_a_question_is_fine),
		cmocka_unit_test(test_users_close_before_the_answers_are_taken_is_fine),
		cmocka_unit_test(test_users_hanging_lookup_holds_up_nobody),
		cmocka_unit_test(test_users_thread_takes_no_signals),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
