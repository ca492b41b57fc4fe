/* SPDX-License-Identifier: GPL-2.0-or-later */
/* proctab: who holds a socket, and who held it. Through the model, as sources speak. */
#include "model_fixture.h"

#include "model/state.h"

/* A socket with cookie and inode, and its row's process. */
static void socket_with_inode(struct fx *fx, enum sockstate state, uint64_t cookie, uint32_t inode)
{
	struct sockrec r = fx_tcp(state, cookie, (uint16_t)(40000 + cookie), 80);

	r.inode = inode;
	fx_socket(fx, &r);
}

static void assert_owner(const struct fx *fx, uint64_t cookie, const char *comm)
{
	struct row r = fx_socket_row(fx, cookie);

	assert_non_null(r.proc);
	assert_int_equal(r.proc_reason, PROC_KNOWN);
	assert_string_equal(r.proc->rec.comm, comm);
}

static void test_proctab_holder_before_or_after_its_socket_is_the_same(void **state)
{
	struct fx *fx = *state;

	fx_proc(fx, 100, 1, "curl");
	fx_holder(fx, 100, 501, 5, true);
	socket_with_inode(fx, ST_ESTABLISHED, 1, 501);
	socket_with_inode(fx, ST_ESTABLISHED, 2, 502);
	assert_int_equal(model_totals(fx->m)->unresolved, 1);
	fx_holder(fx, 100, 502, 6, true);
	assert_int_equal(model_totals(fx->m)->unresolved, 0);
	assert_owner(fx, 1, "curl");
	assert_owner(fx, 2, "curl");
	assert_int_equal(fx_socket_row(fx, 2).sk->fd, 6);
}

static void test_proctab_holder_of_an_unknown_process_says_nothing(void **state)
{
	struct fx *fx = *state;

	socket_with_inode(fx, ST_ESTABLISHED, 1, 501);
	fx_holder(fx, 100, 501, 5, true);
	assert_null(fx_socket_row(fx, 1).proc);
	fx_holder(fx, 100, 501, 5, false);
	assert_int_equal(model_totals(fx->m)->unresolved, 1);
}

static void test_proctab_first_holder_is_the_lowest_pid_then_the_lowest_fd(void **state)
{
	struct fx *fx = *state;

	socket_with_inode(fx, ST_LISTEN, 1, 501);
	fx_proc(fx, 900, 1, "worker");
	fx_proc(fx, 80, 1, "master");
	fx_holder(fx, 900, 501, 3, true);
	assert_owner(fx, 1, "worker");
	fx_holder(fx, 80, 501, 9, true);
	fx_holder(fx, 80, 501, 7, true);
	assert_owner(fx, 1, "master");
	assert_int_equal(fx_socket_row(fx, 1).sk->fd, 7);
	assert_int_equal(fx_socket_row(fx, 1).sk->holders, 3);
}

static void test_proctab_holders_come_lowest_pid_first_even_when_there_is_no_room_for_all(void **state)
{
	static const uint32_t pids[] = { 500, 20, 300, 10, 400 };
	struct fx *fx = *state;
	struct holder h[5];
	struct row r;

	socket_with_inode(fx, ST_LISTEN, 1, 501);
	for (unsigned i = 0; i < 5; i++) {
		fx_proc(fx, pids[i], 1, "w");
		fx_holder(fx, pids[i], 501, 3, true);
	}
	r = fx_socket_row(fx, 1);
	assert_int_equal(model_holders(fx->m, r.sk, h, 5), 5);
	for (unsigned i = 1; i < 5; i++)
		assert_true(h[i - 1].pid < h[i].pid);
	assert_int_equal(model_holders(fx->m, r.sk, h, 2), 2);
	assert_int_equal(h[0].pid, 10);
	assert_int_equal(h[1].pid, 20);
	assert_int_equal(model_holders(fx->m, r.sk, h, 0), 0);
}

static void test_proctab_next_holder_takes_over_when_the_first_closes(void **state)
{
	struct fx *fx = *state;

	socket_with_inode(fx, ST_LISTEN, 1, 501);
	fx_proc(fx, 80, 1, "master");
	fx_proc(fx, 900, 1, "worker");
	fx_holder(fx, 80, 501, 7, true);
	fx_holder(fx, 900, 501, 7, true);
	fx_holder(fx, 80, 501, 7, false);
	assert_owner(fx, 1, "worker");
	fx_proc_gone(fx, 900, 1);
	assert_owner(fx, 1, "worker");		/* nobody has it now: it keeps the last */
	assert_int_equal(fx_socket_row(fx, 1).sk->holders, 0);
	assert_true(fx_socket_row(fx, 1).proc->exited);
}

static void test_proctab_time_wait_row_keeps_the_process_it_had(void **state)
{
	struct fx *fx = *state;
	struct sockrec r = fx_tcp(ST_ESTABLISHED, 1, 40001, 80);

	r.inode = 501;
	fx_proc(fx, 100, 7, "curl");
	fx_holder(fx, 100, 501, 5, true);
	fx_socket(fx, &r);
	fx_holder(fx, 100, 501, 5, false);
	fx_proc_gone(fx, 100, 7);
	r.inode = 0;
	r.state = ST_TIME_WAIT;
	fx_socket(fx, &r);
	assert_owner(fx, 1, "curl");
	assert_null(proctab_by_pid(fx->m->procs, 100));
	assert_int_equal(fx_socket_row(fx, 1).sk->inode, 501);
}

