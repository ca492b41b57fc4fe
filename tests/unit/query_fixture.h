/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * For the tests of query/: seven rows made by hand, named by letters, so that a test can say which
 * of them a filter lets through as a word ("acf").
 *
 *	a nginx    10.0.0.2:443 < 10.0.0.9:40112      tcp ESTABLISHED with traffic, mark 5
 *	b nginx    *:80                               tcp LISTEN 3 of 511 in the accept queue
 *	c -        10.0.0.2:60123 > 151.101.1.195:443 tcp TIME_WAIT 41 s left
 *	d sshd     [2001:db8::2]:22 < [2001:db8::9]:51022 tcp ESTABLISHED
 *	e dnsmasq  *:53                               udp UNCONN 7 drops
 *	f -        10.0.3.4:50122 > 1.1.1.1:443       tcp traffic only: forwarded, reset
 *	g redis-cli 10.0.0.2:42110 > 10.0.0.9:6379    tcp SYN_SENT 2 retransmissions
 */
#ifndef TESTS_UNIT_QUERY_FIXTURE_H
#define TESTS_UNIT_QUERY_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>
#include <sys/socket.h>

#include "query/query.h"

enum { ROW_A, ROW_B, ROW_C, ROW_D, ROW_E, ROW_F, ROW_G, ROWS };

struct fixture {
	struct model *m;
	struct sk sk[ROWS];
	struct proc proc[ROWS];
	struct flow flow[ROWS];
	struct row row[ROWS];
};

static inline struct addr fixture_addr(const char *text)
{
	struct addr a;

	assert_int_equal(addr_parse(text, &a), 0);
	return a;
}

static inline struct sockrec *fixture_socket(struct fixture *f, unsigned i, enum sockstate state,
					     const char *laddr, uint16_t lport, const char *raddr,
					     uint16_t rport)
{
	struct sk *sk = &f->sk[i];

	*sk = (struct sk){ .flow = MODEL_NONE, .sum = MODEL_NONE, .proc = MODEL_NONE, .fd = -1,
			   .rx_bps = MODEL_RATE_UNKNOWN, .tx_bps = MODEL_RATE_UNKNOWN };
	sk->rec.state = state;
	sk->rec.proto = SP_TCP;
	sk->rec.laddr = fixture_addr(laddr);
	sk->rec.raddr = fixture_addr(raddr);
	sk->rec.lport = lport;
	sk->rec.rport = rport;
	sk->rec.family = addr_is_v4(&sk->rec.laddr) ? AF_INET : AF_INET6;
	sk->rec.cookie = 0x1000 + i;
	sk->rec.has = HAS_COOKIE | HAS_QUEUES;
	f->row[i].sk = sk;
	return &sk->rec;
}

static inline void fixture_proc(struct fixture *f, unsigned i, uint32_t pid, const char *comm,
				const char *cmdline)
{
	struct proc *proc = &f->proc[i];

	proc->rec.pid = pid;
	memcpy(proc->rec.comm, comm, strlen(comm) + 1);
	memcpy(proc->rec.cmdline, cmdline, strlen(cmdline) + 1);
	f->row[i].proc = proc;
	f->sk[i].fd = 7;
}

/* Local is whatever end it comes to stand at: tests must not care. */
static inline struct flowrec *fixture_flow(struct fixture *f, unsigned i, const char *laddr,
					   uint16_t lport, const char *raddr, uint16_t rport)
{
	struct flow *flow = &f->flow[i];
	struct addr l = fixture_addr(laddr), r = fixture_addr(raddr);

	f->row[i].local = (uint8_t)flowkey_make(&flow->rec.key, 6, &l, lport, &r, rport);
	flow->bps[0] = flow->bps[1] = MODEL_RATE_UNKNOWN;
	flow->sk[0] = flow->sk[1] = MODEL_NONE;
	flow->rec.opener = OPENER_UNKNOWN;
	f->row[i].flow = flow;
	return &flow->rec;
}

static inline void fixture_eth0(struct model *m)
{
	struct event e = { .kind = EV_IFACE, .time_ns = 1000000000 };

	e.iface.ifindex = 2;
	memcpy(e.iface.name, "eth0", sizeof("eth0"));
	model_apply(m, &e);
}

