/* SPDX-License-Identifier: GPL-2.0-or-later */
/* synth: the synthetic host keeps the promises that a real source keeps, and shows what it is there to show. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "model/model.h"
#include "source/synth.h"
#include "source/synth_local.h"

#define KEEP_CLOSED_NS (11 * NSEC_PER_SEC)

enum { ROWS = 256, TICKS = 150 };

/* A demo, its model, and the events of the last round. */
struct demo {
	struct source *source;
	struct model *model;
	struct sink into_model;
	struct event *events;
	unsigned count;
};

static void keep(void *ctx, const struct event *e)
{
	struct demo *d = ctx;

	assert_true(d->count < 1000);
	d->events[d->count++] = *e;
	sink_send(&d->into_model, e);
}

static void round_of(struct demo *d)
{
	struct sink into = { keep, d };

	d->count = 0;
	assert_int_equal(d->source->ops->step(d->source, 0, &into), 0);
}

static void next_round(struct demo *d)
{
	d->source->ops->refresh(d->source, 0);
	round_of(d);
}

static int setup(void **state)
{
	struct demo *d = calloc(1, sizeof(*d));
	struct errmsg err;

	assert_int_equal(synth_new(&d->source, NSEC_PER_SEC, KEEP_CLOSED_NS, &err), 0);
	d->model = model_new(ROWS, ROWS, 1);
	d->into_model = model_sink(d->model);
	d->events = calloc(1000, sizeof(*d->events));
	round_of(d);
	*state = d;
	return 0;
}

static int teardown(void **state)
{
	struct demo *d = *state;

	d->source->ops->close(d->source);
	model_free(d->model);
	free(d->events);
	free(d);
	return 0;
}

static unsigned rows_of(const struct demo *d, struct row *out)
{
	uint32_t ids[ROWS];
	uint32_t count;

	assert_true(model_row_count(d->model) <= ROWS);
	count = model_row_ids(d->model, ids);
	for (uint32_t i = 0; i < count; i++)
		assert_true(model_row(d->model, ids[i], &out[i]));
	return count;
}

static void test_synth_first_round_opens_with_the_host_and_ends_with_the_tick(void **state)
{
	struct demo *d = *state;

	assert_int_equal(d->events[0].kind, EV_HOST);
	assert_string_equal(d->events[0].host.name, "demo");
	assert_int_equal(d->events[0].time_ns, 1767268800 * NSEC_PER_SEC);
	assert_int_equal(d->events[d->count - 1].kind, EV_TICK);
	for (unsigned i = 0; i < d->count - 1; i++)
		assert_int_not_equal(d->events[i].kind, EV_TICK);
	next_round(d);
	assert_int_not_equal(d->events[0].kind, EV_HOST);
	assert_int_equal(d->events[d->count - 1].kind, EV_TICK);
}

static void test_synth_each_refresh_is_one_interval_later(void **state)
{
	struct demo *d = *state;
	uint64_t before_ns = d->events[0].time_ns;

	next_round(d);
	for (unsigned i = 0; i < d->count;
	     i++) { /* what came between two ticks is told at the second */
		assert_true(d->events[i].time_ns > before_ns);
		assert_true(d->events[i].time_ns <= before_ns + NSEC_PER_SEC);
	}
	assert_int_equal(d->events[d->count - 1].time_ns, before_ns + NSEC_PER_SEC);
}

static void test_synth_is_busy_from_refresh_to_the_end_of_the_step(void **state)
{
	struct demo *d = *state;
	const struct source_ops *ops = d->source->ops;

	assert_false(ops->busy(d->source));
	assert_int_equal(ops->due_ns(d->source), SOURCE_NEVER);
	round_of(d);
	assert_int_equal(d->count, 0);	/* a step without a refresh says nothing */
	ops->refresh(d->source, 0);
	ops->refresh(d->source, 0);	/* asked again while it is under way: one round */
	assert_true(ops->busy(d->source));
	assert_int_equal(ops->due_ns(d->source), 0);
	round_of(d);
	assert_int_equal(model_time_ns(d->model), 1767268801 * NSEC_PER_SEC);
	assert_false(ops->busy(d->source));
}

