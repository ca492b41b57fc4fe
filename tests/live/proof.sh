#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# TAP: column seen is a proof: 100 where every byte was captured, and where bytes are missing it says how many, exactly, and why.
# Another interface, a capture filter, a ring that overflows while sockmon is stopped; and all of it while traffic goes on.
# shellcheck source=tests/live/lib.sh
. "${top_srcdir:?run me through make check}/tests/live/lib.sh"
live_start "$@"

there=2000000 back=300000
client=".proto == \"tcp\" and .rport == 7000 and .state == \"ESTABLISHED\""

# connect_both VERSION ADDR: client "near" here, server "far".
connect_both()
{
	do_all far <<-END
		tcp l $1
		bind l $2 7000
		listen l 4
	END
	do_all near <<-END
		tcp c $1
		connect c $2 7000
	END
	do_all far <<<"accept s l"
}

exchange()
{
	tell far recv s $there
	do_all near <<<"send c $there"
	answer far >/dev/null || bail "the transfer failed"
	tell near recv c $back
	do_all far <<<"send s $back"
	answer near >/dev/null || bail "the transfer failed"
}

disconnect()
{
	do_all near <<<"close c"
	do_all far <<-END
		close s
		close l
	END
}

# The number of bytes that are missing is that of the kernel less that of the wire: nothing else moves now. What was sent again
# may count or not: a queueing discipline may have dropped the first of it before the wire.
accounts()
{
	local run=$1 all again found

	all=$(sum "$(kernel_says near c bytes_sent)" "$(kernel_says near c bytes_received)")
	again=$(kernel_says near c bytes_retrans)
	found=$(sum "$(row "$run" "$client" .tx_payload)" "$(row "$run" "$client" .rx_payload)" \
		"$(row "$run" "$client" .seen_missing)")
	[[ $found != "?" && $all != "?" ]] && ((found <= all && found >= all - again)) ||
		echo "wire and missing are \"$found\", wanted \"$all\" or up to ${again:-?} less"
}

# test_all RUN VERSION ADDR WHERE: far is in namespace WHERE.
test_all()
{
	monitor "$1" here
	connect_both "$2" "$3"
	exchange
	next "$1" 3
	stop "$1"
	result "$1: all was seen, and nothing twice" "$(
		equal seen "$(row "$1" "$client" .seen)" 100
		equal seen_missing "$(row "$1" "$client" .seen_missing)" 0
		equal seen_reason "$(row "$1" "$client" .seen_reason)" null
		accounts "$1"
		equal capture.seen "$(last "$1" .capture.seen)" 100)"
	disconnect
}

# It was open and had carried bytes before sockmon began: only what came after is compared.
test_midway()
{
	connect_both 4 10.9.0.2
	exchange
	monitor midway here
	next midway 3
	exchange
	next midway 3
	stop midway
	result "of a connection that was open before, all since then was seen" "$(
		equal seen "$(row midway "$client" .seen)" 100
		equal midstream "$(row midway "$client" .midstream)" true
		equal tx_payload "$(row midway "$client" .tx_payload)" $there)"
	disconnect
}

test_other_interface()
{
	monitor elsewhere here -i lo
	connect_both 4 10.9.0.2
	exchange
	next elsewhere 3
	stop elsewhere
	result "what passes another interface was not seen, and why" "$(
		equal seen "$(row elsewhere "$client" .seen)" 0
		equal seen_reason "$(row elsewhere "$client" .seen_reason)" other-interface
		equal no_traffic_reason "$(row elsewhere "$client" .no_traffic_reason)" other-interface)"
	disconnect
}

test_filter()
{
	monitor filtered here -f "not port 7000"
	connect_both 4 10.9.0.2
	exchange
	next filtered 3
	stop filtered
	result "what a filter leaves out was not seen, and why" "$(
		equal seen "$(row filtered "$client" .seen)" 0
		equal no_traffic_reason "$(row filtered "$client" .no_traffic_reason)" filtered)"
	disconnect
}

dropped()
{
	next drops 1
	[[ $(last drops '.capture.dropped > 0') == true ]]
}

# A ring of two blocks, and sockmon is stopped until it has overflowed: packets of one segment each fill it soon.
test_drops()
{
	local seen

	ip link set v0 gso_max_segs 1
	in_ns far ip link set v1 gso_max_segs 1
	monitor drops here -B 512
	connect_both 4 10.9.0.2
	exchange
	next drops 2
	kill -STOP "$monitor_pid"
	for _ in {1..4}; do exchange; done
	kill -CONT "$monitor_pid"
	within 20 dropped || { skip "a ring that overflows" "it did not: $(last drops .capture)"; stop drops; disconnect; return; }
	next drops 3
	stop drops
	seen=$(row drops "$client" .seen)
	result "of a ring that overflowed, what is missing is known to the byte" "$(
		accounts drops
		equal "bytes are missing" "$(row drops "$client" '.seen_missing > 0')" true
		[[ $seen =~ ^[0-9]+(\.[0-9]+)?$ && $seen != 100 ]] || echo "seen is $seen"
		equal seen_reason "$(row drops "$client" .seen_reason)" dropped)"
	disconnect
}

