#!/bin/sh
# `ssl run --profile` reports where the time of a step goes, and changes no result.
. "$(dirname "$0")/lib.sh"

tiny='-d tiny -m barlow --set encoder.arch=convnet --set encoder.width=4 --set augment.size=16 --set projector.dims=16,16
	--set optim.batch=16 --set optim.warmup=0 --set eval.every=0 --set eval.at_start=false'
ok ssl init
ok ssl data add tiny --shapes --train 320 --test 20
ok ssl run $tiny --set optim.epochs=2 --name plain
err_lacks 'profiled'
ok ssl run $tiny --set optim.epochs=2 --profile --name profiled
err_has 'a step takes [0-9.]+ ms; of 10 profiled steps'
for part in convolutions norms pooling heads loss augmentation optimiser idle; do
	err_has "  $part +[0-9.]+ ms +[0-9.]+ %"
done
same "$(value "select group_concat(chain, ' ') from (select chain from v_digest where run = 'profiled' order by step)")" \
	"$(value "select group_concat(chain, ' ') from (select chain from v_digest where run = 'plain' order by step)")"

note 'a run of too few steps reports nothing'
ok ssl run $tiny --set optim.batch=160 --set optim.epochs=1 --profile --name short
err_lacks 'profiled steps'
