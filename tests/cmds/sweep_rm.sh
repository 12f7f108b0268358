#!/bin/sh
# `ssl sweep rm` and `rename`: a sweep in the trash is hidden everywhere, and none of its cells is claimed; it comes back
# whole; one that is deleted for good takes its runs and files along, but none that another sweep has.
. "$(dirname "$0")/lib.sh"

small='-m barlow -d tiny --set encoder.arch=convnet --set encoder.width=4 --set projector.dims=8,8 --set optim.batch=32
	--set optim.epochs=1 --set optim.warmup=0 --set eval.every=0 --set eval.at_start=false --set objective.metric=loss'
ok ssl init
ok ssl data add tiny --shapes --train 64 --test 16
ok ssl sweep start -q --name first $small --grid barlow.lambda=0.01,0.02 --seeds 2
ok ssl sweep start -q --name other --reuse $small --grid barlow.lambda=0.02,0.03 # one run is of both
ok ssl sweep extend -q first --seeds 3

# state: what is in the store, the trash included
state()
{
	for t in sweep cell run recipe param checkpoint object trash sweep_trash; do
		printf '%s ' "$(value "select count(*) from $t")"
	done
}
files()
{
	find .ssl/objects -type f | wc -l | tr -d ' '
}
runs()
{
	ssl log --columns id --format csv -s id 2>/dev/null | sed 1d | tr '\n' ' '
}

note 'another name'
ok ssl sweep rename -n first weights
err_has 'first: would be called weights'
ok ssl show first:1.1
ok ssl sweep rename first weights
err_has 'first: is called weights'
ok ssl sweep rename weights weights
ok ssl show weights:1.1
fails 3 'no such sweep' "$SSL" sweep status first
for name in other best 'a b' 42 ../x; do
	fails 2 'sweep name' "$SSL" sweep rename weights "$name"
done
fails 2 'sweep rename: missing argument NAME' "$SSL" sweep rename weights
fails 2 "unexpected argument 'x'" "$SSL" sweep rename weights a x

note 'a dry run, a wrong name among several and contradictions change nothing'
before=$(state)
ok ssl export -q --sweep weights -o "$scratch/first.tar.zst"
ok ssl rm -q 1
ok ssl sweep rm -n weights
err_has 'weights: would be moved to the trash, with 6 cells and 2 runs; 1 run of other sweeps stays$'
ok ssl sweep rm -n -f weights
err_has 'weights: would be deleted for good, with 6 cells and 3 runs; 1 run stays$'
fails 3 'no such sweep' "$SSL" sweep rm weights nothing
fails 3 'not in the trash' "$SSL" sweep rm --restore weights
fails 2 'sweep rm: missing argument SWEEP; usage: ssl sweep rm ' "$SSL" sweep rm
fails 2 'sweep rm --restore: missing argument SWEEP' "$SSL" sweep rm --restore
fails 2 'exclude' "$SSL" sweep rm -f --restore weights
fails 2 "sweep rm --list: unexpected argument 'weights'" "$SSL" sweep rm --list weights
ok ssl sweep rm --list
err_has 'no sweep is in the trash'
ok ssl rm --restore 1
same "$(state)" "$before"

note 'to the trash: nothing shows it, and nothing works on it'
ok ssl rm 1
ok ssl sweep rm weights
err_has '^ssl: weights: moved to the trash, with 6 cells and 2 runs; 1 run of other sweeps stays: .ssl sweep rm --restore weights'
same "$(wc -l <"$err" | tr -d ' ')" 1
same "$(runs)" '2 5 '
same "$(value "select (select count(*) from v_sweep) || ' ' || (select count(*) from v_cell)")" '1 2'
ok ssl sweep ls --format csv
same "$(sed 1d "$out" | cut -d, -f1)" other
ok ssl sweep rm --list --format csv
same "$(sed 1d "$out" | cut -d, -f1-3)" weights,6,4
for command in 'sweep status' 'sweep show' 'sweep start' 'sweep start -n' 'sweep plan' 'sweep pause' 'sweep retry' \
	'sweep extend --seeds 4' 'sweep rm' worker 'log --sweep' 'compare --metric loss --sweep' 'report -o r.html --sweep' \
	'export -o x.tar.zst' 'plot bars --sweep' show; do
	fails 3 'in the trash: .ssl sweep rm --restore weights' "$SSL" $command weights
