#!/bin/sh
# `ssl tag`: marks runs with words, takes them off, lists them; a word that would not stay one is refused.
. "$(dirname "$0")/lib.sh"

tiny='-q -d tiny --set encoder.arch=convnet --set encoder.width=4 --set augment.size=16 --set projector.dims=16,16 --set optim.batch=32 --set optim.epochs=1 --set optim.warmup=0 -j 1'

ok ssl init
ok ssl data add tiny --shapes --train 64 --test 16
ok ssl run -m vicreg $tiny --name one
ok ssl run -m vicreg $tiny --name two --seed 2

note 'on, seen, off'
ok ssl tag one paper table2
same "$(cat "$err")" 'ssl: one: tagged paper, table2'
ok ssl tag two paper
ok ssl tag one --format csv
same "$(sed 1d "$out" | cut -d, -f1 | tr '\n' ' ')" 'paper table2 '
ok ssl tag --format csv
same "$(sed 1d "$out" | tr '\n' ' ')" 'paper,2 table2,1 '
ok ssl log --tag table2 --columns name --format csv
same "$(sed 1d "$out")" one
ok ssl log -w "tags like '%table2%'" --columns name,tags --format csv
same "$(sed 1d "$out")" 'one,paper table2'
ok ssl tag -d one table2 never
same "$(cat "$err")" 'ssl: one: no longer tagged table2; was not tagged never'
ok ssl tag one --format csv
same "$(sed 1d "$out" | cut -d, -f1)" paper
ok ssl tag one paper
err_has 'already tagged paper'

note 'a dry run changes nothing; a tag is one word'
ok ssl tag -n one dry
ok ssl tag one
out_lacks dry
fails 2 'one word' "$SSL" tag one 'two words'
fails 2 'one word' "$SSL" tag one a,b
fails 2 'one word' "$SSL" tag one -- -x
fails 2 'missing argument TAG; usage: ssl tag' "$SSL" tag -d one
fails 3 'no such run' "$SSL" tag three paper
