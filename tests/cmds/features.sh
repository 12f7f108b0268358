#!/bin/sh
# `ssl features`: features, labels and images as NumPy files or CSV, the same bytes again.
. "$(dirname "$0")/lib.sh"

tiny='-q --set encoder.arch=convnet --set encoder.width=4 --set augment.size=16 --set projector.dims=12,8 --set optim.batch=32
	--set optim.epochs=2 --set optim.warmup=0 --set checkpoint.every=1 --set eval.every=0 -j 1'

# header FILE: the text of a .npy file's header
header()
{
	head -c 512 "$1" | tail -c +11 | head -1
}

# bytes FILE OFFSET N: as numbers
bytes()
{
	od -An -v -tu1 -j "$2" -N "$3" "$1" | tr -s ' \n' ' ' | sed 's/^ //; s/ $//'
}

ok ssl init
ok ssl data add tiny --shapes --train 64 --test 20
ok ssl run -m vicreg -d tiny $tiny --name one

note 'NumPy files'
ok ssl features -n --split test -o t.npy one
err_has 'would be written: features of one at epoch 2: 20 images of split test, 32 values each'
[ ! -e t.npy ] || fail '-n wrote it'
ok ssl features --split test --images -o t.npy one
same "$(ls t.*)" "$(printf 't.classes.json\nt.images.npy\nt.labels.npy\nt.npy')"
same "$(bytes t.npy 0 8)" '147 78 85 77 80 89 1 0'
header t.npy | grep -q "^{'descr': '<f4', 'fortran_order': False, 'shape': (20, 32), } *$" || fail "$(header t.npy)"
header t.labels.npy | grep -q "'<i8'.*(20,)" || fail "$(header t.labels.npy)"
header t.images.npy | grep -q "'|u1'.*(20, 32, 32, 3)" || fail "$(header t.images.npy)"
same "$(wc -c <t.npy | tr -d ' ')" $((128 + 20 * 32 * 4))
same "$(wc -c <t.labels.npy | tr -d ' ')" $((128 + 20 * 8))
same "$(wc -c <t.images.npy | tr -d ' ')" $((128 + 20 * 32 * 32 * 3))
grep -q '^\["[a-z]*"\(, "[a-z]*"\)\{9\}\]$' t.classes.json || fail "$(cat t.classes.json)"

note 'the same values as CSV'
ok ssl features --split test --images one
mv "$out" t.csv
same "$(head -1 t.csv | cut -d, -f1-5,34-36)" 'index,label,class,f0,f1,f30,f31,p0'
same "$(wc -l <t.csv | tr -d ' ')" 21
same "$(sed 1d t.csv | cut -d, -f2 | tr '\n' ' ')" "$(od -An -v -td8 -j 128 t.labels.npy | tr -s ' \n' ' ' | sed 's/^ //')"
same "$(sed -n 2p t.csv | cut -d, -f36-41 | tr , ' ')" "$(bytes t.images.npy 128 6)"
sed 1d t.csv | cut -d, -f4-35 | tr , '\n' >from_csv
od -An -v -tf4 -w4 -j 128 t.npy | tr -d ' ' >from_npy
paste from_csv from_npy | awk '{ d = $1 - $2; if (d < 0) d = -d; if (d > 1e-5 * ($1 < 0 ? -$1 : $1) + 1e-9) exit 1 }' ||
	fail 'CSV and .npy differ'

note 'the same bytes again, at any number of threads; never over a file without -f'
cp t.npy first.npy
fails 2 't.npy: exists already' "$SSL" features --split test -o t.npy one
rm t.npy
fails 2 't.labels.npy: exists already' "$SSL" features --split test -o t.npy one
ok ssl features -f --split test -o t.npy -j 2 one
cmp t.npy first.npy || fail 'other bytes'
[ ! -e t.images.npy ] || fail 'the images of the older export were left beside it'
ok ssl features --split test -o t2.csv one
fails 2 't2.csv: exists already' "$SSL" features --split test -o t2.csv one
cut -d, -f1-35 t.csv | cmp - t2.csv || fail 'a CSV file is not what is printed'

