# SPDX-License-Identifier: GPL-2.0-or-later
# Sourced by the live tests: namespaces, actors that hold sockets, runs of sockmon, TAP.
#
# live_start moves the test into a network namespace of its own, as root or in a user namespace; where neither
# is allowed, the test is skipped with the reason. Every wait has an end. What a test starts is listed in
# live_pids and ended by process id when the test leaves; namespaces end with the processes in them.
# shellcheck shell=bash
set -u

bin=${top_builddir:?run me through make check}/sockmon
here=${top_srcdir:?}/tests/live
python=python3
number=0
live_pids=()
declare -A live_ns=() actor_in=() actor_out=() actor_pid=()

skip_all()
{
	echo "1..0 # SKIP $1"
	exit 0
}

# live_start "$@": returns in a fresh network namespace with lo up.
live_start()
{
	local tool

	for tool in ip ss jq python3 unshare nsenter; do
		command -v "$tool" >/dev/null || skip_all "$tool is not installed"
	done
	if [[ -z ${LIVE_INSIDE-} ]]; then
		if ((EUID == 0)) && unshare -n true 2>/dev/null; then
			LIVE_INSIDE=root exec unshare -n bash "$0" "$@"
		elif unshare -Urn true 2>/dev/null; then
			LIVE_INSIDE=user exec unshare -Urn bash "$0" "$@"
		fi
		skip_all "needs root, or unprivileged user namespaces (unshare -Urn)"
	fi
	dir=$(mktemp -d) || exit 1
	chmod 755 "$dir"
	trap live_end EXIT
	ip link set lo up || skip_all "cannot set up interfaces here"
}

live_end()
{
	local pid

	for pid in "${live_pids[@]}"; do
		kill "$pid" 2>/dev/null
	done
	wait 2>/dev/null
	rm -rf "$dir"
}

live_plan()
{
	echo "1..$number"
}

# result NAME BAD: one TAP line; BAD, what was wrong, is empty when all is well.
result()
{
	number=$((number + 1))
	[[ -z $2 ]] || sed 's/^/# /' <<<"$2"
	[[ -z $2 ]] && echo "ok $number - $1" || echo "not ok $number - $1"
}

skip()
{
	number=$((number + 1))
	echo "ok $number - $1 # SKIP $2"
}

# bail WHY: the test itself could not go on, which is a failure.
bail()
{
	result "the test could be carried out" "$1"
	live_plan
	exit 1
}

# within SECONDS COMMAND...: true as soon as COMMAND is.
within()
{
	local end=$((SECONDS + $1))

	shift
	until "$@"; do
		((SECONDS <= end)) || return 1
		sleep 0.05
	done
}

# ---- namespaces: a process holds each. "here" is the test's own.

other_ns()
{
	local its

	its=$(readlink "/proc/$1/ns/net") && [[ $its != $(readlink /proc/self/ns/net) ]]
}

new_ns()
{
	unshare -n sleep 300 &
	live_pids+=($!)
	live_ns[$1]=$!
	within 10 other_ns $! || bail "no namespace $1"
	in_ns "$1" ip link set lo up
}

# Sets $prefix to what runs a command in NS. A command started with & behind it has its own process id in $!; behind
# a function it would have that of a shell.
prefix_for()
{
	prefix=()
	[[ $1 == here ]] || prefix=(nsenter -t "${live_ns[$1]}" -n --)
}

in_ns()
{
	local prefix

	prefix_for "$1"
	shift
	"${prefix[@]}" "$@"
}

# veth NS NAME ADDR/LEN NS NAME ADDR/LEN: a cable between two namespaces. An address may be "-".
veth()
{
	ip link add "$2" type veth peer name "$5" || bail "no veth $2"
	plug "$1" "$2" "$3"
	plug "$4" "$5" "$6"
}

plug()
{
	[[ $1 == here ]] || ip link set "$2" netns "${live_ns[$1]}"
	[[ $3 == - ]] || in_ns "$1" ip addr add "$3" dev "$2"
	in_ns "$1" ip link set "$2" up
}

# ---- actors (actor.py)

# actor NAME NS [PREFIX...]: a process in NS, run through PREFIX.
actor()
{
	local name=$1 in out prefix

	prefix_for "$2"
	shift 2
	mkfifo "$dir/$name.in" "$dir/$name.out"
	"${prefix[@]}" "$@" "$python" "$here/actor.py" <"$dir/$name.in" >"$dir/$name.out" 2>"$dir/$name.err" &
	live_pids+=($!)
	actor_pid[$name]=$!
	exec {in}>"$dir/$name.in" {out}<"$dir/$name.out"
	actor_in[$name]=$in
	actor_out[$name]=$out
}

