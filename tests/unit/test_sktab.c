/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sktab: which sockets there are, after dumps of every kind. Through the model, as sources speak. */
#include "model_fixture.h"

#include "model/sktab.h"

static uint32_t sockets(const struct fx *fx)
{
	return model_totals(fx->m)->sockets;
}

static void dump_of(struct fx *fx, unsigned from, unsigned count, bool complete)
{
	fx_dump_begins(fx);
	for (unsigned i = 0; i < count; i++) {
		struct sockrec r = fx_tcp(ST_ESTABLISHED, from + i, (uint16_t)(1000 + from + i), 80);

		fx_socket(fx, &r);
	}
	fx_dump_ends(fx, 0, complete);
}

static void test_sktab_complete_dump_sweeps_what_it_did_not_mention(void **state)
{
	struct fx *fx = *state;
	struct row r;

	dump_of(fx, 1, 5, true);
	assert_int_equal(sockets(fx), 5);
	dump_of(fx, 3, 4, true);
	assert_int_equal(sockets(fx), 4);
	assert_false(fx_find(fx, 1, 0, &r));
	assert_false(fx_find(fx, 2, 0, &r));
	for (uint64_t cookie = 3; cookie <= 6; cookie++)
		assert_true(fx_find(fx, cookie, 0, &r));
	assert_int_equal(model_totals(fx->m)->by_state[ST_ESTABLISHED], 4);
}

static void test_sktab_interrupted_dump_keeps_old_rows(void **state)
{
	struct fx *fx = *state;

	dump_of(fx, 1, 5, true);
	dump_of(fx, 5, 2, false);
	assert_int_equal(sockets(fx), 6);
	assert_int_equal(model_totals(fx->m)->interrupted_dumps, 1);
	dump_of(fx, 5, 2, true);
	assert_int_equal(sockets(fx), 2);
}

static void test_sktab_missing_table_is_no_interruption(void **state)
{
	struct fx *fx = *state;
	struct event e = fx_event(fx, EV_DUMP_DONE);

	e.dump = (struct dumprec){ .dump = 4, .error = -2 };	/* ENOENT: no such family in this kernel */
	model_apply(fx->m, &e);
	assert_int_equal(model_totals(fx->m)->interrupted_dumps, 0);
}

static void test_sktab_empty_complete_dump_sweeps_all_of_its_own_only(void **state)
{
	struct fx *fx = *state;
	struct sockrec udp = fx_receiver(SP_UDP, 99, "0.0.0.0", 53);

	dump_of(fx, 1, 5, true);
	fx_socket(fx, &udp);
	dump_of(fx, 1, 0, true);
	assert_int_equal(sockets(fx), 1);
	assert_int_equal(model_totals(fx->m)->by_proto[SP_UDP], 1);
	assert_int_equal(model_totals(fx->m)->by_proto[SP_TCP], 0);
}

static void test_sktab_same_cookie_twice_in_one_run_is_one_row_in_its_last_state(void **state)
{
	struct fx *fx = *state;
	struct sockrec r = fx_tcp(ST_ESTABLISHED, 1, 40000, 80);

	fx_dump_begins(fx);
	fx_socket(fx, &r);
	r.state = ST_TIME_WAIT;		/* it closed while the dump went by */
	fx_socket(fx, &r);
	fx_dump_ends(fx, 0, true);
	assert_int_equal(sockets(fx), 1);
	assert_int_equal(fx_socket_row(fx, 1).sk->rec.state, ST_TIME_WAIT);
	fx_dump_begins(fx);
	fx_dump_ends(fx, 0, true);
	assert_int_equal(sockets(fx), 0);
}

static void test_sktab_mention_twice_does_not_hide_one_to_sweep(void **state)
{
	struct fx *fx = *state;
	struct sockrec r = fx_tcp(ST_ESTABLISHED, 1, 1001, 80);

	dump_of(fx, 1, 2, true);
	fx_dump_begins(fx);
	fx_socket(fx, &r);
	fx_socket(fx, &r);		/* as many mentions as sockets, but one was not mentioned */
	fx_dump_ends(fx, 0, true);
	assert_int_equal(sockets(fx), 1);
}

/* IPV6_ADDRFORM makes an IPv6 socket an IPv4 one. */
static void test_sktab_socket_that_changes_dumps_does_not_hide_one_to_sweep(void **state)
{
	struct fx *fx = *state;
	struct sockrec r = fx_tcp(ST_ESTABLISHED, 1, 1001, 80);

	dump_of(fx, 1, 3, true);
	fx_dump_begins(fx);
	for (uint64_t cookie = 1; cookie <= 2; cookie++) {
		r = fx_tcp(ST_ESTABLISHED, cookie, (uint16_t)(1000 + cookie), 80);
		fx_socket(fx, &r);
	}
	r.dump = 1;
	fx_socket(fx, &r);
	/* in dump 0: the first, mentioned, and the third, not */
	fx_dump_ends(fx, 0, true);
	assert_int_equal(sockets(fx), 2);
	fx_dump_ends(fx, 1, true);
	assert_int_equal(sockets(fx), 2);
}

