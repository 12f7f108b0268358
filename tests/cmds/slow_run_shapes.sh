#!/bin/sh
# `ssl run`: what `shapes` promises: with labels a small net solves it (its recipe: 95 % of the test images), which pixels do not
# (tests/unit/data). And DirectPred, whose predictor is computed, learns what BYOL learns with one that is trained
# (2102.06810, table 8), within the noise of the seeds; both more than the untrained net has.
. "$(dirname "$0")/lib.sh"

one()
{
	ssl sql --format csv "$1" | tail -1
}
# is 'A < B': of decimal numbers
is()
{
	[ "$(one "select $1")" = 1 ] || fail "not so: $1"
}
mean() # METHOD
{
	one "select avg(knn_top1) from v_run where method = '$1' and status = 'done'"
}

ok ssl init

note 'supervised, by its recipe'
ok ssl run -q "$SRC/experiments/shapes-supervised.yaml" --name supervised
for protocol in linear knn; do
	top1=$(one "select value from v_eval where run = 'supervised' and metric = 'test.$protocol.top1' and epoch > 0")
	note "$protocol: $top1"
	is "$top1 >= 95"
done

note 'DirectPred and BYOL: two seeds, fewer epochs than their recipes'
ok ssl run -q "$SRC/experiments/shapes-random.yaml"
for seed in 1 2; do
	for method in byol directpred; do
		ok ssl run -q "$SRC/experiments/shapes-$method.yaml" --set seed=$seed --set optim.epochs=6 --set eval.every=6 \
			--set eval.at_start=false --set checkpoint.every=0 --set collapse.every=0
	done
done
random=$(mean random)
byol=$(mean byol)
directpred=$(mean directpred)
note "kNN: random $random, BYOL $byol, DirectPred $directpred"
is "$byol > $random + 5 and $directpred > $random + 5"
is "abs($directpred - $byol) < 5"
