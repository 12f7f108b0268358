#!/bin/sh
# -n of every command: it ends as the command itself does, with the same message where that is refused, changes no
# byte of the store, makes no file, and needs no permission to write.
. "$(dirname "$0")/lib.sh"

as=
binary_for_others
if [ "$(id -u)" = 0 ] && setpriv --reuid=65534 --regid=65534 --clear-groups test -x "$SSL" 2>/dev/null; then
	as='setpriv --reuid=65534 --regid=65534 --clear-groups'
elif [ "$(id -u)" = 0 ]; then
	note 'another user cannot be tried here: no setpriv, or the binary is not for others'
fi
chmod 755 "$scratch" "$scratch/here"
mkdir "$scratch/tmp"
chmod 1777 "$scratch/tmp"

# as_reader CMD...: as a user who may only read, who is also not the owner where we are root
as_reader()
{
	reader_rc=0
	[ -n "$as" ] || chmod -R a-w .ssl
	TMPDIR=$scratch/tmp $as "$@" || reader_rc=$?
	[ -n "$as" ] || chmod -R u+w .ssl
	return $reader_rc
}
# digest: of all that is here, but for the index of a log, which is made anew from the log
digest()
{
	find . -path ./real -prune -o ! -name '*-shm' -type f -exec sha256sum {} + | sort
	find . -path ./real -prune -o -print | sort
}
# reason FILE: the line that says why, whichever store it is of
reason()
{
	grep '^ssl: ' "$1" | tail -1 | sed "s,$scratch/here/real,$scratch/here,g; s,real/,,g; s/[0-9.]* s ago/S ago/"
}
# alike COMMAND...: with -n and without, and with -n for who may only read
alike()
{
	case $1 in
	doctor | help | version | methods | completion) ;; # these use no store
	*) covered="$covered $1" ;;
	esac
	digest >../before
	lib_run "$SSL" "$@" -n
	dry=$status
	cp "$out" ../dry.out
	reason "$err" >../dry.err
	[ "$dry" -lt 100 ] || fail "exit code $dry"
	digest | cmp -s - ../before || fail "-n changed something: $(digest | diff ../before - | head -3)"
	lib_run as_reader "$SSL" "$@" -n
	[ "$status" = "$dry" ] || fail "for who may only read exit code $status, for the owner $dry"
	digest | cmp -s - ../before || fail "-n changed something: $(digest | diff ../before - | head -3)"
	same "$(ls "$scratch/tmp")" ''
	rm -rf real
	mkdir real
	cp -Rp .ssl real/.ssl
	lib_run "$SSL" -C real "$@"
	[ "$status" = "$dry" ] || fail "exit code $status, and with -n $dry: $(cat ../dry.err)"
	[ "$status" = 0 ] || same "$(cat ../dry.err)" "$(reason "$err")"
	rm -rf real out.* copy
}
# refused CODE 'REGEX' COMMAND...: alike, and so
refused()
{
	refused_code=$1
	refused_regex=$2
	shift 2
	alike "$@"
	same "$status" "$refused_code"
	[ -z "$refused_regex" ] || err_has "$refused_regex"
}

recipe='-m vicreg -d tiny --set encoder.arch=convnet --set encoder.width=4 --set projector.dims=16,16 --set optim.batch=32
	--set optim.warmup=0 --set eval.every=0 --set collapse.every=0 -j 1'
ok ssl init -q
ok ssl data add -q tiny --shapes --train 64 --test 20
ok ssl data add -q other --shapes --train 32 --test 20
ok ssl run -q $recipe --set optim.epochs=1 --name one
ok ssl run -q $recipe --set optim.epochs=1 --seed 2 --name two --tag old
"$SSL" run -q $recipe --set optim.epochs=20000 --set checkpoint.every=1 --name cut 2>"$err" &
pid=$!
hold_saved $pid cut
kill -INT $pid
kill -CONT $pid
wait $pid 2>/dev/null || true
same "$(value "select status from v_run where name = 'cut'")" stopped
ok ssl sweep start -q $recipe --set optim.epochs=1 --seeds 1,2 --name pair
ok ssl rm two
ok ssl export -q -o ../one.tar.zst one
ok ssl schema --pivot mine
ok ssl config gc.age 3600
echo waste >.ssl/objects/tmp/.tmp-abc
touch -d '2 days ago' .ssl/objects/tmp/.tmp-abc

