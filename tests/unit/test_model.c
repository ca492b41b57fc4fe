/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * model: what it keeps besides the tables, and a long churn of everything at once, after which the
 * invariants of model.h must hold. Looks inside (model/state.h) to check them.
 */
#include "model_fixture.h"

#include "model/state.h"

static void test_model_time_is_that_of_its_events_and_never_runs_back(void **state)
{
	struct fx *fx = *state;
	uint64_t before_ns;

	fx_pass_time(fx, 1000);
	fx_tick(fx);
	before_ns = model_time_ns(fx->m);
	assert_int_equal(before_ns, fx->now_ns);
	fx->now_ns -= NSEC_PER_SEC;
	fx_proc_pass(fx, 0);
	assert_int_equal(model_time_ns(fx->m), before_ns);
}

static void test_model_version_grows_with_every_event_it_knows(void **state)
{
	struct fx *fx = *state;
	uint64_t before = model_version(fx->m);
	struct event e = fx_event(fx, EV_TICK);

	fx_tick(fx);
	assert_true(model_version(fx->m) > before);
	before = model_version(fx->m);
	e.kind = 200;
	model_apply(fx->m, &e);
	assert_int_equal(model_version(fx->m), before);
}

static void test_model_notice_is_kept_by_source_and_taken_back_when_empty(void **state)
{
	struct fx *fx = *state;
	struct event e = fx_event(fx, EV_NOTICE);

	assert_string_equal(model_notice(fx->m, NOTICE_CAPTURE), "");
	e.notice.source = NOTICE_CAPTURE;
	memset(e.notice.text, 'x', sizeof(e.notice.text));	/* not terminated */
	model_apply(fx->m, &e);
	assert_int_equal(strlen(model_notice(fx->m, NOTICE_CAPTURE)), EVENT_TEXT_MAX - 1);
	assert_string_equal(model_notice(fx->m, NOTICE_SOCKETS), "");
	e.notice.text[0] = '\0';
	model_apply(fx->m, &e);
	assert_string_equal(model_notice(fx->m, NOTICE_CAPTURE), "");
	e.notice.source = NOTICES;
	model_apply(fx->m, &e);
}

static void test_model_without_events_is_empty(void **state)
{
	struct model *m = model_new(1, 1, 0);
	uint32_t id;

	(void)state;
	assert_int_equal(model_row_count(m), 0);
	assert_int_equal(model_row_ids(m, &id), 0);
	assert_int_equal(model_time_ns(m), 0);
	assert_null(model_iface_at(m, 0));
	model_free(m);
	model_free(NULL);
}

/* A generator of its own: the churn is the same in every run. */
struct dice {
	uint64_t x;
};

static uint32_t roll(struct dice *d, uint32_t sides)
{
	d->x = d->x * 6364136223846793005ull + 1442695040888963407ull;
	return (uint32_t)(d->x >> 33) % sides;
}

/* So few addresses and ports that tuples meet. */
static struct addr some_addr(struct dice *d, bool wildcards)
{
	static const char *const texts[] = { "10.0.0.2", "10.0.0.9", "127.0.0.1", "224.0.0.251", "2001:db8::2",
					     "2001:db8::9", "10.0.0.255", "10.0.0.7", "0.0.0.0", "::" };

	return fx_addr(texts[roll(d, wildcards ? 10 : 8)]);
}

/* It is there, or it went; a few have more than a record. */
static void churn_record(struct fx *fx, struct dice *d, const struct sockrec *r)
{
	struct event e = fx_event(fx, EV_SOCKET);

	if (roll(d, 4) == 0) {
		fx_socket_gone(fx, r);
		return;
	}
	e.sock = *r;
	e.sock.dump_gen = fx->gen - roll(d, 2);
	e.more.kind = roll(d, 5) ? MORE_NONE : MORE_ULP;
	model_apply(fx->m, &e);
}

