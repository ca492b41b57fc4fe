#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# TAP: the program has no writable variable of static storage but the ones allowed below, each with its reason.
# Usage: check-globals.sh [FILE...]; without FILE, the archives and objects of the build ($top_builddir).
#
# Goes by section, not by nm's letter: .data.rel.ro (tables of pointers in a PIE) is 'd' to nm, and read-only
# by the time main() runs.
set -u

objdump=${OBJDUMP:-objdump}
number=0

# One variable a line: OBJECT;SYMBOL;WHY.
allowed=(
	'signals.o;signal_bits;what arrived: a handler gets no argument to put it in'
)

# The writable variables of the object files and archives given, as OBJECT;SYMBOL;SECTION.
writable_of()
{
	"$objdump" -t "$@" | awk '
		/file format/ { object = $1; sub(/:$/, "", object); sub(/.*\//, "", object) }
		# value, seven columns of flags, section, size, name
		/^[0-9a-f]+ ....... / {
			flags = substr($0, index($0, " ") + 1, 7)
			count = split(substr($0, index($0, " ") + 9), field)
			section = field[1]; name = field[count]
			if (flags ~ /d|f/ || section ~ /^[.]data[.]rel[.]ro/)
				next
			if (section ~ /^[.](data|bss|tdata|tbss)([.]|$)/ || section == "*COM*")
				print object ";" name ";" section
		}'
}

# A function-static variable is NAME.0 to gcc, FUNCTION.NAME to clang.
plain_name()
{
	local name=${1%.[0-9]*}

	echo "${name##*.}"
}

# The lines on stdin that are not on the list above.
not_allowed()
{
	local object symbol section

	while IFS=';' read -r object symbol section; do
		# The compiler puts the program's name before it where a target has flags of its own.
		object=${object#sockmon-}
		printf '%s\n' "${allowed[@]}" | grep -qF "$object;$(plain_name "$symbol");" ||
			echo "$object: $(plain_name "$symbol") in $section"
	done
}

# Instrumented objects are full of the instrument's own variables.
instrument_of()
{
	"$objdump" -t "$@" | grep -om1 -E '__(asan|tsan|ubsan|msan|sanitizer|gcov|llvm_prof)[a-z_]*'
}

# result NAME BAD: one TAP line; BAD, the offenders, is empty when all is well.
result()
{
	number=$((number + 1))
	[[ -z $2 ]] || sed 's/^/# /' <<<"$2"
	[[ -z $2 ]] && echo "ok $number - $1" || echo "not ok $number - $1"
}

check_files()
{
	local instrument file

	for file; do
		instrument=$(instrument_of "$file")
		if [[ -n $instrument ]]; then
			number=$((number + 1))
			echo "ok $number - ${file##*/} # SKIP instrumented build ($instrument)"
		elif ! "$objdump" -t "$file" >/dev/null; then
			result "${file##*/} can be read" "$objdump cannot read $file"
		else
			result "${file##*/} has no writable variable that is not allowed" \
				"$(writable_of "$file" | not_allowed)"
		fi
	done
}

# compile NAME CODE...: $scratch/NAME.o from lines of C, position-independent as the build's.
compile()
{
	local object=$scratch/$1.o

	shift
	# shellcheck disable=SC2086 # CC may be a command with arguments
	printf '%s\n' "$@" | ${CC:-cc} -O2 -fPIE -fcommon -x c -c -o "$object" -
}

# caught NAME SYMBOLS CODE...: an object of that code shows exactly the writable SYMBOLS.
caught()
{
	local name=$1 wanted=$2 found

	shift 2
	if ! compile "$name" "$@"; then
		result "self-test: $name" "did not compile: $*"
		return
	fi
	found=$(writable_of "$scratch/$name.o" | not_allowed | awk '{ print $2 }' | sort | xargs)
	result "self-test: $name" "$([[ $found == "$wanted" ]] || printf 'wanted: %s\nfound: %s\n' "$wanted" "$found")"
}

self_test()
{
	caught global "planted_bss planted_data" 'int planted_bss; int planted_data = 3;'
	caught static planted 'int f(void) { static int planted; return ++planted; }'
	caught thread planted_thread '_Thread_local int planted_thread;'
	caught constant "" 'extern int a(void), b(void); int (*const table[])(void) = { a, b };' \
		'static const char *const names[] = { "x", "y" }; const char *f(int i) { return names[i]; }'
	caught signals "" 'static volatile int signal_bits; int f(void) { return ++signal_bits; }'
	caught other signal_bits 'int signal_bits;'
}

scratch=$(mktemp -d) || exit 1
trap 'rm -rf "$scratch"' EXIT
if (($#)); then
	check_files "$@"
else
	build=${top_builddir:?run me through make check, or name the files}
	# screen.c is left out: curses is global by nature, and what talks to it may be.
	check_files "$build"/libsockmon.a "$build"/libsockmonui.a "$build"/src/*main.o
fi
self_test
echo "1..$number"
