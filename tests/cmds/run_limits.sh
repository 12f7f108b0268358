#!/bin/sh
# Batch systems and limits: the signals that come before a limit leave a checkpoint; what is short is reported.
. "$(dirname "$0")/lib.sh"

tiny='--set encoder.arch=convnet --set encoder.width=4 --set augment.size=16 --set encoder.depth=1 --set projector.dims=8,8
	--set optim.batch=32 --set eval.every=0 --set guard.collapse=off
	--set checkpoint.every=1'
ok ssl init
ok ssl data add -q --shapes --train 64 --test 20 t

# limited LIMIT CMD...: under `ulimit LIMIT`
limited()
{
	limit=$1
	shift
	# shellcheck disable=SC3045,SC2086  # dash and bash both have these
	(ulimit $limit && exec "$@")
}

note 'the signals that batch systems send before a limit are as SIGTERM'
for signal in USR1 USR2 XCPU; do
	# shellcheck disable=SC2086
	"$SSL" run -q -m vicreg -d t $tiny --set optim.epochs=100000 --name "on-$signal" 2>"$scratch/run.err" &
	pid=$!
	hold_saved $pid on-$signal
	kill -s "$signal" $pid
	kill -CONT $pid
	status=0
	wait $pid || status=$?
	same "$status" 75
	same "$(value "select status from run where name = 'on-$signal'")" stopped
	ok ssl resume -n "on-$signal"
done

note 'the processor time is over: the kernel signals it every second, and the run still ends with a checkpoint'
# shellcheck disable=SC2086
code 75 limited '-S -t 2' "$SSL" run -q -m vicreg -d t $tiny --set optim.epochs=100000 --name cpu
same "$(value "select status from run where name = 'cpu'")" stopped

note 'a small stack: enlarged where that is allowed, else the reason'
ok limited '-S -s 128' "$SSL" log
fails 6 'the stack is limited to 128 kB' limited '-s 128' "$SSL" log

case $("$SSL" version -v 2>/dev/null) in
*fsanitize*) exit 0 ;; # a sanitizer needs more address space than any limit
esac
note 'no address space for the buffers of matrix products: the reason, at once, and nothing is recorded'
before=$(value 'select count(*) from run')
# shellcheck disable=SC2086
fails 6 'address space is too small' limited '-v 200000' "$SSL" run -q -j 2 -m vicreg -d t $tiny --set optim.epochs=1
same "$(value 'select count(*) from run')" "$before"
# shellcheck disable=SC2086
ok limited '-v 1000000' "$SSL" run -q -j 1 -m vicreg -d t $tiny --set optim.epochs=1

note 'no more processes: what computes nothing starts no thread, and a run does with one'
command -v setpriv >/dev/null && [ "$(id -u)" = 0 ] || skip 'setpriv, and root, make a user without processes'
binary_for_others
chown -R 65534 "$scratch"
alone()
{
	# shellcheck disable=SC3045,SC2016  # dash calls it -p
	setpriv --reuid 65534 --clear-groups sh -c '{ ulimit -u 1 2>/dev/null || ulimit -p 1; } && exec "$@"' sh "$@"
}
ok alone "$SSL" log --format csv
# shellcheck disable=SC2086
ok alone "$SSL" run -q -j 2 -m vicreg -d t $tiny --set optim.epochs=1 --name alone
same "$(alone "$SSL" sql --format csv "select status from run where name = 'alone'" | tail -1)" done
