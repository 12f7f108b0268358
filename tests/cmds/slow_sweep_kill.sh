#!/bin/sh
# A sweep whose workers, and now and then supervisor, are killed 220 times with SIGKILL, at random moments, while a
# checkpoint is being written, and while the database is: it completes, no cell is lost or run twice, and
# every value and weight is that of an undisturbed sweep.
. "$(dirname "$0")/lib.sh"

[ -r /proc/$$/task/$$/children ] || skip 'no /proc/PID/task/PID/children'
kills=220

value()
{
	ssl sql --format csv "$1" 2>/dev/null | tail -1
}
# random N: 0 .. N-1
random()
{
	echo $(($(od -An -N4 -tu4 /dev/urandom) % $1))
}
# the workers of the supervisor
workers()
{
	cat "/proc/$supervisor/task/$supervisor/children" 2>/dev/null
}
alive()
{
	kill -0 "$supervisor" 2>/dev/null
}

mkdir calm
for dir in . calm; do
	ok ssl -C $dir init
	ok ssl -C $dir data add tiny --shapes --train 96 --test 20
done
cat >s.yaml <<'YAML'
version: 1
sweep: s
base: {data: {set: tiny}, encoder: {arch: convnet, width: 4}, projector: {dims: [16, 16]},
  optim: {batch: 32, epochs: 6, warmup: 0}, eval: {every: 2}, checkpoint: {every: 1}, guard: {collapse: record}}
blocks:
- set: {method: barlow}
  grid: {barlow.lambda: [0.01, 0.02]}
- set: {method: vicreg}
  grid: {vicreg.mu: [5, 25]}
- set: {method: byol, predictor.dims: [16, 16]}
seeds: 3
exec: {lease: 1, retries: 1000000}
YAML
cp s.yaml calm/s.yaml

start()
{
	"$SSL" sweep start -q -j 3 s.yaml >>"$scratch/talk" 2>&1 &
	supervisor=$!
}

# in_checkpoint: waits, for a moment, until a checkpoint is being written
in_checkpoint()
{
	i=0
	while [ $i -lt 200 ]; do
		set -- .ssl/objects/tmp/checkpoint-*
		[ -e "$1" ] && return 0
		i=$((i + 1))
	done
	return 1
}

# victim N: the N-th of the workers, in a circle
victim()
{
	n=$1
	set -- $(workers)
	[ $# -gt 0 ] || return 1
	shift $((n % $#))
	echo "$1"
}

note "kills: $kills"
seeds=3
killed=0
mid=0
supervisors=0
start
while [ $killed -lt "$kills" ]; do
	if ! alive; then
		wait "$supervisor" 2>/dev/null
		# finished too early: there is more to do
		if [ "$(value "select unsettled from (select sum(status in ('queued', 'running')) as unsettled from cell)")" = 0 ]; then
			seeds=$((seeds + 2))
			ssl sweep extend -q --seeds $seeds s 2>/dev/null
		fi
		ssl sweep start -q -j 3 s >>"$scratch/talk" 2>&1 &
		supervisor=$!
		sleep 0.2
	fi
	sleep "0.$(random 6)$(random 10)"
	[ "$(random 3)" = 0 ] && in_checkpoint && mid=$((mid + 1))
	if [ "$(random 25)" = 0 ]; then
		kill -KILL "$supervisor" 2>/dev/null && killed=$((killed + 1)) && supervisors=$((supervisors + 1))
	else
		pid=$(victim "$(random 100)") || continue
		kill -KILL "$pid" 2>/dev/null && killed=$((killed + 1))
	fi
done
note "killed $killed, $mid while a checkpoint was being written, $supervisors of them supervisors"
wait "$supervisor" 2>/dev/null
ok ssl sweep start -q -j 2 s

note 'no cell is lost, none was run twice'
cells=$((5 * seeds))
same "$(value 'select count(*) from cell')" $cells
same "$(value "select count(*) from cell where status = 'done'")" $cells
same "$(value 'select count(*) from run')" $cells
same "$(value "select count(distinct run_id) from cell")" $cells
same "$(value "select count(*) from run where status <> 'done'")" 0
claims=$(value 'select sum(claims) from cell')
note "claims: $claims for $cells cells"
[ "$claims" -gt $((cells + kills / 4)) ] || fail 'hardly a kill hit a cell'
if ssl fsck -h >/dev/null 2>&1; then
	note 'the store is clean'
	ok ssl fsck
fi

note 'the results are those of an undisturbed sweep'
ok ssl -C calm sweep start -q --seeds $seeds -j 2 calm/s.yaml
for dir in . calm; do
	file=$scratch/${dir#.}.csv # .csv is of the killed one
	ssl -C $dir sql --format csv "select c.ref, m.metric, m.step, printf('%.17g', m.value) from v_cell c
		join v_metric m on m.run = c.run where m.metric not in ('epoch_s', 'images_per_s') order by 1, 2, 3" >"$file"
	ssl -C $dir sql --format csv "select c.ref, e.metric, e.step, printf('%.17g', e.value) from v_cell c
		join v_eval e on e.run = c.run order by 1, 2, 3" >>"$file"
	ssl -C $dir sql --format csv "select c.ref, k.step, o.sha256 from v_cell c join checkpoint k on k.run_id = c.run_id
		join object o on o.id = k.object_id where k.step = 18 order by 1" >>"$file"
done
[ "$(wc -l <"$scratch/calm.csv")" -gt $((cells * 18 * 4)) ] || fail 'hardly a value'
cmp "$scratch/.csv" "$scratch/calm.csv" || fail 'the results differ'
