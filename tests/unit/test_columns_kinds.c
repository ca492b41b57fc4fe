/* SPDX-License-Identifier: GPL-2.0-or-later */
/* query/columns_*.c, endtext.c: what sockets of each family show, and what is layered over TCP. */
#include "query_fixture.h"

#include <linux/if_packet.h>

static const char *cell(const struct row *r, const char *name, char out[300])
{
	const struct column *c = column_find(name);
	struct value v;

	if (!c)
		fail_msg("no column %s", name);
	if (!column_get(c, r, &v))
		return "-";
	if (!column_part_known(c->of, r))
		fail_msg("%s is known, its part is not", name);
	value_format(c, &v, TEXT_EXACT, false, out, 300);
	return out;
}

struct want {
	const char *name;
	const char *text; /* "-": unknown */
};

static void check(const struct row *r, const struct want *wants, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		char out[300];
		const char *text = cell(r, wants[i].name, out);

		if (strcmp(text, wants[i].text) != 0)
			fail_msg("%s is \"%s\", not \"%s\"", wants[i].name, text, wants[i].text);
	}
}

#define CHECK(r, ...)                                                           \
	do {                                                                    \
		static const struct want wants[] = { __VA_ARGS__ };             \
									        \
		check(r, wants, sizeof(wants) / sizeof(wants[0]));              \
	} while (0)

/* One socket of a kind, with nothing known of it. */
struct one {
	struct fixture f;
	struct sockrec *rec;
	struct sockmore more;
	struct proc peer;
	struct row *row;
};

static void one_init(struct one *o, enum sockproto proto, enum morekind kind)
{
	memset(o, 0, sizeof(*o));
	fixture_init(&o->f);
	o->rec = fixture_socket(&o->f, ROW_B, ST_CLOSE, "::", 0, "::", 0);
	o->rec->proto = proto;
	o->more.kind = kind;
	o->row = &o->f.row[ROW_B];
	o->row->proc = NULL;
	o->row->more = kind == MORE_NONE ? NULL : &o->more;
}

static void one_fini(struct one *o)
{
	fixture_fini(&o->f);
}

static void test_columns_of_unix_sockets_have_path_and_peer(void **state)
{
	struct one o;

	(void)state;
	one_init(&o, SP_UNIX_STREAM, MORE_UNIX);
	CHECK(o.row, { "proto", "unix_stream" }, { "family", "unix" }, { "laddr", "-" },
	      { "raddr", "-" }, { "lport", "-" }, { "local", "*" }, { "remote", "*" },
	      { "peer_inode", "-" }, { "pending", "0" }, { "vfs_ino", "-" });
	memcpy(o.more.un.name, "@/tmp/.X11-unix/X0", sizeof("@/tmp/.X11-unix/X0"));
	o.more.un.pending = 2;
	o.more.un.vfs_dev = 259 << 20 | 70000; /* neither part fits the 8 bits of an old dev_t */
	o.more.un.vfs_ino = 77;
	o.rec->has |= HAS_PEER;
	o.rec->peer = 4711;
	CHECK(o.row, { "laddr", "@/tmp/.X11-unix/X0" }, { "local", "@/tmp/.X11-unix/X0" },
	      { "remote", "4711" }, { "peer_inode", "4711" }, { "peer_pid", "-" },
	      { "peer_process", "-" }, { "pending", "2" }, { "vfs_dev", "259:70000" }, { "vfs_ino", "77" });
	o.peer.rec.pid = 812;
	memcpy(o.peer.rec.comm, "Xorg", sizeof("Xorg"));
	o.row->peer_proc = &o.peer;
	CHECK(o.row, { "remote", "Xorg/812" }, { "peer_pid", "812" }, { "peer_process", "Xorg" });
	one_fini(&o);
}

