/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * source/diag.c and diagask.c over a kernel that the test plays: dumps that are refused, tables
 * that are not there or only as text, lookups.
 */
#include "netlink_fixture.h"

#include <linux/inet_diag.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <stdio.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "source/diag.h"
#include "source/diagask.h"
#include "source/families.h"

enum { DUMPS = 2 };	/* tcp4 and tcp6 */

/* What socket(2) says: this kernel has no SCTP, and everything else, though not for us. */
int socket(int domain, int type, int protocol)
{
	(void)domain;
	(void)type;
	errno = protocol == IPPROTO_SCTP ? EPROTONOSUPPORT : EPERM;
	return -1;
}

static void begin_with(struct world *w, const struct diag_options *opt)
{
	*w = (struct world){ .now_ns = 1000 * NSEC_PER_SEC };
	assert_int_equal(diag_new(&w->source, opt, NULL), 0);
}

/* Without a /proc/net, unless the test makes one. */
static struct diag_options options(uint32_t protos)
{
	return (struct diag_options){ .protos = protos, .ipv4 = true, .ipv6 = true,
				      .details = DETAIL_ALL, .proc_net = "/nowhere" };
}

static void begin(struct world *w)
{
	struct diag_options opt = options(1u << SP_TCP);

	opt.asked = opt.protos;
	begin_with(w, &opt);
}

static void end(struct world *w)
{
	w->source->ops->close(w->source);
}

/* A round in which the kernel has these answers; the number of dumps it was asked for. */
static unsigned run_round_of(struct world *w, const int *statuses, unsigned dumps)
{
	unsigned asked = 0;
	uint16_t type;
	uint32_t seq;

	w->count = 0;
	w->source->ops->refresh(w->source, w->now_ns);
	for (unsigned i = 0; w->source->ops->busy(w->source); i++) {
		assert_true(i < 100);
		step(w);
		type = take_request(&seq);
		if (type == TCPDIAG_GETSOCK)	/* a kernel that has not got it */
			answer_done(seq, -EOPNOTSUPP, 0);
		if (type != SOCK_DIAG_BY_FAMILY)
			continue;
		assert_true(asked < dumps);
		answer_done(seq, statuses[asked++], 0);
	}
	return asked;
}

static unsigned run_round(struct world *w, const int statuses[static DUMPS])
{
	return run_round_of(w, statuses, DUMPS);
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
	assert_string_equal(last_of(&w, EV_NOTICE)->notice.text, "");
	end(&w);
}

static void test_diag_failed_dump_is_said_while_it_lasts(void **state)
{
	static const int failed[DUMPS] = { 0, -EINVAL }, good[DUMPS] = { 0, 0 };
	char text[EVENT_TEXT_MAX];
	struct world w;

	(void)state;
	begin(&w);
	assert_false(diag_trouble(w.source, text));
	assert_int_equal(run_round(&w, failed), 2);
	assert_int_equal(w.heard[1].dump.error, -EINVAL);
	assert_false(w.heard[1].dump.complete);
	assert_string_equal(last_of(&w, EV_NOTICE)->notice.text,
			    "sockets are missing: tcp6: Invalid argument");
	assert_int_equal(diag_absent(w.source), 0);
	assert_int_equal(run_round(&w, failed), 2);
	assert_int_equal(count_kind(&w, EV_NOTICE), 0);
	assert_true(diag_trouble(w.source, text));
	assert_non_null(strstr(text, "tcp6: Invalid argument"));
	assert_int_equal(run_round(&w, good), 2);
	assert_string_equal(last_of(&w, EV_NOTICE)->notice.text, "");
	assert_false(diag_trouble(w.source, text));
	end(&w);
}

/* There is no text of it either: the kernel's own word is told, not that it has no such sockets. */
static void test_diag_refused_table_without_text_tells_the_refusal(void **state)
{
	static const int refused[DUMPS] = { -EPERM, -EOPNOTSUPP };
	struct world w;

	(void)state;
	begin(&w);
	assert_int_equal(run_round(&w, refused), 2);
	assert_int_equal(w.heard[0].dump.error, -EPERM);
	assert_int_equal(w.heard[1].dump.error, -EOPNOTSUPP);
	assert_string_equal(last_of(&w, EV_NOTICE)->notice.text,
			    "sockets are missing: tcp4: Operation not permitted; "
			    "tcp6: Operation not supported");
	assert_int_equal(diag_absent(w.source), 0);
	/* Not asked again for a while, but not forgotten. */
	assert_int_equal(run_round(&w, refused), 0);
	assert_int_equal(count_kind(&w, EV_DUMP_DONE), 2);
	assert_int_equal(count_kind(&w, EV_NOTICE), 0);
	end(&w);
}

