#!/bin/sh
# `ssl sql`: only reads; has median, stddev and quantile; stops at its time limit; and a stock sqlite3 reads every view
# as well.
. "$(dirname "$0")/lib.sh"

ok ssl init
note 'it reads'
ok ssl sql 'SELECT 1 AS a, 2.5 AS b, NULL AS c, '"'x'"' AS d'
same "$(cat "$out" | tr -s ' ' | tr '\n' '|')" 'a b c d|1 2.5 - x|'
ok ssl sql --json 'SELECT 1 AS a, 2.5 AS b, NULL AS c'
same "$(cat "$out")" '[{"a": 1, "b": 2.5, "c": null}]'
ok ssl sql --format csv 'SELECT median(column1), round(stddev(column1), 4), quantile(column1, 0.75) FROM (VALUES (1), (2), (4))'
same "$(tail -1 "$out")" 2,1.5275,3
echo 'SELECT 6 * 7 AS answer' | "$SSL" sql --format csv - >"$out" || fail 'from standard input'
same "$(tail -1 "$out")" 42

note 'it does not write'
for sql in 'DELETE FROM run' 'DROP TABLE run' 'CREATE TABLE t (a)' "ATTACH 'x.db' AS x" 'PRAGMA user_version = 9' \
	'VACUUM' "VACUUM INTO 'copy.db'" 'BEGIN'; do
	fails 2 'may only read' "$SSL" sql "$sql"
done
fails 2 'one statement' "$SSL" sql 'SELECT 1; DROP TABLE run'
fails 2 'not authorized' "$SSL" sql "SELECT load_extension('x')"
fails 2 'syntax error' "$SSL" sql 'SELEC 1'
fails 2 'no such table: nowhere .`ssl schema` lists' "$SSL" sql 'SELECT * FROM nowhere'
fails 2 'no such column: done .text needs single quotes: .done.' "$SSL" sql 'SELECT 1 FROM v_run WHERE status = done'
fails 2 'empty' "$SSL" sql ' '
fails 2 'missing' "$SSL" sql
[ ! -e x.db ] && [ ! -e copy.db ] || fail 'it made a file'

note 'saved queries'
ok ssl sql --list
err_has 'no saved queries'
ok ssl sql --save answer "SELECT 6 * 7 AS answer, 'it''s' AS text"
ok ssl sql --format csv @answer
same "$(tail -1 "$out")" "42,it's"
printf 'SELECT 1 AS a\n\t-- of two lines\n' | "$SSL" sql --save lines - || fail 'saved from standard input'
ok ssl sql --format csv @lines
same "$(tail -1 "$out")" 1
ok ssl sql --list --format csv
same "$(sed 1d "$out" | cut -d, -f1 | head -1)" answer
fails 2 'syntax error' "$SSL" sql --save bad 'SELEC 1'
fails 2 'may only read' "$SSL" sql --save bad 'DELETE FROM run'
fails 2 'letters, digits' "$SSL" sql --save 'a b' 'SELECT 1'
fails 3 'no such query' "$SSL" sql @bad
ok ssl sql --delete answer
fails 3 'no such query' "$SSL" sql @answer
fails 3 'no such query' "$SSL" sql --delete answer
fails 2 'exclude' "$SSL" sql --list --delete lines
fails 2 'unexpected argument' "$SSL" sql --list 'SELECT 1'

note 'the time limit'
fails 6 'too long' "$SSL" sql --time-limit 0.1 \
	'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n'

note 'stock sqlite3 reads every view, and .schema explains them'
command -v sqlite3 >/dev/null || exit 0
for view in v_run v_param v_metric v_eval v_best v_seed v_confusion v_class; do
	ok sqlite3 .ssl/ssl.db "SELECT * FROM $view"
done
ok sqlite3 .ssl/ssl.db .schema
out_has 'name TEXT NOT NULL UNIQUE .* -- readable name of the run, such as calm-otter'
same "$(sqlite3 .ssl/ssl.db 'PRAGMA integrity_check')" ok
