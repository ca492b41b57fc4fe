#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The benchmarks: run.sh [dump|screen|file|flows|live]... (default all). One line each: what, its value, the floor measured in the same
# run, their ratio and the bar that the ratio should stay below. Prints only: a slow machine is no failed test.
# Needs root or unprivileged user namespaces for all but "file" and "flows". Nothing else should be running.
# BENCH_SOCKETS and BENCH_PACKETS make it smaller.
set -u

build=${top_builddir:?run me through make bench}
here=${top_srcdir:?}/tests/bench
tools=$build/tests/bench
bin=$build/sockmon
sockets=${BENCH_SOCKETS:-100000} runs=7 packets=${BENCH_PACKETS:-1000000} flows=10000 seconds=8
pids=()

now_us()
{
	echo "${EPOCHREALTIME/[.,]/}"
}

# took COMMAND...: its wall clock in microseconds; 0 when it failed. What it says goes to $dir/out.
took()
{
	local begin

	begin=$(now_us)
	if "$@" >"$dir/out" 2>"$dir/err"; then
		echo $(($(now_us) - begin))
	else
		echo "bench: $* failed: $(head -n 1 "$dir/err")" >&2
		echo 0
	fi
}

# compare NAME BAR COMMAND...: the shortest of $runs runs against the shortest of as many of ${floor[@]}. They take turns,
# so that what else the machine does meets both.
compare()
{
	local name=$1 bar=$2 least=0 least_floor=0 us i

	shift 2
	for ((i = 0; i < runs; i++)); do
		us=$(took "${floor[@]}")
		((least_floor == 0 || us < least_floor)) && least_floor=$us
		us=$(took "$@")
		((least == 0 || us < least)) && least=$us
	done
	report "$name" "$least" "$least_floor" "$bar" ms
}

# report NAME VALUE FLOOR BAR UNIT: VALUE and FLOOR in thousandths of UNIT. BAR is "-" where there is none.
report()
{
	awk -v name="$1" -v value="$2" -v floor="$3" -v bar="$4" -v unit="$5" 'BEGIN {
		printf "%-46s %9.2f %-3s floor %9.2f %-3s ratio %5.2f", name, value / 1000, unit, floor / 1000, unit,
			floor ? value / floor : 0
		print bar == "-" ? "" : sprintf("  bar %s %s", bar, floor && value / floor <= bar ? "" : "OVER")
	}'
}

# hold N: keeps N sockets until let_go.
hold()
{
	sysctl -qw net.ipv4.ip_local_port_range="9000 65535"
	rm -f "$dir/hold" "$dir/ready"
	mkfifo "$dir/hold"
	"$tools/holdsockets" $(($1 / 2)) <"$dir/hold" >"$dir/ready" &
	holder=$!
	exec {hold}>"$dir/hold"
	until [[ -s $dir/ready ]]; do
		kill -0 "$holder" 2>/dev/null || { echo "could not hold $1 sockets"; return 1; }
		sleep 0.1
	done
	sleep 2
}

let_go()
{
	exec {hold}>&-
	wait "$holder"
}

# peak_kib COMMAND...: its largest resident set.
peak_kib()
{
	python3 -c 'import resource, subprocess, sys
subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, check=True)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)' "$@"
}

# memory COUNT PEAK_WITHOUT COMMAND...: bytes a socket.
memory()
{
	local count=$1 without=$2

	shift 2
	awk -v with="$(peak_kib "$@")" -v without="$without" -v n="$count" 'BEGIN {
		each = (with - without) * 1024 / n
		printf "%-46s %9.0f bytes a socket  bar 600 %s\n", "  memory, -o json", each, each <= 600 ? "" : "OVER" }'
}

bench_dump()
{
	local floor hold holder without

	without=$(peak_kib "$bin" -1 -o json -t)
	hold "$sockets" || return
	floor=("$tools/dumpfloor")
	compare "dump of $("${floor[@]}") TCP sockets: -1 -o table -t" - "$bin" -1 -o table -t
	compare "  with --no-process" 1.5 "$bin" -1 -o table -t --no-process
	compare "  as -o json, with --no-process" 3 "$bin" -1 -o json -t --no-process
	compare "  as -o json" - "$bin" -1 -o json -t
	compare "  ss -tan" - ss -tan
	compare "  ss -tani" - ss -tani
	memory "$sockets" "$without" "$bin" -1 -o json -t
	floor=("$tools/dumpfloor" owners)
	compare "  -1 -o table -t, the floor reading owners too" - "$bin" -1 -o table -t
	compare "  -1 -o json -t, likewise" 3 "$bin" -1 -o json -t
	floor=(ss -tanp)
	runs=2 compare "  -1 -o table -t, the floor being ss -tanp" 0.125 "$bin" -1 -o table -t
	let_go
}

# screen_cpu COMMAND...: percent of a core, in thousandths, over ten seconds of rounds, once it has settled.
screen_cpu()
{
	local pid before

	rm -f "$dir/pid"
	python3 "$here/in_terminal.py" "$dir/pid" "$@" &
	pids=($!)
	until [[ -s $dir/pid ]]; do sleep 0.05; done
	pid=$(<"$dir/pid")
	sleep 5
	before=$(cpu_us "$pid")
	sleep 10
	echo $((($(cpu_us "$pid") - before) / 100))
	kill "${pids[0]}" && wait "${pids[0]}"
	pids=()
}

