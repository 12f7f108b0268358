#!/bin/sh
# `ssl worker`: joins a sweep from anywhere, and gives its cell back when it is stopped; what a killed one leaves,
# another takes up after the lease, to the same bits; the supervisor's death ends its workers.
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

note 'a killed supervisor takes its workers with it'
"$SSL" sweep start -q w >"$out" 2>"$err" &
supervisor=$!
wait_until "select count(*) from cell where status = 'running'" 1
kill -KILL $supervisor
wait $supervisor 2>/dev/null || true
wait_until "select count(*) from cell where status = 'queued'" 2

note 'a dry run says what is left, and begins nothing'
before=$(value 'select sum(claims) from cell')
ok ssl worker -n w
err_has 'w: 2 of 2 cells wait for a worker'
same "$(value 'select sum(claims) from cell')" "$before"

note 'a worker that is killed loses its cell after the lease, to one that goes on'
"$SSL" worker -q w >"$out" 2>"$err" &
first=$!
wait_until "select count(*) from cell where status = 'running'" 1
kill -KILL $first
wait $first 2>/dev/null || true
ok ssl worker w
err_has 'w:1.1  done'
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