/* A client has no name of its own, and often no record beside the socket's. */
static void test_columns_of_unix_clients_show_the_peers_path(void **state)
{
	struct sockmore server = { .kind = MORE_UNIX, .un = { .name = "/run/dbus/socket" } };
	struct one o;

	(void)state;
	one_init(&o, SP_UNIX_STREAM, MORE_NONE);
	o.peer.rec.pid = 812;
	memcpy(o.peer.rec.comm, "dbus", sizeof("dbus"));
	o.row->peer_proc = &o.peer;
	o.row->peer_more = &server;
	CHECK(o.row, { "local", "*" }, { "laddr", "-" }, { "remote", "/run/dbus/socket" },
	      { "raddr", "/run/dbus/socket" }, { "peer_process", "dbus" });
	server.un.name[0] = '\0';
	CHECK(o.row, { "remote", "dbus/812" }, { "raddr", "-" });
	server = (struct sockmore){ .kind = MORE_ULP, .ulp = { .name = "tls" } };
	CHECK(o.row, { "remote", "dbus/812" }, { "raddr", "-" });
	one_fini(&o);
}

static void test_columns_alert_of_a_unix_listener_drops_nothing(void **state)
{
	struct one o;

	(void)state;
	one_init(&o, SP_UNIX_STREAM, MORE_UNIX);
	o.rec->state = ST_LISTEN;
	o.rec->recv_q = 2;
	o.rec->send_q = 2;
	CHECK(o.row, { "alert_text", "-" });
	o.rec->recv_q = 3;
	CHECK(o.row, { "alert_text",
		       "the accept queue is over its limit: connects wait, or fail with EAGAIN" });
	o.rec->proto = SP_TCP;
	CHECK(o.row, { "alert_text",
		       "the accept queue is over its limit: new connections are dropped" });
	one_fini(&o);
}

/* sun_path has no room for its NUL: the longest name fills the cell's buffer and no more. */
static void test_columns_of_unix_sockets_show_the_longest_path(void **state)
{
	char out[300];
	struct one o;

	(void)state;
	one_init(&o, SP_UNIX_DGRAM, MORE_UNIX);
	memset(o.more.un.name, 'x', UNIX_NAME_MAX);
	assert_int_equal(strlen(cell(o.row, "local", out)), UNIX_NAME_MAX);
	assert_int_equal(strlen(cell(o.row, "laddr", out)), UNIX_NAME_MAX);
	one_fini(&o);
}

static void test_columns_of_packet_sockets_have_ethertype_and_device(void **state)
{
	struct one o;

	(void)state;
	one_init(&o, SP_PACKET, MORE_PACKET);
	o.rec->lport = 0x0806;
	o.more.packet.type = SOCK_RAW;
	CHECK(o.row, { "family", "packet" }, { "local", "arp:*" }, { "remote", "*" },
	      { "lport", "-" }, { "laddr", "-" }, { "packet.type", "raw" },
	      { "packet.protocol", "arp" }, { "packet.fanout", "-" }, { "packet.ring_bytes", "-" },
	      { "packet.flags", "-" });
	o.rec->lport = 0x0003;
	o.rec->ifindex = 2;
	o.more.packet.has_ring = true;
	o.more.packet.version = TPACKET_V3;
	o.more.packet.ring_bytes = 8 << 20;
	o.more.packet.has_fanout = true;
	o.more.packet.fanout_id = 5;
	o.more.packet.fanout_type = PACKET_FANOUT_CPU;
	o.more.packet.flags = 0x9;
	CHECK(o.row, { "local", "*:eth0" }, { "iface", "eth0" }, { "packet.fanout", "5" },
	      { "packet.fanout_type", "cpu" }, { "packet.ring_version", "3" },
	      { "packet.ring_bytes", "8388608" }, { "packet.flags", "running vnethdr" });
	o.rec->ifindex = 9; /* a device that is gone */
	o.rec->lport = 0x9999;
	o.more.packet.fanout_type = 99;
	o.more.packet.type = 99;
	CHECK(o.row, { "local", "0x9999:if9" }, { "packet.fanout_type", "-" },
	      { "packet.type", "-" });
	one_fini(&o);
}

