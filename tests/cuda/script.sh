#!/bin/sh
# device.sh runs on the test device: every stage prints its table to the end and passes, with sizes that a CPU bears.
# A stage that has too little time names what did not fit.
# Called as `sh script.sh SSL_SHIM SOURCE_DIR FAKES GOLDEN_RUNS`; FAKES holds the stand-ins for cuBLAS and cuDNN.
. "$(dirname "$0")/../cmds/lib.sh"

SSL_CUDA_LIBS=$3
GOLDEN_RUNS=$4
SSL_SOURCE_DIR=$SRC
WORK=$scratch/work
DEVICE=cuda-shim
SHIM_MEMORY=400000000
LIMIT=300
METHODS='barlow random'
PRESETS=digits
PRECISIONS=bf16
GOLDEN_RUNS_ARGS='-n 1 barlow'
LARGE='--set encoder.arch=resnet18 --set encoder.width=64 --set augment.size=32 --set optim.batch=8192'
NETS=18:2:4:16:16
BENCH_STEPS=12
TORCH_DEVICE=cpu
EPOCHS=2
SHORT=2
TRAIN='--set encoder.width=2 --set augment.size=16 --set optim.batch=16 --set projector.dims=8,8 --set optim.warmup=0
	--set eval.knn.k=3'
CELLS=2
CELL='--set encoder.width=4 --set augment.size=16 --set optim.batch=10 --set projector.dims=8,8 --set optim.epochs=2'
CELL_IMAGES=60
RECIPE=$SRC/experiments/gpu/cifar10-barlow.yaml
export SSL SSL_CUDA_LIBS GOLDEN_RUNS SSL_SOURCE_DIR WORK DEVICE SHIM_MEMORY LIMIT METHODS PRESETS PRECISIONS GOLDEN_RUNS_ARGS
export LARGE NETS BENCH_STEPS TORCH_DEVICE EPOCHS SHORT TRAIN CELLS CELL CELL_IMAGES RECIPE

# PyTorch is not among what the tests need: a stand-in answers for it
mkdir -p bin
printf '#!/bin/sh\necho eager 100 graph 200\n' >bin/python
chmod +x bin/python
PYTHON=$PWD/bin/python
export PYTHON

note 'check'
code 0 sh "$SRC/tests/cuda/device.sh" check
out_has '^barlow beside the CPU, f32 +ok '
out_has '^bf16: verify twice, and cut +ok .*the same to the last bit'
out_has '^check: 0 failed'

note 'bench'
code 0 sh "$SRC/tests/cuda/device.sh" bench
out_has '^ResNet-18, 4 of 16x16, bf16: images/s +ok .*first engines [0-9]+, tuned [0-9]+; PyTorch eager 100, graph 200; ratio [0-9.]+'
out_has '^  convolutions +[0-9.]+ ms'

note 'train and precision, on generated images in place of CIFAR-10'
ok ssl init -q "$WORK/cifar"
ok ssl -C "$WORK/cifar" data add -q cifar10 --shapes --train 32 --test 20
code 0 sh "$SRC/tests/cuda/device.sh" train
out_has '^2 epochs of Barlow Twins, bf16 +ok .*kNN [0-9.]+ %, [0-9]+ images/s'
sh "$SRC/tests/cuda/device.sh" precision >"$out" 2>"$err"
out_has '^2 epochs, tf32 +ok '
out_has '^kNN of the two within 1.5 points +(ok|FAILED) .*[0-9.]+ and [0-9.]+'

note 'sweeps'
sh "$SRC/tests/cuda/device.sh" sweeps >"$out" 2>"$err"
out_has '^share of a step in which the device computes +ok .*b = [0-9.]+'
out_has '^2 cells, four workers +ok .*[0-9]+ cells/hour'
out_has '^four workers beside one +(ok|FAILED) .*times, wanted [0-9.]+'

note 'too little time, and a program that fails'
LIMIT=0
code 0 sh "$SRC/tests/cuda/device.sh" sweeps
out_has '; did not fit: a dataset, share of a step'
LIMIT=60
code 1 env SSL=false sh "$SRC/tests/cuda/device.sh" train
out_has '^2 epochs of Barlow Twins, bf16 +FAILED'
