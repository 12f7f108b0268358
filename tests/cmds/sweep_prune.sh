#!/bin/sh
# Direction, pruning and what is tried again: a metric says itself which way is better, wherever it is asked; pruned
# runs are pruned, and collapsed ones never the best; neither enters a mean, both are counted; a retried cell begins
# anew.
. "$(dirname "$0")/lib.sh"

command -v sqlite3 >/dev/null || skip 'no sqlite3'
ok ssl init
ok ssl data add tiny --shapes --train 160 --test 30
small='-m vicreg -d tiny --set encoder.arch=convnet --set encoder.width=4 --set augment.size=16 --set projector.dims=32,16 --set optim.batch=16
	--set optim.warmup=0 --set eval.every=0 --set eval.at_start=false --set checkpoint.every=1'

note 'a goal that contradicts its metric is refused, and names both'
fails 2 'objective.goal: max, but for objective.metric: loss the smallest' "$SSL" sweep start $small --set objective.metric=loss \
	--set objective.goal=max --seeds 2
fails 2 'objective.goal: min, but for objective.metric: val.knn.top1 the largest' "$SSL" sweep plan $small \
	--set objective.metric=val.knn.top1 --set objective.goal=min --seeds 2
fails 2 'objective.goal: max, but for exec.prune_metric: loss the smallest' "$SSL" sweep start $small --set exec.prune=asha \
	--set exec.prune_metric=loss --set objective.goal=max --seeds 2
fails 2 'collapse.h.rankme is better: set objective.goal' "$SSL" sweep start -q $small --set objective.metric=collapse.h.rankme --seeds 2
fails 2 'exec.prune_metric: neither more nor less of lr is better' "$SSL" sweep start -q $small --set exec.prune=asha --set exec.prune_metric=lr --set exec.prune_eta=2 --set exec.prune_warmup=1 --set optim.epochs=3 --grid vicreg.nu=1,2 \
	--set objective.metric=loss --seeds 2
same "$(value 'select count(*) from sweep')" 0

note 'without one it is that of the metric; where that has none, the given one'
cat >none.yaml <<'END'
sweep: none
base: {method: vicreg, data: {set: tiny}, encoder: {arch: convnet, width: 4}, augment: {size: 16}, projector: {dims: [32, 16]},
  optim: {batch: 16, epochs: 3, warmup: 0, lr: 0}, eval: {every: 0, at_start: false}, checkpoint: {every: 1}}
blocks: [{grid: {vicreg.nu: [1, 100, 1000]}}]
seeds: 2
exec: {prune: asha, prune_eta: 2, prune_warmup: 1}
objective: {metric: loss}
END
ok ssl sweep start -q none.yaml
same "$(value "select goal from v_sweep where name = 'none'")" min
same "$(value "select json_extract(spec, '\$.\"objective.goal\"') from sweep where name = 'none'")" min
same "$(value "select group_concat(status, ' ') from (select status from v_cell where sweep = 'none' order by point, seed)")" \
	'done done pruned pruned pruned pruned'
ok ssl sweep start none.yaml
ok ssl sweep start none
out_lacks .
grep -q 'was a default' "$err" && fail 'a warning without a cause'

note 'pruned runs are pruned everywhere'
same "$(value "select status || ' ' || count(*) || ' ' || min(epoch) from v_run where status <> 'done' group by status")" 'pruned 2 1'
run=$(value "select run from v_cell where sweep = 'none' and cell = 2 and seed = 1")
ok ssl show "$run"
out_has '^status +pruned'
out_has 'pruned by asha at step 10: its loss there, [0-9.]+, is number 2 of 2 from the smallest, and the best one in 2 goes on'
ok ssl log
out_has " pruned "
ok ssl sweep status none
out_has ' pruned .*pruned by asha'
err_has '2 of 6 done, 4 pruned'
ok ssl verify -q "$run"
ok ssl export -q -o pruned.tar.zst "$run"

note 'the objective is one metric, what prunes another: each has its own direction'
ok ssl sweep start -q --name both $small --set optim.epochs=3 --set optim.lr=0 --set exec.prune=asha --set exec.prune_eta=2 \
	--set exec.prune_warmup=1 --set exec.prune_metric=loss --set objective.metric=images_per_s --grid vicreg.nu=1,100,1000
