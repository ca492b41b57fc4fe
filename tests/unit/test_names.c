/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the model is told and what it wants to be told: names of cgroups, users and namespaces, sockets of new flows,
 * owners.
 */
#include "model_fixture.h"

#include "model/nametab.h"

static void tell_cgroup(struct fx *fx, uint64_t id, const char *path, bool gone)
{
	struct event e = fx_event(fx, EV_CGROUP);

	e.cgroup.id = id;
	e.cgroup.gone = gone;
	memcpy(e.cgroup.path, path, strlen(path));
	model_apply(fx->m, &e);
}

static void tell_user(struct fx *fx, uint32_t uid, const char *name)
{
	struct event e = fx_event(fx, EV_USER);

	e.user.uid = uid;
	memcpy(e.user.name, name, strlen(name));
	model_apply(fx->m, &e);
}

static struct sockrec owned(uint64_t cookie, uint64_t cgroup, uint32_t uid)
{
	struct sockrec r = fx_tcp(ST_ESTABLISHED, cookie, (uint16_t)(40000 + cookie), 80);

	r.has |= HAS_CGROUP | HAS_UID;
	r.cgroup_id = cgroup;
	r.uid = uid;
	return r;
}

static void test_names_cgroup_is_wanted_once_and_kept_when_told(void **state)
{
	struct fx *fx = *state;
	struct sockrec r = owned(1, 77, 0);
	uint64_t ids[4];

	assert_int_equal(model_take_cgroups(fx->m, ids, 4), 0);
	fx_socket(fx, &r);
	fx_socket(fx, &r);
	r = owned(2, 77, 0);
	fx_socket(fx, &r);
	assert_int_equal(model_take_cgroups(fx->m, ids, 4), 1);
	assert_int_equal(ids[0], 77);
	assert_int_equal(model_take_cgroups(fx->m, ids, 4), 0);
	assert_null(model_cgroup(fx->m, 77));
	tell_cgroup(fx, 77, "/system.slice/nginx.service", false);
	assert_string_equal(model_cgroup(fx->m, 77)->path, "/system.slice/nginx.service");
	tell_cgroup(fx, 77, "/system.slice/nginx.service", true);
	assert_true(model_cgroup(fx->m, 77)->gone);
	fx_pass_time(fx, 120000);
	fx_tick(fx);
	assert_int_equal(model_take_cgroups(fx->m, ids, 4), 0);
}

static void test_names_nobody_answered_for_a_minute_are_wanted_again(void **state)
{
	struct fx *fx = *state;
	struct sockrec r = owned(1, 77, 5);
	uint32_t uids[4];

	fx_socket(fx, &r);
	assert_int_equal(model_take_users(fx->m, uids, 4), 1);
	fx_pass_time(fx, 30000);
	fx_tick(fx);
	assert_int_equal(model_take_users(fx->m, uids, 4), 0);
	fx_pass_time(fx, 31000);
	fx_tick(fx);
	assert_int_equal(model_take_users(fx->m, uids, 4), 1);
	assert_int_equal(uids[0], 5);
	tell_user(fx, 5, "");		/* there is none: an answer too */
	fx_pass_time(fx, 300000);
	fx_tick(fx);
	assert_int_equal(model_take_users(fx->m, uids, 4), 0);
	assert_null(model_user(fx->m, 5));
}

static void test_names_user_is_known_by_number_and_may_change_his_socket(void **state)
{
	struct fx *fx = *state;
	struct sockrec r = owned(1, 77, 0);
	uint32_t uids[4];

	fx_socket(fx, &r);
	assert_int_equal(model_take_users(fx->m, uids, 4), 1);
	tell_user(fx, 0, "root");
	assert_string_equal(model_user(fx->m, 0), "root");
	r.uid = 33;			/* fchown(2) */
	fx_socket(fx, &r);
	assert_int_equal(model_take_users(fx->m, uids, 4), 1);
	assert_int_equal(uids[0], 33);
	assert_null(model_user(fx->m, 33));
}

static void test_names_take_no_more_than_there_is_room_for(void **state)
{
	struct fx *fx = *state;
	uint64_t ids[3];
	unsigned taken = 0, n;

	for (uint64_t i = 0; i < 10; i++) {
		struct sockrec r = owned(1 + i, 100 + i, 0);

		fx_socket(fx, &r);
	}
	while ((n = model_take_cgroups(fx->m, ids, 3)) != 0) {
		assert_true(n <= 3);
		for (unsigned i = 0; i < n; i++)
			assert_int_equal(ids[i], 100 + taken + i);	/* in the order they were met */
		taken += n;
	}
	assert_int_equal(taken, 10);
}

