#!/bin/sh
# `ssl backup`: the copy is a sound store with the same contents, also if a run was running meanwhile; a damaged object
# is reported.
. "$(dirname "$0")/lib.sh"

run='-m barlow -d tiny --set encoder.arch=convnet --set encoder.width=4 --set augment.size=16 --set projector.dims=16 --set optim.batch=32
	--set eval.every=0 --set checkpoint.every=1'
ok ssl init
ok ssl data add tiny --shapes --train 64 --test 20
ok ssl run -q $run --set optim.epochs=2 --name one
ok ssl config query.q 'select 1'

ok ssl backup copy
ok ssl -C copy fsck
ok ssl log --format csv --columns name,status,steps
cp "$out" here
ok ssl -C copy log --format csv --columns name,status,steps
cmp here "$out" || fail 'other runs'
ok ssl -C copy config query.q
ok ssl -C copy verify -q one
ok ssl -C copy run -q $run --set optim.epochs=1
fails 2 'exists already' "$SSL" backup copy
fails 2 'is the store itself' "$SSL" backup -f .

note 'links, and updating'
ok ssl backup --link linked
ok ssl -C linked fsck
"$SSL" run -q $run --set optim.epochs=25 --name two 2>"$scratch/run.err" &
pid=$!
n=0
while kill -0 $pid 2>/dev/null; do
	"$SSL" backup -q -f linked || fail 'backup failed beside a run'
	n=$((n + 1))
done
wait $pid || fail "the run failed: $(cat "$scratch/run.err")"
[ $n -gt 0 ] || fail 'no backup was made beside the run'
ok ssl backup -f linked
ok ssl -C linked fsck
same "$(ls -A .ssl/objects/tmp)" ''
ok ssl -C linked log --format csv --columns name,status
out_has '^two,done$'

note 'an object of the older backup that is damaged is copied again'
for way in 'backup -f' 'backup --link -f'; do
	for hurt in ': >' 'rm -f' 'printf x >>'; do
		ok ssl backup -q fresh
		object=$(cd fresh && find .ssl/objects -type f | grep '/../' | head -1)
		chmod -R u+w fresh
		eval "$hurt fresh/$object"
		ok ssl $way fresh
		err_has 'of which 1 were new'
		ok ssl -C fresh fsck
		rm -rf fresh
	done
done
ok ssl fsck

note 'only a backup of this store is updated'
mkdir other same
ok ssl -C other init
ok ssl -C other data add -q tiny --shapes --train 64 --test 20
ok ssl -C other run -q $run --set optim.epochs=1 --name precious
fails 2 'exists already' "$SSL" backup other
fails 2 'another store' "$SSL" backup -f other
ok ssl -C other fsck
ok ssl -C other show precious
rm other/.ssl/ssl.db*
fails 2 'another store' "$SSL" backup -f other
rm -rf other
mkdir -p other/.ssl
echo text >other/.ssl/ssl.db
fails 2 'is not a backup of this store' "$SSL" backup -f other
same "$(cat other/.ssl/ssl.db)" text
ok cp -a .ssl same
ok ssl -C same run -q $run --set optim.epochs=1 --name new-here
fails 2 'run new-here was added to this backup' "$SSL" backup -f same
ok ssl backup -q own
ok ssl -C own note one 'a thought'
fails 2 'something was added to this backup' "$SSL" backup -f own
ok ssl rm two
ok ssl backup -q less
ok ssl rm -f two
ok ssl backup -f less
ok ssl -C less fsck
code 3 ssl -C less show two
rm -rf other

note 'the log of an older backup is not lost'
ok ssl backup -q logged
cp logged/.ssl/ssl.db kept.db
if command -v sqlite3 >/dev/null; then
	sqlite3 logged/.ssl/ssl.db "PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0;
		INSERT INTO meta (key, value) VALUES ('probe', 'x');" ".system cp logged/.ssl/ssl.db-wal kept.wal" >/dev/null
	cp kept.wal logged/.ssl/ssl.db-wal
	ok ssl backup -f logged
	same "$(ls logged/.ssl | grep -c -e -wal -e -shm)" 0
	ok ssl -C logged fsck
fi

note 'a damaged object'
sha=$(ssl checkpoint ls --format csv one | tail -1 | sed 's/.*,//')
file=.ssl/objects/$(echo "$sha" | cut -c1-2)/$(echo "$sha" | cut -c3-)
chmod u+w "$file"
echo x >>"$file"
fails 5 "object $(echo "$sha" | cut -c1-12).*damaged" "$SSL" backup hurt
fails 5 "damaged" "$SSL" backup --link hurt-too
rm -f "$file"
fails 5 'missing.*fsck' "$SSL" backup another
fails 6 '/dev/null' "$SSL" backup /dev/null/x