static void churn_socket(struct fx *fx, struct dice *d)
{
	struct sockrec r = fx_sock(roll(d, 2) ? SP_TCP : SP_UDP, 1 + roll(d, 11), 1 + roll(d, 90));

	r.laddr = some_addr(d, true);
	r.family = addr_is_v4(&r.laddr) ? AF_INET : AF_INET6;
	r.proto = roll(d, 12) ? r.proto : roll(d, 2) ? SP_RAWIP : SP_UNIX_STREAM;
	r.lport = (uint16_t)(1 + roll(d, 3));
	r.dump = (uint16_t)roll(d, 3);
	r.netns = roll(d, 20) == 0;
	r.inode = roll(d, 4) ? 500 + roll(d, 20) : 0;
	r.has |= r.cookie & 1 ? HAS_V6ONLY : 0;	/* fixed when it was bound */
	r.v6only = r.cookie & 2;
	if (roll(d, 3)) {
		r.raddr = some_addr(d, false);
		r.rport = (uint16_t)(1 + roll(d, 3));
	}
	r.tcpinfo_len = roll(d, 2) ? sizeof(r.tcpinfo) : 0;
	r.tcpinfo.bytes_received = roll(d, 100000);
	churn_record(fx, d, &r);
}

static void churn_flow(struct fx *fx, struct dice *d, struct flowrec live[FX_FLOWS])
{
	uint32_t id = roll(d, FX_FLOWS);
	struct flowrec *f = &live[id];

	if (!f->gen || roll(d, 5) == 0) {
		uint32_t gen = f->gen + 1;
		struct addr from = some_addr(d, false), to = some_addr(d, false);

		*f = (struct flowrec){ .id = id, .gen = gen, .first_ns = fx->now_ns };
		flowkey_make(&f->key, roll(d, 2) ? 6 : 17, &from, (uint16_t)roll(d, 4), &to,
			     (uint16_t)(1 + roll(d, 3)));
	}
	f->last_ns = fx->now_ns;
	f->wire_state = (uint8_t)roll(d, WS_STATES);
	for (unsigned e = 0; e < 2; e++) {
		f->dir[e].packets += roll(d, 10);
		f->dir[e].bytes += roll(d, 1000);
	}
	fx_flow(fx, f, roll(d, 6) == 0);
}

static void churn_process(struct fx *fx, struct dice *d)
{
	uint32_t pid = 1 + roll(d, 8), start = roll(d, 3);

	switch (roll(d, 5)) {
	case 0:
		fx_proc(fx, pid, start, "p");
		break;
	case 1:
		fx_proc_gone(fx, pid, start);
		break;
	default:
		fx_holder(fx, pid, 500 + roll(d, 20), (int32_t)roll(d, 3), roll(d, 3));
		break;
	}
}

static void churn_rest(struct fx *fx, struct dice *d)
{
	switch (roll(d, 9)) {
	case 0:
		fx_dump_ends(fx, (uint8_t)roll(d, 3), roll(d, 2));
		break;
	case 1:
		fx_dump_begins(fx);
		break;
	case 2:
		fx_address(fx, roll(d, 2) ? "10.0.0.2" : "10.0.0.7", 24, roll(d, 2));
		break;
	case 3:
		fx_pass_time(fx, roll(d, 500));
		fx_tick(fx);
		break;
	case 4:
		fx_killed(fx, 1 + roll(d, 90), roll(d, 2) ? -1 : 0);
		break;
	case 5:
		fx_lost(fx, (uint16_t)roll(d, 3), roll(d, 100));
		break;
	case 6:
		fx_netns(fx, 1, 4000 + roll(d, 2), roll(d, 2));
		break;
	case 7:
		if (roll(d, 4) == 0)
			fx_keep_closed(fx, roll(d, 2) ? roll(d, 2000) : 0);
		break;
	default:
		fx_proc_pass(fx, roll(d, 2));
		break;
	}
}