static void test_synth_two_runs_show_the_same(void **state)
{
	struct demo *x = *state, *y;
	struct row rx[ROWS], ry[ROWS];
	void *other;

	setup(&other);
	y = other;
	for (unsigned tick = 0; tick < TICKS; tick++) {
		unsigned count = rows_of(x, rx);

		assert_int_equal(rows_of(y, ry), count);
		for (unsigned i = 0; i < count; i++) {
			assert_int_equal(rx[i].ident, ry[i].ident);
			assert_int_equal(rx[i].proc_reason, ry[i].proc_reason);
			if (rx[i].flow)
				assert_memory_equal(rx[i].flow->rec.dir, ry[i].flow->rec.dir,
						    sizeof(rx[i].flow->rec.dir));
			if (rx[i].sk)
				assert_memory_equal(&rx[i].sk->rec.tcpinfo, &ry[i].sk->rec.tcpinfo,
						    sizeof(struct tcpinfo));
		}
		next_round(x);
		next_round(y);
	}
	teardown(&other);
}

static void test_synth_books_balance_at_every_tick(void **state)
{
	struct demo *d = *state;

	for (unsigned tick = 0; tick < TICKS; tick++) {
		uint64_t packets = 0, bytes = 0, live = 0;
		const struct flowtotals *t = &model_capture(d->model)->totals;

		for (unsigned i = 0; i < d->count; i++) {
			const struct event *e = &d->events[i];

			if (e->kind != EV_FLOW || e->flow.ended)
				continue;
			live++;
			packets += e->flow.rec.dir[0].packets + e->flow.rec.dir[1].packets;
			bytes += e->flow.rec.dir[0].bytes + e->flow.rec.dir[1].bytes;
		}
		assert_int_equal(t->live_flows, live);
		assert_int_equal(model_totals(d->model)->flows, live);
		assert_int_equal(t->packets, packets + t->repeats + t->expired_packets + t->not_ip);
		assert_int_equal(t->bytes, bytes + t->repeat_bytes + t->expired_bytes + t->not_ip_bytes);
		next_round(d);
	}
}

static void test_synth_wire_payload_is_what_the_kernel_counts_but_for_one_flow(void **state)
{
	struct demo *d = *state;
	struct row rows[ROWS];

	for (unsigned tick = 0; tick < TICKS; tick++) {
		unsigned count = rows_of(d, rows), partly = 0;

		for (unsigned i = 0; i < count; i++) {
			const struct row *r = &rows[i];
			const struct tcpinfo *info = r->sk ? &r->sk->rec.tcpinfo : NULL;

			if (!info || !r->sk->rec.tcpinfo_len || !r->flow)
				continue;
			if (info->bytes_sent != r->flow->rec.dir[r->local].payload) {
				assert_true(r->flow->rec.dir[r->local].payload > 0);
				assert_true(r->flow->rec.dir[r->local].payload < info->bytes_sent);
				partly++;
				continue;
			}
			assert_int_equal(info->bytes_received, r->flow->rec.dir[!r->local].payload);
			assert_int_equal(info->segs_out, r->flow->rec.dir[r->local].segs);
			assert_int_equal(info->segs_in, r->flow->rec.dir[!r->local].segs);
			assert_true(info->bytes_acked + info->bytes_retrans <= info->bytes_sent);
		}
		assert_int_equal(partly, 1);
		next_round(d);
	}
}

static void test_synth_wire_tells_each_end_the_state_that_the_kernel_has(void **state)
{
	struct demo *d = *state;
	struct row rows[ROWS];
	unsigned compared = 0;

	for (unsigned tick = 0; tick < TICKS; tick++) {
		unsigned count = rows_of(d, rows);

		for (unsigned i = 0; i < count; i++) {
			const struct row *r = &rows[i];

			if (!r->sk || r->sk->rec.proto != SP_TCP || !r->flow || r->sk->ended_ns)
				continue;
			assert_string_equal(wirestate_name(wirestate_of_end(&r->flow->rec, r->local)),
					    sockstate_name(r->sk->rec.state, false));
			compared++;
		}
		next_round(d);
	}
	assert_true(compared > 30 * TICKS);
}

