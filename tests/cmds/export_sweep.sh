#!/bin/sh
# `ssl export --sweep` and `ssl import`: a sweep goes to another store with its cells and their runs, goes on there,
# and comes back; what both did is merged cell by cell, and contradictions are reported and left.
. "$(dirname "$0")/lib.sh"

command -v sqlite3 >/dev/null || skip 'no sqlite3'

# db STORE SQL: the values
db()
{
	sqlite3 "$1/.ssl/ssl.db" "$2"
}
# all STORE: every row, as text
all()
{
	sqlite3 "$1/.ssl/ssl.db" .dump | grep -v '^INSERT INTO meta' | cksum
}
tiny='-m barlow -d tiny --set encoder.arch=convnet --set encoder.width=4 --set augment.size=16 --set projector.dims=8,8 --set optim.batch=32
	--set optim.epochs=1 --set optim.warmup=0 --set eval.every=0 --set eval.at_start=false'

for store in a b c d e; do
	mkdir $store
	ok ssl -C $store init
done
ok ssl -C a data add tiny --shapes --train 64 --test 16

note 'a sweep of which half is run, and of the others none'
ok ssl -C a sweep start -q --name weights $tiny --grid barlow.lambda=0.01,0.02 --set objective.metric=loss --set objective.goal=min
ok ssl -C a sweep extend -q weights --seeds 2
ok ssl -C a run -q $tiny --seed 9
ok ssl -C a export --sweep weights -o one.tar.zst
err_has '2 runs and 1 sweep in'
ok ssl -C b import one.tar.zst
err_has '2 runs added, 0 there already, 0 in conflict'
err_has '1 sweep added'
ok ssl -C b export -o two.tar.zst
ok cmp one.tar.zst two.tar.zst
ok ssl -C b export --sweep weights -f -o two.tar.zst
ok cmp one.tar.zst two.tar.zst
ok ssl -C a export -o everything.tar.zst
ok ssl -C e import everything.tar.zst
ok ssl -C e export -o everything2.tar.zst
ok cmp everything.tar.zst everything2.tar.zst
same "$(db b 'pragma foreign_key_check; pragma integrity_check')" ok

note 'the run alone comes without its sweep'
ok ssl -C a export -o run.tar.zst weights:1.1
err_has '1 run and 0 sweeps'

note 'twice is as once'
before=$(all b)
ok ssl -C b import one.tar.zst
err_has '0 runs added, 2 there already, 0 in conflict'
same "$(all b)" "$before"

note 'it is a sweep there: status, show, compare, refs; and it goes on'
ok ssl -C b sweep status --format csv weights
same "$(grep -c ',done,' "$out") $(grep -c ',queued,' "$out")" '2 2'
ok ssl -C b sweep show weights
ok ssl -C b compare --sweep weights --metric loss --by barlow.lambda
ok ssl -C b show weights:2.1
ok ssl -C b sweep start -q weights
same "$(db b "select count(*) from cell where status = 'done'")" 4
same "$(db b 'select count(*) from run')" 4
ok ssl -C b sweep extend weights --grid barlow.lambda=0.03
err_has '2 cells added'

note 'and back: what was waiting is done, what was lacking is added, what was done stays'
ok ssl -C b export --sweep weights -o back.tar.zst
ok ssl -C a import back.tar.zst
err_has '2 runs added, 2 there already, 0 in conflict'
err_has 'to sweeps that were here 2 cells added, 2 settled'
same "$(db a "select group_concat(ordinal || '.' || seed || status, ' ') from (select * from cell order by seed_index, ordinal)")" \
	'1.1done 2.1done 3.1queued 1.2done 2.2done 3.2queued'
same "$(db a 'select spec from sweep')" "$(db b 'select spec from sweep')"
ok ssl -C a export --sweep weights -f -o two.tar.zst
ok cmp back.tar.zst two.tar.zst
before=$(all a)
ok ssl -C a import one.tar.zst
same "$(all a)" "$before"
ok ssl -C a sweep extend weights --seeds 3
err_has '3 cells added'