# tell ACTOR WORDS...: begins it; answer ACTOR: waits for the end of it and prints what was answered.
tell()
{
	local to=${actor_in[$1]}

	shift
	echo "$*" >&"$to"
}

answer()
{
	local line

	read -r -t 30 line <&"${actor_out[$1]}" || line="error: $1 does not answer: $(cat "$dir/$1.err")"
	if [[ $line != ok* ]]; then
		echo "# $line" >&2
		return 1
	fi
	echo "${line#ok }"
}

ask()
{
	tell "$@"
	answer "$1"
}

# do_all ACTOR < LINES: each line of stdin, in order; what is answered is not wanted.
do_all()
{
	local line

	while read -r line; do
		[[ -z $line ]] || ask "$1" "$line" >/dev/null || bail "$1: $line"
	done
}

# kernel_says ACTOR NAME KEY: the number that getsockopt(TCP_INFO) gives.
kernel_says()
{
	ask "$1" info "$2" | grep -o "$3=[0-9]*" | cut -d= -f2
}

# transfer CLIENT SERVER ADDR PORT: $bytes over a connection of sockets cPORT and sPORT, until all is read.
transfer()
{
	do_all "$2" <<-END
		tcp l$4
		bind l$4 $3 $4
		listen l$4 4
	END
	do_all "$1" <<-END
		tcp c$4
		connect c$4 $3 $4
	END
	do_all "$2" <<<"accept s$4 l$4"
	tell "$2" recv "s$4" $bytes
	do_all "$1" <<<"send c$4 $bytes"
	answer "$2" >/dev/null || bail "the transfer failed"
}

# dismiss ACTOR: it ends, and its sockets with it.
dismiss()
{
	tell "$1" quit
	wait "${actor_pid[$1]}"
}

pid_of()
{
	ask "$1" pid
}

# ---- sockmon: a series of JSON snapshots in $dir/NAME, each of which jq reads

# monitor NAME NS ARGUMENT...: starts, and waits until it looks at packets.
monitor()
{
	local name=$1 prefix

	prefix_for "$2"
	shift 2
	"${prefix[@]}" "$bin" -o json -d 0.5 "$@" >"$dir/$name" 2>"$dir/$name.err" &
	live_pids+=($!)
	monitor_pid=$!
	within 20 captures $! || bail "sockmon does not capture: $(cat "$dir/$name.err")"
}

# Its packet socket is bound to every protocol (3 = ETH_P_ALL).
captures()
{
	awk '$4 == "0003" { found = 1 } END { exit !found }' "/proc/$1/net/packet" 2>/dev/null
}

# Complete snapshots: the last line of each is its closing brace.
count_of()
{
	grep -cx '}' "$dir/$1"
}

has_snapshots()
{
	(($(count_of "$1") >= $2))
}

# next NAME [N]: waits for N more snapshots; all but the first begin after now.
next()
{
	local wanted=$(($(count_of "$1") + ${2:-2}))

	within 30 has_snapshots "$1" "$wanted" || bail "no further snapshot: $(cat "$dir/$1.err")"
}

# stop NAME [STATUS WORDS]: ends the monitor with SIGTERM, which must end it well; or, where its input had ended before,
# with that STATUS and one sentence with WORDS (a regular expression).
stop()
{
	local status

	kill "$monitor_pid"
	wait "$monitor_pid"
	status=$?
	result "$1: sockmon ends with status ${2-0}${2+ and a sentence}" "$(
		equal status "$status" "${2-0}"
		equal "lines on stderr" "$(wc -l <"$dir/$1.err")" $(($# > 1))
		grep -qE "${3-}" "$dir/$1.err" || [[ -z ${3-} ]] || cat "$dir/$1.err"
		[[ -n ${3-} ]] || cat "$dir/$1.err")"
}

# last NAME FILTER: FILTER on the last complete snapshot.
last()
{
	awk '{ text = text $0 "\n" } /^}$/ { whole = text; text = "" } END { printf "%s", whole }' "$dir/$1" |
		jq -r "$2"
}

# row NAME SELECTION EXPRESSION: EXPRESSION of the one row that SELECTION is true for.
row()
{
	last "$1" "[.rows[] | select($2)] | if length == 1 then .[0] | $3 else \"\(length) rows\" end"
}

# rows NAME SELECTION: how many there are.
rows()
{
	last "$1" "[.rows[] | select($2)] | length"
}

# sum NUMBER...: "?" when one is none, so that what is not known equals nothing.
sum()
{
	local number total=0

	for number; do
		[[ $number =~ ^-?[0-9]+$ ]] || { echo "?"; return; }
		total=$((total + number))
	done
	echo "$total"
}

# equal WHAT FOUND WANTED: a line that says the difference, if there is one.
equal()
{
	[[ $2 == "$3" ]] || echo "$1 is \"$2\", wanted \"$3\""
}