static void test_synth_counters_never_run_backwards(void **state)
{
	struct demo *d = *state;
	struct flowrec before[ROWS] = { 0 };
	struct ifacerec carried[SYNTH_IFACES + 1] = { 0 };
	uint64_t packets = 0;

	for (unsigned tick = 0; tick < TICKS; tick++) {
		for (unsigned i = 0; i < d->count; i++) {
			const struct event *e = &d->events[i];
			const struct flowrec *f = &e->flow.rec;

			if (e->kind == EV_IFACE) {
				assert_true(e->iface.rx_bytes >= carried[e->iface.ifindex].rx_bytes);
				assert_true(e->iface.tx_bytes >= carried[e->iface.ifindex].tx_bytes);
				carried[e->iface.ifindex] = e->iface;
			}
			if (e->kind == EV_CAPTURE) {
				assert_true(e->capture.totals.packets >= packets);
				packets = e->capture.totals.packets;
			}
			if (e->kind != EV_FLOW)
				continue;
			assert_true(f->id < ROWS && f->last_ns >= f->first_ns);
			if (before[f->id].gen == f->gen)
				for (unsigned end = 0; end < 2; end++) {
					assert_true(f->dir[end].packets >= before[f->id].dir[end].packets);
					assert_true(f->dir[end].payload >= before[f->id].dir[end].payload);
					assert_true(f->dir[end].bytes >= f->dir[end].payload);
					assert_true(f->last_ns >= before[f->id].last_ns);
				}
			before[f->id] = *f;
		}
		next_round(d);
	}
}

static void test_synth_flow_ids_are_dense(void **state)
{
	struct demo *d = *state;
	bool used[ROWS] = { false };
	unsigned flows = 0;

	for (unsigned tick = 0; tick < TICKS; tick++) {
		for (unsigned i = 0; i < d->count; i++)
			if (d->events[i].kind == EV_FLOW)
				used[d->events[i].flow.rec.id] = true;
		next_round(d);
	}
	while (used[flows])
		flows++;
	for (unsigned id = flows; id < ROWS; id++)
		assert_false(used[id]);
	assert_true(flows > 40);
}

static void test_synth_shows_every_state_and_every_reason_of_a_live_host(void **state)
{
	struct demo *d = *state;
	struct row rows[ROWS];
	unsigned states = 0, reasons = 0, timers = 0;

	for (unsigned tick = 0; tick < 12; tick++) {
		unsigned count = rows_of(d, rows);

		for (unsigned i = 0; i < count; i++) {
			reasons |= 1u << rows[i].proc_reason;
			if (!rows[i].sk)
				continue;
			states |= 1u << rows[i].sk->rec.state;
			timers |= 1u << rows[i].sk->rec.timer;
		}
		next_round(d);
	}
	assert_int_equal(states, 0xffe & ~(1u << ST_CLOSING));
	assert_int_equal(timers, 0x1f);
	assert_int_equal(reasons & ~(1u << PROC_LOOKING),
			 1u << PROC_KNOWN | 1u << PROC_TIME_WAIT | 1u << PROC_HANDSHAKE |
			 1u << PROC_ACCEPT_QUEUE | 1u << PROC_EXITED | 1u << PROC_KERNEL |
			 1u << PROC_FORWARDED | 1u << PROC_CLOSED_PORT | 1u << PROC_JUST_CLOSED |
			 1u << PROC_MULTICAST | 1u << PROC_NO_SOCKET | 1u << PROC_NOT_OURS);
}

static void test_synth_captured_no_more_than_the_interfaces_counted(void **state)
{
	struct demo *d = *state;
	const struct iface *i;
	unsigned at, less = 0;

	for (unsigned tick = 0; tick < 40; tick++)
		next_round(d);
	for (at = 0; (i = model_iface_at(d->model, at)); at++) {
		assert_int_equal(i->seen.ifindex, i->rec.ifindex);
		assert_true(i->seen.rx_packets <= i->rec.rx_packets - i->base.rx_packets);
		assert_true(i->seen.tx_packets <= i->rec.tx_packets - i->base.tx_packets);
		less += i->seen.rx_packets < i->rec.rx_packets - i->base.rx_packets;
	}
	assert_int_equal(at, 6);
	assert_int_equal(less, 1);	/* where a part was missed */
}

