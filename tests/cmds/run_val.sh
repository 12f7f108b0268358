#!/bin/sh
# `data.val: auto`: a folder of class folders just works, since a tenth of it is held out and evaluated; the dataset's own
# validation split is used where it has one; with a labelled test split nothing is held out. The number is recorded, and
# what is done is reported by `data add`, `run`, `run -n`, `sweep plan` and `sweep start` alike.
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

tiny='-m vicreg --set encoder.arch=convnet --set encoder.width=4 --set augment.size=16 --set encoder.depth=2 --set projector.dims=16,16 --set optim.batch=8 --set optim.epochs=2'
# param RUN KEY: as recorded
param()
{
	value "select value from v_param where run = '$1' and param = '$2'"
}
# hash SETTING...: of the recipe of a run -n
recipe()
{
	ssl run -n $tiny "$@" 2>/dev/null | sed -n 's/^  val: //p; s/^  split: //p' | tr '\n' ' '
}

ok ssl init
for c in cat dog eel; do folder plain/$c 20; done
for c in cat dog; do
	folder tested/train/$c 20
	folder tested/test/$c 5
	folder own/train/$c 20
	folder own/val/$c 7
	folder own/test/$c 5
done

note 'a folder of class folders'
ok ssl data add plain plain
err_has '^ssl: plain: 60 images, 3 classes, no test split: runs hold out 10 % \(6 images\) for validation'
line='^ssl: plain: trains on 54 images, holds out 6 \(10 %\) for validation; evaluates knn on val$'
ok ssl run -n -d plain $tiny
err_has "$line"
ok ssl sweep plan -d plain $tiny --grid vicreg.mu=5,25 --seeds 2
err_has "$line"
ok ssl sweep start -d plain $tiny --grid vicreg.mu=5,25 --seeds 2 --name w
err_has "$line"
same "$(value "select count(*) from v_cell where status = 'done'")" 4
ok ssl run -d plain $tiny --name first
err_has "$line"
same "$(param first data.val)" 6
same "$(param first eval.split)" val
same "$(value "select count(*) from v_metric where run = 'first' and metric = 'val.knn.top1'")" 2
same "$(value "select count(*) from v_metric where run = 'first' and metric like 'test.%'")" 0
same "$(value "select images from (select json_extract(settings, '\$.images') images from eval e join run r on r.id = e.run_id where r.name = 'first') limit 1")" 6

note 'the number is the recipe: said or found, it is one experiment, which reruns and resumes as it was'
ok ssl run -d plain $tiny --set data.val=6 --name said
same "$(grep -c 'holds out' "$err")" 0
same "$(value "select count(distinct recipe_hash) from v_run where name in ('first', 'said')")" 1
ok ssl run -d plain $tiny --set data.val=auto --name auto
same "$(value "select count(distinct recipe_hash) from v_run where name in ('first', 'auto')")" 1
ok ssl verify first
ok ssl eval first
out_has 'val'
fails 2 'plain cannot be evaluated on test: it has no labelled test images' "$SSL" eval --split test first

note 'a test split: nothing is held out'
ok ssl data add tested tested
err_has '^ssl: tested: 40 images, 2 classes: runs are evaluated on the 10 test images$'
same "$(recipe -d tested)" '0 test '
ok ssl run -n -d tested $tiny
err_has '^ssl: tested: trains on 40 images; evaluates knn on test$'
same "$(recipe -d tested --set eval.split=val)" '4 val '
same "$(recipe -d tested --set data.val=8)" '8 val '
same "$(recipe -d tested --set data.val=8 --set eval.split=test)" '8 test '
fails 2 'eval.split: val, but data.val holds no images out' "$SSL" run -n -d tested $tiny --set data.val=0 --set eval.split=val

note "the dataset's own validation split"
ok ssl data add own own
err_has '^ssl: own: 40 images, 2 classes: runs are evaluated on the 14 validation images, and once on the 10 test images'
ok ssl run -d own $tiny --set eval.protocol=knn,linear --name owned
err_has '^ssl: own: trains on 40 images, validates on the 14 of .* own validation split; evaluates knn, linear on val, and once on test'
same "$(param owned data.val)" 14
same "$(param owned eval.split)" val
same "$(value "select steps from v_run where name = 'owned'")" 10
same "$(value "select count(*) from v_metric where run = 'owned' and metric = 'val.knn.top1'")" 2
same "$(value "select count(*) from v_metric where run = 'owned' and metric = 'test.knn.top1'")" 1
ok ssl verify owned
ok ssl eval --split test owned
same "$(recipe -d own --set data.val=0)" '0 test '
ok ssl run -n -d own $tiny --set data.val=10
err_has '^ssl: own: trains on 30 images, holds out 10'

note 'where nothing is evaluated nothing is held out'
same "$(recipe -d plain --set eval.protocol=[])" '0 test '
ok ssl run -n -d plain $tiny --set data.val=0
err_has 'trains on 60 images; no evaluation \(knn is skipped\): it has no labelled test images, and data.val is 0'

note 'of the built-in dataset it is known before it is made; without a store it is not known'
ok ssl run -n $tiny
err_has '^ssl: shapes: trains on 10000 images; evaluates knn on test'
same "$(value "select count(*) from dataset where name = 'shapes'")" 0
