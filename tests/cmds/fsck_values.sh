#!/bin/sh
# Invalid values in a database or a checkpoint (a text that is no hash, a step that is no number or too large) never
# abort the program. It exits with 5, names the row and its column, or the file, and removes nothing.
. "$(dirname "$0")/lib.sh"

command -v sqlite3 >/dev/null || skip 'no sqlite3'
ok ssl init
ok ssl data add -q --shapes --train 64 --test 16 tiny
ok ssl run -q -j1 -m vicreg -d tiny --set encoder.arch=convnet --set encoder.width=4 --set augment.size=16 --set projector.dims=16,16 \
	--set optim.epochs=2 --set optim.warmup=0 --set optim.batch=32 --set guard.collapse=off --name a
sqlite3 .ssl/ssl.db 'pragma wal_checkpoint(truncate)' >/dev/null
cp -R .ssl "$scratch/sound"
again()
{
	rm -rf .ssl
	cp -R "$scratch/sound" .ssl
}

note 'an invalid hash'
sqlite3 .ssl/ssl.db "update object set sha256 = 'Z' || substr(sha256, 2)"
files=$(find .ssl/objects -type f | sort)
for c in 'eval a' 'export -o x.tzst a' 'gc --age 0' 'gc -n' 'checkpoint export -o e.st a'; do
	# shellcheck disable=SC2086  # a command line
	fails 5 'SHA-256' "$SSL" $c
done
code 5 ssl backup bk
code 5 ssl fsck
out_has 'row +run 1 '
out_has 'object +Z.* not a SHA-256'
same "$(find .ssl/objects -type f | sort)" "$files"
[ ! -d ../../etc ] || fail 'a path left the store'
again
sqlite3 .ssl/ssl.db 'pragma ignore_check_constraints = on' "update object set sha256 = '../../../../../../../../../../../../../../../../../../../etc/pass' where id = 1"
code 5 ssl backup bk2
same "$(find bk2 -name 'pass*')" ''

note 'numbers out of range'
for set in 'run set step = -1' 'run set epochs = 9223372036854775807' 'run set steps = 9223372036854775807' \
	'run set rules = -5' 'checkpoint set step = -1' 'checkpoint set epoch = -9223372036854775807' \
	'dataset set n_train = 99999999999' 'dataset set height = 2000000000'; do
	again
	column=$(echo "$set" | sed 's/.*set \([a-z_]*\) =.*/\1/')
	sqlite3 .ssl/ssl.db 'pragma ignore_check_constraints = on' "update $set"
	case $set in
	run*) c='eval a' ;;
	checkpoint*) c='checkpoint export -o e.st a' ;;
	*) c='data show tiny' ;;
	esac
	# shellcheck disable=SC2086  # a command line
	fails 5 "${set%% *} [0-9]*: column $column is out of range" "$SSL" $c
done

note 'rows of sweeps, cells, evaluations and spectra, and rows that show, gc and data verify read'
again
ok ssl sweep start -q -m random -d tiny --set encoder.arch=convnet --set encoder.width=4 --set optim.batch=32 --name pair --seeds 1 -j 1
ok ssl eval -q a --k 3
sqlite3 .ssl/ssl.db 'pragma wal_checkpoint(truncate)' >/dev/null
rm -rf "$scratch/sound"
cp -R .ssl "$scratch/sound"
while IFS='|' read -r set why command; do
	again
	sqlite3 .ssl/ssl.db 'pragma ignore_check_constraints = on' 'pragma foreign_keys = off' "update $set"
	code 5 ssl $command
	grep -q -- "$why" "$out" "$err" || fail "nobody says $why"
done <<'END'
sweep set retries = -1|sweep 1: column retries is out of range|sweep status pair
sweep set defaults = -1|sweep 1: column defaults is out of range|sweep show pair
cell set failures = -1|cell 1: column failures is out of range|sweep status pair
cell set claims = -1|cell 1: column claims is out of range|sweep status pair
cell set seed_index = -1, status = 'queued', finished = null, run_id = null|cell 1: column seed_index is out of range|worker pair
cell set ordinal = -1, status = 'queued', finished = null, run_id = null|cell 1: column ordinal is out of range|worker pair
eval set step = -1|eval [0-9]*: column step is out of range|show a
eval set epoch = -1|eval [0-9]*: column epoch is out of range|show a
eval set step = -1|eval of run 1: column step is out of range|plot curve --metric test.knn.top1/k=3 a
metric set step = -1 - step|metric of run 1: column step is out of range|plot curve a
checkpoint set step = -1|checkpoint [0-9]*: column step is out of range|show a
attempt set from_step = -1|attempt [0-9]*: column from_step is out of range|show a
spectrum set i = -1 - i|spectrum of run 1: column i is out of range|plot spectrum a
checkpoint set object_id = 999|checkpoint [0-9]*: column object_id names no object|gc
dataset set object_id = 999|dataset [0-9]*: column object_id names no object|gc
dataset set object_id = 999|dataset [0-9]*: column object_id names no object|data verify
object set sha256 = printf('Z%s', substr(sha256, 2))|object [0-9]*: column sha256 is no SHA-256|data verify
object set bytes = -1|object [0-9]*: column bytes is out of range|data verify
END

