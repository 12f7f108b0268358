#!/bin/sh
# `ssl verify`: a run made again is the same to the last bit, straight or cut, at 1 and 2 threads; and a
# single bit that was changed in a recorded value or in a checkpoint's file is found and named.
. "$(dirname "$0")/lib.sh"

tiny='--set encoder.arch=convnet --set encoder.width=4 --set augment.size=16 --set projector.dims=16,16 --set optim.batch=16
	--set optim.warmup=0 --set eval.every=2 --set checkpoint.every=1 -d tiny'
TMPDIR=$scratch/tmp
export TMPDIR
mkdir "$TMPDIR"
ok ssl init
ok ssl data add tiny --shapes --train 64 --test 20
ok ssl run -q -j 2 -m vicreg $tiny --set optim.epochs=3 --name one
find .ssl -type f | xargs sha256sum | grep -v 'ssl.db-' | sort >before

note 'the same, and nothing is printed'
ok ssl verify -j 2 one
err_has 'one: the same to the last bit: [1-9][0-9]* values of 12 steps, 3 links .* [1-9][0-9]* tensors of 2 checkpoints'
ok ssl verify -j 1 --cut 5 one
out_has 'environment +threads'
out_lacks 'metric|digest|tensor'
ok ssl verify -q --cut 4 --epochs 2 one
ok ssl verify one@epoch=1
err_has 'of 4 steps, 1 links'

note 'the store was only read, and nothing is left behind'
find .ssl -type f | xargs sha256sum | grep -v 'ssl.db-' | sort >after
cmp before after || fail 'the store has changed'
same "$(ls -A "$TMPDIR")" ''

note 'a run that was cut and resumed, and one that stopped half way'
long='--set optim.epochs=400 --set checkpoint.every=1 --set eval.every=0'
"$SSL" run -q -m barlow $tiny $long --name half 2>"$err" &
pid=$!
hold_saved $pid half
fails 2 'not settled' "$SSL" verify half
kill -INT $pid
kill -CONT $pid
wait $pid
same $? 75
ok ssl verify half

note 'options that do not fit'
fails 2 'cut 12.*between step 1 and 11' "$SSL" verify --cut 12 one
fails 2 'epochs 4: the run has 3' "$SSL" verify --epochs 4 one
fails 3 'nosuch' "$SSL" verify nosuch

command -v sqlite3 >/dev/null || skip 'no sqlite3: nothing was changed'
note 'one bit of a recorded value'
ok ssl run -q -m vicreg $tiny --set optim.epochs=2 --name two
cp -R .ssl keep
sqlite3 .ssl/ssl.db "update metric set value = value * (1 + 2.3e-16) where step = 6
	and name_id = (select id from metric_name where name = 'loss.variance') and run_id = (select id from run where name = 'two')"
code 1 ssl verify --format csv two
out_has '^metric,loss\.variance,6,'
out_lacks '^(tensor|file|digest)'
err_has 'changed after it was recorded'
code 1 ssl verify -q --cut 3 two
ok ssl verify -q --epochs 1 two
rm -rf .ssl && mv keep .ssl

note 'a value that was taken away, and one that was put in'
sqlite3 .ssl/ssl.db "delete from metric where step = 5 and run_id = (select id from run where name = 'two')
	and name_id = (select id from metric_name where name = 'lr');
	insert into metric_name (name, goal, unit, about) values ('forged', 'none', '', '');
	insert into metric select run_id, (select id from metric_name where name = 'forged'), 7, 1.0, 0 from metric
	where run_id = (select id from run where name = 'two') limit 1;
	insert into metric_summary select run_id, (select id from metric_name where name = 'forged'), 1, 0, 1.0, 0, 7, 1.0, 7, 1.0, 7
	from metric where run_id = (select id from run where name = 'two') limit 1"
code 1 ssl verify --format csv two
out_has '^metric,lr,5,none,'
err_has 'differs: 2 values'

note 'a link of the chain'
sqlite3 .ssl/ssl.db "update digest set state = metrics where step = 4 and run_id = (select id from run where name = 'one')"
code 1 ssl verify --format csv one
out_has '^digest,state,4,'

note 'one bit of a checkpoint'
sha=$(ssl checkpoint ls --format csv two | tail -1 | sed 's/.*,//')
file=.ssl/objects/$(echo "$sha" | cut -c1-2)/$(echo "$sha" | cut -c3-)
chmod u+w "$file"
size=$(wc -c <"$file")
byte=$(tail -c 1 "$file" | od -An -tu1 | tr -d ' ')
printf "\\$(printf %o $((byte ^ 1)))" | dd of="$file" bs=1 seek=$((size - 1)) conv=notrunc 2>/dev/null
code 1 ssl verify --format csv two
out_has "^file,checkpoint,8,$sha,"
out_has '^tensor,[a-z.0-9]*,8,\[[0-9]*\] '
truncate -s 100 "$file"
code 1 ssl verify --format csv two
out_has "^file,checkpoint,8,$sha,"
rm -f "$file"
code 1 ssl verify --format csv two
out_has "^file,checkpoint,8,$sha,missing"
