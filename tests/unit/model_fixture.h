/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A model and short ways to tell it things, for its tests. Time moves only by fx_pass_time(); the host has
 * 10.0.0.2/24 and 2001:db8::2/64.
 */
#ifndef SOCKMON_TESTS_MODEL_FIXTURE_H
#define SOCKMON_TESTS_MODEL_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "model/model.h"

enum { FX_SOCKETS = 64, FX_FLOWS = 64 };

struct fx {
	struct model *m;
	uint64_t now_ns;
	uint32_t gen;		/* of the dump under way */
};

static inline struct addr fx_addr(const char *text)
{
	struct addr a;

	assert_int_equal(addr_parse(text, &a), 0);
	return a;
}

static inline struct event fx_event(const struct fx *fx, enum eventkind kind)
{
	return (struct event){ .kind = (uint8_t)kind, .time_ns = fx->now_ns };
}

static inline void fx_pass_time(struct fx *fx, uint64_t ms)
{
	fx->now_ns += ms * NSEC_PER_MSEC;
}

static inline void fx_address(struct fx *fx, const char *text, uint8_t prefix, bool gone)
{
	struct event e = fx_event(fx, EV_ADDR);

	e.addr = (struct addrrec){ .ifindex = 2, .prefix = prefix, .gone = gone, .addr = fx_addr(text) };
	model_apply(fx->m, &e);
}

static inline void fx_socket(struct fx *fx, const struct sockrec *rec)
{
	struct event e = fx_event(fx, EV_SOCKET);

	e.sock = *rec;
	e.sock.dump_gen = fx->gen;
	model_apply(fx->m, &e);
}

/* The kernel freed it: cookie, tuple and last counters are told, nothing else is. */
static inline void fx_socket_gone(struct fx *fx, const struct sockrec *rec)
{
	struct event e = fx_event(fx, EV_SOCKET_GONE);

	e.sock = *rec;
	e.sock.state = ST_CLOSE;
	e.sock.has = HAS_COOKIE;
	e.sock.inode = e.sock.uid = e.sock.dump_gen = 0;
	model_apply(fx->m, &e);
}

static inline void fx_lost(struct fx *fx, uint16_t netns, uint64_t times)
{
	struct event e = fx_event(fx, EV_LOST);

	e.lost = (struct lostrec){ .netns = netns, .times = times };
	model_apply(fx->m, &e);
}

static inline void fx_killed(struct fx *fx, uint64_t cookie, int error)
{
	struct event e = fx_event(fx, EV_KILLED);

	e.kill = (struct killrec){ .cookie = cookie, .error = error };
	model_apply(fx->m, &e);
}

static inline void fx_netns(struct fx *fx, uint16_t index, uint64_t inode, bool gone)
{
	struct event e = fx_event(fx, EV_NETNS);

	e.netns = (struct netnsrec){ .index = index, .inode = inode, .gone = gone };
	snprintf(e.netns.name, sizeof(e.netns.name), "ns%u", index);
	model_apply(fx->m, &e);
}

/* From now on ended sockets stay rows for so long. */
static inline void fx_keep_closed(struct fx *fx, uint64_t ms)
{
	struct event e = fx_event(fx, EV_HOST);

	e.host.keep_closed_ns = ms * NSEC_PER_MSEC;
	model_apply(fx->m, &e);
}

/* Begins a run of every dump; fx_dump_ends() closes that of one. */
static inline void fx_dump_begins(struct fx *fx)
{
	fx->gen++;
}

static inline void fx_dump_ends(struct fx *fx, uint16_t dump, bool complete)
{
	struct event e = fx_event(fx, EV_DUMP_DONE);

	e.dump = (struct dumprec){ .dump = dump, .complete = complete, .gen = fx->gen };
	model_apply(fx->m, &e);
}

static inline void fx_flow(struct fx *fx, const struct flowrec *rec, bool ended)
{
	struct event e = fx_event(fx, EV_FLOW);

	e.flow = (struct flowevent){ .rec = *rec, .ended = ended };
	model_apply(fx->m, &e);
}

static inline void fx_proc(struct fx *fx, uint32_t pid, uint64_t start_ticks, const char *comm)
{
	struct event e = fx_event(fx, EV_PROC);

	e.proc = (struct procrec){ .pid = pid, .start_ticks = start_ticks };
	memcpy(e.proc.comm, comm, strlen(comm));
	model_apply(fx->m, &e);
}

static inline void fx_proc_gone(struct fx *fx, uint32_t pid, uint64_t start_ticks)
{
	struct event e = fx_event(fx, EV_PROC_GONE);

	e.proc = (struct procrec){ .pid = pid, .start_ticks = start_ticks };
	model_apply(fx->m, &e);
}

static inline void fx_holder(struct fx *fx, uint32_t pid, uint32_t inode, int32_t fd, bool held)
{
	struct event e = fx_event(fx, EV_HOLDER);

	e.holder = (struct holderrec){ .pid = pid, .inode = inode, .fd = fd, .held = held };
	model_apply(fx->m, &e);
}

