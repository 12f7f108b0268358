#!/bin/sh
# `ssl gc`: removes files that no row names and that are old enough, and no others.
. "$(dirname "$0")/lib.sh"

ok ssl init
ok ssl data add tiny --shapes --train 64 --test 20
ok ssl run -q -m barlow -d tiny --set encoder.arch=convnet --set encoder.width=4 --set augment.size=16 --set projector.dims=16 --set optim.batch=32 \
	--set optim.epochs=2 --set eval.every=0 --name one
ok ssl gc --age 0
same "$(cat "$out")" ''
ok ssl gc --age 0 --json
same "$(cat "$out")" '[]'

hex=$(printf '%062d' 7)
mkdir -p .ssl/objects/ab
echo lost >.ssl/objects/ab/$hex
echo half >.ssl/objects/tmp/.tmp-x
echo odd >.ssl/objects/ab/name
note 'young files are kept'
ok ssl gc
same "$(cat "$out")" ''
note '-n lists the files and removes none'
ok ssl gc -n --age 0 --format csv
out_has "^file,objects/ab/$hex,5$"
out_has '^temporary,objects/tmp/\.tmp-x,5$'
out_lacks 'objects/ab/name'
[ -f .ssl/objects/tmp/.tmp-x ] || fail '-n removed it'
note 'many files of a kind: the first ones and the number; all of them with -v'
for i in 1 2 3 4 5 6; do
	: >.ssl/objects/tmp/.tmp-$i
done
ok ssl gc -n --age 0
same "$(grep -c '^temporary  *objects/' "$out")" 5
out_has '^temporary  *7 in all: -v lists them'
err_has '8 files would be removed'
ok ssl gc -n --age 0 -v
same "$(grep -c '^temporary  *objects/' "$out")" 7
rm .ssl/objects/tmp/.tmp-[1-6]
note 'gc.age sets the age'
ok ssl config gc.age 0
ok ssl gc --format csv
same "$(wc -l <"$out" | tr -d ' ')" 3
[ -f .ssl/objects/ab/name ] || fail 'a file that is not of ssl was removed'
[ ! -e .ssl/objects/ab/$hex ] && [ ! -e .ssl/objects/tmp/.tmp-x ] || fail 'not removed'
ok ssl fsck
fails 2 "it is done" ssl resume -n one
ok ssl checkpoint export -q -o x.st one

note 'while a run is running'
"$SSL" run -q -m barlow -d tiny --set encoder.arch=convnet --set encoder.width=4 --set augment.size=16 --set projector.dims=16 --set optim.batch=32 \
	--set optim.epochs=30 --set checkpoint.every=1 --set eval.every=0 --name two 2>"$scratch/run.err" &
pid=$!
while kill -0 $pid 2>/dev/null; do
	"$SSL" gc -q --age 5 >/dev/null || fail 'gc failed beside a run'
done
wait $pid || fail "the run failed: $(cat "$scratch/run.err")"
ok ssl fsck
fails 2 'not a number' "$SSL" gc --age x
