#!/bin/sh
# `ssl import`: twice is as once; what differs is a conflict and is kept; what is damaged is refused whole, and what
# would leave the store is refused too.
. "$(dirname "$0")/lib.sh"

command -v sqlite3 >/dev/null || skip 'no sqlite3'
command -v tar >/dev/null || skip 'no tar'
mkdir a b
ok ssl -C a init
ok ssl -C b init
ok ssl -C a data add tiny --shapes --train 100 --test 30
ok ssl -C a run -m vicreg -q -d tiny --set encoder.arch=convnet --set encoder.width=4 --set augment.size=16 --set projector.dims=16,16 \
	--set optim.batch=32 --set optim.epochs=1 --set optim.warmup=0 -j 1 --name calm-otter
ok ssl -C a export -o one.tar.zst

# nothing_came: the store is as empty as it was
nothing_came()
{
	same "$(sqlite3 b/.ssl/ssl.db 'select (select count(*) from run) + (select count(*) from object) +
		(select count(*) from recipe)')" 0
	same "$(find b/.ssl/objects -type f ! -name store | wc -l | tr -d ' ')" 0
}

note 'not a bundle'
fails 2 'nothing.tar.zst' "$SSL" -C b import nothing.tar.zst
err_has '^ssl: nothing.tar.zst: No such'
echo hello >text
fails 5 'text: ' "$SSL" -C b import text
mkdir empty && tar -cf empty.tar empty
fails 5 'no manifest' "$SSL" -C b import empty.tar
nothing_came

note 'damage anywhere is found, and nothing comes in'
size=$(wc -c <one.tar.zst)
for at in 30 $((size / 4)) $((size / 2)) $((size - 40)); do
	{ head -c "$at" one.tar.zst; printf '\377\000\377'; tail -c +$((at + 4)) one.tar.zst; } >bad.tar.zst
	cmp -s one.tar.zst bad.tar.zst && continue
	lib_run "$SSL" -C b import bad.tar.zst
	[ "$status" -ne 0 ] || fail "damage at byte $at was not found"
done
head -c $((size / 2)) one.tar.zst >half.tar.zst
lib_run "$SSL" -C b import half.tar.zst
[ "$status" -ne 0 ] || fail 'half a bundle was taken in'
nothing_came

note 'a part that is changed, missing, or one too many'
mkdir x
if command -v zstd >/dev/null && zstd -dqc one.tar.zst >one.tar && tar -xf one.tar -C x; then
	run=$(cd x/runs && ls)
	cp -r x y && sed 's/"seed":[0-9]*/"seed":77/' "x/runs/$run" >"y/runs/$run" && tar -cf bad.tar -C y shared runs objects manifest.jsonl
	fails 5 'damaged: its hash differs' "$SSL" -C b import bad.tar
	tar -cf bad.tar -C x shared objects manifest.jsonl
	fails 5 'missing' "$SSL" -C b import bad.tar
	cp x/shared/code.jsonl x/runs/00000000-0000-0000-0000-000000000000.jsonl
	tar -cf bad.tar -C x shared runs objects manifest.jsonl
	fails 5 'not in the manifest' "$SSL" -C b import bad.tar
	note 'names that lead elsewhere'
	echo evil >evil
	tar -cPf bad.tar ../here/evil
	lib_run "$SSL" -C b import bad.tar
	[ "$status" -ne 0 ] || fail 'a name with .. was taken'
	ln -s /etc/passwd x/runs/11111111-1111-1111-1111-111111111111.jsonl
	tar -cf bad.tar -C x runs/11111111-1111-1111-1111-111111111111.jsonl
	fails 5 'link' "$SSL" -C b import bad.tar
fi
nothing_came

note 'cut anywhere, it is refused'
for i in 1 3 5 7 9 11 13 15 17 19 21 23 25 27 29 31 33 35 37 39 41 43 45 47 49; do
	head -c $((size * i / 50)) one.tar.zst >cut.tar.zst
	lib_run "$SSL" -C b import cut.tar.zst
	[ "$status" -gt 0 ] && [ "$status" -lt 128 ] || fail "cut at $i/50: exit $status"
	if [ -f one.tar ] && [ "$i" -lt 49 ]; then # of a tar nothing but zeros may be lost
		head -c $(($(wc -c <one.tar) * i / 50)) one.tar >cut.tar
		lib_run "$SSL" -C b import cut.tar
		[ "$status" -gt 0 ] && [ "$status" -lt 128 ] || fail "tar cut at $i/50: exit $status"
	fi
