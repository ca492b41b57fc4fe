/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The tables of the synthetic host; see synth_host.h. Public peers have the addresses that RFC
 * 5737 and RFC 3849 keep for documentation.
 */
#include "source/synth_host.h"

#include <net/if.h>
#include <net/if_arp.h>

#define SERVICE(name) "/system.slice/" name ".service"
#define SESSION(n) "/user.slice/user-1000.slice/session-" n ".scope"
#define DESKTOP(name) "/user.slice/user-1000.slice/user@1000.service/app.slice/app-" name ".scope"
#define DOCKER(hex) "/system.slice/docker-" hex ".scope"
#define REDIS_ID "4f1c09a7be3388d2c6a1e05f9b7742d0c3e8a9f6517b2d84e09ac3f1b6d75e21"

const struct synthproc synth_procs[SYNTH_PROCS] = {
	[P_JOURNALD] = { 402, 1, 0, .comm = "systemd-journal", .cmdline = "/lib/systemd/systemd-journald",
			 .cgroup = SERVICE("systemd-journald") },
	[P_UDEVD] = { 431, 1, 0, .comm = "systemd-udevd", .cmdline = "/lib/systemd/systemd-udevd",
		      .cgroup = SERVICE("systemd-udevd") },
	[P_DBUS] = { 604, 1, 100, .comm = "dbus-daemon",
		     .cmdline = "/usr/bin/dbus-daemon --system --address=systemd: --nofork --nopidfile",
		     .cgroup = SERVICE("dbus") },
	[P_AVAHI] = { 612, 1, 108, .comm = "avahi-daemon", .cmdline = "avahi-daemon: running [demo.local]",
		      .cgroup = SERVICE("avahi-daemon") },
	[P_DHCLIENT] = { 590, 1, 0, .comm = "dhclient", .cmdline = "dhclient -4 -v eth0",
			 .cgroup = SERVICE("networking"), .blocking = true },
	[P_SSHD] = { 731, 1, 0, .comm = "sshd", .cmdline = "sshd: /usr/sbin/sshd -D [listener]",
		     .cgroup = SERVICE("ssh") },
	[P_RESOLVED] = { 820, 1, 101, .comm = "systemd-resolve",
			 .cmdline = "/lib/systemd/systemd-resolved",
			 .cgroup = SERVICE("systemd-resolved") },
	[P_CHRONYD] = { 845, 1, 102, .comm = "chronyd", .cmdline = "/usr/sbin/chronyd -F 1",
			.cgroup = SERVICE("chrony") },
	[P_DNSMASQ] = { 861, 1, 103, .comm = "dnsmasq", .cmdline = "/usr/sbin/dnsmasq -k",
			.cgroup = SERVICE("dnsmasq") },
	[P_NGINX] = { 880, 1, 0, .comm = "nginx", .cmdline = "nginx: master process /usr/sbin/nginx",
		      .cgroup = SERVICE("nginx") },
	[P_NGINX_WORKER] = { 881, 880, 33, .comm = "nginx", .cmdline = "nginx: worker process",
			     .cgroup = SERVICE("nginx") },
	[P_REDIS] = { 1120, 1, 110, .comm = "redis-server",
		      .cmdline = "/usr/bin/redis-server 127.0.0.1:6379", .cgroup = DOCKER(REDIS_ID) },
	[P_POSTGRES] = { 1990, 1, 111, .comm = "postgres",
			 .cmdline = "/usr/lib/postgresql/15/bin/postgres -D /var/lib/postgresql/15/main",
			 .cgroup = SERVICE("postgresql") },
	[P_POSTGRES_1] = { 2001, 1990, 111, .comm = "postgres",
			   .cmdline = "postgres: replica shop 10.0.0.9(40112) COPY",
			   .cgroup = SERVICE("postgresql") },
	[P_POSTGRES_2] = { 2002, 1990, 111, .comm = "postgres",
			   .cmdline = "postgres: web shop 10.0.0.7(51870) idle",
			   .cgroup = SERVICE("postgresql") },
	[P_POSTGRES_3] = { 2003, 1990, 111, .comm = "postgres",
			   .cmdline = "postgres: app shop 127.0.0.1(45012) SELECT",
			   .cgroup = SERVICE("postgresql") },
	[P_SSHD_1] = { 2950, 731, 0, .comm = "sshd", .cmdline = "sshd: ada [priv]", .cgroup = SESSION("3"),
		       .blocking = true },
	[P_SSHD_2] = { 2961, 731, 0, .comm = "sshd", .cmdline = "sshd: grace [priv]",
		       .cgroup = SESSION("4"), .blocking = true },
	[P_XORG] = { 1460, 1, 0, .comm = "Xorg", .cmdline = "/usr/lib/xorg/Xorg -nolisten tcp :0 vt2",
		     .cgroup = SESSION("2") },
	[P_FIREFOX] = { 3312, 1501, 1000, .comm = "firefox", .cmdline = "/usr/lib/firefox/firefox",
			.cgroup = DESKTOP("firefox-3312") },
	[P_NODE] = { 3980, 1, 1001, .comm = "node", .cmdline = "node /srv/app/server.js",
		     .cgroup = SERVICE("shop") },
	[P_JAVA] = { 4410, 1, 1001, .comm = "java", .cmdline = "java -Xmx2g -jar /srv/orders/orders.jar",
		     .cgroup = SERVICE("orders") },
	[P_PYTHON] = { 4720, 1501, 1000, .comm = "python3", .cmdline = "python3 collector.py --syslog",
		       .cgroup = DESKTOP("collector-4720"), .blocking = true },
	[P_REDIS_CLI] = { 5120, 2970, 1000, .comm = "redis-cli", .cmdline = "redis-cli -h 10.0.0.9",
			  .cgroup = SESSION("3"), .blocking = true },
	/* what a process may call itself: a colour sequence, a right-to-left override, no UTF-8 */
	[P_HOSTILE] = { 6666, 1, 1002, .comm = "ev\x1b[31mil\xe2\x80\xae\xff",
			.cmdline = "ev\x1b]0;owned\x07il \xff\xfe --\r\nsilent",
			.cgroup = "/user.slice/ev\x1b[31mil.slice" },
	[P_CURL] = { 9001, 2970, 1000, { 12, 2, 0, 6 }, "curl", "curl -sS https://mirror.example/big.iso",
		     .cgroup = SESSION("3") },
	/* shorter than an interval, every six of them */
	[P_PROBE] = { 9500, 3980, 1001, { 6, 1, 0, 2 }, "curl", "curl -fsS http://10.0.0.9:8500/health",
		      .cgroup = SERVICE("shop") },
};

