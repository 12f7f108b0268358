#!/bin/sh
# Three methods, a few epochs each, on the built-in dataset; what they learned, and what was recorded.
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

# Shows a command as one would type it, then runs it.
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

gains="SELECT a.method, a.run, round(b.value, 1) AS knn_before, round(a.value, 1) AS knn_after,
  round(a.value - b.value, 1) AS gained
FROM v_eval a JOIN v_eval b USING (run_id, metric) JOIN v_run r ON r.id = run_id
WHERE metric LIKE '%.knn.top1' AND b.epoch = 0 AND a.epoch = r.epochs
ORDER BY gained DESC"

cp "$source"/experiments/shapes-*.yaml .
ssl init
for method in barlow vicreg byol; do
	ssl run "shapes-$method.yaml"
done
ssl log
ssl sql "$gains"

runs=$("$binary" sql --format tsv "$gains" | awk -F '\t' 'NR > 1 && $5 > 0' | wc -l)
if [ "$runs" -ne 3 ]; then
	echo "demo: not every method ended above its untrained encoder" >&2
	exit 1
fi
[ -z "$keep" ] || printf '\nThe store is in %s.\n' "$folder"
