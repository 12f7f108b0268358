#!/bin/sh
# Images without labels, or all of one class, are trained on; what needs labels is skipped, with one sentence at the
# start, and refused where it was asked for by name. The check of a recipe against a dataset is the same in `run`,
# `run -n`, `sweep plan` and `sweep start`.
. "$(dirname "$0")/lib.sh"

# folder DIR N: N images of 16x16, of four kinds in turn
folder()
{
	mkdir -p "$1"
	lib_i=0
	while [ $lib_i -lt "$2" ]; do
		cp "../kind$((lib_i % 4)).png" "$1/$lib_i.png"
		lib_i=$((lib_i + 1))
	done
}

base64 -d >../kind0.png <<'END'
iVBORw0KGgoAAAANSUhEUgAAABAAAAAQCAAAAAA6mKC9AAAAHUlEQVR42mNgYJCTs7GJiqqomDZty5ZLlxhGtgAAkTppAcI3Re8AAAAASUVORK5CYII=
END
base64 -d >../kind1.png <<'END'
iVBORw0KGgoAAAANSUhEUgAAABAAAAAQCAAAAAA6mKC9AAAALElEQVR42mNgIAjk0ACmgA0awBSIQgOYAhVoAFNgGhrAFNiCBjAFLqEBDAEA4A5pAZYECgIAAAAASUVORK5CYII=
END
base64 -d >../kind2.png <<'END'
iVBORw0KGgoAAAANSUhEUgAAABAAAAAQCAAAAAA6mKC9AAAAG0lEQVR42mMQAYI7QACjGcgQQOaAaHIEBok7AMTBeAFtL+x3AAAAAElFTkSuQmCC
END
base64 -d >../kind3.png <<'END'
iVBORw0KGgoAAAANSUhEUgAAABAAAAAQCAAAAAA6mKC9AAAAEUlEQVR42mNggIIPUMAwsgUA5KN4AYIMr+YAAAAASUVORK5CYII=
END

tiny='--set encoder.arch=convnet --set encoder.width=4 --set augment.size=16 --set encoder.depth=2 --set optim.batch=8 --set optim.epochs=2 --set optim.warmup=0'
heads='--set projector.dims=16,16'
runs()
{
	value 'select count(*) from run'
}

ok ssl init
folder flat 24
folder one/train/all 24
folder many/train/all 260
folder word/unlabeled 24
folder tested/unlabeled 24
folder tested/test/cat 6
folder onetest/train/cat 24
folder onetest/test/cat 6
folder mixed/unlabeled 12
folder mixed/train/cat 12
folder mixed/train/dog 12
folder mixed/test/cat 6
folder mixed/test/dog 6

note 'a dataset that was added is described by what can be done with it'
for d in flat word tested; do
	ok ssl data add $d $d
	err_has "^ssl: $d: 24 images without labels: runs train on them; evaluation.*is skipped"
done
ok ssl data add one one
err_has '^ssl: one: 24 images, 1 class: runs train on them; evaluation.*is skipped'
ok ssl data add onetest onetest
err_has '^ssl: onetest: 24 images, 1 class: runs train on them; evaluation.*is skipped'
ok ssl data add mixed mixed
err_has '^ssl: mixed: 24 labelled and 12 unlabeled images, 2 classes: runs are evaluated on the 12 test images'
ok ssl data add -n again flat
err_has '^ssl: again: 24 images without labels'

note 'data show: no table of classes where there are none'
ok ssl data show flat
out_has '^use +24 images without labels: runs train on them'
out_lacks '^class +name'
ok ssl data show mixed
out_has '^class +name'

note 'training works and is measured; evaluation is skipped with one sentence, and nothing is evaluated'
for d in flat one onetest word tested; do
	ok ssl run -m vicreg -d $d $tiny $heads --name "on-$d"
	same "$(grep -c 'no evaluation (knn is skipped)' "$err")" 1
	same "$(value "select status, step, knn_top1 from v_run where name = 'on-$d'")" done,6,
	same "$(value "select count(*) from v_metric where run = 'on-$d' and metric like '%knn%'")" 0
	same "$(value "select count(*) from v_metric where run = 'on-$d' and metric = 'collapse.rankme'")" 3
	same "$(value "select count(*) from v_metric where run = 'on-$d' and metric = 'collapse.h.rankme'")" 3
done
ok ssl show on-flat
out_has '^evaluation +none: its training images have no labels'
ok ssl show on-one
out_has '^evaluation +none: its labelled training images are all of one class'

note 'one class is one class, however many images it has'
ok ssl data add -q many many
ok ssl run -n -m vicreg -d many $tiny $heads
err_has 'no evaluation .knn is skipped.: its labelled training images are all of one class'

note 'its checkpoints are kept, and it is verified and exported like any other'
same "$(value "select count(*) from v_run v join checkpoint c on c.run_id = v.id where v.name = 'on-flat'")" 1
ok ssl verify on-flat
fails 2 'it is done' ssl resume -n on-flat
ok ssl export -o runs.tar.zst on-flat
mkdir other
ok ssl -C other init
ok ssl -C other import runs.tar.zst
ok ssl -C other show on-flat
out_has '^evaluation +none: its training images have no labels'

note 'the untrained encoder cannot be evaluated either'
ok ssl run -m random -d flat --set encoder.arch=convnet --set encoder.width=4 --set augment.size=16 --set encoder.depth=2
err_has 'no evaluation'

