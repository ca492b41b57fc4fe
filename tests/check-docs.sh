#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# TAP: the words are true: README.md and doc/sockmon.1 against the program's own tables, and against each other.
# Usage: check-docs.sh [TREE].
#
# First every check over the tree, then every check over a copy of its documents with one violation planted. The
# man page's lists have the program's own words: a line ".It", then the line of help, then nothing or a macro.
set -u

tree=${1:-${top_srcdir:-.}}
build=${top_builddir:?run me through make check}
bin=$build/sockmon
tables=$build/tests/list-tables
number=0

# The items of section $2 of man page $1: SUBSECTION, TAB, what follows .It, TAB, the text up to the next macro.
items_of()
{
	awk -v section="$2" '
		function flush() {
			if (item != "")
				print sub_title "\t" item "\t" text
			item = ""; text = ""
		}
		/^\.\\"/ { next }
		/^\.Sh / { flush(); inside = substr($0, 5) == section; sub_title = ""; next }
		!inside { next }
		/^\.Ss / { flush(); sub_title = substr($0, 5); next }
		/^\.It / { flush(); item = substr($0, 5); open = 1; next }
		/^\./ { open = 0; next }
		open { text = text (text == "" ? "" : " ") $0 }
		END { flush() }' "$1" | sed 's/ , / /g; s/\\&//g; s/\\(ga/`/g; s/\\e/\\/g'
}

# options: "i interface LIST", TAB, help
options_wanted()
{
	"$bin" --help | sed -nE 's/^  (-(.), |    )--([^ ]+)( [^ ]+)? +([^ ].*)$/\2 \3\4\t\5/p' | sed 's/^ //'
}

options_written()
{
	items_of "$1" OPTIONS | cut -f2,3 | sed -E 's/Fl -?//g; s/Ar //'
}

# columns: name, TAB, JSON key or "-", TAB, help. A subsection in lower case is the prefix of its keys, and may
# be that of the names.
columns_written()
{
	items_of "$1" COLUMNS | awk -F'\t' -v OFS='\t' '
		{
			count = split($2, word, " ")
			key = count > 2 ? word[5] : word[2]
			if (count <= 2 && $1 ~ /^[a-z_]+$/) {
				sub("^" $1 "_", "", key)
				key = $1 "." key
			}
			if ($1 == "Cells of several values")
				key = "-"
			print word[2], key, $3
		}'
}

# keys and reasons: the words, TAB, help
list_written()
{
	items_of "$1" "$2" | cut -f2,3 | sed 's/^Cm //'
}

# What is on one side only, of two lists.
differences()
{
	LC_ALL=C comm -23 <(LC_ALL=C sort <<<"$1") <(LC_ALL=C sort <<<"$2") | sed 's/^/not in the man page: /'
	LC_ALL=C comm -13 <(LC_ALL=C sort <<<"$1") <(LC_ALL=C sort <<<"$2") | sed 's/^/not in the program: /'
}

# check_* TREE: one line for each thing that is wrong.
check_options() { differences "$(options_wanted)" "$(options_written "$1/doc/sockmon.1")"; }
check_columns() { differences "$("$tables" columns)" "$(columns_written "$1/doc/sockmon.1")"; }
check_keys() { differences "$("$tables" keys)" "$(list_written "$1/doc/sockmon.1" KEYS)"; }
check_reasons() { differences "$("$tables" reasons)" "$(list_written "$1/doc/sockmon.1" REASONS)"; }

# Which other pages are installed here is not the man page's matter.
check_lint()
{
	mandoc -Tlint -Wall "$1/doc/sockmon.1" 2>&1 |
		grep -vE 'referenced manual not found|outdated mandoc[.]db' | sed 's/^.*sockmon[.]1:/line /'
}