static void test_sktab_since_is_when_the_state_changed_and_unknown_before(void **state)
{
	struct fx *fx = *state;
	struct sockrec r = fx_tcp(ST_ESTABLISHED, 1, 40000, 80);

	fx_socket(fx, &r);
	assert_int_equal(fx_socket_row(fx, 1).sk->since_ns, 0);
	fx_pass_time(fx, 1000);
	fx_socket(fx, &r);
	assert_int_equal(fx_socket_row(fx, 1).sk->since_ns, 0);
	fx_pass_time(fx, 1000);
	r.state = ST_CLOSE_WAIT;
	fx_socket(fx, &r);
	assert_int_equal(fx_socket_row(fx, 1).sk->since_ns, fx->now_ns);
	assert_int_equal(model_totals(fx->m)->by_state[ST_ESTABLISHED], 0);
	assert_int_equal(model_totals(fx->m)->by_state[ST_CLOSE_WAIT], 1);
}

static void test_sktab_limit_refuses_and_counts(void **state)
{
	struct fx *fx = *state;
	struct row r;

	dump_of(fx, 1, FX_SOCKETS + 3, true);
	assert_int_equal(sockets(fx), FX_SOCKETS);
	assert_int_equal(model_totals(fx->m)->refused_sockets, 3);
	assert_true(fx_find(fx, FX_SOCKETS, 0, &r));
	assert_false(fx_find(fx, FX_SOCKETS + 1, 0, &r));
	dump_of(fx, 10, 4, true);
	assert_int_equal(sockets(fx), 4);
}

static void test_sktab_reuseport_sockets_with_one_tuple_stay_apart(void **state)
{
	struct fx *fx = *state;

	for (uint64_t cookie = 1; cookie <= 4; cookie++) {
		struct sockrec r = fx_receiver(SP_TCP, cookie, "0.0.0.0", 80);

		r.inode = (uint32_t)(100 + cookie);
		fx_socket(fx, &r);
	}
	assert_int_equal(sockets(fx), 4);
	assert_int_equal(model_row_count(fx->m), 4);
	for (uint64_t cookie = 1; cookie <= 4; cookie++)
		assert_int_equal(fx_socket_row(fx, cookie).sk->rec.inode, 100 + cookie);
}

static void test_sktab_record_out_of_range_is_refused(void **state)
{
	struct fx *fx = *state;
	struct sockrec r = fx_tcp(ST_ESTABLISHED, 1, 40000, 80);

	r.dump = DUMPS_MAX;
	fx_socket(fx, &r);
	r.dump = 0;
	r.proto = SOCKPROTOS;
	fx_socket(fx, &r);
	fx_dump_ends(fx, DUMPS_MAX, true);
	assert_int_equal(sockets(fx), 0);
	r.proto = SP_TCP;
	r.state = 200;		/* no state that there is: it is shown all the same */
	fx_socket(fx, &r);
	assert_int_equal(sockets(fx), 1);
	assert_int_equal(model_totals(fx->m)->by_state[ST_UNKNOWN], 1);
}

/* A hostile session could say so; the kernel does not. */
static void test_sktab_socket_that_changes_namespace_is_still_removed_whole(void **state)
{
	struct fx *fx = *state;
	struct sktab t;
	struct sockrec r = fx_tcp(ST_ESTABLISHED, 1, 40000, 80), there = r;
	struct flowkey key;
	uint64_t key_hash;

	there.netns = 1;
	assert_false(sk_same_tuple(&r, &there));
	fx_socket(fx, &r);
	fx_socket(fx, &there);
	fx_dump_begins(fx);
	fx_dump_ends(fx, 0, true);
	assert_int_equal(sockets(fx), 0);

	sktab_init(&t, 4, 1);
	assert_int_equal(sktab_insert(&t, &there, 1), 0);
	assert_true(sktab_index(&t, 0, &key, &key_hash));
	assert_int_equal(key.netns, 1);
	assert_int_equal(sktab_by_tuple(&t, &key, key_hash, sktab_at(&t, 0)->local_end), 0);
	assert_int_equal(sktab_by_tuple(&t, &key, key_hash, !sktab_at(&t, 0)->local_end), MODEL_NONE);
	sktab_unindex(&t, 0);
	assert_int_equal(t.by_tuple.count, 0);
	sktab_remove(&t, 0);
	assert_int_equal(t.by_cookie.count, 0);
	sktab_fini(&t);
}

