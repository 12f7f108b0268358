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
[ "$(value "select device from v_run where name = 'run-auto'")" = cpu ] || skip 'auto is not the CPU here'
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

note 'the device is recorded with each attempt, and is no part of the recipe'
same "$(value "select group_concat(distinct device || '/' || device_about) || ' ' || (count(*) > 6) from attempt")" 'cpu/ 1'
same "$(value "select count(distinct recipe_hash) from v_run where name in ('run', 'run-cpu', 'run-auto')")" 1
ok ssl show run
out_has '^device +cpu$'
out_has '^images/s +[0-9]'
out_has '^of training +[0-9]'
ok ssl show run --json
out_has '"device": "cpu"'
out_has '"arena_peak": [0-9]'
out_has '"images_per_s": [0-9]'

note 'what is no device, and what this build does not have'
ok ssl sweep start -q r.yaml --seeds 2 --name turns -j 2 --devices cpu,auto
same "$(value "select group_concat(distinct status) || ' ' || count(*) from v_cell where sweep = 'turns'")" 'done 2'
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
fails 2 'sweep start: --device or --devices, not both' "$SSL" sweep start r.yaml --device cpu --devices cpu,auto
fails 2 "--device: 'gpu' is not a device" "$SSL" sweep start r.yaml --seeds 2 --devices cpu,gpu
fails 2 'sweep status: --device goes with plan and start' "$SSL" sweep status --device cpu sweep-cpu
same "$(value "select (select count(*) from run) || ' ' || (select count(*) from attempt) || ' ' || (select count(*) from eval)
	|| ' ' || (select count(*) from sweep)")" "$before"

command -v sqlite3 >/dev/null || skip 'no sqlite3: no run of another device'
note 'a run of a device that this build does not have'
ok ssl run -q r.yaml $long --name moved
"$SSL" run -q r.yaml $long --name elsewhere 2>"$err" &
pid=$!
hold_saved $pid elsewhere
kill -INT $pid
kill -CONT $pid
wait $pid
on_cuda()
{
	sqlite3 .ssl/ssl.db "update attempt set device = 'cuda', device_about = 'NVIDIA H100; driver 570' where n = 1
		and run_id in (select id from run where name in ('moved', 'elsewhere'))"
}
on_cuda
for command in resume verify; do
	fails 6 "elsewhere: its device cannot be used: cuda: .*: --device auto chooses another" "$SSL" $command elsewhere
done
ok ssl show elsewhere
out_has '^device +cuda: NVIDIA H100; driver 570$'
code 0 ssl verify --device cpu --format csv moved
out_has '^environment,device,,cuda: NVIDIA H100; driver 570,cpu$'
code 1 ssl diff --format csv moved straight
out_has '^environment,device,cuda: NVIDIA H100; driver 570,cpu,'

note 'it continues on another one, with a warning, and both are recorded'
ok ssl resume -n --device cpu elsewhere
ok ssl resume --device cpu elsewhere
err_has 'elsewhere: computed on cuda: NVIDIA H100; driver 570 so far, and now on cpu: its bits will differ'
same "$(value "select device from v_run where name = 'elsewhere'")" 'cuda cpu'
same "$(chain elsewhere)" "$(chain straight)"

note 'compare names the devices of each group, where they are not one'
ok ssl compare --by optim.epochs --metric val.knn.top1
out_has 'computed on different devices \(1: cpu; 60: cpu, cuda\)'
ok ssl compare --metric val.knn.top1 run run-cpu
out_lacks 'devices'

note 'bundles keep it, and those of older versions are of the CPU'
ok ssl export -q -o moved.tar.zst moved straight
ok ssl init other
ok ssl -C other import -q moved.tar.zst
same "$(ssl -C other sql --format csv 'select name, device from v_run order by name' | tail -2)" 'moved,cuda
straight,cpu'
same "$(ssl -C other sql --format csv "select device_about from attempt where device = 'cuda'" | tail -1)" 'NVIDIA H100; driver 570'
ok ssl -C other import moved.tar.zst
err_has '0 runs added, 2 there already'
ok ssl init old
ok ssl -C old import -q "$SRC/tests/fixtures/d389de3/pruned.tar.zst"
same "$(ssl -C old sql --format csv 'select distinct device from v_run' | tail -1)" cpu