static void test_columns_of_netlink_sockets_have_protocol_and_port_id(void **state)
{
	struct one o;

	(void)state;
	one_init(&o, SP_NETLINK, MORE_NETLINK);
	o.more.netlink.portid = 4000000000u;
	o.more.netlink.groups = 0x11;
	o.more.netlink.flags = 0x21;
	CHECK(o.row, { "family", "netlink" }, { "laddr", "route" }, { "lport", "4000000000" },
	      { "raddr", "-" }, { "local", "route:4000000000" }, { "remote", "*" },
	      { "netlink.protocol", "route" }, { "netlink.groups", "0x11" },
	      { "netlink.flags", "cb_running cap_ack" }, { "netlink.dst_group", "0" });
	o.more.netlink.protocol = 4;
	o.more.netlink.portid = 0;
	o.more.netlink.dst_portid = 7;
	CHECK(o.row, { "local", "sock_diag:0" }, { "remote", "0:7" }, { "lport", "-" },
	      { "rport", "7" });
	o.more.netlink.protocol = 200;
	CHECK(o.row, { "local", "200:0" }, { "netlink.protocol", "200" });
	one_fini(&o);
}

static void test_columns_of_vsock_have_numbers_of_32_bits(void **state)
{
	struct one o;

	(void)state;
	one_init(&o, SP_VSOCK, MORE_VSOCK);
	o.more.vsock = (struct vsockmore){ SOCK_STREAM, UINT32_MAX, 1024, UINT32_MAX, UINT32_MAX };
	CHECK(o.row, { "family", "vsock" }, { "vsock.type", "stream" }, { "local", "*:1024" }, { "remote", "*" },
	      { "laddr", "*" }, { "raddr", "-" }, { "rport", "-" });
	o.more.vsock = (struct vsockmore){ 0, 2, 4000000000u, 3, UINT32_MAX };
	CHECK(o.row, { "vsock.type", "-" }, { "local", "2:4000000000" }, { "remote", "3:*" }, { "laddr", "2" },
	      { "lport", "4000000000" }, { "raddr", "3" }, { "rport", "-" });
	one_fini(&o);
}

static void test_columns_of_raw_sockets_have_the_protocol_for_a_port(void **state)
{
	struct one o;

	(void)state;
	one_init(&o, SP_RAWIP, MORE_NONE);
	o.rec->lport = 58;
	o.rec->laddr = fixture_addr("2001:db8::2");
	CHECK(o.row, { "proto", "raw" }, { "local", "[2001:db8::2]:icmpv6" }, { "remote", "*" },
	      { "lport", "58" });
	o.rec->laddr = fixture_addr("0.0.0.0");
	o.rec->raddr = fixture_addr("10.0.0.9");
	o.rec->lport = 255;
	CHECK(o.row, { "local", "*:ip-proto-255" }, { "remote", "10.0.0.9" });
	o.rec->lport = 262; /* IPPROTO_MPTCP does not fit a header */
	CHECK(o.row, { "local", "*:262" });
	one_fini(&o);
}

/* Every kind, with the record that should stand beside it missing or of another kind. */
static void test_columns_take_kinds_without_their_record(void **state)
{
	const struct column *c;

	(void)state;
	for (unsigned proto = 0; proto < SOCKPROTOS; proto++) {
		for (unsigned kind = 0; kind <= MORE_SCTP; kind++) {
			struct one o;

			one_init(&o, proto, kind);
			memset((char *)&o.more + offsetof(struct sockmore, un), 1,
			       sizeof(o.more.un.name) - 1);
			for (unsigned i = 0; (c = column_at(i)); i++) {
				char out[400];
				struct value v;
				bool known = column_get(c, o.row, &v);

				if (known)
					value_format(c, &v, TEXT_SHORT, false, out, sizeof(out));
				assert_true(!known || column_part_known(c->of, o.row));
			}
			one_fini(&o);
		}
	}
}

