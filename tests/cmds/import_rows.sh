#!/bin/sh
# `ssl import`: a row that none of our own writers could have written is refused, and nothing comes in.
. "$(dirname "$0")/lib.sh"

command -v zstd >/dev/null || skip 'no zstd'
ok ssl init a
ok ssl -C a data add -q --shapes --train 64 --test 16 tiny
ok ssl -C a run -q -m random -d tiny --set encoder.arch=convnet --set encoder.width=4 --set augment.size=16 --set optim.batch=32 -j 1 --name one
ok ssl -C a export -o one.tzst one
mkdir x
zstd -dqc one.tzst >one.tar && tar -xf one.tar -C x || skip 'no tar that unpacks it'
ok ssl init b

# changed PART SED: the bundle with a part changed, and a manifest to match
changed()
{
	rm -rf y
	cp -r x y
	sed "$2" x/$1 >y/$1
	cmp -s x/$1 y/$1 && fail "$2 changes nothing in $1"
	old=$(sha256sum <x/$1 | cut -d' ' -f1)
	new=$(sha256sum <y/$1 | cut -d' ' -f1)
	sed "s/$old/$new/; s/\"bytes\":$(wc -c <x/$1 | tr -d ' ')\b/\"bytes\":$(wc -c <y/$1 | tr -d ' ')/" x/manifest.jsonl >y/manifest.jsonl
	tar -cf bad.tar -C y shared runs objects manifest.jsonl
}
run=runs/$(cd x/runs && ls)
while IFS='|' read -r part edit; do
	changed "$(eval echo "$part")" "$edit"
	code 5 ssl -C b import bad.tar
	[ "$(grep -c '^ssl: ' "$err")" = 1 ] || fail 'not one line'
	! grep -q 'manifest' "$err" || fail 'the manifest was not made again'
	same "$(ssl -C b sql --format csv 'select (select count(*) from run) + (select count(*) from dataset) + (select count(*) from object)' | tail -1)" 0
done <<'END'
$run|s/"step":0/"step":-1/
$run|s/"step":0/"step":9223372036854775807/
$run|s/"epoch":0/"epoch":99/
$run|s/"threads":1/"threads":-4/
$run|s/"settings":"{/"settings":"{{{/
$run|s/"created":"20/"created":"yesterday 20/
$run|s/"status":"done"/"status":"glad"/
$run|s/"protocol":"knn"/"protocol":"k\xc3\x28"/
shared/dataset.jsonl|s/"height":[0-9]*/"height":-1/
shared/dataset.jsonl|s/"n_train":64/"n_train":99999999999999/
shared/dataset.jsonl|s/"skipped":"\[\]"/"skipped":"[}"/
shared/object.jsonl|s/"bytes":[0-9]*/"bytes":-1/
shared/recipe.jsonl|s/"json":"{/"json":"{{{/
END
ok ssl -C b import one.tzst

note 'rows that contradict each other'
ok ssl -C a run -q -m vicreg -d tiny --set encoder.arch=convnet --set encoder.width=4 --set projector.dims=16,16 \
	--set optim.batch=32 --set optim.epochs=2 --set optim.warmup=0 -j 1 --name two
ok ssl -C a export -o two.tzst two
rm -rf x
mkdir x
zstd -dqc two.tzst >two.tar && tar -xf two.tar -C x
run=runs/$(cd x/runs && ls)
ok ssl init c
while IFS='|' read -r why edit; do
	changed "$run" "$edit"
	fails 5 "its rows contradict each other: .*$why" "$SSL" -C c import bad.tar
	fails 5 "its rows contradict each other: .*$why" "$SSL" -C c import -n bad.tar
	same "$(ssl -C c sql --format csv 'select count(*) from run' | tail -1)" 0
done <<'END'
done at step 3|/"table":"run"/s/"step":4/"step":3/
a metric has a value at step 5|/"table":"metric".*"lr"/s/"step":4/"step":5/
checkpoint of step 5|/"table":"checkpoint"/s/"step":4/"step":5/
evaluation of step 5|/"table":"eval"/s/"step":4/"step":5/
link of step 5|/"table":"digest"/s/"step":4/"step":5/
spectrum of step 5|/"table":"spectrum"/s/"step":4/"step":5/
summary of a metric|/"table":"metric_summary".*"loss"/s/"last_step":[0-9]*/"last_step":1/
attempts are not numbered|/"table":"attempt"/s/"n":1/"n":2/
begins beyond|/"table":"attempt"/s/"from_step":0/"from_step":5/
finished before|/"table":"run"/s/"finished":"[0-9]*/"finished":"1999/
ended before|/"table":"attempt"/s/"ended":"[0-9]*/"ended":"1999/
END
ok ssl -C c import two.tzst
note 'a part that stands twice'
tar -cf twice.tar -C x shared runs objects manifest.jsonl && tar -rf twice.tar -C x "$run"
fails 5 "$run: twice" "$SSL" -C b import twice.tar
note 'a pipe, a device and a folder are no bundle'
mkfifo pipe
fails 2 'not a regular file|neither a file nor a folder' "$SSL" -C b import pipe
fails 2 'not a regular file|neither a file nor a folder' "$SSL" -C b import /dev/zero
