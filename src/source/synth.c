/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The synthetic host as a source: what is said in which order. Owns the tick and the rows; the
 * tables are synth_host.c's, a row's numbers synth_row.c's. Reads no clock.
 */
#include "source/synth.h"

#include <net/if_arp.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/xalloc.h"
#include "config.h"
#include "source/synth_local.h"
#include "source/synth_row.h"

#define FIRST_NS (1767268800 * NSEC_PER_SEC)	/* 2026-01-01T12:00:00Z */
#define BEGAN_NS (FIRST_NS - 100000 * NSEC_PER_SEC)	/* before every flow of the tables */

enum {
	DUMPS = 4,			/* tcp4, tcp6, udp4, udp6; the rest is synth_local.c's */
	DUMP_TOOK_US = 140,
	ARP_BEFORE = 1200, ARP_EACH = 2, ARP_BYTES = 60,	/* packets without IP */
	FLOW_LIMIT = 1 << 20,		/* the default of --max-flows */
	LINK_HEADER = 14,
	PACKET_BEFORE = 900,		/* mean bytes of what the interfaces carried before */
	CYCLE_PIDS = 13, CYCLE_START = 1200,
};

struct synthload {
	uint64_t rx_bytes, tx_bytes, rx_packets, tx_packets, rx_segs, tx_segs;
};

/* Of each interface: what it counted itself, and what the capture saw of that. */
struct synthloads {
	struct synthload own[SYNTH_IFACES], seen[SYNTH_IFACES];
};

/* Invariant: while `pending`, the round of time.tick has not been sent. */
struct synth {
	struct source source;
	struct synthtime time;
	bool pending;
	uint32_t protos;		/* local kinds that are listed */
	uint64_t keep_closed_ns;	/* told with EV_HOST */
	struct synthrow *rows;
	unsigned row_count;
	struct flowtotals past;			/* only expired_*: flows that ended */
	struct synthloads past_loads;		/* what those had carried */
	struct synthload first_seen[SYNTH_IFACES];	/* at the first tick: what came before is not counted */
};

static struct event event_of(const struct synth *s, enum eventkind kind)
{
	return (struct event){ .kind = (uint8_t)kind, .time_ns = s->time.now_ns };
}

static void send_host(const struct synth *s, const struct sink *out)
{
	struct event e = event_of(s, EV_HOST);

	e.host = (struct hostrec){
		.name = "demo",
		.version = PACKAGE_VERSION,
		.keep_closed_ns = s->keep_closed_ns,
	};
	sink_send(out, &e);
	e = event_of(s, EV_LOST);	/* none is lost: ends are told */
	sink_send(out, &e);
}

static void send_users(const struct synth *s, const struct sink *out)
{
	for (unsigned i = 0; i < SYNTH_USERS; i++) {
		struct event e = event_of(s, EV_USER);

		e.user.uid = synth_users[i].uid;
		memcpy(e.user.name, synth_users[i].name, strlen(synth_users[i].name));
		sink_send(out, &e);
	}
}

static void send_cgroups(const struct synth *s, const struct sink *out)
{
	for (enum synthprocid id = P_NONE + 1; id < SYNTH_PROCS; id++) {
		struct event e = event_of(s, EV_CGROUP);

		e.cgroup.id = synth_cgroup(id);
		memcpy(e.cgroup.path, synth_procs[id].cgroup, strlen(synth_procs[id].cgroup));
		sink_send(out, &e);
	}
}

static void send_addrs(const struct synth *s, const struct sink *out)
{
	struct event e = event_of(s, EV_ADDR);

	for (unsigned i = 0; i < SYNTH_ADDRS; i++) {
		const struct synthaddr *a = &synth_addrs[i];

		e.addr = (struct addrrec){ .ifindex = a->ifindex, .prefix = a->prefix };
		addr_parse(a->text, &e.addr.addr);
		sink_send(out, &e);
	}
}

static void add_flow(struct synthload *loads, const struct synthrow *r)
{
	struct flowrec f;
	struct synthload *load;
	unsigned l;

	synthrow_flow(r, &f);
	l = addr_equal(&f.key.addr[0], &r->laddr) ? 0 : 1;
	load = &loads[f.ifindex - 1];
	load->tx_bytes += f.dir[l].bytes + f.dir[l].packets * LINK_HEADER;
	load->rx_bytes += f.dir[!l].bytes + f.dir[!l].packets * LINK_HEADER;
	load->tx_packets += f.dir[l].packets;
	load->rx_packets += f.dir[!l].packets;
	load->tx_segs += f.dir[l].segs;
	load->rx_segs += f.dir[!l].segs;
}

