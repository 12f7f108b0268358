#!/bin/sh
# `ssl export`: export, import into an empty store, export: the same bytes. It goes on training, evaluating and
# showing there as here.
. "$(dirname "$0")/lib.sh"

command -v sqlite3 >/dev/null || skip 'no sqlite3'
mkdir a b
ok ssl -C a init
fails 2 'missing -o FILE.tar.zst' "$SSL" -C a export
fails 3 'no run yet' "$SSL" -C a export -o x.tar.zst

note 'a real run with a checkpoint, an evaluation, tags'
ok ssl -C a data add tiny --shapes --train 100 --test 30
for seed in 1 2; do
	ok ssl -C a run -m vicreg -q -d tiny --set encoder.arch=convnet --set encoder.width=4 --set augment.size=16 --set projector.dims=16,16 \
		--set optim.batch=32 --set optim.epochs=1 --set optim.warmup=0 -j 1 --seed $seed --tag first
done
ok ssl -C a export -o one.tar.zst
[ -s one.tar.zst ] || fail 'nothing was written'
code 6 "$SSL" -C a export -o nodir/x
same "$(cat "$err")" 'ssl: nodir/x: No such file or directory'
fails 2 'exists already' "$SSL" -C a export -o one.tar.zst
ok ssl -C a export -f -o again.tar.zst
ok cmp one.tar.zst again.tar.zst

note 'the same bytes from another store'
ok ssl -C b init
ok ssl -C b import one.tar.zst
err_has '2 runs added, 0 there already, 0 in conflict'
ok ssl -C b export -o two.tar.zst
ok cmp one.tar.zst two.tar.zst
ok ssl -C a sql 'select * from v_metric order by run, metric, step' --format csv
cp "$out" a.csv
ok ssl -C b sql 'select * from v_metric order by run, metric, step' --format csv
sed 's/^[0-9]*,//' a.csv >a.txt
sed 's/^[0-9]*,//' "$out" >b.txt
ok cmp a.txt b.txt
ok ssl -C b eval @ --protocol knn

note 'many runs, odd values'
mkdir c d
ok ssl -C c init
ok sqlite3 c/.ssl/ssl.db ".read $SRC/tests/cmds/runs.sql"
ok sqlite3 c/.ssl/ssl.db "UPDATE metric SET value = 0.1 + 0.2 WHERE run_id = 3; UPDATE metric SET value = 1e-320
	WHERE run_id = 4 AND step = 10; UPDATE dataset SET removed = created, object_id = NULL"
# a recipe's hash is looked at when it comes in
ok sqlite3 c/.ssl/ssl.db "UPDATE recipe SET json = json_set(json, '\$.id', id)"
sqlite3 c/.ssl/ssl.db "SELECT id || ' ' || json FROM recipe WHERE id < 20" | while read -r id json; do
	echo "UPDATE recipe SET hash = '$(printf %s "$json" | sha256sum | cut -d' ' -f1)' WHERE id = $id;"
done | sqlite3 c/.ssl/ssl.db || fail 'the recipes have no hashes'
ok ssl -C c export -o odd.tar.zst 7
mkdir e
ok ssl -C e init
ok ssl -C e import odd.tar.zst
err_has 'it cannot be used as a reference: it is now [a-z]+-[a-z]+'
ok ssl -C c rename 7 run-7
ok ssl -C c export -w 'id<20' -o many.tar.zst
ok ssl -C d init
ok ssl -C d import many.tar.zst
err_has '19 runs added'
ok ssl -C d export -o many2.tar.zst
ok cmp many.tar.zst many2.tar.zst
same "$(sqlite3 c/.ssl/ssl.db 'select sum(value) from metric where run_id < 20')" \
	"$(sqlite3 d/.ssl/ssl.db 'select sum(value) from metric')"
same "$(sqlite3 d/.ssl/ssl.db 'pragma foreign_key_check; pragma integrity_check')" ok

note 'event files: a folder a run, every value once, a hostile name stays inside'
ok sqlite3 c/.ssl/ssl.db "UPDATE run SET name = '../../../evil' WHERE id = 5"
ok ssl -C c export --tensorboard -o events 5 6 2
[ -d events/_._.._.._evil ] || fail 'the name was not made one word'
grep -c 'val.knn.top1' events/run-6/events.out.tfevents.1767225600.ssl >/dev/null || fail 'no series in it'
same "$(grep -ao 'val.knn.top1' events/run-6/events.out.tfevents.1767225600.ssl | wc -l | tr -d ' ')" 20
