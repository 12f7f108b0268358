#!/bin/sh
# `ssl worker`: joins a sweep from anywhere, and gives its cell back when it is stopped; what a killed one leaves,
# another takes up after the lease, to the same bits; the supervisor's death ends its workers. A sweep with a living
# worker keeps its name and its description; one of which no cell is done is started anew by an edited file.
. "$(dirname "$0")/lib.sh"

ok ssl init
ok ssl data add tiny --shapes --train 96 --test 20
fails 3 'no such sweep' "$SSL" worker nothing

cat >s.yaml <<'YAML'
version: 1
sweep: w
base: {method: barlow, data: {set: tiny}, encoder: {arch: convnet, width: 4}, augment: {size: 16}, projector: {dims: [64, 64]},
  optim: {batch: 16, epochs: 40, warmup: 0}, eval: {every: 0, at_start: false}, checkpoint: {every: 8}}
grid: {barlow.lambda: [0.01, 0.02]}
exec: {lease: 1, retries: 20}
YAML

note 'a stopped supervisor stops its workers, which give their cells back'
"$SSL" sweep start -q s.yaml >"$out" 2>"$err" &
supervisor=$!
wait_until "select count(*) from cell c join run r on r.id = c.run_id where r.step > 0 or c.status = 'done'" 1
kill -TERM $supervisor
status=0
wait $supervisor || status=$?
same $status 75
same "$(value "select count(*) from cell where status = 'queued'")" 2
same "$(value "select status from run")" stopped

note 'no cell is done: the file may be corrected, and the run that was stopped goes on in its new cell'
run=$(value 'select run_id from cell where run_id is not null')
sed 's/0.02/0.03/' s.yaml >edited.yaml
ok ssl sweep start -n edited.yaml
err_has 'w: none of its 2 cells is done: would be started anew'
err_has '2 points x 1 seed = 2 cells'
out_has 'barlow.lambda=0.03'
ok ssl sweep start -n s.yaml
out_has 'barlow.lambda=0.02'
err_has 'w: 2 of 2 cells would be run; about'
uuid=$(value 'select uuid from sweep')
mv edited.yaml s.yaml

note 'a killed supervisor takes its workers with it'
"$SSL" sweep start -q s.yaml >"$out" 2>"$err" &
supervisor=$!
wait_until "select count(*) from cell where status = 'running' and (select spec glob '*0.03*' from sweep)" 1
kill -KILL $supervisor
wait $supervisor 2>/dev/null || true
wait_until "select count(*) from cell where status = 'queued'" 2

same "$(value "select group_concat(label || ' ' || coalesce(run_id, '-')) from (select * from cell order by ordinal)")" \
	"\"barlow.lambda=0.01 $run,barlow.lambda=0.03 -\""
same "$(value "select count(*) || ' ' || (max(uuid) <> '$uuid') || ' ' || (select count(*) from run) from sweep")" '1 1 1'

note 'a dry run says what is left, and begins nothing'
before=$(value 'select sum(claims) from cell')
ok ssl worker -n w
err_has 'w: 2 of 2 cells wait for a worker'
same "$(value 'select sum(claims) from cell')" "$before"

note 'while a cell is running, the sweep is neither removed, renamed nor started anew; a worker that waits for it reports it'
"$SSL" worker -q w >"$out" 2>"$err" &
first=$!
hold $first "select count(*) from cell where status = 'running' and run_id is not null"
fails 2 'w: .*1 of its cells is running: stop its workers' "$SSL" sweep rm w
fails 2 'w: .*1 of its cells is running' "$SSL" sweep rm -n -f w
fails 2 '1 of its cells is running' "$SSL" sweep rename w other
fails 2 'sweep w: exists with another description and is running' "$SSL" sweep start --set exec.retries=3 s.yaml
"$SSL" worker w >"$scratch/second" 2>&1 &
second=$!
wait_until "select count(*) from cell where status = 'done'" 1
i=0
until grep -q '^ssl: w: waiting for w:1.1 (.*:'$first')$' "$scratch/second"; do
	i=$((i + 1))
	[ $i -lt 3000 ] || fail "it does not report what it waits for: $(cat "$scratch/second")"
	sleep 0.02
done

note 'a worker that is killed loses its cell after the lease, to one that goes on'
kill -KILL $first
wait $first 2>/dev/null || true
wait $second || fail "the second worker failed: $(cat "$scratch/second")"
grep -q 'w:1.1  done' "$scratch/second" || fail "the cell was not taken over: $(cat "$scratch/second")"
same "$(grep -c 'waiting for' "$scratch/second")" 1
same "$(value "select count(*) from v_cell where status = 'done'")" 2
same "$(value 'select count(*) from run')" 2
[ "$(value 'select max(failures) from cell')" -ge 1 ] || fail 'the death was not counted'

note 'the interrupted cells have the bits of undisturbed ones'
ok ssl sweep start -q --name calm s.yaml
for cell in 1.1 2.1; do
	for s in w calm; do
		ssl sql --format csv "select metric, step, printf('%.17g', value) from v_metric where run =
			(select run from v_cell where ref = '$s:$cell') and metric in ('loss', 'grad_norm') order by 1, 2" >"$s.csv"
		ssl checkpoint ls --format csv "$s:$cell" | cut -d, -f6 | tail -1 >>"$s.csv"
	done
	[ "$(wc -l <w.csv)" -gt 100 ] || fail 'no series'
	cmp w.csv calm.csv || fail "cell $cell differs"
done