same "$(value "select group_concat(status, ' ') from (select status from v_cell where sweep = 'both' order by cell)")" 'done pruned pruned'
same "$(value "select goal from v_sweep where name = 'both'")" max

note 'pruned cells alone are retried, anew and by the same rule'
ok ssl sweep retry none
err_has '0 cells queued'
ok ssl sweep retry -n --pruned none
err_has '4 cells would be queued'
ok ssl sweep retry --pruned none
err_has '4 cells queued'
same "$(value "select count(*) from v_cell where sweep = 'none' and status = 'queued' and run is null and failures = 0")" 4
ok ssl sweep start -q none
same "$(value "select group_concat(status, ' ') from (select status from v_cell where sweep = 'none' order by point, seed)")" \
	'done done pruned pruned pruned pruned'
same "$(value "select group_concat(attempts || ':' || epoch, ' ') from v_run where status = 'pruned' and
	id in (select run_id from v_cell where sweep = 'none')")" '1:1 1:1'

note 'a run pruned by an older version, recorded as stopped, is known by its reason'
sqlite3 .ssl/ssl.db "select 'drop view ' || name || ';' from sqlite_schema where type = 'view'" >drop.sql
ok sqlite3 .ssl/ssl.db '.read drop.sql' "update run set status = 'stopped' where status = 'pruned'; drop table sweep_trash;
	alter table run drop column loss_floor; alter table run drop column least_progress;
	alter table cell drop column rank; alter table cell rename column seed_index to rank;
	alter table attempt drop column engine_table_id; drop table engine; drop table engine_table;
	alter table attempt drop column device; alter table attempt drop column device_about;
	alter table sweep drop column spec_hash; alter table sweep rename column first_spec_hash to spec_hash;
	update metric_name set goal = 'max' where name = 'loss'; pragma user_version = 14"
ok ssl init
same "$(value "select group_concat(distinct status) from v_run where status not in ('done')")" pruned
same "$(value "select goal from metric_name where name = 'loss'")" min
ok ssl fsck
ok ssl init other
ok ssl -C other import -q pruned.tar.zst
same "$(ssl -C other sql --format csv "select status from v_run" | tail -1)" pruned
ok ssl -C other fsck

ok ssl init old
ok ssl -C old import -q "$SRC/tests/fixtures/d389de3/pruned.tar.zst"
same "$(ssl -C old sql --format csv "select group_concat(status, ' ') from (select status from v_run order by status)" | tail -1)" 'done pruned pruned'
ok ssl -C old sweep status prunes
err_has '1 of 3 done, 2 pruned'
ok ssl -C old import "$SRC/tests/fixtures/d389de3/pruned.tar.zst"
err_has '3 there already, 0 in conflict'
ok ssl -C old fsck

note 'a run that collapsed at its last epoch is not done by being tried again'
code 8 ssl sweep start -q --name gone $small --set vicreg.mu=0 --set vicreg.nu=0 --set guard.collapse_std=1 \
	--set guard.collapse_epochs=2 --grid optim.epochs=2
same "$(value "select r.status || ' ' || r.epoch || '/' || r.epochs from v_cell c join v_run r on r.id = c.run_id where sweep = 'gone'")" \
	'collapsed 2/2'
ok ssl sweep status gone
err_has '1 failed \(1 collapsed\)'
ok ssl sweep retry gone
err_has '0 cells queued'
err_has '1 cell collapsed and would collapse again: --collapsed'
run=$(value "select run from v_cell where sweep = 'gone'")
fails 7 'collapsed' "$SSL" resume -q "$run"
same "$(value "select status from v_run where name = '$run'")" collapsed
ok ssl verify -q "$run"
ok ssl sweep retry --collapsed gone
err_has '1 cell queued'
code 8 ssl sweep start -q gone
same "$(value "select count(*) || ' ' || count(distinct c.run) || ' ' || max(r.status) || ' ' || max(r.attempts) from v_cell c
	join v_run r on r.id = c.run_id where sweep = 'gone'")" '1 1 collapsed 1'