static void test_diag_absent_table_is_said_and_asked_for_now_and_then(void **state)
{
	static const int absent[DUMPS] = { -ENOENT, -ENOENT }, good[DUMPS] = { 0, 0 };
	struct world w;

	(void)state;
	begin(&w);
	assert_int_equal(run_round(&w, absent), 2);
	assert_int_equal(w.heard[0].dump.error, -ENOENT);
	assert_false(w.heard[0].dump.complete);
	assert_non_null(strstr(last_of(&w, EV_NOTICE)->notice.text, "TCP"));
	assert_non_null(strstr(last_of(&w, EV_NOTICE)->notice.text, "modprobe -a tcp_diag)"));
	assert_int_equal(diag_absent(w.source), 1u << SP_TCP);
	w.now_ns += 30 * NSEC_PER_SEC;
	assert_int_equal(run_round(&w, good), 0);
	assert_int_equal(w.count, 0);
	w.now_ns += 31 * NSEC_PER_SEC;
	assert_int_equal(run_round(&w, absent), 2);
	assert_int_equal(count_kind(&w, EV_DUMP_DONE), 2);
	assert_int_equal(count_kind(&w, EV_NOTICE), 0);
	/* Somebody loaded the module: the notice is taken back. */
	w.now_ns += 61 * NSEC_PER_SEC;
	assert_int_equal(run_round(&w, good), 2);
	assert_string_equal(last_of(&w, EV_NOTICE)->notice.text, "");
	assert_int_equal(diag_absent(w.source), 0);
	end(&w);
}

static void test_diag_notice_is_about_what_was_asked_for(void **state)
{
	static const int absent[4] = { -ENOENT, -ENOENT, -ENOENT, -ENOENT };
	struct diag_options opt = options(1u << SP_SCTP | 1u << SP_DCCP);
	struct world w;

	(void)state;
	begin_with(&w, &opt);
	run_round_of(&w, absent, 4);
	assert_int_equal(count_kind(&w, EV_NOTICE), 0);
	assert_int_equal(diag_absent(w.source), opt.protos);
	end(&w);
	opt.asked = 1u << SP_SCTP;
	begin_with(&w, &opt);
	run_round_of(&w, absent, 4);
	assert_string_equal(last_of(&w, EV_NOTICE)->notice.text, "This kernel has no SCTP");
	end(&w);
	opt.asked = UINT32_MAX;
	begin_with(&w, &opt);
	run_round_of(&w, absent, 4);
	assert_string_equal(last_of(&w, EV_NOTICE)->notice.text,
			    "This kernel has no SCTP; DCCP sockets cannot be listed: this kernel "
			    "has no sock_diag for them (try, as root: modprobe -a dccp_diag)");
	end(&w);
}

static void test_diag_another_namespace_has_its_index_and_no_notice(void **state)
{
	static const int statuses[DUMPS] = { 0, -ENOENT };
	static const struct netns_place where = { .index = 3, .fd = -1 };
	struct diag_options opt = options(1u << SP_TCP);
	struct world w;

	(void)state;
	opt.asked = opt.protos;
	opt.where = &where;
	begin_with(&w, &opt);
	run_round(&w, statuses);
	assert_int_equal(count_kind(&w, EV_NOTICE), 0);
	assert_int_equal(w.heard[0].dump.dump, dump_index(3, 0));
	assert_int_equal(w.heard[1].dump.dump, dump_index(3, 1));
	end(&w);
}

