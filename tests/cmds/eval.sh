#!/bin/sh
# `ssl eval`: reproduces the online figure, records its settings, holds val and test apart, and refuses what
# it cannot do.
. "$(dirname "$0")/lib.sh"

ok ssl init
ok ssl data add tiny --shapes --train 300 --test 60
ok ssl run -q -m barlow -d tiny --set encoder.arch=convnet --set encoder.width=4 --set augment.size=16 --set projector.dims=16 --set optim.batch=32 \
	--set optim.epochs=2 --set data.val=100 --set eval.protocol=linear,knn --name one
online=$(ssl sql --format csv "select printf('%.6f', value) from v_metric where run = 'one' and metric = 'val.knn.top1' order by step desc limit 1" | tail -1)
untrained=$(ssl sql --format csv "select printf('%.6f', value) from v_metric where run = 'one' and metric = 'val.knn.top1' order by step limit 1" | tail -1)
evals()
{
	ssl sql --format csv 'select count(distinct eval_id) from v_eval' | tail -1
}
before=$(evals)

note 'the same checkpoint gives the same figure as online; the initial weights give the floor'
ok ssl eval --split val --format csv one
same "$(printf '%.4f' "$online")" "$(printf '%.4f' "$(tail -1 "$out" | cut -d, -f7)")"
ok ssl eval --untrained --split val --format csv one
same "$(printf '%.4f' "$untrained")" "$(printf '%.4f' "$(tail -1 "$out" | cut -d, -f7)")"
same "$(evals)" $((before + 2))

note 'evaluated during training or afterwards: v_seed has both, as last: in ssl log'
ok ssl run -q -m barlow -d tiny --set encoder.arch=convnet --set encoder.width=4 --set augment.size=16 --set projector.dims=16 --set optim.batch=32 \
	--set optim.epochs=2 --set data.val=100 --set eval.every=0 --set eval.at_start=false --name later
ok ssl eval -q --split val later
same "$(ssl sql --format csv "select printf('%.6f', mean) from v_seed where metric = 'val.knn.top1'" | sed 1d | sort)" \
	"$(ssl log --columns last:val.knn.top1 --format csv | sed 1d | while read -r v; do printf '%.6f\n' "$v"; done | sort)"
same "$(ssl sql --format csv "select count(*) from v_seed where metric = 'val.knn.top1'" | tail -1)" 2
before=$((before + 1))

note 'several protocols on the same features, as online; the solvers agree; a seed repeats'
ok ssl eval --protocol linear,knn --split val --format csv one
same "$(printf '%.4f' "$online")" "$(printf '%.4f' "$(tail -1 "$out" | cut -d, -f7)")"
linear=$(ssl sql --format csv "select printf('%.4f', value) from v_metric where run = 'one' and metric = 'val.linear.top1' order by step desc limit 1" | tail -1)
same "$linear" "$(printf '%.4f' "$(sed -n 2p "$out" | cut -d, -f7)")"
same "$(evals)" $((before + 4))
ok ssl eval -n --protocol knn,linear,knn --split val --format csv one
same "$(sed 1d "$out" | cut -d, -f3 | tr '\n' ' ')" 'knn linear '
ok ssl eval --protocol linear --split val --labels 0.1 --seed 3 --format csv one
out_has '^one,2,linear-10pct,val,20,100,'
first=$(tail -1 "$out" | cut -d, -f7)
ok ssl eval --protocol linear-10pct --split val --seed 3 --format csv -j 1 one
same "$first" "$(tail -1 "$out" | cut -d, -f7)"
ok ssl eval --protocol linear --split val --set eval.linear.solver=sgd --set eval.linear.epochs=5 one
ok ssl sql --format csv "select settings from v_eval where metric = 'val.linear.top1/epochs=5,solver=sgd'"
out_has 'solver"":""sgd"".*epochs"":5.*trained"":200.*seed"":0'
before=$(($(evals) - 2))

note 'fine-tuning: a copy is trained, the same at one thread, and the checkpoint is as it was'
ok ssl eval --protocol finetune-10pct,knn --split val --set eval.finetune.epochs=2 --format csv one
out_has '^one,2,finetune-10pct,val,20,100,'
first=$(sed -n 2p "$out" | cut -d, -f7)
same "$(printf '%.4f' "$online")" "$(printf '%.4f' "$(tail -1 "$out" | cut -d, -f7)")"
ok ssl eval --protocol finetune-10pct --split val --set eval.finetune.epochs=2 --format csv -j 1 one
same "$first" "$(tail -1 "$out" | cut -d, -f7)"