same "$(value "select count(*) from v_run where status = 'collapsed'")" 2
[ "$(value "select run from v_cell where sweep = 'gone'")" != "$run" ] || fail 'the cell kept its former run'
same "$(ssl sql --format csv "select group_concat(x) from (select printf('%.17g', value) as x from v_metric where run = '$run' and metric = 'loss'
	order by step)" | tail -1)" "$(ssl sql --format csv "select group_concat(x) from (select printf('%.17g', value) as x from v_metric where
	run = (select run from v_cell where sweep = 'gone') and metric = 'loss' order by step)" | tail -1)"

note 'a sweep whose goal was a default opens, is extended and finished, with one warning'
ok sqlite3 .ssl/ssl.db "update sweep set goal = 'max', defaults = 1, spec = json_set(spec, '\$.\"objective.goal\"', 'max') where name = 'none';
	update cell set status = 'queued', run_id = null, finished = null where sweep_id = (select id from sweep where name = 'none')"
for what in 'sweep extend --seeds 3 none' 'sweep start none' 'sweep show none'; do
	ok ssl $what
	same "$what: $(grep -c 'was a default: the smallest value of loss counts as the best' "$err")" "$what: 1"
done
same "$(value "select group_concat(status, ' ') from (select status from v_cell where sweep = 'none' order by point, seed)")" \
	'done done done pruned pruned pruned pruned pruned pruned'
same "$(value "select goal from v_sweep where name = 'none'")" min

note 'one rule for means: over finished runs, with what collapsed and was pruned counted beside them'
ok ssl compare --sweep none --metric loss --by vicreg.nu --format csv
out_has '^vicreg.nu,n,mean,.*,collapsed,pruned$'
out_has '^1,3,.*,0,0$'
out_has '^100,0,,,.*,0,1$'
ok ssl compare --sweep none --metric loss --by vicreg.nu
out_has '2 runs left out: pruned: counted in the group, but in no mean'
ok ssl sweep show none
out_has '^vicreg +vicreg.nu +100 +0 '
out_has '^vicreg: 2 runs pruned: counted at each value, but in no mean$'
same "$(value "select n || ' ' || (mean is null) || ' ' || collapsed || ' ' || pruned from v_seed where metric = 'loss' and
	group_hash = (select group_hash from v_cell where sweep = 'none' and cell = 2)")" '0 1 0 1'

# runs that are no longer of the sweep were run again: each seed is counted once
ok ssl compare -w "[vicreg.nu]=100 and status='pruned' or [vicreg.nu]=1" --metric loss --by vicreg.nu --format csv
same "$(awk -F, '$1 == 100 { print $NF }' "$out")" 1

note 'a metric without a direction goes the way that its sweep says'
ok ssl sweep start -q --name low $small --set optim.epochs=1 --set objective.metric=collapse.h.rankme --set objective.goal=min \
	--grid vicreg.nu=1,100,1000
least=$(value "select run from v_cell where sweep = 'low' order by objective desc")
ok ssl sweep show low
best=$(value "select value from v_param where run = '$least' and param = 'vicreg.nu'")
case $best in
1) out_has 'best cell has vicreg.nu = 1, the smallest' ;;
1000) out_has 'best cell has vicreg.nu = 1000, the largest' ;;
*) out_lacks 'the best cell has' ;;
esac

note 'the best is never a collapsed run'
ok ssl init runs
ok sqlite3 runs/.ssl/ssl.db ".read $SRC/tests/cmds/runs.sql"
best=$(ssl -C runs best loss --format csv | tail -1 | cut -d, -f2)
ok sqlite3 runs/.ssl/ssl.db "update run set status = 'collapsed' where name = '$best'"
ok ssl -C runs best loss -l 0
out_lacks "$best"
err_has 'collapsed runs? left out'
ok ssl -C runs best loss --by method
out_lacks "$best"
method=$(ssl -C runs sql --format csv "select method from v_run where name = '$best'" | tail -1)
ok ssl -C runs plot parallel -w "method = '$method'" --metric loss
out_has 'in no mean: 2 collapsed'
ok ssl -C runs show best:loss
out_lacks "$best"
ok ssl -C runs best loss -w "name = '$best'"
err_has '1 collapsed run left out'
