#!/bin/sh
# What runs in several threads gives the same bits as in one: a run with its batches, augmentations, kernels and
# protocols; and a sweep whose workers share a store, each beside the thread of its heartbeat. The thread sanitizer
# runs this test, and a race makes the program exit with 66.
. "$(dirname "$0")/lib.sh"

cat >r.yaml <<'YAML'
method: byol
data: {set: tiny, val: 16}
encoder: {arch: convnet, width: 4}
augment: {size: 16}
projector: {dims: [16, 16]}
predictor: {dims: [16, 16]}
optim: {batch: 16, epochs: 1, warmup: 0}
eval: {protocol: [knn, linear], linear: {steps: 20}}
YAML
ok ssl init
ok ssl data add tiny --shapes --train 64 --test 20

note 'one thread and four'
for j in 1 4; do
	ok ssl run -q -j $j r.yaml --name "threads-$j"
	ssl sql --format csv "select metric, step, printf('%.17g', value) from v_metric where run = 'threads-$j' and (metric glob 'loss*'
		or metric glob '*.top1' or metric in ('grad_norm', 'embedding_std')) order by 1, 2" >"series-$j"
	ssl checkpoint ls --format csv "threads-$j" | cut -d, -f6 >>"series-$j"
done
[ "$(wc -l <series-1)" -gt 8 ] || fail 'too few values'
cmp series-1 series-4 || fail 'one thread and four differ'
ok ssl verify -j 3 threads-1

note 'a resnet, features and another evaluation'
ok ssl run -q -j 3 -m vicreg -d tiny --set encoder.arch=resnet18 --set encoder.width=2 --set encoder.stem=cifar \
	--set augment.size=16 --set projector.dims=8,8 --set optim.batch=16 --set optim.epochs=1 --set eval.every=0
ok ssl eval -j 4 @ --protocol knn
ok ssl features -j 4 --split test -o test.npy @

note 'workers'
ok ssl sweep start -q r.yaml --grid optim.lr=0.1,0.2 --set exec.lease=1 --name both -j 2
same "$(value "select group_concat(distinct status) || ' ' || count(*) from cell")" 'done 2'