done
fails 3 'in the trash' "$SSL" sweep rename weights new
fails 3 'in the trash' "$SSL" show weights:1.1
fails 3 'in the trash' "$SSL" resume weights:1.3
for command in 'sweep start --name weights' 'sweep start -n --name weights'; do
	fails 2 'sweep name weights: a sweep in the trash has it' "$SSL" $command $small --grid barlow.lambda=0.01,0.02
done
fails 2 'a sweep in the trash has it' "$SSL" sweep rename other weights
ok ssl sweep status
out_has '^ +1 +1 +done'

note 'it stays at home: neither bundles nor imports have it, the copy of the store does'
ok ssl export -q -o "$scratch/all.tar.zst"
mkdir b c
ok ssl -C b init
ok ssl -C b import "$scratch/all.tar.zst"
err_has '1 sweep added'
same "$(cd b && value "select name from sweep")" other
before=$(state)
code 1 ssl import "$scratch/first.tar.zst"
err_has '^sweep weights: it is in the trash here and stays as it is'
same "$(state)" "$before"
ok ssl -C b import --as weights "$scratch/first.tar.zst"
ok ssl -C b sweep rm weights
ok ssl -C c init
ok ssl -C c data add tiny --shapes --train 64 --test 16
ok ssl -C c sweep start -q --name weights $small --grid barlow.lambda=0.09
ok ssl -C c export -q --sweep weights -o "$scratch/namesake.tar.zst"
ok ssl -C b import "$scratch/namesake.tar.zst"
err_has 'sweep weights: another sweep, in the trash, has this name here: it is now weights-2'
ok ssl backup copy
ok ssl -C copy fsck
ok ssl -C copy sweep rm --restore weights
same "$(cd copy && runs)" '2 3 4 5 '
ok ssl backup -f copy

note 'nothing of it is garbage'
before=$(files)
ok ssl gc --age 0
same "$(files)" "$before"
ok ssl fsck

note 'and out of it: with the runs that went with it, but not with one that went before'
ok ssl sweep rm --restore -n weights
err_has 'weights: would be restored from the trash, with 6 cells and 2 runs'
ok ssl sweep rm --restore weights
err_has 'weights: restored from the trash, with 6 cells and 2 runs$'
same "$(runs)" '2 3 4 5 '
ok ssl rm --restore 1
ok ssl sweep start -q weights
same "$(value "select count(*) from v_cell where sweep = 'weights' and status = 'done' and run is not null")" 6
same "$(runs)" '1 2 3 4 5 6 7 '

note 'a run of two sweeps: gone with the last of them, back with either'
ok ssl sweep rm weights other
same "$(runs)" ''
ok ssl sweep rm --restore weights
same "$(runs)" '1 2 3 4 6 7 '
ok ssl sweep rm -f weights
err_has 'weights: deleted for good, with 6 cells and 5 runs; 1 run stays$'
same "$(runs)" '2 '
ok ssl sweep rm --restore other
same "$(runs)" '2 5 '
same "$(value "select count(*) from v_cell where status = 'done' and run is not null")" 2

note 'for good: rows, recipes and files go, and what was restored alone stays'
ok ssl fsck
before=$(files)
ok ssl sweep rm other
fails 3 'no sweep: 1 in the trash: .*rm --list' "$SSL" sweep status
ok ssl rm --restore 5
ok ssl sweep rm -f other
err_has 'other: deleted for good, with 2 cells and 1 run; 1 run stays$'
same "$(runs)" '5 '
same "$(value "select (select count(*) from cell) || (select count(*) from recipe) || (select count(*) from sweep_trash)")" 010
[ "$(files)" -lt "$before" ] || fail 'the files are still there'
ok ssl fsck