static void test_diag_wishes_count_from_the_next_round_on(void **state)
{
	struct diag_options opt = options(1u << SP_UDPLITE);
	struct world w;
	uint32_t seq;

	(void)state;
	begin_with(&w, &opt);
	w.source->ops->refresh(w.source, w.now_ns);
	step(&w);
	diag_want(w.source, 1u << SP_TCP | 1u << SP_UDP, 0);
	assert_int_equal(take_request(&seq), SOCK_DIAG_BY_FAMILY);
	answer_done(seq, 0, 0);
	step(&w);
	/* Still udplite6, and no TCP. */
	assert_int_equal(last_of(&w, EV_DUMP_DONE)->dump.dump, 4);
	diag_want(w.source, 1u << SP_UDP, 0);
	assert_int_equal(take_request(&seq), SOCK_DIAG_BY_FAMILY);
	answer_done(seq, 0, 0);
	step(&w);
	assert_false(w.source->ops->busy(w.source));
	assert_int_equal(last_of(&w, EV_DUMP_DONE)->dump.dump, 5);
	assert_int_equal(run_round(&w, (const int[DUMPS]){ 0, 0 }), 2);
	assert_int_equal(w.heard[0].dump.dump, 2);
	assert_int_equal(w.heard[1].dump.dump, 3);
	end(&w);
}

/* ---- text ---- */

struct procdir {
	char path[64];
};

static void make_procdir(struct procdir *d)
{
	snprintf(d->path, sizeof(d->path), "/tmp/sockmon-test-XXXXXX");
	assert_non_null(mkdtemp(d->path));
}

static void write_proc(const struct procdir *d, const char *name, const char *text)
{
	char path[128];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", d->path, name);
	f = fopen(path, "w");
	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
}

static void remove_procdir(const struct procdir *d)
{
	static const char *const names[] = { "tcp", "raw", "icmp", "sctp/eps", "sctp", "." };
	char path[128];

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s", d->path, names[i]);
		remove(path);
	}
	rmdir(d->path);
}

static const char heading[] = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when "
			      "retrnsmt   uid  timeout inode ref pointer drops\n";
static const char raw_line[] = "    1: 00000000:0001 00000000:0000 07 00000000:00000000 "
			       "00:00000000 00000000     0        0 4711 2 0000000000000000 0\n";

static void test_diag_table_without_its_module_is_read_as_text(void **state)
{
	static const int absent[DUMPS] = { -ENOENT, -ENOENT };
	struct diag_options opt = options(1u << SP_RAWIP);
	struct procdir d;
	struct world w;
	char text[512];

	(void)state;
	make_procdir(&d);
	snprintf(text, sizeof(text), "%s%s", heading, raw_line);
	write_proc(&d, "raw", text);
	opt.asked = opt.protos;
	opt.proc_net = d.path;
	begin_with(&w, &opt);
	assert_int_equal(run_round(&w, absent), 2);
	assert_int_equal(count_kind(&w, EV_SOCKET), 1);
	assert_int_equal(w.heard[0].sock.inode, 4711);
	assert_int_equal(w.heard[0].sock.proto, SP_RAWIP);
	assert_int_equal(w.heard[0].sock.dump, 6);
	assert_int_equal(w.heard[0].sock.dump_gen, 1);
	assert_true(w.heard[1].dump.complete);
	assert_int_equal(w.heard[1].dump.error, 0);
	/* raw6 is neither here nor there, but raw sockets are listed. */
	assert_int_equal(last_of(&w, EV_DUMP_DONE)->dump.error, -ENOENT);
	assert_int_equal(diag_absent(w.source), 0);
	assert_int_equal(count_kind(&w, EV_NOTICE), 0);
	/* The next round asks sock_diag no more. */
	assert_int_equal(run_round(&w, absent), 0);
	assert_int_equal(count_kind(&w, EV_SOCKET), 1);
	assert_int_equal(w.heard[0].sock.dump_gen, 2);
	end(&w);
	remove_procdir(&d);
}

static void test_diag_table_that_may_not_be_asked_is_read_as_text(void **state)
{
	static const int refused[][DUMPS] = { { -EPERM, -EPERM }, { -EOPNOTSUPP, -EOPNOTSUPP } };
	struct diag_options opt = options(1u << SP_RAWIP);
	struct procdir d;
	struct world w;
	char text[512];

	(void)state;
	make_procdir(&d);
	snprintf(text, sizeof(text), "%s%s", heading, raw_line);
	write_proc(&d, "raw", text);
	opt.proc_net = d.path;
	for (unsigned i = 0; i < 2; i++) {
		begin_with(&w, &opt);
		assert_int_equal(run_round(&w, refused[i]), 2);
		assert_int_equal(count_kind(&w, EV_SOCKET), 1);
		assert_true(w.heard[1].dump.complete);
		assert_int_equal(w.heard[1].dump.error, 0);
		end(&w);
	}
	remove_procdir(&d);
}

