#!/bin/sh
# `ssl run -m METHOD` for every method there is: it ends done with its terms recorded; the untrained floor is
# saved and evaluated like the others; DirectPred's buffers survive a cut.
. "$(dirname "$0")/lib.sh"

net='-d tiny --set encoder.arch=convnet --set encoder.width=4 --set augment.size=16 --set optim.batch=32 --set optim.epochs=2 --set optim.warmup=0 -j 1'
count()
{
	ssl sql --format csv "select count(*) from v_metric where run = '$1' and metric = '$2'" | tail -1
}

ok ssl init
ok ssl data add tiny --shapes --train 96 --test 20

note 'every method ends done'
for m in $(ssl methods --format tsv | sed 1d | cut -f1); do
	case $m in
	random | supervised) heads= ;;
	byol | simsiam) heads='--set projector.dims=16,16 --set predictor.dims=8,16' ;;
	*) heads='--set projector.dims=16,16' ;;
	esac
	ok ssl run -q -m "$m" $net $heads --name "the-$m"
	same "$(ssl sql --format csv "select status from v_run where name = 'the-$m'" | tail -1)" done
	[ "$(count "the-$m" test.knn.top1)" -gt 0 ] || fail "$m was not evaluated"
done
same "$(count the-simclr loss.accuracy)" 6
same "$(count the-simclr loss.entropy)" 6
same "$(count the-simsiam loss.cosine)" 6
same "$(count the-supervised loss.top1)" 6
same "$(count the-directpred tau)" 6
same "$(count the-random loss)" 0

note 'the untrained encoder is evaluated and exported like any other'
ok ssl eval -q the-random
ok ssl checkpoint export -q -o random.st the-random
[ -s random.st ] || fail 'nothing was exported'
fails 2 'projector' ssl run -m random --set projector.dims=16

note 'keys by their letters'
ok ssl run -n -m simclr $net --set simclr.τ=0.5
out_has 'temperature: 0\.5'
ok ssl run -n -m directpred $net --set directpred.ρ=0.5 --set directpred.ε=0.01
out_has 'rho: 0\.5'
out_has 'epsilon: 0\.01'
ok ssl run -n -m simsiam $net
out_has 'predictor_lr_fixed: true'
out_has 'lr: 0\.5'
fails 2 'byol.target=shared' ssl run -m byol -d tiny --set byol.stop_gradient=false

note 'DirectPred cut and resumed has the bits of one that was not'
weights()
{
	ssl checkpoint export -q -f -o "$1.st" --whole "$1"
	sha256sum <"$1.st" | cut -c1-64
}
recipe="-m directpred $net --set projector.dims=16,16 --set optim.batch=16 --set optim.epochs=10 --set checkpoint.every=1 --set directpred.every=2"
ok ssl run -q $recipe --name straight
"$SSL" run -q $recipe --name cut 2>"$err" &
pid=$!
hold_saved $pid cut
kill -TERM $pid
kill -CONT $pid
status=0
wait $pid || status=$?
same $status 75
ok ssl resume -q cut
same "$(weights straight)" "$(weights cut)"
