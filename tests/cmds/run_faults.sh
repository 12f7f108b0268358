#!/bin/sh
# What goes wrong around a run: files of the store that are damaged, missing or taken away, a process that is killed,
# hung up on, told twice, or overtaken while it slept, a clock that was set back, closed streams. Nothing is
# half recorded, nothing is lost, and one line says what it was.
. "$(dirname "$0")/lib.sh"

run='-m barlow -d tiny --set encoder.arch=convnet --set encoder.width=4 --set augment.size=16 --set projector.dims=16,16 --set optim.batch=32
	--set optim.warmup=0 --set eval.every=0 --set eval.at_start=false --set guard.collapse=off --set collapse.every=0'
chain()
{
	ssl sql --format csv "select step, chain from v_digest where run = '$1' order by 1"
}
# file_of SHA: where the object lies
file_of()
{
	printf '.ssl/objects/%.2s/%s' "$1" "${1#??}"
}
# flip FILE: its last byte
flip()
{
	cp "$1" "$scratch/sound"
	size=$(wc -c <"$1")
	last=$(tail -c 1 "$1" | od -An -tu1 | tr -d ' ')
	chmod u+w "$1"
	head -c $((size - 1)) "$scratch/sound" >"$1"
	printf "\\$(printf '%03o' $((last ^ 1)))" >>"$1"
}
# launch NAME EPOCHS: a run in the background, $pid; begin: and it has taken steps
launch()
{
	"$SSL" run -q $run --name "$1" --set optim.epochs=$2 $3 >"$scratch/run.out" 2>"$scratch/run.err" &
	pid=$!
}
begin()
{
	launch "$@"
	wait_until "select count(*) from run where name = '$1' and epoch > 0" 1
}
# ended WANTED: what it exits with
ended()
{
	status=0
	wait $pid 2>/dev/null || status=$?
	[ $status -eq "$1" ] || fail "exit code $status, not $1: $(cat "$scratch/run.err")"
}

ok ssl init
ok ssl data add tiny --shapes --train 64 --test 20
ok ssl run -q $run --name straight --set optim.epochs=6 --set checkpoint.every=1 --set checkpoint.keep_last=9

note 'closed streams: an error where there is something to say, and no file of ours takes their place'
code 6 sh -c '"$1" log >&-' sh "$SSL"
ok sh -c '"$1" run $2 --set optim.epochs=1 --name closed <&- >&- 2>&-' sh "$SSL" "$run"
ok ssl fsck

note 'a path that is no regular file is refused'
fails 2 'not a regular file' "$SSL" run /dev/zero
mkfifo pipe.yaml
fails 2 'pipe.yaml: not a regular file' "$SSL" run pipe.yaml
fails 2 'Is a directory' "$SSL" run .ssl
fails 2 'not a regular file' "$SSL" sweep plan pipe.yaml
rm pipe.yaml
mv .ssl/config config.kept 2>/dev/null || :
mkfifo .ssl/config
fails 2 'not a regular file' "$SSL" config
rm .ssl/config
mv config.kept .ssl/config 2>/dev/null || :