static void test_diag_text_with_a_broken_line_is_not_complete(void **state)
{
	struct diag_options opt = options(1u << SP_ICMP4);
	struct procdir d;
	struct world w;
	char text[512];

	(void)state;
	make_procdir(&d);
	snprintf(text, sizeof(text), "%s    9: broken\n%s", heading, raw_line);
	write_proc(&d, "icmp", text);
	opt.proc_net = d.path;
	begin_with(&w, &opt);
	/* sock_diag has no ping sockets: it is not asked. */
	assert_int_equal(run_round_of(&w, NULL, 0), 0);
	assert_int_equal(count_kind(&w, EV_SOCKET), 1);
	assert_false(last_of(&w, EV_DUMP_DONE)->dump.complete);
	assert_int_equal(last_of(&w, EV_DUMP_DONE)->dump.error, 0);
	end(&w);
	remove_procdir(&d);
}

static void test_diag_text_only_opens_no_socket(void **state)
{
	struct diag_options opt = options(1u << SP_TCP | 1u << SP_MPTCP);
	unsigned before = opened;
	struct procdir d;
	struct world w;
	struct sockquery q = { .proto = SP_TCP };

	(void)state;
	make_procdir(&d);
	write_proc(&d, "tcp", heading);
	opt.text_only = true;
	opt.asked = opt.protos;
	opt.proc_net = d.path;
	begin_with(&w, &opt);
	assert_int_equal(run_round_of(&w, NULL, 0), 0);
	assert_int_equal(opened, before);
	assert_true(w.heard[0].dump.complete);
	assert_int_equal(diag_absent(w.source), 1u << SP_MPTCP);
	assert_non_null(strstr(last_of(&w, EV_NOTICE)->notice.text, "MPTCP"));
	assert_non_null(strstr(last_of(&w, EV_NOTICE)->notice.text, "CAP_SYS_ADMIN"));
	diag_look_up(w.source, &q, 1, w.now_ns);
	assert_true(w.source->ops->due_ns(w.source) == SOURCE_NEVER);
	end(&w);
	remove_procdir(&d);
}

static void test_diag_stand_in_is_read_only_while_it_is_needed(void **state)
{
	static const int absent[DUMPS] = { -ENOENT, -ENOENT }, good[DUMPS] = { 0, 0 };
	struct diag_options opt = options(1u << SP_SCTP);
	struct procdir d;
	struct world w;
	char path[128];

	(void)state;
	make_procdir(&d);
	snprintf(path, sizeof(path), "%s/sctp", d.path);
	assert_int_equal(mkdir(path, 0700), 0);
	write_proc(&d, "sctp/eps", " ENDPT     SOCK   STY SST HBKT LPORT   UID INODE LADDRS\n");
	opt.proc_net = d.path;
	begin_with(&w, &opt);
	assert_int_equal(run_round(&w, absent), 2);
	assert_int_equal(count_kind(&w, EV_DUMP_DONE), 4);
	assert_true(w.heard[2].dump.complete);		/* sctp-eps */
	assert_int_equal(w.heard[3].dump.error, -ENOENT); /* sctp-assocs */
	assert_int_equal(diag_absent(w.source), 0);
	w.now_ns += 61 * NSEC_PER_SEC;
	assert_int_equal(run_round(&w, good), 2);
	assert_int_equal(count_kind(&w, EV_DUMP_DONE), 2);
	end(&w);
	remove_procdir(&d);
}

/* ---- lookups ---- */

enum { LISTENER_PORT = 80, UDP_PORT = 53, NOBODY_PORT = 9 };

static unsigned questions, sends; /* the kernel has no context */

static void answer_socket(int kernel_end, const struct nlmsghdr *asked)
{
	const struct inet_diag_req_v2 *req = NLMSG_DATA(asked);
	struct {
		struct nlmsghdr head;
		struct inet_diag_msg msg;
	} m = { .head = { .nlmsg_len = sizeof(m), .nlmsg_type = SOCK_DIAG_BY_FAMILY } };
	bool udp = req->sdiag_protocol == IPPROTO_UDP;
	uint16_t lport = ntohs(udp ? req->id.idiag_dport : req->id.idiag_sport);

	m.msg.idiag_family = req->sdiag_family;
	m.msg.idiag_state = ST_ESTABLISHED;
	m.msg.idiag_inode = 1;
	m.msg.id.idiag_cookie[0] = 77;
	m.msg.id.idiag_sport = htons(lport);
	if (lport == LISTENER_PORT) {
		m.msg.idiag_state = ST_LISTEN;
	} else if (lport != UDP_PORT) {
		m.msg.id = req->id;
		m.msg.id.idiag_cookie[0] = 77;
		m.msg.id.idiag_cookie[1] = 0;
	}
	answer_to(kernel_end, &m.head, asked->nlmsg_seq, 0);
}

