#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# TAP: captures in, JSON out. genpackets writes the captures, check.py reads both sides. Needs no rights.
set -u

root=${top_srcdir:?run me through make check}
build=${top_builddir:?run me through make check}

if ! command -v python3 >/dev/null; then
	echo "1..0 # SKIP python3 is not installed"
	exit 0
fi
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
"$build/tests/packets/genpackets" "$dir" || exit 1
python3 "$root/tests/packets/check.py" "$build/sockmon" "$dir" "$root/tests/packets/expected.tsv"