static void test_synth_reports_tell_of_trouble_where_there_is_some(void **state)
{
	struct demo *d = *state;
	unsigned resent = 0, closed = 0, unreachable = 0, asked = 0;

	for (unsigned i = 0; i < d->count; i++) {
		const struct flowreport *r = &d->events[i].flow.rec.report;

		if (d->events[i].kind != EV_FLOW)
			continue;
		assert_true(r->known);
		assert_true(memchr(r->history, '\0', sizeof(r->history)) != NULL);
		assert_true(!r->ack_us || r->ack_us > r->synack_us);
		for (unsigned end = 0; end < 2; end++) {
			assert_true(r->end[end].rtt_min_us <= r->end[end].rtt_us);
			resent += r->end[end].retrans != 0;
			closed += r->end[end].zero_windows != 0;
			asked += (r->end[end].bits & END_ECN_ASKED) != 0;
		}
		unreachable += r->icmp_errors && r->icmp_code == 3;
	}
	assert_true(resent > 3);
	assert_true(closed > 1);
	assert_int_equal(asked, 2);
	assert_int_equal(unreachable, 1);
}

/* The row of a local port with a peer, of either kind; NULL: none. */
static const struct row *row_at_port(const struct row *rows, unsigned count, uint16_t lport)
{
	for (unsigned i = 0; i < count; i++) {
		const struct row *r = &rows[i];

		if (r->sk ? r->sk->rec.lport == lport && r->sk->rec.rport :
			    r->flow->rec.key.port[r->local] == lport)
			return r;
	}
	return NULL;
}

static void test_synth_download_lives_ends_and_leaves_its_name(void **state)
{
	struct demo *d = *state;
	struct row rows[ROWS];
	const struct row *curl;

	for (unsigned tick = 0; tick < 12; tick++) {
		curl = row_at_port(rows, rows_of(d, rows), 60200);
		if (tick < 2 || tick == 11) {
			assert_null(curl);
		} else {
			assert_non_null(curl);
			assert_non_null(curl->proc);
			assert_string_equal(curl->proc->rec.comm, "curl");
			assert_int_equal(curl->proc->exited, tick >= 6);
			assert_int_equal(curl->sk ? curl->sk->rec.state : ST_UNKNOWN,
					 tick < 6 ? ST_ESTABLISHED : tick < 9 ? ST_TIME_WAIT : ST_UNKNOWN);
		}
		next_round(d);
	}
	next_round(d);
	next_round(d);
	assert_non_null(row_at_port(rows, rows_of(d, rows), 60201));	/* the next one: another port */
}

static void test_synth_time_wait_counts_down_and_goes(void **state)
{
	struct demo *d = *state;
	struct row rows[ROWS];
	const struct row *r = row_at_port(rows, rows_of(d, rows), 44410);
	uint32_t left_ms = 18000;

	for (; left_ms; left_ms -= 1000) {
		assert_non_null(r);
		assert_int_equal(r->sk->rec.timer, TIMER_TIME_WAIT);
		assert_int_equal(r->sk->rec.timer_ms, left_ms);
		next_round(d);
		r = row_at_port(rows, rows_of(d, rows), 44410);
	}
	assert_true(!r || !r->sk);
}

static void test_synth_local_connection_is_two_rows_with_one_flow(void **state)
{
	struct demo *d = *state;
	struct row rows[ROWS];
	unsigned count;
	const struct row *client, *server;

	next_round(d);
	count = rows_of(d, rows);
	client = row_at_port(rows, count, 42110);
	server = row_at_port(rows, count, 6379);
	assert_non_null(client);
	assert_non_null(server);
	assert_ptr_equal(client->flow, server->flow);
	assert_int_not_equal(client->local, server->local);
	assert_string_equal(client->proc->rec.comm, "redis-cli");
	assert_string_equal(server->proc->rec.comm, "redis-server");
}

