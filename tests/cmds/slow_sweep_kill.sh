#!/bin/sh
# A sweep whose workers, and now and then supervisor, are killed 220 times with SIGKILL: at random moments, in the
# middle of writing a checkpoint (the file that is half written stays, and is counted), and in the moment after,
# when the checkpoint is named in the database. It completes, no cell is lost or run twice, the store is clean, and
# every value and weight is that of an undisturbed sweep.
. "$(dirname "$0")/lib.sh"

[ -r /proc/$$/task/$$/children ] || skip 'no /proc/PID/task/PID/children'
kills=220

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

# The heads are wide, so that a checkpoint takes some milliseconds to write, on a fast disk too.
mkdir calm
for dir in . calm; do
	ok ssl -C $dir init
	ok ssl -C $dir data add tiny --shapes --train 96 --test 20
done
cat >s.yaml <<'YAML'
version: 1
sweep: s
base: {data: {set: tiny}, encoder: {arch: convnet, width: 4}, augment: {size: 16}, projector: {dims: [1024, 512]},
  optim: {batch: 32, epochs: 6, warmup: 0}, eval: {every: 2}, collapse: {every: 0},
  checkpoint: {every: 1, keep_last: 1, keep_best: 0}, guard: {collapse: record}}
blocks:
- set: {method: barlow}
  grid: {barlow.lambda: [0.01, 0.02]}
- set: {method: vicreg}
  grid: {vicreg.mu: [5, 25]}
- set: {method: byol, predictor.dims: [16, 512]}
seeds: 3
exec: {lease: 1, retries: 1000000}
YAML
cp s.yaml calm/s.yaml

start()
{
	"$SSL" sweep start -q -j 3 s.yaml >>"$scratch/talk" 2>&1 &
	supervisor=$!
}

# writer: waits, for a while, until a worker writes a checkpoint: $pid, into $file. Without a process of its own, and
# with all workers stopped at once, so that the moment is not over when it is found. A file is the worker's that
# has it open. On success they stay stopped.
writer()
{
	i=0
	while [ $i -lt 20000 ]; do
		i=$((i + 1))
		for file in .ssl/objects/tmp/.tmp-*; do
			case "$strays" in *" $file "*) continue ;; esac
			[ -e "$file" ] || continue
			all=
			read -r all 2>/dev/null <"/proc/$supervisor/task/$supervisor/children" || : # it has no line end
			kill -STOP $all 2>/dev/null
			for pid in $all; do
				for fd in /proc/$pid/fd/*; do
					[ "$fd" -ef "$file" ] && return 0
				done
			done
			[ -e "$file" ] && strays="$strays$file " # of one that was killed
			kill -CONT $all 2>/dev/null
		done
	done
	return 1
}
# until_committing: waits until $file has got its name, and then a little
until_committing()
{
	i=0
	while [ -e "$file" ] && [ $i -lt 20000 ]; do
		i=$((i + 1))
	done
	i=$(($1 * 20))
	while [ $i -gt 0 ]; do
		i=$((i - 1))
	done
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
mkdir "$scratch/halves" # files of the killed, out of the way for as long as moments are looked for
strays=' '
seeds=3
killed=0
checkpoints=0
commits=0
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
		"$SSL" sweep start -q -j 3 s >>"$scratch/talk" 2>&1 &
		supervisor=$!
		sleep 0.2
	fi
	sleep "0.$(random 3)$(random 10)"
	kind=$(random 10)
	wait_for=$(random 100)
	case $kind in
	0 | 1 | 2 | 3)
		writer || continue
		kill -KILL "$pid"
		kill -CONT $all 2>/dev/null
		mv "$file" "$scratch/halves" 2>/dev/null && checkpoints=$((checkpoints + 1))
		;;
	4 | 5 | 6)
		writer || continue
		kill -CONT $all 2>/dev/null
		until_committing "$wait_for"
		kill -KILL "$pid" 2>/dev/null || continue
		commits=$((commits + 1))
		;;
	*)
		if [ $wait_for -lt 12 ]; then
			kill -KILL "$supervisor" 2>/dev/null || continue
			supervisors=$((supervisors + 1))
		else
			pid=$(victim "$wait_for") && kill -KILL "$pid" 2>/dev/null || continue
		fi
		;;
	esac
	killed=$((killed + 1))
done
note "killed $killed: $checkpoints in the middle of a checkpoint, $commits at a commit, $supervisors supervisors, the others at random"
[ $checkpoints -ge 20 ] || fail "only $checkpoints kills hit a checkpoint that was being written"
[ $commits -ge 20 ] || fail "only $commits kills were near a commit"
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

note 'the store is clean: half files are no damage, and can be collected'
mv "$scratch/halves"/.tmp-* .ssl/objects/tmp/
[ "$(ls -A .ssl/objects/tmp | wc -l)" -ge $checkpoints ] || fail 'the half files are gone'
ok ssl fsck
ok ssl gc -q --age 0
same "$(find .ssl/objects/tmp -type f | wc -l | tr -d ' ')" 0
ok ssl fsck
same "$(ssl gc -n --age 0 --format csv | sed 1d | wc -l | tr -d ' ')" 0

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