# A floor would be a program that dumps once a second and shows nothing.
bench_screen()
{
	local count=${BENCH_COUNT:-10000} bar hold holder

	bar=$((count > 10000 ? 30 : 4))
	hold "$count" || return
	awk -v n="$count" -v pct="$(screen_cpu "$bin" -i lo)" -v bar="$bar" -v floor="$(took "$tools/dumpfloor")" 'BEGIN {
		printf "%-46s %9.2f %%   floor %9.2f %%   bar %d %s\n", "screen with " n " TCP sockets, -d 1", pct / 1000,
			floor / 10000, bar, pct / 1000 <= bar ? "" : "OVER" }'
	let_go
}

bench_file()
{
	local floor=("$tools/pcapfloor" "$dir/capture") few_peak

	"$tools/gencapture" "$dir/capture" "$flows" "$packets" || return
	compare "file of $packets packets, $flows flows: -o csv" 1.5 "$bin" -r "$dir/capture" -o csv
	compare "  as -o json" - "$bin" -r "$dir/capture" -o json
	few_peak=$(peak_kib "$bin" -r "$dir/capture" -o csv)
	if command -v tcpdump >/dev/null; then
		compare "  tcpdump -w" - tcpdump -r "$dir/capture" -w /dev/null
	fi
	"$tools/gencapture" "$dir/capture" $((flows * 100)) $((packets * 4)) || return
	compare "file of $((packets * 4)) packets, $((flows * 100)) flows: -o csv" 2.5 "$bin" -r "$dir/capture" -o csv
	awk -v peak="$(peak_kib "$bin" -r "$dir/capture" -o csv)" -v few="$few_peak" -v n=$((flows * 99)) 'BEGIN {
		each = (peak - few) * 1024 / n
		printf "%-46s %9.0f bytes a flow  bar 200 %s\n", "  memory, -o csv", each, each <= 200 ? "" : "OVER" }'
	rm -f "$dir/capture"
}

# What the flow table costs a packet beside decoding, as CPU time.
bench_flows()
{
	local name value floor

	"$tools/flowrate" | while IFS=';' read -r name value floor; do
		report "flow table: $name" "$value" "$floor" - ns
	done
}

# cpu_us PID: what all its threads have run, in microseconds. From the scheduler where it tells, else in clock ticks.
cpu_us()
{
	if [[ -r /proc/$1/schedstat ]]; then
		cat "/proc/$1/task/"*/schedstat | awk '{ ns += $1 } END { printf "%d\n", ns / 1000 }'
	else
		sed 's/.*) //' "/proc/$1/stat" | awk -v hz="$(getconf CLK_TCK)" '{ printf "%d\n", ($12 + $13) * 1000000 / hz }'
	fi
}

# live_cpu COMMAND...: nanoseconds of CPU a packet while the packets pass.
live_cpu()
{
	local pid before sent

	rm -f "$dir/pid"
	python3 "$here/in_terminal.py" "$dir/pid" "$@" &
	pids=($!)
	until [[ -s $dir/pid ]]; do sleep 0.05; done
	pid=$(<"$dir/pid")
	sleep 2
	before=$(cpu_us "$pid")
	sent=$("$tools/blast" va 2000 "$rate" "$seconds")
	sleep 1
	# what the last packets of the interval cost is drawn in the second after them
	awk -v us="$(($(cpu_us "$pid") - before))" -v n="$sent" 'BEGIN { printf "%d\n", us * 1000 / n }'
	kill "${pids[0]}" && wait "${pids[0]}"
	pids=()
}

# live_at RATE BAR WORDS: the bar is a ratio to what tcpdump needs: on other machines both are other.
live_at()
{
	local rate=$1 beside=0

	if command -v tcpdump >/dev/null; then
		beside=$(live_cpu tcpdump -i vb -s 96 -w /dev/null)
	fi
	report "live, $3: the screen" "$(live_cpu "$bin" -i vb)" "$beside" "$2" us
	report "  -o table -d 1" "$(live_cpu "$bin" -i vb -o table -d 1)" "$beside" - us
}

bench_live()
{
	ip link add va type veth peer name vb && ip link set va up && ip link set vb up || return
	echo "CPU a packet of 2000 flows; the floor is tcpdump -s 96 -w /dev/null"
	live_at 50000 2.4 "50,000 packets/s"
	live_at 10000000 1.35 "as many as the sender can"
}

finish()
{
	local pid

	for pid in "${pids[@]}"; do
		kill "$pid" 2>/dev/null
	done
	rm -rf "$dir"
}

# Each in a namespace of its own: what one leaves (TIME_WAIT) would be in the way of the next.
run_alone()
{
	if ((EUID == 0)) && unshare -n true 2>/dev/null; then
		BENCH_INSIDE=1 unshare -n bash "$0" "$1"
	elif unshare -Urn true 2>/dev/null; then
		BENCH_INSIDE=1 unshare -Urn bash "$0" "$1"
	elif [[ $1 == file || $1 == flows ]]; then
		BENCH_INSIDE=1 bash "$0" "$1"
	else
		echo "$1: not measured: needs root, or unprivileged user namespaces"
	fi
}

if [[ -z ${BENCH_INSIDE-} ]]; then
	(($#)) || set -- dump screen file flows live
	for bench; do
		run_alone "$bench"
		[[ $bench != screen ]] || BENCH_COUNT=$sockets run_alone screen
	done
	exit 0
fi
dir=$(mktemp -d) || exit 1
trap finish EXIT
[[ $1 == file || $1 == flows ]] || ip link set lo up
"bench_$1"
