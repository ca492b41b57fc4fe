#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# TAP: sockets of every family that this kernel has, with options, queues and peers: the rows and the values that ss prints
# with everything asked for, field by field. What ss reads from /proc/net because the kernel has no module for it is read by
# both from there.
# shellcheck source=tests/live/lib.sh
. "${top_srcdir:?run me through make check}/tests/live/lib.sh"
live_start "$@"

# SOL_SOCKET 1: SO_MARK 36, SO_PRIORITY 12, SO_KEEPALIVE 9; IPPROTO_IP 0: IP_TOS 1, IP_FREEBIND 15, IP_TRANSPARENT 19;
# IPPROTO_TCP 6: TCP_NODELAY 1, TCP_CONGESTION is text; IPPROTO_IPV6 41: IPV6_V6ONLY 26, IPV6_TCLASS 67
make_inet()
{
	do_all a <<-END
		tcp l
		bind l 127.0.0.1 7000
		listen l 7
		tcp full
		bind full 127.0.0.1 7001
		listen full 2
		tcp w1
		connect w1 127.0.0.1 7001
		tcp w2
		connect w2 127.0.0.1 7001
		tcp c
		option c 0 1 16
		option c 1 9 1
		connect c 127.0.0.1 7000
		accept s l
		send c 100000
		tcp v 6
		option v 41 26 1
		bind v ::1 7002
		listen v 3
		tcp v6 6
		option v6 41 67 32
		connect v6 ::1 7002
		accept s6 v
		send v6 500
		recv s6 500
		tcp half
		connect half 127.0.0.1 7000
		accept halfpeer l
		finish half
		ends halfpeer
		udp u
		option u 0 15 1
		bind u 127.0.0.1 7100
		udp uc 6
		connect uc ::1 7101
		udp udrop
		option udrop 1 8 1
		bind udrop 127.0.0.1 7102
		mptcp ml
		bind ml 127.0.0.1 7300
		listen ml 4
		mptcp mc
		connect mc 127.0.0.1 7300
		accept ms ml
		raw r 89
		raw r6 89 6
		raw icmp 1
	END
	for _ in {1..40}; do
		ask a sendto u 127.0.0.1 7102 400 >/dev/null
	done
	[[ $LIVE_INSIDE != root ]] || do_all a <<<"option c 1 36 5"
}

make_local()
{
	do_all b <<-END
		pair p1 p2 stream
		pair q1 q2 seqpacket
		pair d1 d2 dgram
		unix ul stream
		bindpath ul $dir/a.sock
		listen ul 3
		unix ud dgram
		bindpath ud @sockmon.test.$$
		packet pr raw 0x0800
		packet pd dgram 0x88b5
		netlink n0 0 1
		netlink n4 4 0
	END
	do_all a <<-END
		unix uc stream
		connectpath uc $dir/a.sock
	END
	do_all b <<-END
		accept us ul
	END
	do_all a <<-END
		unix uw stream
		connectpath uw $dir/a.sock
		send uc 300
	END
}

# Two looks, one after the other: what differs is looked at again.
compare()
{
	for _ in 1 2 3; do
		ss -H -tuwx0 -a -e -i -m -o -p -n -O >"$dir/ss" 2>/dev/null
		ss -H -M -a -e -i -m -o -p -n -O >"$dir/ss.mptcp" 2>/dev/null
		ss -H -f netlink -a -e -m -p -n -O >"$dir/ss.netlink" 2>/dev/null
		"$bin" -A all -1 -o json >"$dir/sockmon" 2>"$dir/sockmon.err" || { cat "$dir/sockmon.err"; return; }
		python3 "$here/families_check.py" "$dir/ss" "$dir/ss.mptcp" "$dir/ss.netlink" "$dir/sockmon" \
			>"$dir/differences" 2>&1 && { cat "$dir/differences" >"$dir/compared"; return; }
	done
	cat "$dir/differences"
}

