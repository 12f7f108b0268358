#!/bin/sh
# The guard of `ssl run`: embeddings that collapse end the run as collapsed (exit 7, one line, a checkpoint, an
# event), or are recorded; measuring them changes no weight; a run cut and resumed has the same measures.
. "$(dirname "$0")/lib.sh"

tiny='-q -d tiny --set encoder.arch=convnet --set encoder.width=4 --set augment.size=16 --set projector.dims=32,16 --set optim.batch=16 --set optim.warmup=0 --set eval.every=0 --set eval.at_start=false --set checkpoint.every=2'
collapse="$tiny -m vicreg --set vicreg.mu=0 --set vicreg.nu=0 --set optim.epochs=9"
one()
{
	ssl sql --format csv "$1" | tail -1
}
weights() # without the header, whose metadata has the recipe's hash
{
	ssl checkpoint export -q -f -o "$1.st" --whole "$1"
	header=$(od -An -tu8 -N8 "$1.st" | tr -d ' ')
	tail -c +$((header + 9)) "$1.st" | sha256sum | cut -c1-64
}
measures()
{
	ssl sql --format csv "select metric, step, printf('%.17g', value) from v_metric where run = '$1'
		and (metric glob 'collapse.*' or metric glob 'predictor.*') order by 1, 2"
	ssl sql --format csv "select spectrum, step, i, printf('%.17g', value) from v_spectrum where run = '$1' order by 1, 2, 3"
}

command -v sqlite3 >/dev/null || skip 'no sqlite3'
ok ssl init
ok ssl data add tiny --shapes --train 160 --test 30

note 'a collapse stops the run'
fails 7 'fallen: collapsed: std .*guard.collapse_std = 0.1.*record' "$SSL" run $collapse --name fallen
same "$(one "select status, exit_code, epoch < 9 from v_run where name = 'fallen'")" collapsed,7,1
same "$(one "select count(*) from event e join run r on r.id = e.run_id where r.name = 'fallen' and e.kind = 'guard.collapse'
	and e.step = r.step and e.text like 'collapsed: std%'")" 1
same "$(one "select count(*) from checkpoint c join run r on r.id = c.run_id where r.name = 'fallen' and c.step = r.step")" 1
same "$(one "select verdict from v_collapse where run = 'fallen'")" collapsed
same "$(one "select reason like '%collapsed: std%guard.collapse_std%' from v_run where name = 'fallen'")" 1
ok ssl show fallen
out_has '^status +collapsed'
out_has '^collapse +collapsed: std 0\.0'

note 'it is collapsed still when it is resumed'
fails 7 'collapsed' "$SSL" resume -q fallen
same "$(one "select status, attempts from v_run where name = 'fallen'")" collapsed,2

note 'and is verified through both of its ends'
ok ssl verify -q fallen
ok ssl verify -q --cut 25 fallen
ok sqlite3 .ssl/ssl.db "update attempt set from_step = 1 where n = 2 and run_id = (select id from run where name = 'fallen');
	update run set exit_code = 0 where name = 'fallen'"
code 1 ssl verify --format csv fallen
out_has '^metric,guard,[0-9]+,went on,stopped'

note 'or is recorded, or not looked for'
ok ssl run $collapse --set guard.collapse=record --name noted
same "$(one "select status, exit_code, epoch from v_run where name = 'noted'")" done,0,9
same "$(one "select count(*) from event e join run r on r.id = e.run_id where r.name = 'noted' and e.kind = 'guard.collapse'")" 1
ok ssl show noted
out_has '^collapse +collapsed: std'
ok ssl run $collapse --set guard.collapse=off --set optim.epochs=7 --name unseen
same "$(one "select count(*) from event e join run r on r.id = e.run_id where r.name = 'unseen'")" 0

note 'a threshold on the rank, and on how long'
fails 7 'RankMe .*guard.collapse_rank = 7 in 2 consecutive measurements, at epoch 3' "$SSL" run $tiny -m vicreg --set optim.epochs=4 \
	--set guard.collapse_rank=7 --set guard.collapse_epochs=2 --name flat

note 'a healthy run goes on, and has its measures'
byol="$tiny -m byol --set predictor.dims=16 --set optim.epochs=4 --set checkpoint.every=1"
ok ssl run $byol --name healthy
same "$(one "select status from v_run where name = 'healthy'")" done
same "$(one "select verdict from v_collapse where run = 'healthy'")" healthy
ok ssl show healthy
out_has '^collapse +none: std 0\.[0-9]+ of 1/sqrt\(d\), RankMe [0-9.]+ of [0-9]+$'
for metric in collapse.std collapse.rankme collapse.effective_rank collapse.participation collapse.alignment \
	collapse.uniformity collapse.offdiag_correlation collapse.vicreg.variance collapse.barlow.off_diagonal \
	collapse.h.rankme collapse.h.alignment predictor.alignment predictor.asymmetry predictor.commutator; do
	same "$metric $(one "select count(*) from v_metric where run = 'healthy' and metric = '$metric'")" "$metric 5"
done
for spectrum in z predictor.F predictor.W; do
	same "$spectrum $(one "select count(*), count(distinct step), max(i) from v_spectrum where run = 'healthy' and spectrum = '$spectrum'")" \
		"$spectrum 80,5,15"
done
same "$(one "select count(*) from v_spectrum a join v_spectrum b on b.run_id = a.run_id and b.spectrum = a.spectrum and
	b.step = a.step and b.i = a.i + 1 where a.run = 'healthy' and a.spectrum in ('z', 'h', 'predictor.F') and b.value > a.value")" 0

note 'measuring leaves the weights as they are'
ok ssl run $byol --set collapse.every=0 --name unmeasured
same "$(one "select count(*) from v_metric where run = 'unmeasured' and metric glob 'collapse.*'")" 0
same "$(weights unmeasured)" "$(weights healthy)"
ok ssl run $byol --set collapse.every=3 --set collapse.images=20 --name seldom
same "$(one "select group_concat(step, ' ') from v_metric where run = 'seldom' and metric = 'collapse.std'")" '0 30 40'
same "$(weights seldom)" "$(weights healthy)"

note 'threads and a cut change no measure'
ok ssl run $byol -j 2 --name threads
measures healthy >healthy.csv
measures threads >threads.csv
[ "$(wc -l <healthy.csv)" -gt 400 ] || fail 'no measures to compare'
cmp healthy.csv threads.csv || fail 'the measures differ between one thread and two'
long="$byol --set optim.epochs=20 --set collapse.images=40"
ok ssl run $long --name long
"$SSL" run $long --name cut 2>"$err" &
pid=$!
hold $pid "select count(*) > 1 from checkpoint c join run r on r.id = c.run_id where r.name = 'cut'"
kill -INT $pid
kill -CONT $pid
status=0
wait $pid || status=$?
same "$status" 75
ok ssl resume -q cut
measures long >long.csv
measures cut >cut.csv
cmp long.csv cut.csv || fail 'the measures of the resumed run differ'