static void test_names_text_that_does_not_end_is_cut(void **state)
{
	struct fx *fx = *state;
	struct event e = fx_event(fx, EV_CGROUP);

	memset(e.cgroup.path, 'x', sizeof(e.cgroup.path));
	e.cgroup.id = 1;
	model_apply(fx->m, &e);
	assert_int_equal(strlen(model_cgroup(fx->m, 1)->path), EVENT_PATH_MAX - 1);
	e = fx_event(fx, EV_USER);
	memset(e.user.name, 'x', sizeof(e.user.name));
	model_apply(fx->m, &e);
	assert_int_equal(strlen(model_user(fx->m, 0)), sizeof(e.user.name) - 1);
	e = fx_event(fx, EV_NETNS);
	memset(e.netns.name, 'x', sizeof(e.netns.name));
	model_apply(fx->m, &e);
	assert_int_equal(strlen(model_netns(fx->m, 0)->name), sizeof(e.netns.name) - 1);
}

static void test_names_table_at_its_cap_gives_away_the_oldest_answer(void **state)
{
	struct nametab t;
	uint64_t id, record;

	(void)state;
	nametab_init(&t, sizeof(record), 4, 7);
	assert_null(nametab_get(&t, 1));
	for (record = 1; record <= 6; record++)
		nametab_put(&t, record, &record);
	assert_null(nametab_get(&t, 1));
	assert_null(nametab_get(&t, 2));
	for (id = 3; id <= 6; id++)
		assert_int_equal(*(const uint64_t *)nametab_get(&t, id), id);
	nametab_want(&t, 50);
	nametab_want(&t, 51);
	nametab_want(&t, 52);
	nametab_want(&t, 53);
	nametab_want(&t, 54);		/* all are to be asked for: there is no room */
	for (uint64_t want = 50; want <= 53; want++) {
		assert_true(nametab_take(&t, 1, &id));
		assert_int_equal(id, want);
	}
	assert_false(nametab_take(&t, 1, &id));
	assert_int_equal(t.unanswered, 4);
	nametab_fini(&t);
}

static void test_names_refused_for_want_of_room_are_wanted_when_there_is_some(void **state)
{
	struct nametab t;
	uint64_t id;

	(void)state;
	nametab_init(&t, sizeof(id), 1, 7);
	nametab_want(&t, 0);		/* the first number may be 0 */
	assert_false(nametab_was_full(&t));
	nametab_want(&t, 7);
	assert_true(nametab_was_full(&t));
	assert_true(nametab_take(&t, 1, &id));
	assert_int_equal(id, 0);
	nametab_want(&t, 7);
	assert_true(nametab_take(&t, 1, &id));
	assert_int_equal(id, 7);
	nametab_want(&t, 0);		/* given away: asked for again */
	assert_true(nametab_take(&t, 1, &id));
	assert_int_equal(id, 0);
	nametab_fini(&t);
}

/* A record without the number has 0 there: that is no user, and the same number may come later. */
static void test_names_number_that_becomes_known_is_wanted(void **state)
{
	struct fx *fx = *state;
	struct sockrec r = owned(1, 0, 0);
	uint32_t uids[4];

	r.has = HAS_COOKIE;
	fx_socket(fx, &r);
	assert_int_equal(model_take_users(fx->m, uids, 4), 0);
	r.has |= HAS_UID;
	fx_socket(fx, &r);
	assert_int_equal(model_take_users(fx->m, uids, 4), 1);
	assert_int_equal(uids[0], 0);
}

