#!/bin/sh
# `ssl rename`: a run's name changes, and stays one that no other ref could be.
. "$(dirname "$0")/lib.sh"

tiny='-q -d tiny --set encoder.arch=convnet --set encoder.width=4 --set augment.size=16 --set projector.dims=16,16 --set optim.batch=32 --set optim.epochs=1 --set optim.warmup=0 -j 1'

ok ssl init
ok ssl data add tiny --shapes --train 64 --test 16
ok ssl run -m vicreg $tiny --name one
ok ssl run -m vicreg $tiny --name two --seed 2
ok ssl rename one better
same "$(cat "$err")" 'ssl: one: renamed to better'
ok ssl show better
fails 3 'no such run' "$SSL" show one
fails 2 'taken by run 2' "$SSL" rename better two
ok ssl rename better better
ok ssl rm two
fails 2 'taken by run 2, in the trash' "$SSL" rename better two
fails 2 'name' "$SSL" rename better 42
fails 2 'name' "$SSL" rename better @
ok ssl rename -n better other
ok ssl show better
