#!/bin/sh
# A meaningless result is missing, with its reason: an encoder that is not a number, a probe that
# stopped early or diverged.
. "$(dirname "$0")/lib.sh"

cat >base.yaml <<END
version: 1
method: vicreg
data: {set: tiny}
encoder: {arch: mlp, width: 8, depth: 1}
projector: {dims: [8, 8]}
augment: {size: 8}
optim: {name: sgd, lr: 0.01, lr_scale: none, batch: 32, epochs: 1, warmup: 0}
eval: {protocol: [knn, linear]}
guard: {collapse: 'off', nan: record}
END
ok ssl init
ok ssl data add --shapes --train 64 --test 40 tiny
ok ssl run base.yaml --name good
ok ssl run base.yaml --name nan --set optim.lr=1000 --set optim.epochs=3 --set vicreg.lambda=1000 --set vicreg.mu=1000 \
	--set optim.momentum=0.99
ok ssl sql --format csv "select count(*) from v_metric where run = 'nan' and metric = 'loss' and kind = 'nan'"
[ "$(tail -1 "$out")" -gt 0 ] || skip 'the run did not diverge here'

note 'named by the run, its events, log, show, compare and eval; NULL where the number would be'
ok ssl sql --format csv "select coalesce(knn_top1, 'none'), linear_top1, knn_missing from v_run where name = 'nan'"
out_has '^none,,the features of 64 of the 64 training images are not finite$'
ok ssl log --columns name,knn.top1,linear.top1 -s name --format csv
out_has '^good,[0-9.]+,[0-9.]+$'
out_has '^nan,,$'
err_has 'test.knn.top1 is missing for 1 run: the features of 64'
ok ssl show nan
out_has '^knn.top1 +none: the features'
out_has 'warning +test.knn has no result'
ok ssl compare --by name
out_has '1 run left out: without a finite value'
out_has 'test.knn.top1 is missing for 1 run: the features'
ok ssl eval nan --format csv
out_has '^nan,3,knn,test,64,40,,,.*not finite$'
err_has 'test.knn has no result'
same 0 "$(ssl sql --format csv "select count(*) from v_confusion where run = 'nan' and epoch = 3" | tail -1)"
ok ssl best knn.top1 -l 0 --format csv
ok ssl verify -q nan
ok ssl fsck

note 'a probe that did not converge, or diverged'
ok ssl eval good --protocol linear --set eval.linear.steps=3 --format csv
out_has ',steps=3,"the probe did not converge: after 3 steps'
ok ssl eval good --protocol linear --set eval.linear.solver=sgd --set eval.linear.lr=1000000 --format csv
out_has ',"?the probe diverged'
ok ssl eval good --protocol linear --format csv
out_has '^good,1,linear,test,64,40,[0-9.]+,[0-9.]+,[^,]*,,$'
