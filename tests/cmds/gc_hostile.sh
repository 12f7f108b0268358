#!/bin/sh
# Only files of the store are removed: no command follows a link out of objects/, removes a file whose name ssl does
# not give, or uses a folder that has another store's id.
. "$(dirname "$0")/lib.sh"

victims()
{
	find "$scratch/victim" ! -name .ssl-victim | sort
}
mkdir -p "$scratch/victim/photos" "$scratch/victim/tmp" "$scratch/victim/thesis/ch1" "$scratch/victim/backup-1"
hex=$(printf '%062d' 7)
for f in notes.txt photos/a.jpg thesis/ch1/t.tex .tmp-mine gc-1 "$hex" photos/$hex backup-1/t.tex "backup-1/ab$hex"; do
	echo precious >"$scratch/victim/$f"
done
find "$scratch/victim" -exec touch -h -d '2 days ago' {} +
before=$(victims)
unharmed()
{
	same "$(victims)" "$before"
}
again()
{
	rm -rf .ssl
	cp -R "$scratch/sound" .ssl
}

ok ssl init
ok ssl data add -q --shapes --train 64 --test 16 tiny
ok ssl run -q -m random -d tiny --set encoder.arch=convnet --set encoder.width=4 --set augment.size=16 --set optim.batch=32 --name a
same "$(cat .ssl/objects/store)" "$(value "select value from meta where key = 'store'")"
cp -R .ssl "$scratch/sound"

note 'objects/, or objects/tmp, is a link'
for link in objects objects/tmp; do
	again
	rm -rf .ssl/$link
	ln -s "$scratch/victim" .ssl/$link
	for c in 'gc --age 0' 'gc' 'data rm -f tiny' 'rm -f a' 'tag a x' 'init' 'run -m random -d tiny' 'data add t --shapes'; do
		# shellcheck disable=SC2086  # a command line
		fails 5 'symbolic link' "$SSL" $c
		unharmed
	done
	ok ssl log
	fails 5 'symbolic link' "$SSL" gc -n --age 0
	code 5 ssl fsck
	out_has 'damage +object +objects/ .*symbolic link'
	lib_run "$SSL" backup "$scratch/backup"
	rm -rf "$scratch/backup"
	unharmed
done

note 'links deeper down'
again
sha=$(value "select sha256 from object where id in (select object_id from checkpoint)")
two=$(echo "$sha" | cut -c1-2)
mkdir "$scratch/victim/$two" && echo precious >"$scratch/victim/$two/$(echo "$sha" | cut -c3-)"
before=$(victims)
rm -rf ".ssl/objects/$two" .ssl/objects/cd
ln -s "$scratch/victim/$two" ".ssl/objects/$two"
ln -s "$scratch/victim" .ssl/objects/cd
mkdir .ssl/objects/ef && ln -s "$scratch/victim/notes.txt" .ssl/objects/ef/$hex
ln -s "$scratch/victim" .ssl/objects/tmp/backup-7
ok ssl gc --age 0
same "$(cat "$out")" ''
code 6 ssl rm -f a
unharmed

note 'files with other names than those that ssl gives are kept'
again
mkdir -p .ssl/objects/ab/sub .ssl/objects/photos .ssl/objects/tmp/photos .ssl/objects/tmp/backup-1 .ssl/objects/tmp/backup-2
for f in ab/name ab/sub/$hex photos/$hex tmp/notes.txt tmp/photos/a.jpg tmp/backup-1/a.jpg tmp/gc- tmp/gc-1x \
	tmp/backup-x.db tmp/.tmp- tmp/checkpoint-1 tmp/import.1; do
	echo mine >.ssl/objects/$f
done
rm .ssl/objects/tmp/.tmp-
kept=$(cd .ssl && find objects | sort)
for f in ab/$hex tmp/.tmp-aB3dE9 tmp/gc-12 tmp/import.12.3 tmp/backup-2/ab$hex tmp/backup-12.db-journal \
	tmp/checkpoint-01234567-89ab-cdef-0123-456789abcdef-12; do
	echo ours >.ssl/objects/$f
done
ok ssl gc --age 0 --format csv
same "$(tail -n +2 "$out" | wc -l | tr -d ' ')" 7
same "$(cd .ssl && find objects | sort)" "$(echo "$kept" | grep -v backup-2)"

note "another store's folder"
again
ok ssl -C "$scratch/victim" init
ok ssl -C "$scratch/victim" data add -q --shapes --train 16 --test 8 precious
before=$(find "$scratch/victim" -path '*objects*' | sort)
rm -rf .ssl/objects
cp -R "$scratch/victim/.ssl/objects" .ssl
copy=$(find .ssl/objects | sort)
for c in 'gc --age 0' 'data rm -f tiny' 'rm -f a' 'data add t --shapes'; do
	# shellcheck disable=SC2086  # a command line
	fails 5 'belongs to another store' "$SSL" $c
done
code 5 ssl fsck
out_has 'belongs to another store'
same "$(find .ssl/objects | sort)" "$copy"
note 'a store of an older version has no id there and gets one'
again
rm .ssl/objects/store
ok ssl tag a x
same "$(cat .ssl/objects/store)" "$(value "select value from meta where key = 'store'")"

note 'init over a link does not change its target'
mkdir -p "$scratch/fresh/.ssl"
ln -s "$scratch/victim" "$scratch/fresh/.ssl/objects"
fails 5 'symbolic link' "$SSL" init "$scratch/fresh"
[ -d "$scratch/victim/tmp" ] || fail 'an empty folder of somebody else went'

note 'no file beside the database is written through a link, and none blocks'
again
echo precious >"$scratch/precious"
rm -f .ssl/alive
ln -s "$scratch/precious" .ssl/alive
ok ssl run -q -m random -d tiny --set encoder.arch=convnet --set encoder.width=4 --set augment.size=16 --set optim.batch=32 --name b
same "$(cat "$scratch/precious")" precious
for f in ssl.db-journal ssl.db-wal ssl.db-shm ssl.db; do
	again
	rm -f .ssl/$f
	mkfifo .ssl/$f
	fails 5 'not a regular file' "$SSL" log
	fails 5 'not a regular file' "$SSL" tag a x
done
