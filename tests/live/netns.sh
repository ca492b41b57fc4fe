#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# TAP: network namespaces: with -N all the same tuple in two of them is two rows, each with its own name, process and
# packets; one that comes while sockmon runs shows up and one that goes is let go; -N NAME, PID and PATH look at one;
# without rights another's sockets come out of /proc/PID/net.
# The test has a process and a mount namespace too, so that -N all finds its own namespaces only; and a cgroup
# namespace, so that the unit or container in which it runs gives none of them its name.
# shellcheck source=tests/live/lib.sh
. "${top_srcdir:?run me through make check}/tests/live/lib.sh"
if [[ -z ${LIVE_INSIDE-} ]]; then
	apart=(unshare -nmpCf --mount-proc --kill-child)
	if ((EUID == 0)) && "${apart[@]}" true 2>/dev/null; then
		LIVE_INSIDE=root exec "${apart[@]}" bash "$0" "$@"
	elif "${apart[@]}" -Ur true 2>/dev/null; then
		LIVE_INSIDE=user exec "${apart[@]}" -Ur bash "$0" "$@"
	fi
	skip_all "needs root, or unprivileged user namespaces with a /proc of their own"
fi
live_start "$@"

# snapshot NAME ARGUMENT...: one, without packets, through $as.
as=()
snapshot()
{
	local name=$1

	shift
	timeout 60 "${as[@]}" "$bin" -1 --no-capture -o json "$@" >"$dir/$name" 2>"$dir/$name.err" ||
		echo "sockmon $*: status $?: $(cat "$dir/$name.err")"
}

# name_ns NS: gives it the name that `ip netns` would.
name_ns()
{
	mount -t tmpfs none /run && ip netns attach "$1" "${live_ns[$1]}"
}

# A connection to itself over lo: 127.0.0.1:7001 to 127.0.0.1:7000.
talk_to_self()
{
	do_all "$1" <<-END
		tcp l
		bind l 127.0.0.1 7000
		listen l 4
		tcp c
		bind c 127.0.0.1 7001
		connect c 127.0.0.1 7000
		accept s l
		send c $2
		recv s $2
	END
}

talk_over_cable()
{
	do_all one <<-END
		tcp cable
		bind cable 10.7.0.1 7100
		listen cable 4
	END
	do_all two <<-END
		tcp cable
		bind cable 10.7.0.2 7101
		connect cable 10.7.0.1 7100
	END
	do_all one <<<"accept end cable"
	do_all two <<<"send cable 5000"
	do_all one <<<"recv end 5000"
}

# of NS: the selection of its rows.
of()
{
	echo ".netns == \"${names[$1]}\""
}

# The client's row in NS is its own: ACTOR's, with so much sent.
own_row()
{
	local client

	client="$(of "$1") and .lport == 7001"
	equal "rows of $1" "$(rows all "$client")" 1
	equal "pid in $1" "$(row all "$client" .pid)" "$(pid_of "$2")"
	equal "payload in $1" "$(row all "$client" .tx_payload)" "$3"
	equal "side in $1" "$(row all "$client" .side)" both
	equal "interface in $1" "$(row all "$client" .iface)" lo
}

test_all()
{
	monitor all here -N all -t
	next all
	result "all: each namespace is named, by ip netns or by its inode" "$(
		equal listeners "$(last all '[.rows[] | select(.lport == 7000 and .state == "LISTEN") | .netns] |
			sort | join(" ")')" "${names[blue]} ${names[red]}")"
	do_all one <<<$'send c 1000\nrecv s 1000'
	do_all two <<<$'send c 3000\nrecv s 3000'
	talk_over_cable
	next all
	result "all: the same tuple in two namespaces is two rows, with their own processes and packets" "$(
		own_row blue one 1000
		own_row red two 3000)"
	result "all: each end of a cable is a row of its namespace, with what passed there" "$(
		for end in "blue 7100 rx v0 one" "red 7101 tx v1 two"; do
			read -r ns port way iface actor <<<"$end"
			which="$(of "$ns") and .lport == $port and .state == \"ESTABLISHED\""
			equal "rows in $ns" "$(rows all "$which")" 1
			equal "pid in $ns" "$(row all "$which" .pid)" "$(pid_of "$actor")"
			equal "payload in $ns" "$(row all "$which" ".${way}_payload")" 5000
			equal "interface in $ns" "$(row all "$which" .iface)" "$iface"
		done)"
}

has_rows()
{
	(($(rows all "$1") == $2))
}

# Does sockmon hold the namespace open?
holds()
{
	find "/proc/$monitor_pid/fd" -printf '%l\n' | grep -qxF "$1"
}

