#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# TAP: interfaces that come, go, and are not there: packets of one that was created after the start are seen, one that is deleted
# under the capture does not end it, and one that does not exist is refused with those that do.
# shellcheck source=tests/live/lib.sh
. "${top_srcdir:?run me through make check}/tests/live/lib.sh"
live_start "$@"

# cable NAME NET: a veth from here to far, up, with 10.NET.0.1 here and 10.NET.0.2 there.
cable()
{
	veth here "$1" "10.$2.0.1/24" far "far$1" "10.$2.0.2/24"
}

# kept RUN PORT: the datagram is still a row. When the address went with its interface, neither end is this host's any more.
kept()
{
	equal payload "$(row "$1" ".proto == \"udp\" and (.lport == $2 or .rport == $2)" '.rx_payload + .tx_payload')" 100
}

# seen RUN PORT INTERFACE: the datagram to PORT is a row of INTERFACE.
seen()
{
	equal rx_payload "$(row "$1" ".lport == $2 and .rport == 7000" .rx_payload)" 100
	equal iface "$(row "$1" ".lport == $2 and .rport == 7000" .iface)" "$3"
}

# arrives CHECK...: waits until CHECK has nothing to say. A new link's first packet may wait for ARP to be asked again: the
# kernel tells of carriers once a second (net/core/link_watch.c), and other tests make links too.
arrives()
{
	[[ -z $("$@") ]]
}

test_any()
{
	monitor any here
	cable late0 9
	do_all far <<<"sendto u 10.9.0.1 7001 100"
	next any
	within 10 arrives seen any 7001 late0
	result "an interface created after the start is captured" "$(seen any 7001 late0)"
	ip link del late0
	next any
	result "what was seen on it stays when it is deleted" \
		"$(kept any 7001)"
	cable late0 9
	do_all far <<<"sendto u 10.9.0.1 7002 100"
	next any
	within 10 arrives seen any 7002 late0
	result "one created again under the same name is captured too" "$(seen any 7002 late0)"
	stop any
}

# Of a link that is down the kernel does not tell when it is deleted: sockmon looks now and then.
tells_of()
{
	last named .sources.capture | grep -q "$1"
}

# A capture on one interface only, which goes away under it.
test_named()
{
	cable named0 8
	monitor named here -i named0
	do_all far <<<"sendto u 10.8.0.1 7003 100"
	do_all far <<<"sendto u 10.9.0.1 7004 100"
	next named
	within 10 arrives seen named 7003 named0
	result "with -i the named interface is captured, and no other" "$(
		seen named 7003 named0
		equal rows "$(rows named '.lport == 7004')" 0)"
	ip link set named0 down
	next named
	ip link del named0
	result "the interface deleted under it, sockmon goes on, and the JSON says so" "$(
		within 10 tells_of named0 || last named .sources
		kill -0 "$monitor_pid" || cat "$dir/named.err")"
	next named
	result "what was seen before stays" "$(kept named 7003)"
	stop named 1 '^sockmon: .*named0'
}

test_unknown()
{
	"$bin" -i nowhere0 -c 1 -o json >"$dir/out" 2>"$dir/err"
	result "an interface that does not exist is refused with those that do" "$(
		equal status $? 1
		[[ ! -s $dir/out ]] || cat "$dir/out"
		equal lines "$(wc -l <"$dir/err")" 1
		grep -q "nowhere0.*lo" "$dir/err" || cat "$dir/err")"
}

new_ns far
actor far far
do_all far <<-END
	udp u
	bind u 0.0.0.0 7000
END
test_any
test_named
test_unknown
live_plan