test_local()
{
	local b_pid a_pid

	a_pid=$(pid_of a) b_pid=$(pid_of b)
	result "a unix connection shows the process at its other end, from both ends" "$(
		equal peer_pid "$(row sockmon ".proto == \"unix_stream\" and .pid == $a_pid and .peer_inode != 0 and
			.peer_pid == $b_pid" .peer_process)" python3
		equal peer_pid "$(row sockmon ".proto == \"unix_stream\" and .pid == $b_pid and .laddr == \"$dir/a.sock\" and
			.state == \"ESTABLISHED\"" .peer_pid)" "$a_pid")"
	result "a unix listener says who waits" "$(
		equal recv_q "$(row sockmon ".laddr == \"$dir/a.sock\" and .state == \"LISTEN\"" .recv_q)" 1
		equal backlog_max "$(row sockmon ".laddr == \"$dir/a.sock\" and .state == \"LISTEN\"" .backlog_max)" 3)"
	result "an abstract name begins with @" \
		"$(equal rows "$(rows sockmon ".proto == \"unix_dgram\" and .laddr == \"@sockmon.test.$$\"")" 1)"
	result "a netlink socket with groups is one row" \
		"$(equal rows "$(rows sockmon ".proto == \"netlink\" and .pid == $b_pid")" 2)"
	result "the two sockets of MPTCP are told apart, with one owner" "$(
		equal mptcp "$(rows sockmon ".proto == \"mptcp\" and .pid == $a_pid")" 3
		equal subflows "$(rows sockmon ".proto == \"tcp\" and .ulp == \"mptcp\" and .pid == $a_pid")" 3)"
}

test_process()
{
	do_all a <<<"nonblock l"
	result "a descriptor is blocking or not" "$(
		"$bin" -1 -o json >"$dir/flags"
		equal l "$(row flags '.lport == 7000 and .state == "LISTEN"' .nonblock)" true
		equal v "$(row flags '.lport == 7100' .nonblock)" true
		equal r "$(row flags '.proto == "raw" and .family == "inet" and .lport == 89' .nonblock)" false)"
	result "a connection that waits is its listener's, and says why it has no process" "$(
		equal pid "$(last sockmon '[.rows[] | select(.lport == 7001 and .state != "LISTEN") | .pid] | unique | tojson')" \
			"[$(pid_of a)]"
		equal reason "$(last sockmon '[.rows[] | select(.lport == 7001 and .state != "LISTEN") |
			.no_process_reason] | unique | tojson')" '["accept-queue"]')"
	result "users have names" "$(equal user "$(row sockmon '.lport == 7100' .user)" "$(id -un)")"
}

test_sources()
{
	local missing=()

	# what socket(2) does not know has no sockets; sctp and dccp are text or nothing without their diag module
	python3 -c 'import socket; socket.socket(socket.AF_INET, socket.SOCK_SEQPACKET, 132)' 2>/dev/null || missing+=(sctp)
	python3 -c 'import socket; socket.socket(socket.AF_INET, 6, 33)' 2>/dev/null || missing+=(dccp)
	"$bin" -A all -1 -o json >"$dir/absent"
	result "tables that this kernel does not have are named" "$(
		for table in "${missing[@]}"; do
			equal "$table" "$(last absent ".sources.absent | index(\"$table\") != null")" true
			last absent .sources.sockets | grep -qi "$table" || last absent .sources
		done)"
}

sysctl -qw net.ipv4.ping_group_range="0 2147483647" 2>/dev/null
actor a here
actor b here
make_inet
make_local
result "every row is ss's, in all that ss prints of it and that stands still" "$(compare)"
sed 's/^/# /' "$dir/compared" 2>/dev/null
test_local
test_process
test_sources
if ask a ping ping >/dev/null 2>&1 && ask a bind ping 127.0.0.1 77 >/dev/null; then
	"$bin" -A icmp -1 -o json >"$dir/ping"
	result "a ping socket is a row by its identifier" "$(equal pid "$(row ping '.proto == "icmp" and .lport == 77' .pid)" "$(pid_of a)")"
else
	skip "a ping socket is a row by its identifier" "ping sockets may not be made here"
fi
live_plan
