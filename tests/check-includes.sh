#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# TAP: who may include whom (doc/design.md). Usage: check-includes.sh [TREE]
#
# First every rule over the tree, then every rule over a tree made here with one violation of it: a rule that
# cannot fail is not a test. Reads text only; no compiler, so #if makes no difference.
set -u

tree=${1:-${top_srcdir:-.}}
number=0

# One rule a line: NAME;FILES;MAY INCLUDE. FILES is an extended regular expression over the path; then the
# beginnings that a quoted name may have. config.h may be included anywhere.
rules=(
	'base;src/base/.*;base/'
	'net;src/net/.*;base/ net/'
	'event;src/event[.]h;base/ net/'
	'model;src/model/.*;base/ net/ event.h model/'
	'source;src/source/.*;base/ net/ event.h source/'
	'query;src/query/.*;base/ net/ event.h model/ query/'
	'export;src/export/.*;base/ net/ event.h model/ query/ export/'
	'ui;ui/.*;base/ net/ event.h model/ query/ export/ ui/ app.h'
	'app;src/(app|batch|killrun|places|priv|progress|options)[^/]*;base/ net/ event.h model/ query/ export/ source/ app batch killrun places priv progress options'
	'main;src/main[.]c;base/ net/ event.h model/ query/ export/ source/ app batch killrun places priv options ui/'
)
# One library a line: NAME;HEADERS;FILES that may include them.
libraries=(
	'curses;(ncurses.*/)?n?curses.*;ui/screen[.]c'
	'libpcap;pcap.*;src/source/.*'
	'libmnl;libmnl/.*;src/source/.*'
)

# Every #include of tree $1 as FILE:LINE:NAME, NAME with its quotes or brackets.
includes_of()
{
	(cd "$1" && find src ui -name '*.[ch]' -exec grep -HnE '^[[:space:]]*#[[:space:]]*include' {} + |
		sed -E 's/^([^:]*:[0-9]+):[^"<]*(["<][^">]*[">]).*/\1:\2/' | sort -t: -k1,1 -k2,2n)
}

# Includes of tree $1 in files $2 of a quoted name that begins with none of the words $3.
not_allowed()
{
	includes_of "$1" | awk -F: -v files="^($2)\$" -v words="$3 config.h" '
		BEGIN { count = split(words, allowed, " ") }
		$1 !~ files || $3 !~ /^"/ { next }
		{
			for (i = 1; i <= count; i++)
				if (index($3, "\"" allowed[i]) == 1)
					next
			print
		}'
}

# Includes of tree $1 of the headers $2, in either spelling, in files other than $3.
wrong_place()
{
	includes_of "$1" | awk -F: -v headers="^[\"<]($2)[\">]\$" -v files="^($3)\$" \
		'$3 ~ headers && $1 !~ files'
}

# Includes of tree $1 in brackets of what is a file of the tree, which the rules above would not see.
bracketed()
{
	local where name

	includes_of "$1" | grep '<' | while IFS='<>' read -r where name _; do
		[[ ! -e $1/src/$name && ! -e $1/$name ]] || echo "$where<$name>"
	done
}

# Files of tree $1 that no rule holds for: a new directory is a design decision.
unruled()
{
	local files all=

	for rule in "${rules[@]}"; do
		IFS=';' read -r _ files _ <<<"$rule"
		all+="|$files"
	done
	(cd "$1" && find src ui -name '*.[ch]' | grep -vxE "${all#|}")
}

# result NAME BAD: one TAP line; BAD, the offenders, is empty when all is well.
result()
{
	number=$((number + 1))
	[[ -z $2 ]] || sed 's/^/# /' <<<"$2"
	[[ -z $2 ]] && echo "ok $number - $1" || echo "not ok $number - $1"
}

# caught NAME FOUND: a planted violation must be found, and nothing else.
caught()
{
	if (($(grep -c . <<<"$2") == 1)); then
		result "self-test: $1" ""
	else
		result "self-test: $1" "one violation was planted, found: ${2:-none}"
	fi
}

# plant FILE LINE: a fresh small tree, good but for LINE in FILE.
plant()
{
	rm -rf "${scratch:?}"/*
	mkdir -p "$scratch"/src/{base,net,model,source,query,export} "$scratch/ui" "$(dirname "$scratch/$1")"
	echo '#include "base/buf.h"' | tee "$scratch"/src/{base,net,model,source,query,export}/good.c \
		"$scratch/src/base/buf.h" >"$scratch/ui/good.c"
	echo "$2" >>"$scratch/$1"
}

check_tree()
{
	local rule name files allowed headers

	for rule in "${rules[@]}"; do
		IFS=';' read -r name files allowed <<<"$rule"
		result "$name includes only $allowed" "$(not_allowed "$tree" "$files" "$allowed")"
	done
	for rule in "${libraries[@]}"; do
		IFS=';' read -r name headers files <<<"$rule"
		result "$name is included only by $files" "$(wrong_place "$tree" "$headers" "$files")"
	done
	result "the tree's own headers are included with quotes" "$(bracketed "$tree")"
	result "every source file falls under a rule" "$(unruled "$tree")"
	result "there is something to check" \
		"$([[ -n $(includes_of "$tree") ]] || echo "no #include under $tree/src")"
}

# One violation a line: RULE;FILE;LINE.
violations=(
	'base;src/base/bad.h;#include "net/addr.h"'
	'net;src/net/bad.c;#include "event.h"'
	'event;src/event.h;# include "model/model.h"'
	'model;src/model/bad.c;#include "source/diag.h"'
	'source;src/source/bad.c;  #include "model/model.h"'
	'query;src/query/bad.c;#include "export/formats.h"'
	'export;src/export/bad.c;#include "ui/grid.h"'
	'ui;ui/bad.c;#include "source/sources.h"'
	'app;src/app.c;#include "ui/ui.h"'
	'main;src/main.c;#include "../tests/fake.h"'
)
library_violations=(
	'curses;ui/grid.c;#include <curses.h>'
	'curses;src/net/bad.c;#include <ncursesw/curses.h>'
	'libpcap;src/net/links.c;#include <pcap/pcap.h>'
	'libmnl;src/model/bad.c;#include "libmnl/libmnl.h"'
)

rule_named()
{
	local name=$1 rule

	shift
	for rule; do
		[[ $rule != "$name;"* ]] || echo "$rule"
	done
}

self_test()
{
	local entry name file line files allowed headers

	for entry in "${violations[@]}"; do
		IFS=';' read -r name file line <<<"$entry"
		IFS=';' read -r _ files allowed <<<"$(rule_named "$name" "${rules[@]}")"
		plant "$file" "$line"
		caught "$line in $file" "$(not_allowed "$scratch" "$files" "$allowed")"
	done
	for entry in "${library_violations[@]}"; do
		IFS=';' read -r name file line <<<"$entry"
		IFS=';' read -r _ headers files <<<"$(rule_named "$name" "${libraries[@]}")"
		plant "$file" "$line"
		caught "$line in $file" "$(wrong_place "$scratch" "$headers" "$files")"
	done
	plant src/query/bad.c '#include <base/buf.h>'
	caught "brackets" "$(bracketed "$scratch")"
	plant src/extra/bad.c 'int x;'
	caught "a directory without a rule" "$(unruled "$scratch")"
}

scratch=$(mktemp -d) || exit 1
trap 'rm -rf "$scratch"' EXIT
check_tree
self_test
echo "1..$number"
