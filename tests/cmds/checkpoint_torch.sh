#!/bin/sh
# `ssl checkpoint export`: the module that the manual shows loads every architecture, stem and width into PyTorch,
# and computes the same features.
. "$(dirname "$0")/lib.sh"

command -v python3 >/dev/null || skip 'no python3'
python3 -c 'import numpy, torch, safetensors.torch' 2>/dev/null ||
	skip 'no PyTorch with safetensors and NumPy: the code of ssl-checkpoint(1) was not run'

# The code as it stands in the manual: what begins with an import, up to the end of the display.
sed -n -e '/^import /,/^\.Ed$/{/^\.Ed$/!p;}' "$SRC/man/ssl-checkpoint.1" >encoder.py
for word in 'class Encoder' 'Encoder("encoder.safetensors")' 'train.images.npy'; do
	grep -qF "$word" encoder.py || fail "the manual has no $word"
done
cat >>encoder.py <<'END'
ours = numpy.load("test.npy")
assert features.shape == ours.shape, (features.shape, ours.shape)
assert abs(ours).max() > 0.1, "all features are about 0"
error = abs(features.numpy() - ours).max() / abs(ours).max()
assert error < 1e-5, error
END

ok ssl init
ok ssl data add tiny --shapes --train 64 --test 12
n=0
for encoder in 'resnet18 cifar 4' 'resnet18 imagenet 6' 'resnet50 cifar 2' 'convnet auto 5' 'mlp auto 6'; do
	n=$((n + 1))
	mkdir $n
	# shellcheck disable=SC2086  # a list of words
	set -- $encoder
	ok ssl run -q -m supervised -d tiny --set encoder.arch="$1" --set encoder.stem="$2" --set encoder.width="$3" \
		--set optim.batch=32 --set optim.epochs=1 --set eval.protocol=[] --set collapse.every=0
	ok ssl checkpoint export -q -o $n/encoder.safetensors @
	ok ssl features -q --split train --images -o $n/train.npy @
	ok ssl features -q --split test --images -o $n/test.npy @
done
note 'ResNets of both stems, of blocks and of bottlenecks, a convnet and an MLP have the same features there'
ok python3 -c 'import os
code = open("encoder.py").read()
for n in "12345":
    os.chdir(n)
    exec(code, {})
    os.chdir("..")'