static void answer_nobody(int kernel_end, const struct nlmsghdr *asked)
{
	struct {
		struct nlmsghdr head;
		struct nlmsgerr error;
	} m = { .head = { .nlmsg_len = sizeof(m), .nlmsg_type = NLMSG_ERROR },
		.error = { .error = -ENOENT } };

	answer_to(kernel_end, &m.head, asked->nlmsg_seq, 0);
}

static bool answer_lookups(int kernel_end, const void *requests, size_t len)
{
	const struct nlmsghdr *asked = requests;

	if (asked->nlmsg_flags & NLM_F_DUMP)
		return false;
	sends++;
	for (size_t at = 0; at < len; at += NLMSG_ALIGN(asked->nlmsg_len)) {
		const struct inet_diag_req_v2 *req;

		asked = (const void *)((const uint8_t *)requests + at);
		req = NLMSG_DATA(asked);
		questions++;
		if (ntohs(req->id.idiag_sport) == NOBODY_PORT)
			answer_nobody(kernel_end, asked);
		else
			answer_socket(kernel_end, asked);
	}
	return true;
}

static struct sockquery query(uint8_t proto, uint16_t lport)
{
	struct sockquery q = { .proto = proto, .lport = lport, .rport = 4000 };

	assert_int_equal(addr_parse("10.0.0.1", &q.laddr), 0);
	assert_int_equal(addr_parse("10.0.0.2", &q.raddr), 0);
	return q;
}

static void begin_lookups(struct world *w)
{
	struct diag_options opt = options(1u << SP_TCP | 1u << SP_UDP);

	begin_with(w, &opt);
	answer_at_once = answer_lookups;
	questions = sends = 0;
}

static void end_lookups(struct world *w)
{
	answer_at_once = NULL;
	end(w);
}

static void test_diag_lookup_belongs_to_the_run_of_its_table(void **state)
{
	struct sockquery q = query(SP_TCP, 1000);
	struct world w;
	uint32_t seq;

	(void)state;
	begin_lookups(&w);
	diag_look_up(w.source, &q, 1, w.now_ns);
	step(&w);
	assert_int_equal(w.count, 1);
	assert_int_equal(w.heard[0].kind, EV_SOCKET);
	assert_int_equal(w.heard[0].sock.cookie, 77);
	assert_int_equal(w.heard[0].sock.lport, 1000);
	assert_int_equal(w.heard[0].sock.dump, 0);
	assert_int_equal(w.heard[0].sock.dump_gen, 0);
	assert_int_equal(w.heard[0].time_ns, w.now_ns);
	/* Now one is under way: it may be past the socket, and must not sweep it. */
	w.source->ops->refresh(w.source, w.now_ns);
	step(&w);
	assert_int_equal(take_request(&seq), TCPDIAG_GETSOCK);
	diag_look_up(w.source, &q, 1, w.now_ns);
	step(&w);
	assert_int_equal(w.count, 2);
	assert_int_equal(w.heard[1].sock.dump_gen, 1);
	answer_done(seq, 0, 0);
	step(&w);
	assert_true(last_of(&w, EV_DUMP_DONE)->dump.complete);
	assert_int_equal(last_of(&w, EV_DUMP_DONE)->dump.gen, 1);
	end_lookups(&w);
}

static void test_diag_lookup_takes_no_listener_but_the_receiving_udp_socket(void **state)
{
	struct sockquery q[] = { query(SP_TCP, LISTENER_PORT), query(SP_TCP, NOBODY_PORT),
				 query(SP_UDP, UDP_PORT), query(SP_UNIX_STREAM, 1),
				 query(SP_TCP, 1000) };
	struct world w;

	(void)state;
	begin_lookups(&w);
	q[4].netns = 1;	/* another's */
	diag_look_up(w.source, q, 5, w.now_ns);
	step(&w);
	assert_int_equal(questions, 3);
	assert_int_equal(sends, 1);
	assert_int_equal(w.count, 1);
	assert_int_equal(w.heard[0].sock.proto, SP_UDP);
	assert_int_equal(w.heard[0].sock.lport, UDP_PORT);
	end_lookups(&w);
}

