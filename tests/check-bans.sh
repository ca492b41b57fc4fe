#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# TAP: functions that do not appear in src/ and ui/, each with its reason, and the licence line of every file.
# Usage: check-bans.sh [TREE]. Comments and strings do not count. VLAs are the compiler's to find (-Wvla).
set -u

tree=${1:-${top_srcdir:-.}}
number=0

# One ban a line: FUNCTION;WHY.
bans=(
	'strcpy;no bound'
	'strcat;no bound'
	'strncpy;may leave no terminator: copy min(len, sizeof) with memcpy'
	'sprintf;no bound: snprintf'
	'vsprintf;no bound: vsnprintf'
	'gets;no bound'
	'strtok;hidden state, writes its input'
	'atoi;no errors: parse with full consumption and a range'
	'atol;as atoi'
	'atof;as atoi'
	'alloca;the stack is not for input'
	'rand;hidden state: a replay must give the same screens'
	'printw;screens are painted into grid.c'
)

# The sources of tree $1 as FILE:LINE:TEXT without comments, strings emptied.
code_of()
{
	(cd "$1" && find src ui -name '*.[ch]' | sort | xargs -r awk '
		BEGIN { token = "/[*]|//|\"([^\"\\\\]|\\\\.)*\"|\047([^\047\\\\]|\\\\.)*\047" }
		FNR == 1 { inside = 0 }
		{
			text = $0; code = ""
			while (text != "") {
				if (inside) {
					if (!(end = index(text, "*/")))
						break
					text = substr(text, end + 2); inside = 0; continue
				}
				if (!match(text, token)) {
					code = code text; break
				}
				mark = substr(text, RSTART, 2)
				code = code substr(text, 1, RSTART - 1)
				text = substr(text, RSTART + RLENGTH)
				if (mark == "//")
					break
				inside = mark == "/*"
				if (!inside)
					code = code "\"\""
			}
			print FILENAME ":" FNR ":" code
		}')
}

# Where the code on stdin calls $1 (or takes its address: the word alone is enough).
uses_of()
{
	grep -E "^[^:]*:[0-9]+:(.*[^[:alnum:]_])?$1([^[:alnum:]_]|\$)"
}

# Files of tree $1 whose first line is not the licence.
unlicensed()
{
	(cd "$1" && find src ui -name '*.[ch]' | sort | while read -r file; do
		head -n 1 "$file" | grep -qF 'SPDX-License-Identifier: GPL-2.0-or-later' || echo "$file"
	done)
}

# result NAME BAD: one TAP line; BAD, the offenders, is empty when all is well.
result()
{
	number=$((number + 1))
	[[ -z $2 ]] || sed 's/^/# /' <<<"$2"
	[[ -z $2 ]] && echo "ok $number - $1" || echo "not ok $number - $1"
}

# caught NAME WANTED FOUND
caught()
{
	result "self-test: $1" "$([[ $2 == "$3" ]] || printf 'wanted: %s\nfound: %s\n' "$2" "$3")"
}

check_tree()
{
	local ban name why code

	code=$(code_of "$tree")
	for ban in "${bans[@]}"; do
		IFS=';' read -r name why <<<"$ban"
		result "no $name ($why)" "$(uses_of "$name" <<<"$code")"
	done
	result "every file opens with its licence" "$(unlicensed "$tree")"
	result "there is something to check" "$([[ -n $code ]] || echo "no source under $tree/src")"
}

self_test()
{
	local ban name found

	mkdir -p "$scratch/src" "$scratch/ui"
	for ban in "${bans[@]}"; do
		name=${ban%%;*}
		printf '%s\n' "/* $name(x); a comment" "$name(x); */ int my_$name(int), ${name}_s(int);" \
			"	return \"/*\\\"//\" + '\"' /* now */ + $name (x);" >"$scratch/src/bad.c"
		found=$(code_of "$scratch" | uses_of "$name")
		caught "a call of $name" "src/bad.c:3:	return \"\" + \"\"  + $name (x);" "$found"
	done
	caught "a file without a licence" src/bad.c "$(unlicensed "$scratch")"
}

scratch=$(mktemp -d) || exit 1
trap 'rm -rf "$scratch"' EXIT
check_tree
self_test
echo "1..$number"