note 'a cell that was run here and there is a conflict, and stays'
ok ssl -C c import one.tar.zst
ok ssl -C c sweep start -q weights
before=$(db c 'select * from cell order by id')
code 1 ssl -C c import back.tar.zst
err_has '^weights:1.2: done by run [0-9]+ here and by run [0-9]+ in the bundle: kept'
err_has '^weights:2.2: done by run '
err_has '2 runs added, 2 there already, 2 in conflict'
same "$(db c 'select * from cell where ordinal < 3 order by id')" "$before"
same "$(db c 'select count(*) from cell')" 6
code 1 ssl -C c import back.tar.zst
same "$(db c 'select count(*) from run')" 6

note 'extended here and there by different values: the cells of both'
ok ssl -C b sweep extend weights --grid barlow.lambda=0.04
ok ssl -C a sweep extend weights --grid barlow.lambda=0.05 --seeds 3
ok ssl -C b export --sweep weights -f -o back.tar.zst
ok ssl -C a import back.tar.zst
err_has 'point 4 of the bundle is point 5 here'
err_has 'extended here and in the bundle'
same "$(db a 'select count(*) || count(distinct ordinal) from cell')" 145

note 'a worker has the cell here, while it is done in the bundle'
ok ssl -C d import one.tar.zst
ok sqlite3 d/.ssl/ssl.db "UPDATE cell SET status = 'running', worker = 'x:1', claims = 1, lease_until = 4e9 WHERE ordinal = 1 AND seed = 2"
code 1 ssl -C d import back.tar.zst
err_has '^weights:1.2: done in the bundle, running here'
same "$(db d "select status || claims from cell where ordinal = 1 and seed = 2")" running1
ok ssl -C d export --sweep weights -o running.tar.zst
ok sqlite3 d/.ssl/ssl.db "UPDATE cell SET lease_until = 1 WHERE status = 'running'"
ok ssl -C d export --sweep weights -f -o stale.tar.zst
ok cmp running.tar.zst stale.tar.zst
ok ssl -C d import back.tar.zst
same "$(db d "select status from cell where ordinal = 1 and seed = 2")" done

note 'failed there: failed here, where it was not tried; done anywhere wins'
ok sqlite3 d/.ssl/ssl.db "UPDATE cell SET status = 'failed', claims = 3, failures = 3, error = 'no luck', finished = '2026-01-01 00:00:00.000'
	WHERE ordinal = 3 AND seed = 1"
ok ssl -C d export --sweep weights -f -o failed.tar.zst
ok ssl -C b import failed.tar.zst
same "$(db b "select status || claims || error from cell where ordinal = 3 and seed = 1")" 'failed3no luck'
ok ssl -C b sweep retry -q weights
ok ssl -C b import failed.tar.zst
same "$(db b "select status from cell where ordinal = 3 and seed = 1")" queued

note 'another sweep of that name'
mkdir f && ok ssl -C f init
ok ssl -C f import run.tar.zst
ok ssl -C f sweep start -q --name weights $tiny --grid barlow.lambda=0.07
code 1 ssl -C f import --as weights one.tar.zst
err_has '^sweep weights: another sweep has this name here: only its runs'
ok ssl -C f import -n one.tar.zst
err_has '^sweep weights: another sweep has this name here: it is now weights-2$'
same "$(db f 'select count(*) from sweep')" 1
fails 2 'sweep name' "$SSL" -C f import --as '../x' one.tar.zst
fails 2 'has 0 sweeps' "$SSL" -C f import --as other run.tar.zst
ok ssl -C f import --as other one.tar.zst
ok ssl -C f show other:1.1
ok ssl -C f sweep extend other --seeds 3
same "$(db f "select count(*) from cell c join sweep s on s.id = c.sweep_id where s.name = 'other'")" 6
ok ssl -C f import one.tar.zst
err_has ' 0 in conflict'
