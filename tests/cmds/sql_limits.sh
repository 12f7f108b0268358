#!/bin/sh
# SQL of users, in `ssl sql` and in -w, is limited in time and memory, also inside one call of a function: one line on
# standard error, exit code 6, nothing on standard output.
. "$(dirname "$0")/lib.sh"

ok ssl init -q
ok ssl data add -q tiny --shapes --train 64 --test 20
ok ssl run -q -m vicreg -d tiny --set encoder.arch=convnet --set encoder.width=4 --set augment.size=16 --set projector.dims=16,16 --set optim.batch=32 \
	--set optim.epochs=1 --set optim.warmup=0 --set eval.every=0 -j 1 --name one

numbers='WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)'
long="replace(hex(zeroblob(7000000)), '0', 'a')"

note 'memory: texts, results, temporary data of a query'
for sql in "SELECT zeroblob(1000000000)" "SELECT hex(randomblob(100000000))" "SELECT replace($long, 'a', 'bbbb')" \
	"$numbers SELECT group_concat(hex(zeroblob(500000))) FROM (SELECT i FROM n LIMIT 30)" "SELECT json_array($long, $long)"; do
	fails 6 'sql: stopped: a text or blob is longer than 16 MB' "$SSL" sql "$sql"
done
fails 6 'sql: stopped: the result is larger than 512 MB: .*LIMIT' "$SSL" sql "$numbers SELECT $long FROM n"
for sql in "$numbers SELECT count(DISTINCT $long || i) FROM n" "$numbers SELECT list_by($long, i, i) FROM n" \
	"$numbers, m AS MATERIALIZED (SELECT $long AS x, i FROM n) SELECT count(*) FROM m"; do
	fails 6 'sql: stopped: the query needs more than 512 MB of memory' "$SSL" sql --time-limit 600 "$sql"
done

note 'time: between the steps of a query, inside one call, and before the first'
nested='WITH a0 AS (SELECT 1 AS x)'
i=0
while [ $i -lt 40 ]; do
	nested="$nested, a$((i + 1)) AS (SELECT l.x FROM a$i l, a$i r)"
	i=$((i + 1))
done
nested="$nested SELECT x FROM a40"
for sql in "$numbers SELECT count(*) FROM n" "SELECT instr($long, substr($long, 1, 6000000) || 'b')" \
	"SELECT replace($long, substr($long, 1, 6000000) || 'b', 'c')" \
	"$nested"; do
	code 6 ssl sql --time-limit 0.2 "$sql"
	err_has '^ssl: sql: (stopped: the query took too long .see --time-limit.|stopped: the query needs more than 512 MB of memory)$'
	[ ! -s "$out" ] || fail 'a stopped query printed something'
done
fails 2 'LIKE or GLOB pattern too complex' "$SSL" sql "SELECT 'a' LIKE hex(zeroblob(1000))"

note 'expressions, in every command that takes one'
for command in log 'compare --metric loss' 'best loss' 'export -o x.tar.zst' 'report -o x.html' 'plot curve'; do
	fails 6 '(-w|best): stopped: a text or blob is longer than 16 MB' "$SSL" $command -w 'length(zeroblob(1000000000)) > 0'
done
[ ! -e x.html ] && [ ! -e x.tar.zst ] || fail 'it wrote something'
ok ssl log -w 'length(zeroblob(1000000)) > 0'

note 'the statement itself'
head -c 2000000 /dev/zero | tr '\0' ' ' >long.sql
code 2 ssl sql - <long.sql
"$SSL" sql - <long.sql >"$out" 2>"$err" && fail 'two megabytes of blanks'
err_has '^ssl: sql: the statement is longer than 1048576 bytes$'
yes 'SELECT 1 --' 2>/dev/null | "$SSL" sql - >"$out" 2>"$err" && fail 'a statement without end'
err_has 'longer than'
fails 2 'Expression tree is too large' "$SSL" sql "SELECT 1$(i=0; while [ $i -lt 600 ]; do printf ' + 1'; i=$((i + 1)); done)"

note 'queries within the limits run, those of the program included'
ok ssl sql --format csv "SELECT length(group_concat(i)) FROM (WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 100000) SELECT i FROM n)"
same "$(tail -1 "$out")" 588894
ok ssl sql --time-limit 0 'SELECT 1'
ok ssl show one
