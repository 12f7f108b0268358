#!/bin/sh
# `ssl run` stopped by a signal exits 75 with a checkpoint, and `ssl resume` ends with the bits of a run that
# was never stopped: series, evaluations and weights.
. "$(dirname "$0")/lib.sh"

recipe='-m byol --set encoder.arch=convnet --set encoder.width=4 --set encoder.depth=2 --set augment.size=16 --set projector.dims=32,16 --set predictor.dims=32,16 --set optim.batch=16 --set optim.epochs=12 --set eval.every=1 --set checkpoint.every=1 -d tiny'
series()
{
	ssl sql --format csv "select metric, step, printf('%.17g', value) from v_metric where run = '$1'
		and metric not in ('images_per_s', 'epoch_s') order by 1, 2"
}
weights()
{
	ssl checkpoint export -q -f -o "$1.st" --whole "$1"
	sha256sum <"$1.st"
}

ok ssl init
ok ssl data add tiny --shapes --train 400 --test 50
ok ssl run -q $recipe --name straight
series straight >straight.csv
[ "$(wc -l <straight.csv)" -gt 300 ] || fail 'no series to compare'

note 'cut at some step, by SIGINT and by SIGTERM, and resumed with another number of threads'
for how in INT TERM KILL; do
	"$SSL" run -q $recipe --name "cut-$how" 2>"$err" &
	pid=$!
	hold_saved $pid "cut-$how"
	kill -$how $pid
	kill -CONT $pid
	status=0
	wait $pid 2>/dev/null || status=$?
	case "$how $status" in
	KILL*) ;;
	*' 75') grep -q 'ssl resume' "$err" || fail 'no fix is suggested' ;;
	*' 0') fail 'the run ended before the signal: make it longer' ;;
	*) fail "exit code $status after SIG$how" ;;
	esac
done
same "$(ssl sql --format csv "select status from v_run where name = 'cut-INT'" | tail -1)" stopped
for how in INT TERM; do
	ok ssl resume -q -j 2 "cut-$how"
	same "$(ssl sql --format csv "select status from v_run where name = 'cut-$how'" | tail -1)" done
	series "cut-$how" >"cut-$how.csv"
	cmp straight.csv "cut-$how.csv" || fail "the series of cut-$how differ"
	same "$(weights straight | cut -c1-64)" "$(weights "cut-$how" | cut -c1-64)"
done

note 'each attempt says what computed it'
same "$(ssl sql --format csv "select count(*) from attempt a join v_run r on r.id = a.run_id
	where r.name = 'cut-INT' and a.code_id is not null and a.host_id is not null" | tail -1)" 2

note 'the digest chain is that of the straight run'
chain()
{
	ssl sql --format csv "select step, chain from v_digest where run = '$1' order by 1"
}
[ "$(chain straight | wc -l)" -eq 13 ] || fail 'not a link an epoch'
same "$(chain cut-INT)" "$(chain straight)"
same "$(chain cut-TERM)" "$(chain straight)"

note 'a recipe that differs in anything is refused, and what differs is named'
printf 'method: byol\n' >other.yaml
fails 2 'cut-KILL: the recipe differs: .*optim.epochs is 13, the run has 12' "$SSL" resume --set optim.epochs=13 cut-KILL
fails 2 'differs: .*encoder.arch is resnet18, the run has convnet' "$SSL" resume cut-KILL other.yaml
ok ssl resume -n cut-KILL --set optim.epochs=12
err_has 'would continue from step'
sqlite3=$(command -v sqlite3)
if [ -n "$sqlite3" ]; then
	note 'nor is the checkpoint of another recipe taken'
	ok ssl run -q $recipe --name twin --set optim.epochs=1
	step=$(ssl sql --format csv "select max(c.step) from checkpoint c join run r on r.id = c.run_id where r.name = 'cut-KILL'" | tail -1)
	$sqlite3 .ssl/ssl.db "update checkpoint set object_id = (select object_id from checkpoint c join run r on r.id = c.run_id
		where r.name = 'twin' limit 1) where run_id = (select id from run where name = 'cut-KILL') and step = $step;
		update attempt set heartbeat = 0"
	fails 2 'the checkpoint belongs to another recipe' "$SSL" resume cut-KILL
fi

note 'what cannot be resumed'
fails 2 'done' "$SSL" resume straight
fails 3 'nosuch' "$SSL" resume nosuch
