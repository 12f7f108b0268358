#!/bin/sh
# `ssl device`: lists what computes here and the tables of engines of the store; the CPU has nothing to choose; a table
# that does not exist or was made on another device is refused by every command that takes one. What a device with
# engines does is tested by tests/cuda/tune.sh.
. "$(dirname "$0")/lib.sh"

tiny='-d tiny --set encoder.arch=convnet --set encoder.width=4 --set augment.size=16 --set projector.dims=16,16 --set optim.batch=32 --set optim.epochs=1 --set optim.warmup=0 -j 1'
cat >r.yaml <<'END'
method: vicreg
data.set: tiny
END

note 'the devices are listed without a store too'
ok ssl device ls
out_has '^device +cpu +.* usable core'
out_has '^device +cuda '
ok ssl device ls --format csv
same "$(sed 1q "$out")" 'kind,name,what,operations,attempts,created'

ok ssl init
ok ssl data add tiny --shapes --train 64 --test 16

note 'the CPU has nothing to choose'
fails 2 'device cpu: there is nothing to choose: every operation has one engine' "$SSL" device tune --device cpu r.yaml

note 'command lines'
fails 2 'device tune: missing argument RECIPE' "$SSL" device tune
fails 2 'device ls: ' "$SSL" device ls more
fails 2 'device show: missing argument ENGINES' "$SSL" device show
fails 2 'device tun: no such command: did you mean tune' "$SSL" device tun
fails 2 'device x: no such command: tune, ls, show or rm' "$SSL" device x
fails 2 'device ls: --name, --set, --device and -j go with tune' "$SSL" device ls --name x
fails 2 'device tune' "$SSL" device tune --json r.yaml
fails 2 'device rm' "$SSL" device rm --json x
fails 2 'sweep plan: --engines goes with start' "$SSL" sweep plan --engines x r.yaml

note 'no table of this name'
ok ssl run -q -m vicreg $tiny --name one --engines none
for command in 'device show fast' 'device rm fast' "run -q -m vicreg $tiny --engines fast" 'resume one --engines fast' \
	"sweep start -m vicreg $tiny --seeds 1 --engines fast"; do
	# shellcheck disable=SC2086  # words
	fails 3 'table of engines fast: there is none: `ssl device ls`' "$SSL" $command
done
same "$(value 'select count(*) from sweep')" 0
same "$(value "select coalesce(engines, 'none') from v_run")" none
ok ssl show one
out_lacks '^engines'

command -v sqlite3 >/dev/null || skip 'no sqlite3: no table of another device'
note 'a table of another device'
hash=$(printf 'cuda\na card, its driver\nforward f32 a\t1\t15\n' | sha256sum | cut -d' ' -f1)
ok sqlite3 .ssl/ssl.db "insert into engine_table values (1, 'fast', '$hash', 'cuda', 'a card, its driver', '$hash', '2026-01-01 00:00:00.000');
	insert into engine values (1, 1, 'forward f32 a', 1, 15, 0.0005, 0.001)"
ok ssl device ls
out_has '^engines +fast +cuda: a card, its driver +1 +0 +2026-01-01 00:00:00$'
ok ssl device show fast --format csv
same "$(sed 1d "$out")" 'forward f32 a,1,15,0.5,1,2'
ok ssl doctor
out_has 'engines +1 table in the store, 0 of them for a device here'
fails 6 'the table of engines fast was made on cuda: a card, its driver, and this is cpu: `ssl device tune`' \
	"$SSL" run -q -m vicreg $tiny --engines fast
fails 6 'the table of engines fast was made on cuda' "$SSL" sweep start -m vicreg $tiny --seeds 1 --engines fast
same "$(value 'select count(*) from run')" 1
same "$(value 'select count(*) from sweep')" 0
ok ssl fsck

note 'a run that used it names it, keeps it, and on another kind of device goes on without it'
ok sqlite3 .ssl/ssl.db "update attempt set device = 'cuda', device_about = 'a card, its driver', engine_table_id = 1"
ok ssl show one
out_has '^device +cuda: a card, its driver$'
out_has '^engines +fast$'
fails 2 'table of engines fast: 1 run used it' "$SSL" device rm fast
code 0 ssl verify --device cpu --format csv one
out_has '^environment,device,,"cuda: a card, its driver, engines fast",cpu$'
ok ssl export -q -o one.tar.zst one
ok ssl init other
ok ssl -C other import -q one.tar.zst
same "$(ssl -C other device show fast --format csv)" "$(ssl device show fast --format csv)"
ok ssl -C other fsck

note 'choices that were changed are refused'
ok sqlite3 .ssl/ssl.db "update engine set place = 2"
fails 5 'table of engines fast: its choices are not those of its hash' "$SSL" device show fast
code 5 ssl fsck --format csv
out_has '^damage,engines,fast,'
ok sqlite3 .ssl/ssl.db "update engine set place = 1; update attempt set engine_table_id = null"
ok ssl device rm -n fast
ok ssl device rm fast
same "$(value 'select (select count(*) from engine) + (select count(*) from engine_table)')" 0
