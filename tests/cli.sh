#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# TAP: the command line from the outside: bad input gets one clear sentence and the right status, good input
# gives output that its readers can read. Needs no rights; as root it also looks at what happens without any.
set -u

bin=${top_builddir:?run me through make check}/sockmon
number=0

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

# run ARGUMENT...: sockmon with nothing on stdin; leaves $status, and its words in $dir/out and $dir/err.
run()
{
	timeout 30 "$bin" "$@" </dev/null >"$dir/out" 2>"$dir/err"
	status=$?
}

# failed_with STATUS WORDS: it said so in one sentence on stderr with WORDS (a regular expression), nothing on stdout.
failed_with()
{
	((status == $1)) || echo "status $status, wanted $1"
	[[ ! -s $dir/out ]] || echo "on stdout: $(head -c 200 "$dir/out")"
	(($(wc -l <"$dir/err") == ${3:-1})) || echo "not ${3:-one} line(s) on stderr: $(cat "$dir/err")"
	head -n 1 "$dir/err" | grep -qE "^sockmon: .*($2)" || echo "not said: $2, but: $(cat "$dir/err")"
}

# refuses NAME STATUS WORDS ARGUMENT...
refuses()
{
	local name=$1 wanted=$2 words=$3

	shift 3
	run "$@"
	result "$name" "$(failed_with "$wanted" "$words")"
}

# The part of the filter that the carets on stderr stand under.
under_caret()
{
	awk 'NR == 2 { text = $0 } NR == 3 { match($0, /\^+/); print substr(text, RSTART, RLENGTH) }' "$dir/err"
}

# points_at NAME SPOT WORDS FILTER: the sentence has WORDS, and the caret stands under SPOT.
points_at()
{
	run "$4"
	result "$1" "$(
		failed_with 2 "$3" 3
		[[ $(under_caret) == "$2" ]] || echo "the caret is under \"$(under_caret)\", wanted \"$2\"")"
}

test_options()
{
	refuses "an unknown long option is named" 2 'unknown.* --nope' --nope
	refuses "an unknown short option is named" 2 'unknown option -Z' -Z
	refuses "an option without its argument says what it takes" 2 '--columns needs LIST' -C
	refuses "an unknown column is named, with the nearest one" 2 '"lprt".*"lport"' -C laddr,lprt
	refuses "an unknown sort column is named, with the nearest one" 2 '"lprt".*"lport"' -S -lprt
	refuses "a column that cannot group is refused" 2 'grouped by "rtt"' -g rtt
	refuses "an interval too short is refused with the range" 2 '0[.]1 to 3600' -d 0.01
	refuses "an interval that is no number is refused" 2 '"1x"' -d 1x
	refuses "a count of nothing is refused" 2 'count.*"0"' -c 0
	refuses "a count beyond 64 bits is refused" 2 'count' -c 18446744073709551616
	refuses "an unknown format is refused with those there are" 2 'table, json, jsonl, csv' -o xml
	refuses "an unknown table is refused with those there are" 2 '"decnet".*tcp, udp' -A tcp,decnet
	refuses "a file and an interface together are refused" 2 'choose one' -r x -i lo
}

test_filters()
{
	points_at "an unknown column is shown in its place" lprt 'lprt.*lport' 'sport = :22 and lprt = 3'
	points_at "an unknown state is shown in its place" bogus '"bogus" is not a state' 'state bogus'
	points_at "a prefix too long is shown in its place" 10.0.0.0/40 '0 to 32' 'not dst 10.0.0.0/40'
	points_at "an open parenthesis is shown in its place" '(' 'not closed' '( port 4'
	run 'rtt >'
	result "a filter that breaks off says what is missing" "$(failed_with 2 'where a value should be' 3)"
}

