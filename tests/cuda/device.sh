#!/bin/sh
# What only a card can show: that the CUDA backend is right on it, and how fast it is. Runs in the folder that pack.sh
# made, on a machine with a card and with PyTorch, whose wheels also hold cuBLAS and cuDNN:
#
#	sh device.sh check|bench|train|precision|sweeps|all
#
# Each stage is run alone within its time, prints a table, a line for every check, and ends with status 1 if a line
# failed; a line that fails or does not fit into the time does not keep the others from being printed. What the stages
# write is kept under $WORK, so that a later stage finds the dataset of an earlier one.
#
# For a trial without a card everything can be set in the environment: the programs (SSL, GOLDEN_RUNS, PYTHON), the
# device (DEVICE=cuda-shim, TORCH_DEVICE=cpu), the seconds of a stage (LIMIT) and the sizes below.
# shellcheck disable=SC2046,SC2086  # unquoted variables and functions are lists of words
set -u
LC_ALL=C
export LC_ALL
here=$(cd "$(dirname "$0")" && pwd)
DEVICE=${DEVICE:-cuda}
PYTHON=${PYTHON:-python3}
WORK=${WORK:-$here/work}
DATA=${DATA:-}
RECIPE=${RECIPE:-$here/experiments/cifar10-barlow.yaml}
SSL_SOURCE_DIR=${SSL_SOURCE_DIR:-$here}
TORCH_DEVICE=${TORCH_DEVICE:-cuda}
THREADS=${THREADS:-$(nproc 2>/dev/null || echo 4)}
METHODS=${METHODS:-simclr byol barlow vicreg simsiam directpred supervised random}
PRESETS=${PRESETS:-cifar imagenet byol simclr simsiam digits}
PRECISIONS=${PRECISIONS:-bf16 tf32 f32}
GOLDEN_RUNS_ARGS=${GOLDEN_RUNS_ARGS:--n 3}
LARGE=${LARGE:---set encoder.arch=resnet50 --set encoder.width=64 --set augment.size=224 --set optim.batch=8192}
NETS=${NETS:-18:64:256:32:2048 50:64:128:224:8192} # architecture:width:images:pixels:head
BENCH_STEPS=${BENCH_STEPS:-40}
BENCH_TORCH=${BENCH_TORCH:---seconds 1.5}
EPOCHS=${EPOCHS:-100}
SHORT=${SHORT:-20}
TRAIN=${TRAIN:-} # further --set of the CIFAR-10 runs
CELLS=${CELLS:-16}
CELL=${CELL:---set encoder.width=64 --set optim.batch=64 --set optim.epochs=4}
CELL_IMAGES=${CELL_IMAGES:-2000}
export SSL_SOURCE_DIR

# --- the programs, and what they are linked with ---------------------------------------------------

mkdir -p "$WORK" || exit 1
if [ -z "${SSL:-}" ]; then
	[ -d "$WORK/lib" ] || tar -C "$WORK" -xzf "$here/lib.tar.gz" || exit 1
	mkdir -p "$WORK/bin"
	# shellcheck disable=SC2016  # the shell of the new file expands these
	for p in ssl t-golden-runs; do # the libraries are for these two alone, not for Python
		printf '#!/bin/sh\nLD_LIBRARY_PATH=%s/lib${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH} exec %s/bin/%s "$@"\n' \
			"$WORK" "$here" $p >"$WORK/bin/$p"
		chmod +x "$WORK/bin/$p"
	done
	SSL=$WORK/bin/ssl
	GOLDEN_RUNS=${GOLDEN_RUNS:-$WORK/bin/t-golden-runs}
