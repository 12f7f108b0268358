#!/bin/sh
# `ssl version`: the version from every side, and common flags that are wrong.
. "$(dirname "$0")/lib.sh"

ok ssl --version
out_has '^ssl [0-9]+\.[0-9]+\.[0-9]+$'
first=$(cat "$out")
ok ssl version
same "$first" "$(cat "$out")"
ok ssl -V
ok ssl version -v
out_has '^compiler '
ok ssl version -o file
same "$(cat file)" "$first"
fails 2 'versoin.*did you mean version' "$SSL" versoin
fails 2 'ambiguous' "$SSL" s
fails 2 'no such option.*did you mean --quiet' "$SSL" version --quite
fails 2 'unexpected argument' "$SSL" version now
fails 2 'color' "$SSL" --color sometimes version
fails 2 'format' "$SSL" version --format xml
ok ssl vers

note 'what cannot be written is never a success'
if [ -w /dev/full ]; then
	status=0
	"$SSL" version >/dev/full 2>"$err" || status=$?
	same "$status" 6
fi

note '-o - is standard output, and no file'
ok ssl version -o -
out_has '^ssl '
[ ! -e ./- ] || fail 'a file named -'
