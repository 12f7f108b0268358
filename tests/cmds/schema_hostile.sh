#!/bin/sh
# A store from elsewhere: SQLite would run what its schema contains. No trigger, virtual table or computed column runs,
# the name of a view is only a name, and a view of the program that was changed is not read.
. "$(dirname "$0")/lib.sh"

command -v sqlite3 >/dev/null || skip 'no sqlite3'
db()
{
	sqlite3 .ssl/ssl.db "$@" || fail "sqlite3: $*"
}
# edit TYPE NAME EXPRESSION: the text of the schema, as an attacker writes it
edit()
{
	db '.dbconfig defensive off' 'pragma writable_schema = on' \
		"update sqlite_schema set sql = $3 where type = '$1' and name = '$2'" >/dev/null
}
# again: a store as it is without any of it
again()
{
	rm -rf .ssl
	cp -R "$scratch/sound" .ssl
}
# refused REGEX: by what reads, by what writes, and by what looks for damage
refused()
{
	fails 5 "$1" "$SSL" log
	fails 5 "$1" "$SSL" tag @ x
	fails 5 "$1" "$SSL" sql 'select 1'
	fails 5 "$1" "$SSL" fsck
	fails 5 "$1" "$SSL" init
}

mkdir victim
ok ssl -C victim init
ok ssl -C victim data add -q --shapes --train 16 --test 8 precious
ok ssl init
ok ssl data add -q --shapes --train 64 --test 16 tiny
ok ssl run -q -m vicreg -d tiny --set encoder.arch=convnet --set encoder.width=4 --set augment.size=16 --set projector.dims=16,16 \
	--set optim.batch=32 --set optim.epochs=1 --set optim.warmup=0 -j 1 --name a
cp -R .ssl "$scratch/sound"

note 'triggers'
db "create trigger t after insert on tag begin delete from run; end"
refused 'trigger t:'
same "$(db 'select count(*) from run')" 1

note 'virtual tables, computed columns, and names of tables or functions that are taken'
again
db 'create virtual table x using rtree(a, b, c)' && refused 'table x: a store must not have a virtual table'
again
db 'alter table note add column x int as (length(text))'
refused 'table note: it has a computed column'
again
db 'alter table trash rename to other' 'create view trash as select 1 as run_id, 2 as created'
refused 'table trash: missing'
again
db 'create view json_each as select 1 as value'
refused 'json_each: it has the name of'
again
db 'pragma user_version = -3'
refused 'no version of the schema is -3'
again
db 'pragma user_version = 9999'
refused 'newer'

note 'the name of a view is not run'
again
evil="v_x\"; COMMIT; ATTACH '$scratch/here/victim/.ssl/ssl.db' AS o; DELETE FROM o.dataset; BEGIN IMMEDIATE; --"
db "create view \"$(printf %s "$evil" | sed 's/"/""/g')\" as select 1" 'create view v_x as select 1' \
	"update meta set value = 'old' where key = 'views'"
ok ssl log
ok ssl tag a x
same "$(sqlite3 victim/.ssl/ssl.db 'select count(*) from dataset')" 1
same "$(db "select count(*) from sqlite_schema where name like 'v\_x%' escape '\'")" 0

note 'a view of the program that was changed is not read, and a writer replaces it'
again
edit view v_run "'CREATE VIEW v_run AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i AS id FROM n'"
ok ssl log
out_has 'vicreg'
ok ssl tag a x
same "$(db "select count(*) from sqlite_schema where name = 'v_run' and sql like '%RECURSIVE%'")" 0

note 'a view of the user is kept'
again
db 'create view mine as select name from run'
ok ssl log
ok ssl tag a x
ok ssl sql --format csv 'select * from mine'
out_has '^a$'

note 'defaults and names from the schema do not enter statements'
again
edit table run "replace(sql, 'DEFAULT 1', 'DEFAULT (1); DELETE FROM run --')"
code 5 ssl export -o a.tzst a
code 5 ssl log
again
edit table eval "replace(sql, 'NOT NULL DEFAULT 1', 'NOT NULL DEFAULT (abs(1))')"
fails 5 'not one that ssl creates' "$SSL" export -o a.tzst a
again
db 'create table "my ""own""" (run_id integer references run (id) on delete cascade, "a"" b" text)' \
	'insert into "my ""own""" values (1, 2)'
ok ssl export -o a.tzst a

note 'a missing column is reported as damage, with advice, and not as a mistake of the user'
again
edit table run "replace(sql, 'rules -- version', 'ruled -- version')"
for c in log 'log -w epochs>0' 'log -s epochs' 'show a' 'best loss' 'compare a a' 'metrics a' 'export a -o x.tzst' 'resume a' \
	'tag a x' 'sql select*from(v_run)' 'report a -o r.html' 'diff a a' 'verify a' gc 'rm a'; do
	# shellcheck disable=SC2086  # a command line
	lib_run ssl $c
	[ "$status" = 0 ] && continue # it needs nothing that is missing
	[ "$status" = 5 ] || fail "exit code $status, not 5"
	[ "$(grep -c '^ssl: .*backup' "$err")" = 1 ] || fail 'no advice'
done
code 5 ssl log -w 'epochs>0'
code 5 ssl fsck
out_has 'schema +ssl.db +table run has no column rules'