const struct synthuser synth_users[SYNTH_USERS] = {
	{ 0, "root" },	      { 33, "www-data" }, { 100, "messagebus" }, { 101, "systemd-resolve" },
	{ 102, "_chrony" },   { 103, "dnsmasq" }, { 108, "avahi" },	 { 110, "redis" },
	{ 111, "postgres" },  { 1000, "ada" },	  { 1001, "deploy" },	 /* 1002 has no name */
};

const struct synthiface synth_ifaces[SYNTH_IFACES] = {
	{ "lo", IFF_UP | IFF_RUNNING | IFF_LOOPBACK, ARPHRD_LOOPBACK, 310, 310 },
	{ "eth0", IFF_UP | IFF_RUNNING | IFF_BROADCAST | IFF_MULTICAST, ARPHRD_ETHER, 48210, 9120,
	  .dropped = 812 },
	{ "docker0", IFF_UP | IFF_RUNNING | IFF_BROADCAST | IFF_MULTICAST, ARPHRD_ETHER, 12, 240 },
	{ "veth9a1c", IFF_UP | IFF_RUNNING | IFF_BROADCAST | IFF_MULTICAST, ARPHRD_ETHER, 12, 240,
	  .like = 3, .master = 3 },
	{ "wg0", IFF_UP | IFF_RUNNING | IFF_POINTOPOINT | IFF_NOARP, ARPHRD_NONE, 88, 14, .errors = 3 },
	{ "eth1", IFF_UP | IFF_BROADCAST | IFF_MULTICAST, ARPHRD_ETHER, 0, 0 },
};

const struct synthaddr synth_addrs[SYNTH_ADDRS] = {
	{ "127.0.0.1", 1, 8 },
	{ "::1", 1, 128 },
	{ "10.0.0.2", 2, 24 },
	{ "2001:db8::2", 2, 64 },
	{ "172.17.0.1", 3, 16 },
	{ "10.9.0.1", 5, 24 },
};

const struct synthname synth_names[SYNTH_NAMES] = {
	{ "203.0.113.10", "video.example.com" },  { "203.0.113.11", "www.example.com" },
	{ "203.0.113.12", "api.example.com" },	  { "198.51.100.40", "img.example.net" },
	{ "192.0.2.195", "mirror.example" },	  { "192.0.2.123", "ntp.example.org" },
	{ "2001:db8:5::1", "www.example.com" },	  { "2001:db8:5::9", "video.example.com" },
	{ "10.0.0.9", "db2.example.net" },
};