static void test_names_namespace_that_goes_takes_all_of_it_along(void **state)
{
	struct fx *fx = *state;
	struct sockrec here = fx_tcp(ST_ESTABLISHED, 1, 40000, 80), there = fx_tcp(ST_ESTABLISHED, 2, 40000, 80);
	struct flowrec f = fx_flowrec(fx, 1, 6, "10.0.0.2", 40000, "10.0.0.9", 80), own;
	struct row row;

	own = f;
	own.id = 2;
	f.key.netns = 1;
	there.netns = 1;
	there.dump = dump_index(1, 0);
	assert_null(model_netns(fx->m, 1));
	fx_netns(fx, 1, 4001, false);
	assert_string_equal(model_netns(fx->m, 1)->name, "ns1");
	fx_socket(fx, &here);
	fx_socket(fx, &there);
	fx_flow(fx, &f, false);
	fx_flow(fx, &own, false);
	assert_int_equal(fx_socket_row(fx, 1).flow->rec.id, 2);	/* the same tuple, kept apart */
	assert_int_equal(fx_socket_row(fx, 2).flow->rec.id, 1);
	fx_netns(fx, 1, 4001, true);
	assert_null(model_netns(fx->m, 1));
	assert_false(fx_find(fx, 2, 0, &row));
	assert_false(fx_has_flow_row(fx, 1));
	assert_true(fx_find(fx, 1, 0, &row));
	assert_int_equal(model_totals(fx->m)->sockets, 1);
}

static void test_names_number_given_to_another_namespace_starts_empty(void **state)
{
	struct fx *fx = *state;
	struct sockrec there = fx_tcp(ST_ESTABLISHED, 2, 40000, 80);

	there.netns = 1;
	there.dump = dump_index(1, 0);
	fx_netns(fx, 1, 4001, false);
	fx_socket(fx, &there);
	fx_netns(fx, 1, 4001, false);	/* seen again */
	assert_int_equal(model_totals(fx->m)->sockets, 1);
	fx_netns(fx, 1, 4002, false);
	assert_int_equal(model_totals(fx->m)->sockets, 0);
	fx_netns(fx, NETNS_MAX, 1, false);
	assert_null(model_netns(fx->m, NETNS_MAX));
}

static struct flowrec attempt(const struct fx *fx, uint32_t id, uint8_t wire_state)
{
	struct flowrec f = fx_flowrec(fx, id, 6, "10.0.0.2", 40000, "10.0.0.9", 80);

	f.wire_state = wire_state;
	return f;
}

static void test_names_socket_of_our_attempt_is_asked_for_at_its_first_packet(void **state)
{
	struct fx *fx = *state;
	struct flowrec f = attempt(fx, 1, WS_SYN_SENT);
	struct sockquery q[4];

	f.ifindex = 2;
	fx_flow(fx, &f, false);
	assert_int_equal(model_take_lookups(fx->m, q, 4), 1);
	assert_int_equal(q[0].ifindex, 2);	/* link-local addresses are told apart by it */
	assert_int_equal(q[0].lport, 40000);
	assert_int_equal(q[0].rport, 80);
	assert_int_equal(q[0].proto, SP_TCP);
	assert_int_equal(model_take_lookups(fx->m, q, 4), 0);
	f.dir[0].packets++;
	fx_flow(fx, &f, false);
	assert_int_equal(model_take_lookups(fx->m, q, 4), 0);
	f.wire_state = WS_ESTABLISHED;	/* nobody had found it */
	fx_flow(fx, &f, false);
	assert_int_equal(model_take_lookups(fx->m, q, 4), 1);
}

static void test_names_attempt_of_a_peer_is_asked_for_when_it_is_established(void **state)
{
	struct fx *fx = *state;
	struct flowrec f = fx_flowrec(fx, 1, 6, "10.0.0.9", 5000, "10.0.0.2", 80);
	struct sockquery q[4];

	f.wire_state = WS_SYN_SENT;
	fx_flow(fx, &f, false);
	assert_int_equal(model_take_lookups(fx->m, q, 4), 0);
	f.wire_state = WS_ESTABLISHED;
	fx_flow(fx, &f, false);
	assert_int_equal(model_take_lookups(fx->m, q, 4), 1);
	assert_int_equal(q[0].lport, 80);
}

static void test_names_socket_that_is_known_or_gone_or_not_ours_is_not_asked_for(void **state)
{
	struct fx *fx = *state;
	struct flowrec f = attempt(fx, 1, WS_SYN_SENT);
	struct flowrec through = fx_flowrec(fx, 2, 6, "10.0.0.9", 5000, "10.0.0.7", 80);
	struct sockrec r = fx_tcp(ST_SYN_SENT, 1, 40000, 80);
	struct sockquery q[4];

	fx_flow(fx, &f, false);
	fx_socket(fx, &r);
	assert_int_equal(model_take_lookups(fx->m, q, 4), 0);	/* a dump was faster */
	f.gen++;
	f.key.port[1] = 81;
	fx_flow(fx, &f, false);
	fx_flow(fx, &f, true);
	assert_int_equal(model_take_lookups(fx->m, q, 4), 0);
	through.wire_state = WS_SYN_SENT;
	fx_flow(fx, &through, false);
	assert_int_equal(model_take_lookups(fx->m, q, 4), 0);
}