test_files()
{
	: >"$dir/empty"
	echo "not a capture, but some text" >"$dir/text"
	gzip -c "$dir/text" >"$dir/capture.gz"
	# little-endian pcap 2.4, snaplen 65535, link type 0x7777
	printf '\xd4\xc3\xb2\xa1\2\0\4\0\0\0\0\0\0\0\0\0\xff\xff\0\0\x77\x77\0\0' >"$dir/link"
	printf '\xd4\xc3\xb2\xa1\2\0' >"$dir/short"
	refuses "a missing file is named" 1 "$dir/missing.*No such file" -r "$dir/missing"
	refuses "a directory is no capture" 1 "$dir.*directory" -r "$dir"
	refuses "an empty file is no capture" 1 "$dir/empty.*empty" -r "$dir/empty"
	refuses "an empty stdin is no capture" 1 'empty' -r -
	refuses "text is no capture" 1 "$dir/text.*not a capture" -r "$dir/text"
	refuses "a compressed capture says what to do" 1 "$dir/capture.gz.*gunzip" -r "$dir/capture.gz"
	refuses "an unknown link type is named, with those known" 1 'link type 30583.*EN10MB' -r "$dir/link"
	refuses "a file header cut short is told" 1 "$dir/short" -r "$dir/short"
	refuses "a wrong capture filter is quoted" 2 "'tcp prot 3'.*pcap-filter" -f 'tcp prot 3' -c 1 -o json
}

# unwritten NAME WHY: sockmon failed because stdout could not be written.
unwritten()
{
	status=$?
	: >"$dir/out"
	result "$1" "$(failed_with 1 "output could not be written: $2")"
}

test_stdout()
{
	"$bin" --demo -1 2>"$dir/err" >/dev/full
	unwritten "a full disk is told" 'No space left'
	"$bin" --demo -o json -1 2>"$dir/err" >/dev/full
	unwritten "a full disk is told, of JSON too" 'No space left'
	"$bin" --help 2>"$dir/err" >/dev/full
	unwritten "a full disk is told, of the help too" 'No space left'
	"$bin" --demo -1 2>"$dir/err" >&-
	unwritten "a closed stdout is told" 'Bad file'
	"$bin" -1 --no-capture -o json 2>"$dir/err" >&-
	unwritten "a closed stdout is told, and no other descriptor takes its place" 'Bad file'
	"$bin" --demo -1 -o csv 2>"$dir/err" | head -n 1 >"$dir/out"
	status=${PIPESTATUS[0]}
	result "a reader that has enough is no error" "$(
		((status == 0)) || echo "status $status"
		[[ ! -s $dir/err ]] || cat "$dir/err"
		(($(wc -l <"$dir/out") == 1)) || echo "not one line: $(cat "$dir/out")")"
}

# says NAME WORDS ARGUMENT...: status 0, WORDS on stdout, nothing on stderr.
says()
{
	local name=$1 words=$2

	shift 2
	run "$@"
	result "$name" "$(
		((status == 0)) || echo "status $status"
		[[ ! -s $dir/err ]] || cat "$dir/err"
		grep -qE -- "$words" "$dir/out" || echo "not said: $words")"
}

test_words()
{
	local version

	says "--help is output like any other" '^ +-o, --output FORMAT' --help
	version=$(sed -n 's/^#define PACKAGE_VERSION "\(.*\)"/\1/p' "$top_builddir/config.h")
	says "--version tells the version" "^sockmon ${version:?}\$" --version
	says "--columns help lists the columns" '^tcp_info[.]rtt|^rtt ' --columns help
	says "-- ends the options" 'PROTO' --demo -1 -- port 443
}

# same_twice FORMAT
same_twice()
{
	run --demo -1 -o "$1"
	cp "$dir/out" "$dir/first"
	run --demo -1 -o "$1"
	result "the demo gives the same $1 every time" "$(
		[[ -s $dir/out ]] || echo "no output"
		cmp "$dir/first" "$dir/out")"
}

# by_python NAME PROGRAM: what python prints of $dir/out is what is wrong.
by_python()
{
	result "$1" "$(python3 -c "$2" "$dir/out" 2>&1)"
}

