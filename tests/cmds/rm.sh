#!/bin/sh
# `ssl rm`: what is removed is hidden everywhere and comes back whole; what is removed for good takes its
# files along, and only its own.
. "$(dirname "$0")/lib.sh"

tiny='-q -d tiny --set encoder.arch=convnet --set encoder.width=4 --set augment.size=16 --set projector.dims=16,16 --set optim.batch=32 --set optim.epochs=1 --set optim.warmup=0 -j 1'

ok ssl init
ok ssl data add tiny --shapes --train 64 --test 16
ok ssl run -m vicreg $tiny --name one
ok ssl run -m vicreg $tiny --name two --seed 2
ok ssl run -m barlow $tiny --name three
counts()
{
	for v in v_run v_param v_metric v_eval v_best v_seed; do
		"$SSL" sql --format csv "SELECT count(*) > 0 FROM $v" | tail -1
	done | tr -d '\n'
}

note 'to the trash: no view and no ref shows it'
ok ssl rm two
same "$(cat "$err")" 'ssl: two: moved to the trash: `ssl rm --restore` restores runs by name'
same "$(counts)" 111111
ok ssl sql --format csv "SELECT count(*) FROM v_run WHERE name = 'two'"
same "$(tail -1 "$out")" 0
ok ssl sql --format csv "SELECT count(*) FROM v_best WHERE run = 'two'"
same "$(tail -1 "$out")" 0
fails 3 'in the trash: .ssl rm --restore two' "$SSL" show two
ok ssl rm three
ok ssl log --columns name --format csv
same "$(sed 1d "$out")" one
ok ssl show @
out_has '^run +1 one'
ok ssl rm --list --format csv
same "$(sed 1d "$out" | cut -d, -f2 | tr '\n' ' ')" 'three two '
fails 2 'taken by run 2' "$SSL" run -m vicreg $tiny --name two

note 'and out of it'
ok ssl rm --restore two 3
same "$(cat "$err")" 'ssl: two, three: restored from the trash'
ok ssl log --columns name --format csv
same "$(sed 1d "$out" | tr '\n' ' ')" 'three two one '
fails 3 'not in the trash' "$SSL" rm --restore one

note 'a wrong ref among several changes nothing; a dry run neither'
fails 3 'no such run' "$SSL" rm one nothing
ok ssl rm -n one
ok ssl -n rm -f two
err_has 'deleted for good'
ok ssl show one
ok ssl show two

note 'for good: its row, its series, its recipe and its files are gone, others stay'
files()
{
	find .ssl/objects -type f | wc -l | tr -d ' '
}
before=$(files)
ok ssl rm one
ok ssl rm -q -f one two
[ ! -s "$err" ] || fail 'not quiet'
ok ssl rm --list
err_has 'empty'
for t in run metric metric_summary attempt checkpoint eval recipe; do
	ok ssl sql --format csv "SELECT count(DISTINCT $([ $t = run ] || [ $t = recipe ] && echo id || echo run_id)) FROM $t"
	same "$t $(tail -1 "$out")" "$t 1"
done
[ "$(files)" -lt "$before" ] || fail 'the files are still there'
ok ssl eval three --protocol knn
fails 2 'missing argument REF; usage: ssl rm' "$SSL" rm
fails 2 'exclude' "$SSL" rm -f --restore three
fails 2 "rm --list: unexpected argument 'three'" "$SSL" rm --list three
