#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# TAP: a known number of bytes each way, over lo and over a cable: the payload of the rows is exact to the byte, is what
# the kernel's own counters say, and on lo, where both ends are rows, the packets are counted once.
# shellcheck source=tests/live/lib.sh
. "${top_srcdir:?run me through make check}/tests/live/lib.sh"
live_start "$@"

there=3000000 back=70001

# exchange CLIENT SERVER VERSION ADDR PORT: connects, sends $there bytes and gets $back.
exchange()
{
	do_all "$2" <<-END
		tcp l $3
		bind l $4 $5
		listen l 4
	END
	do_all "$1" <<-END
		tcp c $3
		connect c $4 $5
	END
	do_all "$2" <<<"accept s l"
	tell "$2" recv s $there
	tell "$1" send c $there
	answer "$1" >/dev/null && answer "$2" >/dev/null || bail "the transfer failed"
	tell "$1" recv c $back
	tell "$2" send s $back
	answer "$2" >/dev/null && answer "$1" >/dev/null || bail "the transfer failed"
}

# exact RUN ROW ACTOR NAME PEER PEER-NAME SENT: what the row of an actor's socket says against what was sent.
exact()
{
	local tx rx

	tx=$(row "$1" "$2" .tx_payload)
	rx=$(row "$1" "$2" .rx_payload)
	equal "capture.dropped" "$(last "$1" .capture.dropped)" 0
	equal "side" "$(row "$1" "$2" .side)" both
	equal "tx_payload" "$tx" "$(kernel_says "$3" "$4" bytes_sent)"
	equal "rx_payload" "$rx" "$(kernel_says "$5" "$6" bytes_sent)"
	equal "tcp_info.bytes_sent" "$(row "$1" "$2" .tcp_info.bytes_sent)" "$tx"
	equal "payload but for what was sent again" "$(sum "$tx" "-$(kernel_says "$3" "$4" bytes_retrans)")" "$7"
}

# segments RUN ROW EXTRA: EXTRA is 1 where the socket was accepted: the kernel counts the SYN that it came from, but not
# the SYN ACK, which was sent before there was a socket.
segments()
{
	equal "tx_segs" "$(row "$1" "$2" .tx_segs)" "$(sum "$(row "$1" "$2" .tcp_info.segs_out)" "$3")"
	equal "rx_segs" "$(row "$1" "$2" .rx_segs)" "$(row "$1" "$2" .tcp_info.segs_in)"
}

# counted_once RUN CLIENT SERVER: what one end sent the other got, and the capture's packets are those of one of them.
counted_once()
{
	local what

	equal "rows with packets" "$(rows "$1" '.proto == "tcp" and .tx_packets')" 2
	for what in packets bytes payload; do
		equal "client's tx_$what" "$(row "$1" "$2" ".tx_$what")" "$(row "$1" "$3" ".rx_$what")"
		equal "client's rx_$what" "$(row "$1" "$2" ".rx_$what")" "$(row "$1" "$3" ".tx_$what")"
	done
	equal "capture.packets" "$(last "$1" ".capture | .packets - .not_ip")" \
		"$(row "$1" "$2" '.tx_packets + .rx_packets')"
}

# test_lo VERSION ADDR PORT
test_lo()
{
	local run="IPv$1 over lo"
	local client=".rport == $3 and .state == \"ESTABLISHED\"" server=".lport == $3 and .state == \"ESTABLISHED\""

	actor "c$1" here
	actor "s$1" here
	monitor "$run" here
	exchange "c$1" "s$1" "$1" "$2" "$3"
	next "$run"
	stop "$run"
	result "$run: the client's payload is exact" "$(exact "$run" "$client" "c$1" c "s$1" s $there)"
	result "$run: the server's payload is exact" "$(exact "$run" "$server" "s$1" s "c$1" c $back)"
	result "$run: each end has its process" "$(
		equal "client's pid" "$(row "$run" "$client" .pid)" "$(pid_of "c$1")"
		equal "server's pid" "$(row "$run" "$server" .pid)" "$(pid_of "s$1")")"
	result "$run: segments are what the kernel counted" "$(
		segments "$run" "$client" 0
		segments "$run" "$server" 1)"
	result "$run: two rows, and the packets counted once" "$(counted_once "$run" "$client" "$server")"
	dismiss "c$1"
	dismiss "s$1"
}

test_cable()
{
	local client=".rport == 7002 and .state == \"ESTABLISHED\""

	new_ns far
	veth here v0 10.9.0.1/24 far v1 10.9.0.2/24
	actor near here
	actor far far
	monitor "over a cable" here -i v0
	exchange near far 4 10.9.0.2 7002
	next "over a cable"
	stop "over a cable"
	result "over a cable: the payload is exact" "$(exact "over a cable" "$client" near c far s $there)"
	result "over a cable: segments are what the kernel counted" "$(segments "over a cable" "$client" 0)"
	result "over a cable: no row but this one has traffic" \
		"$(equal "rows" "$(rows "over a cable" '.tx_packets and .proto == "tcp"')" 1)"
}

test_lo 4 127.0.0.1 7000
test_lo 6 ::1 7001
test_cable
live_plan
