#!/bin/sh
# The training step beside PyTorch's, in turns, so that a busy machine slows both: images per second of each, and
# the ratio to PyTorch's faster memory format.
# Called as: sh tests/bench/bench_torch.sh B_STEP_BINARY [WIDTH [IMAGES [THREADS [ROUNDS]]]]
# Needs: python3 with PyTorch (python3-torch); PYTHON names another interpreter.
set -eu

step=$1
width=${2:-16}
images=${3:-256}
threads=${4:-2}
rounds=${5:-3}
python=${PYTHON:-/usr/bin/python3}
here=$(dirname "$0")

"$python" -c 'import torch' 2>/dev/null || {
	echo "bench_torch: $python has no PyTorch: apt install python3-torch, or set PYTHON" >&2
	exit 1
}
export OMP_NUM_THREADS="$threads"
for round in $(seq "$rounds"); do
	ours=$("$step" "$width" "$images" "$threads" 7 | sed -n 's/.*median \([0-9.]*\) .*/\1/p')
	theirs=$("$python" "$here/torch_step.py" "$width" "$images" "$threads" 7 |
		sed -n 's/.*median \([0-9.]*\) .*/\1/p' | sort -n | tail -1)
	echo "$ours $theirs" | awk '{ printf "ssl %.0f images/s, PyTorch %.0f images/s: %.2f times\n", $1, $2, $1 / $2 }'
done