static void test_synth_rates_wave_but_stay_near_their_mean(void **state)
{
	struct demo *d = *state;
	uint64_t rx[32], tx[32], low = UINT64_MAX, high = 0;

	for (unsigned tick = 0; tick < 32; tick++)
		next_round(d);
	assert_int_equal(model_history(d->model, rx, tx, 32), 32);
	for (unsigned i = 0; i < 32; i++) {
		low = tx[i] < low ? tx[i] : low;
		high = tx[i] > high ? tx[i] : high;
	}
	assert_true(low > 0);
	assert_true(high > low * 2);
	assert_true(high < low * 5);
}

static const struct event *find_event(const struct demo *d, enum eventkind kind, uint16_t lport)
{
	for (unsigned i = 0; i < d->count; i++)
		if (d->events[i].kind == kind && d->events[i].sock.lport == lport)
			return &d->events[i];
	return NULL;
}

static void test_synth_end_of_a_socket_is_told_with_its_final_counters(void **state)
{
	struct demo *d = *state;
	const struct event *gone;
	uint64_t sent = 0;

	for (unsigned tick = 0; tick < 9; tick++) {
		for (unsigned i = 0; i < d->count; i++) {
			const struct event *e = &d->events[i];

			if (e->kind == EV_SOCKET && e->sock.rport == 58004)
				sent = e->sock.tcpinfo.bytes_sent;
		}
		assert_null(find_event(d, EV_SOCKET_GONE, 443));
		next_round(d);
	}
	gone = find_event(d, EV_SOCKET_GONE, 443);
	assert_non_null(gone);
	assert_int_equal(gone->sock.rport, 58004);
	assert_true(sent > 0 && gone->sock.tcpinfo.bytes_sent > sent);
	assert_int_equal(gone->sock.inode, 0);
	assert_false(gone->sock.has & (HAS_UID | HAS_QUEUES));
}

/* The kernel tells the end of the full socket; the TIME_WAIT after it has the same cookie. */
static void test_synth_time_wait_follows_the_end_that_was_told(void **state)
{
	struct demo *d = *state;
	const struct event *gone;
	uint64_t cookie;

	for (unsigned tick = 0; tick < 6; tick++)
		next_round(d);
	gone = find_event(d, EV_SOCKET_GONE, 60200);
	assert_non_null(gone);
	cookie = gone->sock.cookie;
	gone++;
	while (gone->kind != EV_SOCKET || gone->sock.cookie != cookie)
		assert_int_not_equal((gone++)->kind, EV_TICK);
	assert_int_equal(gone->sock.state, ST_TIME_WAIT);
	for (unsigned tick = 6; tick < 9; tick++)
		next_round(d);
	assert_null(find_event(d, EV_SOCKET_GONE, 60200));
	assert_null(find_event(d, EV_SOCKET, 60200));
}

static const struct life *find_life(const struct demo *d, uint16_t lport, enum lifekind kind)
{
	const struct life *l;

	for (uint32_t i = 0; (l = model_life(d->model, i)); i++)
		if (l->lport == lport && l->kind == kind)
			return l;
	return NULL;
}

static void test_synth_lives_end_in_every_way_and_have_their_process(void **state)
{
	static const struct {
		uint16_t lport;
		enum endreason end;
		const char *comm;
	} ends[] = {
		{ 443, END_RESET, "nginx" },
		{ 80, END_CLOSED, "nginx" },
		{ 52700, END_REFUSED, "python3" },
		{ 47310, END_CLOSED, "curl" },	/* 50 ms between two dumps */
		{ 3000, END_CLOSED, "node" },
		{ 60200, END_CLOSED, "curl" },
	};
	struct demo *d = *state;

	for (unsigned tick = 0; tick < 12; tick++)
		next_round(d);
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		const struct life *l = find_life(d, ends[i].lport, LIFE_ENDED);

		assert_non_null(l);
		assert_int_equal(l->end, ends[i].end);
		assert_string_equal(l->comm, ends[i].comm);
	}
	assert_int_equal(find_life(d, 47310, LIFE_ENDED)->age_ns, 50 * NSEC_PER_MSEC);
}

