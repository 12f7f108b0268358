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
out_has 'device cuda-shim +cuda-shim:0 cuda-shim, driver 13.0, CUDA 13.0, cuDNN'

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
