#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# TAP: a connection that was seen ESTABLISHED and is in TIME_WAIT now keeps the process that it had, though the kernel no
# longer knows it, and though the process has ended.
# shellcheck source=tests/live/lib.sh
. "${top_srcdir:?run me through make check}/tests/live/lib.sh"
live_start "$@"

# same_as_before RUN: who the row in TIME_WAIT says it belongs to.
same_as_before()
{
	equal state "$(row "$1" "$client" .state)" TIME_WAIT
	equal pid "$(row "$1" "$client" .pid)" "$pid"
	equal process "$(row "$1" "$client" .process)" "$process"
	equal cookie "$(row "$1" "$client" .cookie)" "$cookie"
	equal no_process_reason "$(row "$1" "$client" .no_process_reason)" null
	equal side "$(row "$1" "$client" .side)" "$2"
}

# test_run NAME PORT SIDE ARGUMENT...
test_run()
{
	local name=$1 port=$2 side=$3
	local client=".rport == $port and .proto == \"tcp\""

	shift 3
	actor "$name.c" here
	actor "$name.s" here
	do_all "$name.s" <<-END
		tcp l
		bind l 127.0.0.1 $port
		listen l 4
	END
	: >"$dir/$name"
	"$bin" -o json -d 0.5 "$@" >"$dir/$name" 2>"$dir/$name.err" &
	monitor_pid=$!
	live_pids+=($!)
	within 20 has_snapshots "$name" 1 || bail "no snapshot: $(cat "$dir/$name.err")"
	do_all "$name.c" <<-END
		tcp c
		connect c 127.0.0.1 $port
	END
	do_all "$name.s" <<<"accept s l"
	next "$name"
	pid=$(pid_of "$name.c")
	process=$(<"/proc/$pid/comm")
	cookie=$(row "$name" "$client" .cookie)
	result "$name: while it is open the row has its process" "$(
		equal state "$(row "$name" "$client" .state)" ESTABLISHED
		equal pid "$(row "$name" "$client" .pid)" "$pid")"
	do_all "$name.c" <<<"close c"
	do_all "$name.s" <<-END
		ends s
		close s
	END
	next "$name"
	result "$name: in TIME_WAIT it is the same row with the same process" "$(same_as_before "$name" "$side")"
	dismiss "$name.c"
	next "$name"
	result "$name: when the process has ended it still is" "$(same_as_before "$name" "$side")"
	stop "$name"
	dismiss "$name.s"
	"$bin" -1 --no-capture -o json >"$dir/late" 2>&1
	result "$name: who comes later is told why there is no process" \
		"$(equal reason "$(row late "$client" .no_process_reason)" time-wait)"
}

test_run "with packets" 7000 both
test_run "without packets" 7001 socket --no-capture
live_plan
