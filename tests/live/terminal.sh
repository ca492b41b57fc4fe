#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# TAP: sockmon --demo in a real terminal (tmux): the screen, two filters, resizing, suspending, hanging up, leaving.
# Needs tmux and no rights. Every wait has an end; the tmux server is this script's own.
set -u

bin=${top_builddir:?run me through make check}/sockmon
number=0
# In a session whose terminal has gone, LeakSanitizer's look at its own threads can last for ever; leaks are
# looked for where the same code runs without a terminal (tests/screens).
export ASAN_OPTIONS=${ASAN_OPTIONS:+$ASAN_OPTIONS:}detect_leaks=0
heading='PROCESS.*LOCAL.*REMOTE.*STATE'

# result NAME BAD: one TAP line; BAD, what was wrong, is empty when all is well.
result()
{
	number=$((number + 1))
	[[ -z $2 ]] || sed 's/^/# /' <<<"$2"
	[[ -z $2 ]] && echo "ok $number - $1" || echo "not ok $number - $1"
}

mux()
{
	tmux -S "$dir/socket" -f "$dir/tmux.conf" -u "$@"
}

now_ms()
{
	local us=${EPOCHREALTIME/[.,]/}

	echo "${us%???}"
}

# within MS COMMAND...: true as soon as COMMAND is, false after MS milliseconds.
within()
{
	local end=$(($(now_ms) + $1))

	shift
	until "$@"; do
		(($(now_ms) < end)) || return 1
		sleep 0.02
	done
}

screen()
{
	mux capture-pane -p -t main
}

shows()
{
	screen | grep -qE -e "$1"
}

key()
{
	mux send-keys -t main "$@"
}

# What the pane runs: $1 = prefix (env, setsid …), the rest = sockmon's arguments. Leaves its story in $dir.
write_runner()
{
	cat >"$dir/runner" <<-'RUNNER'
		#!/usr/bin/env bash
		dir=$1 bin=$2 prefix=$3
		shift 3
		ulimit -c 0
		stty -g >"$dir/stty.before"
		[[ $prefix != *nohup* ]] || trap '' HUP
		prefix=${prefix/nohup/}
		# shellcheck disable=SC2086 # the prefix is words
		$prefix bash -c 'echo $$ >"$0/pid"; exec "$@"' "$dir" "$bin" --demo "$@"
		echo $? >"$dir/status.new"
		stty -g >"$dir/stty.after" 2>/dev/null
		mv "$dir/status.new" "$dir/status"
		read -r -t 60
	RUNNER
}

# start WIDTHxHEIGHT PREFIX ARGUMENT...: sockmon in a fresh terminal.
start()
{
	local size=$1

	shift
	stop
	rm -f "$dir"/{pid,status,stty.before,stty.after}
	mux new-session -d -s main -x "${size%x*}" -y "${size#*x}" bash "$dir/runner" "$dir" "$bin" "$@"
}

stop()
{
	mux kill-session -t main 2>/dev/null
}

resize()
{
	mux resize-window -t main -x "${1%x*}" -y "${1#*x}"
}

ended()
{
	[[ -s $dir/status ]]
}

is_alternate()
{
	[[ $(mux display -p -t main '#{alternate_on}') == "$1" ]]
}

