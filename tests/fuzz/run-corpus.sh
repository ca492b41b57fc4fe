#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# TAP: every fuzz target runs its own corpus, tests/fuzz/corpus/TARGET/, without a crash. One line per target.
# Works with both mains: replay.c runs a directory once, and so does libFuzzer with -runs=0.
set -u

root=${top_srcdir:?run me through make check}
build=${top_builddir:?run me through make check}
read -ra targets <<<"${FUZZ_TARGETS:-}"

if ((${#targets[@]} == 0)); then
	echo "1..0 # SKIP no fuzz targets are built"
	exit 0
fi

echo "1..${#targets[@]}"
number=0
for target in "${targets[@]}"; do
	name=${target##*/}
	corpus=$root/tests/fuzz/corpus/$name
	number=$((number + 1))
	inputs=("$corpus"/*)
	if [[ ! -e ${inputs[0]} ]]; then
		echo "# $corpus is missing or empty: a target without a corpus tests nothing"
		echo "not ok $number - $name"
		continue
	fi
	output=$(timeout 300 "$build/$target" -runs=0 "$corpus" 2>&1)
	status=$?
	if ((status == 0)); then
		echo "ok $number - $name: ${#inputs[@]} inputs"
	else
		tail -n 60 <<<"$output" | sed 's/^/# /'
		echo "# exit status $status"
		echo "not ok $number - $name"
	fi
done
