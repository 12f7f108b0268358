#!/bin/sh
# Output files: no file is lost. One is only overwritten with -f, links and permissions are kept, pipes and devices are
# written to, and no command writes into a store.
. "$(dirname "$0")/lib.sh"

run='-m vicreg -d tiny --set encoder.arch=convnet --set encoder.width=4 --set augment.size=16 --set projector.dims=16 --set optim.batch=32
	--set optim.epochs=1 --set optim.warmup=0 --set guard.collapse=record -j 1'
ok ssl init
ok ssl data add tiny --shapes --train 64 --test 20
ok ssl run -q $run --name one
sum=$(ssl sql "select group_concat(name) from v_run")

# Every command that writes a file, without the file's name.
commands()
{
	cat <<-'EOF'
		log --format csv
		show one
		data ls
		sql 'select 1'
		report one
		plot curve one --as svg
		plot curve one --as png
		export
		checkpoint export one
		checkpoint ls one
		schema
		methods
		version
	EOF
}

sound()
{
	same "$(ssl sql 'select group_concat(name) from v_run')" "$sum"
	ok ssl fsck
}

note 'a file that exists and is none of ssl is overwritten with -f only'
commands | while read -r c; do
	echo precious >file
	eval "fails 2 'file: exists already: -f overwrites it' ssl $c -o file"
	same "$(cat file)" precious
	chmod 600 file
	eval "ok ssl $c -f -o file"
	same "$(ls -l file | cut -c1-10)" -rw-------
	[ "$(cat file | head -c 8)" != precious ] || fail 'not written'
	rm file
	eval "ok ssl $c -o file"
	same "$(ls -l file | cut -c1-10)" -rw-r--r--
	eval "ok ssl $c -n -f -o file"
done || exit 1
same "$(find . -name '.tmp-*')" ''

note 'links are followed, also those that lead nowhere yet'
mkdir away
commands | while read -r c; do
	rm -f away/real link
	ln -s away/real link
	eval "ok ssl $c -o link"
	[ -L link ] && [ -s away/real ] || fail 'the link is gone'
	echo precious >away/real
	eval "fails 2 'exists already' ssl $c -o link"
	eval "ok ssl $c -f -o link"
	[ -L link ] && [ -f away/real ] || fail 'the link is gone'
done || exit 1
ln -s loop loop
fails 6 'loop' ssl log -f -o loop

note 'pipes and devices stay'
mkfifo pipe
commands | while read -r c; do
	cat pipe >got &
	eval "ok ssl $c -o pipe"
	wait
	[ -p pipe ] && [ -s got ] || fail 'nothing came through the pipe'
	eval "ok ssl $c -o /dev/null"
	[ -c /dev/null ] || fail 'a device was replaced'
done || exit 1
ok ssl log --format csv --columns name,status # ages would differ
cp "$out" want
echo first >appended
ssl log --format csv --columns name,status -o /dev/stdout >>appended
{ echo first; cat want; } >both
ok cmp both appended
ssl log --format csv --columns name,status -o /dev/fd/5 5>by-number
ok cmp want by-number
fails 6 'No space left' ssl log -o /dev/full
fails 6 'standard output.*No space left' sh -c '"$0" report one >/dev/full' "$SSL"
fails 2 'away: a folder' ssl log -f -o away
fails 6 'nowhere/x: No such file' ssl log -o nowhere/x

note 'nothing is written into a store: by its name, by another way, by a link'
ln -s .ssl way
ln -s .ssl/ssl.db db-link
ln -s "$PWD/.ssl/new" new-link
ln .ssl/ssl.db db-hard
mkdir moved
ln -s ../.ssl/objects moved/objects-link
object=$(find .ssl/objects -type f | head -1)
for place in .ssl/ssl.db ./.ssl/ssl.db "$PWD/.ssl/ssl.db" away/../.ssl/ssl.db .ssl/ssl.db-wal .ssl/config .ssl/new \
	.ssl/objects/new "$object" way/ssl.db way/new db-link new-link db-hard moved/objects-link/new; do
	commands | grep -E "^(log|report|export|checkpoint e)" | while read -r c; do
		eval "fails 2 'store' ssl $c -f -o $place"
	done || exit 1
done
fails 2 'inside a store' ssl backup .ssl
fails 2 'inside a store' ssl backup way/copy
fails 2 'inside a store' ssl backup .ssl/new/copy
fails 2 'inside a store' ssl export --tensorboard -o .ssl/events
[ ! -e .ssl/new ] || fail 'a file in the store'
sound
ok ssl log -o .ssl/../beside
ok ssl -C . backup copy
fails 2 'inside a store' ssl log -f -o copy/.ssl/ssl.db
mkdir mine
cp .ssl/ssl.db mine
ok ssl log -f -o mine/ssl.db

note 'a store whose database is lost is still one'
mkdir -p lost/.ssl/objects
fails 2 'inside a store' ssl log -o lost/.ssl/x

note 'the config keeps what it is'
ok ssl config query.q 'select 1'
chmod 640 .ssl/config
mv .ssl/config kept
ln -s ../kept .ssl/config
ok ssl config query.q 'select 2'
[ -L .ssl/config ] || fail 'the link is gone'
same "$(ls -l kept | cut -c1-10)" -rw-r-----
ok ssl config query.q
out_has 'select 2'
sound