static struct sockrec at_place(uint64_t cookie, unsigned place)
{
	static const char *const laddrs[] = { "0.0.0.0", "::", "10.0.0.2", "2001:db8::2", "::" };
	struct sockrec r = fx_receiver(SP_TCP, cookie, laddrs[place % 5], (uint16_t)(80 + place / 5 % 2));

	r.has |= HAS_V6ONLY;
	r.v6only = place % 5 == 4;
	if (place / 10 % 4 == 0)
		r.state = ST_CLOSE;	/* bound only */
	return r;
}

/* How well the best of all fits, found the long way. */
static int best_fit(const struct sktab *t, uint32_t end, const struct addr *a, uint16_t port)
{
	int best = 0;

	for (uint32_t i = 0; i < end; i++) {
		const struct sk *s = sktab_at(t, i);

		if (s->used && s->rec.lport == port && s->rec.state == ST_LISTEN && sk_fit(&s->rec, a) > best)
			best = sk_fit(&s->rec, a);
	}
	return best;
}

static void test_sktab_receiver_is_as_good_as_the_best_of_all(void **state)
{
	const char *const addrs[] = { "10.0.0.2", "10.0.0.3", "2001:db8::2", "2001:db8::3", "0.0.0.0", "::" };
	enum { PLACES = 200 };
	struct flowkey key;
	struct sktab t;
	uint64_t hash;

	(void)state;
	sktab_init(&t, PLACES, 7);
	for (unsigned i = 0; i < PLACES; i++) {
		struct sockrec r = at_place(1 + i, i * 7);
		uint32_t sk = sktab_insert(&t, &r, 1);

		sktab_index(&t, sk, &key, &hash);
	}
	for (unsigned gone = 0; gone < PLACES; gone++) {
		for (unsigned i = 0; i < 12; i++) {
			struct addr a = fx_addr(addrs[i / 2]);
			uint16_t port = (uint16_t)(80 + i % 2);
			uint32_t sk = sktab_by_port(&t, 0, 6, &a, port);
			int fit = sk == MODEL_NONE ? 0 : sk_fit(&sktab_at(&t, sk)->rec, &a);

			assert_int_equal(fit, best_fit(&t, PLACES, &a, port));
		}
		sktab_unindex(&t, gone * 37 % PLACES);
		sktab_remove(&t, gone * 37 % PLACES);
	}
	assert_int_equal(t.by_port.count, 0);
	sktab_fini(&t);
}

/* Else the process that is shown would change with each listener that comes. */
static void test_sktab_first_of_many_at_one_place_receives_until_it_goes(void **state)
{
	struct addr a = fx_addr("10.0.0.2");
	struct flowkey key;
	struct sktab t;
	uint64_t hash;

	(void)state;
	sktab_init(&t, 1000, 7);
	for (uint32_t i = 0; i < 1000; i++) {
		struct sockrec r = fx_receiver(SP_TCP, 1 + i, "0.0.0.0", 80);

		assert_int_equal(sktab_insert(&t, &r, 1), i);
		sktab_index(&t, i, &key, &hash);
		assert_int_equal(sktab_by_port(&t, 0, 6, &a, 80), 0);
	}
	sktab_unindex(&t, 0);
	assert_true(sktab_by_port(&t, 0, 6, &a, 80) != MODEL_NONE);
	assert_int_equal(sktab_by_port(&t, 0, 6, &a, 81), MODEL_NONE);
	sktab_fini(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FX_TEST(test_sktab_complete_dump_sweeps_what_it_did_not_mention),
		FX_TEST(test_sktab_interrupted_dump_keeps_old_rows),
		FX_TEST(test_sktab_missing_table_is_no_interruption),
		FX_TEST(test_sktab_empty_complete_dump_sweeps_all_of_its_own_only),
		FX_TEST(test_sktab_same_cookie_twice_in_one_run_is_one_row_in_its_last_state),
		FX_TEST(test_sktab_mention_twice_does_not_hide_one_to_sweep),
		FX_TEST(test_sktab_socket_that_changes_dumps_does_not_hide_one_to_sweep),
		FX_TEST(test_sktab_since_is_when_the_state_changed_and_unknown_before),
		FX_TEST(test_sktab_limit_refuses_and_counts),
		FX_TEST(test_sktab_reuseport_sockets_with_one_tuple_stay_apart),
		cmocka_unit_test(test_sktab_receiver_is_as_good_as_the_best_of_all),
		cmocka_unit_test(test_sktab_first_of_many_at_one_place_receives_until_it_goes),
		FX_TEST(test_sktab_record_out_of_range_is_refused),
		FX_TEST(test_sktab_socket_that_changes_namespace_is_still_removed_whole),
	};

	return cmocka_run_group_tests_name("sktab", tests, NULL, NULL);
}