/* The interface itself counts what the capture missed, too. */
static void add_load(struct synthloads *loads, const struct synthrow *r)
{
	struct synthconn whole = *r->conn;
	struct synthrow own = *r;

	add_flow(loads->seen, r);
	whole.flags &= (uint16_t)~SY_PARTLY_SEEN;
	own.conn = &whole;
	add_flow(loads->own, &own);
}

/* What passes at one interface and at its master was added at the master. */
static void sum_loads(const struct synth *s, struct synthloads *out)
{
	*out = s->past_loads;
	for (unsigned i = 0; i < s->row_count; i++)
		if (s->rows[i].flow_live)
			add_load(out, &s->rows[i]);
	for (unsigned i = 0; i < SYNTH_IFACES; i++) {
		unsigned like = synth_ifaces[i].like;

		if (!like)
			continue;
		out->own[i] = out->own[like - 1];
		out->seen[i] = out->seen[like - 1];
	}
}

/* An interface carried what its flows did. What lo sends it receives. */
static void send_ifaces(const struct synth *s, const struct synthloads *loads,
			const struct sink *out)
{
	struct event e = event_of(s, EV_IFACE);

	for (unsigned i = 0; i < SYNTH_IFACES; i++) {
		const struct synthiface *f = &synth_ifaces[i];
		struct synthload l = loads->own[i];
		uint64_t rx_before = (uint64_t)f->rx_mib << 20, tx_before = (uint64_t)f->tx_mib << 20;

		if (f->type == ARPHRD_LOOPBACK) {
			l.rx_bytes = l.tx_bytes = l.rx_bytes + l.tx_bytes;
			l.rx_packets = l.tx_packets = l.rx_packets + l.tx_packets;
		}
		e.iface = (struct ifacerec){
			.ifindex = i + 1,
			.flags = f->flags,
			.type = f->type,
			.master = f->master,
			.rx_bytes = rx_before + l.rx_bytes,
			.tx_bytes = tx_before + l.tx_bytes,
			.rx_packets = rx_before / PACKET_BEFORE + l.rx_packets,
			.tx_packets = tx_before / PACKET_BEFORE + l.tx_packets,
			.rx_dropped = f->dropped,
			.rx_errors = f->errors,
		};
		memcpy(e.iface.name, f->name, strlen(f->name));
		sink_send(out, &e);
	}
}

/* Since the demo began; the outgoing copies of lo are not looked at. */
static void send_ifcounts(const struct synth *s, const struct synthloads *loads,
			  const struct sink *out)
{
	struct event e = event_of(s, EV_IFCOUNT);

	for (unsigned i = 0; i < SYNTH_IFACES; i++) {
		struct synthload l = loads->seen[i], first = s->first_seen[i];

		e.ifcount = (struct ifcountrec){
			.ifindex = i + 1,
			.rx_packets = l.rx_packets - first.rx_packets,
			.tx_packets = l.tx_packets - first.tx_packets,
			.rx_segs = l.rx_segs - first.rx_segs,
			.tx_segs = l.tx_segs - first.tx_segs,
			.rx_bytes = l.rx_bytes - first.rx_bytes,
			.tx_bytes = l.tx_bytes - first.tx_bytes,
		};
		if (synth_ifaces[i].type == ARPHRD_LOOPBACK) {
			e.ifcount.rx_packets += e.ifcount.tx_packets;
			e.ifcount.rx_segs += e.ifcount.tx_segs;
			e.ifcount.rx_bytes += e.ifcount.tx_bytes;
			e.ifcount.tx_packets = e.ifcount.tx_segs = e.ifcount.tx_bytes = 0;
		}
		sink_send(out, &e);
	}
}

static void send_names(const struct synth *s, const struct sink *out)
{
	struct event e = event_of(s, EV_NAME);

	for (unsigned i = 0; i < SYNTH_NAMES; i++) {
		e.name = (struct namerec){ .origin = NAME_DNS };
		addr_parse(synth_names[i].addr, &e.name.addr);
		memcpy(e.name.name, synth_names[i].name, strlen(synth_names[i].name));
		sink_send(out, &e);
	}
}