note 'every command, where it works and where it is refused'
covered=
alike init
alike init sub
alike data add u --shapes --train 32 --test 10
alike data add -f tiny --shapes --seed 9 --train 32 --test 10
refused 2 'taken by other content' data add tiny --shapes --seed 9 --train 32 --test 10
alike data ls
alike data show tiny
alike data rm other
refused 2 'runs used it' data rm tiny
alike data rm -f tiny
refused 3 'no such dataset' data rm nothing
alike data verify
alike run $recipe --set optim.epochs=1 --name new --tag a
refused 2 'taken by run' run $recipe --set optim.epochs=1 --name one
refused 2 'one word' run $recipe --set optim.epochs=1 --tag 'a b'
refused 2 'optim.batch' run $recipe --set optim.epochs=1 --set optim.batch=1000
refused 3 'no such dataset' run $recipe --set optim.epochs=1 -d nothing
refused 2 'it is done' resume one
refused 2 'the recipe differs' resume cut --set seed=7
refused 3 'no such run' resume nothing
alike eval one
refused 2 'no such protocol' eval one --protocol no
alike sweep plan $recipe --seeds 2
refused 2 'nothing to add: give --grid or --seeds' sweep extend pair
alike sweep extend pair --seeds 3
alike sweep pause pair
alike sweep retry pair
refused 3 'no' sweep retry nothing
alike sweep status pair
alike sweep show pair
alike sweep ls
alike worker pair
alike verify one
alike device ls
printf 'method: vicreg\ndata: {set: tiny}\n' >"$scratch/tune.yaml"
chmod a+r "$scratch/tune.yaml"
refused 2 'there is nothing to choose' device tune --device cpu "$scratch/tune.yaml"
refused 3 'there is none' device show nothing
refused 3 'there is none' device rm nothing
alike log
alike show one
refused 1 '' diff one cut
alike compare one pair --metric loss
alike best loss
alike metrics one
alike plot curve one -o out.svg
alike report one -o out.html
alike sql 'select 1'
refused 2 'only read' sql 'delete from run'
alike schema
alike schema -f --pivot mine
refused 2 'it exists' schema --pivot mine
alike schema --drop mine
refused 3 'no such view' schema --drop nothing
alike tag one x
alike tag -d one x
refused 2 'one word' tag one 'a b'
alike note one something
refused 2 'empty' note one ' '
alike rename one uno
refused 2 'taken by run .*in the trash' rename one two
refused 2 '' rename one 12
alike rm one cut
alike rm -f pair:1.1
alike rm --restore two
refused 3 '' rm --restore one
refused 3 '' rm one nothing
alike export -o out.tar.zst one
refused 2 'inside the store|store' export -f -o .ssl/ssl.db one
alike import ../one.tar.zst
refused 2 'No such file' import ../none.tar.zst
echo "no bundle" >text.md
refused 5 'manifest|bundle' import text.md
alike checkpoint ls one
alike checkpoint export -o out.st one
refused 3 'no checkpoint' checkpoint export -o out.st cut@epoch=0
alike features one -o out.npy
alike gc
alike gc --age 0
alike fsck
alike fsck --fix
alike backup copy
ok ssl backup -q ../backup
refused 2 'exists already' backup ../backup
alike backup -f ../backup
alike config gc.age
alike config gc.age 10
refused 2 'not a number of seconds' config gc.age soon
alike config --unset gc.age
refused 2 'is not a key' config no 1
alike methods
alike completion bash
alike help run
alike version
for command in $(sed -n 's/^    &cmd_\([a-z]*\),$/\1/p' "$SRC/cmds/cmds.c"); do
	case " $covered doctor help version methods completion " in
	*" $command "*) ;;
	*) fail "$command is not tried" ;;
	esac
done

note 'what can be resumed is reported, with the step where it would continue'
ok ssl resume -n cut
err_has '^ssl: cut: would continue from step [0-9]+ of 40000'

note 'data that was replaced'
cp -Rp .ssl ../whole
ok ssl data add -q -f tiny --shapes --seed 9 --train 64 --test 20
refused 6 'content differs from that of the run' resume cut
refused 6 'content differs from that of the run' eval one
refused 6 'content differs from that of the run' features one
restore()
{
	rm -rf .ssl
	cp -Rp ../whole .ssl
}

note 'data that was removed'
restore
ok ssl data rm -q -f tiny
refused 3 'no such dataset' run $recipe --set optim.epochs=1
refused 3 'no such dataset' resume cut
refused 3 'no such dataset' eval one

note 'files that are gone'
for what in dataset checkpoint; do
	restore
	for sha in $(ssl sql --format csv "select sha256 from object where id in (select object_id from $what)" | tail -n +2); do
		rm -f ".ssl/objects/$(echo "$sha" | cut -c1-2)/$(echo "$sha" | cut -c3-)"
	done
	refused 5 'missing' resume cut
	refused 5 'missing' eval one
	refused 5 'missing' features one
	refused 5 'missing' export -o out.tar.zst one
	refused 5 'missing' backup copy
	refused 5 'damaged' fsck
	refused 5 'damaged' fsck --fix
	[ $what = checkpoint ] || refused 5 'missing' run $recipe --set optim.epochs=1
	[ $what = dataset ] || refused 5 'missing' checkpoint export -o out.st one
	alike data add u --shapes --train 32 --test 10
	alike import ../one.tar.zst
done

note 'a summary that --fix would rebuild, objects of another store, a store of nothing'
restore
if command -v sqlite3 >/dev/null; then
	ok sqlite3 .ssl/ssl.db 'update metric_summary set last = 77'
	refused 5 'damaged' fsck
	alike fsck --fix
	restore
	echo 00000000-0000-0000-0000-000000000000 >.ssl/objects/store
	refused 5 'belongs to another store' gc
	refused 5 'belongs to another store' tag one x
	alike log
fi
restore
: >.ssl/ssl.db
refused 5 'empty' tag one x
fails 5 'belongs to another store' ssl init
fails 5 'belongs to another store' ssl init -n
rm .ssl/objects/store
alike init
