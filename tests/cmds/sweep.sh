#!/bin/sh
# `ssl sweep`: a grid is planned without a trace, every cell runs once, a second start changes nothing, ^C and
# failures leave what the next start finishes, and a sweep never becomes another one unnoticed.
. "$(dirname "$0")/lib.sh"

base='{method: barlow, data: {set: tiny}, encoder: {arch: convnet, width: 4}, augment: {size: 16}, projector: {dims: [16, 16]},
  optim: {batch: 32, epochs: 1, warmup: 0}, eval: {every: 1, at_start: false}, checkpoint: {every: 1}}'
cat >grid.yaml <<YAML
version: 1
sweep: weights
base: $base
blocks:
- set: {method: barlow}
  grid: {barlow.lambda: [0.01, 0.02], vicreg.mu: [1, 2, 3]}
- set: {method: vicreg}
  grid: {vicreg.mu: [1, 2]}
seeds: [1, 5]
objective: {metric: test.knn.top1}
YAML

note 'plan needs no store; bad sweeps are one line and the right code'
ok ssl sweep plan --format csv grid.yaml
same "$(wc -l <"$out")" 5
err_has '4 points x 2 seeds = 8 cells'
fails 3 'ssl init' "$SSL" sweep start grid.yaml
ok ssl init
ok ssl data add tiny --shapes --train 96 --test 20
fails 2 'no such command: did you mean start' "$SSL" sweep strat
fails 2 'no such command: did you mean status' "$SSL" sweep stat
fails 2 'missing argument plan[|]start[|]' "$SSL" sweep
fails 2 'of what. give a FILE' "$SSL" sweep start
fails 2 'sweep pause: missing argument SWEEP; usage: ssl sweep pause SWEEP' "$SSL" sweep pause
fails 3 'no such sweep' "$SSL" sweep start nothing
fails 2 'nothing.yaml' "$SSL" sweep start nothing.yaml
sed 's/lambda:/lamda:/' grid.yaml >bad.yaml
fails 2 'bad.yaml:7: barlow.lamda: unknown key .did you mean barlow.lambda' "$SSL" sweep start bad.yaml
sed 's/^seeds:/seds:/' grid.yaml >bad.yaml
fails 2 'bad.yaml:10: seds: unknown key .did you mean seeds' "$SSL" sweep start bad.yaml
fails 2 'exec.lease' "$SSL" sweep start grid.yaml --set exec.lease=0
fails 2 'not an axis' "$SSL" sweep start grid.yaml --grid seed=1,2
fails 2 'base.yaml' "$SSL" sweep start -q --set data.set=tiny nosuch/base.yaml

note 'a key that no cell has is refused as run does; an axis is given once; keys of some cells are reported'
for what in '--grid byol.tau=0.9,0.99' '--set byol.tau=0.9' '--grid optim.lr=0.1,0.2 --zip byol.tau=0.1,0.2'; do
	for verb in plan start; do
		fails 2 'byol.tau: no cell has it: it is for method byol, but method is barlow, vicreg' "$SSL" sweep $verb grid.yaml $what
	done
done
fails 2 'predictor.depth: unknown|predictor.dims: no cell has it: it does not apply to method barlow, vicreg' \
	"$SSL" sweep plan grid.yaml --set predictor.dims=8
fails 2 'grid optim.lr=3: optim.lr is already an axis' "$SSL" sweep plan grid.yaml --grid optim.lr=1,2 --grid optim.lr=3
fails 2 'zip: optim.lr: given twice in this block, first at --grid' "$SSL" sweep plan grid.yaml --grid optim.lr=1,2 --zip optim.lr=3,4
fails 2 'grid: optim.lr: given twice in this block, first at --set' "$SSL" sweep plan grid.yaml --grid optim.lr=1,2 --set optim.lr=3
fails 2 'set: vicreg.mu: given twice|vicreg.mu: given twice in this block, first at --set' "$SSL" sweep plan grid.yaml --set vicreg.mu=3
fails 2 'exec.samples: not used: it is for exec.strategy random.sobol, but exec.strategy is grid' "$SSL" sweep plan grid.yaml --set exec.samples=3
fails 2 'not a ref' "$SSL" show weights:x
same "$(value 'select count(*) from sweep')" 0

note 'plan writes nothing and times a step'
ok ssl sweep plan --format csv grid.yaml
err_has 'about .* with 1 worker'
ok ssl sweep start -n grid.yaml
same "$(value 'select (select count(*) from sweep) + (select count(*) from run)')" 0

