#!/bin/sh
# All of CIFAR-10 as 60,000 JPEG files in one archive: every image arrives, in less than 700 MB of memory.
. "$(dirname "$0")/lib.sh"

data=$SRC/../shared/data
[ -r "$data/cifar10-images.tar.zst" ] || skip "no $data/cifar10-images.tar.zst"

ok ssl init
start=$(date +%s)
if [ -x /usr/bin/time ]; then
	ok /usr/bin/time -o "$scratch/time" -f %M "$SSL" data add cifar10 "$data/cifar10-images.tar.zst"
	peak=$(cat "$scratch/time")
	note "$(($(date +%s) - start)) s, peak $((peak / 1024)) MB"
	[ -n "$ASAN_OPTIONS" ] || [ "$peak" -le 716800 ] || fail "peak memory: $peak kB"
else
	ok ssl data add cifar10 "$data/cifar10-images.tar.zst"
	note "$(($(date +%s) - start)) s"
fi
err_has 'cifar10: added: 50000 train, 10000 test, 0 unlabeled images of 32x32x3, 10 classes'
ok ssl data show cifar10 --format csv
same "$(tail -n +2 "$out" | cut -d, -f3,4 | sort -u)" 5000,1000
ok ssl data verify cifar10
