#!/bin/sh
# `ssl device tune` on the test device: the fastest engines are found and recorded; a run with the table has other bits
# than one without, and the same ones whenever it is repeated, cut and resumed, or a cell of a sweep; where the library
# names other engines, nothing is computed.
# Called as `sh tune.sh SSL_SHIM SOURCE_DIR FAKES`; FAKES holds the stand-ins for cuBLAS and cuDNN.
. "$(dirname "$0")/../cmds/lib.sh"

SSL_CUDA_LIBS=$3
export SSL_CUDA_LIBS
gpu='--device cuda-shim'
ok ssl init
ok ssl data add tiny --shapes --train 64 --test 20
cat >fast.yaml <<'END'
method: barlow
data.set: tiny
encoder.arch: convnet
encoder.width: 4
augment.size: 16
projector.dims: 16,16
optim.batch: 12
optim.warmup: 0
optim.epochs: 2
eval.every: 1
checkpoint.every: 1
END

# chain RUN: the last link of its digest chain
chain()
{
	value "select chain from v_digest where run = '$1' order by step desc limit 1"
}

note 'the engine that is not slow is chosen, for each convolution of a step once'
ok ssl device tune -n fast.yaml $gpu
err_has 'fast: would be recorded'
ok env FAKE_SLOW_ENGINE=14 "$SSL" device tune fast.yaml $gpu
err_has 'fast: 11 operations, 11 of them by another engine than the first'
same "$(value "select count(*) || ' ' || count(distinct operation) || ' ' || group_concat(distinct place || ':' || engine)
	|| ' ' || (min(first_seconds) >= 0.02) from engine")" '11 11 1:15 1'
ok env FAKE_SLOW_ENGINE=15 "$SSL" device tune --name first fast.yaml $gpu
err_has 'first: 11 operations, 0 of them'
ok env FAKE_SLOW_ENGINE=15 "$SSL" device tune --name other fast.yaml $gpu
err_has 'first: was there, with the same choices: other is not needed'
fails 2 'table of engines fast: exists: --name' "$SSL" device tune fast.yaml $gpu

note 'what there is'
ok ssl device ls --format csv
out_has '^engines,fast,"cuda-shim: cuda-shim, driver 13.0, CUDA 13.0, cuBLAS 13.0.0, cuDNN 9.19.0",11,0,20'
out_has '^device,cuda-shim,'
ok ssl device show fast
out_has '^weights f32 24x16x16x3 with 4 of 3x3, stride 2, padding 1 +1 +15 '
ok ssl doctor
out_has 'engines +2 tables'

note 'a table gives other bits than the first engines; one that chooses these gives the same'
ok ssl run -q fast.yaml $gpu --name rule
ok ssl run -q fast.yaml $gpu --name tuned --engines fast
ok ssl run -q fast.yaml $gpu --name untuned --engines first
same "$(chain rule)" "$(chain untuned)"
[ "$(chain rule)" != "$(chain tuned)" ] || fail 'the engines of the table were not used'
same "$(value "select group_concat(coalesce(engines, '-'), ' ') from (select engines from v_run order by id)")" '- fast first'
ok ssl show tuned
out_has '^engines +fast$'
code 1 ssl diff rule tuned
out_has 'device .*engines fast'

note 'verify takes the table of the run, and holds'
ok ssl verify --cut 7 tuned
err_has 'the same to the last bit'
ok ssl verify rule
err_has 'the same to the last bit'

note 'a run that was cut is resumed with its table, and has the bits of an unbroken one'
"$SSL" run -q fast.yaml $gpu --set optim.epochs=400 --name cut --engines fast 2>"$err" &
hold_saved $! cut
kill -TERM $!
kill -CONT $!
wait $! || :
same "$(value "select status from v_run where name = 'cut'")" stopped
at=$(value "select max(epoch) from v_digest where run = 'cut'")
ok ssl verify --epochs "$at" cut
err_has 'the same to the last bit'
ok ssl resume -n cut
"$SSL" resume -q cut 2>"$err" &
wait_until "select epoch > $at from v_run where name = 'cut'" 1
kill -TERM $!
wait $! || :
same "$(value "select group_concat(t.name, ' ') from attempt a join engine_table t on t.id = a.engine_table_id
	join run r on r.id = a.run_id where r.name = 'cut'")" 'fast fast'
