#!/bin/sh
# Probes on real features: SGD as the papers train it comes near the exact minimiser, both the
# same at one thread and at two, and for untrained and briefly trained encoders of CIFAR-10.
. "$(dirname "$0")/lib.sh"

data=$SRC/../shared/data
[ -r "$data/cifar-10-binary-mini.tar.gz" ] || skip "no CIFAR-10 in $data"

ok ssl init
ok ssl data add mini "$data/cifar-10-binary-mini.tar.gz"
ok ssl run -q -m barlow -d mini --set encoder.width=8 --set projector.dims=256,256 --set optim.batch=128 --set optim.epochs=1 \
	--set eval.protocol=[] --name one

# top1 of the last evaluation
top1()
{
	tail -1 "$out" | cut -d, -f7
}

# near A B: within three points, which is what 1000 images can tell: the two differ in some 150 answers, either way
near()
{
	awk -v a="$1" -v b="$2" 'BEGIN { exit !(a - b <= 3 && b - a <= 3) }' || fail "$1 and $2 are more than three points apart"
}

for state in '' --untrained; do
	note "the exact minimiser and SGD $state"
	ok ssl eval --protocol linear --format csv $state one
	exact=$(top1)
	ok ssl eval --protocol linear --format csv $state -j 1 one
	same "$exact" "$(top1)"
	ok ssl eval --protocol linear --set eval.linear.solver=sgd --format csv $state -j 2 one
	sgd=$(top1)
	note "lbfgs $exact, sgd $sgd"
	near "$exact" "$sgd"
	ok ssl eval --protocol linear --set eval.linear.solver=sgd --format csv $state -j 1 one
	same "$sgd" "$(top1)"
	awk -v a="$exact" 'BEGIN { exit !(a > 15) }' || fail "$exact is hardly more than chance"
done

note 'fine-tuning, the same at one thread and at two'
ok ssl eval --protocol finetune-10pct --format csv --set eval.finetune.epochs=2 -j 1 one
one=$(top1)
ok ssl eval --protocol finetune-10pct --format csv --set eval.finetune.epochs=2 -j 2 one
same "$one" "$(top1)"
