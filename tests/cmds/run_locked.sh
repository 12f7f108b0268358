#!/bin/sh
# Another program holds the database: a run that trains waits for minutes, keeps its values, and warns.
. "$(dirname "$0")/lib.sh"

sqlite3=$(command -v sqlite3) || skip 'no sqlite3'
tiny='-m vicreg -d t --set encoder.arch=convnet --set encoder.width=4 --set augment.size=16 --set encoder.depth=1 --set projector.dims=8,8
	--set optim.batch=32 --set eval.every=0 --set guard.collapse=off --set optim.epochs=60'
ok ssl init
ok ssl data add -q --shapes --train 64 --test 20 t
# shellcheck disable=SC2086
ok ssl run -q $tiny --name calm

note 'the database is locked for many times what a command waits'
mkfifo "$scratch/orders"
# shellcheck disable=SC2086
SSL_BUSY_MS=200 "$SSL" run -q $tiny --name patient 2>"$scratch/run.err" &
pid=$!
hold $pid "select count(*) from run where name = 'patient' and epoch > 2"
"$sqlite3" .ssl/ssl.db <"$scratch/orders" >"$scratch/held" &
holder=$!
exec 9>"$scratch/orders"
echo 'pragma busy_timeout = 60000; begin immediate; select 1;' >&9
lib_i=0
until grep -q 1 "$scratch/held" && grep -c . "$scratch/held" | grep -q 2; do
	lib_i=$((lib_i + 1))
	[ $lib_i -lt 3000 ] || fail 'sqlite3 does not get the lock'
	sleep 0.02
done
kill -CONT $pid
lib_i=0
until grep -q 'locked' "$scratch/run.err"; do # after what a command waits it warns, and goes on waiting
	kill -0 $pid 2>/dev/null || fail "it ended: $(cat "$scratch/run.err")"
	lib_i=$((lib_i + 1))
	[ $lib_i -lt 3000 ] || fail 'no warning'
	sleep 0.02
done
echo 'commit;' >&9
exec 9>&-
wait $holder
status=0
wait $pid || status=$?
same "$status" 0
same "$(value "select status from run where name = 'patient'")" done
[ "$(wc -l <"$scratch/run.err")" -le 3 ] || fail "too many warnings: $(cat "$scratch/run.err")"

note 'nothing was lost: the series and the chain of digests are those of the run beside which nobody was'
for run in calm patient; do
	value "select count(*) from metric m join run r on r.id = m.run_id join metric_name n on n.id = m.name_id
		where r.name = '$run' and n.name like 'loss%'" >"$scratch/n-$run"
	ssl sql --format csv "select step, chain from v_digest where run = '$run' order by 1" >"$scratch/chain-$run"
done
ok cmp "$scratch/n-calm" "$scratch/n-patient"
ok cmp "$scratch/chain-calm" "$scratch/chain-patient"
ok ssl fsck

note 'who only records something gives up as always'
exec 9<>"$scratch/orders"
"$sqlite3" .ssl/ssl.db <"$scratch/orders" >"$scratch/held" &
holder=$!
echo 'pragma busy_timeout = 60000; begin immediate; select 1;' >&9
lib_i=0
until grep -c . "$scratch/held" | grep -q 2; do
	lib_i=$((lib_i + 1))
	[ $lib_i -lt 3000 ] || fail 'sqlite3 does not get the lock'
	sleep 0.02
done
fails 4 'database is busy' env SSL_BUSY_MS=50 "$SSL" tag calm x
echo '.quit' >&9
exec 9>&-
wait $holder