check_bootstrap()
{
	local verb

	for verb in run check; do
		grep -q "^    [$] ./bootstrap $verb\$" "$1/README.md" ||
			echo "README.md does not show ./bootstrap $verb"
		grep -q "^$verb)\$" "$1/bootstrap" || echo "bootstrap does not know $verb"
	done
	[[ -x $1/bootstrap ]] || echo "bootstrap cannot be run"
}

# The command lines that README.md, the man page's examples and its filters show, one a line.
commands_shown()
{
	sed -nE 's/^    [$] (sudo )?(sockmon|\.\/bootstrap run)/sockmon/p' "$1/README.md"
	sed -nE 's/^\.Dl sockmon/sockmon/p' "$1/doc/sockmon.1"
	items_of "$1/doc/sockmon.1" 'FILTER EXPRESSIONS' |
		awk -F'\t' '$1 == "Examples" && sub(/^Li /, "", $2) { print "sockmon \047" $2 "\047" }'
}

# Is the command line one that sockmon takes? --help at its end keeps it from doing it. What it is piped into
# reads nothing.
is_taken()
{
	(
		sockmon() { "$bin" "$@" --help >&3; }
		jq() { cat >/dev/null; }
		cd "$scratch" && set -o pipefail && eval "$1" 3>/dev/null >/dev/null
	) 2>&1
}

check_commands()
{
	local line why

	while read -r line; do
		why=$(is_taken "$line") || echo "$line: ${why%%$'\n'*}"
	done < <(commands_shown "$1")
}

check_links()
{
	local file

	grep -oE '\]\([^)#:]+\)' "$1/README.md" | tr -d '])(' | sort -u | while read -r file; do
		[[ -e $1/$file ]] || echo "README.md names $file, which is not there"
	done
}

check_version()
{
	local version

	version=$(sed -nE 's/^AC_INIT\(\[[^]]*\], *\[([^]]*)\].*/\1/p' "$1/configure.ac")
	grep -qE "^## ${version//./[.]}( |\$)" "$1/CHANGELOG.md" ||
		echo "CHANGELOG.md has no section on ${version:-(no version in configure.ac)}"
}

# Files (on stdin, relative to tree $1) that name a place on the machine of a maintainer.
private_places()
{
	(cd "$1" && xargs -r -d '\n' grep -HnIE '[.][.]/share[d]|/wor[k]/|/tm[p]/b-' | cut -d: -f1,2)
}

# result NAME BAD: one TAP line; BAD, the offenders, is empty when all is well.
result()
{
	number=$((number + 1))
	[[ -z $2 ]] || sed 's/^/# /' <<<"$2"
	[[ -z $2 ]] && echo "ok $number - $1" || echo "not ok $number - $1"
}

# skip NAME WHY
skip()
{
	number=$((number + 1))
	echo "ok $number - $1 # SKIP $2"
}

# One check a line: NAME;WHAT IT CLAIMS.
checks=(
	'options;the options of the man page are those of --help, in its words'
	'columns;the columns of the man page are the program'\''s, with their keys'
	'keys;the keys of the man page are the commands of the screen'
	'reasons;the reasons of the man page are the program'\''s'
	'bootstrap;the README'\''s two commands exist'
	'commands;sockmon takes every command line that is shown'
	'links;every file that the README links to exists'
	'version;the changelog has a section on this version'
)

check_tree()
{
	local entry files

	for entry in "${checks[@]}"; do
		result "${entry#*;}" "$("check_${entry%%;*}" "$tree")"
	done
	if command -v mandoc >/dev/null; then
		result "the man page is clean" "$(check_lint "$tree")"
	else
		skip "the man page is clean" "mandoc is missing"
	fi
	if files=$(git -C "$tree" ls-files 2>/dev/null) && [[ -n $files ]]; then
		result "no file names a private place" "$(private_places "$tree" <<<"$files")"
	else
		skip "no file names a private place" "not a git checkout"
	fi
	result "there is something to check" "$(check_amount)"
}

