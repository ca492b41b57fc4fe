#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# TAP: a row without a process says why, and one without traffic too: each reason is brought about and read back.
# (Forwarded packets: dedup.sh. TIME_WAIT: timewait.sh. Handshakes: sockets.sh.)
# shellcheck source=tests/live/lib.sh
. "${top_srcdir:?run me through make check}/tests/live/lib.sh"
live_start "$@"

# because RUN ROW REASON [SIDE]
because()
{
	equal no_process_reason "$(row "$1" "$2" .no_process_reason)" "$3"
	equal pid "$(row "$1" "$2" .pid)" null
	[[ -z ${4-} ]] || equal side "$(row "$1" "$2" .side)" "$4"
}

snapshot_of()
{
	"$bin" -1 --no-capture -o json >"$dir/$1" 2>"$dir/$1.err" || bail "$(cat "$dir/$1.err")"
}

test_closed_port()
{
	do_all far <<-END
		tcp refused
		begin refused 10.9.0.1 7999
	END
	next reasons
	result "an attempt on a port where nobody listens: closed-port" "$(
		because reasons '.lport == 7999' closed-port flow
		equal wire_state "$(row reasons '.lport == 7999' .wire_state)" REFUSED)"
}

# The one who closes first keeps TIME_WAIT: far, so that here nothing is left of it.
test_just_closed()
{
	do_all far <<-END
		tcp c
		bind c 10.9.0.2 7100
		connect c 10.9.0.1 7000
		close c
	END
	do_all near <<-END
		accept s l
		ends s
		close s
	END
	next reasons
	# A new flow wakes the main loop: it may have caught the socket and its process in time.
	result "a connection that came and went: its process, or just-closed" "$(
		equal side "$(row reasons '.rport == 7100' .side)" flow
		equal "pid or reason" "$(row reasons '.rport == 7100' '.pid // .no_process_reason')" \
			"$(row reasons '.rport == 7100' "if .pid then $(pid_of near) else \"just-closed\" end")")"
}

test_accept_queue()
{
	do_all far <<-END
		tcp q
		bind q 10.9.0.2 7101
		connect q 10.9.0.1 7000
		send q 10
	END
	next reasons
	result "a connection that nobody accepted yet: accept-queue, its listener's process, its traffic" "$(
		equal no_process_reason "$(row reasons '.rport == 7101' .no_process_reason)" accept-queue
		equal side "$(row reasons '.rport == 7101' .side)" both
		equal pid "$(row reasons '.rport == 7101' .pid)" "$(pid_of near)"
		equal fd "$(row reasons '.rport == 7101' .fd)" null
		equal rx_payload "$(row reasons '.rport == 7101' .rx_payload)" 10)"
	do_all near <<<"accept q l"
	next reasons
	result "when it is accepted the row has the process" "$(
		equal pid "$(row reasons '.rport == 7101' .pid)" "$(pid_of near)"
		equal no_process_reason "$(row reasons '.rport == 7101' .no_process_reason)" null)"
}

test_exited()
{
	do_all far <<-END
		tcp l
		bind l 10.9.0.2 7200
		listen l 4
	END
	do_all near <<-END
		tcp orphan
		connect orphan 10.9.0.2 7200
	END
	next reasons
	ip neigh replace 10.9.0.2 lladdr 02:00:00:00:00:99 dev v0 nud permanent
	do_all near <<<"close orphan"
	snapshot_of late
	next reasons
	ip neigh del 10.9.0.2 dev v0
	result "a connection that its process left to the kernel: exited" "$(
		because late '.rport == 7200' exited
		equal state "$(row late '.rport == 7200' .state)" FIN_WAIT1)"
	result "who saw it before still knows the process" \
		"$(equal pid "$(row reasons '.rport == 7200' .pid)" "$(pid_of near)")"
}

test_multicast()
{
	in_ns far ip route add 239.0.0.0/8 dev v1
	do_all far <<-END
		udp m
		bind m 10.9.0.2 7300
		sendto m 239.9.9.9 7301 10
	END
	next reasons
	result "a datagram to a group that nobody joined: multicast" \
		"$(because reasons '.proto == "udp" and (.lport == 7301 or .rport == 7301)' multicast flow)"
}

test_no_traffic()
{
	result "a listener has no traffic of its own: listening" "$(equal reason \
		"$(row reasons '.state == "LISTEN" and .lport == 7000' .no_traffic_reason)" listening)"
	result "a connection that was quiet all the time: idle" \
		"$(equal reason "$(row reasons '.rport == 7400 and .state == "ESTABLISHED"' .no_traffic_reason)" idle)"
	snapshot_of once
	result "where packets are not looked at: no-capture" \
		"$(equal reason "$(row once '.rport == 7400 and .state == "ESTABLISHED"' .no_traffic_reason)" no-capture)"
}

nobody=(setpriv --reuid 65534 --regid 65534 --clear-groups --inh-caps=-all --bounding-set=-all)

# A Python that nobody may run: the first on the path may be somebody's own.
python_of_nobody()
{
	local candidate

	for candidate in python3 /usr/bin/python3 /usr/local/bin/python3; do
		"${nobody[@]}" "$candidate" -c pass 2>/dev/null && echo "$candidate" && return
	done
}

# As nobody, to whom root's processes are closed, and nobody's are not.
test_rights()
{
	local own_python

	own_python=$(python_of_nobody)
	if [[ $LIVE_INSIDE != root || -z $own_python ]]; then
		skip "another user's socket: no-permission" "only root can become another user"
		skip "one's own socket has its process without any right" "as above"
		return
	fi
	cp "$bin" "$dir/sockmon"
	cp "$here/actor.py" "$dir/actor.py"
	here=$dir python=$own_python actor own here "${nobody[@]}"
	do_all own <<-END
		tcp l
		bind l 127.0.0.1 7500
		listen l 4
	END
	"${nobody[@]}" "$dir/sockmon" -1 -o json >"$dir/nobody" 2>"$dir/nobody.err"
	result "another user's socket: no-permission, and JSON tells how many and the remedy" "$(
		equal status $? 0
		because nobody '.lport == 7000 and .state == "LISTEN"' no-permission
		equal uid "$(row nobody '.lport == 7000 and .state == "LISTEN"' .uid)" 0
		last nobody .sources.processes | grep -q 'setcap .*cap_sys_ptrace' || last nobody .sources)"
	result "one's own socket has its process without any right" "$(
		equal pid "$(row nobody '.lport == 7500' .pid)" "$(pid_of own)"
		equal uid "$(row nobody '.lport == 7500' .uid)" 65534)"
}

new_ns far
veth here v0 10.9.0.1/24 far v1 10.9.0.2/24
actor far far
actor near here
do_all near <<-END
	tcp l
	bind l 10.9.0.1 7000
	listen l 4
	tcp il
	bind il 127.0.0.1 7400
	listen il 4
	tcp idle
	connect idle 127.0.0.1 7400
	accept idlepeer il
END
monitor reasons here
test_closed_port
test_just_closed
test_accept_queue
test_exited
test_multicast
test_no_traffic
stop reasons
test_rights
live_plan
