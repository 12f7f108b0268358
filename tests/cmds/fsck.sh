#!/bin/sh
# `ssl fsck`: a store that only ssl wrote to is sound, also after a kill; whatever another program changed is reported,
# and only summaries are repaired.
. "$(dirname "$0")/lib.sh"

run='-m barlow -d tiny --set encoder.arch=convnet --set encoder.width=4 --set augment.size=16 --set projector.dims=16 --set optim.batch=32
	--set eval.every=1 --set checkpoint.every=1'
ok ssl init
ok ssl fsck
ok ssl data add tiny --shapes --train 64 --test 20
ok ssl run -q $run --set optim.epochs=3 --name one
ok ssl fsck
same "$(cat "$out")" ''
# two checkpoints, and the best one where it is neither
err_has '(3 objects, 2|4 objects, 3) checkpoints, [0-9]* series, 3 digests: sound'

note 'killed: sound, with notes'
"$SSL" run -q $run --set optim.epochs=500 --name dead 2>/dev/null &
pid=$!
hold_saved $pid dead
kill -CONT $pid
# a run that goes on removes checkpoints while they are looked at
for _ in 1 2 3 4 5 6; do
	ok ssl fsck
done
kill -KILL $pid
wait $pid 2>/dev/null
ok ssl fsck
echo lost >.ssl/objects/tmp/.tmp-lost
ok ssl config gc.age 0
ok ssl fsck --format csv
out_has '^note,garbage,objects/tmp/\.tmp-lost,'
ok ssl gc
ok ssl resume -n dead

command -v sqlite3 >/dev/null || skip 'no sqlite3: nothing was changed'
sqlite3 .ssl/ssl.db "update attempt set heartbeat = heartbeat - 1000"
ok ssl fsck --format csv
out_has '^note,stale,dead,'
cp -R .ssl keep
again()
{
	rm -rf .ssl && cp -R keep .ssl
}
one="(select id from run where name = 'one')"
loss="(select id from metric_name where name = 'loss')"

note 'a summary, which --fix rebuilds'
sqlite3 .ssl/ssl.db "update metric_summary set max = max + 1 where run_id = $one and name_id = $loss"
code 5 ssl fsck --format csv
same "$(tail -n +2 "$out" | grep -vc '^note')" 1
out_has '^damage,summary,one loss,'
ok ssl fsck -n --fix
out_has 'would be rebuilt'
code 5 ssl fsck
ok ssl fsck --fix --format csv
out_has '^fixed,summary,one loss,'
ok ssl fsck
again
sqlite3 .ssl/ssl.db "delete from metric_summary where run_id = $one and name_id = $loss"
code 5 ssl fsck
ok ssl fsck --fix
ok ssl fsck

note 'many findings of a kind: the first ones and the number; all of them with -v and in formats for programs'
again
sqlite3 .ssl/ssl.db "update metric_summary set max = max + 1 where run_id = $one and max is not null"
many=$(value "select count(*) from metric_summary where run_id = $one and max is not null")
[ "$many" -gt 9 ] || fail "only $many summaries to damage"
code 5 ssl fsck
same "$(grep -c '^damage  *summary  *one ' "$out")" 5
out_has "^damage  *summary  *$many in all  *.ssl fsck -v"
err_has ": damaged: $many summary$"
for how in -v '--format csv' '--format jsonl'; do
	code 5 ssl fsck $how
	same "$(grep -c 'damage.*summary.*one ' "$out")" "$many"
	out_lacks 'in all'
done
ok ssl fsck --fix
out_has "^fixed  *summary  *$many in all"
err_has ': sound$'

note 'one bit of a value'
again
sqlite3 .ssl/ssl.db "update metric set value = value * (1 + 2.3e-16) where run_id = $one and step = 3 and
	name_id = (select id from metric_name where name = 'lr')"
code 5 ssl fsck --fix --format csv
out_has '^damage,digest,one step 4,'
same "$(grep -c '^damage' "$out")" 1

note 'a link of the digest chain'
again
sqlite3 .ssl/ssl.db "update digest set chain = state where run_id = $one and step = 2"
code 5 ssl fsck --format csv
out_has '^damage,digest,one step 2,"*does not match the digest before it'
again
sqlite3 .ssl/ssl.db "update digest set state = metrics where run_id = $one and step = 6"
code 5 ssl fsck --format csv
out_has '^damage,checkpoint,one step 6,'

note 'an object: changed, cut short, missing; and its row'
sha=$(ssl checkpoint ls --format csv one | tail -1 | sed 's/.*,//')
file=.ssl/objects/$(echo "$sha" | cut -c1-2)/$(echo "$sha" | cut -c3-)
again
chmod u+w "$file"
printf x | dd of="$file" bs=1 seek=3000 conv=notrunc 2>/dev/null
code 5 ssl fsck --format csv
out_has "^damage,object,$sha,.*has hash"
ok ssl fsck --quick
truncate -s 99 "$file"
code 5 ssl fsck --quick --format csv
out_has "^damage,object,$sha,.*99 bytes"
rm "$file"
code 5 ssl fsck --format csv
out_has "^damage,object,$sha,.*missing"
again
sqlite3 .ssl/ssl.db "delete from object where sha256 = '$sha'"
code 5 ssl fsck --format csv
out_has '^damage,reference,checkpoint,'
note 'the file of an object whose row is damaged is not garbage'
out_lacks '^note,garbage,objects/..?/'
code 5 ssl gc -q --age 0
[ -f "$file" ] || fail 'gc removed the file of a checkpoint whose row is damaged'

note 'the database itself'
again
page=$(sqlite3 .ssl/ssl.db "pragma wal_checkpoint(truncate); select rootpage from sqlite_schema where name = 'metric'" | tail -1)
dd if=/dev/zero of=.ssl/ssl.db bs=4096 seek=$((page - 1)) count=1 conv=notrunc 2>/dev/null
lib_run ssl fsck
same "$status" 5