static void test_proctab_pid_given_to_another_process_does_not_inherit_sockets(void **state)
{
	struct fx *fx = *state;

	socket_with_inode(fx, ST_ESTABLISHED, 1, 501);
	fx_proc(fx, 100, 7, "old");
	fx_holder(fx, 100, 501, 5, true);
	fx_proc(fx, 100, 8, "new");		/* nobody said that the old one ended */
	assert_string_equal(proctab_by_pid(fx->m->procs, 100)->rec.comm, "new");
	assert_owner(fx, 1, "old");
	assert_true(fx_socket_row(fx, 1).proc->exited);
	fx_holder(fx, 100, 501, 9, true);	/* and the descriptor came to it */
	assert_owner(fx, 1, "new");
	assert_int_equal(fx_socket_row(fx, 1).sk->holders, 1);
}

static void test_proctab_end_of_another_with_that_pid_changes_nothing(void **state)
{
	struct fx *fx = *state;

	fx_proc(fx, 100, 8, "new");
	fx_proc_gone(fx, 100, 7);
	assert_non_null(proctab_by_pid(fx->m->procs, 100));
	fx_proc_gone(fx, 101, 8);
	assert_non_null(proctab_by_pid(fx->m->procs, 100));
}

static void test_proctab_new_name_of_a_process_shows_on_its_sockets(void **state)
{
	struct fx *fx = *state;

	socket_with_inode(fx, ST_ESTABLISHED, 1, 501);
	fx_proc(fx, 100, 7, "sh");
	fx_holder(fx, 100, 501, 5, true);
	fx_proc(fx, 100, 7, "curl");		/* exec() */
	assert_owner(fx, 1, "curl");
}

static void test_proctab_two_sockets_with_one_inode_have_one_owner(void **state)
{
	struct fx *fx = *state;

	socket_with_inode(fx, ST_ESTABLISHED, 1, 501);
	socket_with_inode(fx, ST_ESTABLISHED, 2, 501);
	fx_proc(fx, 100, 7, "curl");
	fx_holder(fx, 100, 501, 5, true);
	assert_owner(fx, 1, "curl");
	assert_owner(fx, 2, "curl");
	assert_int_equal(model_totals(fx->m)->unresolved, 0);
}

static void test_proctab_inode_zero_is_nobodys(void **state)
{
	struct fx *fx = *state;

	fx_proc(fx, 100, 7, "curl");
	fx_holder(fx, 100, 0, 5, true);
	socket_with_inode(fx, ST_SYN_RECV, 1, 0);
	assert_null(fx_socket_row(fx, 1).proc);
}

static void test_proctab_flags_of_a_descriptor_stay_until_they_are_read_again(void **state)
{
	struct fx *fx = *state;
	struct event e = fx_event(fx, EV_HOLDER);
	struct holder h;

	fx_proc(fx, 100, 1, "curl");
	socket_with_inode(fx, ST_ESTABLISHED, 1, 501);
	fx_holder(fx, 100, 501, 5, true);
	assert_int_equal(model_holders(fx->m, fx_socket_row(fx, 1).sk, &h, 1), 1);
	assert_false(h.has_flags);
	e.holder = (struct holderrec){ .pid = 100, .inode = 501, .fd = 5, .held = true, .has_flags = true,
				       .nonblock = true };
	model_apply(fx->m, &e);
	fx_holder(fx, 100, 501, 5, true);
	assert_int_equal(model_holders(fx->m, fx_socket_row(fx, 1).sk, &h, 1), 1);
	assert_true(h.has_flags && h.nonblock && !h.cloexec);
	e.holder.nonblock = false;
	e.holder.cloexec = true;
	model_apply(fx->m, &e);
	assert_int_equal(model_holders(fx->m, fx_socket_row(fx, 1).sk, &h, 1), 1);
	assert_true(h.has_flags && !h.nonblock && h.cloexec);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FX_TEST(test_proctab_holder_before_or_after_its_socket_is_the_same),
		FX_TEST(test_proctab_holder_of_an_unknown_process_says_nothing),
		FX_TEST(test_proctab_first_holder_is_the_lowest_pid_then_the_lowest_fd),
		FX_TEST(test_proctab_holders_come_lowest_pid_first_even_when_there_is_no_room_for_all),
		FX_TEST(test_proctab_next_holder_takes_over_when_the_first_closes),
		FX_TEST(test_proctab_time_wait_row_keeps_the_process_it_had),
		FX_TEST(test_proctab_pid_given_to_another_process_does_not_inherit_sockets),
		FX_TEST(test_proctab_end_of_another_with_that_pid_changes_nothing),
		FX_TEST(test_proctab_new_name_of_a_process_shows_on_its_sockets),
		FX_TEST(test_proctab_two_sockets_with_one_inode_have_one_owner),
		FX_TEST(test_proctab_inode_zero_is_nobodys),
		FX_TEST(test_proctab_flags_of_a_descriptor_stay_until_they_are_read_again),
	};

	return cmocka_run_group_tests_name("proctab", tests, NULL, NULL);
}