ok ssl verify --epochs $((at + 1)) cut
err_has 'the same to the last bit'

note 'the cells of a sweep use one table'
ok ssl sweep start -q fast.yaml --seeds 2 --name cells --devices cuda-shim --engines fast
same "$(value "select group_concat(r.engines, ' ') from v_cell c join v_run r on r.name = c.run where c.sweep = 'cells'")" 'fast fast'
same "$(value "select chain from v_digest d join v_cell c on c.run = d.run where c.sweep = 'cells' and c.seed = 1
	order by step desc limit 1")" "$(chain tuned)"
ok ssl sweep extend cells --seeds 3
fails 6 'sweep cells: its cells use the engines of table fast so far, and now those of table first' \
	"$SSL" worker cells $gpu --engines first
fails 6 'sweep cells: its cells use the engines of table fast so far, and now the first ones' \
	"$SSL" sweep start cells --devices cuda-shim --engines none
ok ssl worker -q cells $gpu
same "$(value "select group_concat(r.engines, ' ') from v_cell c join v_run r on r.name = c.run where c.sweep = 'cells'")" 'fast fast fast'

note 'where the library names other engines, nothing is computed and nothing recorded'
runs=$(value 'select count(*) from run')
FAKE_NEW_ENGINES=1
export FAKE_NEW_ENGINES
fails 6 'the table names engine 15 at place 1: cuDNN has engine 14 there: `ssl device tune`' \
	"$SSL" run -q fast.yaml $gpu --engines fast
same "$(value 'select count(*) from run')" "$runs"
fails 6 'the table names engine 15' "$SSL" resume -q cut
fails 6 'the table names engine 15' "$SSL" verify tuned
unset FAKE_NEW_ENGINES

note 'a table that a run used stays, and travels with the run'
fails 2 'table of engines fast: 5 runs used it' "$SSL" device rm fast
ok ssl export -q -o tuned.tar.zst tuned
ok ssl init there
ok ssl -C there import -q tuned.tar.zst
ok ssl -C there device show fast
same "$(ssl -C there sql --format csv "select engines from v_run" | tail -1)" fast
same "$(ssl -C there device show --format csv fast)" "$(ssl device show --format csv fast)"
ok ssl -C there import -q tuned.tar.zst
ok ssl -C there fsck
ok ssl -C there data add -q tiny --shapes --train 64 --test 20
ok ssl -C there verify tuned
err_has 'the same to the last bit'

if command -v sqlite3 >/dev/null; then
	note 'a table whose choices were changed does not come in with a bundle'
	cp -R there hurt
	mkdir empty
	ok sqlite3 hurt/.ssl/ssl.db 'update engine set place = place + 1'
	ok ssl -C hurt export -q -f -o hurt.tar.zst tuned
	ok ssl -C empty init
	fails 5 'fast: .*not those of its hash' "$SSL" -C empty import hurt.tar.zst
	same "$(ssl -C empty sql --format csv 'select (select count(*) from run) + (select count(*) from engine_table)' | tail -1)" 0
fi

note 'a table of another card is refused, with what to do'
if command -v sqlite3 >/dev/null; then
	hash=$(printf 'cuda-shim\nan older card\n' | sha256sum | cut -d' ' -f1)
	ok sqlite3 there/.ssl/ssl.db "delete from engine; update engine_table set device_about = 'an older card', sha256 = '$hash'"
	fails 6 'the table of engines fast was made on cuda-shim: an older card, and this is cuda-shim: cuda-shim, .*: `ssl device tune`' \
		"$SSL" -C there run fast.yaml $gpu --engines fast
	fails 6 'tuned: its table of engines fast was made on cuda-shim: an older card, .*--engines none' "$SSL" -C there verify tuned
fi

note 'a table that no run uses is removed'
ok ssl device tune -q --name spare --set encoder.width=5 fast.yaml $gpu
ok ssl device rm -n spare
err_has 'spare: would be removed'
ok ssl device rm spare
fails 3 'table of engines spare: there is none' "$SSL" device rm spare
same "$(value "select count(*) from engine_table")" 2
ok ssl fsck