note 'checkpoint, layer and split'
ok ssl features --split test -o early.npy one@epoch=1
cmp -s early.npy first.npy && fail 'another checkpoint has the same features'
ok ssl features --split test --untrained -o untrained.npy one
cmp -s untrained.npy early.npy && fail 'the untrained encoder has the same features'
ok ssl features --split test --embedding one
same "$(head -1 "$out")" 'index,label,class,z0,z1,z2,z3,z4,z5,z6,z7'
ok ssl features --split train -o train.npy one
header train.npy | grep -q '(64, 32)' || fail "$(header train.npy)"
ok ssl run -m vicreg -d tiny $tiny --set data.val=10 --set optim.batch=16 --name held
ok ssl features held
same "$(wc -l <"$out" | tr -d ' ')" 11
ok ssl features --split train held
same "$(wc -l <"$out" | tr -d ' ')" 55
ok ssl run -q -m random -d tiny --set encoder.arch=convnet --set encoder.width=4 --set augment.size=16 --set eval.every=0 --name floor
ok ssl features floor
fails 2 'method random has no projector' "$SSL" features --embedding floor

note 'images without labels'
mkdir pictures
for i in 1 2 3 4 5 6 7 8; do
	base64 -d >pictures/$i.png <<'END'
iVBORw0KGgoAAAANSUhEUgAAABAAAAAQCAAAAAA6mKC9AAAAHUlEQVR42mNgYJCTs7GJiqqomDZty5ZLlxhGtgAAkTppAcI3Re8AAAAASUVORK5CYII=
END
done
ok ssl data add -q photos pictures
ok ssl run -m vicreg -d photos $tiny --set optim.batch=4 --name alone
split=$(value "SELECT CASE WHEN n_train > 0 THEN 'train' ELSE 'unlabeled' END FROM dataset WHERE name = 'photos'")
ok ssl features -o p.npy --split "$split" alone
err_has 'no labels'
same "$(ls p.*)" p.npy
ok ssl features --split "$split" alone
out_has '^0,,,-?[0-9]'
rm p.npy
printf old >p.labels.npy
fails 2 'p.labels.npy: exists' "$SSL" features -o p.npy --split "$split" alone
ok ssl features -f -o p.npy --split "$split" alone
[ ! -e p.labels.npy ] || fail 'labels of another export seem to be of this one'

note 'what cannot be done'
fails 2 "no images of split unlabeled" "$SSL" features --split unlabeled one
fails 2 "'all' is not" "$SSL" features --split all one
fails 2 'must end in .npy or .csv' "$SSL" features -o x.npz one
fails 2 'format is csv' "$SSL" features --json one
fails 3 nosuch "$SSL" features nosuch
fails 6 'no/such.npy' "$SSL" features -o no/such.npy one
ls -a | grep -q '\.tmp' && fail 'a temporary file was left'

if python3 -c 'import numpy' 2>/dev/null; then
	note 'numpy reads it'
	ok ssl features -f --split test --images -o t.npy one
	python3 -c '
import json, numpy as np
x, y, p = (np.load("t%s.npy" % s) for s in ("", ".labels", ".images"))
assert x.shape == (20, 32) and x.dtype == np.float32 and np.isfinite(x).all()
assert y.shape == (20,) and y.dtype == np.int64 and len(json.load(open("t.classes.json"))) == y.max() + 1 == 10
assert p.shape == (20, 32, 32, 3) and p.dtype == np.uint8' || fail 'numpy does not read it'
fi

note 'data of its own that was removed is made again aside: a command that reads adds nothing to the store'
ok ssl run -q -m random -d shapes --set encoder.arch=convnet --set encoder.width=4 --set eval.every=0 --set eval.at_start=false \
	-j 1 --name on-shapes
ok ssl data rm -q -f shapes
ok ssl features -o shapes.npy --split test on-shapes
[ -s shapes.npy ] || fail 'no features'
same "$(value "select count(*) from dataset where name = 'shapes' and removed is null")" 0
