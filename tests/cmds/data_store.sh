#!/bin/sh
# `ssl data add` when the store is the trouble: a full disk, a read-only store, signals, two imports at once. What is
# not added whole leaves nothing.
. "$(dirname "$0")/lib.sh"

# clean: no dataset, no object, no temporary file in the store at $1
clean()
{
	left=$(find "$1/.ssl/objects" -type f ! -name store)
	[ -z "$left" ] || fail "files were left: $left"
	same "$(ssl -C "$1" sql --format csv 'SELECT (SELECT count(*) FROM dataset), (SELECT count(*) FROM object)' |
		tail -1)" 0,0
}

# 2 MB of a dataset; and one of holes, that --size makes 20 GB of: no test lets it come so far, and limited() sees to it
mkdir c long
truncate -s $((700 * 3073)) c/data_batch_1.bin
truncate -s $((100000 * 3073)) long/data_batch_1.bin
limited()
{
	ulimit -f 1000000 # of 512 bytes
	exec "$@"
}

note 'a limit on the size of files, met in the spool, in the dataset file, and by shapes'
ok ssl init
for blocks in 1000 3000; do # of 512 bytes
	fails 6 'write: File too large' sh -c "ulimit -f $blocks; exec \"$SSL\" data add big c"
	clean .
done
fails 6 'write: File too large' sh -c "ulimit -f 1000; exec \"$SSL\" data add big --shapes --train 1000 --test 10"
clean .

note 'a full disk; a read-only store'
if [ "$(id -u)" = 0 ] && mkdir disk && mount -t tmpfs -o size=3500k none disk 2>"$err"; then
	trap 'cd /; umount "$scratch/here/disk"; lib_end' EXIT
	ok ssl -C disk init
	fails 6 'write: No space left' "$SSL" -C disk data add big "$PWD/long"
	clean disk
	fails 6 'write: No space left' "$SSL" -C disk data add big "$PWD/c" # when the spool is full already
	clean disk
	ok mount -o remount,size=20m disk
	ok ssl -C disk data add big "$PWD/c"
	ok mount -o remount,ro disk
	fails 6 'read-only|Read-only' "$SSL" -C disk data add other --shapes --train 10
	fails 6 'read-only|Read-only' "$SSL" -C disk data rm big
	ok ssl -C disk data verify big
	same "$(find disk/.ssl/objects -type f ! -name store | wc -l | tr -d ' ')" 1
	umount disk
	trap lib_end EXIT
elif [ "$(id -u)" != 0 ]; then
	mkdir disk && ok ssl -C disk init
	chmod -R a-w disk/.ssl
	fails 6 'read-only|Read-only|Permission denied' "$SSL" -C disk data add big "$PWD/c"
	chmod -R u+w disk/.ssl
	clean disk
else
	note 'no tmpfs can be mounted here: these two were not tried'
fi

note 'stopped by a signal: the exit of one who was killed, and nothing left'
# stopped SIGNAL CODE ARG...: an import that gets the signal when it has a file in the store; while we look, it does
# not go on
stopped()
{
	signal=$1 wanted=$2
	shift 2
	limited "$SSL" data add big "$@" >"$out" 2>"$err" &
	pid=$!
	last="ssl data add big $*, killed by $signal"
	until kill -STOP $pid && ls -l /proc/$pid/fd 2>/dev/null | grep -q 'objects/tmp/'; do
		kill -CONT $pid || fail 'the import ended before' # no sleep: it would write far on
	done
	kill -"$signal" $pid
	kill -CONT $pid
	status=0
	wait $pid || status=$?
	same "$status" "$wanted"
	clean .
}
if [ -d "/proc/$$/fd" ]; then
	for try in TERM:143 HUP:129 INT:130; do
		stopped "${try%:*}" "${try#*:}" --size 256 long
	done
	stopped TERM 143 --shapes --train 10000000
fi

note 'two at once: the same content under one name is one dataset; other content is refused to one of them'
for round in 1 2 3; do
	"$SSL" data add -q same c 2>one & a=$!
	"$SSL" data add -q same c 2>two & b=$!
	wait $a || fail "the first: $(cat one)"
	wait $b || fail "the second: $(cat two)"
	ok ssl data verify same
	ok ssl data rm same
	clean .
	"$SSL" data add -q one c 2>one & a=$!
	"$SSL" data add -q one --shapes --train 700 2>two & b=$!
	status=0
	wait $a || status=$?
	wait $b || status=$((status * 10 + $?))
	same "$status" 2
	cat one two >"$err"
	err_has 'dataset one: the name is taken by other content'
	ok ssl data verify one
	same "$(find .ssl/objects -type f ! -name store | wc -l | tr -d ' ')" 1
	ok ssl data rm one
	clean .
done