static void test_synth_closed_rows_stay_for_a_while(void **state)
{
	struct demo *d = *state;
	struct row rows[ROWS];
	const struct row *r;

	for (unsigned tick = 0; tick < 9; tick++)
		next_round(d);
	for (unsigned tick = 9; tick < 9 + 9; tick++) {
		bool found = false;

		for (unsigned i = rows_of(d, rows); i-- > 0;) {
			r = &rows[i];
			if (!r->sk || r->sk->rec.rport != 58004)
				continue;
			found = true;
			assert_int_equal(r->sk->end, END_RESET);
			assert_true(r->sk->rec.tcpinfo.bytes_sent > 400000);
			assert_non_null(r->proc);
		}
		assert_true(found);
		next_round(d);
	}
}

static void test_synth_both_ends_of_a_unix_connection_have_their_process(void **state)
{
	struct demo *d = *state;
	struct row rows[ROWS];
	unsigned count, met = 0;

	next_round(d);
	count = rows_of(d, rows);
	for (unsigned i = 0; i < count; i++) {
		const struct row *r = &rows[i];

		if (!r->sk || r->sk->rec.family != AF_UNIX)
			continue;
		assert_non_null(r->more);
		assert_int_equal(r->more->kind, MORE_UNIX);
		assert_non_null(r->proc);
		if (!r->sk->rec.peer)
			continue;
		assert_non_null(r->peer);
		assert_non_null(r->peer_proc);
		assert_int_equal(r->sk->rec.peer, r->peer->rec.inode);
		met++;
	}
	assert_true(met >= 8);
}

static void test_synth_local_kinds_that_nobody_wants_are_not_listed(void **state)
{
	struct demo *d = *state;
	unsigned kinds = 0;

	for (unsigned i = 0; i < d->count; i++)
		if (d->events[i].kind == EV_SOCKET)
			kinds |= 1u << d->events[i].sock.proto;
	assert_true(kinds & 1u << SP_UNIX_STREAM && kinds & 1u << SP_PACKET &&
		    kinds & 1u << SP_NETLINK);
	synth_want(d->source, 1u << SP_TCP | 1u << SP_PACKET);
	next_round(d);
	kinds = 0;
	for (unsigned i = 0; i < d->count; i++) {
		if (d->events[i].kind == EV_SOCKET)
			kinds |= 1u << d->events[i].sock.proto;
		/* nor is their table said to be empty */
		if (d->events[i].kind == EV_DUMP_DONE)
			assert_int_not_equal(d->events[i].dump.dump, dump_index(0, 4));
	}
	assert_int_equal(kinds, 1u << SP_TCP | 1u << SP_UDP | 1u << SP_PACKET);
}

static void test_synth_names_its_users_and_cgroups(void **state)
{
	struct demo *d = *state;
	struct row rows[ROWS];
	unsigned count = rows_of(d, rows), nameless = 0;

	for (unsigned i = 0; i < count; i++) {
		const struct sockrec *s = rows[i].sk ? &rows[i].sk->rec : NULL;

		if (!s || !rows[i].proc || rows[i].proc_reason != PROC_KNOWN)
			continue;
		if (s->has & HAS_CGROUP)
			assert_non_null(model_cgroup(d->model, s->cgroup_id));
		nameless += s->has & HAS_UID && !model_user(d->model, s->uid);
	}
	assert_int_equal(nameless, 1);	/* of a user whose account is gone */
	assert_string_equal(model_user(d->model, 33), "www-data");
}

static void test_synth_passes_a_hostile_name_on_as_it_is(void **state)
{
	struct demo *d = *state;
	const struct procrec *p = NULL;

	for (unsigned i = 0; i < d->count; i++)
		if (d->events[i].kind == EV_PROC && d->events[i].proc.pid == 6666)
			p = &d->events[i].proc;
	assert_non_null(p);
	assert_memory_equal(p->comm, "ev\x1b[31mil\xe2\x80\xae\xff", 14);
}

