#!/bin/sh
# `ssl backup`: what comes out is a store that is sound and holds what the first one held, also when it was
# copied while a run went on; and a damaged object is not copied in silence.
. "$(dirname "$0")/lib.sh"

run='-m barlow -d tiny --set encoder.arch=convnet --set encoder.width=4 --set projector.dims=16 --set optim.batch=32
	--set eval.every=0 --set checkpoint.every=1'
ok ssl init
ok ssl data add tiny --shapes --train 64 --test 20
ok ssl run -q $run --set optim.epochs=2 --name one
ok ssl config query.q 'select 1'

ok ssl backup copy
ok ssl -C copy fsck
ok ssl log --format csv --columns name,status,steps
cp "$out" here
ok ssl -C copy log --format csv --columns name,status,steps
cmp here "$out" || fail 'other runs'
ok ssl -C copy config query.q
ok ssl -C copy verify -q one
ok ssl -C copy run -q $run --set optim.epochs=1
fails 2 'exists already' "$SSL" backup copy
fails 2 'this very store' "$SSL" backup -f .

note 'links, and bringing up to date'
ok ssl backup --link linked
ok ssl -C linked fsck
"$SSL" run -q $run --set optim.epochs=25 --name two 2>"$scratch/run.err" &
pid=$!
n=0
while kill -0 $pid 2>/dev/null; do
	"$SSL" backup -q -f linked || fail 'backup failed beside a run'
	n=$((n + 1))
done
wait $pid || fail "the run failed: $(cat "$scratch/run.err")"
[ $n -gt 0 ] || fail 'no backup was made beside the run'
ok ssl backup -f linked
ok ssl -C linked fsck
same "$(ls -A .ssl/objects/tmp)" ''
ok ssl -C linked log --format csv --columns name,status
out_has '^two,done$'

note 'a damaged object'
sha=$(ssl checkpoint ls --format csv one | tail -1 | sed 's/.*,//')
file=.ssl/objects/$(echo "$sha" | cut -c1-2)/$(echo "$sha" | cut -c3-)
chmod u+w "$file"
echo x >>"$file"
fails 5 "object $(echo "$sha" | cut -c1-12).*damaged" "$SSL" backup other
rm -f "$file"
fails 5 'missing.*fsck' "$SSL" backup another
fails 6 '/dev/null' "$SSL" backup /dev/null/x