# series RUN CONDITION: snapshots for which CONDITION does not hold. It may use $loss, and of each $n (its number), .seen and .missing
# (the client's row), .all and .dropped (the capture's); and $former, the one before.
series()
{
	jq -n -r --argjson loss "$loss" "
		[inputs | {all: .capture.seen, dropped: .capture.dropped} +
			(([.rows[] | select($client)] | first) // {} | {seen, missing: .seen_missing})] as \$all |
		range(1; \$all | length) as \$n | \$all[\$n - 1] as \$former | \$all[\$n] |
		select(($2) | not) | \"snapshot \\(\$n): \\(.), before: \\(\$former)\"" "$dir/$1"
}

# begin_stream SECONDS: both ends send 3 MB/s.
begin_stream()
{
	tell near stream c 3000000 "$1"
	tell far stream s 3000000 "$1"
}

end_stream()
{
	answer near >/dev/null && answer far >/dev/null || bail "the stream ended early"
}

# test_goes_on WHERE ADDR: a ring overflows while both ends go on sending.
test_goes_on()
{
	local run="a stream $1" loss

	monitor "$run" here -B 512
	connect_both 4 "$2"
	begin_stream 8
	next "$run" 4
	kill -STOP "$monitor_pid"
	sleep 0.7
	kill -CONT "$monitor_pid"
	end_stream
	next "$run" 4
	stop "$run"
	loss=$(row "$run" "$client" .seen_missing)	# exact now: accounts
	if [[ $(last "$run" '.capture.dropped > 100') != true ]]; then
		skip "$run: a ring that overflows" "it did not"
		disconnect
		return
	fi
	result "$run: at its end, what is missing is known to the byte" "$(accounts "$run")"
	result "$run: where packets were dropped, it never says that all was seen" \
		"$(series "$run" '.dropped == 0 or .all == null or .all < 100')"
	result "$run: what is missing never falls, and is never more than the loss" \
		"$(series "$run" '(.missing // 0) >= ($former.missing // 0) and (.missing // 0) <= $loss')"
	result "$run: while it goes on, most of the loss is known at once" \
		"$(series "$run" '$former.dropped < 100 or (.missing >= $loss * 0.7 and .seen < 100)')"
	disconnect
}

# Short connections beside a stream, and looked at often: no false alarm.
test_no_alarm()
{
	local run="no alarm $1" loss=0

	monitor "$run" here -d 0.3
	connect_both 4 "$2"
	begin_stream 6
	in_ns "$3" "$python" -c '
import socket, sys, threading, time
listener = socket.create_server((sys.argv[1], 7001))
def serve():
    while True:
        sock = listener.accept()[0]
        sock.sendall(sock.recv(65536)[:5000])
        sock.close()
threading.Thread(target=serve, daemon=True).start()
for i in range(40):
    with socket.create_connection((sys.argv[1], 7001)) as sock:
        sock.sendall(bytes(9000))
        sock.shutdown(socket.SHUT_WR)
        while sock.recv(65536):
            pass
    time.sleep(0.1)
' "$2" 2>"$dir/short.err"
	end_stream
	next "$run" 4
	stop "$run"
	if [[ $(last "$run" '.capture.dropped') != 0 ]]; then
		skip "$run" "packets were dropped"
	else
		result "$run: all was seen, at every moment" "$(series "$run" \
			'(.all == null or .all == 100) and (.seen == null or .seen == 100)')"
		result "$run: and of every connection" "$(
			jq -r '.rows[] | select(.seen != null and .seen != 100) | [.state, .lport, .rport, .seen, .seen_missing] | @tsv' "$dir/$run")"
	fi
	disconnect
}

# The queueing discipline holds packets back and drops some: what was sent, and not by the wire, is not missing.
test_queue()
{
	local run="a queue" loss=0

	if ! tc qdisc add dev v0 root tbf rate 12mbit burst 6000 limit 9000 2>/dev/null; then
		skip "$run" "tc has no tbf here"
		return
	fi
	monitor "$run" here
	connect_both 4 10.9.0.2
	begin_stream 5
	end_stream
	next "$run" 4
	stop "$run"
	tc qdisc del dev v0 root
	result "$run: it dropped some, and all that passed was seen" "$(
		equal "sent again" "$(row "$run" "$client" '.tcp_info.bytes_retrans > 0')" true
		series "$run" '.seen == null or .seen == 100')"
	disconnect
}

balance()
{
	last "$1" '.capture | .packets - (.live_packets + .repeat_packets + .expired_packets + .evicted_packets + .not_ip + .undecodable)'
}

new_ns far
veth here v0 10.9.0.1/24 far v1 10.9.0.2/24
in_ns here ip addr add fd09::1/64 dev v0 nodad
in_ns far ip addr add fd09::2/64 dev v1 nodad
actor near here
actor far far
test_all "over a cable" 4 10.9.0.2
test_all "over a cable with IPv6" 6 fd09::2
test_midway
test_other_interface
test_filter
test_no_alarm "over a cable" 10.9.0.2 far
test_queue
test_drops
test_goes_on "over a cable" 10.9.0.2
dismiss far
actor_in=() actor_out=()
rm -f "$dir"/far.in "$dir"/far.out "$dir"/near.in "$dir"/near.out
actor near here
actor far here
test_all "over lo" 4 127.0.0.1
test_no_alarm "over lo" 127.0.0.1 here
ip link set lo gso_max_segs 1
test_goes_on "over lo" 127.0.0.1
for run in "over a cable" "over lo" drops "a stream over lo"; do
	[[ -e $dir/$run ]] || continue
	result "$run: the books balance" "$(equal "packets that are not accounted for" "$(balance "$run")" 0)"
done
live_plan
