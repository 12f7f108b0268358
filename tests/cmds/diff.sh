#!/bin/sh
# `ssl diff`: two runs of one recipe are the same, and exit 0; of others it says in what they differ and where
# their series part, and exits 1.
. "$(dirname "$0")/lib.sh"

tiny='-q -d tiny --set encoder.arch=convnet --set encoder.width=4 --set augment.size=16 --set projector.dims=16,16 --set optim.batch=32 --set optim.epochs=1 --set optim.warmup=0 -j 1'

ok ssl init
ok ssl data add tiny --shapes --train 64 --test 16
ok ssl run -m vicreg $tiny --name one
ok ssl run -m vicreg $tiny --name again
ok ssl run -m vicreg $tiny --name other --set vicreg.mu=3 --seed 2

note 'the same'
ok ssl diff one again
err_has 'one and again are the same'
[ ! -s "$out" ] || fail 'it printed a difference'
ok ssl diff one again --json
same "$(cat "$out")" '[]'
ok ssl diff one one

note 'different'
code 1 ssl diff one other
out_has '^parameters$'
out_has '^vicreg.mu +25 +3 '
out_has '^seed +1 +2 '
out_has '^metrics$'
out_has '^series$'
out_has '^loss +[0-9.]+ +[0-9.]+ +-?[0-9.e-]+ +1$'
out_lacks 'epoch_s|images_per_s|optim.lr'
out_lacks '[1-9]\.[0-9]{6}' # six digits are for people; programs get all
code 1 ssl diff one other --format csv
same "$(sed -n 1p "$out")" 'section,name,a,b,difference,step'
same "$(sed -n 's/^parameters,vicreg.mu,//p' "$out")" '25,3,,'
code 1 ssl diff one other --json
out_has '"section": "parameters", "name": "seed", "a": "1", "b": "2"'
fails 3 'no such run' "$SSL" diff one two
fails 2 'missing' "$SSL" diff one