fi
if [ -z "$DATA" ]; then
	for d in "$here"/data/*; do DATA=$d; done
fi
GOLDEN_RUNS=${GOLDEN_RUNS:-}

# --- lines of a table within the time of a stage -----------------------------------------------------

now()
{
	date +%s
}

left()
{
	echo $((ends - $(now)))
}

# stage NAME SECONDS: the table's head
stage()
{
	name=$1
	limit=${LIMIT:-$2}
	started=$(now)
	ends=$((started + limit))
	failed=0
	unfit=
	log=$WORK/$name.log
	: >"$log"
	printf '\n== %s (at most %s s)\n%-46s %-12s %5s  %s\n' "$name" "$limit" what result s remarks
}

# row WHAT RESULT SECONDS REMARKS
row()
{
	printf '%-46s %-12s %5s  %s\n' "$1" "$2" "$3" "$4"
}

# within CMD...: CMD's status and output in $got, ended at the end of the stage; 124: did not fit
within()
{
	seconds=$(left)
	[ "$seconds" -ge 1 ] || return 124
	echo "+ $*" >>"$log"
	status=0
	timeout -k 2 "$seconds" "$@" >"$WORK/out" 2>"$WORK/err" || status=$?
	cat "$WORK/out" "$WORK/err" >>"$log"
	return $status
}

# line WHAT CMD...: a row that says whether CMD, a program or a function below, did its work. It leaves its remarks
# in $said.
line()
{
	what=$1
	shift
	said=
	began=$(now)
	result=124
	if [ "$(left)" -ge 1 ]; then
		"$@"
		result=$?
	fi
	case $result in
	0) row "$what" ok $(($(now) - began)) "$said" ;;
	77) row "$what" 'not here' - "$said" ;;
	124 | 137)
		unfit="$unfit${unfit:+, }$what"
		row "$what" 'did not fit' $(($(now) - began)) "$said"
		;;
	*)
		failed=$((failed + 1))
		row "$what" FAILED $(($(now) - began)) "${said:-status $result: $(tail -n 1 "$WORK/err" | cut -c1-150)}"
		;;
	esac
}

finish()
{
	printf '%s: %s failed, %s s%s; all output: %s\n' "$name" "$failed" $(($(now) - started)) \
		"${unfit:+; did not fit: $unfit}" "$log"
	[ $failed -eq 0 ]
}

# store NAME: an empty store, in which the stage works
store()
{
	rm -rf "${WORK:?}/$1"
	mkdir -p "$WORK/$1"
	"$SSL" init -q "$WORK/$1" >>"$log" 2>&1
	cd "$WORK/$1" || exit 1
}

ssl_do()
{
	within "$SSL" "$@"
}

value()
{
	"$SSL" sql --format csv "$1" 2>>"$log" | tail -n 1
}

chain()
{
	value "select chain from v_digest where run = '$1' order by step desc limit 1"
}

about()
{
	ssl_do doctor
	said=$(grep -E "device +${DEVICE%%:*} " "$WORK/out" | sed 's/  */ /g' | cut -c1-150)
	case $said in '' | *none*) return 1 ;; esac
}

# --- check --------------------------------------------------------------------------------------------

tiny='-d tiny --set encoder.arch=convnet --set encoder.width=4 --set augment.size=16 --set optim.batch=12
	--set optim.warmup=0 --set optim.epochs=2 --set eval.every=1 --set checkpoint.every=1'

heads()
{
	case $1 in
	byol | simsiam) echo '--set projector.dims=16,16 --set predictor.dims=8,16' ;;
	supervised | random) ;;
	*) echo '--set projector.dims=16,16' ;;
	esac
}

golden_runs()
{
	[ -x "$GOLDEN_RUNS" ] || return 77
	within "$GOLDEN_RUNS" -D "$DEVICE" -j "$THREADS" $GOLDEN_RUNS_ARGS || return
	said="$(grep -c 'of it:' "$WORK/out") runs"
}

# apart A B STEPS: the largest relative difference of what two runs recorded at steps 1 to STEPS, and of what
apart()
{
	value "select printf('%.1e', coalesce(max(abs(a.value - b.value) / max(abs(a.value), 1e-2)), 9)) || ' ' || a.metric
		from v_metric a join v_metric b using (metric, step) where a.run = '$1' and b.run = '$2' and step between 1 and $3
		and (metric like 'loss%' or metric in ('grad_norm', 'embedding_std'))"
}

# at_most NUMBER LIMIT
at_most()
{
	awk -v a="$1" -v b="$2" 'BEGIN { exit !(a != "" && a + 0 <= b + 0) }'
}

