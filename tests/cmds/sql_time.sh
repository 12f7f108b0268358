#!/bin/sh
# Times: one format, UTC as SQLite's date functions write it, in every column of every table, so that comparisons
# with datetime() are right; stores and bundles of older versions are converted; a text in another format is refused.
. "$(dirname "$0")/lib.sh"

command -v sqlite3 >/dev/null || skip 'needs sqlite3'

db()
{
	sqlite3 .ssl/ssl.db "$@"
}

# Every column of a table whose name says that it holds a time.
columns()
{
	db "select m.name || ' ' || p.name from sqlite_schema m, pragma_table_info(m.name) p where m.type = 'table' and p.type = 'TEXT'
		and p.name in ('created', 'started', 'ended', 'finished', 'removed') order by 1"
}

# Every column of texts but those of free text: a date in it must be in the format, whatever the column is called.
texts()
{
	db "select m.name || ' ' || p.name from sqlite_schema m, pragma_table_info(m.name) p where m.type = 'table' and p.type = 'TEXT'
		and m.name || '.' || p.name not in ('note.text', 'event.text', 'run.command', 'sweep.command') order by 1"
}

format="'[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9]'"

all_right()
{
	columns >"$scratch/columns"
	[ "$(wc -l <"$scratch/columns")" -ge 15 ] || fail 'the columns of times are not found'
	while read -r table column; do
		same "$table.$column: $(db "select count(*) from $table where $column is not null and not ($column glob $format and
			$column is strftime('%Y-%m-%d %H:%M:%f', $column))")" "$table.$column: 0"
	done <"$scratch/columns"
	texts | while read -r table column; do
		same "$table.$column: $(db "select count(*) from $table where $column glob '[12][0-9][0-9][0-9]-[01][0-9]-[0-3][0-9]*'
			and $column not glob $format")" "$table.$column: 0"
	done || exit 1
}

small='--set encoder.arch=convnet --set encoder.width=4 --set augment.size=16 --set optim.batch=32'
ok ssl init
ok ssl data add --shapes --train 64 --test 32 tiny
ok ssl data add --shapes --train 32 --test 32 gone
ok ssl run -q -m random -d gone $small --name old
ok ssl data rm -f gone
ok ssl run -q -m random -d tiny $small --name kept
ok ssl run -q -m random -d tiny $small --seed 2 --name trash
ok ssl sweep start -q --name s -m random -d tiny --set encoder.arch=convnet --set optim.batch=32 --grid encoder.width=6
ok ssl sweep start -q --name gone -m random -d tiny --set encoder.arch=convnet --set optim.batch=32 --grid encoder.width=8
ok ssl sweep rm gone
ok ssl tag kept paper
ok ssl note kept 'seen on 2026-01-31T12:00:00Z'
ok ssl eval -q kept --protocol knn
ok ssl rm trash
db "insert into event (run_id, attempt_id, step, kind, text, created)
	select id, attempt_id, 0, 'warning', 'w', created from run where name = 'kept'"
engines=$(printf 'cuda\na card\n' | sha256sum | cut -d' ' -f1)
db "insert into engine_table (name, sha256, device, device_about, recipe, created)
	select 'engines', '$engines', 'cuda', 'a card', '', created from run where name = 'kept'"

note 'every time is in the format, and columns of each kind are filled'
all_right
while read -r table column; do
	[ "$(db "select count(*) from $table where $column is not null")" -gt 0 ] || fail "no row of $table has $column: fill it above"
done <"$scratch/columns"

note 'comparisons with functions of SQLite'
ok ssl log -w "created > datetime('now', '+1 hour')" --format csv --columns name
out_lacks kept
ok ssl log -w "created > datetime('now', '-1 hour') and finished <= strftime('%Y-%m-%d %H:%M:%f', 'now')" --format csv --columns name
out_has kept
same "$(value "select count(*) from v_run where created > date('now', '+2 days')")" 0
same "$(value "select abs(julianday('now') - julianday(created)) < 0.5 from v_run where name = 'kept'")" 1
same "$(value "select count(*) from v_sweep where created > datetime('now', '+1 minute')")" 0
same "$(value "select count(*) from v_cell where finished < datetime('now', '-1 hour')")" 0
same "$(value "select count(*) from v_eval where created > datetime('now', '+1 minute')")" 0

