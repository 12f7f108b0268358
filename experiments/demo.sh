#!/bin/sh
# Runs the sweep of all methods on the built-in dataset, a few epochs each and two runs at a time. Then prints the
# runs, the significant differences between methods, and a table of each method's gain over the untrained encoder.
# usage: demo.sh SSL_BINARY SOURCE_DIR [FOLDER]      FOLDER keeps the store; otherwise it is removed
set -eu
[ $# -ge 2 ] || { echo "usage: $0 SSL_BINARY SOURCE_DIR [FOLDER]" >&2; exit 2; }
binary=$1
source=$2
keep=${3:-}

if [ -n "$keep" ]; then
	mkdir -p "$keep"
	folder=$(cd "$keep" && pwd)
else
	folder=$(mktemp -d "${TMPDIR:-/tmp}/ssl-demo.XXXXXX")
	trap 'rm -rf "$folder"' EXIT
	trap 'exit 129' HUP
	trap 'exit 130' INT
	trap 'exit 143' TERM
fi
cd "$folder"

# Prints a command as a user would type it, and runs it.
ssl()
{
	printf '\n$ ssl'
	for word in "$@"; do
		case $word in
		*[!A-Za-z0-9_./=@,:~+-]*) printf ' "%s"' "$word" ;;
		*) printf ' %s' "$word" ;;
		esac
	done
	printf '\n'
	"$binary" "$@"
}

# knn_before is that of the untrained encoder (method random) with the same seed.
gains="SELECT m.method, count(*) AS runs,
  round(avg(u.knn_top1), 1) AS knn_before, round(avg(m.knn_top1), 1) AS knn_after,
  round(min(m.knn_top1 - u.knn_top1), 1) AS least_gain
FROM v_run m JOIN v_run u ON u.seed = m.seed AND u.method = 'random'
WHERE m.method <> 'random' AND m.status = 'done'
GROUP BY m.method ORDER BY knn_after DESC"

cp "$source"/experiments/sweeps/shapes-methods.yaml .
ssl init
ssl sweep start shapes-methods.yaml -j 2
ssl log
ssl compare --sweep shapes-methods --metric test.knn.top1 --by method
ssl sql "$gains"

all=$("$binary" methods --format tsv | awk -F '\t' 'NR > 1 && $1 != "random"' | wc -l)
above=$("$binary" sql --format tsv "$gains" | awk -F '\t' 'NR > 1 && $5 > 0' | wc -l)
if [ "$all" -eq 0 ] || [ "$above" -ne "$all" ]; then
	echo "demo: only $above of $all methods ended above the untrained encoder" >&2
	exit 1
fi
[ -z "$keep" ] || printf '\nThe store is in %s.\n' "$folder"