# In state T (stopped); the name in brackets may hold anything.
is_stopped()
{
	local stat

	stat=$(cat "/proc/$(cat "$dir/pid")/stat" 2>/dev/null) && [[ ${stat##*) } == T* ]]
}

# left_well STATUS: ended with it, the terminal as before.
left_well()
{
	within 5000 ended || { echo "it did not end"; return; }
	[[ $(cat "$dir/status") == "$1" ]] || echo "status $(cat "$dir/status"), wanted $1"
	cmp -s "$dir/stty.before" "$dir/stty.after" || echo "stty before and after differ"
	is_alternate 0 || echo "the alternate screen was not left"
	[[ $(mux display -p -t main '#{cursor_flag}#{mouse_any_flag}') == 10 ]] ||
		echo "the cursor is hidden or the mouse still taken"
}

need()
{
	within 10000 shows "$1" || { echo "not shown: $1"; screen; }
}

# The rows of connections on the screen: between the headings and the first line that is blank or the bottom's.
rows()
{
	screen | awk -v heading="$heading" '
		seen && (/^ *$/ || /^ *\/ / || /F1/) { exit }
		seen { print }
		$0 ~ heading { seen = 1 }'
}

# What the same demo prints in batch.
batch_count()
{
	"$bin" --demo -1 -o csv -H "$@" | wc -l
}

test_first_screen()
{
	start 80x24 ""
	result "the first screen has its headings" "$(need "$heading")"
	result "the first screen counts sockets" "$(need '[0-9]+ sockets')"
	result "the first screen has a function bar" "$(need 'F1')"
}

# filters NAME EXPRESSION: leaves the rows that the batch run finds too, and fewer than before.
filter_by()
{
	local all wanted

	start 120x60 ""
	need "$heading" >/dev/null
	all=$(rows | wc -l)
	wanted=$(batch_count "$2")
	key -l "/$2"
	key Enter
	result "filtering by $1 leaves the rows that match, and only those" "$(
		((wanted > 0 && wanted < all)) || echo "$wanted of $all rows should match: a poor test"
		has_rows() { (($(rows | wc -l) == wanted)); }
		within 5000 has_rows || { echo "wanted $wanted rows:"; screen; }
		[[ -z ${3:-} ]] || rows | grep -vE "$3")"
	key q
	left_well 0 >/dev/null
}

# Without what changes with time: numbers, rates' bars, and the spaces that go with them.
shape()
{
	sed -E 's/[▁▂▃▄▅▆▇█]+/~/g; s/[0-9][0-9.,]*[KMGTkmgt]?/0/g; s/ +/ /g; s/ $//' | head -n 4
}

test_resize()
{
	local size before after fresh

	start 80x24 ""
	need "$heading" >/dev/null
	key p
	for size in 100x30 3x3 90x20; do	# faster than frames
		resize "$size"
	done
	for size in 1x1 2x3 5x10 1x200 200x1 300x100 40x10 80x24 1x1 79x23 10x5 120x40; do
		resize "$size"
		sleep 0.1
	done
	within 5000 shows "$heading"
	sleep 0.3
	after=$(screen)
	key C-l
	sleep 0.3
	before=$(screen)
	result "after a resize storm the terminal shows what a repaint shows" \
		"$([[ $after == "$before" ]] || diff <(echo "$before") <(echo "$after"))"
	key q
	result "it survives a resize storm" "$(left_well 0)"
	start 120x40 ""
	need "$heading" >/dev/null
	key p
	sleep 0.3
	fresh=$(screen)
	result "after a resize storm the screen is laid out as a fresh one" "$(
		diff <(shape <<<"$fresh") <(shape <<<"$after")
		diff <(wc -l <<<"$fresh") <(wc -l <<<"$after"))"
}

test_tiny()
{
	start 1x1 ""
	sleep 0.5
	resize 80x24
	result "started in one cell it fills the terminal it gets" "$(need "$heading")"
	key q
	result "started in one cell it ends well" "$(left_well 0)"
}

test_quit()
{
	local begin

	start 80x24 ""
	need "$heading" >/dev/null
	begin=$(now_ms)
	key q
	within 5000 ended
	result "q quits within half a second" \
		"$(begin=$(($(now_ms) - begin)); ((begin <= 500)) || echo "it took $begin ms")"
	result "q ends with 0 and the terminal as it was" "$(left_well 0)"
}

test_signals()
{
	local name

	for name in TERM INT HUP; do
		start 80x24 ""
		need "$heading" >/dev/null
		kill -s "$name" "$(cat "$dir/pid")"
		result "SIG$name ends with 0 and the terminal as it was" "$(left_well 0)"
	done
	start 80x24 ""
	need "$heading" >/dev/null
	key C-c
	result "C-c ends with 0 and the terminal as it was" "$(left_well 0)"
}

test_crash()
{
	if [[ ${SANITIZE:-no} != no ]]; then
		number=$((number + 1))
		echo "ok $number - a crash gives the terminal back # SKIP the sanitizer ends the program its own way"
		return
	fi
	start 80x24 ""
	need "$heading" >/dev/null
	kill -s SEGV "$(cat "$dir/pid")"
	result "a crash gives the terminal back, says so, and is still a crash" \
		"$(left_well 139; need 'crashed \(signal 11\)')"
}

# Typed into a shell with job control: a stopped job needs somebody to continue it. Into sh, since bash
# mends the modes itself.
test_suspend()
{
	start 80x24 ""
	stop
	mux new-session -d -s main -x 80 -y 24 env -u ENV PS1='ready> ' sh -i
	need 'ready>' >/dev/null
	key -l "stty -g >$dir/stty.before; sh -c 'echo \$\$ >$dir/pid; exec $bin --demo'"
	key Enter
	need "$heading" >/dev/null
	key C-z
	result "C-z stops it" "$(within 5000 is_stopped || echo "it is not in state T")"
	result "C-z gives the screen back" "$(need '[Ss]topped'; is_alternate 0 || echo "alternate screen")"
	key -l "stty -g >$dir/stty.after"
	key Enter
	result "C-z gives the modes back" "$(
		within 3000 test -s "$dir/stty.after"
		cmp "$dir/stty.before" "$dir/stty.after" 2>&1)"
	resize 100x30
	key -l fg
	key Enter
	result "fg brings the whole screen back, at its new size" "$(
		need "$heading"
		within 3000 is_alternate 1 || echo "not the alternate screen"
		screen | awk 'length > 90 { found = 1 } END { if (!found) print "not 100 columns wide" }')"
	key q
	result "after fg, q ends it and the shell is back" "$(
		need 'ready> *$'
		is_alternate 0 || echo "the alternate screen was not left")"
}