static void check_row(const struct model *m, uint32_t id, const struct row *r)
{
	assert_true(r->ident != 0);
	assert_true(r->sk || r->flow);
	if (r->proc_reason == PROC_KNOWN)
		assert_non_null(r->proc);
	else
		assert_true(!r->proc || r->owner);	/* its listener's */
	if (!r->sk)
		return;
	assert_int_equal(sktab_find(&m->socks, r->sk->rec.cookie), id);
	assert_int_equal(r->flow != NULL, r->wire_reason == TRAFFIC_SEEN);
	assert_int_equal(r->sk->ended_ns != 0, r->sk->end != END_NONE);
	if (r->sk->ended_ns)
		assert_true(r->sk->rx_bps == MODEL_RATE_UNKNOWN && !r->sk->inode && !r->sk->holders);
}

/* Every socket is one row, every flow on one of its own or on its sockets'. */
static void check_rows(const struct model *m)
{
	uint32_t *ids = calloc(model_row_count(m) + 1, sizeof(*ids));
	uint32_t count = model_row_ids(m, ids), sockets = 0, closed = 0;
	unsigned on_rows[FX_FLOWS] = { 0 };

	assert_true(count <= model_row_count(m));
	for (uint32_t i = 0; i < count; i++) {
		struct row r;

		assert_true(model_row(m, ids[i], &r));
		check_row(m, ids[i], &r);
		if (!r.sk || r.sk->flow != MODEL_NONE)
			on_rows[r.flow->rec.id]++;
		if (r.sk && r.sk->ended_ns)
			closed++;
		else if (r.sk)
			sockets++;
	}
	free(ids);
	assert_int_equal(sockets, model_totals(m)->sockets);
	assert_int_equal(closed, model_totals(m)->closed);
	for (uint32_t id = 0; id < FX_FLOWS; id++) {
		const struct flow *f = flowmirror_get(&m->flows, id);

		assert_int_equal(on_rows[id], f ? (f->exact[0] + f->exact[1] ? f->exact[0] + f->exact[1] : 1) : 0);
	}
}

static int fit_of(const struct model *m, uint32_t sk, const struct flowkey *key, unsigned e)
{
	return sk_fit(&sktab_at(&m->socks, sk)->rec, &key->addr[e]);
}

static int best_fit(const struct model *m, const struct flowkey *key, unsigned e)
{
	uint32_t sk = sktab_by_port(&m->socks, key->netns, key->proto, &key->addr[e], key->port[e]);

	return sk == MODEL_NONE ? 0 : fit_of(m, sk, key, e);
}

/* The living carry their flow; the ended as long as they are rows, and none that began after them. */
static bool carries(const struct model *m, uint32_t sk, const struct flow *f)
{
	const struct sk *s = sk == MODEL_NONE ? NULL : sktab_at(&m->socks, sk);

	return s && (!s->ended_ns || (m->host.keep_closed_ns && f->rec.first_ns <= s->ended_ns));
}

static void check_flow(const struct model *m, uint32_t id, unsigned served[FX_SOCKETS])
{
	const struct flow *f = flowmirror_get(&m->flows, id);
	uint64_t key_hash;

	if (!f)
		return;
	key_hash = flowkey_hash(&f->rec.key, m->seed);
	assert_int_equal(flowmirror_find(&m->flows, &f->rec.key, key_hash), id);
	for (unsigned e = 0; e < 2; e++) {
		uint32_t exact = sktab_by_tuple(&m->socks, &f->rec.key, key_hash, e);

		assert_int_equal(f->exact[e], carries(m, exact, f));
		if (f->sk[e] == MODEL_NONE)
			continue;
		assert_true(sktab_at(&m->socks, f->sk[e])->used);
		if (f->exact[e]) {
			assert_int_equal(sktab_at(&m->socks, f->sk[e])->flow, id);
			continue;
		}
		assert_int_equal(sktab_at(&m->socks, f->sk[e])->ended_ns, 0);
		served[f->sk[e]]++;
		if (!m->new_receivers)
			assert_int_equal(fit_of(m, f->sk[e], &f->rec.key, e), best_fit(m, &f->rec.key, e));
	}
}

