#!/bin/sh
# Whole runs on the test device: ten steps of every method beside the CPU's, two epochs with evaluation, cut and resumed,
# made again by verify; every protocol, encoder and optimiser once; and a device whose memory does not suffice.
# Called as `sh whole.sh SSL_SHIM SOURCE_DIR FAKES`; FAKES holds the stand-ins for cuBLAS and cuDNN.
. "$(dirname "$0")/../cmds/lib.sh"

SSL_CUDA_LIBS=$3
export SSL_CUDA_LIBS
ok ssl init
ok ssl data add tiny --shapes --train 64 --test 20
tiny='-d tiny --set encoder.arch=convnet --set encoder.width=4 --set augment.size=16
	--set optim.batch=12 --set optim.warmup=0 --set optim.epochs=2 --set eval.every=1 --set checkpoint.every=1'
gpu='--device cuda-shim'

ok ssl doctor
out_has 'device cuda-shim +cuda-shim:0 cuda-shim, driver 13.0, CUDA 13.0, cuBLAS 13.0.0, cuDNN'

# near A B: every recorded value of two runs, as far as they are of steps: 1e-5 relative at the first, 1e-3 up to the tenth
near()
{
	same "$(value "select count(*) > 20 from v_metric a join v_metric b using (metric, step)
		where a.run = '$1' and b.run = '$2' and step between 1 and 10")" 1
	value "select coalesce(group_concat(metric || ' at step ' || step || ': ' || a.value || ' ' || b.value, '; '), 'near')
		from v_metric a join v_metric b using (metric, step)
		where a.run = '$1' and b.run = '$2' and (metric like 'loss%' or metric in ('grad_norm', 'embedding_std'))
		and step between 1 and 10
		and abs(a.value - b.value) > case step when 1 then 1e-5 else 1e-3 end * max(abs(a.value), 1e-2)"
}

for m in simclr byol barlow vicreg simsiam directpred supervised random; do
	note "$m"
	case $m in
	byol | simsiam) more='--set projector.dims=16,16 --set predictor.dims=8,16' ;;
	supervised | random) more= ;;
	*) more='--set projector.dims=16,16' ;;
	esac
	ok ssl run -q $tiny -m $m $more --name "$m-cpu"
	ok ssl run -q $tiny -m $m $more --name $m $gpu
	same "$(value "select device from v_run where name = '$m'")" cuda-shim
	[ $m = random ] || same "$(near "$m-cpu" $m)" near
	if [ $m = random ]; then
		ok ssl verify $m
	else
		ok ssl verify --cut 7 $m
	fi
	err_has 'the same to the last bit'
done

note 'every other optimiser, encoder and protocol'
for o in sgd adam adamw; do
	ok ssl run -q $tiny -m barlow --set projector.dims=16,16 --set optim.name=$o --set optim.lr=0.01 --name "$o-cpu"
	ok ssl run -q $tiny -m barlow --set projector.dims=16,16 --set optim.name=$o --set optim.lr=0.01 --name $o $gpu
	same "$(near "$o-cpu" $o)" near
done
for e in resnet18 mlp; do
	ok ssl run -q $tiny -m vicreg --set projector.dims=16,16 --set encoder.arch=$e --set eval.every=0 --set optim.epochs=1 \
		--set optim.lars_form=decay_in_norm --name "$e-cpu"
	ok ssl run -q $tiny -m vicreg --set projector.dims=16,16 --set encoder.arch=$e --set eval.every=0 --set optim.epochs=1 \
		--set optim.lars_form=decay_in_norm --name $e $gpu
	same "$(near "$e-cpu" $e)" near
done
for p in knn linear finetune; do
	ok ssl eval -q $gpu --protocol $p vicreg
	ok ssl eval -q --protocol $p vicreg-cpu
done
same "$(value "select count(distinct protocol) from v_eval where run = 'vicreg'")" 3
ok ssl features $gpu --split test -o here.npy vicreg
ok ssl features --device cpu --split test -o there.npy vicreg

note 'stopped by a signal and resumed'
long='--set optim.epochs=12 --set eval.every=0 --set collapse.every=0'
ok ssl run -q $tiny -m simclr --set projector.dims=16,16 $long --name straight $gpu
"$SSL" run -q $tiny -m simclr --set projector.dims=16,16 $long --name cut $gpu 2>"$err" &
pid=$!
hold_saved $pid cut
kill -INT $pid
kill -CONT $pid
status=0
wait $pid || status=$?
same $status 75
ok ssl resume -q cut
same "$(value "select group_concat(chain, ' ') from (select chain from v_digest where run = 'cut' order by step)")" \
	"$(value "select group_concat(chain, ' ') from (select chain from v_digest where run = 'straight' order by step)")"

note 'a sweep whose cells compute on the device; verify on another one names both'
ok ssl sweep start -q $tiny -m barlow --set projector.dims=16,16 --grid barlow.lambda=0.005,0.05 --seeds 1 --name grid $gpu
same "$(value "select group_concat(distinct status) || ' ' || count(*) from v_cell where sweep = 'grid'")" 'done 2'
same "$(value "select group_concat(distinct device) from v_run where name in (select run from v_cell where sweep = 'grid')")" cuda-shim
ok ssl verify --device cpu barlow
out_has 'environment +device .*cuda-shim: .* cpu'
err_has 'barlow: computed on another device, where bits differ: [0-9]+ losses and norms of the first 10 steps agree'
fails 2 'cut 10: on another device only the first 10 steps' "$SSL" verify --device cpu --cut 10 straight

note 'the other precisions'
for p in tf32 bf16; do
	ok ssl run -q $tiny -m barlow --set projector.dims=16,16 --set precision=$p --name $p $gpu
	same "$(value "select max(abs(a.value / b.value - 1)) < 0.02 from v_metric a join v_metric b using (metric, step)
		where a.run = 'barlow' and b.run = '$p' and metric = 'loss' and step < 3")" 1
	ok ssl verify $p
done
same "$(value "select count(distinct recipe_hash) from v_run where name in ('barlow', 'tf32', 'bf16')")" 3

note 'the memory that a run will need, and the largest batch for which it suffices'
for b in 30 60; do
	ok ssl run $tiny -m barlow --set projector.dims=64,64 --set encoder.width=16 --set optim.batch=$b --set optim.epochs=1 \
		--set collapse.every=0 --name "memory-$b" $gpu
	forecast=$(sed -n 's/.* of memory, \([0-9.]*\) MB of the device.s (enough for batches of \([0-9]*\)).*/\1 \2/p' "$err")
	held=$(value "select arena_peak from v_run where name = 'memory-$b'")
	echo "$forecast $held" | awk '{ share = $1 * 1e6 / $3; exit !($2 > 1000 && share > 0.9 && share < 1.1) }' ||
		fail "the forecast is '$forecast', and $held bytes were held"
done

note 'too little memory: one line before anything is recorded'
before=$(value 'select count(*) from run')
SHIM_MEMORY=40000000
export SHIM_MEMORY
fails 6 'cuda: out of memory: [0-9]* bytes are needed, and [0-9]* of the device.s 40000000 are free' "$SSL" run -q $tiny \
	-m barlow --set projector.dims=2048,2048,2048 $gpu
unset SHIM_MEMORY
same "$(value 'select count(*) from run')" "$before"
