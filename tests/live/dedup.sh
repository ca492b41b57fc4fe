#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# TAP: sockmon on a host whose bridge joins two others: each packet passes two of its interfaces, and is counted once. The same
# for packets that it routes, and with a macvlan on top where there is one.
# shellcheck source=tests/live/lib.sh
. "${top_srcdir:?run me through make check}/tests/live/lib.sh"
live_start "$@"

bytes=500000

# once PORT CLIENT: the row of the transfer to PORT has each byte once, whatever it passed on its way.
once()
{
	local flow=".proto == \"tcp\" and .rport == $1"

	equal "capture.dropped" "$(last dedup .capture.dropped)" 0
	equal "tx_payload" "$(row dedup "$flow" .tx_payload)" "$(kernel_says "$2" "c$1" bytes_sent)"
	equal "rx_payload" "$(row dedup "$flow" .rx_payload)" 0
	equal "no_process_reason" "$(row dedup "$flow" .no_process_reason)" forwarded
}

# More packets were looked at than the rows have: the test above has something to find.
passed_twice()
{
	local looked_at counted

	looked_at=$(last dedup '.capture | .packets - .not_ip - .undecodable')
	counted=$(last dedup '[.rows[] | select(.tx_packets) | .tx_packets + .rx_packets] | add')
	((looked_at > counted && counted > 10)) || echo "$looked_at looked at, $counted counted"
}

test_bridge()
{
	new_ns left
	new_ns right
	ip link add br0 type bridge 2>/dev/null || { skip "over a bridge each packet counts once" "no bridges here"; return; }
	ip link set br0 up
	veth here p1 - left eth0 10.9.0.1/24
	veth here p2 - right eth0 10.9.0.2/24
	ip link set p1 master br0
	ip link set p2 master br0
	actor left left
	actor right right
	transfer left right 10.9.0.2 7000
	next dedup
	result "over a bridge each packet counts once" "$(once 7000 left)"
	result "though it passed two interfaces" "$(passed_twice)"
}

test_router()
{
	new_ns west
	new_ns east
	echo 1 2>/dev/null >/proc/sys/net/ipv4/ip_forward || { skip "routed, each packet counts once" "may not forward"; return; }
	veth here r1 10.8.1.254/24 west eth0 10.8.1.1/24
	veth here r2 10.8.2.254/24 east eth0 10.8.2.1/24
	in_ns west ip route add default via 10.8.1.254
	in_ns east ip route add default via 10.8.2.254
	actor west west
	actor east east
	transfer west east 10.8.2.1 7001
	next dedup
	result "routed, each packet counts once" "$(once 7001 west)"
}

monitor dedup here
test_bridge
test_router
stop dedup
live_plan