note 'a time in the format of ISO 8601, in -w'
hour=$(value "select strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-1 hour')")
runs=$(value "select count(*) from v_run where created > datetime('now', '-1 hour')")
[ "$runs" -gt 0 ] || fail 'no run to look for'
for time in "$hour" "${hour%:*Z}" "${hour%Z}.5+00:00"; do
	ok ssl log -w "created > '$time'" --format csv --columns name
	same "$(sed 1d "$out" | wc -l | tr -d ' ')" "$runs"
	ok ssl log -w "created < '$time'" --format csv --columns name
	same "$(sed 1d "$out")" ''
done
ok ssl log -w "name <> '2026-99-99T99:99 no time'" --format csv --columns name

note 'tables show seconds, formats for programs milliseconds'
ok ssl show kept
out_has '^created +[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}$'
ok ssl log --format csv --columns created
out_has '^[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}$'
ok ssl data ls
out_lacks ':[0-9]{2}\.[0-9]{3}'

note 'fsck finds a text in another format, in every column'
ok ssl fsck --quick
cp .ssl/ssl.db "$scratch/good.db"
while read -r table column; do
	db "update $table set $column = '2026-13-01T00:00:00Z' where rowid in (select min(rowid) from $table where $column is not null)" 2>/dev/null ||
		db "update $table set $column = '2026-13-01T00:00:00Z' where $column is not null"
	code 5 ssl fsck --quick
	out_has "time +$table.$column"
	cp "$scratch/good.db" .ssl/ssl.db
done <"$scratch/columns"

note 'the times of an older bundle are converted; equal runs are equal'
ok ssl export -o "$scratch/b.tar" kept
mkdir "$scratch/b"
command -v zstd >/dev/null || skip 'no zstd, which tar needs for a bundle (all else has passed)'
tar -xf "$scratch/b.tar" -C "$scratch/b"
pack()
{
	(cd "$scratch/b" && sed -n 1p manifest.jsonl | sed 's/"schema":[0-9]*/"schema":6/' >m && for f in shared/*.jsonl runs/*.jsonl objects/*/*; do
		[ -f "$f" ] && printf '{"name":"%s","sha256":"%s"}\n' "$f" "$(sha256sum "$f" | cut -d' ' -f1)"
	done >>m && mv m manifest.jsonl && tar -cf "$scratch/c.tar" *)
}
sed -i -E 's/"(20[0-9-]{8}) ([0-9:]{8})\.[0-9]{3}"/"\1T\2Z"/g' "$scratch"/b/runs/*.jsonl "$scratch"/b/shared/*.jsonl
grep -q 'T[0-9:]*Z"' "$scratch"/b/runs/*.jsonl || fail 'the bundle has no old times'
pack
mkdir ../other && cd ../other || exit 1
ok ssl init
ok ssl import "$scratch/c.tar"
err_has '1 run added'
all_right
ok ssl import "$scratch/c.tar"
err_has '0 runs added, 1 there already'

note 'an invalid time is refused, with its row, and nothing is imported'
for bad in 2026-02-30T00:00:00Z 'yesterday' now '2026-01-01 25:00:00.000' 2460000.5; do
	cp -r "$scratch/b/runs" "$scratch/runs"
	sed -i -E "s/(\"table\":\"tag\".*\"created\":)\"[^\"]*\"/\1\"$bad\"/" "$scratch"/b/runs/*.jsonl
	pack
	mkdir ../none && cd ../none || exit 1
	ok ssl init
	fails 5 "a row of tag: created: '$bad' is not a time" ssl import "$scratch/c.tar"
	same "$(value 'select count(*) from run')" 0
	cd ../other && rm -rf ../none "$scratch/b/runs" && mv "$scratch/runs" "$scratch/b/runs"
done
