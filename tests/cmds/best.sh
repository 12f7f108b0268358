#!/bin/sh
# `ssl best`: the best value by the metric's goal, of all runs or of each group.
. "$(dirname "$0")/lib.sh"

tiny='-q -d tiny --set encoder.arch=convnet --set encoder.width=4 --set augment.size=16 --set projector.dims=16,16 --set optim.batch=32 --set optim.epochs=1 --set optim.warmup=0 -j 1'

ok ssl init
fails 3 'no run has this metric' "$SSL" best knn.top1
ok ssl data add tiny --shapes --train 64 --test 16
for seed in 1 2; do
	ok ssl run -m vicreg $tiny --name v$seed --seed $seed
	ok ssl run -m barlow $tiny --name b$seed --seed $seed
done

note 'the smallest loss, the largest accuracy'
ok ssl best loss --format csv
best=$(sed -n 2p "$out" | cut -d, -f6)
ok ssl sql --format csv "SELECT min(value) FROM v_metric WHERE metric = 'loss'"
same "$(tail -1 "$out")" "$best"
ok ssl best knn.top1 --format csv
best=$(sed -n 2p "$out" | cut -d, -f6)
ok ssl sql --format csv "SELECT max(value) FROM v_eval WHERE metric = 'test.knn.top1'"
same "$(tail -1 "$out")" "$best"
same "$(sed -n 1p "$out")" 'max(value)'

note 'of each group, more than one, of some'
ok ssl best loss --by method --format csv
same "$(sed 1d "$out" | cut -d, -f3 | sort | tr '\n' ' ')" 'barlow vicreg '
same "$(sed -n 1p "$out")" 'id,name,method,dataset,seed,loss,at_step,at_epoch,status'
ok ssl best loss --by optim.lr -l 2 --format csv
same "$(sed -n 1p "$out" | cut -d, -f1,2)" 'optim.lr,id'
same "$(sed 1d "$out" | wc -l | tr -d ' ')" 2
ok ssl best loss -l 3 --format csv
same "$(sed 1d "$out" | wc -l | tr -d ' ')" 3
ok ssl best loss -w "method='vicreg'" -l 0 --format csv
same "$(sed 1d "$out" | cut -d, -f2 | sort | tr '\n' ' ')" 'v1 v2 '
ok ssl best loss -w 0
err_has 'no run matches'
fails 2 'no goal' "$SSL" best lr
note 'a metric that does not exist gets the same message wherever it is named'
fails 3 'did you mean knn.top1' "$SSL" best knn.top2
fails 3 'best:knn.top2: no run has this metric: did you mean knn.top1' "$SSL" show best:knn.top2
fails 3 'no run has this metric: did you mean knn.top1' "$SSL" compare --metric knn.top2
fails 3 'no run has this metric: did you mean knn.top1' "$SSL" metrics 1 knn.top2
fails 3 'no run has this metric: did you mean knn.top1' "$SSL" plot bars --metric knn.top2
fails 3 'no run has this metric$' "$SSL" best "$(printf 'a%.0s' 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0)"
fails 2 'no such column' "$SSL" best loss -w 'nme = 1'
fails 2 'no such column' "$SSL" best loss --by nothing