# hang_up NAME PREFIX: the terminal goes away.
hang_up()
{
	local begin

	start 80x24 "$2"
	need "$heading" >/dev/null
	begin=$(now_ms)
	stop
	within 5000 ended
	result "$1" "$(
		begin=$(($(now_ms) - begin))
		((begin <= 1000)) || echo "it took $begin ms"
		[[ $(cat "$dir/status" 2>/dev/null) == 0 ]] || echo "status $(cat "$dir/status" 2>&1), wanted 0")"
}

# refuses NAME PREFIX WORDS: status 1 and a sentence with WORDS.
refuses()
{
	start 160x24 "$2"
	result "$1" "$(left_well 1; need "$3"; need '-o table')"
}

test_no_colour()
{
	start 80x24 "env NO_COLOR=1"
	need "$heading" >/dev/null
	result "NO_COLOR shows no colour" \
		"$(mux capture-pane -p -e -t main | grep -nP '\e\[(\d+;)*([34][0-8]|9[0-7]|10[0-7])(;\d+)*m' | cat -v)"
	start 80x24 ""
	need "$heading" >/dev/null
	result "without it there is colour (so the test above can fail)" "$(
		mux capture-pane -p -e -t main | grep -qP '\e\[(\d+;)*([34][0-8]|9[0-7])(;\d+)*m' || echo none)"
}

test_ascii()
{
	start 80x24 "env LC_ALL=C"
	need "$heading" >/dev/null
	result "the C locale shows nothing but ASCII" "$(screen | LC_ALL=C grep -n '[^ -~]' | cat -v)"
}

if ! command -v tmux >/dev/null; then
	echo "1..0 # SKIP tmux is not installed"
	exit 0
fi
dir=$(mktemp -d) || exit 1
# The server outlives its sessions: a new one must not meet it while it leaves.
printf '%s\n' 'set -g default-terminal screen-256color' 'set -g status off' 'set -s exit-empty off' \
	>"$dir/tmux.conf"
trap 'mux kill-server 2>/dev/null; rm -rf "$dir"' EXIT
unset TMUX NO_COLOR
write_runner

test_first_screen
filter_by port 'port 443' ':443|443'
filter_by protocol 'proto udp'
test_resize
test_tiny
test_quit
test_signals
test_crash
test_suspend
hang_up "a hang-up ends it within a second, SIGHUP being ignored" nohup
hang_up "a hang-up without a signal ends it within a second" "nohup setsid -w"
refuses "TERM=dumb is refused" "env TERM=dumb" 'TERM is "dumb"'
refuses "TERM unset is refused" "env -u TERM" 'TERM is not set'
refuses "an unknown TERM is refused" "env TERM=no-such-terminal" 'TERM is "no-such-terminal"'
test_no_colour
test_ascii
echo "1..$number"