static inline void fx_proc_pass(struct fx *fx, uint32_t hidden)
{
	struct event e = fx_event(fx, EV_PROC_PASS);

	e.pass.hidden = hidden;
	model_apply(fx->m, &e);
}

static inline void fx_capture(struct fx *fx)
{
	struct event e = fx_event(fx, EV_CAPTURE);

	e.capture.live = true;
	model_apply(fx->m, &e);
}

static inline void fx_tick(struct fx *fx)
{
	struct event e = fx_event(fx, EV_TICK);

	model_apply(fx->m, &e);
}

static inline struct sockrec fx_sock(enum sockproto proto, enum sockstate state, uint64_t cookie)
{
	return (struct sockrec){
		.cookie = cookie,
		.proto = (uint8_t)proto,
		.state = (uint8_t)state,
		.family = AF_INET,
		.has = HAS_COOKIE,
		.dump = proto == SP_UDP ? 2 : 0,
		.laddr = fx_addr("0.0.0.0"),
		.raddr = fx_addr("0.0.0.0"),
	};
}

/* A TCP socket 10.0.0.2:lport to 10.0.0.9:rport. */
static inline struct sockrec fx_tcp(enum sockstate state, uint64_t cookie, uint16_t lport, uint16_t rport)
{
	struct sockrec r = fx_sock(SP_TCP, state, cookie);

	r.laddr = fx_addr("10.0.0.2");
	r.raddr = fx_addr("10.0.0.9");
	r.lport = lport;
	r.rport = rport;
	return r;
}

/* A socket without a peer. */
static inline struct sockrec fx_receiver(enum sockproto proto, uint64_t cookie, const char *laddr,
					 uint16_t lport)
{
	struct sockrec r = fx_sock(proto, proto == SP_TCP ? ST_LISTEN : ST_CLOSE, cookie);

	r.laddr = fx_addr(laddr);
	r.family = addr_is_v4(&r.laddr) ? AF_INET : AF_INET6;
	r.lport = lport;
	return r;
}

static inline struct flowrec fx_flowrec(const struct fx *fx, uint32_t id, uint8_t ipproto, const char *src,
					uint16_t sport, const char *dst, uint16_t dport)
{
	struct addr from = fx_addr(src), to = fx_addr(dst);
	struct flowrec r = { .id = id, .gen = 1, .first_ns = fx->now_ns, .last_ns = fx->now_ns };

	r.opener = (uint8_t)flowkey_make(&r.key, ipproto, &from, sport, &to, dport);
	return r;
}

/* Traffic of the opener (sent) and of the other end (answered), in bytes; a packet has 100. */
static inline void fx_carried(struct flowrec *r, uint64_t sent, uint64_t answered)
{
	unsigned end = r->opener;

	r->dir[end] = (struct flowcount){ sent / 100, sent / 100, sent, sent / 2 };
	r->dir[!end] = (struct flowcount){ answered / 100, answered / 100, answered, answered / 2 };
}

static inline int fx_setup(void **state)
{
	struct fx *fx = calloc(1, sizeof(*fx));

	assert_non_null(fx);
	*fx = (struct fx){ .m = model_new(FX_SOCKETS, FX_FLOWS, 7), .now_ns = 1000 * NSEC_PER_SEC, .gen = 1 };
	fx_address(fx, "10.0.0.2", 24, false);
	fx_address(fx, "2001:db8::2", 64, false);
	*state = fx;
	return 0;
}

static inline int fx_teardown(void **state)
{
	struct fx *fx = *state;

	model_free(fx->m);
	free(fx);
	return 0;
}

/* The row of the socket with that cookie, of the flow with that id on a row of its own; false: none. */
static inline bool fx_find(const struct fx *fx, uint64_t cookie, uint32_t flow_id, struct row *out)
{
	uint32_t *ids = calloc(model_row_count(fx->m) + 1, sizeof(*ids));
	uint32_t count = model_row_ids(fx->m, ids);
	bool found = false;

	for (uint32_t i = 0; i < count && !found; i++) {
		assert_true(model_row(fx->m, ids[i], out));
		found = out->sk ? cookie && out->sk->rec.cookie == cookie :
				  !cookie && out->flow->rec.id == flow_id;
	}
	free(ids);
	return found;
}

static inline struct row fx_socket_row(const struct fx *fx, uint64_t cookie)
{
	struct row r;

	assert_true(fx_find(fx, cookie, 0, &r));
	return r;
}

static inline bool fx_has_flow_row(const struct fx *fx, uint32_t id)
{
	struct row r;

	return fx_find(fx, 0, id, &r);
}

static inline struct row fx_flow_row(const struct fx *fx, uint32_t id)
{
	struct row r;

	assert_true(fx_find(fx, 0, id, &r));
	return r;
}

#define FX_TEST(f) cmocka_unit_test_setup_teardown(f, fx_setup, fx_teardown)

#endif