static void test_columns_of_a_ulp_have_the_words_of_ss(void **state)
{
	struct one o;

	(void)state;
	one_init(&o, SP_TCP, MORE_ULP);
	CHECK(o.row, { "ulp", "-" }, { "tls.version", "-" }, { "subflow.flags", "-" });
	memcpy(o.more.ulp.name, "tls", sizeof("tls"));
	o.more.ulp.has_tls = true;
	o.more.ulp.tls_version = 0x0304;
	o.more.ulp.tls_cipher = 54;
	o.more.ulp.tls_txconf = 2;
	CHECK(o.row, { "ulp", "tls" }, { "tls.version", "1.3" },
	      { "tls.cipher", "chacha20-poly1305" }, { "tls.tx", "sw" }, { "tls.rx", "-" },
	      { "tls.zc_ro_tx", "false" }, { "subflow.id_loc", "-" });
	o.more.ulp.tls_version = 0x0399;
	o.more.ulp.tls_cipher = 4;
	o.more.ulp.tls_rxconf = 77;
	CHECK(o.row, { "tls.version", "0x0399" }, { "tls.cipher", "0x0004" },
	      { "tls.rx", "0x004d" });
	o.more.ulp.has_tls = false;
	o.more.ulp.has_mptcp = true;
	o.more.ulp.mptcp_flags = 0x1c1;
	o.more.ulp.mptcp_token_loc = 0xabcdef01;
	o.more.ulp.mptcp_id_rem = 3;
	o.more.ulp.mptcp_map_seq = UINT64_MAX;
	CHECK(o.row, { "tls.version", "-" }, { "subflow.flags", "Mecv" },
	      { "subflow.token_loc", "0xabcdef01" }, { "subflow.token_rem", "-" },
	      { "subflow.id_rem", "3" }, { "subflow.id_loc", "0" },
	      { "subflow.map_seq", "0xffffffffffffffff" }, { "subflow.map_data_len", "0" });
	one_fini(&o);
}

static void test_columns_of_mptcp_are_as_many_as_the_kernel_gave(void **state)
{
	struct one o;

	(void)state;
	one_init(&o, SP_MPTCP, MORE_MPTCP);
	CHECK(o.row, { "mptcp.subflows", "-" });
	o.more.mptcp.len = 64;
	o.more.mptcp.info.subflows = 2;
	o.more.mptcp.info.token = 0xfe;
	o.more.mptcp.info.bytes_sent = 1u << 31;
	CHECK(o.row, { "proto", "mptcp" }, { "family", "inet6" }, { "mptcp.subflows", "2" },
	      { "mptcp.token", "0xfe" }, { "mptcp.bytes_sent", "2147483648" },
	      { "mptcp.bytes_received", "-" }, { "mptcp.last_ack_recv", "-" });
	o.more.mptcp.len = sizeof(o.more.mptcp.info);
	CHECK(o.row, { "mptcp.bytes_received", "0" }, { "mptcp.last_ack_recv", "0" },
	      { "mptcp.csum_enabled", "false" });
	one_fini(&o);
}

static void test_columns_of_sctp_have_as_many_addresses_as_fit(void **state)
{
	struct one o;

	(void)state;
	one_init(&o, SP_SCTP, MORE_SCTP);
	CHECK(o.row, { "sctp.laddrs", "-" }, { "sctp.instreams", "-" });
	o.more.sctp.laddrs = 2;
	o.more.sctp.laddr[0] = fixture_addr("10.0.0.2");
	o.more.sctp.laddr[1] = fixture_addr("2001:db8::2");
	o.more.sctp.instreams = 10;
	CHECK(o.row, { "sctp.laddrs", "10.0.0.2 2001:db8::2" }, { "sctp.raddrs", "-" },
	      { "sctp.instreams", "10" }, { "sctp.more_addrs", "-" });
	o.more.sctp.raddrs = 200; /* never more than there are */
	for (unsigned i = 0; i < SCTP_ADDRS_MAX; i++)
		o.more.sctp.raddr[i] = fixture_addr("2001:db8:1111:2222:3333:4444:5555:6666");
	CHECK(o.row, { "sctp.raddrs",
		       "2001:db8:1111:2222:3333:4444:5555:6666 "
		       "2001:db8:1111:2222:3333:4444:5555:6666 "
		       "2001:db8:1111:2222:3333:4444:5555:6666" });
	one_fini(&o);
}