static uint32_t pid_of(enum synthprocid id, uint32_t cycle)
{
	return synth_procs[id].pid + cycle * CYCLE_PIDS;
}

static void send_proc(const struct synth *s, enum synthprocid id, uint32_t cycle,
		      enum eventkind kind, const struct sink *out)
{
	const struct synthproc *p = &synth_procs[id];
	struct event e = event_of(s, kind);

	e.proc = (struct procrec){
		.pid = pid_of(id, cycle),
		.ppid = p->ppid,
		.uid = p->uid,
		.start_ticks = 1000 + (uint64_t)id * 37 + (uint64_t)cycle * CYCLE_START,
	};
	memcpy(e.proc.comm, p->comm, strlen(p->comm));
	memcpy(e.proc.cmdline, p->cmdline, strlen(p->cmdline));
	sink_send(out, &e);
}

static void send_procs(const struct synth *s, const struct sink *out)
{
	for (enum synthprocid id = P_NONE + 1; id < SYNTH_PROCS; id++) {
		const struct synthlife *life = &synth_procs[id].life;
		struct synthphase now = synthlife_phase(life, s->time.tick), before = { 0 };

		if (s->time.tick)
			before = synthlife_phase(life, s->time.tick - 1);
		if (before.there && (!now.there || now.cycle != before.cycle))
			send_proc(s, id, before.cycle, EV_PROC_GONE, out);
		if (now.there)
			send_proc(s, id, now.cycle, EV_PROC, out);
	}
}

static void send_holder(const struct synth *s, const struct synthrow *r, enum synthprocid id,
			bool held, const struct sink *out)
{
	struct event e = event_of(s, EV_HOLDER);
	struct synthrow open = *r;

	if (id == P_NONE)
		return;
	open.over = false;	/* TIME_WAIT has no inode: the one it had */
	e.holder = (struct holderrec){
		.pid = pid_of(id, synth_procs[id].life.period ? r->cycle : 0),
		.inode = synthrow_inode(&open),
		.fd = r->conn->fd,
		.held = held,
		.has_flags = true,
		.nonblock = !synth_procs[id].blocking,
		.cloexec = !synth_procs[id].blocking,
	};
	sink_send(out, &e);
}

static void send_holders(const struct synth *s, const struct sink *out)
{
	for (unsigned i = 0; i < s->row_count; i++) {
		const struct synthrow *r = &s->rows[i];
		struct synthphase p = synthlife_phase(&r->conn->life, s->time.tick);

		if (!p.there || r->conn->flags & SY_BRIEF)
			continue;
		send_holder(s, r, r->conn->proc, !p.over, out);
		send_holder(s, r, r->conn->other_proc, !p.over, out);
	}
}

/* Who holds them never changes. */
static void send_local_holders(const struct synth *s, const struct sink *out)
{
	const struct synthlocal *c;

	for (unsigned i = 0; (c = synthlocal_at(i)); i++) {
		struct event e = event_of(s, EV_HOLDER);

		e.holder = (struct holderrec){
			.pid = pid_of(c->proc, 0),
			.inode = synthlocal_inode(i),
			.fd = c->fd,
			.held = true,
			.has_flags = true,
			.nonblock = !synth_procs[c->proc].blocking,
			.cloexec = !synth_procs[c->proc].blocking,
		};
		sink_send(out, &e);
	}
}

static void send_pass(const struct synth *s, const struct sink *out)
{
	struct event e = event_of(s, EV_PROC_PASS);

	e.pass.processes = SYNTH_PROCS - 1;
	sink_send(out, &e);
}

/* A table that nobody wants is not dumped: nothing is said of it, nor that it is empty. */
static void send_local_sockets(const struct synth *s, const struct sink *out)
{
	struct event e = event_of(s, EV_SOCKET);
	bool wanted[SYNTHLOCAL_DUMPS] = { false };

	for (unsigned i = 0; synthlocal_socket(i, &s->time, &e.sock, &e.more); i++) {
		if (!(s->protos >> e.sock.proto & 1))
			continue;
		wanted[e.sock.dump - DUMPS] = true;
		sink_send(out, &e);
	}
	e = event_of(s, EV_DUMP_DONE);
	for (uint16_t dump = 0; dump < SYNTHLOCAL_DUMPS; dump++) {
		e.dump = (struct dumprec){ .dump = (uint16_t)(DUMPS + dump), .complete = true,
					   .gen = s->time.tick + 1,
					   .took_ns = DUMP_TOOK_US * NSEC_PER_USEC };
		if (wanted[dump])
			sink_send(out, &e);
	}
}