static void test_synth_tables_fit_their_records(void **state)
{
	const struct synthconn *c;
	const struct synthlocal *local;

	(void)state;
	for (unsigned id = P_NONE + 1; id < SYNTH_PROCS; id++) {
		assert_in_range(strlen(synth_procs[id].comm), 1, EVENT_NAME_MAX - 1);
		assert_in_range(strlen(synth_procs[id].cmdline), 1, EVENT_CMDLINE_MAX - 1);
		assert_in_range(strlen(synth_procs[id].cgroup), 1, EVENT_PATH_MAX - 1);
	}
	for (unsigned i = 0; (c = synth_conn_at(i)); i++) {
		const struct synthlife *l = &c->life;

		assert_true(c->state || c->flags & SY_FLOW);
		assert_true(!l->period || (l->gone && l->gone + SYNTH_LINGER <= l->period));
		assert_true(!l->over || (l->over > l->born && l->over < l->gone));
		assert_true(!l->gone || !(c->flags & SY_THROUGH));	/* repeats are counted while it lives */
		assert_true(c->timer == TIMER_NONE || c->timer_ms);
		assert_true(!(c->flags & SY_BRIEF) || (l->gone == l->born + 1 && c->end_wire));
	}
	for (unsigned i = 0; (local = synthlocal_at(i)); i++) {
		assert_true(!local->name || strlen(local->name) <= UNIX_NAME_MAX);
		assert_true(local->proc && !synth_procs[local->proc].life.period);
		if (local->peer)
			assert_non_null(
				synthlocal_at(local->ahead ? i + local->peer : i - local->peer));
	}
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

static void test_synth_closed_rows_are_kept_as_long_as_asked(void **state)
{
	const struct demo *d = *state;
	unsigned i, hosts = 0;

	for (i = 0; i < d->count; i++) {
		if (d->events[i].kind != EV_HOST)
			continue;
		assert_int_equal(d->events[i].host.keep_closed_ns, KEEP_CLOSED_NS);
		hosts++;
	}
	assert_int_equal(hosts, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_synth_first_round_opens_with_the_host_and_ends_with_the_tick),
		TEST(test_synth_each_refresh_is_one_interval_later),
		TEST(test_synth_is_busy_from_refresh_to_the_end_of_the_step),
		TEST(test_synth_two_runs_show_the_same),
		TEST(test_synth_books_balance_at_every_tick),
		TEST(test_synth_wire_payload_is_what_the_kernel_counts_but_for_one_flow),
		TEST(test_synth_wire_tells_each_end_the_state_that_the_kernel_has),
		TEST(test_synth_counters_never_run_backwards),
		TEST(test_synth_flow_ids_are_dense),
		TEST(test_synth_shows_every_state_and_every_reason_of_a_live_host),
		TEST(test_synth_captured_no_more_than_the_interfaces_counted),
		TEST(test_synth_reports_tell_of_trouble_where_there_is_some),
		TEST(test_synth_download_lives_ends_and_leaves_its_name),
		TEST(test_synth_time_wait_counts_down_and_goes),
		TEST(test_synth_local_connection_is_two_rows_with_one_flow),
		TEST(test_synth_rates_wave_but_stay_near_their_mean),
		TEST(test_synth_end_of_a_socket_is_told_with_its_final_counters),
		TEST(test_synth_time_wait_follows_the_end_that_was_told),
		TEST(test_synth_lives_end_in_every_way_and_have_their_process),
		TEST(test_synth_closed_rows_stay_for_a_while),
		TEST(test_synth_both_ends_of_a_unix_connection_have_their_process),
		TEST(test_synth_local_kinds_that_nobody_wants_are_not_listed),
		TEST(test_synth_names_its_users_and_cgroups),
		TEST(test_synth_passes_a_hostile_name_on_as_it_is),
		TEST(test_synth_tables_fit_their_records),
		TEST(test_synth_closed_rows_are_kept_as_long_as_asked),
	};

	return cmocka_run_group_tests_name("synth", tests, NULL, NULL);
}