const struct synthpath synth_paths[SYNTH_PATHS] = {
	[PATH_LAN] = { 640, 120, 410, 204000, 10, 0, 1448, 4, 0, 0, "cubic" },
	[PATH_LOOPBACK] = { 38, 12, 19, 200000, 10, 0, 32741, 1, 0, 0, "cubic" },
	[PATH_SLOW_READER] = { 21300, 4100, 800, 224000, 34, 28, 1448, 98, 61, 0, "cubic" },
	[PATH_WAN] = { 23400, 2600, 19800, 228000, 42, 31, 1428, 37, 0, 3, "cubic" },
	[PATH_LOSSY] = { 87200, 21500, 61000, 348000, 7, 5, 1388, 81, 2, 0, "bbr" },
	[PATH_FAR] = { 182000, 9100, 176000, 412000, 18, 0, 1388, 12, 0, 0, "cubic" },
	[PATH_RACK] = { 190, 40, 95, 200000, 64, 48, 1448, 9, 0, 0, "dctcp" },
	[PATH_DATAGRAMS] = { .mss = 1200 },
};

#define TCP(s) .proto = SP_TCP, .state = ST_##s
#define UDP(s) .proto = SP_UDP, .state = ST_##s
#define BETWEEN(la, lp, ra, rp) .laddr = la, .lport = lp, .raddr = ra, .rport = rp
#define AT(la, lp) .laddr = la, .lport = lp

enum { IN = SY_FLOW | SY_ACCEPTED, OUT = SY_FLOW };

