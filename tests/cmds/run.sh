#!/bin/sh
# `ssl run`: what is recorded is what was asked; bad input is one line, the right code and no row; a NaN, a
# full disk and a signal end a run, each in its own status.
. "$(dirname "$0")/lib.sh"

tiny='--set encoder.arch=convnet --set encoder.width=4 --set augment.size=16 --set projector.dims=16,16 --set optim.batch=32 --set optim.epochs=2 --set optim.warmup=0 -d tiny'
runs()
{
	ssl sql --format csv 'select count(*) from run' | tail -1
}

note 'without a store'
fails 3 'ssl init' "$SSL" run -m barlow

ok ssl init
ok ssl data add tiny --shapes --train 200 --test 50

note 'bad input leaves no row'
fails 2 'method.*barlw.*did you mean barlow' "$SSL" run -m barlw
fails 2 'barlow.lamda.*did you mean barlow.lambda' "$SSL" run -m barlow --set barlow.lamda=1
fails 2 'vicreg.mu' "$SSL" run -m barlow --set vicreg.mu=1
fails 2 'optim.lr' "$SSL" run -m barlow --set optim.lr=-1
fails 2 'optim.batch' "$SSL" run -m barlow -d tiny --set optim.batch=512
fails 2 'data.val' "$SSL" run -m barlow -d tiny --set data.val=200
fails 3 'nosuch' "$SSL" run -m barlow -d nosuch
fails 2 'nothere.yaml' "$SSL" run nothere.yaml
fails 2 'did you mean vicreg.mu' "$SSL" run -m vicreg --set mu=3
fails 2 'did you mean --set optim.epochs=' "$SSL" run -m vicreg --epochs 5
fails 2 'a tag is one word' "$SSL" run -m vicreg -d tiny --set optim.batch=32 --set encoder.arch=convnet --tag 'two words'
printf 'version: 1\nmethod: barlow\noptim:\n  lr: 0.1\n  lr: 0.2\n' >twice.yaml
fails 2 'twice.yaml:5' "$SSL" run twice.yaml
same "$(runs)" 0

note 'dry run prints the recipe and does nothing'
ok ssl run -n -m vicreg $tiny --set vicreg.μ=10
out_has 'mu: 10'
same "$(runs)" 0

note 'each method runs, and everything is recorded'
for m in barlow vicreg byol; do
	heads=
	[ $m = byol ] && heads='--set predictor.dims=32,16'
	ok ssl run -m $m $tiny $heads --name "the-$m" --tag first
	same "$(ssl sql --format csv "select status, epochs from v_run where name = 'the-$m'" | tail -1)" done,2
	for metric in loss lr grad_norm embedding_std images_per_s epoch_s test.knn.top1; do
		[ "$(ssl sql --format csv "select count(*) from v_metric where run = 'the-$m' and metric = '$metric'" | tail -1)" -gt 0 ] ||
			fail "$m recorded no $metric"
	done
done
same "$(ssl sql --format csv "select count(*) from v_metric where run = 'the-vicreg' and metric = 'loss.covariance'" | tail -1)" 12

note 'the estimate is printed first, the result last; the steps that were timed change nothing'
size='[0-9.]+ [kMG]?B'
lasts='about [0-9]+[smhd] for 12 steps .2 epochs. on [0-9]+ threads?, '"$size of memory, $size on disk"
out_lacks .
err_has "^ssl: the-byol: $lasts$"
tail -1 "$err" | grep -qE '^ssl: the-byol: done, 12 steps of byol on tiny in [0-9]+[smhd]: test.knn.top1 [0-9.]+ % .untrained [0-9.]+ %, [-+][0-9.]+., .*; see `ssl show the-byol`$' ||
	fail 'the last line is another'
ok ssl verify the-byol
ok ssl run -n -m vicreg $tiny
err_has "^ssl: it would take $lasts$"
ok ssl run -q -n -m vicreg $tiny
same "$(cat "$err")" ''
note 'elsewhere than on a terminal it says how far it is every so often; with -q nothing'
ok env SSL_PROGRESS_SECONDS=0 "$SSL" run -m vicreg $tiny --name often --seed 9
same "$(grep -cE '^ssl: often: epoch [12]/2, step [0-9]+/12, loss [0-9.]+, [0-9]+ images/s, [0-9hms]+ so far, [0-9hms]+ left$' "$err")" 11
ok env SSL_PROGRESS_SECONDS=0 "$SSL" run -q -m vicreg $tiny --name silent --seed 10
same "$(cat "$err")" ''
same "$(value "select elapsed = seconds and eta is null from v_run where name = 'often'")" 1
ok ssl rm -q -f often silent
same "$(ssl sql --format csv "select count(*) from v_param where run = 'the-vicreg' and param = 'vicreg.nu'" | tail -1)" 1
ok ssl show the-barlow
out_has 'peak'

note 'the same recipe gives the same bits, at one thread and at two'
series()
{
	ssl sql --format csv "select metric, step, printf('%.17g', value) from v_metric where run = '$1'
		and metric in ('loss', 'grad_norm', 'embedding_std', 'test.knn.top1') order by 1, 2"
}
for j in 1 2; do
	ok ssl run -m byol $tiny --set predictor.dims=32,16 -j $j --name "threads-$j"
	series "threads-$j" >"series-$j"
	ssl checkpoint ls --format csv "threads-$j" | cut -d, -f6 | tail -1 >"hash-$j"
done
[ -s series-1 ] || fail 'no series'
cmp series-1 series-2 || fail 'the series differ between one thread and two'
cmp hash-1 hash-2 || fail 'the weights differ between one thread and two'

note 'a loss that is not a number fails the run'
fails 7 'loss is' "$SSL" run -q -m vicreg $tiny --set optim.name=sgd --set optim.lr=1000 --set optim.lr_scale=none --set optim.weight_decay=1 --name explodes
same "$(ssl sql --format csv "select status, exit_code from v_run where name = 'explodes'" | tail -1)" failed,7

note 'a full disk fails the run with the reason'
(
	ulimit -f 400
	exec "$SSL" run -q -m barlow $tiny --set projector.dims=512,512 --set checkpoint.every=1 --name full
) >"$out" 2>"$err" && fail 'a full disk was not noticed'
grep -Eq '^ssl: .*(too large|full)' "$err" || fail 'no clear line'
ok ssl log
exit 0
