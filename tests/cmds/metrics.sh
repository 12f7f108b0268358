#!/bin/sh
# `ssl metrics`: what a run measured, and its series side by side.
. "$(dirname "$0")/lib.sh"

tiny='-q -d tiny --set encoder.arch=convnet --set encoder.width=4 --set augment.size=16 --set projector.dims=16,16 --set optim.batch=32 --set optim.epochs=1 --set optim.warmup=0 -j 1'

ok ssl init
ok ssl data add tiny --shapes --train 64 --test 16
ok ssl run -m vicreg $tiny --name one
ok ssl metrics one
out_has '^metric +source +n +last +last_step +best +best_step +min +max +goal +unit'
out_has '^loss +series +2 '
out_has '^lr +series +2 .* none'
ok ssl metrics @ loss lr --format csv
same "$(sed -n 1p "$out")" 'step,epoch,loss,lr'
same "$(sed 1d "$out" | cut -d, -f1 | tr '\n' ' ')" '1 2 '
ok ssl sql --format csv "SELECT value FROM v_metric WHERE metric = 'loss' ORDER BY step"
want=$(sed 1d "$out" | tr '\n' ' ')
ok ssl metrics one loss --format csv
same "$(sed 1d "$out" | cut -d, -f3 | tr '\n' ' ')" "$want"

note 'a short name stands for that of the test split; steps are joined'
ok ssl metrics one knn.top1 loss --json
out_has '"knn.top1": [0-9]'
ok ssl metrics one knn.top1 loss --format csv
out_has '^0,0,[0-9.]+,$'
fails 3 'no such run' "$SSL" metrics two
fails 3 'did you mean loss' "$SSL" metrics one losss
fails 2 'without @epoch' "$SSL" metrics one@epoch=1