/* As many as a 50th of the time allows, from what the kernel really took. */
static void test_diag_lookups_have_a_budget(void **state)
{
	struct sockquery q[64];
	struct world w;
	unsigned most;

	(void)state;
	begin_lookups(&w);
	for (unsigned i = 0; i < 64; i++)
		q[i] = query(SP_TCP, LISTENER_PORT);
	for (unsigned before = 1; before != questions;) {
		before = questions;
		diag_look_up(w.source, q, 64, w.now_ns);
		step(&w);
	}
	most = questions;
	assert_true(most >= 64);
	w.now_ns += NSEC_PER_SEC;
	diag_look_up(w.source, q, 64, w.now_ns);
	step(&w);
	assert_true(questions > most);
	end_lookups(&w);
}

static void test_diag_lookups_of_two_namespaces_share_a_budget(void **state)
{
	static const struct netns_place where = { .index = 1, .fd = -1 };
	struct diag_options opt = options(1u << SP_TCP);
	struct sockquery q[64], other = query(SP_TCP, LISTENER_PORT);
	struct askbudget budget;
	struct world w, w2;
	unsigned most;

	(void)state;
	answer_at_once = answer_lookups;
	questions = sends = 0;
	askbudget_init(&budget);
	opt.budget = &budget;
	begin_with(&w, &opt);
	opt.where = &where;
	begin_with(&w2, &opt);
	other.netns = 1;
	for (unsigned i = 0; i < 64; i++)
		q[i] = query(SP_TCP, LISTENER_PORT);
	for (unsigned before = 1; before != questions;) {
		before = questions;
		diag_look_up(w.source, q, 64, w.now_ns);
		step(&w);
	}
	most = questions;
	diag_look_up(w2.source, &other, 1, w.now_ns);
	step(&w2);
	assert_int_equal(questions, most);
	diag_look_up(w2.source, &other, 1, w.now_ns + NSEC_PER_SEC);
	step(&w2);
	assert_int_equal(questions, most + 1);
	answer_at_once = NULL;
	end(&w2);
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
	assert_int_equal(take_request(&seq), TCPDIAG_GETSOCK);
	w.now_ns += 3 * NSEC_PER_SEC;
	step(&w);
	assert_int_equal(opened, before + 1);
	assert_int_equal(last_of(&w, EV_DUMP_DONE)->dump.error, -ETIMEDOUT);
	assert_false(last_of(&w, EV_DUMP_DONE)->dump.complete);
	assert_int_equal(count_kind(&w, EV_DUMP_DONE), 2);	/* TCP over IPv4 and over IPv6 */
	/* The next round asks over the new socket. */
	w.source->ops->refresh(w.source, w.now_ns);
	step(&w);
	assert_int_equal(take_request(&seq), TCPDIAG_GETSOCK);
	end(&w);
}

/* ---- both families of TCP in one answer ---- */

static void answer_row(uint32_t seq, uint8_t family, uint32_t cookie)
{
	struct {
		struct nlmsghdr head;
		struct inet_diag_msg msg;
	} m = { .head = { .nlmsg_len = sizeof(m), .nlmsg_type = TCPDIAG_GETSOCK } };

	m.msg.idiag_family = family;
	m.msg.idiag_state = ST_LISTEN;
	m.msg.id.idiag_cookie[0] = cookie;
	answer(&m.head, seq, NLM_F_MULTI);
}

static void begin_round_of_both(struct world *w, uint32_t *seq)
{
	w->count = 0;
	w->source->ops->refresh(w->source, w->now_ns);
	step(w);
	assert_int_equal(take_request(seq), TCPDIAG_GETSOCK);
}

