#!/bin/sh
# `ssl checkpoint`: lists what is kept, and exports an encoder with torchvision's names and layouts.
. "$(dirname "$0")/lib.sh"

ok ssl init
ok ssl data add tiny --shapes --train 64 --test 20
ok ssl run -q -m barlow -d tiny --set encoder.arch=resnet18 --set encoder.width=4 --set projector.dims=16 --set optim.batch=32 \
	--set optim.epochs=3 --set checkpoint.every=1 --set checkpoint.keep_last=2 --set checkpoint.keep_best=0 --set eval.every=0 --name one

note 'keep_last keeps the newest two, and their files alone'
ok ssl checkpoint ls --format csv one
same "$(tail -n +2 "$out" | cut -d, -f2 | tr '\n' ' ')" '2 3 '
ok ssl checkpoint ls

note 'export: names and shapes of a torchvision ResNet-18'
ok ssl checkpoint export -n -o enc.safetensors one
[ ! -e enc.safetensors ] || fail '-n wrote it'
ok ssl checkpoint export -o enc.safetensors one
for name in conv1.weight bn1.running_var layer1.0.conv1.weight layer2.0.downsample.0.weight layer4.1.bn2.bias; do
	head -c 20000 enc.safetensors | grep -aq "\"$name\"" || fail "no tensor $name"
done
head -c 20000 enc.safetensors | grep -aq '"conv1.weight":{"dtype":"F32","shape":\[4,3,3,3\]' || fail 'conv1.weight is not OIHW'
head -c 20000 enc.safetensors | grep -aq 'projector' && fail 'the projector was exported too'
cp enc.safetensors first
fails 2 'exists' "$SSL" checkpoint export -o enc.safetensors one
ok ssl checkpoint export -f -o enc.safetensors one
cmp first enc.safetensors || fail 'the same checkpoint gave other bytes'
ok ssl checkpoint export --whole -o whole.safetensors one@epoch=2
head -c 40000 whole.safetensors | grep -aq '"projector.0.weight"' || fail 'no projector in a whole export'

note 'what cannot be done'
fails 2 'FILE' "$SSL" checkpoint export one
fails 2 'nosuch' "$SSL" checkpoint nosuch
fails 3 'nosuch' "$SSL" checkpoint ls nosuch
fails 6 'no/such' "$SSL" checkpoint export -o no/such/file one