static void test_columns_of_congestion_control_belong_to_the_one_that_runs(void **state)
{
	struct one o;

	(void)state;
	one_init(&o, SP_TCP, MORE_NONE);
	CHECK(o.row, { "bbr.bw", "-" }, { "dctcp.alpha", "-" }, { "vegas.rtt", "-" });
	o.rec->cc_kind = CC_BBR;
	o.rec->cc.bbr.bw_hi = 1;
	o.rec->cc.bbr.bw_lo = 2;
	o.rec->cc.bbr.min_rtt = 812;
	o.rec->cc.bbr.pacing_gain = 739;
	o.rec->cc.bbr.cwnd_gain = 512;
	CHECK(o.row, { "bbr.bw", "4294967298" }, { "bbr.min_rtt", "812" },
	      { "bbr.pacing_gain", "2.88672" }, { "bbr.cwnd_gain", "2" }, { "dctcp.alpha", "-" });
	o.rec->cc.bbr.pacing_gain = 0;
	o.rec->cc.bbr.cwnd_gain = UINT32_MAX;
	CHECK(o.row, { "bbr.pacing_gain", "0" }, { "bbr.cwnd_gain", "16777215.99609" });
	o.rec->cc_kind = CC_DCTCP;
	o.rec->cc.dctcp.enabled = 1;
	o.rec->cc.dctcp.alpha = 1024;
	CHECK(o.row, { "dctcp.enabled", "1" }, { "dctcp.alpha", "1024" }, { "bbr.bw", "-" });
	o.rec->cc_kind = CC_VEGAS;
	o.rec->cc.vegas.minrtt = 55;
	CHECK(o.row, { "vegas.minrtt", "55" }, { "dctcp.alpha", "-" });
	one_fini(&o);
}

static void test_columns_of_options_are_bits_that_were_told(void **state)
{
	struct one o;

	(void)state;
	one_init(&o, SP_UDP, MORE_NONE);
	CHECK(o.row, { "sockopt.recverr", "-" }, { "class_id", "-" }, { "md5", "-" },
	      { "drops", "-" });
	o.rec->has |= HAS_SOCKOPT | HAS_CLASS | HAS_MD5 | HAS_DROPS;
	o.rec->sockopt = SOCKOPT_RECVERR | SOCKOPT_DEFER_CONNECT;
	o.rec->class_id = 0x10001;
	o.rec->skmem[SKMEM_DROPS] = 3;
	CHECK(o.row, { "sockopt.recverr", "true" }, { "sockopt.mc_loop", "false" },
	      { "sockopt.defer_connect", "true" }, { "class_id", "0x10001" }, { "md5", "true" },
	      { "drops", "3" }, { "rcvbuf", "-" }, { "alert", "true" });
	one_fini(&o);
}

static void test_columns_of_tcp_options_have_the_words_of_ss(void **state)
{
	struct one o;

	(void)state;
	one_init(&o, SP_TCP, MORE_NONE);
	o.rec->state = ST_ESTABLISHED;
	o.rec->tcpinfo_len = sizeof(o.rec->tcpinfo);
	CHECK(o.row, { "options", "0" }, { "option_words", "-" });
	o.rec->tcpinfo.options = 0x3f;
	CHECK(o.row, { "options", "63" }, { "option_words", "ts sack ecn ecnseen fastopen" });
	one_fini(&o);
}

