#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# TAP: --kill destroys the sockets that match, and no other: the process gets ECONNABORTED, the peer a reset, the listener
# of the port lives on. What cannot be destroyed is said of each socket.
# shellcheck source=tests/live/lib.sh
. "${top_srcdir:?run me through make check}/tests/live/lib.sh"
live_start "$@"

# open_all: the same set of sockets before each test. c1 and c2 are connections to l, k one to l6 by its v4-mapped address.
open_all()
{
	do_all near <<-END
		tcp c1
		bind c1 127.0.0.1 7101
		connect c1 127.0.0.1 7000
		accept s1 l
		tcp c2
		bind c2 127.0.0.1 7102
		connect c2 127.0.0.1 7000
		accept s2 l
	END
}

# fate ACTOR NAME: what a process sees of its socket: "alive", "end", or the error's number.
fate()
{
	local answer

	answer=$(ask "$1" "recv $2 1" 2>&1) && { echo alive; return; }
	case $answer in
	*"[Errno "*) answer=${answer#*\[Errno } && echo "${answer%%]*}" ;;
	*"ended 1 bytes early"*) echo end ;;
	*) echo "$answer" ;;
	esac
}

# lives SOCKET PEER: a byte passes.
lives()
{
	do_all near <<<"send $2 1"
	equal "$1" "$(fate near "$1")" alive
}

# destroy NAME STATUS FILTER OPTION...: runs --kill; what it says goes to $dir/NAME and NAME.err.
destroy()
{
	local name=$1 wanted=$2 status

	shift 2
	"${as[@]}" "$bin" --no-capture --yes --kill "$@" >"$dir/$name" 2>"$dir/$name.err" </dev/null
	status=$?
	equal status "$status" "$wanted"
	[[ $wanted != 0 || ! -s $dir/$name.err ]] || cat "$dir/$name.err"
}

lines_with()
{
	grep -c -- "$2" "$dir/$1"
}

as=()
aborted=103 reset=104	# ECONNABORTED, ECONNRESET

test_one_of_two()
{
	open_all
	result "one connection of two is destroyed" "$(
		destroy one 0 'sport = :7101 and state established'
		equal "lines" "$(wc -l <"$dir/one")" 1
		equal "lines that say so" "$(lines_with one '^destroyed ')" 1)"
	result "its process gets ECONNABORTED, its peer a reset" "$(
		equal process "$(fate near c1)" "$aborted"
		equal peer "$(fate near s1)" "$reset")"
	result "the other one lives, and so does the listener of the port" "$(
		lives c2 s2
		ask near tcp c3 >/dev/null
		ask near connect c3 127.0.0.1 7000 2>&1 >/dev/null
		ask near accept s3 l 2>&1 >/dev/null
		lives c3 s3)"
}

test_mapped()
{
	do_all near <<-END
		tcp l6 6
		bind l6 :: 7001
		listen l6 4
		tcp m
		bind m 127.0.0.1 7103
		connect m 127.0.0.1 7001
		accept ms l6
	END
	result "the v4-mapped end of a connection is destroyed" "$(
		destroy mapped 0 'sport = :7001 and dport = :7103'
		equal "lines that say so" "$(lines_with mapped '^destroyed ')" 1
		equal process "$(fate near ms)" "$aborted"
		equal peer "$(fate near m)" "$reset")"
}

test_listener()
{
	result "a listener is destroyed only where it is meant" "$(
		destroy listener 0 'state listening and sport = :7001'
		equal "lines that say so" "$(lines_with listener '^destroyed ')" 1
		equal "listeners of 7001" "$(ss -Htln 'sport = :7001' | wc -l)" 0
		equal "listeners of 7000" "$(ss -Htln 'sport = :7000' | wc -l)" 1)"
}

test_udp()
{
	do_all near <<-END
		udp u
		bind u 127.0.0.1 7200
	END
	result "a datagram socket is destroyed: its process is told" "$(
		destroy udp 0 'proto udp and sport = :7200'
		equal process "$(fate near u)" "$aborted")"
}

