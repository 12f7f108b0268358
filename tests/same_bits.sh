#!/bin/sh
# Checks that two binaries compute the same bits: `sh tests/same_bits.sh OLD_BINARY NEW_BINARY [THREADS]`. It shows
# that a refactoring changed no result.
#
# Each binary trains one short run per method, encoder, optimiser, form of a loss and protocol, and one sweep, in its
# own store. The script compares the digest chains (every recorded value and every tensor, at the end of every epoch),
# the results of evaluations, the spectra, the exported weights, the hashes of recipes and the contents of the
# dataset's file. NEW_BINARY then opens OLD_BINARY's store, checks it, verifies a run, extends the sweep and resumes a
# run. OLD_BINARY uses one thread and NEW_BINARY THREADS (two), since the number of threads never changes a result.
# The script prints what it compared, and each difference.
set -u
[ $# -eq 2 ] || [ $# -eq 3 ] || { echo "usage: sh $0 OLD_BINARY NEW_BINARY [THREADS]" >&2; exit 2; }
threads=${3:-2}
LC_ALL=C
export LC_ALL

absolute()
{
	echo "$(cd "$(dirname "$1")" && pwd)/$(basename "$1")"
}
old=$(absolute "$1")
new=$(absolute "$2")
scratch=$(mktemp -d "${TMPDIR:-/tmp}/ssl-bits.XXXXXX") || exit 1
trap 'rm -rf "$scratch"' EXIT
trap 'exit 1' HUP INT TERM
HOME=$scratch/home
export HOME
mkdir "$HOME"

# The settings of every run; then the runs, as NAME METHOD SETTING...
shared='encoder.arch=convnet encoder.width=4 encoder.depth=2 optim.batch=16 optim.epochs=2 checkpoint.every=1'
runs='
byol          byol       projector.dims=16,16 predictor.dims=8,16
byol-shared   byol       projector.dims=16,16 predictor.dims=8,16 byol.target=shared
byol-none     byol       projector.dims=16,16 predictor.dims=8,16 byol.target=none byol.symmetric=false
byol-ln       byol       projector.dims=16,16 predictor.dims=8,16 byol.normalize=ln byol.tau_schedule=constant
barlow        barlow     projector.dims=16,16
barlow-stop   barlow     projector.dims=16,16 barlow.stop_gradient=true
vicreg        vicreg     projector.dims=16,16
vicreg-paper  vicreg     projector.dims=16,16 vicreg.form=paper batch.statistics=joint
simclr        simclr     projector.dims=16,16
simclr-form   simclr     projector.dims=16,16 simclr.form=official
simsiam       simsiam    projector.dims=16,16 predictor.dims=8,16
simsiam-ema   simsiam    projector.dims=16,16 predictor.dims=16 simsiam.target=ema predictor.symmetric=true predictor.out_bias=false
directpred    directpred projector.dims=16,16
directcopy    directpred projector.dims=16,16 directpred.variant=directcopy
directset     directpred projector.dims=16,16 directpred.variant=directset directpred.form=paper
supervised    supervised
random        random
mlp           vicreg     projector.dims=16 encoder.arch=mlp encoder.width=16
resnet18      simclr     projector.dims=16 encoder.arch=resnet18
resnet34      supervised encoder.arch=resnet34 encoder.zero_gamma=true optim.epochs=1
resnet50      barlow     projector.dims=16 encoder.arch=resnet50 encoder.stem=imagenet optim.epochs=1
large         supervised encoder.width=32 encoder.depth=3 optim.batch=64 augment.size=32
large_resnet  barlow     projector.dims=64 encoder.arch=resnet18 encoder.width=24 optim.batch=32 optim.epochs=1
sgd           byol       projector.dims=16 predictor.dims=16 optim.name=sgd optim.nesterov=true
adam          vicreg     projector.dims=16 optim.name=adam optim.lr=0.002 optim.lr_scale=none
adamw         vicreg     projector.dims=16 optim.name=adamw optim.lr=0.002 optim.schedule=constant
lars          barlow     projector.dims=16 optim.name=lars optim.lars_form=A optim.warmup=1
lars-bias     barlow     projector.dims=16 optim.name=lars optim.decay_bias_norm=true optim.lars_clip=false
preset-byol   byol       projector.dims=16 predictor.dims=16 augment.preset=byol
preset-digits vicreg     projector.dims=16 augment.preset=digits augment.normalize=half
preset-simple simclr     projector.dims=16 augment.preset=simclr augment.rotate_p=0.5
heads         byol       projector.dims=16,16 predictor.dims=8,16 projector.out_norm=bn_no_beta predictor.out_norm=bn
held-out      vicreg     projector.dims=16 data.val=16 eval.split=val
protocols     simclr     projector.dims=16 eval.protocol=[knn,linear,linear-10pct,linear-1pct,finetune,finetune-10pct]
linear-sgd    simclr     projector.dims=16 eval.protocol=[linear] eval.linear.solver=sgd
'
long='--set encoder.arch=convnet --set encoder.width=4 --set encoder.depth=2 --set projector.dims=16 --set optim.batch=16
	--set optim.epochs=100 --set checkpoint.every=1'
sweep='
version: 1
sweep: grid
base: base.yaml
grid: {vicreg.lambda: [25, 1], optim.lr: [0.1, 0.3]}
seeds: 2
'

die()
{
	echo "same_bits: $*" >&2
	exit 1
}

# train BINARY THREADS: creates a store in the current folder and trains all runs in it
train()
{
	"$1" init -q && "$1" data add -q tiny --shapes --train 96 --test 32 || die "$1: no store"
	echo "$runs" | while read -r name method settings; do
		[ -n "$name" ] || continue
		arguments=
		for setting in $shared $settings; do
			arguments="$arguments --set $setting"
		done
		# shellcheck disable=SC2086  # words on purpose
		"$1" run -q -m "$method" -d tiny --name "$name" -j "$2" $arguments </dev/null ||
			die "$1: run $name exits $?"
	done || exit 1
	cat >base.yaml <<-'END'
		version: 1
		method: vicreg
		data: {set: tiny}
		encoder: {arch: convnet, width: 4, depth: 2}
		projector: {dims: [16]}
		optim: {batch: 16, epochs: 2}
	END
	echo "$sweep" >grid.yaml
	# shellcheck disable=SC2086
	"$1" run -q -m vicreg -d tiny --name long -j "$2" $long </dev/null || die "$1: run long exits $?"
	"$1" sweep start -q -j "$2" grid.yaml >sweep.log 2>&1 || die "$1: the sweep exits $?: $(cat sweep.log)"
	for cell in 1.1 1.2 2.1 2.2 3.1 3.2 4.1 4.2; do
		"$1" rename -q "grid:$cell" "grid-$cell" || die "$1: cell $cell has no run"
	done
}

# ask BINARY SQL: the rows of a query as CSV, without their header
ask()
{
	"$1" sql --format csv "$2" | sed 1d
}

# results BINARY: everything that must be the same, one line each, as WHAT,WHERE,VALUE
results()
{
	ask "$1" "SELECT 'dataset', name, sha256 FROM dataset ORDER BY 2"
	ask "$1" "SELECT 'recipe', name, recipe_hash FROM v_run ORDER BY name"
	ask "$1" "SELECT 'chain', run || ' step ' || step, metrics || ' ' || state || ' ' || chain FROM v_digest
		ORDER BY run, step"
	ask "$1" "SELECT 'metric', run || ' ' || metric || ' step ' || step, printf('%!.17g', value) FROM v_metric
		WHERE metric NOT IN ('epoch_s', 'images_per_s') ORDER BY run, metric, step"
	ask "$1" "SELECT 'eval', run || ' ' || metric || ' step ' || step, printf('%!.17g', value) FROM v_eval
		ORDER BY run, metric, step, eval_id"
	ask "$1" "SELECT 'spectrum', run || ' ' || spectrum || ' ' || step || ' ' || i, printf('%!.17g', value)
		FROM v_spectrum ORDER BY run, spectrum, step, i"
	for name in $(ask "$1" 'SELECT name FROM v_run ORDER BY name'); do
		"$1" checkpoint export -q -f --whole -o whole.st "$name" >/dev/null || die "$1: $name is not exported"
		echo "weights,$name,$(sha256sum <whole.st)"
	done
}

mkdir "$scratch/old" "$scratch/new"
(cd "$scratch/old" && train "$old" 1 && results "$old" >../old.csv) || exit 1
(cd "$scratch/new" && train "$new" "$threads" && results "$new" >../new.csv) || exit 1
[ "$(wc -l <"$scratch/old.csv")" -gt 1000 ] || die 'too few values were recorded'
cut -d, -f1 "$scratch/old.csv" | sort | uniq -c
if ! cmp -s "$scratch/old.csv" "$scratch/new.csv"; then
	diff "$scratch/old.csv" "$scratch/new.csv" | head -40
	die "$(diff "$scratch/old.csv" "$scratch/new.csv" | grep -c '^[<>]') lines differ"
fi

cd "$scratch/old" || exit 1
# OLD_BINARY is stopped in a run before NEW_BINARY brings the store up to date.
# shellcheck disable=SC2086
"$old" run -q -m vicreg -d tiny --name cut -j 1 $long </dev/null 2>/dev/null &
pid=$!
while kill -0 $pid 2>/dev/null && [ "$(ask "$old" "SELECT count(*) > 5 FROM v_digest WHERE run = 'cut'")" != 1 ]; do
	:
done
kill -TERM $pid 2>/dev/null
wait $pid
[ "$(ask "$old" "SELECT status FROM v_run WHERE name = 'cut'")" = stopped ] || die 'the run to be resumed was not stopped'
results "$old" >../before.csv

"$new" init -q || die "init of the older binary's store exits $?"
"$new" fsck -q || die "fsck of the older binary's store exits $?"
results "$new" >../read.csv
cmp -s ../before.csv ../read.csv || die 'the newer binary reads other results from the store of the older one'
"$new" verify -q byol >/dev/null || die "verify of the older binary's run exits $?"
"$new" sweep extend -q --seeds 3 grid >/dev/null && "$new" sweep start -q grid >/dev/null ||
	die "extending the older binary's sweep exits $?"

# NEW_BINARY finishes that run, which has the states of a run that was never stopped.
"$new" resume -q -j "$threads" cut >/dev/null || die "resuming the older binary's run exits $?"
for name in cut long; do
	ask "$new" "SELECT step, state FROM v_digest WHERE run = '$name' ORDER BY step" >"../$name.csv"
done
cmp -s ../cut.csv ../long.csv || die 'a run that the older binary started and the newer one resumed has other bits'
echo "same_bits: the same bits in $(wc -l <../old.csv) lines, and the newer binary continues the older store"
