#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# TAP: many times more flows than the table holds. Connections that are established stay, what went is told, every packet is
# accounted for in each snapshot, and sockmon goes on answering.
# shellcheck source=tests/live/lib.sh
. "${top_srcdir:?run me through make check}/tests/live/lib.sh"
live_start "$@"

blast=${top_builddir:?}/tests/bench/blast
limit=4096 flood=200000 chunk=1000 turns=5
client='.proto == "tcp" and .rport == 7000 and .state == "ESTABLISHED"'

connect_both()
{
	do_all far <<-END
		tcp l
		bind l 10.9.0.2 7000
		listen l 4
	END
	do_all near <<-END
		tcp c
		connect c 10.9.0.2 7000
	END
	do_all far <<<"accept s l"
}

exchange()
{
	do_all near <<<"send c $chunk"
	do_all far <<-END
		recv s $chunk
		send s $chunk
	END
	do_all near <<<"recv c $chunk"
}

# Of every snapshot with a capture: what is in none of the sums.
unaccounted()
{
	jq -c '.capture | select(.live_packets != null) | [
		.packets - .live_packets - .repeat_packets - .expired_packets - .evicted_packets - .not_ip - .undecodable,
		.bytes - .live_bytes - .repeat_bytes - .expired_bytes - .evicted_bytes - .not_ip_bytes - .undecodable_bytes
	] | select(. != [0, 0])' "$dir/$1"
}

# The connection's counters on the rows of the series, one a line.
carried()
{
	jq -r ".rows[] | select($client) | \"\(.tx_payload) \(.rx_payload)\"" "$dir/$1"
}

all_captured()
{
	[[ $(last flood ".capture | .packets + .dropped >= $1") == true ]]
}

test_flood()
{
	local before sent snapshots

	monitor flood here --max-flows "$limit" port 7000
	connect_both
	exchange
	next flood
	before=$(carried flood | tail -n 1)
	snapshots=$(count_of flood)
	in_ns far "$blast" v1 syn "$flood" 50000 >"$dir/sent" &
	live_pids+=($!)
	for ((i = 1; i < turns; i++)); do
		exchange
		next flood 1
	done
	wait "${live_pids[-1]}" || bail "the flood failed"
	sent=$(<"$dir/sent")
	snapshots=$(($(count_of flood) - snapshots))
	exchange
	within 20 all_captured "$sent"
	next flood
	result "a flow of each SYN was sent" "$(equal sent "$sent" "$flood")"
	result "while it lasts, sockmon answers" "$(
		equal before "$before" "$chunk $chunk"
		((snapshots >= turns - 1)) || echo "$snapshots snapshots")"
	result "an established connection stays, and its counters grow" "$(
		equal tx_payload "$(row flood "$client" .tx_payload)" $(((turns + 1) * chunk))
		equal rx_payload "$(row flood "$client" .rx_payload)" $(((turns + 1) * chunk))
		equal midstream "$(row flood "$client" .midstream)" false
		equal history "$(row flood "$client" '.history[0:3]')" ShA
		carried flood | sort -c -n || carried flood)"
	result "all of it was seen" "$(
		[[ $(last flood .capture.dropped) == 0 ]] || exit 0
		equal seen "$(row flood "$client" .seen)" 100)"
	stop flood
	result "the table is full, and what went is told" "$(
		equal flow_limit "$(last flood .capture.flow_limit)" "$limit"
		equal "too many flows" "$(last flood ".capture.flows > $limit")" false
		equal "flows went" "$(last flood ".capture | .evicted_flows + .flows >= $sent - .dropped")" true)"
	result "no packet is missing" "$(equal "too few" "$(last flood ".capture | .packets + .dropped >= $sent")" true)"
	result "in every snapshot the books balance, in packets and in bytes" "$(unaccounted flood)"
}

[[ -x $blast ]] || skip_all "tests/bench/blast is not built"
new_ns far
veth here v0 10.9.0.1/24 far v1 10.9.0.2/24
actor near here
actor far far
test_flood
live_plan