test_formats()
{
	local format

	for format in table json jsonl csv; do
		same_twice "$format"
	done
	if ! command -v python3 >/dev/null; then
		skip "csv, json and jsonl are what readers expect" "python3 is not installed"
		return
	fi
	run --demo -1 -o csv
	by_python "csv has as many fields in every row" '
import csv, sys
rows = list(csv.reader(open(sys.argv[1], newline="")))
if len(rows) < 10: print("only", len(rows), "rows")
for row in rows:
    if len(row) != len(rows[0]): print(len(row), "fields, wanted", len(rows[0]), row)'
	run --demo -1 -o jsonl
	by_python "jsonl has a header, rows, and their number at the end" '
import json, sys
lines = [json.loads(line) for line in open(sys.argv[1])]
if lines[0].get("schema") != "sockmon.snapshot/1": print("header:", lines[0])
if lines[-1] != {"rows": len(lines) - 2} or len(lines) < 10: print("end:", lines[-1], "of", len(lines), "lines")'
	run --demo -1 -o json
	cp "$dir/out" "$dir/json"
	run --demo -1 -o csv
	cp "$dir/out" "$dir/csv"
	by_python "json and csv have the same rows" '
import csv, json, os, sys
here = os.path.dirname(sys.argv[1])
rows = json.load(open(here + "/json"))["rows"]
lines = list(csv.DictReader(open(here + "/csv", newline="")))
if len(rows) != len(lines): print(len(rows), "and", len(lines), "rows")
for row, line in zip(rows, lines):
    for key in "proto laddr lport raddr rport state inode cookie process".split():
        text = str(row.get(key, ""))
        if text.isprintable() and text != line[key]: print(key, row.get(key), line[key])'
	run --demo -1 -o csv -H -C proto,lport 'proto udp'
	result "filter, columns and -H cut the output down" "$(
		[[ -s $dir/out ]] || echo "no output"
		grep -vE '^udp,[0-9]*'$'\r''?$' "$dir/out")"
}

# As nobody, from a copy that nobody may run.
without_rights()
{
	if ((EUID == 0)); then
		timeout 30 setpriv --reuid 65534 --regid 65534 --clear-groups --inh-caps=-all \
			--bounding-set=-all "$dir/sockmon" "$@" </dev/null >"$dir/out" 2>"$dir/err"
	else
		timeout 30 "$dir/sockmon" "$@" </dev/null >"$dir/out" 2>"$dir/err"
	fi
	status=$?
}

test_rights()
{
	chmod 755 "$dir"
	cp "$bin" "$dir/sockmon"
	without_rights --version
	if ((status != 0)); then
		skip "without rights sockets are listed" "cannot run without rights here: $(head -n 1 "$dir/err")"
		skip "without rights -i is refused" "as above"
		return
	fi
	without_rights -c 1 -d 0.1 -o json
	result "without rights sockets are listed, and JSON names the command that gives the right" "$(
		((status == 0)) || echo "status $status: $(cat "$dir/err")"
		grep -q '"schema":"sockmon.snapshot/1"' "$dir/out" || echo "no snapshot"
		grep -q '"sources":.*"capture":".*setcap .*cap_net_raw' "$dir/out" ||
			grep '"sources"' "$dir/out" || echo "no sources")"
	without_rights -i lo -o json -c 1
	result "without rights -i is refused, with the command that gives the right" \
		"$(failed_with 1 'setcap')"
}

# A pipe that gives one packet and no end: what came is written when the user has waited enough.
test_cut()
{
	local pid

	mkfifo "$dir/endless"
	"$bin" -r "$dir/endless" -o csv -H -C proto,remote,tx_payload >"$dir/out" 2>"$dir/err" &
	pid=$!
	exec 9>"$dir/endless"
	# little-endian pcap 2.4, bare IPv4; a UDP datagram of 4 bytes from 10.0.0.1:7 to 10.0.0.2:9
	printf '\xd4\xc3\xb2\xa1\2\0\4\0\0\0\0\0\0\0\0\0\0\0\1\0\x65\0\0\0' >&9
	printf '\1\0\0\0\0\0\0\0\x20\0\0\0\x20\0\0\0' >&9
	printf '\x45\0\0\x20\0\1\0\0\x40\x11\0\0\12\0\0\1\12\0\0\2\0\7\0\11\0\14\0\0abcd' >&9
	sleep 1
	kill -INT $pid
	wait $pid
	status=$?
	exec 9>&-
	result "a file that the user has cut gives what was read, a sentence and 0" "$(
		((status == 0)) || echo "status $status"
		[[ $(tr -d '\r' <"$dir/out") == udp,10.0.0.2:9,4 ]] || cat "$dir/out"
		grep -q 'was not read to its end' "$dir/err" || cat "$dir/err")"
}

dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
test_options
test_filters
test_files
refuses "an unknown interface is named, with those there are" 1 'nowhere0.*lo|setcap' -i nowhere0 -o json -c 1
test_stdout
test_words
test_formats
test_cut
test_rights
echo "1..$number"
