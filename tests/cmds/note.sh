#!/bin/sh
# `ssl note`: texts stay with their run, in order.
. "$(dirname "$0")/lib.sh"

tiny='-q -d tiny --set encoder.arch=convnet --set encoder.width=4 --set augment.size=16 --set projector.dims=16,16 --set optim.batch=32 --set optim.epochs=1 --set optim.warmup=0 -j 1'

ok ssl init
ok ssl data add tiny --shapes --train 64 --test 16
ok ssl run -m vicreg $tiny --name one
ok ssl note one
err_has 'no note'
ok ssl note one 'first, with "quotes"'
ok ssl note @ three plain words
same "$(cat "$err")" 'ssl: one: noted: three plain words'
ok ssl note -q -n @ nothing
[ ! -s "$err" ] || fail 'not quiet'
ok ssl note -n @ not this
ok ssl note one --format tsv
same "$(sed 1d "$out" | cut -f2 | tr '\n' '|')" 'first, with "quotes"|three plain words|'
ok ssl show one
out_has 'three plain words'
fails 2 'empty' "$SSL" note one ' '
fails 3 'no such run' "$SSL" note two text
fails 2 'missing' "$SSL" note
