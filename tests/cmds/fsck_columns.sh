#!/bin/sh
# Whatever value a column has, commands that read end: no signal, no hang, and one of their exit codes, or 5 with one
# line about the damage. Here a sample of columns and values; slow_fsck_columns.sh tries more.
. "$(dirname "$0")/lib.sh"

command -v sqlite3 >/dev/null || skip 'no sqlite3'
every=${3:-${every:-547}} # of all columns and values, each so many-th: 1 tries all, for an hour or two

tiny='-q -d tiny --set encoder.arch=convnet --set encoder.width=4 --set augment.size=16 --set optim.batch=32 --set optim.warmup=0 -j 1'
ok ssl init
ok ssl data add -q --shapes --train 64 --test 16 tiny
ok ssl data add -q --shapes --train 48 --test 16 other
ok ssl run -m vicreg $tiny --set projector.dims=16,16 --set optim.epochs=2 --set guard.collapse=off --name a
ok ssl run -m vicreg $tiny --set projector.dims=16,16 --set optim.epochs=2 --set guard.collapse=off --set seed=2 --name b
ok ssl run -m random $tiny --name c
ok ssl run -m random $tiny --set seed=3 --name d
cat >s.yaml <<'END'
version: 1
sweep: s
base: {method: random, data: {set: tiny}, encoder: {arch: convnet, width: 4}, augment: {size: 16}, optim: {batch: 32}}
grid: {encoder.width: [4, 6]}
seeds: [1]
END
ok ssl sweep start -q -j 1 s.yaml
ok ssl eval -q a --protocol knn
ok ssl tag a word
ok ssl note a text
ok ssl rm -q d
sqlite3 .ssl/ssl.db 'pragma wal_checkpoint(truncate)' 'pragma journal_mode = delete' >/dev/null
# a column takes anything
sqlite3 .ssl/ssl.db '.dbconfig defensive off' 'pragma writable_schema = on' "update sqlite_schema set sql =
	replace(replace(replace(replace(sql, ' IS NOT NULL', ' NOTNULL'), ' STRICT', ' '), ', WITHOUT ROWID', ' WITHOUT ROWID'), ' NOT NULL', ' ') where type = 'table'" >/dev/null
cp .ssl/ssl.db "$scratch/sound.db"

# what reads; a code that is the command's own stands in front
cat >"$scratch/commands" <<'END'
log
log -v --format json
log -w epochs>0 -s -loss
show a
show c --json
show s:1.1
diff a b
compare a b c
compare --sweep s
best
metrics a
metrics a loss
plot curve -s loss -o p.svg -f a b
plot collapse -o p.svg -f a
plot spectrum -o p.svg -f a
report -o r.html -f a b
report -o r.html -f s
sql select*from(v_run)
sql select*from(v_metric)
sql select*from(v_collapse)
sql select*from(v_cell)
schema
data ls
data show tiny
data verify
sweep show s
sweep status s
sweep ls
sweep start -n s.yaml
export -o x.tzst -f a
export -o x.tzst -f --sweep s
checkpoint ls a
checkpoint export -o e.st -f a
fsck
gc -n
resume -n a
resume -n c
tag
tag a
note a
rm --list
rm -n a
run -n -m random -d tiny
backup -f bk
verify -n c
doctor
END

# one COMMAND: runs it in the damaged store
one()
{
	# shellcheck disable=SC2086  # a command line
	lib_run "$SSL" $1
	case $status in
	[0-8])
		;;
	*)
		fail "exit code $status: $what"
		;;
	esac
	[ "$status" != 5 ] || [ "$1" = fsck ] || [ "$(grep -c '^ssl: ' "$err")" -ge 1 ] || fail "no word: $what"
	! grep -q 'bug in ssl\|runtime error\|AddressSanitizer' "$err" || fail "$what"
}

sqlite3 "$scratch/sound.db" "select m.name || ' ' || c.name from sqlite_schema m, pragma_table_info(m.name) c
	where m.type = 'table' and m.name not like 'sqlite_%' and m.name not in ('metric_rule') order by 1" >"$scratch/columns"
cat >"$scratch/values" <<'END'
NULL
-1
9223372036854775807
-9223372036854775808
'x'
replace(hex(zeroblob(40000)), '00', 'long ')
x'00ff00'
9e999
-1e300
cast(x'c3286666' as text)
''
0.5
'{"a":'
99999999
END
i=0
tried=0
while read -r table column; do
	while read -r value; do
		i=$((i + 1))
		[ $((i % every)) = 0 ] || continue
		what="$table.$column = $value"
		rm -rf .ssl/ssl.db* bk
		cp "$scratch/sound.db" .ssl/ssl.db
		# of every row, or of one where they must differ
		sqlite3 .ssl/ssl.db "pragma ignore_check_constraints = on; pragma foreign_keys = off;
			update or ignore \"$table\" set \"$column\" = $value" 2>/dev/null || continue
		tried=$((tried + 1))
		while read -r command; do
			one "$command"
		done <"$scratch/commands"
	done <"$scratch/values"
done <"$scratch/columns"
note "$tried columns and values, $(wc -l <"$scratch/commands" | tr -d ' ') commands each"
[ $tried -gt 3 ] || fail 'hardly anything was tried'
