#!/bin/sh
# `ssl data add` of a large image folder: what an import that was interrupted, killed or out of space has decoded is
# kept, and the next one continues it, to the same bytes; gc keeps it for a week.
. "$(dirname "$0")/lib.sh"

# photo FILE WIDTH HEIGHT FIRST: a photograph whose pixels follow from FIRST
photo()
{
	printf 'P6 %d %d 255\n' "$2" "$3" >"$1"
	seq "$4" 999999 | head -c $(($2 * $3 * 3)) >>"$1"
}

# left: the files that an interrupted import left
left()
{
	find .ssl/objects/tmp -type f | wc -l | tr -d ' '
}

# stopped SIGNAL BYTES: an import gets the signal when its journal has so many bytes; while we look, it does not go on
stopped()
{
	"$SSL" data add --size 64 p photos >"$out" 2>"$err" &
	pid=$!
	last="ssl data add p photos, killed by $1"
	looks=0
	until kill -STOP $pid && [ "$(cat .ssl/objects/tmp/add-*.journal 2>/dev/null | wc -c)" -ge "$2" ]; do
		kill -CONT $pid
		looks=$((looks + 1))
		[ $looks -lt 100000 ] || fail 'the import ended before'
	done
	kill -"$1" $pid
	kill -CONT $pid
	status=0
	wait $pid || status=$?
}

# 60 names of three photographs: 170 MB to read, of which the disk has 9
mkdir -p photos/train/a photos/train/b photos/test/a
photo 0.ppm 1200 900 100000
photo 1.ppm 1000 800 300000
photo 2.ppm 900 1000 500000
i=100
while [ $i -lt 160 ]; do
	case $((i % 10)) in
	0) ln $((i % 3)).ppm photos/test/a/$i.ppm ;;
	[1-4]) ln $((i % 3)).ppm photos/train/a/$i.ppm ;;
	*) ln $((i % 3)).ppm photos/train/b/$i.ppm ;;
	esac
	i=$((i + 1))
done
ok ssl init
ok ssl data add --size 64 whole photos
err_has 'whole: added: 54 train, 6 test'
same "$(left)" 0

# same_bytes: p has the bytes of the import at once; it is removed again, with nothing left
same_bytes()
{
	same "$(value 'SELECT count(DISTINCT sha256) FROM dataset')" 1
	same "$(left)" 0
	ok ssl data verify p
	ok ssl data rm p
}

note 'an interrupted import is continued'
stopped INT 2400
same "$status" 130
err_has 'ssl: photos: what was decoded is kept for a week: another `ssl data add` of it continues'
same "$(value 'SELECT count(*) FROM dataset')" 1
same "$(left)" 2
ok ssl fsck
ok ssl data add --size 64 p photos
err_has 'ssl: photos: continues an interrupted import: [0-9]+ of 60 images are there'
err_has 'p: added: 54 train, 6 test'
same_bytes

note 'and a killed one, also several times'
for bytes in 300 1500 3000; do
	stopped KILL $bytes
	same "$status" 137
done
ok ssl data add --size 64 p photos
err_has 'continues an interrupted import: (4[0-9]|5[0-9]|60) of 60'
same_bytes

note 'one that was out of space: a file of images may have half a megabyte'
code 6 sh -c "ulimit -f 1000; exec \"$SSL\" data add --size 64 p photos"
err_has 'pixels: write: File too large'
ok ssl data add --size 64 p photos
err_has 'continues an interrupted import: (3[5-9]|4[01]) of 60'
same_bytes

note 'with other options and for another command nothing is taken over; -n leaves nothing and takes nothing'
stopped KILL 1500
ok ssl data add -n --size 64 p photos
ok ssl data add --size 8 small photos
same "$(grep -c continues "$err")" 0
ok ssl data rm small
same "$(left)" 2

note 'gc keeps it for a week, fsck does not complain'
find .ssl/objects/tmp -type f -exec touch -d '6 days ago' {} +
ok ssl gc
same "$(left)" 2
ok ssl fsck
same "$(grep -c add- "$err" || true)" 0
find .ssl/objects/tmp -type f -exec touch -d '8 days ago' {} +
ok ssl gc
same "$(left)" 0

note 'what stops an import at its end need not be decoded again: a bad image, a name that is taken'
echo 'no image' >photos/train/b/999.ppm
code 6 ssl data add --size 64 p photos
err_has '999.ppm: .*use --skip-bad to skip it'
ok ssl data add --size 64 --skip-bad p photos
err_has 'continues an interrupted import: 61 of 61'
same_bytes
rm photos/train/b/999.ppm
ok ssl data add p --shapes --train 10 --test 10
code 2 ssl data add --size 64 p photos
ok ssl data add -f --size 64 p photos
err_has 'continues an interrupted import: 60 of 60'
same_bytes

note 'two at once: both give the same dataset'
"$SSL" data add -q --size 64 p photos 2>one & a=$!
"$SSL" data add -q --size 64 q photos 2>two & b=$!
wait $a || fail "the first: $(cat one)"
wait $b || fail "the second: $(cat two)"
ok ssl data rm q
same_bytes

note 'on a terminal: how many of all, how fast, how long'
if ! command -v script >/dev/null || ! script -qec true /dev/null >/dev/null 2>&1 </dev/null; then
	note 'no script(1) here: not tried'
	exit 0
fi
# one core, so that it takes long enough
core=$(taskset -cp $$ 2>/dev/null | sed 's/.*: //; s/[-,].*//')
TERM=xterm script -qec "stty cols 100; ${core:+taskset -c $core} '$SSL' data add --size 64 p photos" /dev/null \
	</dev/null 2>&1 | tr '\r' '\n' >"$out"
out_has '\[#*\.*\] reading  [0-9]+ of 60 images  [0-9]+ images/s  ETA [0-9]+m[0-9]+s'
out_has 'p: added: 54 train'