note 'a damaged or missing checkpoint: neither resumed from nor evaluated; an older one will do'
begin cut 4000 '--set checkpoint.every=1 --set checkpoint.keep_last=99999'
kill -INT $pid
ended 75
last=$(ssl checkpoint ls --format csv cut | tail -1)
sha=${last##*,}
epoch=$(echo "$last" | cut -d, -f2)
flip "$(file_of "$sha")"
fails 5 "object $(printf %.12s "$sha").*corrupt.*@epoch=" "$SSL" resume cut
fails 5 'corrupt' "$SSL" eval cut
same "$(value "select status from run where name = 'cut'")" stopped
rm -f "$(file_of "$sha")"
fails 5 'missing' "$SSL" resume cut
fails 5 'missing' "$SSL" eval cut
ok ssl resume -n "cut@epoch=$((epoch - 1))"
err_has "from step $((2 * (epoch - 1))) of"
cp "$scratch/sound" "$(file_of "$sha")"
ok ssl fsck --quick
ok ssl rm -f cut

note 'from an older checkpoint, and from the start, to the same bits'
straight=$(chain straight)
"$SSL" run -q $run --name killed --set optim.epochs=6 --set checkpoint.every=1 --set checkpoint.keep_last=9 2>/dev/null &
pid=$!
hold $pid "select count(*) from run where name = 'killed' and epoch > 1"
note '  of a run that is running it is known how long it took and will take'
same "$(value "select elapsed > 0 and eta > 0 from v_run where name = 'killed'")" 1
ok ssl show killed
out_has '^elapsed +[0-9]+[smhd]$'
out_has '^time left +[0-9]+[smhd]$'
ok ssl log
out_has '^id .* age +elapsed +eta$'
ok ssl log --format csv -w "name = 'killed'"
out_has '^id,.*,seconds,age,elapsed,eta$'
kill -KILL $pid
wait $pid 2>/dev/null || true
note '  a process that was killed is known to be dead at once'
ok ssl resume -q killed@epoch=1
same "$(chain killed)" "$straight"

note 'a damaged or missing dataset: no run on it'
runs=$(value 'select count(*) from run')
sha=$(value "select sha256 from dataset where name = 'tiny'" | tr -d '"')
flip "$(file_of "$sha")"
fails 5 'tiny|corrupt' "$SSL" run $run
fails 5 'corrupt' "$SSL" eval straight
rm -f "$(file_of "$sha")"
fails 5 'missing' "$SSL" run $run
fails 5 'missing' "$SSL" eval straight
same "$(value 'select count(*) from run')" "$runs"
cp "$scratch/sound" "$(file_of "$sha")"
ok ssl data verify

note 'hung up on, and told twice (as timeout does): a checkpoint and exit 75'
begin hup 100000
kill -HUP $pid
ended 75
begin twice 100000
kill -TERM $pid
sleep 0.05
kill -TERM $pid 2>/dev/null
ended 75
same "$(value "select count(*) from v_run where name in ('hup', 'twice') and status = 'stopped'
	and exists (select 1 from checkpoint c where c.run_id = v_run.id)")" 2
note 'whoever ignores SIGHUP goes on'
(trap '' HUP; exec "$SSL" run -q $run --name nohup --set optim.epochs=100000 >/dev/null 2>"$scratch/run.err") &
pid=$!
wait_until "select count(*) from run where name = 'nohup' and epoch > 0" 1
kill -HUP $pid
steps=$(value "select step from run where name = 'nohup'")
wait_until "select count(*) from run where name = 'nohup' and step > $steps" 1
kill -TERM $pid
ended 75

note 'a store that is taken away: no training into the void'
begin away 100000 '--set checkpoint.every=0'
mv .ssl .away
ended 6
grep -q 'ssl: .*the store was moved or deleted' "$scratch/run.err" || fail 'it does not report it'
same "$(wc -l <"$scratch/run.err" | tr -d ' ')" 1
mv .away .ssl
same "$(value "select status from run where name = 'away'")" failed
begin deleted 100000 '--set checkpoint.every=0'
cp -R .ssl .copy
rm -rf .ssl
ended 6
rm -rf .ssl
mv .copy .ssl
ok ssl fsck --quick

note 'asleep while another took its run over: it writes nothing more'
launch slept 40
hold $pid "select count(*) from run where name = 'slept' and epoch > 0"
fails 2 'it is running' "$SSL" resume slept
fails 2 'it is running' "$SSL" rm slept
sqlite3=$(command -v sqlite3)
if [ -n "$sqlite3" ]; then
	note '  silent for long, or heard of from the future: its lock says that it lives'
	for shift in -3600 86400; do
		$sqlite3 .ssl/ssl.db "update attempt set heartbeat = heartbeat + $shift where run_id = (select id from run where name = 'slept')"
		same "$(value "select status from v_run where name = 'slept'")" running
		ok ssl log -w "status = 'running'" --columns name
		grep -q slept "$out" || fail 'the run is not listed as running'
		fails 2 'its process is alive' "$SSL" resume slept
		fails 2 'it is running' "$SSL" rm slept
		fails 2 'it is running' "$SSL" rm -f slept
		ok ssl fsck --quick
		if grep -q 'stale.*slept' "$out"; then fail 'fsck takes it for dead'; fi
	done
	same "$($sqlite3 .ssl/ssl.db "select status from v_run where name = 'slept'")" stale # by the clock alone
	note '  without a lock the heartbeat decides: one in the future counts by its distance'
	mv .ssl/alive .ssl/.alive
	same "$(value "select status from v_run where name = 'slept'")" stale
	ok ssl resume -q slept
	rm -f .ssl/.alive
	kill -CONT $pid
	ended 6
	grep -Eq 'taken it over|settled' "$scratch/run.err" || fail "it does not report it: $(cat "$scratch/run.err")"
	same "$(value "select status from run where name = 'slept'")" done
	same "$(value "select count(*) from v_digest where run = 'slept'")" 40
else
	kill -CONT $pid
	ended 0
fi
ok ssl fsck

note 'killed: known to be dead at once, by its lock'
launch both 60
hold $pid "select count(*) from run where name = 'both' and epoch > 0"
same "$(value "select status from v_run where name = 'both'")" running
kill -KILL $pid
wait $pid 2>/dev/null || true
same "$(value "select status from v_run where name = 'both'")" stale
ok ssl show both
grep -q stale "$out" || fail 'show calls it running'

note 'two that resume one run at once: one of them does'
"$SSL" resume -q both 2>"$scratch/one.err" &
one=$!
"$SSL" resume -q both 2>"$scratch/two.err" &
two=$!
status=0
wait $one || status=$?
first=$status
status=0
wait $two || status=$?
case "$first $status" in
'0 2' | '2 0') ;;
*) fail "exit codes $first and $status: $(cat "$scratch/one.err" "$scratch/two.err")" ;;
esac
same "$(value "select status || ' ' || attempts from v_run where name = 'both'")" 'done 2'
same "$(value "select count(*) from v_digest where run = 'both'")" 60

