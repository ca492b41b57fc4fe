#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# TAP: every connection that lived is told, even one that came and went between two looks at the kernel's tables: once,
# with how it ended and the exact count of what it carried. One that lived for a moment has its process, too.
# shellcheck source=tests/live/lib.sh
. "${top_srcdir:?run me through make check}/tests/live/lib.sh"
live_start "$@"

many=300 port=7000

# many_short: connections one after the other, each with an amount of its own both ways. Prints for each the client's port
# and how much the client and the server sent. The client closes first.
many_short()
{
	"$python" - "$many" "$port" <<-'END'
		import socket
		import sys
		import threading

		many, port = int(sys.argv[1]), int(sys.argv[2])
		listener = socket.create_server(("127.0.0.1", port), backlog=64)

		def take(sock, left):
		    while left:
		        left -= len(sock.recv(left))

		def serve():
		    for i in range(many):
		        peer, _ = listener.accept()
		        with peer:
		            take(peer, 100 + i)
		            peer.sendall(bytes(50 + i % 7))
		            peer.recv(1)

		server = threading.Thread(target=serve)
		server.start()
		for i in range(many):
		    with socket.create_connection(("127.0.0.1", port)) as client:
		        print(client.getsockname()[1], 100 + i, 50 + i % 7)
		        client.sendall(bytes(100 + i))
		        take(client, 50 + i % 7)
		server.join()
	END
}

# watch NAME ARGUMENT...: a series of snapshots, of which the first is there when this returns. ended NAME: till its end.
watch()
{
	local name=$1

	shift
	: >"$dir/$name"
	"$bin" -o jsonl -t -d 1.5 -c 4 "$@" >"$dir/$name" 2>"$dir/$name.err" &
	watch_pid=$!
	live_pids+=($!)
	within 20 grep -q '"schema"' "$dir/$name" || bail "no snapshot: $(cat "$dir/$name.err")"
}

ended()
{
	wait "$watch_pid"
	result "$1: sockmon ends well and says nothing" "$(
		equal status $? 0
		cat "$dir/$1.err")"
}

# all NAME SELECTION EXPRESSION: EXPRESSION of every row in all snapshots. over: of those of sockets that ended.
all()
{
	jq -r "select(.schema | not) | select($2) | $3" "$dir/$1"
}

over()
{
	all "$1" ".end != null and .cookie != null and ($2)" "$3"
}

same_lines()
{
	diff <(sort "$1") <(sort "$2") | head -n 5
}

# What the kernel counted last: the server has read the client's FIN, which counts as a byte, when it closes. A client that
# the kernel was asked about while it lived has not ended yet: it is in TIME_WAIT, with the counters that it had.
test_counters()
{
	all "$1" ".rport == $port and (.end != null or .state == \"TIME_WAIT\") and .tcp_info.bytes_sent != null" \
		'"\(.lport) \(.tcp_info.bytes_sent)"' | sort -u >"$dir/clients"
	over "$1" ".lport == $port and .rport != null" \
		'"\(.rport) \(.tcp_info.bytes_received - 1) \(.tcp_info.bytes_sent)"' >"$dir/servers"
	cut -d' ' -f1,2 "$dir/sent" >"$dir/sent.clients"
	result "$1: each of $many clients is told, with the bytes that it sent" \
		"$(same_lines "$dir/clients" "$dir/sent.clients")"
	result "$1: each server's end is told once, with what it got and sent" "$(same_lines "$dir/servers" "$dir/sent")"
	result "$1: no end is told twice" "$(over "$1" true '"\(.laddr):\(.lport) \(.raddr):\(.rport)"' | sort | uniq -d)"
	result "$1: all of them ended in order, at a time that is told" "$(
		equal "ways to end" "$(over "$1" ".lport == $port and .rport != null" .end | sort -u)" closed
		equal "rows without a time" "$(over "$1" \
			'(.ended // "" | test("^20[0-9-]+T[0-9:.]+Z$")) | not' 1 | wc -l)" 0)"
	result "$1: nothing was lost" "$(equal "lost events" \
		"$(jq -r 'select(.schema) | .sockets.lost_events' "$dir/$1" | sort -u)" 0)"
}

test_many()
{
	watch "$@"
	many_short >"$dir/sent" || bail "connections could not be made"
	ended "$1"
	test_counters "$1"
}

# Longer than it takes to look a flow's owner up, shorter than an interval.
briefly()
{
	do_all far <<-END
		tcp $1
		bind $1 10.9.0.2 $2
		connect $1 10.9.0.1 7001
	END
	do_all near <<<"accept $1 l"
	sleep 0.2
}

test_moment()
{
	local served='.lport == 7001 and .rport == 7100' reset='.lport == 7001 and .rport == 7101'

	watch moment
	within 20 captures "$watch_pid" || bail "sockmon does not capture: $(cat "$dir/moment.err")"
	briefly c 7100
	do_all far <<<"close c"
	do_all near <<-END
		ends c
		close c
	END
	briefly r 7101
	# Closing with unread data is a reset (RFC 2525 2.17).
	do_all near <<<"send r 10"
	do_all far <<<"close r"
	do_all near <<<"close r"
	ended moment
	result "a connection of a moment has its process" "$(
		equal pid "$(over moment "$served" .pid)" "$(pid_of near)"
		equal end "$(over moment "$served" .end)" closed)"
	result "one that the peer reset says so" "$(equal end "$(over moment "$reset" .end)" reset)"
}

test_many "without packets" --no-capture
test_many "with packets"
new_ns far
veth here v0 10.9.0.1/24 far v1 10.9.0.2/24
actor far far
actor near here
do_all near <<-END
	tcp l
	bind l 10.9.0.1 7001
	listen l 4
END
test_moment
live_plan