static void send_sockets(const struct synth *s, const struct sink *out)
{
	struct event e = event_of(s, EV_SOCKET);

	for (unsigned i = 0; i < s->row_count; i++) {
		const struct synthrow *r = &s->rows[i];
		struct synthphase p = synthlife_phase(&r->conn->life, s->time.tick);

		if (!p.there || !r->conn->state || r->conn->flags & SY_BRIEF)
			continue;
		synthrow_socket(r, &p, &s->time, &e.sock, &e.more);
		sink_send(out, &e);
	}
	send_local_sockets(s, out);
	e = event_of(s, EV_DUMP_DONE);
	for (uint16_t dump = 0; dump < DUMPS; dump++) {
		e.dump = (struct dumprec){ .dump = dump, .complete = true, .gen = s->time.tick + 1,
					   .took_ns = DUMP_TOOK_US * NSEC_PER_USEC };
		sink_send(out, &e);
	}
}

/* Those whose first packet made somebody ask for them while they lived. */
static void send_briefs(const struct synth *s, const struct sink *out)
{
	for (unsigned i = 0; i < s->row_count; i++) {
		const struct synthrow *r = &s->rows[i];
		struct synthphase p = synthlife_phase(&r->conn->life, s->time.tick);
		struct event e = event_of(s, EV_SOCKET);

		if (!(r->conn->flags & SY_BRIEF) || !p.there)
			continue;
		synthrow_socket(r, &p, &s->time, &e.sock, &e.more);
		e.sock.dump_gen--;	/* the last dump's: this one has not begun */
		e.time_ns = r->opened_ns;
		sink_send(out, &e);
		send_holder(s, r, r->conn->proc, true, out);
	}
}

/* The ends that the kernel tells of, before the dump that does not list them any more. */
static void send_ends(const struct synth *s, bool brief, const struct sink *out)
{
	struct event e = event_of(s, EV_SOCKET_GONE);

	for (unsigned i = 0; i < s->row_count; i++) {
		const struct synthrow *r = &s->rows[i];
		struct synthphase p = synthlife_phase(&r->conn->life, s->time.tick);

		if (!r->conn->state || r->conn->state == ST_TIME_WAIT ||
		    brief != !!(r->conn->flags & SY_BRIEF) || !(brief ? p.there : p.ends))
			continue;
		synthrow_gone(r, &s->time, &e.sock, &e.more);
		e.time_ns = brief ? r->last_ns : s->time.now_ns;
		sink_send(out, &e);
		if (brief)
			send_holder(s, r, r->conn->proc, false, out);
	}
}

/* A flow that is over counts as expired from then on. */
static void send_flows(struct synth *s, const struct sink *out)
{
	struct event e = event_of(s, EV_FLOW);

	for (unsigned i = 0; i < s->row_count; i++) {
		struct synthrow *r = &s->rows[i];
		struct synthphase p = synthlife_phase(&r->conn->life, s->time.tick);

		if (!r->flow_live)
			continue;
		synthrow_flow(r, &e.flow.rec);
		e.flow.ended = !p.lingers;
		sink_send(out, &e);
		if (p.lingers)
			continue;
		r->flow_live = false;
		s->past.expired_flows++;
		for (unsigned end = 0; end < 2; end++) {
			s->past.expired_packets += e.flow.rec.dir[end].packets;
			s->past.expired_bytes += e.flow.rec.dir[end].bytes;
		}
		add_load(&s->past_loads, r);
	}
}

static void send_capture(const struct synth *s, const struct sink *out)
{
	struct event e = event_of(s, EV_CAPTURE);
	struct flowtotals *t = &e.capture.totals;

	e.capture = (struct capturerec){ .totals = s->past, .live = true,
					.began_ns = BEGAN_NS, .told_ns = e.time_ns,
					.interfaces = "any" };
	t->flow_limit = FLOW_LIMIT;
	t->not_ip = ARP_BEFORE + (uint64_t)s->time.tick * ARP_EACH;
	t->not_ip_bytes = t->not_ip * ARP_BYTES;
	t->packets = t->not_ip + t->expired_packets;
	t->bytes = t->not_ip_bytes + t->expired_bytes;
	for (unsigned i = 0; i < s->row_count; i++) {
		const struct synthrow *r = &s->rows[i];
		unsigned sights = r->conn->flags & SY_THROUGH ? 2 : 1;
		struct flowrec f;

		if (!r->flow_live)
			continue;
		synthrow_flow(r, &f);
		t->live_flows++;
		for (unsigned end = 0; end < 2; end++) {
			t->packets += f.dir[end].packets * sights;
			t->bytes += f.dir[end].bytes * sights;
			t->repeats += f.dir[end].packets * (sights - 1);
			t->repeat_bytes += f.dir[end].bytes * (sights - 1);
		}
	}
	sink_send(out, &e);
}