static const struct synthconn conns[] = {
	/* listeners: recv_q of send_q are waiting to be accepted */
	{ TCP(LISTEN), AT("0.0.0.0", 22), .proc = P_SSHD, .fd = 3, .send_q = 128 },
	{ TCP(LISTEN), AT("::", 22), .proc = P_SSHD, .fd = 4, .send_q = 128, .flags = SY_V6ONLY },
	{ TCP(LISTEN), AT("0.0.0.0", 80), .proc = P_NGINX, .other_proc = P_NGINX_WORKER, .fd = 6,
	  .recv_q = 3, .send_q = 511 },
	{ TCP(LISTEN), AT("::", 80), .proc = P_NGINX, .other_proc = P_NGINX_WORKER, .fd = 7,
	  .send_q = 511, .flags = SY_V6ONLY },
	{ TCP(LISTEN), AT("0.0.0.0", 443), .proc = P_NGINX, .other_proc = P_NGINX_WORKER, .fd = 8,
	  .send_q = 511 },
	{ TCP(LISTEN), AT("127.0.0.1", 5432), .proc = P_POSTGRES, .fd = 6, .send_q = 200 },
	{ TCP(LISTEN), AT("10.0.0.2", 5432), .proc = P_POSTGRES, .fd = 7, .send_q = 200 },
	{ TCP(LISTEN), AT("127.0.0.1", 6379), .proc = P_REDIS, .fd = 6, .send_q = 511 },
	{ TCP(LISTEN), AT("127.0.0.53", 53), .proc = P_RESOLVED, .fd = 14, .send_q = 4096 },
	{ TCP(LISTEN), AT("172.17.0.1", 53), .proc = P_DNSMASQ, .fd = 5, .send_q = 32 },
	{ TCP(LISTEN), AT("::", 3000), .proc = P_NODE, .fd = 18, .send_q = 511, .flags = SY_DUAL },
	{ TCP(LISTEN), AT("::", 8080), .proc = P_JAVA, .fd = 41, .recv_q = 129, .send_q = 128,
	  .drops = 41, .flags = SY_DUAL },
	{ TCP(LISTEN), AT("127.0.0.1", 8000), .proc = P_PYTHON, .fd = 3, .send_q = 5 },

	/*
	 * the database: a replica that reads slowly, a pooled connection at rest, a local client
	 * (both ends)
	 */
	{ TCP(ESTABLISHED), BETWEEN("10.0.0.2", 5432, "10.0.0.9", 40112), .proc = P_POSTGRES_1, .fd = 11,
	  .path = PATH_SLOW_READER, .rx = 310, .tx = 8400000, .send_q = 65536, .timer = TIMER_RETRANS,
	  .timer_ms = 204, .resent = 212, .age_s = 192, .flags = IN },
	{ TCP(ESTABLISHED), BETWEEN("10.0.0.2", 5432, "10.0.0.7", 51870), .proc = P_POSTGRES_2, .fd = 11,
	  .rx_before = 18220, .tx_before = 912008, .timer = TIMER_KEEPALIVE, .timer_ms = 5210000,
	  .age_s = 1990, .flags = IN },
	{ TCP(ESTABLISHED), BETWEEN("127.0.0.1", 5432, "127.0.0.1", 45012), .proc = P_POSTGRES_3, .fd = 12,
	  .path = PATH_LOOPBACK, .rx = 2100, .tx = 38400, .age_s = 840, .flags = IN },
	{ TCP(ESTABLISHED), BETWEEN("127.0.0.1", 45012, "127.0.0.1", 5432), .proc = P_NODE, .fd = 21,
	  .path = PATH_LOOPBACK, .rx = 38400, .tx = 2100, .age_s = 840 },

	/* redis: two local clients with both ends, and one whose SYN nobody answers */
	{ TCP(ESTABLISHED), BETWEEN("127.0.0.1", 6379, "127.0.0.1", 42110), .proc = P_REDIS, .fd = 9,
	  .path = PATH_LOOPBACK, .rx = 640, .tx = 5200, .age_s = 61, .flags = IN },
	{ TCP(ESTABLISHED), BETWEEN("127.0.0.1", 42110, "127.0.0.1", 6379), .proc = P_REDIS_CLI, .fd = 3,
	  .path = PATH_LOOPBACK, .rx = 5200, .tx = 640, .age_s = 61 },
	{ TCP(ESTABLISHED), BETWEEN("127.0.0.1", 6379, "127.0.0.1", 45020), .proc = P_REDIS, .fd = 10,
	  .path = PATH_LOOPBACK, .rx = 12800, .tx = 9100, .age_s = 840, .flags = IN },
	{ TCP(ESTABLISHED), BETWEEN("127.0.0.1", 45020, "127.0.0.1", 6379), .proc = P_NODE, .fd = 22,
	  .path = PATH_LOOPBACK, .rx = 9100, .tx = 12800, .age_s = 840 },
	{ TCP(SYN_SENT), BETWEEN("10.0.0.2", 42116, "10.0.0.9", 6379), .proc = P_REDIS_CLI, .fd = 4,
	  .timer = TIMER_RETRANS, .timer_ms = 4000, .retransmits = 2, .send_q = 1, .flags = OUT },
	{ TCP(SYN_SENT), BETWEEN("10.0.0.2", 51600, "198.51.100.250", 8443), .proc = P_PYTHON, .fd = 9,
	  .timer = TIMER_RETRANS, .timer_ms = 1000, .send_q = 1, .life = { 12, 0, 0, 8 },
	  .flags = OUT },

	/* people who are logged in */
	{ TCP(ESTABLISHED), BETWEEN("10.0.0.2", 22, "10.0.0.5", 51022), .proc = P_SSHD_1, .fd = 4,
	  .rx = 52, .tx = 1100, .timer = TIMER_KEEPALIVE, .timer_ms = 7200000, .age_s = 4210, .tos = 0x10,
	  .flags = IN },
	{ TCP(ESTABLISHED), BETWEEN("2001:db8::2", 22, "2001:db8::5", 50514), .proc = P_SSHD_2, .fd = 4,
	  .path = PATH_WAN, .rx_before = 8104, .tx_before = 51210, .timer = TIMER_KEEPALIVE,
	  .timer_ms = 6120000, .age_s = 9800, .tos = 0x10, .flags = IN },

	/* the web server; some visitors come back every few ticks and leave a TIME_WAIT */
	{ TCP(ESTABLISHED), BETWEEN("10.0.0.2", 443, "198.51.100.23", 52011), .proc = P_NGINX_WORKER,
	  .fd = 12, .path = PATH_WAN, .rx = 4100, .tx = 231000, .age_s = 33, .flags = IN | SY_TLS },
	{ TCP(ESTABLISHED), BETWEEN("10.0.0.2", 443, "198.51.100.77", 40233), .proc = P_NGINX_WORKER,
	  .fd = 13, .path = PATH_FAR, .rx = 900, .tx = 44000, .age_s = 12, .flags = IN },
	{ TCP(ESTABLISHED), BETWEEN("10.0.0.2", 443, "203.0.113.200", 33811), .proc = P_NGINX_WORKER,
	  .fd = 14, .path = PATH_LOSSY, .rx = 510, .tx = 118000, .send_q = 8328, .timer = TIMER_RETRANS,
	  .timer_ms = 348, .resent = 87, .age_s = 140, .flags = IN },
	{ TCP(ESTABLISHED), BETWEEN("10.0.0.2", 80, "203.0.113.9", 61022), .proc = P_NGINX_WORKER,
	  .fd = 15, .path = PATH_WAN, .rx_before = 412, .tx_before = 18120, .timer = TIMER_KEEPALIVE,
	  .timer_ms = 61000, .age_s = 14, .flags = IN },
	{ TCP(ESTABLISHED), BETWEEN("2001:db8::2", 80, "2001:db8:1::42", 49822), .proc = P_NGINX_WORKER,
	  .fd = 16, .path = PATH_WAN, .rx = 700, .tx = 52000, .age_s = 25, .flags = IN },
	{ TCP(ESTABLISHED), BETWEEN("10.0.0.2", 80, "198.51.100.99", 50200), .proc = P_NGINX_WORKER,
	  .fd = 17, .path = PATH_WAN, .rx = 800, .tx = 9600, .life = { 70, 0, 3, 63 }, .flags = IN },
	{ TCP(SYN_RECV), BETWEEN("10.0.0.2", 443, "203.0.113.77", 50001), .timer = TIMER_RETRANS,
	  .timer_ms = 1000, .retransmits = 1, .flags = IN },
	{ TCP(LAST_ACK), BETWEEN("10.0.0.2", 80, "203.0.113.14", 40999), .path = PATH_WAN,
	  .rx_before = 390, .tx_before = 7020, .send_q = 1, .timer = TIMER_RETRANS, .timer_ms = 1800,
	  .retransmits = 2, .age_s = 45, .flags = IN },
	{ TCP(FIN_WAIT1), BETWEEN("10.0.0.2", 443, "203.0.113.15", 41800), .path = PATH_LOSSY,
	  .rx_before = 612, .tx_before = 91044, .send_q = 14480, .timer = TIMER_RETRANS, .timer_ms = 6400,
	  .retransmits = 4, .resent = 5, .age_s = 58, .flags = IN },

	/* a browser */
	{ TCP(ESTABLISHED), BETWEEN("10.0.0.2", 51234, "203.0.113.10", 443), .proc = P_FIREFOX, .fd = 88,
	  .path = PATH_WAN, .rx = 1200000, .tx = 12000, .age_s = 302, .flags = OUT },
	{ TCP(ESTABLISHED), BETWEEN("10.0.0.2", 51240, "203.0.113.11", 443), .proc = P_FIREFOX, .fd = 91,
	  .path = PATH_WAN, .rx = 21000, .tx = 1900, .age_s = 300, .flags = OUT | SY_PARTLY_SEEN },
	{ TCP(ESTABLISHED), BETWEEN("10.0.0.2", 51266, "198.51.100.40", 443), .proc = P_FIREFOX, .fd = 97,
	  .path = PATH_FAR, .rx_before = 88140, .tx_before = 4120, .timer = TIMER_KEEPALIVE,
	  .timer_ms = 9000, .age_s = 280, .flags = OUT },
	{ TCP(ESTABLISHED), BETWEEN("10.0.0.2", 51302, "192.0.2.80", 443), .proc = P_FIREFOX, .fd = 104,
	  .path = PATH_FAR, .rx_before = 5010, .tx_before = 1822, .timer = TIMER_KEEPALIVE,
	  .timer_ms = 25000, .age_s = 9000 },
	{ TCP(ESTABLISHED), BETWEEN("2001:db8::2", 40418, "2001:db8:5::1", 443), .proc = P_FIREFOX,
	  .fd = 110, .path = PATH_WAN, .rx = 88000, .tx = 3100, .age_s = 77, .flags = OUT },
	{ TCP(ESTABLISHED), BETWEEN("10.0.0.2", 51330, "203.0.113.12", 443), .proc = P_FIREFOX, .fd = 112,
	  .path = PATH_WAN, .rx = 18000, .tx = 900, .life = { 70, 0, 2, 62 }, .flags = OUT },
	{ UDP(ESTABLISHED), BETWEEN("10.0.0.2", 47110, "203.0.113.10", 443), .proc = P_FIREFOX, .fd = 120,
	  .path = PATH_DATAGRAMS, .rx = 410000, .tx = 16000, .age_s = 64, .flags = OUT },
	{ UDP(ESTABLISHED), BETWEEN("2001:db8::2", 38122, "2001:db8:5::9", 443), .proc = P_FIREFOX,
	  .fd = 121, .path = PATH_DATAGRAMS, .rx = 72000, .tx = 5400, .age_s = 20, .flags = OUT },
	{ TCP(FIN_WAIT2), BETWEEN("10.0.0.2", 60110, "198.51.100.41", 443), .path = PATH_FAR,
	  .rx_before = 40211, .tx_before = 2100, .timer = TIMER_KEEPALIVE, .timer_ms = 41000, .age_s = 90,
	  .flags = OUT },

	/*
	 * a service that does not keep up: full accept queue, unread data, connections it forgot to
	 * close
	 */
	{ TCP(ESTABLISHED), BETWEEN("10.0.0.2", 8080, "10.0.0.7", 33112), .proc = P_JAVA, .fd = 52,
	  .rx = 1800, .tx = 6400, .age_s = 410, .flags = IN | SY_DUAL },
	{ TCP(ESTABLISHED), BETWEEN("10.0.0.2", 8080, "10.0.0.7", 33120), .rx_before = 517, .recv_q = 517,
	  .age_s = 3, .flags = IN | SY_DUAL },
	{ TCP(CLOSE_WAIT), BETWEEN("10.0.0.2", 8080, "10.0.0.7", 33110), .proc = P_JAVA, .fd = 50,
	  .rx_before = 2210, .tx_before = 8033, .recv_q = 1, .age_s = 380, .flags = IN | SY_DUAL },
	{ TCP(CLOSE_WAIT), BETWEEN("10.0.0.2", 8080, "10.0.0.7", 33098), .proc = P_JAVA, .fd = 49,
	  .rx_before = 1904, .tx_before = 7110, .recv_q = 1, .age_s = 395, .flags = IN | SY_DUAL },
	{ TCP(ESTABLISHED), BETWEEN("10.0.0.2", 48810, "10.0.0.9", 9092), .proc = P_JAVA, .fd = 61,
	  .path = PATH_RACK, .rx = 310, .tx = 120, .rx_before = 8120400, .recv_q = 98304, .age_s = 3600,
	  .flags = OUT | SY_ECN | SY_DUAL },

	/* node behind nginx, seen as IPv4 by a dual-stack listener */
	{ TCP(ESTABLISHED), BETWEEN("10.0.0.2", 3000, "10.0.0.5", 50101), .proc = P_NODE, .fd = 25,
	  .rx = 120, .tx = 2400, .age_s = 700, .flags = IN | SY_DUAL },

	/* peers in trouble: one closed its window, one stopped answering */
	{ TCP(ESTABLISHED), BETWEEN("10.0.0.2", 49920, "10.0.0.12", 9000), .proc = P_PYTHON, .fd = 7,
	  .rx_before = 90, .tx_before = 262144, .send_q = 87380, .timer = TIMER_PROBE, .timer_ms = 12800,
	  .retransmits = 5, .age_s = 240, .flags = OUT },
	{ TCP(ESTABLISHED), BETWEEN("10.0.0.2", 50310, "198.51.100.60", 443), .proc = P_PYTHON, .fd = 8,
	  .path = PATH_FAR, .rx_before = 4410, .tx_before = 18910, .send_q = 2776, .timer = TIMER_RETRANS,
	  .timer_ms = 26000, .retransmits = 6, .resent = 7, .age_s = 130, .flags = OUT },
	{ TCP(ESTABLISHED), BETWEEN("10.0.0.2", 31337, "192.0.2.66", 6667), .proc = P_HOSTILE, .fd = 5,
	  .path = PATH_FAR, .rx = 35, .tx = 20, .age_s = 86000, .flags = OUT },
	{ TCP(ESTABLISHED), BETWEEN("10.0.0.2", 795, "10.0.0.8", 2049), .rx = 9100, .tx = 4400,
	  .age_s = 90000, .flags = OUT | SY_KERNEL },

	/* a download every twelve ticks; its flow outlives its socket */
	{ TCP(ESTABLISHED), BETWEEN("10.0.0.2", 60200, "192.0.2.195", 443), .proc = P_CURL, .fd = 5,
	  .path = PATH_WAN, .rx = 640000, .tx = 1400, .life = { 12, 2, 6, 9 }, .flags = OUT },

	/*
	 * short lives: a visitor whose network breaks, one who hangs up first, two connections
	 * that no dump lists (a health check from outside, one to the outside), a knock at a
	 * closed door
	 */
	{ TCP(ESTABLISHED), BETWEEN("10.0.0.2", 443, "203.0.113.31", 58004), .proc = P_NGINX_WORKER,
	  .fd = 18, .path = PATH_LOSSY, .rx = 600, .tx = 71000, .resent = 3, .life = { 24, 2, 0, 9 },
	  .end_wire = WS_RESET, .flags = IN },
	{ TCP(ESTABLISHED), BETWEEN("10.0.0.2", 80, "198.51.100.12", 44800), .proc = P_NGINX_WORKER,
	  .fd = 19, .path = PATH_FAR, .rx = 420, .tx = 26000, .life = { 14, 1, 0, 5 },
	  .end_wire = WS_TIME_WAIT, .flags = IN },
	{ TCP(ESTABLISHED), BETWEEN("10.0.0.2", 3000, "10.0.0.5", 47300), .proc = P_NODE, .fd = 26,
	  .rx_before = 84, .tx_before = 164, .life = { 9, 4, 0, 5 }, .end_wire = WS_TIME_WAIT,
	  .flags = IN | SY_DUAL | SY_BRIEF },
	{ TCP(ESTABLISHED), BETWEEN("10.0.0.2", 47310, "10.0.0.9", 8500), .proc = P_PROBE, .fd = 5,
	  .rx_before = 1210, .tx_before = 92, .life = { 6, 1, 0, 2 }, .end_wire = WS_TIME_WAIT,
	  .flags = OUT | SY_BRIEF },
	{ TCP(SYN_SENT), BETWEEN("10.0.0.2", 52700, "10.0.0.12", 9001), .proc = P_PYTHON, .fd = 10,
	  .send_q = 1, .life = { 11, 3, 0, 4 }, .end_wire = WS_REFUSED, .flags = OUT | SY_BRIEF },

	/* over when the demo begins: nobody knows whose they were */
	{ TCP(TIME_WAIT), BETWEEN("10.0.0.2", 60123, "192.0.2.1", 443), .path = PATH_WAN, .rx_before = 15120,
	  .tx_before = 920, .timer_ms = 41000, .age_s = 25, .life = { 60, 0, 0, 41 }, .flags = OUT },
	{ TCP(TIME_WAIT), BETWEEN("10.0.0.2", 60131, "192.0.2.1", 443), .path = PATH_WAN, .rx_before = 15120,
	  .tx_before = 920, .timer_ms = 53000, .age_s = 9, .life = { 60, 0, 0, 53 }, .flags = OUT },
	{ TCP(TIME_WAIT), BETWEEN("10.0.0.2", 44410, "10.0.0.9", 5432), .rx_before = 880, .tx_before = 1210,
	  .timer_ms = 18000, .age_s = 50, .life = { 60, 0, 0, 18 }, .flags = OUT },
	{ TCP(TIME_WAIT), BETWEEN("2001:db8::2", 40402, "2001:db8:5::1", 443), .path = PATH_WAN,
	  .timer_ms = 7000, .age_s = 5000, .life = { 60, 0, 0, 7 } },

	/* datagrams: servers for everybody, and connected clients */
	{ UDP(CLOSE), AT("0.0.0.0", 53), .proc = P_DNSMASQ, .fd = 4 },
	{ UDP(CLOSE), AT("::", 53), .proc = P_DNSMASQ, .fd = 6, .flags = SY_V6ONLY },
	{ UDP(CLOSE), AT("127.0.0.53", 53), .proc = P_RESOLVED, .fd = 13 },
	{ UDP(CLOSE), AT("0.0.0.0", 68), .proc = P_DHCLIENT, .fd = 6 },
	{ UDP(CLOSE), AT("0.0.0.0", 514), .proc = P_PYTHON, .fd = 5, .recv_q = 212480, .drops = 812 },
	{ UDP(CLOSE), AT("0.0.0.0", 5353), .proc = P_AVAHI, .fd = 12 },
	{ UDP(CLOSE), AT("::", 5353), .proc = P_AVAHI, .fd = 13, .flags = SY_V6ONLY },
	{ UDP(CLOSE), AT("127.0.0.1", 323), .proc = P_CHRONYD, .fd = 5 },
	{ UDP(CLOSE), AT("0.0.0.0", 51820), .flags = SY_KERNEL },
	{ UDP(CLOSE), AT("0.0.0.0", 4789), .flags = SY_KERNEL },
	{ UDP(ESTABLISHED), BETWEEN("10.0.0.2", 40123, "192.0.2.123", 123), .proc = P_CHRONYD, .fd = 6,
	  .path = PATH_DATAGRAMS, .rx_before = 9600, .tx_before = 9600, .age_s = 12800, .flags = OUT },
	{ UDP(ESTABLISHED), BETWEEN("10.0.0.2", 36001, "192.0.2.53", 53), .proc = P_RESOLVED, .fd = 19,
	  .path = PATH_DATAGRAMS, .rx = 260, .tx = 90, .age_s = 30, .flags = OUT },

	/* statistics for a collector that is not there: its host says so each time */
	{ UDP(ESTABLISHED), BETWEEN("10.0.0.2", 41800, "10.0.0.12", 8125), .wire = WS_REFUSED,
	  .proc = P_NODE, .fd = 27, .path = PATH_DATAGRAMS, .tx = 900, .age_s = 120, .flags = OUT },

	/* traffic that unconnected sockets above serve */
	{ SP_UDP, BETWEEN("10.0.0.2", 53, "10.0.0.21", 41001), .path = PATH_DATAGRAMS, .rx = 80, .tx = 310,
	  .age_s = 40, .flags = IN },
	{ SP_UDP, BETWEEN("10.0.0.2", 53, "10.0.0.22", 41822), .path = PATH_DATAGRAMS, .rx = 40, .tx = 150,
	  .age_s = 22, .flags = IN },
	{ SP_UDP, BETWEEN("172.17.0.1", 53, "172.17.0.2", 33010), .path = PATH_DATAGRAMS, .rx = 60,
	  .tx = 220, .age_s = 12, .flags = IN },
	{ SP_UDP, BETWEEN("127.0.0.53", 53, "127.0.0.1", 48001), .path = PATH_DATAGRAMS, .rx_before = 58,
	  .tx_before = 210, .age_s = 4, .flags = IN },
	{ SP_UDP, BETWEEN("10.0.0.2", 514, "10.0.0.31", 514), .path = PATH_DATAGRAMS, .rx = 64000,
	  .age_s = 600, .flags = IN },
	{ SP_UDP, BETWEEN("10.0.0.2", 4789, "10.0.0.9", 53944), .path = PATH_DATAGRAMS, .rx = 31000,
	  .age_s = 700, .flags = IN },	/* VXLAN: each way has a source port of its own */
	{ SP_UDP, BETWEEN("224.0.0.251", 5353, "10.0.0.21", 5353), .path = PATH_DATAGRAMS, .rx = 90,
	  .age_s = 300, .flags = IN },

	/* and traffic without a socket: passing through, refused, broadcast, just closed, echo */
	{ SP_TCP, BETWEEN("10.0.3.4", 50122, "1.1.1.1", 443), .wire = WS_ESTABLISHED, .path = PATH_WAN,
	  .rx = 90000, .tx = 1100, .age_s = 48, .flags = OUT | SY_THROUGH },
	{ SP_TCP, BETWEEN("172.17.0.2", 38800, "198.51.100.8", 80), .wire = WS_ESTABLISHED,
	  .path = PATH_WAN, .rx = 22000, .tx = 410, .age_s = 9, .flags = OUT | SY_THROUGH },
	{ SP_UDP, BETWEEN("10.0.0.2", 48211, "10.0.0.9", 4789), .path = PATH_DATAGRAMS, .tx = 12000,
	  .age_s = 700, .flags = OUT },
	{ SP_TCP, BETWEEN("10.0.0.40", 51120, "10.0.0.41", 8443), .wire = WS_ESTABLISHED, .rx = 2600,
	  .tx = 700, .age_s = 33, .flags = OUT | SY_PASSING },
	{ SP_TCP, BETWEEN("10.0.0.2", 23, "203.0.113.66", 44444), .wire = WS_REFUSED, .age_s = 2, .flags = IN },
	{ SP_UDP, BETWEEN("10.0.0.255", 137, "10.0.0.30", 137), .path = PATH_DATAGRAMS, .rx = 50,
	  .age_s = 900, .flags = IN },
	{ SP_TCP, BETWEEN("10.0.0.2", 60090, "192.0.2.195", 443), .wire = WS_TIME_WAIT, .path = PATH_WAN,
	  .rx_before = 2560000, .tx_before = 5600, .age_s = 20, .life = { 0, 0, 0, 9 }, .flags = OUT },
	{ SP_ICMP4, BETWEEN("10.0.0.2", 0x1234, "192.0.2.1", 0x1234), .path = PATH_DATAGRAMS, .rx = 64,
	  .tx = 64, .age_s = 17, .flags = OUT },
};

const struct synthconn *synth_conn_at(unsigned i)
{
	return i < sizeof(conns) / sizeof(conns[0]) ? &conns[i] : NULL;
}
