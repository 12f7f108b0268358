#!/bin/sh
# A dataset that was replaced under its name is another dataset: no command averages runs over both, and a label
# distinguishes them wherever runs or cells are listed. What is added again is the same dataset as before.
. "$(dirname "$0")/lib.sh"

tiny='-q -m vicreg -d t --set encoder.arch=convnet --set encoder.width=4 --set augment.size=16 --set projector.dims=16,16 --set optim.batch=32 --set optim.epochs=1 --set optim.warmup=0 -j 1'

ok ssl init
ok ssl data add -q t --shapes --train 64 --test 16
ok ssl run $tiny --seed 1
ok ssl run $tiny --seed 2
ok ssl sweep start $tiny --seeds 1 --grid vicreg.mu=3,5 --name w
old=t@$(value "select substr(dataset_sha256, 1, 8) from v_run where id = 1")
ok ssl compare --metric loss --format csv
same "$(sed -n 1p "$out")" 'method,n,mean,sd,ci_low,ci_high,best_run,floor,gain,recipes,dataset,collapsed,pruned'
same "$(sed -n 2p "$out" | cut -d, -f1,2,11)" vicreg,4,t

ok ssl data add -q -f t --shapes --seed 9 --train 64 --test 16
ok ssl run $tiny --seed 1
ok ssl run $tiny --seed 2
ok ssl sql --format csv "select distinct dataset, dataset_label from v_run order by id"
same "$(sed 1d "$out" | tr '\n' ' ')" "t,$old t,t "

note 'compare: a group has one dataset, and pairs are made on one dataset'
ok ssl compare --metric loss
out_has "^The runs are of several datasets \(t, $old\): each dataset is compared by itself; -w .dataset_label='$old'. chooses one.$"
ok ssl compare --metric loss --format csv
same "$(sed 1d "$out" | cut -d, -f1,2,11 | tr '\n' ' ')" "vicreg,2,t vicreg,4,$old "
ok ssl compare --metric loss -w "dataset_label='$old' and [vicreg.mu]=25" --format csv
same "$(sed 1d "$out" | cut -d, -f1,2,11 | tr '\n' ' ')" "vicreg,2,$old "
ok ssl run $tiny -m barlow --seed 1
ok ssl run $tiny -m barlow --seed 2
ok ssl compare --metric embedding_std --pairs --format csv
same "$(sed 1d "$out" | cut -d, -f1,2)" 'barlow (t),vicreg (t)'
for by in dataset data.set; do
	ok ssl compare --metric loss --by $by --format csv -w "method='vicreg'"
	same "$(sed 1d "$out" | cut -d, -f1,2 | tr '\n' ' ')" "t,2 $old,4 "
	ok ssl best loss --by $by --format csv
	same "$(sed 1d "$out" | wc -l | tr -d ' ')" 2
done

note 'lists, pictures and reports show the label'
ok ssl log --columns id,dataset -w 'id in (1, 6)' --format csv
same "$(sed 1d "$out" | tr '\n' ' ')" "6,t 1,$old "
ok ssl log --group --columns dataset,n -w "method='vicreg' and [vicreg.mu]=25" --format csv
same "$(sed 1d "$out" | sort | tr '\n' ' ')" "t,2 $old,2 "
ok ssl plot bars --metric loss -w '[vicreg.mu]=25'
out_has "set=$old"
ok ssl plot bars --metric loss --by method
out_has "vicreg \($old\)"
out_has 'vicreg \(t\)'
ok ssl show 1
out_has "^dataset +$old "
code 1 ssl diff 1 6
out_has "dataset +$old +t"
ok ssl report -o r.md
grep -q "| $old |" r.md || fail 'the report has no label'
ok ssl sql --format csv "select distinct dataset_label from v_seed order by 1"
same "$(sed 1d "$out" | tr '\n' ' ')" "t $old "

ok ssl data ls
err_has "^ssl: $old: replaced or removed; 4 runs used it$"

note 'cells that a sweep gains on the new data'
ok ssl sweep extend w --seeds 2 -q -j 1
ok ssl sql --format csv "select label, count(*) from v_cell group by 1 order by 1"
same "$(sed 1d "$out" | tr '\n' ' ')" "vicreg.mu=3,2 vicreg.mu=3 data.set=$old,1 vicreg.mu=5,2 vicreg.mu=5 data.set=$old,1 "
ok ssl sweep start w -q -j 1
ok ssl sweep show w --metric loss --format csv
out_has "^vicreg,data.set,$old,2,"
out_has '^vicreg,data.set,t,4,'

note 'the first content again: its runs are of the present data, those in between are not'
ok ssl data add -q -f t --shapes --train 64 --test 16
same "$(value "select group_concat(distinct dataset_label) from v_run where id in (1, 2)")" t
same "$(value "select count(*) from v_run where id > 4 and dataset_label = 't'")" 0
same "$(value "select count(*) from dataset where name = 't'")" 2

note 'a dataset that only cells without a run refer to keeps its row'
ok ssl data add -q u --shapes --train 64 --test 16
damage u
code 8 ssl sweep start $tiny -d u --seeds 1 --name damaged
same "$(value "select count(*) from v_run where dataset = 'u'")" 0
ok ssl data add -q -f u --shapes --seed 9 --train 64 --test 16

note 'an older store may hold the same dataset twice: its runs and cells become those of one'
if command -v sqlite3 >/dev/null; then
	id=$(value "select id from dataset where name = 't' and removed is null")
	sqlite3 .ssl/ssl.db "INSERT INTO dataset (name, sha256, bytes, source, source_sha256, height, width, channels, classes,
		n_train, n_test, n_unlabeled, created, removed) SELECT name, sha256, bytes, source, source_sha256, height, width,
		channels, classes, n_train, n_test, n_unlabeled, created, created FROM dataset WHERE id = $id;
		UPDATE run SET dataset_id = (SELECT max(id) FROM dataset) WHERE id = 1"
	same "$(value "select count(*) from dataset where name = 't'")" 3
	ok sqlite3 .ssl/ssl.db ".read $(ls "$SRC"/schema/*_same_dataset.sql)"
	same "$(value "select count(*) from dataset where name = 't'")" 2
	same "$(value "select dataset_id from run where id = 1")" "$id"
	same "$(value "select dataset_label from v_run where id = 1")" t
fi