/* The model's number for "cubic", which it learns from a socket that is gone again. */
static inline uint8_t fixture_cong(struct fixture *f)
{
	struct event e = { .kind = EV_SOCKET, .sock = { .cookie = 1, .has = HAS_COOKIE | HAS_CONG } };

	(void)f;
	memcpy(e.more.cong, "cubic", sizeof("cubic"));
	model_apply(f->m, &e);
	e = (struct event){ .kind = EV_DUMP_DONE, .dump = { .complete = true, .gen = 1 } };
	model_apply(f->m, &e);
	return 1;
}

static inline void fixture_established(struct fixture *f)
{
	struct sockrec *rec = fixture_socket(f, ROW_A, ST_ESTABLISHED, "10.0.0.2", 443, "10.0.0.9",
					     40112);
	struct flowrec *flow = fixture_flow(f, ROW_A, "10.0.0.2", 443, "10.0.0.9", 40112);
	unsigned local = f->row[ROW_A].local;

	rec->has |= HAS_MARK | HAS_UID | HAS_CONG;
	rec->mark = 0x5;
	rec->uid = 33;
	rec->send_q = 65536;
	f->sk[ROW_A].cong = fixture_cong(f);
	rec->tcpinfo_len = sizeof(rec->tcpinfo);
	rec->tcpinfo.rtt = 21300;
	rec->tcpinfo.min_rtt = UINT32_MAX;
	rec->tcpinfo.snd_ssthresh = 0x7fffffff;
	rec->tcpinfo.total_retrans = 2;
	rec->tcpinfo.wscale = 0x97;
	f->sk[ROW_A].flow = 1;
	flow->wire_state = WS_ESTABLISHED;
	flow->ifindex = 2;
	flow->dir[local] = (struct flowcount){ 400, 500, 581000, 560000 };
	flow->dir[1 - local] = (struct flowcount){ 18, 19, 1900, 812 };
	f->flow[ROW_A].bps[local] = 8400000;
	f->flow[ROW_A].bps[1 - local] = 310;
	fixture_proc(f, ROW_A, 880, "nginx", "nginx: worker process");
}

static inline void fixture_others(struct fixture *f)
{
	struct sockrec *rec;

	rec = fixture_socket(f, ROW_B, ST_LISTEN, "0.0.0.0", 80, "0.0.0.0", 0);
	rec->recv_q = 3;
	rec->send_q = 511;
	fixture_proc(f, ROW_B, 880, "nginx", "nginx: master process");
	rec = fixture_socket(f, ROW_C, ST_TIME_WAIT, "10.0.0.2", 60123, "151.101.1.195", 443);
	rec->has = HAS_COOKIE | HAS_TIMER;
	rec->timer = TIMER_TIME_WAIT;
	rec->timer_ms = 41000;
	f->row[ROW_C].proc_reason = PROC_TIME_WAIT;
	rec = fixture_socket(f, ROW_D, ST_ESTABLISHED, "2001:db8::2", 22, "2001:db8::9", 51022);
	rec->tcpinfo_len = sizeof(rec->tcpinfo);
	rec->tcpinfo.rtt = 800;
	fixture_proc(f, ROW_D, 22, "sshd", "sshd: root@pts/0");
	rec = fixture_socket(f, ROW_E, ST_CLOSE, "0.0.0.0", 53, "0.0.0.0", 0);
	rec->proto = SP_UDP;
	rec->skmem_count = SKMEM_VALUES;
	rec->skmem[SKMEM_DROPS] = 7;
	fixture_proc(f, ROW_E, 531, "dnsmasq", "/usr/sbin/dnsmasq -k");
	fixture_flow(f, ROW_F, "10.0.3.4", 50122, "1.1.1.1", 443)->wire_state = WS_RESET;
	f->row[ROW_F].proc_reason = PROC_FORWARDED;
	rec = fixture_socket(f, ROW_G, ST_SYN_SENT, "10.0.0.2", 42110, "10.0.0.9", 6379);
	rec->has |= HAS_TIMER;
	rec->timer = TIMER_RETRANS;
	rec->retransmits = 2;
	fixture_proc(f, ROW_G, 5120, "redis-cli", "redis-cli -h 10.0.0.9");
}

static inline void fixture_init(struct fixture *f)
{
	memset(f, 0, sizeof(*f));
	f->m = model_new(100, 100, 1);
	assert_non_null(f->m);
	fixture_eth0(f->m);
	fixture_established(f);
	fixture_others(f);
	for (unsigned i = 0; i < ROWS; i++)
		f->row[i].m = f->m;
}

static inline void fixture_fini(struct fixture *f)
{
	model_free(f->m);
}

#endif