again
note 'a checkpoint with another step than its row'
for step in -1 99999999999999999999 999999 x ''; do
	again
	sqlite3 .ssl/ssl.db "update run set status = 'stopped', step = 2, epoch = 1"
	old=$(value 'select o.sha256 from object o join checkpoint c on c.object_id = o.id order by c.step desc limit 1')
	file=.ssl/objects/$(echo "$old" | cut -c1-2)/$(echo "$old" | cut -c3-)
	# the header's length stays: what the step gets longer, a blank behind the header pays for
	n=$(LC_ALL=C grep -abo '"step":"[0-9]*"' "$file" | head -1 | cut -d: -f1)
	[ -n "$n" ] || fail 'no step in the checkpoint'
	size=$(od -An -t u8 -N 8 "$file" | tr -d ' ')
	head -c $((8 + size)) "$file" | tail -c +9 | sed "s/\"step\":\"[0-9]*\"/\"step\":\"$step\"/" >header
	while [ $(($(wc -c <header) % 8)) != 0 ]; do
		printf ' ' >>header
	done
	length=$(wc -c <header)
	{
		printf "\\$(printf %03o $((length % 256)))\\$(printf %03o $((length / 256 % 256)))\\$(printf %03o $((length / 65536 % 256)))\0\0\0\0\0"
		cat header
		tail -c +$((9 + size)) "$file"
	} >made
	new=$(sha256sum made | cut -d' ' -f1)
	mkdir -p ".ssl/objects/$(echo "$new" | cut -c1-2)"
	mv made ".ssl/objects/$(echo "$new" | cut -c1-2)/$(echo "$new" | cut -c3-)"
	sqlite3 .ssl/ssl.db "update object set sha256 = '$new', bytes = $((length + 8)) + bytes - $((size + 8)) where sha256 = '$old'"
	fails 5 'no step that is a number|it is of step' "$SSL" resume a
done

note "a recorded sweep that cannot be read: no file that it names is opened"
again
cat >s.yaml <<'END'
version: 1
sweep: s
base: {method: random, data: {set: tiny}, encoder: {arch: convnet, width: 4}, optim: {batch: 32}}
grid: {encoder.width: [4, 6]}
END
ok ssl sweep start -q -j 1 s.yaml
sqlite3 .ssl/ssl.db 'pragma wal_checkpoint(truncate)' >/dev/null
cp .ssl/ssl.db "$scratch/swept.db"
sed 's/6]/6, 8]/' s.yaml >more.yaml
echo 'secret: 1' >"$scratch/secret"
while IFS='|' read -r edit why; do
	rm -f .ssl/ssl.db*
	cp "$scratch/swept.db" .ssl/ssl.db
	sqlite3 .ssl/ssl.db "update sweep set spec = $(echo "$edit" | sed "s#FILE#$scratch/secret#")"
	fails 5 "recorded sweep:1: .*$why" "$SSL" sweep plan s
	fails 5 "recorded sweep:1: .*$why" "$SSL" sweep extend -n --seeds 2 s
	ok ssl sweep show s
	ok ssl sweep status s
	fails 2 'exists with another description' "$SSL" sweep start -n more.yaml
	fails 2 'exists with another description' "$SSL" sweep start more.yaml
done <<'END'
replace(spec, '"base":{', '"base":{"nosuch":1,')|nosuch: unknown key
replace(spec, '"exec.lease":90', '"exec.lease":-90')|exec.lease: -90 is out of range
replace(spec, '"seeds":[', '"seeds":[-1,')|seeds: expected whole numbers
json_set(spec, '$.base', 'FILE')|base: expected the path of a recipe
END