note 'every cell runs once, first seed first; a key that is not used multiplies nothing'
ok ssl sweep start -j 2 grid.yaml
err_has 'weights: finished: 8 of 8 cells done'
same "$(value 'select count(*) from cell')" 8
same "$(value "select count(*) from run where status = 'done'")" 8
same "$(value 'select count(distinct run_id) from cell where claims = 1')" 8
same "$(value 'select group_concat(seed) from (select c.seed from cell c order by c.rank, c.ordinal)')" '"1,1,1,1,5,5,5,5"'
same "$(value "select ref from v_cell where label = 'method=barlow barlow.lambda=0.02' and seed = 5")" weights:2.5
same "$(value 'select sum(objective is not null) from v_cell')" 8

note 'starting it again changes nothing, by file or by name'
ok ssl sweep start -n --format csv grid.yaml
same "$(wc -l <"$out")" 1
err_has 'weights: 0 of 8 cells would be run$'
ok ssl sweep start grid.yaml
ok ssl sweep start weights
same "$(value 'select count(*) from run')" 8
same "$(value 'select sum(claims) from cell')" 8
fails 2 'exists with another description' "$SSL" sweep start -q grid.yaml --set optim.epochs=2
fails 2 'exists with another description' "$SSL" sweep start -n grid.yaml --set optim.epochs=2
fails 2 'a recorded sweep takes no settings' "$SSL" sweep start weights --seeds 4

note 'the command that show ends with trains the best recipe longer'
ok ssl sweep show weights
longer=$(sed -n 's/^  to train it longer: ssl //p' "$out")
ok ssl ${longer:-nothing}
same "$(value "select epochs || ' ' || (select group_concat(p.param) from v_param p join v_param q on q.param = p.param and
	q.value <> p.value where p.run_id = v_run.id and q.run = '$(echo "$longer" | cut -d' ' -f3)') from v_run order by id desc limit 1")" \
	'4 optim.epochs'
ok ssl rm -f @

note 'refs'
ok ssl show weights:2.5
fails 3 'ambiguous ref: it could be weights:2.1, weights:2.5' "$SSL" show weights:2
fails 3 'no such cell' "$SSL" show weights:9.1
fails 3 'no such sweep' "$SSL" show wieghts2:1.1

note 'status and ls'
ok ssl sweep status --format csv
same "$(wc -l <"$out")" 9
out_has '^2,5,done,'
ok ssl sweep ls --format csv
out_has '^weights,finished,4,2,8,8,0,0,'

note 'extend adds seeds and values, and nothing twice'
ok ssl sweep extend weights --seeds 5,7 --grid vicreg.mu=2,9
ok ssl sweep start -n --format csv weights
same "$(sed 1d "$out" | cut -d, -f1,2 | tr '\n' ' ')" '1,1 2,1 3,1 4,1 5,3 '
err_has 'weights: 7 of 15 cells would be run; about'
ok ssl sweep start -q weights
same "$(value 'select count(*) from cell')" 15
same "$(value 'select count(*) from run')" 15
same "$(value "select count(*) from v_cell where point = 5 and label like '%vicreg.mu=9'")" 3
fails 2 'nothing to add: give --grid or --seeds' "$SSL" sweep extend weights
fails 2 'no block has optim.lr' "$SSL" sweep extend weights --grid optim.lr=1

note 'a run that is deleted for good leaves its cell queued, not done; one in the trash leaves it'
first=$(value "select run from v_cell where ref = 'weights:1.1'")
ok ssl rm weights:1.1
same "$(value "select count(*) from cell where status = 'done'")" 15
ok ssl rm --restore "$first"
ok ssl rm -f weights:1.1
err_has 'queued again.* weights:1.1: '
same "$(value "select group_concat(ref, ' ') from v_cell where status = 'queued'")" weights:1.1
ok ssl sweep start -q weights
same "$(value "select count(*) from cell where status = 'done' and run_id in (select id from run)")" 15

note 'from the command line; without a name the same command is the same sweep'
small='-m vicreg -d tiny --set encoder.arch=convnet --set encoder.width=4 --set augment.size=16 --set optim.batch=32 --set optim.epochs=1
	--set optim.warmup=0 --set eval.every=0 --set eval.at_start=false'
ok ssl sweep start $small --grid 'projector.dims=[8,8],[16,16]' --zip vicreg.mu=1,2 --zip vicreg.nu=3,4 --seeds 2
same "$(value 'select cells from v_sweep order by id desc limit 1')" 8
ok ssl sweep start $small --grid 'projector.dims=[8,8],[16,16]' --zip vicreg.mu=1,2 --zip vicreg.nu=3,4 --seeds 2
same "$(value 'select count(*) from sweep')" 2
note '--reuse takes finished runs as cells, and -n says how many'
ok ssl sweep start -n --name again --reuse $small --grid 'projector.dims=[8,8],[16,16]' --zip vicreg.mu=1,2 --zip vicreg.nu=3,4 --seeds 3
err_has 'again: 4 points x 3 seeds = 12 cells, of which 8 are finished already and would be reused'
ok ssl sweep start -q --name again --reuse $small --grid 'projector.dims=[8,8],[16,16]' --zip vicreg.mu=1,2 --zip vicreg.nu=3,4 --seeds 2
same "$(value "select count(*) from v_cell where sweep = 'again' and status = 'done' and claims = 0")" 8