note 'where no evaluation is asked for, none is missed'
ok ssl run -m vicreg -d flat $tiny $heads --set 'eval.protocol=[]'
same "$(grep -c evaluation "$err")" 0

note 'ssl eval says why it cannot'
for p in knn linear finetune; do
	fails 2 'flat cannot be evaluated on test: its training images have no labels' "$SSL" eval --protocol $p on-flat
	fails 2 'one cannot be evaluated on test: .*of one class' "$SSL" eval --protocol $p on-one
	fails 2 'onetest cannot be evaluated on test: .*of one class' "$SSL" eval --protocol $p on-onetest
done
fails 2 'flat cannot be evaluated on val' "$SSL" eval --split val on-flat

note 'what needs labels to train is refused, by run, run -n, plan and start alike, and leaves no row'
before=$(runs)
refused()
{
	lib_why=$1
	shift
	fails 2 "$lib_why" "$SSL" run $tiny "$@"
	fails 2 "$lib_why" "$SSL" run -n $tiny "$@"
	fails 2 "$lib_why" "$SSL" sweep plan $tiny --seeds 2 "$@"
	fails 2 "$lib_why" "$SSL" sweep start $tiny --seeds 2 --name no "$@"
}
refused 'supervised needs labels of at least two classes.*have no labels' -m supervised -d flat
refused 'supervised needs labels of at least two classes.*of one class' -m supervised -d one
refused 'data.val: 5: dataset flat has no labelled images' -m vicreg -d flat $heads --set data.val=5
refused 'data.val: 24 images cannot be held out of 24' -m vicreg -d mixed $heads --set data.val=24
refused 'optim.batch: 25 is more than the 24 images' -m vicreg -d flat $heads --set optim.batch=25
refused 'optim.batch: 33 is more than the 31 images' -m vicreg -d mixed $heads --set data.val=5 --set optim.batch=33
refused 'encoder.depth: images of 16 x 16 are too small' -m vicreg -d flat $heads --set encoder.depth=8
refused 'predictor.dims: the output size is 8' -m byol -d flat $heads --set predictor.dims=8
folder plain/cat 12
folder plain/dog 12
ok ssl data add plain plain
refused 'eval.split: test, but dataset plain has no labelled test images' -m vicreg -d plain $heads --set eval.split=test
same "$(runs)" "$before"
same "$(value 'select count(*) from sweep')" 0
fails 3 'nosuch' "$SSL" run -n -m vicreg -d nosuch $tiny $heads
fails 3 'nosuch' "$SSL" sweep plan -m vicreg -d nosuch $tiny $heads --seeds 2

note 'what they approve runs'
ok ssl run -n -m vicreg -d flat $tiny $heads
err_has '^ssl: flat: trains on 24 unlabeled images; no evaluation [(]knn is skipped[)]: its training images have no labels'
ok ssl sweep plan -m vicreg -d flat $tiny $heads --grid vicreg.mu=5,25 --seeds 2
err_has '^ssl: flat: trains on 24 unlabeled images; no evaluation'
ok ssl sweep start -m vicreg -d flat $tiny $heads --grid vicreg.mu=5,25 --seeds 2 --name w
same "$(grep -c 'no evaluation' "$err")" 1
same "$(value "select count(*) from v_cell where status = 'done'")" 4

note 'compared where nothing could be evaluated: by the rank of the features, which is reported; never by what was asked for'
by='ompared by collapse.h.rankme, the objective of the sweep; --metric chooses another'
same "$(value "select objective from v_sweep where name = 'w'")" collapse.h.rankme
ok ssl compare -w "method='vicreg'" --by vicreg.mu --format csv
err_has '[Nn]o run here has knn.top1 .* compared by collapse.h.rankme, the rank of the features'
ok ssl sweep show w
err_has "$by"
out_has '^vicreg +vicreg.mu +25 +2 '
ok ssl compare --sweep w --by vicreg.mu --format csv
err_has "$by"
same "$(sed 1d "$out" | cut -d, -f1,2 | tr '\n' ' ')" '5,2 25,2 '
fails 2 'collapse.h.rankme: this metric has no goal' "$SSL" best --sweep w
ok ssl plot bars w
err_has "$by"
ok ssl report w -o w.html
err_has "$by"
grep -q 'collapse.h.rankme' w.html || fail 'the report is by another metric'
ok ssl log
ok ssl plot curve w
ok ssl best loss
fails 3 'knn.top1: no run has this metric' "$SSL" compare --sweep w --metric knn.top1

note 'labelled and unlabeled images together: trained on both, evaluated with the labels'
ok ssl run -m vicreg -d mixed $tiny $heads --set optim.batch=12 --name on-mixed
same "$(value "select status, step from v_run where name = 'on-mixed'")" done,6
same "$(value "select count(*) from v_metric where run = 'on-mixed' and metric = 'test.knn.top1'")" 2
ok ssl run -m supervised -d mixed $tiny --set optim.batch=12 --name with-labels
same "$(value "select status, step from v_run where name = 'with-labels'")" done,4

note 'without a store a recipe can be looked at, and a line reports that nothing was checked'
mkdir ../bare
ok ssl -C ../bare run -n -m vicreg -d flat $tiny $heads
err_has 'no store here: nothing was checked'
