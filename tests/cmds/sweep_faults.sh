#!/bin/sh
# A full disk, a lost store and a read-only one during a sweep: the cells that they hit fail with the reason, the
# rest are run, and what is left is finished once the fault is gone.
. "$(dirname "$0")/lib.sh"

ok ssl init
ok ssl data add tiny --shapes --train 96 --test 20
small='-m barlow -d tiny --set encoder.arch=convnet --set encoder.width=4 --set augment.size=16 --set optim.batch=32 --set optim.warmup=0
	--set eval.every=0 --set eval.at_start=false'

note 'a disk that is too full for one cell'
(
	ulimit -f 16000 # files of at most 8 MB
	exec "$SSL" sweep start --name full $small --set optim.epochs=1 --set exec.retries=0 \
		--grid 'projector.dims=[8,8],[1024,1600],[16,16]'
) >"$out" 2>"$err" && fail 'a full disk was not noticed'
err_has 'full: 1 of 3 cells failed'
same "$(value "select group_concat(status) from (select status from v_cell where sweep = 'full' order by point)")" '"done,failed,done"'
same "$(value "select count(*) from v_cell where error like '%too large%' or error like '%full%' or error like '%File%'")" 1
ok ssl sweep retry full
ok ssl sweep start -q full
same "$(value "select count(*) from v_cell where sweep = 'full' and status = 'done'")" 3
same "$(value "select count(*) from run")" 4 # the one that failed is left as it is

note 'a store that is moved away, and comes back'
"$SSL" sweep start -q --name lost $small --set optim.epochs=40 --set checkpoint.every=1 --set projector.dims=64,64 \
	--set exec.retries=50 --set exec.lease=2 --grid barlow.lambda=0.01,0.02,0.03 >"$out" 2>"$err" &
supervisor=$!
wait_until "select count(*) > 0 from v_cell where sweep = 'lost' and epoch > 1" 1
mv .ssl .away
status=0
wait $supervisor || status=$?
same $status 6
err_has 'moved or deleted|No such file'
mv .away .ssl
ok ssl sweep start -q lost
same "$(value "select count(*) from v_cell where sweep = 'lost' and status = 'done'")" 3
same "$(value "select count(*) from run")" 7

note 'a store that becomes read-only: for root, who writes anywhere, it is another who runs the sweep'
as=
if [ "$(id -u)" = 0 ]; then
	as="setpriv --reuid 65534 --regid 65534 --clear-groups"
	binary_for_others
	lib_run $as env "$SSL" version
	[ "$status" = 0 ] && ! $as touch .ssl/objects/x 2>/dev/null ||
		skip 'root writes anywhere, and setpriv does not make it another (all else has passed)'
fi
if [ -n "$as" ]; then # the store is another's, and trusted
	ok ssl config --user safe.directory "$PWD"
	chmod -R a+rX "$HOME"
fi
chmod -R a-w .ssl
dry="$as $SSL sweep start -q --name dry $small --set optim.epochs=1 --set projector.dims=8,8"
fails 6 'read-only' $dry
same "$(value 'select count(*) from sweep')" 2
chmod -R u+w .ssl

note 'and while it runs: what it hits says why, and is finished afterwards'
[ -z "$as" ] || chown -R 65534:65534 "$scratch/here"
$as "$SSL" sweep start -q --name turned $small --set optim.epochs=40 --set checkpoint.every=1 --set projector.dims=64,64 \
	--set exec.retries=0 --set exec.lease=2 --grid barlow.lambda=0.01,0.02,0.03 >"$out" 2>"$err" &
supervisor=$!
wait_until "select count(*) > 0 from v_cell where sweep = 'turned' and epoch > 1" 1
chmod -R a-w .ssl/objects
status=0
wait $supervisor || status=$?
chmod -R u+w .ssl
same $status 8
same "$(value "select count(*) > 0 and count(*) = sum(error like '%Permission denied%') from v_cell where sweep = 'turned' and status = 'failed'")" 1
ok $as "$SSL" sweep retry -q turned
ok $as "$SSL" sweep start -q turned
same "$(value "select count(*) from v_cell where sweep = 'turned' and status = 'done'")" 3

note 'started by a process that ignores the end of its children'
ok $as env --ignore-signal=CHLD "$SSL" sweep start -q --name orphans $small --set optim.epochs=1 \
	--set projector.dims=8,8 --seeds 1
same "$(value "select status from v_cell where sweep = 'orphans'")" done