test_coming_and_going()
{
	local inode

	new_ns green
	inode=$(readlink "/proc/${live_ns[green]}/ns/net")
	actor three green
	do_all three <<-END
		tcp l
		bind l 127.0.0.1 7300
		listen l 4
		tcp c
		bind c 127.0.0.1 7301
		connect c 127.0.0.1 7300
		accept s l
	END
	result "a namespace that appears while sockmon runs is looked at" "$(
		within 20 has_rows '.lport == 7301 and .netns != null' 1 || last all '.rows[] | select(.lport == 7301)'
		equal pid "$(row all '.lport == 7301' .pid)" "$(pid_of three)")"
	next all 3
	do_all three <<<$'send c 700\nrecv s 700'
	next all
	result "and its packets are counted from then on" "$(
		equal payload "$(row all '.lport == 7301' .tx_payload)" 700)"
	holds "$inode" || bail "sockmon does not hold $inode open: the next test would pass for nothing"
	dismiss three
	kill "${live_ns[green]}"
	result "one that goes is gone from the rows, and let go" "$(
		within 20 has_rows '.lport == 7300 and .state == "LISTEN"' 0 || echo "still there"
		within 20 lets_go "$inode" || ls -l "/proc/$monitor_pid/fd")"
	result "the others are not touched" "$(
		next all
		own_row blue one 1000)"
}

# The lowest number that none of sockmon's descriptors has: with it as the limit, no more can be opened.
lowest_free()
{
	local fd=0

	while [[ -e /proc/$monitor_pid/fd/$fd ]]; do
		fd=$((fd + 1))
	done
	echo $fd
}

test_shortage()
{
	local limit

	limit=$(prlimit --pid "$monitor_pid" --nofile --noheadings -o SOFT)
	prlimit --pid "$monitor_pid" --nofile="$(($(lowest_free) + 4)):" || bail "prlimit"
	new_ns grey
	actor four grey
	do_all four <<<$'tcp l\nbind l 127.0.0.1 7400\nlisten l 4'
	next all 6
	has_rows '.lport == 7400' 0 || bail "there were descriptors: the next test would pass for nothing"
	prlimit --pid "$monitor_pid" --nofile="$limit:"
	result "a namespace for which there were no descriptors is tried again" "$(
		within 20 has_rows '.lport == 7400' 1 || last all '.rows[] | .lport')"
}

lets_go()
{
	! holds "$1"
}

test_one()
{
	local spec

	for spec in blue "${live_ns[blue]}" "/proc/${live_ns[blue]}/ns/net"; do
		[[ $spec != blue || -n $named ]] || continue
		result "-N $spec: the sockets of that namespace only" "$(
			snapshot one -N "$spec"
			equal listeners "$(last one '[.rows[] | select(.proto == "tcp" and .state == "LISTEN") |
				.lport] | sort | map(tostring) | join(" ")')" "7000 7100"
			equal pid "$(row one '.lport == 7000 and .state == "LISTEN"' .pid)" "$(pid_of one)")"
	done
	result "-N NAME that nobody has: one sentence that says where names are" "$(
		snapshot none -N no-such-name | grep -q "status 1: .*no network namespace 'no-such-name'.*ip netns" ||
			cat "$dir/none.err")"
}

test_once()
{
	result "-1 -N all: every namespace is in the one snapshot" "$(
		snapshot once -N all
		equal listeners "$(rows once '.lport == 7000 and .state == "LISTEN"')" 2)"
}

# As nobody, who may enter none, nor see that a process is in the one that has a name.
test_rights()
{
	as=(setpriv --reuid 65534 --regid 65534 --clear-groups --inh-caps=-all --bounding-set=-all)
	if ! "${as[@]}" "$bin" -V >/dev/null 2>&1; then
		skip "without rights: the other's sockets out of /proc/PID/net" "cannot run it as nobody"
		return
	fi
	result "without rights: the other's sockets out of /proc/PID/net" "$(
		for ns in blue red; do	# the inode is not for them to see
			names[$ns]="sleep[${live_ns[$ns]}]"
		done
		snapshot nobody -N all
		for ns in blue red; do
			which=".lport == 7000 and .state == \"LISTEN\" and $(of "$ns")"
			equal "listeners in $ns" "$(rows nobody "$which")" 1
			which=".lport == 7001 and .rport == 7000 and $(of "$ns")"
			equal "clients in $ns" "$(rows nobody "$which")" 1
		done
		equal "rows of no namespace" "$(rows nobody '.lport == 7000 and .netns == null')" 0)"
	as=()
}

declare -A names
new_ns blue
new_ns red
veth blue v0 10.7.0.1/24 red v1 10.7.0.2/24
named=$(name_ns blue 2>/dev/null && echo yes)
names[blue]=${named:+blue}
names[blue]=${names[blue]:-$(readlink "/proc/${live_ns[blue]}/ns/net")}
names[red]=$(readlink "/proc/${live_ns[red]}/ns/net")
actor one blue
actor two red
talk_to_self one 10
talk_to_self two 10
test_all
test_coming_and_going
test_shortage
stop all
test_one
test_once
test_rights
live_plan