note 'a worker asleep while its cell went to another: it finds nothing to do, and changes nothing'
sweep="--grid barlow.lambda=0.01,0.02 --set optim.epochs=40 --set exec.lease=1 --set exec.retries=20"
ok ssl sweep start -q $run $sweep --name s
ok ssl sweep start -q $run $sweep --name calm
[ "$(value 'select count(*) from cell where run_id is null')" -eq 0 ] || fail 'a cell without a run'
ok ssl rm -f s:1 s:2
"$SSL" worker -q s >/dev/null 2>"$scratch/run.err" &
pid=$!
hold $pid "select count(*) > 0 from cell c join run r on r.id = c.run_id join sweep w on w.id = c.sweep_id
	where w.name = 's' and r.epoch > 0"
same "$(value "select count(*) from v_cell where sweep = 's' and status = 'running'")" 1
mv .ssl/claims .ssl/.claims # as on a network file system, where no lock says that it lives
mv .ssl/alive .ssl/.alive
ok ssl worker -q s
rm -f .ssl/.claims .ssl/.alive
kill -CONT $pid
ended 0
same "$(value "select group_concat(status) from v_cell where sweep = 's'")" '"done,done"'
for cell in 1 2; do
	s=$(value "select run from v_cell where sweep = 's' and cell = $cell")
	calm=$(value "select run from v_cell where sweep = 'calm' and cell = $cell")
	same "$(chain "$s")" "$(chain "$calm")"
done

note 'gc, with no mercy for the young, beside a run'
"$SSL" run -q $run --name swept --set optim.epochs=60 --set checkpoint.every=1 >/dev/null 2>"$scratch/run.err" &
pid=$!
while kill -0 $pid 2>/dev/null; do
	"$SSL" gc -q --age 0 >/dev/null 2>&1
done
ended 0
ok ssl fsck

note 'stopped exports and backups leave nothing'
ok ssl backup -q copy
ok ssl run -q $run --name more --set optim.epochs=3 --set checkpoint.every=1
for wait in 0 0.01 0.03 0.1; do
	"$SSL" export -q -f -o b.tar.zst straight more >/dev/null 2>&1 &
	one=$!
	"$SSL" backup -q -f copy >/dev/null 2>&1 &
	two=$!
	sleep $wait
	kill -INT $one $two 2>/dev/null
	kill -TERM $one $two 2>/dev/null # a shell's background jobs may have SIGINT ignored until we ask for it
	wait $one 2>/dev/null || true
	wait $two 2>/dev/null || true
	same "$(ls | grep -c part)" 0
	same "$(ls -A .ssl/objects/tmp copy/.ssl/objects/tmp | grep -c backup)" 0
	ok ssl -C copy fsck
done

note 'a database that was emptied is not filled again in silence'
mv .ssl/ssl.db kept.db
: >.ssl/ssl.db
fails 5 'ssl.db: the database is empty' "$SSL" log
fails 5 'ssl.db: the database is empty' "$SSL" run $run
mv kept.db .ssl/ssl.db
rm -f .ssl/ssl.db-*
ok ssl fsck
