#!/bin/sh
# What a cell of trivial work costs: 1,000 cells with 1, 2, 8 and 32 workers, each exactly once.
# Called as: sh tests/bench/bench_sweep.sh SSL_BINARY SOURCE_DIR
. "$(dirname "$0")/../cmds/lib.sh"

cells=${BENCH_CELLS:-1000}
if ssl methods --format tsv | cut -f1 | grep -qx random; then
	work='-m random --set eval.protocol=[]'
else # one step on 16 tiny images
	work='-m barlow --set projector.dims=2 --set optim.epochs=1 --set optim.warmup=0 --set optim.batch=16'
fi
work="$work -d tiny --set encoder.arch=mlp --set encoder.width=1 --set encoder.depth=1 --set eval.every=0
	--set eval.at_start=false --set checkpoint.every=0 --set exec.lease=30"

value()
{
	ssl sql --format csv "$1" | tail -1
}
now()
{
	date +%s.%N
}

ok ssl init
ok ssl data add tiny --shapes --train 16 --test 10
echo 'workers  cells  seconds  ms/cell  cpu ms/cell   runs  claims  locked'
for j in 1 2 8 32; do
	start=$(now)
	times >"$scratch/before" # not in a subshell, which has its own
	ok ssl sweep start -q --name "by-$j" -j $j $work --seeds "$cells"
	end=$(now)
	times >"$scratch/after"
	locked=$(grep -c -e locked -e busy "$err" || true)
	runs=$(value "select count(distinct run_id) from v_cell where sweep = 'by-$j' and status = 'done'")
	claims=$(value "select sum(claims) from v_cell where sweep = 'by-$j'")
	same "$runs $claims" "$cells $cells"
	sed 's/[ms]/ /g' "$scratch/before" "$scratch/after" | awk -v j=$j -v n="$cells" -v a="$start" -v b="$end" \
		-v r="$runs" -v c="$claims" -v l="$locked" 'NR % 2 == 0 { cpu = $1 * 60 + $2 + $3 * 60 + $4 - cpu }
		END { printf "%7d  %5d  %7.2f  %7.2f  %11.2f  %5d  %6d  %6d\n",
			j, n, b - a, 1000 * (b - a) / n, 1000 * cpu / n, r, c, l }'
done
exit 0