note 'by class: printed and recorded alike, and in agreement with top1'
ok ssl eval --protocol linear --split val --per-class --format csv one
same "$(wc -l <"$out")" 11
printed=$(tail -n +2 "$out" | cut -d, -f6,7 | sort)
recorded=$(ssl sql --format csv "select images || ',' || correct from v_class where eval_id = (select max(id) from eval)" | tail -n +2 | tr -d '"' | sort)
same "$printed" "$recorded"
same "$(ssl sql --format csv "select printf('%.4f', 100.0 * sum(correct) / sum(images)) from v_class where eval_id = (select max(id) from eval)" | tail -1)" "$linear"
ok ssl eval --protocol linear --split val --confusion --format csv one
same "$(tail -n +2 "$out" | awk -F, '{ for (i = 6; i <= NF; i++) n += $i } END { print n }')" 100
same "$(ssl sql --format csv "select printf('%.4f', sum(n)) from v_confusion where eval_id = (select max(id) from eval) and actual = predicted" | tail -1)" "$linear"
before=$(($(evals) - 2))

note 'the test split, other settings; a dry run records nothing'
ok ssl eval -n --split test --k 5 -T 0.1 one
err_has 'report test once'
same "$(evals)" $((before + 2))

note 'val is what runs select on; test is scored once, after the last epoch, by the same protocols'
values()
{
	ssl sql --format csv "select group_concat(epoch, ' ') from v_metric where run = '$1' and metric = '$2'" | tail -1
}
same "$(values one val.linear.top1)" '0.0 2.0'
same "$(values one test.linear.top1)" 2.0
same "$(values one test.knn.top1)" 2.0
ok ssl run -m barlow -d tiny --set encoder.arch=convnet --set encoder.width=4 --set augment.size=16 --set projector.dims=16 --set optim.batch=32 \
	--set optim.epochs=2 --set eval.every=1 --set data.val=100 --set eval.final_test=false --set eval.protocol=knn,finetune \
	--set eval.finetune.epochs=1 --name two
! grep 'chosen on the test' "$err" || fail 'it chooses on val'
same "$(values two val.knn.top1)" '0.0 1.0 2.0'
same "$(values two val.finetune.top1)" 2.0
same "$(values two test.knn.top1)" ''

note 'a warning when the test split selects: a checkpoint, a ref, a list'
ok ssl run -m barlow -d tiny --set encoder.arch=convnet --set encoder.width=4 --set augment.size=16 --set projector.dims=16 --set optim.batch=32 \
	--set optim.epochs=2 --set eval.every=1 --name three
err_has 'keep_best: .*chosen on the test split'
ok ssl show best:test.knn.top1
err_has 'best:test.knn.top1: chosen on the test split.*best:val.knn.top1'
ok ssl show best:val.knn.top1
[ ! -s "$err" ] || fail 'val is what to choose by'
ok ssl log -s -test.knn.top1
err_has 'sorts by the test split'
ok ssl log -s -val.knn.top1
! grep -q "sorts by the test split" "$err" || fail "val is what to sort by"

note 'what trains nothing is evaluated once, as it is'
ok ssl run -m random -d tiny --set encoder.arch=convnet --set encoder.width=4 --set augment.size=16 --set eval.at_start=false --set eval.protocol=knn,linear --name floor
same "$(ssl sql --format csv "select count(distinct eval_id) || ' ' || max(step) from v_eval where run = 'floor'" | tail -1)" '2 0'
ok ssl eval --format csv floor
same "$(tail -1 "$out" | cut -d, -f7)" "$(ssl sql --format csv "select value from v_eval where run = 'floor' and metric = 'test.knn.top1'" | tail -1)"

note 'what cannot be done'
fails 2 'protocol' "$SSL" eval --protocol knn,nosuch one
fails 2 'only eval' "$SSL" eval --set seed=3 one
fails 2 'eval.linear.solver' "$SSL" eval --set eval.linear.solver=newton one
fails 2 'one of the two' "$SSL" eval --per-class --confusion one
fails 2 'split' "$SSL" eval --split train one
fails 2 'range' "$SSL" eval --k 0 one
fails 3 'nosuch' "$SSL" eval nosuch
ok ssl run -q -m barlow -d tiny --set encoder.arch=convnet --set encoder.width=4 --set augment.size=16 --set projector.dims=16 --set optim.batch=32 \
	--set optim.epochs=1 --set checkpoint.every=0 --name bare
fails 3 'checkpoint' "$SSL" eval bare
fails 2 'tiny cannot be evaluated on val: it has no validation images' "$SSL" eval --split val --untrained bare

note 'a damaged checkpoint is noticed'
object=$(ssl checkpoint ls --format csv one | tail -1 | cut -d, -f6)
file=.ssl/objects/$(echo "$object" | cut -c1-2)/$(echo "$object" | cut -c3-)
head -c 1000 "$file" >short && cat short >"$file"
fails 5 '.' "$SSL" eval one