static void send_tick(const struct synth *s, const struct sink *out)
{
	struct event e = event_of(s, EV_TICK);

	sink_send(out, &e);
}

static void advance_rows(struct synth *s)
{
	for (unsigned i = 0; i < s->row_count; i++) {
		struct synthrow *r = &s->rows[i];
		struct synthphase p = synthlife_phase(&r->conn->life, s->time.tick);

		if (!p.lingers)
			continue;
		if (p.age == 0) {
			synthrow_start(r, p.cycle, &s->time);
			r->flow_live = r->conn->flags & SY_FLOW;
		} else {
			synthrow_carry(r, &p, &s->time);
		}
	}
}

static int synth_step(struct source *source, uint64_t now_ns, const struct sink *out)
{
	struct synth *s = (struct synth *)source;
	struct synthloads loads;

	(void)now_ns;
	if (!s->pending)
		return 0;
	advance_rows(s);
	sum_loads(s, &loads);
	if (s->time.tick == 0) {
		send_host(s, out);
		send_addrs(s, out);
		send_users(s, out);
		send_cgroups(s, out);
		send_names(s, out);
		memcpy(s->first_seen, loads.seen, sizeof(s->first_seen));
	}
	send_ifaces(s, &loads, out);
	send_procs(s, out);
	if (s->time.tick == 0)
		send_local_holders(s, out);
	send_holders(s, out);
	send_briefs(s, out);
	send_flows(s, out);
	send_ends(s, true, out);
	send_ends(s, false, out);
	send_pass(s, out);
	send_sockets(s, out);
	send_capture(s, out);
	send_ifcounts(s, &loads, out);
	send_tick(s, out);
	s->pending = false;
	return 0;
}

static uint64_t synth_due_ns(const struct source *source)
{
	return ((const struct synth *)source)->pending ? 0 : SOURCE_NEVER;
}

void synth_want(struct source *source, uint32_t protos)
{
	((struct synth *)source)->protos = protos;
}

static void synth_refresh(struct source *source, uint64_t now_ns)
{
	struct synth *s = (struct synth *)source;

	(void)now_ns;
	if (s->pending)
		return;
	s->time.tick++;
	s->time.now_ns += s->time.interval_ns;
	s->pending = true;
}

static bool synth_busy(const struct source *source)
{
	return ((const struct synth *)source)->pending;
}

static void synth_close(struct source *source)
{
	struct synth *s = (struct synth *)source;

	if (!s)
		return;
	free(s->rows);
	free(s);
}

static const struct source_ops synth_ops = {
	.notice = NOTICE_SOCKETS,
	.step = synth_step,
	.due_ns = synth_due_ns,
	.refresh = synth_refresh,
	.busy = synth_busy,
	.close = synth_close,
};

int synth_new(struct source **out, uint64_t interval_ns, uint64_t keep_closed_ns,
	      struct errmsg *err)
{
	struct synth *s = xcalloc(1, sizeof(*s));
	uint32_t flows = 0;

	*s = (struct synth){
		.source = { &synth_ops },
		.time = { .now_ns = FIRST_NS, .interval_ns = interval_ns },
		.pending = true,
		.protos = UINT32_MAX,
		.keep_closed_ns = keep_closed_ns,
	};
	while (synth_conn_at(s->row_count))
		s->row_count++;
	s->rows = xreallocarray(NULL, s->row_count, sizeof(*s->rows));
	for (uint32_t i = 0; i < s->row_count; i++) {
		const struct synthconn *c = synth_conn_at(i);
		int failed = synthrow_init(&s->rows[i], c, i, flows);

		if (failed) {
			errmsg_set(err, "the demo's address \"%s\" cannot be read: report this bug",
				   c->laddr);
			synth_close(&s->source);
			return failed;
		}
		flows += c->flags & SY_FLOW;
	}
	*out = &s->source;
	return 0;
}