static void test_columns_of_an_end_say_how_and_when(void **state)
{
	struct event tick = { .kind = EV_TICK, .time_ns = 9000000000 };
	struct one o;
	struct sk *sk;

	(void)state;
	one_init(&o, SP_TCP, MORE_NONE);
	model_apply(o.f.m, &tick);
	sk = &o.f.sk[ROW_B];
	sk->first_ns = 2000000000;
	CHECK(o.row, { "end", "-" }, { "ended", "-" }, { "age", "7000000000" });
	sk->ended_ns = 5000000000;
	sk->end = END_RESET;
	CHECK(o.row, { "end", "reset" }, { "ended", "1970-01-01T00:00:05.000000000Z" },
	      { "age", "3000000000" });
	sk->rec.state = ST_CLOSE_WAIT;
	CHECK(o.row, { "alert", "false" });
	one_fini(&o);
}

/* The packets of a connection tell its end where no socket does: the last of them was the end. */
static void test_columns_of_a_flow_alone_say_how_and_when_it_ended(void **state)
{
	struct event tick = { .kind = EV_TICK, .time_ns = 9000000000 };
	struct fixture f;
	struct flowrec *rec;

	(void)state;
	fixture_init(&f);
	model_apply(f.m, &tick);
	rec = &f.flow[ROW_F].rec;
	rec->first_ns = 2000000000;
	rec->last_ns = 3500000000;
	CHECK(&f.row[ROW_F], { "end", "reset" }, { "ended", "1970-01-01T00:00:03.500000000Z" },
	      { "age", "1500000000" }, { "last_seen", "1970-01-01T00:00:03.500000000Z" });
	rec->wire_state = WS_REFUSED;
	CHECK(&f.row[ROW_F], { "end", "refused" });
	rec->wire_state = WS_TIME_WAIT;
	CHECK(&f.row[ROW_F], { "end", "closed" }, { "age", "1500000000" });
	rec->wire_state = WS_CLOSING;
	CHECK(&f.row[ROW_F], { "end", "-" }, { "ended", "-" }, { "age", "7000000000" });
	/* A socket knows better than the packets. */
	f.flow[ROW_A].rec.wire_state = WS_RESET;
	CHECK(&f.row[ROW_A], { "end", "-" }, { "ended", "-" });
	fixture_fini(&f);
}

/* When the kernel last listed it is no fact of the wire. */
static void test_columns_last_seen_is_the_last_packet(void **state)
{
	struct event tick = { .kind = EV_TICK, .time_ns = 9000000000 };
	struct fixture f;

	(void)state;
	fixture_init(&f);
	model_apply(f.m, &tick);
	f.flow[ROW_A].rec.last_ns = 4000000000;
	CHECK(&f.row[ROW_A], { "last_seen", "1970-01-01T00:00:04.000000000Z" });
	f.sk[ROW_B].first_ns = 2000000000;
	CHECK(&f.row[ROW_B], { "last_seen", "-" },
	      { "first_seen", "1970-01-01T00:00:02.000000000Z" });
	f.sk[ROW_B].ended_ns = 5000000000;
	CHECK(&f.row[ROW_B], { "last_seen", "-" });
	fixture_fini(&f);
}

