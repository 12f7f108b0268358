#!/bin/sh
# `ssl sweep plan` and `start`: what a sweep is for must be measured by its cells, and what prunes them must be able to.
# What plan says that there is, is what runs record; a sweep that was recorded before is not asked.
. "$(dirname "$0")/lib.sh"

cat >r.yaml <<'YAML'
method: vicreg
data: {set: t}
encoder: {arch: convnet, width: 4, depth: 2}
projector: {dims: [16, 16]}
optim: {name: sgd, lr: 0.05, lr_scale: none, batch: 32, epochs: 2, warmup: 0}
augment: {size: 16}
eval: {every: 1, protocol: [knn]}
YAML
refuses() # REGEX ARG...
{
	want=$1
	shift
	fails 2 "$want" "$SSL" sweep plan r.yaml --grid optim.lr=0.1,0.2 "$@"
}

note 'without a store: what no dataset could change'
refuses 'objective.metric: no cell measures test.knn.top9 .did you mean test.knn.top1' --set objective.metric=test.knn.top9
ok ssl sweep plan r.yaml --grid optim.lr=0.1,0.2 --set objective.metric=val.knn.top1

ok ssl init
ok ssl data add t --shapes --train 96 --test 20
mkdir flat
note 'a typo, a split, a protocol, a prefix, settings, a term of another method, what is not evaluated after the start'
for metric in test.knn.top9 val.knn.top1 test.linear.top1 knn.top1 lss loss.cosine predictor.alignment tau test.knn.top1/rule=1; do
	refuses "objective.metric: no cell measures $metric" --set objective.metric=$metric
	refuses "exec.prune_metric: no cell measures $metric" --set exec.prune=asha --set exec.prune_metric=$metric
	fails 2 "no cell measures $metric" "$SSL" sweep start r.yaml --seeds 2 --set objective.metric=$metric
done
refuses 'names the metric test.knn.top1: use that name' --set objective.metric=test.knn.top1/k=200
refuses 'knn.top1 .did you mean test.knn.top1' --set objective.metric=knn.top1
refuses 'the cells measure .*test.linear-10pct.top1' --set objective.metric=test.linear.top1 --set eval.protocol=linear --set eval.linear.labels=0.1
refuses 'no cell measures test.knn.top1: the cells measure loss' --set objective.metric=test.knn.top1 --set eval.every=0
refuses 'no cell measures collapse.rankme' --set objective.metric=collapse.rankme --set collapse.every=0
refuses 'no cell measures loss.variance' --set objective.metric=loss.variance --set method=byol --set predictor.dims=16,16
refuses 'no cell measures tau' --set objective.metric=tau --set method=simsiam --set predictor.dims=16,16
same "$(value 'select count(*) from sweep')" 0

note 'pruning that could never come about'
refuses 'median compares at least 5 points, and there are 2' --set objective.metric=loss --set exec.prune=median
prune="--set exec.prune=asha --set exec.prune_eta=2"
refuses 'from exec.prune_warmup .5. on; the longest cell has 2 epochs' --set objective.metric=loss $prune
refuses 'evaluates every eval.every' --set objective.metric=test.knn.top1 --set optim.epochs=4 --set eval.every=4 \
	$prune --set exec.prune_warmup=1
refuses 'no cell has a value of val.knn.top1' --set objective.metric=val.knn.top1 --set data.val=16 --set optim.epochs=4 \
	--set eval.every=9 $prune --set exec.prune_warmup=1
ok ssl sweep plan r.yaml --grid optim.lr=0.1,0.2 --set objective.metric=loss $prune --set exec.prune_warmup=1
ok ssl sweep plan r.yaml --grid optim.lr=0.1,0.2 --grid optim.epochs=1,2 --set objective.metric=loss $prune --set exec.prune_warmup=1
err_has 'exec.prune: there is a value to compare before the end in only 2 of 4 points'

note 'what some cells measure is reported'
ok ssl sweep plan r.yaml --grid method=vicreg,random --set objective.metric=loss
err_has 'objective.metric: loss is measured in only 1 of 2 points'

note 'a run records the metrics that plan lists'
for method in vicreg byol random; do
	sed "s/^method: .*/method: $method/" r.yaml >m.yaml
	[ $method != byol ] || printf 'predictor: {dims: [16, 16]}\nbyol: {mu: 1}\n' >>m.yaml
	fails 2 'the cells measure' "$SSL" sweep plan m.yaml --seeds 2 --set objective.metric=zzz
	sed 's/.*the cells measure //; s/, /\n/g' "$err" | sort >said
	ok ssl run -q m.yaml
	ssl sql --format csv "select distinct case when k.name like 'collapse.%' then 'collapse.*' when k.name like 'predictor.%' \
		then 'predictor.*' else k.name end from metric_summary m join metric_name k on k.id = m.name_id \
		where run_id = (select max(id) from run)" 2>/dev/null | tail -n +2 | sort >recorded
	cmp -s said recorded || fail "$method: said: $(tr '\n' ' ' <said); recorded: $(tr '\n' ' ' <recorded)"
	for name in $(ssl sql --format csv "select k.name from metric_summary m join metric_name k on k.id = m.name_id \
		where run_id = (select max(id) from run) and k.name glob '[cp][or]*.*'" 2>/dev/null | tail -n +2); do
		ok ssl sweep plan m.yaml --seeds 2 --set objective.goal=max --set objective.metric=$name
	done
done