beside_cpu()
{
	ssl_do run -q $tiny -m "$1" $(heads "$1") --name "$1-cpu" --device cpu || return
	ssl_do run -q $tiny -m "$1" $(heads "$1") --name "$1" --device "$DEVICE" || return
	[ "$1" != random ] || return 0
	first=$(apart "$1-cpu" "$1" 1)
	tenth=$(apart "$1-cpu" "$1" 10)
	said="step 1: $first; to step 10: $tenth"
	at_most "${first%% *}" 1e-5 && at_most "${tenth%% *}" 1e-3
}

preset_views()
{
	for d in cpu "$DEVICE"; do
		ssl_do run -q $tiny -m barlow $(heads barlow) --set augment.preset="$1" --set optim.epochs=1 --set eval.every=0 \
			--name "$1-$d" --device "$d" || return
	done
	said="step 1: $(apart "$1-cpu" "$1-$DEVICE" 1)"
	at_most "${said#step 1: }" 1e-4
}

repeats()
{
	ssl_do run -q $tiny -m barlow $(heads barlow) --set precision="$1" --name "$1" --device "$DEVICE" || return
	ssl_do verify "$1" && ssl_do verify "$1" && ssl_do verify --cut 7 "$1" || return
	said=$(grep -o 'the same to the last bit' "$WORK/err" | head -n 1)
	[ -n "$said" ]
}

