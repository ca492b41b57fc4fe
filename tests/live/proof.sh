#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# TAP: column seen is a proof: 100 where every byte was captured, and where bytes are missing it says how many, exactly, and why.
# Another interface, a capture filter, a ring that overflows while sockmon is stopped.
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

kernel_says()
{
	ask "$1" info "$2" | grep -o "$3=[0-9]*" | cut -d= -f2
}

# The number of bytes that are missing is that of the kernel less that of the wire: nothing else moves now.
accounts()
{
	local run=$1

	equal "wire and missing" \
		"$(sum "$(row "$run" "$client" .tx_payload)" "$(row "$run" "$client" .rx_payload)" \
			"$(row "$run" "$client" .seen_missing)")" \
		"$(sum "$(kernel_says near c bytes_sent)" "$(kernel_says near c bytes_received)")"
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
test_drops
dismiss far
actor_in=() actor_out=()
rm -f "$dir"/far.in "$dir"/far.out "$dir"/near.in "$dir"/near.out
actor near here
actor far here
test_all "over lo" 4 127.0.0.1
for run in "over a cable" "over lo" drops; do
	[[ -e $dir/$run ]] || continue
	result "$run: the books balance" "$(equal "packets that are not accounted for" "$(balance "$run")" 0)"
done
live_plan