/* One interval without a packet is a rate of 0; what cannot be seen stays unknown. */
static void test_columns_rates_of_silent_sockets_are_zero(void **state)
{
	struct event tick = { .kind = EV_TICK, .time_ns = 9000000000 };
	struct row *r;
	struct one o;

	(void)state;
	one_init(&o, SP_UDP, MORE_NONE);
	r = o.row;
	model_apply(o.f.m, &tick);
	r->wire_reason = TRAFFIC_NONE;
	CHECK(r, { "rx_rate", "-" }, { "rate_source", "-" }); /* no interval yet */
	tick.time_ns += 1000000000;
	model_apply(o.f.m, &tick);
	CHECK(r, { "rx_rate", "0" }, { "tx_rate", "0" }, { "rate_source", "wire" });
	r->wire_reason = TRAFFIC_IDLE;
	CHECK(r, { "rx_rate", "0" });
	r->wire_reason = TRAFFIC_UNSEEN;
	CHECK(r, { "rx_rate", "-" });
	r->wire_reason = TRAFFIC_NO_CAPTURE;
	CHECK(r, { "rx_rate", "-" });
	r->wire_reason = TRAFFIC_LISTENING;
	CHECK(r, { "rx_rate", "-" });
	r->wire_reason = TRAFFIC_NONE;
	o.f.sk[ROW_B].ended_ns = 1;
	CHECK(r, { "rx_rate", "-" });
	o.f.sk[ROW_B].ended_ns = 0;
	o.f.sk[ROW_B].rx_bps = 77;
	CHECK(r, { "rx_rate", "77" }, { "tx_rate", "-" }, { "rate_source", "kernel" });
	o.f.sk[ROW_B].rx_bps = MODEL_RATE_UNKNOWN;
	o.rec->proto = SP_MPTCP;
	CHECK(r, { "rx_rate", "-" });
	o.rec->proto = SP_UNIX_STREAM;
	CHECK(r, { "rx_rate", "-" });
	one_fini(&o);
}

/* A filter takes the words that the getter writes, and the help of `end` has them all. */
static void test_columns_help_of_end_has_the_words_of_the_model(void **state)
{
	const struct column *c = column_find("end");

	(void)state;
	for (unsigned e = END_NONE + 1; e < ENDREASONS; e++) {
		assert_string_equal(c->word(e - 1), endreason_name(e));
		if (!strstr(c->help, endreason_name(e)))
			fail_msg("the help of end lacks %s", endreason_name(e));
	}
	assert_null(c->word(ENDREASONS - 1));
}

/* A connection that waits for accept() has its listener's process, and the reason for it. */
static void test_columns_show_the_listeners_process_with_the_reason(void **state)
{
	struct fixture f;

	(void)state;
	fixture_init(&f);
	f.row[ROW_C].proc = &f.proc[ROW_B];
	f.row[ROW_C].owner = &f.sk[ROW_B];
	f.row[ROW_C].proc_reason = PROC_ACCEPT_QUEUE;
	CHECK(&f.row[ROW_C], { "process", "nginx" }, { "pid", "880" }, { "proc", "nginx" },
	      { "no_process_reason", "accept-queue" }, { "fd", "-" }, { "holders", "-" },
	      { "nonblock", "-" });
	fixture_fini(&f);
}

static void test_columns_name_users_cgroups_and_namespaces(void **state)
{
	struct event e = { .kind = EV_USER, .user = { 33, "www-data" } };
	struct fixture f;

	(void)state;
	fixture_init(&f);
	CHECK(&f.row[ROW_A], { "user", "-" }, { "cgroup", "-" }, { "unit", "-" },
	      { "netns", "-" });
	model_apply(f.m, &e);
	e = (struct event){ .kind = EV_CGROUP, .cgroup = { .id = 0x1f2 } };
	memcpy(e.cgroup.path, "/system.slice/nginx.service", sizeof("/system.slice/nginx.service"));
	model_apply(f.m, &e);
	e = (struct event){ .kind = EV_NETNS, .netns = { .index = 1, .name = "blue" } };
	model_apply(f.m, &e);
	f.sk[ROW_A].rec.has |= HAS_CGROUP;
	f.sk[ROW_A].rec.cgroup_id = 0x1f2;
	f.sk[ROW_A].rec.netns = 1;
	CHECK(&f.row[ROW_A], { "user", "www-data" }, { "uid", "33" },
	      { "cgroup", "/system.slice/nginx.service" }, { "cgroup_id", "0x1f2" },
	      { "unit", "nginx.service" }, { "netns", "blue" });
	CHECK(&f.row[ROW_B], { "user", "-" }, { "cgroup", "-" }, { "netns", "-" });
	fixture_fini(&f);
}