static void test_names_first_datagram_is_asked_for_unless_somebody_takes_it(void **state)
{
	struct fx *fx = *state;
	struct sockrec server = fx_receiver(SP_UDP, 1, "0.0.0.0", 53);
	struct flowrec out = fx_flowrec(fx, 1, 17, "10.0.0.2", 40000, "10.0.0.9", 53);
	struct flowrec in = fx_flowrec(fx, 2, 17, "10.0.0.9", 5000, "10.0.0.2", 53);
	struct sockquery q[4];

	fx_socket(fx, &server);
	fx_flow(fx, &out, false);
	fx_flow(fx, &in, false);
	assert_int_equal(model_take_lookups(fx->m, q, 4), 1);
	assert_int_equal(q[0].proto, SP_UDP);
	assert_int_equal(q[0].lport, 40000);
}

static void test_names_lookups_that_nobody_takes_leave_the_newest(void **state)
{
	struct model *m = model_new(16, 1024, 7);
	struct fx big = { .m = m, .now_ns = 1000 * NSEC_PER_SEC };
	struct sockquery q[300];

	(void)state;
	fx_address(&big, "10.0.0.2", 24, false);
	for (uint32_t i = 0; i < 300; i++) {
		struct flowrec f = fx_flowrec(&big, i, 6, "10.0.0.2", (uint16_t)(1000 + i), "10.0.0.9", 80);

		f.wire_state = WS_SYN_SENT;
		fx_flow(&big, &f, false);
	}
	assert_int_equal(model_take_lookups(m, q, 300), 256);
	assert_int_equal(q[0].lport, 1000 + 300 - 256);
	assert_int_equal(q[255].lport, 1299);
	model_free(m);
}

static void test_names_sockets_without_an_owner_are_counted_once(void **state)
{
	struct fx *fx = *state;
	struct sockrec r = fx_tcp(ST_ESTABLISHED, 1, 40000, 80);

	fx_proc(fx, 9, 1, "curl");
	fx_holder(fx, 9, 701, 3, true);
	fx_socket(fx, &r);		/* it waits to be accepted */
	assert_int_equal(model_take_ownerless(fx->m), 0);
	r.inode = 700;
	fx_socket(fx, &r);
	fx_socket(fx, &r);
	assert_int_equal(model_take_ownerless(fx->m), 1);
	assert_int_equal(model_take_ownerless(fx->m), 0);
	r = fx_tcp(ST_ESTABLISHED, 2, 40001, 80);
	r.inode = 701;
	fx_socket(fx, &r);
	assert_int_equal(model_take_ownerless(fx->m), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FX_TEST(test_names_cgroup_is_wanted_once_and_kept_when_told),
		FX_TEST(test_names_nobody_answered_for_a_minute_are_wanted_again),
		FX_TEST(test_names_user_is_known_by_number_and_may_change_his_socket),
		FX_TEST(test_names_take_no_more_than_there_is_room_for),
		FX_TEST(test_names_text_that_does_not_end_is_cut),
		cmocka_unit_test(test_names_table_at_its_cap_gives_away_the_oldest_answer),
		cmocka_unit_test(test_names_refused_for_want_of_room_are_wanted_when_there_is_some),
		FX_TEST(test_names_number_that_becomes_known_is_wanted),
		FX_TEST(test_names_namespace_that_goes_takes_all_of_it_along),
		FX_TEST(test_names_number_given_to_another_namespace_starts_empty),
		FX_TEST(test_names_socket_of_our_attempt_is_asked_for_at_its_first_packet),
		FX_TEST(test_names_attempt_of_a_peer_is_asked_for_when_it_is_established),
		FX_TEST(test_names_socket_that_is_known_or_gone_or_not_ours_is_not_asked_for),
		FX_TEST(test_names_first_datagram_is_asked_for_unless_somebody_takes_it),
		cmocka_unit_test(test_names_lookups_that_nobody_takes_leave_the_newest),
		FX_TEST(test_names_sockets_without_an_owner_are_counted_once),
	};

	return cmocka_run_group_tests_name("names", tests, NULL, NULL);
}
