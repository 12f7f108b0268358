#!/bin/sh
# A shared store: a user who may only read it can read it whatever its owner's last command left, also one that was
# killed; and its files have the permissions of its folder, or of the umask.
. "$(dirname "$0")/lib.sh"

[ "$(id -u)" = 0 ] || skip 'not root: no other user to be'
command -v setpriv >/dev/null || skip 'no setpriv'
binary_for_others
setpriv --reuid=65534 --regid=65534 --clear-groups test -x "$SSL" || skip 'another user cannot run the binary'

chmod 755 "$scratch" "$scratch/here"
mkdir "$scratch/tmp"
chmod 1777 "$scratch/tmp"
# other CMD...: as a user who may only read
other()
{
	TMPDIR=$scratch/tmp setpriv --reuid=65534 --regid=65534 --clear-groups "$@"
}
# reads NAME...: what the other user reads, in files that he leaves as they are
reads()
{
	ls -lR .ssl >../before
	ok other "$SSL" sql --format csv "SELECT group_concat(name, ' ') FROM (SELECT name FROM run ORDER BY id)"
	same "$(sed 1d "$out")" "$*"
	ok other "$SSL" log --format csv --columns name
	same "$(sed 1d "$out" | sort | tr '\n' ' ')" "$([ $# = 0 ] || printf '%s\n' "$@" | sort | tr '\n' ' ')"
	ls -lR .ssl | cmp -s - ../before || fail 'a reader changed the store'
	same "$(ls "$scratch/tmp")" ''
}
modes()
{
	find "$1" -type "$2" ! -perm "$3" -exec ls -ld {} +
}

tiny='-q -m vicreg -d tiny --set encoder.arch=convnet --set encoder.width=4 --set augment.size=16 --set projector.dims=16,16 --set optim.batch=32
	--set optim.epochs=1 --set optim.warmup=0 --set eval.every=0 -j 1'

note 'the owner closed it'
ok ssl init -q
reads
ok ssl data add -q tiny --shapes --train 64 --test 20
ok ssl run $tiny --name one
[ ! -e .ssl/ssl.db-wal ] || fail 'there is a log'
reads one
for command in 'show one' 'metrics one' 'best loss' 'diff one one' 'compare one --metric loss' 'checkpoint ls one' 'data ls' 'data show tiny' \
	'plot curve one' 'report one' 'schema v_run' 'config' 'fsck' 'features one' 'sweep ls' 'log -w loss>0'; do
	case $command in
	diff*) other "$SSL" $command >"$out" 2>"$err" || [ $? = 1 ] || fail "$command: exit $?" ;;
	*) ok other "$SSL" $command ;;
	esac
done
ok other "$SSL" export -q -o "$scratch/tmp/x.tar.zst" one
ok other "$SSL" backup -q "$scratch/tmp/copy"
rm -r "$scratch/tmp/x.tar.zst" "$scratch/tmp/copy"
fails 6 'belongs to another user' other "$SSL" tag one x

note 'the owner is writing, or was killed: a log, with its index and without'
ok ssl run $tiny --name two
"$SSL" run $tiny --set optim.epochs=2000 --name three 2>/dev/null &
pid=$!
wait_until "select count(*) from run where name = 'three'" 1
kill -STOP $pid
[ -s .ssl/ssl.db-wal ] || fail 'no log'
reads one two three
kill -KILL $pid
wait $pid 2>/dev/null
reads one two three
cp -p .ssl/ssl.db-wal ../wal
rm .ssl/ssl.db-shm
reads one two three
chmod 600 .ssl/ssl.db-wal
fails 6 'ssl.db-wal: Permission denied' other "$SSL" log
chmod 644 .ssl/ssl.db-wal
: >.ssl/ssl.db-wal
ok other "$SSL" log
cp -p ../wal .ssl/ssl.db-wal
ok ssl rm -f three
reads one two

if command -v sqlite3 >/dev/null; then
	note 'a journal that was left behind is rolled back for the reader'
	sqlite3 .ssl/ssl.db 'PRAGMA journal_mode = DELETE' >/dev/null
	sqlite3 .ssl/ssl.db >/dev/null 2>&1 <<-'END'
		PRAGMA cache_size = 1;
		BEGIN;
		UPDATE run SET name = 'never-' || id;
		UPDATE param SET value = value || 'x';
		UPDATE metric SET value = 0 WHERE kind = 0;
		.shell kill -9 $PPID
	END
	[ -s .ssl/ssl.db-journal ] || fail 'no journal'
	reads one two
	[ -s .ssl/ssl.db-journal ] || fail 'a reader removed the journal'
	ok ssl tag one x
	reads one two
fi
rm -rf .ssl

note 'permissions: those of the umask'
for mask in 022:644:755 002:664:775 077:600:700 027:640:750; do
	file=${mask#*:}
	file=${file%:*}
	rm -rf s backup bundle.tar.zst
	mkdir s
	(
		umask "${mask%%:*}"
		cd s && "$SSL" init -q && "$SSL" data add -q tiny --shapes --train 64 --test 20 && "$SSL" run $tiny --name one &&
			"$SSL" config gc.age 60 && "$SSL" export -q -o ../bundle.tar.zst one && "$SSL" backup -q ../backup
	) || fail "umask ${mask%%:*}"
	modes s/.ssl f "$file" >"$out"
	modes s/.ssl d "${mask##*:}" >>"$out"
	modes backup/.ssl f "$file" >>"$out"
	modes backup/.ssl d "${mask##*:}" >>"$out"
	modes bundle.tar.zst f "$file" >>"$out"
	[ ! -s "$out" ] || fail "umask ${mask%%:*}: other permissions"
done

note 'or of the folder, which a group shares, whatever the umask of each'
rm -rf s
(umask 002 && mkdir s && chgrp 65533 s && chmod 2775 s && cd s && umask 007 && "$SSL" init -q) || fail 'init'
colleague()
{
	TMPDIR=$scratch/tmp setpriv --reuid=65532 --regid=65531 --groups=65533 sh -c "umask $1; shift; exec \"\$@\"" sh "$@"
}
cd s
mkdir -p "$HOME/.config/ssl"
echo 'safe.directory = *' >"$HOME/.config/ssl/config"
ok colleague 077 "$SSL" data add -q tiny --shapes --train 64 --test 20
ok colleague 022 "$SSL" run $tiny --name one
ok colleague 077 "$SSL" config gc.age 60
ok ssl run $tiny --name two
ok colleague 022 "$SSL" tag two x
find .ssl -type f ! -perm -660 -exec ls -l {} + >"$out"
find .ssl -type d ! -perm -770 -exec ls -ld {} + >>"$out"
find .ssl ! -group 65533 -exec ls -ld {} + >>"$out"
[ ! -s "$out" ] || fail 'a colleague cannot write to it'

note 'a store made private by an older version follows its folder'
chmod 600 .ssl/ssl.db
chmod 775 .ssl
ok ssl tag two y
same "$(stat -c %a .ssl/ssl.db)" 664
