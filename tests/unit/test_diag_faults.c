/* SPDX-License-Identifier: GPL-2.0-or-later */
/* source/diag.c when a dump is refused, and when a table is not there. */
#include "netlink_fixture.h"

#include <linux/sock_diag.h>

#include "base/clock.h"
#include "source/diag.h"

enum { DUMPS = 2 };	/* tcp4 and tcp6 */

static void begin(struct world *w)
{
	static const struct diag_options opt = { .protos = 1u << SP_TCP, .ipv4 = true,
						 .ipv6 = true };

	*w = (struct world){ .now_ns = 1000 * NSEC_PER_SEC };
	assert_int_equal(diag_new(&w->source, &opt, NULL), 0);
}

static void end(struct world *w)
{
	w->source->ops->close(w->source);
}

/* A round in which the kernel has these answers; the number of dumps it was asked for. */
static unsigned run_round(struct world *w, const int statuses[static DUMPS])
{
	unsigned asked = 0;
	uint32_t seq;

	w->count = 0;
	w->source->ops->refresh(w->source, w->now_ns);
	for (unsigned i = 0; w->source->ops->busy(w->source); i++) {
		assert_true(i < 100);
		step(w);
		if (take_request(&seq) != SOCK_DIAG_BY_FAMILY)
			continue;
		assert_true(asked < DUMPS);
		answer_done(seq, statuses[asked++], 0);
	}
	return asked;
}

static void test_diag_busy_kernel_is_asked_over_a_new_socket(void **state)
{
	static const int busy[DUMPS] = { -EBUSY, 0 }, good[DUMPS] = { 0, 0 };
	unsigned before;
	struct world w;

	(void)state;
	begin(&w);
	before = opened;
	assert_int_equal(run_round(&w, busy), 2);
	assert_int_equal(opened, before + 1);
	assert_int_equal(count_kind(&w, EV_DUMP_DONE), 2);
	assert_int_equal(w.heard[0].dump.error, -EBUSY);
	assert_false(w.heard[0].dump.complete);
	assert_true(w.heard[1].dump.complete);
	/* It is no absent table: asked for again at once, over the same socket. */
	assert_int_equal(run_round(&w, good), 2);
	assert_int_equal(opened, before + 1);
	assert_true(w.heard[0].dump.complete);
	assert_int_equal(count_kind(&w, EV_NOTICE), 0);
	end(&w);
}

static void test_diag_absent_table_is_said_and_asked_for_now_and_then(void **state)
{
	static const int absent[DUMPS] = { -ENOENT, 0 }, good[DUMPS] = { 0, 0 };
	struct world w;

	(void)state;
	begin(&w);
	assert_int_equal(run_round(&w, absent), 2);
	assert_int_equal(w.heard[0].dump.error, -ENOENT);
	assert_false(w.heard[0].dump.complete);
	assert_non_null(strstr(last_of(&w, EV_NOTICE)->notice.text, "tcp4"));
	w.now_ns += 30 * NSEC_PER_SEC;
	assert_int_equal(run_round(&w, good), 1);
	assert_int_equal(count_kind(&w, EV_NOTICE), 0);
	w.now_ns += 31 * NSEC_PER_SEC;
	assert_int_equal(run_round(&w, absent), 2);
	assert_int_equal(count_kind(&w, EV_NOTICE), 0);
	/* Somebody loaded the module: the notice is taken back. */
	w.now_ns += 61 * NSEC_PER_SEC;
	assert_int_equal(run_round(&w, good), 2);
	assert_string_equal(last_of(&w, EV_NOTICE)->notice.text, "");
	end(&w);
}

static void test_diag_silent_kernel_ends_the_dump_incomplete(void **state)
{
	unsigned before;
	struct world w;
	uint32_t seq;

	(void)state;
	begin(&w);
	before = opened;
	w.source->ops->refresh(w.source, w.now_ns);
	step(&w);
	assert_int_equal(take_request(&seq), SOCK_DIAG_BY_FAMILY);
	w.now_ns += 3 * NSEC_PER_SEC;
	step(&w);
	assert_int_equal(opened, before + 1);
	assert_int_equal(last_of(&w, EV_DUMP_DONE)->dump.error, -ETIMEDOUT);
	assert_false(last_of(&w, EV_DUMP_DONE)->dump.complete);
	/* The next table is asked for over the new socket. */
	assert_int_equal(take_request(&seq), SOCK_DIAG_BY_FAMILY);
	end(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_diag_busy_kernel_is_asked_over_a_new_socket),
		cmocka_unit_test(test_diag_absent_table_is_said_and_asked_for_now_and_then),
		cmocka_unit_test(test_diag_silent_kernel_ends_the_dump_incomplete),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
