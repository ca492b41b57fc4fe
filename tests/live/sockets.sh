#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# TAP: a socket in every state of TCP, and UDP in its kinds, over IPv4, IPv6 and v4-mapped addresses: each is the row that ss
# prints, with the same queues, identity and owners. States that end by themselves are held by sending the packets that
# would end them to a hardware address that nobody has.
# shellcheck source=tests/live/lib.sh
. "${top_srcdir:?run me through make check}/tests/live/lib.sh"
live_start "$@"

# lose ADDR: from here on nothing reaches ADDR.
lose()
{
	ip neigh replace "$1" lladdr 02:00:00:00:00:99 dev v0 nud permanent
}

# On lo: listeners, of which one has three waiting, and each state that is quiet when it is reached.
make_local()
{
	do_all near <<-END
		tcp l4
		bind l4 127.0.0.1 7000
		listen l4 16
		tcp l6 6
		bind l6 :: 7001
		listen l6 16
		tcp full
		bind full 127.0.0.1 7002
		listen full 5
		tcp w1
		connect w1 127.0.0.1 7002
		tcp w2
		connect w2 127.0.0.1 7002
		tcp w3
		connect w3 127.0.0.1 7002
		tcp c4
		connect c4 127.0.0.1 7000
		accept s4 l4
		send c4 1000
		tcp c6 6
		connect c6 ::1 7001
		accept s6 l6
		tcp cm 6
		connect cm ::ffff:127.0.0.1 7001
		accept sm l6
		tcp half
		connect half 127.0.0.1 7000
		accept halfpeer l4
		finish half
		ends halfpeer
		tcp over
		connect over 127.0.0.1 7000
		accept overpeer l4
		close over
		ends overpeer
		close overpeer
		tcp bound
		bind bound 127.0.0.1 7009
		udp u
		bind u 0.0.0.0 7100
		udp u6 6
		bind u6 :: 7101
		udp uc
		connect uc 127.0.0.1 7100
		udp um 6
		connect um ::ffff:127.0.0.1 7100
		udp r1
		reuseport r1
		bind r1 127.0.0.1 7102
		udp r2
		reuseport r2
		bind r2 127.0.0.1 7102
		sendto uc 127.0.0.1 7100 500
	END
}

# Over a cable to far, which has an address for each connection: SYN_SENT, SYN_RECV, FIN_WAIT1, CLOSING, LAST_ACK.
make_held()
{
	local n

	for n in 11 12 13 14; do
		in_ns far ip addr add "10.9.0.$n/24" dev v1
	done
	do_all far <<-END
		tcp l
		bind l 0.0.0.0 7200
		listen l 16
	END
	do_all near <<-END
		tcp lossy
		bind lossy 0.0.0.0 7201
		listen lossy 16
		tcp fin
		connect fin 10.9.0.11 7200
		tcp closing
		connect closing 10.9.0.12 7200
		tcp last
		connect last 10.9.0.13 7200
	END
	do_all far <<-END
		accept fin l
		accept closing l
		accept last l
		close last
	END
	do_all near <<<"ends last"
	for n in 11 12 13 14 77; do
		lose "10.9.0.$n"
	done
	do_all near <<-END
		tcp syn
		begin syn 10.9.0.77 7200
		finish fin
		finish closing
		finish last
	END
	do_all far <<-END
		finish closing
		tcp syn
		bind syn 10.9.0.14 7300
		begin syn 10.9.0.1 7201
	END
}

has_state()
{
	[[ -n $(ss -Htn state "$1") ]]
}

test_states()
{
	local state

	for state in listening established syn-sent syn-recv fin-wait-1 fin-wait-2 time-wait close-wait last-ack \
		closing; do
		result "there is a socket in $state to compare" "$(within 5 has_state "$state" || ss -tan)"
	done
}

# The two look one after the other, and a timer may move a row in between: what differs is looked at again.
compare()
{
	for _ in 1 2 3; do
		ss -H -tuanep >"$dir/ss" 2>/dev/null
		"$bin" -1 -o json >"$dir/sockmon" 2>"$dir/sockmon.err" || { cat "$dir/sockmon.err"; return; }
		python3 "$here/ss_check.py" "$dir/ss" "$dir/sockmon" >"$dir/differences" 2>&1 && return
	done
	cat "$dir/differences"
}

test_details()
{
	result "a socket that is bound and nothing else is a row, with its owner" "$(
		equal state "$(row sockmon '.lport == 7009' .state)" CLOSE
		equal pid "$(row sockmon '.lport == 7009' .pid)" "$(pid_of near)")"
	result "a listener shows its queue and its limit" "$(
		equal recv_q "$(row sockmon '.lport == 7002 and .state == "LISTEN"' .recv_q)" 3
		equal backlog_max "$(row sockmon '.lport == 7002 and .state == "LISTEN"' .backlog_max)" 5)"
	result "what was not read is in the receive queue" \
		"$(equal recv_q "$(row sockmon '.lport == 7000 and .recv_q == 1000' .recv_q)" 1000)"
	result "two sockets on one port are two rows" "$(
		equal rows "$(rows sockmon '.lport == 7102')" 2
		equal cookies "$(last sockmon '[.rows[] | select(.lport == 7102) | .cookie] | unique | length')" 2)"
	result "a v4-mapped connection is shown as IPv4, and which kind it is" "$(
		equal laddr "$(row sockmon '.rport == 7001 and .raddr == "127.0.0.1"' .laddr)" 127.0.0.1
		equal v6only "$(row sockmon '.rport == 7001 and .raddr == "127.0.0.1"' .v6only)" false)"
	result "a handshake that is not complete says so" \
		"$(equal reason "$(row sockmon '.state == "SYN_RECV"' .no_process_reason)" handshake)"
	result "TIME_WAIT without a past says so" \
		"$(equal reason "$(row sockmon '.state == "TIME_WAIT"' .no_process_reason)" time-wait)"
	result "a connection nobody has accepted yet says so" "$(equal reasons \
		"$(last sockmon '[.rows[] | select(.lport == 7002 and .state != "LISTEN") | .no_process_reason] | unique | join(" ")')" \
		accept-queue)"
	result "sockets.count and by_state are those of the rows" "$(
		equal count "$(last sockmon .sockets.count)" "$(last sockmon '.rows | length')"
		equal by_state "$(last sockmon '.sockets.by_state | with_entries(select(.value > 0)) | tojson')" \
			"$(last sockmon '[.rows[].state | if . == "UNCONN" then "CLOSE" else . end] as $s | .sockets.by_state |
				with_entries(.key as $k | .value = ([$s[] | select(. == $k)] | length)) |
				with_entries(select(.value > 0)) | tojson')")"
}

new_ns far
veth here v0 10.9.0.1/24 far v1 10.9.0.2/24
actor near here
actor far far
make_local
make_held
test_states
result "every row is ss's: state, queues, ends, inode, uid, cookie, owners" "$(compare)"
test_details
live_plan
