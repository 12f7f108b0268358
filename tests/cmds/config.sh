#!/bin/sh
# `ssl config`: a value is read back as it was set, comments and other lines are kept, and only known keys can be set.
. "$(dirname "$0")/lib.sh"

fails 3 'ssl init' "$SSL" config
ok ssl init
ok ssl config
out_lacks query

note 'set, read, list, unset'
ok ssl config query.all 'select * from v_run'
err_has '^ssl: query.all: set in .*/.ssl/config$'
ok ssl config query.all
same "$(cat "$out")" 'select * from v_run'
two=$(printf 'select 1,\n  2 -- \\ and = and "x"')
ok ssl config query.two "$two"
ok ssl config query.two
same "$(cat "$out")" "$two"
ok ssl config --format csv
same "$(tail -n +2 "$out" | cut -d, -f1 | head -2 | tr '\n' ' ')" 'query.all query.two '
ok ssl config --unset query.all
fails 1 'not set' "$SSL" config query.all
ok ssl config --unset query.all
ok ssl config gc.age
same "$(cat "$out")" 3600

note 'other lines are kept'
printf '# mine\n\nquery.a = select 1\n  # no comment\n' >.ssl/config
fails 2 'config:4' "$SSL" config query.a
printf '# mine\n\nquery.a = select 1' >.ssl/config
ok ssl config query.b x=y
ok ssl config query.a 2
ok ssl -n config query.a 3
same "$(cat .ssl/config)" "$(printf '# mine\n\nquery.a = 2\nquery.b = x=y')"

note 'mistakes'
fails 2 'not a key.*gc.age' "$SSL" config gc.aeg 5
fails 2 'not a key' "$SSL" config 'query.a b' 5
fails 2 'not a key' "$SSL" config query. 5
fails 2 'blank' "$SSL" config query.a ' 5'
fails 2 'KEY' "$SSL" config --unset
printf 'query.a = 1\nquery.a = 2\n' >.ssl/config
fails 2 'twice' "$SSL" config query.a

note 'ten writers at once lose nothing'
rm .ssl/config
pids=
for i in 0 1 2 3 4 5 6 7 8 9; do
	"$SSL" config "query.q$i" "select $i" &
	pids="$pids $!"
done
for p in $pids; do
	wait "$p" || fail 'a writer failed'
done
same "$(grep -c '^query\.q[0-9] = select [0-9]$' .ssl/config)" 10