static void test_diag_one_answer_has_the_rows_of_both_families(void **state)
{
	struct world w;
	uint32_t seq;

	(void)state;
	begin(&w);
	for (uint32_t run = 1; run <= 2; run++) {
		begin_round_of_both(&w, &seq);
		answer_row(seq, AF_INET6, 66);
		answer_row(seq, AF_INET, 44);
		answer_done(seq, 0, 0);
		step(&w);
		assert_false(w.source->ops->busy(w.source));
		assert_int_equal(count_kind(&w, EV_SOCKET), 2);
		assert_int_equal(w.heard[0].sock.cookie, 66);
		assert_int_equal(w.heard[0].sock.dump, 1);
		assert_int_equal(w.heard[0].sock.family, AF_INET6);
		assert_int_equal(w.heard[1].sock.cookie, 44);
		assert_int_equal(w.heard[1].sock.dump, 0);
		for (unsigned i = 0; i < 2; i++) {
			assert_int_equal(w.heard[i].sock.dump_gen, run);
			assert_int_equal(w.heard[2 + i].kind, EV_DUMP_DONE);
			assert_int_equal(w.heard[2 + i].dump.dump, i);
			assert_int_equal(w.heard[2 + i].dump.gen, run);
			assert_true(w.heard[2 + i].dump.complete);
		}
	}
	end(&w);
}

static void test_diag_interrupted_answer_for_both_sweeps_neither(void **state)
{
	struct world w;
	uint32_t seq;

	(void)state;
	begin(&w);
	begin_round_of_both(&w, &seq);
	answer_row(seq, AF_INET, 44);
	answer_done(seq, 0, NLM_F_DUMP_INTR);
	step(&w);
	assert_int_equal(count_kind(&w, EV_DUMP_DONE), 2);
	assert_false(w.heard[1].dump.complete);
	assert_false(w.heard[2].dump.complete);
	end(&w);
}

static void test_diag_kernel_without_an_answer_for_both_is_asked_once(void **state)
{
	static const int good[DUMPS] = { 0, 0 };
	struct world w;
	uint32_t seq;

	(void)state;
	begin(&w);
	begin_round_of_both(&w, &seq);
	answer_done(seq, -EOPNOTSUPP, 0);
	step(&w);
	assert_int_equal(run_round(&w, good), 2);	/* this round goes on */
	assert_true(w.heard[0].dump.complete && w.heard[1].dump.complete);
	w.count = 0;
	w.source->ops->refresh(w.source, w.now_ns);
	step(&w);
	assert_int_equal(take_request(&seq), SOCK_DIAG_BY_FAMILY);
	end(&w);
}

static void test_diag_one_family_alone_is_asked_for_alone(void **state)
{
	struct diag_options opt = options(1u << SP_TCP);
	struct world w;
	uint32_t seq;

	(void)state;
	opt.ipv6 = false;
	begin_with(&w, &opt);
	w.source->ops->refresh(w.source, w.now_ns);
	step(&w);
	assert_int_equal(take_request(&seq), SOCK_DIAG_BY_FAMILY);
	end(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_diag_busy_kernel_is_asked_over_a_new_socket),
		cmocka_unit_test(test_diag_absent_table_is_said_and_asked_for_now_and_then),
		cmocka_unit_test(test_diag_notice_is_about_what_was_asked_for),
		cmocka_unit_test(test_diag_another_namespace_has_its_index_and_no_notice),
		cmocka_unit_test(test_diag_wishes_count_from_the_next_round_on),
		cmocka_unit_test(test_diag_table_without_its_module_is_read_as_text),
		cmocka_unit_test(test_diag_text_with_a_broken_line_is_not_complete),
		cmocka_unit_test(test_diag_text_only_opens_no_socket),
		cmocka_unit_test(test_diag_stand_in_is_read_only_while_it_is_needed),
		cmocka_unit_test(test_diag_lookup_belongs_to_the_run_of_its_table),
		cmocka_unit_test(test_diag_lookup_takes_no_listener_but_the_receiving_udp_socket),
		cmocka_unit_test(test_diag_lookups_have_a_budget),
		cmocka_unit_test(test_diag_lookups_of_two_namespaces_share_a_budget),
		cmocka_unit_test(test_diag_failed_dump_is_said_while_it_lasts),
		cmocka_unit_test(test_diag_refused_table_without_text_tells_the_refusal),
		cmocka_unit_test(test_diag_table_that_may_not_be_asked_is_read_as_text),
		cmocka_unit_test(test_diag_silent_kernel_ends_the_dump_incomplete),
		cmocka_unit_test(test_diag_one_answer_has_the_rows_of_both_families),
		cmocka_unit_test(test_diag_interrupted_answer_for_both_sweeps_neither),
		cmocka_unit_test(test_diag_kernel_without_an_answer_for_both_is_asked_once),
		cmocka_unit_test(test_diag_one_family_alone_is_asked_for_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
