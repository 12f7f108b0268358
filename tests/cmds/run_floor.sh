#!/bin/sh
# The floor: what a run's encoder was worth untrained, from its own evaluation at epoch 0 or from runs of method random
# with the same data, encoder and settings. Tables, reports and pictures show the gain over it, and say when there is none.
. "$(dirname "$0")/lib.sh"

common='-q -d tiny -j 1 --set encoder.arch=convnet --set encoder.width=4 --set augment.size=16 --set eval.protocol=knn'
tiny="$common --set projector.dims=16,16 --set optim.batch=32 --set optim.epochs=1 --set optim.warmup=0"

ok ssl init
ok ssl data add -q tiny --shapes --train 64 --test 40
ok ssl run -m vicreg $tiny --seed 1 --name own
note 'the evaluation at epoch 0'
same "$(value "select source, n, floor = (select value from v_eval e where e.run_id = f.run_id and e.metric = f.metric and
	e.step = 0) from v_floor f where run = 'own' and metric = 'test.knn.top1'")" 'epoch 0,1,1'
same "$(value "select printf('%.9f', gain - (r.knn_top1 - f.floor)) from v_run r join v_floor f on f.run_id = r.id and
	f.metric = 'test.knn.top1' where r.name = 'own'")" 0.000000000

note 'runs of method random stand in: same encoder, data and settings only'
ok ssl run -m vicreg $tiny --seed 1 --set eval.at_start=false --name none
same "$(value "select count(*) from v_floor where run = 'none'")" 0
ok ssl run -m random $common --seed 1 --name r1
ok ssl run -m random $common --seed 2 --name r2
ok ssl run -m random $common --set encoder.width=8 --name wide
ok ssl run -m random $common --set eval.knn.k=3 --name other
same "$(value "select source, n, floor = (select avg(knn_top1) from v_run where name in ('r1', 'r2')) from v_floor
	where run = 'none' and metric = 'test.knn.top1'")" 'random,2,1'
same "$(value "select count(*) from v_floor where method = 'random'")" 0
same "$(value "select count(*) from v_untrained u join v_run r on r.id = u.run_id where r.name = 'none' and u.metric = 'test.knn.top1'")" 2
ok ssl rm -q r2
same "$(value "select n from v_floor where run = 'none' and metric = 'test.knn.top1'")" 1

note 'every table has the same gain'
gain=$(value "select printf('%.9g', gain) from v_run where name = 'none'")
same "$(ssl log --columns gain:test.knn.top1 -w "name = 'none'" --format csv | awk 'NR > 1 { printf "%.9g", $1 }')" "$gain"
same "$(ssl compare none --format csv 2>/dev/null | awk -F, 'NR > 1 { printf "%.9g", $9 }')" "$gain"
same "$(ssl log --columns name -w 'floor:test.knn.top1 is null' --format csv | sed 1d | sort | tr '\n' ' ')" 'other r1 wide '
ok ssl show none
out_has "^knn.top1 +[0-9.]+ % \\([+-]$(printf %.2f "$gain" | tr -d -) over the untrained encoder\\)$"
ok ssl plot bars none
out_has "\\([+-]$(printf %.2f "$gain" | tr -d -)\\)"
out_has '; untrained: [0-9.]+'
ok ssl run -m vicreg $tiny --set vicreg.mu=3 --set vicreg.lambda=3
ok ssl plot heatmap -w "method = 'vicreg'" -x vicreg.mu -y vicreg.lambda
out_has '; untrained: [0-9.]+'
ok ssl plot parallel -w "method = 'vicreg'"
out_has '; untrained: [0-9.]+'
ok ssl plot curve own --metric knn.top1
out_has 'untrained$'
ok ssl plot curve own --metric knn.top1 -o curve.svg
ok grep -q '>untrained<' curve.svg
ok ssl report none --metric knn.top1 -o r.md
ok grep -q "Its gain over the untrained encoder is [+-]$(printf %.2f "$gain" | tr -d -)" r.md
ok ssl sweep start $tiny -m vicreg --grid vicreg.mu=3,5 --seeds 1 --name w
ok ssl sweep show w --metric test.knn.top1 --format csv
out_has '^vicreg,vicreg.mu,3,1,[0-9.]+,,,-?[0-9.]+,0,0$'

note 'a gain on the validation images does not stand among those on the test split'
ok ssl run -m vicreg $tiny --set data.val=10 --set eval.final_test=false --name held
same "$(value "select knn_split, gain is not null from v_run where name = 'held'")" 'val,1'
ok ssl log --columns name,knn.top1,gain -w "name = 'held'" --format csv
same "$(sed 1d "$out")" 'held,,'
ok ssl rm -q held

note 'if nothing exceeds the floor, that is reported'
if command -v sqlite3 >/dev/null; then
	sqlite3 .ssl/ssl.db "UPDATE eval_value SET value = 99 WHERE eval_id IN (SELECT id FROM eval WHERE step = 0)"
	ok ssl compare -w "method = 'vicreg'"
	out_has '^No group exceeds its untrained encoder: the best gain over that floor is -[0-9.]+.$'
	ok ssl report w --metric test.knn.top1 -f -o r.md
	ok grep -q 'No recipe exceeds its untrained encoder' r.md
	ok ssl sweep show w --metric test.knn.top1
	out_has '^vicreg: no cell exceeds the untrained encoder'
	ok ssl plot bars w
	out_has 'nothing exceeds the untrained encoder'
fi
