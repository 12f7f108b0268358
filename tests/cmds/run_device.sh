#!/bin/sh
# `--device`: every command that computes takes cpu and auto, with the same bits, and refuses what is no device and
# what this build does not have, before anything is recorded.
. "$(dirname "$0")/lib.sh"

cat >r.yaml <<'YAML'
method: vicreg
data: {set: tiny, val: 16}
encoder: {arch: convnet, width: 4}
augment: {size: 16}
projector: {dims: [16, 16]}
optim: {batch: 16, epochs: 1, warmup: 0}
eval: {protocol: [knn]}
YAML
ok ssl init
ok ssl data add tiny --shapes --train 64 --test 20

note 'the same bits on the CPU, on the best device, and without the option'
for device in cpu auto; do
	ok ssl run -q --device $device r.yaml --name "run-$device"
	ssl checkpoint ls --format csv "run-$device" | cut -d, -f6 >"hash-$device"
done
ok ssl run -q r.yaml --name run
ssl checkpoint ls --format csv run | cut -d, -f6 >hash
cmp hash-cpu hash-auto && cmp hash-cpu hash || fail 'the device of auto gives other bits'

note 'every other command that computes'
for device in cpu auto; do
	ok ssl verify --device $device run
	ok ssl eval -q --device $device --protocol knn run
	ok ssl features --device $device --split test -o "$device.npy" run
	ok ssl sweep plan -q --device $device r.yaml --seeds 1
	ok ssl sweep start -q --device $device r.yaml --seeds 1 --name "sweep-$device"
	ok ssl worker -q --device $device "sweep-$device"
	ok ssl run -n -q --device $device r.yaml
done
cmp cpu.npy auto.npy || fail 'features differ'
same "$(value "select count(distinct value) from v_eval where run = 'run' and metric = 'val.knn.top1' and step > 0")" 1
same "$(value "select group_concat(distinct status) || ' ' || count(*) from cell")" 'done 2'
same "$(value "select count(*) from run where command like '%worker%--device cpu'")" 1

note 'a run that was stopped goes on with the bits of one that was not'
chain()
{
	value "select group_concat(chain, ' ') from (select chain from v_digest where run = '$1' order by step)"
}
long='--set optim.epochs=60 --set checkpoint.every=1'
ok ssl run -q r.yaml $long --name straight
for device in cpu auto; do
	"$SSL" run -q r.yaml $long --device $device --name "cut-$device" 2>"$err" &
	pid=$!
	hold_saved $pid "cut-$device"
	kill -INT $pid
	kill -CONT $pid
	status=0
	wait $pid || status=$?
	same $status 75
	ok ssl resume -q --device $device "cut-$device"
	same "$(chain "cut-$device")" "$(chain straight)"
done

note 'what is no device, and what this build does not have'
before=$(value "select (select count(*) from run) || ' ' || (select count(*) from attempt) || ' ' || (select count(*) from eval)
	|| ' ' || (select count(*) from sweep)")
refused()
{
	fails 2 "--device: 'gpu' is not a device: .*cpu or auto" "$SSL" "$@" --device gpu
	fails 2 "'cpu:0' is not a device" "$SSL" "$@" --device cpu:0
	fails 6 '--device: cuda:1: ' "$SSL" "$@" --device cuda:1
}
refused run r.yaml
refused run -n r.yaml
refused resume run
refused verify run
refused eval run
refused features run
refused sweep plan r.yaml --seeds 2
refused sweep start r.yaml --seeds 2
refused worker sweep-cpu
same "$(value "select (select count(*) from run) || ' ' || (select count(*) from attempt) || ' ' || (select count(*) from eval)
	|| ' ' || (select count(*) from sweep)")" "$before"
