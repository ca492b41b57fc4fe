#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# TAP: the same bytes pass several interfaces of this host, and are counted once: a VXLAN (inner and outer are two flows, each
# once), a macvlan over its lower device, a container behind a routed bridge; and fragments are their datagram's flow.
# shellcheck source=tests/live/lib.sh
. "${top_srcdir:?run me through make check}/tests/live/lib.sh"
live_start "$@"

bytes=400000

# exact RUN PORT CLIENT: the row of the connection to PORT has each byte once.
exact()
{
	local flow=".proto == \"tcp\" and .rport == $2"

	equal "capture.dropped" "$(last "$1" .capture.dropped)" 0
	equal "tx_payload" "$(row "$1" "$flow" .tx_payload)" "$(kernel_says "$3" "c$2" bytes_sent)"
	equal "rx_payload" "$(row "$1" "$flow" .rx_payload)" 0
}

# The outer packets of a VXLAN: 8 bytes of its header and a frame of 14 before each inner IP packet (RFC 7348 5).
test_vxlan()
{
	local outer='.side == "flow" and .proto == "udp" and (.rport == 4789 or .lport == 4789)' inner='.proto == "tcp" and .rport == 7000'

	veth here v0 10.9.0.1/24 far v1 10.9.0.2/24
	ip link add vx0 type vxlan id 7 local 10.9.0.1 remote 10.9.0.2 dstport 4789 dev v0 2>/dev/null ||
		{ skip "a VXLAN's inner and outer packets" "no vxlan here"; return; }
	in_ns far ip link add vx0 type vxlan id 7 local 10.9.0.2 remote 10.9.0.1 dstport 4789 dev v1
	plug here vx0 10.10.0.1/24
	in_ns far ip addr add 10.10.0.2/24 dev vx0
	in_ns far ip link set vx0 up
	actor near here
	actor far far
	monitor vxlan here -i any -f "host 10.9.0.2 or (host 10.10.0.2 and tcp)"
	transfer near far 10.10.0.2 7000
	next vxlan
	stop vxlan
	result "vxlan: the inner connection is exact, with its process" "$(
		exact vxlan 7000 near
		equal pid "$(row vxlan "$inner" .pid)" "$(pid_of near)"
		equal iface "$(row vxlan "$inner" .iface)" vx0)"
	result "vxlan: the outer packets are a flow of their own, labelled" "$(
		equal "outer flows with a label" "$(last vxlan "[.rows[] | select($outer) | .tunnel] | unique | .[]")" vxlan
		carries "$(last vxlan "[.rows[] | select($outer) | .tx_payload + .rx_payload] | add")" \
			"$(row vxlan "$inner" '.tx_bytes + .rx_bytes + 22 * (.tx_packets + .rx_packets)')")"
}

# carries OUTER INNER: the device also asks who has an address, in a few packets.
carries()
{
	((${1%%[!0-9]*} >= ${2%%[!0-9]*} && ${1%%[!0-9]*} < ${2%%[!0-9]*} + 3000)) 2>/dev/null ||
		echo "the outer packets carry \"$1\" bytes, the inner ones are \"$2\""
}

test_macvlan()
{
	new_ns m
	new_ns peer
	veth here w0 - peer w1 10.11.0.2/24
	ip link add link w0 name mv0 type macvlan mode bridge 2>/dev/null ||
		{ skip "macvlan: each packet counts once" "no macvlan here"; return; }
	plug here mv0 10.11.0.1/24
	actor peer peer
	monitor macvlan here
	transfer near peer 10.11.0.2 7001
	next macvlan
	stop macvlan
	result "macvlan: each byte counts once, and has its process" "$(
		exact macvlan 7001 near
		equal pid "$(row macvlan '.proto == "tcp" and .rport == 7001' .pid)" "$(pid_of near)")"
	result "macvlan: though it passed two interfaces" "$(
		(($(last macvlan .capture.repeat_packets) > 10)) || echo "repeats: $(last macvlan .capture.repeat_packets)")"
}

# container -> bridge -> uplink: three interfaces of this host.
test_routed_bridge()
{
	new_ns container
	new_ns world
	echo 1 2>/dev/null >/proc/sys/net/ipv4/ip_forward || { skip "a container behind a routed bridge" "may not forward"; return; }
	ip link add br1 type bridge 2>/dev/null || { skip "a container behind a routed bridge" "no bridges here"; return; }
	ip addr add 10.12.0.254/24 dev br1
	ip link set br1 up
	veth here cp - container eth0 10.12.0.1/24
	ip link set cp master br1
	veth here up0 10.13.0.254/24 world eth0 10.13.0.1/24
	in_ns container ip route add default via 10.12.0.254
	in_ns world ip route add default via 10.13.0.254
	actor container container
	actor world world
	monitor routed here
	transfer container world 10.13.0.1 7002
	next routed
	stop routed
	result "a container behind a routed bridge: each byte counts once" "$(
		exact routed 7002 container
		equal no_process_reason "$(row routed '.proto == "tcp" and .rport == 7002' .no_process_reason)" forwarded)"
	result "routed bridge: though it passed three interfaces" "$(
		equal "repeats" "$(last routed '.capture.repeat_packets >=
			2 * ([.rows[] | select(.rport == 7002) | .tx_packets + .rx_packets] | add)')" true)"
}

# 8,000 bytes over an MTU of 1,500: six fragments, five of them without ports.
test_fragments()
{
	local flow='.proto == "udp" and .rport == 7003'

	veth here f0 10.14.0.1/24 far f1 10.14.0.2/24
	do_all far <<-END
		udp u
		bind u 10.14.0.2 7003
	END
	monitor fragments here -i f0
	do_all near <<-END
		udp v
		connect v 10.14.0.2 7003
		send v 8000
	END
	next fragments
	stop fragments
	result "later fragments are of their datagram's flow" "$(
		equal tx_packets "$(row fragments "$flow" .tx_packets)" 6
		equal tx_payload "$(row fragments "$flow" .tx_payload)" 8000
		equal tx_bytes "$(row fragments "$flow" .tx_bytes)" $((8000 + 8 + 6 * 20))
		equal "rows of UDP without ports" "$(rows fragments '.proto == "udp" and .lport == null and .side == "flow"')" 0)"
}

new_ns far
test_vxlan
test_macvlan
test_routed_bridge
test_fragments
live_plan
