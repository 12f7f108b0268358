#!/bin/sh
# For every method that there is: a run that is cut at a random step by SIGINT and resumed gives the bits of
# one that was not, at 1 and at 2 threads; and `ssl verify` confirms it, cutting it once more.
. "$(dirname "$0")/lib.sh"

tiny='-d tiny --set encoder.arch=convnet --set encoder.width=4 --set augment.size=16 --set optim.batch=16 --set optim.epochs=3
	--set optim.warmup=1 --set eval.every=1 --set checkpoint.every=2'
heads='projector.dims=16,16 predictor.dims=16,16 data.val=10 eval.split=val'

# values METHOD: the settings among $heads that the method has
values()
{
	for set in $heads; do
		ssl run -n -m "$1" --set "$set" --set data.val=10 >/dev/null 2>&1 && printf -- '--set %s ' "$set"
	done
}
chain()
{
	ssl sql --format csv "select step, chain from v_digest where run = '$1' order by 1"
}
series()
{
	ssl sql --format csv "select metric, step, printf('%.17g', value), kind from v_metric where run = '$1'
		and metric not like '%\\_s' escape '\\' order by 1, 2"
}
final()
{
	ssl checkpoint export -q -f -o final.st --whole "$1" && sha256sum <final.st | cut -c1-64
}

ok ssl init
ok ssl data add tiny --shapes --train 74 --test 20
seed=$(od -An -N2 -tu2 /dev/urandom | tr -d ' ')
note "cuts drawn with $seed"
for method in $(ssl methods --format csv | tail -n +2 | cut -d, -f1); do
	settings="$tiny $(values "$method")"
	ok ssl run -q -j 2 -m "$method" $settings --name "$method"
	steps=$(ssl sql --format csv "select step from run where name = '$method'" | tail -1)
	if [ "$steps" -eq 0 ]; then
		note "$method: takes no step"
		ok ssl verify -q "$method"
		continue
	fi
	[ "$(chain "$method" | wc -l)" -eq 4 ] || fail "$method: not a link an epoch"
	for threads in 1 2; do
		seed=$(((seed * 1103 + 12345) % 65536))
		cut=$((1 + seed % (steps - 1)))
		note "$method: cut at $cut of $steps, $threads threads"
		ok ssl verify -j $threads --cut $cut "$method"
		out_lacks '^(metric|digest|file|tensor)'
		name=$method-cut-$threads
		"$SSL" run -q -j $threads -m "$method" $settings --name "$name" 2>"$err" &
		pid=$!
		# somewhere: as soon as there is a row, and a little later
		until [ "$(ssl sql --format csv "select count(*) from run where name = '$name'" | tail -1)" -gt 0 ]; do
			kill -0 $pid 2>/dev/null || break
		done
		sleep "0.0$((seed % 9))"
		kill -INT $pid 2>/dev/null
		status=0
		wait $pid || status=$?
		case $status in
		0) note '  (it was done before the signal came)' ;;
		75) ok ssl resume -q -j $((3 - threads)) "$name" ;;
		*) fail "$name: exit code $status" ;;
		esac
		same "$(chain "$name")" "$(chain "$method")"
		series "$method" >straight.csv
		series "$name" >cut.csv
		cmp straight.csv cut.csv || fail "$name: the series differ"
		same "$(final "$name")" "$(final "$method")"
	done
done