static void check_socket(const struct model *m, uint32_t slot, unsigned served, struct model_totals *t,
			 uint32_t *mores)
{
	const struct sk *s = sktab_at(&m->socks, slot);
	unsigned listed = 0;

	assert_int_equal(s->served, served);
	for (uint32_t link = s->served_head; link != MODEL_NONE; listed++) {
		assert_true(listed < served);
		assert_int_equal(flowmirror_at(&m->flows, link / 2)->sk[link % 2], slot);
		link = flowmirror_at(&m->flows, link / 2)->served_next[link % 2];
	}
	assert_int_equal(listed, served);
	if (s->peer != MODEL_NONE) {
		assert_int_equal(sktab_at(&m->socks, s->peer)->peer, slot);
		assert_true(sktab_at(&m->socks, s->peer)->used && !s->ended_ns);
	}
	if (s->flow != MODEL_NONE)
		assert_int_equal(flowmirror_get(&m->flows, s->flow)->sk[s->local_end], slot);
	if (!s->ended_ns) {
		t->sockets++;
		t->by_state[s->rec.state]++;
		t->by_proto[s->rec.proto]++;
		t->unresolved += s->rec.inode && s->proc == MODEL_NONE;
	}
	t->closed += s->ended_ns != 0;
	*mores += s->more != MODEL_NONE;
	if (s->proc != MODEL_NONE)
		assert_true(proctab_at(m->procs, s->proc)->used);
}

/* Each name of a process is a reference, and nothing else is. */
static void check_refs(const struct model *m)
{
	uint32_t refs[64] = { 0 };

	for (uint32_t i = 0; i < m->socks.slab.end; i++) {
		const struct sk *s = sktab_at(&m->socks, i);

		if (s->used && s->proc < 64)
			refs[s->proc]++;
	}
	for (uint32_t id = 0; id < m->flows.slab.end; id++) {
		const struct flow *f = flowmirror_get(&m->flows, id);

		if (f && f->proc < 64)
			refs[f->proc]++;
	}
	for (uint32_t p = 0; p < 64; p++)
		if (refs[p])
			assert_int_equal(proctab_at(m->procs, p)->refs, refs[p]);
}

static void check_invariants(const struct model *m)
{
	unsigned served[FX_SOCKETS] = { 0 };
	struct model_totals t = { 0 };
	const struct model_totals *kept = model_totals(m);
	uint32_t mores = 0;

	check_rows(m);
	for (uint32_t id = 0; id < m->flows.slab.end; id++)
		check_flow(m, id, served);
	for (uint32_t i = 0; i < m->socks.slab.end; i++)
		if (sktab_at(&m->socks, i)->used)
			check_socket(m, i, served[i], &t, &mores);
	assert_int_equal(t.sockets, kept->sockets);
	assert_memory_equal(t.by_state, kept->by_state, sizeof(t.by_state));
	assert_memory_equal(t.by_proto, kept->by_proto, sizeof(t.by_proto));
	assert_int_equal(t.unresolved, kept->unresolved);
	assert_int_equal(t.closed, m->closed.ended);
	assert_int_equal(mores, m->mores.end - m->mores.free_count);
	check_refs(m);
}