done
note 'a little file that unpacks to very much'
if command -v zstd >/dev/null; then
	mkdir -p z/runs && head -c 300000000 /dev/zero >z/runs/22222222-2222-2222-2222-222222222222.jsonl
	tar -cf - -C z runs | zstd -q -1 >bomb.tar.zst
	fails 5 'more than 1000 times its size' "$SSL" -C b import bomb.tar.zst
	rm -r z
fi
note 'a terminal obeys nothing that a name in a bundle says'
mkdir -p t && printf 'x' >"t/$(printf 'a\033[2Jb')" && tar -cf bad.tar -C t .
lib_run "$SSL" -C b import bad.tar
[ "$status" -ne 0 ] || fail 'taken in'
[ "$(tr -d '\n' <"$err" | tr -cd '\001-\037' | wc -c)" -eq 0 ] || fail 'a control character on stderr'
nothing_came

note 'only looked at'
ok ssl -C b import -n one.tar.zst
nothing_came

note 'twice is as once'
ok ssl -C b import one.tar.zst
before=$(sqlite3 b/.ssl/ssl.db .dump | grep -v '^INSERT INTO meta' | cksum)
ok ssl -C b import one.tar.zst
err_has '0 runs added, 1 there already'
same "$(sqlite3 b/.ssl/ssl.db .dump | grep -v '^INSERT INTO meta' | cksum)" "$before"
same "$(find b/.ssl/objects/tmp -type f 2>/dev/null | wc -l | tr -d ' ')" 0

# marks STORE: the tags and notes of its first run
marks()
{
	sqlite3 "$1/.ssl/ssl.db" "select group_concat(x, ' ') from (select name as x from tag where run_id = 1 union
		select text from note where run_id = 1 order by 1)"
}
# unchanged STORE BUNDLE: the import changes nothing
unchanged()
{
	before=$(sqlite3 "$1/.ssl/ssl.db" .dump | grep -v '^INSERT INTO meta' | cksum)
	ok ssl -C "$1" import "$2"
	same "$(sqlite3 "$1/.ssl/ssl.db" .dump | grep -v '^INSERT INTO meta' | cksum)" "$before"
}
note 'tags and notes of both sides are merged, there and back'
ok ssl -C a tag calm-otter both theirs
ok ssl -C a note calm-otter seen-there
ok ssl -C b tag calm-otter both ours
ok ssl -C b note calm-otter seen-here
ok ssl -C a export -f -o new.tar.zst
ok ssl -C b import -n new.tar.zst
err_has 'calm-otter: 2 tags or notes of the bundle added'
same "$(marks b)" 'both ours seen-here'
ok ssl -C b import new.tar.zst
err_has 'calm-otter: 2 tags or notes of the bundle added'
err_has '0 runs added, 1 there already, 0 in conflict'
same "$(marks b)" 'both ours seen-here seen-there theirs'
unchanged b new.tar.zst
ok ssl -C b export -f -o back.tar.zst
ok ssl -C a import back.tar.zst
same "$(marks a)" "$(marks b)"
unchanged a back.tar.zst

note 'what differs otherwise is kept as it is here, and said'
ok sqlite3 a/.ssl/ssl.db "UPDATE run SET seconds = seconds + 1"
ok ssl -C a export -f -o new.tar.zst
code 1 ssl -C b import new.tar.zst
err_has 'calm-otter .*differs'

note 'a name that another run has'
mkdir c && ok ssl -C c init
ok ssl -C c data add tiny --shapes --train 100 --test 30
ok ssl -C c run -m barlow -q -d tiny --set encoder.arch=convnet --set encoder.width=4 --set augment.size=16 --set projector.dims=16,16 \
	--set optim.batch=32 --set optim.epochs=1 --set optim.warmup=0 -j 1 --name calm-otter
ok ssl -C c import one.tar.zst
err_has '^calm-otter: another run has this name here: it is now calm-otter-2$'
ok ssl -C c note calm-otter-2
out_has 'named calm-otter-2 when it was imported; its name was calm-otter$'
unchanged c one.tar.zst
err_has '1 there already'
mkdir d && ok ssl -C d init
ok ssl -C d data add tiny --shapes --train 100 --test 30
for name in calm-otter calm-otter-2; do
	ok ssl -C d run -m random -q -d tiny --set encoder.arch=convnet --set encoder.width=4 -j 1 --name $name
done
ok ssl -C d import one.tar.zst
err_has 'it is now calm-otter-3'