test_nothing()
{
	result "a filter that nothing matches destroys nothing, which is no failure" "$(
		destroy nothing 0 'sport = :7999' >"$dir/said"
		grep -v 'nothing was destroyed' "$dir/said"
		equal "lines on stdout" "$(wc -l <"$dir/nothing")" 0)"
}

test_unix()
{
	"$python" -c 'import socket, sys
s = socket.socket(socket.AF_UNIX)
s.bind("\0sockmon-kill-test")
s.listen()
print("ready", flush=True)
sys.stdin.read()' <"$dir/hold" >"$dir/ready" &
	live_pids+=($!)
	exec {hold}>"$dir/hold"
	within 10 test -s "$dir/ready" || bail "no unix socket"
	result "a unix socket cannot be destroyed, and that is said" "$(
		destroy local 1 'laddr ~ sockmon-kill-test' -x
		equal "lines that say why" "$(lines_with local '^failed .*the kernel cannot destroy')" 1
		equal "sentences on stderr" "$(wc -l <"$dir/local.err")" 1)"
	exec {hold}>&-
}

test_rights()
{
	if ! setpriv --bounding-set=-net_admin --inh-caps=-net_admin true 2>/dev/null; then
		skip "without CAP_NET_ADMIN each socket says so, and lives" "setpriv cannot drop CAP_NET_ADMIN here"
		return
	fi
	as=(setpriv --bounding-set=-net_admin --inh-caps=-net_admin)
	result "without CAP_NET_ADMIN each socket says so, and lives" "$(
		destroy rights 1 '( sport = :7104 or dport = :7104 )'
		equal "lines that say why" "$(lines_with rights '^failed .*CAP_NET_ADMIN')" 2
		grep -q CAP_NET_ADMIN "$dir/rights.err" || cat "$dir/rights.err"
		lives c4 s4)"
	as=()
}

test_no_terminal()
{
	result "without --yes and without a terminal nothing is destroyed" "$(
		"$bin" --no-capture --kill 'sport = :7104' >"$dir/asked" 2>"$dir/asked.err" </dev/null
		equal status $? 1
		grep -q -e --yes "$dir/asked.err" || cat "$dir/asked.err"
		lives c4 s4)"
}

# answered TEXT: what --kill does with that answer on a terminal; prints what it says there.
answered()
{
	"$python" -c 'import os, pty, sys
pid, terminal = pty.fork()
if not pid:
    os.execvp(sys.argv[2], sys.argv[2:])
said = b""
try:
    while part := os.read(terminal, 65536):
        if b"[y/N]" in part + said and b"[y/N]" not in said:
            os.write(terminal, sys.argv[1].encode() + b"\n")
        said += part
except OSError:
    pass
os.waitpid(pid, 0)
print(said.decode())' "$1" "$bin" --no-capture --kill 'sport = :7104'
}

test_question()
{
	local said

	said=$(answered "yikes no")
	result "what is to be destroyed is named, and anything but yes leaves it alone" "$(
		[[ $said == *127.0.0.1:7104* && $said == *'Destroy this socket?'* ]] || echo "$said"
		answered "" >/dev/null
		lives c4 s4)"
	said=$(answered yes)
	result "yes destroys it" "$(
		[[ $said == *destroyed* ]] || echo "$said"
		equal rows "$("$bin" -1 -t -o json 'sport = :7104 and state established' | jq '.rows | length')" 0)"
}

mkfifo "$dir/hold"
actor near here
do_all near <<-END
	tcp l
	bind l 127.0.0.1 7000
	listen l 8
	tcp c4
	bind c4 127.0.0.1 7104
	connect c4 127.0.0.1 7000
	accept s4 l
END
test_one_of_two
test_mapped
test_listener
test_udp
test_nothing
test_unix
test_rights
test_no_terminal
test_question
live_plan