static void test_model_invariants_hold_through_a_long_churn(void **state)
{
	struct fx *fx = *state;
	struct flowrec live[FX_FLOWS] = { 0 };
	struct dice d = { 20260101 };
	uint64_t most = 0, most_closed = 0;

	fx_capture(fx);
	for (unsigned batch = 0; batch < 8000; batch++) {
		for (unsigned i = 0; i < 8; i++) {
			switch (roll(&d, 8)) {
			case 0:
			case 1:
			case 2:
				churn_socket(fx, &d);
				break;
			case 3:
			case 4:
				churn_flow(fx, &d, live);
				break;
			case 5:
			case 6:
				churn_process(fx, &d);
				break;
			default:
				churn_rest(fx, &d);
				break;
			}
		}
		check_invariants(fx->m);
		most_closed = model_totals(fx->m)->closed > most_closed ? model_totals(fx->m)->closed :
									  most_closed;
		most = model_totals(fx->m)->sockets > most ? model_totals(fx->m)->sockets : most;
	}
	assert_int_equal(most, FX_SOCKETS);	/* the cap was reached, */
	assert_true(model_totals(fx->m)->refused_sockets > 0);
	assert_true(most_closed > 10);
	assert_true(model_lives_total(fx->m) > 500);
	for (uint8_t dump = 0; dump < 3; dump++) {
		fx_dump_begins(fx);
		fx_dump_ends(fx, dump, true);
	}
	check_invariants(fx->m);
	assert_int_equal(model_totals(fx->m)->sockets, 0);
	fx_pass_time(fx, 2000);
	fx_tick(fx);
	check_invariants(fx->m);
	assert_int_equal(model_row_count(fx->m), model_totals(fx->m)->flows);	/* and nothing stays behind */
	assert_int_equal(fx->m->closed.ended, 0);
	assert_int_equal(fx->m->mores.end, fx->m->mores.free_count);
	assert_int_equal(fx->m->sums.end, fx->m->sums.free_count);
	assert_int_equal(fx->m->socks.by_tuple.count + fx->m->socks.by_port.count, 0);
	assert_int_equal(fx->m->socks.by_inode.count + fx->m->socks.by_cookie.count, 0);
}

/* Told as a capture does: flows, then the totals of that moment. */
static void totals(struct fx *fx, uint64_t packets, uint64_t bytes, bool balanced)
{
	struct event e = fx_event(fx, EV_CAPTURE);

	e.capture.live = true;
	e.capture.balanced = balanced;
	e.capture.totals.packets = packets;
	e.capture.totals.bytes = bytes;
	model_apply(fx->m, &e);
}

static void test_model_balance_is_the_sum_of_the_flows_when_all_were_told(void **state)
{
	struct fx *fx = *state;
	struct flowrec f = fx_flowrec(fx, 0, 6, "10.0.0.2", 40000, "10.0.0.9", 80);
	struct flowrec other = fx_flowrec(fx, 1, 17, "10.0.0.2", 40000, "10.0.0.9", 53);
	const struct capturebalance *b;

	assert_null(model_balance(fx->m));
	fx_carried(&f, 1000, 500);
	fx_flow(fx, &f, false);
	fx_carried(&other, 300, 0);
	fx_flow(fx, &other, false);
	totals(fx, 99, 9900, false);
	assert_null(model_balance(fx->m));
	fx_carried(&f, 2000, 700);
	fx_flow(fx, &f, false);
	totals(fx, 30, 3000, true);
	b = model_balance(fx->m);
	assert_int_equal(b->packets, 30);
	assert_int_equal(b->bytes, 3000);
	assert_int_equal(b->totals.packets, 30);
	fx_carried(&f, 5000, 700);
	fx_flow(fx, &f, false);
	totals(fx, 70, 7000, false);		/* not all flows: the former moment stands */
	assert_int_equal(model_balance(fx->m)->packets, 30);
	assert_int_equal(model_balance(fx->m)->totals.packets, 30);
	fx_carried(&other, 400, 0);
	fx_flow(fx, &other, true);		/* expired: no live flow any more */
	f.gen = 2;
	fx_carried(&f, 100, 0);
	fx_flow(fx, &f, false);			/* the former was pushed out */
	totals(fx, 80, 8000, true);
	assert_int_equal(model_balance(fx->m)->packets, 1);
	assert_int_equal(model_balance(fx->m)->bytes, 100);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FX_TEST(test_model_time_is_that_of_its_events_and_never_runs_back),
		FX_TEST(test_model_version_grows_with_every_event_it_knows),
		FX_TEST(test_model_notice_is_kept_by_source_and_taken_back_when_empty),
		cmocka_unit_test(test_model_without_events_is_empty),
		FX_TEST(test_model_invariants_hold_through_a_long_churn),
		FX_TEST(test_model_balance_is_the_sum_of_the_flows_when_all_were_told),
	};

	return cmocka_run_group_tests_name("model", tests, NULL, NULL);
}