# The loss of the first steps beside that of f32: rounding, not another experiment
rounds()
{
	said="to step 3: $(apart f32 "$1" 3)"
	worst=$(value "select max(abs(a.value / b.value - 1)) from v_metric a join v_metric b using (metric, step)
		where a.run = 'f32' and b.run = '$1' and metric = 'loss' and step < 3")
	at_most "$worst" 0.02
}

resumed()
{
	long='--set optim.epochs=12 --set eval.every=0 --set collapse.every=0 --set checkpoint.every=1'
	ssl_do run -q $tiny -m simclr $(heads simclr) $long --name straight --device "$DEVICE" || return
	"$SSL" run -q $tiny -m simclr $(heads simclr) $long --name cut --device "$DEVICE" >>"$log" 2>&1 &
	pid=$!
	while kill -0 $pid 2>/dev/null && [ "$(value "select count(*) from checkpoint c join run r on r.id = c.run_id where r.name = 'cut'")" = 0 ]; do
		[ "$(left)" -ge 1 ] || break
	done
	kill -KILL $pid 2>/dev/null
	wait $pid 2>/dev/null
	said="killed at step $(value "select step from v_run where name = 'cut'") of $(value "select step from v_run where name = 'straight'")"
	[ "$(value "select status from v_run where name = 'cut'")" = 'done' ] || ssl_do resume -q cut || return
	[ "$(chain cut)" = "$(chain straight)" ]
}

too_large()
{
	before=$(value 'select count(*) from run')
	rc=0
	ssl_do run -q -d many -m barlow $LARGE --device "$DEVICE" || rc=$?
	[ $rc -ne 124 ] || return 124
	said=$(tail -n 1 "$WORK/err" | cut -c1-150)
	[ $rc -eq 6 ] && grep -q 'out of memory' "$WORK/err" && [ "$(value 'select count(*) from run')" = "$before" ]
}

sanitized()
{
	tool=$(command -v compute-sanitizer || ls /usr/local/cuda/bin/compute-sanitizer 2>/dev/null)
	[ -n "$tool" ] || return 77
	SSL_CUDA_GRAPHS=0
	export SSL_CUDA_GRAPHS
	rc=0
	within "$tool" --error-exitcode 9 --target-processes all "$SSL" run -q $tiny -m barlow $(heads barlow) \
		--set optim.epochs=1 --set eval.every=0 --name sanitized --device "$DEVICE" || rc=$?
	unset SSL_CUDA_GRAPHS
	said=$(grep -h 'ERROR SUMMARY' "$WORK/out" "$WORK/err" | tail -n 1)
	return $rc
}

verb_check()
{
	stage check 150
	store check
	line 'the device, by ssl doctor' about
	line 'two small datasets' ssl_do data add -q tiny --shapes --train 64 --test 20
	ssl_do data add -q many --shapes --train 8200 --test 20
	line 'too little memory is one line, nothing recorded' too_large
	line 'whole steps beside PyTorch, f32' golden_runs
	for m in $METHODS; do
		line "$m beside the CPU, f32" beside_cpu "$m"
	done
	for p in f32 bf16 tf32; do
		line "$p: verify twice, and cut" repeats $p
	done
	line 'tf32 rounds f32' rounds tf32
	line 'bf16 rounds f32' rounds bf16
	line 'killed and resumed: the same bits' resumed
	for p in $PRESETS; do
		line "views of preset $p beside the CPU" preset_views "$p"
	done
	line 'compute-sanitizer, a small run' sanitized
	finish
}

# --- bench --------------------------------------------------------------------------------------------

# rate RUN: images/s of its last epoch
rate()
{
	value "select cast(round(images_per_s) as integer) from v_run where name = '$1'"
}

over()
{
	awk -v a="$1" -v b="$2" 'BEGIN { if (a + 0 > 0 && b + 0 > 0) printf "%.2f", a / b; else printf "-" }'
}

# bench ARCH WIDTH IMAGES PIXELS HEAD PRECISION
bench()
{
	recipe=r$1-$6
	stem=cifar
	[ "$1" = 18 ] || stem=imagenet
	cat >$recipe.yaml <<-YAML
		method: barlow
		data: {set: bench}
		encoder: {arch: resnet$1, width: $2, stem: $stem}
		projector: {dims: [$5, $5, $5]}
		augment: {preset: cifar, size: $4}
		optim: {name: sgd, lr: 0.01, batch: $3, epochs: 2, warmup: 0}
		precision: $6
		eval: {every: 0, at_start: false}
		collapse: {every: 0}
		checkpoint: {every: 0}
	YAML
	first=- tuned=- eager=- graph=-
	rc=0
	ssl_do run --profile --name $recipe --device "$DEVICE" $recipe.yaml && first=$(rate $recipe) || rc=$?
	[ $rc -ne 0 ] || sed -n "s/^ssl: \\(a step takes\\)/$recipe: \\1/p; s/^ssl: \\(  [a-z]* .* %\\)\$/\\1/p" "$WORK/err" >>"$WORK/profiles"
	if [ $rc -eq 0 ] && ssl_do device tune --name $recipe --device "$DEVICE" $recipe.yaml &&
		ssl_do run --name $recipe-tuned --engines $recipe --device "$DEVICE" $recipe.yaml; then
		tuned=$(rate $recipe-tuned)
	fi
	if within "$PYTHON" "$here/bench_torch.py" --arch "$1" --width "$2" --images "$3" --pixels "$4" --head "$5" \
		--precision "$6" --device "$TORCH_DEVICE" $BENCH_TORCH; then
		read -r _ eager _ graph <"$WORK/out"
	fi
	best=$graph
	[ "$graph" != - ] || best=$eager
	said="first engines $first, tuned $tuned; PyTorch eager $eager, graph $graph; ratio $(over "$first" "$best"), tuned $(over "$tuned" "$best")"
	return $rc
}

verb_bench()
{
	stage bench 120
	store bench
	: >"$WORK/profiles"
	line 'the device, by ssl doctor' about
	most=0
	for n in $NETS; do
		n=${n#*:*:}
		[ "${n%%:*}" -le "$most" ] || most=${n%%:*}
	done
	line 'a dataset' ssl_do data add -q bench --shapes --train $((most * BENCH_STEPS)) --test 20
	for p in $PRECISIONS; do
		for n in $NETS; do
			set -- $(echo "$n" | tr : ' ')
			line "ResNet-$1, $3 of $4x$4, $p: images/s" bench "$@" "$p"
		done
	done
	echo 'where the time of a step goes, with the first engines:'
	cat "$WORK/profiles"
	finish
}

# --- train and precision ------------------------------------------------------------------------------

# The dataset is imported once; that is no part of a stage's time.
cifar()
{
	mkdir -p "$WORK/cifar"
	[ -d "$WORK/cifar/.ssl" ] || "$SSL" init -q "$WORK/cifar" >>"$log" 2>&1
	cd "$WORK/cifar" || exit 1
	began=$(now)
	"$SSL" data show cifar10 >/dev/null 2>&1 || "$SSL" data add -q cifar10 "$DATA" >>"$log" 2>&1 ||
		echo "cifar10: $(tail -n 1 "$log")"
	row 'CIFAR-10, imported before the stage' "$(value 'select count(*) from dataset')" $(($(now) - began)) "$DATA"
	started=$(now)
	ends=$((started + limit))
}

# trained NAME EPOCHS PRECISION: a run of its own each time; its kNN in $top
trained()
{
	ssl_do run -q --name "$1-$started" --device "$DEVICE" --set optim.epochs="$2" --set precision="$3" --set eval.every="$2" \
		--set checkpoint.every="$2" $TRAIN "$RECIPE" || return
	top=$(value "select printf('%.2f', knn_top1) from v_run where name = '$1-$started'")
	said="kNN $top %, $(rate "$1-$started") images/s, $(value "select printf('%.1f', seconds) from v_run where name = '$1-$started'") s"
}

verb_train()
{
	stage train 180
	cifar
	line 'the device, by ssl doctor' about
	line "$EPOCHS epochs of Barlow Twins, bf16" trained whole "$EPOCHS" bf16
	finish
}

near_each_other()
{
	said="$tf32_top and $bf16_top"
	awk -v a="$tf32_top" -v b="$bf16_top" 'BEGIN { d = a - b; exit !(a != "" && b != "" && d <= 1.5 && d >= -1.5) }'
}

verb_precision()
{
	stage precision 90
	cifar
	top=
	line "$SHORT epochs, bf16" trained bf16 "$SHORT" bf16
	bf16_top=$top
	top=
	line "$SHORT epochs, tf32" trained tf32 "$SHORT" tf32
	tf32_top=$top
	line 'kNN of the two within 1.5 points' near_each_other
	finish
}

# --- sweeps -------------------------------------------------------------------------------------------

busy()
{
	ssl_do run --profile $cell --name profiled --device "$DEVICE" || return
	idle=$(sed -n 's/^.*  idle .* \([0-9.]*\) %.*$/\1/p' "$WORK/err" | tail -n 1)
	b=$(awk -v i="$idle" 'BEGIN { if (i != "") printf "%.2f", 1 - i / 100 }')
	said="b = ${b:--}"
	[ -n "$b" ]
}

# swept WORKERS: the cells of a sweep of one recipe and many seeds, and cells per hour in $pace
swept()
{
	pace=
	since=$(date +%s.%N)
	ssl_do sweep start -q $cell --grid optim.lr=0.001,0.01 --seeds $((CELLS / 2)) --name "w$1" -j "$1" \
		--device "$DEVICE" || return
	pace=$(awk -v a="$since" -v b="$(date +%s.%N)" -v n="$CELLS" 'BEGIN { printf "%.0f", n * 3600 / (b - a) }')
	said="$pace cells/hour"
	[ "$(value "select count(*) from v_cell where sweep = 'w$1' and status = 'done'")" = "$CELLS" ]
}

scales()
{
	wanted=$(awk -v b="$b" 'BEGIN { if (b + 0 > 0) { m = 1 / b; printf "%.2f", 0.9 * (m < 4 ? m : 4) } }')
	said="$(over "$four" "$one") times, wanted ${wanted:--}"
	[ -n "$wanted" ] && at_most "$wanted" "$(over "$four" "$one")"
}

verb_sweeps()
{
	stage sweeps 60
	store sweeps
	cell="-d cells -m barlow --set encoder.arch=convnet --set augment.size=32 --set projector.dims=128,128
		--set optim.warmup=0 --set eval.every=0 --set eval.at_start=false $CELL"
	b=
	pace=
	line 'a dataset' ssl_do data add -q cells --shapes --train "$CELL_IMAGES" --test 20
	line 'share of a step in which the device computes' busy
	line "$CELLS cells, one worker" swept 1
	one=$pace
	pace=
	line "$CELLS cells, four workers" swept 4
	four=$pace
	line 'four workers beside one' scales
	finish
}

case ${1:-} in
check | bench | train | precision | sweeps) "verb_$1" ;;
all)
	bad=0
	for s in check bench train precision sweeps; do
		sh "$0" $s || bad=1
	done
	exit $bad
	;;
*)
	echo "usage: sh $0 check|bench|train|precision|sweeps|all" >&2
	exit 2
	;;
esac
