#!/bin/sh
# `ssl log`: filters, sorts and shows runs by columns, hyperparameters and metrics; an expression cannot leave its
# parentheses; every format is valid.
. "$(dirname "$0")/lib.sh"

tiny='-q -d tiny --set encoder.arch=convnet --set encoder.width=4 --set augment.size=16 --set projector.dims=16,16 --set optim.batch=32 --set optim.epochs=1 --set optim.warmup=0 -j 1'

ok ssl init
note 'no run'
ok ssl log
err_has 'no run yet'
same "$(wc -c <"$out")" 0
ok ssl log --json
same "$(cat "$out")" '[]'

ok ssl data add tiny --shapes --train 100 --test 30
ok ssl run -m vicreg $tiny --set vicreg.mu=5 --name low --tag first
ok ssl run -m vicreg $tiny --set vicreg.mu=25 --name high
ok ssl run -m barlow $tiny --name other

note 'the runs of a sweep'
ok ssl sweep start --reuse --name weights -m vicreg $tiny --grid vicreg.mu=5,25
ok ssl log --sweep weights --columns name --format csv
same "$(sed 1d "$out" | tr '\n' ' ')" 'high low '
ok ssl log --sweep weights -w '[vicreg.mu] < 10' --columns name,loss --format csv
same "$(sed 1d "$out" | cut -d, -f1)" low
ok ssl log --sweep weights --group --columns n,vicreg.mu --format csv -s vicreg.mu
same "$(sed 1d "$out" | tr '\n' ' ')" '1,5 1,25 '
ok ssl log --sweep weights -w 0
err_has 'no run matches'
fails 3 'no such sweep: did you mean weights' "$SSL" log --sweep weight

note 'the newest first'
ok ssl log --columns name
same "$(tr '\n' ' ' <"$out")" 'name other high low '
ok ssl log
out_has '^id +name +method +dataset +status +epoch +epochs +loss +knn.top1 +gain +seconds +age$'
out_has '^ *1 +low +vicreg +tiny +done +1 +1 '

note 'filtered by column, hyperparameter, metric, tag'
names()
{
	ok ssl log --columns name --format csv "$@"
	sed 1d "$out" | tr '\n' ' '
}
same "$(names -w "method='vicreg' and [vicreg.mu]>=10")" 'high '
same "$(names -w 'vicreg.mu < 10 or method = '"'barlow'")" 'other low '
same "$(names -w 'knn.top1 > 100')" ''
same "$(names -w 'knn.top1 between 0 and 100' -l 1)" 'other '
same "$(names --tag first)" 'low '
same "$(names -s vicreg.mu)" 'low high other '
same "$(names -s -vicreg.mu)" 'high low other '
ok ssl log --columns 'name,[vicreg.mu],optim.lr' -w "name = 'low'" --format csv
same "$(sed 1d "$out" | cut -d, -f1,2)" low,5

note 'a mistake is one line and exit code 2'
fails 2 "'\)' without '\('" "$SSL" log -w '1) union select 1 --'
fails 2 "'select' is not allowed" "$SSL" log -w 'id in (select 1)'
fails 2 'no such column: nme' "$SSL" log -w 'nme = 1'
fails 2 'did you mean vicreg.mu' "$SSL" log -w '[vicreg.mo] = 1'
fails 2 'did you mean knn.top1' "$SSL" log -s -knn.top2
fails 2 'no such column' "$SSL" log --columns nothing_of_that
fails 2 'syntax error' "$SSL" log -w 'id = = 1'
fails 2 'limit' "$SSL" log -l -1
fails 2 'format' "$SSL" log --format xml

note 'formats'
ok ssl log --json --columns id,name
same "$(sed -n 1p "$out")" '[{"id": 3, "name": "other"},'
ok ssl log --format jsonl --columns id,name -l 1
same "$(cat "$out")" '{"id": 3, "name": "other"}'
ok ssl log --format latex --columns name,knn.top1
out_has '^name & knn.top1 '
ok ssl log --columns name -o list.csv --format csv
same "$(tail -1 list.csv)" low

note 'a full disk or a closed pipe is never exit 0'
if [ -w /dev/full ]; then
	"$SSL" log >/dev/full 2>"$err" && fail 'it said that all was well'
	err_has 'standard output'
fi
