#!/bin/sh
# Packs all that device.sh needs on a machine with a card into one folder: no network, compiler or library but libc and
# PyTorch's wheels is needed there.
#
#	cmake -B build/card -DCMAKE_BUILD_TYPE=Release -DSSL_CUDA=ON -DSSL_NATIVE=OFF
#	cmake --build build/card --target ssl t-golden-runs
#	sh tests/cuda/pack.sh build/card cifar-10-binary.tar.gz OUT
#
# BUILD may be any build with these two programs. The dataset is an archive or a folder of CIFAR-10, as `ssl data add`
# takes it; if the folder becomes larger than 64 MiB, that is an error.
set -eu
[ $# -eq 3 ] || { echo "usage: sh $0 BUILD DATA OUT" >&2; exit 2; }
here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
build=$(cd "$1" && pwd)
data=$2
out=$3
[ ! -e "$out" ] || { echo "$out: exists" >&2; exit 2; }
golden=$build/tests/t-golden-runs
for f in "$build/ssl" "$golden" "$data"; do
	[ -e "$f" ] || { echo "$f: not there" >&2; exit 2; }
done

mkdir -p "$out/lib" "$out/bin" "$out/data" "$out/tests/golden/runs" "$out/experiments"
for f in "$build/ssl" "$golden"; do
	strip -o "$out/bin/$(basename "$f")" "$f"
done
# what they are linked with, without the parts of libc, which belong to the kernel and the loader of that machine
ldd "$build/ssl" "$golden" | awk '$2 == "=>" && $3 ~ /^\// { print $3 }' | sort -u |
	grep -vE '/(libc|libm|libdl|libpthread|librt|libresolv|ld-linux[^/]*)\.so' | while read -r lib; do
	cp -L "$lib" "$out/lib/"
done
tar -C "$out" -czf "$out/lib.tar.gz" lib # the tables of libicudata alone are 30 MB
rm -r "${out:?}/lib"
cp -R "$data" "$out/data/"
cp "$top"/tests/golden/runs/*.safetensors "$out/tests/golden/runs/"
cp "$top/experiments/gpu/cifar10-barlow.yaml" "$out/experiments/"
cp "$here/device.sh" "$here/bench_torch.py" "$out/"

size=$(du -sk "$out" | cut -f1)
[ "$size" -le 65536 ] || { echo "$out: $size KiB, more than 64 MiB: give fewer images" >&2; exit 1; }
echo "$out: $size KiB; there: sh device.sh check"
