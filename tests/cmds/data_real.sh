#!/bin/sh
# `ssl data add` of real files: a CIFAR-10 binary archive and MNIST's test digits.
. "$(dirname "$0")/lib.sh"

data=$SRC/../shared/data
[ -r "$data/cifar-10-binary-mini.tar.gz" ] || skip "no $data/cifar-10-binary-mini.tar.gz"

ok ssl init
ok ssl data add mini "$data/cifar-10-binary-mini.tar.gz"
err_has 'mini: added: 3000 train, 1000 test, 0 unlabeled images of 32x32x3, 10 classes'
ok ssl data show mini --format csv
out_has '^0,airplane,[0-9]+,[0-9]+$'
out_has '^9,truck,[0-9]+,[0-9]+$'
mkdir plain && tar xzf "$data/cifar-10-binary-mini.tar.gz" -C plain
ok ssl data add unpacked plain
same "$(ssl sql --format csv 'SELECT count(*), count(DISTINCT sha256) FROM dataset' | tail -1)" 2,1

ok ssl data add digits "$data/t10k-images-idx3-ubyte.gz"
err_has 'digits: added: 10000 train, 0 test, 0 unlabeled images of 28x28x1, 10 classes'
ok ssl data show digits --format csv
same "$(tail -n +2 "$out" | cut -d, -f3 | tr '\n' ' ')" '980 1135 1032 1010 982 892 958 1028 974 1009 ' # known counts
ok ssl data verify
