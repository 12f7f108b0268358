#!/bin/sh
# The key `precision`: tf32 and bf16 can be planned anywhere, but are refused where no device has them, before anything
# is recorded; a recipe of f32 is the same with and without the key.
. "$(dirname "$0")/lib.sh"

tiny='-d tiny --set encoder.arch=convnet --set encoder.width=4 --set augment.size=16 --set projector.dims=16,16 --set optim.batch=32 --set optim.epochs=1 -j 1'
needs='precision: (bf16|tf32) needs a CUDA device \(f32 runs on the CPU\): cuda: '

ok ssl init
ok ssl data add tiny --shapes --train 64 --test 16

note 'help names the choices and the device'
ok ssl help precision
out_has '^  precision = f32 +\(enum: f32\|tf32\|bf16\)$'
ok ssl help --csv precision
grep -q 'tf32 and bf16 need a CUDA device' "$out" || fail 'help does not name the device'

note 'run: refused with one line, and nothing is recorded; -n accepts it'
for precision in tf32 bf16; do
	fails 2 "$needs" "$SSL" run -q $tiny --set precision=$precision
	ok ssl run -n $tiny --set precision=$precision
	out_has "^precision: $precision$"
	err_has "^ssl: would be refused here: precision: $precision needs a CUDA device"
done
same "$(value 'SELECT count(*) FROM run') $(value 'SELECT count(*) FROM recipe')" '0 0'
fails 2 'precision: f16 is not one of f32, tf32, bf16' "$SSL" run -q $tiny --set precision=f16
mkdir ../nowhere
ok ssl run -n -C ../nowhere --set precision=bf16
err_has 'precision: bf16 needs a CUDA device'

note 'the recipe and the hash of f32 do not depend on the key'
ok ssl run -q $tiny
ok ssl run -q $tiny --set precision=f32
same "$(value 'SELECT count(*) FROM recipe')" 1
same "$(value "SELECT count(*) FROM recipe WHERE json LIKE '%precision%'")" 0
same "$(value "SELECT count(*) FROM v_param WHERE key = 'precision' AND value = 'f32'")" \
	"$(value "SELECT count(*) FROM v_param WHERE key = 'method'")"
code 0 ssl run -n $tiny
err_has '^ssl: tiny: trains on 64 images'
grep -q 'CUDA' "$err" && fail 'f32 needs a device'

note 'sweep: planned, but not started'
ok ssl sweep plan $tiny --grid precision=f32,tf32,bf16
out_has '^ +1 +1 +1 +2 .*precision=f32$'
out_has '^ +3 +1 +- +- +- +- +precision=bf16$'
err_has '^ssl: 2 of 3 points need a CUDA device: the precision is tf32 or bf16$'
ok ssl sweep start -n $tiny --grid precision=f32,bf16
err_has '^ssl: 1 of 2 points needs a CUDA device'
fails 2 "point 2: $needs" "$SSL" sweep start -q $tiny --grid precision=f32,bf16
same "$(value 'SELECT count(*) FROM sweep')" 0

note 'a sweep that was extended: not started here, and its cells stay queued for others'
ok ssl sweep start -q --name s $tiny --grid precision=f32
ok ssl sweep extend --grid precision=bf16 s
err_has '1 of 2 points needs a CUDA device'
fails 2 "s: point 2: $needs" "$SSL" sweep start -q s
ok ssl sweep start -n s
err_has '1 of 1 point needs a CUDA device'
fails 2 "s:2.1: $needs" "$SSL" worker -q s
same "$(value 'SELECT group_concat(status) FROM (SELECT status FROM v_cell ORDER BY point)')" '"done,queued"'

command -v sqlite3 >/dev/null || exit 0

note 'runs of other precisions are compared as by any key, and are not repeated here'
ok ssl run -q $tiny --seed 2 --name other
sqlite3 .ssl/ssl.db "UPDATE recipe SET json = replace(json, '\"projector.dims\"', '\"precision\":\"bf16\",\"projector.dims\"')
	WHERE id = (SELECT recipe_id FROM run WHERE name = 'other');
	UPDATE param SET value = 'bf16' WHERE recipe_id = (SELECT recipe_id FROM run WHERE name = 'other')
	AND name_id = (SELECT id FROM param_name WHERE name = 'precision')"
ok ssl compare --by precision --metric embedding_std
out_has '^bf16 +1 '
out_has '^f32 +1 '
code 1 ssl diff 1 other
out_has '^precision +f32 +bf16 '
fails 2 "$needs" "$SSL" verify -q other