# A pattern that no longer fits would compare nothing with nothing.
check_amount()
{
	(($(options_wanted | wc -l) > 20)) || echo "few options in --help"
	(($(commands_shown "$tree" | wc -l) > 10)) || echo "few commands are shown"
	(($("$tables" columns | wc -l) > 100 && $("$tables" keys | wc -l) > 30)) || echo "few columns or keys"
	(($("$tables" reasons | wc -l) > 10)) || echo "few reasons"
}

# One violation a line: CHECK;FILE;SED SCRIPT;LINES;TEXT: so many lines must be found, all with the text.
violations=(
	'options;doc/sockmon.1;s/^\.It Fl i , Fl -interface/.It Fl I , Fl -interface/;2;interface LIST'
	'options;doc/sockmon.1;s/^no heading line$/no headings/;2;H no-header'
	'options;doc/sockmon.1;/^\.It Fl -demo$/,+1d;1;not in the man page: demo'
	'columns;doc/sockmon.1;s/^\.It Cm fd$/.It Cm fdd/;2;its descriptor of the socket'
	'columns;doc/sockmon.1;s/ Pq Cm tcp_info.state//;2;state as the kernel'
	'columns;doc/sockmon.1;/^\.It Cm rport$/i .It Cm nport\nno port;1;not in the program: nport'
	'keys;doc/sockmon.1;s/^\.It Cm F1 , \\&?$/.It Cm F1/;2;this screen'
	'reasons;doc/sockmon.1;s/^\.It Cm looking$/.It Cm searching/;2;newer than the last look'
	'bootstrap;README.md;s/bootstrap check$/bootstrap test/;1;README.md does not show ./bootstrap check'
	'bootstrap;bootstrap;s/^run)$/start)/;1;bootstrap does not know run'
	'commands;doc/sockmon.1;s/^\.Dl sockmon -1 -g remote/&e/;1;there is no column "remotee"'
	'commands;README.md;s/ sockmon -r / sockmon -R /;1;unknown option -R'
	'links;README.md;s|(doc/style.md)|(doc/stile.md)|;1;doc/stile.md'
	'version;CHANGELOG.md;s/^## [0-9]/## x/;1;CHANGELOG.md has no section on'
)

# caught NAME LINES TEXT FOUND
caught()
{
	local bad=

	(($(grep -c . <<<"$4") == $2 && $(grep -cF -- "$3" <<<"$4") == $2)) ||
		bad="wanted: $2 of \"$3\""$'\n'"found: ${4:-nothing}"
	result "self-test: $1" "$bad"
}

# plant FILE SCRIPT: a fresh copy of the documents, good but for what SCRIPT does to FILE.
plant()
{
	rm -rf "$scratch/copy" && mkdir "$scratch/copy" || return
	(cd "$tree" && cp -r --parents README.md CHANGELOG.md COPYING configure.ac bootstrap doc \
		tests/README.md "$scratch/copy") || return
	chmod -R u+w "$scratch/copy"	# make distcheck has its sources read-only
	sed -i "$2" "$scratch/copy/$1"
}

self_test()
{
	local entry name file script lines text

	for entry in "${violations[@]}"; do
		IFS=';' read -r name file script lines text <<<"$entry"
		plant "$file" "$script"
		caught "$name: $script" "$lines" "$text" "$("check_$name" "$scratch/copy")"
	done
	plant README.md 's|^# .*|&\nsee ../share''d/x|'
	caught "a private place" 1 README.md:2 "$(private_places "$scratch/copy" <<<README.md)"
	if command -v mandoc >/dev/null; then
		plant doc/sockmon.1 's/^\.Sh SIGNALS$/.Shh SIGNALS/'
		caught "an unknown macro" 1 "unknown macro" "$(check_lint "$scratch/copy")"
	else
		skip "self-test: an unknown macro" "mandoc is missing"
	fi
}

scratch=$(mktemp -d) || exit 1
trap 'rm -rf "$scratch"' EXIT
check_tree
self_test
echo "1..$number"
