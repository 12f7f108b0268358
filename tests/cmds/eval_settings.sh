#!/bin/sh
# What a metric measures is part of its name: values by other settings than the recipe's never stand for
# those by the recipe's, values of different recipes are not ranked, and the splits are not mixed.
. "$(dirname "$0")/lib.sh"

cat >base.yaml <<END
version: 1
method: vicreg
data: {set: tiny}
encoder: {arch: mlp, width: 8, depth: 1}
projector: {dims: [8, 8]}
augment: {size: 8}
optim: {name: sgd, lr: 0.01, batch: 32, epochs: 1, warmup: 0}
eval: {protocol: [knn, linear], at_start: false}
guard: {collapse: 'off'}
END
ok ssl init
ok ssl data add --shapes --train 64 --test 40 tiny
for s in 1 2; do
	ok ssl run base.yaml --seed $s --name v$s
	ok ssl run base.yaml -m barlow --seed $s --name b$s
done
before=$(ssl log -s name --columns name,knn.top1,linear.top1 --format csv)
best=$(ssl best knn.top1 --format csv)

note 'other settings give another metric; the plain ones, and those that change nothing, do not'
ok ssl eval v1 --k 3 --format csv
out_has ',k=3,$'
ok ssl eval v1 --set eval.linear.steps=1 --protocol linear --set eval.linear.l2=100
ok ssl eval v1 --k 20 --seed 7 -j 1
ok ssl eval v1 --protocol linear --seed 7
ok ssl eval v1 --protocol linear --set eval.linear.solver=sgd --set eval.linear.epochs=2 --seed 7
ok ssl sql --format csv "select metric from v_eval where differs <> '' and metric like '%top1%' order by 1"
same 'metric
test.knn.top1/k=3
"test.linear.top1/epochs=2,seed=7,solver=sgd"
"test.linear.top1/l2=100,steps=1"' "$(cat "$out")"
same "$before" "$(ssl log -s name --columns name,knn.top1,linear.top1 --format csv)"
same "$best" "$(ssl best knn.top1 --format csv)"

note 'more neighbours than there are images are all there are'
ok ssl eval v1 --k 1000 --format csv
out_has ',k=64,$'
ok ssl eval v1 --k 65 --format csv
out_has ',k=64,$'
same '{""k"":64' "$(ssl sql --format csv "select settings from v_eval where metric = 'test.knn.top1/k=64'" |
	tail -1 | cut -d, -f1 | tr -d '\n' | sed 's/^"//')"

note 'a name with settings is taken in any order, in columns, conditions, refs and series'
ok ssl log --columns 'name,test.linear.top1/solver=sgd,seed=7,epochs=2,knn.top1' -w "[test.knn.top1/k=3] >= 0" --format csv
out_has '^v1,[0-9.]+,[0-9.]+$'
same 2 "$(wc -l <"$out" | tr -d ' ')"
ok ssl best knn.top1/k=3 --format csv
out_has ',v1,'
ok ssl show best:test.knn.top1/k=3
ok ssl metrics v1 test.knn.top1/k=3
ok ssl compare --metric knn.top1/k=3 v1

note 'recipes that evaluate with different settings: no verdict, no best, and the reason'
for s in 3 4; do
	ok ssl run base.yaml -m barlow --seed $s --name k$s --set eval.knn.k=5
done
ok ssl compare
out_has 'No verdict'
out_has 'test.knn.top1 cannot be compared.*k=5 \(2 runs\)'
out_lacks 'no significant|too few|p_holm'
ok ssl compare --metric linear.top1
out_lacks 'No verdict'
ok ssl log
err_has 'test.knn.top1 cannot be compared.*k=20'
ok ssl best knn.top1
err_has 'the order says nothing'
ok ssl show best:knn.top1
err_has 'cannot be compared'
code 1 ssl diff v1 k3
err_has 'test.knn.top1 cannot be compared'
ok ssl plot bars
err_has 'cannot be compared'
ok ssl report -o r.html
grep -q 'No recipe is the best' r.html || fail 'a report names a best recipe'
ok ssl log -w "name like 'v%'"
[ ! -s "$err" ] || fail 'runs of one setting need no remark'

note 'values on val and on test are never in one column'
ok ssl run base.yaml --name val --set data.val=20 --set eval.final_test=false
ok ssl log --columns name,knn.top1 -w "name in ('val', 'v1')" --format csv
out_has '^val,$'
err_has 'only val.knn.top1, which is not compared'
ok ssl compare --by name v1 v2 val
out_lacks '^val '
out_has 'only val.knn.top1'
same 'val,val' "$(ssl sql --format csv "select name, knn_split from v_run where name = 'val'" | tail -1)"
same 'v1,test' "$(ssl sql --format csv "select name, knn_split from v_run where name = 'v1'" | tail -1)"
ok ssl compare val
out_has '^Compared by val.knn.top1: none of these runs has test.knn.top1'
ok ssl fsck