static uint32_t needs_of(const char *list)
{
	const struct column *cols[8];
	struct errmsg err;
	int count = columns_parse(list, cols, 8, &err);

	assert_true(count > 0);
	return columns_needs(cols, (unsigned)count);
}

static void test_columns_need_no_more_than_they_show(void **state)
{
	(void)state;
	assert_int_equal(needs_of("proto,state,recv_q,local,remote,proc,pid"), 0);
	assert_int_equal(needs_of("local,rtt"), NEED_INFO);
	assert_int_equal(needs_of("drops,cong,bbr.bw"), NEED_SKMEM | NEED_CONG | NEED_CC);
	assert_int_equal(needs_of("tos,vfs_ino"), NEED_TOS | NEED_UNIX);
	assert_int_equal(needs_of("user,unit,nonblock"), NEED_USER | NEED_CGROUP | NEED_FLAGS);
	assert_int_equal(needs_of("alert"), NEED_INFO | NEED_SKMEM);
	assert_int_equal(needs_of("tx_rate"), NEED_INFO);
	assert_int_equal(columns_needs(NULL, 0), 0);
}

/* What is known without a part is not of that part: a writer would leave it out. */
static void test_columns_of_a_part_are_unknown_without_it(void **state)
{
	const struct column *c;
	struct fixture f;

	(void)state;
	fixture_init(&f);
	for (unsigned row = 0; row < ROWS; row++) {
		for (unsigned i = 0; (c = column_at(i)); i++) {
			struct value v;

			if (column_get(c, &f.row[row], &v) &&
			    !column_part_known(c->of, &f.row[row]))
				fail_msg("row %c: %s is known, its part is not", 'a' + row,
					 c->name);
		}
	}
	fixture_fini(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_columns_of_unix_sockets_have_path_and_peer),
		cmocka_unit_test(test_columns_of_unix_clients_show_the_peers_path),
		cmocka_unit_test(test_columns_alert_of_a_unix_listener_drops_nothing),
		cmocka_unit_test(test_columns_of_a_flow_alone_say_how_and_when_it_ended),
		cmocka_unit_test(test_columns_last_seen_is_the_last_packet),
		cmocka_unit_test(test_columns_rates_of_silent_sockets_are_zero),
		cmocka_unit_test(test_columns_help_of_end_has_the_words_of_the_model),
		cmocka_unit_test(test_columns_of_unix_sockets_show_the_longest_path),
		cmocka_unit_test(test_columns_of_packet_sockets_have_ethertype_and_device),
		cmocka_unit_test(test_columns_of_netlink_sockets_have_protocol_and_port_id),
		cmocka_unit_test(test_columns_of_vsock_have_numbers_of_32_bits),
		cmocka_unit_test(test_columns_of_raw_sockets_have_the_protocol_for_a_port),
		cmocka_unit_test(test_columns_take_kinds_without_their_record),
		cmocka_unit_test(test_columns_of_a_ulp_have_the_words_of_ss),
		cmocka_unit_test(test_columns_of_mptcp_are_as_many_as_the_kernel_gave),
		cmocka_unit_test(test_columns_of_sctp_have_as_many_addresses_as_fit),
		cmocka_unit_test(test_columns_of_congestion_control_belong_to_the_one_that_runs),
		cmocka_unit_test(test_columns_of_options_are_bits_that_were_told),
		cmocka_unit_test(test_columns_of_tcp_options_have_the_words_of_ss),
		cmocka_unit_test(test_columns_of_an_end_say_how_and_when),
		cmocka_unit_test(test_columns_show_the_listeners_process_with_the_reason),
		cmocka_unit_test(test_columns_name_users_cgroups_and_namespaces),
		cmocka_unit_test(test_columns_need_no_more_than_they_show),
		cmocka_unit_test(test_columns_of_a_part_are_unknown_without_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
