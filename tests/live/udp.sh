#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# TAP: UDP, where one socket has many peers: an unconnected server's row carries the sum, each peer's exchange with it is a row
# of its own with the server's process, and connected sockets are joined like connections.
# shellcheck source=tests/live/lib.sh
. "${top_srcdir:?run me through make check}/tests/live/lib.sh"
live_start "$@"

server='.proto == "udp" and .lport == 7000 and .state == "UNCONN"'

# Three clients over a cable, of which the n-th sends n datagrams of 100 bytes and gets one of 50.
serve()
{
	local n i

	do_all server <<-END
		udp s
		bind s 0.0.0.0 7000
	END
	for n in 1 2 3; do
		do_all clients <<-END
			udp c$n
			bind c$n 10.9.0.2 710$n
		END
		for ((i = 0; i < n; i++)); do
			do_all clients <<<"sendto c$n 10.9.0.1 7000 100"
		done
		do_all server <<<"sendto s 10.9.0.2 710$n 50"
	done
}

# counts RUN ROW TX-PACKETS TX-PAYLOAD RX-PACKETS RX-PAYLOAD
counts()
{
	equal tx_packets "$(row "$1" "$2" .tx_packets)" "$3"
	equal tx_payload "$(row "$1" "$2" .tx_payload)" "$4"
	equal rx_packets "$(row "$1" "$2" .rx_packets)" "$5"
	equal rx_payload "$(row "$1" "$2" .rx_payload)" "$6"
}

# The row of the server's exchange with the client on port $1.
peer()
{
	echo ".proto == \"udp\" and .lport == 7000 and .rport == $1"
}

test_server()
{
	local n

	serve
	next udp
	result "the server's row carries the sum of its peers" "$(
		counts udp "$server" 3 150 6 600
		equal side "$(row udp "$server" .side)" both
		equal pid "$(row udp "$server" .pid)" "$(pid_of server)")"
	for n in 1 2 3; do
		result "the exchange with client $n is a row, with the server's process" "$(
			counts udp "$(peer "710$n")" 1 50 "$n" $((n * 100))
			equal pid "$(row udp "$(peer "710$n")" .pid)" "$(pid_of server)")"
	done
	result "packets are counted once, for all that they are in two kinds of rows" \
		"$(equal udp "$(last udp '[.rows[] | select(.proto == "udp" and .rport) | .tx_packets + .rx_packets] | add')" 9)"
}

test_connected()
{
	do_all server <<-END
		udp l
		bind l 127.0.0.1 7200
	END
	do_all near <<-END
		udp c
		connect c 127.0.0.1 7200
		send c 300
		send c 300
	END
	next udp
	result "a connected socket is joined to its exchange" "$(
		counts udp '.rport == 7200 and .state == "ESTABLISHED"' 2 600 0 0
		equal pid "$(row udp '.rport == 7200 and .state == "ESTABLISHED"' .pid)" "$(pid_of near)")"
	result "the unconnected one at its other end has the same numbers the other way" "$(
		counts udp '.lport == 7200 and .state == "UNCONN"' 0 0 2 600
		equal pid "$(row udp '.lport == 7200 and .state == "UNCONN"' .pid)" "$(pid_of server)")"
}

test_dual_stack()
{
	do_all server <<-END
		udp d 6
		bind d :: 7300
	END
	do_all clients <<-END
		udp d
		bind d 10.9.0.2 7301
		sendto d 10.9.0.1 7300 70
	END
	next udp
	result "a socket of IPv6 gets its datagrams of IPv4 too" "$(
		counts udp '.lport == 7300 and .state == "UNCONN"' 0 0 1 70
		equal pid "$(row udp '.lport == 7300 and .rport == 7301' .pid)" "$(pid_of server)")"
}

new_ns far
veth here v0 10.9.0.1/24 far v1 10.9.0.2/24
actor server here
actor near here
actor clients far
monitor udp here
test_server
test_connected
test_dual_stack
stop udp
live_plan