note 'a failed cell is exit 8, the others finish, on_fail: stop claims no more, retry queues again'
bad='--grid optim.lr=0.001,1000 --set projector.dims=8,8 --set optim.name=sgd --set optim.weight_decay=1 --set optim.lr_scale=none --set optim.epochs=4'
code 8 ssl sweep start --name fails $small $bad --grid vicreg.mu=1,2
err_has '2 of 4 cells failed'
ok ssl sweep status fails
out_has 'failed .* loss is'
same "$(value "select done || ' ' || failed from v_sweep where name = 'fails'")" '2 2'
same "$(value "select max(claims) from v_cell where sweep = 'fails'")" 1
code 8 ssl sweep start --name stops --set exec.on_fail=stop $small --grid optim.lr=1000,0.001 $(echo "$bad" | cut -d' ' -f3-)
same "$(value "select queued || ' ' || failed from v_sweep where name = 'stops'")" '1 1'
ok ssl sweep start -n stops
err_has 'stops: 0 of 2 cells would be run; 1 failed, and exec.on_fail is stop: .ssl sweep retry stops'

note 'no cell is done: the sweep is started anew as it is described now; once one is, it is not'
before=$(value 'select count(*) from run')
ok ssl sweep start --name stops $small --grid optim.lr=0.002,0.001 $(echo "$bad" | cut -d' ' -f3-)
err_has 'stops: none of its 2 cells is done: started anew'
same "$(value "select done || ' ' || cells from v_sweep where name = 'stops'")" '2 2'
same "$(value "select (select count(*) from run) - $before")" 2
same "$(value "select s.first_spec_hash <> '' and s.spec glob '*0.002*' and s.command glob '*0.002*' from sweep s where name = 'stops'")" 1
same "$(value "select count(*) from recipe p where not exists (select 1 from run where recipe_id = p.id)
	and not exists (select 1 from cell where recipe_id = p.id)")" 0
fails 2 'exists with another description' "$SSL" sweep start -q --name stops $small --grid optim.lr=0.003,0.001
ok ssl sweep retry fails
same "$(value "select queued from v_sweep where name = 'fails'")" 2
code 8 ssl sweep start -q fails
same "$(value "select count(distinct run) || ' ' || max(claims) from v_cell where sweep = 'fails'")" '4 2'

note 'pruning: the hopeless end early, with those of their seeds that were not begun; the best does not'
ok ssl sweep start -q --name prunes $small --set projector.dims=8,8 --set optim.epochs=3 --set optim.lr=0 --set exec.prune=asha --set exec.prune_eta=2 \
	--set exec.prune_warmup=1 --set exec.prune_metric=loss --set objective.goal=min --grid vicreg.nu=1,100,1000 --seeds 2
same "$(value "select group_concat(status, ' ') from (select status from v_cell where sweep = 'prunes' order by point, seed)")" \
	'done done pruned pruned pruned pruned'
same "$(value "select group_concat(epoch, ' ') from (select epoch from v_cell where sweep = 'prunes' and seed = 1 order by point)")" '3 1 1'
same "$(value "select count(*) from v_cell c join v_run r on r.id = c.run_id where c.sweep = 'prunes' and c.status = 'pruned'
	and r.reason like '%pruned by asha at step%'")" 2
same "$(value "select count(*) from v_cell c join v_run r on r.id = c.run_id where c.sweep = 'prunes' and c.status = 'done' and r.reason is not null")" 0
ok ssl sweep retry -n --pruned prunes
err_has '4 cells would be queued'
fails 2 'exec.prune needs a metric' "$SSL" sweep start -q $small --set exec.prune=median

note 'where no table can move, lines say how far the sweep is'
ok ssl sweep retry -q --pruned prunes
SSL_PROGRESS_SECONDS=0 "$SSL" sweep status --watch prunes >/dev/null 2>watched &
pid=$!
i=0
until grep -qE '^ssl: prunes: 2 of 6 done, 0 running, 4 queued$' watched; do
	i=$((i + 1))
	[ $i -lt 3000 ] || fail "no line on the whole: $(cat watched)"
	sleep 0.02
done
kill $pid
wait $pid || true
