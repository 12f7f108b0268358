#!/bin/sh
# Line coverage of core/ and cmds/, and the least covered files, from the counts that the tests of a coverage build
# have left there: sh tests/coverage.sh BUILD_DIR [FILES]. `./bootstrap coverage` builds, runs the tests and calls it.
set -eu
build=$1
least=${2:-10}
# gcov belongs to one version of gcc: gcc-13 needs gcov-13
cc=$(sed -n 's/^CMAKE_C_COMPILER:[A-Z]*=//p' "$build/CMakeCache.txt")
gcov=gcov
case ${cc##*/} in
*gcc*) gcov=${cc%gcc*}gcov${cc##*gcc} ;;
esac
command -v "$gcov" >/dev/null || { echo "coverage: no $gcov" >&2; exit 1; }

# gcov -n prints "File 'PATH'" and "Lines executed:87.50% of 16" for each source of an object. A source that never ran
# has no counts, only its notes (.gcno); notes of a source that was removed are left out.
src=$(dirname "$0")/..
find "$build" -path '*/ssl*.dir/*' -name '*.gcno' | sort | while read -r notes; do
	source=${notes#*.dir/}
	[ ! -e "$src/${source%.gcno}" ] || echo "$notes"
done | xargs "$gcov" -n 2>/dev/null | awk -v least="$least" -v quote="'" '
$1 == "File" {
	split($0, part, quote)
	file = part[2]
	next
}
/^Lines executed:/ && file != "" {
	if (match(file, /(^|\/)(core|cmds)\/.*\.c$/)) {
		name = substr(file, RSTART)
		sub(/^\//, "", name)
		split($0, part, /[:% ]+/)
		ran = part[3] * $NF / 100
		folder = name
		sub(/\/.*/, "", folder)
		lines[folder] += $NF
		hit[folder] += ran
		printf "%6.2f %5d %s\n", part[3], $NF, name | "sort -k1,1n -k2,2nr -k3 | head -n " least " >&3"
	}
	file = ""
}
END {
	all = lines["core"] + lines["cmds"]
	if (!all)
		exit 1
	printf "line coverage: core %.1f%% of %d lines, cmds %.1f%% of %d, together %.1f%%\n",
		100 * hit["core"] / lines["core"], lines["core"], 100 * hit["cmds"] / lines["cmds"], lines["cmds"],
		100 * (hit["core"] + hit["cmds"]) / all
}' 3>"$build/least_covered.txt" || { echo "coverage: no counts in $build" >&2; exit 1; }
echo 'least covered (percent, lines, file):'
cat "$build/least_covered.txt"
